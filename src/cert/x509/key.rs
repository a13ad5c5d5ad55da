//! What a SubjectPublicKeyInfo says: kind and size of the key (RFC 5280 §4.1.2.7).

use super::oid;
use super::problem::CertProblem;
use super::tlv::{self, NotDer, tag};

/// Largest RSA or DSA key that is used: verifying takes time with the cube of it.
const MOST_BITS: usize = 8192;
/// Largest public exponent in octets; what is in use has three.
const EXPONENT_OCTETS: usize = 8;

/// The kind of a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA for every use.
    Rsa {
        /// Bits of the modulus.
        bits: usize,
    },
    /// RSA for RSASSA-PSS signatures alone.
    RsaPss {
        /// Bits of the modulus.
        bits: usize,
    },
    /// DSA.
    Dsa,
    /// A key on a named curve.
    Ec(Curve),
    /// Ed25519: signs.
    Ed25519,
    /// Ed448: signs.
    Ed448,
    /// X25519: agrees on keys.
    X25519,
    /// X448: agrees on keys.
    X448,
    /// ML-DSA (FIPS 204): signs.
    MlDsa(u16),
    /// ML-KEM (FIPS 203): encapsulates keys.
    MlKem(u16),
    /// Something else; the algorithm with dots.
    Other(String),
}

/// A named curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// brainpoolP256r1.
    Brainpool256,
    /// brainpoolP384r1.
    Brainpool384,
    /// brainpoolP512r1.
    Brainpool512,
}

impl KeyKind {
    /// As people write it: `RSA-3072`, `NIST P-256`, `ML-KEM-768`.
    pub fn name(&self) -> String {
        match self {
            KeyKind::Rsa { bits } => format!("RSA-{}", bits.next_multiple_of(8)),
            KeyKind::RsaPss { bits } => format!("RSA-PSS-{}", bits.next_multiple_of(8)),
            KeyKind::Dsa => "DSA".into(),
            KeyKind::Ec(Curve::P256) => "NIST P-256".into(),
            KeyKind::Ec(Curve::P384) => "NIST P-384".into(),
            KeyKind::Ec(Curve::P521) => "NIST P-521".into(),
            KeyKind::Ec(Curve::Brainpool256) => "Brainpool P-256".into(),
            KeyKind::Ec(Curve::Brainpool384) => "Brainpool P-384".into(),
            KeyKind::Ec(Curve::Brainpool512) => "Brainpool P-512".into(),
            KeyKind::Ed25519 => "Ed25519".into(),
            KeyKind::Ed448 => "Ed448".into(),
            KeyKind::X25519 => "X25519".into(),
            KeyKind::X448 => "X448".into(),
            KeyKind::MlDsa(size) => format!("ML-DSA-{size}"),
            KeyKind::MlKem(size) => format!("ML-KEM-{size}"),
            KeyKind::Other(oid) => oid.clone(),
        }
    }

    /// Whether such keys sign.
    pub fn signs(&self) -> bool {
        match self {
            KeyKind::Rsa { .. }
            | KeyKind::RsaPss { .. }
            | KeyKind::Dsa
            | KeyKind::Ec(_)
            | KeyKind::Ed25519
            | KeyKind::Ed448
            | KeyKind::MlDsa(_) => true,
            KeyKind::X25519 | KeyKind::X448 | KeyKind::MlKem(_) | KeyKind::Other(_) => false,
        }
    }

    /// How a content key is put under such a key, if it can be.
    pub fn key_management(&self) -> Option<KeyManagement> {
        match self {
            KeyKind::Rsa { .. } => Some(KeyManagement::Transport),
            KeyKind::Ec(_) | KeyKind::X25519 | KeyKind::X448 => Some(KeyManagement::Agreement),
            KeyKind::MlKem(_) => Some(KeyManagement::Encapsulation),
            KeyKind::RsaPss { .. }
            | KeyKind::Dsa
            | KeyKind::Ed25519
            | KeyKind::Ed448
            | KeyKind::MlDsa(_)
            | KeyKind::Other(_) => None,
        }
    }

    /// Whether it is too weak to be used: RSA below 2048 bits, and DSA, which nobody makes any more.
    pub fn is_weak(&self) -> bool {
        match self {
            KeyKind::Rsa { bits } | KeyKind::RsaPss { bits } => *bits < 2048,
            KeyKind::Dsa => true,
            KeyKind::Ec(_)
            | KeyKind::Ed25519
            | KeyKind::Ed448
            | KeyKind::X25519
            | KeyKind::X448
            | KeyKind::MlDsa(_)
            | KeyKind::MlKem(_)
            | KeyKind::Other(_) => false,
        }
    }

    /// Whether it withstands quantum computers.
    pub fn is_post_quantum(&self) -> bool {
        matches!(self, KeyKind::MlDsa(_) | KeyKind::MlKem(_))
    }
}

/// How CMS brings a content key to a recipient (RFC 5652 §6.2, RFC 9629).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyManagement {
    /// KeyTransRecipientInfo.
    Transport,
    /// KeyAgreeRecipientInfo.
    Agreement,
    /// KEMRecipientInfo.
    Encapsulation,
}

