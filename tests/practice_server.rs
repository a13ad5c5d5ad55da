//! The practice server in front of real clients: Python's smtplib and poplib, curl, OpenSSL.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use waxwing::adapters::clock::SystemClock;
use waxwing::adapters::pop3::Pop3Mailbox;
use waxwing::adapters::practice::PracticeServer;
use waxwing::adapters::smtp::SmtpSubmission;
use waxwing::address::Address;
use waxwing::app::job::Watch;
use waxwing::app::port::{MailboxServer, Submission, SubmitFailure};
use waxwing::base::{Passphrase, Secret};
use waxwing::protect::{ConsentToPlain, Outgoing};
use waxwing::settings::{Account, Endpoint, Security, Trust};

struct House {
    server: PracticeServer,
    runtime: tokio::runtime::Runtime,
}

fn start() -> House {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    House {
        server: PracticeServer::start(runtime.handle(), Arc::new(SystemClock)).unwrap(),
        runtime,
    }
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn authority(endpoint: &Endpoint) -> &[u8] {
    match &endpoint.trust {
        Trust::Pinned(authorities) => &authorities[0],
        Trust::System => panic!("not pinned"),
    }
}

/// The authority in PEM, as OpenSSL wants it.
fn authority_file(folder: &tempfile::TempDir, endpoint: &Endpoint) -> std::path::PathBuf {
    let encoded = BASE64.encode(authority(endpoint));
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in encoded.as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line).unwrap());
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, pem).unwrap();
    path
}

/// Gives `input` to a program and waits for it.
fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    // A program may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    let mut all = String::from_utf8_lossy(&output.stdout).into_owned();
    all.push_str(&String::from_utf8_lossy(&output.stderr));
    all
}

