//! `wax chain` and anchors, against authorities made with openssl: their lists over HTTP, and
//! `openssl ocsp` as the responder. And certificates that nobody should have to read.

#[path = "chain_peers/hostile.rs"]
mod hostile;
#[path = "chain_peers/rfc9216.rs"]
mod rfc9216;
#[path = "support/chain.rs"]
mod support;
#[path = "support/wax.rs"]
mod wax;
#[path = "support/web.rs"]
mod web;

use serde_json::{Value, json};
use support::Authorities;
use wax::Wax;

fn reason(wax: &Wax, line: &[&str]) -> (i32, Value) {
    let (exit, document) = wax.outcome(line);
    (exit, document["reason"].clone())
}

#[test]
fn a_chain_is_told_as_the_contract_has_it() {
    let all = Authorities::new();
    let wax = Wax::new();
    let (bob, root, middle) = (
        all.file("bob.pem"),
        all.file("root.pem"),
        all.file("middle.pem"),
    );
    let line = ["chain", &bob, "--root", &root, "--with", &middle];
    let document = wax.json(&line);
    assert_eq!(document["valid"], true);
    assert_eq!(document["reason"], Value::Null);
    assert_eq!(
        document["path"],
        json!(["CN=bob", "CN=Test Middle", "CN=Test Root"])
    );
    assert!(document["detail"].as_str().unwrap().contains("vouches"));
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["detail", "path", "reason", "valid"]);
    let with = |more: &[&str]| reason(&wax, &[&line[..], more].concat());
    assert_eq!(with(&["--address", "bob@example.org"]), (0, Value::Null));
    assert_eq!(
        with(&["--address", "eve@example.org"]),
        (3, json!("address-mismatch"))
    );
    assert_eq!(
        with(&["--at", "2020-01-01T00:00:00Z"]),
        (3, json!("not-yet-valid"))
    );
    assert_eq!(with(&["--policy", "1.2.3.4"]), (3, json!("policy")));
    assert_eq!(with(&["--purpose", "encrypt"]), (0, Value::Null));
    assert_eq!(
        wax.error(&["chain", "absent.pem", "--root", &root]),
        "file-not-found"
    );
    let sealed = b"-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----";
    let other = wax.file("other", wax::armored(sealed));
    assert_eq!(
        wax.error(&["chain", &other, "--root", &root]),
        "not-a-certificate"
    );
    // Nothing needs the vault.
    assert!(!wax.path("home/waxwing.sqlite").exists() || wax.run(&line).status.success());
}

#[test]
fn rule_25_nothing_is_fetched_unless_it_is_asked_for() {
    let all = Authorities::new();
    let wax = Wax::new();
    let (bob, root) = (all.file("bob.pem"), all.file("root.pem"));
    let line = ["chain", &bob, "--root", &root];
    let (exit, document) = wax.outcome(&line);
    assert_eq!((exit, &document["reason"]), (3, &json!("missing-issuer")));
    let detail = document["detail"].as_str().unwrap();
    assert!(detail.contains(&all.web.place("middle.cer")), "{detail}");
    assert!(detail.contains("CN=Test Middle"), "{detail}");
    assert_eq!(all.web.asked(), Vec::<String>::new());
    let fetching = [&line[..], &["--fetch"]].concat();
    assert_eq!(
        wax.error(&[&fetching[..], &["--offline"]].concat()),
        "offline"
    );
    assert_eq!(all.web.asked(), Vec::<String>::new());
    assert_eq!(reason(&wax, &fetching), (0, Value::Null));
    assert_eq!(all.web.asked(), ["/middle.cer"]);
}

#[test]
fn lists_from_files_and_from_their_places() {
    let all = Authorities::new();
    let wax = Wax::new();
    let (bob, root, middle) = (
        all.file("bob.pem"),
        all.file("root.pem"),
        all.file("middle.pem"),
    );
    let line = ["chain", &bob, "--root", &root, "--with", &middle];
    let asking = [&line[..], &["--revocation"]].concat();
    let public = all.file("public");
    let listed = [&line[..], &["--crl", &public]].concat();
    assert_eq!(reason(&wax, &listed), (3, json!("revocation-unknown")));
    all.publish("root", &[]);
    all.publish("middle", &["eve"]);
    assert_eq!(reason(&wax, &listed), (0, Value::Null));
    let document = wax.json(&asking);
    assert_eq!(document["revocation"], json!(["good", "good"]));
    let fetched = all.web.asked().len();
    assert_eq!(fetched, 2, "{:?}", all.web.asked());
    // What was fetched is kept as long as it is current.
    wax.json(&asking);
    assert_eq!(all.web.asked().len(), fetched);
    all.publish("middle", &["eve", "bob"]);
    assert_eq!(reason(&wax, &listed), (3, json!("revoked")));
    assert_eq!(reason(&Wax::new(), &asking), (3, json!("revoked")));
}

#[test]
fn a_responder_is_asked_about_one_certificate() {
    let all = Authorities::new();
    all.publish("root", &[]);
    all.person("carol", "carol@example.org", false, true);
    let (carol, root, middle) = (
        all.file("carol.pem"),
        all.file("root.pem"),
        all.file("middle.pem"),
    );
    let asking = [
        "chain",
        &carol,
        "--root",
        &root,
        "--with",
        &middle,
        "--revocation",
    ];
    let wax = Wax::new();
    let silent = wax.outcome(&asking);
    assert_eq!(
        (silent.0, &silent.1["revocation"][0]),
        (3, &json!("unknown"))
    );
    {
        let _responder = all.responder(&["carol"], &[]);
        assert_eq!(wax.json(&asking)["revocation"], json!(["good", "good"]));
    }
    let wax = Wax::new();
    {
        let _responder = all.responder(&[], &["carol"]);
        assert_eq!(reason(&wax, &asking), (3, json!("revoked")));
    }
    {
        let _responder = all.responder(&["bob"], &[]);
        let (exit, document) = Wax::new().outcome(&asking);
        assert_eq!((exit, &document["revocation"][0]), (3, &json!("unknown")));
    }
}

