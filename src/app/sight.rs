//! What a page shows of letters that have not left: whom they could go to, which ones rest, and who
//! sees what of them.

use crate::address::Mailbox;
use crate::app::port::DraftHead;
use crate::base::{Time, Untrusted};

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
