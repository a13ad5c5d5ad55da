//! Public keys as certificates carry them: their kind, how strong they are, and the DSA parameters
//! that some inherit (RFC 3279 §2.3.2).

use super::super::oid;
use super::super::tlv::{self, NotDer, Reader, tag};

/// Largest RSA key that is used, in bits: checking one signature by a larger takes too long.
pub const RSA_MOST: u64 = 8_192;
/// Smallest RSA key that is not weak, in bits (RFC 8550 §4.3).
const RSA_LEAST: u64 = 2_048;
/// Smallest elliptic curve that is not weak, in bits.
const EC_LEAST: u64 = 224;

/// Kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// RSA, for any use.
    Rsa,
    /// RSA for PSS signatures only.
    RsaPss,
    /// DSA.
    Dsa,
    /// A NIST, Brainpool or Koblitz curve.
    Ec,
    /// Ed25519 or Ed448.
    Edwards,
    /// X25519 or X448: they agree on keys and sign nothing.
    Montgomery,
    /// ML-DSA.
    MlDsa,
    /// ML-KEM: it encapsulates keys and signs nothing.
    MlKem,
    /// Not known here.
    Unknown,
}

/// A SubjectPublicKeyInfo.
#[derive(Clone)]
pub struct PublicKey {
    der: Vec<u8>,
    /// The algorithm's content octets.
    algorithm: Vec<u8>,
    /// The parameters' whole element, if there is one.
    parameters: Option<Vec<u8>>,
    /// The key's octets, without the count of unused bits.
    octets: Vec<u8>,
    bits: u64,
}

impl PublicKey {
    /// Reads the whole element.
    pub fn read(der: &[u8]) -> Result<PublicKey, NotDer> {
        let mut inside = tlv::only(der, tag::SEQUENCE)?.inside();
        let mut algorithm = inside.expect(tag::SEQUENCE)?.inside();
        let octets = tlv::octets_of_bits(&inside.expect(tag::BIT_STRING)?)?.to_vec();
        inside.finish()?;
        let kind = algorithm.expect(tag::OID)?.value.to_vec();
        let parameters = if algorithm.is_empty() {
            None
        } else {
            Some(algorithm.any()?.whole.to_vec())
        };
        algorithm.finish()?;
        let mut key = PublicKey {
            der: der.to_vec(),
            algorithm: kind,
            parameters,
            octets,
            bits: 0,
        };
        key.bits = key.count_bits()?;
        Ok(key)
    }

    /// The whole element.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The key's octets: what OCSP hashes.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// What kind of key it is.
    pub fn kind(&self) -> Kind {
        let numbered = |arc: &[u8], numbers: std::ops::RangeInclusive<u8>| {
            let number = self.algorithm.strip_prefix(arc);
            number.is_some_and(|n| matches!(n, [n] if numbers.contains(n)))
        };
        match self.algorithm.as_slice() {
            oid::key::RSA => Kind::Rsa,
            oid::key::RSA_PSS => Kind::RsaPss,
            oid::key::DSA => Kind::Dsa,
            oid::key::EC => Kind::Ec,
            oid::key::ED25519 | oid::key::ED448 => Kind::Edwards,
            oid::key::X25519 | oid::key::X448 => Kind::Montgomery,
            _ if numbered(oid::key::NIST_SIGNATURES, 17..=19) => Kind::MlDsa,
            _ if numbered(oid::key::NIST_KEMS, 1..=3) => Kind::MlKem,
            _ => Kind::Unknown,
        }
    }

    /// Its size in bits where that decides its strength: RSA and elliptic curves.
    fn count_bits(&self) -> Result<u64, NotDer> {
        match self.kind() {
            Kind::Rsa | Kind::RsaPss => bits_of_rsa(&self.octets),
            Kind::Ec => {
                // 04, x, y; or 02 or 03 and x.
                let point = self.octets.len().saturating_sub(1);
                let field = match self.octets.first() {
                    Some(4) => point.checked_div(2).unwrap_or(0),
                    Some(2 | 3) => point,
                    _ => return Err(NotDer),
                };
                Ok(u64::try_from(field).unwrap_or(0).saturating_mul(8))
            }
            Kind::Dsa
            | Kind::Edwards
            | Kind::Montgomery
            | Kind::MlDsa
            | Kind::MlKem
            | Kind::Unknown => Ok(0),
        }
    }

