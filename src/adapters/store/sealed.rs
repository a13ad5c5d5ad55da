//! Contents at rest: sealed in chunks, so that the memory they take is bounded and no chunk can be
//! altered, left out, or put elsewhere unnoticed.

use super::failure::{Fault, damaged};
use super::vault::key::{Binding, NotOurs, VaultKey, random};
use crate::app::port::StoreFailure;
use crate::base::Secret;
use crate::base::limits::MESSAGE_BYTES;
use rusqlite::{Connection, Transaction};

/// Bytes of content in one chunk.
const CHUNK: usize = 1 << 20;

/// Largest content: a message of the greatest size, and room for what a draft has around it.
const MOST_BYTES: u64 = MESSAGE_BYTES * 2;

/// What kind of content a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A secret key; its owner is the fingerprint.
    SecretKey,
    /// A private key that waits for its certificate; its owner is the public half's name.
    WaitingKey,
    /// A revocation certificate; its owner is the fingerprint.
    Revocation,
    /// An account's password; its owner is the address.
    Password,
    /// The text under an identity's letters; its owner is the address.
    Signature,
    /// A draft; its owner is the draft's name.
    Draft,
    /// What is known of a letter in the outbox; its owner is the entry's number.
    OutboxHead,
    /// The bytes of one copy.
    OutboxCopy,
    /// The receipt or refusal of one copy.
    OutboxNote,
    /// A received letter; its owner is the letter's number.
    Letter,
    /// What is known of a message that was opened; its owner is its number.
    OpenedHead,
    /// The bytes of a message that was opened.
    OpenedMessage,
}

impl Place {
    /// Its name in the database and in the associated data.
    fn name(self) -> &'static str {
        match self {
            Place::SecretKey => "secret-key",
            Place::WaitingKey => "waiting-key",
            Place::Revocation => "revocation",
            Place::Password => "password",
            Place::Signature => "signature",
            Place::Draft => "draft",
            Place::OutboxHead => "outbox-head",
            Place::OutboxCopy => "outbox-copy",
            Place::OutboxNote => "outbox-note",
            Place::Letter => "letter",
            Place::OpenedHead => "opened-head",
            Place::OpenedMessage => "opened-message",
        }
    }
}

/// Which record: its kind, whose it is, which part of it, and what else it is bound to without
/// being sealed itself.
pub(super) struct Record<'a> {
    pub(super) place: Place,
    pub(super) owner: &'a str,
    pub(super) part: i64,
    pub(super) bound_to: &'a [u8],
}

impl<'a> Record<'a> {
    pub(super) fn new(place: Place, owner: &'a str) -> Self {
        Record {
            place,
            owner,
            part: 0,
            bound_to: &[],
        }
    }

    pub(super) fn part(mut self, part: i64) -> Self {
        self.part = part;
        self
    }

    pub(super) fn bound_to(mut self, facts: &'a [u8]) -> Self {
        self.bound_to = facts;
        self
    }

    fn binding(&self, chunk: &Chunk) -> Binding {
        Binding::new(&[
            self.place.name().as_bytes(),
            self.owner.as_bytes(),
            &self.part.to_le_bytes(),
            self.bound_to,
            &chunk.writing,
            &chunk.index.to_le_bytes(),
            &chunk.count.to_le_bytes(),
            &chunk.length.to_le_bytes(),
        ])
    }

    fn damaged(&self) -> StoreFailure {
        damaged(format!(
            "{} {} {}",
            self.place.name(),
            self.owner,
            self.part
        ))
    }
}

/// Where a chunk stands in its content.
struct Chunk {
    /// Random, made anew with each writing: chunks of two writings cannot be mixed.
    writing: Vec<u8>,
    index: i64,
    count: i64,
    /// Bytes of the whole content.
    length: i64,
}

impl Chunk {
    fn is_of_one_writing_with(&self, other: &Chunk) -> bool {
        (&self.writing, self.count, self.length) == (&other.writing, other.count, other.length)
    }
}