/// Reads the kind of a key; `spki` is the whole SubjectPublicKeyInfo. The second is what keeps it
/// from being used.
pub fn kind_of(spki: &[u8]) -> Result<(KeyKind, Option<CertProblem>), NotDer> {
    let mut reader = tlv::only(spki, tag::SEQUENCE)?.inside();
    let mut algorithm = reader.expect(tag::SEQUENCE)?.inside();
    let key = tlv::octets_of_bits(&reader.expect(tag::BIT_STRING)?)?;
    reader.finish()?;
    let oid = algorithm.expect(tag::OID)?.value;
    let kind = match oid {
        oid::key::RSA | oid::key::RSA_PSS => return rsa(key, oid == oid::key::RSA_PSS),
        oid::key::DSA => {
            let large = algorithm.rest().len() > MOST_BITS;
            let too_large = large.then(|| CertProblem::KeyTooLarge { what: "DSA".into() });
            return Ok((KeyKind::Dsa, too_large));
        }
        oid::key::EC => match algorithm.optional(tag::OID)? {
            Some(curve) => curve_of(curve.value)
                .map_or_else(|| KeyKind::Other(oid::dotted(curve.value)), KeyKind::Ec),
            // Parameters written out may pretend to be a known curve.
            None => KeyKind::Other("EC with parameters of its own".to_owned()),
        },
        oid::key::ED25519 => KeyKind::Ed25519,
        oid::key::ED448 => KeyKind::Ed448,
        oid::key::X25519 => KeyKind::X25519,
        oid::key::X448 => KeyKind::X448,
        other => nist(other).unwrap_or_else(|| KeyKind::Other(oid::dotted(other))),
    };
    let fits = public_octets(&kind).is_none_or(|octets| key.len() == octets);
    Ok((kind, (!fits).then_some(CertProblem::BadKey)))
}

/// Octets of the public key, where the kind has one length (FIPS 203 and 204, RFC 8410).
fn public_octets(kind: &KeyKind) -> Option<usize> {
    match kind {
        KeyKind::Ed25519 | KeyKind::X25519 => Some(32),
        KeyKind::Ed448 => Some(57),
        KeyKind::X448 => Some(56),
        KeyKind::MlDsa(44) => Some(1312),
        KeyKind::MlDsa(65) => Some(1952),
        KeyKind::MlDsa(87) => Some(2592),
        KeyKind::MlKem(512) => Some(800),
        KeyKind::MlKem(768) => Some(1184),
        KeyKind::MlKem(1024) => Some(1568),
        KeyKind::MlDsa(_)
        | KeyKind::MlKem(_)
        | KeyKind::Rsa { .. }
        | KeyKind::RsaPss { .. }
        | KeyKind::Dsa
        | KeyKind::Ec(_)
        | KeyKind::Other(_) => None,
    }
}

fn nist(oid: &[u8]) -> Option<KeyKind> {
    let (last, arc) = oid.split_last()?;
    match (arc, last) {
        (oid::key::NIST_SIGNATURES, 17) => Some(KeyKind::MlDsa(44)),
        (oid::key::NIST_SIGNATURES, 18) => Some(KeyKind::MlDsa(65)),
        (oid::key::NIST_SIGNATURES, 19) => Some(KeyKind::MlDsa(87)),
        (oid::key::NIST_KEMS, 1) => Some(KeyKind::MlKem(512)),
        (oid::key::NIST_KEMS, 2) => Some(KeyKind::MlKem(768)),
        (oid::key::NIST_KEMS, 3) => Some(KeyKind::MlKem(1024)),
        _ => None,
    }
}

fn curve_of(oid: &[u8]) -> Option<Curve> {
    match oid {
        oid::key::P256 => Some(Curve::P256),
        oid::key::P384 => Some(Curve::P384),
        oid::key::P521 => Some(Curve::P521),
        other => match other.split_last()? {
            (7, oid::key::BRAINPOOL) => Some(Curve::Brainpool256),
            (11, oid::key::BRAINPOOL) => Some(Curve::Brainpool384),
            (13, oid::key::BRAINPOOL) => Some(Curve::Brainpool512),
            _ => None,
        },
    }
}

/// RSAPublicKey (RFC 8017 §A.1.1).
fn rsa(key: &[u8], pss: bool) -> Result<(KeyKind, Option<CertProblem>), NotDer> {
    let mut reader = tlv::only(key, tag::SEQUENCE)?.inside();
    let modulus = reader.expect(tag::INTEGER)?.value;
    let exponent = reader.expect(tag::INTEGER)?.value;
    reader.finish()?;
    let digits = match modulus {
        [0, rest @ ..] => rest,
        digits => digits,
    };
    let first = digits.first().copied().unwrap_or(0);
    let zeros = usize::try_from(first.leading_zeros()).unwrap_or(0);
    let bits = digits.len().saturating_mul(8).saturating_sub(zeros);
    let kind = if pss {
        KeyKind::RsaPss { bits }
    } else {
        KeyKind::Rsa { bits }
    };
    let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    let negative = |number: &[u8]| number.first().is_none_or(|first| first & 0x80 != 0);
    let problem = if bits > MOST_BITS || exponent.len() > EXPONENT_OCTETS {
        Some(CertProblem::KeyTooLarge { what: kind.name() })
    } else if !odd(modulus) || !odd(exponent) || negative(modulus) || negative(exponent) {
        Some(CertProblem::BadKey)
    } else if exponent == [1] {
        // "Encrypting" with it changes nothing.
        Some(CertProblem::BadKey)
    } else {
        None
    };
    Ok((kind, problem))
}
