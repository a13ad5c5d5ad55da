//! What a face can ask for, and what it gets back.

use crate::address::{Address, Mailbox};
pub use crate::app::chain::{
    AnchorList, ChainAnswer, ChainCard, ChainFetch, ChainLeaf, ChainQuestion, LinkState, NotKnown,
};
use crate::app::failure::Failure;
pub use crate::app::key_card::{KeyCard, KeyRow, KeyState, OtherCert, Revoked};
use crate::app::key_index::KeyIndex;
use crate::app::port::{
    Connected, DraftHead, Identity, LetterHead, OpenedFrom, OpenedHead, OutboxEntry, OutboxId,
    Question, Receipt, Storage,
};
use crate::app::print::Printout;
use crate::app::service::round_trip::Told;
pub use crate::app::sight::{
    Contact, DraftCard, Preflight, PreflightRow, Shown, Visible, VisibleRow,
};
use crate::base::{Passphrase, Time};
use crate::cert::x509::KeyChoice;
use crate::cert::x509::chain::AnchorFor;
use crate::cert::{Checked, Fingerprint, RevocationReason, Scheme};
pub use crate::protect::{
    Protection,
    losses::{Because, Loss, Lost},
    plan::{PlanProblem, Role, Why},
};
use crate::read::Reading;
use crate::settings::{Account, Preferences, PreferencesChange};
use std::path::PathBuf;
use std::sync::Arc;

