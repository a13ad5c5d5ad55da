//! The outbox: letters that wait, and how far each copy is.

use super::failure::{Fault, damaged};
use super::owner::is_dead;
use super::sealed::{self, Place, Record, put, take, take_present};
use super::values::{from_time, to_address, to_time};
use super::vault::key::VaultKey;
use crate::address::Address;
use crate::app::port::{OutboxEntry, OutboxId, OutboxState, StoreFailure, StoredCopy};
use crate::base::Time;
use crate::protect::{Outgoing, Protection};
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What is sealed of an entry beside its bytes.
#[derive(Serialize, Deserialize)]
struct Head {
    from: String,
    subject: String,
    message_id: String,
    protection: Protection,
    /// Envelope recipients, for each copy.
    copies: Vec<Vec<String>>,
}

/// The names of the states in the database.
mod state {
    pub(super) const WAITING: &str = "waiting";
    pub(super) const SENDING: &str = "sending";
    pub(super) const SENDING_DATA: &str = "sending-data";
    pub(super) const SENT: &str = "sent";
    pub(super) const REFUSED: &str = "refused";
    pub(super) const MAYBE_SENT: &str = "maybe-sent";
}

/// Puts a letter, all copies waiting.
pub(super) fn enqueue(
    tx: &Transaction<'_>,
    key: &VaultKey,
    from: &Address,
    (subject, message_id): (&str, &str),
    outgoing: &Outgoing,
    at: Time,
) -> Result<OutboxId, Fault> {
    tx.execute("INSERT INTO outbox (at) VALUES (?1)", [from_time(at)])?;
    let id = tx.last_insert_rowid();
    let owner = id.to_string();
    let head = Head {
        from: from.as_str().to_owned(),
        subject: subject.to_owned(),
        message_id: message_id.to_owned(),
        protection: outgoing.protection(),
        copies: outgoing
            .copies()
            .iter()
            .map(|copy| {
                let to = copy.envelope_to().iter();
                to.map(|address| address.as_str().to_owned()).collect()
            })
            .collect(),
    };
    let head = serde_json::to_vec(&head).map_err(|_| damaged("an outbox entry"))?;
    put(tx, key, &Record::new(Place::OutboxHead, &owner), &head)?;
    for (index, copy) in outgoing.copies().iter().enumerate() {
        let part = part(index)?;
        tx.execute(
            "INSERT INTO outbox_copy (outbox, part, state) VALUES (?1, ?2, ?3)",
            (id, part, state::WAITING),
        )?;
        let record = Record::new(Place::OutboxCopy, &owner).part(part);
        put(tx, key, &record, copy.bytes())?;
    }
    Ok(id)
}

fn part(index: usize) -> Result<i64, Fault> {
    Ok(i64::try_from(index).map_err(|_| damaged("a copy's number"))?)
}

fn head(conn: &Connection, key: &VaultKey, owner: &str) -> Result<Head, Fault> {
    let bytes = take_present(conn, key, &Record::new(Place::OutboxHead, owner))?;
    Ok(serde_json::from_slice(bytes.expose()).map_err(|_| damaged("an outbox entry"))?)
}

/// All entries, oldest first. What a dead process was sending is shown sorted, whether or not
/// [`settle`] could write it down.
pub(super) fn all(
    conn: &Connection,
    key: &VaultKey,
    dead: &[String],
) -> Result<Vec<OutboxEntry>, Fault> {
    let mut select = conn.prepare_cached("SELECT id, at FROM outbox ORDER BY id")?;
    let mut rows = select.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, at): (i64, i64) = (row.get(0)?, row.get(1)?);
        let head = head(conn, key, &id.to_string())?;
        entries.push(OutboxEntry {
            id,
            at: to_time(at)?,
            from: to_address(&head.from)?,
            subject: head.subject,
            message_id: head.message_id,
            protection: head.protection,
            copies: copies(conn, key, id, &head.copies, dead)?,
        });
    }
    Ok(entries)
}

