//! Handing letters to a server (RFC 6409), and everything that can go wrong with it.

use crate::address::Address;
use crate::app::job::Watch;
use crate::base::{Passphrase, Time, Untrusted};
use crate::checkup::account::Sender;
use crate::checkup::servers::Asked;
use crate::protect::Copy;
use crate::settings::Account;
use serde::{Deserialize, Serialize};

/// A server that takes letters.
pub trait Submission: Send + Sync {
    /// Hands one copy over: connects, makes and checks TLS, logs in, and sends. `Ok` means that
    /// the server took responsibility for at least one recipient.
    ///
    /// `on_data` is called once, right before DATA: the caller writes down that from here on the
    /// letter may be sent. When it says `false`, the transaction ends before DATA with
    /// [`SubmitFailure::NotRecorded`].
    fn submit(
        &self,
        account: &Account,
        password: &Passphrase,
        copy: &Copy,
        watch: &Watch,
        on_data: &mut dyn FnMut() -> bool,
    ) -> Result<Receipt, SubmitFailure>;

    /// Connects, makes TLS, logs in and leaves: shows that an account works.
    fn test(
        &self,
        account: &Account,
        password: &Passphrase,
        watch: &Watch,
    ) -> Result<Connected, SubmitFailure>;

    /// Connects, makes TLS, asks about mailboxes, logs in, and asks for each of `senders` whether a
    /// letter by its name to the account's own address would be taken. None is handed over.
    fn survey(
        &self,
        account: &Account,
        password: &Passphrase,
        senders: &[Sender],
        watch: &Watch,
    ) -> Result<Surveyed, SubmitFailure>;
}

/// What a server was seen to do behind a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    /// The connection.
    pub tls: TlsFacts,
    /// The largest letter that it takes, in bytes, where it says (RFC 1870).
    pub size: Option<Option<u64>>,
    /// What it answered about mailboxes, before the login.
    pub asked: Asked,
    /// Each sender, with the code by which it was taken or not; `None` where the server hung up.
    pub senders: Vec<(Sender, Option<u16>)>,
}

/// What is known of a verified TLS connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsFacts {
    /// The name that was asked for and that the certificate carries.
    pub host: String,
    /// The other end, `ip:port`.
    pub peer: String,
    /// `TLS 1.3`.
    pub version: String,
    /// The key exchange, as its registry names it: `X25519MLKEM768`.
    pub key_exchange: String,
    /// SHA-256 of the server's certificate, hex.
    pub certificate: String,
}

/// What a working account answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The connection.
    pub tls: TlsFacts,
    /// The largest message that the server takes, in bytes (RFC 1870), if it says.
    pub size: Option<u64>,
}

/// One answer of a server, after TLS only (rule 59).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The three digits.
    pub code: u16,
    /// The text of all its lines.
    pub text: String,
}

impl Reply {
    /// The text, made safe to show.
    pub fn shown(&self) -> Untrusted {
        Untrusted::from(self.text.as_str())
    }
}

/// A recipient whom the server did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Whom.
    pub address: Address,
    /// What it said.
    pub reply: Reply,
}

/// Proof that a server took a letter (rule 63).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The connection that it went over.
    pub tls: TlsFacts,
    /// The recipients that the server took.
    pub taken: Vec<Address>,
    /// Those that it did not, with its words.
    pub refused: Vec<Refusal>,
    /// Its last line after the letter.
    pub last: Reply,
    /// When that line came.
    pub at: Time,
}

/// Where in the conversation something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Looking up the host's addresses.
    Resolve,
    /// Making the TCP connection.
    Connect,
    /// The server's first line.
    Greeting,
    /// EHLO.
    Hello,
    /// Asking for the upgrade, and before TLS stands.
    StartTls,
    /// The TLS handshake.
    Handshake,
    /// Logging in.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA and before the final dot.
    Data,
    /// After the final dot.
    Final,
    /// Fetching from a mailbox.
    Fetch,
}

/// Why TLS was refused (rule 60).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsRefusal {
    /// The certificate is for other names.
    WrongName {
        /// The name that was asked for.
        expected: String,
        /// The names in the certificate.
        found: Vec<String>,
    },
    /// It ended.
    Expired {
        /// The last moment that it was good.
        until: Option<Time>,
    },
    /// It has not begun.
    NotYetValid {
        /// Its first moment.
        from: Option<Time>,
    },
    /// Nobody whom we trust vouches for it.
    UnknownIssuer {
        /// The issuer that it names, as far as it can be read.
        found: Option<String>,
    },
    /// The server speaks no TLS that is safe (at least 1.2).
    OldVersion {
        /// What it offered, where it said so.
        found: Option<String>,
    },
    /// It cannot be used for another reason (wrong purpose, unreadable, revoked, bad signature).
    Other(String),
}

/// Why a letter was not handed over. Apart from `MaybeSent`, each says that it was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmitFailure {
    /// The host has no address, or nobody could say.
    NoSuchHost {
        /// Which.
        host: String,
    },
    /// No TCP connection.
    NoConnection {
        /// Which host and port.
        server: String,
        /// What the system said.
        detail: String,
    },
    /// The server offers no STARTTLS, or refused it; nothing was said to it after that (rule 57).
    NoStartTls {
        /// Which.
        server: String,
    },
    /// Bytes came that nobody asked for: ahead of TLS (rule 58) or ahead of a command.
    Injected {
        /// When.
        stage: Stage,
    },
    /// TLS was refused.
    Tls {
        /// Which server.
        server: String,
        /// Why.
        refusal: TlsRefusal,
    },
    /// What came is not the protocol, or breaks a bound.
    Garbage {
        /// When.
        stage: Stage,
    },
    /// The server offers no way of logging in that is known here.
    NoLoginMethod {
        /// What it offers.
        offered: Vec<String>,
    },
    /// Login refused.
    LoginRefused(Reply),
    /// Refused at another stage, for good (5xx) or for now (4xx).
    Refused {
        /// When.
        stage: Stage,
        /// What it said.
        reply: Reply,
    },
    /// Not one recipient was taken.
    AllRefused(Vec<Refusal>),
    /// The letter is larger than the server takes; told before DATA (RFC 1870).
    TooLarge {
        /// The letter, in bytes.
        size: u64,
        /// The server's limit, in bytes.
        limit: u64,
    },
    /// An address needs SMTPUTF8 (RFC 6531) and the server does not offer it.
    NoUtf8 {
        /// Which.
        address: Address,
    },
    /// The letter has a line over 998 octets or 8-bit bytes that this server does not take.
    Unsendable(&'static str),
    /// The connection ended before the final dot was sent.
    Closed {
        /// When.
        stage: Stage,
    },
    /// The time was over before the final dot was sent.
    Deadline {
        /// When.
        stage: Stage,
    },
    /// Stopped by the person before the final dot was sent.
    Cancelled,
    /// It could not be written down that DATA begins, so it did not begin.
    NotRecorded,
    /// The final dot may have reached the server and no answer came back (rule 62).
    MaybeSent {
        /// Whether the person stopped it.
        cancelled: bool,
    },
}
