//! Replies: rules 31 to 36.

use super::payload::write_text;
use super::typed::typed_list;
use super::{Draft, draft};
use crate::address::{Address, Mailbox};
use crate::base::Time;
use crate::base::untrusted::{escape_line, escape_text};
use crate::mime::{Thread, build};
use std::collections::HashSet;

/// Most of a text that is quoted, in bytes; the rest is left out, and that is said.
const QUOTE_BYTES: usize = 256 << 10;
/// Most identifiers of a thread that a reply carries on.
const REFERENCES: usize = 64;
/// A line shorter than this may stand in anybody's letter: that it was quoted says nothing.
const TELLING: usize = 12;
/// The fields of a draft file that carry what a reply owes to the letter it answers.
pub(super) const SEALED_ONLY: &str = "X-Waxwing-Sealed-Only";
pub(super) const HIDDEN: &str = "X-Waxwing-Hidden-Fields";

/// A letter to be answered.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// Its fields.
    pub thread: &'a Thread,
    /// The text that its verdict covers; `None` where nothing may be quoted (rule 33).
    pub text: Option<&'a str>,
    /// Whether anything of it was decrypted to be read (rule 31).
    pub decrypted: bool,
}

/// Makes the draft of a reply: to its author, or with `all` to everybody who got it. `own` are the
/// addresses of the person who answers: they get no copy through here.
///
/// Of what was decrypted the reply is sealed, and stays so whoever it goes to (rule 31); what was
/// hidden on the way is hidden again (rule 35). The quote is plain text in which nothing acts or
/// hides (rule 34).
pub fn reply(answered: Answered<'_>, own: &[Mailbox], all: bool) -> Draft {
    let thread = answered.thread;
    let is_own = |mailbox: &Mailbox| own.iter().any(|me| me.address == mailbox.address);
    // Between two addresses of one person it is an answer like any other.
    let by_other = |mailbox: &&Mailbox| {
        is_own(mailbox) && !thread.from.iter().any(|one| one.address == mailbox.address)
    };
    let to_myself = thread.to.iter().chain(&thread.cc).any(|one| by_other(&one));
    let mine = !thread.from.is_empty() && thread.from.iter().all(is_own) && !to_myself;
    let authors = match (mine, thread.reply_to.is_empty()) {
        // Going on with what one wrote oneself: to the same people.
        (true, _) => &thread.to,
        (false, false) => &thread.reply_to,
        (false, true) => &thread.from,
    };
    let mut seen: HashSet<Address> = HashSet::new();
    let mut once = |mailboxes: &mut dyn Iterator<Item = &Mailbox>| -> Vec<Mailbox> {
        mailboxes
            .filter(|mailbox| seen.insert(mailbox.address.clone()))
            .cloned()
            .collect()
    };
    let to = once(&mut authors.iter());
    let others = thread.to.iter().chain(&thread.cc);
    let cc = match all {
        true => once(&mut others.filter(|mailbox| !is_own(mailbox))),
        false => Vec::new(),
    };
    let named = thread.to.iter().chain(&thread.cc);
    let from = named
        .filter_map(|mailbox| own.iter().find(|me| me.address == mailbox.address))
        .chain(own.iter().filter(|me| thread.from.contains(me)))
        .next();
    Draft {
        from: from.cloned(),
        to: typed_list(&to),
        cc: typed_list(&cc),
        subject: subject(&thread.subject),
        body: body(answered),
        in_reply_to: thread.message_id.clone(),
        references: references(thread),
        sealed_only: answered.decrypted,
        hidden: match answered.decrypted {
            true => hidden(thread),
            false => Vec::new(),
        },
        ..Draft::default()
    }
}

/// Which fields of the reply must not stand outside, by those that were hidden (RFC 9788 §6.1).
fn hidden(thread: &Thread) -> Vec<String> {
    [
        ("to", ["from", "reply-to"].as_slice()),
        ("cc", &["to", "cc"]),
        ("in-reply-to", &["message-id"]),
        ("references", &["message-id", "references", "in-reply-to"]),
    ]
    .into_iter()
    .filter(|(_, sources)| thread.hides(sources))
    .map(|(name, _)| name.to_owned())
    .collect()
}

/// RFC 5322 §3.6.5: one `Re: `, however many there were.
fn subject(theirs: &str) -> String {
    let line: String = theirs
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut rest = escape_line(line.trim());
    while let Some(after) = rest
        .get(..3)
        .filter(|start| start.eq_ignore_ascii_case("re:"))
        .and_then(|_| rest.get(3..))
    {
        rest = after.trim_start().to_owned();
    }
    format!("Re: {rest}")
}

/// RFC 5322 §3.6.4.
fn references(thread: &Thread) -> Vec<String> {
    let before = match (thread.references.as_slice(), thread.in_reply_to.as_slice()) {
        ([], [one]) => std::slice::from_ref(one),
        ([], _) => &[],
        (all, _) => all,
    };
    let mut ids: Vec<String> = before.iter().chain(&thread.message_id).cloned().collect();
    // The start of the thread and its end are what programs thread by.
    if ids.len() > REFERENCES {
        let surplus = ids.len().saturating_sub(REFERENCES);
        ids.drain(1..surplus.saturating_add(1));
    }
    ids
}

