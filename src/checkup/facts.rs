//! What is known, and what would have to be asked.

use crate::dns::{Answer, Kind, Name, NotKnown, Question, Record, Reply, Snapshot};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Most questions of one check.
pub const QUESTIONS: usize = 400;

/// A view of a snapshot that remembers which questions nobody asked yet.
pub struct Facts<'a> {
    snapshot: &'a Snapshot,
    wanted: RefCell<BTreeSet<Question>>,
}

/// What is known about a question.
#[derive(Debug, Clone, Copy)]
pub enum Looked<'a> {
    /// There are such records.
    There(&'a Answer),
    /// There are none.
    Absent,
    /// Nobody knows, or nobody asked yet.
    Unknown(NotKnown),
}

impl<'a> Facts<'a> {
    /// Over what was asked so far.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Facts {
            snapshot,
            wanted: RefCell::default(),
        }
    }

    /// What is known about the records of a kind at a name. What was not asked yet counts as unknown,
    /// and is wanted.
    pub fn look(&self, name: &Name, kind: Kind) -> Looked<'a> {
        let question = Question::new(name.clone(), kind);
        match self.snapshot.reply(&question) {
            Some(Reply::Records(answer)) => Looked::There(answer),
            Some(Reply::NoData | Reply::NoName) => Looked::Absent,
            Some(Reply::Unknown(why)) => Looked::Unknown(*why),
            None => {
                let mut wanted = self.wanted.borrow_mut();
                if self.snapshot.len().saturating_add(wanted.len()) < QUESTIONS {
                    wanted.insert(question);
                }
                Looked::Unknown(NotKnown::TooMany)
            }
        }
    }

    /// The texts at a name that begin as `begins` says, without case.
    pub fn texts(&self, name: &Name, begins: &[u8]) -> Result<Vec<&'a [u8]>, NotKnown> {
        match self.look(name, Kind::Txt) {
            Looked::There(answer) => Ok(answer
                .records
                .iter()
                .filter_map(Record::text)
                .filter(|text| {
                    text.get(..begins.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(begins))
                })
                .collect()),
            Looked::Absent => Ok(Vec::new()),
            Looked::Unknown(why) => Err(why),
        }
    }

    /// What has to be asked before more can be said.
    pub fn wanted(self) -> BTreeSet<Question> {
        self.wanted.into_inner()
    }
}

#[cfg(test)]
/// A zone file that answers, for tests.
pub mod testing {
    use super::*;
    use crate::dns::Zone;

    /// Everything that `judge` wants to know, out of a zone file.
    pub fn over<T>(zone: &str, judge: impl Fn(&Facts<'_>) -> T) -> T {
        let zone = Zone::parse(zone.as_bytes()).unwrap();
        let mut snapshot = Snapshot::default();
        loop {
            let facts = Facts::new(&snapshot);
            let found = judge(&facts);
            let wanted = facts.wanted();
            if wanted.is_empty() {
                return found;
            }
            for question in wanted {
                let reply = zone.answer(&question);
                snapshot.keep(question, reply);
            }
        }
    }
}
