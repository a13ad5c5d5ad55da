//! Judgements of messages, by hash: a cache that is thrown away when anything changes that they rest on.

use super::failure::Fault;
use rusqlite::{Connection, Transaction};

/// All under this stamp.
pub(super) fn all(conn: &Connection, stamp: &str) -> Result<Vec<(String, String)>, Fault> {
    let mut select = conn.prepare_cached("SELECT hash, verdict FROM judged WHERE stamp = ?1")?;
    let mut rows = select.query([stamp])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((row.get(0)?, row.get(1)?));
    }
    Ok(found)
}

/// Remembers some; those under other stamps go, and the oldest beyond `most`.
pub(super) fn put(
    tx: &Transaction<'_>,
    stamp: &str,
    judged: &[(String, String)],
    most: usize,
) -> Result<(), Fault> {
    if judged.is_empty() {
        return Ok(());
    }
    tx.execute("DELETE FROM judged WHERE stamp <> ?1", [stamp])?;
    let mut insert = tx.prepare_cached(
        "INSERT OR REPLACE INTO judged (hash, stamp, verdict) VALUES (?1, ?2, ?3)",
    )?;
    for (hash, verdict) in judged {
        insert.execute([hash.as_str(), stamp, verdict.as_str()])?;
    }
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    tx.execute(
        "DELETE FROM judged WHERE id <= (SELECT max(id) FROM judged) - ?1",
        [most],
    )?;
    Ok(())
}
