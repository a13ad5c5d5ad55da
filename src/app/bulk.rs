//! Many messages at once: the list fills while they are read, and anybody may look at it meanwhile.

use crate::app::failure::{Failure, FileFailure};
use crate::app::files;
use crate::base::{Time, Untrusted};
use crate::mime::mbox;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Largest mbox, in bytes: it is held in memory.
pub const MBOX_BYTES: u64 = 4 << 30;

/// One message in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRow {
    /// Its number, from zero.
    pub index: usize,
    /// Who wrote it, as far as that may be shown.
    pub from: Vec<String>,
    /// Its subject.
    pub subject: Untrusted,
    /// Its date.
    pub date: Option<Time>,
    /// What came of reading it.
    pub verdict: Result<BulkVerdict, Failure>,
}

/// The judgement of one message, as words that last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkVerdict {
    /// As `verified`.
    pub summary: String,
    /// As `openpgp`.
    pub scheme: Option<String>,
    /// Address, fingerprint and check of whoever signed.
    pub signer: Option<(String, String, String)>,
    /// Why it is no better.
    pub why_not: Option<String>,
    /// Codes of what deserves a second look.
    pub cautions: Vec<String>,
}

/// Where many messages come from.
#[derive(Debug, Clone)]
pub enum BulkSource {
    /// One file with all of them.
    Mbox(Arc<Vec<u8>>, Vec<Range<usize>>),
    /// A file each.
    Files(Vec<PathBuf>),
}

impl BulkSource {
    /// How many messages there are.
    pub fn len(&self) -> usize {
        match self {
            BulkSource::Mbox(_, ranges) => ranges.len(),
            BulkSource::Files(paths) => paths.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One message.
    ///
    /// # Errors
    /// There is no such message, or its file cannot be read.
    pub fn message(&self, index: usize) -> Result<Vec<u8>, Failure> {
        match self {
            BulkSource::Mbox(bytes, ranges) => {
                let range = ranges.get(index).cloned().ok_or(Failure::NoSuchLetter)?;
                let message = bytes.get(range).ok_or(Failure::NoSuchLetter)?;
                Ok(mbox::unquoted(message).into_owned())
            }
            BulkSource::Files(paths) => {
                files::read_message(paths.get(index).ok_or(Failure::NoSuchLetter)?)
            }
        }
    }
}

/// A list that fills while messages are read.
#[derive(Default)]
pub struct BulkList(Mutex<State>);

#[derive(Default)]
struct State {
    source: Option<Arc<BulkSource>>,
    rows: Vec<Option<Arc<BulkRow>>>,
    done: usize,
}

impl BulkList {
    /// A list that is to be filled.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From here the messages come.
    pub fn begin(&self, source: Arc<BulkSource>) {
        let mut state = self.lock();
        state.rows = vec![None; source.len()];
        state.done = 0;
        state.source = Some(source);
    }

    /// One more was read.
    pub fn put(&self, row: BulkRow) {
        let mut state = self.lock();
        let index = row.index;
        if let Some(slot) = state.rows.get_mut(index)
            && slot.replace(Arc::new(row)).is_none()
        {
            state.done += 1;
        }
    }

    /// How many there are, and how many were read.
    pub fn counts(&self) -> (usize, usize) {
        let state = self.lock();
        (state.rows.len(), state.done)
    }

    /// What was read so far, in the order of the file; those beyond `known` alone are new when none is
    /// missing before.
    pub fn rows(&self) -> Vec<Arc<BulkRow>> {
        self.lock().rows.iter().flatten().cloned().collect()
    }

    /// One message.
    ///
    /// # Errors
    /// There is no such message, or its file cannot be read.
    pub fn message(&self, index: usize) -> Result<Vec<u8>, Failure> {
        let source = self.lock().source.clone();
        source.ok_or(Failure::NoSuchLetter)?.message(index)
    }
}

/// Whether bytes are an mbox.
pub fn is_mbox(bytes: &[u8]) -> bool {
    mbox::is_mbox(bytes)
}

/// Whether a path holds many messages: an mbox, or a folder that is a Maildir.
pub fn is_many(path: &std::path::Path) -> bool {
    files::is_maildir(path) || files::start(path, 512).is_some_and(|start| mbox::is_mbox(&start))
}

/// The messages of an mbox or a Maildir.
///
/// # Errors
/// It cannot be read.
pub fn source(path: &std::path::Path) -> Result<BulkSource, FileFailure> {
    if files::is_maildir(path) {
        return Ok(BulkSource::Files(files::maildir(path)?));
    }
    Ok(mbox_source(files::read(path, MBOX_BYTES)?))
}

/// The messages of an mbox in memory.
pub fn mbox_source(bytes: Vec<u8>) -> BulkSource {
    let ranges = mbox::messages(&bytes);
    BulkSource::Mbox(Arc::new(bytes), ranges)
}
