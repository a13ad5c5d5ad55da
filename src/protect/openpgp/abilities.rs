//! What the owner of a certificate can read beyond what everybody can.

use crate::base::Time;
use crate::cert::openpgp::{OpenPgpCert, policy, system_time};
use sequoia_openpgp::cert::Preferences as _;
use sequoia_openpgp::types::{PublicKeyAlgorithm, SymmetricAlgorithm};

/// What a certificate says that its owner can read, at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Authenticated encryption (SEIPDv2).
    pub authenticated: bool,
    /// The strongest cipher (AES-256).
    pub strongest_cipher: bool,
    /// All keys that letters are encrypted to are post-quantum: ML-KEM beside X25519 or X448.
    pub post_quantum: bool,
}

/// Reads them off the certificate.
pub fn abilities(cert: &OpenPgpCert, at: Time) -> Abilities {
    let valid = cert.inner().with_policy(policy(), system_time(at));
    let (features, ciphers) = match &valid {
        Ok(valid) => (valid.features(), valid.preferred_symmetric_algorithms()),
        Err(_) => (None, None),
    };
    let ciphers = ciphers.unwrap_or_default();
    let hybrid = |algorithm| {
        matches!(
            algorithm,
            PublicKeyAlgorithm::MLKEM768_X25519 | PublicKeyAlgorithm::MLKEM1024_X448
        )
    };
    let keys = cert.encryption_keys(at).unwrap_or_default();
    Abilities {
        authenticated: features.is_some_and(|features| features.supports_seipdv2()),
        // Who says nothing of ciphers takes every one (as sealing has it).
        strongest_cipher: ciphers.is_empty() || ciphers.contains(&SymmetricAlgorithm::AES256),
        post_quantum: !keys.is_empty() && keys.iter().all(|key| hybrid(key.pk_algo())),
    }
}
