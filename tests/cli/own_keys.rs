//! What an owner does with a key: extend, revoke, back up, and try the backup.

use super::gnupg::Gpg;
use super::wax::Wax;
use serde_json::{Value, json};

fn alice() -> (Wax, String) {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let password = alice.file("key-password", "tr0ub4dor\n");
    (alice, password)
}

fn shown(wax: &Wax) -> Value {
    wax.json(&["key", "show", "alice@example.org"])
}

#[test]
fn rule_52_an_extended_key_stays_the_same_key() {
    let (alice, _) = alice();
    let before = shown(&alice);
    let day = "2033-01-31";
    let after = alice.json(&["key", "extend", "alice@example.org", "--until", day]);
    assert_eq!(after["fingerprint"], before["fingerprint"]);
    assert_eq!(after["expires"], "2033-01-31T00:00:00Z");
    assert_eq!(shown(&alice)["expires"], after["expires"]);
    for part in after["keys"].as_array().unwrap() {
        assert_eq!(part["expires"], "2033-01-31T00:00:00Z");
    }
    // Without a day it is three years from now, as for a new key.
    let again = alice.json(&["key", "extend", "alice@example.org"]);
    assert!(again["expires"].as_str().unwrap() < day, "{again:#}");
    let gpg = Gpg::new(None);
    gpg.run(
        &["--import"],
        &alice.run(&["key", "export", "alice@example.org"]).stdout,
    );
    // The secret half has it too: a letter that it seals is taken.
    let draft = alice.file("own.eml", "To: alice@example.org\nSubject: s\n\nhello\n");
    let sealed = alice.run(&["seal", &draft]);
    assert!(sealed.status.success());
    let (exit, _) = alice.outcome(&["key", "extend", "alice@example.org", "--until", "soon"]);
    assert_eq!(exit, 2);
    let late = [
        "key",
        "extend",
        "alice@example.org",
        "--until",
        "1999-01-01",
    ];
    assert_eq!(alice.error(&late), "bad-end");
}

#[test]
fn rule_51_a_backup_counts_only_after_a_drill_that_opened_a_canary() {
    let (alice, password) = alice();
    assert_eq!(shown(&alice)["backed_up"], Value::Null);
    let file = alice.path("backup.asc");
    let file = file.to_str().unwrap();
    assert_eq!(alice.error(&["key", "backup", file]), "password-needed");
    let made = alice.json(&["key", "backup", file, "--key-password-file", &password]);
    let fingerprint = shown(&alice)["fingerprint"].clone();
    assert_eq!(made["keys"], json!([fingerprint]));
    assert_eq!(
        shown(&alice)["backed_up"],
        Value::Null,
        "a file is no drill"
    );
    let again = ["key", "backup", file, "--key-password-file", &password];
    assert_eq!(alice.error(&again), "file-exists");

    let wrong = alice.file("wrong", "not it\n");
    let drill = |file: &str, password: &str| {
        alice.error(&["key", "drill", file, "--key-password-file", password])
    };
    assert_eq!(drill(file, &wrong), "drill-failed");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("PRIVATE KEY BLOCK"));
    let cut = alice.file("cut.asc", &text[..text.len() / 2]);
    assert_eq!(drill(&cut, &password), "drill-failed");
    let public = alice.run(&["key", "export", "alice@example.org"]).stdout;
    let public = alice.file("public.asc", public);
    assert_eq!(drill(&public, &password), "drill-failed");
    assert_eq!(drill("missing", &password), "file-not-found");
    assert_eq!(shown(&alice)["backed_up"], Value::Null);

    let passed = alice.json(&["key", "drill", file, "--key-password-file", &password]);
    assert_eq!(passed["keys"], json!([fingerprint]));
    assert!(shown(&alice)["backed_up"].is_string());

    // gpg takes the backup, and reads with it what is sealed for Alice.
    let gpg = Gpg::new(None);
    gpg.run(&["--passphrase=tr0ub4dor", "--import", file], b"");
    let draft = alice.file("own.eml", "To: alice@example.org\nSubject: s\n\nhello\n");
    let sealed = alice.run(&["seal", &draft]).stdout;
    let armored = super::wax::armored(&sealed);
    let opened = gpg.run(&["--passphrase=tr0ub4dor", "--decrypt"], &armored);
    assert!(String::from_utf8_lossy(&opened).contains("hello"));
    // And so does another Waxwing.
    let other = Wax::new();
    let copy = other.file("backup.asc", &text);
    let password = other.file("key-password", "tr0ub4dor\n");
    let taken = other.json(&["key", "import", &copy, "--key-password-file", &password]);
    assert_eq!(taken["imported"][0]["secret"], true);
    let letter = other.file("sealed.eml", &sealed);
    assert_eq!(other.json(&["open", &letter])["summary"], "confidential");
}

#[test]
fn rule_51_a_backup_that_lies_open_or_is_another_keys_is_none() {
    let (alice, password) = alice();
    let gpg = Gpg::new(None);
    let file = alice.path("backup.asc");
    let file = file.to_str().unwrap();
    alice.json(&["key", "backup", file, "--key-password-file", &password]);
    gpg.run(&["--passphrase=tr0ub4dor", "--import", file], b"");
    // A second identity is in no backup that was made before it.
    alice.json(&["identity", "new", "Alice", "alice@example.com"]);
    let drill = ["key", "drill", file, "--key-password-file", &password];
    let (exit, answer) = alice.outcome(&drill);
    assert_eq!(
        (exit, &answer["error"]["code"]),
        (1, &json!("drill-failed"))
    );
    // The one that came back is told apart from the one that did not.
    assert!(shown(&alice)["backed_up"].is_string());
    let other = alice.json(&["key", "show", "alice@example.com"]);
    assert_eq!(other["backed_up"], Value::Null);
    let named = [drill.as_slice(), &["--key", "alice@example.org"]].concat();
    alice.json(&named);

    let bob = Gpg::new(None);
    bob.generate("Alice <alice@example.com>", "default");
    let open = bob.run(&["--passphrase=", "--armor", "--export-secret-keys"], b"");
    let own = Wax::new();
    let taken = own.file("open.asc", &open);
    own.json(&["key", "import", &taken]);
    let password = own.file("key-password", "tr0ub4dor\n");
    let told = own.run(&["key", "drill", &taken, "--key-password-file", &password]);
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.contains("lies open"), "{told}");
}

