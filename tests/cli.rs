//! `wax` as a person or a script uses it, with gpg and sq on the other side.

#[path = "cli/attacks.rs"]
mod attacks;
#[path = "cli/blocked.rs"]
mod blocked;
#[path = "cli/bulk.rs"]
mod bulk;
#[path = "cli/changed_keys.rs"]
mod changed_keys;
#[path = "cli/check.rs"]
mod check;
#[path = "support/clamd.rs"]
mod clamd;
#[path = "cli/evidence.rs"]
mod evidence;
#[path = "support/gnupg.rs"]
mod gnupg;
#[path = "cli/harmful.rs"]
mod harmful;
#[path = "cli/headers.rs"]
mod headers;
#[path = "support/office.rs"]
mod office;
#[path = "cli/own_keys.rs"]
mod own_keys;
#[path = "cli/passwords.rs"]
mod passwords;
#[path = "cli/post_quantum.rs"]
mod post_quantum;
#[path = "cli/practice.rs"]
mod practice;
#[path = "cli/reading.rs"]
mod reading;
#[path = "cli/rendering.rs"]
mod rendering;
#[path = "cli/secrets_on_disk.rs"]
mod secrets_on_disk;
#[path = "cli/smime.rs"]
mod smime;
#[path = "cli/spoofing.rs"]
mod spoofing;
#[path = "support/wax.rs"]
mod wax;

use gnupg::Gpg;
use serde_json::json;
use wax::{Wax, armored};

const DRAFT: &str = "To: Bob <bob@example.org>\nSubject: Pläne für Mai\n\nDear Bob,\n.\n\nbare \r\nand the last line";

/// Bob with gpg, Alice with wax, and each has the other's key.
fn alice_and_bob() -> (Wax, Gpg) {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let bob = Gpg::new(None);
    bob.generate("Bob <bob@example.org>", "default");
    let cert = alice.run(&["key", "export", "alice@example.org"]).stdout;
    bob.run(&["--import"], &cert);
    let key = alice.file(
        "bob.asc",
        bob.run(&["--armor", "--export", "bob@example.org"], b""),
    );
    let taken = alice.json(&["key", "import", &key]);
    assert_eq!(
        taken["imported"][0]["accepted_for"],
        json!(["bob@example.org"])
    );
    (alice, bob)
}

