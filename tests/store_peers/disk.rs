//! Homes on disks that cannot be written to, or are full. As root, permissions stop nobody: the
//! disks are mounted in a mount namespace of the child's own.

use crate::child::{Running, command};
use crate::shared::{fill_home, open_at};
use std::path::Path;
use waxwing::app::port::Store;

/// Runs the child with `mounts` done before, in its own namespace.
fn with_mounts(task: &str, home: &Path, mounts: &str) -> Vec<String> {
    let root = rustix::process::geteuid().is_root();
    let unshare = if root { "unshare -m" } else { "unshare -rm" };
    let script = format!("{mounts} && exec \"$@\"");
    let mut before: Vec<&str> = unshare.split(' ').collect();
    before.extend(["sh", "-c", &script, "sh"]);
    Running::start(command(task, home, &before)).finish()
}

fn read_only(path: &Path) -> String {
    let path = path.display();
    format!("mount --bind {path} {path} && mount -o remount,bind,ro {path}")
}

#[test]
fn a_read_only_home_is_read_and_says_so_when_written() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    fill_home(&home);
    let said = with_mounts("read", &home, &read_only(dir.path()));
    let refused = |line: &str| line.contains("ReadOnly") && line.contains("home");
    assert_eq!(
        said[..5],
        [
            "open ok",
            "identities 1",
            "certs 1",
            "draft Ok(Some(4))",
            "outbox Ok(1)"
        ]
    );
    assert_eq!(said.len(), 8);
    for line in &said[5..] {
        assert!(refused(line), "{line}");
    }
    // And nothing of it happened.
    let store = open_at(&home);
    assert_eq!(store.draft("d").unwrap().unwrap().expose(), b"kept");
    assert_eq!(store.certs().unwrap().len(), 1);
}

#[test]
fn a_read_only_home_left_by_a_killed_process_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    fill_home(&home);
    // A writer that dies leaves its log beside the database.
    let mut child = Running::start(command("drafts", &home, &[]));
    for _ in 0..3 {
        child.line().unwrap();
    }
    child.kill();
    assert!(home.join("waxwing.sqlite-wal").metadata().unwrap().len() > 0);
    let said = with_mounts("read", &home, &read_only(dir.path()));
    assert_eq!(said[..2], ["open ok", "identities 1"], "{said:?}");
    assert!(said[3].starts_with("draft Ok(Some("), "{said:?}");
    assert_ne!(said[3], "draft Ok(Some(4))", "what the dead wrote is there");
}

#[test]
fn a_home_that_is_not_there_and_cannot_be_made_is_read_as_empty() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let said = with_mounts("read", &home, &read_only(dir.path()));
    assert_eq!(said[..3], ["open ok", "identities 0", "certs 0"]);
    for line in &said[3..] {
        assert!(line.contains("ReadOnly"), "{line}");
    }
}

#[test]
fn a_full_disk_is_said_and_nothing_that_was_kept_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().display();
    let home = dir.path().join("home");
    let mount = format!("mount -t tmpfs -o size=12m none {disk}");
    let said = with_mounts("fill", &home, &mount);
    assert!(said[0].starts_with("full DiskFull"), "{said:?}");
    // A small thing may still find room; if not, it says so.
    let identity = said[1].strip_prefix("add_identity ").unwrap();
    let right = identity == "ok" || identity.starts_with("DiskFull");
    assert!(right, "{said:?}");
    let kept: usize = said[2].strip_prefix("kept ").unwrap().parse().unwrap();
    assert!(kept > 0);
}
