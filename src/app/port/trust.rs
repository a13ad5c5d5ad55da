//! Whom the person and their system trust to vouch for others.

use crate::base::Time;
use crate::cert::Fingerprint;
use crate::cert::x509::chain::AnchorFor;

/// Lists of certification authorities, in DER.
#[derive(Debug, Clone, Default)]
pub struct SystemAuthorities {
    /// Those that the system trusts for mail.
    pub for_mail: Vec<Vec<u8>>,
    /// Those on a list that does not say what for, or that is for web servers: they count only
    /// when the person switches that list on.
    pub unstated: Vec<Vec<u8>>,
}

/// The system's trust store.
pub trait SystemTrust: Send + Sync {
    /// Reads its lists; what cannot be read is not trusted.
    fn authorities(&self) -> SystemAuthorities;
}

/// An authority that the person pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedAnchor {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The certificate.
    pub der: Vec<u8>,
    /// For whom it counts.
    pub counts_for: AnchorFor,
    /// Since when.
    pub since: Time,
}

/// A revocation list, or an authority's answer about one certificate, kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedList {
    /// Where it came from; for an answer, with the certificate's fingerprint.
    pub place: String,
    /// When it was fetched.
    pub fetched: Time,
    /// As it came.
    pub der: Vec<u8>,
}
