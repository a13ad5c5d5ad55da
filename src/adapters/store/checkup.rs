//! What the check-up remembers, by name.

use super::failure::Fault;
use super::values::{from_time, to_time};
use crate::base::Time;
use rusqlite::{Connection, OptionalExtension, Transaction};

/// Keeps something under a name.
pub(super) fn put(tx: &Transaction<'_>, name: &str, value: &[u8], at: Time) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO checkup (name, at, value) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET at = excluded.at, value = excluded.value",
        (name, from_time(at), value),
    )?;
    Ok(())
}

/// What is kept under a name, and since when.
pub(super) fn one(conn: &Connection, name: &str) -> Result<Option<(Vec<u8>, Time)>, Fault> {
    let found: Option<(i64, Vec<u8>)> = conn
        .query_row(
            "SELECT at, value FROM checkup WHERE name = ?1",
            [name],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    found
        .map(|(at, value)| Ok((value, to_time(at)?)))
        .transpose()
}
