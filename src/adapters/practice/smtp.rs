//! One conversation with somebody who hands letters in (RFC 6409, RFC 4954, RFC 3207).

use super::authority::HOST;
use super::command::{self, Command, Mail, Mechanism, Problem};
use super::data::{Flaw, Intake, Taken};
use super::office::{Body, Office, Room};
use super::wire::{Ended, Wire};
use crate::address::Address;
use crate::base::Secret;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// Logins that may fail before the connection is closed.
const LOGIN_TRIES: u32 = 3;

/// Talks until one side has enough. `upgrade` is what STARTTLS needs, on a plaintext connection.
pub(super) async fn serve(wire: Wire, upgrade: Option<TlsAcceptor>, office: Arc<Office>) {
    let mut session = Session {
        office,
        greeted: false,
        user: None,
        letter: None,
        failed_logins: 0,
        errors: 0,
    };
    let mut wire = wire;
    if wire
        .say(&format!("220 {HOST} ESMTP Waxwing practice"))
        .await
        .is_err()
    {
        return;
    }
    let mut upgrade = upgrade;
    loop {
        match session.talk(&mut wire).await {
            Ok(Turn::Bye) => break wire.close().await,
            Ok(Turn::StartTls) => {
                let Some(tls) = upgrade.take() else { break };
                // Everything from before TLS is forgotten (RFC 3207 §4.2).
                session.greeted = false;
                match wire.encrypt(&tls).await {
                    Ok(encrypted) => wire = encrypted,
                    Err(_) => break,
                }
            }
            Err(why) => {
                wire.end(
                    why,
                    "421 4.4.2 Too slow, closing",
                    "500 5.5.2 Line too long, or not ended by CRLF; closing",
                )
                .await;
                break;
            }
        }
    }
}

/// Why a conversation pauses.
enum Turn {
    /// It is over.
    Bye,
    /// TLS is to be made.
    StartTls,
}

struct Session {
    office: Arc<Office>,
    greeted: bool,
    user: Option<Address>,
    letter: Option<Letter>,
    failed_logins: u32,
    errors: u32,
}

struct Letter {
    from: Address,
    to: Vec<Address>,
}

impl Session {
    async fn talk(&mut self, wire: &mut Wire) -> Result<Turn, Ended> {
        loop {
            let line = Secret::new(wire.line().await?);
            let (command, shown) = command::parse(line.expose());
            drop(line);
            wire.heard(shown);
            let answer = match command {
                Ok(Command::Quit) => {
                    wire.say("221 2.0.0 Bye").await?;
                    return Ok(Turn::Bye);
                }
                Ok(Command::StartTls) if !wire.is_encrypted() && self.greeted => {
                    wire.say("220 2.0.0 Ready for TLS").await?;
                    return Ok(Turn::StartTls);
                }
                Ok(Command::Data) => self.data(wire).await?,
                Ok(Command::Auth(mechanism, initial)) => {
                    self.auth(wire, mechanism, initial).await?
                }
                Ok(command) => self.answer(wire, command),
                Err(problem) => problem.answer().to_owned(),
            };
            wire.say(&answer).await?;
            if answer.starts_with(['4', '5']) {
                self.errors += 1;
            }
            if self.failed_logins >= LOGIN_TRIES || self.errors > self.office.bounds.errors {
                wire.say("421 4.7.0 Too many errors, closing").await?;
                return Ok(Turn::Bye);
            }
        }
    }

