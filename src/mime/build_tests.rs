//! What is built is read back the same, and stays within the lines.

use super::*;
use crate::address::Address as Addr;
use crate::mime::{Encoding, Header, Tree};

fn read(field: &[u8]) -> Header<'_> {
    for line in field.split(|b| *b == b'\n') {
        assert!(
            line.len() <= 79 && line.is_ascii(),
            "{:?}",
            String::from_utf8_lossy(line)
        );
    }
    assert!(field.ends_with(b"\r\n"));
    Header::parse(field)
}

#[test]
fn text_fields_come_back() {
    for text in [
        "Hello",
        "Grüße aus Köln",
        "",
        "=?utf-8?q?not_a_word?=",
        "about =?utf-8?q?words?= that are none, in a long subject that goes on and on: 你好，世界",
        "你好，世界 ".repeat(30).trim(),
        "a rather long subject that has to be folded because it does not fit into one line at all",
        "🙂 emoji and ascii mixed together until the line is full, and then a little more than that",
    ] {
        let mut out = Vec::new();
        text_field(&mut out, "Subject", text);
        assert_eq!(read(&out).text("Subject").unwrap().raw(), text);
    }
}

#[test]
fn values_cannot_break_out_of_their_field() {
    let mut out = Vec::new();
    text_field(
        &mut out,
        "Subject",
        "a\r\nBcc: evil@example.org\r\n\r\nbody\0\u{2028}x",
    );
    let named = Mailbox::named(
        "Bob\r\nBcc: evil@example.org",
        Addr::parse("bob@example.org").unwrap(),
    );
    mailboxes_field(&mut out, "To", &[named]);
    ids_field(&mut out, "References", &["a@b>\r\nBcc: x".to_owned()]);
    params_field(
        &mut out,
        "Content-Type",
        "text/plain\r\nBcc: x",
        &[("name", "a\"\r\nBcc: x\r\n\r\n")],
    );
    let header = Header::parse(&out);
    let names: Vec<&str> = header.fields().iter().map(|f| f.name).collect();
    assert_eq!(names, ["Subject", "To", "References", "Content-Type"]);
    assert!(!header.has_junk());
}

#[test]
fn mailboxes_come_back() {
    let list = [
        ("", "bob@example.org"),
        ("Bob Example", "bob@example.org"),
        ("Example, \"Bob\" (the \\ builder)", "bob@bücher.example"),
        ("Böb Größe", "a.b+c@example.org"),
        ("evil@bank.example", "x@example.org"),
        (
            "a name of many words that is so long that it has to be folded somewhere",
            "long@example.org",
        ),
    ];
    let list: Vec<Mailbox> = list
        .iter()
        .map(|(name, address)| Mailbox::named(name, Addr::parse(address).unwrap()))
        .collect();
    let mut out = Vec::new();
    mailboxes_field(&mut out, "To", &list);
    let back = read(&out).addresses("To");
    assert!(back.unreadable.is_empty(), "{:?}", back.unreadable);
    for (back, given) in back.mailboxes.iter().zip(&list) {
        assert_eq!(back, given);
    }
    assert_eq!(back.mailboxes.len(), list.len());
}

#[test]
fn file_names_come_back() {
    for name in [
        "a.txt",
        "Grüße, \"quoted\".pdf",
        &"lang ".repeat(40),
        "100%.txt",
        "a;b=c.txt",
        "it's*.txt",
    ] {
        let mut out = Vec::new();
        params_field(
            &mut out,
            "Content-Disposition",
            "attachment",
            &[("filename", name)],
        );
        out.extend_from_slice(b"\r\n");
        let tree = Tree::parse(&out).unwrap();
        assert_eq!(tree.root().file_name().unwrap().raw(), name.trim());
        read(&out);
    }
}

#[test]
fn dates_are_utc() {
    let mut out = Vec::new();
    date_field(&mut out, "2023-01-11T21:08:43Z".parse().unwrap());
    assert_eq!(out, b"Date: Wed, 11 Jan 2023 21:08:43 +0000\r\n");
}

#[test]
fn base64_bodies_come_back() {
    for size in [0, 1, 56, 57, 58, 57 * 2048, 57 * 2048 + 1, 300_000] {
        let data: Vec<u8> = (0..size).map(|i| (i * 7 % 251) as u8).collect();
        let mut out = Vec::new();
        base64_body(&mut out, &data);
        assert_eq!(out.len(), base64_size(size));
        assert!(out.split(|b| *b == b'\n').all(|line| line.len() <= 77));
        assert_eq!(&*Encoding::Base64.decode(&out).bytes, data.as_slice());
    }
}

#[test]
fn text_bodies_come_back_and_survive_transport() {
    for (text, encoding) in [
        ("Hello\nyou\n", "7bit"),
        ("no end", "7bit"),
        ("", "7bit"),
        ("tab\tinside\n", "7bit"),
        ("trailing \nblank", "quoted-printable"),
        ("From here\n", "quoted-printable"),
        ("a\n.\nb", "quoted-printable"),
        ("end\n.\n", "quoted-printable"),
        ("Grüße = alles\r\nbare\rcr\n\n\n", "quoted-printable"),
        ("\u{7}bell\0", "quoted-printable"),
        ("你好，世界\n", "base64"),
    ] {
        check(text, encoding);
    }
    check(&"x".repeat(77), "quoted-printable");
    check(&"x".repeat(76), "7bit");
    check(&"long ü line ".repeat(500), "quoted-printable");
    check(&format!("{} ", "x".repeat(75)), "quoted-printable");
    for length in 70..80 {
        check(
            &format!("{}=\n{}ü", "y".repeat(length), "z".repeat(length)),
            "quoted-printable",
        );
    }
}

fn check(text: &str, encoding: &str) {
    let (name, body) = text_body(text);
    assert_eq!(name, encoding, "{text:?}");
    assert!(body.is_ascii());
    for line in body.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        assert!(
            line.len() <= 76 && !line.starts_with(b"From ") && line != b".",
            "{text:?}"
        );
        assert!(!matches!(line.last(), Some(b' ' | b'\t')), "{text:?}");
    }
    let decoded = Encoding::named(name).unwrap().decode(&body);
    assert!(decoded.sound);
    let canonical = crate::mime::canonical_crlf(text.as_bytes());
    assert_eq!(decoded.bytes, canonical, "{text:?}");
}
