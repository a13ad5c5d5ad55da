//! What pages may look at, and what they may ask for. `ui` reads the one and returns the other.

use super::toast::Toast;
use crate::address::{Address, Mailbox};
use crate::app::command::{Command, DraftForm, Overview};
use crate::app::job::Progress;
use crate::app::port::{LetterHead, OutboxEntry, OutboxId};
use crate::base::Time;
use crate::settings::{Account, Preferences, PreferencesChange};
use std::path::PathBuf;

/// The places of the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Writing a letter.
    Write,
    /// Reading letters.
    Read,
    /// Letters on their way.
    Outbox,
    /// Own and other people's keys.
    Keys,
    /// Domains and their servers.
    Check,
    /// Identities and accounts.
    Settings,
}

/// Who waits for a job's answer. A slot holds one job: what an older job of it answers is stale
/// and is dropped with its handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The frame: identities and accounts.
    Overview,
    /// First start and settings: making or choosing an identity.
    Identity,
    /// Starting or leaving practice.
    Practice,
    /// Settings: storing an account.
    Account,
    /// Settings: testing it.
    AccountTest,
    /// Settings: keeping how the window looks.
    Preferences,
    /// The text under the letters of the identity in use.
    Signature,
    /// Go to: the drafts.
    GoToDrafts,
    /// Go to: letters that were opened.
    GoToOpened,
    /// Go to: keys that fit what was typed.
    GoToKeys,
    /// Settings: what is kept where.
    Storage,
    /// Settings: who may vouch for others.
    Anchors,
    /// Settings: an authority that vouches no more, or does again.
    Distrust,
    /// Settings: a request for a certificate.
    Request,
    /// A sender who is blocked, or is no more; and whose word about servers counts.
    Block,
    /// Write: how the draft would travel.
    Preflight,
    /// Write: what each can see of it, off the sealed bytes.
    OthersSee,
    /// Write: people to write to.
    Contacts,
    /// Write: the text under the letters of an author who is not the identity in use.
    AuthorSignature,
    /// Write: the draft to rest.
    Autosave,
    /// Write: the drafts at rest.
    Drafts,
    /// Write: a draft from rest.
    LoadDraft,
    /// Write: drafts that hold some words.
    FindDrafts,
    /// Write: letting a draft go.
    Discard,
    /// Write: on its way.
    Send,
    /// Outbox: its letters.
    Outbox,
    /// Outbox: one more try, or removing one.
    Retry,
    /// Outbox: what was discarded, once it cannot be taken back.
    Leaving,
    /// Read: the letters that are here.
    Letters,
    /// Read: new letters from the server.
    Fetch,
    /// Read: opening one.
    Open,
    /// Read: saving or printing what is open.
    Save,
    /// Read: checking a report of a message.
    Evidence,
    /// Read: where a message came from.
    Origin,
    /// Read: many letters at once.
    Many,
    /// Read: a practice letter.
    Training,
    /// Read: what was opened before.
    Opened,
    /// Read: remembering what was opened now.
    Remember,
    /// Read: the draft of a reply.
    Reply,
    /// Keys: the list.
    Keys,
    /// Keys: one of them.
    Card,
    /// Keys: the chain of one of them.
    Chain,
    /// Keys: import.
    Import,
    /// Keys: export.
    Export,
    /// Check-up: a domain.
    Check,
    /// Check-up: saving the report.
    SaveReport,
}

impl Slot {
    /// The slots whose answers belong to one desk.
    pub const OF_PAGES: [Slot; 30] = [
        Slot::AccountTest,
        Slot::Storage,
        Slot::Anchors,
        Slot::Distrust,
        Slot::Request,
        Slot::Preflight,
        Slot::OthersSee,
        Slot::Contacts,
        Slot::AuthorSignature,
        Slot::Drafts,
        Slot::LoadDraft,
        Slot::FindDrafts,
        Slot::Discard,
        Slot::Outbox,
        Slot::Letters,
        Slot::Fetch,
        Slot::Open,
        Slot::Save,
        Slot::Evidence,
        Slot::Origin,
        Slot::Many,
        Slot::Training,
        Slot::Opened,
        Slot::Remember,
        Slot::Reply,
        Slot::Keys,
        Slot::Card,
        Slot::Chain,
        Slot::Import,
        Slot::Export,
    ];

    /// Whether the bottom line tells of the job.
    pub fn is_told(self) -> bool {
        match self {
            Slot::Identity
            | Slot::Practice
            | Slot::AccountTest
            | Slot::Request
            | Slot::Send
            | Slot::Retry
            | Slot::Fetch
            | Slot::Open
            | Slot::Save
            | Slot::Evidence
            | Slot::Origin
            | Slot::Many
            | Slot::Training
            | Slot::Import
            | Slot::Export
            | Slot::Check => true,
            Slot::Overview
            | Slot::Account
            | Slot::Preferences
            | Slot::Signature
            | Slot::GoToDrafts
            | Slot::GoToOpened
            | Slot::GoToKeys
            | Slot::Leaving
            | Slot::Storage
            | Slot::Anchors
            | Slot::Distrust
            | Slot::Block
            | Slot::Preflight
            | Slot::OthersSee
            | Slot::Contacts
            | Slot::AuthorSignature
            | Slot::Autosave
            | Slot::Drafts
            | Slot::LoadDraft
            | Slot::FindDrafts
            | Slot::Discard
            | Slot::Outbox
            | Slot::Letters
            | Slot::Opened
            | Slot::Remember
            | Slot::Reply
            | Slot::Keys
            | Slot::Card
            | Slot::Chain
            | Slot::SaveReport => false,
        }
    }
}