    fn answer(&mut self, wire: &Wire, command: Command) -> String {
        match command {
            Command::Hello { extended } => {
                self.greeted = true;
                self.letter = None;
                if extended {
                    self.extensions(wire)
                } else {
                    format!("250 {HOST}")
                }
            }
            Command::Mail(mail) => self.mail(wire, mail),
            Command::Recipient(address) => self.recipient(address),
            Command::Reset => {
                self.letter = None;
                "250 2.0.0 Forgotten".to_owned()
            }
            Command::Nothing => "250 2.0.0 Done".to_owned(),
            Command::Verify => "252 2.5.0 Send it and see".to_owned(),
            Command::AuthUnknown if !wire.is_encrypted() => TLS_FIRST.to_owned(),
            Command::AuthUnknown => "504 5.5.4 Mechanism not known".to_owned(),
            // The rest is answered before; here they come at the wrong time.
            Command::StartTls | Command::Auth(..) | Command::Data | Command::Quit => {
                "503 5.5.1 Not now".to_owned()
            }
        }
    }

    fn extensions(&self, wire: &Wire) -> String {
        let last = if wire.is_encrypted() {
            "AUTH PLAIN LOGIN"
        } else {
            "STARTTLS"
        };
        let size = self.office.bounds.letter;
        format!(
            "250-{HOST}\r\n250-SIZE {size}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
             250-ENHANCEDSTATUSCODES\r\n250 {last}"
        )
    }

