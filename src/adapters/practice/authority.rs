//! The certificate authority that lives as long as the practice server, and its one certificate.

use crate::base::Time;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// The name in the practice server's certificate. RFC 2606 keeps `.invalid` out of the DNS, so
/// that it can never be anybody's.
pub const HOST: &str = "practice.waxwing.invalid";

/// What [`make`] makes.
pub(super) struct Made {
    /// The authority's certificate, DER.
    pub authority: Vec<u8>,
    /// Answers TLS handshakes with a certificate for [`HOST`].
    pub tls: TlsAcceptor,
}

/// Makes an authority that vouches for [`HOST`] alone, and a certificate by it. The authority's
/// private key is gone when this returns.
pub(super) fn make(now: Time) -> Result<Made, Box<dyn std::error::Error + Send + Sync>> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    lasting(&mut params, now);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(HOST.to_owned())],
        excluded_subtrees: Vec::new(),
    });
    named(&mut params, "Waxwing practice authority");
    let key = KeyPair::generate()?;
    let authority = params.self_signed(&key)?;
    let issuer = Issuer::new(params, key);

    let mut params = CertificateParams::new(vec![HOST.to_owned()])?;
    lasting(&mut params, now);
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    named(&mut params, HOST);
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &issuer)?;

    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)?;
    Ok(Made {
        authority: authority.der().to_vec(),
        tls: TlsAcceptor::from(Arc::new(config)),
    })
}

fn named(params: &mut CertificateParams, name: &str) {
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
}

/// Good from two days ago, so that no clock is too slow, and for longer than a process runs.
fn lasting(params: &mut CertificateParams, now: Time) {
    let today = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let first = today.saturating_sub(jiff::Span::new().days(2));
    let last = today.saturating_add(jiff::Span::new().days(365));
    for (date, field) in [
        (first, &mut params.not_before),
        (last, &mut params.not_after),
    ] {
        *field = rcgen::date_time_ymd(
            i32::from(date.year()),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        );
    }
}
