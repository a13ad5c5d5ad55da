//! Two starts on one home, with the real window: the second hands over to the first and ends; the
//! window opens again where it was.

use std::process::Command;

#[test]
fn later_starts_hand_over_to_the_first_window_which_opens_again_as_it_was() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/one_window.py");
    let runtime = tempfile::tempdir().unwrap();
    let output = Command::new("dbus-run-session")
        .args(["--", "/usr/bin/python3", script])
        .arg(env!("CARGO_BIN_EXE_waxwing"))
        .env("XDG_RUNTIME_DIR", runtime.path())
        .env("HOME", runtime.path())
        .env("NO_AT_BRIDGE", "0")
        .output()
        .expect("dbus-run-session (Debian: dbus-daemon)");
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{failed}");
    assert!(said.lines().any(|line| line == "done"), "{said}");
}
