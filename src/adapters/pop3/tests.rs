//! The client against servers that lie, stop, flood and drip, word by word.

use super::connect::connect;
use super::session::{self, Secured};
use super::{Pop3Mailbox, Timing};
use crate::adapters::tls;
use crate::address::Address;
use crate::app::job::{Cancel, Watch};
use crate::app::port::{FetchFailure, Fetched, MailboxServer, Stage, SubmitFailure};
use crate::base::{Passphrase, Secret, limits};
use crate::settings::{Account, Endpoint, Security, Trust};
use std::time::Duration;
use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, DuplexStream,
};
use tokio::net::TcpListener;
use tokio::time::Instant;

/// What the server does next.
enum Act {
    /// Reads a line that must start so.
    Hear(&'static str),
    /// Sends this.
    Say(Vec<u8>),
    /// Sends this over and over until nobody listens.
    Flood(Vec<u8>),
    /// Sends one byte each few milliseconds until nobody listens.
    Drip,
    /// Keeps quiet until the client goes.
    Wait,
}

fn hear(start: &'static str) -> Act {
    Act::Hear(start)
}

fn say(text: &str) -> Act {
    Act::Say(text.replace('\n', "\r\n").into_bytes())
}

/// The usual way up to a login that worked.
fn login() -> Vec<Act> {
    vec![
        say("+OK hello\n"),
        hear("CAPA"),
        say("+OK\nUSER\nUIDL\n.\n"),
        hear("USER alice@example.org"),
        say("+OK\n"),
        hear("PASS hunter2"),
        say("+OK\n"),
    ]
}

/// Plays the server; gives what was said to it last, while it kept quiet.
async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, acts: Vec<Act>) -> Vec<u8> {
    let mut stream = BufReader::new(stream);
    let mut rest = Vec::new();
    for act in acts {
        match act {
            Act::Hear(start) => {
                let mut line = String::new();
                stream.read_line(&mut line).await.unwrap();
                assert!(line.starts_with(start), "{line:?} instead of {start:?}");
                assert!(line.ends_with("\r\n"));
            }
            Act::Say(bytes) => stream.write_all(&bytes).await.unwrap(),
            Act::Flood(bytes) => while stream.write_all(&bytes).await.is_ok() {},
            Act::Drip => {
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            Act::Wait => {
                let _ = stream.read_to_end(&mut rest).await;
            }
        }
    }
    rest
}

fn account() -> Account {
    let endpoint = Endpoint {
        host: "pop.example.org".to_owned(),
        port: 995,
        security: Security::Implicit,
        trust: Trust::System,
        connect_to: None,
    };
    Account {
        address: Address::parse("alice@example.org").unwrap(),
        login: "alice@example.org".to_owned(),
        submission: endpoint.clone(),
        mailbox: Some(endpoint),
    }
}

/// Short, and long enough for a login on a busy machine.
const SHORT: Timing = Timing {
    login: Duration::from_secs(1),
    letters: Duration::from_millis(200),
    each: Duration::ZERO,
    bytes_per_second: 1 << 30,
    farewell: Duration::from_millis(200),
};

fn patience(time: Duration) -> tls::Patience {
    tls::Patience {
        deadline: Instant::now() + time,
        cancel: Cancel::default(),
    }
}

async fn fetch(
    stream: DuplexStream,
    account: &Account,
    password: &Passphrase,
    known: &dyn Fn(&str) -> bool,
    timing: &Timing,
    watch: &Watch,
) -> Result<Vec<Fetched>, FetchFailure> {
    let secured = Secured {
        stream,
        greeted: false,
        patience: patience(timing.login),
    };
    session::fetch(secured, account, password, known, timing, watch).await
}

async fn against(timing: Timing, acts: Vec<Act>) -> Result<Vec<Fetched>, FetchFailure> {
    let (near, far) = tokio::io::duplex(1 << 16);
    let server = tokio::spawn(serve(far, acts));
    let password = Secret::new("hunter2".to_owned());
    let watch = Watch::default();
    let known = |uid: &str| uid == "known";
    let result = fetch(near, &account(), &password, &known, &timing, &watch).await;
    server.await.unwrap();
    result
}

/// What comes of `acts` after a login that worked.
async fn after_login(acts: Vec<Act>) -> Result<Vec<Fetched>, FetchFailure> {
    let all = login().into_iter().chain(acts).collect();
    against(Timing::default(), all).await
}

fn connection(result: Result<Vec<Fetched>, FetchFailure>) -> SubmitFailure {
    match result {
        Err(FetchFailure::Connection(failure)) => failure,
        Err(other) => panic!("{other:?}"),
        Ok(letters) => panic!("{} letters", letters.len()),
    }
}

fn garbage(stage: Stage) -> SubmitFailure {
    SubmitFailure::Garbage { stage }
}

#[tokio::test]
async fn only_unknown_letters_are_fetched_and_their_bytes_are_kept() {
    let letters = after_login(vec![
        hear("UIDL"),
        say("+OK\n1 known\n2 new\n3 new\n4 other\n.\n"),
        hear("LIST"),
        say("+OK\n1 10\n2 20\n3 20\n4 30 more\n.\n"),
        hear("RETR 2"),
        Act::Say(b"+OK\r\n..a\nb\r\n\xff\r\n.\r\n".to_vec()),
        hear("RETR 4"),
        say("+OK\n.\n"),
        hear("QUIT"),
    ])
    .await
    .unwrap_or_else(|failure| panic!("{failure:?}"));
    let found: Vec<(&str, &[u8])> = letters
        .iter()
        .map(|l| (l.uid.as_str(), l.bytes.as_slice()))
        .collect();
    assert_eq!(found, [("new", &b".a\nb\r\n\xff\r\n"[..]), ("other", b"")]);
}

#[tokio::test]
async fn nothing_new_needs_no_sizes() {
    let acts = vec![
        hear("UIDL"),
        say("+OK\n1 known\n.\n"),
        hear("QUIT"),
        say("+OK\n"),
    ];
    assert!(after_login(acts).await.unwrap_or_default().is_empty());
}

#[tokio::test]
async fn login_falls_back_and_says_why_it_failed() {
    let old = vec![
        say("+OK\n"),
        hear("CAPA"),
        say("-ERR what?\n"),
        hear("USER"),
        say("+OK\n"),
        hear("PASS"),
        say("-ERR [AUTH] no\n"),
    ];
    let failure = connection(against(Timing::default(), old).await);
    let SubmitFailure::LoginRefused(reply) = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(reply.text, "[AUTH] no");
    let sasl = vec![
        say("+OK\n"),
        hear("CAPA"),
        say("+OK\nSASL SCRAM-SHA-256 PLAIN\n.\n"),
        hear("AUTH PLAIN\r\n"),
        say("+ \n"),
        hear("AGFsaWNlQGV4YW1wbGUub3JnAGh1bnRlcjI=\r\n"),
        say("+OK\n"),
        hear("UIDL"),
        say("+OK\n.\n"),
        hear("QUIT"),
        say("+OK\n"),
    ];
    assert!(against(Timing::default(), sasl).await.is_ok());
    let neither = vec![
        say("+OK\n"),
        hear("CAPA"),
        say("+OK\nSASL GSSAPI\n.\n"),
        Act::Wait,
    ];
    assert_eq!(
        connection(against(Timing::default(), neither).await),
        SubmitFailure::NoLoginMethod {
            offered: vec!["GSSAPI".to_owned()]
        }
    );
}

#[tokio::test]
async fn a_login_with_a_line_end_is_no_command() {
    let (near, far) = tokio::io::duplex(1 << 16);
    let acts = vec![say("+OK\n"), hear("CAPA"), say("+OK\nUSER\n.\n"), Act::Wait];
    let server = tokio::spawn(serve(far, acts));
    let password = Secret::new("a\r\nDELE 1".to_owned());
    let result = fetch(
        near,
        &account(),
        &password,
        &|_| false,
        &Timing::default(),
        &Watch::default(),
    )
    .await;
    server.await.unwrap();
    assert!(matches!(
        connection(result),
        SubmitFailure::NoLoginMethod { .. }
    ));
}

#[tokio::test]
async fn attack_garbage_pop3_is_refused_where_it_comes() {
    for first in ["HTTP/1.1 400\n", "220 smtp\n", "\n", "+OKAY\n", "\0\u{1}\n"] {
        let result = against(Timing::default(), vec![say(first), Act::Wait]).await;
        assert_eq!(connection(result), garbage(Stage::Greeting), "{first:?}");
    }
    for list in [
        "+OK\nx\n.\n",
        "+OK\n0 a\n.\n",
        "+OK\n1 \n.\n",
        "+OK\n-1 a\n.\n",
        "+OK\n1 a b\n.\n",
        "+OK\n99999999999999999999 a\n.\n",
        "+OK\n1 a\u{e9}\n.\n",
        "maybe\n",
    ] {
        let result = after_login(vec![hear("UIDL"), say(list), Act::Wait]).await;
        assert_eq!(connection(result), garbage(Stage::Fetch), "{list:?}");
    }
    for list in ["+OK\n2 5\n.\n", "+OK\n1\n.\n", "+OK\n1 -5\n.\n"] {
        let acts = vec![
            hear("UIDL"),
            say("+OK\n1 a\n.\n"),
            hear("LIST"),
            say(list),
            Act::Wait,
        ];
        let result = after_login(acts).await;
        assert_eq!(connection(result), garbage(Stage::Fetch), "{list:?}");
    }
}

#[tokio::test]
async fn attack_flood_pop3_is_bounded() {
    let x = vec![b'x'; 10_000];
    let result = against(Timing::default(), vec![Act::Flood(x.clone())]).await;
    assert_eq!(connection(result), garbage(Stage::Greeting));
    let acts = vec![
        say("+OK\n"),
        hear("CAPA"),
        say("+OK\n"),
        Act::Flood(b"CAPABILITY\r\n".repeat(1_000)),
    ];
    let result = against(Timing::default(), acts).await;
    assert_eq!(connection(result), garbage(Stage::Hello));
    let acts = vec![
        hear("UIDL"),
        say("+OK\n"),
        Act::Flood(b"1 a\r\n".repeat(1_000)),
    ];
    assert_eq!(connection(after_login(acts).await), garbage(Stage::Fetch));
    // It said 10 bytes.
    let acts = vec![
        hear("UIDL"),
        say("+OK\n1 a\n.\n"),
        hear("LIST"),
        say("+OK\n1 10\n.\n"),
        hear("RETR 1"),
        say("+OK\n"),
        Act::Flood(x),
    ];
    assert_eq!(connection(after_login(acts).await), garbage(Stage::Fetch));
}

#[tokio::test]
async fn rule_30_a_letter_over_the_limit_is_passed_over_and_named_when_it_is_the_only_one() {
    let size = limits::MESSAGE_BYTES + 1;
    let acts = vec![
        hear("UIDL"),
        say("+OK\n1 a\n.\n"),
        hear("LIST"),
        say(&format!("+OK\n1 {size}\n.\n")),
        hear("QUIT"),
        say("+OK\n"),
    ];
    let failure = after_login(acts).await.err();
    assert_eq!(failure, Some(FetchFailure::TooLarge { size }));
    let acts = vec![
        hear("UIDL"),
        say("+OK\n1 a\n2 b\n.\n"),
        hear("LIST"),
        say(&format!("+OK\n1 {size}\n2 3\n.\n")),
        hear("RETR 2"),
        say("+OK\nb\n.\n"),
        hear("QUIT"),
        say("+OK\n"),
    ];
    let letters = after_login(acts).await.unwrap_or_default();
    assert_eq!(letters.len(), 1);
}

#[tokio::test]
async fn attack_drip_pop3_ends_at_the_deadline() {
    let stage = Stage::Greeting;
    let result = against(SHORT, vec![Act::Drip]).await;
    assert_eq!(connection(result), SubmitFailure::Deadline { stage });
    let result = against(SHORT, vec![Act::Wait]).await;
    assert_eq!(connection(result), SubmitFailure::Deadline { stage });
    let mut acts = login();
    acts.extend([
        hear("UIDL"),
        say("+OK\n1 a\n.\n"),
        hear("LIST"),
        say("+OK\n1 9000\n.\n"),
        hear("RETR 1"),
        say("+OK\n"),
        Act::Drip,
    ]);
    let stage = Stage::Fetch;
    let result = against(SHORT, acts).await;
    assert_eq!(connection(result), SubmitFailure::Deadline { stage });
}

#[tokio::test]
async fn closing_in_the_middle_is_no_letter() {
    let acts = vec![
        hear("UIDL"),
        say("+OK\n1 a\n.\n"),
        hear("LIST"),
        say("+OK\n1 9000\n.\n"),
        hear("RETR 1"),
        say("+OK\nhalf a let"),
    ];
    let stage = Stage::Fetch;
    assert_eq!(
        connection(after_login(acts).await),
        SubmitFailure::Closed { stage }
    );
}

#[tokio::test]
async fn attack_injection_pop3_bytes_ahead_of_a_command_are_refused() {
    let acts = vec![say("+OK\n+OK forged\n"), Act::Wait];
    let stage = Stage::Hello;
    let result = against(Timing::default(), acts).await;
    assert_eq!(connection(result), SubmitFailure::Injected { stage });
    let acts = vec![
        hear("UIDL"),
        say("+OK\n1 a\n.\n+OK\n1 5\n.\n+OK\nforged\n.\n"),
        Act::Wait,
    ];
    let stage = Stage::Fetch;
    assert_eq!(
        connection(after_login(acts).await),
        SubmitFailure::Injected { stage }
    );
}

/// What comes of connecting to a server in plaintext that acts so, and what it heard at the end.
async fn by_stls(acts: Vec<Act>) -> SubmitFailure {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mut endpoint = account().mailbox.unwrap();
    endpoint.port = listener.local_addr().unwrap().port();
    endpoint.connect_to = Some([127, 0, 0, 1].into());
    endpoint.security = Security::StartTls;
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream, acts).await
    });
    let patience = patience(Duration::from_secs(20));
    let failure = connect(&endpoint, &patience).await.err();
    let rest = server.await.unwrap();
    assert_eq!(rest, b"", "said after the failure");
    failure.unwrap_or(SubmitFailure::Cancelled)
}

