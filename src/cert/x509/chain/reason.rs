//! Why a path is not valid: one reason, the one that helps most.

use super::when::When;
use crate::base::Untrusted;

/// Why a certificate's chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The certificate itself cannot be read: this in it.
    Malformed(&'static str),
    /// It is larger than any certificate needs to be.
    TooLarge,
    /// No certificate of this issuer is at hand.
    MissingIssuer {
        /// Whose is wanted.
        issuer: Untrusted,
        /// Where the certificate that names it says that it can be had.
        places: Vec<String>,
    },
    /// The chain ends in a certificate that signed itself and that nobody here trusts.
    UntrustedRoot,
    /// There is nobody to trust.
    NoAnchors,
    /// The person rejected this certificate.
    Rejected,
    /// The anchor counts for other addresses only.
    AnchorNotForAddress,
    /// It is not valid yet.
    NotYetValid {
        /// From when it is.
        from: When,
    },
    /// It is over.
    Expired {
        /// Since when.
        since: When,
    },
    /// It is not signed by the issuer that it names.
    BadSignature,
    /// Its issuer is no certification authority.
    NotAnAuthority,
    /// More intermediate certificates follow than one of them allows.
    PathTooLong,
    /// Its key is not for this use.
    KeyUsage {
        /// For which it would have to be.
        wanted: &'static str,
    },
    /// It is not for mail (extKeyUsage).
    NotForMail,
    /// It has a critical extension that is not known here.
    UnknownCritical {
        /// Which, with dots.
        oid: String,
    },
    /// A name in it is outside what the authorities above it may give.
    NameConstraints {
        /// Which.
        name: Untrusted,
        /// Whether the constraint or the name could not be understood.
        unclear: bool,
    },
    /// The path is valid for no acceptable policy.
    Policy,
    /// It is not for this address.
    AddressMismatch {
        /// The addresses that it is for.
        has: Vec<Untrusted>,
    },
    /// A key on the path is weak.
    WeakKey {
        /// The algorithm with its size.
        what: String,
    },
    /// A signature on the path is over a hash that can be collided.
    WeakHash {
        /// The hash.
        what: &'static str,
    },
    /// An algorithm or key is not known here, or too large.
    Unsupported {
        /// Which.
        what: String,
    },
    /// It departs from RFC 5280's profile.
    Profile(&'static str),
    /// It was revoked.
    Revoked {
        /// When.
        at: When,
        /// reasonCode (RFC 5280 §5.3.1).
        reason: u8,
    },
    /// Nobody current says whether it was revoked.
    RevocationUnknown,
    /// Names, constraints or cross-certificates are too many to be judged in time.
    TooComplex,
}

impl Reason {
    /// A lasting word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::Malformed(_) => "malformed",
            Reason::TooLarge => "too-large",
            Reason::MissingIssuer { .. } => "missing-issuer",
            Reason::UntrustedRoot => "untrusted-root",
            Reason::NoAnchors => "no-anchors",
            Reason::Rejected => "rejected",
            Reason::AnchorNotForAddress => "anchor-not-for-address",
            Reason::NotYetValid { .. } => "not-yet-valid",
            Reason::Expired { .. } => "expired",
            Reason::BadSignature => "bad-signature",
            Reason::NotAnAuthority => "not-an-authority",
            Reason::PathTooLong => "path-too-long",
            Reason::KeyUsage { .. } => "key-usage",
            Reason::NotForMail => "not-for-mail",
            Reason::UnknownCritical { .. } => "unknown-critical-extension",
            Reason::NameConstraints { .. } => "name-constraints",
            Reason::Policy => "policy",
            Reason::AddressMismatch { .. } => "address-mismatch",
            Reason::WeakKey { .. } => "weak-key",
            Reason::WeakHash { .. } => "weak-hash",
            Reason::Unsupported { .. } => "unsupported-algorithm",
            Reason::Profile(_) => "profile",
            Reason::Revoked { .. } => "revoked",
            Reason::RevocationUnknown => "revocation-unknown",
            Reason::TooComplex => "too-complex",
        }
    }

    /// How much it tells, when several paths fail: the higher, the more.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Reason::MissingIssuer { .. } | Reason::NoAnchors => 1,
            Reason::UntrustedRoot => 2,
            Reason::BadSignature | Reason::Unsupported { .. } => 3,
            Reason::NotAnAuthority | Reason::NotYetValid { .. } | Reason::Expired { .. } => 4,
            Reason::PathTooLong
            | Reason::AnchorNotForAddress
            | Reason::KeyUsage { .. }
            | Reason::UnknownCritical { .. }
            | Reason::NameConstraints { .. }
            | Reason::Policy
            | Reason::Profile(_)
            | Reason::WeakKey { .. }
            | Reason::WeakHash { .. } => 5,
            Reason::NotForMail | Reason::AddressMismatch { .. } => 6,
            Reason::RevocationUnknown => 7,
            Reason::Revoked { .. } => 8,
            Reason::Rejected | Reason::Malformed(_) | Reason::TooLarge | Reason::TooComplex => 9,
        }
    }
}

/// A reason, and which certificate of the path it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Why.
    pub reason: Reason,
    /// The place in the path, 0 for the certificate that was asked about.
    pub at: usize,
}
