//! Fetching letters from a server.

use super::SubmitFailure;
use crate::app::job::Watch;
use crate::base::Passphrase;
use crate::settings::Account;
use std::time::Duration;

/// A server that keeps letters.
pub trait MailboxServer: Send + Sync {
    /// Fetches every letter that `known` does not name. Nothing is removed from the server.
    fn fetch(
        &self,
        account: &Account,
        password: &Passphrase,
        known: &dyn Fn(&str) -> bool,
        watch: &Watch,
    ) -> Result<Vec<Fetched>, FetchFailure>;

    /// Fetches again and again until `count` letters that are `wanted` are there, or `patience` is over.
    /// Those alone are given, as many as came; the others stay as if they had not been seen. A server that
    /// is here and hands letters out at once needs no more than one look.
    fn wait_for(
        &self,
        account: &Account,
        password: &Passphrase,
        known: &dyn Fn(&str) -> bool,
        wanted: &Wanted<'_>,
        watch: &Watch,
    ) -> Result<Vec<Fetched>, FetchFailure> {
        let mut fetched = self.fetch(account, password, known, watch)?;
        fetched.retain(|letter| (wanted.is)(&letter.bytes));
        Ok(fetched)
    }
}

/// Letters that are waited for.
pub struct Wanted<'a> {
    /// Whether a letter, as bytes, is one of them.
    pub is: &'a dyn Fn(&[u8]) -> bool,
    /// How many there are.
    pub count: usize,
    /// How long to wait for them.
    pub patience: Duration,
}

/// One letter as the server keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The server's own lasting name for it (POP3 UIDL, RFC 1939 §7).
    pub uid: String,
    /// Its bytes, dot-stuffing removed.
    pub bytes: Vec<u8>,
}

/// Why nothing was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchFailure {
    /// The account names no server to fetch from.
    NoMailbox,
    /// The connection, TLS or login failed; same causes as for sending.
    Connection(SubmitFailure),
    /// One letter is larger than the limit of a message.
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
}
