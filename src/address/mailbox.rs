//! An address with the name that its owner or a correspondent put beside it.

use super::{Address, AddressProblem};
use crate::base::Untrusted;
use std::fmt;

/// A display name and an address: `Bob Example <bob@example.org>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// What stands beside the address. Anybody can write anything there.
    pub name: Option<Untrusted>,
    /// Where mail goes.
    pub address: Address,
}

impl Mailbox {
    /// A mailbox without a name.
    pub fn bare(address: Address) -> Self {
        Mailbox {
            name: None,
            address,
        }
    }

    /// A mailbox with a name; an empty name is none.
    pub fn named(name: &str, address: Address) -> Self {
        let name = name.trim();
        Mailbox {
            name: (!name.is_empty()).then(|| Untrusted::from(name)),
            address,
        }
    }

    /// Reads what a person types: `bob@example.org`, `Bob <bob@example.org>` or
    /// `"Bob, the Builder" <bob@example.org>`.
    pub fn parse(text: &str) -> Result<Self, AddressProblem> {
        let text = text.trim();
        let Some(rest) = text.strip_suffix('>') else {
            return Address::parse(text).map(Mailbox::bare);
        };
        let (name, address) = rest.rsplit_once('<').ok_or(AddressProblem::BadCharacter)?;
        let name = name.trim();
        let name = name
            .strip_prefix('"')
            .and_then(|n| n.strip_suffix('"'))
            .map_or_else(|| name.to_owned(), unescape_quoted);
        Ok(Mailbox::named(&name, Address::parse(address.trim())?))
    }

    /// Reads a list separated by commas or semicolons, outside quotes and angle brackets. The
    /// error carries the piece that is no mailbox.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, (String, AddressProblem)> {
        split_list(text)
            .into_iter()
            .filter(|piece| !piece.trim().is_empty())
            .map(|piece| Mailbox::parse(&piece).map_err(|p| (piece.trim().to_owned(), p)))
            .collect()
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}

fn unescape_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            other => out.push(other),
        }
    }
    out
}

fn split_list(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let (mut quoted, mut angled, mut escaped) = (false, false, false);
    for c in text.chars() {
        let separates = matches!(c, ',' | ';' | '\n') && !quoted && !angled;
        if separates {
            pieces.push(String::new());
            continue;
        }
        match c {
            '"' if !escaped => quoted = !quoted,
            '<' if !quoted => angled = true,
            '>' if !quoted => angled = false,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        if let Some(last) = pieces.last_mut() {
            last.push(c);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_read() {
        let list =
            Mailbox::parse_list("bob@example.org, \"Carol, C.\" <c@example.org>;\nDave <d@x.org>")
                .unwrap();
        let shown: Vec<String> = list.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "bob@example.org",
                "Carol, C. <c@example.org>",
                "Dave <d@x.org>"
            ]
        );
        let (piece, problem) = Mailbox::parse_list("bob@example.org, carol").unwrap_err();
        assert_eq!(
            (piece.as_str(), problem),
            ("carol", AddressProblem::Incomplete)
        );
    }
}
