//! Decrypting under a password: the schemes of PKCS #12 (RFC 7292 §C) and PBES2 (RFC 8018 §6.2).

use super::Broken;
use super::kdf::{self, Adding, Budget, Encoded, Use};
use crate::base::limits;
use crate::cert::x509::oid;
use crate::cert::x509::tlv::{self, Reader, Tlv, tag};
use openssl::cipher::{Cipher, CipherRef};
use openssl::cipher_ctx::CipherCtx;
use openssl::hash::MessageDigest;
use openssl::lib_ctx::LibCtx;
use openssl::provider::Provider;
use zeroize::Zeroizing;

/// A password as each scheme wants it.
pub struct Words {
    /// For PKCS #12's own derivation.
    pub bmp: Encoded,
    /// For PBKDF2 and scrypt: as typed, in UTF-8.
    pub utf8: Zeroizing<Vec<u8>>,
}

/// 1.2.840.113549.1.12.1
const PKCS12_PBE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 1];
/// 1.2.840.113549.1.5
const PKCS5: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5];
/// 1.2.840.113549.2: hashes and HMACs.
const DIGESTS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2];
/// 1.2.840.113549.3: ciphers.
const CIPHERS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 3];
/// 2.16.840.1.101.3.4.1: AES.
const AES: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1];
/// id-scrypt (RFC 7914 §7).
const SCRYPT: &[u8] = &[0x2B, 6, 1, 4, 1, 0xDA, 0x47, 4, 11];

/// Decrypts `sealed`; `algorithm` is the whole AlgorithmIdentifier. A wrong password is seen by the
/// padding, and by `fits`, which tells what was meant from noise.
pub fn decrypt(
    algorithm: &Tlv<'_>,
    sealed: &[u8],
    words: &Words,
    budget: &mut Budget,
    fits: impl Fn(&[u8]) -> bool,
) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let mut inside = algorithm.inside();
    let kind = inside.expect(tag::OID)?.value;
    let open = match kind.split_last() {
        Some((number, PKCS12_PBE)) => return own(*number, inside, sealed, words, budget, fits),
        Some((13, PKCS5)) => pbes2(inside, sealed, words, budget)?,
        Some(_) | None => return Err(Broken::Unsupported(oid::dotted(kind))),
    };
    fits(&open).then_some(open).ok_or(Broken::WrongPassword)
}

/// PKCS #12's own schemes, all with SHA-1.
fn own(
    number: u8,
    mut inside: Reader<'_>,
    sealed: &[u8],
    words: &Words,
    budget: &mut Budget,
    fits: impl Fn(&[u8]) -> bool,
) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let (cipher, key_octets, iv_octets) = match number {
        1 => (Which::Legacy("RC4"), 16, 0),
        2 => (Which::Legacy("RC4-40"), 5, 0),
        3 => (Which::TripleDes, 24, 8),
        4 => (Which::TripleDes, 16, 8),
        5 => (Which::Legacy("RC2-CBC"), 16, 8),
        6 => (Which::Legacy("RC2-40-CBC"), 5, 8),
        _ => {
            let name = format!("{}.{number}", oid::dotted(PKCS12_PBE));
            return Err(Broken::Unsupported(name));
        }
    };
    let mut parameters = inside.expect(tag::SEQUENCE)?.inside();
    let salt = parameters.expect(tag::OCTET_STRING)?.value;
    let iterations = tlv::small(&parameters.expect(tag::INTEGER)?)?;
    let sha1 = MessageDigest::sha1();
    // Keys longer than a hash can be of gpgsm's own making; shorter ones are the same both ways.
    for adding in [Adding::Standard, Adding::WithoutZeros] {
        if adding == Adding::WithoutZeros && key_octets <= sha1.size() {
            break;
        }
        budget.pay(iterations)?;
        let of = |purpose, length| {
            kdf::derive(sha1, &words.bmp, salt, iterations, purpose, adding, length)
        };
        let mut key = of(Use::Key, key_octets)?;
        if number == 4 {
            let first: Vec<u8> = key.iter().take(8).copied().collect();
            key.extend_from_slice(&Zeroizing::new(first));
        }
        let iv = of(Use::Iv, iv_octets)?;
        match run(&cipher, &key, &iv, sealed) {
            Ok(open) if fits(&open) => return Ok(open),
            Ok(_) | Err(Broken::WrongPassword) => {}
            Err(other) => return Err(other),
        }
    }
    Err(Broken::WrongPassword)
}