#[test]
fn rule_51_a_revoked_key_seals_nothing_more_and_still_reads() {
    let (alice, _) = alice();
    let bob = Gpg::new(None);
    bob.run(
        &["--import"],
        &alice.run(&["key", "export", "alice@example.org"]).stdout,
    );
    let draft = alice.file("own.eml", "To: alice@example.org\nSubject: s\n\nhello\n");
    let sealed = alice.run(&["seal", &draft]).stdout;
    let letter = alice.file("sealed.eml", sealed);
    let file = alice.path("revocation.asc");
    let file = file.to_str().unwrap();
    let ended = alice.json(&[
        "key",
        "revoke",
        "alice@example.org",
        "--reason",
        "superseded",
        "-o",
        file,
    ]);
    assert_eq!(
        (&ended["state"], &ended["why"]),
        (&json!("unusable"), &json!("revoked"))
    );
    let written = std::fs::read_to_string(file).unwrap();
    assert_eq!(ended["revocation"], written.as_str());
    bob.run(&["--import", file], b"");
    let listed = bob.run(&["--with-colons", "--list-keys"], b"");
    assert!(String::from_utf8_lossy(&listed).contains("pub:r:"));
    let (exit, _) = alice.outcome(&["seal", &draft]);
    assert_eq!(exit, 1);
    // Its own certificate says it to everybody who gets it from now on.
    let carol = Gpg::new(None);
    carol.run(
        &["--import"],
        &alice.run(&["key", "export", "alice@example.org"]).stdout,
    );
    let listed = carol.run(&["--with-colons", "--list-keys"], b"");
    assert!(String::from_utf8_lossy(&listed).contains("pub:r:"));
    let read = alice.json(&["open", &letter]);
    assert_eq!(read["payload"]["text"].as_str().unwrap().trim(), "hello");
    let again = ["key", "revoke", "alice@example.org"];
    assert_eq!(alice.error(&again), "revoked");
    assert_eq!(
        alice.error(&["key", "extend", "alice@example.org"]),
        "revoked"
    );
}

#[test]
fn rule_53_the_ledger_tells_where_a_key_was_seen_and_what_else_was() {
    let (alice, _) = alice();
    let (first, second) = (Gpg::new(None), Gpg::new(None));
    let mut names = Vec::new();
    for (name, gpg) in [("first.asc", &first), ("second.asc", &second)] {
        gpg.generate("Bob <bob@example.org>", "default");
        let key = alice.file(name, gpg.run(&["--armor", "--export"], b""));
        let taken = alice.json(&["key", "import", &key]);
        names.push(
            taken["imported"][0]["fingerprint"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    let shown = alice.json(&["key", "show", &names[1]]);
    assert_eq!(shown["seen"][0]["address"], "bob@example.org");
    assert_eq!(shown["seen"][0]["from"], "imported");
    assert_eq!(shown["others"][0]["fingerprint"], names[0].as_str());
    assert_eq!(shown["others"][0]["checked"], "accepted");
    assert_eq!(shown["words"].as_str().unwrap().split(' ').count(), 20);
    // A decision can be taken back.
    let confirmed = alice.json(&["key", "confirm", &names[1]]);
    assert_eq!(confirmed["checked"], "confirmed");
    let back = alice.json(&["key", "undecide", &names[1]]);
    assert_eq!(back["checked"], "unknown");
    // One's own key stays one's own.
    let own = alice.json(&["key", "undecide", "alice@example.org"]);
    assert_eq!(own["checked"], "own");
    // Only owners extend, revoke and back up.
    assert_eq!(alice.error(&["key", "extend", &names[0]]), "no-secret");
    assert_eq!(alice.error(&["key", "revoke", &names[0]]), "no-secret");
    let password = alice.file("key-password", "x\n");
    let theirs = [
        "key",
        "backup",
        "f",
        "--key",
        &names[0],
        "--key-password-file",
        &password,
    ];
    assert_eq!(alice.error(&theirs), "no-secret");
}

#[test]
fn what_is_kept_where_is_told_and_an_account_can_be_forgotten() {
    let (alice, password) = alice();
    let told = alice.json(&["storage"]);
    assert_eq!(told["vault"], "passphrase");
    let home = alice.home();
    for place in told["places"].as_array().unwrap() {
        let path = std::path::Path::new(place["path"].as_str().unwrap());
        assert!(path.starts_with(&home), "{place}");
        assert!(place["bytes"].as_u64().unwrap() > 0, "{place}");
    }
    assert_eq!(Wax::new().json(&["storage"])["vault"], "none");

    assert_eq!(
        alice.error(&["account", "remove", "alice@example.org"]),
        "no-account"
    );
    alice.json(&[
        "account",
        "add",
        "alice@example.org",
        "--host",
        "smtp.example.org",
        "--password-file",
        &password,
    ]);
    let gone = alice.json(&["account", "remove", "alice@example.org"]);
    assert_eq!(gone["removed"], "alice@example.org");
    assert_eq!(alice.json(&["account", "list"])["accounts"], json!([]));
}
