//! What the services need from the world: traits that adapters implement.
//!
//! All calls block; they run on a job's thread, look at its [`Watch`](super::job::Watch) and stop
//! when asked.

mod clock;
mod look;
mod mailbox;
mod names;
mod practice;
mod scanner;
mod servers;
mod signatures;
mod store;
mod submission;
#[cfg(test)]
pub mod testing;
mod trust;
mod web;

pub use clock::Clock;
pub use look::{ColorScheme, SystemLook};
pub use mailbox::{FetchFailure, Fetched, MailboxServer, Wanted};
pub use names::{NoResolver, OfflineNames, Resolver, Resolvers};
pub use practice::{Ground, PracticeGround, PracticeServer};
pub use scanner::{Scan, ScanFailure, Scanner};
pub use servers::{Met, PageVisit, Servers, Visit, Vouching};
pub use signatures::SignatureVerifier;
pub use store::{
    AskPassphrase, CertProvenance, Decided, DraftHead, Identity, Kept, KeptWhat, Letter,
    LetterHead, OpenedFacts, OpenedFrom, OpenedHead, OutboxEntry, OutboxId, OutboxState, Question,
    Seen, Sighting, Storage, Store, StoreFailure, StoredCopy, VaultKind, WaitingKey,
};
pub use submission::{
    Connected, Receipt, Refusal, Reply, Stage, Submission, SubmitFailure, Surveyed, TlsFacts,
    TlsRefusal,
};
pub use trust::{CachedList, PinnedAnchor, SystemAuthorities, SystemTrust};
pub use web::{Web, WebFailure};