enum Which {
    Known(&'static CipherRef),
    TripleDes,
    /// Out of use, and so only in OpenSSL's legacy provider.
    Legacy(&'static str),
}

fn pbes2(
    mut inside: Reader<'_>,
    sealed: &[u8],
    words: &Words,
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let mut parameters = inside.expect(tag::SEQUENCE)?.inside();
    let derivation = parameters.expect(tag::SEQUENCE)?;
    let mut scheme = parameters.expect(tag::SEQUENCE)?.inside();
    let kind = scheme.expect(tag::OID)?.value;
    let (cipher, key_octets, iv) = match kind.split_last() {
        Some((number @ (2 | 22 | 42), AES)) => {
            let iv = scheme.expect(tag::OCTET_STRING)?.value;
            match number {
                2 => (Which::Known(Cipher::aes_128_cbc()), 16, iv),
                22 => (Which::Known(Cipher::aes_192_cbc()), 24, iv),
                _ => (Which::Known(Cipher::aes_256_cbc()), 32, iv),
            }
        }
        Some((7, CIPHERS)) => (
            Which::TripleDes,
            24,
            scheme.expect(tag::OCTET_STRING)?.value,
        ),
        Some((2, CIPHERS)) => rc2(scheme)?,
        Some(_) | None => return Err(Broken::Unsupported(oid::dotted(kind))),
    };
    let key = derive(&derivation, &words.utf8, key_octets, budget)?;
    run(&cipher, &key, iv, sealed)
}

/// RC2-CBC-Parameter (RFC 8018 §B.2.3): a version that stands for effective bits, and the vector.
fn rc2(mut scheme: Reader<'_>) -> Result<(Which, usize, &[u8]), Broken> {
    let mut parameters = scheme.expect(tag::SEQUENCE)?.inside();
    let version = tlv::small(&parameters.expect(tag::INTEGER)?)?;
    let iv = parameters.expect(tag::OCTET_STRING)?.value;
    match version {
        160 => Ok((Which::Legacy("RC2-40-CBC"), 5, iv)),
        120 => Ok((Which::Legacy("RC2-64-CBC"), 8, iv)),
        58 => Ok((Which::Legacy("RC2-CBC"), 16, iv)),
        other => Err(Broken::Unsupported(format!("RC2, version {other}"))),
    }
}

/// PBKDF2 (RFC 8018 §5.2) or scrypt (RFC 7914); `derivation` is the whole AlgorithmIdentifier.
pub fn derive(
    derivation: &Tlv<'_>,
    password: &[u8],
    octets: usize,
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let mut inside = derivation.inside();
    let kind = inside.expect(tag::OID)?.value;
    let mut parameters = inside.expect(tag::SEQUENCE)?.inside();
    let salt = parameters.expect(tag::OCTET_STRING)?.value;
    let mut key = Zeroizing::new(vec![0; octets]);
    if kind == SCRYPT {
        let mut number = || Ok::<u64, Broken>(tlv::small(&parameters.expect(tag::INTEGER)?)?);
        let (n, r, p) = (number()?, number()?, number()?);
        let room = limits::ARGON2_KIB.saturating_mul(1024);
        let cost = n.saturating_mul(r).saturating_mul(p);
        budget.pay(cost.max(1))?;
        openssl::pkcs5::scrypt(password, salt, n, r, p, room, &mut key)
            .map_err(|_| Broken::TooExpensive(format!("scrypt, N={n}, r={r}, p={p}")))?;
        return Ok(key);
    }
    if kind.split_last() != Some((&12, PKCS5)) {
        return Err(Broken::Unsupported(oid::dotted(kind)));
    }
    let iterations = tlv::small(&parameters.expect(tag::INTEGER)?)?;
    parameters.optional(tag::INTEGER)?;
    let hash = match parameters.optional(tag::SEQUENCE)? {
        None => MessageDigest::sha1(),
        Some(prf) => hmac_of(prf.inside().expect(tag::OID)?.value)?,
    };
    budget.pay(iterations)?;
    let iterations = usize::try_from(iterations).map_err(|_| Broken::Malformed)?;
    openssl::pkcs5::pbkdf2_hmac(password, salt, iterations, hash, &mut key)
        .map_err(|_| Broken::Malformed)?;
    Ok(key)
}

/// The hash of an HMAC's identifier (RFC 8018 §B.1.2).
pub fn hmac_of(kind: &[u8]) -> Result<MessageDigest, Broken> {
    match kind.split_last() {
        Some((7, DIGESTS)) => Ok(MessageDigest::sha1()),
        Some((8, DIGESTS)) => Ok(MessageDigest::sha224()),
        Some((9, DIGESTS)) => Ok(MessageDigest::sha256()),
        Some((10, DIGESTS)) => Ok(MessageDigest::sha384()),
        Some((11, DIGESTS)) => Ok(MessageDigest::sha512()),
        Some(_) | None => Err(Broken::Unsupported(oid::dotted(kind))),
    }
}

fn run(cipher: &Which, key: &[u8], iv: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Broken> {
    match cipher {
        Which::Known(cipher) => with(cipher, key, iv, sealed),
        Which::TripleDes => with(Cipher::des_ede3_cbc(), key, iv, sealed),
        Which::Legacy(name) => {
            // A context of its own, so that nothing else in the program sees these ciphers.
            let missing = |_| Broken::Unsupported((*name).to_owned());
            let ctx = LibCtx::new().map_err(missing)?;
            let _legacy = Provider::load(Some(&ctx), "legacy").map_err(missing)?;
            let cipher = Cipher::fetch(Some(&ctx), name, None).map_err(missing)?;
            with(&cipher, key, iv, sealed)
        }
    }
}

fn with(
    cipher: &CipherRef,
    key: &[u8],
    iv: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Broken> {
    if iv.len() != cipher.iv_length() {
        return Err(Broken::Malformed);
    }
    let failed = |_| Broken::WrongPassword;
    let mut ctx = CipherCtx::new().map_err(failed)?;
    ctx.decrypt_init(Some(cipher), None, None).map_err(failed)?;
    if ctx.key_length() != key.len() {
        ctx.set_key_length(key.len()).map_err(failed)?;
    }
    let iv = (!iv.is_empty()).then_some(iv);
    ctx.decrypt_init(None, Some(key), iv).map_err(failed)?;
    let mut open = Zeroizing::new(vec![0; sealed.len().saturating_add(cipher.block_size())]);
    let done = ctx.cipher_update(sealed, Some(&mut open)).map_err(failed)?;
    let rest = open.get_mut(done..).ok_or(Broken::WrongPassword)?;
    let last = ctx.cipher_final(rest).map_err(failed)?;
    open.truncate(done.saturating_add(last));
    Ok(open)
}
