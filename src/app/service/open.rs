//! Opening a message: decrypt, verify, judge.

use super::Desk;
use crate::app::failure::{Failure, OpenMessageFailure};
use crate::app::job::{Step, Watch};
use crate::app::port::Store;
use crate::cert::{Cert, SecretCert, SecretKeys};
use crate::mime::Tree;
use crate::protect::open::{self, Problem};
use crate::protect::openpgp::CertLookup;
use crate::read::{Policy, Reading, reading};
use std::sync::Arc;

/// Reads a message. The vault is opened only when the message is encrypted.
pub fn open_message(desk: &Desk, message: &[u8], watch: &Watch) -> Result<Arc<Reading>, Failure> {
    let total = u64::try_from(message.len()).unwrap_or(u64::MAX);
    watch.progress(Step::Opening, 0, total);
    let keys = if wants_keys(message)? {
        secret_keys(&*desk.store)?
    } else {
        SecretKeys::new()
    };
    watch.stop_here()?;
    let certs = StoreCerts(&*desk.store);
    let now = desk.judging_time();
    let opened = open::open(message, &keys, &certs, now).map_err(|problem| match problem {
        Problem::Mime(problem) => OpenMessageFailure::Mime(problem),
        Problem::Decrypt(failure) => OpenMessageFailure::Decrypt(failure),
    })?;
    let (evidence, payload) = opened.into_payload();
    let acceptance = desk.store.acceptance()?;
    let reading = reading(message, evidence, payload, &acceptance, &Policy::default(), now)
        .map_err(OpenMessageFailure::Mime)?;
    watch.progress(Step::Opening, total, total);
    Ok(Arc::new(reading))
}

/// Whether the envelope may hold something encrypted: then the secret keys are needed.
fn wants_keys(message: &[u8]) -> Result<bool, Failure> {
    let tree = Tree::parse(message).map_err(OpenMessageFailure::Mime)?;
    let wanted = tree
        .parts()
        .any(|part| part.media() == "multipart/encrypted");
    Ok(wanted)
}

/// Every own secret key ever held (rule 28).
pub fn secret_keys(store: &dyn Store) -> Result<SecretKeys, Failure> {
    let mut keys = SecretKeys::new();
    for fingerprint in store.secret_fingerprints()? {
        if let Some(secret) = secret_key(store, &fingerprint)? {
            keys.push(secret);
        }
    }
    Ok(keys)
}

/// One own secret key, with what is known of its certificate since (extensions, revocations).
pub fn secret_key(
    store: &dyn Store,
    fingerprint: &crate::cert::Fingerprint,
) -> Result<Option<SecretCert>, Failure> {
    let Some(bytes) = store.secret(fingerprint)? else {
        return Ok(None);
    };
    let secret = SecretCert::from_bytes(bytes.expose()).map_err(|_| {
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
