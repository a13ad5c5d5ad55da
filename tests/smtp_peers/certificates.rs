//! Rule 60: bad certificates and old TLS are refused with what was expected and what was found,
//! and before a login or a sender is said.

use super::postfix::{Listener, Postfix};
use super::*;
use waxwing::app::port::TlsRefusal;

const OLD: [(&str, &str); 2] = [
    ("smtpd_tls_protocols", "TLSv1.1"),
    ("smtpd_tls_mandatory_protocols", "TLSv1.1"),
];

#[test]
fn rule_60_bad_certificates_are_refused_with_expected_and_found() {
    let ours = Authority::new("Test CA");
    let other = Authority::new("Somebody else's CA");
    let certificates = [
        ours.certify("other.test.invalid"),
        ours.certify_from_until(HOST, authority::PAST, (2021, 2, 3)),
        ours.certify_from_until(HOST, (2095, 4, 5), authority::FUTURE),
        other.certify(HOST),
    ];
    let refusals = [
        TlsRefusal::WrongName {
            expected: HOST.to_owned(),
            found: vec!["other.test.invalid".to_owned()],
        },
        TlsRefusal::Expired {
            until: Some("2021-02-03T00:00:00Z".parse().unwrap()),
        },
        TlsRefusal::NotYetValid {
            from: Some("2095-04-05T00:00:00Z".parse().unwrap()),
        },
        TlsRefusal::UnknownIssuer {
            found: Some("Somebody else's CA".to_owned()),
        },
    ];
    let listeners: Vec<_> = certificates
        .iter()
        .flat_map(|bad| [Listener::implicit(bad), Listener::starttls(bad)])
        .collect();
    let server = Postfix::start(&listeners);
    let kinds = [Security::Implicit, Security::StartTls].iter().cycle();
    for ((port, security), number) in server.ports.iter().zip(kinds).zip(0..) {
        let account = account(&ours, *security, *port);
        let (result, begun) = Sending::default().send_telling(&account, &letter());
        let expected = SubmitFailure::Tls {
            server: account.submission.to_string(),
            refusal: refusals[number / 2].clone(),
        };
        assert_eq!(result, Err(expected), "listener {number}");
        assert!(!begun);
    }
    nothing_was_said(&server);
}

#[test]
fn rule_60_the_systems_list_does_not_know_a_private_authority() {
    let ours = Authority::new("Test CA");
    let good = ours.certify(HOST);
    let server = Postfix::start(&[Listener::implicit(&good)]);
    let mut account = account(&ours, Security::Implicit, server.ports[0]);
    account.submission.trust = Trust::System;
    let refusal = TlsRefusal::UnknownIssuer {
        found: Some("Test CA".to_owned()),
    };
    assert_eq!(
        send(&account, &letter()),
        Err(SubmitFailure::Tls {
            server: account.submission.to_string(),
            refusal,
        })
    );
    nothing_was_said(&server);
}

#[test]
fn rule_60_tls_1_1_is_refused_and_tls_1_2_is_not() {
    let ours = Authority::new("Test CA");
    let good = ours.certify(HOST);
    let least = [
        ("smtpd_tls_protocols", "TLSv1.2"),
        ("smtpd_tls_mandatory_protocols", "TLSv1.2"),
    ];
    let server = Postfix::start(&[
        Listener::implicit(&good).with(&OLD),
        Listener::starttls(&good).with(&OLD),
        Listener::implicit(&good).with(&least),
    ]);
    for (port, security) in [(0, Security::Implicit), (1, Security::StartTls)] {
        let account = account(&ours, security, server.ports[port]);
        let result = send(&account, &letter());
        assert!(
            matches!(
                &result,
                Err(SubmitFailure::Tls {
                    refusal: TlsRefusal::OldVersion { .. },
                    ..
                })
            ),
            "{result:?}"
        );
    }
    nothing_was_said(&server);
    let account = account(&ours, Security::Implicit, server.ports[2]);
    let receipt = send(&account, &letter()).unwrap();
    assert_eq!(receipt.tls.version, "TLS 1.2");
    server.wait_for_letters("bob", 1);
}

#[test]
fn rule_57_a_server_without_starttls_hears_no_login_and_no_sender() {
    let ours = Authority::new("Test CA");
    let good = ours.certify(HOST);
    // It would take both in plaintext.
    let open = [
        ("smtpd_tls_security_level", "none"),
        ("smtpd_tls_auth_only", "no"),
    ];
    let server = Postfix::start(&[Listener::starttls(&good).with(&open)]);
    let between = proxy::Proxy::start(server.ports[0], proxy::Tamper::Nothing);
    let account = account(&ours, Security::StartTls, between.port);
    let (result, begun) = Sending::default().send_telling(&account, &letter());
    assert_eq!(
        result,
        Err(SubmitFailure::NoStartTls {
            server: account.submission.to_string()
        })
    );
    assert!(!begun);
    nothing_was_said(&server);
    attacks::only_ehlo(&between);

    // TLS from the first byte against the same server: it is no TLS.
    let implicit = self::account(&ours, Security::Implicit, server.ports[0]);
    let result = Sending::within(10).send(&implicit, &letter());
    assert!(
        matches!(&result, Err(SubmitFailure::Garbage { .. })),
        "{result:?}"
    );
    nothing_was_said(&server);
}

/// The server saw no login and no sender.
pub fn nothing_was_said(server: &Postfix) {
    let log = server.wait_for_log("disconnect from");
    for command in ["auth=", "mail=", "rcpt=", "data="] {
        assert!(!log.contains(command), "{log}");
    }
}
