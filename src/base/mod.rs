//! What every other module may lean on: secrets, untrusted text, limits, time, helpers.

pub mod limits;
pub mod secret;
pub mod untrusted;
pub mod workers;

pub use secret::{Passphrase, Secret};
pub use untrusted::Untrusted;
pub use workers::{Alone, Workers, both};

/// A point in time, UTC. The core never asks a clock: callers pass one of these in.
pub type Time = jiff::Timestamp;
