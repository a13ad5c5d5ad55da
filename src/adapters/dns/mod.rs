//! The Domain Name System: a zone file, a resolver on the network, or nobody.

mod network;

pub use network::{NetworkNames, NoResolver};

use crate::app::job::Cancel;
use crate::app::port::Resolver;
use crate::dns::{Kind, Name, NotKnown, Question, Reply, Zone};
use std::collections::BTreeSet;

/// Answers from one zone file; what is not in it does not exist. Opens no socket.
pub struct ZoneNames {
    zone: Zone,
}

impl ZoneNames {
    /// Over a zone that was read.
    pub fn new(zone: Zone) -> Self {
        ZoneNames { zone }
    }
}

impl Resolver for ZoneNames {
    fn ask(&self, questions: &BTreeSet<Question>, _: &Cancel) -> Vec<(Question, Reply)> {
        let answer = |question: &Question| (question.clone(), self.zone.answer(question));
        questions.iter().map(answer).collect()
    }

    fn listed_below(&self, name: &Name, kind: Kind) -> Vec<Name> {
        self.zone.below(name, kind).cloned().collect()
    }

    fn asks(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Answers nothing: the person wants no network.
pub struct OfflineNames;

impl Resolver for OfflineNames {
    fn ask(&self, questions: &BTreeSet<Question>, _: &Cancel) -> Vec<(Question, Reply)> {
        let unknown = |question: &Question| (question.clone(), Reply::Unknown(NotKnown::Offline));
        questions.iter().map(unknown).collect()
    }

    fn asks(&self) -> Vec<String> {
        Vec::new()
    }
}
