//! Signing: a SignedData over content that stands elsewhere (RFC 5652 §5, RFC 8551 §3.5).

use super::attributes::attribute;
use super::ber::{self, id};
use super::capabilities::Capabilities;
use super::hash::Hash;
use super::oids;
use super::seal::SealFailure;
use super::signature;
use crate::base::Time;
use crate::cert::x509::tlv::{self, tag};
use crate::cert::x509::{X509Cert, X509Secret, time};

/// The hash that a signer signs with.
pub fn hash_of(signer: &X509Secret) -> Result<Hash, SealFailure> {
    algorithm_of(signer).map(|(hash, _)| hash)
}

fn algorithm_of(signer: &X509Secret) -> Result<(Hash, Vec<u8>), SealFailure> {
    let cert = signer.x509();
    signature::own_algorithm(cert.key_kind()).ok_or_else(|| SealFailure::OwnKey {
        fingerprint: cert.fingerprint(),
        why: crate::cert::Unusable::NoKey,
    })
}

/// A detached SignedData over content with this digest, by the hash of [`hash_of`], in DER. The
/// certificates of `chain` go along with the signer's own.
pub fn sign(
    digest: &[u8],
    signer: &X509Secret,
    chain: &[X509Cert],
    now: Time,
) -> Result<Vec<u8>, SealFailure> {
    let cert = signer.x509();
    let (hash, algorithm) = algorithm_of(signer)?;
    let attributes = signed_attributes(cert, digest, now).map_err(library)?;
    let to_sign = ber::set_of(id::SET, attributes.clone());
    let value = signature::sign(cert.key_kind(), hash, signer.key(), &to_sign).map_err(library)?;
    let digest_algorithm = digest_algorithm(hash);
    let signer_info = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write_small(1),
            &issuer_and_serial(cert),
            &digest_algorithm,
            &ber::set_of(id::context(0), attributes),
            &algorithm,
            &tlv::write(tag::OCTET_STRING, &value),
        ],
    );
    let mut certs = vec![cert.der().to_vec()];
    for other in chain {
        if !certs.iter().any(|known| known == other.der()) {
            certs.push(other.der().to_vec());
        }
    }
    let content = tlv::write(tag::SEQUENCE, &tlv::write(tag::OID, oids::DATA.as_bytes()));
    let signed_data = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write_small(1),
            &tlv::write(tag::SET, &digest_algorithm),
            &content,
            &ber::set_of(id::context(0), certs),
            &tlv::write(tag::SET, &signer_info),
        ],
    );
    Ok(content_info(oids::SIGNED_DATA, &signed_data))
}

fn library(error: openssl::error::ErrorStack) -> SealFailure {
    SealFailure::Library(error.to_string())
}

/// ContentInfo around a small content.
fn content_info(kind: const_oid::ObjectIdentifier, content: &[u8]) -> Vec<u8> {
    let kind = tlv::write(tag::OID, kind.as_bytes());
    let content = tlv::write(tag::constructed(0), content);
    tlv::write_all(tag::SEQUENCE, &[&kind, &content])
}

/// IssuerAndSerialNumber, byte for byte as the certificate has them.
pub fn issuer_and_serial(cert: &X509Cert) -> Vec<u8> {
    let serial = tlv::write(tag::INTEGER, cert.serial());
    tlv::write_all(tag::SEQUENCE, &[cert.issuer().der(), &serial])
}

/// The digest algorithm without parameters (RFC 5754 §2).
fn digest_algorithm(hash: Hash) -> Vec<u8> {
    tlv::write(tag::SEQUENCE, &tlv::write(tag::OID, hash.oid().as_bytes()))
}

fn signed_attributes(
    cert: &X509Cert,
    digest: &[u8],
    now: Time,
) -> Result<Vec<Vec<u8>>, openssl::error::ErrorStack> {
    let content_type = tlv::write(tag::OID, oids::DATA.as_bytes());
    let digest = tlv::write(tag::OCTET_STRING, digest);
    // ESSCertIDv2 with SHA-256, its default (RFC 5035 §5.4.1).
    let cert_hash = tlv::write(tag::OCTET_STRING, &Hash::Sha256.over(&[cert.der()])?);
    let names = tlv::write(
        tag::SEQUENCE,
        &tlv::write(tag::constructed(4), cert.issuer().der()),
    );
    let serial = tlv::write(tag::INTEGER, cert.serial());
    let issuer_serial = tlv::write_all(tag::SEQUENCE, &[&names, &serial]);
    let named = tlv::write_all(tag::SEQUENCE, &[&cert_hash, &issuer_serial]);
    let signing_certificate = tlv::write(tag::SEQUENCE, &tlv::write(tag::SEQUENCE, &named));
    Ok(vec![
        attribute(oids::CONTENT_TYPE, &content_type),
        attribute(oids::MESSAGE_DIGEST, &digest),
        attribute(oids::SIGNING_TIME, &time::write(now)),
        attribute(oids::SMIME_CAPABILITIES, &Capabilities::own()),
        attribute(oids::SIGNING_CERTIFICATE_V2, &signing_certificate),
    ])
}
