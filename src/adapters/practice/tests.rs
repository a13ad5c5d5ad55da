//! Conversations with the server, word by word, lawful and hostile.

use super::*;
use crate::adapters::clock::SystemClock;
use rustls::pki_types::{CertificateDer, ServerName};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio_rustls::TlsConnector;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn start(bounds: Bounds) -> PracticeServer {
    PracticeServer::start_within(&Handle::current(), Arc::new(SystemClock), bounds).unwrap()
}

trait Both: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Both for T {}

struct Talk(BufReader<Box<dyn Both>>);

impl Talk {
    async fn plain(endpoint: &Endpoint) -> Talk {
        let at = (endpoint.connect_to.unwrap(), endpoint.port);
        let stream = TcpStream::connect(at).await.unwrap();
        Talk(BufReader::new(Box::new(stream)))
    }

    async fn tls(endpoint: &Endpoint) -> Talk {
        Talk::plain(endpoint).await.upgrade(endpoint).await
    }

    async fn upgrade(self, endpoint: &Endpoint) -> Talk {
        let mut roots = rustls::RootCertStore::empty();
        let Trust::Pinned(pinned) = &endpoint.trust else {
            panic!("not pinned")
        };
        for der in pinned {
            roots.add(CertificateDer::from(der.clone())).unwrap();
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(endpoint.host.clone()).unwrap();
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, self.0.into_inner())
            .await
            .unwrap();
        Talk(BufReader::new(Box::new(stream)))
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// The next reply of SMTP, its last line alone; empty at the end.
    async fn reply(&mut self) -> String {
        loop {
            let line = self.line().await;
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line.trim_end().to_owned()
    }

    async fn ask(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n").as_bytes()).await;
        self.reply().await
    }

    async fn expect(&mut self, line: &str, start: &str) {
        let answer = self.ask(line).await;
        assert!(answer.starts_with(start), "{line}: {answer}");
    }

    /// Everything up to the end of the connection.
    async fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = self.0.read_to_end(&mut rest).await;
        rest
    }
}

fn plain_login(account: &Account, password: &Passphrase) -> String {
    use base64::Engine;
    let message = format!("\0{}\0{}", account.login, password.expose());
    let encoded = base64::engine::general_purpose::STANDARD.encode(message);
    format!("AUTH PLAIN {encoded}")
}

async fn logged_in(server: &PracticeServer, who: &str) -> Talk {
    let (account, password) = server.account(&address(who));
    let mut talk = Talk::tls(&account.submission).await;
    talk.reply().await;
    talk.expect("EHLO me", "250 AUTH PLAIN LOGIN").await;
    talk.expect(&plain_login(&account, &password), "235").await;
    talk
}

async fn in_mailbox(server: &PracticeServer, who: &str) -> Talk {
    let (account, password) = server.account(&address(who));
    let mut talk = Talk::tls(account.mailbox.as_ref().unwrap()).await;
    talk.line().await;
    talk.expect(&format!("USER {}", account.login), "+OK").await;
    talk.expect(&format!("PASS {}", password.expose()), "+OK")
        .await;
    talk
}

#[tokio::test]
async fn a_letter_is_taken_and_read_back_byte_for_byte() {
    let server = start(Bounds::default());
    server.account(&address("bob@practice.invalid"));
    let mut talk = logged_in(&server, "alice@practice.invalid").await;
    talk.expect("MAIL FROM:<alice@practice.invalid> SIZE=30", "250")
        .await;
    talk.expect("RCPT TO:<Bob@Practice.invalid>", "250").await;
    talk.expect("RCPT TO:<alice@practice.invalid>", "250").await;
    talk.expect("DATA", "354").await;
    talk.expect("Subject: x\r\n\r\n..dots\r\n...\r\nend\r\n.", "250")
        .await;
    talk.expect("QUIT", "221").await;
    assert!(talk.rest().await.is_empty());

    let letter = b"Subject: x\r\n\r\n.dots\r\n..\r\nend\r\n";
    for who in ["alice@practice.invalid", "bob@practice.invalid"] {
        let received = server.received(&address(who));
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].as_slice(), letter);
    }
    let mut talk = in_mailbox(&server, "bob@practice.invalid").await;
    let stat = talk.ask("STAT").await;
    let size: usize = stat.strip_prefix("+OK 1 ").unwrap().parse().unwrap();
    talk.expect("RETR 1", &format!("+OK {size} octets")).await;
    let mut fetched = String::new();
    loop {
        let line = talk.line().await;
        if line == "." {
            break;
        }
        fetched.push_str(line.strip_prefix('.').unwrap_or(&line));
        fetched.push_str("\r\n");
    }
    assert_eq!(fetched.len(), size);
    assert!(fetched.starts_with("Return-Path: <alice@practice.invalid>\r\nReceived: "));
    assert!(fetched.as_bytes().ends_with(letter));
    assert!(
        !fetched.contains("bob"),
        "a recipient in the trace: {fetched}"
    );
    talk.expect("DELE 1", "+OK").await;
    talk.expect("RETR 1", "-ERR").await;
    talk.expect("STAT", "+OK 0 0").await;
    talk.expect("RSET", "+OK").await;
    talk.expect("DELE 1", "+OK").await;
    assert_eq!(server.received(&address("bob@practice.invalid")).len(), 1);
    talk.expect("QUIT", "+OK").await;
    assert!(server.received(&address("bob@practice.invalid")).is_empty());
}

