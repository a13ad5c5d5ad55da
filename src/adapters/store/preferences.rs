//! The window's look and place, and the text under letters.

use super::failure::{Fault, damaged};
use super::sealed::{self, Place, Record, take};
use super::vault::key::VaultKey;
use crate::address::Address;
use crate::settings::{Preferences, PreferencesChange};
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::Serialize;
use serde::de::DeserializeOwned;

const THEME: &str = "theme";
const TEXT_SIZE: &str = "text-size";
const WINDOW: &str = "window";

/// All preferences. One that is not understood is as if it had never been chosen: a look is no
/// reason to refuse a home.
pub(super) fn all(conn: &Connection) -> Result<Preferences, Fault> {
    Ok(Preferences {
        theme: one(conn, THEME)?.unwrap_or_default(),
        text_size: one(conn, TEXT_SIZE)?.unwrap_or_default(),
        window: one(conn, WINDOW)?,
    })
}

/// Changes some of them and returns all.
pub(super) fn change(
    tx: &Transaction<'_>,
    change: &PreferencesChange,
) -> Result<Preferences, Fault> {
    put(tx, THEME, change.theme.as_ref())?;
    put(tx, TEXT_SIZE, change.text_size.as_ref())?;
    put(tx, WINDOW, change.window.as_ref())?;
    all(tx)
}

fn one<T: DeserializeOwned>(conn: &Connection, name: &str) -> Result<Option<T>, Fault> {
    let value: Option<String> = conn
        .prepare_cached("SELECT value FROM look WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
}

fn put<T: Serialize>(tx: &Transaction<'_>, name: &str, value: Option<&T>) -> Result<(), Fault> {
    let Some(value) = value else {
        return Ok(());
    };
    let value = serde_json::to_string(value).map_err(|_| damaged("a preference"))?;
    tx.execute(
        "INSERT INTO look (name, value) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET value = excluded.value",
        (name, value),
    )?;
    Ok(())
}

/// Whether there is a text to unseal.
pub(super) fn has_signature(conn: &Connection, address: &Address) -> Result<bool, Fault> {
    sealed::is_there(conn, Place::Signature, address.key())
}

/// The text under the letters of an address.
pub(super) fn signature(
    conn: &Connection,
    key: &VaultKey,
    address: &Address,
) -> Result<Option<String>, Fault> {
    let Some(bytes) = take(conn, key, &Record::new(Place::Signature, address.key()))? else {
        return Ok(None);
    };
    let text = std::str::from_utf8(bytes.expose()).map_err(|_| damaged("a signature text"))?;
    Ok(Some(text.to_owned()))
}

/// Keeps that text.
pub(super) fn put_signature(
    tx: &Transaction<'_>,
    key: &VaultKey,
    address: &Address,
    text: &str,
) -> Result<(), Fault> {
    let record = Record::new(Place::Signature, address.key());
    sealed::put(tx, key, &record, text.as_bytes())
}

/// Removes that text.
pub(super) fn remove_signature(tx: &Transaction<'_>, address: &Address) -> Result<(), Fault> {
    sealed::remove(tx, Place::Signature, address.key())
}
