//! What comes of commands.

#[cfg(doc)]
use super::Command;
use super::{
    AnchorList, ChainAnswer, ChainCard, Contact, DraftCard, DraftForm, KeyCard, KeyRow, Preflight,
    Revoked, Trick, VisibleRow,
};
use crate::address::{Address, Mailbox};
use crate::app::bulk::BulkList;
use crate::app::evidence::EvidenceAnswer;
use crate::app::key_index::KeyIndex;
use crate::app::port::{
    Connected, DraftHead, Identity, LetterHead, OpenedHead, OutboxEntry, OutboxId, Receipt, Storage,
};
use crate::base::Time;
use crate::cert::{Fingerprint, Scheme};
use crate::checkup::{Changes, Report};
use crate::dns::{self, Question};
use crate::headers::Origin;
use crate::protect::Protection;
use crate::read::Reading;
use crate::settings::{Account, Blocked, Preferences};
use std::path::PathBuf;
use std::sync::Arc;

/// What came of a command.
pub enum Outcome {
    /// Of [`Command::Overview`], [`Command::UseIdentity`], [`Command::StartPractice`],
    /// [`Command::LeavePractice`].
    Overview(Overview),
    /// Of [`Command::NewIdentity`] and [`Command::GenerateKey`].
    Identity(NewIdentity),
    /// Of [`Command::NewCertificates`].
    Certificates(NewCertificates),
    /// Of [`Command::RequestCertificate`].
    Requested(Requested),
    /// Of [`Command::Prefer`].
    Preferred,
    /// Of [`Command::ListKeys`].
    Keys(Vec<KeyRow>),
    /// Of [`Command::IndexKeys`].
    KeyIndex(Arc<KeyIndex>),
    /// Of [`Command::ShowKey`], [`Command::Confirm`], [`Command::Reject`], [`Command::Redecide`],
    /// [`Command::ExtendKey`].
    Key(Box<KeyCard>),
    /// Of [`Command::ImportKeys`] and [`Command::PinAnchors`].
    Imported(ImportReport),
    /// Of [`Command::ExportKey`]: the armored text when no file was named.
    Exported(Option<Vec<u8>>),
    /// Of [`Command::RevokeKey`].
    Revoked(Box<Revoked>),
    /// Of [`Command::BackUpKeys`]: whose keys are in the file.
    BackedUp(Vec<Fingerprint>),
    /// Of [`Command::DrillBackup`]: every key came back.
    Drilled(Vec<Fingerprint>),
    /// Of [`Command::AddAccount`].
    AccountAdded,
    /// Of [`Command::Preferences`] and [`Command::ChangePreferences`].
    Preferences(Preferences),
    /// Of [`Command::Signature`] and [`Command::SetSignature`]: whose, and the text, empty when
    /// there is none.
    Signature(Address, String),
    /// Of [`Command::RemoveAccount`].
    AccountRemoved,
    /// Of [`Command::Storage`].
    Storage(Storage),
    /// Of [`Command::TestAccount`].
    AccountWorks(Connected),
    /// Of [`Command::Preflight`].
    Preflight(Box<Preflight>),
    /// Of [`Command::OthersSee`].
    OthersSee(Vec<VisibleRow>),
    /// Of [`Command::Contacts`].
    Contacts(Vec<Contact>),
    /// Of [`Command::Seal`].
    Sealed(Vec<SealedCopy>),
    /// Of [`Command::Send`] and [`Command::Retry`].
    Sent(SendReport),
    /// Of [`Command::Outbox`] and [`Command::Discard`].
    Outbox(Vec<OutboxEntry>),
    /// Of [`Command::Drafts`], [`Command::SaveDraft`], [`Command::RemoveDraft`].
    Drafts(Vec<DraftHead>),
    /// Of [`Command::LoadDraft`].
    Draft(Box<DraftForm>),
    /// Of [`Command::DiscardDraft`]: which, and what was in it.
    Discarded(String, Box<DraftForm>),
    /// Of [`Command::FindDrafts`].
    DraftCards(Vec<DraftCard>),
    /// Of [`Command::Fetch`] and [`Command::Letters`].
    Letters(Vec<LetterHead>),
    /// Of the commands that open.
    Reading(Arc<Reading>),
    /// Of [`Command::PracticeRoundTrip`]: every step passed.
    RoundTripPassed,
    /// Of [`Command::Reply`].
    Reply(Box<Reply>),
    /// Of [`Command::CheckChain`].
    Chain(Box<ChainAnswer>),
    /// Of [`Command::KeyChain`].
    KeyChain(Box<ChainCard>),
    /// Of [`Command::Block`], [`Command::Unblock`] and [`Command::Blocked`]: who is blocked, since when.
    Blocked(Vec<(Blocked, Time)>),
    /// Of [`Command::Border`] and [`Command::SetBorder`].
    Border(Option<String>),
    /// Of [`Command::CheckDomain`].
    Checked(Box<CheckAnswer>),
    /// Of [`Command::Train`].
    Training(TrainingLetter),
    /// Of [`Command::Open`] of a file that is a report of a message.
    IsReport(PathBuf),
    /// Of [`Command::Open`] of a file or folder that holds many messages.
    IsMany(PathBuf),
    /// Of [`Command::OpenMany`].
    Bulk(Arc<BulkList>),
    /// Of [`Command::Origin`].
    Origin(Box<OriginAnswer>),
    /// Of [`Command::Anchors`] and [`Command::UseSystemList`].
    Anchors(AnchorList),
    /// Of [`Command::MakeEvidence`]: the document when no path was named.
    Evidence(Vec<u8>),
    /// Of [`Command::CheckEvidence`]: which file, and what was found.
    EvidenceChecked(PathBuf, Box<EvidenceAnswer>),
    /// Of the commands that save and print: where it is now.
    Saved(PathBuf),
    /// Of [`Command::SaveAttachments`]: where they are now.
    SavedAll(Vec<PathBuf>),
    /// Of [`Command::Opened`], [`Command::Remember`] and [`Command::ForgetOpened`]: the newest first.
    Opened(Vec<OpenedHead>),
}

