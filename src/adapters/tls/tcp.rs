//! Reaching a server.

use super::Patience;
use crate::address::domain_to_ascii;
use crate::app::port::{Stage, SubmitFailure};
use crate::settings::Endpoint;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// How long an address is waited for before the next is tried beside it (RFC 8305 §5).
const STAGGER: Duration = Duration::from_millis(250);
/// How long all of them together are waited for.
const CONNECT: Duration = Duration::from_secs(20);

/// Connects to the endpoint: to its `connect_to`, or to whichever of its host's addresses answers
/// first. Small writes leave at once (`TCP_NODELAY`).
///
/// # Errors
/// `NoSuchHost`, `NoConnection`, `Deadline` or `Cancelled`.
pub async fn connect_tcp(
    endpoint: &Endpoint,
    patience: &Patience,
) -> Result<TcpStream, SubmitFailure> {
    let addresses = addresses(endpoint, patience).await?;
    let attempt = tokio::time::timeout(CONNECT, first_of(addresses));
    let connected = match patience.wait(Stage::Connect, attempt).await? {
        Ok(connected) => connected,
        Err(_) => Err("no answer".to_owned()),
    };
    let stream = connected.map_err(|detail| SubmitFailure::NoConnection {
        server: endpoint.to_string(),
        detail,
    })?;
    // Without it each short command waits for a delayed acknowledgement; a socket that cannot do
    // it is slow and still good.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// The connection that stands first. The addresses are begun in their order, each when the one
/// before has failed or has been silent for a while; the error is the first one's, the address
/// that the system likes best.
async fn first_of(addresses: Vec<SocketAddr>) -> Result<TcpStream, String> {
    let mut waiting = addresses.into_iter();
    // Those that are still being tried when this ends are given up.
    let mut attempts = JoinSet::new();
    let mut failed = None;
    loop {
        if let Some(address) = waiting.next() {
            attempts.spawn(async move { (address, TcpStream::connect(address).await) });
        }
        let ended = if waiting.len() == 0 {
            attempts.join_next().await
        } else {
            let ended = tokio::time::timeout(STAGGER, attempts.join_next());
            let Ok(ended) = ended.await else { continue };
            ended
        };
        match ended {
            Some(Ok((_, Ok(stream)))) => return Ok(stream),
            Some(Ok((address, Err(error)))) => {
                failed.get_or_insert(format!("{address}: {error}"));
            }
            Some(Err(error)) => {
                failed.get_or_insert(error.to_string());
            }
            None => return Err(failed.unwrap_or_default()),
        }
    }
}

async fn addresses(
    endpoint: &Endpoint,
    patience: &Patience,
) -> Result<Vec<SocketAddr>, SubmitFailure> {
    let literal = endpoint.host.parse::<IpAddr>().ok();
    if let Some(address) = endpoint.connect_to.or(literal) {
        return Ok(vec![SocketAddr::new(address, endpoint.port)]);
    }
    let unknown = || SubmitFailure::NoSuchHost {
        host: endpoint.host.clone(),
    };
    let host = domain_to_ascii(&endpoint.host).map_err(|_| unknown())?;
    let asked = tokio::net::lookup_host((host, endpoint.port));
    let found: Vec<SocketAddr> = match patience.wait(Stage::Resolve, asked).await? {
        Ok(found) => found.collect(),
        Err(_) => return Err(unknown()),
    };
    if found.is_empty() {
        return Err(unknown());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use tokio::net::{TcpListener, TcpSocket};
    use tokio::time::Instant;

    const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

    /// An address that answers, and one where nobody is.
    async fn somebody_and_nobody() -> (TcpListener, SocketAddr, SocketAddr) {
        let nobody = TcpListener::bind(ANY).await.unwrap().local_addr().unwrap();
        let somebody = TcpListener::bind(ANY).await.unwrap();
        let there = somebody.local_addr().unwrap();
        (somebody, there, nobody)
    }

    #[tokio::test]
    async fn the_next_address_is_tried_when_one_fails_or_is_silent() {
        let (_somebody, there, nobody) = somebody_and_nobody().await;
        let stream = first_of(vec![nobody, there]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), there);

        // A full queue of connections that nobody accepts answers no further ones.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(ANY).unwrap();
        let silent = socket.listen(1).unwrap();
        let full = silent.local_addr().unwrap();
        let mut kept = Vec::new();
        while let Ok(stream) =
            tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(full)).await
        {
            kept.push(stream);
            assert!(kept.len() < 100, "it takes them all");
        }
        let began = Instant::now();
        let stream = first_of(vec![full, nobody, there]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), there);
        assert!(began.elapsed() >= STAGGER, "the first had its chance");
        assert!(began.elapsed() < CONNECT);
    }

    #[tokio::test]
    async fn the_first_addresss_error_is_told() {
        let (_somebody, _, nobody) = somebody_and_nobody().await;
        let (_other, _, second) = somebody_and_nobody().await;
        let error = first_of(vec![nobody, second]).await.unwrap_err();
        assert!(error.starts_with(&nobody.to_string()), "{error}");
        assert_eq!(first_of(Vec::new()).await.unwrap_err(), "");
    }
}
