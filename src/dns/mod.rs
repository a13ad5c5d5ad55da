//! The Domain Name System as plain data: names, questions, answers, and a zone file as a source.
//!
//! Nothing here asks anybody. An adapter answers [`Question`]s; what was answered stands in a
//! [`Snapshot`], over which the check-up and the judging of headers decide.

mod name;
mod record;
mod zone;

pub use name::{Name, NameProblem};
pub use record::{Kind, Mx, Record, Srv, Tlsa};
pub use zone::{Zone, ZoneProblem};

use std::collections::BTreeMap;

/// Longest chain of aliases that is followed.
pub const ALIASES: usize = 8;
/// Most records of one answer that are looked at.
pub const RECORDS: usize = 512;
/// Largest text record that is looked at, in bytes; a record cannot be larger on the wire.
pub const TEXT_BYTES: usize = 65_535;

/// What can be asked: the records of one kind at one name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// Where.
    pub name: Name,
    /// Of which kind.
    pub kind: Kind,
}

impl Question {
    /// Asks for the records of a kind at a name.
    pub fn new(name: Name, kind: Kind) -> Self {
        Question { name, kind }
    }
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// There are such records, at least one.
    Records(Answer),
    /// The name exists, without records of that kind.
    NoData,
    /// The name does not exist.
    NoName,
    /// Nobody knows: this is never taken for "absent".
    Unknown(NotKnown),
}

/// The records of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// What stands there: at most [`RECORDS`].
    pub records: Vec<Record>,
    /// The names that the question went through before it came to the records: none without an alias.
    pub aliases: Vec<Name>,
    /// Whether DNSSEC vouches for it.
    pub secure: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotKnown {
    /// The person wants no network.
    Offline,
    /// Nobody answered in time.
    Deadline,
    /// The servers of the zone fail, or the resolver cannot reach them.
    ServerFailure,
    /// The resolver refuses the question.
    Refused,
    /// The answer is no DNS, or belongs to another question.
    Garbage,
    /// DNSSEC says that the answer is forged or the zone badly signed.
    Bogus,
    /// Aliases that lead on and on.
    AliasLoop,
    /// More was asked than one check may ask.
    TooMany,
    /// Nobody takes connections there.
    Closed,
    /// The server turns this computer away before it says anything.
    TurnedAway,
    /// Something on the way changes what the server says.
    Interfered,
    /// It was not to be asked.
    NotAsked,
}

impl Reply {
    /// Whether it says that nothing is there (RFC 7208 §4.6.4 calls that a void look-up).
    pub fn is_void(&self) -> bool {
        matches!(self, Reply::NoData | Reply::NoName)
    }
}

/// Everything that was asked, and what came of it.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    replies: BTreeMap<Question, Reply>,
}

impl Snapshot {
    /// What came of a question; `None` when nobody asked it yet.
    pub fn reply(&self, question: &Question) -> Option<&Reply> {
        self.replies.get(question)
    }

    /// Keeps what came of a question.
    pub fn keep(&mut self, question: Question, reply: Reply) {
        self.replies.insert(question, reply);
    }

    /// How many questions were asked.
    pub fn len(&self) -> usize {
        self.replies.len()
    }

    /// Whether nothing was asked.
    pub fn is_empty(&self) -> bool {
        self.replies.is_empty()
    }

    /// All questions with what came of them, by name.
    pub fn all(&self) -> impl Iterator<Item = (&Question, &Reply)> {
        self.replies.iter()
    }
}
