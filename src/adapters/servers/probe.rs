//! One conversation with a mail server: what it says before and after TLS. Nothing is logged in with,
//! and nothing is sent.

use super::talk::{Broken, Talk};
use super::watching::Roots;
use super::{connect, old};
use crate::app::port::Visit;
use crate::checkup::servers::{Asked, Observation, OldTls, Place, Probed, Service, TlsSeen};
use crate::dns::NotKnown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// What we call ourselves: an address literal that says nothing about this computer.
const HELLO: &str = "EHLO [127.0.0.1]";
/// A mailbox that everybody has (RFC 5321 §4.5.1), and one that nobody has.
const KNOWN: &str = "postmaster";
const NOBODY: &str = "nobody-has-this-mailbox-7f3a91";

/// Looks at a server, until then at the longest. What was seen by then counts.
pub(super) async fn probe(visit: &Visit, roots: &Roots, until: Instant) -> Probed {
    let mut seen = Observation::default();
    let newer = async {
        match timeout_at(until, connect(&visit.at)).await {
            Err(_) => Err(NotKnown::Deadline),
            Ok(Err(why)) => Err(why),
            Ok(Ok(tcp)) => {
                seen.peer = tcp.peer_addr().ok();
                match timeout_at(until, converse(tcp, &visit.place, roots, &mut seen)).await {
                    // A tar pit: it took a connection and says nothing.
                    Err(_) if seen.banner.is_none() => Err(NotKnown::Deadline),
                    Err(_) | Ok(Ok(()) | Err(Broken)) => Ok(()),
                }
            }
        }
    };
    let older = async {
        let asked = timeout_at(until, ask_old(visit)).await;
        asked.unwrap_or(OldTls::NotTried)
    };
    let (newer, older) = tokio::join!(newer, older);
    match newer {
        Err(why) => Probed::Not(why),
        Ok(()) => {
            seen.old = older;
            Probed::Seen(Box::new(seen))
        }
    }
}

async fn converse(
    tcp: TcpStream,
    place: &Place,
    roots: &Roots,
    seen: &mut Observation,
) -> Result<(), Broken> {
    let stream = if place.service.is_implicit() {
        tcp
    } else {
        let mut talk = Talk::new(tcp);
        if !hear(&mut talk, place.service, seen).await? {
            return Ok(());
        }
        seen.before = offered(&mut talk, place.service, seen).await?;
        seen.login_begins = match place.service {
            Service::Imap => Some(talk.imap_login_begins().await?),
            Service::Pop3 => Some(talk.pop3_login_begins().await?),
            _ => None,
        };
        seen.tls = match &seen.before {
            None => TlsSeen::NotTried,
            Some(lines) if !offers_tls(place.service, lines) => TlsSeen::NotOffered,
            Some(_) => TlsSeen::Refused,
        };
        if seen.tls == TlsSeen::Refused && agree(&mut talk, place.service).await? {
            match talk.into_silent() {
                Some(tcp) => tcp,
                None => {
                    seen.tls = TlsSeen::Injected;
                    return Ok(());
                }
            }
        } else {
            return finish(&mut talk, place, seen).await;
        }
    };
    seen.tls = TlsSeen::Failed;
    let (tls, session) = roots.look(stream, &place.host).await.ok_or(Broken)?;
    seen.tls = TlsSeen::Stands(Box::new(session));
    let mut talk = Talk::new(tls);
    if place.service.is_implicit() && !hear(&mut talk, place.service, seen).await? {
        return Ok(());
    }
    seen.after = offered(&mut talk, place.service, seen).await?;
    finish(&mut talk, place, seen).await
}

/// Hears the greeting: whether the server serves.
async fn hear<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<S>,
    service: Service,
    seen: &mut Observation,
) -> Result<bool, Broken> {
    seen.banner = match service {
        Service::Imap | Service::Imaps => talk.greeting("* OK").await?,
        Service::Pop3 | Service::Pop3s => talk.greeting("+OK").await?,
        Service::Smtp | Service::Submission | Service::Submissions => {
            let reply = talk.reply().await?;
            let first = reply.lines.into_iter().next().unwrap_or_default();
            (reply.code == 220).then_some(first)
        }
    };
    Ok(seen.banner.is_some())
}

