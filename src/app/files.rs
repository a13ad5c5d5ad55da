//! Files that a person names: read within a bound, written without overwriting.

use crate::app::failure::{Failure, FileFailure, OpenMessageFailure};
use crate::base::limits;
use crate::mime::MimeProblem;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// Reads a whole file of at most `limit` bytes.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileFailure> {
    let file = File::open(path).map_err(|e| sort(path, &e))?;
    let size = file.metadata().map(|m| m.len()).unwrap_or(0);
    read_from(file, path, size, limit)
}

/// Most files of one folder, and most bytes of all of them together.
const FOLDER_FILES: usize = 100_000;
const FOLDER_BYTES: u64 = 512 << 20;

/// Reads every file of a folder, in the order of their names, or the one file that `path` is. Each
/// may have at most `limit` bytes; folders within are passed over.
pub fn read_folder(path: &Path, limit: u64) -> Result<Vec<(PathBuf, Vec<u8>)>, FileFailure> {
    let facts = std::fs::metadata(path).map_err(|e| sort(path, &e))?;
    if !facts.is_dir() {
        return Ok(vec![(path.to_owned(), read(path, limit)?)]);
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|e| sort(path, &e))? {
        let entry = entry.map_err(|e| sort(path, &e))?.path();
        if std::fs::metadata(&entry).is_ok_and(|facts| facts.is_file()) {
            names.push(entry);
        }
        if names.len() > FOLDER_FILES {
            return Err(FileFailure::TooLarge {
                path: path.to_owned(),
                limit: FOLDER_BYTES,
            });
        }
    }
    names.sort();
    let mut all = Vec::new();
    let mut left = FOLDER_BYTES;
    for name in names {
        let bytes = read(&name, limit.min(left))?;
        left = left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(left));
        all.push((name, bytes));
    }
    Ok(all)
}

/// Reads a stream, such as standard input, of at most `limit` bytes; `path` is for error texts.
pub fn read_from(
    source: impl Read,
    path: &Path,
    expected: u64,
    limit: u64,
) -> Result<Vec<u8>, FileFailure> {
    let too_large = || FileFailure::TooLarge {
        path: path.to_owned(),
        limit,
    };
    if expected > limit {
        return Err(too_large());
    }
    let room = usize::try_from(expected.saturating_add(1)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(room);
    source
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|e| sort(path, &e))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Reads a message. One whose header section has no end within its limit is refused before the
/// rest is read, so that an endless line costs next to nothing (rule 30).
pub fn read_message(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = File::open(path).map_err(|e| sort(path, &e))?;
    let size = file.metadata().map(|m| m.len()).unwrap_or(0);
    read_message_from(file, path, size)
}

/// As [`read_message`], from a stream such as standard input; `path` is for error texts.
pub fn read_message_from(
    mut source: impl Read,
    path: &Path,
    expected: u64,
) -> Result<Vec<u8>, Failure> {
    if expected > limits::MESSAGE_BYTES {
        return Err(OpenMessageFailure::Mime(MimeProblem::TooLarge(expected)).into());
    }
    let bound = u64::try_from(limits::HEADER_BYTES).unwrap_or(u64::MAX);
    let start = read_some(&mut source, path, bound.saturating_add(4))?;
    let full = u64::try_from(start.len()).unwrap_or(u64::MAX) > bound;
    if full && !has_header_end(&start) {
        return Err(OpenMessageFailure::Mime(MimeProblem::HeaderTooLarge).into());
    }
    let rest = expected.saturating_sub(u64::try_from(start.len()).unwrap_or(0));
    let whole = std::io::Cursor::new(start).chain(source);
    let expected = if rest == 0 { 0 } else { expected };
    read_from(whole, path, expected, limits::MESSAGE_BYTES).map_err(|failure| match failure {
        FileFailure::TooLarge { limit, .. } => {
            OpenMessageFailure::Mime(MimeProblem::TooLarge(limit.saturating_add(1))).into()
        }
        other => Failure::File(other),
    })
}

fn read_some(source: &mut impl Read, path: &Path, most: u64) -> Result<Vec<u8>, FileFailure> {
    let mut bytes = Vec::new();
    source
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|e| sort(path, &e))?;
    Ok(bytes)
}

/// The first bytes of a file, as far as there are any; `None` when it cannot be read.
pub fn start(path: &Path, most: u64) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    read_some(&mut file, path, most).ok()
}

fn has_header_end(start: &[u8]) -> bool {
    memchr::memmem::find(start, b"\n\n").is_some()
        || memchr::memmem::find(start, b"\n\r\n").is_some()
        || start.starts_with(b"\n")
        || start.starts_with(b"\r\n")
}

/// Writes a new file; what is there already stays. A file that could not be written whole is
/// removed again. It is on the disk when this returns.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), FileFailure> {
    write(path, bytes, true)
}

fn write(path: &Path, bytes: &[u8], durable: bool) -> Result<(), FileFailure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    let mut file = options.open(path).map_err(|e| sort(path, &e))?;
    // What can be made again in a moment need not wait for the disk; a key's only copy must.
    let written = file.write_all(bytes).and_then(|()| match durable {
        true => file.sync_all(),
        false => Ok(()),
    });
    written.map_err(|e| {
        // The error worth telling is that of writing.
        let _ = std::fs::remove_file(path);
        sort(path, &e)
    })
}

/// Writes several new files, all or none: a part of them would be of no use and in the way. They
/// may still be in the system's cache when this returns.
pub fn write_all_new<'a>(
    files: impl Iterator<Item = (&'a Path, &'a [u8])>,
) -> Result<(), FileFailure> {
    let mut done: Vec<&Path> = Vec::new();
    for (path, bytes) in files {
        if let Err(failure) = write(path, bytes, false) {
            for path in done {
                // The failure worth telling is the one that stopped us.
                let _ = std::fs::remove_file(path);
            }
            return Err(failure);
        }
        done.push(path);
    }
    Ok(())
}

/// Writes into a folder under the given name, or under `name (2)`, `name (3)`, … where that is
/// taken. Gives back the path.
pub fn write_into(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, FileFailure> {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        Some(_) | None => (name, String::new()),
    };
    for number in 1..1000 {
        let path = match number {
            1 => folder.join(name),
            n => folder.join(format!("{stem} ({n}){extension}")),
        };
        match write_new(&path, bytes) {
            Ok(()) => return Ok(path),
            Err(FileFailure::Exists(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Err(FileFailure::Exists(folder.join(name)))
}

/// Makes a folder and those above it, for the person alone.
pub fn make_folder(path: &Path) -> Result<(), FileFailure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|e| sort(path, &e))
}

/// What others on the machine cannot read: mail and keys.
fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

fn sort(path: &Path, error: &std::io::Error) -> FileFailure {
    let path = path.to_owned();
    match error.kind() {
        ErrorKind::NotFound => FileFailure::NotFound(path),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => FileFailure::Denied(path),
        ErrorKind::AlreadyExists => FileFailure::Exists(path),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FileFailure::DiskFull(path),
        _ => FileFailure::Other(path, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let first = write_into(folder.path(), "a.txt", b"one").unwrap();
        let second = write_into(folder.path(), "a.txt", b"two").unwrap();
        assert_eq!(second, folder.path().join("a (2).txt"));
        assert_eq!(read(&first, 10).unwrap(), b"one");
        assert_eq!(
            write_new(&first, b"x"),
            Err(FileFailure::Exists(first.clone()))
        );
        assert!(matches!(
            read(&second, 2),
            Err(FileFailure::TooLarge { limit: 2, .. })
        ));
    }
}
