//! Taking keys from files, and for which addresses they count from then on.

use crate::address::Address;
use crate::app::command::{ImportKeys, ImportReport, ImportedKey, KeySource};
use crate::app::desk::Desk;
use crate::app::failure::{Failure, ImportRefusal, KeyFailure};
use crate::app::files;
use crate::app::job::{Step, Watch};
use crate::app::port::{CertProvenance, StoreFailure};
use crate::base::limits;
use crate::cert::{Cert, Checked, LockedKey, ParsedKey, SecretCert};

/// Takes everything that can be taken; fails only when nothing could be.
pub fn import(desk: &Desk, wanted: &ImportKeys, watch: &Watch) -> Result<ImportReport, Failure> {
    let mut report = ImportReport::default();
    let total = u64::try_from(wanted.sources.len()).unwrap_or(u64::MAX);
    for (done, source) in wanted.sources.iter().enumerate() {
        watch.stop_here()?;
        watch.progress(Step::Reading, u64::try_from(done).unwrap_or(0), total);
        let (name, bytes) = match source {
            KeySource::Bytes { name, bytes } => (name.clone(), Ok(bytes.clone())),
            KeySource::File(path) => (
                path.to_string_lossy().into_owned(),
                files::read(path, limits::KEY_FILE_BYTES).map_err(ImportRefusal::File),
            ),
        };
        let items = bytes.and_then(|b| Cert::parse_many(&b).map_err(ImportRefusal::Problem));
        match items {
            Err(refusal) => report.refused.push((name, refusal)),
            Ok(items) => {
                for item in items {
                    match take(desk, item, wanted) {
                        Ok(key) => report.imported.push(key),
                        Err(Refused::Item(refusal)) => report.refused.push((name.clone(), refusal)),
                        Err(Refused::All(failure)) => return Err(failure),
                    }
                }
            }
        }
    }
    if report.imported.is_empty() {
        return Err(KeyFailure::NothingImported(report.refused).into());
    }
    Ok(report)
}

enum Refused {
    Item(ImportRefusal),
    All(Failure),
}

impl From<StoreFailure> for Refused {
    fn from(failure: StoreFailure) -> Self {
        Refused::All(Failure::Store(failure))
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Refused::All(failure)
    }
}

fn take(desk: &Desk, item: ParsedKey, wanted: &ImportKeys) -> Result<ImportedKey, Refused> {
    let now = desk.clock.now();
    match item {
        ParsedKey::Refused(refusal) => Err(Refused::Item(ImportRefusal::Item(refusal))),
        ParsedKey::Cert(cert, _) => {
            let cert = desk.store.put_cert(&cert, CertProvenance::Imported, now)?;
            let accepted_for = accept(desk, &cert, wanted, Checked::Accepted)?;
            Ok(imported(&cert, accepted_for, false))
        }
        ParsedKey::Secret(locked, _) => {
            let secret = unlock(*locked, wanted).map_err(Refused::Item)?;
            let cert = desk
                .store
                .put_cert(&secret.cert(), CertProvenance::Imported, now)?;
            desk.store
                .put_secret(&cert.fingerprint(), &secret.to_bytes(), now)?;
            let accepted_for = accept(desk, &cert, wanted, Checked::Own)?;
            let identities = desk.store.identities()?;
            let known = identities
                .iter()
                .any(|i| i.fingerprint == cert.fingerprint());
            let free = accepted_for
                .iter()
                .find(|a| !known && identities.iter().all(|i| i.mailbox.address != **a));
            if let Some(address) = free {
                super::identity::adopt(desk, &cert.fingerprint(), Some(address))?;
            }
            Ok(imported(&cert, accepted_for, true))
        }
    }
}

fn unlock(locked: LockedKey, wanted: &ImportKeys) -> Result<SecretCert, ImportRefusal> {
    locked
        .unlock(wanted.password.as_ref())
        .map_err(ImportRefusal::Unlock)
}

/// The person's own hand brought it: it counts for its one address, or for those that were named;
/// not where another key counts already, unless they said so.
fn accept(
    desk: &Desk,
    cert: &Cert,
    wanted: &ImportKeys,
    decision: Checked,
) -> Result<Vec<Address>, Refused> {
    let now = desk.clock.now();
    let mut addresses = cert.addresses(now);
    if addresses.is_empty() {
        addresses = super::keys::claimed_addresses(cert);
    }
    if addresses.len() > 1 {
        addresses.retain(|address| wanted.accept_for.contains(address));
    }
    let acceptance = desk.store.acceptance()?;
    let fingerprint = cert.fingerprint();
    let mut accepted = Vec::new();
    for address in addresses {
        let before = acceptance.checked(&address, &fingerprint);
        let other = acceptance
            .for_address(&address)
            .iter()
            .any(|(other, checked)| **other != fingerprint && checked.counts());
        let free = wanted.accept || (!other && before != Checked::Rejected);
        if before.counts() && decision != Checked::Own {
            accepted.push(address);
        } else if free {
            desk.store.decide(&address, &fingerprint, decision, now)?;
            accepted.push(address);
        }
    }
    Ok(accepted)
}

fn imported(cert: &Cert, accepted_for: Vec<Address>, secret: bool) -> ImportedKey {
    ImportedKey {
        fingerprint: cert.fingerprint(),
        kind: cert.kind(),
        addresses: super::keys::claimed_addresses(cert),
        accepted_for,
        secret,
    }
}
