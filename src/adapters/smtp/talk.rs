//! The conversation on a verified connection: login, envelope, letter.

use super::HELLO_ADDRESS;
use super::Limits;
use super::body::{Chunks, Measure, measure};
use super::guard::{Control, Guard};
use super::offer::Offer;
use crate::adapters::tls::{Patience, TlsStream};
use crate::address::Address;
use crate::app::job::{Step, Watch};
use crate::app::port::{Refusal, Reply, Stage, SubmitFailure, TlsFacts};
use crate::base::{Passphrase, Secret};
use crate::checkup::account::Sender;
use crate::checkup::servers::Asked;
use crate::protect::Copy;
use crate::settings::Account;
use base64::Engine;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use std::fmt;
use std::pin::pin;
use std::time::Duration;

/// A mailbox that nobody has.
const NOBODY: &str = "nobody-has-this-mailbox-7f3a91";
/// How long a goodbye may take; by then everything that matters is done.
const GOODBYE: Duration = Duration::from_secs(2);

/// A conversation with a server whose TLS stands. AUTH and MAIL are said here and nowhere else.
pub(super) struct Talk<'a> {
    connection: AsyncSmtpConnection,
    control: Control,
    patience: &'a Patience,
    answer: Duration,
    offer: Offer,
    tls: TlsFacts,
}

/// Who was taken and who was not.
pub(super) struct Envelope {
    pub taken: Vec<Address>,
    pub refused: Vec<Refusal>,
}

impl<'a> Talk<'a> {
    /// Hears the greeting (unless it was `greeted` before TLS) and says EHLO.
    pub async fn begin(
        stream: TlsStream,
        greeted: bool,
        patience: &'a Patience,
        limits: &Limits,
    ) -> Result<Self, SubmitFailure> {
        let tls = stream.facts().clone();
        let peer = stream.peer();
        let cancel = patience.cancel.clone();
        let (guard, control) = Guard::new(stream, peer, greeted, limits.idle, cancel);
        let hello = ClientId::Ipv4(HELLO_ADDRESS);
        let setting_up = AsyncSmtpConnection::connect_with_transport(Box::new(guard), &hello);
        let set_up = patience.wait(control.stage(), setting_up).await?;
        let garbage = |control: &Control| {
            let stage = control.stage();
            control
                .failure()
                .unwrap_or(SubmitFailure::Garbage { stage })
        };
        let connection = set_up.map_err(|_| garbage(&control))?;
        let answer = control.take_reply().ok_or_else(|| garbage(&control))?;
        Ok(Talk {
            connection,
            offer: Offer::read(&answer),
            control,
            patience,
            answer: limits.answer,
            tls,
        })
    }

    /// The connection that this goes over.
    pub fn tls(&self) -> &TlsFacts {
        &self.tls
    }

    /// The largest message that the server says to take, in bytes.
    pub fn size_limit(&self) -> Option<u64> {
        self.offer.size.flatten()
    }

    /// The same, with whether it says anything of it.
    pub fn stated_size(&self) -> Option<Option<u64>> {
        self.offer.size
    }

    /// Asks about a mailbox that is there, and about one that is not (RFC 5321 §3.5).
    pub async fn about_mailboxes(&mut self, there: &Address) -> Result<Asked, SubmitFailure> {
        // A no is an answer here, as it is at a login; at EHLO it ends the conversation.
        let stage = Stage::Login;
        let known = self
            .ask(stage, format!("VRFY {}\r\n", there.wire()))
            .await?;
        let nobody = format!("VRFY {NOBODY}@{}\r\n", there.domain());
        let nobody = self.ask(stage, nobody).await?;
        let expand = self
            .ask(stage, format!("EXPN {}\r\n", there.wire()))
            .await?;
        let words = nobody.text.as_str();
        Ok(Asked {
            verify_known: Some(known.code),
            verify_nobody: Some(nobody.code),
            denies_nobody: words.starts_with("5.1.1") || words.starts_with("5.1.6"),
            expand: Some(expand.code),
        })
    }

