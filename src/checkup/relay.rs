//! Whether a server passes on mail from strangers to strangers, asked only where its control is shown
//! (rule 69): a token in the zone that its name stands in.

use super::finding::{Detail, Finding, FindingId, Owner, Paste};
use crate::dns::{Name, NotKnown};
use aws_lc_rs::hmac;

/// Below a domain, where the token stands.
pub const LABEL: &str = "_waxwing-check";
/// A domain that takes no mail and belongs to nobody (RFC 2606, RFC 7505).
const ELSEWHERE: &str = "example.com";

/// One sender and one recipient, as they stand between `<` and `>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Of MAIL FROM.
    pub from: String,
    /// Of RCPT TO.
    pub to: String,
    /// What taking it means.
    pub meaning: Meaning,
}

/// What it means when a recipient is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Mail for a stranger is passed on.
    Relay,
    /// Mail for a stranger is passed on, unless the server takes everything for its own domains.
    RelayUnlessCatchAll,
    /// The server takes everything for its own domains.
    CatchAll,
    /// It takes mail for a mailbox that is there.
    Mailbox,
}

/// The token that shows control of a domain: derived from a secret of this home, so that nobody else's
/// fits (HMAC-SHA-256, 128 bits of it).
pub fn token(secret: &[u8], domain: &Name) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, format!("waxwing check {domain}").as_bytes());
    let hex: String = tag
        .as_ref()
        .iter()
        .take(16)
        .map(|b| format!("{b:02x}"))
        .collect();
    format!("waxwing-check={hex}")
}

/// The known forms of strangers' addresses.
pub fn envelopes(host: &Name, domain: &Name) -> Vec<Envelope> {
    let stranger = format!("relay-test@{ELSEWHERE}");
    let sender = format!("sender@{ELSEWHERE}");
    let envelope = |from: &str, to: String, meaning| Envelope {
        from: from.to_owned(),
        to,
        meaning,
    };
    let mut all = vec![
        envelope(
            &sender,
            format!("nobody-has-this-mailbox-7f3a91@{domain}"),
            Meaning::CatchAll,
        ),
        envelope(
            &sender,
            format!("nobody-has-this-mailbox-7f3a91@{host}"),
            Meaning::CatchAll,
        ),
    ];
    for from in [
        sender.clone(),
        String::new(),
        format!("postmaster@{domain}"),
        format!("postmaster@{host}"),
        "postmaster@localhost".to_owned(),
    ] {
        all.push(envelope(&from, stranger.clone(), Meaning::Relay));
    }
    let routed = stranger.replace('@', "%");
    for to in [
        format!("\"{stranger}\""),
        routed.clone(),
        format!("{routed}@{host}"),
        format!("\"{stranger}\"@{host}"),
        format!("@{host}:{stranger}"),
        format!("{ELSEWHERE}!relay-test"),
        format!("{ELSEWHERE}!relay-test@{host}"),
        format!("{stranger}@{host}"),
    ] {
        all.push(envelope(&sender, to, Meaning::RelayUnlessCatchAll));
    }
    all
}

/// What each host that takes a domain's mail is asked, to compare the answers: a mailbox that everybody
/// has (RFC 5321 §4.5.1), and one that nobody has.
pub fn mailboxes(domain: &Name) -> Vec<Envelope> {
    let envelope = |who: &str, meaning| Envelope {
        from: String::new(),
        to: format!("{who}@{domain}"),
        meaning,
    };
    vec![
        envelope("postmaster", Meaning::Mailbox),
        envelope("nobody-has-this-mailbox-7f3a91", Meaning::CatchAll),
    ]
}