/// Writes a record in the place of what it held.
pub(super) fn put(
    tx: &Transaction<'_>,
    key: &VaultKey,
    record: &Record<'_>,
    bytes: &[u8],
) -> Result<(), Fault> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST_BYTES {
        // Reading it back would refuse it.
        return Err(record.damaged().into());
    }
    remove_part(tx, record)?;
    let writing: [u8; 16] = random()?;
    let number = |n: usize| i64::try_from(n).map_err(|_| record.damaged());
    let mut chunk = Chunk {
        writing: writing.to_vec(),
        index: 0,
        count: number(bytes.len().div_ceil(CHUNK).max(1))?,
        length: number(bytes.len())?,
    };
    let mut insert = tx.prepare_cached(
        "INSERT INTO sealed (place, owner, part, chunk, chunks, length, writing, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let mut rest = bytes;
    while chunk.index < chunk.count {
        let (piece, after) = rest.split_at(rest.len().min(CHUNK));
        rest = after;
        let sealed = key.seal(&record.binding(&chunk), piece)?;
        insert.execute((
            record.place.name(),
            record.owner,
            record.part,
            chunk.index,
            chunk.count,
            chunk.length,
            &chunk.writing,
            sealed,
        ))?;
        chunk.index = chunk.index.saturating_add(1);
    }
    Ok(())
}

/// Reads a record; `None` when there is none.
pub(super) fn take(
    conn: &Connection,
    key: &VaultKey,
    record: &Record<'_>,
) -> Result<Option<Secret<Vec<u8>>>, Fault> {
    let mut select = conn.prepare_cached(
        "SELECT chunks, length, writing, bytes, chunk FROM sealed
         WHERE place = ?1 AND owner = ?2 AND part = ?3 ORDER BY chunk",
    )?;
    let mut rows = select.query((record.place.name(), record.owner, record.part))?;
    let mut content: Option<(Chunk, Secret<Vec<u8>>)> = None;
    let mut expected = 0i64;
    while let Some(row) = rows.next()? {
        let chunk = Chunk {
            count: row.get(0)?,
            length: row.get(1)?,
            writing: row.get(2)?,
            index: expected,
        };
        let sealed = row.get_ref(3)?.as_blob().map_err(|_| record.damaged())?;
        let piece = key
            .open(&record.binding(&chunk), sealed)
            .map_err(|NotOurs| record.damaged())?;
        // Only now is it known that these numbers are ours.
        let (_, whole) = match &mut content {
            Some(known) if known.0.is_of_one_writing_with(&chunk) => known,
            Some(_) => return Err(record.damaged().into()),
            None => {
                let room = usize::try_from(chunk.length)
                    .ok()
                    .filter(|_| chunk.length.unsigned_abs() <= MOST_BYTES)
                    .ok_or_else(|| record.damaged())?;
                // In one piece from the start: growing would leave copies behind.
                content.insert((chunk, Secret::new(Vec::with_capacity(room))))
            }
        };
        whole.expose_mut().extend_from_slice(piece.expose());
        expected = expected.saturating_add(1);
    }
    let Some((chunk, whole)) = content else {
        return Ok(None);
    };
    if expected != chunk.count || i64::try_from(whole.expose().len()) != Ok(chunk.length) {
        return Err(record.damaged().into());
    }
    Ok(Some(whole))
}

/// Reads a record that must be there.
pub(super) fn take_present(
    conn: &Connection,
    key: &VaultKey,
    record: &Record<'_>,
) -> Result<Secret<Vec<u8>>, Fault> {
    Ok(take(conn, key, record)?.ok_or_else(|| record.damaged())?)
}

/// Whether there is anything in a place, without unsealing it.
pub(super) fn is_there(conn: &Connection, place: Place, owner: &str) -> Result<bool, Fault> {
    let there = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM sealed WHERE place = ?1 AND owner = ?2)",
        (place.name(), owner),
        |row| row.get(0),
    )?;
    Ok(there)
}

/// Removes one part of a record.
pub(super) fn remove_part(tx: &Transaction<'_>, record: &Record<'_>) -> Result<(), Fault> {
    tx.execute(
        "DELETE FROM sealed WHERE place = ?1 AND owner = ?2 AND part = ?3",
        (record.place.name(), record.owner, record.part),
    )?;
    Ok(())
}

