//! Who wrote a message, or why that is unclear (rule 10).

use super::Header;
use crate::address::Mailbox;
use crate::base::Untrusted;

/// Whom a header section names as the author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// Exactly one mailbox, and nothing that makes it doubtful.
    Clear(Mailbox),
    /// More or less than that: such a message is never Verified.
    Unclear(UnclearAuthor),
}

/// Why the author is unclear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnclearAuthor {
    /// No From field; the Sender, if that names one.
    NoFrom(Option<Mailbox>),
    /// More than one From field; the mailboxes in all of them.
    SeveralFields(Vec<Mailbox>),
    /// A From field with nothing in it.
    Empty,
    /// More than one mailbox in From.
    SeveralAddresses(Vec<Mailbox>),
    /// The display name holds another address than the mailbox.
    AddressInName(Mailbox),
    /// A Sender that is not the author.
    OtherSender {
        /// The mailbox in From.
        from: Mailbox,
        /// The mailbox in Sender, if it can be read.
        sender: Option<Mailbox>,
    },
    /// Something in From that is no mailbox, as it was written.
    Unreadable(Untrusted),
}

impl Author {
    /// The mailbox of a clear author.
    pub fn clear(&self) -> Option<&Mailbox> {
        match self {
            Author::Clear(mailbox) => Some(mailbox),
            Author::Unclear(_) => None,
        }
    }

    /// Every mailbox that is named as author, clear or not, for showing.
    pub fn mailboxes(&self) -> Vec<&Mailbox> {
        match self {
            Author::Clear(mailbox) => vec![mailbox],
            Author::Unclear(why) => match why {
                UnclearAuthor::SeveralAddresses(all) | UnclearAuthor::SeveralFields(all) => {
                    all.iter().collect()
                }
                UnclearAuthor::AddressInName(from) | UnclearAuthor::OtherSender { from, .. } => {
                    vec![from]
                }
                UnclearAuthor::NoFrom(_) | UnclearAuthor::Empty | UnclearAuthor::Unreadable(_) => {
                    Vec::new()
                }
            },
        }
    }
}

/// Reads the author from a header section.
pub fn author(header: &Header<'_>) -> Author {
    match judge(header) {
        Ok(mailbox) => Author::Clear(mailbox),
        Err(why) => Author::Unclear(why),
    }
}

fn judge(header: &Header<'_>) -> Result<Mailbox, UnclearAuthor> {
    let sender = || header.addresses("Sender").mailboxes.into_iter().next();
    match header.count("From") {
        0 => return Err(UnclearAuthor::NoFrom(sender())),
        1 => {}
        _ => {
            let all = header.addresses("From").mailboxes;
            return Err(UnclearAuthor::SeveralFields(all));
        }
    }
    let list = header.addresses("From");
    if let Some(bad) = list.unreadable.into_iter().next() {
        return Err(UnclearAuthor::Unreadable(bad));
    }
    let mut all = list.mailboxes;
    if all.len() > 1 {
        return Err(UnclearAuthor::SeveralAddresses(all));
    }
    let from = all.pop().ok_or(UnclearAuthor::Empty)?;
    if name_holds_other_address(&from) {
        return Err(UnclearAuthor::AddressInName(from));
    }
    if header.count("Sender") > 0 {
        let senders = header.addresses("Sender");
        let same = senders.unreadable.is_empty()
            && senders.mailboxes.iter().all(|s| s.address == from.address);
        if !same {
            let sender = senders.mailboxes.into_iter().next();
            return Err(UnclearAuthor::OtherSender { from, sender });
        }
    }
    Ok(from)
}

/// Whether the display name shows an address that mail to this mailbox would not reach.
///
/// Characters that are not seen, blanks beside the `@`, and look-alikes of `@` and dot are seen
/// through. A name that only repeats the address is no deception.
fn name_holds_other_address(mailbox: &Mailbox) -> bool {
    let Some(name) = &mailbox.name else {
        return false;
    };
    let name = plain(name.raw());
    let pieces: Vec<&str> = name.split('@').collect();
    pieces.windows(2).any(|pair| {
        let [before, after] = pair else { return false };
        let local = before.trim_end_matches(is_edge).rsplit(is_edge).next();
        let local = local.unwrap_or_default();
        let domain = after.trim_start_matches(is_edge).split(is_edge).next();
        let domain = domain.unwrap_or_default();
        let domain = domain.trim_end_matches('.');
        let looks_like_one = !local.is_empty() && domain.contains('.');
        looks_like_one
            && crate::address::Address::parse(&format!("{local}@{domain}"))
                .map_or(true, |shown| shown != mailbox.address)
    })
}

/// The name as the eye reads it, as far as it matters to addresses.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !Untrusted::from(c.to_string()).is_tricky() || c.is_whitespace())
        .map(|c| match c {
            '\u{FF20}' | '\u{FE6B}' => '@',
            '\u{FF0E}' | '\u{3002}' | '\u{FF61}' | '\u{2024}' | '\u{FE52}' => '.',
            c if c.is_whitespace() => ' ',
            other => other,
        })
        .collect()
}