/// A PGP/MIME message around what another program made (RFC 3156 §4).
fn pgp_mime(from: &str, to: &str, armored: &[u8]) -> Vec<u8> {
    let mut message = format!(
        "From: {from}\r\nTo: {to}\r\nSubject: ...\r\nDate: Sun, 03 May 2026 10:00:00 +0000\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/encrypted;\r\n \
         protocol=\"application/pgp-encrypted\"; boundary=\"frontier\"\r\n\r\n--frontier\r\n\
         Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--frontier\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    message.extend_from_slice(armored);
    message.extend_from_slice(b"\r\n--frontier--\r\n");
    message
}

#[test]
fn what_is_sealed_here_opens_in_gpg_with_the_subject_inside() {
    let (alice, bob) = alice_and_bob();
    let draft = alice.file("draft.eml", DRAFT);
    let sealed = alice.run(&["seal", &draft]);
    assert!(sealed.status.success());
    let outside = String::from_utf8(sealed.stdout.clone()).unwrap();
    assert!(outside.contains("\r\nSubject: [...]\r\n"));
    assert!(!outside.contains("Mai"));
    let (inside, status) = bob.decrypt(&armored(&sealed.stdout));
    assert!(
        status.contains("GOODSIG") && status.contains("DECRYPTION_OKAY"),
        "{status}"
    );
    let inside = String::from_utf8(inside).unwrap();
    assert!(
        inside.contains("Subject: =?utf-8?B?UGzDpG5lIGbDvHIgTWFp?="),
        "{inside}"
    );
    assert!(inside.contains("hp=\"cipher\""));
    // The writer reads it again, subject and text whole.
    let file = alice.file("sealed.eml", &sealed.stdout);
    let read = alice.json(&["open", &file]);
    assert_eq!(read["summary"], "confidential");
    assert_eq!(read["signer"]["checked"], "own");
    let text = read["payload"]["text"].as_str().unwrap();
    assert_eq!(text.trim_end(), "Dear Bob,\n.\n\nbare \nand the last line");
    let subject = read["headers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|h| h["name"] == "Subject");
    let subject = subject.unwrap();
    assert_eq!(subject["value"], "Pläne für Mai");
    assert_eq!(subject["protection"], "signed-and-encrypted");
    assert_eq!(subject["outer"], "[...]");
}

#[test]
fn what_gpg_seals_is_confidential_once_the_key_is_accepted() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let bob = Gpg::new(None);
    bob.generate("Bob <bob@example.org>", "default");
    let cert = alice.run(&["key", "export", "alice@example.org"]).stdout;
    bob.run(&["--import"], &cert);
    let inner = b"Content-Type: text/plain\r\n\r\nfrom gpg\r\n";
    let args = [
        "--armor",
        "--sign",
        "--encrypt",
        "-u",
        "bob@example.org",
        "-r",
        "alice@example.org",
    ];
    let message = pgp_mime(
        "bob@example.org",
        "alice@example.org",
        &bob.run(&args, inner),
    );
    let message = alice.file("message.eml", message);
    let before = alice.json(&["open", &message]);
    assert_eq!(before["summary"], "encrypted-unverified");
    assert_eq!(before["why_not"], "no-cert");
    // Another key is accepted for Bob's address, so this one stays unknown until it is confirmed.
    let other = Gpg::new(None);
    other.generate("Bob <bob@example.org>", "default");
    let first = alice.file("first.asc", other.run(&["--export"], b""));
    let second = alice.file("second.asc", bob.run(&["--export", "bob@example.org"], b""));
    alice.json(&["key", "import", &first]);
    let taken = alice.json(&["key", "import", &second]);
    assert_eq!(taken["imported"][0]["accepted_for"], json!([]));
    let unknown = alice.json(&["open", &message]);
    assert_eq!(unknown["summary"], "encrypted-unverified");
    assert_eq!(unknown["why_not"], "not-accepted");
    assert_eq!(unknown["signer"]["checked"], "unknown");
    let fingerprint = unknown["signer"]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned();
    alice.json(&["key", "confirm", &fingerprint]);
    let after = alice.json(&["open", &message, "--require", "confidential"]);
    assert_eq!(after["summary"], "confidential");
    assert_eq!(
        after["signer"],
        json!({
            "address": "bob@example.org", "fingerprint": fingerprint, "checked": "confirmed",
        })
    );
    assert_eq!(after["payload"]["text"], "from gpg\n");
    assert_eq!(after["encryption"]["integrity"], "mdc");
    alice.json(&["key", "reject", &fingerprint]);
    let (exit, rejected) = alice.outcome(&["open", &message, "--require", "verified"]);
    assert_eq!((exit, &rejected["why_not"]), (3, &json!("rejected")));
}

#[test]
fn what_sq_seals_is_confidential_once_the_key_is_accepted() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let sq = |args: &[&str]| {
        let done = std::process::Command::new("sq")
            .args(args)
            .output()
            .expect("sq is installed");
        assert!(
            done.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    };
    let at = |name: &str| alice.path(name).to_str().unwrap().to_owned();
    alice.run(&["key", "export", "alice@example.org", "-o", &at("alice.asc")]);
    sq(&[
        "key",
        "generate",
        "--userid",
        "Bob <bob@example.org>",
        "--export",
        &at("bob.key"),
    ]);
    sq(&[
        "key",
        "extract-cert",
        "--output",
        &at("bob.asc"),
        &at("bob.key"),
    ]);
    alice.file("inner", "Content-Type: text/plain\r\n\r\nfrom sq\r\n");
    sq(&[
        "encrypt",
        "--signer-key",
        &at("bob.key"),
        "--recipient-cert",
        &at("alice.asc"),
        "--output",
        &at("inner.asc"),
        &at("inner"),
    ]);
    let sealed = std::fs::read(at("inner.asc")).unwrap();
    let message = alice.file(
        "m.eml",
        pgp_mime("Bob <bob@example.org>", "alice@example.org", &sealed),
    );
    assert_eq!(alice.json(&["open", &message])["why_not"], "no-cert");
    alice.json(&["key", "import", &at("bob.asc")]);
    let read = alice.json(&["open", &message]);
    assert_eq!(read["summary"], "confidential");
    assert_eq!(read["signer"]["address"], "bob@example.org");
}

#[test]
fn rule_41_each_bcc_gets_a_message_of_its_own() {
    let (alice, bob) = alice_and_bob();
    let carol = Gpg::new(None);
    carol.generate("Carol <carol@example.org>", "rsa3072");
    let cert = alice.run(&["key", "export", "alice@example.org"]).stdout;
    carol.run(&["--import"], &cert);
    let key = alice.file("carol.pgp", carol.run(&["--export"], b""));
    alice.json(&["key", "import", &key]);
    let draft = alice.file(
        "draft.eml",
        "To: bob@example.org\r\nBcc: carol@example.org\r\nSubject: s\r\n\r\nhello\r\n",
    );
    assert_eq!(alice.error(&["seal", &draft]), "several-copies");
    let out = alice.path("out.eml").to_str().unwrap().to_owned();
    let copies = alice.json(&["seal", &draft, "-o", &out]);
    assert_eq!(
        copies["copies"][0]["envelope_to"],
        json!(["bob@example.org"])
    );
    assert_eq!(
        copies["copies"][1]["envelope_to"],
        json!(["carol@example.org"])
    );
    let blind = format!("{out}.2.eml");
    assert_eq!(copies["copies"][1]["file"], json!(blind));
    let (to, bcc) = (std::fs::read(&out).unwrap(), std::fs::read(&blind).unwrap());
    for copy in [&to, &bcc] {
        let text = String::from_utf8_lossy(copy);
        assert!(!text.contains("carol") && !text.to_lowercase().contains("bcc:"));
    }
    let (inside, _) = bob.decrypt(&armored(&to));
    assert!(!String::from_utf8_lossy(&inside).contains("carol"));
    assert!(
        !carol
            .try_run(&["--decrypt"], &armored(&to))
            .status
            .success()
    );
    carol.decrypt(&armored(&bcc));
    // The list of intended recipients of the visible copy names no Bcc either (rule 49).
    let listed = bob.run(&["--list-packets", "--verbose"], &armored(&to));
    let carols = alice.json(&["key", "show", "carol@example.org"])["fingerprint"].clone();
    assert!(!String::from_utf8_lossy(&listed).contains(carols.as_str().unwrap()));
}

#[test]
fn secret_keys_travel_to_gpg_and_back_under_a_password() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    assert_eq!(
        alice.error(&["key", "export", "alice@example.org", "--secret"]),
        "password-needed"
    );
    let password = alice.file("key-password", "hush\nsecond line\n");
    let out = alice.path("secret.asc").to_str().unwrap().to_owned();
    alice.json(&[
        "key",
        "export",
        "alice@example.org",
        "--secret",
        "--key-password-file",
        &password,
        "-o",
        &out,
    ]);
    let gpg = Gpg::new(None);
    gpg.run(&["--passphrase=hush", "--import", &out], b"");
    let back = gpg.run(
        &["--passphrase=hush", "--armor", "--export-secret-keys"],
        b"",
    );
    let other = Wax::new();
    let file = other.file("back.asc", back);
    let wrong = other.file("wrong", "not it\n");
    let right = other.file("right", "hush\n");
    assert_eq!(other.error(&["key", "import", &file]), "password-needed");
    assert_eq!(
        other.error(&["key", "import", &file, "--key-password-file", &wrong]),
        "wrong-password"
    );
    let taken = other.json(&["key", "import", &file, "--key-password-file", &right]);
    assert_eq!(taken["imported"][0]["secret"], true);
    let identities = other.json(&["identity", "list"]);
    assert_eq!(identities["identities"][0]["address"], "alice@example.org");
}