/// Whether all hosts that take a domain's mail give the same answers. A host that does not answer, or says
/// to come again later, says nothing. One that takes mail for nobody while another refuses it has a
/// policy of its own: it will send the refusal back to whoever was named as the sender, who is mostly a
/// stranger.
pub fn compare(domain: &Name, hosts: &[(Name, Relayed)]) -> Finding {
    let id = FindingId::MxDiffers;
    let subject = domain.as_str();
    let mut why = None;
    let mut answers: Vec<(&Name, [bool; 2])> = Vec::new();
    for (host, relayed) in hosts {
        let codes = match relayed {
            Relayed::NotShown { token } => return not_shown(id, domain, subject, token),
            Relayed::Not(not) => {
                why = Some(*not);
                continue;
            }
            Relayed::Asked(codes) => codes,
        };
        let said = |meaning| {
            let mut all = codes.iter();
            let (_, code) = all.find(|(envelope, _)| envelope.meaning == meaning)?;
            match code {
                Some(250 | 251) => Some(true),
                Some(500..=599) => Some(false),
                Some(_) | None => None,
            }
        };
        match (said(Meaning::Mailbox), said(Meaning::CatchAll)) {
            (Some(known), Some(nobody)) => answers.push((host, [known, nobody])),
            (Some(_), None) | (None, Some(_)) | (None, None) => why = Some(NotKnown::TurnedAway),
        }
    }
    let same = |pair: &[(&Name, [bool; 2])]| {
        pair.windows(2).all(|two| match two {
            [one, other] => one.1 == other.1,
            _ => true,
        })
    };
    if !same(&answers) {
        // The first is asked first: whoever differs from it is named.
        let first = answers.first().map(|(_, said)| *said);
        let others = answers.iter().filter(|(_, said)| Some(*said) != first);
        let names = others.map(|(host, _)| host.to_string()).collect();
        return Finding::fail(id, subject, Owner::Provider).with(Detail::Names(names));
    }
    match why {
        Some(why) => Finding::unknown(id, subject, why),
        None if answers.len() < 2 => Finding::unknown(id, subject, NotKnown::NotAsked),
        None => Finding::pass(id, subject),
    }
}

fn not_shown(id: FindingId, domain: &Name, subject: &str, token: &str) -> Finding {
    Finding::unknown(id, subject, NotKnown::NotAsked).pasting(Paste {
        name: format!("{LABEL}.{domain}"),
        kind: "TXT",
        before: None,
        after: token.to_owned(),
    })
}

/// What control is shown by, and what came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relayed {
    /// The token is not there: nothing was asked.
    NotShown {
        /// It.
        token: String,
    },
    /// Nobody knows.
    Not(NotKnown),
    /// Codes of the answers to RCPT TO; `None` where the sender was refused or the server hung up.
    Asked(Vec<(Envelope, Option<u16>)>),
}