    /// What keeps a client from speaking of letters.
    fn not_yet(&self, wire: &Wire) -> Option<&'static str> {
        if !wire.is_encrypted() {
            Some(TLS_FIRST)
        } else if !self.greeted {
            Some("503 5.5.1 EHLO first")
        } else {
            None
        }
    }

    fn mail(&mut self, wire: &Wire, mail: Mail) -> String {
        if let Some(answer) = self.not_yet(wire) {
            return answer.to_owned();
        }
        let Some(user) = &self.user else {
            return "530 5.7.0 Log in first".to_owned();
        };
        if self.letter.is_some() {
            return "503 5.5.1 One letter at a time".to_owned();
        }
        let Some(from) = mail.from.filter(|from| from == user) else {
            return "553 5.7.1 You may only send as yourself".to_owned();
        };
        if mail
            .size
            .is_some_and(|size| size > self.office.bounds.letter)
        {
            return TOO_LARGE.to_owned();
        }
        self.letter = Some(Letter {
            from,
            to: Vec::new(),
        });
        "250 2.1.0 Sender taken".to_owned()
    }

    fn recipient(&mut self, address: Address) -> String {
        let Some(letter) = &mut self.letter else {
            return "503 5.5.1 MAIL first".to_owned();
        };
        if letter.to.len() >= self.office.bounds.recipients {
            return "452 4.5.3 Too many recipients".to_owned();
        }
        if !self.office.serves(&address) {
            return "550 5.1.1 Nobody of that name lives here, and nothing is passed on".to_owned();
        }
        if !letter.to.contains(&address) {
            letter.to.push(address);
        }
        "250 2.1.5 Recipient taken".to_owned()
    }

    async fn data(&mut self, wire: &mut Wire) -> Result<String, Ended> {
        let letter = match self.letter.take() {
            Some(letter) if !letter.to.is_empty() => letter,
            none_yet => {
                self.letter = none_yet;
                return Ok("503 5.5.1 MAIL and RCPT first".to_owned());
            }
        };
        wire.say("354 Go ahead, end with a dot on a line of its own")
            .await?;
        let mut room = Room::none(&self.office);
        let mut intake = Intake::new();
        let limit = self.office.bounds.letter;
        let mut drowned = false;
        wire.pour(|piece| {
            let taken = intake.take(piece);
            let length = intake.len() as u64;
            if length > limit {
                intake.refuse(Flaw::TooLarge);
            } else if length > room.bytes() && !room.grow(length - room.bytes()) {
                intake.refuse(Flaw::StoreFull);
            }
            drowned = intake.refused() > limit.saturating_mul(2);
            match taken {
                Taken::All => (piece.len(), drowned),
                Taken::End(used) => (used, true),
            }
        })
        .await?;
        if drowned {
            wire.note("a letter without end");
            return Err(Ended::BadLine);
        }
        match intake.finish() {
            Ok(bytes) => {
                wire.heard(format!("(a letter of {} bytes)", bytes.len()));
                Ok(self.deliver(letter, bytes, room))
            }
            Err(flaw) => {
                wire.heard("(a letter that is refused)");
                Ok(refusal(flaw).to_owned())
            }
        }
    }

    /// Puts the letter into each mailbox, with the fields of RFC 5321 §4.4 on top. No recipient
    /// stands in them: a Bcc must not learn of another (rule 41).
    fn deliver(&self, letter: Letter, bytes: Vec<u8>, room: Room) -> String {
        let from = letter.from.wire();
        let at = jiff::fmt::rfc2822::to_string(
            &self.office.now().to_zoned_datetime(jiff::tz::TimeZone::UTC),
        )
        .unwrap_or_default();
        let trace = format!(
            "Return-Path: <{from}>\r\nReceived: from localhost (localhost [127.0.0.1])\r\n \
             by {HOST} with ESMTPSA; {at}\r\n"
        );
        let body = Arc::new(Body {
            bytes: Arc::new(bytes),
            _room: room,
        });
        let taken = letter
            .to
            .iter()
            .filter(|to| self.office.deliver(to, trace.clone().into_bytes(), &body))
            .count();
        if taken == 0 {
            "550 5.1.1 Nobody of that name lives here any more".to_owned()
        } else {
            format!("250 2.0.0 Delivered to {taken}")
        }
    }

    async fn auth(
        &mut self,
        wire: &mut Wire,
        mechanism: Mechanism,
        initial: Option<Secret<Vec<u8>>>,
    ) -> Result<String, Ended> {
        if let Some(answer) = self.not_yet(wire) {
            return Ok(answer.to_owned());
        }
        if self.user.is_some() || self.letter.is_some() {
            return Ok("503 5.5.1 Not now".to_owned());
        }
        let user = match mechanism {
            Mechanism::Plain => {
                let Some(message) = given_or_asked(wire, initial, "334 ").await? else {
                    return Ok(Problem::Syntax.answer().to_owned());
                };
                command::plain(message.expose())
                    .and_then(|(name, password)| self.office.log_in(name, password))
            }
            Mechanism::Login => {
                let name = given_or_asked(wire, initial, "334 VXNlcm5hbWU6").await?;
                let Some(name) = name else {
                    return Ok(Problem::Syntax.answer().to_owned());
                };
                let password = given_or_asked(wire, None, "334 UGFzc3dvcmQ6").await?;
                let Some(password) = password else {
                    return Ok(Problem::Syntax.answer().to_owned());
                };
                self.office.log_in(name.expose(), password.expose())
            }
        };
        Ok(match user {
            Some(user) => {
                wire.logged_in();
                self.user = Some(user);
                "235 2.7.0 Welcome".to_owned()
            }
            None => {
                self.failed_logins += 1;
                "535 5.7.8 Wrong name or password".to_owned()
            }
        })
    }
}

const TLS_FIRST: &str = "530 5.7.0 STARTTLS first";
const TOO_LARGE: &str = "552 5.3.4 Too large";

fn refusal(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::BareLineEnd => "550 5.6.0 A CR or LF stands alone; the letter was not taken",
        Flaw::LongLine => "550 5.6.0 A line is too long; the letter was not taken",
        Flaw::TooLarge => TOO_LARGE,
        Flaw::StoreFull => "452 4.3.1 No room for it",
    }
}

/// What came with the command, or else what the client says when it is asked; `None` when that is
/// no base64 or the client gives up.
async fn given_or_asked(
    wire: &mut Wire,
    given: Option<Secret<Vec<u8>>>,
    question: &str,
) -> Result<Option<Secret<Vec<u8>>>, Ended> {
    if given.is_some() {
        return Ok(given);
    }
    wire.say(question).await?;
    let line = Secret::new(wire.line().await?);
    wire.heard("****");
    Ok(command::decode(line.expose()))
}
