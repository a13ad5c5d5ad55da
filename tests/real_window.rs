//! The real window on a screen that nobody sees: found through the accessibility bus, pressed with
//! the pointer and the keyboard, from an empty home to a sent letter and its opened answer.

use std::process::Command;

#[test]
fn a_hand_at_the_window_sends_a_letter_and_reads_the_answer() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/first_letter.py");
    let runtime = tempfile::tempdir().unwrap();
    // Debian's own python has pyatspi; another one in the path may not.
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
    assert!(said.contains("the answer is open after 4 clicks"), "{said}");
    assert!(said.ends_with("done\n"), "{said}");
}
