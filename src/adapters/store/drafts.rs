//! Drafts (rule 43).

use super::failure::Fault;
use super::sealed::{self, Place, Record, take};
use super::values::{from_time, to_time};
use super::vault::key::VaultKey;
use crate::app::port::DraftHead;
use crate::base::{Secret, Time};
use rusqlite::{Connection, Transaction};

/// All drafts, newest first.
pub(super) fn all(conn: &Connection) -> Result<Vec<DraftHead>, Fault> {
    let mut select =
        conn.prepare_cached("SELECT id, at FROM draft ORDER BY at DESC, rowid DESC")?;
    let mut rows = select.query([])?;
    let mut drafts = Vec::new();
    while let Some(row) = rows.next()? {
        drafts.push(DraftHead {
            id: row.get(0)?,
            at: to_time(row.get(1)?)?,
        });
    }
    Ok(drafts)
}

/// One draft's bytes.
pub(super) fn one(
    conn: &Connection,
    key: &VaultKey,
    id: &str,
) -> Result<Option<Secret<Vec<u8>>>, Fault> {
    take(conn, key, &Record::new(Place::Draft, id))
}

/// Writes a draft.
pub(super) fn put(
    tx: &Transaction<'_>,
    key: &VaultKey,
    id: &str,
    bytes: &[u8],
    at: Time,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO draft (id, at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET at = excluded.at",
        (id, from_time(at)),
    )?;
    sealed::put(tx, key, &Record::new(Place::Draft, id), bytes)
}

/// Removes a draft.
pub(super) fn remove(tx: &Transaction<'_>, id: &str) -> Result<(), Fault> {
    tx.execute("DELETE FROM draft WHERE id = ?1", [id])?;
    sealed::remove(tx, Place::Draft, id)
}
