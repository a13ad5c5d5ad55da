//! From an endpoint to a TLS stream whose certificate was checked. Nothing else in this folder
//! makes streams, so nothing is said in plaintext beyond what STLS needs.

use super::conversation::{Answer, Conversation};
use crate::app::port::{Stage, SubmitFailure, TlsRefusal};
use crate::base::Time;
use crate::settings::{Endpoint, Security, Trust};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Connects and does the handshake; what is said before TLS is thrown away (rule 59).
pub(super) async fn connect(
    endpoint: &Endpoint,
    by: Instant,
) -> Result<TlsStream<TcpStream>, SubmitFailure> {
    let stream = reach(endpoint, by).await?;
    let stream = match endpoint.security {
        Security::Implicit => stream,
        Security::StartTls => stls(stream, endpoint, by).await?,
    };
    let refused = |refusal| SubmitFailure::Tls {
        server: endpoint.to_string(),
        refusal,
    };
    let name = ServerName::try_from(endpoint.host.clone())
        .map_err(|_| refused(TlsRefusal::Other("the host is no name".to_owned())))?;
    let config =
        config(&endpoint.trust).map_err(|error| refused(TlsRefusal::Other(error.to_string())))?;
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let stage = Stage::Handshake;
    match timeout_at(by, handshake).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(sort(&error, endpoint)),
        Err(_) => Err(SubmitFailure::Deadline { stage }),
    }
}

async fn reach(endpoint: &Endpoint, by: Instant) -> Result<TcpStream, SubmitFailure> {
    let addresses: Vec<SocketAddr> = match endpoint.connect_to {
        Some(ip) => vec![SocketAddr::new(ip, endpoint.port)],
        None => {
            let stage = Stage::Resolve;
            let found = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port));
            let found = timeout_at(by, found).await;
            let found = found.map_err(|_| SubmitFailure::Deadline { stage })?;
            found.map(Iterator::collect).unwrap_or_default()
        }
    };
    if addresses.is_empty() {
        return Err(SubmitFailure::NoSuchHost {
            host: endpoint.host.clone(),
        });
    }
    let mut detail = String::new();
    for address in addresses {
        let stage = Stage::Connect;
        let stream = timeout_at(by, TcpStream::connect(address)).await;
        match stream.map_err(|_| SubmitFailure::Deadline { stage })? {
            Ok(stream) => {
                // Short commands must not wait for the answer to the one before.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => detail = error.to_string(),
        }
    }
    Err(SubmitFailure::NoConnection {
        server: endpoint.to_string(),
        detail,
    })
}

/// Asks for TLS on a plaintext connection (RFC 2595 §4). Anything but a bare yes ends it: no login,
/// and no byte that came before the handshake counts afterwards (rules 57 and 58).
async fn stls(
    stream: TcpStream,
    endpoint: &Endpoint,
    by: Instant,
) -> Result<TcpStream, SubmitFailure> {
    let mut talk = Conversation::new(stream, by);
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

fn config(trust: &Trust) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = match trust {
        Trust::System => builder.with_platform_verifier()?,
        Trust::Pinned(authorities) => {
            let mut roots = RootCertStore::empty();
            for der in authorities {
                roots.add(CertificateDer::from(der.as_slice()).into_owned())?;
            }
            builder.with_root_certificates(roots)
        }
    };
    Ok(builder.with_no_client_auth())
}

/// Sorts a failed handshake.
fn sort(error: &io::Error, endpoint: &Endpoint) -> SubmitFailure {
    let stage = Stage::Handshake;
    let cause = error.get_ref().and_then(|e| e.downcast_ref());
    let Some(cause) = cause else {
        return SubmitFailure::Closed { stage };
    };
    let refusal = match cause {
        rustls::Error::InvalidCertificate(problem) => certificate(problem, endpoint),
        rustls::Error::PeerIncompatible(_) => TlsRefusal::OldVersion { found: None },
        rustls::Error::AlertReceived(
            rustls::AlertDescription::ProtocolVersion | rustls::AlertDescription::HandshakeFailure,
        ) => TlsRefusal::OldVersion { found: None },
        rustls::Error::InvalidMessage(_)
        | rustls::Error::InappropriateMessage { .. }
        | rustls::Error::InappropriateHandshakeMessage { .. }
        | rustls::Error::PeerMisbehaved(_)
        | rustls::Error::DecryptError => return SubmitFailure::Garbage { stage },
        other => TlsRefusal::Other(other.to_string()),
    };
    SubmitFailure::Tls {
        server: endpoint.to_string(),
        refusal,
    }
}

fn certificate(problem: &CertificateError, endpoint: &Endpoint) -> TlsRefusal {
    let time = |at: &UnixTime| {
        let seconds = i64::try_from(at.as_secs()).ok()?;
        Time::from_second(seconds).ok()
    };
    match problem {
        CertificateError::NotValidForName => TlsRefusal::WrongName {
            expected: endpoint.host.clone(),
            found: Vec::new(),
        },
        CertificateError::NotValidForNameContext { presented, .. } => TlsRefusal::WrongName {
            expected: endpoint.host.clone(),
            found: presented.iter().take(20).map(|n| bare(n)).collect(),
        },
        CertificateError::Expired => TlsRefusal::Expired { until: None },
        CertificateError::ExpiredContext { not_after, .. } => TlsRefusal::Expired {
            until: time(not_after),
        },
        CertificateError::NotValidYet => TlsRefusal::NotYetValid { from: None },
        CertificateError::NotValidYetContext { not_before, .. } => TlsRefusal::NotYetValid {
            from: time(not_before),
        },
        CertificateError::UnknownIssuer => TlsRefusal::UnknownIssuer { found: None },
        other => TlsRefusal::Other(other.to_string()),
    }
}

/// A name as the verifier prints it, `DnsName("example.org")`, without its wrapping.
fn bare(name: &str) -> String {
    name.split('"').nth(1).unwrap_or(name).to_owned()
}
