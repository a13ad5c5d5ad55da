//! The real window on a screen that nobody sees, taken from an empty home to a sent letter and its
//! opened answer: with the pointer, with the keyboard alone, and through the accessibility bus alone.

use std::process::Command;

/// The most clicks that a person who knows nothing of keys needs.
const CLICKS: usize = 8;

/// Runs a script of `tests/support` on a desktop of its own; what it said, line by line.
fn said(script: &str, words: &[&str]) -> Vec<String> {
    let script = format!("{}/tests/support/{script}", env!("CARGO_MANIFEST_DIR"));
    let runtime = tempfile::tempdir().unwrap();
    // Debian's own python has pyatspi; another one in the path may not.
    let output = Command::new("dbus-run-session")
        .args(["--", "/usr/bin/python3", "-B", &script])
        .arg(env!("CARGO_BIN_EXE_waxwing"))
        .args(words)
        .env("XDG_RUNTIME_DIR", runtime.path())
        .env("HOME", runtime.path())
        .env("NO_AT_BRIDGE", "0")
        .output()
        .expect("dbus-run-session (Debian: dbus-daemon)");
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{failed}");
    assert!(said.ends_with("done\n"), "{said}");
    said.lines().map(str::to_owned).collect()
}

#[test]
fn a_pointer_comes_from_an_empty_home_to_the_answer_in_eight_clicks() {
    let said = said("first_letter.py", &["pointer"]);
    let clicks: Option<usize> = said.iter().find_map(|line| {
        let rest = line.strip_prefix("the answer is open after ")?;
        rest.strip_suffix(" clicks")?.parse().ok()
    });
    let clicks = clicks.expect("the number of clicks");
    assert!((1..=CLICKS).contains(&clicks), "{clicks} clicks");
}

#[test]
fn the_keyboard_alone_comes_from_an_empty_home_to_the_answer() {
    let said = said("first_letter.py", &["keyboard"]);
    assert!(said.iter().any(|line| line == "the answer is open"));
    assert!(said.iter().any(|line| line == "sent once more"));
}

#[test]
fn the_accessibility_bus_alone_comes_from_an_empty_home_to_the_answer() {
    let said = said("first_letter.py", &["bus"]);
    assert!(said.iter().any(|line| line == "the answer is open"));
}
