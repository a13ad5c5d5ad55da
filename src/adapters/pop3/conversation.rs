//! POP3's grammar over any stream: commands, answers of one line and of many, letters (RFC 1939
//! §3). Every line, list and letter has a bound, and every wait an end.

use crate::adapters::tls::Patience;
use crate::app::port::{Stage, SubmitFailure};
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// Longest line of an answer with its CRLF, in bytes. RFC 2449 §4 allows 512; longer greetings
/// are met.
const LINE: usize = 1_000;
/// Largest list, in bytes: UIDL for 200,000 letters.
const LIST: usize = 16 << 20;
/// How much is read at a time.
const CHUNK: usize = 64 << 10;

/// What stands behind `+OK` or `-ERR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Yes.
    Yes(String),
    /// No.
    No(String),
}

/// Why a letter did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LetterFailure {
    /// The conversation is broken.
    Conversation(SubmitFailure),
    /// It grew over the limit.
    TooLong,
}

impl From<SubmitFailure> for LetterFailure {
    fn from(failure: SubmitFailure) -> Self {
        LetterFailure::Conversation(failure)
    }
}

/// A conversation with a server.
pub(super) struct Conversation<S> {
    stream: BufReader<S>,
    /// What failures are sorted under.
    pub stage: Stage,
    /// How long all of it may take.
    pub patience: Patience,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    /// Over a stream on which nothing was said yet.
    pub fn new(stream: S, patience: Patience) -> Self {
        Conversation {
            stream: BufReader::with_capacity(CHUNK, stream),
            stage: Stage::Greeting,
            patience,
        }
    }

    /// Says one line and reads the first line of the answer.
    pub async fn ask(&mut self, command: &str) -> Result<Answer, SubmitFailure> {
        self.say(command).await?;
        self.answer().await
    }

    /// Says one line. Whatever came before it was asked for is nobody's answer.
    pub async fn say(&mut self, command: &str) -> Result<(), SubmitFailure> {
        if !self.stream.buffer().is_empty() {
            return Err(SubmitFailure::Injected { stage: self.stage });
        }
        // One write, so that the line is one TLS record; wiped, for it may hold a password.
        let mut line = zeroize::Zeroizing::new(String::with_capacity(command.len() + 2));
        line.push_str(command);
        line.push_str("\r\n");
        let stage = self.stage;
        let said = async {
            self.stream.write_all(line.as_bytes()).await?;
            self.stream.flush().await
        };
        let said = self.patience.wait(stage, said).await?;
        said.map_err(|error| broken(&error, stage))
    }

    /// The first line of an answer.
    pub async fn answer(&mut self) -> Result<Answer, SubmitFailure> {
        let line = self.line().await?;
        let (status, text) = line.split_once(' ').unwrap_or((&line, ""));
        match status {
            "+OK" => Ok(Answer::Yes(text.to_owned())),
            "-ERR" => Ok(Answer::No(text.to_owned())),
            _ => Err(self.garbage()),
        }
    }