#[test]
fn each_mistake_has_its_code_and_its_exit() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let empty = Wax::new();
    let draft = alice.file("draft.eml", DRAFT);
    assert_eq!(alice.error(&["seal", &draft]), "no-cert");
    assert_eq!(empty.error(&["seal", &draft]), "no-identity");
    let nobody = alice.file("nobody.eml", "Subject: s\n\nt\n");
    assert_eq!(alice.error(&["seal", &nobody]), "bad-draft");
    let other = alice.file(
        "other.eml",
        "From: eve@example.org\nTo: alice@example.org\n\nt\n",
    );
    assert_eq!(alice.error(&["seal", &other]), "no-identity");
    let own = alice.file("own.eml", "To: alice@example.org\nSubject: s\n\nt\n");
    let sealed = alice.run(&["seal", &own]).stdout;
    let sealed = alice.file("sealed.eml", sealed);
    assert_eq!(alice.error(&["seal", &sealed]), "already-sealed");
    assert_eq!(
        alice.error(&["identity", "new", "A", "alice@example.org"]),
        "exists"
    );
    assert_eq!(
        alice.error(&["key", "show", "eve@example.org"]),
        "no-such-key"
    );
    assert_eq!(
        alice.error(&["key", "export", &"A".repeat(40)]),
        "no-such-key"
    );
    let garbage = alice.file("garbage", [7_u8; 4000]);
    assert_eq!(alice.error(&["key", "import", &garbage]), "not-a-key");
    assert_eq!(alice.error(&["key", "import", "missing"]), "file-not-found");
    assert_eq!(alice.error(&["open", "missing"]), "file-not-found");
    assert_eq!(alice.error(&["send", &own]), "no-account");
    assert_eq!(alice.error(&["send", &own, "--offline"]), "offline");
    let (exit, _) = alice.outcome(&["seal", &own, "--at", "2026-01-01T00:00:00Z"]);
    assert_eq!(exit, 2);
    let (exit, _) = alice.outcome(&["fly"]);
    assert_eq!(exit, 2);
    assert_eq!(empty.error(&["open", &sealed]), "cannot-decrypt");
    std::fs::write(alice.path("passphrase"), "another\n").unwrap();
    assert_eq!(alice.error(&["open", &sealed]), "wrong-passphrase");
}

