//! S/MIME keys of one's own: made with certificates that vouch for themselves, or with a request to
//! an authority.

use super::{identity, keys};
use crate::address::{Address, Mailbox};
use crate::app::command::{NewCertificates, RequestCertificate, Requested};
use crate::app::desk::Desk;
use crate::app::failure::{Failure, KeyFailure};
use crate::app::files;
use crate::app::job::{Step, Watch};
use crate::app::port::{CertProvenance, Identity};
use crate::base::Time;
use crate::cert::x509::{KeyChoice, LooseKey};
use crate::cert::{Cert, Checked, Fingerprint, OwnSecret, Scheme, SecretCert, X509Secret};

/// Makes keys and certificates for an address; the first of an address is an identity too.
pub fn make(
    desk: &Desk,
    mailbox: &Mailbox,
    choice: KeyChoice,
    watch: &Watch,
) -> Result<NewCertificates, Failure> {
    watch.progress(Step::MakingKey, 0, 0);
    let now = desk.clock.now();
    let made = X509Secret::generate(mailbox, choice, now)
        .map_err(|failure| KeyFailure::Library(failure.0))?;
    watch.stop_here()?;
    let mut certs = Vec::new();
    for secret in &made {
        let fingerprint = secret.fingerprint();
        if certs.is_empty() && !has_identity(desk, &mailbox.address)? {
            let identity = Identity {
                mailbox: mailbox.clone(),
                fingerprint: fingerprint.clone(),
                since: now,
                current: false,
            };
            desk.store
                .add_identity(&identity, &secret.cert(), &secret.to_bytes(), &[])?;
        } else {
            desk.store
                .put_secret(&fingerprint, &secret.to_bytes(), now)?;
            desk.store
                .put_cert(&secret.cert(), CertProvenance::Made, now)?;
            desk.store
                .decide(&mailbox.address, &fingerprint, Checked::Own, now)?;
        }
        certs.push(fingerprint);
    }
    Ok(NewCertificates {
        mailbox: mailbox.clone(),
        certs,
    })
}

/// As [`make`] for a new identity: refused when the address has S/MIME keys that can be used.
pub fn make_identity(
    desk: &Desk,
    mailbox: &Mailbox,
    choice: KeyChoice,
    watch: &Watch,
) -> Result<NewCertificates, Failure> {
    let own = own_keys(desk, &mailbox.address)?;
    let now = desk.clock.now();
    if let Some(known) = own.signing(now)
        && known.x509().usable_for_signing(now).is_ok()
    {
        return Err(KeyFailure::Exists {
            address: mailbox.address.clone(),
            fingerprint: known.fingerprint(),
        }
        .into());
    }
    make(desk, mailbox, choice, watch)
}