    /// The code by which a letter by this name to that address would be taken or not; none is sent.
    pub async fn would_take(
        &mut self,
        sender: &Sender,
        to: &Address,
    ) -> Result<u16, SubmitFailure> {
        let from = format!("MAIL FROM:<{}>\r\n", sender.address);
        let mut reply = self.ask(Stage::Sender, from).await?;
        if reply.code == 250 {
            let to = format!("RCPT TO:<{}>\r\n", to.wire());
            reply = self.ask(Stage::Recipient, to).await?;
        }
        self.ask(Stage::Sender, "RSET\r\n").await?;
        Ok(reply.code)
    }

    /// Says one command and hears the answer, whatever its code.
    async fn ask(
        &mut self,
        stage: Stage,
        command: impl fmt::Display,
    ) -> Result<Reply, SubmitFailure> {
        self.control.enter(stage);
        let asking = self.connection.command(command);
        // lettre takes many codes for a yes; the guard's own reply is what counts.
        let _ = self.patience.wait(stage, asking).await?;
        self.heard(stage)
    }

    fn heard(&self, stage: Stage) -> Result<Reply, SubmitFailure> {
        if let Some(failure) = self.control.failure() {
            return Err(failure);
        }
        self.control
            .take_reply()
            .ok_or(SubmitFailure::Garbage { stage })
    }

    /// Logs in (RFC 4954): PLAIN, else LOGIN.
    pub async fn log_in(
        &mut self,
        account: &Account,
        password: &Passphrase,
    ) -> Result<(), SubmitFailure> {
        let stage = Stage::Login;
        let offers = |name: &str| self.offer.auth.iter().any(|word| word == name);
        let last = if offers("PLAIN") {
            let message = Secret::new(format!("\0{}\0{}", account.login, password.expose()));
            let encoded = encode(message.expose());
            self.ask(stage, format_args!("AUTH PLAIN {}\r\n", encoded.expose()))
                .await?
        } else if offers("LOGIN") {
            let mut last = self.ask(stage, "AUTH LOGIN\r\n").await?;
            for answer in [&account.login, password.expose()] {
                if last.code != 334 {
                    break;
                }
                let encoded = encode(answer);
                last = self
                    .ask(stage, format_args!("{}\r\n", encoded.expose()))
                    .await?;
            }
            last
        } else {
            return Err(SubmitFailure::NoLoginMethod {
                offered: self.offer.auth.clone(),
            });
        };
        match last.code {
            235 => Ok(()),
            400..=599 => Err(SubmitFailure::LoginRefused(last)),
            _ => Err(SubmitFailure::Garbage { stage }),
        }
    }

    /// Says MAIL FROM with what the letter needs, after a look whether the server can take it.
    pub async fn sender(&mut self, from: &Address, copy: &Copy) -> Result<(), SubmitFailure> {
        let stage = Stage::Sender;
        let measure = measure(copy.bytes());
        let parameters = self.parameters(from, copy, &measure)?;
        let command = format!("MAIL FROM:<{}>{parameters}\r\n", from.wire());
        let reply = self.ask(stage, command).await?;
        match reply.code {
            250 => Ok(()),
            400..=599 => Err(SubmitFailure::Refused { stage, reply }),
            _ => Err(SubmitFailure::Garbage { stage }),
        }
    }

    fn parameters(
        &self,
        from: &Address,
        copy: &Copy,
        measure: &Measure,
    ) -> Result<String, SubmitFailure> {
        let mut parameters = String::new();
        if let Some(limit) = self.size_limit().filter(|limit| measure.size > *limit) {
            let size = measure.size;
            return Err(SubmitFailure::TooLarge { size, limit });
        }
        if self.offer.size.is_some() {
            parameters.push_str(&format!(" SIZE={}", measure.size));
        }
        if measure.long_line {
            return Err(SubmitFailure::Unsendable("a line over 998 octets"));
        }
        if measure.eight_bit {
            if !self.offer.eight_bit {
                return Err(SubmitFailure::Unsendable(
                    "8-bit bytes, and the server does not offer 8BITMIME",
                ));
            }
            parameters.push_str(" BODY=8BITMIME");
        }
        let mut addresses = std::iter::once(from).chain(copy.envelope_to());
        if let Some(address) = addresses.find(|address| !address.is_ascii()) {
            if !self.offer.utf8 {
                let address = address.clone();
                return Err(SubmitFailure::NoUtf8 { address });
            }
            parameters.push_str(" SMTPUTF8");
        }
        Ok(parameters)
    }

