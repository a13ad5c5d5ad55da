//! Certificates and keys: names, what they are usable for, and whose a person takes them for.

mod acceptance;
mod fingerprint;
mod keyfile;
pub mod openpgp;
mod usable;

pub use acceptance::{Acceptance, Checked};
pub use fingerprint::{Fingerprint, NoFingerprint};
pub use keyfile::{KeyFileProblem, KeyRefusal, LeftOut, Looks, ParsedKey, UnlockProblem};
pub use openpgp::{KeyGenerationFailure, LockedKey, NewKey, SecretCert, SecretKeys};
pub use usable::{Capabilities, KeyDetail, Unusable};

use crate::address::Address;
use crate::base::{Time, Untrusted};
use std::fmt;

/// A user ID as the certificate claims it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserId {
    /// The whole text.
    pub text: Untrusted,
    /// The address in it, if it is one.
    pub address: Option<Address>,
}

/// A public certificate of either scheme.
#[derive(Clone)]
pub enum Cert {
    /// OpenPGP.
    OpenPgp(openpgp::OpenPgpCert),
}

impl Cert {
    /// Reads all keys of a file: armored (several blocks, text around them) or binary, public or
    /// secret, several in one. Each item is taken or refused by itself (rule 54).
    pub fn parse_many(bytes: &[u8]) -> Result<Vec<ParsedKey>, KeyFileProblem> {
        openpgp::parse_many(bytes)
    }

    /// Reads one certificate as [`Cert::to_bytes`] wrote it. Secret parts are left behind.
    pub fn from_bytes(bytes: &[u8]) -> Result<Cert, KeyRefusal> {
        openpgp::parse_one(bytes).map(|(cert, _)| Cert::OpenPgp(cert))
    }

    /// Its fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        match self {
            Cert::OpenPgp(cert) => cert.fingerprint(),
        }
    }

    /// `openpgp` or `smime`, the word of the command line's contract.
    pub fn kind(&self) -> &'static str {
        match self {
            Cert::OpenPgp(_) => "openpgp",
        }
    }

    /// When it was made.
    pub fn created(&self) -> Time {
        match self {
            Cert::OpenPgp(cert) => cert.created(),
        }
    }

    /// When it expires, as known at `at`; `None` when it does not.
    pub fn expires(&self, at: Time) -> Option<Time> {
        match self {
            Cert::OpenPgp(cert) => cert.expires(at),
        }
    }

    /// When its owner revoked it, as known at `at`.
    pub fn revoked(&self, at: Time) -> Option<Time> {
        match self {
            Cert::OpenPgp(cert) => cert.revoked(at),
        }
    }

    /// Its user IDs, revoked and expired ones too.
    pub fn user_ids(&self) -> Vec<UserId> {
        match self {
            Cert::OpenPgp(cert) => cert.user_ids(),
        }
    }

    /// The addresses of its user IDs that are bound and not revoked at `at`.
    pub fn addresses(&self, at: Time) -> Vec<Address> {
        match self {
            Cert::OpenPgp(cert) => cert.addresses(at),
        }
    }

    /// Whether mail can be sealed to it at `at`.
    pub fn usable_for_encryption(&self, at: Time) -> Result<(), Unusable> {
        match self {
            Cert::OpenPgp(cert) => cert.usable_for_encryption(at),
        }
    }

    /// Whether a signature that it made at `at` can count.
    pub fn usable_for_signing(&self, at: Time) -> Result<(), Unusable> {
        match self {
            Cert::OpenPgp(cert) => cert.usable_for_signing(at),
        }
    }

    /// Names of all its keys as messages may use them: fingerprints and 64-bit key IDs, upper-case
    /// hex.
    pub fn key_handles(&self) -> Vec<String> {
        match self {
            Cert::OpenPgp(cert) => cert.key_handles(),
        }
    }

    /// Its keys, primary first, as they stand at `at`.
    pub fn keys(&self, at: Time) -> Vec<KeyDetail> {
        match self {
            Cert::OpenPgp(cert) => cert.keys(at),
        }
    }

    /// In binary.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Cert::OpenPgp(cert) => cert.to_bytes(),
        }
    }

    /// In armor, LF line ends.
    pub fn to_armored(&self) -> Vec<u8> {
        match self {
            Cert::OpenPgp(cert) => cert.to_armored(),
        }
    }

    /// This certificate with what `other` knows more of it. Another certificate adds nothing.
    pub fn merge(&self, other: &Cert) -> Cert {
        match (self, other) {
            (Cert::OpenPgp(cert), Cert::OpenPgp(other)) => Cert::OpenPgp(cert.merge(other)),
        }
    }
}

impl fmt::Debug for Cert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cert {}", self.kind(), self.fingerprint())
    }
}