fn copies(
    conn: &Connection,
    key: &VaultKey,
    id: OutboxId,
    recipients: &[Vec<String>],
    dead: &[String],
) -> Result<Vec<StoredCopy>, Fault> {
    let mut select = conn
        .prepare_cached("SELECT state, owner FROM outbox_copy WHERE outbox = ?1 AND part = ?2")?;
    let mut copies = Vec::new();
    for (index, to) in recipients.iter().enumerate() {
        let part = part(index)?;
        let (word, owner): (String, Option<String>) =
            select.query_row((id, part), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let is_dead = owner.is_some_and(|owner| dead.contains(&owner));
        let addresses: Result<Vec<Address>, Fault> = to.iter().map(|a| to_address(a)).collect();
        copies.push(StoredCopy {
            index,
            envelope_to: addresses?,
            state: match (word.as_str(), is_dead) {
                (state::SENDING, true) => OutboxState::Waiting,
                (state::SENDING_DATA, true) => OutboxState::MaybeSent,
                (word, _) => read_state(conn, key, id, part, word)?,
            },
        });
    }
    Ok(copies)
}

fn read_state(
    conn: &Connection,
    key: &VaultKey,
    id: OutboxId,
    part: i64,
    word: &str,
) -> Result<OutboxState, Fault> {
    let note = || -> Result<String, Fault> {
        let owner = id.to_string();
        let record = Record::new(Place::OutboxNote, &owner).part(part);
        let bytes = take(conn, key, &record)?.ok_or_else(|| damaged("a receipt"))?;
        Ok(String::from_utf8(bytes.expose().clone()).map_err(|_| damaged("a receipt"))?)
    };
    match word {
        state::WAITING => Ok(OutboxState::Waiting),
        state::SENDING => Ok(OutboxState::Sending { data_begun: false }),
        state::SENDING_DATA => Ok(OutboxState::Sending { data_begun: true }),
        state::SENT => Ok(OutboxState::Sent { receipt: note()? }),
        state::REFUSED => Ok(OutboxState::Refused { why: note()? }),
        state::MAYBE_SENT => Ok(OutboxState::MaybeSent),
        _ => Err(damaged("a copy's state").into()),
    }
}

/// The processes that were sending and are dead.
pub(super) fn dead_owners(conn: &Connection, live: Option<&Path>) -> Result<Vec<String>, Fault> {
    let Some(live) = live else {
        return Ok(Vec::new());
    };
    let mut select =
        conn.prepare_cached("SELECT DISTINCT owner FROM outbox_copy WHERE owner IS NOT NULL")?;
    let owners: Vec<String> = select
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(owners
        .into_iter()
        .filter(|owner| is_dead(live, owner))
        .collect())
}

/// Writes down what became of the letters that dead processes were sending (rule 62).
pub(super) fn settle(tx: &Transaction<'_>, dead: &[String]) -> Result<(), Fault> {
    let mut update = tx.prepare_cached(
        "UPDATE outbox_copy SET state = ?2, owner = NULL WHERE owner = ?1 AND state = ?3",
    )?;
    for owner in dead {
        update.execute((owner, state::WAITING, state::SENDING))?;
        update.execute((owner, state::MAYBE_SENT, state::SENDING_DATA))?;
    }
    Ok(())
}

/// A letter's copies with their bytes.
pub(super) fn outgoing(
    conn: &Connection,
    key: &VaultKey,
    id: OutboxId,
) -> Result<Option<Outgoing>, Fault> {
    let owner = id.to_string();
    let found: Option<i64> = conn
        .query_row("SELECT id FROM outbox WHERE id = ?1", [id], |row| {
            row.get(0)
        })
        .optional()?;
    if found.is_none() {
        return Ok(None);
    }
    let head = head(conn, key, &owner)?;
    let mut copies = Vec::new();
    for (index, to) in head.copies.iter().enumerate() {
        let record = Record::new(Place::OutboxCopy, &owner).part(part(index)?);
        let mut bytes = take_present(conn, key, &record)?;
        let addresses: Result<Vec<Address>, Fault> = to.iter().map(|a| to_address(a)).collect();
        copies.push((addresses?, std::mem::take(bytes.expose_mut())));
    }
    let outgoing = Outgoing::restore(head.protection, copies)
        .map_err(|_| damaged("a letter in the outbox"))?;
    Ok(Some(outgoing))
}

/// Takes a copy for `owner`, if it is still in the state that was seen.
pub(super) fn claim(
    tx: &Transaction<'_>,
    (id, index): (OutboxId, usize),
    seen: &OutboxState,
    owner: &str,
) -> Result<bool, Fault> {
    let seen = match seen {
        OutboxState::Waiting => state::WAITING,
        OutboxState::Refused { .. } => state::REFUSED,
        OutboxState::MaybeSent => state::MAYBE_SENT,
        OutboxState::Sending { .. } | OutboxState::Sent { .. } => return Ok(false),
    };
    let part = part(index)?;
    let taken = tx.execute(
        "UPDATE outbox_copy SET state = ?4, owner = ?3
         WHERE outbox = ?1 AND part = ?2 AND state = ?5",
        (id, part, owner, state::SENDING, seen),
    )?;
    if taken == 0 {
        return Ok(false);
    }
    let name = id.to_string();
    sealed::remove_part(tx, &Record::new(Place::OutboxNote, &name).part(part))?;
    Ok(true)
}

/// Sets a copy's state; the vault key is needed for the states that carry a text. What another process is sending is not touched, and what was sent stays
/// sent.
pub(super) fn set_state(
    tx: &Transaction<'_>,
    key: Option<&VaultKey>,
    (id, index): (OutboxId, usize),
    to: &OutboxState,
    me: &str,
) -> Result<(), Fault> {
    let part = part(index)?;
    let (word, owner): (String, Option<String>) = tx
        .query_row(
            "SELECT state, owner FROM outbox_copy WHERE outbox = ?1 AND part = ?2",
            (id, part),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?
        .ok_or_else(|| damaged(format!("outbox entry {id} is gone")))?;
    if owner.is_some_and(|owner| owner != me) {
        return Err(StoreFailure::Busy.into());
    }
    if word == state::SENT {
        return Ok(());
    }
    let (word, owner, note) = match to {
        OutboxState::Waiting => (state::WAITING, None, None),
        OutboxState::Sending { data_begun: false } => (state::SENDING, Some(me), None),
        OutboxState::Sending { data_begun: true } => (state::SENDING_DATA, Some(me), None),
        OutboxState::Sent { receipt } => (state::SENT, None, Some(receipt)),
        OutboxState::Refused { why } => (state::REFUSED, None, Some(why)),
        OutboxState::MaybeSent => (state::MAYBE_SENT, None, None),
    };
    tx.execute(
        "UPDATE outbox_copy SET state = ?3, owner = ?4 WHERE outbox = ?1 AND part = ?2",
        (id, part, word, owner),
    )?;
    let name = id.to_string();
    let record = Record::new(Place::OutboxNote, &name).part(part);
    match note {
        Some(note) => {
            let key = key.ok_or(StoreFailure::VaultLocked)?;
            put(tx, key, &record, note.as_bytes())
        }
        None => sealed::remove_part(tx, &record),
    }
}

/// Parts recipients off a copy that was sent to others: they get a waiting copy of the same bytes.
pub(super) fn part_off(
    tx: &Transaction<'_>,
    key: &VaultKey,
    (id, index): (OutboxId, usize),
    refused: &[Address],
) -> Result<(), Fault> {
    let owner = id.to_string();
    let from = part(index)?;
    let sent: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM outbox_copy WHERE outbox = ?1 AND part = ?2 AND state = ?3)",
        (id, from, state::SENT),
        |row| row.get(0),
    )?;
    if !sent {
        return Ok(());
    }
    let mut head = head(tx, key, &owner)?;
    let Some(named) = head.copies.get_mut(index) else {
        return Err(damaged("a copy's number").into());
    };
    let is_refused = |to: &String| refused.iter().any(|address| address.as_str() == to);
    let (parted, kept): (Vec<String>, Vec<String>) = named.drain(..).partition(is_refused);
    if parted.is_empty() || kept.is_empty() {
        return Ok(());
    }
    *named = kept;
    let to = part(head.copies.len())?;
    head.copies.push(parted);
    let head = serde_json::to_vec(&head).map_err(|_| damaged("an outbox entry"))?;
    put(tx, key, &Record::new(Place::OutboxHead, &owner), &head)?;
    let bytes = take_present(tx, key, &Record::new(Place::OutboxCopy, &owner).part(from))?;
    tx.execute(
        "INSERT INTO outbox_copy (outbox, part, state) VALUES (?1, ?2, ?3)",
        (id, to, state::WAITING),
    )?;
    let record = Record::new(Place::OutboxCopy, &owner).part(to);
    put(tx, key, &record, bytes.expose())
}

/// Removes a letter, unless a process is sending it.
pub(super) fn remove(tx: &Transaction<'_>, id: OutboxId) -> Result<(), Fault> {
    let sending: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM outbox_copy WHERE outbox = ?1 AND owner IS NOT NULL)",
        [id],
        |row| row.get(0),
    )?;
    if sending {
        return Err(StoreFailure::Busy.into());
    }
    tx.execute("DELETE FROM outbox WHERE id = ?1", [id])?;
    let owner = id.to_string();
    for place in [Place::OutboxHead, Place::OutboxCopy, Place::OutboxNote] {
        sealed::remove(tx, place, &owner)?;
    }
    Ok(())
}
