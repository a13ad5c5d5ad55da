//! Who vouches for a server: the system's list, or pinned issuers; and the certificate that was
//! presented, kept so that a refusal can name what was found.

use crate::settings::Trust;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::{Arc, Mutex, PoisonError};

/// Checks as its inner verifier does, and remembers the server's certificate.
#[derive(Debug)]
pub(super) struct Remembering {
    inner: Arc<dyn ServerCertVerifier>,
    presented: Mutex<Option<Vec<u8>>>,
}

impl Remembering {
    /// The verifier for this trust.
    ///
    /// # Errors
    /// When the system has no list, or a pinned issuer is no certificate, in technical words.
    pub fn new(trust: &Trust, provider: &Arc<CryptoProvider>) -> Result<Self, String> {
        let inner: Arc<dyn ServerCertVerifier> = match trust {
            Trust::System => Arc::new(
                rustls_platform_verifier::Verifier::new(provider.clone())
                    .map_err(|error| error.to_string())?,
            ),
            Trust::Pinned(issuers) => pinned(issuers, provider)?,
        };
        Ok(Remembering {
            inner,
            presented: Mutex::new(None),
        })
    }

    /// The server's certificate, DER, good or not.
    pub fn presented(&self) -> Option<Vec<u8>> {
        let presented = self.presented.lock();
        presented.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn pinned(
    issuers: &[Vec<u8>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, String> {
    let mut roots = RootCertStore::empty();
    for issuer in issuers {
        roots
            .add(CertificateDer::from(issuer.as_slice()).into_owned())
            .map_err(|error| format!("the pinned certificate cannot be read: {error}"))?;
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| error.to_string())
}

impl ServerCertVerifier for Remembering {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let presented = self.presented.lock();
        *presented.unwrap_or_else(PoisonError::into_inner) = Some(end_entity.to_vec());
        self.inner
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