#[test]
fn rule_30_hostile_files_are_refused_fast_and_small() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let mut nested = String::new();
    for depth in 0..10_000 {
        nested.push_str(&format!(
            "Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n"
        ));
    }
    let deep = alice.file("deep.eml", &nested);
    assert_eq!(alice.error(&["open", &deep]), "too-deep");
    // A line of 1 GB, without a gigabyte on the disk.
    let long = alice.path("long.eml");
    std::fs::File::create(&long)
        .unwrap()
        .set_len(1 << 30)
        .unwrap();
    let long = long.to_str().unwrap();
    let line = alice.path("line.eml");
    std::fs::File::create(&line)
        .unwrap()
        .set_len(400 << 20)
        .unwrap();
    let line = line.to_str().unwrap();
    for (file, code) in [(long, "too-large"), (line, "header-too-large")] {
        let watched = alice.command(&["open", file, "--json"]);
        let mut timed = std::process::Command::new("/usr/bin/time");
        timed
            .args(["-f", "%e %M"])
            .arg(watched.get_program())
            .args(watched.get_args());
        let output = timed.output().expect("time is installed");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains(&format!("\"code\": \"{code}\"")), "{told}");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let figures: Vec<f64> = told
            .lines()
            .last()
            .unwrap()
            .split(' ')
            .map(|figure| figure.parse().unwrap())
            .collect();
        assert!(figures[1] < 100_000.0, "{file}: {} KB", figures[1]);
    }
}

