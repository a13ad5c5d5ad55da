//! Opening a message: decrypt, verify, judge.

use super::{blocked, learned, opened};
use crate::app::command::OpenWhat;
use crate::app::desk::Desk;
use crate::app::failure::{Failure, OpenMessageFailure};
use crate::app::files;
use crate::app::job::{Step, Watch};
use crate::app::port::{Question, Store};
use crate::cert::{Acceptance, Cert, OwnSecret, Scheme, SecretKeys};
use crate::mime::repair;
use crate::protect::inline;
use crate::protect::open::{Opened as OpenedEnvelope, Problem, open as open_envelope, wants_keys};
use crate::protect::openpgp::{self, CertLookup, OpenProblem};
use crate::protect::smime::Along;
use crate::read::{Policy, Reading, reading};
use crate::settings::Blocked;
use std::borrow::Cow;
use std::sync::Arc;

/// Opens a message, wherever it is.
pub fn open(
    desk: &Desk,
    what: &OpenWhat,
    without_integrity: bool,
    watch: &Watch,
) -> Result<Arc<Reading>, Failure> {
    let message = match what {
        OpenWhat::Letter(id) => opened::letter(desk, *id)?,
        OpenWhat::Sent(id) => opened::sent(desk, *id)?,
        OpenWhat::Opened(id) => opened::bytes(desk, *id)?,
        OpenWhat::File(path) => Arc::new(files::read_message(path)?),
        OpenWhat::Bytes(bytes) => bytes.clone(),
        OpenWhat::InBulk(list, index) => Arc::new(list.message(*index)?),
    };
    let reading = open_message(desk, &message, without_integrity, watch)?;
    Ok(Arc::new(reading.with_original(message)))
}

/// Reads a message. The vault is opened only when the message is encrypted.
///
/// `without_integrity`: the person asked, after a warning, to read what anybody may have altered
/// (rule 17).
pub fn open_message(
    desk: &Desk,
    message: &[u8],
    without_integrity: bool,
    watch: &Watch,
) -> Result<Reading, Failure> {
    let repaired = repair(message);
    let was_repaired = repaired.is_some();
    let repaired = repaired.map(|(message, _)| message);
    let message = repaired.as_deref().unwrap_or(message);
    let total = u64::try_from(message.len()).unwrap_or(u64::MAX);
    watch.progress(Step::Opening, 0, total);
    let certs = StoreCerts(&*desk.store);
    let is_sealed = is_sealed(message)?;
    let mut keys = match is_sealed {
        true => secret_keys(&*desk.store)?,
        false => SecretKeys::new(),
    };
    watch.stop_here()?;
    let opened = match unwrap(desk, message, &keys, &certs, without_integrity) {
        // A key of the person's own goes first: nobody is asked for a password without need.
        Err(failure) if wants_password(&failure) => {
            let password = watch.ask(Question::LetterPassword).ok_or(failure)?;
            keys.add_password(password);
            unwrap(desk, message, &keys, &certs, without_integrity)?
        }
        other => other?,
    };
    let acceptance = desk.store.acceptance()?;
    let (reading, along) = judged(desk, message, opened, Cow::Owned(acceptance))?;
    learned::keep(desk, &along, &reading);
    watch.progress(Step::Opening, total, total);
    let unwanted = blocked::covers(&blocked::entries(desk)?, message);
    let reading = match was_repaired {
        true => reading.with_repair(),
        false => reading,
    };
    Ok(match unwanted {
        true => reading.of_blocked(),
        false => reading,
    })
}

/// Reads one of many messages: keys, certificates and decisions are shared, nobody is asked anything, and
/// nothing is learned from it. `keys` is called only for what is sealed.
pub fn read_one<'k>(
    desk: &Desk,
    message: &[u8],
    keys: &dyn Fn() -> Option<&'k SecretKeys>,
    certs: &dyn CertLookup,
    (acceptance, unwanted): (&Acceptance, &[Blocked]),
    watch: &Watch,
) -> Result<Reading, Failure> {
    watch.stop_here()?;
    let reading = match repair(message) {
        Some((repaired, _)) => {
            read_in_order(desk, &repaired, keys, certs, acceptance).map(Reading::with_repair)
        }
        None => read_in_order(desk, message, keys, certs, acceptance),
    };
    match blocked::covers(unwanted, message) {
        true => reading.map(Reading::of_blocked),
        false => reading,
    }
}

fn read_in_order<'k>(
    desk: &Desk,
    message: &[u8],
    keys: &dyn Fn() -> Option<&'k SecretKeys>,
    certs: &dyn CertLookup,
    acceptance: &Acceptance,
) -> Result<Reading, Failure> {
    let none = SecretKeys::new();
    let keys = match is_sealed(message)? {
        true => keys().unwrap_or(&none),
        false => &none,
    };
    let opened = unwrap(desk, message, keys, certs, false)?;
    Ok(judged(desk, message, opened, Cow::Borrowed(acceptance))?.0)
}

