//! Files of certificates and keys: PEM and DER, PKCS #12, PKCS #7 lists, private keys. Each item is
//! taken or refused by itself (rule 54).

use super::bundle::Bundle;
use super::name::elements;
use super::tlv::{self, NotDer, Reader, Tlv, tag};
use super::{X509Cert, ber, pem, pkcs12};
use crate::cert::{Cert, KeyFileProblem, KeyRefusal, ParsedKey};
use zeroize::Zeroizing;

/// Most certificates in one file.
const CERTS: usize = 100_000;

/// What one piece of a file is.
enum Piece {
    Certs(Vec<Vec<u8>>),
    Key(Zeroizing<Vec<u8>>),
    LockedKey(Zeroizing<Vec<u8>>),
    Pkcs12(Vec<u8>),
    Request,
}

/// Reads a file; `None` when nothing in it is X.509's.
pub fn parse_many(bytes: &[u8]) -> Option<Result<Vec<ParsedKey>, KeyFileProblem>> {
    if bytes.first() == Some(&tag::SEQUENCE) {
        let mut found = Found::default();
        found.add(binary(bytes)?);
        return Some(Ok(found.into_keys()));
    }
    let mut found = Found::default();
    for block in pem::blocks(bytes) {
        let piece = match block.label {
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => block
                .bytes
                .and_then(|der| first_element(&der))
                .map(|der| Piece::Certs(vec![der])),
            "PKCS7" | "CMS" | "PKCS #7 SIGNED DATA" | "PKCS12" => {
                block.bytes.as_deref().and_then(|der| binary(der))
            }
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" if !block.has_headers => {
                block.bytes.map(Piece::Key)
            }
            "ENCRYPTED PRIVATE KEY" => block.bytes.map(Piece::LockedKey),
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Some(Piece::Request),
            label if label.ends_with("PRIVATE KEY") && !label.starts_with("OPENSSH") => None,
            _ => continue,
        };
        match piece {
            Some(piece) => found.add(piece),
            None => found.refused.push(KeyRefusal::Malformed {
                detail: format!("damaged, or protected in an old way: {}", block.label),
            }),
        }
    }
    let keys = found.into_keys();
    (!keys.is_empty()).then_some(Ok(keys))
}

/// A certificate with OpenSSL's trust settings behind it, or by itself.
fn first_element(der: &[u8]) -> Option<Vec<u8>> {
    let first = Reader::new(der).expect(tag::SEQUENCE).ok()?;
    Some(first.whole.to_vec())
}

#[derive(Default)]
struct Found {
    certs: Vec<Vec<u8>>,
    bundle: Bundle,
    has_keys: bool,
    refused: Vec<KeyRefusal>,
    files: Vec<Bundle>,
}

impl Found {
    fn add(&mut self, piece: Piece) {
        match piece {
            Piece::Certs(certs) => {
                let room = CERTS.saturating_sub(self.certs.len());
                self.certs.extend(certs.into_iter().take(room));
            }
            Piece::Key(key) => {
                self.has_keys = true;
                self.bundle.add_key(key);
            }
            Piece::LockedKey(key) => {
                self.has_keys = true;
                self.bundle.add_locked_key(key);
            }
            Piece::Pkcs12(der) => self.files.push(Bundle::pkcs12(der)),
            Piece::Request => self.refused.push(KeyRefusal::Request),
        }
    }

    fn into_keys(mut self) -> Vec<ParsedKey> {
        let mut keys = Vec::new();
        if self.has_keys {
            for cert in self.certs {
                self.bundle.add_cert(cert);
            }
            keys.push(ParsedKey::Bundle(Box::new(self.bundle)));
        } else {
            keys.extend(self.certs.iter().map(|der| certificate(der)));
        }
        let files = self.files.into_iter();
        keys.extend(files.map(|file| ParsedKey::Bundle(Box::new(file))));
        keys.extend(self.refused.into_iter().map(ParsedKey::Refused));
        keys
    }
}

/// What a file in DER or BER is; `None` when it is nothing that is known here.
fn binary(bytes: &[u8]) -> Option<Piece> {
    // Text behind the element, as a blank line, is nobody's business.
    let whole = match Reader::new(bytes).expect(tag::SEQUENCE) {
        Ok(whole) => whole.whole.to_vec(),
        Err(NotDer) => ber::to_der(bytes).ok()?,
    };
    let element = tlv::only(&whole, tag::SEQUENCE).ok()?;
    let mut inside = element.inside();
    let first = inside.any().ok()?;
    match first.tag {
        tag::INTEGER => Some(if pkcs12::looks_like(&whole) {
            Piece::Pkcs12(whole)
        } else {
            Piece::Key(Zeroizing::new(whole))
        }),
        tag::OID => list(&first, inside).map(Piece::Certs),
        tag::SEQUENCE => {
            let second = inside.any().ok()?;
            let head = first.inside().peek();
            match (head, second.tag) {
                (Some(tag::OID), tag::OCTET_STRING) => {
                    Some(Piece::LockedKey(Zeroizing::new(whole)))
                }
                // A request begins with its version, a certificate with its version in [0] or with
                // its serial number, and then the algorithm.
                (Some(tag::INTEGER), tag::SEQUENCE) if is_request(&first) => Some(Piece::Request),
                (Some(_), tag::SEQUENCE) => Some(Piece::Certs(vec![whole])),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_request(info: &Tlv<'_>) -> bool {
    let mut inside = info.inside();
    let _version = inside.any();
    let subject = inside.any().map(|name| name.inside().peek());
    // An AlgorithmIdentifier would begin with an identifier.
    subject != Ok(Some(tag::OID))
}

/// The certificates of a SignedData (RFC 5652 §5.1, PKCS #7), which need not sign anything.
fn list(kind: &Tlv<'_>, mut rest: Reader<'_>) -> Option<Vec<Vec<u8>>> {
    const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
    if kind.value != SIGNED_DATA {
        return None;
    }
    let wrapped = rest.expect(tag::constructed(0)).ok()?;
    let mut data = tlv::only(wrapped.value, tag::SEQUENCE).ok()?.inside();
    data.expect(tag::INTEGER).ok()?;
    data.expect(tag::SET).ok()?;
    data.expect(tag::SEQUENCE).ok()?;
    let certs = data.optional(tag::constructed(0)).ok()??;
    let certs = elements(&certs, CERTS).ok()?;
    Some(
        certs
            .iter()
            .filter(|cert| cert.tag == tag::SEQUENCE)
            .map(|cert| cert.whole.to_vec())
            .collect(),
    )
}

/// One certificate, unless something is wrong with it.
fn certificate(der: &[u8]) -> ParsedKey {
    match checked(der) {
        Ok(cert) => ParsedKey::Cert(Cert::X509(cert), Vec::new()),
        Err(refusal) => ParsedKey::Refused(refusal),
    }
}

/// A certificate that nothing is wrong with.
pub(super) fn checked(der: &[u8]) -> Result<X509Cert, KeyRefusal> {
    let cert = X509Cert::from_der(der)?;
    match cert.problems().first() {
        Some(problem) => Err(KeyRefusal::Problem(problem.clone())),
        None => Ok(cert),
    }
}
