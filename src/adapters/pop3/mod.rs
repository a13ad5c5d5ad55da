//! Fetching letters by POP3 over TLS (RFC 1939, RFC 8314). Nothing is ever removed.

mod conversation;
mod session;

#[cfg(test)]
mod tests;

use std::time::Duration;

/// How long a server may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// From connecting until the lists are asked for.
    pub login: Duration,
    /// For lists and letters together, however small.
    pub letters: Duration,
    /// On top of it for each letter.
    pub each: Duration,
    /// And a second for so many bytes.
    pub bytes_per_second: u64,
    /// For the farewell, when everything is here already.
    pub farewell: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            login: Duration::from_secs(60),
            letters: Duration::from_secs(60),
            each: Duration::from_millis(500),
            bytes_per_second: 16 << 10,
            farewell: Duration::from_secs(2),
        }
    }
}

impl Patience {
    /// The time that so many letters with so many bytes may take together.
    fn for_letters(&self, letters: usize, bytes: u64) -> Duration {
        let letters = u32::try_from(letters).unwrap_or(u32::MAX);
        let seconds = bytes / self.bytes_per_second.max(1);
        self.letters
            .saturating_add(self.each.saturating_mul(letters))
            .saturating_add(Duration::from_secs(seconds))
    }
}
