//! Whether a server keeps what came before TLS for after it: whoever sits on the way could put commands
//! into the conversation of somebody who is logged in (CVE-2011-0411, NO STARTTLS).

use super::connect;
use super::talk::{Broken, Talk};
use super::watching::Roots;
use crate::app::port::Visit;
use crate::dns::NotKnown;
use std::time::Duration;

/// How long all of it may take.
const WHOLE: Duration = Duration::from_secs(15);

/// Says a harmless command in one breath with STARTTLS, and listens whether it is answered after TLS.
pub(super) async fn keeps(visit: &Visit, roots: &Roots) -> Result<bool, NotKnown> {
    let asking = async {
        let tcp = connect(&visit.at).await?;
        said(Talk::new(tcp), visit, roots)
            .await
            .map_err(|Broken| NotKnown::TurnedAway)
    };
    let asked = tokio::time::timeout(WHOLE, asking).await;
    asked.unwrap_or(Err(NotKnown::Deadline))
}

async fn said(
    mut talk: Talk<tokio::net::TcpStream>,
    visit: &Visit,
    roots: &Roots,
) -> Result<bool, Broken> {
    if talk.reply().await?.code != 220 || talk.ask("EHLO [127.0.0.1]").await?.code != 250 {
        return Err(Broken);
    }
    if talk.ask("STARTTLS\r\nNOOP").await?.code != 220 {
        return Err(Broken);
    }
    // An answer in the clear to what was said in the clear is no harm: there is nothing to log in to.
    let Some(tcp) = talk.into_silent() else {
        return Ok(false);
    };
    // A server that takes the command for the begin of TLS, and gives up, is safe.
    let Some((tls, _)) = roots.look(tcp, &visit.place.host).await else {
        return Ok(false);
    };
    let mut talk = Talk::new(tls);
    // The first answer is either the one to NOOP, which is a single line, or the one to EHLO.
    let first = talk.ask("EHLO [127.0.0.1]").await?;
    let is_hello = first.lines.len() > 1;
    let _ = talk.say("QUIT").await;
    Ok(first.code == 250 && !is_hello)
}
