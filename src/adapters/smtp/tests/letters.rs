//! Letters and their envelopes, with good servers.

use super::*;
use crate::adapters::practice::{Service, Speaker};
use crate::app::port::Refusal;

struct Practice {
    runtime: Runtime,
    server: PracticeServer,
}

impl Practice {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let server = PracticeServer::start(runtime.handle(), clock()).unwrap();
        Practice { runtime, server }
    }

    fn submission(&self) -> SmtpSubmission {
        SmtpSubmission::new(self.runtime.handle().clone(), clock())
    }
}

#[test]
fn a_letter_goes_over_both_kinds_of_tls_and_leaves_a_receipt() {
    let practice = Practice::start();
    let (mut account, password) = practice.server.account(&address(ME));
    let bob = address("bob@b.example");
    practice.server.account(&bob);
    let submission = practice.submission();
    for endpoint in [
        account.submission.clone(),
        practice.server.submission_by_starttls(),
    ] {
        account.submission = endpoint;
        let watch = Watch::default();
        let mut on_data = || true;
        let receipt = submission
            .submit(&account, &password, &letter(), &watch, &mut on_data)
            .unwrap();
        assert_eq!(receipt.taken, std::slice::from_ref(&bob));
        assert_eq!(receipt.refused, []);
        assert_eq!(receipt.last.code, 250);
        assert_eq!(receipt.tls.host, account.submission.host);
        assert_eq!(receipt.tls.key_exchange, "X25519MLKEM768");
        let at = format!("127.0.0.1:{}", account.submission.port);
        assert_eq!(receipt.tls.peer, at, "rule 63");
        let connected = submission.test(&account, &password, &watch).unwrap();
        assert!(connected.size.is_some());
    }
    let received = practice.server.received(&bob);
    assert_eq!(received.len(), 2);
    for letter in received {
        assert_eq!(letter.as_slice(), b"Subject: x\r\n\r\nhello\r\n");
    }
}

#[test]
fn rule_61_login_comes_after_tls_and_a_second_ehlo() {
    let practice = Practice::start();
    let (mut account, password) = practice.server.account(&address(ME));
    account.submission = practice.server.submission_by_starttls();
    let test = practice
        .submission()
        .test(&account, &password, &Watch::default());
    test.unwrap();
    let log = practice.server.wire_log();
    let said: Vec<(bool, String)> = log
        .into_iter()
        .filter(|line| line.service == Service::SubmissionStartTls)
        .filter(|line| line.speaker == Speaker::Client)
        .map(|line| (line.encrypted, line.text))
        .collect();
    let expected = [
        (false, "EHLO [127.0.0.1]"),
        (false, "STARTTLS"),
        (true, "EHLO [127.0.0.1]"),
        (true, "AUTH PLAIN ****"),
        (true, "QUIT"),
    ];
    let expected = expected.map(|(encrypted, text)| (encrypted, text.to_owned()));
    assert_eq!(said, expected);
}

#[test]
fn a_wrong_password_is_the_servers_to_refuse() {
    let practice = Practice::start();
    let (account, _) = practice.server.account(&address(ME));
    let wrong = Secret::new("wrong".to_owned());
    let failure = practice
        .submission()
        .test(&account, &wrong, &Watch::default())
        .unwrap_err();
    let SubmitFailure::LoginRefused(reply) = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(reply.code, 535);
}

#[test]
fn letters_arrive_whole_whatever_their_line_ends() {
    let practice = Practice::start();
    let (account, password) = practice.server.account(&address(ME));
    let bob = address("bob@b.example");
    practice.server.account(&bob);
    let big = "0123456789".repeat(7) + "\r\n.\r\n";
    let cases = [
        (
            "a\n.\nMAIL FROM:<x@y.example>\n",
            "a\r\n.\r\nMAIL FROM:<x@y.example>\r\n",
        ),
        ("x\n.\n", "x\r\n.\r\n"),
        ("x\r\n.\r\n", "x\r\n.\r\n"),
        (".\r\n..\r\n...", ".\r\n..\r\n...\r\n"),
        ("x\r.\ry", "x\r\n.\r\ny\r\n"),
        ("x\r\n\r\n\r\n", "x\r\n\r\n\r\n"),
        (&big.repeat(5_000), &big.repeat(5_000)),
    ];
    for (written, _) in &cases {
        let copy = copy_for(&["bob@b.example"], format!("S: x\r\n\r\n{written}"));
        practice
            .submission()
            .submit(&account, &password, &copy, &Watch::default(), &mut || true)
            .unwrap();
    }
    let received = practice.server.received(&bob);
    assert_eq!(received.len(), cases.len());
    for (letter, (_, arrived)) in received.iter().zip(&cases) {
        let expected = format!("S: x\r\n\r\n{arrived}");
        assert!(letter.as_slice() == expected.as_bytes(), "{arrived:.40?}");
    }
}

