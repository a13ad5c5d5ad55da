//! PKCS #12 (RFC 7292, RFC 9579): keys with their certificates under a password, of every age.
//!
//! The structure is read here, from BER or DER; OpenSSL computes. Nothing is believed before the MAC
//! over it agrees, if it has one, and every derivation is paid from one budget (rule 30).

mod kdf;
mod pbe;

use super::ber;
use super::oid;
use super::tlv::{self, NotDer, Reader, Tlv, tag};
use crate::base::Passphrase;
use kdf::{Adding, Budget, Use};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use pbe::Words;
use zeroize::Zeroizing;

/// 1.2.840.113549.1.7: content types.
const CONTENT: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7];
/// 1.2.840.113549.1.12.10.1: bags.
const BAGS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 10, 1];
/// x509Certificate (1.2.840.113549.1.9.22.1).
const X509: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 22, 1];
/// id-PBMAC1 (RFC 9579).
const PBMAC1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 14];
/// Most bags in a file.
const MOST_BAGS: usize = 1_000;
/// Deepest nesting of bags.
const NESTING: usize = 8;

/// Why a file under a password gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// The password is not the right one.
    WrongPassword,
    /// Its derivations would cost more than we are willing to pay.
    TooExpensive(String),
    /// A way of protecting that is not known here.
    Unsupported(String),
    /// It makes no sense.
    Malformed,
}

impl From<NotDer> for Broken {
    fn from(NotDer: NotDer) -> Self {
        Broken::Malformed
    }
}

/// What was in it.
#[derive(Default)]
pub struct Contents {
    /// Private keys, PKCS #8.
    pub keys: Vec<Zeroizing<Vec<u8>>>,
    /// Certificates.
    pub certs: Vec<Vec<u8>>,
}

/// Whether a file in DER begins as PKCS #12 does; BER has to be made DER before.
pub fn looks_like(der: &[u8]) -> bool {
    let inside = tlv::only(der, tag::SEQUENCE).map(|pfx| pfx.inside());
    let Ok(mut inside) = inside else { return false };
    let version = inside.expect(tag::INTEGER).and_then(|v| tlv::small(&v));
    version == Ok(3) && inside.peek() == Some(tag::SEQUENCE)
}

/// Opens a file; `der` has definite lengths outside, while what is in its strings may be BER still.
/// Without a password the two ways to write an empty one are tried.
pub fn open(der: &[u8], password: Option<&Passphrase>) -> Result<Contents, Broken> {
    let pfx = tlv::only(der, tag::SEQUENCE)?;
    let mut budget = Budget::new();
    let text = password.map(|p| p.expose().as_str()).unwrap_or_default();
    let mut tries = vec![kdf::bmp(text)];
    if text.is_empty() {
        tries.push(Zeroizing::new(Vec::new()));
    } else if !text.is_ascii() {
        tries.push(kdf::widened(text));
    }
    let mut outcome = Err(Broken::WrongPassword);
    for bmp in tries {
        let words = Words {
            bmp,
            utf8: Zeroizing::new(text.as_bytes().to_vec()),
        };
        outcome = read(&pfx, &words, &mut budget);
        match &outcome {
            Err(Broken::WrongPassword) => {}
            Ok(_) | Err(_) => return outcome,
        }
    }
    outcome
}

/// Decrypts an EncryptedPrivateKeyInfo (RFC 5958 §3) to PKCS #8.
pub fn open_key(der: &[u8], password: &Passphrase) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let text = password.expose();
    let words = Words {
        bmp: kdf::bmp(text),
        utf8: Zeroizing::new(text.as_bytes().to_vec()),
    };
    shrouded(&tlv::only(der, tag::SEQUENCE)?, &words, &mut Budget::new())
}

fn shrouded(
    info: &Tlv<'_>,
    words: &Words,
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let mut inside = info.inside();
    let algorithm = inside.expect(tag::SEQUENCE)?;
    let sealed = inside.expect(tag::OCTET_STRING)?.value;
    // Noise is no SEQUENCE: nearly always a wrong password shows here at the latest.
    let fits = |open: &[u8]| match Reader::new(open).expect(tag::SEQUENCE) {
        Ok(key) => key.whole.len() == open.len(),
        Err(NotDer) => false,
    };
    pbe::decrypt(&algorithm, sealed, words, budget, fits)
}

