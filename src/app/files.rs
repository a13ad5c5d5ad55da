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

/// Whether a folder is a Maildir.
pub fn is_maildir(path: &Path) -> bool {
    path.join("cur").is_dir() && path.join("new").is_dir()
}

/// Most messages of a Maildir.
const MAILDIR: usize = 1_000_000;

/// The files of a Maildir, in the order of their arrival, as far as their names tell.
pub fn maildir(path: &Path) -> Result<Vec<PathBuf>, FileFailure> {
    let mut found = Vec::new();
    for part in ["cur", "new"] {
        let folder = path.join(part);
        for entry in std::fs::read_dir(&folder).map_err(|e| sort(&folder, &e))? {
            let entry = entry.map_err(|e| sort(&folder, &e))?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !hidden && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                found.push(entry.path());
            }
            if found.len() > MAILDIR {
                return Err(FileFailure::TooLarge {
                    path: path.to_owned(),
                    limit: MAILDIR as u64,
                });
            }
        }
    }
    // A name begins with the second of its delivery.
    found.sort_by_cached_key(|path| {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let second = name.split('.').next().and_then(|s| s.parse::<u64>().ok());
        (second, name)
    });
    Ok(found)
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

/// Reads the first bytes of a stream.
pub fn read_some(source: &mut impl Read, path: &Path, most: u64) -> Result<Vec<u8>, FileFailure> {
    let mut bytes = Vec::new();
    source
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|e| sort(path, &e))?;
    Ok(bytes)
}

/// The first bytes of a file, as far as there are any; `None` when it cannot be read.
pub fn start(path: &Path, most: u64) -> Option<Vec<u8>> {
    // Of a pipe the start could be read only once.
    std::fs::metadata(path)
        .ok()
        .filter(|facts| facts.is_file())?;
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
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    let mut file = options.open(path).map_err(|e| sort(path, &e))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.map_err(|e| {
        // The error worth telling is that of writing.
        let _ = std::fs::remove_file(path);
        sort(path, &e)
    })
}

/// A file that is being written and has no name yet: it comes to be whole, with [`keep_all`], or
/// not at all. It may still be in the system's cache then.
pub struct NewFile {
    path: PathBuf,
    file: File,
    /// Its name until it is kept, where the system has no files without one.
    temporary: Option<PathBuf>,
    failure: Option<FileFailure>,
}

impl NewFile {
    /// Begins a file that is to stand at `path`, in a folder that exists. What is there already
    /// stays, and is told at once.
    pub fn begin(path: &Path) -> Result<Self, FileFailure> {
        if std::fs::symlink_metadata(path).is_ok() {
            return Err(FileFailure::Exists(path.to_owned()));
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            Some(_) | None => Path::new("."),
        };
        let (file, temporary) = match open_nameless(folder) {
            Some(file) => (file, None),
            None => open_temporary(path)?,
        };
        Ok(NewFile {
            path: path.to_owned(),
            file,
            temporary,
            failure: None,
        })
    }

    /// Where it is going to stand.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why writing failed; `otherwise` when it did not.
    pub fn why<F: From<FileFailure>>(&self, otherwise: F) -> F {
        self.failure.clone().map_or(otherwise, F::from)
    }

    /// Gives it its name, unless something has it by now.
    fn keep(&mut self) -> Result<(), FileFailure> {
        let kept = match self.temporary.take() {
            None => link_nameless(&self.file, &self.path),
            Some(temporary) => rename_new(&temporary, &self.path),
        };
        kept.map_err(|e| sort(&self.path, &e))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes).inspect_err(|error| {
            if error.kind() != ErrorKind::Interrupted {
                self.failure.get_or_insert_with(|| sort(&self.path, error));
            }
        })
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // Whoever dropped it has the failure worth telling.
            let _ = std::fs::remove_file(temporary);
        }
    }
}

