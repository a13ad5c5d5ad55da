//! Accounts and their passwords.

use super::failure::{Fault, damaged};
use super::sealed::{Place, Record, put, take};
use super::vault::key::VaultKey;
use crate::address::Address;
use crate::base::{Passphrase, Secret};
use crate::settings::Account;
use rusqlite::{Connection, OptionalExtension, Transaction};

/// All accounts, in the order they were added.
pub(super) fn all(conn: &Connection) -> Result<Vec<Account>, Fault> {
    let mut select = conn.prepare_cached("SELECT settings FROM account ORDER BY id")?;
    let mut rows = select.query([])?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        let settings: String = row.get(0)?;
        let account = serde_json::from_str(&settings).map_err(|_| damaged("an account"))?;
        accounts.push(account);
    }
    Ok(accounts)
}

/// Adds or replaces the account of that address. The password is bound to the settings: whoever
/// names another server or another issuer in them gets no password sent there.
pub(super) fn put_account(
    tx: &Transaction<'_>,
    key: &VaultKey,
    account: &Account,
    password: &Passphrase,
) -> Result<(), Fault> {
    let settings = serde_json::to_string(account).map_err(|_| damaged("an account"))?;
    let owner = account.address.key();
    tx.execute(
        "INSERT INTO account (address_key, settings) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET settings = excluded.settings",
        (owner, &settings),
    )?;
    let record = Record::new(Place::Password, owner).bound_to(settings.as_bytes());
    put(tx, key, &record, password.expose().as_bytes())
}

/// Removes the account of that address, and its password.
pub(super) fn remove(tx: &Transaction<'_>, address: &Address) -> Result<(), Fault> {
    super::sealed::remove(tx, Place::Password, address.key())?;
    tx.execute(
        "DELETE FROM account WHERE address_key = ?1",
        [address.key()],
    )?;
    Ok(())
}

/// The password of an account.
pub(super) fn password(
    conn: &Connection,
    key: &VaultKey,
    address: &Address,
) -> Result<Option<Passphrase>, Fault> {
    let settings: Option<String> = conn
        .query_row(
            "SELECT settings FROM account WHERE address_key = ?1",
            [address.key()],
            |row| row.get(0),
        )
        .optional()?;
    let Some(settings) = settings else {
        return Ok(None);
    };
    let record = Record::new(Place::Password, address.key()).bound_to(settings.as_bytes());
    let Some(mut bytes) = take(conn, key, &record)? else {
        return Ok(None);
    };
    let text =
        String::from_utf8(std::mem::take(bytes.expose_mut())).map_err(|_| damaged("a password"))?;
    Ok(Some(Secret::new(text)))
}
