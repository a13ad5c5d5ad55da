//! Small things over HTTP: certificates, revocation lists, answers about them. Nothing of the person
//! travels along: no cookie, no name of a program, no memory of the last time.

mod answer;
mod place;

use crate::adapters::tls::{Patience, connect_tcp, handshake};
use crate::app::job::Cancel;
use crate::app::port::{SubmitFailure, Web, WebFailure};
use answer::Answer;
use place::Place;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::runtime::Handle;
use tokio::time::Instant;

/// How long one fetch may take, redirections included.
const WHOLE: Duration = Duration::from_secs(30);
/// Most redirections that are followed.
const REDIRECTIONS: usize = 3;

/// The web, over this machine's network.
pub struct HttpWeb {
    runtime: Handle,
}

impl HttpWeb {
    /// Runs on this runtime.
    pub fn new(runtime: Handle) -> Self {
        HttpWeb { runtime }
    }
}

impl Web for HttpWeb {
    fn get(&self, place: &str, most: usize, cancel: &Cancel) -> Result<Vec<u8>, WebFailure> {
        let place = Place::parse(place).ok_or(WebFailure::BadPlace)?;
        self.runtime.block_on(within(cancel, async |patience| {
            get(place, most, patience).await
        }))
    }

    fn post(
        &self,
        place: &str,
        kind: &str,
        body: &[u8],
        most: usize,
        cancel: &Cancel,
    ) -> Result<Vec<u8>, WebFailure> {
        let place = Place::parse(place).ok_or(WebFailure::BadPlace)?;
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            place.target,
            place.authority(),
            body.len(),
        );
        let request = [head.as_bytes(), body].concat();
        self.runtime.block_on(within(cancel, async |patience| {
            let answer = ask(&place, &request, most, patience).await?;
            match answer.status {
                200 => Ok(answer.body),
                other => Err(WebFailure::Status(other)),
            }
        }))
    }
}

async fn within<T>(
    cancel: &Cancel,
    work: impl AsyncFnOnce(&Patience) -> Result<T, WebFailure>,
) -> Result<T, WebFailure> {
    let patience = Patience {
        deadline: Instant::now() + WHOLE,
        cancel: cancel.clone(),
    };
    tokio::select! {
        biased;
        () = patience.cancel.cancelled() => Err(WebFailure::Cancelled),
        () = tokio::time::sleep_until(patience.deadline) => Err(WebFailure::Deadline),
        done = work(&patience) => done,
    }
}

async fn get(mut place: Place, most: usize, patience: &Patience) -> Result<Vec<u8>, WebFailure> {
    for _ in 0..=REDIRECTIONS {
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            place.target,
            place.authority(),
        );
        let answer = ask(&place, request.as_bytes(), most, patience).await?;
        match (answer.status, answer.location) {
            (200, _) => return Ok(answer.body),
            (301 | 302 | 303 | 307 | 308, Some(to)) => {
                place = place.redirected(&to).ok_or(WebFailure::BadPlace)?;
            }
            (other, _) => return Err(WebFailure::Status(other)),
        }
    }
    Err(WebFailure::Garbage)
}

async fn ask(
    place: &Place,
    request: &[u8],
    most: usize,
    patience: &Patience,
) -> Result<Answer, WebFailure> {
    let endpoint = place.endpoint();
    let mut tcp = connect_tcp(&endpoint, patience).await.map_err(sorted)?;
    if place.secure {
        let mut tls = handshake(tcp, &endpoint, patience).await.map_err(sorted)?;
        exchange(&mut tls, request, most).await
    } else {
        exchange(&mut tcp, request, most).await
    }
}

async fn exchange(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    request: &[u8],
    most: usize,
) -> Result<Answer, WebFailure> {
    let broken = |error: std::io::Error| WebFailure::Unreachable(error.to_string());
    stream.write_all(request).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    answer::read(stream, most).await
}

/// One request on a connection that stands: status, where it says to go, body.
pub(super) async fn ask_once(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    host: &str,
    target: &str,
    most: usize,
) -> Result<(u16, Option<String>, Vec<u8>), WebFailure> {
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    let answer = exchange(stream, request.as_bytes(), most).await?;
    Ok((answer.status, answer.location, answer.body))
}

/// The target that a redirection within one host means, over TLS as before.
pub(super) fn redirected(host: &str, target: &str, to: &str) -> Option<String> {
    let from = Place::parse(&format!("https://{host}{target}"))?;
    let next = from.redirected(to)?;
    let same = next.secure && next.port == from.port && next.host.eq_ignore_ascii_case(host);
    same.then_some(next.target)
}

fn sorted(failure: SubmitFailure) -> WebFailure {
    match failure {
        SubmitFailure::Cancelled => WebFailure::Cancelled,
        SubmitFailure::Deadline { .. } => WebFailure::Deadline,
        SubmitFailure::Tls { refusal, .. } => WebFailure::Tls(format!("{refusal:?}")),
        SubmitFailure::NoSuchHost { host } => {
            WebFailure::Unreachable(format!("no such host: {host}"))
        }
        SubmitFailure::NoConnection { detail, .. } => WebFailure::Unreachable(detail),
        other => WebFailure::Unreachable(format!("{other:?}")),
    }
}
