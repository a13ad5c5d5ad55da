//! An own key's end: moved, or made final.

use super::keys;
use crate::app::command::{KeyCard, Revoked};
use crate::app::desk::Desk;
use crate::app::failure::{Failure, KeyFailure};
use crate::app::job::{Step, Watch};
use crate::app::port::CertProvenance;
use crate::base::Time;
use crate::cert::{Cert, KeyChangeFailure, OwnSecret, RevocationReason, SecretCert};
use std::time::Duration;

/// Three years of 365.25 days, as for a new key.
const VALIDITY: Duration = Duration::from_secs(3 * (365 * 86_400 + 21_600));

/// Gives an own key a new end, in place (rule 52): the fingerprint stays, and others need only the
/// renewed certificate.
pub fn extend(
    desk: &Desk,
    key: &str,
    until: Option<Time>,
    watch: &Watch,
) -> Result<KeyCard, Failure> {
    let secret = own(desk, key)?;
    watch.progress(Step::MakingKey, 0, 0);
    let now = desk.clock.now();
    let until = until
        .or_else(|| now.checked_add(VALIDITY).ok())
        .unwrap_or(now);
    let holds = secret.change_time(now);
    let renewed = secret.extend(until, now).map_err(KeyFailure::Change)?;
    let cert = keep(desk, &renewed, now)?;
    wait_until(desk, holds);
    keys::card(desk, &cert)
}

/// Ends an own key for good.
pub fn revoke(desk: &Desk, key: &str, reason: RevocationReason) -> Result<Revoked, Failure> {
    let secret = own(desk, key)?;
    let now = desk.clock.now();
    let ended = secret.revoke(reason, now).map_err(KeyFailure::Change)?;
    let cert = keep(desk, &ended.secret, now)?;
    Ok(Revoked {
        card: keys::card(desk, &cert)?,
        certificate: ended.certificate,
    })
}

/// The secret half of a key that must be an own one.
fn own(desk: &Desk, key: &str) -> Result<SecretCert, Failure> {
    let cert = keys::find(desk, key)?;
    if !desk
        .store
        .secret_fingerprints()?
        .contains(&cert.fingerprint())
    {
        return Err(KeyFailure::NoSecret.into());
    }
    match super::open::secret_key(&*desk.store, &cert.fingerprint())? {
        Some(OwnSecret::OpenPgp(secret)) => Ok(secret),
        Some(OwnSecret::X509(_)) => Err(KeyFailure::Change(KeyChangeFailure::Authority).into()),
        None => Err(KeyFailure::NoSecret.into()),
    }
}

/// The secret half first: a public half that says more than it would be hard to explain.
fn keep(desk: &Desk, secret: &SecretCert, now: Time) -> Result<Cert, Failure> {
    desk.store
        .put_secret(&secret.fingerprint(), &secret.to_bytes(), now)?;
    Ok(desk
        .store
        .put_cert(&secret.cert(), CertProvenance::Made, now)?)
}

/// A change that follows another within the same second holds from the next one on.
fn wait_until(desk: &Desk, holds: Time) {
    let left = holds.duration_since(desk.clock.now());
    if let Ok(left) = Duration::try_from(left)
        && left <= Duration::from_secs(2)
    {
        std::thread::sleep(left);
    }
}
