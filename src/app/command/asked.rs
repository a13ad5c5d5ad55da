//! What commands carry with them: what to open, import, seal, and by which way.

use crate::address::{Address, Mailbox};
use crate::app::bulk::{BulkList, BulkSource};
use crate::app::port::OutboxId;
use crate::base::Passphrase;
use crate::cert::x509::KeyChoice;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

/// What of a letter is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterPart {
    /// The bytes as they came.
    Message,
    /// The text that is shown.
    Text,
}

/// A practice letter: one that is what it says, or a harmless copy of a known attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trick {
    /// None: sealed and signed by the partner.
    Honest,
    /// The partner's name, and a signature of somebody else's.
    SpoofedSigner,
    /// An address that looks like the partner's.
    LookAlike,
    /// Text that cannot be seen.
    HiddenText,
    /// A program that poses as a document.
    DangerousFile,
    /// An old sealed letter inside, to be quoted in the answer.
    CovertQuote,
}

impl Trick {
    /// All, in an order that does not tell which comes next.
    pub const ALL: [Trick; 6] = [
        Trick::LookAlike,
        Trick::SpoofedSigner,
        Trick::Honest,
        Trick::HiddenText,
        Trick::CovertQuote,
        Trick::DangerousFile,
    ];

    /// A lasting word for scripts.
    pub fn word(self) -> &'static str {
        match self {
            Trick::Honest => "honest",
            Trick::SpoofedSigner => "spoofed-signer",
            Trick::LookAlike => "look-alike",
            Trick::HiddenText => "hidden-text",
            Trick::DangerousFile => "dangerous-file",
            Trick::CovertQuote => "covert-quote",
        }
    }
}

/// Where many messages are.
#[derive(Debug, Clone)]
pub enum BulkFrom {
    /// An mbox or a Maildir.
    Path(PathBuf),
    /// What was looked at already.
    Source(Arc<BulkSource>),
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
    /// One of many.
    InBulk(Arc<BulkList>, usize),
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

/// A domain to be checked up.
#[derive(Debug, Clone, Default)]
pub struct CheckQuestion {
    /// The domain, or an address at it, as typed.
    pub domain: String,
    /// Answer all questions from this zone file, and open no socket.
    pub zone: Option<PathBuf>,
    /// Ask this resolver; the system's where none is named.
    pub resolver: Option<SocketAddr>,
    /// DKIM selectors that are known to be in use.
    pub selectors: Vec<String>,
    /// Where hosts are reached, instead of at the addresses that DNS gives. With a zone file nobody
    /// else is contacted.
    pub connect_to: Vec<ConnectTo>,
    /// Block lists to be asked: zones, or `addresses`, `domains`, `all`.
    pub lists: Vec<String>,
    /// A host below the domain that is asked whether it passes on strangers' mail, once its control
    /// is shown (rule 69).
    pub relay: Option<String>,
    /// Ask every host that takes the domain's mail about mailboxes, and compare, once control is shown.
    pub compare: bool,
    /// Certificates of authorities that vouch beside the system's (PEM).
    pub authorities: Vec<PathBuf>,
}

/// What is to be found out about one's own server, from behind one's login.
#[derive(Clone, Default)]
pub struct AccountQuestion {
    /// Whose account; that of the identity in use where none is named.
    pub address: Option<Address>,
    /// Send a letter to oneself, and one by a stranger's name, and see how they come back.
    pub letter: bool,
    /// Send the line to oneself by which spam filters are tried.
    pub spam: bool,
    /// Send the file to oneself by which virus scanners are tried.
    pub virus: bool,
    /// A letter of these that came back and was saved.
    pub came_back: Option<PathBuf>,
    /// Another login that the server should refuse, with its password.
    pub other_login: Option<(String, Passphrase)>,
    /// See how many connections at once are taken.
    pub connections: bool,
    /// How long letters are waited for, in seconds.
    pub patience: u64,
    /// Answer questions about names from this zone file.
    pub zone: Option<PathBuf>,
    /// Ask this resolver about names.
    pub resolver: Option<SocketAddr>,
}

/// Reach a host's port there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectTo {
    /// The host, as its certificate names it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Where it is reached.
    pub at: SocketAddr,
}

/// A message whose origin is asked for.
#[derive(Debug, Clone, Default)]
pub struct OriginWish {
    /// The message, or its header section alone.
    pub message: Arc<Vec<u8>>,
    /// Whether anybody may be asked: only then a name server is contacted.
    pub ask: bool,
    /// Answer all questions from this zone file, and open no socket.
    pub zone: Option<PathBuf>,
    /// Ask this resolver; the system's where none is named.
    pub resolver: Option<SocketAddr>,
    /// The host that takes mail for the person from outside.
    pub border: Option<String>,
    /// The client that handed the message to that host.
    pub client_ip: Option<IpAddr>,
    /// The name by which it greeted.
    pub helo: Option<String>,
    /// The sender on the envelope.
    pub mail_from: Option<String>,
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
