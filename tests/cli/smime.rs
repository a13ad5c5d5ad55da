//! Letters between two people with S/MIME certificates that vouch for themselves, through `wax` alone.

use crate::wax::Wax;
use serde_json::Value;

/// A home with an S/MIME identity.
fn person(name: &str, address: &str) -> Wax {
    let wax = Wax::new();
    wax.json(&["identity", "new", name, address, "--scheme", "smime"]);
    wax
}

/// The public half, as a file of the other home.
fn exported(from: &Wax, address: &str, to: &Wax) -> String {
    let file = from.path("public.pem");
    let file = file.to_str().unwrap();
    from.json(&["key", "export", address, "-o", file]);
    to.file("theirs.pem", std::fs::read(file).unwrap())
}

fn draft(wax: &Wax, from: &str, to: &str) -> String {
    let text = format!("From: {from}\nTo: {to}\nSubject: The figures\n\nHere they are.\n");
    wax.file("draft.eml", text)
}

/// Seals a draft: the bytes.
fn sealed(wax: &Wax, from: &str, to: &str) -> Vec<u8> {
    let draft = draft(wax, from, to);
    let out = wax.path("sealed.eml");
    let _ = std::fs::remove_file(&out);
    let report = wax.json(&["seal", &draft, "-o", out.to_str().unwrap()]);
    assert_eq!(report["copies"][0]["scheme"], "smime");
    std::fs::read(out).unwrap()
}

fn opened(wax: &Wax, message: &[u8]) -> Value {
    let file = wax.file("letter.eml", message);
    wax.json(&["open", &file])
}

fn kind(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    let at = text.find("smime-type=").unwrap() + "smime-type=".len();
    text[at..].chars().take_while(|c| *c != ';').collect()
}

const ALICE: &str = "alice@example.org";
const BOB: &str = "bob@example.org";

#[test]
fn rule_13_a_certificate_that_came_with_a_letter_counts_once_it_is_confirmed() {
    let (alice, bob) = (person("Alice", ALICE), person("Bob", BOB));
    let theirs = exported(&bob, BOB, &alice);
    alice.json(&["key", "import", &theirs]);
    let letter = sealed(&alice, ALICE, BOB);
    let document = opened(&bob, &letter);
    assert_eq!(document["summary"], "unprotected", "{document:#}");
    assert_eq!(document["why_not"], "no-integrity");
    assert_eq!(document["scheme"], "smime");
    assert_eq!(document["signer"]["checked"], "unknown");
    assert_eq!(document["layers"][0]["kind"], "smime-enveloped");
    assert_eq!(document["layers"][1]["kind"], "smime-signed");
    let signer = document["signer"]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned();
    bob.json(&["key", "confirm", &signer]);
    let document = opened(&bob, &letter);
    assert_eq!(document["summary"], "confidential", "{document:#}");
    assert_eq!(document["signer"]["address"], ALICE);
    assert_eq!(document["payload"]["text"], "Here they are.\n");
    let subject = document["headers"].as_array().unwrap().iter();
    let subject = subject
        .clone()
        .find(|field| field["name"] == "Subject")
        .unwrap();
    assert_eq!(subject["value"], "The figures");
    assert_eq!(subject["protection"], "signed-and-encrypted");
    assert_eq!(subject["outer"], "[...]");
}

/// Who knows what the other's program reads answers with the best of it (rules 18 and 48).
#[test]
fn rule_48_an_answer_is_authenticated_once_the_other_side_said_that_it_reads_it() {
    let (alice, bob) = (person("Alice", ALICE), person("Bob", BOB));
    let theirs = exported(&bob, BOB, &alice);
    alice.json(&["key", "import", &theirs]);
    let theirs = exported(&alice, ALICE, &bob);
    bob.json(&["key", "import", &theirs]);
    let first = sealed(&alice, ALICE, BOB);
    assert_eq!(kind(&first), "enveloped-data");
    assert_eq!(opened(&bob, &first)["summary"], "confidential");
    let answer = sealed(&bob, BOB, ALICE);
    assert_eq!(kind(&answer), "authEnveloped-data");
    let document = opened(&alice, &answer);
    assert_eq!(document["summary"], "confidential");
    assert_eq!(document["encryption"]["integrity"], "aead");
}

#[test]
fn rule_27_damage_of_every_kind_has_one_code_and_one_text() {
    let (alice, bob) = (person("Alice", ALICE), person("Bob", BOB));
    let theirs = exported(&bob, BOB, &alice);
    alice.json(&["key", "import", &theirs]);
    let letter = String::from_utf8(sealed(&alice, ALICE, BOB)).unwrap();
    let lines: Vec<&str> = letter.split_inclusive("\r\n").collect();
    let mut texts = Vec::new();
    // The last lines of the ciphertext: padding, and the block before it.
    for back in [1, 2] {
        let mut lines = lines.clone();
        let at = lines.len() - back;
        let changed: String = lines[at]
            .chars()
            .enumerate()
            .map(|(i, c)| match (i, c) {
                (3, 'A') => 'B',
                (3, _) => 'A',
                (_, c) => c,
            })
            .collect();
        lines[at] = &changed;
        let file = bob.file("damaged.eml", lines.concat());
        let (exit, document) = bob.outcome(&["open", &file]);
        if exit == 1 {
            assert_eq!(document["error"]["code"], "cannot-decrypt");
            texts.push(document["error"]["headline"].clone());
        } else {
            assert_eq!(document["summary"], "unprotected");
        }
    }
    assert!(!texts.is_empty());
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]));
}
