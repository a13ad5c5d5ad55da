//! Secret keys: locked as they are read, unlocked in memory that is wiped.

use super::{OpenPgpCert, armor, fingerprint};
use crate::base::{Passphrase, Secret, limits};
use crate::cert::{Cert, Fingerprint, UnlockProblem};
use sequoia_openpgp as pgp;
use sequoia_openpgp::cert::amalgamation::key::PrimaryKey as _;
use sequoia_openpgp::crypto::{Decryptor, Password, S2K, SessionKey, Signer};
use sequoia_openpgp::packet::key::{SecretKeyMaterial, SecretParts, UnspecifiedRole};
use sequoia_openpgp::parse::Parse as _;
use sequoia_openpgp::serialize::{Serialize as _, SerializeInto as _};
use sequoia_openpgp::types::HashAlgorithm;
use zeroize::Zeroizing;

/// Most passes that an Argon2 derivation from a file may make.
const ARGON2_PASSES: u8 = 16;
/// Most secret keys under a passphrase in one certificate: each costs a derivation.
const LOCKED_KEYS: usize = 32;

type SecretKey = pgp::packet::Key<SecretParts, UnspecifiedRole>;

/// A secret key as it came out of a file.
pub struct LockedKey(pgp::Cert);

/// A transferable secret key (RFC 9580 §10.2), unlocked. sequoia keeps the secret parts encrypted
/// in memory while they are not used, and wipes them. There is no `Debug`.
///
/// ```compile_fail
/// fn show(key: &waxwing::cert::SecretCert) { println!("{key:?}"); }
/// ```
#[derive(Clone)]
pub struct SecretCert(pgp::Cert);

impl LockedKey {
    pub(super) fn new(cert: pgp::Cert) -> Self {
        LockedKey(cert)
    }

    /// Its public part.
    pub fn cert(&self) -> Cert {
        Cert::OpenPgp(OpenPgpCert::new(self.0.clone()))
    }

    /// Its fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.0.fingerprint())
    }

    /// Whether some secret part is under a passphrase.
    pub fn needs_password(&self) -> bool {
        self.0
            .keys()
            .secret()
            .any(|ka| locked(ka.key()).is_some_and(S2K::is_supported))
    }

    /// Unlocks all secret parts. What is kept elsewhere (a card, an offline primary key) stays
    /// away; the rest must all open with the one passphrase. Each must belong to its public part:
    /// anybody can put another behind a key that is public, and what it then signs or opens is
    /// useless at best.
    pub fn unlock(self, password: Option<&Passphrase>) -> Result<SecretCert, UnlockProblem> {
        let unlocked = self.unlock_unchecked(password)?;
        let mut secrets = unlocked.0.keys().unencrypted_secret();
        if secrets.all(|ka| halves_agree(ka.key())) {
            Ok(unlocked)
        } else {
            Err(UnlockProblem::Damaged)
        }
    }

    fn unlock_unchecked(self, password: Option<&Passphrase>) -> Result<SecretCert, UnlockProblem> {
        let mut unlocked: Vec<pgp::Packet> = Vec::new();
        let mut usable = false;
        let mut count: usize = 0;
        for ka in self.0.keys().secret() {
            match locked(ka.key()) {
                None => usable = true,
                Some(s2k) if !s2k.is_supported() => {}
                Some(s2k) => {
                    check_cost(s2k)?;
                    count = count.saturating_add(1);
                    if count > LOCKED_KEYS {
                        let what = format!("more than {LOCKED_KEYS} keys");
                        return Err(UnlockProblem::TooExpensive { what });
                    }
                    let password = password.ok_or(UnlockProblem::PasswordNeeded)?;
                    let key = decrypt(ka.key().clone(), password)?;
                    unlocked.push(packet(key, ka.primary()));
                    usable = true;
                }
            }
        }
        if !usable {
            return Err(UnlockProblem::NoSecret);
        }
        let (cert, _) = self
            .0
            .insert_packets(unlocked)
            .map_err(|_| UnlockProblem::Damaged)?;
        SecretCert::checked(cert)
    }
}

impl SecretCert {
    pub(super) fn checked(cert: pgp::Cert) -> Result<Self, UnlockProblem> {
        let any = cert.keys().unencrypted_secret().next().is_some();
        if any {
            Ok(SecretCert(cert))
        } else {
            Err(UnlockProblem::NoSecret)
        }
    }

    /// The key for sequoia; only modules that may name sequoia can use it.
    pub fn inner(&self) -> &pgp::Cert {
        &self.0
    }

    /// The public part.
    pub fn cert(&self) -> Cert {
        Cert::OpenPgp(self.public())
    }

    /// The public part, of its scheme.
    pub fn public(&self) -> OpenPgpCert {
        OpenPgpCert::new(self.0.clone())
    }

