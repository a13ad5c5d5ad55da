//! An mbox and a Maildir, read whole.

use super::gnupg::Gpg;
use super::wax::Wax;
use serde_json::{Value, json};

/// A PGP/MIME signed letter of Bob's (RFC 3156 §5).
fn signed(bob: &Gpg, number: usize) -> String {
    let part =
        format!("Content-Type: text/plain\r\n\r\nLetter {number} of Bob's.\r\n>From here on.\r\n");
    let signature = bob.run(&["--armor", "--detach-sign"], part.as_bytes());
    let signature = String::from_utf8(signature).unwrap();
    format!(
        "From: Bob <bob@example.org>\r\nTo: alice@example.org\r\nSubject: Number {number}\r\n\
         Date: Sun, 03 May 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/signed; micalg=pgp-sha512;\r\n protocol=\"application/pgp-signature\"; boundary=b\r\n\r\n\
         --b\r\n{part}\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\n{signature}\r\n--b--\r\n"
    )
}

/// Alice, with Bob's key, and letters of each kind.
fn letters() -> (Wax, Vec<String>) {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let bob = Gpg::new(None);
    bob.generate("Bob <bob@example.org>", "default");
    let key = bob.run(&["--armor", "--export", "bob@example.org"], b"");
    let key = alice.file("bob.asc", key);
    alice.json(&["key", "import", &key]);
    let draft = alice.file(
        "draft.eml",
        "To: alice@example.org\nSubject: For me\n\nSecret.\n",
    );
    let sealed = alice.path("sealed.eml").to_str().unwrap().to_owned();
    alice.json(&["seal", &draft, "-o", &sealed]);
    let sealed = std::fs::read_to_string(&sealed).unwrap();
    let plain = "From: eve@evil.example\r\nSubject: \u{202e}Plain\r\n\r\nHello.\r\n".to_owned();
    let broken = signed(&bob, 3).replace("Letter 3", "Letter 4");
    (
        alice,
        vec![signed(&bob, 1), plain, sealed, signed(&bob, 2), broken],
    )
}

fn mbox(letters: &[String]) -> String {
    letters
        .iter()
        .map(|letter| {
            // mboxrd: lines that begin with From get one > more.
            let lines = letter.replace("\r\n", "\n");
            let quoted: Vec<String> = lines
                .split('\n')
                .map(
                    |line| match line.trim_start_matches('>').starts_with("From ") {
                        true => format!(">{line}"),
                        false => line.to_owned(),
                    },
                )
                .collect();
            format!(
                "From x@y.example Sun May  3 10:00:00 2026\n{}\n",
                quoted.join("\n")
            )
        })
        .collect()
}

fn summaries(document: &Value) -> Vec<&str> {
    let messages = document["messages"].as_array().unwrap();
    messages
        .iter()
        .map(|m| m["summary"].as_str().unwrap())
        .collect()
}

const WANTED: [&str; 5] = [
    "verified",
    "unprotected",
    "confidential",
    "verified",
    "unprotected",
];

#[test]
fn an_mbox_is_judged_letter_by_letter_and_again_after_a_decision() {
    let (alice, letters) = letters();
    let file = alice.file("all.mbox", mbox(&letters));
    let found = alice.json(&["open", &file]);
    assert_eq!(summaries(&found), WANTED, "{found:#}");
    assert_eq!(found["messages"][0]["signer"]["address"], "bob@example.org");
    assert_eq!(found["messages"][2]["subject"], "For me");
    assert_eq!(found["messages"][4]["why_not"], "bad-signature");
    assert_eq!(
        found["totals"],
        json!({"verified": 2, "unprotected": 2, "confidential": 1})
    );
    // The same again, from what is remembered.
    assert_eq!(alice.json(&["open", &file]), found);
    // A decision about the signer counts at once.
    alice.json(&["key", "reject", "bob@example.org"]);
    let rejected = alice.json(&["open", &file]);
    assert_eq!(rejected["messages"][0]["summary"], "unprotected");
    assert_eq!(rejected["messages"][0]["why_not"], "rejected");
    alice.json(&["key", "confirm", "bob@example.org"]);
    assert_eq!(summaries(&alice.json(&["open", &file])), WANTED);
    let piped = alice
        .run_with(&["open", "-", "--json"], mbox(&letters).as_bytes())
        .stdout;
    let piped: Value = serde_json::from_slice(&piped).unwrap();
    assert_eq!(summaries(&piped), WANTED);
    // One of them as if it were alone.
    let third = alice.json(&["open", &file, "--message", "3"]);
    assert_eq!(
        third["payload"]["text"].as_str().unwrap().trim_end(),
        "Secret."
    );
    let first = alice.json(&["open", &file, "--message", "1"]);
    assert!(
        first["payload"]["text"]
            .as_str()
            .unwrap()
            .contains("\n>From here"),
        "{first:#}"
    );
    assert_eq!(
        alice.error(&["open", &file, "--message", "6"]),
        "no-such-letter"
    );
    let (exit, _) = alice.outcome(&["open", &file, "--require", "verified"]);
    assert_eq!(exit, 3);
    // For people: a line each, with nothing that turns the screen.
    let text = String::from_utf8(alice.run(&["open", &file]).stdout).unwrap();
    assert!(
        text.contains("verified") && !text.contains('\u{202e}'),
        "{text}"
    );
    // What was sealed is remembered nowhere outside the vault.
    for entry in std::fs::read_dir(alice.home()).unwrap().flatten() {
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
        assert!(
            !holds(b"For me") && !holds(b"Number 1"),
            "{:?}",
            entry.path()
        );
    }
}

#[test]
fn a_maildir_is_read_in_the_order_of_arrival() {
    let (alice, letters) = letters();
    let folder = alice.path("Maildir");
    for part in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(folder.join(part)).unwrap();
    }
    for (number, letter) in letters.iter().enumerate() {
        let part = if number % 2 == 0 { "cur" } else { "new" };
        let name = format!("{}.M1P2.host:2,S", 1_700_000_000 + number);
        std::fs::write(folder.join(part).join(name), letter).unwrap();
    }
    std::fs::write(folder.join("tmp").join("1.half"), "From: x").unwrap();
    let found = alice.json(&["open", folder.to_str().unwrap()]);
    assert_eq!(summaries(&found), WANTED);
    let one = alice.json(&["open", folder.to_str().unwrap(), "--message", "4"]);
    assert_eq!(one["summary"], "verified");
}

#[test]
fn what_is_sealed_for_others_and_what_is_no_message_is_told_line_by_line() {
    let (alice, letters) = letters();
    let stranger = Wax::new();
    let file = stranger.file("all.mbox", mbox(&letters[1..3]));
    let found = stranger.json(&["open", &file]);
    assert_eq!(found["messages"][0]["summary"], "unprotected");
    assert_eq!(found["messages"][1]["error"], "cannot-decrypt");
    assert_eq!(found["totals"]["cannot-decrypt"], 1);
    let empty = alice.file("empty.mbox", "From x@y.example Sun May  3 10:00:00 2026\n");
    assert_eq!(
        alice.json(&["open", &empty])["messages"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