#[test]
fn each_recipient_is_answered_for_itself() {
    let scene = play(Security::Implicit, async |mut peer: Peer| {
        peer.serve("RCPT").await;
        peer.say("250 ok\r\n").await;
        peer.until("RCPT").await;
        peer.say("550-5.1.1 nobody\r\n550 of that name\r\n").await;
        peer.data().await;
        peer.say("250 2.0.0 queued as 1\r\n").await;
        peer.until("never").await;
    });
    let copy = copy_for(&["bob@b.example", "eve@b.example"], "S: x\r\n\r\nx");
    let receipt = scene.send(&copy).unwrap();
    assert_eq!(receipt.taken, [address("bob@b.example")]);
    let refusal = Refusal {
        address: address("eve@b.example"),
        reply: reply(550, "5.1.1 nobody\nof that name"),
    };
    assert_eq!(receipt.refused, [refusal]);
    assert_eq!(receipt.last, reply(250, "2.0.0 queued as 1"));
    assert!(
        scene
            .heard()
            .contains("MAIL FROM:<me@a.example> SIZE=11\r\n")
    );
}

#[test]
fn when_nobody_is_taken_there_is_no_data() {
    let scene = play(Security::Implicit, async |mut peer: Peer| {
        peer.serve("RCPT").await;
        peer.say("450 later\r\n").await;
        peer.until("never").await;
    });
    let (sent, asked) = scene.send_when(&letter(), true);
    let refusal = Refusal {
        address: address("bob@b.example"),
        reply: reply(450, "later"),
    };
    assert_eq!(sent.unwrap_err(), SubmitFailure::AllRefused(vec![refusal]));
    assert!(!asked);
    assert!(!scene.heard().contains("DATA"));
}

#[test]
fn rule_62_what_cannot_be_written_down_does_not_begin() {
    let scene = play(Security::Implicit, async |mut peer: Peer| {
        peer.serve("never").await;
    });
    let (sent, asked) = scene.send_when(&letter(), false);
    assert_eq!(sent.unwrap_err(), SubmitFailure::NotRecorded);
    assert!(asked);
    let heard = scene.heard();
    assert!(heard.contains("RCPT") && !heard.contains("DATA"), "{heard}");
}

#[test]
fn login_is_used_where_plain_is_not_offered() {
    let scene = play(Security::Implicit, async |mut peer: Peer| {
        peer.serve("EHLO").await;
        peer.say("250-x\r\n250 AUTH CRAM-MD5 LOGIN\r\n").await;
        peer.until("AUTH LOGIN").await;
        peer.say("334 VXNlcm5hbWU6\r\n").await;
        peer.hear().await;
        peer.say("334 UGFzc3dvcmQ6\r\n").await;
        peer.hear().await;
        peer.say("535 no\r\n").await;
        peer.until("never").await;
    });
    let failure = scene.send(&letter()).unwrap_err();
    assert_eq!(failure, SubmitFailure::LoginRefused(reply(535, "no")));
    assert!(
        scene
            .heard()
            .contains("AUTH LOGIN\r\nbWU=\r\naHVudGVyMg==\r\nQUIT\r\n")
    );

    let (failure, heard) = failure_with_offer("250-x\r\n250 AUTH XOAUTH2\r\n", &letter());
    let offered = vec!["XOAUTH2".to_owned()];
    assert_eq!(failure, SubmitFailure::NoLoginMethod { offered });
    assert!(!heard.contains("AUTH"));
}

fn failure_with_offer(offer: &'static str, copy: &Copy) -> (SubmitFailure, String) {
    let scene = play(Security::Implicit, move |mut peer: Peer| async move {
        peer.serve("EHLO").await;
        peer.say(offer).await;
        peer.until("never").await;
    });
    (scene.send(copy).unwrap_err(), scene.heard())
}