fn has_identity(desk: &Desk, address: &Address) -> Result<bool, Failure> {
    match identity::find(desk, address) {
        Ok(_) => Ok(true),
        Err(Failure::NoIdentity { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Asks for a certificate: with a new key for an address, or again for the key of a certificate
/// whose fingerprint is named.
pub fn request(
    desk: &Desk,
    wanted: &RequestCertificate,
    watch: &Watch,
) -> Result<Requested, Failure> {
    let library = |failure: crate::cert::KeyGenerationFailure| KeyFailure::Library(failure.0);
    let (mailbox, key) = match Fingerprint::parse(&wanted.key) {
        Ok(fingerprint) => of_certificate(desk, &fingerprint, wanted)?,
        Err(_) => {
            let address =
                Address::parse(wanted.key.trim()).map_err(|problem| Failure::BadAddress {
                    text: wanted.key.clone(),
                    problem,
                })?;
            watch.progress(Step::MakingKey, 0, 0);
            let key = LooseKey::generate(wanted.choice).map_err(library)?;
            (mailbox_of(desk, address, wanted)?, key)
        }
    };
    watch.stop_here()?;
    let request = key.request(&mailbox).map_err(library)?;
    // The key first: a request whose key is gone would be worth nothing.
    let now = desk.clock.now();
    desk.store
        .put_waiting_key(&request.key, &mailbox.address, &request.secret, now)?;
    let pem = match &wanted.to {
        None => Some(request.pem),
        Some(path) => {
            files::write_new(path, &request.pem)?;
            None
        }
    };
    Ok(Requested {
        mailbox,
        key: request.key,
        pem,
    })
}

/// The name that was given, else the identity's.
fn mailbox_of(
    desk: &Desk,
    address: Address,
    wanted: &RequestCertificate,
) -> Result<Mailbox, Failure> {
    if let Some(name) = &wanted.name {
        return Ok(Mailbox::named(name, address));
    }
    match identity::find(desk, &address) {
        Ok(identity) => Ok(identity.mailbox),
        Err(Failure::NoIdentity { .. }) => Ok(Mailbox::bare(address)),
        Err(other) => Err(other),
    }
}

fn of_certificate(
    desk: &Desk,
    fingerprint: &Fingerprint,
    wanted: &RequestCertificate,
) -> Result<(Mailbox, LooseKey), Failure> {
    let cert = keys::find(desk, &wanted.key)?;
    let secret = match super::open::secret_key(&*desk.store, fingerprint)? {
        Some(OwnSecret::X509(secret)) => secret,
        Some(OwnSecret::OpenPgp(_)) | None => return Err(KeyFailure::NoSecret.into()),
    };
    let no_such = || KeyFailure::NoSuchKey {
        wanted: wanted.key.clone(),
    };
    let address = keys::claimed_addresses(&cert).into_iter().next();
    let address = address.ok_or_else(no_such)?;
    Ok((mailbox_of(desk, address, wanted)?, secret.loose()))
}

/// The own S/MIME keys of one address.
#[derive(Default)]
pub struct OwnKeys(Vec<X509Secret>);

impl OwnKeys {
    /// The key to sign with: the newest that can; without any the newest, so that it can be said
    /// why.
    pub fn signing(&self, at: Time) -> Option<&X509Secret> {
        self.newest(|secret| secret.x509().usable_for_signing(at).is_ok())
    }

    /// The key to be encrypted to: the newest that can; without any the newest.
    pub fn encryption(&self, at: Time) -> Option<&X509Secret> {
        self.newest(|secret| secret.x509().usable_for_encryption(at).is_ok())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &X509Secret> {
        self.0.iter()
    }

    fn newest(&self, fits: impl Fn(&X509Secret) -> bool) -> Option<&X509Secret> {
        let all = self.0.iter();
        all.max_by_key(|secret| {
            (
                fits(secret),
                secret.x509().not_before(),
                secret.fingerprint(),
            )
        })
    }
}

/// The own S/MIME keys that count for this address.
pub fn own_keys(desk: &Desk, address: &Address) -> Result<OwnKeys, Failure> {
    let mut own = OwnKeys::default();
    for cert in own_certs(desk, address)? {
        let fingerprint = cert.fingerprint();
        if cert.scheme() == Scheme::Smime
            && let Some(OwnSecret::X509(secret)) =
                super::open::secret_key(&*desk.store, &fingerprint)?
        {
            own.0.push(secret);
        }
    }
    Ok(own)
}

/// The own certificates of an address, of both standards. No vault.
pub fn own_certs(desk: &Desk, address: &Address) -> Result<Vec<Cert>, Failure> {
    let acceptance = desk.store.acceptance()?;
    let here = desk.store.secret_fingerprints()?;
    let mut certs = desk.store.certs_for(address)?;
    certs.retain(|cert| {
        let fingerprint = cert.fingerprint();
        here.contains(&fingerprint) && acceptance.checked(address, &fingerprint) == Checked::Own
    });
    Ok(certs)
}

/// The newest certificate of a standard that fits; where none does, the newest, so that it can be
/// said why.
pub fn newest(certs: &[Cert], scheme: Scheme, fits: impl Fn(&Cert) -> bool) -> Option<Cert> {
    let of_scheme = certs.iter().filter(|cert| cert.scheme() == scheme);
    of_scheme
        .max_by_key(|cert| (fits(cert), cert.created(), cert.fingerprint()))
        .cloned()
}

/// The own OpenPGP key of an address whose identity began with S/MIME.
pub fn own_openpgp(
    desk: &Desk,
    address: &Address,
    at: Time,
) -> Result<Option<SecretCert>, Failure> {
    let certs = own_certs(desk, address)?;
    let cert = newest(&certs, Scheme::OpenPgp, |cert| {
        cert.usable_for_signing(at).is_ok()
    });
    let Some(cert) = cert else { return Ok(None) };
    Ok(
        match super::open::secret_key(&*desk.store, &cert.fingerprint())? {
            Some(OwnSecret::OpenPgp(key)) => Some(key),
            Some(OwnSecret::X509(_)) | None => None,
        },
    )
}

/// By which standards an own address can write: `openpgp`, `smime` or `both`. No vault.
pub fn schemes_of(desk: &Desk, address: &Address) -> Result<&'static str, Failure> {
    let mut found = Vec::new();
    for cert in own_certs(desk, address)? {
        if !found.contains(&cert.scheme()) {
            found.push(cert.scheme());
        }
    }
    Ok(match found.as_slice() {
        [Scheme::Smime] => "smime",
        [] | [Scheme::OpenPgp] => "openpgp",
        [_, ..] => "both",
    })
}
