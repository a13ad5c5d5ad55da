//! Fetching letters by POP3 over TLS (RFC 1939, RFC 8314). Nothing is ever removed.

mod connect;
mod conversation;
mod session;

#[cfg(test)]
mod tests;

use crate::adapters::tls;
use crate::app::job::{Step, Watch};
use crate::app::port::{FetchFailure, Fetched, MailboxServer, Wanted};
use crate::base::Passphrase;
use crate::settings::{Account, Security};
use std::collections::HashSet;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::Instant;

/// Fetches letters; the network runs on the runtime that it is given.
pub struct Pop3Mailbox {
    handle: Handle,
    timing: Timing,
}

impl Pop3Mailbox {
    /// As patient as usual.
    pub fn new(handle: Handle) -> Self {
        Pop3Mailbox::with_timing(handle, Timing::default())
    }

    /// As patient as this.
    pub fn with_timing(handle: Handle, timing: Timing) -> Self {
        Pop3Mailbox { handle, timing }
    }
}

impl MailboxServer for Pop3Mailbox {
    fn fetch(
        &self,
        account: &Account,
        password: &Passphrase,
        known: &dyn Fn(&str) -> bool,
        watch: &Watch,
    ) -> Result<Vec<Fetched>, FetchFailure> {
        let endpoint = account.mailbox.as_ref().ok_or(FetchFailure::NoMailbox)?;
        let timing = &self.timing;
        self.handle.block_on(async {
            watch.progress(Step::Connecting, 0, 0);
            let patience = tls::Patience {
                deadline: Instant::now() + timing.login,
                cancel: watch.cancel.clone(),
            };
            let secured = session::Secured {
                stream: connect::connect(endpoint, &patience).await?,
                greeted: endpoint.security == Security::StartTls,
                patience,
            };
            session::fetch(secured, account, password, known, timing, watch).await
        })
    }

    fn wait_for(
        &self,
        account: &Account,
        password: &Passphrase,
        known: &dyn Fn(&str) -> bool,
        wanted: &Wanted<'_>,
        watch: &Watch,
    ) -> Result<Vec<Fetched>, FetchFailure> {
        let until = Instant::now() + wanted.patience;
        let mut seen: HashSet<String> = HashSet::new();
        let mut found = Vec::new();
        loop {
            let known = |uid: &str| seen.contains(uid) || known(uid);
            let fetched = self.fetch(account, password, &known, watch)?;
            seen.extend(fetched.iter().map(|letter| letter.uid.clone()));
            found.extend(
                fetched
                    .into_iter()
                    .filter(|letter| (wanted.is)(&letter.bytes)),
            );
            watch.progress(Step::Waiting, 0, 0);
            let over = Instant::now() + AGAIN >= until;
            if found.len() >= wanted.count || over || watch.cancel.is_cancelled() {
                return Ok(found);
            }
            self.handle.block_on(async {
                tokio::select! {
                    () = watch.cancel.cancelled() => {}
                    () = tokio::time::sleep(AGAIN) => {}
                }
            });
        }
    }
}

/// How long to wait before a mailbox is looked into again.
const AGAIN: Duration = Duration::from_secs(1);

/// How long a server may take.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
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

impl Default for Timing {
    fn default() -> Self {
        Timing {
            login: Duration::from_secs(60),
            letters: Duration::from_secs(60),
            each: Duration::from_millis(500),
            bytes_per_second: 16 << 10,
            farewell: Duration::from_secs(2),
        }
    }
}

impl Timing {
    /// The time that so many letters with so many bytes may take together.
    fn for_letters(&self, letters: usize, bytes: u64) -> Duration {
        let letters = u32::try_from(letters).unwrap_or(u32::MAX);
        let seconds = bytes / self.bytes_per_second.max(1);
        self.letters
            .saturating_add(self.each.saturating_mul(letters))
            .saturating_add(Duration::from_secs(seconds))
    }
}
