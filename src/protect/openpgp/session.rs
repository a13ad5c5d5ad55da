//! From session key packets to session keys, with the own secret keys.

use super::CertLookup;
use crate::cert::openpgp::{PublicKey, algorithm_name, check_cost, fingerprint};
use crate::cert::{Fingerprint, SecretKeys};
use crate::protect::evidence::RecipientHandle;
use sequoia_openpgp as pgp;
use sequoia_openpgp::KeyHandle;
use sequoia_openpgp::crypto::mpi::Ciphertext;
use sequoia_openpgp::crypto::{Decryptor, KeyPair, Password, SessionKey};
use sequoia_openpgp::packet::key::{SecretParts, UnspecifiedRole};
use sequoia_openpgp::packet::{PKESK, SKESK};
use sequoia_openpgp::types::SymmetricAlgorithm;

/// Most trials of own keys: hidden recipients multiply with keys, and each trial costs.
const TRIALS: usize = 1024;
/// Most session keys that the data is decrypted with.
const SESSION_KEYS: usize = 4;

type SecretKey = pgp::packet::Key<SecretParts, UnspecifiedRole>;

/// A session key that may be the right one.
pub struct Candidate {
    /// The cipher that goes with it, where the packet says so.
    pub cipher: Option<SymmetricAlgorithm>,
    /// The key.
    pub key: SessionKey,
    /// The own certificate that gave it; `None` for a password.
    pub from: Option<Fingerprint>,
}

/// What trying the own keys gave.
#[derive(Default)]
pub struct Tried {
    /// Session keys, to be tried in this order.
    pub candidates: Vec<Candidate>,
    /// The own certificates whose keys were tried.
    pub certs: Vec<Fingerprint>,
    /// The algorithm of an own key that is named and cannot be used here.
    pub unsupported: Option<String>,
    trials: usize,
}

/// Tries the own keys: first where a packet names one, then every one where the recipient is
/// hidden, whatever has expired or was revoked (rule 28).
pub fn session_keys(
    packets: &[PKESK],
    keys: &SecretKeys,
    hint: Option<SymmetricAlgorithm>,
) -> Tried {
    let mut tried = Tried::default();
    // RFC 9580 §10.3.2.1: version 6 goes with SEIPDv2, version 3 with all before.
    let version = if hint.is_some() { 6 } else { 3 };
    let fitting = || packets.iter().filter(|packet| packet.version() == version);
    for packet in fitting() {
        let Some(named) = packet.recipient() else {
            continue;
        };
        for (cert, key) in secret_keys(keys) {
            if !KeyHandle::from(key.fingerprint()).aliases(&named) {
                continue;
            }
            if !key.pk_algo().is_supported() {
                // Not tried, so that this may be said.
                tried.unsupported = Some(algorithm_name(&key.parts_into_public()));
            } else if !tried.attempt(packet, cert, key, hint) {
                // Nobody can tell by the time it takes that this one did not open: the data is
                // decrypted all the same, with a key that cannot be right (rule 27).
                tried.add_decoy(hint);
            }
        }
    }
    for packet in fitting().filter(|packet| packet.recipient().is_none()) {
        for (cert, key) in secret_keys(keys) {
            tried.attempt(packet, cert, key, hint);
        }
    }
    tried
}

/// Most passwords times packets that are tried: each may cost a second.
const PASSWORD_TRIALS: usize = 8;

/// Tries the passwords that the person gave (RFC 9580 §5.3). What a password makes cannot be told from
/// a right session key before the data is decrypted with it.
pub fn try_passwords(
    tried: &mut Tried,
    packets: &[SKESK],
    keys: &SecretKeys,
    hint: Option<SymmetricAlgorithm>,
) {
    let mut trials = 0_usize;
    let version = if hint.is_some() { 6 } else { 4 };
    for packet in packets.iter().filter(|packet| packet.version() == version) {
        for password in keys.passwords() {
            trials = trials.saturating_add(1);
            if trials > PASSWORD_TRIALS || tried.candidates.len() >= SESSION_KEYS {
                return;
            }
            let s2k = match packet {
                SKESK::V4(packet) => packet.s2k(),
                SKESK::V6(packet) => packet.s2k(),
                _ => continue,
            };
            if check_cost(s2k).is_err() {
                tried.unsupported = Some("a password protection that costs too much".to_owned());
                continue;
            }
            let password = Password::from(password.expose().as_str());
            match packet.decrypt(&password) {
                Ok((cipher, key)) => tried.candidates.push(Candidate {
                    cipher: cipher.or(hint),
                    key,
                    from: None,
                }),
                // One that does not fit is answered like data that does not open (rule 27).
                Err(_) => tried.add_wrong(hint),
            }
        }
    }
}

