//! Whom the person does not want to hear from.

use super::failure::{Fault, damaged};
use super::values::{from_time, to_time};
use crate::base::Time;
use crate::settings::Blocked;
use rusqlite::{Connection, Transaction};

/// All of them, and since when; the newest first.
pub(super) fn all(conn: &Connection) -> Result<Vec<(Blocked, Time)>, Fault> {
    let mut select = conn.prepare_cached("SELECT entry, at FROM blocked ORDER BY at DESC")?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let entry: String = row.get(0)?;
        let entry = Blocked::parse(&entry).map_err(|_| damaged("a blocked sender"))?;
        found.push((entry, to_time(row.get(1)?)?));
    }
    Ok(found)
}

/// Adds one; whoever is there stays as they are.
pub(super) fn add(tx: &Transaction<'_>, entry: &Blocked, at: Time) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO blocked (entry, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        (entry.to_string(), from_time(at)),
    )?;
    Ok(())
}

/// Takes one out: whether it was there.
pub(super) fn remove(tx: &Transaction<'_>, entry: &Blocked) -> Result<bool, Fault> {
    let gone = tx.execute("DELETE FROM blocked WHERE entry = ?1", [entry.to_string()])?;
    Ok(gone > 0)
}
