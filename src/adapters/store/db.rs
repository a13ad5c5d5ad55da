//! The database: opening, checking its version, reading and writing.

use super::failure::{Fault, damaged, sort_io};
use super::home::{Home, make_file};
use super::schema::{APPLICATION, STEPS};
use crate::app::port::StoreFailure;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// How long one process waits for another's transaction.
const PATIENCE: Duration = Duration::from_secs(10);

/// The open database.
pub(super) struct Db {
    conn: Mutex<Connection>,
    path: PathBuf,
    /// Why it cannot be written to, if so; reading works all the same.
    read_only: Option<StoreFailure>,
}

impl Db {
    /// Opens the home's database, making it and bringing it to the current format as needed. A
    /// home that cannot be written to is opened for reading, and one that is not there and cannot
    /// be made is read as empty.
    pub(super) fn open(home: &Home) -> Result<Self, StoreFailure> {
        Db::open_with(home, STEPS)
    }

    pub(super) fn open_with(home: &Home, steps: &[&str]) -> Result<Self, StoreFailure> {
        let path = home.database();
        let failure = match home.make() {
            Ok(()) => {
                let version = version_on_disk(&path)?;
                refuse_newer(version, steps)?;
                match open_for_writing(home, &path, steps) {
                    Ok(conn) => return Ok(Db::new(conn, path, None)),
                    Err(failure) => failure,
                }
            }
            Err(error) => sort_io(&error, home.root()),
        };
        match failure {
            StoreFailure::ReadOnly { .. } | StoreFailure::DiskFull { .. } => {
                let conn = open_for_reading(&path, steps)?;
                Ok(Db::new(conn, path, Some(failure)))
            }
            other => Err(other),
        }
    }

    /// A database that lives as long as this value and touches no disk.
    pub(super) fn in_memory() -> Result<Self, StoreFailure> {
        let path = PathBuf::from(":memory:");
        let conn = empty(STEPS).map_err(|fault| fault.at(&path))?;
        Ok(Db::new(conn, path, None))
    }

    fn new(conn: Connection, path: PathBuf, read_only: Option<StoreFailure>) -> Self {
        Db {
            conn: Mutex::new(conn),
            path,
            read_only,
        }
    }

    /// Why nothing can be written, if so.
    pub(super) fn read_only(&self) -> Option<&StoreFailure> {
        self.read_only.as_ref()
    }

    /// Reads in one transaction: one consistent state, with what other processes wrote before.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreFailure> {
        let mut conn = self.locked();
        let inner = || {
            let tx = conn.transaction()?;
            work(&tx)
        };
        inner().map_err(|fault| fault.at(&self.path))
    }

    /// Writes in one transaction, durable when this returns `Ok` and without a trace otherwise.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreFailure> {
        if let Some(failure) = &self.read_only {
            return Err(failure.clone());
        }
        let mut conn = self.locked();
        let inner = || {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&tx)?;
            tx.commit()?;
            Ok(value)
        };
        inner().map_err(|fault: Fault| fault.at(&self.path))
    }

    fn locked(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolled it back, so the connection is sound.
        self.conn.lock().unwrap_or_else(|p| p.into_inner())
    }
}

fn open_for_writing(home: &Home, path: &Path, steps: &[&str]) -> Result<Connection, StoreFailure> {
    // Made by us first, so that it never has wider permissions; SQLite gives those of the
    // database to the files beside it.
    make_file(path).map_err(|error| sort_io(&error, path))?;
    let mut conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|f| f.at(path))?;
    let version = format_of(&conn).map_err(|fault| fault.at(path))?;
    refuse_newer(version, steps)?;
    if usize::try_from(version) != Ok(steps.len()) {
        let _lock = home.lock()?;
        migrate(&mut conn, steps).map_err(|fault| fault.at(path))?;
    }
    // The disk may take reads and no writes: known only after the first lock is asked for.
    let probe = conn.transaction_with_behavior(TransactionBehavior::Immediate);
    match probe.and_then(Transaction::rollback) {
        Ok(()) => Ok(conn),
        Err(error) => match Fault::from(error).at(path) {
            StoreFailure::Busy => Ok(conn),
            failure => Err(failure),
        },
    }
}