#[tokio::test]
async fn rule_57_no_stls_no_login() {
    let acts = vec![say("+OK\n"), hear("STLS"), say("-ERR no\n"), Act::Wait];
    let failure = by_stls(acts).await;
    assert!(matches!(failure, SubmitFailure::NoStartTls { .. }));
    let acts = vec![say("-ERR busy\n"), Act::Wait];
    let failure = by_stls(acts).await;
    assert!(matches!(failure, SubmitFailure::NoStartTls { .. }));
}

#[tokio::test]
async fn rule_58_bytes_behind_the_yes_to_stls_abort() {
    let stage = Stage::StartTls;
    let acts = vec![
        say("+OK\n"),
        hear("STLS"),
        say("+OK\n+OK logged in\n"),
        Act::Wait,
    ];
    assert_eq!(by_stls(acts).await, SubmitFailure::Injected { stage });
    let acts = vec![say("+OK\n+OK begin\n"), Act::Wait];
    assert_eq!(by_stls(acts).await, SubmitFailure::Injected { stage });
}

#[test]
fn cancelling_ends_a_fetch_that_hangs() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut account = account();
    let endpoint = account.mailbox.as_mut().unwrap();
    endpoint.port = listener.local_addr().unwrap().port();
    endpoint.connect_to = Some([127, 0, 0, 1].into());
    let watch = Watch::default();
    let cancel = watch.cancel.clone();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // The client is in its handshake now, and no answer comes.
        std::io::Read::read_exact(&mut stream, &mut [0; 5]).unwrap();
        cancel.cancel();
        stream
    });
    let client = Pop3Mailbox::new(runtime.handle().clone());
    let password = Secret::new("hunter2".to_owned());
    let result = client.fetch(&account, &password, &|_| false, &watch);
    assert_eq!(connection(result), SubmitFailure::Cancelled);
    drop(server.join());
}
