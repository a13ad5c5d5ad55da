//! The store against the real world: processes that are killed, disks that are full or cannot be
//! written to, a real keyring under its own bus, `sq`, and a scan of everything that was written.
//!
//! Work that must happen in another process happens in this test's own program, started again with
//! [`child`] as its only test.

#[path = "store_peers/child.rs"]
mod child;
#[path = "store_peers/disk.rs"]
mod disk;
#[path = "store_peers/keyring.rs"]
mod keyring;
#[path = "store_peers/kill.rs"]
mod kill;
#[path = "store_peers/leaks.rs"]
mod leaks;
#[path = "store_peers/many.rs"]
mod many;
#[path = "store_peers/shared.rs"]
mod shared;

/// The other process: does what `STORE_CHILD` says, and nothing without it.
#[test]
fn child() {
    child::run();
}
