//! The server that a person hands their letters to, seen from behind their own login: what it lets
//! them do, and what it does to a letter. The login shows the control (rule 69).

mod letter;

pub use letter::{Fate, Returned, SPAM_LINE, Vouch, Which, judge as judge_letter, virus_sample};

use super::finding::{Detail, Finding, FindingId, Owner};
use super::servers::{Asked, tells_mailboxes};
use crate::address::Address;
use crate::dns::NotKnown;

/// Letters of this size, in bytes, should be taken everywhere: 10 MiB carries a few pictures.
pub const SPACIOUS: u64 = 10 << 20;
/// So many connections at once are tried, and no more: mail programs make about as many.
pub const CONNECTIONS: usize = 10;
/// A mailbox that nobody has.
const NOBODY: &str = "nobody-has-this-mailbox-7f3a91";

/// Whose name a sender is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The person's own.
    Own,
    /// Somebody else's in the person's domain.
    Neighbour,
    /// Somebody's in another domain.
    Stranger,
}

/// A sender by whose name the server is asked to take a letter to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Whose name it is.
    pub whose: Whose,
    /// It, as it stands between `<` and `>`.
    pub address: String,
}

/// The senders that are tried, the own one first. The stranger's domain is nobody's (RFC 2606).
pub fn senders(own: &Address) -> Vec<Sender> {
    let domain = own.domain();
    let sender = |whose, address| Sender { whose, address };
    vec![
        sender(Whose::Own, own.wire().to_string()),
        sender(Whose::Neighbour, format!("{NOBODY}@{domain}")),
        sender(Whose::Stranger, stranger(own)),
    ]
}

/// An address in a domain that is nobody's, and not the person's.
pub fn stranger(own: &Address) -> String {
    let nobodys = if own.domain() == "example.com" {
        "example.net"
    } else {
        "example.com"
    };
    format!("{NOBODY}@{nobodys}")
}

/// What came of another login that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherLogin {
    /// The server let it in.
    Taken,
    /// The server refused it.
    Refused,
    /// Nobody knows.
    Not(NotKnown),
}

/// What the server was seen to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// Its first line, where it was heard.
    pub banner: Option<String>,
    /// The largest letter that it takes, in bytes, where it says (RFC 1870); `Some(None)`: it says
    /// that it names no limit.
    pub size: Option<Option<u64>>,
    /// Each sender, with the code by which a letter to the person was taken or not; `None` where the
    /// server hung up.
    pub senders: Vec<(Sender, Option<u16>)>,
    /// What it answers about mailboxes before the login.
    pub asked: Asked,
    /// Whether a command that was said in one breath with STARTTLS counted after TLS; `None` where TLS
    /// comes first.
    pub injected: Option<Result<bool, NotKnown>>,
    /// Another login, where the person wanted one tried.
    pub other_login: Option<OtherLogin>,
    /// How many of [`CONNECTIONS`] connections at once were greeted, where the person wanted that.
    pub connections: Option<Result<usize, NotKnown>>,
}

/// Judges what was seen. `subject` names the server.
pub fn judge(subject: &str, seen: &Behaviour) -> Vec<Finding> {
    let mut findings = vec![
        size(subject, seen),
        banner(subject, seen),
        tells_mailboxes(subject, &seen.asked),
        others_names(subject, seen),
    ];
    if let Some(injected) = seen.injected {
        let id = FindingId::StarttlsInjection;
        findings.push(match injected {
            Ok(true) => Finding::fail(id, subject, Owner::Provider),
            Ok(false) => Finding::pass(id, subject),
            Err(why) => Finding::unknown(id, subject, why),
        });
    }
    if let Some(tried) = seen.other_login {
        let id = FindingId::DefaultLogin;
        findings.push(match tried {
            OtherLogin::Taken => Finding::fail(id, subject, Owner::You),
            OtherLogin::Refused => Finding::pass(id, subject),
            OtherLogin::Not(why) => Finding::unknown(id, subject, why),
        });
    }
    if let Some(greeted) = seen.connections {
        findings.push(connections(subject, greeted));
    }
    findings
}

