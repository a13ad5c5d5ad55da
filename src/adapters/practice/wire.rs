//! One connection: lines with a bound, waits with an end, and everything in the log.

use super::log::{Service, Speaker, WireLine};
use super::office::Office;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsAcceptor;

/// Longest line with its CRLF, in bytes, of commands and of letters alike (RFC 5321 §4.5.3.1.6).
pub(super) const LINE: usize = 1_000;
/// How much is read and written at a time.
const CHUNK: usize = 64 << 10;

/// Anything that bytes go through.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Why a connection is of no more use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The other side went, or the connection broke.
    Gone,
    /// It was silent for too long, or took too long to log in.
    TooSlow,
    /// A line without end in bounds, or one that ends in a bare LF.
    BadLine,
    /// Bytes came in plaintext behind STARTTLS.
    Injected,
    /// No TLS came about.
    NoTls,
}

/// A connection with its log and its patience.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Stream>>,
    tag: Tag,
    login_by: Option<Instant>,
}

/// Says which connection a line of the log is of.
struct Tag {
    office: Arc<Office>,
    connection: u32,
    service: Service,
    encrypted: bool,
}

impl Tag {
    fn log(&self, speaker: Speaker, text: String) {
        self.office.log().add(WireLine {
            connection: self.connection,
            service: self.service,
            encrypted: self.encrypted,
            speaker,
            text,
        });
    }
}

impl Wire {
    /// A new connection.
    pub fn new(stream: tokio::net::TcpStream, service: Service, office: &Arc<Office>) -> Self {
        Wire {
            stream: BufReader::with_capacity(CHUNK, Box::new(stream)),
            tag: Tag {
                office: office.clone(),
                connection: office.log().connection(),
                service,
                encrypted: false,
            },
            login_by: Some(Instant::now() + office.bounds.login),
        }
    }

    /// Does the handshake. Plaintext that came ahead of it ends the connection, so that nothing
    /// said before TLS can count after it.
    pub async fn encrypt(self, tls: &TlsAcceptor) -> Result<Self, Ended> {
        let by = self.patience();
        let Wire {
            stream,
            mut tag,
            login_by,
        } = self;
        if !stream.buffer().is_empty() {
            tag.log(Speaker::Note, "plaintext behind STARTTLS: closed".into());
            return Err(Ended::Injected);
        }
        let stream = match timeout_at(by, tls.accept(stream.into_inner())).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                tag.log(Speaker::Note, format!("no TLS: {error}"));
                return Err(Ended::NoTls);
            }
            Err(_) => {
                tag.log(Speaker::Note, "no TLS: too slow".into());
                return Err(Ended::TooSlow);
            }
        };
        let (_, session) = stream.get_ref();
        let version = session.protocol_version();
        let group = session.negotiated_key_exchange_group().map(|g| g.name());
        tag.encrypted = true;
        if let (Some(version), Some(group)) = (version, group) {
            tag.log(Speaker::Note, format!("{version:?} with {group:?}"));
        }
        Ok(Wire {
            stream: BufReader::with_capacity(CHUNK, Box::new(stream)),
            tag,
            login_by,
        })
    }

    /// Whether TLS stands.
    pub fn is_encrypted(&self) -> bool {
        self.tag.encrypted
    }

    /// From here on the longer patience holds.
    pub fn logged_in(&mut self) {
        self.login_by = None;
    }

    /// The next line without its CRLF. It is not in the log yet: what of it may be shown is known
    /// only to whoever understands it ([`Wire::heard`]).
    pub async fn line(&mut self) -> Result<Vec<u8>, Ended> {
        let by = self.patience();
        let mut line = Vec::new();
        loop {
            let seen = self.fill(by).await?;
            let end = seen.iter().position(|b| *b == b'\n');
            let part = seen.get(..end.map_or(seen.len(), |at| at + 1));
            let part = part.unwrap_or_default();
            let (taken, too_long) = (part.len(), line.len() + part.len() > LINE);
            if !too_long {
                line.extend_from_slice(part);
            }
            self.stream.consume(taken);
            if too_long {
                return Err(Ended::BadLine);
            }
            if end.is_some() {
                break;
            }
        }
        line.pop();
        // A bare LF ends lines for some and not for others; that is how commands are smuggled.
        if line.pop() != Some(b'\r') || line.contains(&b'\r') {
            return Err(Ended::BadLine);
        }
        Ok(line)
    }

    /// Hands what has arrived to `taker`, which says how many bytes it used and whether it is done,
    /// until it is done.
    pub async fn pour(
        &mut self,
        mut taker: impl FnMut(&[u8]) -> (usize, bool),
    ) -> Result<(), Ended> {
        loop {
            let by = self.patience();
            let (used, done) = taker(self.fill(by).await?);
            self.stream.consume(used);
            if done {
                return Ok(());
            }
        }
    }

    /// Says a line, or several; the log gets each.
    pub async fn say(&mut self, text: &str) -> Result<(), Ended> {
        for line in text.split("\r\n") {
            self.tag.log(Speaker::Server, line.to_owned());
        }
        self.send(format!("{text}\r\n").as_bytes()).await
    }

    /// Sends bytes; the log gets nothing.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        for chunk in bytes.chunks(CHUNK) {
            let by = self.patience();
            let sent = async {
                self.stream.write_all(chunk).await?;
                self.stream.flush().await
            };
            let sent = timeout_at(by, sent).await.map_err(|_| Ended::TooSlow)?;
            sent.map_err(gone)?;
        }
        Ok(())
    }

    /// Writes into the log what the client said, as far as it may be shown.
    pub fn heard(&self, text: impl Into<String>) {
        self.tag.log(Speaker::Client, text.into());
    }

    /// Writes into the log what happened.
    pub fn note(&self, text: impl Into<String>) {
        self.tag.log(Speaker::Note, text.into());
    }

    /// Tells the other side and the log why this is over, as far as anybody listens.
    pub async fn end(&mut self, why: Ended, slow: &str, bad_line: &str) {
        match why {
            Ended::Gone | Ended::Injected | Ended::NoTls => self.note("connection ended"),
            Ended::TooSlow => {
                self.login_by = None;
                let _ = self.say(slow).await;
            }
            Ended::BadLine => {
                let _ = self.say(bad_line).await;
            }
        }
        self.close().await;
    }

    /// Ends the connection in order, with TLS's own farewell, so that nobody takes a cut for an end.
    pub async fn close(&mut self) {
        let by = Instant::now() + std::time::Duration::from_secs(5);
        let _ = timeout_at(by, self.stream.shutdown()).await;
    }

    async fn fill(&mut self, by: Instant) -> Result<&[u8], Ended> {
        let filled = timeout_at(by, self.stream.fill_buf()).await;
        let seen = filled.map_err(|_| Ended::TooSlow)?.map_err(gone)?;
        if seen.is_empty() {
            return Err(Ended::Gone);
        }
        Ok(seen)
    }

    fn patience(&self) -> Instant {
        let idle = Instant::now() + self.tag.office.bounds.idle;
        self.login_by.map_or(idle, |by| by.min(idle))
    }
}

fn gone(_: io::Error) -> Ended {
    Ended::Gone
}
