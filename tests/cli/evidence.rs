//! Signed reports of messages: made, checked, and caught when anything of them was changed.

use super::wax::Wax;
use serde_json::{Value, json};

/// Alice's home with a letter of her own in it, sealed for herself; and the report of it.
fn reported(scheme: &str) -> (Wax, String, String) {
    let alice = Wax::new();
    alice.json(&[
        "identity",
        "new",
        "Alice",
        "alice@example.org",
        "--scheme",
        scheme,
    ]);
    let draft = alice.file(
        "draft.eml",
        "To: alice@example.org\nSubject: The deed\n\nSigned and sealed.\n",
    );
    let sealed = alice.path("sealed.eml").to_str().unwrap().to_owned();
    alice.json(&["seal", &draft, "-o", &sealed]);
    let report = alice.path("report.json").to_str().unwrap().to_owned();
    let made = alice.json(&["evidence", "make", &sealed, "-o", &report]);
    assert_eq!(made["file"], json!(report));
    (alice, sealed, report)
}

fn document(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_report_holds_with_its_message_in_both_schemes() {
    for scheme in ["openpgp", "smime"] {
        let (alice, sealed, report) = reported(scheme);
        let opened = alice.json(&["open", &sealed]);
        let told = document(&report);
        assert_eq!(told["report"]["summary"], opened["summary"], "{scheme}");
        assert_eq!(told["report"]["signer"]["address"], "alice@example.org");
        assert_eq!(told["report"]["header"]["subject"], "The deed");
        assert_eq!(told["signature"]["scheme"], scheme);
        let found = alice.json(&["evidence", "check", &report, "--message", &sealed]);
        assert_eq!(found["sound"], true, "{scheme}: {found:#}");
        assert_eq!(found["by"]["checked"], "own");
        assert_eq!(found["same_message"], true);
        assert_eq!(found["same_facts"], true);
        // Laid out anew it is the same report.
        let compact = alice.file("compact.json", told.to_string());
        assert_eq!(
            alice.json(&["evidence", "check", &compact])["signature"],
            "good"
        );
    }
}

#[test]
fn a_changed_report_or_another_message_is_caught_in_both_schemes() {
    for scheme in ["openpgp", "smime"] {
        let (alice, sealed, report) = reported(scheme);
        let told = document(&report);
        for (pointer, lie) in [
            ("/report/summary", json!("verified")),
            ("/report/signer/address", json!("bob@example.org")),
            ("/report/made_at", json!("2020-01-01T00:00:00Z")),
            ("/report/layers", json!([])),
            ("/signature/by", json!("0".repeat(40))),
            ("/signature/data", json!("nothing")),
            ("/signature/certificate", json!("nothing")),
        ] {
            let mut lying = told.clone();
            *lying.pointer_mut(pointer).unwrap() = lie;
            let lying = alice.file("lying.json", lying.to_string());
            let (exit, found) = alice.outcome(&["evidence", "check", &lying]);
            assert_eq!((exit, &found["sound"]), (3, &json!(false)), "{pointer}");
            assert_eq!(found["signature"], "bad", "{scheme} {pointer}");
        }
        let mut other = std::fs::read(&sealed).unwrap();
        other.extend_from_slice(b"\r\n");
        let other = alice.file("other.eml", other);
        let line = ["evidence", "check", &report, "--message", &other];
        let (exit, found) = alice.outcome(&line);
        assert_eq!((exit, &found["code"]), (3, &json!("another-message")));
    }
}

#[test]
fn a_report_of_a_stranger_is_nobodys_word_until_their_key_is_confirmed() {
    let (alice, _, report) = reported("openpgp");
    let carol = Wax::new();
    let (exit, found) = carol.outcome(&["evidence", "check", &report]);
    assert_eq!((exit, &found["code"]), (3, &json!("signer-unknown")));
    assert_eq!(found["signature"], "good");
    let key = alice.run(&["key", "export", "alice@example.org"]).stdout;
    let key = carol.file("alice.asc", key);
    carol.json(&["key", "import", &key]);
    let found = carol.json(&["evidence", "check", &report]);
    assert_eq!(found["by"]["checked"], "accepted", "{found:#}");
    carol.json(&["key", "reject", "alice@example.org"]);
    let (exit, found) = carol.outcome(&["evidence", "check", &report]);
    assert_eq!((exit, &found["code"]), (3, &json!("signer-rejected")));
}

#[test]
fn a_report_that_lies_about_its_message_is_caught_by_reading_the_message_again() {
    // Mallory signs a false report of a letter, with a key that Alice has accepted.
    let mallory = Wax::with_identity("Mallory", "mallory@example.org");
    let letter = "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: Hi\r\n\r\nHello.\r\n";
    let letter = mallory.file("letter.eml", letter);
    let other = mallory.file(
        "other.eml",
        "From: bob@example.org\r\nSubject: x\r\n\r\nPay me.\r\n",
    );
    let made = mallory.run(&["evidence", "make", &other]).stdout;
    let mut told: Value = serde_json::from_slice(&made).unwrap();
    let honest = mallory.run(&["evidence", "make", &letter]).stdout;
    let honest: Value = serde_json::from_slice(&honest).unwrap();
    // The message of one with the payload of the other, and no signature over that mixture.
    told["report"]["message"] = honest["report"]["message"].clone();
    let mixed = mallory.file("mixed.json", told.to_string());
    let line = ["evidence", "check", &mixed, "--message", &letter];
    let (exit, found) = mallory.outcome(&line);
    assert_eq!((exit, &found["signature"]), (3, &json!("bad")));
    assert_eq!(found["same_facts"], false, "{found:#}");
}

#[test]
fn what_is_no_report_is_refused_in_words() {
    let wax = Wax::new();
    for (text, code) in [
        ("", "not-a-report"),
        ("From: a@b.example\r\n\r\nHi", "not-a-report"),
        (
            "{\"kind\": \"waxwing-evidence\", \"version\": 9}",
            "newer-report",
        ),
        (
            "{\"kind\": \"waxwing-evidence\", \"version\": 1}",
            "damaged-report",
        ),
    ] {
        let file = wax.file("x.json", text);
        assert_eq!(wax.error(&["evidence", "check", &file]), code, "{text}");
    }
    let deep = format!(
        "{{\"kind\": \"waxwing-evidence\", \"version\": 1, \"report\": {{\"a\": {}{}}}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let file = wax.file("deep.json", deep);
    assert_eq!(wax.error(&["evidence", "check", &file]), "not-a-report");
}
