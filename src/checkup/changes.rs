//! What changed between two reports of a domain.

use super::finding::{Finding, FindingId, Outcome};
use std::collections::BTreeMap;

/// Most lines of a past report that are read.
const LINES: usize = 4_096;

/// What a report of the past knew: whether each check failed, by check and subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past(BTreeMap<(FindingId, String), bool>);

/// What is otherwise than the last time. What was unknown then or now says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Failed, and passes now.
    pub mended: Vec<(FindingId, String)>,
    /// Did not fail, and does now.
    pub broken: Vec<(FindingId, String)>,
}

impl Past {
    /// What these findings know; of what they do not, what was known before.
    pub fn of(findings: &[Finding], before: Option<&Past>) -> Past {
        let mut known = before.cloned().unwrap_or_default().0;
        known.extend(failing(findings));
        Past(known)
    }

    /// As bytes: a line for each, whether it failed, which check, of what.
    pub fn write(&self) -> Vec<u8> {
        let mut text = String::new();
        for ((id, subject), failed) in self.0.iter().take(LINES) {
            let subject: String = subject.chars().filter(|c| !c.is_control()).collect();
            let word = if *failed { "fail" } else { "pass" };
            text.push_str(&format!("{word} {} {subject}\n", id.as_str()));
        }
        text.into_bytes()
    }

    /// From those bytes; checks that nobody knows any more are left out.
    pub fn read(bytes: &[u8]) -> Option<Past> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut known = BTreeMap::new();
        for line in text.lines().take(LINES) {
            let mut words = line.splitn(3, ' ');
            let (word, id, subject) = (words.next()?, words.next()?, words.next()?);
            if let Some(id) = FindingId::ALL.iter().find(|known| known.as_str() == id) {
                known.insert((*id, subject.to_owned()), word == "fail");
            }
        }
        Some(Past(known))
    }
}

fn failing(findings: &[Finding]) -> BTreeMap<(FindingId, String), bool> {
    let mut known = BTreeMap::new();
    for finding in findings {
        let failed = match finding.outcome {
            Outcome::Pass => false,
            Outcome::Fail => true,
            Outcome::Unknown => continue,
        };
        // One that fails in several places fails.
        let entry = known.entry((finding.id, finding.subject.clone()));
        *entry.or_insert(failed) |= failed;
    }
    known
}

/// Holds the findings against the last time. A check that finds nothing more to fail on because
/// another fails first is not called mended: only what passes now is.
pub fn changes(past: &Past, findings: &[Finding]) -> Changes {
    let mut changes = Changes::default();
    for (what, failed) in failing(findings) {
        match (past.0.get(&what), failed) {
            (Some(true), false) => changes.mended.push(what),
            (Some(false) | None, true) => changes.broken.push(what),
            (Some(true), true) | (Some(false) | None, false) => {}
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::super::finding::Owner;
    use super::*;
    use crate::dns::NotKnown;

    #[test]
    fn what_was_unknown_changes_nothing() {
        let pass = |id| Finding::pass(id, "a b.example");
        let fail = |id| Finding::fail(id, "a b.example", Owner::You);
        let unknown = |id| Finding::unknown(id, "a b.example", NotKnown::Closed);
        let (one, two, three) = (FindingId::TlsOld, FindingId::TlsName, FindingId::Listed);
        let first = Past::of(&[fail(one), pass(two), pass(three)], None);
        assert_eq!(Past::read(&first.write()).unwrap(), first);
        let silent = [unknown(one), unknown(two), unknown(three)];
        assert_eq!(changes(&first, &silent), Changes::default());
        let second = Past::of(&silent, Some(&first));
        assert_eq!(second, first);
        let third = [pass(one), fail(two), pass(three)];
        let found = changes(&second, &third);
        assert_eq!(found.mended, [(one, "a b.example".to_owned())]);
        assert_eq!(found.broken, [(two, "a b.example".to_owned())]);
        assert_eq!(Past::read(b"\xff"), None);
    }
}