#[test]
fn what_the_server_cannot_take_is_not_offered_to_it() {
    let small = "250-x\r\n250-AUTH PLAIN\r\n250 SIZE 20\r\n";
    let bare = "250-x\r\n250 AUTH PLAIN\r\n";
    let to = &["bob@b.example"];
    for (offer, copy, expected) in [
        (
            small,
            letter(),
            SubmitFailure::TooLarge {
                size: 21,
                limit: 20,
            },
        ),
        (
            bare,
            copy_for(&["bob@b.example", "bö@b.example"], "S: x\r\n\r\nx"),
            SubmitFailure::NoUtf8 {
                address: address("bö@b.example"),
            },
        ),
        (
            bare,
            copy_for(to, "S: x\r\n\r\nü"),
            SubmitFailure::Unsendable("8-bit bytes, and the server does not offer 8BITMIME"),
        ),
        (
            OFFER,
            copy_for(to, format!("S: x\r\n\r\n{}", "x".repeat(999))),
            SubmitFailure::Unsendable("a line over 998 octets"),
        ),
    ] {
        let (failure, heard) = failure_with_offer(offer, &copy);
        assert_eq!(failure, expected);
        assert!(!heard.contains("MAIL"), "{heard}");
    }
}

#[test]
fn extensions_are_named_where_they_are_needed() {
    let scene = play(Security::Implicit, async |mut peer: Peer| {
        peer.serve("EHLO").await;
        peer.say("250-x\r\n250-AUTH PLAIN\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
            .await;
        peer.data().await;
        peer.say("250 ok\r\n").await;
        peer.until("never").await;
    });
    let copy = copy_for(&["bö@bücher.example"], "S: x\r\n\r\nü");
    scene.send(&copy).unwrap();
    let heard = scene.heard();
    assert!(heard.contains("MAIL FROM:<me@a.example> BODY=8BITMIME SMTPUTF8\r\n"));
    assert!(heard.contains("RCPT TO:<bö@xn--bcher-kva.example>\r\n"));
}

/// Every text of up to six characters out of those that matter to line ends and dots.
fn texts() -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..6 {
        let longer: Vec<Vec<u8>> = all
            .iter()
            .skip(from)
            .flat_map(|text| b"\r\n.a".iter().map(|c| [&text[..], &[*c]].concat()))
            .collect();
        from = all.len();
        all.extend(longer);
    }
    all
}

/// What the text is, line by line: CRLF, CR or LF end one.
fn lines_of(text: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(text).replace("\r\n", "\n");
    let text = text.replace('\r', "\n");
    let text = text.strip_suffix('\n').unwrap_or(&text);
    text.split('\n')
        .map(|line| line.as_bytes().to_vec())
        .collect()
}

#[test]
fn every_short_text_arrives_line_by_line_and_none_ends_the_letter_early() {
    let texts = texts();
    let heard: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let (kept, count) = (heard.clone(), texts.len());
    // One letter holds them all, each between two lines that cannot be mistaken.
    let scene = play(Security::Implicit, move |mut peer: Peer| async move {
        let body = peer.body().await;
        kept.lock().unwrap().push(body.into_bytes());
        peer.say("250 ok\r\n").await;
        peer.until("never").await;
    });
    let mut letter = b"S: x\r\n\r\n".to_vec();
    let mut expected = vec![b"S: x".to_vec(), Vec::new()];
    for text in &texts {
        letter.extend_from_slice(b"begin\n");
        letter.extend_from_slice(text);
        letter.extend_from_slice(b"\nend\n");
        expected.push(b"begin".to_vec());
        expected.extend(lines_of(&[text.as_slice(), b"\n"].concat()));
        expected.push(b"end".to_vec());
    }
    scene.send(&copy_for(&["bob@b.example"], letter)).unwrap();
    let body = heard.lock().unwrap().pop().unwrap();
    let arrived: Vec<Vec<u8>> = String::from_utf8(body)
        .unwrap()
        .split_terminator("\r\n")
        .map(|line| line.strip_prefix('.').unwrap_or(line).as_bytes().to_vec())
        .collect();
    assert!(
        arrived
            .iter()
            .all(|line| !line.contains(&b'\r') && !line.contains(&b'\n'))
    );
    assert_eq!(arrived.iter().filter(|line| *line == b"end").count(), count);
    assert!(arrived == expected);
}
