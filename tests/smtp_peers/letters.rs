//! Letters that arrive, in part or not at all, at servers with good certificates.

use super::postfix::{Listener, Postfix};
use super::*;
use waxwing::app::job::Step;
use waxwing::app::port::Stage;

/// A server with implicit TLS and STARTTLS, and an account for each.
fn server() -> (Postfix, [Account; 2], authority::Certificate) {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::implicit(&good), Listener::starttls(&good)]);
    let accounts = [
        account(&authority, Security::Implicit, server.ports[0]),
        account(&authority, Security::StartTls, server.ports[1]),
    ];
    (server, accounts, good)
}

#[test]
fn rule_63_implicit_tls_and_starttls_leave_a_receipt() {
    let (server, accounts, certificate) = server();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &certificate.der);
    let digest: String = digest.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    for (number, account) in accounts.iter().enumerate() {
        let sending = Sending::default();
        let receipt = sending.send(account, &letter()).unwrap();
        assert_eq!(receipt.taken, [address("bob@test.invalid")]);
        assert!(receipt.refused.is_empty());
        assert_eq!(receipt.last.code, 250);
        assert!(
            receipt.last.text.contains("queued as"),
            "{:?}",
            receipt.last
        );
        let tls = &receipt.tls;
        assert_eq!(tls.host, HOST);
        assert_eq!(tls.peer, format!("127.0.0.1:{}", account.submission.port));
        assert_eq!(tls.version, "TLS 1.3");
        assert_eq!(tls.key_exchange, "X25519");
        assert_eq!(tls.certificate, digest);
        let arrived = server.wait_for_letters("bob", number + 1);
        assert!(arrived[number].ends_with(b"\nSubject: small\n\nhello\n"));
        let connected = sending.test(account).unwrap();
        assert_eq!(connected.size, Some(60_000_000));
        assert_eq!(&connected.tls, tls);
    }
    let log = server.log();
    assert!(log.contains("sasl_username=alice@test.invalid"), "{log}");
}

#[test]
fn a_letter_arrives_whole_whatever_its_lines_end_with() {
    let (server, [account, _], _) = server();
    let cases: [(&str, &str); 9] = [
        ("a\r\n.\r\n", "a\n.\n"),
        ("a\n.\n", "a\n.\n"),
        (
            "a\n.\nMAIL FROM:<x@y.invalid>\nRCPT TO:<carol@test.invalid>\n",
            "a\n.\nMAIL FROM:<x@y.invalid>\nRCPT TO:<carol@test.invalid>\n",
        ),
        ("a\r.\rDATA\r\n.\n\r\n.\r.\r\n", "a\n.\nDATA\n.\n\n.\n.\n"),
        (".\r\n..\r\n...", ".\n..\n...\n"),
        ("no end", "no end\n"),
        (
            "blank lines at the end\r\n\r\n\r\n",
            "blank lines at the end\n\n\n",
        ),
        ("", ""),
        ("\u{fc}ber 8-bit\r\n", "\u{fc}ber 8-bit\n"),
    ];
    for (number, (body, arrives)) in cases.iter().enumerate() {
        let head = format!("Subject: case {number}\r\n\r\n");
        let copy = copy(&["bob@test.invalid"], head + body);
        send(&account, &copy).unwrap();
        let arrived = server.wait_for_letters("bob", number + 1);
        let expected = format!("\nSubject: case {number}\n\n{arrives}");
        let found = arrived
            .iter()
            .any(|letter| letter.ends_with(expected.as_bytes()));
        assert!(
            found,
            "case {number}: {:?}",
            arrived.last().map(|l| String::from_utf8_lossy(l))
        );
    }
    assert!(server.letters("carol").is_empty());
}

#[test]
fn a_large_letter_arrives_whole_and_progress_counts_its_bytes() {
    let (server, accounts, _) = server();
    let copy = large(25 << 20);
    for (number, account) in accounts.iter().enumerate() {
        let sending = Sending::default();
        let began = std::time::Instant::now();
        sending.send(account, &copy).unwrap();
        println!("{} bytes sent in {:?}", copy.bytes().len(), began.elapsed());
        let progress = sending.watch.latest().unwrap();
        let size = copy.bytes().len() as u64;
        assert_eq!(
            (progress.step, progress.done, progress.total),
            (Step::Sending, size, size)
        );
        let arrived = server.wait_for_letters("bob", number + 1);
        assert!(
            arrived
                .iter()
                .all(|letter| letter.ends_with(&with_lf(copy.bytes())))
        );
    }
}

