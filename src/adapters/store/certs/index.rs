//! What is remembered of the certificate directory, so that looking one up reads one file: the
//! addresses and keys of each certificate. All of it can be made again.

use crate::adapters::store::home::make_file;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Result, TransactionBehavior};
use std::path::Path;
use std::time::Duration;

/// The index's format; a file of another one is left alone and not used.
const FORMAT: u32 = 1;

const SCHEMA: &str = "
CREATE TABLE state (
    only INTEGER PRIMARY KEY CHECK (only = 1), folder TEXT, tag INTEGER
) STRICT;
INSERT INTO state VALUES (1, NULL, NULL);
CREATE TABLE cert (fingerprint TEXT PRIMARY KEY, stamp TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE name (
    kind TEXT NOT NULL, value TEXT NOT NULL, fingerprint TEXT NOT NULL,
    PRIMARY KEY (kind, value, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE INDEX name_by_cert ON name (fingerprint);
";

/// What a certificate can be found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The comparing form of an address.
    Address,
    /// A fingerprint or key ID, upper-case hex.
    Key,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Address => "address",
            Kind::Key => "key",
        }
    }
}

/// A certificate file and what tells whether it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Upper-case hex.
    pub(super) fingerprint: String,
    /// Changes when the file does.
    pub(super) stamp: String,
}

/// The index of one directory.
pub(super) struct Index {
    conn: Connection,
}

impl Index {
    /// Opens the index kept in `file`, made anew when it is damaged; one in memory when it cannot
    /// be used.
    pub(super) fn open(file: &Path, folder: &Path) -> Result<Self> {
        let opened = Index::in_file(file, folder).or_else(|error| {
            let damaged = matches!(
                error.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
            );
            if damaged && std::fs::remove_file(file).is_ok() {
                return Index::in_file(file, folder);
            }
            Err(error)
        });
        opened.or_else(|_| Index::in_memory())
    }

    /// An index that is made anew with each process.
    pub(super) fn in_memory() -> Result<Self> {
        let mut conn = Connection::open_in_memory()?;
        make(&mut conn)?;
        Ok(Index { conn })
    }

    fn in_file(file: &Path, folder: &Path) -> Result<Self> {
        // Narrow permissions; when it cannot be made, opening says so.
        let _ = make_file(file);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut conn = Connection::open_with_flags(file, flags)?;
        conn.busy_timeout(Duration::from_secs(2))?;
        // Losing the last changes of an index does no harm.
        conn.pragma_update(None, "synchronous", "OFF")?;
        // Faster than removing the journal each time.
        conn.query_row("PRAGMA journal_mode = TRUNCATE", [], |_| Ok(()))?;
        make(&mut conn)?;
        let folder = folder.display().to_string();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let of: Option<String> = tx.query_row("SELECT folder FROM state", [], |row| row.get(0))?;
        if of.as_ref() != Some(&folder) {
            tx.execute_batch("DELETE FROM cert; DELETE FROM name;")?;
            tx.execute("UPDATE state SET folder = ?1, tag = NULL", [folder])?;
        }
        tx.commit()?;
        Ok(Index { conn })
    }

    /// The directory's tag when the index was last brought up to date.
    pub(super) fn tag(&self) -> Result<Option<i64>> {
        self.conn
            .query_row("SELECT tag FROM state", [], |row| row.get(0))
    }

    /// Brings the index up to date: `entries` is all that the directory holds, and `names` reads
    /// one certificate that is new or changed. `tag` is kept for the next look; none when it cannot
    /// be believed yet.
    pub(super) fn refresh(
        &mut self,
        tag: Option<i64>,
        entries: &[Entry],
        mut names: impl FnMut(&Entry) -> Vec<(Kind, String)>,
    ) -> Result<()> {
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(
            "CREATE TEMP TABLE present (fingerprint TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
        )?;
        {
            let mut known = tx.prepare("SELECT stamp FROM cert WHERE fingerprint = ?1")?;
            let mut present = tx.prepare("INSERT OR IGNORE INTO present VALUES (?1)")?;
            let mut forget = tx.prepare("DELETE FROM name WHERE fingerprint = ?1")?;
            let mut keep = tx.prepare("INSERT OR REPLACE INTO cert VALUES (?1, ?2)")?;
            let mut name = tx.prepare("INSERT OR IGNORE INTO name VALUES (?1, ?2, ?3)")?;
            for entry in entries {
                present.execute([&entry.fingerprint])?;
                let stamp: Option<String> = known
                    .query_row([&entry.fingerprint], |row| row.get(0))
                    .optional()?;
                if stamp.as_ref() == Some(&entry.stamp) {
                    continue;
                }
                forget.execute([&entry.fingerprint])?;
                keep.execute([&entry.fingerprint, &entry.stamp])?;
                for (kind, value) in names(entry) {
                    name.execute((kind.word(), value, &entry.fingerprint))?;
                }
            }
        }
        tx.execute_batch(
            "DELETE FROM cert WHERE fingerprint NOT IN (SELECT fingerprint FROM present);
             DELETE FROM name WHERE fingerprint NOT IN (SELECT fingerprint FROM present);
             DROP TABLE present;",
        )?;
        tx.execute("UPDATE state SET tag = ?1", [tag])?;
        tx.commit()
    }

    /// Every certificate, in the order of fingerprints.
    pub(super) fn all(&self) -> Result<Vec<Entry>> {
        let mut select = self
            .conn
            .prepare_cached("SELECT fingerprint, stamp FROM cert ORDER BY fingerprint")?;
        select.query_map([], entry)?.collect()
    }

    /// The certificate with this fingerprint.
    pub(super) fn one(&self, fingerprint: &str) -> Result<Option<Entry>> {
        let mut select = self
            .conn
            .prepare_cached("SELECT fingerprint, stamp FROM cert WHERE fingerprint = ?1")?;
        select.query_row([fingerprint], entry).optional()
    }

    /// Certificates that have this name, in the order of fingerprints.
    pub(super) fn named(&self, kind: Kind, value: &str) -> Result<Vec<Entry>> {
        let mut select = self.conn.prepare_cached(
            "SELECT c.fingerprint, c.stamp FROM name n JOIN cert c USING (fingerprint)
             WHERE n.kind = ?1 AND n.value = ?2 ORDER BY c.fingerprint",
        )?;
        select.query_map((kind.word(), value), entry)?.collect()
    }
}

fn entry(row: &rusqlite::Row<'_>) -> Result<Entry> {
    Ok(Entry {
        fingerprint: row.get(0)?,
        stamp: row.get(1)?,
    })
}

fn make(conn: &mut Connection) -> Result<()> {
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let format: u32 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match format {
        FORMAT => {}
        0 => {
            tx.execute_batch(SCHEMA)?;
            tx.pragma_update(None, "user_version", FORMAT)?;
        }
        _ => return Err(rusqlite::Error::InvalidQuery),
    }
    tx.commit()
}
