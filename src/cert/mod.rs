//! Certificates and keys: names, what they are usable for, and whose a person takes them for.

mod acceptance;
mod fingerprint;
mod keyfile;
mod keyring;
mod ledger;
pub mod openpgp;
mod usable;
mod words;
pub mod x509;

pub use acceptance::{Acceptance, Checked};
pub use fingerprint::{Fingerprint, NoFingerprint};
pub use keyfile::{KeyFileProblem, KeyRefusal, LeftOut, Looks, ParsedKey, UnlockProblem};
pub use keyring::{OwnSecret, SecretKeys};
pub use ledger::{History, Newcomer};
pub use openpgp::{
    KeyChangeFailure, KeyGenerationFailure, LockedKey, NewKey, RevocationReason, RevokedKey,
    SecretCert,
};
pub use usable::{Capabilities, KeyDetail, Unusable};
pub use x509::{CertProblem, X509Cert, X509Secret};

use crate::address::Address;
use crate::base::{Time, Untrusted, limits};
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
    /// X.509, for S/MIME.
    X509(X509Cert),
}

/// How a message is protected: by which standard, and so by which certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// OpenPGP (RFC 9580, RFC 3156).
    OpenPgp,
    /// S/MIME (RFC 8551) with X.509 certificates.
    Smime,
}

impl Scheme {
    /// The word of the command line's contract.
    pub fn word(self) -> &'static str {
        match self {
            Scheme::OpenPgp => "openpgp",
            Scheme::Smime => "smime",
        }
    }
}

impl Cert {
    /// Reads all keys of a file: armored or PEM (several blocks, text around them) or binary, public
    /// or secret, several in one. Each item is taken or refused by itself (rule 54).
    pub fn parse_many(bytes: &[u8]) -> Result<Vec<ParsedKey>, KeyFileProblem> {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size <= limits::KEY_FILE_BYTES
            && let Some(found) = x509::parse_many(bytes)
        {
            return found;
        }
        openpgp::parse_many(bytes)
    }

    /// Reads one certificate as [`Cert::to_bytes`] wrote it. Secret parts are left behind.
    pub fn from_bytes(bytes: &[u8]) -> Result<Cert, KeyRefusal> {
        // A SEQUENCE; OpenPGP packets have their highest bit set.
        if bytes.first() == Some(&x509::tlv::tag::SEQUENCE) {
            return X509Cert::from_der(bytes).map(Cert::X509);
        }
        openpgp::parse_one(bytes).map(|(cert, _)| Cert::OpenPgp(cert))
    }

    /// Its fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        match self {
            Cert::OpenPgp(cert) => cert.fingerprint(),
            Cert::X509(cert) => cert.fingerprint(),
        }
    }

    /// By which standard it is used.
    pub fn scheme(&self) -> Scheme {
        match self {
            Cert::OpenPgp(_) => Scheme::OpenPgp,
            Cert::X509(_) => Scheme::Smime,
        }
    }

    /// `openpgp` or `smime`, the word of the command line's contract.
    pub fn kind(&self) -> &'static str {
        self.scheme().word()
    }

    /// When it was made.
    pub fn created(&self) -> Time {
        match self {
            Cert::OpenPgp(cert) => cert.created(),
            Cert::X509(cert) => cert.not_before(),
        }
    }

    /// When it expires, as known at `at`; `None` when it does not.
    pub fn expires(&self, at: Time) -> Option<Time> {
        match self {
            Cert::OpenPgp(cert) => cert.expires(at),
            Cert::X509(cert) => cert.expires(),
        }
    }

    /// When its owner revoked it, as known at `at`.
    pub fn revoked(&self, at: Time) -> Option<Time> {
        match self {
            Cert::OpenPgp(cert) => cert.revoked(at),
            // The list of its authority says so, not the certificate.
            Cert::X509(_) => None,
        }
    }

    /// Its user IDs, revoked and expired ones too.
    pub fn user_ids(&self) -> Vec<UserId> {
        match self {
            Cert::OpenPgp(cert) => cert.user_ids(),
            Cert::X509(cert) => cert.user_ids(),
        }
    }

    /// The addresses of its user IDs that are bound and not revoked at `at`.
    pub fn addresses(&self, at: Time) -> Vec<Address> {
        match self {
            Cert::OpenPgp(cert) => cert.addresses(at),
            Cert::X509(cert) => cert.addresses().to_vec(),
        }
    }

    /// Whether mail can be sealed to it at `at`.
    pub fn usable_for_encryption(&self, at: Time) -> Result<(), Unusable> {
        match self {
            Cert::OpenPgp(cert) => cert.usable_for_encryption(at),
            Cert::X509(cert) => cert.usable_for_encryption(at),
        }
    }

    /// Whether a signature that it made at `at` can count.
    pub fn usable_for_signing(&self, at: Time) -> Result<(), Unusable> {
        match self {
            Cert::OpenPgp(cert) => cert.usable_for_signing(at),
            Cert::X509(cert) => cert.usable_for_signing(at),
        }
    }

    /// Names of all its keys as messages may use them: fingerprints and 64-bit key IDs, upper-case
    /// hex.
    pub fn key_handles(&self) -> Vec<String> {
        match self {
            Cert::OpenPgp(cert) => cert.key_handles(),
            Cert::X509(cert) => cert.key_handles(),
        }
    }

    /// Its keys, primary first, as they stand at `at`.
    pub fn keys(&self, at: Time) -> Vec<KeyDetail> {
        match self {
            Cert::OpenPgp(cert) => cert.keys(at),
            Cert::X509(cert) => cert.keys(at),
        }
    }

    /// In binary: packets, or DER.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Cert::OpenPgp(cert) => cert.to_bytes(),
            Cert::X509(cert) => cert.der().to_vec(),
        }
    }

    /// In armor or PEM, LF line ends.
    pub fn to_armored(&self) -> Vec<u8> {
        match self {
            Cert::OpenPgp(cert) => cert.to_armored(),
            Cert::X509(cert) => cert.to_pem(),
        }
    }

    /// This certificate with what `other` knows more of it. Another certificate adds nothing.
    pub fn merge(&self, other: &Cert) -> Cert {
        match (self, other) {
            (Cert::OpenPgp(cert), Cert::OpenPgp(other)) => Cert::OpenPgp(cert.merge(other)),
            // An X.509 certificate never changes.
            (Cert::OpenPgp(_), Cert::X509(_)) | (Cert::X509(_), _) => self.clone(),
        }
    }
}

impl fmt::Debug for Cert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cert {}", self.kind(), self.fingerprint())
    }
}
