//! Another key for somebody whose key is here already: what stops, what is told, and what answers it.

use super::gnupg::Gpg;
use super::wax::Wax;
use serde_json::Value;

const TO_BOB: &str = "To: Bob <bob@example.org>\nSubject: s\n\nhello\n";

/// A key for Bob's address, made by gpg in a home of its own: its file.
fn key_for_bob(alice: &Wax, name: &str) -> String {
    let bob = Gpg::new(None);
    bob.generate("Bob <bob@example.org>", "default");
    alice.file(name, bob.run(&["--armor", "--export"], b""))
}

/// Alice, Bob's key (taken in), his next one (imported later), and a letter to him.
fn alice_and_two_keys() -> (Wax, String, String, String) {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let take = |name: &str| {
        let file = key_for_bob(&alice, name);
        move |alice: &Wax| {
            let taken = alice.json(&["key", "import", &file]);
            taken["imported"][0]["fingerprint"]
                .as_str()
                .unwrap()
                .to_owned()
        }
    };
    let (first, second) = (take("first.asc"), take("second.asc"));
    let old = first(&alice);
    let draft = alice.file("draft.eml", TO_BOB);
    alice.json(&["key", "confirm", &old]);
    let new = second(&alice);
    (alice, old, new, draft)
}

fn used(alice: &Wax, draft: &str) -> Value {
    let plan = alice.json(&["preflight", draft]);
    plan["recipients"][0]["fingerprint"].clone()
}

#[test]
fn rule_53_a_changed_key_of_a_confirmed_contact_stops_letters_until_it_is_answered() {
    let (alice, old, new, draft) = alice_and_two_keys();
    let out = alice.path("out.eml");
    let out = out.to_str().unwrap();
    let refused = alice.run(&["--json", "seal", &draft, "-o", out]);
    let told: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(told["error"]["code"], "cert-changed");
    // Both ways out are named, and nothing was written.
    let next = told["error"]["next"].as_str().unwrap();
    assert!(next.contains(&old) && next.contains(&new), "{next}");
    assert!(!std::path::Path::new(out).exists());
    let plan = alice.json(&["preflight", &draft]);
    assert_eq!(plan["sealable"], false);
    assert_eq!(plan["recipients"][0]["problem"], "cert-changed");
    let server =
        "account add alice@example.org --host localhost --port 1 --password-file passphrase";
    alice.json(&server.split(' ').collect::<Vec<_>>());
    assert_eq!(alice.error(&["send", &draft]), "cert-changed");

    // Rejected: the old one goes on.
    alice.json(&["key", "reject", &new]);
    assert_eq!(used(&alice, &draft), old.as_str());
    // Taken back by confirming it: the new one is used from then on.
    alice.json(&["key", "confirm", &new]);
    assert_eq!(used(&alice, &draft), new.as_str());
}

#[test]
fn rule_53_confirming_the_old_key_once_more_answers_all_that_came() {
    let (alice, old, new, draft) = alice_and_two_keys();
    let third = key_for_bob(&alice, "third.asc");
    alice.json(&["key", "import", &third]);
    assert_eq!(alice.error(&["seal", &draft]), "cert-changed");
    alice.json(&["key", "confirm", &old]);
    assert_eq!(used(&alice, &draft), old.as_str());
    // The same file once more is no news; a key never seen is.
    let again = alice.path("second.asc");
    alice.json(&["key", "import", again.to_str().unwrap()]);
    assert_eq!(used(&alice, &draft), old.as_str());
    let fourth = key_for_bob(&alice, "fourth.asc");
    alice.json(&["key", "import", &fourth]);
    assert_eq!(alice.error(&["seal", &draft]), "cert-changed");
    // The ledger has every one of them.
    let card = alice.json(&["key", "show", &old]);
    let others = card["others"].as_array().unwrap();
    assert_eq!(others.len(), 3, "{card:#}");
    assert!(
        others
            .iter()
            .any(|other| other["fingerprint"] == new.as_str())
    );
}

#[test]
fn rule_53_of_a_contact_who_was_not_confirmed_a_changed_key_is_told() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let first = key_for_bob(&alice, "first.asc");
    let old = alice.json(&["key", "import", &first])["imported"][0]["fingerprint"].clone();
    let draft = alice.file("draft.eml", TO_BOB);
    let second = key_for_bob(&alice, "second.asc");
    let new = alice.json(&["key", "import", &second])["imported"][0]["fingerprint"].clone();
    let plan = alice.json(&["preflight", &draft]);
    assert_eq!(plan["sealable"], true);
    assert_eq!(plan["recipients"][0]["fingerprint"], old);
    assert_eq!(plan["recipients"][0]["another"], new);
    let sealed = alice.run(&["seal", &draft]);
    assert!(sealed.status.success());
    let told = String::from_utf8(sealed.stderr).unwrap();
    assert!(
        told.contains("Another key for bob@example.org is here"),
        "{told}"
    );
    // Somebody with one key is told nothing of.
    alice.json(&["key", "reject", new.as_str().unwrap()]);
    let quiet = alice.run(&["seal", &draft]);
    assert!(quiet.status.success());
    assert_eq!(String::from_utf8(quiet.stderr).unwrap(), "");
}

#[test]
fn rule_53_the_same_for_certificates() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    alice.json(&[
        "identity",
        "new",
        "Alice",
        "alice@example.org",
        "--scheme",
        "smime",
    ]);
    let certificate = |name: &str| {
        let bob = Wax::new();
        bob.json(&[
            "identity",
            "new",
            "Bob",
            "bob@example.org",
            "--scheme",
            "smime",
        ]);
        let pem = bob.run(&["key", "export", "bob@example.org"]).stdout;
        let file = alice.file(name, pem);
        let taken = alice.json(&["key", "import", &file]);
        taken["imported"][0]["fingerprint"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let old = certificate("first.pem");
    let draft = alice.file("draft.eml", TO_BOB);
    alice.json(&["key", "confirm", &old]);
    assert_eq!(used(&alice, &draft), old.as_str());
    let new = certificate("second.pem");
    assert_eq!(alice.error(&["seal", &draft]), "cert-changed");
    alice.json(&["key", "confirm", &new]);
    assert_eq!(used(&alice, &draft), new.as_str());
}