fn size(subject: &str, seen: &Behaviour) -> Finding {
    let id = FindingId::SizeLimit;
    match seen.size.flatten() {
        Some(bytes) if bytes < SPACIOUS => {
            Finding::advice(id, subject, Owner::Provider).with(Detail::Bytes(bytes))
        }
        Some(bytes) => Finding::pass(id, subject).with(Detail::Bytes(bytes)),
        None => Finding::pass(id, subject),
    }
}

/// Names of programs in greetings as they come out of the box.
const PROGRAMS: [&str; 12] = [
    "postfix",
    "exim",
    "sendmail",
    "opensmtpd",
    "qmail",
    "microsoft esmtp",
    "hmailserver",
    "mailenable",
    "mdaemon",
    "zimbra",
    "haraka",
    "courier",
];

/// A greeting that names the program tells attackers which holes to try first.
fn banner(subject: &str, seen: &Behaviour) -> Finding {
    let id = FindingId::BannerSoftware;
    let Some(banner) = &seen.banner else {
        return Finding::unknown(id, subject, NotKnown::NotAsked);
    };
    // The host's own name may be anything.
    let (_, words) = banner.split_once(' ').unwrap_or(("", banner));
    let words = words.to_ascii_lowercase();
    match PROGRAMS.iter().any(|name| words.contains(name)) {
        true => Finding::advice(id, subject, Owner::Provider).with(Detail::Text(banner.clone())),
        false => Finding::pass(id, subject),
    }
}

/// Whether the server takes letters by names that are not the person's. An alias may be wanted, so
/// that it is no failure.
fn others_names(subject: &str, seen: &Behaviour) -> Finding {
    let id = FindingId::SenderAny;
    let code_of = |whose| {
        let mut all = seen.senders.iter();
        all.find(|(sender, _)| sender.whose == whose)
            .and_then(|(_, code)| *code)
    };
    // Where the own name is not taken, a refusal of others says nothing.
    if !matches!(code_of(Whose::Own), Some(250 | 251)) {
        return Finding::unknown(id, subject, NotKnown::TurnedAway);
    }
    let taken: Vec<String> = seen
        .senders
        .iter()
        .filter(|(sender, code)| sender.whose != Whose::Own && matches!(code, Some(250 | 251)))
        .map(|(sender, _)| sender.address.clone())
        .collect();
    if !taken.is_empty() {
        return Finding::advice(id, subject, Owner::Provider).with(Detail::Names(taken));
    }
    let refused = |whose| matches!(code_of(whose), Some(500..=599));
    match refused(Whose::Neighbour) && refused(Whose::Stranger) {
        true => Finding::pass(id, subject),
        false => Finding::unknown(id, subject, NotKnown::TurnedAway),
    }
}

