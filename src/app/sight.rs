//! What a page shows of letters that have not left: whom they could go to, which ones rest, and who
//! sees what of them.

use crate::address::Mailbox;
use crate::app::port::DraftHead;
use crate::base::{Time, Untrusted};
use crate::cert::{Checked, Fingerprint, Scheme};
use crate::protect::losses::Loss;
use crate::protect::plan::{PlanProblem, Role, Why};

/// Somebody a letter could go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Name, as their key claims it, and address.
    pub mailbox: Mailbox,
    /// Whether a letter can be sealed for them now.
    pub ready: bool,
    /// When a letter last went to them, as far as the outbox knows.
    pub written: Option<Time>,
}

/// Who can see one thing about a letter, read off its final bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisibleRow {
    /// Which thing.
    pub what: Visible,
    /// Whether the letter has such a thing at all.
    pub there: bool,
    /// What servers on the way can read of it.
    pub outside: Vec<Shown>,
    /// Whether recipients see it.
    pub recipient: bool,
    /// Whether mail servers on the way see it.
    pub servers: bool,
    /// Whether somebody listening on the line to our server sees it.
    pub eavesdropper: bool,
}

/// One thing that can be read outside the seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A text, such as an address.
    Text(Untrusted),
    /// A size in bytes.
    Bytes(u64),
}

/// Things about a letter that somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visible {
    /// The subject.
    Subject,
    /// Who writes to whom.
    Names,
    /// The text.
    Text,
    /// Names of attachments.
    AttachmentNames,
    /// How large it is.
    Size,
    /// When it was sent.
    Time,
}

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftCard {
    /// Which, and when it was last written.
    pub head: DraftHead,
    /// Its subject.
    pub subject: String,
    /// Recipients as typed, all of them.
    pub to: String,
    /// How its text begins.
    pub start: String,
}

/// How a draft would travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preflight {
    /// Who sends it.
    pub from: Option<Mailbox>,
    /// One row a recipient.
    pub rows: Vec<PreflightRow>,
    /// The groups of a letter in two encodings, first the first recipient's (rule 42); empty when it
    /// is one.
    pub groups: Vec<(Scheme, Vec<Mailbox>)>,
    /// What keeps it from being sealed, most useful first; empty when it can be.
    pub problems: Vec<PlanProblem>,
    /// What cannot be used because of somebody (rule 48).
    pub losses: Vec<Loss>,
    /// The server that takes it, if an account is set up.
    pub server: Option<String>,
}

/// One recipient of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreflightRow {
    /// Whom.
    pub mailbox: Mailbox,
    /// Whether as To, Cc or Bcc.
    pub role: Role,
    /// By which standard it would be sealed for them, and why by this one.
    pub scheme: Option<(Scheme, Why)>,
    /// The certificate that would be used, and how it was checked; or why none.
    pub cert: Result<(Fingerprint, Checked), PlanProblem>,
    /// Another certificate that came since, of which nothing is said (rule 53).
    pub another: Option<Fingerprint>,
}
