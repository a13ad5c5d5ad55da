//! From an endpoint to a TLS stream, by STLS where the endpoint wants it.

use super::conversation::{Answer, Conversation};
use crate::adapters::tls::{Patience, TlsStream, connect_tcp, handshake};
use crate::app::port::{Stage, SubmitFailure};
use crate::settings::{Endpoint, Security};
use tokio::net::TcpStream;

/// Connects and does the handshake; what is said before TLS is thrown away (rule 59).
pub(super) async fn connect(
    endpoint: &Endpoint,
    patience: &Patience,
) -> Result<TlsStream, SubmitFailure> {
    let tcp = connect_tcp(endpoint, patience).await?;
    let tcp = match endpoint.security {
        Security::Implicit => tcp,
        Security::StartTls => stls(tcp, endpoint, patience).await?,
    };
    handshake(tcp, endpoint, patience).await
}

/// Asks for TLS on a plaintext connection (RFC 2595 §4). Anything but a bare yes ends it: no login,
/// and no byte that came before the handshake counts afterwards (rules 57 and 58).
async fn stls(
    tcp: TcpStream,
    endpoint: &Endpoint,
    patience: &Patience,
) -> Result<TcpStream, SubmitFailure> {
    let mut talk = Conversation::new(tcp, patience.clone());
    let none = || SubmitFailure::NoStartTls {
        server: endpoint.to_string(),
    };
    match talk.answer().await? {
        Answer::Yes(_) => {}
        Answer::No(_) => return Err(none()),
    }
    talk.stage = Stage::StartTls;
    match talk.ask("STLS").await? {
        Answer::Yes(_) => talk.into_silent_stream(),
        Answer::No(_) => Err(none()),
    }
}
