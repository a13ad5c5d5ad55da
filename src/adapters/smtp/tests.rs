//! Conversations with servers that are good, odd and hostile, all on loopback.

use super::*;
use crate::adapters::practice::PracticeServer;
use crate::adapters::tls::fixture::{acceptor, authority};
use crate::address::Address;
use crate::app::port::{Reply, Stage};
use crate::base::{Secret, Time};
use crate::protect::{ConsentToPlain, Outgoing};
use crate::settings::{Endpoint, Trust};
use std::future::Future;
use std::net::IpAddr;
use std::sync::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const HOST: &str = "mail.example";
const ME: &str = "me@a.example";

struct At(Time);

impl Clock for At {
    fn now(&self) -> Time {
        self.0
    }
}

/// The practice server's certificates must be good when TLS checks them, against the real time.
#[expect(clippy::disallowed_methods, reason = "TLS asks the real clock")]
fn clock() -> Arc<dyn Clock> {
    Arc::new(At(Time::now()))
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn copy_for(to: &[&str], bytes: impl Into<Vec<u8>>) -> Copy {
    let to = to.iter().map(|text| address(text)).collect();
    let outgoing = Outgoing::plain(vec![(to, bytes.into())], ConsentToPlain::given());
    outgoing.unwrap().copies()[0].clone()
}

fn letter() -> Copy {
    copy_for(&["bob@b.example"], "Subject: x\r\n\r\nhello\r\n")
}

fn limits(milliseconds: u64) -> Limits {
    Limits {
        whole: Duration::from_millis(milliseconds),
        rate: 1 << 30,
        idle: Duration::from_secs(20),
        answer: Duration::ZERO,
    }
}

fn reply(code: u16, text: &str) -> Reply {
    Reply {
        code,
        text: text.to_owned(),
    }
}

trait Both: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Both for T {}

/// The server's end of one conversation, and everything that was heard in it.
struct Peer {
    stream: BufReader<Box<dyn Both>>,
    heard: Arc<Mutex<String>>,
}

const OFFER: &str =
    "250-mail.example\r\n250-SIZE 100000000\r\n250-8BITMIME\r\n250 AUTH LOGIN PLAIN\r\n";

impl Peer {
    async fn say(&mut self, bytes: &str) {
        // Whoever hung up does not listen.
        let _ = self.stream.write_all(bytes.as_bytes()).await;
        let _ = self.stream.flush().await;
    }

    /// The next line; empty at the end.
    async fn hear(&mut self) -> String {
        let mut line = Vec::new();
        let _ = self.stream.read_until(b'\n', &mut line).await;
        let line = String::from_utf8_lossy(&line).into_owned();
        self.heard.lock().unwrap().push_str(&line);
        line
    }

    /// Answers as a good server does, until a command that starts like this.
    async fn until(&mut self, command: &str) -> String {
        loop {
            let line = self.hear().await;
            if line.starts_with(command) || line.is_empty() {
                return line;
            }
            let answer = match line.get(..4) {
                Some("EHLO") => OFFER,
                Some("AUTH") => "235 welcome\r\n",
                Some("DATA") => "354 go\r\n",
                Some("QUIT") => "221 bye\r\n",
                _ => "250 ok\r\n",
            };
            self.say(answer).await;
        }
    }

    /// Greets, then as [`Peer::until`].
    async fn serve(&mut self, command: &str) -> String {
        self.say("220 mail.example\r\n").await;
        self.until(command).await
    }

    /// Greets, and takes everything up to the final dot; the letter.
    async fn body(&mut self) -> String {
        self.say("220 mail.example\r\n").await;
        self.data().await
    }

    /// As [`Peer::body`], when the greeting is long past.
    async fn data(&mut self) -> String {
        self.until("DATA").await;
        self.say("354 go\r\n").await;
        let mut body = String::new();
        loop {
            let line = self.hear().await;
            if line == ".\r\n" || line.is_empty() {
                return body;
            }
            body.push_str(&line);
        }
    }

    /// Hears everything up to the end, and answers nothing.
    async fn rest(&mut self) {
        let mut rest = Vec::new();
        let _ = self.stream.read_to_end(&mut rest).await;
        let rest = String::from_utf8_lossy(&rest).into_owned();
        self.heard.lock().unwrap().push_str(&rest);
    }
}

/// A client, and a server that plays a script for one connection.
struct Scene {
    runtime: Runtime,
    account: Account,
    heard: Arc<Mutex<String>>,
    playing: tokio::task::JoinHandle<()>,
    limits: Limits,
    watch: Watch,
}

fn play<F: Future<Output = ()> + Send + 'static>(
    security: Security,
    script: impl FnOnce(Peer) -> F + Send + 'static,
) -> Scene {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let ca = authority("Test CA");
    let tls = acceptor(&ca, HOST, (2020, 2090));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(String::new()));
    let kept = heard.clone();
    let playing = runtime.spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        tcp.set_nodelay(true).unwrap();
        let stream: Box<dyn Both> = match security {
            Security::Implicit => Box::new(tls.accept(tcp).await.unwrap()),
            Security::StartTls => Box::new(tcp),
        };
        let stream = BufReader::new(stream);
        script(Peer { stream, heard }).await;
    });
    Scene {
        runtime,
        account: Account {
            address: address(ME),
            login: "me".to_owned(),
            submission: Endpoint {
                host: HOST.to_owned(),
                port,
                security,
                trust: Trust::Pinned(vec![ca.der]),
                connect_to: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            },
            mailbox: None,
        },
        heard: kept,
        playing,
        limits: limits(20_000),
        watch: Watch::default(),
    }
}

impl Scene {
    fn send(&self, copy: &Copy) -> Result<Receipt, SubmitFailure> {
        self.send_when(copy, true).0
    }

    /// Sends, saying this when asked whether DATA may begin; and whether it was asked.
    fn send_when(&self, copy: &Copy, yes: bool) -> (Result<Receipt, SubmitFailure>, bool) {
        let handle = self.runtime.handle().clone();
        let submission = SmtpSubmission::with_limits(handle, clock(), self.limits);
        let password = Secret::new("hunter2".to_owned());
        let mut asked = false;
        let mut on_data = || {
            assert!(!asked, "asked twice");
            asked = true;
            yes
        };
        let sent = submission.submit(&self.account, &password, copy, &self.watch, &mut on_data);
        (sent, asked)
    }

    /// Everything that the server heard, once its script is over.
    fn heard(self) -> String {
        let playing = self.playing;
        self.runtime.block_on(async {
            let ended = tokio::time::timeout(Duration::from_secs(20), playing).await;
            ended.expect("the script ends").expect("without a panic");
        });
        let heard = self.heard.lock().unwrap();
        heard.clone()
    }
}

/// Plays a script over implicit TLS and sends the usual letter.
fn outcome<F: Future<Output = ()> + Send + 'static>(
    script: impl FnOnce(Peer) -> F + Send + 'static,
) -> (Result<Receipt, SubmitFailure>, String) {
    let stage = play(Security::Implicit, script);
    let sent = stage.send(&letter());
    (sent, stage.heard())
}

fn failure<F: Future<Output = ()> + Send + 'static>(
    script: impl FnOnce(Peer) -> F + Send + 'static,
) -> (SubmitFailure, String) {
    let (sent, heard) = outcome(script);
    (sent.unwrap_err(), heard)
}

mod before_tls;
mod hostile;
mod letters;
