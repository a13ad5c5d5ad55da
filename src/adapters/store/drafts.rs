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

/// Where newer words stand beside the whole draft.
const WORDS: i64 = 1;

/// The words that were written after all of it.
pub(super) fn words(
    conn: &Connection,
    key: &VaultKey,
    id: &str,
) -> Result<Option<Secret<Vec<u8>>>, Fault> {
    take(conn, key, &Record::new(Place::Draft, id).part(WORDS))
}

/// Writes newer words beside a draft that is there. `false` where it is not: they would be all that
/// is left of it, and are not written.
pub(super) fn put_words(
    tx: &Transaction<'_>,
    key: &VaultKey,
    id: &str,
    bytes: &[u8],
    at: Time,
) -> Result<bool, Fault> {
    let there = tx.execute(
        "UPDATE draft SET at = ?2 WHERE id = ?1",
        (id, from_time(at)),
    )?;
    if there == 0 {
        return Ok(false);
    }
    sealed::put(tx, key, &Record::new(Place::Draft, id).part(WORDS), bytes)?;
    Ok(true)
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
    sealed::remove_part(tx, &Record::new(Place::Draft, id).part(WORDS))?;
    sealed::put(tx, key, &Record::new(Place::Draft, id), bytes)
}

/// Removes a draft.
pub(super) fn remove(tx: &Transaction<'_>, id: &str) -> Result<(), Fault> {
    tx.execute("DELETE FROM draft WHERE id = ?1", [id])?;
    sealed::remove(tx, Place::Draft, id)
}
