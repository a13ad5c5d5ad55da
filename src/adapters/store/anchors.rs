//! Whom the person trusts to vouch for others, and whom not; cached revocation lists.

use super::failure::{Fault, damaged};
use super::values::{from_time, to_fingerprint, to_time};
use crate::address::Address;
use crate::app::port::{CachedList, PinnedAnchor};
use crate::base::Time;
use crate::cert::Fingerprint;
use crate::cert::x509::chain::AnchorFor;
use rusqlite::{Connection, OptionalExtension, Transaction};

/// The name of the system's list that does not say what for.
const SYSTEM_LIST: &str = "system";

fn words(counts_for: &AnchorFor) -> (&'static str, &str) {
    match counts_for {
        AnchorFor::Anybody => ("anybody", ""),
        AnchorFor::Domain(domain) => ("domain", domain),
        AnchorFor::Address(address) => ("address", address.as_str()),
    }
}

fn meaning(kind: &str, name: &str) -> Result<AnchorFor, Fault> {
    match kind {
        "anybody" => Ok(AnchorFor::Anybody),
        "domain" => Ok(AnchorFor::Domain(name.to_owned())),
        "address" => Address::parse(name)
            .map(AnchorFor::Address)
            .map_err(|_| damaged("an anchor").into()),
        _ => Err(damaged("an anchor").into()),
    }
}

/// All that were pinned.
pub(super) fn all(conn: &Connection) -> Result<Vec<PinnedAnchor>, Fault> {
    let mut select =
        conn.prepare_cached("SELECT fingerprint, der, kind, name, at FROM anchor ORDER BY id")?;
    let mut rows = select.query([])?;
    let mut anchors = Vec::new();
    while let Some(row) = rows.next()? {
        anchors.push(PinnedAnchor {
            fingerprint: to_fingerprint(&row.get::<_, String>(0)?)?,
            der: row.get(1)?,
            counts_for: meaning(&row.get::<_, String>(2)?, &row.get::<_, String>(3)?)?,
            since: to_time(row.get(4)?)?,
        });
    }
    Ok(anchors)
}

/// Pins one; what was distrusted is so no more.
pub(super) fn pin(tx: &Transaction<'_>, anchor: &PinnedAnchor) -> Result<(), Fault> {
    let (kind, name) = words(&anchor.counts_for);
    let fingerprint = anchor.fingerprint.as_hex();
    forgive(tx, &anchor.fingerprint)?;
    tx.execute(
        "INSERT INTO anchor (fingerprint, der, kind, name, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
        (
            fingerprint,
            &anchor.der,
            kind,
            name,
            from_time(anchor.since),
        ),
    )?;
    Ok(())
}

/// Those that no chain may lead through.
pub(super) fn distrusted(conn: &Connection) -> Result<Vec<Fingerprint>, Fault> {
    let mut select = conn.prepare_cached("SELECT fingerprint FROM distrust")?;
    let mut rows = select.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(to_fingerprint(&row.get::<_, String>(0)?)?);
    }
    Ok(all)
}

/// From now on no chain leads through it, and it is no anchor.
pub(super) fn distrust(
    tx: &Transaction<'_>,
    fingerprint: &Fingerprint,
    at: Time,
) -> Result<(), Fault> {
    let hex = fingerprint.as_hex();
    tx.execute("DELETE FROM anchor WHERE fingerprint = ?1", [hex])?;
    tx.execute(
        "INSERT INTO distrust (fingerprint, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        (hex, from_time(at)),
    )?;
    Ok(())
}

/// What was distrusted is so no more.
pub(super) fn forgive(tx: &Transaction<'_>, fingerprint: &Fingerprint) -> Result<(), Fault> {
    let hex = fingerprint.as_hex();
    tx.execute("DELETE FROM distrust WHERE fingerprint = ?1", [hex])?;
    Ok(())
}

/// Whether the person switched the system's list on.
pub(super) fn uses_system_list(conn: &Connection) -> Result<bool, Fault> {
    let found: Option<i64> = conn
        .query_row(
            "SELECT at FROM trust_list WHERE name = ?1",
            [SYSTEM_LIST],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.is_some())
}

/// Switches it on or off.
pub(super) fn use_system_list(tx: &Transaction<'_>, used: bool, at: Time) -> Result<(), Fault> {
    if used {
        tx.execute(
            "INSERT INTO trust_list (name, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (SYSTEM_LIST, from_time(at)),
        )?;
    } else {
        tx.execute("DELETE FROM trust_list WHERE name = ?1", [SYSTEM_LIST])?;
    }
    Ok(())
}

/// Keeps a list, or what an authority answered, under the place that it came from.
pub(super) fn put_list(tx: &Transaction<'_>, list: &CachedList) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO revocation (place, fetched, der) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET fetched = excluded.fetched, der = excluded.der",
        (&list.place, from_time(list.fetched), &list.der),
    )?;
    Ok(())
}

/// What came from a place.
pub(super) fn list(conn: &Connection, place: &str) -> Result<Option<CachedList>, Fault> {
    let found: Option<(i64, Vec<u8>)> = conn
        .query_row(
            "SELECT fetched, der FROM revocation WHERE place = ?1",
            [place],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    found
        .map(|(fetched, der)| {
            Ok(CachedList {
                place: place.to_owned(),
                fetched: to_time(fetched)?,
                der,
            })
        })
        .transpose()
}
