//! What every other module may lean on: secrets, untrusted text, limits, time.

pub mod limits;
pub mod secret;
pub mod untrusted;

pub use secret::{Passphrase, Secret};
pub use untrusted::Untrusted;

/// A point in time, UTC. The core never asks a clock: callers pass one of these in.
pub type Time = jiff::Timestamp;
