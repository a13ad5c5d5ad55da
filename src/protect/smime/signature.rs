//! Signature values: the algorithms of CMS (RFC 3370, 4056, 5754, 8419, 9882), checked and made.

use super::hash::Hash;
use super::oids;
use crate::cert::x509::{KeyKind, tlv};
use const_oid::ObjectIdentifier;
use der::Encode as _;
use openssl::error::ErrorStack;
use openssl::md::{Md, MdRef};
use openssl::pkey::{PKey, Private, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer, Verifier};
use spki::AlgorithmIdentifierOwned;
use tlv::{NotDer, tag};

/// How a signature value was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 over this hash.
    Rsa(Hash),
    /// RSASSA-PSS.
    RsaPss {
        /// Over this hash.
        hash: Hash,
        /// Hash of the mask.
        mask: Hash,
        /// Bytes of salt.
        salt: u8,
    },
    /// DSA over this hash.
    Dsa(Hash),
    /// ECDSA over this hash.
    Ecdsa(Hash),
    /// Ed25519, Ed448 or ML-DSA: over the message itself.
    Pure,
}

impl Algorithm {
    /// Reads a signature algorithm; `digest` is the signer's digest algorithm, which counts where the
    /// signature algorithm names none. `None` for what is not known, or damaged.
    pub fn read(algorithm: &AlgorithmIdentifierOwned, digest: Hash) -> Option<Algorithm> {
        Some(match algorithm.oid {
            oids::RSA => Algorithm::Rsa(digest),
            oids::RSA_MD5 => Algorithm::Rsa(Hash::Md5),
            oids::RSA_SHA1 => Algorithm::Rsa(Hash::Sha1),
            oids::RSA_SHA224 => Algorithm::Rsa(Hash::Sha224),
            oids::RSA_SHA256 => Algorithm::Rsa(Hash::Sha256),
            oids::RSA_SHA384 => Algorithm::Rsa(Hash::Sha384),
            oids::RSA_SHA512 => Algorithm::Rsa(Hash::Sha512),
            oids::RSA_PSS => pss(&algorithm.parameters.as_ref()?.to_der().ok()?).ok()?,
            oids::DSA => Algorithm::Dsa(digest),
            oids::DSA_SHA1 => Algorithm::Dsa(Hash::Sha1),
            oids::DSA_SHA256 => Algorithm::Dsa(Hash::Sha256),
            oids::EC => Algorithm::Ecdsa(digest),
            oids::ECDSA_SHA1 => Algorithm::Ecdsa(Hash::Sha1),
            oids::ECDSA_SHA224 => Algorithm::Ecdsa(Hash::Sha224),
            oids::ECDSA_SHA256 => Algorithm::Ecdsa(Hash::Sha256),
            oids::ECDSA_SHA384 => Algorithm::Ecdsa(Hash::Sha384),
            oids::ECDSA_SHA512 => Algorithm::Ecdsa(Hash::Sha512),
            oids::ED25519 | oids::ED448 => Algorithm::Pure,
            oids::ML_DSA_44 | oids::ML_DSA_65 | oids::ML_DSA_87 => Algorithm::Pure,
            _ => return None,
        })
    }

    /// The weakest hash that the signature rests on, beside the digest of the content.
    pub fn hash(&self) -> Option<Hash> {
        match self {
            Algorithm::Rsa(hash)
            | Algorithm::RsaPss { hash, .. }
            | Algorithm::Dsa(hash)
            | Algorithm::Ecdsa(hash) => Some(*hash),
            Algorithm::Pure => None,
        }
    }

    /// Whether keys of this kind make such signatures.
    pub fn fits(&self, kind: &KeyKind) -> bool {
        match self {
            Algorithm::Rsa(_) => matches!(kind, KeyKind::Rsa { .. }),
            Algorithm::RsaPss { .. } => {
                matches!(kind, KeyKind::Rsa { .. } | KeyKind::RsaPss { .. })
            }
            Algorithm::Dsa(_) => matches!(kind, KeyKind::Dsa),
            Algorithm::Ecdsa(_) => matches!(kind, KeyKind::Ec(_)),
            Algorithm::Pure => {
                matches!(kind, KeyKind::Ed25519 | KeyKind::Ed448 | KeyKind::MlDsa(_))
            }
        }
    }