/// Judges what came of it.
pub fn judge(domain: &Name, host: &Name, relayed: &Relayed) -> Finding {
    let id = FindingId::RelayOpen;
    let subject = host.as_str();
    match relayed {
        Relayed::NotShown { token } => not_shown(id, domain, subject, token),
        Relayed::Not(why) => Finding::unknown(id, subject, *why),
        Relayed::Asked(answers) => {
            let taken = |answer: &Option<u16>| matches!(answer, Some(250 | 251));
            let catch_all = answers
                .iter()
                .any(|(envelope, code)| envelope.meaning == Meaning::CatchAll && taken(code));
            let open: Vec<String> = answers
                .iter()
                .filter(|(envelope, code)| {
                    taken(code)
                        && match envelope.meaning {
                            Meaning::Relay => true,
                            Meaning::RelayUnlessCatchAll => !catch_all,
                            Meaning::CatchAll | Meaning::Mailbox => false,
                        }
                })
                .map(|(envelope, _)| format!("<{}> → <{}>", envelope.from, envelope.to))
                .collect();
            // Only a lasting no is one: 4xx may become a yes (RFC 5321 §4.2.1).
            let refused = answers
                .iter()
                .filter(|(envelope, _)| envelope.meaning == Meaning::Relay)
                .any(|(_, code)| matches!(code, Some(500..=599)));
            match (open.is_empty(), refused) {
                (false, _) => Finding::fail(id, subject, Owner::Provider).with(Detail::Names(open)),
                (true, true) => Finding::pass(id, subject),
                (true, false) => Finding::unknown(id, subject, NotKnown::TurnedAway),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    #[test]
    fn rule_69_without_the_token_nothing_is_asked_and_the_token_is_told() {
        let (domain, host) = (
            Name::parse("example.org").unwrap(),
            Name::parse("mx.example.org").unwrap(),
        );
        let token = token(b"secret", &domain);
        assert_ne!(token, super::token(b"other", &domain));
        assert_ne!(token, super::token(b"secret", &host));
        let shown = token.clone();
        let finding = judge(&domain, &host, &Relayed::NotShown { token });
        assert_eq!(finding.outcome, Outcome::Unknown);
        assert_eq!(finding.paste.unwrap().after, shown);
    }

    #[test]
    fn only_strangers_mail_that_is_taken_makes_a_relay_open() {
        let (domain, host) = (
            Name::parse("example.org").unwrap(),
            Name::parse("mx.example.org").unwrap(),
        );
        let outcome = |code: &dyn Fn(&Envelope) -> Option<u16>| {
            let asked = envelopes(&host, &domain).into_iter().map(|envelope| {
                let code = code(&envelope);
                (envelope, code)
            });
            judge(&domain, &host, &Relayed::Asked(asked.collect())).outcome
        };
        assert_eq!(outcome(&|_| Some(554)), Outcome::Pass);
        assert_eq!(outcome(&|_| Some(250)), Outcome::Fail);
        assert_eq!(outcome(&|_| Some(450)), Outcome::Unknown);
        assert_eq!(outcome(&|_| None), Outcome::Unknown);
        // A server that takes everything for itself takes routed addresses as well.
        let routed = |relay, own| {
            move |envelope: &Envelope| match envelope.meaning {
                Meaning::Relay => Some(relay),
                Meaning::CatchAll | Meaning::Mailbox => Some(own),
                Meaning::RelayUnlessCatchAll => Some(250),
            }
        };
        assert_eq!(outcome(&routed(554, 250)), Outcome::Pass);
        assert_eq!(outcome(&routed(554, 550)), Outcome::Fail);
        assert_eq!(outcome(&routed(251, 550)), Outcome::Fail);
    }

    #[test]
    fn rule_69_hosts_that_answer_otherwise_than_the_first_are_named() {
        let domain = Name::parse("example.org").unwrap();
        let host = |number: usize| Name::parse(&format!("mx{number}.example.org")).unwrap();
        let found = |answers: &[[Option<u16>; 2]]| {
            let hosts: Vec<(Name, Relayed)> = answers
                .iter()
                .enumerate()
                .map(|(number, codes)| {
                    let asked = mailboxes(&domain).into_iter().zip(*codes);
                    (host(number), Relayed::Asked(asked.collect()))
                })
                .collect();
            compare(&domain, &hosts)
        };
        let good = [Some(250), Some(550)];
        assert_eq!(found(&[good, good]).outcome, Outcome::Pass);
        // The second takes mail for nobody: its refusals come later, and go to strangers.
        let backup = found(&[good, [Some(250), Some(250)], good]);
        assert_eq!(backup.outcome, Outcome::Fail);
        assert_eq!(backup.detail, Detail::Names(vec![host(1).to_string()]));
        assert_eq!(
            found(&[good, [Some(554), Some(554)]]).outcome,
            Outcome::Fail
        );
        // All take all: a catch-all is a policy.
        let all = [Some(250), Some(250)];
        assert_eq!(found(&[all, all]).outcome, Outcome::Pass);
        for unclear in [[Some(450), Some(450)], [Some(250), None], [None, None]] {
            assert_eq!(
                found(&[good, unclear]).outcome,
                Outcome::Unknown,
                "{unclear:?}"
            );
        }
        assert_eq!(found(&[good]).outcome, Outcome::Unknown);
        let silent = [
            (host(0), Relayed::Not(NotKnown::Closed)),
            (host(1), Relayed::Not(NotKnown::Closed)),
        ];
        assert_eq!(compare(&domain, &silent).outcome, Outcome::Unknown);
    }
}