fn python(endpoint: &Endpoint, account: &Account, password: &Passphrase, more: Value) -> Value {
    let mut given = json!({
        "host": endpoint.host,
        "port": endpoint.port,
        "connect_to": endpoint.connect_to.unwrap().to_string(),
        "security": endpoint.security,
        "ca": BASE64.encode(authority(endpoint)),
        "login": account.login,
        "password": password.expose(),
    });
    for (key, value) in more.as_object().unwrap() {
        given[key] = value.clone();
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/mail_client.py");
    let output = run(
        Command::new("python3").arg(script),
        given.to_string().as_bytes(),
    );
    assert!(output.status.success(), "{}", text(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn python_sends_by_both_ways_and_reads_back_byte_for_byte() {
    let house = start();
    let (alice, password) = house.server.account(&address("alice@practice.invalid"));
    let (bob, bobs) = house.server.account(&address("bob@practice.invalid"));
    let by_starttls = house.server.submission_by_starttls();
    let mut sent = Vec::new();
    for (number, (endpoint, mechanism, initial)) in [
        (&alice.submission, "PLAIN", true),
        (&alice.submission, "LOGIN", false),
        (&by_starttls, "PLAIN", false),
        (&by_starttls, "LOGIN", true),
    ]
    .into_iter()
    .enumerate()
    {
        let long = "x".repeat(990);
        let letter =
            format!("Subject: {number}\r\n\r\n.\r\n..\r\n.dot\r\n{long}\r\nGr\u{fc}\u{df}e\r\n");
        let answer = python(
            endpoint,
            &alice,
            &password,
            json!({
                "do": "send", "mechanism": mechanism, "initial": initial,
                "from": "alice@practice.invalid",
                "to": ["bob@practice.invalid", "carol@practice.invalid"],
                "letter": BASE64.encode(&letter),
            }),
        );
        assert_eq!(answer["refused"]["carol@practice.invalid"][0], 550);
        assert_eq!(answer["size"], 512 << 20);
        sent.push(letter.into_bytes());
    }
    let received: Vec<Vec<u8>> = house
        .server
        .received(&bob.address)
        .iter()
        .map(|letter| letter.to_vec())
        .collect();
    assert_eq!(received, sent);

    let mailbox = bob.mailbox.clone().unwrap();
    let answer = python(&mailbox, &bob, &bobs, json!({"do": "fetch"}));
    assert_eq!(answer["count"], 4);
    let letters = answer["letters"].as_array().unwrap();
    let mut size = 0;
    for (letter, sent) in letters.iter().zip(&sent) {
        let bytes = BASE64.decode(letter["bytes"].as_str().unwrap()).unwrap();
        let head = BASE64.decode(letter["head"].as_str().unwrap()).unwrap();
        assert!(bytes.starts_with(b"Return-Path: <alice@practice.invalid>\r\nReceived: "));
        assert!(bytes.ends_with(sent));
        assert!(bytes.starts_with(&head) && head.ends_with(b"\r\n\r\n"));
        size += bytes.len();
    }
    assert_eq!(answer["size"], size);
    let mut uids: Vec<_> = letters.iter().map(|l| l["uid"].as_str()).collect();
    uids.dedup();
    assert_eq!(uids.len(), 4);
    assert!(answer["capabilities"].to_string().contains("UIDL"));
}

#[test]
fn our_own_adapters_send_by_both_ways_and_read_back_byte_for_byte() {
    let house = start();
    let (mut alice, password) = house.server.account(&address("alice@practice.invalid"));
    let (bob, bobs) = house.server.account(&address("bob@practice.invalid"));
    let handle = house.runtime.handle();
    let clock = Arc::new(SystemClock);
    let submission = SmtpSubmission::new(handle.clone(), clock);
    let mailbox = Pop3Mailbox::new(handle.clone());
    let watch = Watch::default();
    let mut sent = Vec::new();
    for endpoint in [
        alice.submission.clone(),
        house.server.submission_by_starttls(),
    ] {
        alice.submission = endpoint;
        let works = submission.test(&alice, &password, &watch).unwrap();
        assert_eq!(works.size, Some(512 << 20));
        let letter = "Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n\r\n.\r\n".repeat(3_000);
        let to = ["bob@practice.invalid", "nobody@practice.invalid"].map(address);
        let outgoing = Outgoing::plain(
            vec![(to.to_vec(), letter.clone().into_bytes())],
            ConsentToPlain::given(),
        )
        .unwrap();
        let copy = &outgoing.copies()[0];
        let receipt = submission
            .submit(&alice, &password, copy, &watch, &mut || true)
            .unwrap();
        assert_eq!(receipt.taken.as_slice(), std::slice::from_ref(&bob.address));
        assert_eq!(receipt.refused[0].reply.code, 550);
        assert_eq!(receipt.tls.host, alice.submission.host);
        sent.push(letter.into_bytes());
    }
    let fetched = mailbox.fetch(&bob, &bobs, &|_| false, &watch);
    let fetched = fetched.unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(fetched.len(), 2);
    for (letter, sent) in fetched.iter().zip(&sent) {
        assert!(letter.bytes.starts_with(b"Return-Path: <alice@"));
        assert!(letter.bytes.ends_with(sent));
    }
    let wrong = Secret::new("wrong".to_owned());
    let refused = submission.test(&alice, &wrong, &watch);
    assert!(
        matches!(&refused, Err(SubmitFailure::LoginRefused(reply)) if reply.code == 535),
        "{refused:?}"
    );
}

#[test]
fn curl_sends_and_fetches() {
    let house = start();
    let (alice, password) = house.server.account(&address("alice@practice.invalid"));
    let folder = tempfile::tempdir().unwrap();
    let ca = authority_file(&folder, &alice.submission);
    let curl = |scheme: &str, endpoint: &Endpoint, path: &str, more: &[&str], input: &[u8]| {
        let port = endpoint.port;
        let user = format!("{}:{}", alice.login, password.expose());
        let resolve = format!("{}:{port}:127.0.0.1", endpoint.host);
        let url = format!("{scheme}://{}:{port}{path}", endpoint.host);
        let mut command = Command::new("curl");
        command.args(["-sS", "--ssl-reqd", "--max-time", "20", "-u", &user]);
        command.args(["--resolve", &resolve, &url]).args(more);
        command.arg("--cacert").arg(&ca);
        run(&mut command, input)
    };
    let from = "alice@practice.invalid";
    let send = ["--mail-from", from, "--mail-rcpt", from, "-T", "-"];
    let letter = b"Subject: by curl\r\n\r\n.hidden dot\r\n";
    for (scheme, endpoint) in [
        ("smtps", alice.submission.clone()),
        ("smtp", house.server.submission_by_starttls()),
    ] {
        let output = curl(scheme, &endpoint, "/me", &send, letter);
        assert!(output.status.success(), "{}", text(&output));
    }
    let received = house.server.received(&alice.address);
    assert_eq!(received.len(), 2);
    assert!(received.iter().all(|r| r.as_slice() == letter));
    let mailbox = alice.mailbox.clone().unwrap();
    let output = curl("pop3s", &mailbox, "/2", &[], b"");
    assert!(output.status.success(), "{}", text(&output));
    assert!(output.stdout.ends_with(letter), "{}", text(&output));
    let wrong = curl("pop3s", &mailbox, "/2", &["-u", "alice:no"], b"");
    assert_eq!(wrong.status.code(), Some(67), "{}", text(&wrong));
}

#[test]
fn openssl_agrees_with_the_certificate_and_its_authority_vouches_for_nobody_else() {
    let house = start();
    let (alice, _) = house.server.account(&address("alice@practice.invalid"));
    let folder = tempfile::tempdir().unwrap();
    let ca = authority_file(&folder, &alice.submission);
    let starttls = house.server.submission_by_starttls();
    for endpoint in [
        &alice.submission,
        &starttls,
        alice.mailbox.as_ref().unwrap(),
    ] {
        let at = format!("127.0.0.1:{}", endpoint.port);
        for (name, good) in [(endpoint.host.as_str(), true), ("other.invalid", false)] {
            let mut command = Command::new("openssl");
            command.args([
                "s_client",
                "-connect",
                &at,
                "-verify_return_error",
                "-x509_strict",
            ]);
            command.args(["-verify_hostname", name, "-servername", &endpoint.host]);
            command
                .args(["-no-CAstore", "-no-CApath", "-CAfile"])
                .arg(&ca);
            if endpoint.security == Security::StartTls {
                command.args(["-starttls", "smtp"]);
            }
            let output = run(&mut command, b"QUIT\r\n");
            let said = text(&output);
            assert_eq!(output.status.success(), good, "{name}: {said}");
            assert_eq!(said.contains("Verification: OK"), good, "{said}");
        }
        let mut command = Command::new("openssl");
        command.args([
            "s_client",
            "-connect",
            &at,
            "-tls1_1",
            "-cipher",
            "ALL:@SECLEVEL=0",
        ]);
        let output = run(&mut command, b"QUIT\r\n");
        assert!(!output.status.success(), "TLS 1.1: {}", text(&output));
    }
    let output = run(
        Command::new("openssl")
            .args(["x509", "-noout", "-text", "-in"])
            .arg(&ca),
        b"",
    );
    let said = text(&output);
    assert!(said.contains("DNS:practice.waxwing.invalid"), "{said}");
    assert!(said.contains("CA:TRUE, pathlen:0"), "{said}");
}