/// The draft of a reply.
#[derive(Clone)]
pub struct Reply {
    /// As a window shows it.
    pub form: DraftForm,
    /// As a draft file.
    pub file: Vec<u8>,
}

/// A new identity or key, and its revocation certificate.
#[derive(Debug, Clone)]
pub struct NewIdentity {
    /// Whose it is.
    pub identity: Identity,
    /// The revocation certificate, armored; an identity's is kept in the vault too.
    pub revocation: Vec<u8>,
}

/// New S/MIME keys.
#[derive(Debug, Clone)]
pub struct NewCertificates {
    /// Whose they are.
    pub mailbox: Mailbox,
    /// Their certificates: the first signs.
    pub certs: Vec<Fingerprint>,
}

/// A request that waits for an authority's answer.
#[derive(Debug, Clone)]
pub struct Requested {
    /// For whom.
    pub mailbox: Mailbox,
    /// The name of the key that waits.
    pub key: String,
    /// The request in PEM, when no file was named.
    pub pem: Option<Vec<u8>>,
}

/// One sealed copy.
#[derive(Debug, Clone)]
pub struct SealedCopy {
    /// By which standard.
    pub scheme: Scheme,
    /// Whom it is for.
    pub envelope_to: Vec<Address>,
    /// Message-ID without angle brackets.
    pub message_id: String,
    /// For whom of them another certificate came since, of which nothing is said (rule 53).
    pub others: Vec<(Address, Fingerprint)>,
    /// Where it was written to.
    pub file: Option<PathBuf>,
    /// The message, when it was not written to a file.
    pub bytes: Option<Arc<Vec<u8>>>,
}

/// What a check-up found.
#[derive(Debug, Clone)]
pub struct CheckAnswer {
    /// The domain, as A-labels.
    pub domain: String,
    /// When.
    pub at: Time,
    /// What was found.
    pub report: Report,
    /// What changed since the last time, and when that was; `None` the first time.
    pub changes: Option<(Time, Changes)>,
    /// Everything that was looked up, by name.
    pub looked_up: Vec<(Question, dns::Reply)>,
    /// Who was asked.
    pub contacted: Vec<String>,
}

/// A practice letter that was laid among the learner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainingLetter {
    /// Its number among the letters.
    pub id: i64,
    /// What it is.
    pub trick: Trick,
}

/// Where a message came from.
#[derive(Debug, Clone)]
pub struct OriginAnswer {
    /// What was found.
    pub origin: Origin,
    /// Whether name servers were asked.
    pub asked: bool,
    /// Who was asked.
    pub contacted: Vec<String>,
}

/// What stands around everything.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// Own identities.
    pub identities: Vec<Identity>,
    /// Own accounts.
    pub accounts: Vec<Account>,
    /// On the practice desk: the partner.
    pub practising: Option<Mailbox>,
    /// The standards by which each identity can write: `openpgp`, `smime` or `both`.
    pub schemes: Vec<(Address, &'static str)>,
    /// The person's own mail server, whose word about others counts (rule 64).
    pub border: Option<String>,
    /// Who is blocked, and since when; the newest first.
    pub blocked: Vec<(Blocked, Time)>,
}

impl Overview {
    /// The standards by which the identity of this address can write.
    pub fn scheme_of(&self, address: &Address) -> &'static str {
        let mut schemes = self.schemes.iter();
        schemes
            .find(|(known, _)| known == address)
            .map_or("openpgp", |(_, word)| word)
    }
}

/// What an import brought.
#[derive(Debug, Clone, Default)]
pub struct ImportReport {
    /// Taken in.
    pub imported: Vec<ImportedKey>,
    /// Not taken, by source.
    pub refused: Vec<(String, crate::app::failure::ImportRefusal)>,
}

/// One key that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedKey {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// `openpgp` or `smime`.
    pub kind: &'static str,
    /// The addresses that it claims.
    pub addresses: Vec<Address>,
    /// Those for which it counts now.
    pub accepted_for: Vec<Address>,
    /// Whether a secret half came with it.
    pub secret: bool,
}

/// What came of sending.
#[derive(Debug, Clone)]
pub struct SendReport {
    /// The letter's place in the outbox.
    pub id: OutboxId,
    /// Message-ID without angle brackets.
    pub message_id: String,
    /// How it was protected.
    pub protection: Protection,
    /// The proof of each copy that the server took.
    pub receipts: Vec<Receipt>,
}
