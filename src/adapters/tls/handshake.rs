//! The handshake, and what it proves.

use super::Patience;
use super::first::First;
use super::issuer::issuer;
use super::verifier::Remembering;
use crate::address::domain_to_ascii;
use crate::app::port::{Stage, SubmitFailure, TlsFacts, TlsRefusal};
use crate::base::Time;
use crate::settings::Endpoint;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, Error, PeerIncompatible, ProtocolVersion,
};
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

/// Most names of a refused certificate that are told.
const NAMES: usize = 20;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// A connection whose handshake was completed and whose certificate was found good. Only
/// [`handshake`] makes one.
pub struct TlsStream {
    inner: tokio_rustls::client::TlsStream<First>,
    facts: TlsFacts,
    peer: SocketAddr,
}

impl TlsStream {
    /// What is known of the connection.
    pub fn facts(&self) -> &TlsFacts {
        &self.facts
    }

    /// The other end.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }
}

impl fmt::Debug for TlsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.facts)
    }
}

/// Makes TLS on a fresh TCP connection, or on one whose server has just agreed to STARTTLS.
///
/// The certificate must carry the endpoint's host and come from its trust; TLS 1.2 is the least.
///
/// # Errors
/// `Tls` with expected and found; `Garbage` when the other side speaks no TLS; `Closed`,
/// `Deadline`, `Cancelled`.
pub async fn handshake(
    tcp: TcpStream,
    endpoint: &Endpoint,
    patience: &Patience,
) -> Result<TlsStream, SubmitFailure> {
    let refused = |refusal| SubmitFailure::Tls {
        server: endpoint.to_string(),
        refusal,
    };
    let other = |detail: String| refused(TlsRefusal::Other(detail));
    let stage = Stage::Handshake;
    let peer = tcp
        .peer_addr()
        .map_err(|_| SubmitFailure::Closed { stage })?;
    let name = server_name(&endpoint.host).ok_or_else(|| SubmitFailure::NoSuchHost {
        host: endpoint.host.clone(),
    })?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Arc::new(Remembering::new(&endpoint.trust, &provider).map_err(other)?);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| other(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier.clone())
        .with_no_client_auth();
    // One connection for each letter: a resumed one would have no certificate to show.
    config.resumption = rustls::client::Resumption::disabled();

    let patience = Patience {
        deadline: patience.deadline.min(Instant::now() + HANDSHAKE),
        ..patience.clone()
    };
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, First::new(tcp));
    let inner = match patience.wait(stage, connecting.into_fallible()).await? {
        Ok(inner) => inner,
        Err((error, first)) => {
            return Err(sorted(&error, &first, &verifier, &endpoint.host)
                .map_or_else(|failure| failure, refused));
        }
    };
    let facts = facts(&inner, &endpoint.host, peer)
        .ok_or_else(|| other("the handshake ended without a certificate".to_owned()))?;
    Ok(TlsStream { inner, facts, peer })
}

/// The host as a certificate names it: an IP address, or A-labels.
fn server_name(host: &str) -> Option<ServerName<'static>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(ServerName::IpAddress(address.into()));
    }
    ServerName::try_from(domain_to_ascii(host).ok()?).ok()
}

fn facts(
    inner: &tokio_rustls::client::TlsStream<First>,
    host: &str,
    peer: SocketAddr,
) -> Option<TlsFacts> {
    let (_, session) = inner.get_ref();
    let certificate = session.peer_certificates()?.first()?;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate);
    let version = match session.protocol_version()? {
        ProtocolVersion::TLSv1_3 => "TLS 1.3".to_owned(),
        ProtocolVersion::TLSv1_2 => "TLS 1.2".to_owned(),
        other => format!("{other:?}"),
    };
    Some(TlsFacts {
        host: host.to_owned(),
        peer: peer.to_string(),
        version,
        key_exchange: format!("{:?}", session.negotiated_key_exchange_group()?.name()),
        certificate: digest.as_ref().iter().map(|b| format!("{b:02x}")).collect(),
    })
}

/// What a failed handshake means: a refusal of TLS (`Ok`), or something else (`Err`).
fn sorted(
    error: &io::Error,
    first: &First,
    verifier: &Remembering,
    host: &str,
) -> Result<TlsRefusal, SubmitFailure> {
    let stage = Stage::Handshake;
    let Some(error) = error.get_ref().and_then(|e| e.downcast_ref::<Error>()) else {
        return Err(SubmitFailure::Closed { stage });
    };
    if !first.looks_like_tls() {
        return Err(SubmitFailure::Garbage { stage });
    }
    Ok(match error {
        Error::InvalidCertificate(problem) => certificate_refusal(problem, verifier, host),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        )
        | Error::AlertReceived(AlertDescription::ProtocolVersion) => TlsRefusal::OldVersion {
            found: first.version(),
        },
        other => TlsRefusal::Other(other.to_string()),
    })
}

fn certificate_refusal(
    problem: &CertificateError,
    verifier: &Remembering,
    host: &str,
) -> TlsRefusal {
    match problem {
        CertificateError::NotValidForNameContext { presented, .. } => TlsRefusal::WrongName {
            expected: host.to_owned(),
            found: presented
                .iter()
                .take(NAMES)
                .map(|name| bare(name))
                .collect(),
        },
        CertificateError::NotValidForName => TlsRefusal::WrongName {
            expected: host.to_owned(),
            found: Vec::new(),
        },
        CertificateError::ExpiredContext { not_after, .. } => TlsRefusal::Expired {
            until: time(*not_after),
        },
        CertificateError::Expired => TlsRefusal::Expired { until: None },
        CertificateError::NotValidYetContext { not_before, .. } => TlsRefusal::NotYetValid {
            from: time(*not_before),
        },
        CertificateError::NotValidYet => TlsRefusal::NotYetValid { from: None },
        CertificateError::UnknownIssuer => TlsRefusal::UnknownIssuer {
            found: verifier.presented().as_deref().and_then(issuer),
        },
        other => TlsRefusal::Other(other.to_string()),
    }
}

/// The name in `DnsName("a.example")`, as the library writes it.
fn bare(presented: &str) -> String {
    let mut pieces = presented.split('"');
    match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(_), Some(name), Some(_)) => name.to_owned(),
        _ => presented.to_owned(),
    }
}

fn time(at: UnixTime) -> Option<Time> {
    Time::from_second(i64::try_from(at.as_secs()).ok()?).ok()
}

impl AsyncRead for TlsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
