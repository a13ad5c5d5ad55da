//! Received letters.

use super::failure::Fault;
use super::sealed::{Place, Record, put, take_present};
use super::values::{from_time, to_time};
use super::vault::key::VaultKey;
use crate::address::Address;
use crate::app::port::{Letter, LetterHead};
use crate::base::Time;
use rusqlite::{Connection, OptionalExtension, Transaction};

/// The letters of an account, newest first.
pub(super) fn all(conn: &Connection, account: &Address) -> Result<Vec<LetterHead>, Fault> {
    let mut select = conn.prepare_cached(
        "SELECT id, uid, at, blocked FROM letter WHERE account_key = ?1 ORDER BY id DESC",
    )?;
    let mut rows = select.query([account.key()])?;
    let mut heads = Vec::new();
    while let Some(row) = rows.next()? {
        heads.push(LetterHead {
            id: row.get(0)?,
            uid: row.get(1)?,
            at: to_time(row.get(2)?)?,
            blocked: row.get(3)?,
        });
    }
    Ok(heads)
}

/// Keeps a letter; one with the same uid is left as it is.
pub(super) fn put_letter(
    tx: &Transaction<'_>,
    key: &VaultKey,
    account: &Address,
    (uid, blocked, at): (&str, bool, Time),
    bytes: &[u8],
) -> Result<(), Fault> {
    let added = tx.execute(
        "INSERT INTO letter (account_key, uid, at, blocked) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
        (account.key(), uid, from_time(at), blocked),
    )?;
    if added == 0 {
        return Ok(());
    }
    let owner = tx.last_insert_rowid().to_string();
    let binding = binding(account.key(), uid);
    let record = Record::new(Place::Letter, &owner).bound_to(&binding);
    put(tx, key, &record, bytes)
}

/// One letter.
pub(super) fn one(conn: &Connection, key: &VaultKey, id: i64) -> Result<Option<Letter>, Fault> {
    let row = conn
        .query_row(
            "SELECT account_key, uid, at, blocked FROM letter WHERE id = ?1",
            [id],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, bool>(3)?,
                ))
            },
        )
        .optional()?;
    let Some((account, uid, at, blocked)) = row else {
        return Ok(None);
    };
    let (owner, binding) = (id.to_string(), binding(&account, &uid));
    let record = Record::new(Place::Letter, &owner).bound_to(&binding);
    let mut bytes = take_present(conn, key, &record)?;
    let at = to_time(at)?;
    Ok(Some(Letter {
        head: LetterHead {
            id,
            uid,
            at,
            blocked,
        },
        bytes: std::mem::take(bytes.expose_mut()),
    }))
}

/// A letter belongs to its account and uid. No address holds a NUL.
fn binding(account: &str, uid: &str) -> Vec<u8> {
    [account.as_bytes(), b"\0", uid.as_bytes()].concat()
}
