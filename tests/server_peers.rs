//! `wax check` against real servers on loopback: Postfix and Dovecot, set up well and each time with one
//! mistake, and servers that belong to nobody's protocol.

#[path = "support/authority.rs"]
mod authority;
#[expect(dead_code, reason = "no letters are delivered here")]
#[path = "support/dovecot.rs"]
mod dovecot;
#[path = "support/opensmtpd.rs"]
mod opensmtpd;
#[expect(dead_code, reason = "no letters are delivered here")]
#[path = "support/postfix.rs"]
mod postfix;
#[path = "support/sasl.rs"]
mod sasl;
#[expect(dead_code, reason = "only checks are run here")]
#[path = "support/wax.rs"]
mod wax;

#[path = "server_peers/pages.rs"]
mod pages;

use authority::{Authority, Certificate, PAST};
use base64::Engine as _;
use postfix::{Listener, Postfix};
use serde_json::Value;
use std::io::Write as _;
use std::net::TcpListener;
use wax::Wax;

/// The only host that takes mail for the domain.
const HOST: &str = "mail.test.invalid";
/// What a server is set to that is open to the world and does nothing wrong.
const GOOD: [(&str, &str); 5] = [
    ("smtpd_tls_security_level", "may"),
    ("smtpd_client_restrictions", ""),
    ("smtpd_relay_restrictions", "reject_unauth_destination"),
    ("disable_vrfy_command", "yes"),
    ("smtpd_sasl_auth_enable", "no"),
];
const ZONE: &str = "\
$ORIGIN test.invalid.
@ TXT \"v=spf1 mx -all\"
_dmarc TXT \"v=DMARC1; p=reject\"
@ MX 10 mail
mail A 192.0.2.1
1.2.0.192.in-addr.arpa. PTR mail.test.invalid.
";

fn pem(der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

/// Checks the domain with these ports of the host there.
fn check(wax: &Wax, zone: &str, authority: &[u8], ports: &[(u16, u16)]) -> Value {
    let zone = wax.file("zone", zone);
    let ca = wax.file("ca.pem", pem(authority));
    let to: Vec<String> = ports
        .iter()
        .map(|(port, at)| format!("--connect-to={HOST}:{port}:127.0.0.1:{at}"))
        .collect();
    let mut args = vec!["check", "test.invalid", "--zone", &zone, "--ca", &ca];
    args.extend(to.iter().map(String::as_str));
    wax.json(&args)
}

fn ids(report: &Value, result: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let mut ids: Vec<String> = findings
        .filter(|finding| finding["result"] == result)
        .map(|finding| finding["id"].as_str().unwrap().to_owned())
        .collect();
    ids.dedup();
    ids
}

/// What a server shows, how it is set up, and what is to be found.
type Case<'a> = (&'a Certificate, Vec<(&'a str, &'a str)>, &'a [&'a str]);

/// With one more setting, which counts because it stands last.
fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&GOOD[..], more].concat()
}