fn is_edge(c: char) -> bool {
    c.is_whitespace()
        || "\"'`<>()[]{},;:|".contains(c)
        || matches!(c, '‘' | '’' | '“' | '”' | '«' | '»')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> Author {
        author(&Header::parse(header.as_bytes()))
    }

    fn is_clear(header: &str) -> bool {
        of(header).clear().is_some()
    }

    #[test]
    fn rule_10_one_mailbox_is_clear() {
        assert!(is_clear("From: Bob Example <bob@example.org>\r\n"));
        assert!(is_clear(
            "From: bob@example.org (Bob)\r\nSender: Bob <BOB@example.org>\r\n"
        ));
        assert!(is_clear(
            "From: =?utf-8?q?B=C3=B6b?=\r\n <bob@example.org>\r\n"
        ));
        assert!(is_clear("From: \"bob@example.org\" <bob@example.org>\r\n"));
        assert!(is_clear("From: Bob @ home <bob@example.org>\r\n"));
    }

    #[test]
    fn rule_10_two_from_fields_are_unclear() {
        let two = of("From: a@example.org\r\nfrom: b@example.org\r\n");
        assert!(
            matches!(&two, Author::Unclear(UnclearAuthor::SeveralFields(all)) if all.len() == 2)
        );
        assert_eq!(two.mailboxes().len(), 2);
    }

    #[test]
    fn rule_10_two_addresses_are_unclear() {
        for from in [
            "From: a@example.org, b@example.org\n",
            "From: Friends: a@example.org, b@example.org;\n",
            "From: a@example.org,\n b@example.org\n",
        ] {
            let Author::Unclear(UnclearAuthor::SeveralAddresses(all)) = of(from) else {
                panic!("{from}: {:?}", of(from));
            };
            assert_eq!(all.len(), 2);
        }
    }

    #[test]
    fn rule_10_an_empty_or_unreadable_from_is_unclear() {
        for from in [
            "From:\n",
            "From: (nobody)\n",
            "From: undisclosed:;\n",
            "From: ,,\n",
        ] {
            assert_eq!(of(from), Author::Unclear(UnclearAuthor::Empty), "{from}");
        }
        for from in [
            "From: bob\n",
            "From: <bob@example.org\n",
            "From: a@example.org b@example.org\n",
            "From: <a@example.org> <b@example.org>\n",
            "From: a@example.org <b@example.org> c\n",
            "From: =?utf-8?q?a=40example.org?=\n",
        ] {
            let why = of(from);
            assert!(
                matches!(why, Author::Unclear(UnclearAuthor::Unreadable(_))),
                "{from}: {why:?}"
            );
        }
    }

    #[test]
    fn rule_10_an_address_inside_the_display_name_is_unclear() {
        for from in [
            "From: \"bob@bank.example\" <evil@x.example>\n",
            "From: bob@bank.example <evil@x.example>\n",
            "From: =?utf-8?q?bob=40bank=2Eexample?= <evil@x.example>\n",
            "From: \"Bob (bob@bank.example)\" <evil@x.example>\n",
            "From: \"Bob <bob@bank.example>\" <evil@x.example>\n",
            "From: \"bob @ bank.example\" <evil@x.example>\n",
            "From: \"(bob)@bank.example\" <evil@x.example>\n",
            "From: \"\\\"bob\\\"@bank.example\" <evil@x.example>\n",
            "From: \"bob@ (bank.example)\" <evil@x.example>\n",
            "From: =?utf-8?b?Ym9i77ygYmFua+OAgmV4YW1wbGU=?= <evil@x.example>\n",
            "From: evil@x.example (bob@bank.example)\n",
            "From: \"bob\u{200b}@bank.example\" <evil@x.example>\n",
        ] {
            let why = of(from);
            assert!(
                matches!(why, Author::Unclear(UnclearAuthor::AddressInName(_))),
                "{from}: {why:?}"
            );
        }
    }

    #[test]
    fn rule_10_an_encoded_word_cannot_add_an_address() {
        let from = "From: =?utf-8?q?Bob_=3Cbob=40bank=2Eexample=3E=2C?= <evil@x.example>\n";
        let Author::Unclear(UnclearAuthor::AddressInName(mailbox)) = of(from) else {
            panic!("{:?}", of(from));
        };
        assert_eq!(mailbox.address.as_str(), "evil@x.example");
    }

    #[test]
    fn rule_10_sender_instead_of_from_is_unclear() {
        let none = of("Sender: Bob <bob@example.org>\n");
        assert!(
            matches!(none, Author::Unclear(UnclearAuthor::NoFrom(Some(_)))),
            "{none:?}"
        );
        let other = of("From: a@example.org\nSender: b@example.org\n");
        assert!(matches!(
            other,
            Author::Unclear(UnclearAuthor::OtherSender {
                sender: Some(_),
                ..
            })
        ));
    }
}