fn read(pfx: &Tlv<'_>, words: &Words, budget: &mut Budget) -> Result<Contents, Broken> {
    let mut inside = pfx.inside();
    inside.expect(tag::INTEGER)?;
    let safe = content(&inside.expect(tag::SEQUENCE)?)?;
    let Some(Safe::Data(safe)) = safe else {
        return Err(Broken::Unsupported("signed PKCS #12".to_owned()));
    };
    if let Some(mac) = inside.optional(tag::SEQUENCE)? {
        check_mac(&mac, safe, words, budget)?;
    }
    let mut found = Contents::default();
    let mut bags: usize = 0;
    let list = ber::to_der(safe)?;
    let mut infos = tlv::only(&list, tag::SEQUENCE)?.inside();
    while !infos.is_empty() {
        match content(&infos.expect(tag::SEQUENCE)?)? {
            Some(Safe::Data(data)) => {
                let data = Zeroizing::new(ber::to_der(data)?);
                read_bags(&data, &mut found, &mut bags, words, budget)?;
            }
            Some(Safe::Encrypted(algorithm, sealed)) => {
                // Noise is no SEQUENCE: a wrong password, if no MAC told before.
                let fits = |open: &[u8]| ber::to_der(open).is_ok();
                let open = pbe::decrypt(&algorithm, &sealed, words, budget, fits)?;
                let open = ber::to_der(&open).map_err(|_| Broken::WrongPassword)?;
                let open = Zeroizing::new(open);
                read_bags(&open, &mut found, &mut bags, words, budget)?;
            }
            None => {
                return Err(Broken::Unsupported(
                    "a key instead of a password".to_owned(),
                ));
            }
        }
    }
    Ok(found)
}

enum Safe<'a> {
    Data(&'a [u8]),
    Encrypted(Tlv<'a>, Vec<u8>),
}

/// A ContentInfo of the types data and encryptedData; `None` for others.
fn content<'a>(info: &Tlv<'a>) -> Result<Option<Safe<'a>>, Broken> {
    let mut inside = info.inside();
    let kind = inside.expect(tag::OID)?.value;
    let wrapped = inside.expect(tag::constructed(0))?;
    match kind.split_last() {
        Some((1, CONTENT)) => {
            let octets = tlv::only(wrapped.value, tag::OCTET_STRING)?;
            Ok(Some(Safe::Data(octets.value)))
        }
        Some((6, CONTENT)) => {
            let mut data = tlv::only(wrapped.value, tag::SEQUENCE)?.inside();
            data.expect(tag::INTEGER)?;
            let mut sealed = data.expect(tag::SEQUENCE)?.inside();
            sealed.expect(tag::OID)?;
            let algorithm = sealed.expect(tag::SEQUENCE)?;
            let octets = sealed.any()?;
            // [0] IMPLICIT OCTET STRING: whole, or in pieces.
            let octets = if octets.tag == tag::context(0) {
                octets.value.to_vec()
            } else if octets.tag == tag::constructed(0) {
                let mut pieces = octets.inside();
                let mut all = Vec::new();
                while !pieces.is_empty() {
                    all.extend_from_slice(pieces.expect(tag::OCTET_STRING)?.value);
                }
                all
            } else {
                return Err(Broken::Malformed);
            };
            Ok(Some(Safe::Encrypted(algorithm, octets)))
        }
        Some(_) | None => Ok(None),
    }
}

/// Reads SafeContents, with those inside of it.
fn read_bags(
    der: &[u8],
    found: &mut Contents,
    count: &mut usize,
    words: &Words,
    budget: &mut Budget,
) -> Result<(), Broken> {
    let mut open = vec![tlv::only(der, tag::SEQUENCE)?.inside()];
    while let Some(mut bags) = open.pop() {
        if bags.is_empty() {
            continue;
        }
        *count = count.saturating_add(1);
        if *count > MOST_BAGS || open.len() > NESTING {
            return Err(Broken::Malformed);
        }
        let mut bag = bags.expect(tag::SEQUENCE)?.inside();
        open.push(bags);
        let kind = bag.expect(tag::OID)?.value;
        let value = bag.expect(tag::constructed(0))?.value;
        match kind.split_last() {
            Some((1, BAGS)) => {
                let key = tlv::only(value, tag::SEQUENCE)?;
                found.keys.push(Zeroizing::new(key.whole.to_vec()));
            }
            Some((2, BAGS)) => {
                let key = shrouded(&tlv::only(value, tag::SEQUENCE)?, words, budget)?;
                found.keys.push(key);
            }
            Some((3, BAGS)) => {
                let mut cert = tlv::only(value, tag::SEQUENCE)?.inside();
                if cert.expect(tag::OID)?.value == X509 {
                    let wrapped = cert.expect(tag::constructed(0))?;
                    let der = tlv::only(wrapped.value, tag::OCTET_STRING)?.value;
                    found.certs.push(der.to_vec());
                }
            }
            Some((6, BAGS)) => open.push(tlv::only(value, tag::SEQUENCE)?.inside()),
            // CRLs, and secrets that are no keys.
            Some(_) | None => {}
        }
    }
    Ok(())
}

