//! Own identities and secret keys.

use super::failure::Fault;
use super::ledger;
use super::sealed::{Place, Record, put, take};
use super::values::{from_time, to_address, to_fingerprint, to_time};
use super::vault::key::VaultKey;
use crate::address::Mailbox;
use crate::app::port::{CertProvenance, Identity, StoreFailure};
use crate::base::{Secret, Time, Untrusted};
use crate::cert::{Cert, Checked, Fingerprint};
use rusqlite::{Connection, OptionalExtension, Transaction};
use sequoia_openpgp as pgp;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::SerializeInto;

/// All identities, oldest first.
pub(super) fn all(conn: &Connection) -> Result<Vec<Identity>, Fault> {
    let mut select = conn.prepare_cached(
        "SELECT fingerprint, address, name, since, current FROM identity ORDER BY id",
    )?;
    let mut rows = select.query([])?;
    let mut identities = Vec::new();
    while let Some(row) = rows.next()? {
        identities.push(Identity {
            fingerprint: to_fingerprint(&row.get::<_, String>(0)?)?,
            mailbox: Mailbox {
                address: to_address(&row.get::<_, String>(1)?)?,
                name: row.get::<_, Option<String>>(2)?.map(Untrusted::new),
            },
            since: to_time(row.get(3)?)?,
            current: row.get(4)?,
        });
    }
    Ok(identities)
}

/// Fails when the address or the key has an identity.
pub(super) fn refuse_known(conn: &Connection, identity: &Identity) -> Result<(), Fault> {
    let known: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM identity WHERE address_key = ?1 OR fingerprint = ?2)",
        (
            identity.mailbox.address.key(),
            identity.fingerprint.as_hex(),
        ),
        |row| row.get(0),
    )?;
    match known {
        true => Err(StoreFailure::Exists.into()),
        false => Ok(()),
    }
}

/// Writes an identity with all that belongs to it.
pub(super) fn add(
    tx: &Transaction<'_>,
    key: &VaultKey,
    identity: &Identity,
    cert: &Cert,
    secret: &Secret<Vec<u8>>,
    revocation: &[u8],
) -> Result<(), Fault> {
    refuse_known(tx, identity)?;
    let address = &identity.mailbox.address;
    tx.execute(
        "INSERT INTO identity (fingerprint, address_key, address, name, since, current)
         VALUES (?1, ?2, ?3, ?4, ?5, NOT EXISTS (SELECT 1 FROM identity))",
        (
            identity.fingerprint.as_hex(),
            address.key(),
            address.as_str(),
            identity.mailbox.name.as_ref().map(Untrusted::raw),
            from_time(identity.since),
        ),
    )?;
    put_secret(tx, key, &identity.fingerprint, secret, identity.since)?;
    let record = Record::new(Place::Revocation, identity.fingerprint.as_hex());
    put(tx, key, &record, revocation)?;
    ledger::note(tx, cert, CertProvenance::Made, identity.since)?;
    ledger::decide(
        tx,
        address,
        &identity.fingerprint,
        Checked::Own,
        identity.since,
    )
}

/// Makes one identity the current one; without effect when there is none with this certificate.
pub(super) fn make_current(tx: &Transaction<'_>, fingerprint: &Fingerprint) -> Result<(), Fault> {
    tx.execute(
        "UPDATE identity SET current = (fingerprint = ?1)
         WHERE EXISTS (SELECT 1 FROM identity WHERE fingerprint = ?1)",
        [fingerprint.as_hex()],
    )?;
    Ok(())
}

/// Keeps a secret key, joined with what is kept of it: no key ever held is lost (rule 28).
pub(super) fn put_secret(
    tx: &Transaction<'_>,
    key: &VaultKey,
    fingerprint: &Fingerprint,
    secret: &Secret<Vec<u8>>,
    at: Time,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO secret (fingerprint, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        (fingerprint.as_hex(), from_time(at)),
    )?;
    let record = Record::new(Place::SecretKey, fingerprint.as_hex());
    let joined = take(tx, key, &record)?.and_then(|known| join(&known, secret));
    put(tx, key, &record, joined.as_ref().unwrap_or(secret).expose())
}

/// Both keys' parts; of a part that both have, the known one stays, which was in use. `None` when
/// they are not two OpenPGP keys with the same fingerprint.
fn join(known: &Secret<Vec<u8>>, new: &Secret<Vec<u8>>) -> Option<Secret<Vec<u8>>> {
    let known = pgp::Cert::from_bytes(known.expose()).ok()?;
    let new = pgp::Cert::from_bytes(new.expose()).ok()?;
    // The library lets the argument's secret parts win.
    let joined = new.merge_public_and_secret(known).ok()?;
    joined.as_tsk().to_vec().ok().map(Secret::new)
}

/// One secret key.
pub(super) fn secret(
    conn: &Connection,
    key: &VaultKey,
    fingerprint: &Fingerprint,
) -> Result<Option<Secret<Vec<u8>>>, Fault> {
    take(
        conn,
        key,
        &Record::new(Place::SecretKey, fingerprint.as_hex()),
    )
}

/// The revocation certificate of an own key.
pub(super) fn revocation(
    conn: &Connection,
    key: &VaultKey,
    fingerprint: &Fingerprint,
) -> Result<Option<Vec<u8>>, Fault> {
    let record = Record::new(Place::Revocation, fingerprint.as_hex());
    Ok(take(conn, key, &record)?.map(|secret| secret.expose().clone()))
}

/// Notes a restore drill that brought this key back.
pub(super) fn note_drill(
    tx: &Transaction<'_>,
    fingerprint: &Fingerprint,
    at: Time,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO drill (fingerprint, at) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET at = excluded.at",
        (fingerprint.as_hex(), from_time(at)),
    )?;
    Ok(())
}

/// When a restore drill last brought this key back.
pub(super) fn drilled(conn: &Connection, fingerprint: &Fingerprint) -> Result<Option<Time>, Fault> {
    let mut select = conn.prepare_cached("SELECT at FROM drill WHERE fingerprint = ?1")?;
    let at: Option<i64> = select
        .query_row([fingerprint.as_hex()], |row| row.get(0))
        .optional()?;
    at.map(to_time).transpose()
}

/// Whose secret keys are here, oldest first.
pub(super) fn secret_fingerprints(conn: &Connection) -> Result<Vec<Fingerprint>, Fault> {
    let mut select = conn.prepare_cached("SELECT fingerprint FROM secret ORDER BY at, rowid")?;
    let mut rows = select.query([])?;
    let mut fingerprints = Vec::new();
    while let Some(row) = rows.next()? {
        fingerprints.push(to_fingerprint(&row.get::<_, String>(0)?)?);
    }
    Ok(fingerprints)
}
