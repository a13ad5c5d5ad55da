//! The real window in light and dark, as a played settings portal has it, and with one that never
//! answers.

use std::fs::File;
use std::process::Command;

/// What was seen, in order.
fn look(portal: &str) -> Vec<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/system_look.py");
    let runtime = tempfile::tempdir().unwrap();
    // Into files, and not through pipes: a bus that outlives the script would hold those open.
    let files = ["out", "err"].map(|name| runtime.path().join(name));
    let [out, err] = files.each_ref().map(|path| File::create(path).unwrap());
    let status = Command::new("dbus-run-session")
        .args(["--", "/usr/bin/python3", script])
        .args([env!("CARGO_BIN_EXE_waxwing"), portal])
        .env("XDG_RUNTIME_DIR", runtime.path())
        .env("HOME", runtime.path())
        .env("NO_AT_BRIDGE", "0")
        .stdout(out)
        .stderr(err)
        .status()
        .expect("dbus-run-session (Debian: dbus-daemon)");
    let [said, failed] = files.map(|path| std::fs::read(path).unwrap());
    let said = String::from_utf8_lossy(&said).into_owned();
    let failed = String::from_utf8_lossy(&failed);
    assert!(status.success(), "{status}: {said}\n{failed}");
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
