//! X.509 certificates (RFC 5280, RFC 8550): read in Rust, byte for byte, and judged for mail.
//!
//! Hostile bytes meet our own reader ([`tlv`]) alone; OpenSSL gets keys and signatures that were
//! looked at before.

mod ber;
mod bundle;
pub mod chain;
mod extensions;
mod file;
mod generate;
mod judge;
mod key;
mod name;
pub mod oid;
mod pem;
mod pkcs12;
mod problem;
mod secret;
#[cfg(test)]
mod tests;
pub mod time;
pub mod tlv;

pub use bundle::{Bundle, LooseKey, Unlocked};
pub use extensions::KeyUsage;
pub use file::parse_many;
pub use generate::{KeyChoice, Request};
pub use key::{Curve, KeyKind, KeyManagement};
pub use name::Name;
pub use problem::CertProblem;
pub use secret::X509Secret;

use super::{Fingerprint, KeyRefusal, UserId};
use crate::address::Address;
use crate::base::{Time, Untrusted, limits};
use base64::Engine as _;
use extensions::Extensions;
use openssl::pkey::{PKey, Public};
use std::fmt;
use std::sync::Arc;
use tlv::{NotDer, Reader, tag};

/// An X.509 certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct X509Cert(Arc<Facts>);

/// What was read; offsets are within `der`, which stays as it came.
#[derive(PartialEq, Eq)]
struct Facts {
    der: Vec<u8>,
    fingerprint: Fingerprint,
    serial: Vec<u8>,
    issuer: Name,
    subject: Name,
    not_before: Time,
    not_after: Time,
    spki: Vec<u8>,
    kind: KeyKind,
    signature_algorithm: Vec<u8>,
    extensions: Extensions,
    addresses: Vec<Address>,
    problems: Vec<CertProblem>,
}

/// Longest serial number in octets (RFC 5280 §4.1.2.2).
const SERIAL_OCTETS: usize = 20;

impl X509Cert {
    /// Reads one certificate in DER. What is wrong with one that can be read stands in
    /// [`X509Cert::problems`]; with any, it is usable for nothing.
    pub fn from_der(der: &[u8]) -> Result<X509Cert, KeyRefusal> {
        if der.len() > limits::CERT_BYTES {
            return Err(KeyRefusal::TooLarge { bytes: der.len() });
        }
        read(der).map_err(|NotDer| KeyRefusal::Malformed {
            detail: "no X.509 certificate in DER".to_owned(),
        })
    }

    /// The exact bytes.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// Its fingerprint: SHA-256 of the DER.
    pub fn fingerprint(&self) -> Fingerprint {
        self.0.fingerprint.clone()
    }

    /// Whose it is.
    pub fn subject(&self) -> &Name {
        &self.0.subject
    }

    /// Who signed it.
    pub fn issuer(&self) -> &Name {
        &self.0.issuer
    }

    /// The content octets of the serial number, as they stand.
    pub fn serial(&self) -> &[u8] {
        &self.0.serial
    }

    /// Its mail addresses: those of subjectAltName or, only where it has none, of the subject
    /// (rule 8).
    pub fn addresses(&self) -> &[Address] {
        &self.0.addresses
    }

    /// From when on it is valid.
    pub fn not_before(&self) -> Time {
        self.0.not_before
    }

    /// Until when it is valid.
    pub fn not_after(&self) -> Time {
        self.0.not_after
    }

    /// When it expires; `None` for the date that means "never" (RFC 5280 §4.1.2.5).
    pub fn expires(&self) -> Option<Time> {
        (self.0.not_after < Time::MAX).then_some(self.0.not_after)
    }