#[test]
fn a_corrupted_message_shows_nothing_and_saves_nothing() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let own = alice.file(
        "own.eml",
        "To: alice@example.org\nSubject: s\n\nvery secret\n",
    );
    let sealed = alice.run(&["seal", &own]).stdout;
    let text = String::from_utf8(sealed).unwrap();
    let middle = text.find("END PGP").unwrap() - 120;
    let mut broken = text.clone().into_bytes();
    broken[middle] = if broken[middle] == b'A' { b'B' } else { b'A' };
    let folder = alice.path("saved");
    let folder = folder.to_str().unwrap();
    for (name, bytes) in [
        ("broken.eml", broken),
        ("cut.eml", text.as_bytes()[..middle].to_vec()),
    ] {
        let file = alice.file(name, bytes);
        assert_eq!(
            alice.error(&["open", &file, "--save", folder]),
            "cannot-decrypt"
        );
        let told = alice.run(&["open", &file]);
        assert!(!String::from_utf8_lossy(&told.stdout).contains("secret"));
    }
    assert!(!std::path::Path::new(folder).exists());
}

#[test]
fn rule_25_opening_a_letter_asks_nobody_on_the_network() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let draft = alice.file(
        "draft.eml",
        "To: alice@example.org\nSubject: s\nMIME-Version: 1.0\nContent-Type: text/html\n\n\
         <html><head><link rel=stylesheet href=\"http://127.0.0.1:9/a.css\"></head><body>\
         <img src=\"http://127.0.0.1:9/b.png\"><script src=\"https://127.0.0.1:9/c.js\"></script>\
         <p style=\"background:url(http://127.0.0.1:9/d.png)\">Hello</p></body></html>\n",
    );
    let sealed = alice.run(&["seal", &draft]);
    assert!(sealed.status.success());
    let message = alice.file("sealed.eml", sealed.stdout);
    let wax = alice.command(&["open", &message, "--json"]);
    let log = alice.path("strace");
    let done = std::process::Command::new("strace")
        .args(["-f", "-e", "trace=socket,connect,sendto,sendmsg", "-o"])
        .arg(&log)
        .arg(wax.get_program())
        .args(wax.get_args())
        .output()
        .expect("strace is installed");
    let shown = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success() && shown.contains("Hello"), "{shown}");
    let calls = std::fs::read_to_string(&log).unwrap();
    assert!(calls.contains("exited with 0"), "{calls}");
    for call in ["socket(", "connect(", "sendto(", "sendmsg("] {
        assert!(!calls.contains(call), "{calls}");
    }
}

#[test]
fn settings_are_shown_and_set_and_a_signature_text_belongs_to_an_identity() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let usual = json!({ "theme": "system", "text_size": 100, "window": null, "border": null });
    assert_eq!(alice.json(&["settings", "show"]), usual);
    let set = ["settings", "set", "--theme", "dark", "--text-size", "150"];
    let changed = json!({ "theme": "dark", "text_size": 150, "window": null, "border": null });
    assert_eq!(alice.json(&set), changed);
    alice.json(&["settings", "set", "--theme", "light"]);
    assert_eq!(alice.json(&["settings", "show"])["text_size"], 150);
    let mine = json!({ "address": "alice@example.org", "signature": "" });
    assert_eq!(alice.json(&["settings", "signature"]), mine);
    let text = alice.file("under.txt", "Alice\r\nin the attic\n\n");
    alice.json(&["settings", "set", "--signature-file", &text]);
    let mine = alice.json(&["settings", "signature", "alice@example.org"]);
    assert_eq!(mine["signature"], "Alice\nin the attic");
    alice.json(&["settings", "set", "--signature", ""]);
    assert_eq!(alice.json(&["settings", "signature"])["signature"], "");
    for wrong in [
        &["settings", "set"][..],
        &["settings", "set", "--theme", "pink"],
        &["settings", "set", "--text-size", "110"],
        &["settings", "set", "--for", "alice@example.org"],
    ] {
        assert_eq!(alice.run(wrong).status.code(), Some(2), "{wrong:?}");
    }
    let nobody = alice.run(&["settings", "signature", "bob@example.org"]);
    assert_eq!(nobody.status.code(), Some(1));
}