/// A job under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// Who waits for it.
    pub slot: Slot,
    /// How far it is, once it said so.
    pub progress: Option<Progress>,
    /// Whether it was asked to stop.
    pub cancelled: bool,
}

/// A server that was talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its name and port.
    pub host: String,
    /// What for.
    pub why: &'static str,
    /// When it began.
    pub at: Time,
}

/// What stands around all pages and what the shell keeps for them.
pub struct View {
    /// Now.
    pub now: Time,
    /// Identities and accounts; `None` before the first answer.
    pub overview: Option<Overview>,
    /// Jobs under way.
    pub busy: Vec<Busy>,
    /// Servers that were talked to, oldest first.
    pub contacted: Vec<Contact>,
    /// The outbox; `None` before the first answer.
    pub outbox: Option<Vec<OutboxEntry>>,
    /// Letters that are here; `None` before the first answer.
    pub letters: Option<Vec<LetterHead>>,
    /// Grows whenever one of the lists is another: what pages made of them is old then.
    pub revision: u64,
    /// How the window looks.
    pub preferences: Preferences,
    /// The text under the letters of an address; `None` before the first answer.
    pub signature: Option<(Address, String)>,
}

impl View {
    /// Nothing known yet.
    pub fn new(now: Time) -> Self {
        View {
            now,
            overview: None,
            busy: Vec::new(),
            contacted: Vec::new(),
            outbox: None,
            letters: None,
            revision: 0,
            preferences: Preferences::default(),
            signature: None,
        }
    }

    /// Whether somebody waits in this slot.
    pub fn is_busy(&self, slot: Slot) -> bool {
        self.busy.iter().any(|busy| busy.slot == slot)
    }

    /// Name and address of the identity in use.
    pub fn me(&self) -> Option<&Mailbox> {
        let identities = &self.overview.as_ref()?.identities;
        identities
            .iter()
            .find(|identity| identity.current)
            .or(identities.first())
            .map(|identity| &identity.mailbox)
    }

    /// The account of the identity in use.
    pub fn account(&self) -> Option<&Account> {
        let me = self.me()?;
        let accounts = &self.overview.as_ref()?.accounts;
        accounts
            .iter()
            .find(|account| account.address == me.address)
    }

    /// The text under the letters of the identity in use; empty without one.
    pub fn signature(&self) -> &str {
        match (&self.signature, self.me()) {
            (Some((whose, text)), Some(me)) if *whose == me.address => text,
            (Some(_) | None, Some(_) | None) => "",
        }
    }

    /// Who answers while practising.
    pub fn partner(&self) -> Option<&Mailbox> {
        self.overview.as_ref()?.practising.as_ref()
    }

    /// Whether this is the practice desk.
    pub fn practising(&self) -> bool {
        self.partner().is_some()
    }
}

/// What a page asks the shell for.
pub enum Action {
    /// To show another place.
    Go(Place),
    /// To start a job; its answer goes to the slot's page.
    Run(Slot, Box<Command>),
    /// To ask a job to stop.
    Cancel(Slot),
    /// To stop a job and not hear its answer: it belongs to what is no longer on screen.
    Forget(Slot),
    /// To ask the person for files or a place, with the system's dialog.
    Pick(Wish),
    /// To read a file for the letter in Write.
    Attach(Vec<PathBuf>),
    /// To show a key on the page Keys.
    ShowKey(String),
    /// To begin a new letter.
    NewLetter,
    /// To go on with a draft at rest.
    OpenDraft(String),
    /// To read a message, or the headers of one, and show where it came from.
    ReadHeaders(String),
    /// To open a letter that was fetched.
    OpenLetter(i64),
    /// To open a message that was opened before.
    OpenOpened(i64),
    /// To make another identity.
    NewIdentity,
    /// To tell what was done, with a way to take it back.
    Offer(Box<Toast>),
    /// To show again what was forgotten of the messages that were opened.
    BringBack,
    /// To write the reply that was begun.
    WriteReply(Box<DraftForm>),
    /// To open a letter of the outbox on the page Read.
    ReadSent(OutboxId),
    /// To fetch letters and open the newest: the practice partner's answer.
    ReadAnswer,
    /// To go on without an identity.
    SkipFirstStart,
    /// To change how the window looks, at once and for the next time.
    Prefer(PreferencesChange),
    /// To keep a text under the letters of an address.
    Sign(Address, String),
    /// To open a place on the web in the system's browser: the person said so.
    OpenInBrowser(String),
    /// To put text on the clipboard.
    Copy(String),
}

impl Action {
    /// [`Action::Run`].
    pub fn run(slot: Slot, command: Command) -> Self {
        Action::Run(slot, Box::new(command))
    }
}

/// What a file dialog is opened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Files that travel along.
    Attachments,
    /// A letter to open.
    Letter,
    /// Keys to import.
    Keys,
    /// Where something of the open letter goes; its suggested name.
    Save(SaveWhat, String),
    /// Where a key goes; its suggested name.
    ExportKey(String),
    /// A backup to try.
    Backup,
    /// The certificate of an authority.
    Authority,
    /// A zone file.
    Zone,
    /// A letter to oneself that came back.
    CameBack,
    /// Where a report goes; its suggested name.
    Report(String),
    /// Where a request for a certificate goes; its suggested name.
    Request(String),
}

/// What of an open letter is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveWhat {
    /// One of its attachments.
    Attachment(usize),
    /// All of them, into a folder.
    Attachments,
    /// The message as it came.
    Message,
    /// Its text.
    Text,
    /// All of it on pages.
    Pdf,
    /// A signed report of what was found.
    Evidence,
}
