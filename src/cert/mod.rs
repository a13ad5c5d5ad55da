//! Certificates and keys: names, what they are usable for, and whose a person takes them for.

mod acceptance;
mod fingerprint;
pub mod openpgp;

pub use acceptance::{Acceptance, Checked};
pub use fingerprint::{Fingerprint, NoFingerprint};

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

    /// Its user IDs, revoked and expired ones too.
    pub fn user_ids(&self) -> Vec<UserId> {
        match self {
            Cert::OpenPgp(cert) => cert.user_ids(),
        }
    }
}

impl fmt::Debug for Cert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cert {}", self.kind(), self.fingerprint())
    }
}
