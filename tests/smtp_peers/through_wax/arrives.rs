//! Letters that arrive.

use super::postfix::{Listener, Postfix};
use super::wax::armored;
use super::*;

#[test]
fn a_sealed_letter_goes_over_postfix_to_gpg() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::implicit(&good), Listener::starttls(&good)]);
    let (alice, bob) = alice_and_bob();
    let draft = alice.file("draft.eml", DRAFT);
    for (number, security) in ["implicit", "starttls"].into_iter().enumerate() {
        use_server(&alice, &authority, security, server.ports[number]);
        let works = alice.json(&["account", "test", ALICE]);
        assert_eq!(works["tls"], "TLS 1.3");
        assert_eq!(works["size"], 60_000_000);

        let sent = alice.json(&["send", &draft]);
        assert_eq!(sent["state"], "sent");
        assert_eq!(sent["protection"], "sealed");
        let receipt = &sent["receipts"][0];
        assert_eq!(receipt["host"], HOST);
        assert_eq!(
            receipt["address"],
            format!("127.0.0.1:{}", server.ports[number])
        );
        assert_eq!(receipt["tls"], "TLS 1.3");
        assert_eq!(receipt["taken"], serde_json::json!([BOB]));
        let last = receipt["last"].as_str().unwrap();
        assert!(
            last.starts_with("250 ") && last.contains("queued as"),
            "{last}"
        );
        let kept = &outbox(&alice)[number];
        assert_eq!(kept["state"], "sent");
        assert_eq!(&kept["copies"][0]["receipt"], receipt, "rule 63");

        let arrived = server.wait_for_letters("bob", number + 1);
        assert_eq!(with_message_id(&arrived, &sent["message_id"]), 1);
        let letter = arrived
            .iter()
            .find(|letter| with_message_id(&[letter.to_vec()], &sent["message_id"]) == 1);
        let letter = letter.unwrap();
        let outside = String::from_utf8_lossy(letter);
        assert!(outside.contains("\nSubject: [...]\n"), "{outside}");
        assert!(!outside.contains("Private"));
        let (inside, status) = bob.decrypt(&armored(letter));
        assert!(
            status.contains("GOODSIG") && status.contains("DECRYPTION_OKAY"),
            "{status}"
        );
        let inside = String::from_utf8(inside).unwrap();
        // A dot that stands alone is encoded, so that no server on the way can stumble over it.
        let inside = inside.replace("\r\n", "\n").replace("=2E", ".");
        assert!(inside.contains("Subject: Private matters\n"), "{inside}");
        let text = DRAFT.split_once("\n\n").unwrap().1;
        assert!(inside.contains(text.trim_end()), "{inside}");
    }
    let log = server.log();
    assert!(
        !log.contains("y.invalid"),
        "no line of the text became a command"
    );
}

#[test]
fn readable_letters_arrive_whole_when_told_so() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::implicit(&good)]);
    let (alice, _) = alice_and_bob();
    use_server(&alice, &authority, "implicit", server.ports[0]);
    let draft = alice.file("draft.eml", DRAFT);
    let text = DRAFT.split_once("\n\n").unwrap().1;
    for (number, (way, summary)) in [
        ("--unprotected", "unprotected"),
        ("--sign-only", "verified"),
    ]
    .into_iter()
    .enumerate()
    {
        let sent = alice.json(&["send", way, &draft]);
        assert_eq!(sent["state"], "sent");
        let arrived = server.wait_for_letters("bob", number + 1);
        let letter = arrived
            .iter()
            .find(|letter| with_message_id(&[letter.to_vec()], &sent["message_id"]) == 1);
        let file = alice.file("arrived.eml", letter.unwrap());
        let read = alice.json(&["open", &file]);
        assert_eq!(read["summary"], summary, "{read:#}");
        assert_eq!(
            read["payload"]["text"].as_str().unwrap().trim_end(),
            text.trim_end()
        );
    }
}

#[test]
fn one_unknown_recipient_is_named_and_the_other_gets_the_letter() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::implicit(&good)]);
    let alice = Wax::with_identity("Alice", ALICE);
    use_server(&alice, &authority, "implicit", server.ports[0]);
    let draft = alice.file(
        "draft.eml",
        "To: bob@test.invalid, nobody@test.invalid\nSubject: two\n\nhello\n",
    );
    let (exit, sent) = alice.outcome(&["send", "--unprotected", &draft]);
    assert_eq!(exit, 1, "{sent:#}");
    let receipt = &sent["receipts"][0];
    assert_eq!(receipt["taken"], serde_json::json!([BOB]));
    assert_eq!(receipt["refused"][0]["address"], "nobody@test.invalid");
    assert_eq!(receipt["refused"][0]["code"], 550);
    server.wait_for_letters("bob", 1);

    let draft = alice.file(
        "nobody.eml",
        "To: nobody@test.invalid\nSubject: x\n\nhello\n",
    );
    assert_eq!(
        alice.error(&["send", "--unprotected", &draft]),
        "recipients-refused"
    );
    let letters = outbox(&alice);
    let refused = &letters.last().unwrap()["copies"][0];
    assert_eq!(refused["state"], "refused");
    assert_eq!(refused["why"]["recipients"][0]["reply"]["code"], 550);
}

#[test]
fn the_systems_list_vouches_for_servers_that_are_not_pinned() {
    let authority = Authority::new("A public CA");
    let good = authority.certify(HOST);
    let other = authority.certify("other.test.invalid");
    let server = Postfix::start(&[Listener::implicit(&good), Listener::implicit(&other)]);
    let alice = Wax::with_identity("Alice", ALICE);
    // Where OpenSSL, and with it everybody, looks for a list other than the system's own.
    let list = alice.file("list.pem", pem(&authority));
    let password = alice.file("password", format!("{}\n", LOGIN.1));
    let test = |port: u16, list: Option<&str>| {
        let port = port.to_string();
        let add = ["account", "add", ALICE, "--host", HOST, "--port", &port];
        let how = ["--connect-to", "127.0.0.1", "--password-file", &password];
        alice.json(&[&add[..], &how[..]].concat());
        let mut command = alice.command(&["account", "test", ALICE, "--json"]);
        command.envs(list.map(|list| ("SSL_CERT_FILE", list)));
        let output = command.output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), document)
    };
    let (exit, works) = test(server.ports[0], Some(&list));
    assert_eq!(exit, Some(0), "{works:#}");
    assert_eq!(works["host"], HOST);
    for (port, list, code) in [
        (server.ports[0], None, "tls-untrusted"),
        (server.ports[1], Some(list.as_str()), "tls-name"),
    ] {
        let (exit, refused) = test(port, list);
        assert_eq!(exit, Some(1), "{refused:#}");
        assert_eq!(refused["error"]["code"], code);
    }
}
