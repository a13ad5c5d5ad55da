//! Letters that the person sent to themselves, and what became of them at the server.

use super::super::finding::{Detail, Finding, FindingId, Owner};
use crate::dns::NotKnown;

/// The line by which spam filters are tried: every one that keeps to it takes a letter with it for spam
/// (GTUBE, the Generic Test for Unsolicited Bulk Email).
pub const SPAM_LINE: &str = concat!(
    "XJS*C4JDBQADN1.NSBN3*2IDNEN*",
    "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
);

/// The file by which virus scanners are tried: harmless, and known to all (EICAR test file). Put together
/// when it is wanted, so that this program is not taken for it.
pub fn virus_sample() -> Vec<u8> {
    let halves = [
        "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR",
        "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    ];
    halves.concat().into_bytes()
}

/// Which letter it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// An ordinary one by the own name.
    Own,
    /// By a stranger's name in From, handed in by the own login.
    Forged,
    /// With [`SPAM_LINE`].
    Spam,
    /// With [`virus_sample`].
    Virus,
}

impl Which {
    /// The check that it is for.
    fn id(self) -> FindingId {
        match self {
            Which::Own => FindingId::TestLetter,
            Which::Forged => FindingId::FromForged,
            Which::Spam => FindingId::SpamTaken,
            Which::Virus => FindingId::VirusTaken,
        }
    }
}

/// What became of a letter at the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was refused for good, with this code.
    Refused(u16),
    /// It was taken, and came back so.
    Came(Returned),
    /// It was taken, and did not come back in time.
    Gone,
    /// Nobody knows.
    Not(NotKnown),
}

/// Whether a word for a letter's origin holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Vouch {
    /// It does.
    Holds,
    /// It is there, and does not.
    Broken,
    /// It is not there, or could not be tested. A letter that never left its server need not be signed,
    /// and has no address that SPF could speak of.
    #[default]
    Open,
}

/// A letter that came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// Fields that came to its header and are no trace of the way; `None` where it is not known how
    /// it left.
    pub added: Option<Vec<String>>,
    /// Fields that say something else, or are gone.
    pub rewritten: Vec<String>,
    /// Whether its From is what it was.
    pub from_kept: bool,
    /// Whether a filter marked it as spam.
    pub marked: bool,
    /// SPF.
    pub spf: Vouch,
    /// DKIM.
    pub dkim: Vouch,
    /// DMARC.
    pub dmarc: Vouch,
}

/// Fields that tell where the writer sits.
const TELLING: [&str; 5] = [
    "x-originating-ip",
    "x-sender-ip",
    "x-client-ip",
    "x-source-ip",
    "x-authenticated-sender",
];

/// Judges what became of a letter. `subject` names the server.
pub fn judge(subject: &str, which: Which, fate: &Fate) -> Vec<Finding> {
    let id = which.id();
    let advice = || Finding::advice(id, subject, Owner::Provider);
    let one = match (which, fate) {
        (_, Fate::Not(why)) => Finding::unknown(id, subject, *why),
        (_, Fate::Gone) => Finding::unknown(id, subject, NotKnown::Deadline),
        (Which::Own, Fate::Came(returned)) => return own(subject, returned),
        (Which::Own, Fate::Refused(code)) => {
            Finding::fail(id, subject, Owner::Provider).with(Detail::Text(code.to_string()))
        }
        // Refused, or put right, is as it should be; so is spam that was marked.
        (Which::Forged | Which::Spam | Which::Virus, Fate::Refused(_)) => {
            Finding::pass(id, subject)
        }
        (Which::Forged, Fate::Came(returned)) if returned.from_kept => advice(),
        (Which::Spam | Which::Virus, Fate::Came(returned)) if !returned.marked => advice(),
        (Which::Forged | Which::Spam | Which::Virus, Fate::Came(_)) => Finding::pass(id, subject),
    };
    vec![one]
}

