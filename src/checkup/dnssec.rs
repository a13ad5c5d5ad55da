//! Whether the zone's signatures hold (RFC 4035 §4.3).

use super::facts::{Facts, Looked};
use super::finding::{Finding, FindingId, Owner};
use crate::dns::{Kind, Name, NotKnown, Reply};

/// Looks at what came of all questions about names of the domain. An unsigned zone is no fault.
pub fn check(domain: &Name, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let id = FindingId::DnssecBogus;
    let subject = domain.as_str();
    let (mut bogus, mut secure, mut unknown, mut answered) = (false, false, None, false);
    for (question, reply) in facts.replies() {
        if !question.name.is_within(domain) {
            continue;
        }
        match reply {
            Reply::Records(answer) => {
                answered = true;
                secure |= answer.secure;
            }
            Reply::NoData | Reply::NoName => answered = true,
            Reply::Unknown(NotKnown::Bogus) => bogus = true,
            Reply::Unknown(why) => unknown = Some(*why),
        }
    }
    if bogus {
        // A resolver that loses signatures makes every signed zone look forged: the root's own would
        // not hold either.
        let root = facts.look(&Name::root(), Kind::Ns);
        findings.push(match root {
            Looked::There(answer) if answer.secure => Finding::fail(id, subject, Owner::Registrar),
            Looked::There(_) | Looked::Absent => {
                Finding::unknown(id, subject, NotKnown::Interfered)
            }
            Looked::Unknown(why) => Finding::unknown(id, subject, why),
        });
    } else if secure {
        findings.push(Finding::pass(id, subject));
    } else if let Some(why) = unknown
        && !answered
    {
        findings.push(Finding::unknown(id, subject, why));
    }
}