/// Gives files their names, all or none: a part of them would be of no use and in the way.
pub fn keep_all(files: Vec<NewFile>) -> Result<(), FileFailure> {
    let mut done: Vec<PathBuf> = Vec::new();
    for mut file in files {
        if let Err(failure) = file.keep() {
            for path in done {
                // The failure worth telling is the one that stopped us.
                let _ = std::fs::remove_file(path);
            }
            return Err(failure);
        }
        done.push(file.path.clone());
    }
    Ok(())
}

/// A file without a name in this folder: nothing is left of it when the program is killed. `None`
/// where the system has none.
#[cfg(target_os = "linux")]
fn open_nameless(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let opened = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR);
    opened.ok().map(File::from)
}

#[cfg(not(target_os = "linux"))]
fn open_nameless(_: &Path) -> Option<File> {
    None
}

#[cfg(target_os = "linux")]
fn link_nameless(file: &File, path: &Path) -> std::io::Result<()> {
    use rustix::fs::{AtFlags, CWD};
    use std::os::fd::AsRawFd;
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    let linked = rustix::fs::linkat(CWD, own, CWD, path, AtFlags::SYMLINK_FOLLOW);
    Ok(linked?)
}

#[cfg(not(target_os = "linux"))]
fn link_nameless(_: &File, _: &Path) -> std::io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// A file beside the one that it is going to be.
fn open_temporary(path: &Path) -> Result<(File, Option<PathBuf>), FileFailure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    let file = options.open(&temporary).map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => sort(&temporary, &e),
        _ => sort(path, &e),
    })?;
    Ok((file, Some(temporary)))
}

/// Renames a file to a name that nothing has.
fn rename_new(from: &Path, to: &Path) -> std::io::Result<()> {
    let moved = match std::fs::hard_link(from, to) {
        Ok(()) => return std::fs::remove_file(from),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        // No links here, as on a USB stick: look, then rename.
        Err(_) if std::fs::symlink_metadata(to).is_ok() => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => std::fs::rename(from, to),
    };
    if moved.is_err() {
        let _ = std::fs::remove_file(from);
    }
    moved
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

    /// What stands in a folder.
    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let name = |e: std::io::Result<std::fs::DirEntry>| e.unwrap().file_name();
        let mut names: Vec<String> = entries
            .map(|e| name(e).to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// A file that has no name yet, or, as where the system has none of those, another one.
    fn begun(path: &Path, nameless: bool) -> NewFile {
        if nameless {
            return NewFile::begin(path).unwrap();
        }
        let (file, temporary) = open_temporary(path).unwrap();
        NewFile {
            path: path.to_owned(),
            file,
            temporary,
            failure: None,
        }
    }

    #[test]
    fn a_file_comes_to_be_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.eml");
        for nameless in [true, false] {
            let mut file = begun(&path, nameless);
            file.write_all(b"half").unwrap();
            assert!(!path.exists());
            drop(file);
            assert!(names(folder.path()).is_empty());
            let mut file = begun(&path, nameless);
            file.write_all(b"whole").unwrap();
            keep_all(vec![file]).unwrap();
            assert_eq!(read(&path, 10).unwrap(), b"whole");
            assert_eq!(names(folder.path()), ["letter.eml"]);
            std::fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn several_files_come_to_be_together_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for nameless in [true, false] {
            let [first, second] = ["a", "b"].map(|name| begun(&at(name), nameless));
            std::fs::write(at("b"), b"somebody's").unwrap();
            assert_eq!(
                keep_all(vec![first, second]),
                Err(FileFailure::Exists(at("b")))
            );
            assert_eq!(names(folder.path()), ["b"]);
            assert_eq!(read(&at("b"), 20).unwrap(), b"somebody's");
            let again = NewFile::begin(&at("b")).err();
            assert_eq!(again, Some(FileFailure::Exists(at("b"))));
            std::fs::remove_file(at("b")).unwrap();
        }
    }
}
