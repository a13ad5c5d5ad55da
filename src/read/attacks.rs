//! Letters that somebody made to be taken for what they are not. Each is built from sound pieces
//! and judged as a whole, in a world where Alice has accepted Bob's and Mallory's keys.

use super::{Caution, Reading, reading};
use crate::address::{Address, Mailbox};
use crate::base::{Alone, Time};
use crate::cert::openpgp::armor;
use crate::cert::{Acceptance, Cert, Checked, NewKey, SecretCert, SecretKeys};
use crate::protect::open::{self, Problem};
use crate::protect::openpgp::tests::{encrypted, literal, signature};
use crate::protect::openpgp::{self, seal_message, sign_message};
use std::sync::LazyLock;

static ALICE: LazyLock<NewKey> = LazyLock::new(|| key("alice@example.org"));
static BOB: LazyLock<NewKey> = LazyLock::new(|| key("bob@example.org"));
static MALLORY: LazyLock<NewKey> = LazyLock::new(|| key("mallory@evil.example"));

const TEXT: &str = "Content-Type: text/plain\r\n\r\nDo not pay.\r\n\r\nBuy milk.\r\n";

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

fn now() -> Time {
    time("2026-05-03T10:00:00Z")
}

fn key(who: &str) -> NewKey {
    SecretCert::generate(&Mailbox::parse(who).unwrap(), time("2026-01-01T00:00:00Z")).unwrap()
}

fn outside(from: &str) -> String {
    format!("From: {from}\r\nDate: Sun, 03 May 2026 10:00:00 +0000\r\nSubject: outside\r\n")
}

fn signed(from: &str, part: &str, by: &NewKey) -> Vec<u8> {
    sign_message(outside(from).as_bytes(), part.as_bytes(), &by.secret, now()).unwrap()
}

fn sealed(from: &str, part: &str, by: &NewKey, to: &NewKey) -> Vec<u8> {
    let to = [to.cert.clone()];
    let header = outside(from);
    seal_message(
        header.as_bytes(),
        part.as_bytes(),
        &by.secret,
        &to,
        now(),
        &Alone,
    )
    .unwrap()
}

fn read(message: &[u8]) -> Result<Reading, Problem> {
    let certs: Vec<Cert> = [&*ALICE, &*BOB, &*MALLORY].map(|k| k.cert.clone()).into();
    let keys: SecretKeys = [ALICE.secret.clone()].into_iter().collect();
    let mut acceptance = Acceptance::new();
    for (address, key) in [
        ("bob@example.org", &*BOB),
        ("mallory@evil.example", &*MALLORY),
    ] {
        let address = Address::parse(address).unwrap();
        acceptance.decide(address, key.cert.fingerprint(), Checked::Accepted);
    }
    let with = openpgp::Reading {
        keys: &keys,
        certs: &certs,
        at: now(),
        workers: &Alone,
        without_integrity: false,
    };
    let (evidence, payload) = open::open(message, &with)?.into_payload();
    reading(
        message,
        evidence,
        payload,
        &acceptance,
        &Default::default(),
        now(),
    )
    .map_err(Problem::Mime)
}

/// Summary, why not, and text.
fn seen(message: &[u8]) -> (&'static str, Option<&'static str>, String) {
    let reading = read(message).unwrap();
    let verdict = reading.verdict();
    let why = verdict.why_not().map(|why| why.word());
    (verdict.summary().word(), why, reading.text().to_owned())
}

fn replaced(message: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(message.to_vec()).unwrap();
    assert!(text.contains(from), "{from:?}");
    text.replacen(from, to, 1).into_bytes()
}

#[test]
fn attack_line_ends_openpgp_no_line_of_what_was_signed_can_be_hidden() {
    let whole = "Do not pay.\n\nBuy milk.\n";
    let message = signed("bob@example.org", TEXT, &BOB);
    assert_eq!(seen(&message), ("verified", None, whole.to_owned()));
    let head = "Content-Type: text/plain\r\n\r\nDo not";
    for changed in [
        "Content-Type: text/plain\r\rDo not",
        "Content-Type: text/plain\r\r\nDo not",
        "Content-Type: text/plain\n\nDo not",
    ] {
        let (summary, _, text) = seen(&replaced(&message, head, changed));
        assert!(
            summary == "unprotected" || text == whole,
            "{changed:?}: {text:?}"
        );
    }
}

