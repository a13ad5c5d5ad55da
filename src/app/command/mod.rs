//! What a face can ask for, and what it gets back.

mod asked;
mod outcome;

pub use asked::{
    AccountQuestion, Answers, BulkFrom, CheckQuestion, ConnectTo, DraftForm, DraftSource, Files,
    FormAttachment, ImportKeys, KeySource, LetterPart, OpenWhat, OriginWish, RequestCertificate,
    Trick, Way,
};
pub use outcome::{
    CheckAnswer, ImportReport, ImportedKey, NewCertificates, NewIdentity, OriginAnswer, Outcome,
    Overview, Reply, Requested, SealedCopy, SendReport, TrainingLetter,
};

use crate::address::{Address, Mailbox};
use crate::app::bulk::BulkList;
pub use crate::app::chain::{
    AnchorList, ChainAnswer, ChainCard, ChainFetch, ChainLeaf, ChainQuestion, LinkState, NotKnown,
};
use crate::app::failure::Failure;
pub use crate::app::key_card::{KeyCard, KeyRow, KeyState, OtherCert, Revoked};
use crate::app::key_index::KeyIndex;
use crate::app::port::{OpenedFrom, OutboxId, Question};
use crate::app::print::Printout;
use crate::app::service::round_trip::Told;
pub use crate::app::sight::{
    Contact, DraftCard, Preflight, PreflightRow, Shown, Visible, VisibleRow,
};
use crate::base::{Passphrase, Time};
use crate::cert::openpgp::OpenPgpChoice;
use crate::cert::x509::KeyChoice;
use crate::cert::x509::chain::AnchorFor;
use crate::cert::{Checked, RevocationReason, Scheme};
pub use crate::protect::{
    Protection,
    losses::{Because, Loss, Lost},
    plan::{PlanProblem, Role, Why},
};
use crate::read::Reading;
use crate::settings::{Account, PreferencesChange};
use std::path::PathBuf;
use std::sync::Arc;

/// One thing to do. Each runs as a job.
pub enum Command {
    /// What the window shows around everything: identities, accounts, counts.
    Overview,
    /// Makes an identity with a new OpenPGP key.
    NewIdentity {
        /// Name and address.
        mailbox: Mailbox,
        /// Which kind of key.
        choice: OpenPgpChoice,
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
    /// Lays a practice letter among the learner's; only while practising.
    Train(Trick),
    /// Reads many messages into a list, which fills meanwhile.
    OpenMany {
        /// Where they are.
        from: BulkFrom,
        /// The list.
        list: Arc<BulkList>,
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
        /// Whether it is saved even if a scanner knows it, or could not look: the person said so.
        harmful_too: bool,
    },
    /// Saves all attachments under safe names into a folder, which is made if it is not there.
    SaveAttachments {
        /// From which reading.
        reading: Arc<Reading>,
        /// Where to.
        folder: PathBuf,
        /// As of one.
        harmful_too: bool,
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
    /// Makes a report of a message, signed by the current identity.
    MakeEvidence {
        /// Which; with the message as it came.
        reading: Arc<Reading>,
        /// A path that does not exist; without it the document is the answer.
        to: Option<PathBuf>,
    },
    /// Checks such a report.
    CheckEvidence {
        /// The document's file.
        report: PathBuf,
        /// The message that it is about.
        message: Option<Arc<Vec<u8>>>,
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
    /// Checks a domain up.
    CheckDomain(Box<CheckQuestion>),
    /// Blocks a sender: an address, a domain, or the address of a machine, as typed.
    Block(String),
    /// Blocks them no more.
    Unblock(String),
    /// Who is blocked.
    Blocked,
    /// Whose word about other servers counts (rule 64).
    Border,
    /// From now on this host's does, as typed; with nothing, nobody's.
    SetBorder(Option<String>),
    /// Looks at one's own server from behind one's login.
    CheckAccount(Box<AccountQuestion>),
    /// Saves a report of the check-up, as the words for people make it.
    SaveReport {
        /// What is written.
        bytes: Vec<u8>,
        /// A path that does not exist.
        to: PathBuf,
    },
    /// Reads where a message came from.
    Origin(Box<OriginWish>),
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

/// What a job tells while it runs. Exactly one `Done` follows each `Started`.
pub enum Event {
    /// It runs.
    Started,
    /// A passphrase is wanted; answer with `Reply`.
    Ask(Question, crate::app::job::PassphraseReply),
    /// It is over.
    Done(Result<Outcome, Failure>),
}
