//! Attachments are offered to the scanner of the computer before they are saved.

use super::clamd::{Clamd, HARM};
use super::wax::Wax;
use serde_json::{Value, json};
use std::path::Path;

fn letter(content: &str) -> String {
    format!(
        "From: bob@example.org\r\nSubject: Files\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nTwo files.\r\n\
         --b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=good.txt\r\n\r\nfine\r\n\
         --b\r\nContent-Type: application/octet-stream\r\n\
         Content-Disposition: attachment; filename=other.bin\r\n\r\n{content}\r\n--b--\r\n"
    )
}

/// What `wax open --save` says with the scanner behind this socket, and what it saved.
fn saved(wax: &Wax, line: &[&str], socket: &Path) -> (i32, Value, usize) {
    let folder = wax.path("saved");
    let _ = std::fs::remove_dir_all(&folder);
    let folder = folder.to_str().unwrap();
    let mut words = vec!["open", "--save", folder, "--json"];
    words.extend_from_slice(line);
    let output = wax
        .command(&words)
        .env("WAXWING_CLAMD", socket)
        .output()
        .unwrap();
    let document = serde_json::from_slice(&output.stdout).unwrap();
    let files = std::fs::read_dir(folder).map_or(0, Iterator::count);
    (output.status.code().unwrap(), document, files)
}

#[test]
fn what_the_scanner_knows_is_not_saved_without_a_word() {
    let clamd = Clamd::start(1 << 20);
    let wax = Wax::new();
    let good = wax.file("good.eml", letter("harmless"));
    let bad = wax.file("bad.eml", letter(&format!("x{HARM}y")));
    let (exit, _, files) = saved(&wax, &[&good], &clamd.socket());
    assert_eq!((exit, files), (0, 2));
    let (exit, told, files) = saved(&wax, &[&bad], &clamd.socket());
    assert_eq!((exit, files), (1, 0), "{told:#}");
    assert_eq!(told["error"]["code"], "harmful");
    assert!(
        told["error"]["why"]
            .as_str()
            .unwrap()
            .contains("Test.Villain")
    );
    let (exit, _, files) = saved(&wax, &[&bad, "--save-harmful"], &clamd.socket());
    assert_eq!((exit, files), (0, 2));
}

#[test]
fn what_the_scanner_could_not_look_through_is_not_saved_without_a_word() {
    let clamd = Clamd::start(64 << 10);
    let wax = Wax::new();
    let large = wax.file("large.eml", letter(&"large ".repeat(60_000)));
    let (exit, told, files) = saved(&wax, &[&large], &clamd.socket());
    assert_eq!((exit, files), (1, 0), "{told:#}");
    assert_eq!(told["error"]["code"], json!("not-scanned"));
    // No scanner at all is no reason to refuse.
    let (exit, _, files) = saved(&wax, &[&large], Path::new("/nonexistent/socket"));
    assert_eq!((exit, files), (0, 2));
    let (exit, _, files) = saved(&wax, &[&large, "--offline"], &clamd.socket());
    assert_eq!((exit, files), (0, 2));
}
