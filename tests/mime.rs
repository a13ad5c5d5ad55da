//! Mail that others collected: read without harm, and as a second parser reads it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use waxwing::compose::Draft;
use waxwing::mime::{Content, Cover, ProtectedHeaders, Tree, author, parse_date};

/// The public vectors; without them there is nothing to read.
fn vectors() -> Option<PathBuf> {
    std::env::var_os("WAXWING_VECTORS").map(PathBuf::from)
}

fn messages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "eml" || e == "msg") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn rule_30_collected_mail_is_read_without_harm() {
    let Some(vectors) = vectors() else { return };
    let all = messages(&vectors);
    assert!(all.len() > 100, "{} messages", all.len());
    for path in all {
        let bytes = std::fs::read(&path).unwrap();
        let started = Instant::now();
        let Ok(tree) = Tree::parse(&bytes) else {
            panic!("{}: refused", path.display());
        };
        for part in tree.parts() {
            let _ = (
                part.path(),
                part.text(),
                part.file_name(),
                author(&part.header()),
            );
        }
        let root = tree.root();
        let _ = Content::of(root, true);
        let _ = ProtectedHeaders::of(root, &root.header(), Cover::SignedAndEncrypted);
        if let Ok(draft) = Draft::from_bytes(&bytes) {
            let back = Draft::from_bytes(draft.to_bytes().expose()).unwrap();
            assert!(back == draft, "{}", path.display());
        }
        assert!(
            started.elapsed() < Duration::from_secs(2),
            "{}",
            path.display()
        );
    }
}

/// Two parsers that were written apart agree on what a person sees of ordinary mail.
#[test]
fn collected_mail_reads_as_a_second_parser_reads_it() {
    let Some(vectors) = vectors() else { return };
    let folder = vectors.join("mail-parser/resources/eml");
    let mut compared = 0;
    for path in messages(&folder) {
        if path.to_string_lossy().contains("malformed") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let tree = Tree::parse(&bytes).unwrap();
        let header = tree.root().header();
        let other = mail_parser::MessageParser::new().parse(&bytes).unwrap();
        let name = path.display();
        // Raw bytes in header fields are guesswork for both.
        if !tree.root().header_bytes().is_ascii() {
            continue;
        }
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let subject = header.text("Subject").unwrap_or_default();
        assert_eq!(
            words(subject.raw()),
            words(other.subject().unwrap_or_default()),
            "{name}"
        );
        let date = header.first("Date").and_then(|f| parse_date(&f.unfolded()));
        assert_eq!(
            date.map(|d| d.as_second()),
            other.date().map(|d| d.to_timestamp()),
            "{name}"
        );
        let from: Vec<String> = header
            .addresses("From")
            .mailboxes
            .iter()
            .map(|m| m.address.as_str().to_owned())
            .collect();
        let theirs: Vec<String> = other
            .from()
            .into_iter()
            .flat_map(|list| list.iter())
            .filter_map(|a| a.address().filter(|a| a.contains('@')).map(str::to_owned))
            .collect();
        assert_eq!(from, theirs, "{name}");
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
}