    /// Whether it is too large to be used.
    pub fn is_too_large(&self) -> bool {
        matches!(self.kind(), Kind::Rsa | Kind::RsaPss) && self.bits > RSA_MOST
    }

    /// Its name with its size, when it is weak.
    pub fn weakness(&self) -> Option<String> {
        match self.kind() {
            Kind::Rsa | Kind::RsaPss if self.bits < RSA_LEAST => Some(self.name()),
            Kind::Ec if self.bits < EC_LEAST => Some(self.name()),
            Kind::Dsa => Some(self.name()),
            Kind::Rsa
            | Kind::RsaPss
            | Kind::Ec
            | Kind::Edwards
            | Kind::Montgomery
            | Kind::MlDsa
            | Kind::MlKem
            | Kind::Unknown => None,
        }
    }

    /// For people: the algorithm, with its size where it has one.
    pub fn name(&self) -> String {
        match self.kind() {
            Kind::Rsa | Kind::RsaPss => format!("RSA-{}", self.bits),
            Kind::Dsa => "DSA".to_owned(),
            Kind::Ec => format!("EC-{}", self.bits),
            Kind::Edwards if self.algorithm == oid::key::ED25519 => "Ed25519".to_owned(),
            Kind::Edwards => "Ed448".to_owned(),
            Kind::Montgomery if self.algorithm == oid::key::X25519 => "X25519".to_owned(),
            Kind::Montgomery => "X448".to_owned(),
            Kind::MlDsa => "ML-DSA".to_owned(),
            Kind::MlKem => "ML-KEM".to_owned(),
            Kind::Unknown => oid::dotted(&self.algorithm),
        }
    }

    /// An elliptic curve must be named: parameters written out can hide a generator for which a
    /// forger knows the secret.
    pub fn names_its_curve(&self) -> bool {
        let named = self.parameters.as_deref().map(|p| Reader::new(p).peek());
        self.kind() != Kind::Ec || named == Some(Some(tag::OID))
    }

    /// Whether it is a DSA key that has its issuer's parameters.
    pub fn inherits(&self) -> bool {
        let none = match self.parameters.as_deref() {
            None => true,
            Some(whole) => Reader::new(whole).peek() == Some(tag::NULL),
        };
        self.kind() == Kind::Dsa && none
    }

    /// The key with its issuer's parameters, where it has none of its own.
    pub fn inheriting(&self, issuer: &PublicKey) -> PublicKey {
        let parameters = match (self.inherits(), issuer.kind(), &issuer.parameters) {
            (true, Kind::Dsa, Some(parameters)) => parameters,
            _ => return self.clone(),
        };
        let algorithm = tlv::write_all(
            tag::SEQUENCE,
            &[&tlv::write(tag::OID, &self.algorithm), parameters],
        );
        let der = tlv::write_all(tag::SEQUENCE, &[&algorithm, &tlv::write_bits(&self.octets)]);
        PublicKey {
            der,
            parameters: Some(parameters.clone()),
            ..self.clone()
        }
    }
}

/// Size in bits of an RSAPublicKey (RFC 8017 §A.1.1) that is sound.
fn bits_of_rsa(octets: &[u8]) -> Result<u64, NotDer> {
    let mut numbers = tlv::only(octets, tag::SEQUENCE)?.inside();
    let modulus = numbers.expect(tag::INTEGER)?.value;
    let exponent = numbers.expect(tag::INTEGER)?.value;
    numbers.finish()?;
    let even = exponent.last().is_none_or(|last| last & 1 == 0);
    let negative = |n: &[u8]| n.first().is_none_or(|first| first & 0x80 != 0);
    if even || exponent == [1] || negative(exponent) || negative(modulus) {
        return Err(NotDer);
    }
    let digits = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let zeros = digits.first().map_or(0, |first| first.leading_zeros());
    let all = u64::try_from(digits.len()).unwrap_or(u64::MAX);
    Ok(all.saturating_mul(8).saturating_sub(u64::from(zeros)))
}

/// Size in bits of an RSA key, as a SubjectPublicKeyInfo or bare, as DKIM's records hold it; `None` where
/// it is no RSA key.
pub fn rsa_bits(der: &[u8]) -> Option<u64> {
    match PublicKey::read(der) {
        Ok(key) if key.kind() == Kind::Rsa => key.count_bits().ok(),
        Ok(_) => None,
        Err(_) => bits_of_rsa(der).ok(),
    }
}
