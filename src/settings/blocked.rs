//! Senders that a person does not want to hear from: addresses, domains, and addresses of machines.

use crate::address::domain::host_to_ascii;
use crate::address::{Address, Mailbox};
use std::fmt;
use std::net::IpAddr;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Blocked {
    /// An address.
    Address(Address),
    /// A domain, in A-labels, with everything below it.
    Domain(String),
    /// The machine that handed a letter to one's own server.
    Machine(IpAddr),
}

/// What was typed is none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NothingToBlock;

impl Blocked {
    /// Reads what was typed: `spam@example.com`, `example.com` or `@example.com`, `192.0.2.1`.
    pub fn parse(text: &str) -> Result<Self, NothingToBlock> {
        let text = text.trim();
        if let Ok(machine) = text.parse() {
            return Ok(Blocked::Machine(machine));
        }
        let domain = text.strip_prefix('@').unwrap_or(text);
        if domain.contains('@') {
            let address = Address::parse(domain).map_err(|_| NothingToBlock)?;
            return Ok(Blocked::Address(address));
        }
        match host_to_ascii(domain) {
            Some(ascii) if ascii.contains('.') => Ok(Blocked::Domain(ascii)),
            Some(_) | None => Err(NothingToBlock),
        }
    }

    /// Its kind, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Blocked::Address(_) => "address",
            Blocked::Domain(_) => "domain",
            Blocked::Machine(_) => "machine",
        }
    }

    /// Whether it is about a letter by these authors, handed over by that machine.
    pub fn covers(&self, authors: &[&Mailbox], machine: Option<IpAddr>) -> bool {
        let mut authors = authors.iter().map(|mailbox| &mailbox.address);
        match self {
            Blocked::Address(blocked) => authors.any(|address| address == blocked),
            Blocked::Domain(blocked) => authors.any(|address| {
                let domain = host_to_ascii(address.domain());
                domain.is_some_and(|domain| {
                    let below = domain.strip_suffix(blocked.as_str());
                    below.is_some_and(|before| before.is_empty() || before.ends_with('.'))
                })
            }),
            Blocked::Machine(blocked) => machine == Some(*blocked),
        }
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // However it was typed, it is the same.
            Blocked::Address(address) => f.write_str(address.key()),
            Blocked::Domain(domain) => f.write_str(domain),
            Blocked::Machine(machine) => write!(f, "{machine}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_domains_and_machines_are_told_apart() {
        for (typed, kind, shown) in [
            (" Spam@Example.com ", "address", "spam@example.com"),
            ("example.com", "domain", "example.com"),
            ("@bücher.example", "domain", "xn--bcher-kva.example"),
            ("192.0.2.1", "machine", "192.0.2.1"),
            ("2001:db8::1", "machine", "2001:db8::1"),
        ] {
            let blocked = Blocked::parse(typed).unwrap();
            assert_eq!(
                (blocked.kind(), blocked.to_string().as_str()),
                (kind, shown)
            );
        }
        for typed in ["", "com", "a b", "@", "a@", "a@b@c"] {
            assert_eq!(Blocked::parse(typed), Err(NothingToBlock), "{typed}");
        }
    }

    #[test]
    fn a_domain_covers_what_is_below_it_and_nothing_that_only_looks_like_it() {
        let covers = |entry: &str, from: &str, machine: Option<&str>| {
            let author = Mailbox::parse(from).unwrap();
            let machine = machine.map(|text| text.parse().unwrap());
            Blocked::parse(entry).unwrap().covers(&[&author], machine)
        };
        assert!(covers("example.com", "X <a@mail.Example.com>", None));
        assert!(covers("example.com", "a@example.com", None));
        assert!(!covers("example.com", "a@notexample.com", None));
        assert!(!covers("mail.example.com", "a@example.com", None));
        assert!(covers("a@example.com", "A@example.com", None));
        assert!(!covers("a@example.com", "b@example.com", None));
        assert!(covers("192.0.2.1", "b@example.com", Some("192.0.2.1")));
        assert!(!covers("192.0.2.1", "b@example.com", None));
    }
}