    /// keyUsage, if it is there.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.extensions.key_usage
    }

    /// The purposes of extKeyUsage, if it is there, as content octets.
    pub fn purposes(&self) -> Option<&[Vec<u8>]> {
        self.0.extensions.purposes.as_deref()
    }

    /// The whole SubjectPublicKeyInfo.
    pub fn spki(&self) -> &[u8] {
        &self.0.spki
    }

    /// Kind and size of its key.
    pub fn key_kind(&self) -> &KeyKind {
        &self.0.kind
    }

    /// The whole AlgorithmIdentifier of its signature.
    pub fn signature_algorithm(&self) -> &[u8] {
        &self.0.signature_algorithm
    }

    /// Whether issuer and subject are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.0.subject.is_same(&self.0.issuer)
    }

    /// Whether it says that it is a certification authority's.
    pub fn is_ca(&self) -> bool {
        self.0.extensions.ca
    }

    /// subjectKeyIdentifier.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key.as_deref()
    }

    /// The keyIdentifier of authorityKeyIdentifier.
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.0.extensions.authority_key.as_deref()
    }

    /// Where its issuer's certificate is, as it says. Never fetched but on a click (rule 25).
    pub fn issuer_places(&self) -> &[String] {
        &self.0.extensions.issuer_at
    }

    /// What keeps it from being taken in and used.
    pub fn problems(&self) -> &[CertProblem] {
        &self.0.problems
    }

    /// Its key for OpenSSL; nothing when OpenSSL cannot use it.
    pub fn public_key(&self) -> Option<PKey<Public>> {
        if self.0.problems.iter().any(is_about_key) {
            return None;
        }
        PKey::public_key_from_der(&self.0.spki).ok()
    }

    /// One line for each address with the name beside it, and the whole subject.
    pub fn user_ids(&self) -> Vec<UserId> {
        let subject = self.0.subject.text();
        let name = self.0.subject.common_name().unwrap_or_default().trim();
        let mut ids: Vec<UserId> = self
            .0
            .addresses
            .iter()
            .map(|address| UserId {
                text: match name {
                    "" => Untrusted::new(address.as_str()),
                    name if name == address.as_str() => Untrusted::new(name),
                    name => Untrusted::new(format!("{name} <{}>", address.as_str())),
                },
                address: Some(address.clone()),
            })
            .collect();
        ids.push(UserId {
            text: subject,
            address: None,
        });
        ids
    }

    /// The names by which messages and other certificates point at it: fingerprint,
    /// subjectKeyIdentifier, issuer with serial number, subject, and key.
    pub fn key_handles(&self) -> Vec<String> {
        let mut handles = vec![
            self.0.fingerprint.as_hex().to_owned(),
            issuer_serial_handle(&self.0.issuer, &self.0.serial),
            subject_handle(&self.0.subject),
            spki_handle(&self.0.spki),
        ];
        handles.extend(self.subject_key_id().map(oid::hex));
        handles
    }

    /// In PEM (RFC 7468), LF line ends.
    pub fn to_pem(&self) -> Vec<u8> {
        pem_block("CERTIFICATE", &self.0.der)
    }
}

impl fmt::Debug for X509Cert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "X.509 cert {}", self.0.fingerprint)
    }
}

/// The handle for an issuer and a serial number's content octets (RFC 5652 §10.2.4).
pub fn issuer_serial_handle(issuer: &Name, serial: &[u8]) -> String {
    let serial = tlv::write(tag::INTEGER, serial);
    let named = [issuer.canonical(), serial].concat();
    format!("ISSUER-SERIAL-{}", oid::hex(&sha256(&named)))
}

/// The handle for all certificates of one subject.
pub fn subject_handle(subject: &Name) -> String {
    format!("SUBJECT-{}", oid::hex(&sha256(&subject.canonical())))
}

/// The handle for all certificates of one key; `spki` is the whole SubjectPublicKeyInfo.
pub fn spki_handle(spki: &[u8]) -> String {
    format!("KEY-{}", oid::hex(&sha256(spki)))
}

/// A PEM block, 64 columns, LF line ends.
pub(crate) fn pem_block(label: &str, der: &[u8]) -> Vec<u8> {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n").into_bytes();
    for line in text.as_bytes().chunks(64) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out.extend_from_slice(format!("-----END {label}-----\n").as_bytes());
    out
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    openssl::sha::sha256(bytes)
}

