//! Questions about chains of certificates, and what comes back.

use crate::address::Address;
use crate::app::port::PinnedAnchor;
use crate::base::{Time, Untrusted};
use crate::cert::Fingerprint;
use crate::cert::x509::chain::ocsp::BadAnswer;
use crate::cert::x509::chain::{Chain, Purpose};
use std::path::PathBuf;

/// What is fetched, because the person asks, before a chain is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainFetch {
    /// Nothing: no socket is opened.
    Nothing,
    /// The issuers' certificates that are missing.
    Missing,
    /// Whether the certificates were withdrawn.
    Revocation,
}

/// What is known of the revocation of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// Nobody was asked.
    NotChecked {
        /// Whether it names a place where one could.
        can_ask: bool,
    },
    /// It was not withdrawn.
    Good {
        /// As of then.
        as_of: Time,
    },
    /// It was withdrawn.
    Revoked {
        /// When.
        at: Time,
        /// reasonCode (RFC 5280 §5.3.1).
        reason: u8,
    },
    /// Somebody was asked, and it is not known.
    NotKnown(NotKnown),
}

impl LinkState {
    /// One word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            LinkState::NotChecked { .. } => "not-checked",
            LinkState::Good { .. } => "good",
            LinkState::Revoked { .. } => "revoked",
            LinkState::NotKnown(_) => "unknown",
        }
    }
}

/// Why asking led to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotKnown {
    /// The certificate names no place to ask.
    NoPlace,
    /// Nobody answered, or with nothing that covers it.
    NoAnswer,
    /// An answer came that does not count.
    BadAnswer(BadAnswer),
}

/// The chain of a certificate that is kept.
#[derive(Clone)]
pub struct ChainCard {
    /// Which certificate.
    pub fingerprint: Fingerprint,
    /// The path, and why it does not hold if it does not.
    pub chain: Chain,
    /// What is known of each certificate of the path but the anchor, the certificate first; nothing
    /// for a chain that does not hold.
    pub links: Vec<LinkState>,
}

/// Whom the person trusts to vouch for others.
#[derive(Debug, Clone, Default)]
pub struct AnchorList {
    /// Those that were pinned, with their names.
    pub pinned: Vec<(Untrusted, PinnedAnchor)>,
    /// How many the system trusts for mail.
    pub for_mail: usize,
    /// How many stand on the system's list that does not say what for.
    pub unstated: usize,
    /// Whether that list counts.
    pub uses_system_list: bool,
}

/// Where a certificate is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainLeaf {
    /// First in this file; further certificates in it help.
    File(PathBuf),
    /// Among the keys: its fingerprint or address.
    Key(String),
}

/// A certificate whose chain is to be checked, and by what.
pub struct ChainQuestion {
    /// The certificate.
    pub leaf: ChainLeaf,
    /// A folder or file of the only anchors; `None` for those that the person and the system trust.
    pub roots: Option<PathBuf>,
    /// A folder or file of certificates that help.
    pub with: Option<PathBuf>,
    /// A folder or file of revocation lists; with them every link needs a current one.
    pub crls: Option<PathBuf>,
    /// The address that it must be for.
    pub address: Option<Address>,
    /// What it must be for.
    pub purpose: Purpose,
    /// The policies that count, as content octets of their identifiers; empty for any.
    pub policies: Vec<Vec<u8>>,
    /// Take weak keys and hashes.
    pub allow_weak: bool,
    /// Fetch missing certificates.
    pub fetch: bool,
    /// Ask whether the certificates were withdrawn.
    pub ask_revocation: bool,
}

/// A checked chain.
pub struct ChainAnswer {
    /// The path, and why it does not hold if it does not.
    pub chain: Chain,
    /// Files that hold nothing that could be read.
    pub skipped: Vec<String>,
    /// What was learnt of each certificate but the anchor, when that was asked.
    pub links: Option<Vec<LinkState>>,
}
