//! Taking keys from files, and for which addresses they count from then on.

use crate::address::Address;
use crate::app::command::{ImportKeys, ImportReport, ImportedKey, KeySource};
use crate::app::desk::Desk;
use crate::app::failure::{Failure, ImportRefusal, KeyFailure};
use crate::app::files;
use crate::app::job::{Step, Watch};
use crate::app::port::{CertProvenance, StoreFailure};
use crate::base::limits;
use crate::cert::x509::{Bundle, LooseKey, spki_handle};
use crate::cert::{
    Acceptance, Cert, Checked, KeyRefusal, LockedKey, OwnSecret, ParsedKey, Scheme, SecretCert,
};

/// Takes everything that can be taken; fails only when nothing could be.
pub fn import(desk: &Desk, wanted: &ImportKeys, watch: &Watch) -> Result<ImportReport, Failure> {
    let mut report = ImportReport::default();
    let total = u64::try_from(wanted.sources.len()).unwrap_or(u64::MAX);
    for (done, source) in wanted.sources.iter().enumerate() {
        watch.stop_here()?;
        watch.progress(Step::Reading, u64::try_from(done).unwrap_or(0), total);
        let (name, bytes) = read_source(source);
        let items = bytes.and_then(|b| Cert::parse_many(&b).map_err(ImportRefusal::Problem));
        match items {
            Err(refusal) => report.refused.push((name, refusal)),
            Ok(items) => {
                for item in items {
                    let taken = match item {
                        ParsedKey::Bundle(bundle) => {
                            take_bundle(desk, *bundle, &name, wanted, &mut report)
                        }
                        other => take(desk, other, wanted).map(|key| report.imported.push(key)),
                    };
                    match taken {
                        Ok(()) => {}
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

/// What a source holds, and its name for error texts.
pub(super) fn read_source(source: &KeySource) -> (String, Result<Vec<u8>, ImportRefusal>) {
    match source {
        KeySource::Bytes { name, bytes } => (name.clone(), Ok(bytes.clone())),
        KeySource::File(path) => (
            path.to_string_lossy().into_owned(),
            files::read(path, limits::KEY_FILE_BYTES).map_err(ImportRefusal::File),
        ),
    }
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
        // Of several items, taken in `take_bundle`.
        ParsedKey::Bundle(_) => Err(Refused::Item(ImportRefusal::Item(
            KeyRefusal::NoCertificate,
        ))),
        ParsedKey::Cert(cert, _) => {
            if let Some(own) = answered(desk, &cert, wanted)? {
                return Ok(own);
            }
            let cert = desk.store.put_cert(&cert, CertProvenance::Imported, now)?;
            let accepted_for = accept(desk, &cert, wanted, Checked::Accepted)?;
            Ok(imported(&cert, accepted_for, false))
        }
        ParsedKey::Secret(locked, _) => {
            let secret = unlock(*locked, wanted).map_err(Refused::Item)?;
            take_secret(desk, &OwnSecret::OpenPgp(secret), wanted)
        }
    }
}

/// Keeps an own key: it counts for its address, and is an identity where there is none yet.
fn take_secret(
    desk: &Desk,
    secret: &OwnSecret,
    wanted: &ImportKeys,
) -> Result<ImportedKey, Refused> {
    let now = desk.clock.now();
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

/// Takes keys that came with their certificates, and the certificates of authorities that came
/// along, which become no anchors.
fn take_bundle(
    desk: &Desk,
    bundle: Bundle,
    name: &str,
    wanted: &ImportKeys,
    report: &mut ImportReport,
) -> Result<(), Refused> {
    let unlocked = bundle
        .unlock(wanted.password.as_ref())
        .map_err(|problem| Refused::Item(ImportRefusal::Unlock(problem)))?;
    let now = desk.clock.now();
    for refusal in unlocked.refused {
        report
            .refused
            .push((name.to_owned(), ImportRefusal::Item(refusal)));
    }
    for cert in unlocked.chain {
        let cert = Cert::X509(cert);
        desk.store.put_cert(&cert, CertProvenance::Imported, now)?;
        report.imported.push(imported(&cert, Vec::new(), false));
    }
    for secret in unlocked.secrets {
        let own = OwnSecret::X509(secret);
        report.imported.push(take_secret(desk, &own, wanted)?);
    }
    for loose in unlocked.loose {
        let mut paired = false;
        let handle = loose.handle().unwrap_or_default();
        for cert in desk.store.certs_with_key(&handle)? {
            let Cert::X509(cert) = cert else { continue };
            if let Ok(secret) = loose.with(cert) {
                let own = OwnSecret::X509(secret);
                report.imported.push(take_secret(desk, &own, wanted)?);
                paired = true;
            }
        }
        if !paired {
            let refusal = ImportRefusal::Item(KeyRefusal::NoCertificate);
            report.refused.push((name.to_owned(), refusal));
        }
    }
    Ok(())
}

/// A certificate that was asked for: with the key that waits for it, it is an own one. So is a
/// renewal for a key that is here.
fn answered(desk: &Desk, cert: &Cert, wanted: &ImportKeys) -> Result<Option<ImportedKey>, Refused> {
    let Cert::X509(x509) = cert else {
        return Ok(None);
    };
    let handle = spki_handle(x509.spki());
    let key = match desk.store.waiting_key(&handle)? {
        Some(bytes) => LooseKey::from_pkcs8(bytes.expose()).ok(),
        None => own_key_of(desk, &handle)?,
    };
    let Some(secret) = key.and_then(|key| key.with(x509.clone()).ok()) else {
        return Ok(None);
    };
    let taken = take_secret(desk, &OwnSecret::X509(secret), wanted)?;
    desk.store.remove_waiting_key(&handle)?;
    Ok(Some(taken))
}

/// An own key that has a certificate already.
fn own_key_of(desk: &Desk, handle: &str) -> Result<Option<LooseKey>, Refused> {
    let own = desk.store.secret_fingerprints()?;
    for cert in desk.store.certs_with_key(handle)? {
        let fingerprint = cert.fingerprint();
        if own.contains(&fingerprint)
            && let Some(OwnSecret::X509(secret)) =
                super::open::secret_key(&*desk.store, &fingerprint)?
        {
            return Ok(Some(secret.loose()));
        }
    }
    Ok(None)
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
        let own = decision == Checked::Own && cert.scheme() == Scheme::Smime;
        let other = !own && is_taken(desk, &acceptance, &address, cert)?;
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

/// Whether another certificate counts for the address already, so that this one waits for a decision.
/// S/MIME certificates that sign and others to encrypt to stand beside each other; and of one's own
/// there are as many as were ever held.
fn is_taken(
    desk: &Desk,
    acceptance: &Acceptance,
    address: &Address,
    cert: &Cert,
) -> Result<bool, Refused> {
    let fingerprint = cert.fingerprint();
    for (known, checked) in acceptance.for_address(address) {
        if *known == fingerprint || !checked.counts() {
            continue;
        }
        let beside = match (cert, desk.store.cert(known)?) {
            (Cert::X509(new), Some(Cert::X509(known))) => {
                let both_sign = new.can_sign() && known.can_sign();
                let both_encrypt = new.can_encrypt() && known.can_encrypt();
                !both_sign && !both_encrypt
            }
            (Cert::X509(_) | Cert::OpenPgp(_), _) => false,
        };
        if !beside {
            return Ok(true);
        }
    }
    Ok(false)
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