/// What it offers, as it says; `None` where it does not say.
async fn offered<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<S>,
    service: Service,
    seen: &mut Observation,
) -> Result<Option<Vec<String>>, Broken> {
    match service {
        Service::Imap | Service::Imaps => talk.capability().await.map(Some),
        Service::Pop3 | Service::Pop3s => talk.capa().await,
        Service::Smtp | Service::Submission | Service::Submissions => {
            let reply = talk.ask(HELLO).await?;
            if reply.code != 250 {
                return Ok(None);
            }
            let mut lines = reply.lines.into_iter();
            let name = lines.next().unwrap_or_default();
            seen.helo = name.split_ascii_whitespace().next().map(str::to_owned);
            Ok(Some(lines.collect()))
        }
    }
}

fn offers_tls(service: Service, lines: &[String]) -> bool {
    let word = match service {
        Service::Pop3 | Service::Pop3s => "STLS",
        _ => "STARTTLS",
    };
    lines
        .iter()
        .any(|line| line.trim().eq_ignore_ascii_case(word))
}

async fn agree<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<S>,
    service: Service,
) -> Result<bool, Broken> {
    match service {
        Service::Imap | Service::Imaps => talk.imap_starttls().await,
        Service::Pop3 | Service::Pop3s => talk.stls().await,
        Service::Smtp | Service::Submission | Service::Submissions => {
            Ok(talk.ask("STARTTLS").await?.code == 220)
        }
    }
}

/// Asks about mailboxes where mail is taken from anybody, and takes leave.
async fn finish<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<S>,
    place: &Place,
    seen: &mut Observation,
) -> Result<(), Broken> {
    match place.service {
        Service::Smtp => {
            // The domain's own, and where that tells nothing, those of the server itself.
            for at in [format!("@{}", place.domain), String::new()] {
                let known = talk.ask(&format!("VRFY {KNOWN}{at}")).await?;
                let nobody = talk.ask(&format!("VRFY {NOBODY}{at}")).await?;
                let words = nobody.lines.first().map_or("", |line| line.as_str());
                seen.asked = Asked {
                    verify_known: Some(known.code),
                    verify_nobody: Some(nobody.code),
                    denies_nobody: words.starts_with("5.1.1") || words.starts_with("5.1.6"),
                    expand: None,
                };
                if known.code != nobody.code || seen.asked.denies_nobody {
                    break;
                }
            }
            seen.asked.expand = Some(talk.ask(&format!("EXPN {KNOWN}")).await?.code);
            talk.say("QUIT").await
        }
        Service::Submission | Service::Submissions | Service::Pop3 | Service::Pop3s => {
            talk.say("QUIT").await
        }
        Service::Imap | Service::Imaps => talk.say("w9 LOGOUT").await,
    }
}

/// On a connection of its own: whether an old version is agreed to.
async fn ask_old(visit: &Visit) -> OldTls {
    let Ok(tcp) = connect(&visit.at).await else {
        return OldTls::NotTried;
    };
    let service = visit.place.service;
    if service.is_implicit() {
        return old::ask(tcp, &visit.place.host).await;
    }
    let mut talk = Talk::new(tcp);
    let mut seen = Observation::default();
    let agreed = async {
        if !hear(&mut talk, service, &mut seen).await? {
            return Err(Broken);
        }
        match offered(&mut talk, service, &mut seen).await? {
            Some(lines) if offers_tls(service, &lines) => agree(&mut talk, service).await,
            Some(_) | None => Ok(false),
        }
    };
    match agreed.await {
        Ok(true) => match talk.into_silent() {
            Some(tcp) => old::ask(tcp, &visit.place.host).await,
            None => OldTls::NotTried,
        },
        Ok(false) | Err(Broken) => OldTls::NotTried,
    }
}
