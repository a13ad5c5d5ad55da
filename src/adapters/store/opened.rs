//! Messages that were opened: a list, bounded in number and size.

use super::failure::{Fault, damaged};
use super::sealed::{self, Place, Record, put, take, take_present};
use super::values::{from_time, to_time};
use super::vault::key::VaultKey;
use crate::app::port::{OpenedFacts, OpenedHead};
use crate::base::Time;
use rusqlite::{Connection, Transaction};

/// All of them, the last first.
pub(super) fn all(conn: &Connection, key: &VaultKey) -> Result<Vec<OpenedHead>, Fault> {
    let mut select = conn.prepare_cached("SELECT id, at FROM opened ORDER BY at DESC, id DESC")?;
    let mut rows = select.query([])?;
    let mut heads = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let owner = id.to_string();
        let bytes = take_present(conn, key, &Record::new(Place::OpenedHead, &owner))?;
        let facts = serde_json::from_slice(bytes.expose())
            .map_err(|_| damaged("a message that was opened"))?;
        heads.push(OpenedHead {
            id,
            at: to_time(row.get(1)?)?,
            facts,
        });
    }
    Ok(heads)
}

/// Remembers one, in the place of `again`, and forgets the oldest beyond the bounds.
pub(super) fn put_opened(
    tx: &Transaction<'_>,
    key: &VaultKey,
    (facts, bytes): (&OpenedFacts, Option<&[u8]>),
    again: Option<i64>,
    at: Time,
    (most, most_bytes): (usize, u64),
) -> Result<(), Fault> {
    if let Some(id) = again {
        forget(tx, &[id])?;
    }
    tx.execute("INSERT INTO opened (at) VALUES (?1)", [from_time(at)])?;
    let owner = tx.last_insert_rowid().to_string();
    let head = serde_json::to_vec(facts).map_err(|_| damaged("a message that was opened"))?;
    put(tx, key, &Record::new(Place::OpenedHead, &owner), &head)?;
    if let Some(bytes) = bytes {
        put(tx, key, &Record::new(Place::OpenedMessage, &owner), bytes)?;
    }
    let mut kept = 0_u64;
    let mut surplus = Vec::new();
    for (index, head) in all(tx, key)?.into_iter().enumerate() {
        let size = if head.facts.kept { head.facts.size } else { 0 };
        kept = kept.saturating_add(size);
        // The one that was just opened stays, however large.
        if index > 0 && (index >= most || kept > most_bytes) {
            surplus.push(head.id);
        }
    }
    forget(tx, &surplus)
}

/// The bytes of one, if they are kept.
pub(super) fn bytes(conn: &Connection, key: &VaultKey, id: i64) -> Result<Option<Vec<u8>>, Fault> {
    let owner = id.to_string();
    let found = take(conn, key, &Record::new(Place::OpenedMessage, &owner))?;
    Ok(found.map(|mut bytes| std::mem::take(bytes.expose_mut())))
}

/// Forgets some.
pub(super) fn forget(tx: &Transaction<'_>, ids: &[i64]) -> Result<(), Fault> {
    for id in ids {
        tx.execute("DELETE FROM opened WHERE id = ?1", [id])?;
        let owner = id.to_string();
        for place in [Place::OpenedHead, Place::OpenedMessage] {
            sealed::remove(tx, place, &owner)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::adapters::store::FileStore;
    use crate::app::port::{OpenedFacts, OpenedFrom, Store};
    use crate::base::Time;

    fn facts(subject: &str, size: u64) -> OpenedFacts {
        OpenedFacts {
            from: OpenedFrom::Pasted,
            author: "Bob".to_owned(),
            subject: subject.to_owned(),
            summary: "confidential".to_owned(),
            size,
            kept: true,
        }
    }

    fn at(second: i64) -> Time {
        Time::from_second(second).unwrap()
    }

    fn subjects(store: &FileStore) -> Vec<String> {
        let heads = store.opened().unwrap();
        heads.into_iter().map(|head| head.facts.subject).collect()
    }

    #[test]
    fn what_was_opened_is_bounded_in_number_and_in_bytes() {
        let store = FileStore::in_memory().unwrap();
        for second in 1..=5 {
            let facts = facts(&format!("s{second}"), 10);
            let bytes = [second as u8; 10];
            store
                .put_opened(&facts, Some(&bytes), None, at(second), (3, 1_000))
                .unwrap();
        }
        assert_eq!(subjects(&store), ["s5", "s4", "s3"]);
        let newest = store.opened().unwrap()[0].id;
        assert_eq!(store.opened_bytes(newest).unwrap(), Some(vec![5; 10]));
        // Two of ten bytes fit into 25; the newest stays however large.
        store
            .put_opened(&facts("large", 10), Some(&[0; 10]), None, at(6), (9, 25))
            .unwrap();
        assert_eq!(subjects(&store), ["large", "s5"]);
        store
            .put_opened(&facts("huge", 90), Some(&[0; 90]), None, at(7), (9, 25))
            .unwrap();
        assert_eq!(subjects(&store), ["huge"]);
    }

    #[test]
    fn the_same_again_moves_up_and_what_is_forgotten_is_gone() {
        let store = FileStore::in_memory().unwrap();
        let bounds = (9, 1_000);
        store
            .put_opened(&facts("a", 1), Some(b"a"), None, at(1), bounds)
            .unwrap();
        store
            .put_opened(&facts("b", 1), Some(b"b"), None, at(2), bounds)
            .unwrap();
        let old = store.opened().unwrap()[1].id;
        store
            .put_opened(&facts("a", 1), Some(b"a"), Some(old), at(3), bounds)
            .unwrap();
        assert_eq!(subjects(&store), ["a", "b"]);
        assert_eq!(store.opened_bytes(old).unwrap(), None);
        let ids: Vec<i64> = store.opened().unwrap().iter().map(|head| head.id).collect();
        store.forget_opened(&ids).unwrap();
        assert!(subjects(&store).is_empty());
        assert_eq!(store.opened_bytes(ids[0]).unwrap(), None);
    }
}
