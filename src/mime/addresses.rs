//! Address lists in header fields (RFC 5322 §3.4), with comments, groups and obsolete forms.
//!
//! Tokens are cut before encoded words are decoded, so that an encoded word can put nothing but
//! text into a display name: no comma, no angle bracket, no address.

use super::decode_words;
use super::params::read_comment;
use crate::address::{Address, Mailbox};
use crate::base::Untrusted;
use std::iter::Peekable;
use std::str::Chars;

/// What stands in an address field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressList {
    /// The mailboxes in order, those in groups too.
    pub mailboxes: Vec<Mailbox>,
    /// The pieces that are no mailbox, as they were written.
    pub unreadable: Vec<Untrusted>,
}

impl AddressList {
    /// Whether nothing at all stands there.
    pub fn is_empty(&self) -> bool {
        self.mailboxes.is_empty() && self.unreadable.is_empty()
    }

    /// Adds the content of another field.
    pub fn append(&mut self, mut other: AddressList) {
        self.mailboxes.append(&mut other.mailboxes);
        self.unreadable.append(&mut other.unreadable);
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Atom(String),
    Quoted(String),
    Literal(String),
    Comment(String),
    Special(char),
}

/// Reads the unfolded value of an address field.
pub(super) fn parse(value: &str) -> AddressList {
    let mut list = AddressList::default();
    let mut piece = Vec::new();
    let mut angled = false;
    for token in tokens(value) {
        match token {
            Token::Special(',' | ';') if !angled => take(&mut piece, &mut list),
            // The name of a group (RFC 5322 §3.4) goes; its members stay.
            Token::Special(':') if !angled => piece.clear(),
            token @ (Token::Special(_)
            | Token::Atom(_)
            | Token::Quoted(_)
            | Token::Literal(_)
            | Token::Comment(_)) => {
                if let Token::Special(sign @ ('<' | '>')) = token {
                    angled = sign == '<';
                }
                piece.push(token);
            }
        }
    }
    take(&mut piece, &mut list);
    list
}

fn take(piece: &mut Vec<Token>, list: &mut AddressList) {
    let piece = std::mem::take(piece);
    if piece.iter().all(|t| matches!(t, Token::Comment(_))) {
        return;
    }
    match mailbox(&piece) {
        Some(mailbox) => list.mailboxes.push(mailbox),
        None => list.unreadable.push(Untrusted::from(spell(&piece))),
    }
}

fn mailbox(piece: &[Token]) -> Option<Mailbox> {
    let comment = piece.iter().rev().find_map(|t| match t {
        Token::Comment(text) => Some(decode_words(text.trim())),
        Token::Atom(_) | Token::Quoted(_) | Token::Literal(_) | Token::Special(_) => None,
    });
    let plain: Vec<&Token> = piece
        .iter()
        .filter(|t| !matches!(t, Token::Comment(_)))
        .collect();
    let open = plain.iter().position(|t| **t == Token::Special('<'));
    let Some(open) = open else {
        let address = address(&plain)?;
        return Some(Mailbox::named(comment.as_deref().unwrap_or(""), address));
    };
    let (phrase, rest) = plain.split_at_checked(open)?;
    let (last, inside) = rest.get(1..)?.split_last()?;
    if **last != Token::Special('>') {
        return None;
    }
    // An obsolete source route before the address, `<@a,@b:c@d>`, has no meaning any more.
    let colon = inside.iter().rposition(|t| **t == Token::Special(':'));
    let inside = match colon {
        Some(at) => inside.get(at.saturating_add(1)..)?,
        None => inside,
    };
    let address = address(inside)?;
    let name = display_name(phrase)?;
    let name = if name.is_empty() {
        comment.unwrap_or_default()
    } else {
        name
    };
    Some(Mailbox::named(&name, address))
}

/// A phrase as text. Atoms and encoded words are joined by single spaces.
fn display_name(phrase: &[&Token]) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    for token in phrase {
        match token {
            Token::Atom(text) | Token::Quoted(text) => words.push(text),
            // Seen in the wild unquoted: `bob@example.org <bob@example.org>`. It stays visible, so
            // that it can be judged.
            Token::Special('@') => words.push("@"),
            Token::Literal(text) => words.push(text),
            Token::Special(_) | Token::Comment(_) => return None,
        }
    }
    let joined = words.join(" ").replace(" @ ", "@");
    Some(decode_words(&joined))
}

/// An address from its tokens: nothing but local part, `@` and domain.
fn address(tokens: &[&Token]) -> Option<Address> {
    let [local, Token::Special('@'), domain] = tokens else {
        return None;
    };
    let domain = match domain {
        Token::Atom(text) => text,
        Token::Quoted(_) | Token::Literal(_) | Token::Comment(_) | Token::Special(_) => {
            return None;
        }
    };
    match local {
        Token::Atom(text) => Address::parse(&format!("{text}@{domain}")).ok(),
        // `"bob"@x` is bob@x; only what needs its quotes keeps them.
        Token::Quoted(text) => Address::parse(&format!("{text}@{domain}"))
            .ok()
            .filter(|_| !text.contains('@') && !text.starts_with('"'))
            .or_else(|| Address::parse(&format!("\"{text}\"@{domain}")).ok()),
        Token::Literal(_) | Token::Comment(_) | Token::Special(_) => None,
    }
}

fn spell(piece: &[Token]) -> String {
    let mut out = String::new();
    for token in piece {
        match token {
            Token::Atom(text) => {
                if !out.is_empty() && !out.ends_with(['@', '<']) {
                    out.push(' ');
                }
                out.push_str(text);
            }
            Token::Quoted(text) => out.push_str(&format!("\"{text}\" ")),
            Token::Literal(text) => out.push_str(&format!("[{text}]")),
            Token::Comment(text) => out.push_str(&format!("({text})")),
            Token::Special(c) => out.push(*c),
        }
    }
    out
}

fn tokens(value: &str) -> Vec<Token> {
    let mut chars = value.chars().peekable();
    let mut out = Vec::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push(Token::Quoted(until(&mut chars, '"'))),
            '[' => out.push(Token::Literal(until(&mut chars, ']'))),
            '(' => out.push(Token::Comment(read_comment(&mut chars))),
            c if is_special(c) => out.push(Token::Special(c)),
            c if c.is_whitespace() => {}
            c => {
                let mut atom = String::from(c);
                while let Some(next) = chars.next_if(|c| {
                    !is_special(*c) && !c.is_whitespace() && !matches!(c, '"' | '[' | '(')
                }) {
                    atom.push(next);
                }
                out.push(Token::Atom(atom));
            }
        }
    }
    out
}

fn until(chars: &mut Peekable<Chars<'_>>, end: char) -> String {
    let mut out = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            c if c == end => break,
            c => out.push(c),
        }
    }
    out
}

fn is_special(c: char) -> bool {
    matches!(c, '<' | '>' | '@' | ',' | ';' | ':' | ')' | ']' | '\\')
}