    /// One line without its end, at most [`LINE`] bytes.
    pub async fn line(&mut self) -> Result<String, SubmitFailure> {
        let mut line = Vec::new();
        loop {
            let seen = self.fill().await?;
            let end = seen.iter().position(|b| *b == b'\n');
            let part = seen
                .get(..end.map_or(seen.len(), |at| at + 1))
                .unwrap_or_default();
            let taken = part.len();
            if line.len() + taken > LINE {
                return Err(self.garbage());
            }
            line.extend_from_slice(part);
            self.stream.consume(taken);
            if end.is_some() {
                break;
            }
        }
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    /// The further lines of an answer, up to the dot, each given to `take`, which says whether it
    /// makes sense.
    pub async fn list(&mut self, mut take: impl FnMut(&str) -> bool) -> Result<(), SubmitFailure> {
        let mut bytes = 0;
        loop {
            let line = self.line().await?;
            if line == "." {
                return Ok(());
            }
            bytes += line.len() + 2;
            let line = line.strip_prefix('.').unwrap_or(&line);
            if bytes > LIST || !take(line) {
                return Err(self.garbage());
            }
        }
    }

    /// A letter up to the dot on a line of its own, its bytes as they were before stuffing. At
    /// most `limit` bytes; `arrived` hears of each piece.
    pub async fn letter(
        &mut self,
        limit: u64,
        mut arrived: impl FnMut(u64),
    ) -> Result<Vec<u8>, LetterFailure> {
        let mut letter = Unstuffed::default();
        loop {
            let seen = self.fill().await?;
            let (used, done) = letter.take(seen);
            self.stream.consume(used);
            if letter.bytes.len() as u64 > limit {
                return Err(LetterFailure::TooLong);
            }
            arrived(letter.bytes.len() as u64);
            if done {
                return Ok(letter.bytes);
            }
        }
    }

    /// The failure for what is not the protocol.
    pub fn garbage(&self) -> SubmitFailure {
        SubmitFailure::Garbage { stage: self.stage }
    }

    /// The stream, for a handshake: only when no byte more came than was asked for.
    pub fn into_silent_stream(self) -> Result<S, SubmitFailure> {
        if !self.stream.buffer().is_empty() {
            return Err(SubmitFailure::Injected { stage: self.stage });
        }
        Ok(self.stream.into_inner())
    }

    async fn fill(&mut self) -> Result<&[u8], SubmitFailure> {
        let stage = self.stage;
        let filled = self.patience.wait(stage, self.stream.fill_buf()).await?;
        let seen = filled.map_err(|error| broken(&error, stage))?;
        if seen.is_empty() {
            return Err(SubmitFailure::Closed { stage });
        }
        Ok(seen)
    }
}

/// TLS reports what it cannot read as invalid data; all else is a connection that went.
fn broken(error: &io::Error, stage: Stage) -> SubmitFailure {
    match error.kind() {
        io::ErrorKind::InvalidData => SubmitFailure::Garbage { stage },
        _ => SubmitFailure::Closed { stage },
    }
}

/// Takes dot-stuffing off (RFC 1939 §3) and finds the end. Only CRLF ends a line: a bare CR or LF
/// is part of the letter, as it was when somebody signed it.
#[derive(Default)]
struct Unstuffed {
    bytes: Vec<u8>,
    state: Line,
}

/// Where in a line the last byte was.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Line {
    #[default]
    Start,
    Dot,
    DotCr,
    Inside,
    Cr,
}

impl Unstuffed {
    /// Takes a piece: how many bytes of it belong to the letter and its end, and whether that end
    /// was seen.
    fn take(&mut self, piece: &[u8]) -> (usize, bool) {
        let mut used = 0;
        while let Some((first, rest)) = piece.get(used..).and_then(<[u8]>::split_first) {
            used += 1;
            self.state = match (self.state, *first) {
                (Line::Start, b'.') => Line::Dot,
                (Line::Dot, b'\r') => Line::DotCr,
                (Line::DotCr, b'\n') => return (used, true),
                (Line::Cr, b'\n') => {
                    self.bytes.push(b'\n');
                    Line::Start
                }
                (before, byte) => {
                    if before == Line::DotCr {
                        self.bytes.push(b'\r');
                    }
                    self.bytes.push(byte);
                    if byte == b'\r' {
                        Line::Cr
                    } else {
                        // Nothing can happen before the next CR.
                        let run = rest.iter().position(|b| *b == b'\r');
                        let run = rest.get(..run.unwrap_or(rest.len())).unwrap_or_default();
                        self.bytes.extend_from_slice(run);
                        used += run.len();
                        Line::Inside
                    }
                }
            };
        }
        (used, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_out_as_they_were_wherever_they_are_cut() {
        for (wire, letter) in [
            (&b".\r\n"[..], &b""[..]),
            (b"a\r\n.\r\n", b"a\r\n"),
            (
                b"..\r\n...b\r\na..\r\n..c\r\n.\r\n",
                b".\r\n..b\r\na..\r\n.c\r\n",
            ),
            (b"a\n.\nb\r.\rc\r\r\n.\r\n", b"a\n.\nb\r.\rc\r\r\n"),
            (b".\rx\r\n.\r\n", b"\rx\r\n"),
        ] {
            let all = [wire, b"+OK"].concat();
            for at in 0..=all.len() {
                for step in [1, 2, all.len()] {
                    let mut out = Unstuffed::default();
                    let (head, tail) = all.split_at(at);
                    let mut seen = 0;
                    let mut ended = false;
                    for piece in head.chunks(step).chain(tail.chunks(step)) {
                        let (used, done) = out.take(piece);
                        seen += used;
                        if done {
                            ended = true;
                            break;
                        }
                    }
                    assert!(ended);
                    assert_eq!(out.bytes, letter, "cut at {at}");
                    assert_eq!(seen, wire.len());
                }
            }
        }
    }
}
