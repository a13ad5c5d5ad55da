//! Backups of own keys, and the drill that shows whether they would bring them back (rule 51).

use super::keys;
use crate::app::desk::Desk;
use crate::app::failure::{
    DrillProblem, DrillRow, Failure, FileFailure, ImportRefusal, KeyFailure,
};
use crate::app::job::{Step, Watch};
use crate::app::{files, random};
use crate::base::{Passphrase, limits};
use crate::cert::{Cert, Fingerprint, OwnSecret, ParsedKey, SecretCert, SecretKeys};
use crate::protect::openpgp;
use std::path::{Path, PathBuf};

/// A backup has at most so many files.
const PARTS: usize = 1_000;

/// Writes own keys under the password: OpenPGP keys armored into `to`, which gpg and sq import too;
/// each S/MIME key as PKCS #12 into a file beside it (`to` itself where there is no OpenPGP key).
/// Gives back whose keys are in them.
pub fn back_up(
    desk: &Desk,
    key: Option<&str>,
    to: &Path,
    password: &Passphrase,
    watch: &Watch,
) -> Result<Vec<Fingerprint>, Failure> {
    if password.expose().is_empty() {
        return Err(KeyFailure::PasswordNeeded.into());
    }
    let wanted = own_keys(desk, key)?;
    let total = u64::try_from(wanted.len()).unwrap_or(u64::MAX);
    let mut armored = Vec::new();
    let mut bundles = Vec::new();
    for (done, fingerprint) in (0_u64..).zip(&wanted) {
        watch.stop_here()?;
        watch.progress(Step::Sealing, done, total);
        let failed = |problem| KeyFailure::Library(format!("{problem:?}"));
        match super::open::secret_key(&*desk.store, fingerprint)? {
            Some(OwnSecret::OpenPgp(secret)) => {
                let locked = secret.export_armored(password).map_err(failed)?;
                armored.extend_from_slice(locked.expose());
            }
            Some(OwnSecret::X509(secret)) => {
                let chain = keys::issuers(desk, secret.x509())?;
                let locked = secret.export_pkcs12(&chain, password).map_err(failed)?;
                bundles.push(locked.expose().clone());
            }
            None => return Err(KeyFailure::NoSecret.into()),
        }
    }
    let parts = (!armored.is_empty()).then_some(armored).into_iter();
    for (number, bytes) in (1_usize..).zip(parts.chain(bundles)) {
        files::write_new(&part(to, number), &bytes)?;
    }
    Ok(wanted)
}

/// The files of a backup: the one that was named, and those beside it.
fn part(to: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return to.to_owned();
    }
    let mut name = to.as_os_str().to_owned();
    name.push(format!(".{number}.p12"));
    PathBuf::from(name)
}

/// What the files of a backup hold, by fingerprint: each key unlocked, or why not.
type Found = Vec<(Fingerprint, Result<OwnSecret, DrillProblem>)>;

/// Reads a backup as if nothing else were left: unlocks each key with the password, seals a canary
/// for the certificate that others have, and opens it with the key from the file alone. What came
/// back is noted; fails when one that should did not.
pub fn drill(
    desk: &Desk,
    key: Option<&str>,
    from: &Path,
    password: &Passphrase,
    watch: &Watch,
) -> Result<Vec<Fingerprint>, Failure> {
    let wanted = own_keys(desk, key)?;
    let mut found = Found::new();
    for number in 1..=PARTS {
        watch.stop_here()?;
        let path = part(from, number);
        let bytes = match files::read(&path, limits::KEY_FILE_BYTES) {
            Ok(bytes) => bytes,
            Err(FileFailure::NotFound(_)) if number > 1 => break,
            Err(failure) => return Err(failure.into()),
        };
        read_part(&path, &bytes, &wanted, password, &mut found)?;
    }
    let total = u64::try_from(wanted.len()).unwrap_or(u64::MAX);
    let mut rows = Vec::new();
    for (done, fingerprint) in (0_u64..).zip(&wanted) {
        watch.stop_here()?;
        watch.progress(Step::Opening, done, total);
        let backup = found.iter().find(|(found, _)| found == fingerprint);
        let result = match backup {
            None => Err(DrillProblem::Missing),
            Some((_, Err(problem))) => Err(problem.clone()),
            Some((_, Ok(OwnSecret::OpenPgp(secret)))) => comes_back(desk, fingerprint, secret)?,
            // Unlocking tried its halves against each other, with a sample sealed and opened; and the
            // fingerprint says that its certificate is the one that is here.
            Some((_, Ok(OwnSecret::X509(_)))) => Ok(()),
        };
        if result.is_ok() {
            desk.store.note_drill(fingerprint, desk.clock.now())?;
        }
        rows.push(DrillRow {
            fingerprint: fingerprint.clone(),
            result,
        });
    }
    if rows.iter().any(|row| row.result.is_err()) {
        return Err(KeyFailure::Drill(rows).into());
    }
    Ok(wanted)
}

