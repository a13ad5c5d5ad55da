//! Random bytes for names of messages and boundaries, from the system.

use crate::app::failure::Failure;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// Random bytes; fails only where the system has none.
pub fn make_bytes<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Failure::Bug("the system gave no random bytes".to_owned()))?;
    Ok(bytes)
}
