//! Servers and networks that must not get the letter.

use super::postfix::{Listener, Postfix};
use super::proxy::{Proxy, Tamper};
use super::*;

/// Sends, which must fail with this code; what stands in the error.
fn refusal(alice: &Wax, draft: &str, code: &str) -> Value {
    let (exit, document) = alice.outcome(&["send", draft]);
    assert_eq!(exit, 1, "{document:#}");
    assert_eq!(document["error"]["code"], code, "{document:#}");
    document["error"].clone()
}

#[test]
fn rule_60_each_bad_certificate_is_refused_with_expected_and_found() {
    let ours = Authority::new("Test CA");
    let other = Authority::new("Somebody else's CA");
    let old = [
        ("smtpd_tls_protocols", "TLSv1.1"),
        ("smtpd_tls_mandatory_protocols", "TLSv1.1"),
    ];
    let certificates = [
        ours.certify("other.test.invalid"),
        ours.certify_from_until(HOST, authority::PAST, (2021, 2, 3)),
        ours.certify_from_until(HOST, (2095, 4, 5), authority::FUTURE),
        other.certify(HOST),
        ours.certify(HOST),
    ];
    let [name, expired, early, unknown, good] = &certificates;
    let server = Postfix::start(&[
        Listener::implicit(name),
        Listener::implicit(expired),
        Listener::starttls(early),
        Listener::starttls(unknown),
        Listener::implicit(good).with(&old),
    ]);
    let (alice, _) = alice_and_bob();
    let draft = alice.file("draft.eml", DRAFT);
    let cases = [
        ("implicit", "tls-name", [HOST, "other.test.invalid"]),
        ("implicit", "tls-expired", ["now", "2021"]),
        ("starttls", "tls-not-yet-valid", ["now", "2095"]),
        (
            "starttls",
            "tls-untrusted",
            ["trusted list", "Somebody else's CA"],
        ),
        ("implicit", "tls-old", ["TLS 1.2", "found"]),
    ];
    for (number, (security, code, words)) in cases.into_iter().enumerate() {
        use_server(&alice, &ours, security, server.ports[number]);
        let error = refusal(&alice, &draft, code);
        let why = error["why"].as_str().unwrap();
        assert!(words.iter().all(|word| why.contains(word)), "{why}");
        let works = alice.error(&["account", "test", ALICE]);
        assert_eq!(works, code);
    }
    assert!(
        outbox(&alice)
            .iter()
            .all(|letter| letter["state"] == "waiting")
    );
    let log = server.wait_for_log("disconnect from");
    for command in ["auth=", "mail=", "rcpt=", "data="] {
        assert!(!log.contains(command), "{log}");
    }
}

#[test]
fn attack_starttls_injection_through_wax() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::starttls(&good)]);
    let (alice, _) = alice_and_bob();
    let forge: fn(&str) -> String = |line| match line.starts_with("220 2.0.0") {
        true => {
            line.to_owned()
                + "250-mail\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n\
                   250 2.0.0 queued as FORGED\r\n"
        }
        false => line.to_owned(),
    };
    let between = Proxy::start(server.ports[0], Tamper::Lines(forge));
    use_server(&alice, &authority, "starttls", between.port);
    let draft = alice.file("draft.eml", DRAFT);
    let error = refusal(&alice, &draft, "injected");
    assert!(!error.to_string().contains("FORGED"), "rule 59");
    let letter = only_letter(&alice);
    assert_eq!(letter["state"], "waiting");
    assert!(server.letters("bob").is_empty());

    // Over an honest way the same letter leaves, under the same Message-ID.
    use_server(&alice, &authority, "starttls", server.ports[0]);
    let sent = alice.json(&["outbox", "retry", &letter["id"].to_string()]);
    assert_eq!(sent["message_id"], letter["message_id"]);
    let arrived = server.wait_for_letters("bob", 1);
    assert_eq!(with_message_id(&arrived, &letter["message_id"]), 1);
    assert_eq!(only_letter(&alice)["state"], "sent");
}

#[test]
fn attack_starttls_stripping_through_wax() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::starttls(&good)]);
    let (alice, _) = alice_and_bob();
    let strip: fn(&str) -> String = |line| line.replace("STARTTLS", "AUTH PLAIN LOGIN");
    let between = Proxy::start(server.ports[0], Tamper::Lines(strip));
    use_server(&alice, &authority, "starttls", between.port);
    let draft = alice.file("draft.eml", DRAFT);
    refusal(&alice, &draft, "no-starttls");
    let heard = between.heard();
    assert!(heard.starts_with("EHLO "), "{heard}");
    assert!(
        !heard.contains("AUTH") && !heard.contains("MAIL"),
        "{heard}"
    );
    assert_eq!(only_letter(&alice)["state"], "waiting");
}

#[test]
fn rule_61_a_wrong_password_is_told_and_stands_in_no_output_and_no_log() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::implicit(&good)]);
    let (alice, _) = alice_and_bob();
    let wrong = "wrong horse battery";
    use_server_with(&alice, &authority, "implicit", server.ports[0], wrong);
    let draft = alice.file("draft.eml", DRAFT);
    let output = alice.run(&["send", &draft, "-v", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let encoded = base64::engine::general_purpose::STANDARD.encode(wrong);
    for shown in [&output.stdout, &output.stderr] {
        let shown = String::from_utf8_lossy(shown);
        assert!(
            !shown.contains(wrong) && !shown.contains(&encoded),
            "{shown}"
        );
    }
    assert!(String::from_utf8_lossy(&output.stdout).contains("login-refused"));
    assert_eq!(only_letter(&alice)["state"], "waiting");
    use_server(&alice, &authority, "implicit", server.ports[0]);
    let id = only_letter(&alice)["id"].to_string();
    alice.json(&["outbox", "retry", &id]);
    server.wait_for_letters("bob", 1);
}