/// The own letter: what was done to its header, and whether receivers can trust it.
fn own(subject: &str, returned: &Returned) -> Vec<Finding> {
    let mut findings = vec![Finding::pass(FindingId::TestLetter, subject)];
    if let Some(added) = &returned.added {
        let finding = |id, names: Vec<String>| match names.is_empty() {
            true => Finding::pass(id, subject),
            false => Finding::advice(id, subject, Owner::Provider).with(Detail::Names(names)),
        };
        let telling = |name: &&String| TELLING.iter().any(|known| name.eq_ignore_ascii_case(known));
        let told: Vec<String> = added.iter().filter(telling).cloned().collect();
        findings.push(finding(
            FindingId::HeadersRewritten,
            returned.rewritten.clone(),
        ));
        // What else was added is said, and harms nobody.
        findings.push(match told.is_empty() {
            true => {
                Finding::pass(FindingId::HeadersAdded, subject).with(Detail::Names(added.clone()))
            }
            false => finding(FindingId::HeadersAdded, told),
        });
    }
    for (id, vouch) in [
        (FindingId::LetterSpf, returned.spf),
        (FindingId::LetterDkim, returned.dkim),
        (FindingId::LetterDmarc, returned.dmarc),
    ] {
        findings.push(match vouch {
            Vouch::Holds => Finding::pass(id, subject),
            Vouch::Broken => Finding::fail(id, subject, Owner::Provider),
            Vouch::Open => Finding::unknown(id, subject, NotKnown::NotAsked),
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::super::finding::Outcome;
    use super::*;

    fn one(which: Which, fate: &Fate) -> (Outcome, bool) {
        let all = judge("h", which, fate);
        (all[0].outcome, all[0].advice)
    }

    fn came(from_kept: bool, marked: bool) -> Fate {
        Fate::Came(Returned {
            from_kept,
            marked,
            ..Returned::default()
        })
    }

    #[test]
    fn what_was_refused_or_put_right_is_well_and_what_is_not_known_is_unknown() {
        for which in [Which::Forged, Which::Spam, Which::Virus] {
            assert_eq!(one(which, &Fate::Refused(554)), (Outcome::Pass, false));
            assert_eq!(one(which, &Fate::Gone), (Outcome::Unknown, false));
            assert_eq!(
                one(which, &Fate::Not(NotKnown::Closed)),
                (Outcome::Unknown, false)
            );
        }
        assert_eq!(
            one(Which::Forged, &came(true, false)),
            (Outcome::Pass, true)
        );
        assert_eq!(
            one(Which::Forged, &came(false, false)),
            (Outcome::Pass, false)
        );
        for which in [Which::Spam, Which::Virus] {
            assert_eq!(one(which, &came(true, false)), (Outcome::Pass, true));
            assert_eq!(one(which, &came(true, true)), (Outcome::Pass, false));
        }
        assert_eq!(one(Which::Own, &Fate::Refused(550)), (Outcome::Fail, false));
    }

    #[test]
    fn fields_that_tell_where_the_writer_sits_are_told_others_are_named_alone() {
        let of = |added: &[&str], id| {
            let returned = Returned {
                added: Some(added.iter().map(|name| (*name).to_owned()).collect()),
                ..Returned::default()
            };
            let all = judge("h", Which::Own, &Fate::Came(returned));
            all.into_iter().find(|finding| finding.id == id).unwrap()
        };
        let told = of(&["X-Originating-IP", "X-Mailer"], FindingId::HeadersAdded);
        assert!(told.advice);
        assert_eq!(
            told.detail,
            Detail::Names(vec!["X-Originating-IP".to_owned()])
        );
        assert!(!of(&["X-Mailer"], FindingId::HeadersAdded).advice);
        assert!(!of(&[], FindingId::HeadersRewritten).advice);
    }

    #[test]
    fn of_how_a_letter_left_nothing_is_said_where_it_is_not_known() {
        let all = judge("h", Which::Own, &Fate::Came(Returned::default()));
        let ids: Vec<FindingId> = all.iter().map(|finding| finding.id).collect();
        assert!(!ids.contains(&FindingId::HeadersRewritten));
        let vouched = all.iter().filter(|f| f.outcome == Outcome::Unknown).count();
        assert_eq!(vouched, 3);
    }

    #[test]
    fn what_filters_are_tried_with_is_what_they_know() {
        assert_eq!(SPAM_LINE.len(), 68);
        let sample = virus_sample();
        assert_eq!(sample.len(), 68);
        assert!(sample.ends_with(b"$H+H*"));
    }
}
