//! One conversation with somebody who fetches letters (RFC 1939, RFC 2449).

use super::office::{Letter, Office};
use super::wire::{Ended, Wire};
use crate::address::Address;
use crate::base::Secret;
use std::fmt::Write as _;
use std::sync::Arc;

/// Logins that may fail before the connection is closed.
const LOGIN_TRIES: u32 = 3;

/// Talks until one side has enough.
pub(super) async fn serve(wire: Wire, office: Arc<Office>) {
    let mut wire = wire;
    let mut session = Session {
        office,
        name: None,
        mailbox: None,
        failed_logins: 0,
        errors: 0,
    };
    if wire.say("+OK Waxwing practice").await.is_err() {
        return;
    }
    match session.talk(&mut wire).await {
        Ok(()) => wire.close().await,
        Err(why) => {
            wire.end(
                why,
                "-ERR Too slow, closing",
                "-ERR Line too long, or not ended by CRLF; closing",
            )
            .await;
        }
    }
}

struct Session {
    office: Arc<Office>,
    name: Option<Secret<Vec<u8>>>,
    mailbox: Option<Mailbox>,
    failed_logins: u32,
    errors: u32,
}

/// A mailbox as it was at login; what comes later is for the next time.
struct Mailbox {
    of: Address,
    letters: Vec<(Arc<Letter>, bool)>,
}

/// What is sent back.
enum Answer {
    /// One line behind `+OK`.
    Ok(String),
    /// One line behind `-ERR`.
    No(&'static str),
    /// One line behind `+OK`, then lines that each end in CRLF, then a dot.
    List(String, String),
    /// A letter's first lines of text, or all of it.
    Letter(Arc<Letter>, Option<usize>),
    /// Farewell.
    Bye,
}

impl Session {
    async fn talk(&mut self, wire: &mut Wire) -> Result<(), Ended> {
        loop {
            let line = Secret::new(wire.line().await?);
            let answer = self.answer(wire, line.expose());
            drop(line);
            match answer {
                Answer::Ok(text) => wire.say(format!("+OK {text}").trim_end()).await?,
                Answer::No(text) => {
                    self.errors += 1;
                    wire.say(&format!("-ERR {text}")).await?;
                }
                Answer::List(first, lines) => {
                    let first = format!("+OK {first}");
                    wire.say(&format!("{}\r\n{lines}.", first.trim_end()))
                        .await?;
                }
                Answer::Letter(letter, lines) => send(wire, &letter, lines).await?,
                Answer::Bye => return wire.say("+OK Bye").await,
            }
            if self.failed_logins >= LOGIN_TRIES || self.errors > self.office.bounds.errors {
                return wire.say("-ERR Too many errors, closing").await;
            }
        }
    }

    /// Understands one line. The log gets only words that are known here, so that a password at
    /// the wrong place does not get in.
    fn answer(&mut self, wire: &mut Wire, line: &[u8]) -> Answer {
        let at = line.iter().position(|b| *b == b' ');
        let (verb, rest) = line
            .split_at_checked(at.unwrap_or(line.len()))
            .unwrap_or((line, &[]));
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let verb = String::from_utf8_lossy(verb).to_ascii_uppercase();
        let shown = match verb.as_str() {
            "CAPA" | "STAT" | "NOOP" | "RSET" | "QUIT" if rest.is_empty() => verb.clone(),
            "USER" | "LIST" | "UIDL" | "RETR" | "DELE" | "TOP" => {
                let shown = format!("{verb} {}", String::from_utf8_lossy(rest));
                shown.trim_end().to_owned()
            }
            "PASS" => "PASS ****".to_owned(),
            _ => format!("(no command: {} bytes)", line.len()),
        };
        wire.heard(shown);
        match verb.as_str() {
            "CAPA" if rest.is_empty() => Answer::List(
                "What this server can do".to_owned(),
                "USER\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\n".to_owned(),
            ),
            "QUIT" if rest.is_empty() => self.quit(),
            "NOOP" if rest.is_empty() && self.mailbox.is_some() => Answer::Ok(String::new()),
            "USER" | "PASS" => self.log_in(wire, &verb, rest),
            _ => match &mut self.mailbox {
                Some(mailbox) => mailbox.answer(&verb, &String::from_utf8_lossy(rest)),
                None => Answer::No("Not known, or log in first"),
            },
        }
    }