#[test]
fn rule_68_each_mistake_of_a_mail_server_is_named_and_none_else() {
    let authority = Authority::new("Vouching");
    let good = authority.certify(HOST);
    let other = authority.certify("other.test.invalid");
    let old = authority.certify_from_until(HOST, PAST, (2021, 1, 1));
    let strange = Authority::new("Strange").certify(HOST);
    let cases: Vec<Case> = vec![
        (&good, with(&[]), &[]),
        (
            &good,
            with(&[("smtpd_tls_security_level", "none")]),
            &["starttls-missing"],
        ),
        (
            &good,
            with(&[
                ("smtpd_tls_protocols", ">=TLSv1"),
                ("smtpd_tls_mandatory_protocols", ">=TLSv1"),
            ]),
            &["tls-old"],
        ),
        (
            &good,
            with(&[
                ("smtpd_tls_protocols", "TLSv1"),
                ("smtpd_tls_mandatory_protocols", "TLSv1"),
            ]),
            &["tls-old"],
        ),
        (&other, with(&[]), &["tls-name"]),
        (&old, with(&[]), &["tls-expired"]),
        (&strange, with(&[]), &["tls-untrusted"]),
        (
            &good,
            with(&[
                ("smtpd_sasl_auth_enable", "yes"),
                ("smtpd_tls_auth_only", "no"),
            ]),
            &["auth-before-tls"],
        ),
        (
            &good,
            with(&[("disable_vrfy_command", "no")]),
            &["vrfy-enabled"],
        ),
        (
            &good,
            with(&[("myhostname", "wrong.example")]),
            &["helo-mismatch"],
        ),
        (
            &good,
            with(&[("myhostname", "localhost.localdomain")]),
            &["helo-mismatch"],
        ),
    ];
    let listeners: Vec<Listener> = cases
        .iter()
        .map(|(certificate, settings, _)| Listener::starttls(certificate).with(settings))
        .collect();
    let server = Postfix::start(&listeners);
    let wax = Wax::new();
    for ((_, settings, expected), port) in cases.iter().zip(&server.ports) {
        let report = check(&wax, ZONE, &authority.der, &[(25, *port)]);
        assert_eq!(ids(&report, "fail"), *expected, "{settings:?}: {report:#}");
        let contacted = report["contacted"].as_array().unwrap();
        assert_eq!(contacted, &["mail.test.invalid:25"], "{report:#}");
        if expected.is_empty() {
            let passed = ids(&report, "pass");
            for id in [
                "starttls-missing",
                "tls-old",
                "tls-name",
                "tls-expired",
                "tls-untrusted",
                "auth-before-tls",
                "vrfy-enabled",
                "helo-mismatch",
            ] {
                assert!(passed.iter().any(|passed| passed == id), "{id}: {report:#}");
            }
        }
    }
}

#[test]
fn submission_ports_are_looked_at_with_tls_first_and_later() {
    let authority = Authority::new("Vouching");
    let good = authority.certify(HOST);
    let other = authority.certify("other.test.invalid");
    let server = Postfix::start(&[
        Listener::implicit(&good),
        Listener::starttls(&good),
        Listener::implicit(&other),
    ]);
    let wax = Wax::new();
    let zone = format!("{ZONE}_submissions._tcp SRV 0 1 465 mail\n");
    let ports = [(465, server.ports[0]), (587, server.ports[1])];
    let report = check(&wax, &zone, &authority.der, &ports);
    assert_eq!(ids(&report, "fail"), Vec::<String>::new(), "{report:#}");
    let report = check(&wax, &zone, &authority.der, &[(465, server.ports[2])]);
    assert_eq!(ids(&report, "fail"), ["tls-name"], "{report:#}");
}

#[test]
fn a_real_mailbox_server_is_looked_at_without_a_login() {
    let server = dovecot::Dovecot::start(&[("alice", "secret")], &[], None);
    let wax = Wax::new();
    let zone = wax.file(
        "zone",
        ZONE.replace("mail", "pop") + "_pop3s._tcp SRV 0 1 995 pop\n",
    );
    let ca = wax.file("ca.pem", pem(&server.authority));
    let to = |port: u16, at: u16| format!("--connect-to={}:{port}:127.0.0.1:{at}", dovecot::HOST);
    let (pop3s, pop3) = (to(995, server.port), to(110, server.stls_port));
    let report = wax.json(&[
        "check",
        "test.invalid",
        "--zone",
        &zone,
        "--ca",
        &ca,
        &pop3s,
        &pop3,
    ]);
    assert_eq!(ids(&report, "fail"), Vec::<String>::new(), "{report:#}");
    let passed = |id: &str, port: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings.iter().any(|f| {
            f["id"] == id && f["result"] == "pass" && f["subject"].as_str().unwrap().ends_with(port)
        })
    };
    assert!(
        passed("tls-name", ":995") && passed("starttls-missing", ":110"),
        "{report:#}"
    );
}