    /// Its fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.0.fingerprint())
    }

    /// The whole key, unencrypted, in binary: for the vault and nothing else (rule 55).
    pub fn to_bytes(&self) -> Secret<Vec<u8>> {
        let tsk = self.0.as_tsk();
        // With its room made beforehand the vector never moves and leaves no copy behind.
        let mut bytes = Secret::new(Vec::with_capacity(tsk.serialized_len()));
        if tsk.serialize(bytes.expose_mut()).is_err() {
            bytes.expose_mut().clear();
        }
        bytes
    }

    /// Reads what [`SecretCert::to_bytes`] wrote, which was checked when it came.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnlockProblem> {
        let cert = pgp::Cert::from_bytes(bytes).map_err(|_| UnlockProblem::Damaged)?;
        LockedKey(cert).unlock_unchecked(None)
    }

    /// The secret key in ASCII armor without a password: only for practice keys, which are worth
    /// nothing.
    pub fn export_unprotected(&self) -> Secret<Vec<u8>> {
        let bytes = self.to_bytes();
        Secret::new(armor::encode(
            bytes.expose(),
            armor::Kind::SecretKey,
            armor::Lines::Lf,
        ))
    }

    /// The key under a passphrase, armored, in a form that gpg 2.2 reads too: AES-256 with an
    /// iterated and salted S2K for v4 keys.
    pub fn export_armored(&self, password: &Passphrase) -> Result<Secret<Vec<u8>>, UnlockProblem> {
        let password = password_of(password);
        let mut locked = Vec::new();
        for ka in self.0.keys().unencrypted_secret() {
            let key = ka.key().clone();
            let key = if ka.primary() {
                key.role_into_primary()
                    .encrypt_secret(&password)
                    .map(pgp::Packet::from)
            } else {
                key.role_into_subordinate()
                    .encrypt_secret(&password)
                    .map(pgp::Packet::from)
            };
            locked.push(key.map_err(|_| UnlockProblem::Damaged)?);
        }
        let (cert, _) = self
            .0
            .clone()
            .insert_packets(locked)
            .map_err(|_| UnlockProblem::Damaged)?;
        // Whatever happens above, nothing leaves here without its passphrase.
        if cert.keys().unencrypted_secret().next().is_some() {
            return Err(UnlockProblem::Damaged);
        }
        let bytes = cert.as_tsk().to_vec().map_err(|_| UnlockProblem::Damaged)?;
        let bytes = Zeroizing::new(bytes);
        Ok(Secret::new(armor::encode(
            &bytes,
            armor::Kind::SecretKey,
            armor::Lines::Lf,
        )))
    }
}

/// Whether the secret part does what the public part expects. A key of an algorithm that is not
/// supported can do nothing, and so no harm.
fn halves_agree(key: &SecretKey) -> bool {
    let algorithm = key.pk_algo();
    if !algorithm.is_supported() {
        return true;
    }
    let Ok(mut pair) = key.clone().into_keypair() else {
        return false;
    };
    let public = key.parts_as_public();
    let digest = [0x5A; 64];
    let hash = HashAlgorithm::SHA512;
    let signs = !algorithm.for_signing()
        || Signer::sign(&mut pair, hash, &digest)
            .is_ok_and(|made| public.verify(&made, hash, &digest).is_ok());
    let sample = SessionKey::from(vec![0x5A; 32]);
    let opens = !algorithm.for_encryption()
        || public
            .encrypt(&sample)
            .and_then(|sealed| Decryptor::decrypt(&mut pair, &sealed, Some(sample.len())))
            .is_ok_and(|opened| opened == sample);
    signs && opens
}

/// How the secret part is locked; `None` when it is open.
fn locked(key: &SecretKey) -> Option<&S2K> {
    match key.secret() {
        SecretKeyMaterial::Encrypted(encrypted) => Some(encrypted.s2k()),
        SecretKeyMaterial::Unencrypted(_) => None,
    }
}

fn packet(key: SecretKey, primary: bool) -> pgp::Packet {
    if primary {
        key.role_into_primary().into()
    } else {
        key.role_into_subordinate().into()
    }
}

fn password_of(password: &Passphrase) -> Password {
    Password::from(password.expose().as_str())
}

fn decrypt(key: SecretKey, password: &Passphrase) -> Result<SecretKey, UnlockProblem> {
    key.decrypt_secret(&password_of(password))
        .map_err(|_| UnlockProblem::WrongPassword)
}

/// Whether a derivation that a file asks for is within bounds (rule 30). Iterated ones are: their
/// count ends at 62 MiB of hashing.
pub fn check_cost(s2k: &S2K) -> Result<(), UnlockProblem> {
    let S2K::Argon2 { t, m, .. } = s2k else {
        return Ok(());
    };
    let kib = 1u64.checked_shl(u32::from(*m)).unwrap_or(u64::MAX);
    let kib = if *m >= 64 { u64::MAX } else { kib };
    if kib > limits::ARGON2_KIB || *t > ARGON2_PASSES {
        let what = format!("Argon2, {kib} KiB, {t} passes");
        return Err(UnlockProblem::TooExpensive { what });
    }
    Ok(())
}
