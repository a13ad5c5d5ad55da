//! `wax check --account`: a real server, good and careless, seen from behind a login.

use super::super::dovecot::{self, Dovecot};
use super::postfix::{Listener, Postfix};
use super::*;

/// What came of a check, by its id: result and whether it is advice.
fn found(report: &Value, id: &str) -> (String, bool) {
    let all = report["findings"].as_array().unwrap();
    let of: Vec<&Value> = all.iter().filter(|finding| finding["id"] == id).collect();
    let [one] = of.as_slice() else {
        panic!("{id} is there {} times: {report:#}", of.len());
    };
    let result = one["result"].as_str().unwrap().to_owned();
    (result, one["advice"].as_bool().unwrap())
}

fn means<'r>(report: &'r Value, id: &str) -> &'r str {
    let all = report["findings"].as_array().unwrap();
    let one = all.iter().find(|finding| finding["id"] == id).unwrap();
    one["means"].as_str().unwrap()
}

/// A server that binds senders to logins and says little.
const CAREFUL: &[(&str, &str)] = &[
    ("smtpd_banner", "$myhostname ESMTP"),
    ("disable_vrfy_command", "yes"),
    (
        "smtpd_sender_login_maps",
        "inline:{alice@test.invalid=alice@test.invalid}",
    ),
    ("smtpd_sender_restrictions", "reject_sender_login_mismatch"),
];

#[test]
fn a_careful_server_and_a_careless_one_are_told_apart_behind_a_login() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let careless = [("message_size_limit", "5000000")];
    let server = Postfix::start(&[
        Listener::implicit(&good).with(CAREFUL),
        Listener::starttls(&good).with(&careless),
    ]);
    let alice = Wax::with_identity("Alice", ALICE);
    for (number, security, advice) in [(0, "implicit", false), (1, "starttls", true)] {
        use_server(&alice, &authority, security, server.ports[number]);
        let report = alice.json(&["check", "--account"]);
        assert_eq!(report["domain"], "test.invalid");
        for id in ["sender-any", "banner-software", "size-limit"] {
            assert_eq!(
                found(&report, id),
                ("pass".to_owned(), advice),
                "{id}: {report:#}"
            );
        }
        for id in [
            "tls-old",
            "tls-name",
            "tls-expired",
            "tls-untrusted",
            "vrfy-enabled",
        ] {
            assert_eq!(
                found(&report, id),
                ("pass".to_owned(), false),
                "{id}: {report:#}"
            );
        }
        let injection = report["findings"].as_array().unwrap().iter();
        let injection = injection
            .filter(|f| f["id"] == "starttls-injection")
            .count();
        assert_eq!(injection, usize::from(security == "starttls"), "{report:#}");
        // What was not asked for is not in it, and nothing failed.
        for finding in report["findings"].as_array().unwrap() {
            assert_eq!(finding["result"], "pass", "{finding:#}");
            let id = finding["id"].as_str().unwrap();
            assert!(!["test-letter", "default-login", "connection-limit"].contains(&id));
        }
    }
    assert!(means(&alice.json(&["check", ALICE, "--account"]), "size-limit").contains("4.7 MiB"));
    // No letter left.
    assert!(server.letters("alice").is_empty());
    assert!(!server.log().contains("message-id="), "{}", server.log());
}

#[test]
fn rule_69_another_login_and_many_connections_are_tried_only_behind_the_own_login() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let limit = [("smtpd_client_connection_count_limit", "4")];
    let server = Postfix::start(&[
        Listener::implicit(&good).with(&limit),
        Listener::starttls(&good),
    ]);
    let alice = Wax::with_identity("Alice", ALICE);
    let try_login = |text: String| {
        let file = alice.file("other", text);
        alice.json(&["check", "--account", "--default-login", &file])
    };
    use_server(&alice, &authority, "starttls", server.ports[1]);
    let refused = try_login("admin\nadmin\n".to_owned());
    assert_eq!(found(&refused, "default-login"), ("pass".to_owned(), false));
    let taken = try_login(format!("{}\n{}\n", LOGIN.0, LOGIN.1));
    assert_eq!(found(&taken, "default-login"), ("fail".to_owned(), false));
    let file = alice.file("other", "nothing");
    let line = ["check", "--account", "--default-login", &file];
    assert_eq!(alice.error(&line), "bad-login-file");

    let all = alice.json(&["check", "--account", "--connections"]);
    assert_eq!(
        found(&all, "connection-limit"),
        ("unknown".to_owned(), false)
    );
    use_server(&alice, &authority, "implicit", server.ports[0]);
    let some = alice.json(&["check", "--account", "--connections"]);
    assert_eq!(
        found(&some, "connection-limit"),
        ("pass".to_owned(), false),
        "{some:#}"
    );

    // Without the own login nothing else is tried.
    use_server_with(&alice, &authority, "starttls", server.ports[1], "wrong");
    let before = server.log().matches("connect from").count();
    let file = alice.file("other", "admin\nadmin\n");
    let line = [
        "check",
        "--account",
        "--connections",
        "--default-login",
        &file,
    ];
    assert_eq!(alice.error(&line), "login-refused");
    let disconnected = |log: &str| log.matches("\n").count() > 0;
    let log = server.wait_for_log("SASL PLAIN authentication failed");
    assert!(disconnected(&log));
    let connections = log.matches("connect from").count() - before;
    assert!(
        connections <= 2,
        "one connection, and its end: {connections}"
    );
}

