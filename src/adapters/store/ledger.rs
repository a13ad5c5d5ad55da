//! Which certificate was ever seen for which address, and what the person decided.

use super::certs::addresses;
use super::failure::Fault;
use super::values::{
    from_provenance, from_time, to_address, to_checked, to_fingerprint, to_provenance, to_time,
};
use crate::address::Address;
use crate::app::port::{CertProvenance, Decided, Seen, Sighting};
use crate::base::Time;
use crate::cert::{Acceptance, Cert, Checked, Fingerprint};
use rusqlite::{Connection, Transaction};

/// Writes that `cert` came from there, for each of its addresses.
pub(super) fn note(
    tx: &Transaction<'_>,
    cert: &Cert,
    from: CertProvenance,
    at: Time,
) -> Result<(), Fault> {
    let fingerprint = cert.fingerprint();
    let mut keys: Vec<String> = addresses(cert)
        .iter()
        .map(|address| address.key().to_owned())
        .collect();
    if keys.is_empty() {
        keys.push(String::new());
    }
    let mut insert = tx.prepare_cached(
        "INSERT INTO ledger (address_key, fingerprint, origin, first, last)
         VALUES (?1, ?2, ?3, ?4, ?4)
         ON CONFLICT DO UPDATE SET last = max(last, excluded.last), first = min(first, excluded.first)",
    )?;
    for key in keys {
        insert.execute((
            key,
            fingerprint.as_hex(),
            from_provenance(from),
            from_time(at),
        ))?;
    }
    Ok(())
}

/// All lines of an address.
pub(super) fn lines(conn: &Connection, address: &Address) -> Result<Vec<Seen>, Fault> {
    let mut select = conn.prepare_cached(
        "SELECT fingerprint, origin, first, last FROM ledger WHERE address_key = ?1
         ORDER BY first, id",
    )?;
    let mut rows = select.query([address.key()])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(Seen {
            fingerprint: to_fingerprint(&row.get::<_, String>(0)?)?,
            from: to_provenance(&row.get::<_, String>(1)?)?,
            first: to_time(row.get(2)?)?,
            last: to_time(row.get(3)?)?,
        });
    }
    Ok(lines)
}

/// All lines of a certificate.
pub(super) fn sightings(
    conn: &Connection,
    fingerprint: &Fingerprint,
) -> Result<Vec<Sighting>, Fault> {
    let mut select = conn.prepare_cached(
        "SELECT address_key, origin, first, last FROM ledger WHERE fingerprint = ?1
         ORDER BY first, id",
    )?;
    let mut rows = select.query([fingerprint.as_hex()])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let address: String = row.get(0)?;
        lines.push(Sighting {
            address: match address.as_str() {
                "" => None,
                address => Some(to_address(address)?),
            },
            from: to_provenance(&row.get::<_, String>(1)?)?,
            first: to_time(row.get(2)?)?,
            last: to_time(row.get(3)?)?,
        });
    }
    Ok(lines)
}

/// All decisions about a certificate, those too that hold no more.
pub(super) fn decisions(
    conn: &Connection,
    fingerprint: &Fingerprint,
) -> Result<Vec<Decided>, Fault> {
    let mut select = conn.prepare_cached(
        "SELECT address, checked, at FROM decision WHERE fingerprint = ?1 ORDER BY id",
    )?;
    let mut rows = select.query([fingerprint.as_hex()])?;
    let mut decisions = Vec::new();
    while let Some(row) = rows.next()? {
        decisions.push(Decided {
            address: to_address(&row.get::<_, String>(0)?)?,
            checked: to_checked(&row.get::<_, String>(1)?)?,
            at: to_time(row.get(2)?)?,
        });
    }
    Ok(decisions)
}

/// Records a decision. Earlier ones stay on record and hold no more.
pub(super) fn decide(
    tx: &Transaction<'_>,
    address: &Address,
    fingerprint: &Fingerprint,
    checked: Checked,
    at: Time,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO decision (address_key, address, fingerprint, checked, at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (
            address.key(),
            address.as_str(),
            fingerprint.as_hex(),
            checked.word(),
            from_time(at),
        ),
    )?;
    Ok(())
}

/// The decisions that hold.
pub(super) fn acceptance(conn: &Connection) -> Result<Acceptance, Fault> {
    let mut select =
        conn.prepare_cached("SELECT address, fingerprint, checked FROM decision ORDER BY id")?;
    let mut rows = select.query([])?;
    let mut acceptance = Acceptance::new();
    while let Some(row) = rows.next()? {
        acceptance.decide(
            to_address(&row.get::<_, String>(0)?)?,
            to_fingerprint(&row.get::<_, String>(1)?)?,
            to_checked(&row.get::<_, String>(2)?)?,
        );
    }
    Ok(acceptance)
}