/// One thing to do. Each runs as a job.
pub enum Command {
    /// What the window shows around everything: identities, accounts, counts.
    Overview,
    /// Makes an identity with a new key.
    NewIdentity {
        /// Name and address.
        mailbox: Mailbox,
    },
    /// Makes a key that belongs to no identity.
    GenerateKey {
        /// Name and address on it.
        mailbox: Mailbox,
    },
    /// Makes S/MIME keys for an address, with certificates that vouch for themselves. The first of
    /// an address makes it an identity.
    NewCertificates {
        /// Name and address.
        mailbox: Mailbox,
        /// Which keys.
        choice: KeyChoice,
        /// Whether this is to be a new identity: refused where the address has such keys already.
        identity: bool,
    },
    /// Asks an authority for a certificate: makes the request, and keeps the key until its answer is
    /// imported.
    RequestCertificate(RequestCertificate),
    /// By which standard letters to this address shall be protected; `None` leaves it to the plan.
    Prefer {
        /// Whose.
        address: Address,
        /// Which.
        scheme: Option<Scheme>,
    },
    /// Makes an identity the current one: by address or fingerprint.
    UseIdentity(String),
    /// Keys whose fingerprint, name or address holds the text; all when it is empty.
    ListKeys {
        /// What to look for.
        query: String,
    },
    /// All keys, to be searched while a person types. What a former index knows is not worked out
    /// again.
    IndexKeys {
        /// The former index.
        known: Option<Arc<KeyIndex>>,
    },
    /// One key in full: by fingerprint or address.
    ShowKey {
        /// Which.
        key: String,
    },
    /// Takes keys from files.
    ImportKeys(ImportKeys),
    /// Writes a key out, armored.
    ExportKey {
        /// Which: a fingerprint or address.
        key: String,
        /// Of an address: those of this standard; OpenPGP's where it has some when `None`.
        scheme: Option<Scheme>,
        /// With the secret half, protected by this password.
        secret: Option<Passphrase>,
        /// Where to; `None` gives the bytes back.
        to: Option<PathBuf>,
    },
    /// Records that the person compared the fingerprint with its owner, for all its addresses or
    /// for this one.
    Confirm {
        /// Which: a fingerprint or address.
        key: String,
    },
    /// Records that the key is not its address's.
    Reject {
        /// Which: a fingerprint or address.
        key: String,
    },
    /// Puts decisions about a key back as they were: the answer to "undo".
    Redecide {
        /// Which: its fingerprint.
        key: String,
        /// What holds for each address from now on.
        checks: Vec<(Address, Checked)>,
    },
    /// Gives an own key a new end, in place.
    ExtendKey {
        /// Which: a fingerprint or address.
        key: String,
        /// The new end; three years from now when `None`.
        until: Option<Time>,
    },
    /// Ends an own key for good.
    RevokeKey {
        /// Which: a fingerprint or address.
        key: String,
        /// Why.
        reason: RevocationReason,
    },
    /// Writes own keys into a file, under a password.
    BackUpKeys {
        /// Which: a fingerprint or address; all when `None`.
        key: Option<String>,
        /// Where to.
        to: PathBuf,
        /// For the file.
        password: Passphrase,
    },
    /// Tries whether a backup brings own keys back.
    DrillBackup {
        /// Which: a fingerprint or address; all when `None`.
        key: Option<String>,
        /// The backup.
        from: PathBuf,
        /// Its password.
        password: Passphrase,
    },
    /// Adds or replaces an account.
    AddAccount {
        /// Servers and login.
        account: Box<Account>,
        /// Goes to the vault.
        password: Passphrase,
    },
    /// Removes an account and its password.
    RemoveAccount(Address),
    /// What is kept where.
    Storage,
    /// Connects, logs in and leaves.
    TestAccount {
        /// Whose; the current identity's when `None`.
        address: Option<Address>,
    },
    /// How the window looks: the person's own, also while they practise.
    Preferences,
    /// Changes how it looks.
    ChangePreferences(PreferencesChange),
    /// The text under an identity's letters.
    Signature {
        /// Whose; the current identity's when `None`.
        address: Option<Address>,
    },
    /// Keeps that text; an empty one removes it.
    SetSignature {
        /// Whose; the current identity's when `None`.
        address: Option<Address>,
        /// The text.
        text: String,
    },
    /// How a draft would travel. Nothing is sealed, and no vault is opened.
    Preflight(DraftSource),
    /// Seals a draft, proves it, sends nothing, and reads off the final bytes what each can see of
    /// it (rule 45).
    OthersSee(DraftSource),
    /// People whom a letter could go to: those with keys, and those written to before.
    Contacts,
    /// Seals a draft.
    Seal {
        /// What.
        draft: DraftSource,
        /// The file for the first copy; further ones stand beside it, as [`SealedCopy::file`]
        /// says. All come to be, or none. Without it the bytes are given back.
        to: Option<PathBuf>,
        /// The person saw the groups and wants two encodings (rule 42).
        split: bool,
    },
    /// Puts the letter into the outbox, sealed, and sends it.
    Send {
        /// What.
        draft: DraftSource,
        /// How.
        way: Way,
        /// A stored draft to remove once the letter is safely in the outbox.
        draft_id: Option<String>,
    },
    /// The outbox.
    Outbox,
    /// Tries a letter again. Copies that are "maybe sent" are tried only with `maybe_sent_too`.
    Retry {
        /// Which letter.
        id: OutboxId,
        /// The person was asked and said yes.
        maybe_sent_too: bool,
    },
    /// Removes a letter from the outbox.
    Discard(OutboxId),
    /// Drafts at rest.
    Drafts,
    /// One draft.
    LoadDraft(String),
    /// Writes a draft to rest.
    SaveDraft {
        /// Its name.
        id: String,
        /// What was typed.
        draft: Box<DraftForm>,
        /// Whether its files are the ones that rest already.
        files: Files,
    },
    /// Removes a draft.
    RemoveDraft(String),
    /// Removes a draft and gives back what was in it.
    DiscardDraft(String),
    /// Drafts whose subject, recipients or text hold these words; all when there are none.
    FindDrafts {
        /// What to look for.
        query: String,
    },
    /// Fetches new letters.
    Fetch,
    /// Letters that were fetched.
    Letters,
    /// Opens a message.
    Open {
        /// Which.
        what: OpenWhat,
        /// The person asked, after a warning, to read what anybody may have altered (rule 17).
        without_integrity: bool,
    },
    /// The draft of a reply to a message that was opened (rules 31 to 36).
    Reply {
        /// To which.
        reading: Arc<Reading>,
        /// To everybody who got it, not to its author alone.
        all: bool,
    },
    /// Saves an attachment under a safe name into a folder, or to a path.
    SaveAttachment {
        /// From which reading.
        reading: Arc<Reading>,
        /// Which of its attachments.
        index: usize,
        /// A folder (then the name is the attachment's, made safe) or a path that does not exist.
        to: PathBuf,
    },
    /// Saves all attachments under safe names into a folder, which is made if it is not there.
    SaveAttachments {
        /// From which reading.
        reading: Arc<Reading>,
        /// Where to.
        folder: PathBuf,
    },
    /// Saves the message as it came (.eml), or its text (.txt).
    SaveLetter {
        /// Which.
        reading: Arc<Reading>,
        /// What of it.
        part: LetterPart,
        /// A folder, or a path that does not exist.
        to: PathBuf,
    },
    /// Prints a letter to a PDF.
    Print {
        /// What stands on it.
        printout: Box<Printout>,
        /// A path that does not exist.
        to: PathBuf,
    },
    /// What was opened before, as far as it is remembered; nothing where there is no vault yet.
    Opened,
    /// Remembers a message that was opened.
    Remember {
        /// What it was found to be.
        reading: Arc<Reading>,
        /// Where it came from.
        from: OpenedFrom,
    },
    /// Forgets messages that were opened. Letters that were fetched stay, as not opened yet.
    ForgetOpened(Vec<i64>),
    /// Checks the chain of a certificate.
    CheckChain(Box<ChainQuestion>),
    /// The chain of a certificate that is kept, as it stands here, and what is known of its links.
    KeyChain {
        /// Which: a fingerprint or address.
        key: String,
        /// What the person asks to be fetched first.
        fetch: ChainFetch,
    },
    /// Takes authorities as anchors.
    PinAnchors {
        /// Files or pasted text.
        sources: Vec<KeySource>,
        /// For whom they count.
        counts_for: AnchorFor,
    },
    /// Whom the person trusts to vouch for others.
    Anchors,
    /// Lets the system's list that does not say what for count for mail, or not.
    UseSystemList(bool),
    /// Starts the built-in practice server and its partner; from then on the runner's desk is the
    /// practice desk until [`Command::LeavePractice`].
    StartPractice {
        /// The name that the practising person goes by.
        name: String,
    },
    /// Back to the person's own desk.
    LeavePractice,
    /// The whole way once, in a place of its own.
    PracticeRoundTrip {
        /// Keep the letters, certificates, the partner's key and the wire log in this folder.
        keep: Option<PathBuf>,
        /// Called for each step that passed.
        tell: Box<dyn FnMut(Told<'_>) + Send>,
    },
}

/// What of a letter is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterPart {
    /// The bytes as they came.
    Message,
    /// The text that is shown.
    Text,
}