/// MacData (RFC 7292 §4), by PKCS #12's own derivation or by PBMAC1.
fn check_mac(mac: &Tlv<'_>, over: &[u8], words: &Words, budget: &mut Budget) -> Result<(), Broken> {
    let mut inside = mac.inside();
    let mut digest = inside.expect(tag::SEQUENCE)?.inside();
    let algorithm = digest.expect(tag::SEQUENCE)?;
    let expected = digest.expect(tag::OCTET_STRING)?.value;
    let salt = inside.expect(tag::OCTET_STRING)?.value;
    let iterations = match inside.optional(tag::INTEGER)? {
        Some(iterations) => tlv::small(&iterations)?,
        None => 1,
    };
    let mut parameters = algorithm.inside();
    let kind = parameters.expect(tag::OID)?.value;
    let (hash, key) = if kind == PBMAC1 {
        let mut parameters = parameters.expect(tag::SEQUENCE)?.inside();
        let derivation = parameters.expect(tag::SEQUENCE)?;
        let scheme = parameters.expect(tag::SEQUENCE)?;
        let hash = pbe::hmac_of(scheme.inside().expect(tag::OID)?.value)?;
        let octets = key_length(&derivation)?;
        (hash, pbe::derive(&derivation, &words.utf8, octets, budget)?)
    } else {
        let hash = hash_of(kind)?;
        budget.pay(iterations)?;
        let size = hash.size();
        let key = kdf::derive(
            hash,
            &words.bmp,
            salt,
            iterations,
            Use::Mac,
            Adding::Standard,
            size,
        )?;
        (hash, key)
    };
    let computed = PKey::hmac(&key)
        .and_then(|key| Signer::new(hash, &key)?.sign_oneshot_to_vec(over))
        .map_err(|_| Broken::Malformed)?;
    if computed.len() == expected.len() && openssl::memcmp::eq(&computed, expected) {
        Ok(())
    } else {
        Err(Broken::WrongPassword)
    }
}

/// The keyLength of PBKDF2-params, which PBMAC1 must have (RFC 9579 §5).
fn key_length(derivation: &Tlv<'_>) -> Result<usize, Broken> {
    let mut inside = derivation.inside();
    inside.expect(tag::OID)?;
    let mut parameters = inside.expect(tag::SEQUENCE)?.inside();
    parameters.expect(tag::OCTET_STRING)?;
    parameters.expect(tag::INTEGER)?;
    let length = tlv::small(&parameters.expect(tag::INTEGER)?)?;
    match usize::try_from(length) {
        Ok(octets @ 16..=64) => Ok(octets),
        _ => Err(Broken::Malformed),
    }
}

fn hash_of(kind: &[u8]) -> Result<MessageDigest, Broken> {
    /// 2.16.840.1.101.3.4.2
    const SHA2: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2];
    match kind.split_last() {
        Some((26, [0x2B, 0x0E, 3, 2])) => Ok(MessageDigest::sha1()),
        Some((5, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2])) => Ok(MessageDigest::md5()),
        Some((1, SHA2)) => Ok(MessageDigest::sha256()),
        Some((2, SHA2)) => Ok(MessageDigest::sha384()),
        Some((3, SHA2)) => Ok(MessageDigest::sha512()),
        Some((4, SHA2)) => Ok(MessageDigest::sha224()),
        Some(_) | None => Err(Broken::Unsupported(oid::dotted(kind))),
    }
}

#[cfg(test)]
mod tests;
