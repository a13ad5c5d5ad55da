//! Content encryption: AES-CBC and AES-GCM, and what old mail was encrypted with (RFC 3370, 3565, 5084).
//! Ciphertext is decrypted where it stands, so that a large message is in memory once.

use super::ber::id;
use super::oids;
use crate::cert::x509::tlv::{self, Reader, tag};
use der::Encode as _;
use openssl::cipher::{Cipher, CipherRef};
use openssl::cipher_ctx::CipherCtx;
use openssl::error::ErrorStack;
use openssl::lib_ctx::LibCtx;
use openssl::provider::Provider;
use spki::AlgorithmIdentifierOwned;
use std::borrow::Cow;
use std::ops::Range;
use zeroize::Zeroize as _;

/// Bytes that are decrypted at a time: a multiple of every block size.
const STRETCH: usize = 1 << 18;
/// Bytes of the tag that we write.
pub const TAG: usize = 16;
/// Bytes of the nonce that we write (RFC 5084 §3.2).
pub const NONCE: usize = 12;

/// A content-encryption algorithm with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentCipher {
    kind: Kind,
    iv: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    AesCbc(AesBits),
    AesGcm(AesBits, usize),
    TripleDes,
    Rc2(Rc2Bits),
}

/// Key sizes of AES.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AesBits {
    /// 128.
    B128,
    /// 192.
    B192,
    /// 256.
    B256,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rc2Bits {
    B40,
    B64,
    B128,
}

impl AesBits {
    /// In bytes.
    pub fn bytes(self) -> usize {
        match self {
            AesBits::B128 => 16,
            AesBits::B192 => 24,
            AesBits::B256 => 32,
        }
    }

    fn word(self) -> &'static str {
        match self {
            AesBits::B128 => "AES-128",
            AesBits::B192 => "AES-192",
            AesBits::B256 => "AES-256",
        }
    }
}

/// It did not decrypt, or not to what was encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed;

impl From<ErrorStack> for Failed {
    fn from(_: ErrorStack) -> Self {
        Failed
    }
}

impl ContentCipher {
    /// Reads an algorithm identifier; the algorithm's name, as far as it has one, when it is not
    /// supported.
    pub fn read(algorithm: &AlgorithmIdentifierOwned) -> Result<Self, String> {
        let unknown = || match algorithm.oid {
            oids::DES_CBC => "DES".to_owned(),
            oid => format!("the cipher {oid}"),
        };
        let parameters = algorithm.parameters.as_ref().map(|any| any.to_der());
        let parameters = match parameters {
            Some(Ok(parameters)) => parameters,
            Some(Err(_)) | None => return Err(unknown()),
        };
        let damaged = || format!("{} without its parameters", unknown());
        let kind = match algorithm.oid {
            oids::AES128_CBC => Kind::AesCbc(AesBits::B128),
            oids::AES192_CBC => Kind::AesCbc(AesBits::B192),
            oids::AES256_CBC => Kind::AesCbc(AesBits::B256),
            oids::TRIPLE_DES_CBC => Kind::TripleDes,
            oids::AES128_GCM => return gcm(AesBits::B128, &parameters).ok_or_else(damaged),
            oids::AES192_GCM => return gcm(AesBits::B192, &parameters).ok_or_else(damaged),
            oids::AES256_GCM => return gcm(AesBits::B256, &parameters).ok_or_else(damaged),
            oids::RC2_CBC => return rc2(&parameters).ok_or_else(damaged),
            _ => return Err(unknown()),
        };
        let iv = tlv::only(&parameters, tag::OCTET_STRING).map_err(|_| damaged())?;
        let iv = iv.value.to_vec();
        let cipher = ContentCipher { kind, iv };
        match cipher.iv.len() == cipher.block() {
            true => Ok(cipher),
            false => Err(damaged()),
        }
    }

    /// AES-CBC with this initialisation vector.
    pub fn cbc(bits: AesBits, iv: [u8; 16]) -> Self {
        ContentCipher {
            kind: Kind::AesCbc(bits),
            iv: iv.to_vec(),
        }
    }

    /// AES-GCM with this nonce and a tag of 16 bytes.
    pub fn gcm(bits: AesBits, nonce: [u8; NONCE]) -> Self {
        ContentCipher {
            kind: Kind::AesGcm(bits, TAG),
            iv: nonce.to_vec(),
        }
    }

    /// As an algorithm identifier in DER; only for what we write ourselves.
    pub fn to_der(&self) -> Option<Vec<u8>> {
        let iv = tlv::write(tag::OCTET_STRING, &self.iv);
        let (oid, parameters) = match self.kind {
            Kind::AesCbc(AesBits::B128) => (oids::AES128_CBC, iv),
            Kind::AesCbc(AesBits::B192) => (oids::AES192_CBC, iv),
            Kind::AesCbc(AesBits::B256) => (oids::AES256_CBC, iv),
            Kind::AesGcm(bits, tag_length) => {
                let length = u64::try_from(tag_length).unwrap_or_default();
                let oid = match bits {
                    AesBits::B128 => oids::AES128_GCM,
                    AesBits::B192 => oids::AES192_GCM,
                    AesBits::B256 => oids::AES256_GCM,
                };
                let parts = [iv, tlv::write_small(length)].concat();
                (oid, tlv::write(id::SEQUENCE, &parts))
            }
            Kind::TripleDes | Kind::Rc2(_) => return None,
        };
        let oid = tlv::write(tag::OID, oid.as_bytes());
        Some(tlv::write(id::SEQUENCE, &[oid, parameters].concat()))
    }

