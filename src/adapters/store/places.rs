//! What lies where, and how large it is.

use super::home::Home;
use crate::app::port::{Kept, KeptWhat};
use std::path::{Path, PathBuf};

/// Folders within folders are looked into so deep; ours are not deeper.
const DEPTH: usize = 4;

/// The places of a home; none for a store in memory.
pub(super) fn places(home: Option<&Home>) -> Vec<Kept> {
    let Some(home) = home else {
        return Vec::new();
    };
    let beside = |file: PathBuf| {
        // What SQLite writes beside its file belongs to it.
        let with = |ending: &str| {
            let mut name = file.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        };
        ["", "-wal", "-shm", "-journal"]
            .into_iter()
            .map(|ending| size(&with(ending), 0))
            .sum()
    };
    let kept = |what, path: &Path, bytes| Kept {
        what,
        path: path.display().to_string(),
        bytes,
    };
    let database = home.database();
    let index = home.cert_index();
    vec![
        kept(KeptWhat::Home, &database, beside(database.clone())),
        kept(
            KeptWhat::Certificates,
            home.certs(),
            size(home.certs(), DEPTH),
        ),
        kept(KeptWhat::CertificateIndex, &index, beside(index.clone())),
    ]
}

/// Bytes of a file, or of the files in a folder.
fn size(path: &Path, depth: usize) -> u64 {
    let Ok(facts) = std::fs::symlink_metadata(path) else {
        return 0;
    };
    if facts.is_file() {
        return facts.len();
    }
    if !facts.is_dir() || depth == 0 {
        return 0;
    }
    let entries = std::fs::read_dir(path).into_iter().flatten();
    entries
        .flatten()
        .map(|entry| size(&entry.path(), depth - 1))
        .sum()
}
