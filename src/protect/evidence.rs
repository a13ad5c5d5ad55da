//! Facts about a message's protection, the same for every scheme. No decision stands here:
//! `read::verdict` judges.

use crate::address::Address;
use crate::base::Time;
use crate::cert::{Fingerprint, Scheme};

/// How far an encryption layer protects what is inside from being changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// Authenticated encryption (OpenPGP SEIPDv2, CMS AuthEnvelopedData).
    Aead,
    /// OpenPGP's modification detection code (SEIPDv1, RFC 9580 §5.13.1).
    Mdc,
    /// None of its own, but a good signature inside over the whole payload keeps it (CMS EnvelopedData
    /// with AES-CBC, rule 18).
    Cbc,
    /// Nothing, and the cipher is no protection any more: anybody on the way may have altered it
    /// (rule 17).
    None,
}

/// Whom an encryption layer names as able to open it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RecipientHandle {
    /// A (sub)key whose certificate is known: the certificate's fingerprint.
    Cert(Fingerprint),
    /// A (sub)key fingerprint of no certificate that we know.
    Key(Fingerprint),
    /// A 64-bit key ID of no certificate that we know, upper-case hex.
    KeyId(String),
    /// How CMS names a certificate that we don't know: issuer and serial number with a plus sign
    /// between them, or a subject key identifier in hex. Text of whoever wrote the message.
    Named(String),
    /// The sender hid who it is (an all-zero key ID).
    Hidden,
}

/// One encryption layer that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptionFact {
    /// How it is kept from being altered.
    pub integrity: Integrity,
    /// All whom it names, in order.
    pub recipients: Vec<RecipientHandle>,
    /// The own certificate whose key opened it; `None` for a password.
    pub opened_with: Option<Fingerprint>,
    /// The symmetric algorithm, as its standard names it: `AES-256`, `3DES`.
    pub algorithm: String,
}

/// What checking one signature gave. The order is the order of usefulness: of several signatures,
/// the first in this list is the one worth telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignatureState {
    /// Mathematically right, by a key that was fit to sign at that time.
    Good,
    /// Made more than five minutes after the time of judging (rule 14).
    FromFuture,
    /// The key or certificate was revoked.
    Revoked,
    /// The key or certificate had expired when the signature was made, or the signature itself has.
    Expired,
    /// A hash that can be collided (SHA-1, MD5).
    WeakHash,
    /// A key too weak to count.
    WeakKey,
    /// The certificate is there but not fit for signing (no signing key, no valid user ID binding).
    UnfitKey,
    /// The message has two contents, inside the signature and beside it (rule 12).
    Conflicting,
    /// It does not match the content.
    Bad,
    /// The signer's certificate is not known here.
    NoCert,
    /// It cannot be read (unknown version, algorithm or structure).
    Unreadable,
}

impl SignatureState {
    /// A lasting word for scripts and reports.
    pub fn word(self) -> &'static str {
        match self {
            SignatureState::Good => "good",
            SignatureState::FromFuture => "from-future",
            SignatureState::Revoked => "revoked",
            SignatureState::Expired => "expired",
            SignatureState::WeakHash => "weak-hash",
            SignatureState::WeakKey => "weak-key",
            SignatureState::UnfitKey => "unfit-key",
            SignatureState::Conflicting => "conflicting",
            SignatureState::Bad => "bad",
            SignatureState::NoCert => "no-cert",
            SignatureState::Unreadable => "unreadable",
        }
    }
}

/// One signature and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFact {
    /// What checking gave.
    pub state: SignatureState,
    /// The certificate of the signer, where known (its primary fingerprint).
    pub signer: Option<Fingerprint>,
    /// What the signature says of its issuer when no certificate is known: a fingerprint or a
    /// 64-bit key ID, in hex.
    pub issuer: Option<String>,
    /// The addresses of the signer's valid user IDs at the time of signing; empty without a cert.
    pub addresses: Vec<Address>,
    /// When the signature says that it was made.
    pub made: Option<Time>,
    /// The hash algorithm's name.
    pub hash: String,
    /// The public-key algorithm's name.
    pub algorithm: String,
    /// The recipients whom the signer meant (RFC 9580 §5.2.3.36); empty when the signer named none.
    pub intended: Vec<Fingerprint>,
}

/// One cryptographic layer, outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    /// OpenPGP encryption, whether or not a signature was inside the same packets: that signature
    /// is a layer of its own right behind.
    OpenPgpEncrypted(EncryptionFact),
    /// OpenPGP signatures over everything inside.
    OpenPgpSigned(Vec<SignatureFact>),
    /// CMS EnvelopedData.
    SmimeEnveloped(EncryptionFact),
    /// CMS AuthEnvelopedData.
    SmimeAuthEnveloped(EncryptionFact),
    /// CMS SignedData over everything inside: one fact for each signer info, and there may be none.
    SmimeSigned(Vec<SignatureFact>),
    /// CMS CompressedData: no protection, and no end of the envelope.
    SmimeCompressed,
}

impl Layer {
    /// A lasting word for scripts and reports.
    pub fn word(&self) -> &'static str {
        match self {
            Layer::OpenPgpEncrypted(_) => "openpgp-encrypted",
            Layer::OpenPgpSigned(_) => "openpgp-signed",
            Layer::SmimeEnveloped(_) => "smime-enveloped",
            Layer::SmimeAuthEnveloped(_) => "smime-auth-enveloped",
            Layer::SmimeSigned(_) => "smime-signed",
            Layer::SmimeCompressed => "smime-compressed",
        }
    }
}

/// What is known of a whole message after its cryptographic envelope was opened (RFC 9787 §4):
/// the contiguous layers from the outermost type inward.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The layers of the envelope, outermost first; empty for an unprotected message.
    pub layers: Vec<Layer>,
}

impl Evidence {
    /// The encryption layers, outermost first.
    pub fn encryptions(&self) -> impl Iterator<Item = &EncryptionFact> {
        self.layers.iter().filter_map(|layer| match layer {
            Layer::OpenPgpEncrypted(fact)
            | Layer::SmimeEnveloped(fact)
            | Layer::SmimeAuthEnveloped(fact) => Some(fact),
            Layer::OpenPgpSigned(_) | Layer::SmimeSigned(_) | Layer::SmimeCompressed => None,
        })
    }

    /// The signatures of the envelope, outermost layer first.
    pub fn signatures(&self) -> impl Iterator<Item = &SignatureFact> {
        self.layers.iter().flat_map(|layer| match layer {
            Layer::OpenPgpEncrypted(_)
            | Layer::SmimeEnveloped(_)
            | Layer::SmimeAuthEnveloped(_)
            | Layer::SmimeCompressed => [].iter(),
            Layer::OpenPgpSigned(facts) | Layer::SmimeSigned(facts) => facts.iter(),
        })
    }

    /// Whether it is protected at all: compression alone is no protection.
    pub fn is_protected(&self) -> bool {
        self.layers
            .iter()
            .any(|layer| !matches!(layer, Layer::SmimeCompressed))
    }

    /// By which standard the outermost protection is made; `None` without any.
    pub fn scheme(&self) -> Option<Scheme> {
        self.layers.first().map(|layer| match layer {
            Layer::OpenPgpEncrypted(_) | Layer::OpenPgpSigned(_) => Scheme::OpenPgp,
            Layer::SmimeEnveloped(_)
            | Layer::SmimeAuthEnveloped(_)
            | Layer::SmimeSigned(_)
            | Layer::SmimeCompressed => Scheme::Smime,
        })
    }
}
