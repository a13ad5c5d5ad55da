//! What a certificate can be used for, or why not.

use super::{Fingerprint, x509::CertProblem};
use crate::base::Time;

/// Why a certificate cannot be used for something at a given time (rule 56).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Unusable {
    /// It was made later than the time of judging.
    NotYetValid {
        /// From when on it is valid.
        from: Time,
    },
    /// It, or the key in it that would be used, has expired.
    Expired {
        /// Since when.
        at: Time,
    },
    /// Its owner has revoked it, or the key in it that would be used.
    Revoked {
        /// When the revocation says that it was made.
        at: Option<Time>,
    },
    /// It never had a key for that use.
    NoKey,
    /// The key for that use is too weak, or of a kind that is no longer safe.
    TooWeak {
        /// The algorithm with its size in bits, as in `RSA-1024`.
        what: String,
    },
    /// Its parts are held together only by signatures over a hash that can be collided.
    WeakBinding {
        /// The hash's name, as in `SHA-1`.
        hash: String,
    },
    /// No user ID is valid at that time.
    NoUserId,
    /// The key for that use is of an algorithm that is not supported here.
    Unsupported {
        /// The algorithm.
        what: String,
    },
    /// Its authority made it for other purposes than mail.
    NotForMail,
    /// Something is wrong with it.
    Defective {
        /// What.
        problem: CertProblem,
    },
}

impl Unusable {
    /// One word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Unusable::NotYetValid { .. } => "not-yet-valid",
            Unusable::Expired { .. } => "expired",
            Unusable::Revoked { .. } => "revoked",
            Unusable::NoKey => "no-key",
            Unusable::TooWeak { .. } => "too-weak",
            Unusable::WeakBinding { .. } => "weak-binding",
            Unusable::NoUserId => "no-user-id",
            Unusable::Unsupported { .. } => "unsupported",
            Unusable::NotForMail => "not-for-mail",
            Unusable::Defective { problem } => problem.code(),
        }
    }
}

/// What a key is made for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// To bind and certify.
    pub certify: bool,
    /// To sign messages.
    pub sign: bool,
    /// To be encrypted to.
    pub encrypt: bool,
    /// To log in somewhere.
    pub authenticate: bool,
}

/// One key or subkey of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDetail {
    /// Its own fingerprint.
    pub fingerprint: Fingerprint,
    /// Whether it is the primary key, whose fingerprint is the certificate's.
    pub primary: bool,
    /// The algorithm with its curve or size.
    pub algorithm: String,
    /// What it is made for; nothing when no valid binding says so.
    pub can: Capabilities,
    /// When it was made.
    pub created: Time,
    /// When it expires, if it does.
    pub expires: Option<Time>,
    /// Whether it was revoked.
    pub revoked: bool,
    /// When the revocation says that it was made.
    pub revoked_at: Option<Time>,
}
