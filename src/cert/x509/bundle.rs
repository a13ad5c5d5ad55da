//! Private keys as they come, with the certificates beside them: unlocked and paired.

use super::file::checked;
use super::pkcs12::{self, Broken};
use super::{X509Cert, X509Secret, tlv};
use crate::base::Passphrase;
use crate::cert::{KeyRefusal, UnlockProblem};
use openssl::pkey::{PKey, Private};
use zeroize::Zeroizing;

/// Largest private key in bytes.
const KEY_BYTES: usize = 64 << 10;
/// Largest private key in bits, where that is counted.
const KEY_BITS: u32 = 8192;
/// Most private keys of one file.
const KEYS: usize = 100;

type Bytes = Zeroizing<Vec<u8>>;

/// Private keys and certificates of one file, perhaps under a password.
#[derive(Default)]
pub struct Bundle {
    pkcs12: Option<Vec<u8>>,
    keys: Vec<Bytes>,
    locked: Vec<Bytes>,
    certs: Vec<Vec<u8>>,
}

/// What a file gave.
#[derive(Default)]
pub struct Unlocked {
    /// Keys with their certificates.
    pub secrets: Vec<X509Secret>,
    /// Certificates without a key: those that lead from an authority to the others. They become no
    /// anchors by coming along.
    pub chain: Vec<X509Cert>,
    /// Keys without a certificate.
    pub loose: Vec<LooseKey>,
    /// What was not taken.
    pub refused: Vec<KeyRefusal>,
}

/// A private key whose certificate is elsewhere.
#[derive(Clone)]
pub struct LooseKey(PKey<Private>);

impl LooseKey {
    pub(super) fn new(key: PKey<Private>) -> Self {
        LooseKey(key)
    }

    /// Reads an unencrypted PKCS #8 key, as the vault keeps it.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, UnlockProblem> {
        private_key(bytes)
            .map(LooseKey)
            .ok_or(UnlockProblem::Damaged)
    }

    /// The name by which a certificate for this key is found.
    pub fn handle(&self) -> Option<String> {
        let spki = self.0.public_key_to_der().ok()?;
        Some(super::spki_handle(&spki))
    }

    /// Joins it with its certificate.
    pub fn with(&self, cert: X509Cert) -> Result<X509Secret, UnlockProblem> {
        X509Secret::new(cert, self.0.clone())
    }

    /// The key for OpenSSL.
    pub(super) fn key(&self) -> &PKey<Private> {
        &self.0
    }
}

impl Bundle {
    pub(super) fn pkcs12(der: Vec<u8>) -> Self {
        Bundle {
            pkcs12: Some(der),
            ..Bundle::default()
        }
    }

    pub(super) fn add_key(&mut self, key: Bytes) {
        self.keys.push(key);
    }

    pub(super) fn add_locked_key(&mut self, key: Bytes) {
        self.locked.push(key);
    }

    pub(super) fn add_cert(&mut self, cert: Vec<u8>) {
        self.certs.push(cert);
    }

    /// Opens everything with the one password and pairs keys with certificates by what they
    /// compute, whatever names or identifiers the file gives them.
    pub fn unlock(mut self, password: Option<&Passphrase>) -> Result<Unlocked, UnlockProblem> {
        if let Some(der) = self.pkcs12.take() {
            let contents = pkcs12::open(&der, password).map_err(|why| problem(why, password))?;
            self.keys.extend(contents.keys);
            self.certs.extend(contents.certs);
        }
        if self.keys.len().saturating_add(self.locked.len()) > KEYS {
            return Err(UnlockProblem::TooExpensive {
                what: format!("more than {KEYS} keys"),
            });
        }
        for locked in std::mem::take(&mut self.locked) {
            let given = password.ok_or(UnlockProblem::PasswordNeeded)?;
            let key = pkcs12::open_key(&locked, given).map_err(|why| problem(why, password))?;
            self.keys.push(key);
        }
        Ok(self.paired())
    }

    fn paired(self) -> Unlocked {
        let mut found = Unlocked::default();
        let mut certs: Vec<X509Cert> = Vec::new();
        for der in &self.certs {
            match checked(der) {
                Ok(cert) if certs.contains(&cert) => {}
                Ok(cert) => certs.push(cert),
                Err(refusal) => found.refused.push(refusal),
            }
        }
        for bytes in &self.keys {
            let Some(key) = private_key(bytes) else {
                found.refused.push(KeyRefusal::BadPrivateKey);
                continue;
            };
            let own: Vec<&X509Cert> = certs
                .iter()
                .filter(|cert| {
                    cert.public_key()
                        .is_some_and(|public| key.public_eq(&public))
                })
                .collect();
            if own.is_empty() {
                found.loose.push(LooseKey(key));
                continue;
            }
            for cert in own {
                match X509Secret::new(cert.clone(), key.clone()) {
                    Ok(secret) => found.secrets.push(secret),
                    Err(_) => found.refused.push(KeyRefusal::BadPrivateKey),
                }
            }
        }
        certs.retain(|cert| found.secrets.iter().all(|secret| secret.x509() != cert));
        found.chain = certs;
        found
    }
}

/// A private key in PKCS #8, or in the older forms for RSA and EC; nothing when it is damaged or
/// larger than any that is used.
fn private_key(bytes: &[u8]) -> Option<PKey<Private>> {
    if bytes.len() > KEY_BYTES || tlv::only(bytes, tlv::tag::SEQUENCE).is_err() {
        return None;
    }
    let key = PKey::private_key_from_pkcs8(bytes)
        .or_else(|_| PKey::private_key_from_der(bytes))
        .ok()?;
    (key.bits() <= KEY_BITS || !is_counted_in_bits(&key)).then_some(key)
}

/// Whether its bits say how long using it takes: those of ML-DSA are bits of the public key.
fn is_counted_in_bits(key: &PKey<Private>) -> bool {
    use openssl::pkey::Id;
    matches!(key.id(), Id::RSA | Id::RSA_PSS | Id::DSA)
}

fn problem(why: Broken, password: Option<&Passphrase>) -> UnlockProblem {
    match why {
        Broken::WrongPassword if password.is_none_or(|p| p.expose().is_empty()) => {
            UnlockProblem::PasswordNeeded
        }
        Broken::WrongPassword => UnlockProblem::WrongPassword,
        Broken::TooExpensive(what) => UnlockProblem::TooExpensive { what },
        Broken::Unsupported(what) => UnlockProblem::Unsupported { what },
        Broken::Malformed => UnlockProblem::Damaged,
    }
}