fn body(answered: Answered<'_>) -> String {
    let Some(text) = answered.text.filter(|text| !text.trim().is_empty()) else {
        return String::new();
    };
    let (text, was_cut) = match text.get(..floor(text, QUOTE_BYTES)) {
        Some(start) if start.len() < text.len() => (start, true),
        Some(_) | None => (text, false),
    };
    let shown = escape_text(text);
    let mut body = format!("\n\n{}\n", attribution(answered.thread));
    for line in without_signature(&shown).trim_end().lines() {
        // Quotes of quotes nest without a space between the marks (RFC 3676 §4.5).
        let line = line.trim_end();
        let nests = line.is_empty() || line.starts_with('>');
        body.push_str(if nests { ">" } else { "> " });
        body.push_str(line);
        body.push('\n');
    }
    if was_cut {
        body.push_str("> […]\n");
    }
    body
}

/// The end of the last character that begins before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut end = at.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    end
}

/// The signature under a letter begins with `-- ` on a line of its own (RFC 3676 §4.3).
fn without_signature(text: &str) -> &str {
    text.split_once("\n-- \n")
        .map_or(text, |(before, _)| before)
}

/// Who is quoted. The address alone: a name is whatever its bearer chose.
fn attribution(thread: &Thread) -> String {
    let who = match thread.from.as_slice() {
        [] => "Somebody".to_owned(),
        [one, ..] => escape_line(one.address.as_str()),
    };
    match thread.date {
        Some(at) => format!("{who} wrote on {}:", day(at)),
        None => format!("{who} wrote:"),
    }
}

fn day(at: Time) -> String {
    at.to_string().chars().take_while(|c| *c != 'T').collect()
}

impl Draft {
    /// The same letter without anything of the one that it answers, so that it may go readable: the
    /// lines of the quote and whatever else of them was left in the text, the subject, the thread
    /// where that was hidden (rule 32). Only after the person said so.
    pub fn without_what_it_answers(&self) -> Draft {
        let lines: Vec<&str> = self.body.lines().collect();
        let bare = |line: &str| line.trim_start_matches(['>', ' ']).trim().to_owned();
        let quoted: HashSet<String> = lines
            .iter()
            .filter(|line| line.starts_with('>'))
            .map(|line| bare(line))
            .filter(|line| line.chars().count() >= TELLING)
            .collect();
        let mut kept: Vec<&str> = Vec::new();
        for line in lines {
            let is_quote = line.starts_with('>') || quoted.contains(&bare(line));
            if is_quote
                && kept
                    .last()
                    .is_some_and(|last| last.ends_with(" wrote:") || is_dated(last))
            {
                kept.pop();
            }
            if !is_quote {
                kept.push(line);
            }
        }
        let was_hidden = |name: &str| self.hidden.iter().any(|hidden| hidden == name);
        let ids = |name: &str, ids: &[String]| match was_hidden(name) {
            true => Vec::new(),
            false => ids.to_vec(),
        };
        Draft {
            body: kept.join("\n").trim_end().to_owned() + "\n",
            subject: String::new(),
            in_reply_to: ids("in-reply-to", &self.in_reply_to),
            references: ids("references", &self.references),
            sealed_only: false,
            hidden: Vec::new(),
            ..self.clone()
        }
    }

    /// The draft of a reply as a file that [`Draft::from_bytes`] reads, and a person can edit. What
    /// it owes to the letter that it answers stands in two fields of its own, which no sent letter
    /// bears.
    ///
    /// Errors: a recipient that is no mailbox.
    pub fn to_reply_file(&self) -> Result<Vec<u8>, super::DraftProblem> {
        let mut out = Vec::new();
        if let Some(from) = &self.from {
            build::mailboxes_field(&mut out, "From", std::slice::from_ref(from));
        }
        for (name, typed) in [("To", &self.to), ("Cc", &self.cc)] {
            let mailboxes = draft::parse(typed)?;
            if !mailboxes.is_empty() {
                build::mailboxes_field(&mut out, name, &mailboxes);
            }
        }
        build::text_field(&mut out, "Subject", &self.subject);
        for (name, ids) in [
            ("In-Reply-To", &self.in_reply_to),
            ("References", &self.references),
        ] {
            if !ids.is_empty() {
                build::ids_field(&mut out, name, ids);
            }
        }
        if self.sealed_only {
            build::text_field(&mut out, SEALED_ONLY, "yes");
        }
        if !self.hidden.is_empty() {
            build::text_field(&mut out, HIDDEN, &self.hidden.join(" "));
        }
        out.extend_from_slice(b"MIME-Version: 1.0\r\n");
        write_text(&mut out, self, &[]);
        Ok(out)
    }
}

/// Whether a line is an [`attribution`] with a date.
fn is_dated(line: &str) -> bool {
    line.ends_with(':') && line.contains(" wrote on ")
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;
