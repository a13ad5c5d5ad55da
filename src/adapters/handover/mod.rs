//! One window for a home: a second start hands what it was started with over to the first, and
//! ends.
//!
//! The first holds a lock file in the home, which the system lets go of however the process dies,
//! and listens at a socket that only its owner can open. Whoever gets the lock removes a socket
//! that a dead one left. Both sides look at who the other is before a byte counts.
//!
//! ```text
//! second → first   "WAXWING1", length (4 bytes, big-endian), arguments separated by NUL
//! first → second   "ok" once they are taken
//! ```

#[cfg(not(unix))]
mod nowhere;
#[cfg(unix)]
mod socket;
#[cfg(all(test, unix))]
mod tests;

#[cfg(not(unix))]
pub use nowhere::{First, meet};
#[cfg(unix)]
pub use socket::{First, meet};

/// What came of looking for another window on this home.
pub enum Meeting {
    /// There is none: this is the first.
    First(First),
    /// There is one, and it took the arguments.
    HandedOver,
    /// Nobody can be met here: a home that cannot be written to, a first that does not answer, or
    /// more than can be handed over.
    Alone,
}
