//! The person's own secret keys, for reading and signing.

use super::{Cert, Fingerprint, SecretCert, UnlockProblem, X509Secret};
use crate::base::{Passphrase, Secret};

/// One own secret key, of either scheme. There is no `Debug`.
#[derive(Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a person has a few; a box would only move the larger one"
)]
pub enum OwnSecret {
    /// OpenPGP.
    OpenPgp(SecretCert),
    /// X.509.
    X509(X509Secret),
}

impl OwnSecret {
    /// Reads what [`OwnSecret::to_bytes`] wrote, which was checked when it came.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnlockProblem> {
        if bytes.first() == Some(&super::x509::tlv::tag::SEQUENCE) {
            X509Secret::from_bytes(bytes).map(OwnSecret::X509)
        } else {
            SecretCert::from_bytes(bytes).map(OwnSecret::OpenPgp)
        }
    }

    /// The whole key, unencrypted: for the vault and nothing else (rule 55).
    pub fn to_bytes(&self) -> Secret<Vec<u8>> {
        match self {
            OwnSecret::OpenPgp(key) => key.to_bytes(),
            OwnSecret::X509(key) => key.to_bytes(),
        }
    }

    /// The public half.
    pub fn cert(&self) -> Cert {
        match self {
            OwnSecret::OpenPgp(key) => key.cert(),
            OwnSecret::X509(key) => key.cert(),
        }
    }

    /// The fingerprint of its certificate.
    pub fn fingerprint(&self) -> Fingerprint {
        match self {
            OwnSecret::OpenPgp(key) => key.fingerprint(),
            OwnSecret::X509(key) => key.fingerprint(),
        }
    }
}

/// Own secret keys in memory: every one ever held, expired and revoked ones too (rule 28).
#[derive(Clone, Default)]
pub struct SecretKeys {
    openpgp: Vec<SecretCert>,
    x509: Vec<X509Secret>,
    passwords: Vec<Passphrase>,
}

impl SecretKeys {
    /// None.
    pub fn new() -> Self {
        SecretKeys::default()
    }

    /// Adds an OpenPGP key.
    pub fn add(&mut self, key: SecretCert) {
        self.openpgp.push(key);
    }

    /// Adds a key of either scheme.
    pub fn add_own(&mut self, key: OwnSecret) {
        match key {
            OwnSecret::OpenPgp(key) => self.openpgp.push(key),
            OwnSecret::X509(key) => self.x509.push(key),
        }
    }

    /// Adds a password that letters may be sealed for.
    pub fn add_password(&mut self, password: Passphrase) {
        self.passwords.push(password);
    }

    /// The passwords to try.
    pub fn passwords(&self) -> &[Passphrase] {
        &self.passwords
    }

    /// All OpenPGP keys.
    pub fn iter(&self) -> impl Iterator<Item = &SecretCert> {
        self.openpgp.iter()
    }

    /// All keys of X.509 certificates.
    pub fn x509(&self) -> impl Iterator<Item = &X509Secret> {
        self.x509.iter()
    }

    /// The OpenPGP key with this fingerprint.
    pub fn find(&self, fingerprint: &Fingerprint) -> Option<&SecretCert> {
        let mut keys = self.openpgp.iter();
        keys.find(|key| key.fingerprint() == *fingerprint)
    }

    /// How many there are, of both schemes.
    pub fn len(&self) -> usize {
        self.openpgp.len().saturating_add(self.x509.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.openpgp.is_empty() && self.x509.is_empty()
    }
}

impl FromIterator<SecretCert> for SecretKeys {
    fn from_iter<I: IntoIterator<Item = SecretCert>>(keys: I) -> Self {
        SecretKeys {
            openpgp: keys.into_iter().collect(),
            ..SecretKeys::default()
        }
    }
}

impl FromIterator<OwnSecret> for SecretKeys {
    fn from_iter<I: IntoIterator<Item = OwnSecret>>(keys: I) -> Self {
        let mut all = SecretKeys::new();
        for key in keys {
            all.add_own(key);
        }
        all
    }
}
