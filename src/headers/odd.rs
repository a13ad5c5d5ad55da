//! What looks odd about who a message says it is from: names that pass for others. Nothing here proves
//! anything; it is what a careful person would look at twice.

use super::results::{Claim, Standing};
use crate::address::domain::{
    host_to_ascii, host_to_unicode, look_alike, mixes_scripts, passes_for_ascii, registrable,
};
use crate::address::{Address, Mailbox};
use crate::base::Untrusted;
use crate::mime::{Author, Header, author};

/// Somebody whom the person knows.
#[derive(Debug, Clone)]
pub struct Known {
    /// Their name, where it is known.
    pub name: Option<String>,
    /// Their address.
    pub address: Address,
}

/// Something odd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Oddity {
    /// The domain looks like the one of somebody known, and is another.
    LooksLikeKnown {
        /// The domain that it is.
        domain: Untrusted,
        /// The one that it looks like.
        known: Untrusted,
    },
    /// The address looks like the one of somebody known, at the same domain.
    AddressLooksLikeKnown {
        /// The address that it looks like.
        known: Untrusted,
    },
    /// The name is the one of somebody known, and the address is none of theirs.
    NameOfKnown {
        /// An address of theirs.
        known: Untrusted,
    },
    /// The name holds an address, and it is another than the true one.
    NameHoldsAddress(Untrusted),
    /// Letters of other alphabets make the domain pass for this one.
    PassesFor(Untrusted),
    /// A word of the domain mixes alphabets.
    MixedScripts(Untrusted),
    /// Answers go to somebody else.
    ReplyElsewhere(Untrusted),
    /// It is not clear who wrote it.
    AuthorUnclear,
    /// Whoever sent it wrote results of verification into it, in the name of one's own server.
    ForgedResults,
}

impl Oddity {
    /// A lasting word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Oddity::LooksLikeKnown { .. } => "look-alike-domain",
            Oddity::AddressLooksLikeKnown { .. } => "look-alike-address",
            Oddity::NameOfKnown { .. } => "name-of-known",
            Oddity::NameHoldsAddress(_) => "name-holds-address",
            Oddity::PassesFor(_) => "passes-for",
            Oddity::MixedScripts(_) => "mixed-scripts",
            Oddity::ReplyElsewhere(_) => "reply-elsewhere",
            Oddity::AuthorUnclear => "sender-unclear",
            Oddity::ForgedResults => "forged-results",
        }
    }
}

/// Looks at a header section.
pub fn oddities(header: &Header<'_>, claims: &[Claim], known: &[Known]) -> Vec<Oddity> {
    let mut odd = Vec::new();
    let from: Author = author(header);
    if from.clear().is_none() {
        odd.push(Oddity::AuthorUnclear);
    }
    if let [one] = header.addresses("From").mailboxes.as_slice() {
        about(one, known, &mut odd);
    }
    if let Some(mailbox) = from.clear() {
        reply(header, mailbox, &mut odd);
    }
    if claims
        .iter()
        .any(|claim| claim.standing == Standing::Forged)
    {
        odd.push(Oddity::ForgedResults);
    }
    odd
}

fn about(from: &Mailbox, known: &[Known], odd: &mut Vec<Oddity>) {
    let Some((local, domain)) = parts(&from.address) else {
        return;
    };
    let unicode = host_to_unicode(&domain);
    if let Some(name) = passes_for_ascii(&unicode) {
        odd.push(Oddity::PassesFor(Untrusted::new(name)));
    } else if mixes_scripts(&unicode) {
        odd.push(Oddity::MixedScripts(Untrusted::new(unicode.clone())));
    }
    let name = from.name.as_ref().map(|name| name.raw().trim());
    if let Some(held) = name.and_then(address_in)
        && held != from.address
    {
        odd.push(Oddity::NameHoldsAddress(Untrusted::new(held.as_str())));
    }
    if known.iter().any(|known| known.address == from.address) {
        return;
    }
    let own = registrable(&domain);
    for person in known {
        let Some((their_local, theirs)) = parts(&person.address) else {
            continue;
        };
        let their_domain = registrable(&theirs);
        if their_domain == own {
            if domain == theirs && look_alike(&local, &their_local) {
                odd.push(Oddity::AddressLooksLikeKnown {
                    known: Untrusted::new(person.address.as_str()),
                });
                return;
            }
        } else if look_alike(&host_to_unicode(own), &host_to_unicode(their_domain)) {
            odd.push(Oddity::LooksLikeKnown {
                domain: Untrusted::new(host_to_unicode(own)),
                known: Untrusted::new(host_to_unicode(their_domain)),
            });
            return;
        }
    }
    let same_name = |person: &&Known| match (&person.name, name) {
        // One word is shared by many.
        (Some(theirs), Some(name)) => {
            name.contains(' ') && theirs.trim().to_lowercase() == name.to_lowercase()
        }
        _ => false,
    };
    if let Some(person) = known.iter().find(same_name) {
        odd.push(Oddity::NameOfKnown {
            known: Untrusted::new(person.address.as_str()),
        });
    }
}