#[test]
fn rule_68_closed_silent_and_foreign_ports_are_unknown() {
    let authority = Authority::new("Vouching");
    let wax = Wax::new();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let says = |words: &'static [u8]| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                // Whoever asked may have hung up.
                let _ = stream.write_all(words);
                kept.push(stream);
            }
        });
        port
    };
    for port in [
        closed,
        says(b"554 5.7.1 no service for you\r\n"),
        says(b"\x1b[2J\x07\x00\xff\xfe\r\n"),
        says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        says(&[b'x'; 1 << 16]),
    ] {
        let report = check(&wax, ZONE, &authority.der, &[(25, port)]);
        assert_eq!(ids(&report, "fail"), Vec::<String>::new(), "{report:#}");
        let unknown = ids(&report, "unknown");
        assert!(
            unknown.iter().any(|id| id == "starttls-missing"),
            "{report:#}"
        );
    }
}

#[test]
fn rule_69_a_relay_is_tried_only_where_control_is_shown_and_an_open_one_is_found() {
    let authority = Authority::new("Vouching");
    let good = authority.certify(HOST);
    let open = with(&[
        ("mynetworks", "0.0.0.0/0"),
        (
            "smtpd_relay_restrictions",
            "permit_mynetworks, reject_unauth_destination",
        ),
        ("smtpd_reject_unlisted_recipient", "no"),
    ]);
    let half = with(&[
        ("mynetworks", "0.0.0.0/0"),
        (
            "smtpd_relay_restrictions",
            "permit_mynetworks, reject_unauth_destination",
        ),
        ("smtpd_reject_unlisted_recipient", "no"),
        ("smtpd_tls_security_level", "none"),
    ]);
    let closed = with(&[]);
    let server = Postfix::start(&[
        Listener::starttls(&good).with(&closed),
        Listener::starttls(&good).with(&open),
        Listener::starttls(&good).with(&half),
    ]);
    let wax = Wax::new();
    let ca = wax.file("ca.pem", pem(&authority.der));
    let relay = |zone: &str, port: u16| {
        let zone = wax.file("zone", zone);
        let to = format!("--connect-to={HOST}:25:127.0.0.1:{port}");
        let report = wax.json(&[
            "check",
            "test.invalid",
            "--zone",
            &zone,
            "--ca",
            &ca,
            &to,
            "--relay",
            HOST,
        ]);
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .find(|f| f["id"] == "relay-open")
            .unwrap()
            .clone()
    };
    // Without the token nothing is tried, not even with an open one; the token is told.
    let told = relay(ZONE, server.ports[1]);
    assert_eq!(told["result"], "unknown");
    let fix = told["fix"].as_str().unwrap();
    let token = fix.split("waxwing-check=").nth(1).unwrap();
    assert_eq!(token.len(), 32, "{fix}");
    assert!(!server.log().contains("RCPT from"), "{}", server.log());
    let forged = format!(
        "{ZONE}_waxwing-check TXT \"waxwing-check={}\"\n",
        "0".repeat(32)
    );
    assert_eq!(relay(&forged, server.ports[1])["result"], "unknown");
    assert!(!server.log().contains("RCPT from"), "{}", server.log());

    let shown = format!("{ZONE}_waxwing-check TXT \"waxwing-check={token}\"\n");
    let found = relay(&shown, server.ports[1]);
    assert_eq!(found["result"], "fail", "{found:#} {}", server.log());
    let found = relay(&shown, server.ports[2]);
    assert_eq!(found["result"], "fail", "{found:#} {}", server.log());
    let found = relay(&shown, server.ports[0]);
    assert_eq!(found["result"], "pass", "{found:#}");
    // Nothing was handed over.
    assert!(!server.log().contains("status="), "{}", server.log());

    let zone = wax.file("zone", &shown);
    let strange = [
        "check",
        "test.invalid",
        "--zone",
        &zone,
        "--relay",
        "mx.else.example",
    ];
    assert_eq!(wax.error(&strange), "not-below");
    // Another home has another token.
    let other = Wax::new();
    let zone = other.file("zone", &shown);
    let report = other.json(&["check", "test.invalid", "--zone", &zone, "--relay", HOST]);
    assert!(!report.to_string().contains(token));
}

