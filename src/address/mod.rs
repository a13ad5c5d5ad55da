//! Mail addresses: parsing, comparison (rule 8), and names beside them.

pub mod domain;
mod mailbox;

pub use mailbox::Mailbox;

use std::fmt;
use std::hash::{Hash, Hasher};

/// One mail address, `local@domain`.
///
/// Two addresses are equal when their domains agree as A-labels and their local parts agree apart
/// from ASCII case. The spelling that came in is kept for showing and for the wire.
#[derive(Clone)]
pub struct Address {
    spelling: String,
    key: String,
}

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressProblem {
    /// No `@`, or nothing on one side of it.
    Incomplete,
    /// More than 254 octets, or a local part of more than 64 (RFC 5321 §4.5.3.1).
    TooLong,
    /// White space, controls, or other characters that an address cannot hold.
    BadCharacter,
    /// The domain is not one (IDNA, label lengths).
    BadDomain,
}

impl Address {
    /// Reads a bare address, without display name or angle brackets.
    ///
    /// Accepts dot-atoms, quoted local parts, and internationalised ones (RFC 6531).
    pub fn parse(text: &str) -> Result<Self, AddressProblem> {
        let (local, domain) = text.rsplit_once('@').ok_or(AddressProblem::Incomplete)?;
        if local.is_empty() || domain.is_empty() {
            return Err(AddressProblem::Incomplete);
        }
        if text.len() > 254 || local.len() > 64 {
            return Err(AddressProblem::TooLong);
        }
        if !local_is_sound(local) {
            return Err(AddressProblem::BadCharacter);
        }
        let ascii = domain_to_ascii(domain)?;
        Ok(Address {
            spelling: text.to_owned(),
            key: format!("{}@{}", local.to_ascii_lowercase(), ascii),
        })
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.spelling
    }

    /// The form for comparing and storing: lower-case local part, A-label domain.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The domain as A-labels, lower case.
    pub fn domain(&self) -> &str {
        self.key.rsplit_once('@').map_or("", |(_, d)| d)
    }

    /// The part before the `@`, as it was written.
    pub fn local(&self) -> &str {
        self.spelling.rsplit_once('@').map_or("", |(l, _)| l)
    }

    /// What goes into an SMTP envelope: the local part as written, the domain as A-labels.
    /// The local part may still need SMTPUTF8: see [`Address::is_ascii`].
    pub fn wire(&self) -> String {
        format!("{}@{}", self.local(), self.domain())
    }

    /// Whether the local part is ASCII, so that no SMTPUTF8 is needed.
    pub fn is_ascii(&self) -> bool {
        self.local().is_ascii()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::base::untrusted::escape_line(&self.spelling))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{self}>")
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

fn local_is_sound(local: &str) -> bool {
    if let Some(inner) = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) {
        return !inner.is_empty()
            && !inner.contains(['"', '\\'])
            && inner.chars().all(|c| !c.is_control() && c != '\u{7f}');
    }
    let atext = |c: char| {
        c.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~".contains(c)
            || (!c.is_ascii()
                && !c.is_control()
                && !c.is_whitespace()
                && !crate::base::Untrusted::new(c.to_string()).is_tricky())
    };
    local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(atext))
}

/// A domain as lower-case A-labels (RFC 5891), with a trailing dot removed.
pub fn domain_to_ascii(domain: &str) -> Result<String, AddressProblem> {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| AddressProblem::BadDomain)?;
    if ascii.is_empty() || ascii.len() > 253 || ascii.starts_with('[') {
        return Err(AddressProblem::BadDomain);
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_08_domains_compare_as_a_labels_and_local_parts_without_ascii_case() {
        let a = Address::parse("Bob@Bücher.example").unwrap();
        let b = Address::parse("bob@xn--bcher-kva.EXAMPLE").unwrap();
        assert_eq!(a, b);
        assert_ne!(a, Address::parse("bob@bucher.example").unwrap());
        assert_ne!(
            Address::parse("böb@example.org").unwrap(),
            Address::parse("BÖB@example.org").unwrap(),
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for (text, problem) in [
            ("bob", AddressProblem::Incomplete),
            ("@example.org", AddressProblem::Incomplete),
            ("bob@", AddressProblem::Incomplete),
            ("bo b@example.org", AddressProblem::BadCharacter),
            ("bob\r\nRCPT@example.org", AddressProblem::BadCharacter),
            ("bob..b@example.org", AddressProblem::BadCharacter),
            ("bob@exa mple.org", AddressProblem::BadDomain),
            ("bob@-.org", AddressProblem::BadDomain),
            ("a@b@example.org", AddressProblem::BadCharacter),
        ] {
            assert_eq!(Address::parse(text).unwrap_err(), problem, "{text:?}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        assert_eq!(Address::parse(&long).unwrap_err(), AddressProblem::TooLong);
    }
}