    /// Whether the signature is right over the message.
    pub fn verify(&self, key: &PKey<Public>, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Algorithm::Pure => Verifier::new_without_digest(key)
                .and_then(|mut verifier| verifier.verify_oneshot(signature, message)),
            Algorithm::Rsa(hash)
            | Algorithm::RsaPss { hash, .. }
            | Algorithm::Dsa(hash)
            | Algorithm::Ecdsa(hash) => hash
                .over(&[message])
                .and_then(|digest| self.verify_digest(key, *hash, &digest, signature)),
        }
        .unwrap_or(false)
    }

    fn verify_digest(
        &self,
        key: &PKey<Public>,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ErrorStack> {
        let mut context = PkeyCtx::new(key)?;
        context.verify_init()?;
        match self {
            Algorithm::Rsa(_) => context.set_rsa_padding(Padding::PKCS1)?,
            Algorithm::RsaPss { .. } => context.set_rsa_padding(Padding::PKCS1_PSS)?,
            Algorithm::Dsa(_) | Algorithm::Ecdsa(_) | Algorithm::Pure => {}
        }
        context.set_signature_md(md(hash))?;
        if let Algorithm::RsaPss { mask, salt, .. } = self {
            context.set_rsa_mgf1_md(md(*mask))?;
            context.set_rsa_pss_saltlen(RsaPssSaltlen::custom(i32::from(*salt)))?;
        }
        // What is no signature at all is an error for OpenSSL, and not right for us.
        Ok(context.verify(digest, signature).unwrap_or(false))
    }
}

fn md(hash: Hash) -> &'static MdRef {
    match hash {
        Hash::Md5 => Md::md5(),
        Hash::Sha1 => Md::sha1(),
        Hash::Sha224 => Md::sha224(),
        Hash::Sha256 => Md::sha256(),
        Hash::Sha384 => Md::sha384(),
        Hash::Sha512 => Md::sha512(),
        Hash::Sha3_256 => Md::sha3_256(),
        Hash::Sha3_384 => Md::sha3_384(),
        Hash::Sha3_512 => Md::sha3_512(),
        Hash::Shake256 => Md::shake256(),
    }
}

/// RSASSA-PSS-params (RFC 4055 §3.1): one mask function, one trailer, a salt of up to 255 bytes.
fn pss(parameters: &[u8]) -> Result<Algorithm, NotDer> {
    let oid_of = |algorithm: &[u8]| -> Result<(ObjectIdentifier, Option<Hash>), NotDer> {
        let mut fields = tlv::only(algorithm, tag::SEQUENCE)?.inside();
        let oid = ObjectIdentifier::from_bytes(fields.expect(tag::OID)?.value);
        let inner = match fields.optional(tag::SEQUENCE)? {
            Some(inner) => {
                let oid = ObjectIdentifier::from_bytes(inner.inside().expect(tag::OID)?.value);
                Hash::of(oid.map_err(|_| NotDer)?)
            }
            None => None,
        };
        Ok((oid.map_err(|_| NotDer)?, inner))
    };
    let mut fields = tlv::only(parameters, tag::SEQUENCE)?.inside();
    let hash = match fields.optional(tag::constructed(0))? {
        Some(hash) => Hash::of(oid_of(hash.value)?.0).ok_or(NotDer)?,
        None => Hash::Sha1,
    };
    let mask = match fields.optional(tag::constructed(1))? {
        Some(mask) => match oid_of(mask.value)? {
            (oids::MGF1, Some(hash)) => hash,
            _ => return Err(NotDer),
        },
        None => Hash::Sha1,
    };
    let small = |value: &[u8]| tlv::small(&tlv::only(value, tag::INTEGER)?);
    let salt = match fields.optional(tag::constructed(2))? {
        Some(salt) => u8::try_from(small(salt.value)?).map_err(|_| NotDer)?,
        None => 20,
    };
    if let Some(trailer) = fields.optional(tag::constructed(3))?
        && small(trailer.value)? != 1
    {
        return Err(NotDer);
    }
    fields.finish()?;
    Ok(Algorithm::RsaPss { hash, mask, salt })
}

