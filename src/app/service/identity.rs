//! Own identities.

use crate::address::{Address, Mailbox};
use crate::app::command::NewIdentity;
use crate::app::desk::Desk;
use crate::app::failure::{Failure, KeyFailure};
use crate::app::job::{Step, Watch};
use crate::app::port::{CertProvenance, Identity};
use crate::cert::openpgp::OpenPgpChoice;
use crate::cert::{Checked, Fingerprint, SecretCert};

/// Makes an identity with a new key that everybody can answer: valid three years, with a revocation
/// certificate.
pub fn new(desk: &Desk, mailbox: &Mailbox, watch: &Watch) -> Result<NewIdentity, Failure> {
    new_as(desk, mailbox, OpenPgpChoice::Compatible, watch)
}

/// The same, with a key of this kind.
pub fn new_as(
    desk: &Desk,
    mailbox: &Mailbox,
    choice: OpenPgpChoice,
    watch: &Watch,
) -> Result<NewIdentity, Failure> {
    refuse_second(desk, &mailbox.address)?;
    watch.progress(Step::MakingKey, 0, 0);
    let now = desk.clock.now();
    let made = SecretCert::generate_as(choice, mailbox, now)
        .map_err(|failure| KeyFailure::Library(failure.0))?;
    watch.stop_here()?;
    let identity = Identity {
        mailbox: mailbox.clone(),
        fingerprint: made.secret.fingerprint(),
        since: now,
        current: false,
    };
    desk.store.add_identity(
        &identity,
        &made.cert,
        &made.secret.to_bytes(),
        made.revocation.as_slice(),
    )?;
    Ok(NewIdentity {
        identity: find(desk, &mailbox.address)?,
        revocation: made.revocation,
    })
}

/// Makes a key that belongs to no identity yet.
pub fn generate_key(desk: &Desk, mailbox: &Mailbox, watch: &Watch) -> Result<NewIdentity, Failure> {
    watch.progress(Step::MakingKey, 0, 0);
    let now = desk.clock.now();
    let made =
        SecretCert::generate(mailbox, now).map_err(|failure| KeyFailure::Library(failure.0))?;
    watch.stop_here()?;
    let fingerprint = made.secret.fingerprint();
    desk.store
        .put_secret(&fingerprint, &made.secret.to_bytes(), now)?;
    desk.store.put_cert(&made.cert, CertProvenance::Made, now)?;
    desk.store
        .decide(&mailbox.address, &fingerprint, Checked::Own, now)?;
    Ok(NewIdentity {
        identity: Identity {
            mailbox: mailbox.clone(),
            fingerprint,
            since: now,
            current: false,
        },
        revocation: made.revocation,
    })
}

/// The identity in use.
pub fn current(desk: &Desk) -> Result<Identity, Failure> {
    desk.store
        .identities()?
        .into_iter()
        .find(|identity| identity.current)
        .ok_or(Failure::NoIdentity { address: None })
}

/// The identity of an address.
pub fn find(desk: &Desk, address: &Address) -> Result<Identity, Failure> {
    desk.store
        .identities()?
        .into_iter()
        .find(|identity| identity.mailbox.address == *address)
        .ok_or_else(|| Failure::NoIdentity {
            address: Some(address.clone()),
        })
}

/// Makes an identity the one in use: by address or fingerprint. A secret key that belongs to no
/// identity becomes one.
pub fn use_identity(desk: &Desk, key: &str) -> Result<(), Failure> {
    let identities = desk.store.identities()?;
    let by_fingerprint = Fingerprint::parse(key).ok();
    let by_address = Address::parse(key).ok();
    let known = identities.iter().find(|identity| {
        Some(&identity.fingerprint) == by_fingerprint.as_ref()
            || Some(&identity.mailbox.address) == by_address.as_ref()
    });
    if let Some(identity) = known {
        return Ok(desk.store.use_identity(&identity.fingerprint)?);
    }
    let fingerprint = super::keys::find(desk, key)?.fingerprint();
    if !desk.store.secret_fingerprints()?.contains(&fingerprint) {
        return Err(KeyFailure::NoSecret.into());
    }
    adopt(desk, &fingerprint, by_address.as_ref())?;
    Ok(desk.store.use_identity(&fingerprint)?)
}

/// Makes an identity of a secret key that is here, for this one of its addresses; without one, for
/// its first. The person's other decisions about the key stay as they are.
pub fn adopt(
    desk: &Desk,
    fingerprint: &Fingerprint,
    wanted: Option<&Address>,
) -> Result<Identity, Failure> {
    let no_such = || KeyFailure::NoSuchKey {
        wanted: fingerprint.to_string(),
    };
    let cert = desk.store.cert(fingerprint)?.ok_or_else(no_such)?;
    let secret = desk
        .store
        .secret(fingerprint)?
        .ok_or(KeyFailure::NoSecret)?;
    let now = desk.clock.now();
    let mut addresses = cert.addresses(now);
    if addresses.is_empty() {
        // Of an expired key, as for its acceptance.
        addresses = super::keys::claimed_addresses(&cert);
    }
    let address = addresses
        .into_iter()
        .find(|address| wanted.is_none_or(|wanted| wanted == address))
        .ok_or_else(no_such)?;
    refuse_second(desk, &address)?;
    let name = cert
        .user_ids()
        .into_iter()
        .find(|id| id.address.as_ref() == Some(&address))
        .map(|id| name_of(id.text.raw()))
        .unwrap_or_default();
    let identity = Identity {
        mailbox: Mailbox::named(&name, address),
        fingerprint: fingerprint.clone(),
        since: now,
        current: false,
    };
    let revocation = desk.store.revocation(fingerprint)?.unwrap_or_default();
    desk.store
        .add_identity(&identity, &cert, &secret, &revocation)?;
    Ok(identity)
}

/// The name in a user ID of the usual form: what stands before the angle bracket.
pub fn name_of(user_id: &str) -> String {
    user_id
        .split_once('<')
        .map_or("", |(name, _)| name)
        .trim()
        .trim_matches('"')
        .to_owned()
}

fn refuse_second(desk: &Desk, address: &Address) -> Result<(), Failure> {
    match find(desk, address) {
        Ok(identity) => Err(KeyFailure::Exists {
            address: address.clone(),
            fingerprint: identity.fingerprint,
        }
        .into()),
        Err(Failure::NoIdentity { .. }) => Ok(()),
        Err(other) => Err(other),
    }
}
