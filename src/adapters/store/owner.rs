//! Who is sending: a lock file for each process, which the system lets go of when the process dies,
//! however it dies.

use super::failure::sort_io;
use super::home::{make_file, make_folder};
use super::vault::key::random;
use crate::app::port::StoreFailure;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// This process, as long as the value lives.
pub(super) struct Owner {
    name: String,
    path: PathBuf,
    file: Option<File>,
}

impl Owner {
    /// Announces this process in the folder `live`.
    pub(super) fn announce(live: &Path) -> Result<Self, StoreFailure> {
        make_folder(live).map_err(|error| sort_io(&error, live))?;
        sweep(live);
        loop {
            let name: String = random::<16>()?.iter().map(|b| format!("{b:02x}")).collect();
            let path = live.join(&name);
            let file = make_file(&path).map_err(|error| sort_io(&error, &path))?;
            match file.try_lock() {
                // Another process may have swept it away before it was locked.
                Ok(()) if is_at(&file, &path) => {
                    let file = Some(file);
                    return Ok(Owner { name, path, file });
                }
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(sort_io(&error, &path)),
            }
        }
    }

    /// Its name in the database.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        drop(self.file.take());
        // A file that stays is swept away later.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whether the process of this name is gone. In doubt it is not: nobody else's letter is touched.
pub(super) fn is_dead(live: &Path, name: &str) -> bool {
    match File::open(live.join(name)) {
        Ok(file) => file.try_lock_shared().is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Removes what dead processes left.
fn sweep(live: &Path) {
    for left in std::fs::read_dir(live).into_iter().flatten().flatten() {
        let name = left.file_name();
        if is_dead(live, &name.to_string_lossy()) {
            let _ = std::fs::remove_file(left.path());
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        (Ok(_), Err(_)) | (Err(_), Ok(_) | Err(_)) => false,
    }
}

/// An open file cannot be removed there.
#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_alive_as_long_as_it_holds_its_lock() {
        let dir = tempfile::tempdir().unwrap();
        let live = dir.path().join("live");
        assert!(is_dead(&live, "nobody"));
        let a = Owner::announce(&live).unwrap();
        let b = Owner::announce(&live).unwrap();
        assert!(!is_dead(&live, a.name()) && !is_dead(&live, b.name()));
        let name = a.name().to_owned();
        drop(a);
        assert!(is_dead(&live, &name) && !is_dead(&live, b.name()));
    }

    #[test]
    fn what_the_dead_left_is_swept_away() {
        let dir = tempfile::tempdir().unwrap();
        let left = dir.path().join("0123");
        std::fs::write(&left, "").unwrap();
        assert!(is_dead(dir.path(), "0123"));
        let _owner = Owner::announce(dir.path()).unwrap();
        assert!(!left.exists());
    }
}