    /// Bytes of its key.
    pub fn key_bytes(&self) -> usize {
        match self.kind {
            Kind::AesCbc(bits) | Kind::AesGcm(bits, _) => bits.bytes(),
            Kind::TripleDes => 24,
            Kind::Rc2(Rc2Bits::B40) => 5,
            Kind::Rc2(Rc2Bits::B64) => 8,
            Kind::Rc2(Rc2Bits::B128) => 16,
        }
    }

    /// Bytes of a block, for padding; 1 where nothing is padded.
    fn block(&self) -> usize {
        match self.kind {
            Kind::AesCbc(_) => 16,
            Kind::AesGcm(..) => 1,
            Kind::TripleDes | Kind::Rc2(_) => 8,
        }
    }

    /// Whether a tag authenticates what it encrypts.
    pub fn is_authenticated(&self) -> bool {
        matches!(self.kind, Kind::AesGcm(..))
    }

    /// Whether its blocks are so short, or its key, that it is no protection any more (rule 17).
    pub fn is_legacy(&self) -> bool {
        matches!(self.kind, Kind::TripleDes | Kind::Rc2(_))
    }

    /// As its standard names it.
    pub fn name(&self) -> String {
        match self.kind {
            Kind::AesCbc(bits) => format!("{}-CBC", bits.word()),
            Kind::AesGcm(bits, _) => format!("{}-GCM", bits.word()),
            Kind::TripleDes => "3DES".into(),
            Kind::Rc2(Rc2Bits::B40) => "RC2-40".into(),
            Kind::Rc2(Rc2Bits::B64) => "RC2-64".into(),
            Kind::Rc2(Rc2Bits::B128) => "RC2-128".into(),
        }
    }

    fn with<R>(
        &self,
        run: impl FnOnce(&CipherRef) -> Result<R, ErrorStack>,
    ) -> Result<R, ErrorStack> {
        match self.kind {
            Kind::AesCbc(AesBits::B128) => run(Cipher::aes_128_cbc()),
            Kind::AesCbc(AesBits::B192) => run(Cipher::aes_192_cbc()),
            Kind::AesCbc(AesBits::B256) => run(Cipher::aes_256_cbc()),
            Kind::AesGcm(AesBits::B128, _) => run(Cipher::aes_128_gcm()),
            Kind::AesGcm(AesBits::B192, _) => run(Cipher::aes_192_gcm()),
            Kind::AesGcm(AesBits::B256, _) => run(Cipher::aes_256_gcm()),
            Kind::TripleDes => run(Cipher::des_ede3_cbc()),
            // RC2 is in a provider of its own, which is loaded apart from everything else.
            Kind::Rc2(bits) => {
                let context = LibCtx::new()?;
                let _legacy = Provider::load(Some(&context), "legacy")?;
                let name = match bits {
                    Rc2Bits::B40 => "RC2-40-CBC",
                    Rc2Bits::B64 => "RC2-64-CBC",
                    Rc2Bits::B128 => "RC2-CBC",
                };
                let cipher = Cipher::fetch(Some(&context), name, None)?;
                run(&cipher)
            }
        }
    }

    /// Decrypts the range in place, with everything checked that the algorithm can check; where the
    /// plaintext stands. What was decrypted and failed is wiped.
    pub fn decrypt(
        &self,
        bytes: &mut [u8],
        range: Range<usize>,
        key: &[u8],
        authentication: (&[u8], &[u8]),
    ) -> Result<Range<usize>, Failed> {
        let start = range.start;
        let data = bytes.get_mut(range).ok_or(Failed)?;
        let result = self.decrypt_in_place(data, key, authentication);
        if result.is_err() {
            data.zeroize();
        }
        Ok(start..start.saturating_add(result?))
    }

    fn decrypt_in_place(
        &self,
        data: &mut [u8],
        key: &[u8],
        (attributes, tag): (&[u8], &[u8]),
    ) -> Result<usize, Failed> {
        let block = self.block();
        if key.len() != self.key_bytes()
            || !data.len().is_multiple_of(block)
            || (block > 1 && data.is_empty())
        {
            return Err(Failed);
        }
        if let Kind::AesGcm(_, length) = self.kind
            && tag.len() != length
        {
            return Err(Failed);
        }
        self.with(|cipher| {
            let mut context = CipherCtx::new()?;
            context.decrypt_init(Some(cipher), None, None)?;
            if self.is_authenticated() {
                context.set_iv_length(self.iv.len())?;
            }
            context.decrypt_init(None, Some(key), Some(&self.iv))?;
            context.set_padding(false);
            if self.is_authenticated() {
                context.set_tag(tag)?;
                if !attributes.is_empty() {
                    context.cipher_update(attributes, None)?;
                }
            }
            in_place(&mut context, data, block)?;
            if self.is_authenticated() {
                context.cipher_final(&mut [])?;
            }
            Ok(())
        })?;
        match block {
            1 => Ok(data.len()),
            _ => unpadded(data, block).ok_or(Failed),
        }
    }

