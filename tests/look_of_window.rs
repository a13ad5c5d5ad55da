//! The real window in light and dark, as a played settings portal has it, and with one that never
//! answers.

use std::process::Command;

/// What was seen, in order.
fn look(portal: &str) -> Vec<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/system_look.py");
    let runtime = tempfile::tempdir().unwrap();
    let output = Command::new("dbus-run-session")
        .args(["--", "/usr/bin/python3", script])
        .args([env!("CARGO_BIN_EXE_waxwing"), portal])
        .env("XDG_RUNTIME_DIR", runtime.path())
        .env("HOME", runtime.path())
        .env("NO_AT_BRIDGE", "0")
        .output()
        .expect("dbus-run-session (Debian: dbus-daemon)");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{failed}");
    assert!(said.lines().any(|line| line == "done"), "{said}");
    // The session's own services may speak in between.
    let seen = said.lines().filter(|line| line.ends_with(" paper"));
    seen.map(str::to_owned).collect()
}

#[test]
fn the_window_follows_the_desktop_from_dark_to_light_and_back() {
    let wanted = ["dark paper", "light paper", "dark paper"];
    assert_eq!(look("speaking"), wanted);
}

#[test]
fn a_portal_that_answers_nothing_keeps_no_window_from_opening() {
    assert_eq!(look("silent"), ["light paper"]);
}
