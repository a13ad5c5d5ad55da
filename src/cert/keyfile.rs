//! What a file of keys gave: each item by itself, and why the others were not taken (rule 54).

use super::{Cert, CertProblem, Fingerprint, LockedKey, x509};

/// One item of a key file.
pub enum ParsedKey {
    /// A public certificate.
    Cert(Cert, Vec<LeftOut>),
    /// A secret key, perhaps under a passphrase.
    Secret(Box<LockedKey>, Vec<LeftOut>),
    /// Private keys with X.509 certificates, perhaps under a password.
    Bundle(Box<x509::Bundle>),
    /// Something that is not taken.
    Refused(KeyRefusal),
}

/// What was left out of a certificate that was taken in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// Other people's certifications: with them it would have been too large.
    Certifications {
        /// How many.
        count: usize,
    },
    /// Pictures and other user attributes, for the same reason.
    Attributes {
        /// How many.
        count: usize,
    },
}

/// Why one item of a key file is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRefusal {
    /// It has no user ID that its own key vouches for.
    NoUserId {
        /// The certificate.
        fingerprint: Fingerprint,
    },
    /// It is over the limit, other people's certifications left aside.
    TooLarge {
        /// Its size in bytes, as it came.
        bytes: usize,
    },
    /// Its parts are held together only by signatures over a hash that can be collided.
    WeakBinding {
        /// The certificate.
        fingerprint: Fingerprint,
        /// The hash's name.
        hash: String,
    },
    /// A key format that is not spoken here: OpenPGP v2, v3 (obsolete) or v5 (LibrePGP).
    UnknownVersion {
        /// The version.
        version: u8,
    },
    /// Something is wrong with the certificate.
    Problem(CertProblem),
    /// It should be an anchor, and is no certification authority's certificate.
    NotAnAuthority,
    /// A request for a certificate, which is none.
    Request,
    /// A private key that is damaged, or does not belong to its certificate.
    BadPrivateKey,
    /// A private key, and no certificate for it.
    NoCertificate,
    /// It begins like a key and then makes no sense; what the parser says.
    Malformed {
        /// For the details.
        detail: String,
    },
}

impl KeyRefusal {
    /// One word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            KeyRefusal::NoUserId { .. } => "no-user-id",
            KeyRefusal::TooLarge { .. } => "too-large",
            KeyRefusal::WeakBinding { .. } => "weak-binding",
            KeyRefusal::UnknownVersion { .. } => "unknown-version",
            KeyRefusal::Problem(problem) => problem.code(),
            KeyRefusal::NotAnAuthority => "not-an-authority",
            KeyRefusal::Request => "request",
            KeyRefusal::BadPrivateKey => "bad-key",
            KeyRefusal::NoCertificate => "no-certificate",
            KeyRefusal::Malformed { .. } => "malformed",
        }
    }
}

/// Why a file gave no key at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFileProblem {
    /// Nothing is in it.
    Empty,
    /// It is over the limit for key files.
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
    },
    /// It is something else than an OpenPGP key.
    NotAKey(Looks),
    /// The armor is damaged, or cut off.
    BrokenArmor,
    /// Packets, but damaged from the first on.
    Malformed {
        /// For the details.
        detail: String,
    },
}

impl KeyFileProblem {
    /// One word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            KeyFileProblem::Empty => "empty",
            KeyFileProblem::TooLarge { .. } => "too-large",
            KeyFileProblem::NotAKey(_) => "not-a-key",
            KeyFileProblem::BrokenArmor | KeyFileProblem::Malformed { .. } => "malformed",
        }
    }
}

/// What a file that is no OpenPGP key looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// X.509 (PEM, DER, a certificate list), but no certificate or key that could be read.
    X509,
    /// A PEM private key (PKCS #8 and the like).
    PemPrivateKey,
    /// An OpenSSH key.
    Ssh,
    /// An OpenPGP message.
    OpenPgpMessage,
    /// An OpenPGP signature, or a revocation certificate without its key.
    OpenPgpSignature,
    /// Something else.
    Other,
}

/// Why a secret key could not be unlocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnlockProblem {
    /// It is under a passphrase, and none was given.
    PasswordNeeded,
    /// The passphrase is not the right one.
    WrongPassword,
    /// Trying a passphrase would cost more than we are willing to pay (rule 30).
    TooExpensive {
        /// What it asks for, as in `Argon2, 2097152 KiB`.
        what: String,
    },
    /// No secret part in it can be used here (kept on a card, or in an unknown way).
    NoSecret,
    /// It is protected in a way that is not known here.
    Unsupported {
        /// The algorithm.
        what: String,
    },
    /// The secret part is damaged, or does not belong to the public part.
    Damaged,
}
