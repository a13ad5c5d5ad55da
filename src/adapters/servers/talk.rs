//! Lines to and from a server, within bounds: no line is longer, and no answer has more lines, than
//! what is kept of it.

use crate::checkup::servers::{LINE, LINES};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longest line that is read, in bytes.
const LONGEST: usize = 4_096;

/// The server does not keep to its protocol, or hangs up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

/// An answer of SMTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub code: u16,
    pub lines: Vec<String>,
}

/// A conversation in lines.
pub(super) struct Talk<S> {
    stream: S,
    read: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    pub fn new(stream: S) -> Self {
        Talk {
            stream,
            read: Vec::new(),
        }
    }

    /// The stream, when nothing came that nobody asked for.
    pub fn into_silent(self) -> Option<S> {
        self.read.is_empty().then_some(self.stream)
    }

    /// Says a line.
    pub async fn say(&mut self, line: &str) -> Result<(), Broken> {
        let line = format!("{line}\r\n");
        self.stream
            .write_all(line.as_bytes())
            .await
            .map_err(|_| Broken)?;
        self.stream.flush().await.map_err(|_| Broken)
    }

    /// Reads a line, without its end; of text that is no UTF-8 what can be read.
    async fn line(&mut self) -> Result<String, Broken> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.read) {
                let rest = self.read.split_off(end + 1);
                let line = std::mem::replace(&mut self.read, rest);
                let line = String::from_utf8_lossy(&line);
                let line = line.trim_end_matches(['\r', '\n']);
                return Ok(line.chars().take(LINE).collect());
            }
            if self.read.len() > LONGEST {
                return Err(Broken);
            }
            let mut piece = [0; 2_048];
            match self.stream.read(&mut piece).await {
                Ok(count) if count > 0 => {
                    self.read
                        .extend_from_slice(piece.get(..count).unwrap_or_default());
                }
                Ok(_) | Err(_) => return Err(Broken),
            }
        }
    }

    /// Reads an answer of SMTP (RFC 5321 §4.2).
    pub async fn reply(&mut self) -> Result<Reply, Broken> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await?;
            let (code, rest) = line.split_at_checked(3).ok_or(Broken)?;
            let code: u16 = code.parse().map_err(|_| Broken)?;
            if !(200..600).contains(&code) || lines.len() >= LINES {
                return Err(Broken);
            }
            let more = match rest.chars().next() {
                None | Some(' ') => false,
                Some('-') => true,
                Some(_) => return Err(Broken),
            };
            lines.push(rest.get(1..).unwrap_or_default().to_owned());
            if !more {
                return Ok(Reply { code, lines });
            }
        }
    }

    /// Asks a line of SMTP.
    pub async fn ask(&mut self, line: &str) -> Result<Reply, Broken> {
        self.say(line).await?;
        self.reply().await
    }

    /// The greeting of IMAP or POP3: `None` where it is none, or says that it does not serve.
    pub async fn greeting(&mut self, begins: &str) -> Result<Option<String>, Broken> {
        let line = self.line().await?;
        Ok(line.starts_with(begins).then_some(line))
    }

    /// Asks IMAP what it can do (RFC 3501 §6.1.1): words, each on its own.
    pub async fn capability(&mut self) -> Result<Vec<String>, Broken> {
        self.say("w1 CAPABILITY").await?;
        let mut words = Vec::new();
        for _ in 0..LINES {
            let line = self.line().await?;
            if let Some(rest) = line.strip_prefix("* CAPABILITY ") {
                words.extend(rest.split(' ').take(LINES).map(str::to_owned));
            } else if let Some(rest) = line.strip_prefix("w1 ") {
                return match rest.starts_with("OK") {
                    true => Ok(words),
                    false => Err(Broken),
                };
            }
        }
        Err(Broken)
    }

    /// Asks IMAP for TLS: whether it agrees.
    pub async fn imap_starttls(&mut self) -> Result<bool, Broken> {
        self.say("w2 STARTTLS").await?;
        for _ in 0..LINES {
            let line = self.line().await?;
            if let Some(rest) = line.strip_prefix("w2 ") {
                return Ok(rest.starts_with("OK"));
            }
        }
        Err(Broken)
    }

    /// Asks POP3 what it can do (RFC 2449 §5); `None` where it does not say.
    pub async fn capa(&mut self) -> Result<Option<Vec<String>>, Broken> {
        self.say("CAPA").await?;
        if !self.line().await?.starts_with("+OK") {
            return Ok(None);
        }
        let mut lines = Vec::new();
        for _ in 0..LINES {
            let line = self.line().await?;
            if line == "." {
                return Ok(Some(lines));
            }
            lines.push(line);
        }
        Err(Broken)
    }

    /// Begins to log in by IMAP, and gives up: whether it went on (RFC 3501 §6.2.2).
    pub async fn imap_login_begins(&mut self) -> Result<bool, Broken> {
        self.say("w3 AUTHENTICATE PLAIN").await?;
        let mut began = false;
        for _ in 0..LINES {
            let line = self.line().await?;
            if line.starts_with('+') && !began {
                began = true;
                self.say("*").await?;
            } else if line.starts_with("w3 ") {
                return Ok(began);
            }
        }
        Err(Broken)
    }

    /// Names a user to POP3, and no password: whether it would go on (RFC 1939 §7).
    pub async fn pop3_login_begins(&mut self) -> Result<bool, Broken> {
        self.say("USER nobody").await?;
        Ok(self.line().await?.starts_with("+OK"))
    }

    /// Asks POP3 for TLS: whether it agrees.
    pub async fn stls(&mut self) -> Result<bool, Broken> {
        self.say("STLS").await?;
        Ok(self.line().await?.starts_with("+OK"))
    }
}
