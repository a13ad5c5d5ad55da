//! What mail servers and web servers were seen to say, as plain data, and the rules over it.

mod certificate;
mod judge;
mod meeting;

pub use judge::{check, check_one, tells_mailboxes};
pub use meeting::{Encounters, PageAsk, PageSeen, Place, Probed, Service};

use crate::base::Time;
use std::net::SocketAddr;

/// Longest line of a server that is kept, in characters.
pub const LINE: usize = 512;
/// Most lines of one answer that are kept.
pub const LINES: usize = 100;

/// One mail server at one port, looked at once without logging in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observation {
    /// Where the connection went to.
    pub peer: Option<SocketAddr>,
    /// The first line that it said; `None` where it said none that belongs to its protocol.
    pub banner: Option<String>,
    /// What it offers before TLS: lines of EHLO (without the first), CAPABILITY words or CAPA lines;
    /// `None` where TLS came first, or where it did not answer.
    pub before: Option<Vec<String>>,
    /// Whether IMAP or POP3 goes on when a login is begun before TLS, without a password and given up
    /// at once. Some offer it to neighbours, and refuse it all the same.
    pub login_begins: Option<bool>,
    /// The same as `before`, after TLS.
    pub after: Option<Vec<String>>,
    /// The name that it gave in its answer to EHLO.
    pub helo: Option<String>,
    /// What came of TLS.
    pub tls: TlsSeen,
    /// The highest of the old versions that it agrees to, in words; an answer to a ClientHello of
    /// TLS 1.1 alone.
    pub old: OldTls,
    /// What it answers about mailboxes.
    pub asked: Asked,
}

/// What came of TLS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TlsSeen {
    /// It is not offered.
    NotOffered,
    /// It is offered, and refused when asked for.
    Refused,
    /// More came than the answer that was asked for: what comes before TLS would count after it.
    Injected,
    /// The handshake fails.
    Failed,
    /// It stands.
    Stands(Box<Session>),
    /// The conversation did not come so far.
    #[default]
    NotTried,
}

/// What a handshake showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// `TLS 1.3`.
    pub version: String,
    /// The key exchange, as the library names it.
    pub key_exchange: String,
    /// The certificates as they came, DER, the server's own first.
    pub chain: Vec<Vec<u8>>,
    /// The names in the certificate, where the host's own is not among them.
    pub other_names: Option<Vec<String>>,
    /// Whether an authority vouches for it, dates of the server's own certificate apart; `None` where
    /// no authority is known here at all.
    pub vouched: Option<bool>,
    /// When that was.
    pub at: Time,
}

/// Whether old versions of TLS are agreed to (RFC 8996).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OldTls {
    /// This one is: `TLS 1.0`.
    Agreed(String),
    /// None is.
    Refused,
    /// Nobody knows.
    #[default]
    NotTried,
}

/// Codes of answers to VRFY and EXPN (RFC 5321 §3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// VRFY of a mailbox that everybody has.
    pub verify_known: Option<u16>,
    /// VRFY of one that nobody has.
    pub verify_nobody: Option<u16>,
    /// Whether the answer to that says in so many words that there is no such mailbox: the status
    /// codes 5.1.1 and 5.1.6 (RFC 3463 §3.2).
    pub denies_nobody: bool,
    /// EXPN of the first.
    pub expand: Option<u16>,
}
