//! From plaintext to TLS by STARTTLS (RFC 3207), as little of it as possible: greeting, EHLO,
//! STARTTLS, and nothing else. What the server says before TLS could be anybody's word: none of
//! it is kept or shown (rule 59), and one byte too many ends the conversation (rule 58).

use super::offer::Offer;
use super::reply::{Heard, Incoming};
use super::{HELLO, Limits};
use crate::adapters::tls::{Patience, TlsStream, handshake};
use crate::app::port::{Reply, Stage, SubmitFailure};
use crate::settings::Endpoint;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Asks for the upgrade and makes TLS.
///
/// # Errors
/// `NoStartTls` when it is not offered or refused; `Injected` when bytes came that TLS would have
/// covered; `Garbage`, `Closed`, `Deadline`, `Cancelled`, and those of [`handshake`].
pub(super) async fn upgrade(
    mut tcp: TcpStream,
    endpoint: &Endpoint,
    patience: &Patience,
    limits: &Limits,
) -> Result<TlsStream, SubmitFailure> {
    let refused = || SubmitFailure::NoStartTls {
        server: endpoint.to_string(),
    };
    let plain = Plain {
        tcp: &mut tcp,
        patience,
        limits,
    };
    plain.agree(refused).await?;
    // What arrived since is no TLS; what arrives later fails the handshake.
    if matches!(tcp.try_read(&mut [0]), Ok(1)) {
        let stage = Stage::StartTls;
        // A server that speaks first has no place in TLS (RFC 8446 §4).
        return Err(SubmitFailure::Injected { stage });
    }
    match handshake(tcp, endpoint, patience).await {
        Err(SubmitFailure::Garbage { stage }) => Err(SubmitFailure::Injected { stage }),
        other => other,
    }
}

struct Plain<'a> {
    tcp: &'a mut TcpStream,
    patience: &'a Patience,
    limits: &'a Limits,
}

impl Plain<'_> {
    async fn agree(mut self, refused: impl Fn() -> SubmitFailure) -> Result<(), SubmitFailure> {
        let stage = Stage::Greeting;
        match self.reply(stage).await?.code {
            220 => {}
            // It says that it does not serve now; its words do not count.
            400..=599 => return Err(SubmitFailure::Closed { stage }),
            _ => return Err(SubmitFailure::Garbage { stage }),
        }
        self.say(Stage::Hello, &format!("EHLO {HELLO}\r\n")).await?;
        let hello = self.reply(Stage::Hello).await?;
        if hello.code != 250 || !Offer::read(&hello).starttls {
            return Err(refused());
        }
        self.say(Stage::StartTls, "STARTTLS\r\n").await?;
        match self.reply(Stage::StartTls).await?.code {
            220 => Ok(()),
            _ => Err(refused()),
        }
    }

    async fn say(&mut self, stage: Stage, line: &str) -> Result<(), SubmitFailure> {
        let written = self.tcp.write_all(line.as_bytes());
        self.patience
            .wait(stage, written)
            .await?
            .map_err(|_| SubmitFailure::Closed { stage })
    }

    async fn reply(&mut self, stage: Stage) -> Result<Reply, SubmitFailure> {
        let mut incoming = Incoming::default();
        let mut piece = [0; 1024];
        loop {
            let reading = tokio::time::timeout(self.limits.idle, self.tcp.read(&mut piece));
            let count = match self.patience.wait(stage, reading).await? {
                Ok(Ok(count)) if count > 0 => count,
                Ok(_) => return Err(SubmitFailure::Closed { stage }),
                Err(_) => return Err(SubmitFailure::Deadline { stage }),
            };
            match incoming.take(piece.get(..count).unwrap_or_default()) {
                Heard::Part => {}
                Heard::Whole(reply) => return Ok(reply),
                Heard::Surplus(_) => return Err(SubmitFailure::Injected { stage }),
                Heard::Garbage => return Err(SubmitFailure::Garbage { stage }),
            }
        }
    }
}
