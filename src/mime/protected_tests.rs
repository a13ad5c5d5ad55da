//! Protected header fields, as RFC 9788 §4.3 and rule 38 have them read.

use super::*;
use crate::mime::Tree;

const OUTER: &str = "Date: Wed, 11 Jan 2023 16:08:43 -0500\r\nFrom: Bob <bob@example.net>\r\n\
To: Alice <alice@example.net>,\r\n Carol <carol@example.net>\r\nSubject: [...]\r\nReceived: by mx.example.net\r\n\
MIME-Version: 1.0\r\nContent-Type: multipart/encrypted; boundary=x\r\n\r\n";

fn payload(ct: &str, hp_outer: &str) -> String {
    format!(
        "Date: Wed, 11 Jan 2023 16:08:43 -0500\r\nFrom: Bob <bob@example.net>\r\n\
To: Alice <alice@example.net>, Carol <carol@example.net>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\
Keywords: Contract\r\n{hp_outer}Content-Type: text/plain; {ct}\r\n\r\nHello\r\n"
    )
}

const HP_OUTER: &str = "HP-Outer: Date: Wed, 11 Jan 2023 16:08:43 -0500\r\nHP-Outer: From: Bob\r\n <bob@example.net>\r\n\
HP-Outer: To: Alice <alice@example.net>,\r\n Carol\r\n <carol@example.net>\r\nHP-Outer: Subject: [...]\r\n";

fn read(payload: &str, outer: &str, cover: Cover) -> ProtectedHeaders {
    let tree = Tree::parse(payload.as_bytes()).unwrap();
    ProtectedHeaders::of(tree.root(), &Header::parse(outer.as_bytes()), cover)
}

fn protections(headers: &ProtectedHeaders) -> Vec<(&str, FieldProtection)> {
    headers
        .fields
        .iter()
        .map(|f| (f.name.as_str(), f.protection))
        .collect()
}

use FieldProtection::{EncryptedOnly, SignedAndEncrypted, SignedOnly, Unprotected};

#[test]
fn rule_38_each_field_has_its_own_protection() {
    let inner = payload("hp=\"cipher\"", HP_OUTER);
    let headers = read(&inner, OUTER, Cover::SignedAndEncrypted);
    assert_eq!(headers.mode, HeaderMode::Cipher);
    assert_eq!(
        protections(&headers),
        [
            ("Date", SignedOnly),
            ("From", SignedOnly),
            ("To", SignedOnly),
            ("Subject", SignedAndEncrypted),
            ("Keywords", SignedAndEncrypted)
        ]
    );
    let subject = headers.first("subject").unwrap();
    assert_eq!(subject.value.raw(), "Grüße");
    assert_eq!(subject.outer, OuterValue::Different("[...]".into()));
    assert_eq!(headers.first("To").unwrap().outer, OuterValue::Same);
    assert_eq!(headers.first("Keywords").unwrap().outer, OuterValue::Absent);
    assert_eq!(headers.outer_only.len(), 1);
    assert_eq!(headers.outer_only[0].name, "Received");
    assert_eq!(headers.hp_outer.len(), 4);
    assert!(headers.cautions.is_empty());

    let headers = read(&inner, OUTER, Cover::Encrypted);
    assert_eq!(headers.first("From").unwrap().protection, Unprotected);
    assert_eq!(headers.first("Subject").unwrap().protection, EncryptedOnly);
}

#[test]
fn rule_38_the_record_counts_and_not_what_stands_outside_now() {
    let inner = payload("hp=\"cipher\"", HP_OUTER);
    let leaked = OUTER.replace("[...]", "=?utf-8?b?R3LDvMOfZQ==?=");
    let headers = read(&inner, &leaked, Cover::SignedAndEncrypted);
    let subject = headers.first("Subject").unwrap();
    assert_eq!(
        (subject.protection, &subject.outer),
        (SignedAndEncrypted, &OuterValue::Same)
    );
}