/// Unlocks what one file of a backup has of the wanted keys.
fn read_part(
    path: &Path,
    bytes: &[u8],
    wanted: &[Fingerprint],
    password: &Passphrase,
    found: &mut Found,
) -> Result<(), Failure> {
    let items = Cert::parse_many(bytes).map_err(|problem| {
        let name = path.to_string_lossy().into_owned();
        KeyFailure::NothingImported(vec![(name, ImportRefusal::Problem(problem))])
    })?;
    for item in items {
        match item {
            ParsedKey::Secret(locked, _) if wanted.contains(&locked.fingerprint()) => {
                let fingerprint = locked.fingerprint();
                let unlocked = match locked.needs_password() {
                    true => locked.unlock(Some(password)).map_err(DrillProblem::Unlock),
                    false => Err(DrillProblem::Unprotected),
                };
                found.push((fingerprint, unlocked.map(OwnSecret::OpenPgp)));
            }
            ParsedKey::Bundle(bundle) => match bundle.unlock(Some(password)) {
                Ok(unlocked) => {
                    let secrets = unlocked.secrets.into_iter().map(OwnSecret::X509);
                    found.extend(secrets.map(|secret| (secret.fingerprint(), Ok(secret))));
                }
                // Whose keys are in it cannot be told: each that is missing may be.
                Err(problem) => found.extend(wanted.iter().map(|fingerprint| {
                    let problem = DrillProblem::Unlock(problem.clone());
                    (fingerprint.clone(), Err(problem))
                })),
            },
            ParsedKey::Secret(..) | ParsedKey::Cert(..) | ParsedKey::Refused(_) => {}
        }
    }
    Ok(())
}

/// Whether the key from the backup opens all that the own key opens of what is sealed for the
/// certificate that is here. One that only signs was tried when it was unlocked, half against half.
fn comes_back(
    desk: &Desk,
    fingerprint: &Fingerprint,
    from_file: &SecretCert,
) -> Result<Result<(), DrillProblem>, Failure> {
    let no_such = || KeyFailure::NoSuchKey {
        wanted: fingerprint.to_string(),
    };
    let Some(OwnSecret::OpenPgp(own)) = super::open::secret_key(&*desk.store, fingerprint)? else {
        return Err(KeyFailure::NoSecret.into());
    };
    let Cert::OpenPgp(cert) = desk.store.cert(fingerprint)?.ok_or_else(no_such)? else {
        return Err(no_such().into());
    };
    let canary: [u8; 32] = random::make_bytes()?;
    let opens = |with: &SecretCert, sealed: &[u8]| {
        let keys: SecretKeys = [with.clone()].into_iter().collect();
        let nobody: Vec<Cert> = Vec::new();
        let reading = openpgp::Reading {
            keys: &keys,
            certs: &nobody,
            at: desk.clock.now(),
            workers: &*desk.workers,
            without_integrity: false,
        };
        openpgp::open(sealed, &reading).is_ok_and(|opened| opened.plaintext == canary)
    };
    let whole = cert
        .seal_canaries(&canary)
        .iter()
        // A part that is on a card is in no backup.
        .filter(|sealed| opens(&own, sealed))
        .all(|sealed| opens(from_file, sealed));
    Ok(match whole {
        true => Ok(()),
        false => Err(DrillProblem::DoesNotOpen),
    })
}

/// The own key that is meant, or all of them.
fn own_keys(desk: &Desk, key: Option<&str>) -> Result<Vec<Fingerprint>, Failure> {
    let own = desk.store.secret_fingerprints()?;
    let Some(key) = key else {
        return match own.is_empty() {
            true => Err(KeyFailure::NothingToBackUp.into()),
            false => Ok(own),
        };
    };
    let fingerprint = keys::find(desk, key)?.fingerprint();
    match own.contains(&fingerprint) {
        true => Ok(vec![fingerprint]),
        false => Err(KeyFailure::NoSecret.into()),
    }
}
