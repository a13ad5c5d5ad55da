//! Signatures on certificates, CRLs and OCSP answers: which algorithm, and whether it holds. OpenSSL
//! does the arithmetic; what it is given was read here.

use super::super::oid;
use super::super::tlv::{self, NotDer, Tlv, tag};
use super::ids;
use super::keys::{Kind, PublicKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};

/// Hashes under signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn digest(self) -> MessageDigest {
        match self {
            Hash::Md5 => MessageDigest::md5(),
            Hash::Sha1 => MessageDigest::sha1(),
            Hash::Sha224 => MessageDigest::sha224(),
            Hash::Sha256 => MessageDigest::sha256(),
            Hash::Sha384 => MessageDigest::sha384(),
            Hash::Sha512 => MessageDigest::sha512(),
        }
    }

    fn weak_name(self) -> Option<&'static str> {
        match self {
            Hash::Md5 => Some("MD5"),
            Hash::Sha1 => Some("SHA-1"),
            Hash::Sha224 | Hash::Sha256 | Hash::Sha384 | Hash::Sha512 => None,
        }
    }
}

/// A signature algorithm with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Algorithm(Scheme);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Rsa(Hash),
    Pss { hash: Hash, mask: Hash, salt: i32 },
    Ecdsa(Hash),
    Dsa(Hash),
    Edwards,
    MlDsa,
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unverified {
    /// It is not by this key over these bytes.
    Bad,
    /// Its algorithm, or the key's, is not known here: its identifier with dots.
    Unsupported(String),
}

impl Algorithm {
    /// Reads a whole AlgorithmIdentifier. The error is the identifier with dots.
    pub fn read(whole: &[u8]) -> Result<Algorithm, String> {
        let mut inside = tlv::only(whole, tag::SEQUENCE)
            .map_err(|_| oid::hex(whole))?
            .inside();
        let kind = inside.expect(tag::OID).map_err(|_| oid::hex(whole))?.value;
        let unsupported = || oid::dotted(kind);
        let parameters = match inside.is_empty() {
            true => None,
            false => Some(inside.any().map_err(|_| unsupported())?),
        };
        inside.finish().map_err(|_| unsupported())?;
        let absent = parameters.is_none();
        let null = absent || parameters.is_some_and(|p| p.tag == tag::NULL && p.value.is_empty());
        let scheme = if let Some([number]) = kind.strip_prefix(ids::PKCS1) {
            match number {
                10 => pss(parameters).map_err(|_| unsupported())?,
                4 if null => Scheme::Rsa(Hash::Md5),
                5 if null => Scheme::Rsa(Hash::Sha1),
                11 if null => Scheme::Rsa(Hash::Sha256),
                12 if null => Scheme::Rsa(Hash::Sha384),
                13 if null => Scheme::Rsa(Hash::Sha512),
                14 if null => Scheme::Rsa(Hash::Sha224),
                _ => return Err(unsupported()),
            }
        } else if let Some([number]) = kind.strip_prefix(ids::ECDSA_SHA2) {
            match number {
                1 if absent => Scheme::Ecdsa(Hash::Sha224),
                2 if absent => Scheme::Ecdsa(Hash::Sha256),
                3 if absent => Scheme::Ecdsa(Hash::Sha384),
                4 if absent => Scheme::Ecdsa(Hash::Sha512),
                _ => return Err(unsupported()),
            }
        } else if let Some([number]) = kind.strip_prefix(oid::key::NIST_SIGNATURES) {
            match number {
                1 if absent => Scheme::Dsa(Hash::Sha224),
                2 if absent => Scheme::Dsa(Hash::Sha256),
                17..=19 if absent => Scheme::MlDsa,
                _ => return Err(unsupported()),
            }
        } else {
            match kind {
                ids::ECDSA_SHA1 if absent => Scheme::Ecdsa(Hash::Sha1),
                ids::DSA_SHA1 if null => Scheme::Dsa(Hash::Sha1),
                oid::key::ED25519 | oid::key::ED448 if absent => Scheme::Edwards,
                _ => return Err(unsupported()),
            }
        };
        Ok(Algorithm(scheme))
    }

    /// The hash's name, when it can be collided.
    pub fn weak_hash(self) -> Option<&'static str> {
        match self.0 {
            Scheme::Rsa(hash) | Scheme::Ecdsa(hash) | Scheme::Dsa(hash) => hash.weak_name(),
            Scheme::Pss { hash, mask, .. } => hash.weak_name().or(mask.weak_name()),
            Scheme::Edwards | Scheme::MlDsa => None,
        }
    }
}

