//! A place to practise: a mail server of its own and two homes that nothing is kept of.

use super::Store;
use crate::address::Address;
use crate::base::Passphrase;
use crate::settings::Account;
use std::sync::Arc;

/// Makes places to practise.
pub trait PracticeGround: Send + Sync {
    /// A new server with two empty homes; the error is the system's words.
    fn open(&self) -> Result<Ground, String>;
}

/// One place to practise. Dropping it ends the server and forgets both homes.
pub struct Ground {
    /// The practising person's home.
    pub learner: Arc<dyn Store>,
    /// The partner's home.
    pub partner: Arc<dyn Store>,
    /// The server between them.
    pub server: Arc<dyn PracticeServer>,
}

/// A mail server that keeps nothing.
pub trait PracticeServer: Send + Sync {
    /// Admits a user, and gives the account to reach the server with.
    fn account(&self, address: &Address) -> (Account, Passphrase);
    /// A user's letters, oldest first, as they came over the wire.
    fn received(&self, address: &Address) -> Vec<Arc<Vec<u8>>>;
    /// What was said so far, a line each, passwords blanked.
    fn wire_log(&self) -> Vec<String>;
}