#[test]
fn one_refused_recipient_does_not_keep_the_letter_from_the_others() {
    let (server, [account, _], _) = server();
    let to = [
        "nobody@test.invalid",
        "bob@test.invalid",
        "carol@test.invalid",
    ];
    let bytes = "Subject: three\r\n\r\nhello\r\n";
    let receipt = send(&account, &copy(&to, bytes)).unwrap();
    assert_eq!(receipt.taken, [address(to[1]), address(to[2])]);
    let [refusal] = receipt.refused.as_slice() else {
        panic!("{:?}", receipt.refused)
    };
    assert_eq!(refusal.address, address(to[0]));
    assert_eq!(refusal.reply.code, 550);
    assert!(refusal.reply.text.contains("5.1.1"), "{:?}", refusal.reply);
    server.wait_for_letters("bob", 1);
    server.wait_for_letters("carol", 1);

    let nobody = copy(&to[..1], bytes);
    let (result, told) = Sending::default().send_telling(&account, &nobody);
    assert!(
        matches!(&result, Err(SubmitFailure::AllRefused(all)) if all.len() == 1),
        "{result:?}"
    );
    assert!(!told, "DATA never began");
}

#[test]
fn a_letter_over_the_servers_size_is_not_begun() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let small = [("message_size_limit", "10000")];
    let server = Postfix::start(&[
        Listener::implicit(&good).with(&small),
        // The limit is not told, so that the server refuses what it already has in hand.
        Listener::implicit(&good).with(&[small[0], ("smtpd_discard_ehlo_keywords", "size")]),
    ]);
    let copy = large(200_000);
    let size = copy.bytes().len() as u64;
    let told = account(&authority, Security::Implicit, server.ports[0]);
    let (result, begun) = Sending::default().send_telling(&told, &copy);
    let limit = 10_000;
    assert_eq!(result, Err(SubmitFailure::TooLarge { size, limit }));
    assert!(!begun);
    let log = server.wait_for_log("disconnect from unknown[127.0.0.1] ehlo=1 auth=1");
    assert!(!log.contains("mail=1") && !log.contains("data=1"), "{log}");

    let silent = account(&authority, Security::Implicit, server.ports[1]);
    let result = send(&silent, &copy);
    assert!(
        matches!(
            &result,
            Err(SubmitFailure::Refused { stage: Stage::Data | Stage::Final, reply }) if reply.code == 552
        ),
        "{result:?}"
    );
    assert!(server.letters("bob").is_empty());
}

#[test]
fn rule_61_a_wrong_password_is_refused_and_never_logged() {
    let (server, accounts, _) = server();
    for account in accounts {
        let sending = Sending {
            password: "not the pass word".to_owned(),
            ..Sending::default()
        };
        let (result, begun) = sending.send_telling(&account, &letter());
        assert!(
            matches!(&result, Err(SubmitFailure::LoginRefused(reply)) if reply.code == 535),
            "{result:?}"
        );
        assert!(!begun);
        assert!(!format!("{result:?}").contains("not the pass"));
    }
    let log = server.wait_for_log("auth=0/1");
    assert!(!log.contains("mail=1"), "{log}");
}

#[test]
fn login_by_the_mechanism_that_the_server_offers() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[
        Listener::implicit(&good).with(&[("smtpd_sasl_mechanism_filter", "!plain, static:rest")]),
        Listener::implicit(&good).with(&[("smtpd_sasl_auth_enable", "no")]),
    ]);
    let login = account(&authority, Security::Implicit, server.ports[0]);
    Sending::default().test(&login).unwrap();
    server.wait_for_log("auth=1");
    let none = account(&authority, Security::Implicit, server.ports[1]);
    let offered = Vec::new();
    assert_eq!(
        Sending::default().test(&none),
        Err(SubmitFailure::NoLoginMethod { offered })
    );
}

#[test]
fn an_address_beyond_ascii_goes_by_smtputf8_where_the_server_knows_it() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[
        Listener::implicit(&good),
        Listener::implicit(&good).with(&[("smtputf8_enable", "no")]),
    ]);
    let to = "j\u{fc}rgen@test.invalid";
    let copy = copy(&[to], "Subject: utf8\r\n\r\nhello\r\n");
    let [knows, does_not] =
        [0, 1].map(|n| account(&authority, Security::Implicit, server.ports[n]));
    let receipt = send(&knows, &copy).unwrap();
    assert_eq!(receipt.taken, [address(to)]);
    let arrived = server.wait_for_letters("j\u{fc}rgen", 1);
    assert!(arrived[0].ends_with(b"\nSubject: utf8\n\nhello\n"));
    let address = address(to);
    assert_eq!(
        send(&does_not, &copy),
        Err(SubmitFailure::NoUtf8 { address })
    );
}