fn is_about_key(problem: &CertProblem) -> bool {
    matches!(
        problem,
        CertProblem::KeyTooLarge { .. } | CertProblem::BadKey
    )
}

fn read(der: &[u8]) -> Result<X509Cert, NotDer> {
    let mut cert = tlv::only(der, tag::SEQUENCE)?.inside();
    let signed = cert.expect(tag::SEQUENCE)?;
    let outer_algorithm = cert.expect(tag::SEQUENCE)?.whole;
    cert.expect(tag::BIT_STRING)?;
    cert.finish()?;

    let mut tbs = signed.inside();
    if let Some(version) = tbs.optional(tag::constructed(0))? {
        let version = tlv::small(&tlv::only(version.value, tag::INTEGER)?)?;
        if version > 2 {
            return Err(NotDer);
        }
    }
    let serial = tbs.expect(tag::INTEGER)?.value;
    let algorithm = tbs.expect(tag::SEQUENCE)?.whole;
    let issuer = Name::from_der(tbs.expect(tag::SEQUENCE)?.whole)?;
    let mut validity = tbs.expect(tag::SEQUENCE)?.inside();
    let not_before = time::read(&validity.any()?)?;
    let not_after = time::read(&validity.any()?)?;
    validity.finish()?;
    let subject = Name::from_der(tbs.expect(tag::SEQUENCE)?.whole)?;
    let spki = tbs.expect(tag::SEQUENCE)?.whole;
    let (kind, key_problem) = key::kind_of(spki)?;
    let mut extensions = rest(tbs)?;

    let mut problems = std::mem::take(&mut extensions.problems);
    problems.extend(key_problem);
    problems.extend(serial_problem(serial)?);
    if algorithm != outer_algorithm {
        problems.push(CertProblem::AlgorithmsDiffer);
    }
    let oldest = Time::from_second(-631_152_000).unwrap_or(Time::MIN);
    if not_after < not_before || not_before < oldest {
        problems.push(CertProblem::AbsurdDates);
    }
    let addresses = addresses(&subject, &extensions, &mut problems);
    Ok(X509Cert(Arc::new(Facts {
        fingerprint: Fingerprint::from_bytes(&sha256(der)),
        der: der.to_vec(),
        serial: serial.to_vec(),
        issuer,
        subject,
        not_before,
        not_after,
        spki: spki.to_vec(),
        kind,
        signature_algorithm: outer_algorithm.to_vec(),
        extensions,
        addresses,
        problems,
    })))
}

/// The unique identifiers, which nobody uses, and the extensions.
fn rest(mut tbs: Reader<'_>) -> Result<Extensions, NotDer> {
    tbs.optional(tag::context(1))?;
    tbs.optional(tag::context(2))?;
    let extensions = match tbs.optional(tag::constructed(3))? {
        Some(wrapped) => extensions::read(&tlv::only(wrapped.value, tag::SEQUENCE)?)?,
        None => Extensions::default(),
    };
    tbs.finish()?;
    Ok(extensions)
}

fn serial_problem(serial: &[u8]) -> Result<Option<CertProblem>, NotDer> {
    let first = serial.first().ok_or(NotDer)?;
    let digits = if *first == 0 {
        serial.len().saturating_sub(1)
    } else {
        serial.len()
    };
    Ok(if first & 0x80 != 0 {
        Some(CertProblem::NegativeSerial)
    } else if digits > SERIAL_OCTETS {
        Some(CertProblem::LongSerial {
            octets: serial.len(),
        })
    } else {
        None
    })
}

fn addresses(
    subject: &Name,
    extensions: &Extensions,
    problems: &mut Vec<CertProblem>,
) -> Vec<Address> {
    if extensions.names_mail {
        return extensions.addresses.clone();
    }
    let mut addresses = Vec::new();
    for text in subject.email_addresses() {
        if text.contains('\0') {
            problems.push(CertProblem::NulInAddress);
        } else if let Ok(address) = Address::parse(text)
            && !addresses.contains(&address)
        {
            addresses.push(address);
        }
    }
    addresses
}