#[test]
fn rule_69_servers_that_take_the_mail_are_compared_where_control_is_shown() {
    let authority = Authority::new("Vouching");
    let certificate = authority.certify(HOST);
    let (careful, all) = (
        with(&[]),
        with(&[("smtpd_reject_unlisted_recipient", "no")]),
    );
    let server = Postfix::start(&[
        Listener::starttls(&certificate).with(&careful),
        Listener::starttls(&certificate).with(&careful),
        Listener::starttls(&certificate).with(&all),
    ]);
    let wax = Wax::new();
    let two = format!("{ZONE}@ MX 20 backup\nbackup A 192.0.2.2\n");
    let compare = |zone: &str, second: u16| {
        let zone = wax.file("zone", zone);
        let to = |host: &str, port: u16| format!("--connect-to={host}:25:127.0.0.1:{port}");
        let (first, second) = (to(HOST, server.ports[0]), to("backup.test.invalid", second));
        let report = wax.json(&[
            "check",
            "test.invalid",
            "--zone",
            &zone,
            &first,
            &second,
            "--compare",
        ]);
        let all = report["findings"].as_array().unwrap();
        all.iter()
            .find(|f| f["id"] == "mx-differs")
            .unwrap()
            .clone()
    };
    let told = compare(&two, server.ports[2]);
    assert_eq!(told["result"], "unknown");
    let token = told["fix"]
        .as_str()
        .unwrap()
        .split("waxwing-check=")
        .nth(1)
        .unwrap();
    assert!(!server.log().contains("RCPT from"), "{}", server.log());
    let shown = format!("{two}_waxwing-check TXT \"waxwing-check={token}\"\n");
    let same = compare(&shown, server.ports[1]);
    assert_eq!(same["result"], "pass", "{same:#}");
    // The second takes mail for people who are not there.
    let other = compare(&shown, server.ports[2]);
    assert_eq!(other["result"], "fail", "{other:#}");
    assert!(
        other["means"]
            .as_str()
            .unwrap()
            .contains("backup.test.invalid")
    );
    let closed = compare(&shown, 1);
    assert_eq!(closed["result"], "unknown", "{closed:#}");
    assert!(!server.log().contains("status="), "{}", server.log());
}

#[test]
fn opensmtpd_without_tls_is_told_so_and_an_open_one_is_found() {
    let wax = Wax::new();
    let mut token = String::new();
    for open in [false, true] {
        let server = opensmtpd::OpenSmtpd::start(HOST, open);
        let report = check(&wax, ZONE, b"", &[(25, server.port)]);
        assert_eq!(ids(&report, "fail"), ["starttls-missing"], "{report:#}");
        let passed = ids(&report, "pass");
        for id in ["auth-before-tls", "vrfy-enabled", "helo-mismatch"] {
            assert!(passed.iter().any(|passed| passed == id), "{id}: {report:#}");
        }
        let relay = |zone: &str| {
            let zone = wax.file("zone", zone);
            let to = format!("--connect-to={HOST}:25:127.0.0.1:{}", server.port);
            let line = [
                "check",
                "test.invalid",
                "--zone",
                &zone,
                &to,
                "--relay",
                HOST,
            ];
            let report = wax.json(&line);
            let all = report["findings"].as_array().unwrap();
            all.iter()
                .find(|f| f["id"] == "relay-open")
                .unwrap()
                .clone()
        };
        if token.is_empty() {
            let told = relay(ZONE);
            let fix = told["fix"].as_str().unwrap();
            token = fix.split("waxwing-check=").nth(1).unwrap().to_owned();
        }
        let shown = format!("{ZONE}_waxwing-check TXT \"waxwing-check={token}\"\n");
        let expected = if open { "fail" } else { "pass" };
        let found = relay(&shown);
        assert_eq!(found["result"], expected, "{found:#}");
    }
}
