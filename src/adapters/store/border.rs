//! The person's own mail server out there, whose word about others counts (rule 64).

use super::failure::Fault;
use super::values::from_time;
use crate::base::Time;
use rusqlite::{Connection, OptionalExtension, Transaction};

/// Its name, if the person said so.
pub(super) fn get(conn: &Connection) -> Result<Option<String>, Fault> {
    let mut select = conn.prepare_cached("SELECT host FROM border")?;
    Ok(select.query_row([], |row| row.get(0)).optional()?)
}

/// From now on it is this one, or none.
pub(super) fn set(tx: &Transaction<'_>, host: Option<&str>, at: Time) -> Result<(), Fault> {
    match host {
        Some(host) => tx.execute(
            "INSERT INTO border (only, host, at) VALUES (1, ?1, ?2)
             ON CONFLICT DO UPDATE SET host = excluded.host, at = excluded.at",
            (host, from_time(at)),
        )?,
        None => tx.execute("DELETE FROM border", [])?,
    };
    Ok(())
}
