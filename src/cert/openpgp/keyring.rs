//! The person's own secret keys, for reading and signing.

use super::SecretCert;
use crate::cert::Fingerprint;

/// Own secret keys in memory: every one ever held, expired and revoked ones too (rule 28).
#[derive(Clone, Default)]
pub struct SecretKeys(Vec<SecretCert>);

impl SecretKeys {
    /// None.
    pub fn new() -> Self {
        SecretKeys::default()
    }

    /// Adds a key.
    pub fn add(&mut self, key: SecretCert) {
        self.0.push(key);
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &SecretCert> {
        self.0.iter()
    }

    /// The key with this fingerprint.
    pub fn find(&self, fingerprint: &Fingerprint) -> Option<&SecretCert> {
        self.0.iter().find(|key| key.fingerprint() == *fingerprint)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<SecretCert> for SecretKeys {
    fn from_iter<I: IntoIterator<Item = SecretCert>>(keys: I) -> Self {
        SecretKeys(keys.into_iter().collect())
    }
}