    fn log_in(&mut self, wire: &mut Wire, verb: &str, rest: &[u8]) -> Answer {
        if self.mailbox.is_some() {
            return Answer::No("You are logged in");
        }
        if verb == "USER" {
            self.name = Some(Secret::new(rest.to_vec()));
            return Answer::Ok("And the password".to_owned());
        }
        let Some(name) = self.name.take() else {
            return Answer::No("USER first");
        };
        let Some(of) = self.office.log_in(name.expose(), rest) else {
            self.failed_logins += 1;
            return Answer::No("[AUTH] Wrong name or password");
        };
        wire.logged_in();
        let letters = self.office.letters(&of);
        let letters = letters.into_iter().map(|letter| (letter, true)).collect();
        let mailbox = Mailbox { of, letters };
        let count = mailbox.present().count();
        self.mailbox = Some(mailbox);
        Answer::Ok(format!("Letters: {count}"))
    }

    /// What was marked goes now, and only now (RFC 1939 §6).
    fn quit(&mut self) -> Answer {
        if let Some(mailbox) = self.mailbox.take() {
            let gone: Vec<String> = mailbox
                .letters
                .iter()
                .filter(|(_, here)| !here)
                .map(|(letter, _)| letter.uid.clone())
                .collect();
            self.office.remove(&mailbox.of, &gone);
        }
        Answer::Bye
    }
}

impl Mailbox {
    /// Letters that are not marked for removal, with their numbers from 1.
    fn present(&self) -> impl Iterator<Item = (usize, &Arc<Letter>)> {
        self.letters
            .iter()
            .enumerate()
            .filter(|(_, (_, here))| *here)
            .map(|(at, (letter, _))| (at + 1, letter))
    }

    fn one(&self, number: &str) -> Option<(usize, Arc<Letter>)> {
        let number: usize = number.parse().ok()?;
        self.present()
            .find(|(at, _)| *at == number)
            .map(|(at, letter)| (at, letter.clone()))
    }

    fn answer(&mut self, verb: &str, rest: &str) -> Answer {
        match verb {
            "STAT" if rest.is_empty() => {
                let bytes: usize = self.present().map(|(_, letter)| letter.size()).sum();
                Answer::Ok(format!("{} {bytes}", self.present().count()))
            }
            "LIST" => self.list(rest, |letter| letter.size().to_string()),
            "UIDL" => self.list(rest, |letter| letter.uid.clone()),
            "RETR" => match self.one(rest) {
                Some((_, letter)) => Answer::Letter(letter, None),
                None => NO_SUCH,
            },
            "TOP" => {
                let (number, lines) = rest.split_once(' ').unwrap_or((rest, ""));
                match (self.one(number), lines.parse()) {
                    (Some((_, letter)), Ok(lines)) => Answer::Letter(letter, Some(lines)),
                    _ => NO_SUCH,
                }
            }
            "DELE" => {
                let Some((number, _)) = self.one(rest) else {
                    return NO_SUCH;
                };
                if let Some((_, here)) = self.letters.get_mut(number - 1) {
                    *here = false;
                }
                Answer::Ok("It goes with QUIT".to_owned())
            }
            "RSET" if rest.is_empty() => {
                self.letters.iter_mut().for_each(|(_, here)| *here = true);
                Answer::Ok("All letters stay".to_owned())
            }
            _ => Answer::No("Command not known"),
        }
    }

    fn list(&self, rest: &str, fact: impl Fn(&Letter) -> String) -> Answer {
        if !rest.is_empty() {
            return match self.one(rest) {
                Some((at, letter)) => Answer::Ok(format!("{at} {}", fact(&letter))),
                None => NO_SUCH,
            };
        }
        let mut lines = String::new();
        for (at, letter) in self.present() {
            // Writing to a String cannot fail.
            let _ = write!(lines, "{at} {}\r\n", fact(letter));
        }
        Answer::List(String::new(), lines)
    }
}

const NO_SUCH: Answer = Answer::No("No such letter");

/// Sends a letter, dots stuffed, ended by a dot; with `lines`, its header section and so many
/// lines of the text (RFC 1939 §7, TOP).
async fn send(wire: &mut Wire, letter: &Letter, lines: Option<usize>) -> Result<(), Ended> {
    let size = letter.size();
    wire.say(&format!("+OK {size} octets")).await?;
    let mut out = Vec::with_capacity(FLUSH);
    let mut text_lines = None;
    let pieces = [&letter.trace, letter.body.bytes.as_ref()];
    for line in pieces
        .iter()
        .flat_map(|p| p.split_inclusive(|b| *b == b'\n'))
    {
        if text_lines.is_some() && text_lines == lines {
            break;
        }
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
        text_lines = match text_lines {
            Some(count) => Some(count + 1),
            None => (line == b"\r\n").then_some(0),
        };
        if out.len() >= FLUSH {
            wire.send(&out).await?;
            out.clear();
        }
    }
    out.extend_from_slice(b".\r\n");
    wire.send(&out).await?;
    wire.note(format!("sent a letter of {size} bytes"));
    Ok(())
}

/// How much is gathered before it is sent, in bytes.
const FLUSH: usize = 60 << 10;
