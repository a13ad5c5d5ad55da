//! Asking the Domain Name System.

use crate::app::job::Cancel;
use crate::dns::{Kind, Name, Question, Reply};
use std::collections::BTreeSet;

/// Answers questions about names.
pub trait Resolver: Send + Sync {
    /// Asks all of them, side by side. Each gets a reply, if only that it is not known.
    fn ask(&self, questions: &BTreeSet<Question>, cancel: &Cancel) -> Vec<(Question, Reply)>;

    /// The names below one that have records of a kind, where the source can be listed: a zone file can,
    /// the network cannot.
    fn listed_below(&self, _name: &Name, _kind: Kind) -> Vec<Name> {
        Vec::new()
    }

    /// Who is asked, for the list of hosts contacted; empty where nobody is.
    fn asks(&self) -> Vec<String>;
}