/// The account with a mailbox that hands out what the server delivered.
fn use_mailbox(alice: &Wax, authority: &Authority, submission: u16, mailbox: &Dovecot) {
    let issuers = [pem(authority), pem_of(&mailbox.authority)].concat();
    let issuers = alice.file("issuers.pem", issuers);
    let password = alice.file("password", format!("{}\n", LOGIN.1));
    let (port, mailbox_port) = (submission.to_string(), mailbox.port.to_string());
    alice.json(&[
        "account",
        "add",
        ALICE,
        "--host",
        HOST,
        "--port",
        &port,
        "--security",
        "implicit",
        "--ca",
        &issuers,
        "--connect-to",
        "127.0.0.1",
        "--password-file",
        &password,
        "--mailbox-host",
        dovecot::HOST,
        "--mailbox-port",
        &mailbox_port,
    ]);
}

/// Alice's letters that the mailbox server has handed out.
fn handed_out(server: &Postfix) -> Vec<Vec<u8>> {
    let folder = server.mailboxes().join("alice/cur");
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn letters_to_oneself_are_read_as_they_come_back() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    // It refuses viruses by their line, marks nothing, adds a field that tells, and changes one.
    let filter = "header_checks = regexp:{{/^Message-ID:/ REPLACE Message-ID: <other@provider.example>}, {/^To:/ PREPEND X-Originating-IP: 192.0.2.1}}\n\
                  body_checks = regexp:{{/^WDVPIVAl/ REJECT virus}}\n";
    let server = Postfix::start_with(
        &[
            Listener::implicit(&good),
            Listener::implicit(&good).with(CAREFUL),
        ],
        filter,
    );
    let mailbox = Dovecot::start(&[LOGIN], &[], Some(&server.mailboxes()));
    let alice = Wax::with_identity("Alice", ALICE);
    use_mailbox(&alice, &authority, server.ports[0], &mailbox);
    let zone = alice.file(
        "zone",
        "$ORIGIN test.invalid.\n@ 60 IN TXT \"v=spf1 -all\"\n",
    );
    let report = alice.json(&[
        "check",
        "--account",
        "--test-letter",
        "--spam-test",
        "--virus-test",
        "--zone",
        &zone,
        "--wait",
        "60",
    ]);
    let is = |id: &str, result: &str, advice| {
        assert_eq!(
            found(&report, id),
            (result.to_owned(), advice),
            "{id}: {report:#}"
        );
    };
    is("test-letter", "pass", false);
    is("from-forged", "pass", true);
    is("spam-taken", "pass", true);
    is("virus-taken", "pass", false);
    is("headers-rewritten", "pass", true);
    is("headers-added", "pass", true);
    assert!(means(&report, "headers-rewritten").contains("Message-ID"));
    assert!(means(&report, "headers-added").contains("X-Originating-IP"));
    // Not signed, and never left its server: unknown, no failure.
    is("letter-dkim", "unknown", false);
    is("letter-dmarc", "unknown", false);
    let letters = handed_out(&server);
    assert_eq!(letters.len(), 3);
    // They are not mistaken for letters in the inbox, which has them like any others.
    let inbox = alice.json(&["fetch"]);
    assert_eq!(inbox["letters"].as_array().unwrap().len(), 3, "{inbox:#}");

    // A letter that was saved elsewhere is read by what is remembered of it.
    let own = letters
        .iter()
        .find(|letter| String::from_utf8_lossy(letter).contains("-own\n"));
    let file = alice.file("came.eml", own.unwrap());
    let line = ["check", "--account", "--came-back", &file, "--zone", &zone];
    let report = alice.json(&line);
    assert_eq!(found(&report, "test-letter"), ("pass".to_owned(), false));
    assert_eq!(
        found(&report, "headers-rewritten"),
        ("pass".to_owned(), true)
    );
    // In another home nobody knows how it left.
    let other = Wax::with_identity("Alice", ALICE);
    use_mailbox(&other, &authority, server.ports[0], &mailbox);
    let file = other.file("came.eml", own.unwrap());
    let report = other.json(&["check", "--account", "--came-back", &file, "--zone", &zone]);
    assert_eq!(found(&report, "test-letter"), ("pass".to_owned(), false));
    let all = report["findings"].as_array().unwrap();
    assert!(
        all.iter()
            .all(|finding| finding["id"] != "headers-rewritten")
    );
}

#[test]
fn a_letter_that_does_not_come_back_is_unknown() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::implicit(&good)]);
    // Its mailboxes are others than the ones that Postfix fills.
    let mailbox = Dovecot::start(&[LOGIN], &[b"Subject: old\n\nx\n"], None);
    let alice = Wax::with_identity("Alice", ALICE);
    use_mailbox(&alice, &authority, server.ports[0], &mailbox);
    let line = [
        "check",
        "--account",
        "--test-letter",
        "--wait",
        "2",
        "--zone",
        "/dev/null",
    ];
    let report = alice.json(&line);
    assert_eq!(found(&report, "test-letter"), ("unknown".to_owned(), false));
    assert_eq!(found(&report, "from-forged"), ("unknown".to_owned(), false));
    // Without a mailbox it is said how to go on.
    use_server(&alice, &authority, "implicit", server.ports[0]);
    let report = alice.json(&line);
    assert_eq!(found(&report, "test-letter"), ("unknown".to_owned(), false));
    assert!(means(&report, "test-letter").contains("--came-back"));
}
