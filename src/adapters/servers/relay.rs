//! Asks a server whether it would take mail, and never hands any over: no DATA is sent.

use super::connect;
use super::talk::{Broken, Talk};
use super::watching::Roots;
use crate::app::port::Visit;
use crate::checkup::relay::{Envelope, Relayed};
use crate::dns::NotKnown;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// How long all of it may take.
const WHOLE: Duration = Duration::from_secs(20);
/// Servers slow down or hang up after some errors: so many recipients a connection.
const EACH: usize = 5;

/// Asks for each envelope.
pub(super) async fn ask(visit: &Visit, envelopes: &[Envelope], roots: &Roots) -> Relayed {
    let mut answers: Vec<(Envelope, Option<u16>)> =
        envelopes.iter().map(|e| (e.clone(), None)).collect();
    let asking = async {
        for piece in answers.chunks_mut(EACH) {
            let tcp = connect(&visit.at).await?;
            // Whoever hangs up leaves the rest of the piece unknown.
            let _ = converse(Talk::new(tcp), visit, piece, roots).await;
        }
        Ok::<(), NotKnown>(())
    };
    match tokio::time::timeout(WHOLE, asking).await {
        Ok(Ok(())) => Relayed::Asked(answers),
        Ok(Err(why)) if answers.iter().all(|(_, code)| code.is_none()) => Relayed::Not(why),
        Ok(Err(_)) => Relayed::Asked(answers),
        Err(_) => Relayed::Not(NotKnown::Deadline),
    }
}

async fn converse(
    mut talk: Talk<tokio::net::TcpStream>,
    visit: &Visit,
    piece: &mut [(Envelope, Option<u16>)],
    roots: &Roots,
) -> Result<(), Broken> {
    if talk.reply().await?.code != 220 {
        return Err(Broken);
    }
    let hello = talk.ask("EHLO [127.0.0.1]").await?;
    let tls = hello
        .lines
        .iter()
        .any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"));
    if hello.code != 250 {
        return Err(Broken);
    }
    if !tls || talk.ask("STARTTLS").await?.code != 220 {
        return recipients(&mut talk, piece).await;
    }
    let tcp = talk.into_silent().ok_or(Broken)?;
    let (stream, _) = roots.look(tcp, &visit.place.host).await.ok_or(Broken)?;
    let mut talk = Talk::new(stream);
    if talk.ask("EHLO [127.0.0.1]").await?.code != 250 {
        return Err(Broken);
    }
    recipients(&mut talk, piece).await
}

async fn recipients<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<S>,
    piece: &mut [(Envelope, Option<u16>)],
) -> Result<(), Broken> {
    for (envelope, code) in piece {
        let sender = talk.ask(&format!("MAIL FROM:<{}>", envelope.from)).await?;
        if sender.code == 250 {
            let taken = talk.ask(&format!("RCPT TO:<{}>", envelope.to)).await?;
            *code = Some(taken.code);
        } else {
            // A server that refuses the sender passes nothing on for it.
            *code = Some(sender.code);
        }
        talk.ask("RSET").await?;
    }
    talk.say("QUIT").await
}