#[tokio::test]
async fn rule_57_nothing_is_heard_before_tls() {
    let server = start(Bounds::default());
    let (account, password) = server.account(&address("alice@practice.invalid"));
    let endpoint = server.submission_by_starttls();
    let mut talk = Talk::plain(&endpoint).await;
    talk.reply().await;
    talk.expect("EHLO me", "250 STARTTLS").await;
    talk.expect(&plain_login(&account, &password), "530").await;
    talk.expect("AUTH CRAM-MD5", "530").await;
    talk.expect("MAIL FROM:<alice@practice.invalid>", "530")
        .await;
    talk.expect("STARTTLS", "220").await;
    let mut talk = talk.upgrade(&endpoint).await;
    talk.expect("MAIL FROM:<alice@practice.invalid>", "503 5.5.1 EHLO")
        .await;
    talk.expect("EHLO me", "250 AUTH").await;
    talk.expect("STARTTLS", "503").await;
    talk.expect("MAIL FROM:<alice@practice.invalid>", "530")
        .await;
    talk.expect("AUTH LOGIN", "334 VXNlcm5hbWU6").await;
    talk.expect("YWxpY2VAcHJhY3RpY2UuaW52YWxpZA==", "334 UGFzc3dvcmQ6")
        .await;
    talk.expect("d3Jvbmc=", "535").await;
    talk.expect(&plain_login(&account, &password), "235").await;
    let log: Vec<String> = server.wire_log().iter().map(ToString::to_string).collect();
    let log = log.join("\n");
    assert!(log.contains("clear C: AUTH PLAIN ****"), "{log}");
    assert!(log.contains("tls S: 535"), "{log}");
    let login = plain_login(&account, &password);
    for secret in [password.expose().as_str(), &login[11..], "d3Jvbmc="] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn rule_58_plaintext_behind_starttls_ends_the_connection() {
    let server = start(Bounds::default());
    let mut talk = Talk::plain(&server.submission_by_starttls()).await;
    talk.reply().await;
    talk.send(b"EHLO me\r\nSTARTTLS\r\nEHLO me\r\n").await;
    let rest = String::from_utf8(talk.rest().await).unwrap();
    assert!(rest.ends_with("220 2.0.0 Ready for TLS\r\n"), "{rest}");
}

#[tokio::test]
async fn only_users_send_only_as_themselves_and_only_to_users() {
    let server = start(Bounds::default());
    let mut talk = logged_in(&server, "alice@practice.invalid").await;
    talk.expect("DATA", "503").await;
    talk.expect("MAIL FROM:<bob@practice.invalid>", "553").await;
    talk.expect("MAIL FROM:<>", "553").await;
    talk.expect(
        "MAIL FROM:<alice@practice.invalid> SIZE=999999999999",
        "552",
    )
    .await;
    talk.expect("MAIL FROM:<alice@practice.invalid>", "250")
        .await;
    talk.expect("RCPT TO:<bob@example.org>", "550").await;
    talk.expect("DATA", "503").await;
    talk.expect("RSET", "250").await;
    talk.expect("RCPT TO:<alice@practice.invalid>", "503").await;
    talk.expect("VRFY alice", "252").await;
    talk.expect("AUTH PLAIN", "503").await;
}

#[tokio::test]
async fn attack_smuggling_smtp_a_letter_with_bare_line_ends_is_refused_whole() {
    let server = start(Bounds::default());
    let mut talk = logged_in(&server, "alice@practice.invalid").await;
    talk.expect("MAIL FROM:<alice@practice.invalid>", "250")
        .await;
    talk.expect("RCPT TO:<alice@practice.invalid>", "250").await;
    talk.expect("DATA", "354").await;
    talk.expect("a\n.\nMAIL FROM:<x@y.z>\r\n.", "550 5.6.0")
        .await;
    talk.expect("NOOP", "250").await;
    assert!(
        server
            .received(&address("alice@practice.invalid"))
            .is_empty()
    );
    talk.send(b"NOOP\nNOOP\r\n").await;
    let rest = String::from_utf8(talk.rest().await).unwrap();
    assert!(rest.starts_with("500 5.5.2"), "{rest}");
    assert_eq!(rest.lines().count(), 1);
}

#[tokio::test]
async fn rule_30_what_breaks_a_bound_is_refused() {
    let server = start(Bounds {
        users: 2,
        letter: 5_000,
        store: 9_000,
        recipients: 1,
        errors: 5,
        ..Bounds::default()
    });
    server.account(&address("bob@practice.invalid"));
    let mut talk = logged_in(&server, "alice@practice.invalid").await;
    let line = format!("{}\r\n", "x".repeat(900));
    for (lines, code) in [(5, "250"), (6, "552"), (4, "250"), (4, "452")] {
        talk.expect("MAIL FROM:<alice@practice.invalid>", "250")
            .await;
        talk.expect("RCPT TO:<bob@practice.invalid>", "250").await;
        talk.expect("RCPT TO:<alice@practice.invalid>", "452 4.5.3")
            .await;
        talk.expect("DATA", "354").await;
        talk.expect(&format!("{}.", line.repeat(lines)), code).await;
        if code == "552" {
            talk.send(b"QUIT\r\n").await;
            talk.reply().await;
            talk = logged_in(&server, "alice@practice.invalid").await;
        }
    }
    assert_eq!(server.received(&address("bob@practice.invalid")).len(), 2);
    let mut mailbox = in_mailbox(&server, "bob@practice.invalid").await;
    mailbox.expect("DELE 1", "+OK").await;
    mailbox.expect("DELE 2", "+OK").await;
    mailbox.expect("QUIT", "+OK").await;
    talk.expect("RSET", "250").await;
    talk.expect("MAIL FROM:<alice@practice.invalid>", "250")
        .await;
    talk.expect("RCPT TO:<bob@practice.invalid>", "250").await;
    talk.expect("DATA", "354").await;
    talk.expect(&format!("{}.", line.repeat(4)), "250").await;

    let mut endless = logged_in(&server, "alice@practice.invalid").await;
    endless.send(&[b'x'; 1_001]).await;
    let rest = String::from_utf8(endless.rest().await).unwrap();
    assert!(rest.starts_with("500 5.5.2"), "{rest}");
    // A third user puts out the first.
    server.account(&address("carol@practice.invalid"));
    assert!(server.received(&address("bob@practice.invalid")).is_empty());
}

#[tokio::test]
async fn rule_30_connections_are_counted() {
    let server = start(Bounds {
        connections: 2,
        ..Bounds::default()
    });
    let _first = logged_in(&server, "alice@practice.invalid").await;
    let _second = in_mailbox(&server, "alice@practice.invalid").await;
    let third = Talk::plain(&server.submission_by_starttls()).await;
    assert!(third.rest().await.is_empty());
}

#[tokio::test]
async fn rule_30_who_does_not_log_in_or_falls_silent_is_closed() {
    // Long enough for a handshake on a busy machine.
    let patience = Duration::from_secs(2);
    let server = start(Bounds {
        login: patience,
        idle: patience,
        ..Bounds::default()
    });
    let (account, _) = server.account(&address("alice@practice.invalid"));
    let mailbox = account.mailbox.as_ref().unwrap();
    let (silent, no_handshake, silent_mailbox, idle) = tokio::join!(
        async { Talk::tls(&account.submission).await.rest().await },
        async { Talk::plain(&account.submission).await.rest().await },
        async { Talk::tls(mailbox).await.rest().await },
        async {
            let talk = in_mailbox(&server, "alice@practice.invalid").await;
            talk.rest().await
        },
    );
    let said = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    assert!(said(silent).contains("421 4.4.2"));
    assert!(no_handshake.is_empty());
    assert!(said(silent_mailbox).contains("-ERR Too slow"));
    assert!(said(idle).contains("-ERR Too slow"));
}

#[tokio::test]
async fn guessing_passwords_ends_after_three() {
    let server = start(Bounds::default());
    let (account, _) = server.account(&address("alice@practice.invalid"));
    let mut talk = Talk::tls(account.mailbox.as_ref().unwrap()).await;
    talk.line().await;
    talk.expect("STAT", "-ERR").await;
    talk.expect("PASS x", "-ERR").await;
    for _ in 0..3 {
        talk.expect("USER alice@practice.invalid", "+OK").await;
        talk.expect("PASS x", "-ERR [AUTH]").await;
    }
    let rest = String::from_utf8(talk.rest().await).unwrap();
    assert!(rest.contains("closing"), "{rest}");
}

#[tokio::test]
async fn dropping_the_server_ends_every_connection() {
    let server = start(Bounds::default());
    let talk = logged_in(&server, "alice@practice.invalid").await;
    let endpoint = server.submission_by_starttls();
    drop(server);
    assert!(talk.rest().await.is_empty());
    let at = (endpoint.connect_to.unwrap(), endpoint.port);
    // The listener goes with its task, which the runtime drops at its next turn.
    let gone = async {
        while TcpStream::connect(at).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone)
        .await
        .unwrap();
}

/// Lines put together from words of the protocols and noise, the same on every run.
fn noise(count: usize) -> impl Iterator<Item = Vec<u8>> {
    const WORDS: &[&[u8]] = &[
        b"EHLO",
        b"AUTH",
        b"PLAIN",
        b"MAIL",
        b"FROM:<",
        b"RCPT TO:<",
        b">",
        b"SIZE=",
        b"BODY=",
        b"RSET",
        b"VRFY",
        b"NOOP",
        b"USER",
        b"PASS",
        b"RETR",
        b"DELE",
        b"LIST",
        b"UIDL",
        b"TOP",
        b"STAT",
        b"1",
        b"0",
        b"18446744073709551616",
        b"-1",
        b" ",
        b" ",
        b"=",
        b"@",
        b"\0",
        b"\xff\xfe",
        b"\xf0\x9f",
        b"a",
        b"=?x?",
        b"..",
        b".",
        b"\t",
    ];
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    (0..count).map(move |_| {
        let words = 1 + next() % 6;
        (0..words)
            .flat_map(|_| WORDS[next() % WORDS.len()].to_vec())
            .collect()
    })
}

#[tokio::test]
async fn rule_30_noise_ends_no_conversation() {
    let server = start(Bounds {
        errors: u32::MAX,
        ..Bounds::default()
    });
    let mut smtp = logged_in(&server, "alice@practice.invalid").await;
    let mut pop3 = in_mailbox(&server, "alice@practice.invalid").await;
    for line in noise(3_000) {
        smtp.send(&[&line[..], b"\r\n"].concat()).await;
        let answer = smtp.reply().await;
        assert!(
            answer.len() > 3,
            "{:?}: {answer:?}",
            line.escape_ascii().to_string()
        );
        // With a word behind it no command of POP3 answers in more than one line.
        pop3.send(&[&line[..], b" x\r\n"].concat()).await;
        let answer = pop3.line().await;
        assert!(
            answer.starts_with(['+', '-']),
            "{:?}: {answer:?}",
            line.escape_ascii().to_string()
        );
    }
    smtp.expect("NOOP", "250").await;
    pop3.expect("STAT", "+OK 0 0").await;
}