    /// Names the recipients; each is answered for itself.
    pub async fn recipients(&mut self, to: &[Address]) -> Result<Envelope, SubmitFailure> {
        let stage = Stage::Recipient;
        let mut envelope = Envelope {
            taken: Vec::new(),
            refused: Vec::new(),
        };
        for address in to {
            let command = format!("RCPT TO:<{}>\r\n", address.wire());
            let reply = self.ask(stage, command).await?;
            match reply.code {
                250..=252 => envelope.taken.push(address.clone()),
                // The server is leaving (RFC 5321 §3.8).
                421 => return Err(SubmitFailure::Refused { stage, reply }),
                400..=599 => {
                    let address = address.clone();
                    envelope.refused.push(Refusal { address, reply });
                }
                _ => return Err(SubmitFailure::Garbage { stage }),
            }
        }
        if envelope.taken.is_empty() {
            return Err(SubmitFailure::AllRefused(envelope.refused));
        }
        Ok(envelope)
    }

    /// Sends the letter; `Ok` is the server's word that it took it.
    pub async fn letter(&mut self, copy: &Copy, watch: &Watch) -> Result<Reply, SubmitFailure> {
        let stage = Stage::Data;
        let reply = self.ask(stage, "DATA\r\n").await?;
        match reply.code {
            354 => {}
            400..=599 => return Err(SubmitFailure::Refused { stage, reply }),
            _ => return Err(SubmitFailure::Garbage { stage }),
        }
        self.control.letter_begins();
        let control = self.control.clone();
        let total = copy.bytes().len() as u64;
        let mut chunks = Chunks::new(copy.bytes());
        // lettre asks for the next chunk when the one before has left.
        let chunks = std::iter::from_fn(move || {
            let left = chunks.done() as u64;
            let chunk = chunks.next();
            if chunk.is_none() {
                control.letter_ends();
            }
            let done = if chunk.is_some() { left } else { total };
            watch.progress(Step::Sending, done, total);
            chunk
        });
        let waited = {
            let mut sending = pin!(self.connection.message_iter(chunks));
            let waited = self.patience.wait(stage, &mut sending).await;
            match (&waited, self.control.gone_since()) {
                // The line was slow; the server has its time to answer all the same.
                (Err(SubmitFailure::Deadline { .. }), Some(since)) => {
                    let longer = Patience {
                        deadline: since + self.answer,
                        ..self.patience.clone()
                    };
                    longer.wait(stage, sending).await
                }
                _ => waited,
            }
        };
        let outcome = match waited {
            Ok(_) => self.heard(Stage::Final),
            Err(failure) => Err(failure),
        };
        if !self.control.maybe_gone() {
            return outcome;
        }
        let stage = Stage::Final;
        match outcome {
            Ok(reply) if reply.code == 250 => Ok(reply),
            Ok(reply) if reply.code >= 400 => Err(SubmitFailure::Refused { stage, reply }),
            // Neither yes nor no, or nothing at all: nobody can say.
            Err(SubmitFailure::Cancelled) => Err(SubmitFailure::MaybeSent { cancelled: true }),
            Ok(_) | Err(_) => Err(SubmitFailure::MaybeSent { cancelled: false }),
        }
    }

    /// Says goodbye, if there is still somebody to say it to. Nothing depends on it.
    pub async fn leave(mut self) {
        if self.control.failure().is_none() && !self.patience.cancel.is_cancelled() {
            let goodbye = self.ask(Stage::Final, "QUIT\r\n");
            let _ = tokio::time::timeout(GOODBYE, goodbye).await;
        }
    }
}

fn encode(text: &str) -> Secret<String> {
    Secret::new(base64::engine::general_purpose::STANDARD.encode(text))
}
