//! X.509 certificates: public, found by the names that messages and other certificates use. Those of
//! OpenPGP lie in the shared directory, where other programs see them. Also the private keys that wait
//! for a certificate, and by which standard people want their letters.

use super::certs::{Wanted, addresses};
use super::failure::{Fault, damaged};
use super::sealed::{Place, Record, put as seal, remove, take};
use super::values::{from_time, to_address, to_fingerprint, to_time};
use super::vault::key::VaultKey;
use crate::address::Address;
use crate::app::port::WaitingKey;
use crate::base::{Secret, Time};
use crate::cert::{Cert, Fingerprint, Scheme, X509Cert};
use rusqlite::{Connection, OptionalExtension, Params, Transaction};

/// Keeps a certificate; one that is there stays as it is.
pub(super) fn put(tx: &Transaction<'_>, cert: &X509Cert, at: Time) -> Result<(), Fault> {
    let fingerprint = cert.fingerprint();
    let new = tx.execute(
        "INSERT INTO x509 (fingerprint, der, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        (fingerprint.as_hex(), cert.der(), from_time(at)),
    )?;
    if new == 0 {
        return Ok(());
    }
    let mut insert = tx.prepare_cached(
        "INSERT INTO x509_name (kind, value, fingerprint) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
    )?;
    let whole = Cert::X509(cert.clone());
    for address in addresses(&whole) {
        insert.execute(("address", address.key(), fingerprint.as_hex()))?;
    }
    for handle in cert.key_handles() {
        insert.execute(("key", handle, fingerprint.as_hex()))?;
    }
    Ok(())
}

/// All fingerprints. An X.509 certificate never changes, and neither does what tells of it.
pub(super) fn stamps(conn: &Connection) -> Result<Vec<(Fingerprint, String)>, Fault> {
    let mut select = conn.prepare_cached("SELECT fingerprint FROM x509 ORDER BY fingerprint")?;
    let mut rows = select.query([])?;
    let mut stamps = Vec::new();
    while let Some(row) = rows.next()? {
        let fingerprint = to_fingerprint(&row.get::<_, String>(0)?)?;
        stamps.push((fingerprint, "x509".to_owned()));
    }
    Ok(stamps)
}

/// The wanted certificates, in the order of their fingerprints.
pub(super) fn find(conn: &Connection, wanted: Wanted<'_>) -> Result<Vec<Cert>, Fault> {
    const NAMED: &str =
        "SELECT c.fingerprint, c.der FROM x509_name n JOIN x509 c USING (fingerprint)
        WHERE n.kind = ?1 AND n.value = ?2 ORDER BY c.fingerprint";
    match wanted {
        Wanted::All => {
            let all = "SELECT fingerprint, der FROM x509 ORDER BY fingerprint";
            select(conn, all, [])
        }
        Wanted::Fingerprint(fingerprint) => {
            let one = "SELECT fingerprint, der FROM x509 WHERE fingerprint = ?1";
            select(conn, one, [fingerprint.as_hex()])
        }
        Wanted::Address(address) => select(conn, NAMED, ("address", address.key())),
        Wanted::Key(handle) => select(conn, NAMED, ("key", handle)),
    }
}

fn select(conn: &Connection, sql: &str, with: impl Params) -> Result<Vec<Cert>, Fault> {
    let mut select = conn.prepare_cached(sql)?;
    let mut rows = select.query(with)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let fingerprint: String = row.get(0)?;
        let der: Vec<u8> = row.get(1)?;
        let cert = X509Cert::from_der(&der)
            .ok()
            .filter(|cert| cert.fingerprint().as_hex() == fingerprint)
            .ok_or_else(|| damaged(format!("certificate {fingerprint}")))?;
        found.push(Cert::X509(cert));
    }
    Ok(found)
}

/// Keeps a private key that waits for its certificate.
pub(super) fn put_waiting(
    tx: &Transaction<'_>,
    key: &VaultKey,
    waiting: &WaitingKey,
    secret: &Secret<Vec<u8>>,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO waiting_key (spki, address, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        (
            &waiting.key,
            waiting.address.as_str(),
            from_time(waiting.at),
        ),
    )?;
    let record = Record::new(Place::WaitingKey, &waiting.key);
    seal(tx, key, &record, secret.expose())
}

/// The keys that wait, oldest first.
pub(super) fn all_waiting(conn: &Connection) -> Result<Vec<WaitingKey>, Fault> {
    let sql = "SELECT spki, address, at FROM waiting_key ORDER BY at, spki";
    let mut select = conn.prepare_cached(sql)?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(WaitingKey {
            key: row.get(0)?,
            address: to_address(&row.get::<_, String>(1)?)?,
            at: to_time(row.get(2)?)?,
        });
    }
    Ok(found)
}

/// Whether a key waits under this name.
pub(super) fn is_waiting(conn: &Connection, name: &str) -> Result<bool, Fault> {
    let sql = "SELECT EXISTS (SELECT 1 FROM waiting_key WHERE spki = ?1)";
    Ok(conn.query_row(sql, [name], |row| row.get(0))?)
}

/// One key that waits.
pub(super) fn waiting(
    conn: &Connection,
    key: &VaultKey,
    name: &str,
) -> Result<Option<Secret<Vec<u8>>>, Fault> {
    take(conn, key, &Record::new(Place::WaitingKey, name))
}

/// It waits no longer.
pub(super) fn remove_waiting(tx: &Transaction<'_>, name: &str) -> Result<(), Fault> {
    tx.execute("DELETE FROM waiting_key WHERE spki = ?1", [name])?;
    remove(tx, Place::WaitingKey, name)
}

/// By which standard letters to this address shall be protected.
pub(super) fn preference(conn: &Connection, address: &Address) -> Result<Option<Scheme>, Fault> {
    let sql = "SELECT scheme FROM preference WHERE address_key = ?1";
    let word: Option<String> = conn
        .query_row(sql, [address.key()], |row| row.get(0))
        .optional()?;
    Ok(match word.as_deref() {
        Some("openpgp") => Some(Scheme::OpenPgp),
        Some("smime") => Some(Scheme::Smime),
        Some(_) | None => None,
    })
}

/// Records that.
pub(super) fn prefer(
    tx: &Transaction<'_>,
    address: &Address,
    scheme: Option<Scheme>,
) -> Result<(), Fault> {
    match scheme {
        Some(scheme) => tx.execute(
            "INSERT INTO preference (address_key, scheme) VALUES (?1, ?2)
             ON CONFLICT (address_key) DO UPDATE SET scheme = excluded.scheme",
            (address.key(), scheme.word()),
        )?,
        None => tx.execute(
            "DELETE FROM preference WHERE address_key = ?1",
            [address.key()],
        )?,
    };
    Ok(())
}

/// Keeps what a person's mail program can read, unless something newer is known.
pub(super) fn put_capabilities(
    tx: &Transaction<'_>,
    address: &Address,
    list: &[u8],
    at: Time,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO capability (address_key, list, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (address_key) DO UPDATE SET list = excluded.list, at = excluded.at
         WHERE excluded.at >= capability.at",
        (address.key(), list, from_time(at)),
    )?;
    Ok(())
}

/// What was kept so.
pub(super) fn capabilities(conn: &Connection, address: &Address) -> Result<Option<Vec<u8>>, Fault> {
    let sql = "SELECT list FROM capability WHERE address_key = ?1";
    Ok(conn
        .query_row(sql, [address.key()], |row| row.get(0))
        .optional()?)
}