/// How a key of this kind signs here: the digest algorithm of the signer, and the signature algorithm
/// in DER. RSA by PKCS #1 v1.5, which every reader knows; `None` for keys that do not sign.
pub fn own_algorithm(kind: &KeyKind) -> Option<(Hash, Vec<u8>)> {
    let bare =
        |oid: ObjectIdentifier| tlv::write(tag::SEQUENCE, &tlv::write(tag::OID, oid.as_bytes()));
    let null = |oid: ObjectIdentifier| {
        let oid = tlv::write(tag::OID, oid.as_bytes());
        tlv::write_all(tag::SEQUENCE, &[&oid, &tlv::write(tag::NULL, &[])])
    };
    use crate::cert::x509::Curve;
    Some(match kind {
        KeyKind::Rsa { .. } => (Hash::Sha256, null(oids::RSA_SHA256)),
        KeyKind::RsaPss { .. } => (Hash::Sha256, pss_der(Hash::Sha256)),
        KeyKind::Ec(Curve::P256 | Curve::Brainpool256) => (Hash::Sha256, bare(oids::ECDSA_SHA256)),
        KeyKind::Ec(Curve::P384 | Curve::Brainpool384) => (Hash::Sha384, bare(oids::ECDSA_SHA384)),
        KeyKind::Ec(Curve::P521 | Curve::Brainpool512) => (Hash::Sha512, bare(oids::ECDSA_SHA512)),
        KeyKind::Ed25519 => (Hash::Sha512, bare(oids::ED25519)),
        KeyKind::Ed448 => (Hash::Shake256, bare(oids::ED448)),
        KeyKind::MlDsa(44) => (Hash::Sha512, bare(oids::ML_DSA_44)),
        KeyKind::MlDsa(65) => (Hash::Sha512, bare(oids::ML_DSA_65)),
        KeyKind::MlDsa(87) => (Hash::Sha512, bare(oids::ML_DSA_87)),
        KeyKind::MlDsa(_)
        | KeyKind::Dsa
        | KeyKind::X25519
        | KeyKind::X448
        | KeyKind::MlKem(_)
        | KeyKind::Other(_) => return None,
    })
}

/// RSASSA-PSS with a salt as long as the hash.
fn pss_der(hash: Hash) -> Vec<u8> {
    let null = tlv::write(tag::NULL, &[]);
    let hash_oid = tlv::write(tag::OID, hash.oid().as_bytes());
    let hash_algorithm = tlv::write_all(tag::SEQUENCE, &[&hash_oid, &null]);
    let mgf1 = tlv::write(tag::OID, oids::MGF1.as_bytes());
    let mask = tlv::write_all(tag::SEQUENCE, &[&mgf1, &hash_algorithm]);
    let salt = tlv::write_small(u64::try_from(hash.digest().size()).unwrap_or_default());
    let parameters = [
        tlv::write(tag::constructed(0), &hash_algorithm),
        tlv::write(tag::constructed(1), &mask),
        tlv::write(tag::constructed(2), &salt),
    ]
    .concat();
    let parameters = tlv::write(tag::SEQUENCE, &parameters);
    let oid = tlv::write(tag::OID, oids::RSA_PSS.as_bytes());
    tlv::write_all(tag::SEQUENCE, &[&oid, &parameters])
}

/// Signs a message with the algorithm of [`own_algorithm`].
pub fn sign(
    kind: &KeyKind,
    hash: Hash,
    key: &PKey<Private>,
    message: &[u8],
) -> Result<Vec<u8>, ErrorStack> {
    match kind {
        KeyKind::Ed25519 | KeyKind::Ed448 | KeyKind::MlDsa(_) => {
            Signer::new_without_digest(key)?.sign_oneshot_to_vec(message)
        }
        KeyKind::RsaPss { .. } => {
            let mut signer = Signer::new(hash.digest(), key)?;
            signer.set_rsa_padding(Padding::PKCS1_PSS)?;
            signer.set_rsa_mgf1_md(hash.digest())?;
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
            signer.sign_oneshot_to_vec(message)
        }
        KeyKind::Rsa { .. }
        | KeyKind::Dsa
        | KeyKind::Ec(_)
        | KeyKind::X25519
        | KeyKind::X448
        | KeyKind::MlKem(_)
        | KeyKind::Other(_) => Signer::new(hash.digest(), key)?.sign_oneshot_to_vec(message),
    }
}
