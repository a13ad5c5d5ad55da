//! Asking the Domain Name System.

use crate::app::job::Cancel;
use crate::dns::{Kind, Name, NotKnown, Question, Reply, Zone};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

/// Answers questions about names.
pub trait Resolver: Send + Sync {
    /// Asks all of them, side by side. Each gets a reply, if only that it is not known.
    fn ask(&self, questions: &BTreeSet<Question>, cancel: &Cancel) -> Vec<(Question, Reply)>;

    /// The names below one that have records of a kind, where the source can be listed: a zone file
    /// can, the network cannot.
    fn listed_below(&self, _name: &Name, _kind: Kind) -> Vec<Name> {
        Vec::new()
    }

    /// Who is asked, for the list of hosts contacted; empty where nobody is.
    fn asks(&self) -> Vec<String>;
}

/// Finds a resolver on the network.
pub trait Resolvers: Send + Sync {
    /// The resolver at this address, or the system's.
    fn find(&self, at: Option<SocketAddr>) -> Result<Arc<dyn Resolver>, NoResolver>;
}

/// The system names no resolver, or its settings cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoResolver;

/// A zone file answers for itself: what is not in it does not exist. It opens no socket.
impl Resolver for Zone {
    fn ask(&self, questions: &BTreeSet<Question>, _: &Cancel) -> Vec<(Question, Reply)> {
        let answer = |question: &Question| (question.clone(), self.answer(question));
        questions.iter().map(answer).collect()
    }

    fn listed_below(&self, name: &Name, kind: Kind) -> Vec<Name> {
        self.below(name, kind).cloned().collect()
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