/// RSASSA-PSS-params (RFC 4055 §3.1); each default is SHA-1's.
fn pss(parameters: Option<Tlv<'_>>) -> Result<Scheme, NotDer> {
    let mut inside = match parameters {
        Some(found) if found.tag == tag::SEQUENCE => found.inside(),
        Some(_) | None => return Err(NotDer),
    };
    let mut hash = Hash::Sha1;
    let mut mask = Hash::Sha1;
    let mut salt = 20;
    if let Some(found) = inside.optional(tag::constructed(0))? {
        hash = hash_of(tlv::only(found.value, tag::SEQUENCE)?)?;
    }
    if let Some(found) = inside.optional(tag::constructed(1))? {
        let mut generator = tlv::only(found.value, tag::SEQUENCE)?.inside();
        if generator.expect(tag::OID)?.value != ids::MGF1 {
            return Err(NotDer);
        }
        mask = hash_of(generator.expect(tag::SEQUENCE)?)?;
        generator.finish()?;
    }
    if let Some(found) = inside.optional(tag::constructed(2))? {
        let length = tlv::small(&tlv::only(found.value, tag::INTEGER)?)?;
        salt = i32::try_from(length).map_err(|_| NotDer)?;
    }
    if let Some(found) = inside.optional(tag::constructed(3))?
        && tlv::small(&tlv::only(found.value, tag::INTEGER)?)? != 1
    {
        return Err(NotDer);
    }
    inside.finish()?;
    Ok(Scheme::Pss { hash, mask, salt })
}

fn hash_of(identifier: Tlv<'_>) -> Result<Hash, NotDer> {
    let mut inside = identifier.inside();
    let kind = inside.expect(tag::OID)?.value;
    inside.optional(tag::NULL)?;
    inside.finish()?;
    if kind == ids::SHA1 {
        return Ok(Hash::Sha1);
    }
    match kind.strip_prefix(ids::SHA2) {
        Some([1]) => Ok(Hash::Sha256),
        Some([2]) => Ok(Hash::Sha384),
        Some([3]) => Ok(Hash::Sha512),
        Some([4]) => Ok(Hash::Sha224),
        Some(_) | None => Err(NotDer),
    }
}

/// Checks a signature.
///
/// # Errors
/// When it does not hold, or is of a kind that is not known here. A key too large is unsupported.
pub fn verify(
    algorithm: &[u8],
    signed: &[u8],
    signature: &[u8],
    key: &PublicKey,
) -> Result<(), Unverified> {
    let scheme = Algorithm::read(algorithm)
        .map_err(Unverified::Unsupported)?
        .0;
    let kind = key.kind();
    let fits = match scheme {
        Scheme::Rsa(_) => kind == Kind::Rsa,
        Scheme::Pss { .. } => matches!(kind, Kind::Rsa | Kind::RsaPss),
        Scheme::Ecdsa(_) => kind == Kind::Ec,
        Scheme::Dsa(_) => kind == Kind::Dsa,
        Scheme::Edwards => kind == Kind::Edwards,
        Scheme::MlDsa => kind == Kind::MlDsa,
    };
    if kind == Kind::Unknown || key.is_too_large() || !key.names_its_curve() {
        return Err(Unverified::Unsupported(key.name()));
    }
    if !fits {
        return Err(Unverified::Bad);
    }
    let key = PKey::public_key_from_der(key.der()).map_err(|_| Unverified::Bad)?;
    match check(scheme, &key, signed, signature) {
        Ok(true) => Ok(()),
        // What OpenSSL cannot read as a signature is none.
        Ok(false) | Err(_) => Err(Unverified::Bad),
    }
}

fn check(
    scheme: Scheme,
    key: &PKey<Public>,
    signed: &[u8],
    signature: &[u8],
) -> Result<bool, ErrorStack> {
    let mut verifier = match scheme {
        Scheme::Rsa(hash) | Scheme::Ecdsa(hash) | Scheme::Dsa(hash) => {
            Verifier::new(hash.digest(), key)?
        }
        Scheme::Pss { hash, mask, salt } => {
            let mut verifier = Verifier::new(hash.digest(), key)?;
            verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
            verifier.set_rsa_mgf1_md(mask.digest())?;
            verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(salt))?;
            verifier
        }
        Scheme::Edwards | Scheme::MlDsa => Verifier::new_without_digest(key)?,
    };
    verifier.verify_oneshot(signature, signed)
}
