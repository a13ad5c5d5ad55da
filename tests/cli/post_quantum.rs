//! Identities whose keys withstand quantum computers, of either standard.

use crate::gnupg::Gpg;
use crate::wax::Wax;

fn person(name: &str, address: &str, scheme: &str) -> Wax {
    let wax = Wax::new();
    wax.json(&[
        "identity",
        "new",
        name,
        address,
        "--scheme",
        scheme,
        "--post-quantum",
    ]);
    wax
}

/// Gives the public half of one to the other.
fn introduce(from: &Wax, address: &str, to: &Wax) {
    let file = to.file("theirs", from.run(&["key", "export", address]).stdout);
    let taken = to.json(&["key", "import", &file]);
    assert_eq!(
        taken["imported"][0]["accepted_for"][0], address,
        "{taken:#}"
    );
}

#[test]
fn rule_48_a_letter_between_two_with_post_quantum_keys_opens() {
    for scheme in ["openpgp", "smime"] {
        let alice = person("Alice", "alice@example.org", scheme);
        let bob = person("Bob", "bob@example.org", scheme);
        introduce(&alice, "alice@example.org", &bob);
        introduce(&bob, "bob@example.org", &alice);
        let draft = alice.file("draft.eml", "To: bob@example.org\nSubject: x\n\nfor long\n");
        let out = alice.path("sealed.eml");
        let seal = ["seal", &draft, "-o", out.to_str().unwrap()];
        alice.json(&seal);
        let letter = bob.file("letter.eml", std::fs::read(&out).unwrap());
        let opened = bob.json(&["open", &letter]);
        assert_eq!(opened["summary"], "confidential", "{scheme}: {opened:#}");
        assert_eq!(opened["payload"]["text"], "for long\n");
        let said = opened["encryption"]["algorithm"].as_str().unwrap();
        assert!(said.starts_with("AES-256"), "{said}");
        // By S/MIME the first letter does not know yet what the other side reads.
        let integrity = if scheme == "openpgp" { "aead" } else { "none" };
        assert_eq!(opened["encryption"]["integrity"], integrity);
    }
}

#[test]
fn rule_48_a_key_of_version_6_writes_to_nobody_whose_program_drops_it() {
    let alice = person("Alice", "alice@example.org", "openpgp");
    let gpg = Gpg::new(None);
    gpg.generate("Bob <bob@example.org>", "default");
    let key = gpg.run(&["--armor", "--export", "bob@example.org"], b"");
    alice.json(&["key", "import", &alice.file("bob.asc", key)]);
    let draft = alice.file("draft.eml", "To: bob@example.org\nSubject: x\n\nfor now\n");
    assert_eq!(alice.error(&["seal", &draft]), "cert-unusable");
}
