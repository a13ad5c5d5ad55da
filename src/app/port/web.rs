//! Fetching small things over HTTP, when the person said so.

use crate::app::job::Cancel;

/// Fetches and asks over `http` and `https`.
pub trait Web: Send + Sync {
    /// Fetches what is at `place`, of at most `most` bytes.
    fn get(&self, place: &str, most: usize, cancel: &Cancel) -> Result<Vec<u8>, WebFailure>;

    /// Sends `body`, of media type `kind`, and gives back the answer of at most `most` bytes.
    fn post(
        &self,
        place: &str,
        kind: &str,
        body: &[u8],
        most: usize,
        cancel: &Cancel,
    ) -> Result<Vec<u8>, WebFailure>;
}

/// Why nothing was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebFailure {
    /// The place is none that is fetched: only `http` and `https` are.
    BadPlace,
    /// Its server cannot be reached; the system's words.
    Unreachable(String),
    /// TLS failed; what was wrong.
    Tls(String),
    /// The server answers with this status.
    Status(u16),
    /// The answer is no HTTP.
    Garbage,
    /// The answer is larger than what it should be can be.
    TooLarge,
    /// It took too long.
    Deadline,
    /// The person stopped it.
    Cancelled,
}
