//! Reaching a server.

use super::Patience;
use crate::address::domain_to_ascii;
use crate::app::port::{Stage, SubmitFailure};
use crate::settings::Endpoint;
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Connects to the endpoint: to its `connect_to`, or to each address of its host in turn, each with
/// its share of the time that is left. Small writes leave at once (`TCP_NODELAY`).
///
/// # Errors
/// `NoSuchHost`, `NoConnection`, `Deadline` or `Cancelled`.
pub async fn connect_tcp(
    endpoint: &Endpoint,
    patience: &Patience,
) -> Result<TcpStream, SubmitFailure> {
    let addresses = addresses(endpoint, patience).await?;
    let mut last = None;
    let mut left = addresses.len();
    for address in addresses {
        let share = share_of(patience.deadline, left);
        left = left.saturating_sub(1);
        let attempt = tokio::time::timeout(share, TcpStream::connect(address));
        match patience.wait(Stage::Connect, attempt).await? {
            Ok(Ok(stream)) => {
                // Without it each short command waits for a delayed acknowledgement; a socket that
                // cannot do it is slow and still good.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => last = Some(error.to_string()),
            Err(_) => last = Some(format!("{address}: no answer")),
        }
    }
    Err(SubmitFailure::NoConnection {
        server: endpoint.to_string(),
        detail: last.unwrap_or_default(),
    })
}

/// What one of `left` addresses may take of the time until `deadline`.
fn share_of(deadline: Instant, left: usize) -> std::time::Duration {
    let time = deadline.saturating_duration_since(Instant::now());
    time / u32::try_from(left.max(1)).unwrap_or(u32::MAX)
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