/// A message to open.
#[derive(Clone)]
pub enum OpenWhat {
    /// A letter that was fetched.
    Letter(i64),
    /// A letter of the outbox, as it was sealed for its sender too (rule 40).
    Sent(OutboxId),
    /// One that was opened before, as it was kept.
    Opened(i64),
    /// A file.
    File(PathBuf),
    /// Bytes that were dropped or pasted, or a part that opens alone.
    Bytes(Arc<Vec<u8>>),
}

/// Where keys come from.
pub struct ImportKeys {
    /// Files or pasted text.
    pub sources: Vec<KeySource>,
    /// For which addresses they are accepted when a key has several.
    pub accept_for: Vec<Address>,
    /// Accept even where another key is accepted already.
    pub accept: bool,
    /// Password of protected secret keys.
    pub password: Option<Passphrase>,
}

/// One source of keys.
pub enum KeySource {
    /// A file.
    File(PathBuf),
    /// Bytes that were dropped or pasted, with a name for error texts.
    Bytes {
        /// What to call it.
        name: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

/// A draft, as a file or as typed.
pub enum DraftSource {
    /// The bytes of a draft message (RFC 5322, LF or CRLF).
    Message(Vec<u8>),
    /// What stands in the window.
    Form(Box<DraftForm>),
}

/// A letter as it is typed: nothing in it needs to be right yet.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DraftForm {
    /// Who writes; the identity in use when there is none.
    pub from: Option<Mailbox>,
    /// Recipients as typed, separated by commas.
    pub to: String,
    /// Carbon copies.
    pub cc: String,
    /// Blind copies: a sealed message of its own for each.
    pub bcc: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// Files that travel along.
    pub attachments: Vec<FormAttachment>,
    /// What it owes to the letter that it answers; nothing when it answers none.
    pub answers: Answers,
}

/// What a letter owes to the one that it answers (rules 31 to 35).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// The message that it answers, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// The thread so far, without angle brackets.
    pub references: Vec<String>,
    /// That was decrypted to be read: this leaves sealed or not at all.
    pub sealed_only: bool,
    /// Names of fields, in lower case, that stand inside only.
    pub hidden: Vec<String>,
}

/// Whether the files of a draft have to be written with its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// They rest already.
    AsBefore,
    /// One was added or taken off.
    Changed,
}

/// A file that travels along. Its bytes are read when it is added, so that a file that vanishes
/// later loses nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct FormAttachment {
    /// Its name, without folders.
    pub name: String,
    /// Its media type, `application/octet-stream` when unknown.
    pub media_type: String,
    /// Its content.
    pub bytes: Arc<Vec<u8>>,
}

/// How a letter leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Encrypted and signed.
    Sealed,
    /// Signed, readable by all on the way; the person said so.
    SignOnly,
    /// Readable and unsigned; the person said so.
    Unprotected,
}

/// A request for a certificate to be made.
pub struct RequestCertificate {
    /// An address, for which a key is made, or the fingerprint of an own certificate whose key is to
    /// have another.
    pub key: String,
    /// The name in it; the identity's where none is given.
    pub name: Option<String>,
    /// Which key to make.
    pub choice: KeyChoice,
    /// Where to; `None` gives the request back.
    pub to: Option<PathBuf>,
}

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
    /// Of [`Command::Anchors`] and [`Command::UseSystemList`].
    Anchors(AnchorList),
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
    /// Where it was written to.
    pub file: Option<PathBuf>,
    /// The message, when it was not written to a file.
    pub bytes: Option<Arc<Vec<u8>>>,
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

/// What a job tells while it runs. Exactly one `Done` follows each `Started`.
pub enum Event {
    /// It runs.
    Started,
    /// A passphrase is wanted; answer with `Reply`.
    Ask(Question, crate::app::job::PassphraseReply),
    /// It is over.
    Done(Result<Outcome, Failure>),
}