/// Removes all parts of a record.
pub(super) fn remove(tx: &Transaction<'_>, place: Place, owner: &str) -> Result<(), Fault> {
    tx.execute(
        "DELETE FROM sealed WHERE place = ?1 AND owner = ?2",
        (place.name(), owner),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::store::db::Db;
    use crate::adapters::store::vault::key::make_key;

    fn write(db: &Db, key: &VaultKey, owner: &str, bytes: &[u8]) {
        db.write(|tx| put(tx, key, &Record::new(Place::Draft, owner), bytes))
            .unwrap();
    }

    fn read(db: &Db, key: &VaultKey, owner: &str) -> Result<Option<Vec<u8>>, StoreFailure> {
        db.read(|c| take(c, key, &Record::new(Place::Draft, owner)))
            .map(|found| found.map(|secret| secret.expose().clone()))
    }

    fn alter(db: &Db, sql: &str) {
        db.write(|tx| Ok(tx.execute_batch(sql)?)).unwrap();
    }

    fn is_damaged(found: Result<Option<Vec<u8>>, StoreFailure>) -> bool {
        matches!(found, Err(StoreFailure::Damaged { .. }))
    }

    #[test]
    fn contents_of_every_size_come_back() {
        let db = Db::in_memory().unwrap();
        let key = VaultKey::from_bytes(make_key().unwrap().expose()).unwrap();
        assert_eq!(read(&db, &key, "a").unwrap(), None);
        for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7, 5] {
            let bytes: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
            write(&db, &key, "a", &bytes);
            assert_eq!(read(&db, &key, "a").unwrap(), Some(bytes), "{size}");
        }
    }

    #[test]
    fn attack_storage_chunks_swapped_cut_mixed_or_moved_are_noticed() {
        let key = VaultKey::from_bytes(make_key().unwrap().expose()).unwrap();
        let fresh = || {
            let db = Db::in_memory().unwrap();
            write(&db, &key, "a", &vec![1; 3 * CHUNK]);
            write(&db, &key, "b", &vec![2; 3 * CHUNK]);
            db
        };
        for (attack, sql) in [
            (
                "swapped",
                "UPDATE sealed SET chunk = 9 WHERE owner='a' AND chunk=0;
                         UPDATE sealed SET chunk = 0 WHERE owner='a' AND chunk=1;
                         UPDATE sealed SET chunk = 1 WHERE owner='a' AND chunk=9;",
            ),
            ("cut", "DELETE FROM sealed WHERE owner='a' AND chunk=2"),
            (
                "cut and counted",
                "DELETE FROM sealed WHERE owner='a' AND chunk=2;
                                 UPDATE sealed SET chunks=2, length=2097152 WHERE owner='a'",
            ),
            (
                "first gone",
                "DELETE FROM sealed WHERE owner='a' AND chunk=0",
            ),
            (
                "repeated",
                "INSERT INTO sealed SELECT place, owner, part, 3, chunks, length, writing, bytes
                          FROM sealed WHERE owner='a' AND chunk=2",
            ),
            (
                "another's",
                "DELETE FROM sealed WHERE owner='a';
                           UPDATE sealed SET owner='a' WHERE owner='b'",
            ),
            (
                "another's chunk",
                "UPDATE sealed SET bytes=(SELECT bytes FROM sealed WHERE owner='b' AND chunk=1)
                                 WHERE owner='a' AND chunk=1",
            ),
            (
                "another place",
                "UPDATE sealed SET place='letter' WHERE owner='a';
                               UPDATE sealed SET place='draft', owner='a' WHERE owner='b'",
            ),
            (
                "grown",
                "UPDATE sealed SET length=9000000000000 WHERE owner='a'",
            ),
            (
                "not a blob's length",
                "UPDATE sealed SET bytes=x'00' WHERE owner='a' AND chunk=0",
            ),
        ] {
            let db = fresh();
            alter(&db, sql);
            assert!(is_damaged(read(&db, &key, "a")), "{attack}");
        }
    }

    #[test]
    fn attack_storage_chunks_of_two_writings_do_not_mix() {
        let db = Db::in_memory().unwrap();
        let key = VaultKey::from_bytes(make_key().unwrap().expose()).unwrap();
        write(&db, &key, "a", &vec![1; 2 * CHUNK]);
        alter(&db, "CREATE TABLE old AS SELECT * FROM sealed");
        write(&db, &key, "a", &vec![2; 2 * CHUNK]);
        alter(
            &db,
            "UPDATE sealed SET (writing, bytes) = (SELECT writing, bytes FROM old WHERE chunk=1)
             WHERE chunk=1",
        );
        assert!(is_damaged(read(&db, &key, "a")));
    }

    #[test]
    fn what_a_record_is_bound_to_must_be_the_same() {
        let db = Db::in_memory().unwrap();
        let key = VaultKey::from_bytes(make_key().unwrap().expose()).unwrap();
        let record = |facts| Record::new(Place::Password, "a").bound_to(facts);
        db.write(|tx| put(tx, &key, &record(b"server 1"), b"pw"))
            .unwrap();
        assert!(db.read(|c| take(c, &key, &record(b"server 1"))).is_ok());
        assert!(db.read(|c| take(c, &key, &record(b"server 2"))).is_err());
    }
}
