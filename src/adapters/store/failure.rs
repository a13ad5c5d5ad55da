//! Sorting what the system and the database say into the port's failures.

use crate::app::port::StoreFailure;
use rusqlite::ErrorCode;
use std::io;
use std::path::Path;

/// What can go wrong inside a database call, before it is known where the database lies.
#[derive(Debug)]
pub(super) enum Fault {
    /// The database said so.
    Sqlite(rusqlite::Error),
    /// Already sorted.
    Sorted(StoreFailure),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Sqlite(error)
    }
}

impl From<StoreFailure> for Fault {
    fn from(failure: StoreFailure) -> Self {
        Fault::Sorted(failure)
    }
}

impl Fault {
    /// The failure, for a database at `path`.
    pub(super) fn at(self, path: &Path) -> StoreFailure {
        match self {
            Fault::Sorted(failure) => failure,
            Fault::Sqlite(error) => sort_sqlite(&error, path),
        }
    }
}

/// Something that was read is not what was written.
pub(super) fn damaged(what: impl Into<String>) -> StoreFailure {
    StoreFailure::Damaged { what: what.into() }
}

/// Sorts a failed file operation on `path`.
pub(super) fn sort_io(error: &io::Error, path: &Path) -> StoreFailure {
    let path_text = path.display().to_string();
    match error.kind() {
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            StoreFailure::ReadOnly { path: path_text }
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            StoreFailure::DiskFull { path: path_text }
        }
        io::ErrorKind::WouldBlock | io::ErrorKind::ResourceBusy => StoreFailure::Busy,
        _ => StoreFailure::Unusable {
            path: path_text,
            detail: error.to_string(),
        },
    }
}

fn sort_sqlite(error: &rusqlite::Error, path: &Path) -> StoreFailure {
    let path_text = path.display().to_string();
    if holds_another_type(error) {
        return damaged(path_text);
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            StoreFailure::ReadOnly { path: path_text }
        }
        Some(ErrorCode::DiskFull) => StoreFailure::DiskFull { path: path_text },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreFailure::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(path_text),
        // Mapping or syncing files on a full disk ends here too; the file system knows.
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) if is_full(path) => {
            StoreFailure::DiskFull { path: path_text }
        }
        _ => StoreFailure::Unusable {
            path: path_text,
            detail: error.to_string(),
        },
    }
}

/// Whether a column held something that we never write there.
fn holds_another_type(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::QueryReturnedNoRows
    )
}

/// Whether the file system under `path` has less room left than the database needs to do anything.
fn is_full(path: &Path) -> bool {
    #[cfg(unix)]
    {
        let folder = path.parent().unwrap_or(path);
        rustix::fs::statvfs(folder)
            .is_ok_and(|facts| facts.f_bavail.saturating_mul(facts.f_frsize) < 64 << 10)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
