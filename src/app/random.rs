//! Random bytes for names of messages and boundaries, from the system.

use crate::app::failure::Failure;

/// Random bytes; fails only where the system has none.
pub fn make_bytes<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    // Not AWS-LC's generator: its first use in a process measures jitter for 25 ms.
    getrandom::fill(&mut bytes)
        .map_err(|_| Failure::Bug("the system gave no random bytes".to_owned()))?;
    Ok(bytes)
}
