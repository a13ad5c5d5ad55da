//! What DKIM and ARC signatures were found to say. A pass says that a domain takes responsibility, never
//! that a message is genuine (rule 65).

use crate::base::Untrusted;

/// What came of a signature, in the words of RFC 8601 §2.7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureOutcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It cannot be read.
    Neutral,
    /// Its key could not be fetched for now.
    TempError,
    /// Its key is not there, or of no use.
    PermError,
    /// Not known from here: nothing was asked.
    NotTestable,
}

impl SignatureOutcome {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            SignatureOutcome::Pass => "pass",
            SignatureOutcome::Fail => "fail",
            SignatureOutcome::Neutral => "neutral",
            SignatureOutcome::TempError => "temperror",
            SignatureOutcome::PermError => "permerror",
            SignatureOutcome::NotTestable => "not-testable",
        }
    }
}

/// Why a signature does not hold, or holds in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureReason {
    /// The text was changed after it was signed.
    BodyChanged,
    /// Header fields were changed, or the signature was never made with this key.
    Wrong,
    /// It has run out.
    Expired,
    /// There is no such key.
    NoKey,
    /// The key was withdrawn.
    Revoked,
    /// The key is too short to count.
    WeakKey,
    /// An algorithm that is not, or no longer, in use.
    Algorithm,
    /// The key speaks for another domain than it was used for.
    OtherIdentity,
    /// It cannot be read.
    Malformed,
    /// The name servers did not answer.
    NoAnswer,
    /// Nothing was asked.
    NotAsked,
    /// It covers the beginning of the text alone; more stands behind.
    PartOfBody,
    /// The author's name and address are not among what it covers.
    NotFrom,
}

impl SignatureReason {
    /// A lasting word for scripts.
    pub fn word(self) -> &'static str {
        match self {
            SignatureReason::BodyChanged => "body-changed",
            SignatureReason::Wrong => "signature-wrong",
            SignatureReason::Expired => "expired",
            SignatureReason::NoKey => "no-key",
            SignatureReason::Revoked => "revoked",
            SignatureReason::WeakKey => "weak-key",
            SignatureReason::Algorithm => "algorithm",
            SignatureReason::OtherIdentity => "other-identity",
            SignatureReason::Malformed => "malformed",
            SignatureReason::NoAnswer => "no-answer",
            SignatureReason::NotAsked => "not-asked",
            SignatureReason::PartOfBody => "part-of-body",
            SignatureReason::NotFrom => "from-not-signed",
        }
    }
}

/// One DKIM signature (RFC 6376).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DkimSignature {
    /// The domain that takes responsibility, `d=`.
    pub domain: Untrusted,
    /// Under which name its key stands, `s=`.
    pub selector: Untrusted,
    /// What came of it.
    pub outcome: SignatureOutcome,
    /// Why.
    pub reason: Option<SignatureReason>,
}

/// A chain of ARC sets (RFC 8617).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArcChain {
    /// What came of the chain; `None` without one.
    pub outcome: Option<SignatureOutcome>,
    /// Why.
    pub reason: Option<SignatureReason>,
    /// The lowest instance from which on every message signature still holds (RFC 8617 §5.2); zero where
    /// all do.
    pub oldest_pass: Option<u32>,
    /// Who sealed, first to last.
    pub domains: Vec<Untrusted>,
}

/// Everything that signatures of servers say about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSignatures {
    /// DKIM, from the top.
    pub dkim: Vec<DkimSignature>,
    /// ARC.
    pub arc: ArcChain,
}

impl ServerSignatures {
    /// None at all.
    pub fn none() -> Self {
        ServerSignatures {
            dkim: Vec::new(),
            arc: ArcChain {
                outcome: None,
                reason: None,
                oldest_pass: None,
                domains: Vec::new(),
            },
        }
    }
}
