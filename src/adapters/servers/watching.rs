//! A handshake with whoever is there: the certificate is taken down and judged, not trusted.

use crate::app::port::Vouching;
use crate::base::Time;
use crate::cert::X509Cert;
use crate::checkup::servers::{LINE, Session};
use crate::dns::Name;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, ProtocolVersion, RootCertStore,
    SignatureScheme,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Most certificates of a chain that are kept.
const CHAIN: usize = 10;
/// Most names of a certificate that are kept.
const NAMES: usize = 20;

/// Who vouches for servers.
pub(super) struct Roots {
    store: RootCertStore,
    given: Vec<Vec<u8>>,
    provider: Arc<CryptoProvider>,
    now: Time,
}

impl Roots {
    /// Those that can be read.
    pub fn new(vouching: &Vouching<'_>) -> Self {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(
            vouching
                .authorities
                .iter()
                .map(|der| CertificateDer::from(der.as_slice())),
        );
        Roots {
            store,
            given: vouching.authorities.to_vec(),
            provider: Arc::new(rustls::crypto::aws_lc_rs::default_provider()),
            now: vouching.now,
        }
    }

    /// Makes TLS with whoever is there.
    pub async fn look<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        host: &Name,
    ) -> Option<(TlsStream<S>, Session)> {
        let name = ServerName::try_from(host.as_str().to_owned()).ok()?;
        let mut config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .ok()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Watching {
                algorithms: self.provider.signature_verification_algorithms,
            }))
            .with_no_client_auth();
        config.resumption = rustls::client::Resumption::disabled();
        let connector = TlsConnector::from(Arc::new(config));
        let stream = connector.connect(name.clone(), stream).await.ok()?;
        let session = self.session(&stream, &name)?;
        Some((stream, session))
    }

    fn session<S>(&self, stream: &TlsStream<S>, name: &ServerName<'_>) -> Option<Session> {
        let (_, tls) = stream.get_ref();
        let chain: Vec<CertificateDer<'static>> = tls
            .peer_certificates()?
            .iter()
            .take(CHAIN)
            .cloned()
            .collect();
        let version = match tls.protocol_version()? {
            ProtocolVersion::TLSv1_3 => "TLS 1.3".to_owned(),
            ProtocolVersion::TLSv1_2 => "TLS 1.2".to_owned(),
            other => format!("{other:?}"),
        };
        let key_exchange = tls
            .negotiated_key_exchange_group()
            .map_or_else(|| "none".to_owned(), |group| format!("{:?}", group.name()));
        let (own, above) = chain.split_first()?;
        Some(Session {
            version,
            key_exchange,
            other_names: other_names(own, name),
            vouched: (!self.given.is_empty()).then(|| self.vouched(own, above)),
            chain: chain.iter().map(|der| der.to_vec()).collect(),
            at: self.now,
        })
    }

    /// Whether an authority vouches for it. A certificate that is out of date is asked about as of
    /// the middle of its time: its dates are another finding.
    fn vouched(&self, own: &CertificateDer<'_>, above: &[CertificateDer<'_>]) -> bool {
        if self.given.iter().any(|der| der.as_slice() == own.as_ref()) {
            return true;
        }
        let Ok(parsed) = ParsedCertificate::try_from(own) else {
            return false;
        };
        let at = |seconds: i64| {
            let since = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
            verify_server_cert_signed_by_trust_anchor(
                &parsed,
                &self.store,
                above,
                UnixTime::since_unix_epoch(since),
                self.provider.signature_verification_algorithms.all,
            )
        };
        match at(self.now.as_second()) {
            Ok(()) => true,
            Err(Error::InvalidCertificate(
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. },
            )) => {
                let Ok(cert) = X509Cert::from_der(own) else {
                    return false;
                };
                let (from, until) = (cert.not_before().as_second(), cert.not_after().as_second());
                let in_date = (from..=until).contains(&self.now.as_second());
                !in_date && at(from + (until - from) / 2).is_ok()
            }
            Err(_) => false,
        }
    }
}

fn other_names(own: &CertificateDer<'_>, name: &ServerName<'_>) -> Option<Vec<String>> {
    let presented = match ParsedCertificate::try_from(own) {
        Ok(parsed) => match verify_server_name(&parsed, name) {
            Ok(()) => return None,
            Err(Error::InvalidCertificate(CertificateError::NotValidForNameContext {
                presented,
                ..
            })) => presented,
            Err(_) => Vec::new(),
        },
        Err(_) => Vec::new(),
    };
    let bare = |shown: &String| {
        // The library writes `DnsName("a.example")`.
        let inner = shown.split('"').nth(1).unwrap_or(shown);
        inner.chars().take(LINE).collect()
    };
    Some(presented.iter().take(NAMES).map(bare).collect())
}

/// Takes every certificate, and checks that the other side has its key.
#[derive(Debug)]
struct Watching {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Watching {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