#[test]
fn rule_13_only_the_persons_own_hand_makes_an_anchor() {
    let all = Authorities::new();
    let (bob, root, middle) = (
        all.file("bob.pem"),
        all.file("root.pem"),
        all.file("middle.pem"),
    );
    let wax = Wax::new();
    let line = ["chain", &bob, "--with", &middle];
    let (exit, _) = reason(&wax, &line);
    assert_eq!(exit, 3);
    wax.json(&["key", "import", &root]);
    assert_eq!(reason(&wax, &line).0, 3, "an import makes no anchor");
    let (exit, refused) = wax.outcome(&["key", "import", &bob, "--anchor"]);
    assert_eq!(exit, 1);
    assert_eq!(refused["error"]["refused"][0]["code"], "not-an-authority");
    wax.json(&[
        "key",
        "import",
        &root,
        "--anchor",
        "--domain",
        "example.com",
    ]);
    assert_eq!(reason(&wax, &line), (3, json!("anchor-not-for-address")));
    let imported = wax.json(&[
        "key",
        "import",
        &root,
        "--anchor",
        "--domain",
        "example.org",
    ]);
    assert_eq!(reason(&wax, &line), (0, Value::Null));
    wax.json(&["key", "import", &middle]);
    let listed = wax.json(&["key", "anchors"]);
    assert_eq!(listed["pinned"][1]["name"], "example.org");
    assert_eq!(listed["uses_system_list"], false);
    // What is rejected vouches for nobody any more.
    let fingerprint = imported["imported"][0]["fingerprint"].as_str().unwrap();
    wax.json(&["key", "reject", fingerprint]);
    assert_eq!(reason(&wax, &line).0, 3);
    let switched = wax.json(&["key", "anchors", "--system-list", "on"]);
    assert_eq!(switched["uses_system_list"], true);
}

#[test]
fn rule_13_a_letter_counts_once_its_writers_authority_is_trusted() {
    let all = Authorities::new();
    all.publish("root", &[]);
    all.publish("middle", &["bob"]);
    let text = all.file("text");
    std::fs::write(&text, "At one, the usual place?\n").unwrap();
    let letter = all.sign("bob", &text);
    let wax = Wax::with_identity("Alice", "alice@example.org");
    let opened = wax.json(&["open", &letter]);
    assert_eq!(opened["summary"], "unprotected");
    assert_eq!(opened["why_not"], "untrusted-chain");
    wax.json(&["key", "import", &all.file("root.pem"), "--anchor"]);
    let opened = wax.json(&["open", &letter]);
    assert_eq!(opened["summary"], "verified", "{opened:#}");
    assert_eq!(opened["signer"]["checked"], "ca");
    // No letter makes us ask anybody (rule 25).
    assert_eq!(all.web.asked(), Vec::<String>::new());
    // Once the person has asked, it is remembered.
    let (bob, root) = (all.file("bob.pem"), all.file("root.pem"));
    let middle = all.file("middle.pem");
    let line = [
        "chain",
        &bob,
        "--root",
        &root,
        "--with",
        &middle,
        "--revocation",
    ];
    assert_eq!(reason(&wax, &line), (3, json!("revoked")));
    assert_eq!(wax.json(&["open", &letter])["why_not"], "untrusted-chain");
}

#[test]
fn rule_13_who_an_authority_vouches_for_can_be_sealed_to_until_they_are_rejected() {
    let all = Authorities::new();
    let text = all.file("text");
    std::fs::write(&text, "My certificate comes with this.\n").unwrap();
    let letter = all.sign("bob", &text);
    let wax = Wax::new();
    wax.json(&[
        "identity",
        "new",
        "Alice",
        "alice@example.org",
        "--scheme",
        "smime",
    ]);
    // The certificate comes with the letter: nobody decided anything about it.
    wax.json(&["open", &letter]);
    let draft = wax.file(
        "draft.eml",
        "To: bob@example.org\nSubject: Lunch\n\nAt one.\n",
    );
    let code = wax.error(&["seal", &draft, "-o", "refused.eml"]);
    assert_eq!(code, "no-cert");
    let rows = |wax: &Wax| {
        let list = wax.json(&["key", "list", "bob@example.org"]);
        list["keys"][0]["checked"].clone()
    };
    assert_eq!(rows(&wax), "unknown");
    wax.json(&["key", "import", &all.file("root.pem"), "--anchor"]);
    assert_eq!(rows(&wax), "ca");
    wax.json(&["seal", &draft, "-o", "sealed.eml"]);
    let opened = all.decrypt("bob", &wax.path("sealed.eml"));
    assert!(String::from_utf8_lossy(&opened).contains("At one."));
    wax.json(&["key", "reject", "bob@example.org"]);
    assert_eq!(wax.error(&["seal", &draft, "-o", "again.eml"]), "no-cert");
    assert_eq!(all.web.asked(), Vec::<String>::new());
}
