//! The real window on a screen that nobody sees, taken from an empty home to a sent letter and its
//! opened answer: with the pointer, with the keyboard alone, and through the accessibility bus alone.
//! And what a person's machine may give it: a small screen, a huge clipboard, a home that cannot be
//! written to, a portal that answers nothing.

use std::fs::File;
use std::process::Command;

/// The most clicks that a person who knows nothing of keys needs.
const CLICKS: usize = 8;

/// Runs a script of `tests/support` on a desktop of its own; what it said, line by line. `before`
/// stands in front of everything.
fn said(before: &[&str], script: &str, words: &[&str]) -> Vec<String> {
    let script = format!("{}/tests/support/{script}", env!("CARGO_MANIFEST_DIR"));
    let runtime = tempfile::tempdir().unwrap();
    // Debian's own python has pyatspi; another one in the path may not.
    let line = ["dbus-run-session", "--", "/usr/bin/python3", "-B", &script];
    let line = [before, &line].concat();
    // Into files, and not through pipes: a bus that outlives the script would hold those open.
    let files = ["out", "err"].map(|name| runtime.path().join(name));
    let [out, err] = files.each_ref().map(|path| File::create(path).unwrap());
    let status = Command::new(line[0])
        .args(&line[1..])
        .arg(env!("CARGO_BIN_EXE_waxwing"))
        .args(words)
        .env("XDG_RUNTIME_DIR", runtime.path())
        .env("HOME", runtime.path())
        .env("NO_AT_BRIDGE", "0")
        .stdout(out)
        .stderr(err)
        .status()
        .expect("dbus-run-session (Debian: dbus-daemon)");
    let [said, failed] = files.map(|path| std::fs::read(path).unwrap());
    let said = String::from_utf8_lossy(&said);
    let failed = String::from_utf8_lossy(&failed);
    assert!(status.success(), "{status}: {said}\n{failed}");
    assert!(said.ends_with("done\n"), "{said}");
    said.lines().map(str::to_owned).collect()
}

#[test]
fn a_pointer_comes_from_an_empty_home_to_the_answer_in_eight_clicks() {
    let said = said(&[], "first_letter.py", &["pointer"]);
    let clicks: Option<usize> = said.iter().find_map(|line| {
        let rest = line.strip_prefix("the answer is open after ")?;
        rest.strip_suffix(" clicks")?.parse().ok()
    });
    let clicks = clicks.expect("the number of clicks");
    assert!((1..=CLICKS).contains(&clicks), "{clicks} clicks");
}

#[test]
fn the_keyboard_alone_comes_from_an_empty_home_to_the_answer() {
    let said = said(&[], "first_letter.py", &["keyboard"]);
    assert!(said.iter().any(|line| line == "the answer is open"));
    assert!(said.iter().any(|line| line == "sent once more"));
}

#[test]
fn the_accessibility_bus_alone_comes_from_an_empty_home_to_the_answer() {
    let said = said(&[], "first_letter.py", &["bus"]);
    assert!(said.iter().any(|line| line == "the answer is open"));
}

/// Gives the window something bad; what was seen.
fn bad(before: &[&str], task: &str, seen: &str) {
    let said = said(before, "bad_window.py", &[task]);
    assert!(said.iter().any(|line| line.starts_with(seen)), "{said:?}");
}

#[test]
fn all_of_it_can_be_reached_on_a_screen_of_640_by_480() {
    bad(&[], "small-screen", "every page fits");
}

#[test]
fn a_clipboard_of_a_hundred_megabytes_holds_nothing_up_and_loses_nothing() {
    bad(&[], "huge-clipboard", "goes on after ");
}

#[test]
fn a_home_that_cannot_be_written_to_is_said_and_loses_nothing() {
    // As root, permissions stop nobody: the home is mounted read-only, in a namespace of the script's own.
    let root = rustix::process::geteuid().is_root();
    let namespace = if root {
        ["unshare", "-m"]
    } else {
        ["unshare", "-rm"]
    };
    bad(
        &namespace,
        "read-only-home",
        "says that nothing can be kept",
    );
}

#[test]
fn a_portal_that_answers_nothing_holds_nothing_up() {
    bad(&[], "dumb-portal", "a letter opens by its path");
}
