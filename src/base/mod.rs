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

#[cfg(test)]
pub mod testing {
    //! What tests share.

    /// CPU seconds that this thread has used, so that a busy machine makes no bound on work fail.
    /// Linux's scheduler statistics have it in nanoseconds.
    pub fn cpu_seconds() -> f64 {
        let stats = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        let nanoseconds: f64 = stats.split(' ').next().unwrap().parse().unwrap();
        nanoseconds / 1e9
    }
}
