//! Looking through files for what is known to be harmful, on this computer.

use crate::app::job::Cancel;

/// Looks through files. What it is shown stays on this computer.
pub trait Scanner: Send + Sync {
    /// Looks through bytes.
    ///
    /// # Errors
    /// There is a scanner, and it did not look: nobody may take that for a clean file.
    fn scan(&self, bytes: &[u8], cancel: &Cancel) -> Result<Scan, ScanFailure>;
}

/// What a scanner said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// No scanner runs here: nothing was looked through.
    NoScanner,
    /// It knows nothing against it, which is no promise.
    NothingFound,
    /// It knows it, under this name, as the scanner writes it.
    Found(String),
}

/// Why a scanner that is there did not look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanFailure {
    /// It cannot be spoken to; the system's words.
    Unreachable(String),
    /// It refuses so large a file.
    TooLarge,
    /// It answered with an error, in its words, or with what is no answer.
    Refused(String),
    /// It took too long.
    Deadline,
    /// The person stopped it.
    Cancelled,
}