/// The multipart that a message is, as a part of another.
fn entity(message: &[u8]) -> String {
    let text = String::from_utf8(message.to_vec()).unwrap();
    let at = text.find("Content-Type: multipart/").unwrap();
    text[at..].to_owned()
}

fn mixed(from: &str, parts: &[&str]) -> Vec<u8> {
    let mut message = outside(from);
    message += "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=M\r\n\r\n";
    for part in parts {
        message += &format!("--M\r\n{part}\r\n");
    }
    message += "--M--\r\n";
    message.into_bytes()
}

#[test]
fn rule_03_and_05_a_signed_part_inside_does_not_cover_the_message() {
    let inner = entity(&signed("bob@example.org", TEXT, &BOB));
    let footer = "Content-Type: text/plain\r\n\r\nPay Mallory.\r\n";
    for parts in [
        &[inner.as_str()][..],
        &[inner.as_str(), footer],
        &[footer, inner.as_str()],
    ] {
        let message = mixed("bob@example.org", parts);
        let (summary, why, _) = seen(&message);
        assert_eq!((summary, why), ("unprotected", Some("partial")));
        // It opens alone, and then there is nobody who wrote it.
        let part = read(&message).unwrap().errant_part(0).unwrap();
        let (summary, why, _) = seen(&part);
        assert_eq!((summary, why), ("unprotected", Some("sender-unclear")));
    }
}

#[test]
fn attack_wrapping_openpgp_a_signature_counts_for_its_author_and_the_whole_only() {
    let message = signed("bob@example.org", TEXT, &BOB);
    let end = String::from_utf8(message.clone()).unwrap();
    let end = end.trim_end().rsplit('\n').next().unwrap().to_owned();
    let (delimiter, _) = end.rsplit_once("--").unwrap();
    let more = format!("{delimiter}\r\nContent-Type: text/plain\r\n\r\nPay.\r\n{end}");
    for (name, changed, why) in [
        (
            "another From",
            replaced(
                &message,
                "From: bob@example.org",
                "From: mallory@evil.example",
            ),
            "address-mismatch",
        ),
        (
            "a second From",
            replaced(&message, "From:", "From: mallory@evil.example\r\nFrom:"),
            "sender-unclear",
        ),
        (
            "a Sender",
            replaced(&message, "From:", "Sender: mallory@evil.example\r\nFrom:"),
            "sender-unclear",
        ),
        (
            "an address in the name",
            replaced(
                &message,
                "From: b",
                "From: \"alice@example.org\" <bob@example.org>\r\nX: b",
            ),
            "sender-unclear",
        ),
        ("a third part", replaced(&message, &end, &more), "partial"),
        (
            "another protocol",
            replaced(
                &message,
                "\"application/pgp-signature\"",
                "\"application/x-none\"",
            ),
            "partial",
        ),
        (
            "a second type",
            replaced(
                &message,
                "MIME-Version",
                "Content-Type: text/plain\r\nMIME-Version",
            ),
            "unsigned",
        ),
        (
            "a changed word",
            replaced(&message, "Buy milk", "Buy meat"),
            "bad-signature",
        ),
        (
            "a changed header field",
            replaced(&message, "text/plain\r\n\r\nDo", "text/html\r\n\r\nDo"),
            "bad-signature",
        ),
    ] {
        let (summary, told, _) = seen(&changed);
        assert_eq!((summary, told), ("unprotected", Some(why)), "{name}");
    }
    // What nobody signed is not shown either.
    let around = replaced(&message, &end, &format!("{end}\r\nPay Mallory."));
    let around = replaced(&around, "\r\n\r\n--", "\r\n\r\nPay Mallory.\r\n--");
    assert_eq!(seen(&around).2, "Do not pay.\n\nBuy milk.\n");
}

