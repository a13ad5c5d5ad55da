//! Hashes of CMS (RFC 5754, 8702), by identifier and name.

use super::oids;
use const_oid::ObjectIdentifier;
use openssl::error::ErrorStack;
use openssl::hash::{Hasher, MessageDigest};

/// A hash algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// MD5: can be collided.
    Md5,
    /// SHA-1: can be collided.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHA3-256.
    Sha3_256,
    /// SHA3-384.
    Sha3_384,
    /// SHA3-512.
    Sha3_512,
    /// SHAKE256 with 64 bytes (RFC 8419, for Ed448).
    Shake256,
}

impl Hash {
    /// The algorithm with this identifier.
    pub fn of(oid: ObjectIdentifier) -> Option<Hash> {
        Some(match oid {
            oids::MD5 => Hash::Md5,
            oids::SHA1 => Hash::Sha1,
            oids::SHA224 => Hash::Sha224,
            oids::SHA256 => Hash::Sha256,
            oids::SHA384 => Hash::Sha384,
            oids::SHA512 => Hash::Sha512,
            oids::SHA3_256 => Hash::Sha3_256,
            oids::SHA3_384 => Hash::Sha3_384,
            oids::SHA3_512 => Hash::Sha3_512,
            oids::SHAKE256 => Hash::Shake256,
            _ => return None,
        })
    }

    /// The hash of an HMAC with this identifier (RFC 8018 §B.1).
    pub fn of_hmac(oid: ObjectIdentifier) -> Option<Hash> {
        Some(match oid {
            oids::HMAC_SHA1 => Hash::Sha1,
            oids::HMAC_SHA224 => Hash::Sha224,
            oids::HMAC_SHA256 => Hash::Sha256,
            oids::HMAC_SHA384 => Hash::Sha384,
            oids::HMAC_SHA512 => Hash::Sha512,
            _ => return None,
        })
    }

    /// Its identifier.
    pub fn oid(self) -> ObjectIdentifier {
        match self {
            Hash::Md5 => oids::MD5,
            Hash::Sha1 => oids::SHA1,
            Hash::Sha224 => oids::SHA224,
            Hash::Sha256 => oids::SHA256,
            Hash::Sha384 => oids::SHA384,
            Hash::Sha512 => oids::SHA512,
            Hash::Sha3_256 => oids::SHA3_256,
            Hash::Sha3_384 => oids::SHA3_384,
            Hash::Sha3_512 => oids::SHA3_512,
            Hash::Shake256 => oids::SHAKE256,
        }
    }

    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Hash::Md5 => "MD5",
            Hash::Sha1 => "SHA-1",
            Hash::Sha224 => "SHA-224",
            Hash::Sha256 => "SHA-256",
            Hash::Sha384 => "SHA-384",
            Hash::Sha512 => "SHA-512",
            Hash::Sha3_256 => "SHA3-256",
            Hash::Sha3_384 => "SHA3-384",
            Hash::Sha3_512 => "SHA3-512",
            Hash::Shake256 => "SHAKE256",
        }
    }

    /// As `micalg` says it (RFC 8551 §3.5.3.2).
    pub fn micalg(self) -> &'static str {
        match self {
            Hash::Md5 => "md5",
            Hash::Sha1 => "sha-1",
            Hash::Sha224 => "sha-224",
            Hash::Sha256 => "sha-256",
            Hash::Sha384 => "sha-384",
            Hash::Sha512 => "sha-512",
            Hash::Sha3_256 | Hash::Sha3_384 | Hash::Sha3_512 | Hash::Shake256 => "unknown",
        }
    }

    /// Whether two messages with the same hash can be made.
    pub fn is_weak(self) -> bool {
        matches!(self, Hash::Md5 | Hash::Sha1)
    }

    /// For OpenSSL.
    pub fn digest(self) -> MessageDigest {
        match self {
            Hash::Md5 => MessageDigest::md5(),
            Hash::Sha1 => MessageDigest::sha1(),
            Hash::Sha224 => MessageDigest::sha224(),
            Hash::Sha256 => MessageDigest::sha256(),
            Hash::Sha384 => MessageDigest::sha384(),
            Hash::Sha512 => MessageDigest::sha512(),
            Hash::Sha3_256 => MessageDigest::sha3_256(),
            Hash::Sha3_384 => MessageDigest::sha3_384(),
            Hash::Sha3_512 => MessageDigest::sha3_512(),
            Hash::Shake256 => MessageDigest::shake_256(),
        }
    }

    /// The hash over these pieces, one after another.
    pub fn over(self, pieces: &[&[u8]]) -> Result<Vec<u8>, ErrorStack> {
        let mut hasher = Hasher::new(self.digest())?;
        for piece in pieces {
            hasher.update(piece)?;
        }
        if self == Hash::Shake256 {
            let mut out = vec![0; 64];
            hasher.finish_xof(&mut out)?;
            return Ok(out);
        }
        Ok(hasher.finish()?.to_vec())
    }
}