/// Whether own keys are needed to read a message.
fn is_sealed(message: &[u8]) -> Result<bool, Failure> {
    Ok(match inline::is_inline(message) {
        true => inline::is_encrypted(message),
        false => wants_keys(message).map_err(OpenMessageFailure::Mime)?,
    })
}

/// Takes the envelope off.
fn unwrap<'m>(
    desk: &Desk,
    message: &'m [u8],
    keys: &SecretKeys,
    certs: &dyn CertLookup,
    without_integrity: bool,
) -> Result<(OpenedEnvelope<'m>, bool), OpenMessageFailure> {
    let with = openpgp::Reading {
        keys,
        certs,
        at: desk.judging_time(),
        workers: &*desk.workers,
        without_integrity,
    };
    decrypt(message, inline::is_inline(message), &with)
}

/// Judges what stood in the envelope, with what came along in it.
fn judged(
    desk: &Desk,
    message: &[u8],
    opened: (OpenedEnvelope<'_>, bool),
    acceptance: Cow<'_, Acceptance>,
) -> Result<(Reading, Along), Failure> {
    let (mut opened, alone) = opened;
    let now = desk.judging_time();
    // A block without MIME has no header section: nothing of it may be taken for one.
    let header = match alone {
        true => &b"\r\n"[..],
        false => message,
    };
    let along = std::mem::take(&mut opened.along);
    let (evidence, payload) = opened.into_payload();
    let mut acceptance = acceptance;
    if evidence.scheme() == Some(Scheme::Smime) {
        learned::let_authorities_vouch(desk, acceptance.to_mut(), &evidence, &along, now)?;
    }
    let reading = reading(
        header,
        evidence,
        payload,
        &acceptance,
        &Policy::default(),
        now,
    )
    .map_err(OpenMessageFailure::Mime)?;
    Ok((reading, along))
}

/// Decrypts and verifies: a block of inline PGP that stands alone, or a message.
fn decrypt<'m>(
    message: &'m [u8],
    is_inline: bool,
    with: &openpgp::Reading<'_>,
) -> Result<(OpenedEnvelope<'m>, bool), OpenMessageFailure> {
    let sort = |problem| match problem {
        Problem::Mime(problem) => OpenMessageFailure::Mime(problem),
        Problem::Decrypt(failure) => OpenMessageFailure::Decrypt(failure),
    };
    let alone = match is_inline {
        true => inline::open_inline(message, with).map_err(sort)?,
        false => None,
    };
    Ok(match alone {
        Some(opened) => (opened, true),
        None => (open_envelope(message, with).map_err(sort)?, false),
    })
}

/// Whether a password may open what no key opens.
fn wants_password(failure: &OpenMessageFailure) -> bool {
    match failure {
        OpenMessageFailure::Decrypt(failure) => {
            failure.passwords > 0 && failure.why == OpenProblem::NoKey
        }
        OpenMessageFailure::Mime(_) | OpenMessageFailure::NoSuchPart => false,
    }
}

/// Whether a file holds an OpenPGP message, by its first bytes: files that end in `.asc` may as well
/// hold keys.
pub fn is_message_file(path: &std::path::Path) -> bool {
    files::start(path, 4_096).is_some_and(|start| {
        let text = String::from_utf8_lossy(&start);
        text.contains("-----BEGIN PGP MESSAGE-----")
            || text.contains("-----BEGIN PGP SIGNED MESSAGE-----")
    })
}

/// Every own secret key ever held (rule 28).
pub fn secret_keys(store: &dyn Store) -> Result<SecretKeys, Failure> {
    let mut keys = SecretKeys::new();
    for fingerprint in store.secret_fingerprints()? {
        if let Some(secret) = secret_key(store, &fingerprint)? {
            keys.add_own(secret);
        }
    }
    Ok(keys)
}

/// One own secret key, as the vault keeps it.
pub fn secret_key(
    store: &dyn Store,
    fingerprint: &crate::cert::Fingerprint,
) -> Result<Option<OwnSecret>, Failure> {
    let Some(bytes) = store.secret(fingerprint)? else {
        return Ok(None);
    };
    let secret = OwnSecret::from_bytes(bytes.expose()).map_err(|_| {
        crate::app::port::StoreFailure::Damaged {
            what: format!("the secret key {fingerprint}"),
        }
    })?;
    Ok(Some(secret))
}

/// The store's certificates, for verifying.
pub struct StoreCerts<'a>(pub &'a dyn Store);

impl CertLookup for StoreCerts<'_> {
    fn certs_with_key(&self, handle: &str) -> Vec<Cert> {
        // A store that cannot be read leaves the signature without a certificate: never verified.
        self.0.certs_with_key(handle).unwrap_or_default()
    }
}