/// All own keys that can decrypt, each with its certificate's fingerprint.
fn secret_keys(keys: &SecretKeys) -> impl Iterator<Item = (Fingerprint, SecretKey)> {
    keys.iter().flat_map(|cert| {
        cert.inner()
            .keys()
            .unencrypted_secret()
            .filter(|ka| ka.key().pk_algo().for_encryption())
            .map(|ka| (cert.fingerprint(), ka.key().clone()))
            .collect::<Vec<_>>()
    })
}

impl Tried {
    fn attempt(
        &mut self,
        packet: &PKESK,
        from: Fingerprint,
        key: SecretKey,
        hint: Option<SymmetricAlgorithm>,
    ) -> bool {
        if self.trials >= TRIALS || self.candidates.len() >= SESSION_KEYS {
            return true;
        }
        if !self.certs.contains(&from) {
            self.certs.push(from.clone());
        }
        if key.pk_algo() != packet.pk_algo() {
            return false;
        }
        self.trials = self.trials.saturating_add(1);
        let found = key
            .into_keypair()
            .ok()
            .and_then(|pair| packet.decrypt(&mut Checked(pair), hint));
        match found {
            Some((cipher, key)) => {
                self.candidates.push(Candidate {
                    cipher: cipher.or(hint),
                    key,
                    from: Some(from),
                });
                true
            }
            None => false,
        }
    }

    /// A key that cannot be right, for a password that is not.
    fn add_wrong(&mut self, hint: Option<SymmetricAlgorithm>) {
        let cipher = hint.unwrap_or(SymmetricAlgorithm::AES256);
        if let Some(key) = cipher
            .key_size()
            .ok()
            .and_then(|size| SessionKey::new(size).ok())
        {
            self.candidates.push(Candidate {
                cipher: Some(cipher),
                key,
                from: None,
            });
        }
    }

    fn add_decoy(&mut self, hint: Option<SymmetricAlgorithm>) {
        let cipher = hint.unwrap_or(SymmetricAlgorithm::AES256);
        let key = cipher.key_size().and_then(SessionKey::new);
        let from = self.certs.last().cloned();
        if let (Ok(key), Some(_), true) = (key, &from, self.candidates.len() < SESSION_KEYS) {
            self.candidates.push(Candidate {
                cipher: Some(cipher),
                key,
                from,
            });
        }
    }
}

/// A key that never gives less than a session key packet can hold. sequoia 2.4 looks at the first
/// octet without asking whether there is one, and RSA decryption gives an empty result for some
/// forged packets: OpenSSL answers bad padding with random data of random length.
struct Checked(KeyPair);

/// Cipher octet and checksum (RFC 9580 §5.1.3).
const LEAST: usize = 3;

impl Decryptor for Checked {
    fn public(&self) -> &PublicKey {
        self.0.public()
    }

    fn decrypt(
        &mut self,
        ciphertext: &Ciphertext,
        plaintext_len: Option<usize>,
    ) -> pgp::Result<SessionKey> {
        let plain = self.0.decrypt(ciphertext, plaintext_len)?;
        if plain.len() < LEAST {
            return Err(pgp::Error::InvalidSessionKey("too short".to_owned()).into());
        }
        Ok(plain)
    }
}

/// Whom the packets name, in order, as far as certificates are known.
pub fn handles(
    packets: &[PKESK],
    keys: &SecretKeys,
    certs: &dyn CertLookup,
) -> Vec<RecipientHandle> {
    packets
        .iter()
        .map(|packet| {
            let Some(named) = packet.recipient() else {
                return RecipientHandle::Hidden;
            };
            let own = keys
                .iter()
                .find(|key| key.cert().key_handles().contains(&named.to_hex()));
            if let Some(own) = own {
                return RecipientHandle::Cert(own.fingerprint());
            }
            // With several, a key ID says nothing about whose it is.
            match certs.certs_with_key(&named.to_hex()).as_slice() {
                [cert] => RecipientHandle::Cert(cert.fingerprint()),
                _ => match named {
                    KeyHandle::Fingerprint(ref key) => RecipientHandle::Key(fingerprint(key)),
                    KeyHandle::KeyID(ref id) => RecipientHandle::KeyId(id.to_hex()),
                },
            }
        })
        .collect()
}