fn open_for_reading(path: &Path, steps: &[&str]) -> Result<Connection, StoreFailure> {
    if !path.is_file() || std::fs::metadata(path).is_ok_and(|facts| facts.len() == 0) {
        return empty(steps).map_err(|fault| fault.at(path));
    }
    let shared = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|conn| Ok((format_of(&conn)?, conn)));
    let (version, conn) = match shared {
        Ok(open) => open,
        // Without its shared-memory file, which cannot be made here, a WAL database opens only
        // when SQLite is told that nobody changes it.
        Err(_) => {
            let uri = format!("file:{}?immutable=1", escape_uri(path));
            connect(
                Path::new(&uri),
                OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
            )
            .and_then(|conn| Ok((format_of(&conn)?, conn)))
            .map_err(|fault| fault.at(path))?
        }
    };
    refuse_newer(version, steps)?;
    if usize::try_from(version) != Ok(steps.len()) {
        // An older format that cannot be brought forward here.
        return Err(StoreFailure::ReadOnly {
            path: path.display().to_string(),
        });
    }
    Ok(conn)
}

fn escape_uri(path: &Path) -> String {
    let mut out = String::new();
    for c in path.display().to_string().chars() {
        match c {
            '%' => out.push_str("%25"),
            '?' => out.push_str("%3f"),
            '#' => out.push_str("%23"),
            other => out.push(other),
        }
    }
    out
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Fault> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    configure(&conn)?;
    Ok(conn)
}

fn configure(conn: &Connection) -> Result<(), Fault> {
    conn.busy_timeout(PATIENCE)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "secure_delete", true)?;
    // Sorting and the like never goes to a temporary file.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // After a large letter the log shrinks again.
    conn.query_row("PRAGMA journal_size_limit = 16777216", [], |_| Ok(()))?;
    Ok(())
}

fn empty(steps: &[&str]) -> Result<Connection, Fault> {
    let mut conn = Connection::open_in_memory()?;
    configure(&conn)?;
    migrate(&mut conn, steps)?;
    Ok(conn)
}

fn format_of(conn: &Connection) -> Result<u32, Fault> {
    let version: u32 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let application: u32 = conn.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if version != 0 && application != APPLICATION {
        return Err(damaged("the database is not Waxwing's").into());
    }
    Ok(version)
}

fn refuse_newer(found: u32, steps: &[&str]) -> Result<(), StoreFailure> {
    let known = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreFailure::NewerVersion { found, known });
    }
    Ok(())
}

/// Runs the steps that the database lacks, all in one transaction.
fn migrate(conn: &mut Connection, steps: &[&str]) -> Result<(), Fault> {
    // Must be set outside a transaction. A database in memory keeps its own mode.
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = format_of(&tx)?;
    refuse_newer(found, steps)?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    for step in steps.iter().skip(done) {
        tx.execute_batch(step)?;
    }
    if found == 0 {
        tx.execute(
            "INSERT INTO home (only, name) VALUES (1, lower(hex(randomblob(16))))",
            [],
        )?;
    }
    tx.pragma_update(None, "application_id", APPLICATION)?;
    tx.pragma_update(
        None,
        "user_version",
        u32::try_from(steps.len()).unwrap_or(u32::MAX),
    )?;
    tx.commit()?;
    Ok(())
}

/// The format that the file's header names (SQLite file format, §1.3), read without SQLite, so that
/// a home of a newer version is not touched at all. 0 for a file that is empty or not there.
fn version_on_disk(path: &Path) -> Result<u32, StoreFailure> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => {
            return Err(StoreFailure::Unusable {
                path: path.display().to_string(),
                detail: error.to_string(),
            });
        }
    };
    let mut header = [0u8; 72];
    match file.read_exact(&mut header) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            return match file.metadata() {
                Ok(facts) if facts.len() == 0 => Ok(0),
                Ok(_) | Err(_) => Err(damaged(path.display().to_string())),
            };
        }
        Err(error) => return Err(sort_io(&error, path)),
    }
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(damaged(path.display().to_string()));
    }
    let number = |at: usize| {
        header
            .get(at..at.saturating_add(4))
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, u32::from_be_bytes)
    };
    let (version, application) = (number(60), number(68));
    if version != 0 && application != APPLICATION {
        return Err(damaged(path.display().to_string()));
    }
    Ok(version)
}

#[cfg(test)]
mod tests;
