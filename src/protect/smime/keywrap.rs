//! Keys under keys: wrapping (RFC 3394, 3217, 3211) and derivation (X9.63, HKDF, PBKDF2).

use super::cipher::{AesBits, Failed};
use super::hash::Hash;
use super::oids;
use crate::base::limits;
use crate::cert::x509::tlv::{self, tag};
use const_oid::ObjectIdentifier;
use der::Encode as _;
use openssl::aes::{AesKey, unwrap_key, wrap_key};
use openssl::md::Md;
use openssl::pkey::Id;
use openssl::pkey_ctx::PkeyCtx;
use openssl::symm::{Cipher, Crypter, Mode};
use spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

/// How a key is put under another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyWrap {
    /// AES key wrap (RFC 3394, 3565).
    Aes(AesBits),
    /// Triple-DES key wrap (RFC 3217).
    TripleDes,
}

impl KeyWrap {
    /// The algorithm with this identifier.
    pub fn of(oid: ObjectIdentifier) -> Option<KeyWrap> {
        Some(match oid {
            oids::AES128_WRAP => KeyWrap::Aes(AesBits::B128),
            oids::AES192_WRAP => KeyWrap::Aes(AesBits::B192),
            oids::AES256_WRAP => KeyWrap::Aes(AesBits::B256),
            oids::TRIPLE_DES_WRAP => KeyWrap::TripleDes,
            _ => return None,
        })
    }

    /// Its identifier.
    pub fn oid(self) -> ObjectIdentifier {
        match self {
            KeyWrap::Aes(AesBits::B128) => oids::AES128_WRAP,
            KeyWrap::Aes(AesBits::B192) => oids::AES192_WRAP,
            KeyWrap::Aes(AesBits::B256) => oids::AES256_WRAP,
            KeyWrap::TripleDes => oids::TRIPLE_DES_WRAP,
        }
    }

    /// Bytes of the key that wraps.
    pub fn key_bytes(self) -> usize {
        match self {
            KeyWrap::Aes(bits) => bits.bytes(),
            KeyWrap::TripleDes => 24,
        }
    }

