//! Somebody between us and Postfix who changes what it says before TLS.

use super::postfix::{Listener, Postfix};
use super::proxy::{Proxy, Tamper};
use super::*;
use waxwing::app::port::Stage;

fn server() -> (Authority, Postfix) {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::starttls(&good)]);
    (authority, server)
}

/// Nothing but EHLO (and perhaps QUIT) was on the wire.
pub fn only_ehlo(between: &Proxy) {
    let heard = between.heard();
    let lines: Vec<_> = heard.split_inclusive("\r\n").collect();
    let lines = match lines.as_slice() {
        [before @ .., "QUIT\r\n"] => before,
        all => all,
    };
    assert_eq!(lines, ["EHLO [127.0.0.1]\r\n"], "{heard:?}");
}

/// Nothing but EHLO and STARTTLS was on the wire in plaintext: what follows, if anything, is a TLS
/// record.
fn only_starttls(between: &Proxy) {
    let wire = between.wire();
    let rest = wire.strip_prefix(b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n".as_slice());
    let rest = rest.unwrap_or_else(|| panic!("{:?}", between.heard()));
    assert!(
        matches!(
            rest,
            [] | [21 | 22, 3, ..] | [b'Q', b'U', b'I', b'T', b'\r', b'\n']
        ),
        "{:?}",
        between.heard()
    );
}

#[test]
fn attack_starttls_stripping_smtp() {
    let (authority, server) = server();
    let strip: [fn(&str) -> String; 3] = [
        |line| match line {
            line if line.contains("STARTTLS") => String::new(),
            line => line.to_owned(),
        },
        |line| line.replace("STARTTLS", "XXXXXXXX"),
        // And it tempts with what a careless program would take.
        |line| line.replace("STARTTLS", "AUTH PLAIN LOGIN"),
    ];
    for change in strip {
        let between = Proxy::start(server.ports[0], Tamper::Lines(change));
        let account = account(&authority, Security::StartTls, between.port);
        let (result, begun) = Sending::default().send_telling(&account, &letter());
        assert_eq!(
            result,
            Err(SubmitFailure::NoStartTls {
                server: account.submission.to_string()
            })
        );
        assert!(!begun);
        only_ehlo(&between);
    }

    // It lets the offer stand and answers the wish.
    let refuse: fn(&str) -> String = |line| line.replace("220 2.0.0 Ready", "454 4.7.0 Not ready");
    let between = Proxy::start(server.ports[0], Tamper::Lines(refuse));
    let account = account(&authority, Security::StartTls, between.port);
    let result = send(&account, &letter());
    assert!(
        matches!(&result, Err(SubmitFailure::NoStartTls { .. })),
        "{result:?}"
    );
    assert!(!format!("{result:?}").contains("Not ready"), "rule 59");
    only_starttls(&between);
    certificates::nothing_was_said(&server);
}

/// What a program that keeps its read buffer over the upgrade takes for the whole conversation.
const FORGED: &str = "250-mail.test.invalid\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 60000000\r\n\
                      235 2.7.0 welcome\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go on\r\n\
                      250 2.0.0 queued as FORGED\r\n";

#[test]
fn attack_starttls_injection_smtp() {
    let (authority, server) = server();
    let forge: fn(&str) -> String = |line| match line.starts_with("220 2.0.0") {
        true => line.to_owned() + FORGED,
        false => line.to_owned(),
    };
    let between = Proxy::start(server.ports[0], Tamper::Lines(forge));
    let account = account(&authority, Security::StartTls, between.port);
    let (result, begun) = Sending::default().send_telling(&account, &letter());
    let stage = Stage::StartTls;
    assert_eq!(result, Err(SubmitFailure::Injected { stage }), "rule 58");
    assert!(!begun);
    only_starttls(&between);
    let result = Sending::default().test(&account);
    assert_eq!(result, Err(SubmitFailure::Injected { stage }));
    certificates::nothing_was_said(&server);
    assert!(server.letters("bob").is_empty());
}

#[test]
fn attack_replies_ahead_of_commands_smtp() {
    let (authority, server) = server();
    let ahead: [fn(&str) -> String; 3] = [
        // With the greeting: the answer to EHLO and to STARTTLS.
        |line| match line.starts_with("220 mail") {
            true => line.to_owned() + "250-mail\r\n250 STARTTLS\r\n220 go\r\n",
            false => line.to_owned(),
        },
        // With the answer to EHLO: the one to STARTTLS.
        |line| match line.starts_with("250 ") {
            true => line.to_owned() + "220 go\r\n",
            false => line.to_owned(),
        },
        // Half a line.
        |line| match line.starts_with("250 ") {
            true => line.to_owned() + "2",
            false => line.to_owned(),
        },
    ];
    for change in ahead {
        let between = Proxy::start(server.ports[0], Tamper::Lines(change));
        let account = account(&authority, Security::StartTls, between.port);
        let result = send(&account, &letter());
        assert!(
            matches!(&result, Err(SubmitFailure::Injected { .. })),
            "{result:?}"
        );
        let heard = between.heard();
        assert!(
            !heard.contains("AUTH") && !heard.contains("MAIL"),
            "{heard:?}"
        );
    }
    certificates::nothing_was_said(&server);
}

#[test]
fn rule_59_what_is_offered_before_tls_counts_for_nothing_after_it() {
    let (authority, server) = server();
    // A small SIZE and no AUTH: neither is the server's word.
    let lie: fn(&str) -> String = |line| {
        line.replace("SIZE 60000000", "SIZE 1")
            .replace("220 mail.test.invalid", "220 visit evil.invalid")
    };
    let between = Proxy::start(server.ports[0], Tamper::Lines(lie));
    let account = account(&authority, Security::StartTls, between.port);
    let receipt = send(&account, &letter()).unwrap();
    assert!(!format!("{receipt:?}").contains("evil"));
    assert_eq!(
        Sending::default().test(&account).unwrap().size,
        Some(60_000_000)
    );
    server.wait_for_letters("bob", 1);
}

#[test]
fn rule_30_a_dripping_connection_ends_with_the_deadline() {
    let (authority, server) = server();
    for (pause, seconds) in [(1_000, 2), (5, 3)] {
        let drip = Tamper::Drip(Duration::from_millis(pause));
        let between = Proxy::start(server.ports[0], drip);
        let account = account(&authority, Security::StartTls, between.port);
        let began = std::time::Instant::now();
        let result = Sending::within(seconds).send(&account, &letter());
        let took = began.elapsed();
        assert!(
            matches!(&result, Err(SubmitFailure::Deadline { .. })),
            "{result:?}"
        );
        assert!(took < Duration::from_secs(seconds + 5), "{took:?}");
    }
    assert!(server.letters("bob").is_empty());
}