fn reply(header: &Header<'_>, from: &Mailbox, odd: &mut Vec<Oddity>) {
    let Some((_, own)) = parts(&from.address) else {
        return;
    };
    // A list sends answers to itself, and says that it is one.
    if header.count("List-Id") > 0 || header.count("List-Post") > 0 {
        return;
    }
    let elsewhere = header
        .addresses("Reply-To")
        .mailboxes
        .into_iter()
        .find(|mailbox| {
            parts(&mailbox.address)
                .is_some_and(|(_, there)| registrable(&there) != registrable(&own))
        });
    if let Some(mailbox) = elsewhere {
        odd.push(Oddity::ReplyElsewhere(Untrusted::new(
            mailbox.address.as_str(),
        )));
    }
}

/// The parts of an address: the domain in A-labels.
fn parts(address: &Address) -> Option<(String, String)> {
    let (local, domain) = address.as_str().rsplit_once('@')?;
    Some((local.to_owned(), host_to_ascii(domain)?))
}

/// An address that stands in a name.
fn address_in(name: &str) -> Option<Address> {
    name.split(|c: char| {
        c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '"' | ',' | ';' | '[' | ']')
    })
    .filter(|word| word.contains('@'))
    .find_map(|word| Address::parse(word.trim_matches('\'')).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(from: &str, more: &str) -> Vec<&'static str> {
        let known = [
            ("Bob Builder", "bob@example.org"),
            ("Carol", "carol.lindqvist@bank.com"),
        ]
        .map(|(name, address)| Known {
            name: Some(name.to_owned()),
            address: Address::parse(address).unwrap(),
        });
        let text = format!("From: {from}\r\n{more}\r\n");
        let header = Header::parse(text.as_bytes());
        let mut codes: Vec<_> = oddities(&header, &[], &known)
            .iter()
            .map(Oddity::code)
            .collect();
        codes.sort_unstable();
        codes
    }

    #[test]
    fn names_that_pass_for_others_are_told() {
        for (from, code) in [
            ("Bob <bob@examp1e.org>", "look-alike-domain"),
            ("Bob <bob@exarnple.org>", "look-alike-domain"),
            ("Bob <bob@example.orq>", "look-alike-domain"),
            ("Carol <carol.lindquist@bank.com>", "look-alike-address"),
            ("Bob Builder <bob.builder@mail.example>", "name-of-known"),
            (
                "\"bob@example.org\" <eve@evil.example>",
                "name-holds-address",
            ),
            (
                "\"Bob (bob@example.org)\" <eve@evil.example>",
                "name-holds-address",
            ),
            ("Pay <x@p\u{430}ypal.com>", "passes-for"),
            ("a@b.example, c@d.example", "sender-unclear"),
        ] {
            assert!(
                codes(from, "").contains(&code),
                "{from}: {:?}",
                codes(from, "")
            );
        }
        assert_eq!(
            codes("Bob <bob@example.org>", "Reply-To: x@evil.example\r\n"),
            ["reply-elsewhere"]
        );
    }

    #[test]
    fn ordinary_senders_are_left_in_peace() {
        for (from, more) in [
            ("Bob Builder <bob@example.org>", ""),
            ("Bob <BOB@EXAMPLE.ORG>", ""),
            ("Dora <dora@example.org>", ""),
            ("Carol <carol@other.example>", ""),
            (
                "Bob <bob@example.org>",
                "Reply-To: robert@mail.example.org\r\n",
            ),
            (
                "Bob <bob@example.org>",
                "Reply-To: l@lists.example\r\nList-Id: <l.lists.example>\r\n",
            ),
            ("\"bob@example.org\" <bob@example.org>", ""),
            ("Jörg <jörg@bücher.example>", ""),
        ] {
            assert_eq!(codes(from, more), [] as [&str; 0], "{from} {more}");
        }
    }
}