    /// Encrypts the pieces one after another, with padding, and hands the ciphertext out in
    /// stretches; the tag of an authenticated algorithm.
    pub fn encrypt<'a>(
        &self,
        key: &[u8],
        pieces: impl Iterator<Item = Cow<'a, [u8]>>,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<Vec<u8>, ErrorStack> {
        self.with(|cipher| {
            let mut context = CipherCtx::new()?;
            context.encrypt_init(Some(cipher), Some(key), Some(&self.iv))?;
            let mut buffer = vec![0; STRETCH.saturating_add(64)];
            for piece in pieces {
                for stretch in piece.chunks(STRETCH) {
                    let written = context.cipher_update(stretch, Some(&mut buffer))?;
                    out(buffer.get(..written).unwrap_or_default());
                }
            }
            let written = context.cipher_final(&mut buffer)?;
            out(buffer.get(..written).unwrap_or_default());
            if !self.is_authenticated() {
                return Ok(Vec::new());
            }
            let mut tag = vec![0; TAG];
            context.tag(&mut tag)?;
            Ok(tag)
        })
    }

    /// Bytes of ciphertext for so many bytes of plaintext.
    pub fn encrypted_size(&self, plaintext: usize) -> usize {
        match self.block() {
            1 => plaintext,
            block => plaintext
                .checked_div(block)
                .unwrap_or_default()
                .saturating_add(1)
                .saturating_mul(block),
        }
    }
}

/// GCMParameters (RFC 5084 §3.2).
fn gcm(bits: AesBits, parameters: &[u8]) -> Option<ContentCipher> {
    let mut fields = tlv::only(parameters, tag::SEQUENCE).ok()?.inside();
    let nonce = fields.expect(tag::OCTET_STRING).ok()?.value;
    let length = match fields.optional(tag::INTEGER).ok()? {
        Some(length) => usize::try_from(tlv::small(&length).ok()?).ok()?,
        None => 12,
    };
    fields.finish().ok()?;
    let lawful = (12..=16).contains(&length) && (1..=64).contains(&nonce.len());
    lawful.then(|| ContentCipher {
        kind: Kind::AesGcm(bits, length),
        iv: nonce.to_vec(),
    })
}

/// RC2-CBCParameter (RFC 3370 §5.2): the version stands for the effective bits of the key.
fn rc2(parameters: &[u8]) -> Option<ContentCipher> {
    let mut reader = Reader::new(parameters);
    let mut fields = reader.expect(tag::SEQUENCE).ok()?.inside();
    let version = tlv::small(&fields.expect(tag::INTEGER).ok()?).ok()?;
    let iv = fields.expect(tag::OCTET_STRING).ok()?.value.to_vec();
    fields.finish().ok()?;
    let bits = match version {
        160 => Rc2Bits::B40,
        120 => Rc2Bits::B64,
        58 => Rc2Bits::B128,
        _ => return None,
    };
    (iv.len() == 8).then_some(ContentCipher {
        kind: Kind::Rc2(bits),
        iv,
    })
}

/// Runs the cipher over the data where it stands. OpenSSL's wrapper wants room for a block behind what
/// it works on, so the last stretch takes a way round.
fn in_place(context: &mut CipherCtx, data: &mut [u8], block: usize) -> Result<(), ErrorStack> {
    let mut at = 0_usize;
    loop {
        let rest = data.get_mut(at..).unwrap_or_default();
        if rest.len() >= STRETCH.saturating_add(block) {
            context.cipher_update_inplace(rest, STRETCH)?;
            at = at.saturating_add(STRETCH);
            continue;
        }
        let mut last = vec![0; rest.len().saturating_add(block)];
        let written = context.cipher_update(rest, Some(&mut last))?;
        if let (Some(to), Some(from)) = (rest.get_mut(..written), last.get(..written)) {
            to.copy_from_slice(from);
        }
        last.zeroize();
        return Ok(());
    }
}

/// The length without padding (RFC 5652 §6.3). Every byte of the last block is looked at whatever it
/// is, so that time says nothing about which one is wrong.
fn unpadded(data: &[u8], block: usize) -> Option<usize> {
    let last = data.get(data.len().checked_sub(block)?..)?;
    let count = usize::from(*last.last()?);
    let mut wrong = u8::from(count == 0) | u8::from(count > block);
    for (index, byte) in last.iter().rev().enumerate() {
        let inside = u8::from(index < count);
        wrong |= inside & u8::from(usize::from(*byte) != count);
    }
    (wrong == 0).then(|| data.len().saturating_sub(count))
}