/// A server that takes all is not without a limit: more are not tried.
fn connections(subject: &str, greeted: Result<usize, NotKnown>) -> Finding {
    let id = FindingId::ConnectionLimit;
    match greeted {
        Err(why) => Finding::unknown(id, subject, why),
        Ok(0) => Finding::unknown(id, subject, NotKnown::TurnedAway),
        Ok(seen) if seen < CONNECTIONS => Finding::pass(id, subject).with(Detail::Count {
            seen,
            most: CONNECTIONS,
        }),
        Ok(seen) => Finding::unknown(id, subject, NotKnown::NotAsked).with(Detail::Count {
            seen,
            most: CONNECTIONS,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    fn own() -> Address {
        Address::parse("alice@example.org").unwrap()
    }

    fn asked(codes: [Option<u16>; 3]) -> Behaviour {
        Behaviour {
            senders: senders(&own()).into_iter().zip(codes).collect(),
            ..Behaviour::default()
        }
    }

    fn found(seen: &Behaviour, id: FindingId) -> (Outcome, bool) {
        let all = judge("mail.example.org:465", seen);
        let finding = all.iter().find(|finding| finding.id == id).unwrap();
        (finding.outcome, finding.advice)
    }

    #[test]
    fn names_of_others_are_a_finding_only_where_the_own_is_taken() {
        let of = |codes| found(&asked(codes), FindingId::SenderAny);
        assert_eq!(
            of([Some(250), Some(553), Some(553)]),
            (Outcome::Pass, false)
        );
        assert_eq!(of([Some(250), Some(250), Some(553)]), (Outcome::Pass, true));
        assert_eq!(of([Some(250), Some(250), Some(250)]), (Outcome::Pass, true));
        for codes in [
            [Some(553), Some(553), Some(553)],
            [Some(250), Some(450), Some(553)],
            [Some(250), None, None],
            [None, None, None],
        ] {
            assert_eq!(of(codes), (Outcome::Unknown, false), "{codes:?}");
        }
    }

    #[test]
    fn the_stranger_is_never_of_the_own_domain() {
        for domain in ["example.com", "example.net", "example.org"] {
            let own = Address::parse(&format!("a@{domain}")).unwrap();
            let strangers = senders(&own);
            assert!(!strangers[2].address.ends_with(&format!("@{domain}")));
            assert!(strangers[1].address.ends_with(&format!("@{domain}")));
        }
    }

    #[test]
    fn a_greeting_is_judged_by_its_words_and_not_by_the_name_of_the_host() {
        let of = |banner: &str| {
            let seen = Behaviour {
                banner: Some(banner.to_owned()),
                ..Behaviour::default()
            };
            found(&seen, FindingId::BannerSoftware)
        };
        assert_eq!(
            of("mx.example.org ESMTP Postfix (Debian/GNU)"),
            (Outcome::Pass, true)
        );
        assert_eq!(of("mx.example.org ESMTP OpenSMTPD"), (Outcome::Pass, true));
        assert_eq!(of("exim.example.org ESMTP"), (Outcome::Pass, false));
        assert_eq!(
            found(&Behaviour::default(), FindingId::BannerSoftware).0,
            Outcome::Unknown
        );
    }

    #[test]
    fn rule_69_a_default_login_is_a_failure_only_when_it_was_let_in() {
        for (tried, outcome) in [
            (OtherLogin::Taken, Outcome::Fail),
            (OtherLogin::Refused, Outcome::Pass),
            (OtherLogin::Not(NotKnown::Closed), Outcome::Unknown),
        ] {
            let seen = Behaviour {
                other_login: Some(tried),
                ..Behaviour::default()
            };
            assert_eq!(found(&seen, FindingId::DefaultLogin).0, outcome);
        }
        let nothing = judge("h", &Behaviour::default());
        assert!(nothing.iter().all(|f| f.id != FindingId::DefaultLogin));
    }

    #[test]
    fn sizes_and_connections() {
        let with = |size, connections| Behaviour {
            size,
            connections,
            ..Behaviour::default()
        };
        let size = |size| found(&with(size, None), FindingId::SizeLimit);
        assert_eq!(size(Some(Some(SPACIOUS))), (Outcome::Pass, false));
        assert_eq!(size(Some(Some(SPACIOUS - 1))), (Outcome::Pass, true));
        assert_eq!(size(None), (Outcome::Pass, false));
        let many = |greeted| found(&with(None, Some(greeted)), FindingId::ConnectionLimit).0;
        assert_eq!(many(Ok(4)), Outcome::Pass);
        assert_eq!(many(Ok(CONNECTIONS)), Outcome::Unknown);
        assert_eq!(many(Ok(0)), Outcome::Unknown);
        assert_eq!(many(Err(NotKnown::Closed)), Outcome::Unknown);
    }
}