#[test]
fn rule_38_cipher_without_record_hides_what_is_not_outside() {
    for ct in [
        "hp=cipher",
        "protected-headers=\"v1\"",
        "hp=cipher; protected-headers=v1",
    ] {
        let headers = read(&payload(ct, ""), OUTER, Cover::SignedAndEncrypted);
        assert_eq!(headers.mode, HeaderMode::Cipher);
        assert_eq!(headers.first("To").unwrap().protection, SignedOnly);
        assert_eq!(
            headers.first("Subject").unwrap().protection,
            SignedAndEncrypted
        );
    }
}

#[test]
fn rule_38_the_record_is_ignored_unless_cipher() {
    for ct in ["hp=\"clear\"", "protected-headers=v1"] {
        let headers = read(&payload(ct, HP_OUTER), OUTER, Cover::Signed);
        assert_eq!(headers.mode, HeaderMode::Clear);
        assert!(headers.hp_outer.is_empty());
        assert!(headers.fields.iter().all(|f| f.protection == SignedOnly));
    }
    // Encryption that was added on the way makes nothing confidential (RFC 9788 §10.2).
    let headers = read(&payload("hp=clear", ""), OUTER, Cover::SignedAndEncrypted);
    assert!(headers.fields.iter().all(|f| f.protection == SignedOnly));
}

#[test]
fn rule_38_cipher_without_encryption_is_a_caution() {
    let headers = read(&payload("hp=\"cipher\"", HP_OUTER), OUTER, Cover::Signed);
    assert_eq!(headers.cautions, [HeaderCaution::CipherWithoutEncryption]);
    assert!(headers.hp_outer.is_empty());
    assert!(headers.fields.iter().all(|f| f.protection == SignedOnly));
}

#[test]
fn rule_38_hp_counts_at_the_root_of_the_payload_only() {
    let inner = format!(
        "Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n{}\r\n--q--\r\n",
        payload("hp=\"cipher\"", HP_OUTER)
    );
    let headers = read(&inner, OUTER, Cover::SignedAndEncrypted);
    assert_eq!(headers.mode, HeaderMode::None);
    assert_eq!(headers.first("Subject").unwrap().value.raw(), "[...]");
    assert!(headers.fields.iter().all(|f| f.protection == Unprotected));
}

#[test]
fn rule_36_a_from_that_differs_is_told() {
    let inner = payload("hp=\"cipher\"", HP_OUTER);
    let outer = OUTER.replace("bob@example.net", "mallory@example.net");
    let headers = read(&inner, &outer, Cover::Encrypted);
    assert_eq!(headers.cautions, [HeaderCaution::FromDiffers]);
}

#[test]
fn rule_35_a_field_that_stands_only_outside_is_not_the_authors() {
    let outer = OUTER.replace("Received:", "Reply-To: mallory@example.net\r\nReceived:");
    let headers = read(
        &payload("hp=\"cipher\"", HP_OUTER),
        &outer,
        Cover::SignedAndEncrypted,
    );
    assert!(headers.first("Reply-To").is_none());
    assert!(headers.outer_only.iter().any(|f| f.name == "Reply-To"));
}

#[test]
fn rule_30_many_fields_take_linear_time_and_memory() {
    let inner = format!(
        "Content-Type: text/plain; hp=cipher\n{}\nx",
        "Subject: b\nHP-Outer: Subject: c\n".repeat(30_000)
    );
    let outer = format!(
        "Subject: {}\n{}",
        "x".repeat(300_000),
        "A: c\n".repeat(100_000)
    );
    let started = crate::base::testing::cpu_seconds();
    let headers = read(&inner, &outer, Cover::Encrypted);
    assert_eq!(headers.fields.len(), 30_000);
    assert!(
        crate::base::testing::cpu_seconds() - started < 2.0,
        "{:?}",
        crate::base::testing::cpu_seconds() - started
    );
}