#[test]
fn attack_header_lies_openpgp_the_protected_author_must_be_the_signer() {
    let part = |from: &str, hp: &str| {
        format!(
            "From: {from}\r\nSubject: inside\r\nHP-Outer: From: bob@example.org\r\n\
             Content-Type: text/plain; hp=\"{hp}\"\r\n\r\nPay.\r\n"
        )
    };
    for hp in ["clear", "cipher"] {
        let lie = signed(
            "mallory@evil.example",
            &part("bob@example.org", hp),
            &MALLORY,
        );
        let (summary, why, _) = seen(&lie);
        assert_eq!((summary, why), ("unprotected", Some("address-mismatch")));
        // A good signature of Mallory's shows Mallory, whatever stands outside.
        let own = signed(
            "bob@example.org",
            &part("mallory@evil.example", hp),
            &MALLORY,
        );
        let reading = read(&own).unwrap();
        assert_eq!(reading.from()[0].address.as_str(), "mallory@evil.example");
        assert_eq!(reading.verdict().summary().word(), "verified");
        let caution = Caution::CipherWithoutEncryption;
        assert_eq!(reading.cautions().contains(&caution), hp == "cipher");
        // Sealed by Mallory with Bob's name inside: the name outside is shown, and the warning.
        let sealed = sealed(
            "mallory@evil.example",
            &part("bob@example.org", hp),
            &MALLORY,
            &ALICE,
        );
        let reading = read(&sealed).unwrap();
        assert_eq!(reading.verdict().summary().word(), "encrypted-unverified");
        assert_eq!(reading.from()[0].address.as_str(), "mallory@evil.example");
        assert!(reading.cautions().contains(&Caution::FromDiffers));
    }
    // Without header protection a From inside is a word like any other.
    let plain = part("bob@example.org", "no");
    let (summary, why, _) = seen(&signed("bob@example.org", &plain, &MALLORY));
    assert_eq!((summary, why), ("unprotected", Some("address-mismatch")));
}

#[test]
fn attack_forwarding_openpgp_a_letter_to_mallory_is_none_to_alice() {
    // Mallory takes the encryption off and puts another on, signature and all.
    let for_whom = |key: &NewKey| key.secret.inner().fingerprint();
    let forwarded = |meant_for: &NewKey| {
        let made = signature(TEXT.as_bytes(), &BOB, now(), |builder| {
            let whom = [for_whom(meant_for)];
            builder.set_intended_recipients(whom).unwrap()
        });
        let packets = [made, literal(TEXT.as_bytes())].concat();
        let text = armor::encode(
            &encrypted(&packets, &ALICE, false),
            armor::Kind::Message,
            armor::Lines::Crlf,
        );
        format!(
            "{}Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; \
             boundary=E\r\n\r\n--E\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\
             --E\r\nContent-Type: application/octet-stream\r\n\r\n{}\r\n--E--\r\n",
            outside("bob@example.org"),
            String::from_utf8(text).unwrap()
        )
    };
    assert_eq!(seen(forwarded(&ALICE).as_bytes()).0, "confidential");
    let message = forwarded(&MALLORY).into_bytes();
    let (summary, why, _) = seen(&message);
    assert_eq!(
        (summary, why),
        ("encrypted-unverified", Some("not-intended-recipient"))
    );
}

#[test]
fn rule_23_only_an_encrypted_root_is_decrypted() {
    let hidden = entity(&sealed("bob@example.org", TEXT, &BOB, &ALICE));
    let message = mixed("mallory@evil.example", &["\r\nLook:", &hidden, "\r\nBye"]);
    let reading = read(&message).unwrap();
    assert_eq!(reading.verdict().summary().word(), "unprotected");
    assert!(reading.verdict().encryption().is_none());
    assert!(!reading.text().contains("milk"), "{}", reading.text());
    assert_eq!(reading.errant().len(), 1);
    // The same inside a sealed letter of Mallory's: the inner one stays shut.
    let inner = mixed("x", &["\r\nLook:", &hidden]);
    let outer = sealed("mallory@evil.example", &entity(&inner), &MALLORY, &ALICE);
    let reading = read(&outer).unwrap();
    assert_eq!(reading.verdict().summary().word(), "confidential");
    assert!(!reading.text().contains("milk"), "{}", reading.text());
    // By itself it opens, as the letter of nobody.
    let alone = reading.errant_part(0).unwrap();
    assert_eq!(seen(&alone).0, "encrypted-unverified");
    // What stands around the encrypted part of a sealed letter is never shown.
    let sealed = sealed("bob@example.org", TEXT, &BOB, &ALICE);
    let text = String::from_utf8(sealed).unwrap();
    let text = text.replacen("\r\n\r\n--", "\r\n\r\n<img src=\"http://x/\r\n--", 1) + "\"> end";
    assert_eq!(seen(text.as_bytes()).2, "Do not pay.\n\nBuy milk.\n");
}