    /// Takes a key out.
    pub fn unwrap(self, under: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failed> {
        match self {
            KeyWrap::Aes(_) => {
                let size = wrapped.len().checked_sub(8).ok_or(Failed)?;
                if size < 16 || size % 8 != 0 || size > 64 {
                    return Err(Failed);
                }
                let under = AesKey::new_decrypt(under).map_err(|_| Failed)?;
                let mut out = Zeroizing::new(vec![0; size]);
                let written = unwrap_key(&under, None, &mut out, wrapped).map_err(|_| Failed)?;
                match written == size {
                    true => Ok(out),
                    false => Err(Failed),
                }
            }
            KeyWrap::TripleDes => unwrap_triple_des(under, wrapped),
        }
    }

    /// Puts a key in; AES alone, since nothing new is made with the other.
    pub fn wrap(self, under: &[u8], key: &[u8]) -> Result<Vec<u8>, Failed> {
        match self {
            KeyWrap::Aes(_) if key.len().is_multiple_of(8) => {
                let under = AesKey::new_encrypt(under).map_err(|_| Failed)?;
                let mut out = vec![0; key.len().saturating_add(8)];
                wrap_key(&under, None, &mut out, key).map_err(|_| Failed)?;
                Ok(out)
            }
            KeyWrap::Aes(_) | KeyWrap::TripleDes => Err(Failed),
        }
    }
}

/// One run of a block cipher in CBC without padding.
fn cbc(cipher: Cipher, key: &[u8], iv: &[u8], data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let lawful = key.len() == cipher.key_len() && Some(iv.len()) == cipher.iv_len();
    if !lawful {
        return Err(Failed);
    }
    let mut crypter = Crypter::new(cipher, Mode::Decrypt, key, Some(iv))?;
    crypter.pad(false);
    let room = data.len().saturating_add(cipher.block_size());
    let mut out = Zeroizing::new(vec![0; room]);
    let written = crypter.update(data, &mut out)?;
    let rest = crypter.finalize(out.get_mut(written..).unwrap_or_default())?;
    out.truncate(written.saturating_add(rest));
    Ok(out)
}

/// RFC 3217 §3.2.
fn unwrap_triple_des(under: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failed> {
    const IV: [u8; 8] = [0x4A, 0xDD, 0xA2, 0x2C, 0x79, 0xE8, 0x21, 0x05];
    if wrapped.len() != 40 {
        return Err(Failed);
    }
    let mut turned = cbc(Cipher::des_ede3_cbc(), under, &IV, wrapped)?;
    turned.reverse();
    let (iv, rest) = turned.split_at_checked(8).ok_or(Failed)?;
    let inner = cbc(Cipher::des_ede3_cbc(), under, iv, rest)?;
    let (key, check) = inner.split_at_checked(24).ok_or(Failed)?;
    let sum = Hash::Sha1.over(&[key])?;
    let same = sum
        .get(..8)
        .is_some_and(|sum| openssl::memcmp::eq(sum, check));
    match same {
        true => Ok(Zeroizing::new(key.to_vec())),
        false => Err(Failed),
    }
}

/// Takes a key out that a password keeps (RFC 3211 §2.3.2): twice through the cipher, the check value
/// being the first bytes of the key turned over.
pub fn unwrap_password(
    algorithm: &AlgorithmIdentifierOwned,
    under: &[u8],
    wrapped: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let (cipher, iv) = password_cipher(algorithm).ok_or(Failed)?;
    let block = cipher.block_size();
    let blocks = wrapped.len().checked_div(block).unwrap_or(0);
    if blocks < 2 || !wrapped.len().is_multiple_of(block) || wrapped.len() > 1024 {
        return Err(Failed);
    }
    // The last block decrypts to the IV of the second pass' beginning.
    let cut = wrapped.len().saturating_sub(block);
    let before = wrapped.get(cut.saturating_sub(block)..cut).ok_or(Failed)?;
    let last = wrapped.get(cut..).ok_or(Failed)?;
    let last_plain = cbc(cipher, under, before, last)?;
    let head = cbc(
        cipher,
        under,
        &last_plain,
        wrapped.get(..cut).ok_or(Failed)?,
    )?;
    let mut once = Zeroizing::new(head.to_vec());
    once.extend_from_slice(&last_plain);
    let inner = cbc(cipher, under, &iv, &once)?;
    let (head, rest) = inner.split_at_checked(4).ok_or(Failed)?;
    let &[count, a, b, c] = head else {
        return Err(Failed);
    };
    let key = rest.get(..usize::from(count)).ok_or(Failed)?;
    match key {
        [x, y, z, ..] if [!x, !y, !z] == [a, b, c] => Ok(Zeroizing::new(key.to_vec())),
        _ => Err(Failed),
    }
}

/// The cipher inside id-alg-PWRI-KEK with its IV; bytes of its key are known by it.
pub fn password_cipher(algorithm: &AlgorithmIdentifierOwned) -> Option<(Cipher, Vec<u8>)> {
    if algorithm.oid != oids::PASSWORD_WRAP {
        return None;
    }
    let inner = algorithm.parameters.as_ref()?.to_der().ok()?;
    let mut fields = tlv::only(&inner, tag::SEQUENCE).ok()?.inside();
    let oid = ObjectIdentifier::from_bytes(fields.expect(tag::OID).ok()?.value).ok()?;
    let iv = fields.expect(tag::OCTET_STRING).ok()?.value.to_vec();
    let cipher = match oid {
        oids::AES128_CBC => Cipher::aes_128_cbc(),
        oids::AES192_CBC => Cipher::aes_192_cbc(),
        oids::AES256_CBC => Cipher::aes_256_cbc(),
        oids::TRIPLE_DES_CBC => Cipher::des_ede3_cbc(),
        _ => return None,
    };
    Some((cipher, iv))
}

/// X9.63 key derivation (RFC 5753 §7.2; SEC 1 §3.6.1).
pub fn derive_x963(
    hash: Hash,
    secret: &[u8],
    info: &[u8],
    bytes: usize,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let mut out = Zeroizing::new(Vec::new());
    let mut counter = 1_u32;
    while out.len() < bytes {
        let mut block = Zeroizing::new(hash.over(&[secret, &counter.to_be_bytes(), info])?);
        out.append(&mut block);
        counter = counter.checked_add(1).ok_or(Failed)?;
    }
    out.truncate(bytes);
    Ok(out)
}

/// HKDF without salt (RFC 5869).
pub fn derive_hkdf(
    hash: Hash,
    secret: &[u8],
    info: &[u8],
    bytes: usize,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let digest = match hash {
        Hash::Sha256 => Md::sha256(),
        Hash::Sha384 => Md::sha384(),
        Hash::Sha512 => Md::sha512(),
        Hash::Md5
        | Hash::Sha1
        | Hash::Sha224
        | Hash::Sha3_256
        | Hash::Sha3_384
        | Hash::Sha3_512
        | Hash::Shake256 => return Err(Failed),
    };
    let mut context = PkeyCtx::new_id(Id::HKDF)?;
    context.derive_init()?;
    context.set_hkdf_md(digest)?;
    context.set_hkdf_key(secret)?;
    context.add_hkdf_info(info)?;
    let mut out = Zeroizing::new(vec![0; bytes]);
    context.derive(Some(&mut out))?;
    Ok(out)
}

/// PBKDF2 as a message asks for it (RFC 8018 §A.2), within the bounds of rule 30.
pub fn derive_from_password(
    algorithm: &AlgorithmIdentifierOwned,
    password: &[u8],
    bytes: usize,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    if algorithm.oid != oids::PBKDF2 {
        return Err(Failed);
    }
    let parameters = algorithm.parameters.as_ref().ok_or(Failed)?;
    let parameters = parameters.to_der().map_err(|_| Failed)?;
    let read = || -> Result<(Vec<u8>, u64, Hash), tlv::NotDer> {
        let mut fields = tlv::only(&parameters, tag::SEQUENCE)?.inside();
        let salt = fields.expect(tag::OCTET_STRING)?.value.to_vec();
        let count = tlv::small(&fields.expect(tag::INTEGER)?)?;
        fields.optional(tag::INTEGER)?;
        let hash = match fields.optional(tag::SEQUENCE)? {
            None => Hash::Sha1,
            Some(prf) => ObjectIdentifier::from_bytes(prf.inside().expect(tag::OID)?.value)
                .ok()
                .and_then(Hash::of_hmac)
                .ok_or(tlv::NotDer)?,
        };
        Ok((salt, count, hash))
    };
    let (salt, count, hash) = read().map_err(|_| Failed)?;
    if count == 0 || count > limits::KDF_ITERATIONS {
        return Err(Failed);
    }
    let count = usize::try_from(count).map_err(|_| Failed)?;
    let mut out = Zeroizing::new(vec![0; bytes]);
    openssl::pkcs5::pbkdf2_hmac(password, &salt, count, hash.digest(), &mut out)?;
    Ok(out)
}
