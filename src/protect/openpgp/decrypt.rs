//! Encrypted data packets. Nothing leaves here before the integrity check over the whole
//! ciphertext, and every failure is the same (rule 27).

use super::mdc::{self, Mdc};
use super::session::Candidate;
use crate::base::{Workers, both};
use sequoia_openpgp as pgp;
use sequoia_openpgp::crypto::symmetric::{BlockCipherMode, Decryptor, UnpaddingMode};
use sequoia_openpgp::crypto::{SessionKey, aead};
use sequoia_openpgp::parse::Cookie;
use sequoia_openpgp::parse::buffered_reader::{BufferedReader as _, Memory};
use sequoia_openpgp::types::{AEADAlgorithm, SymmetricAlgorithm};
use std::io::Read as _;
use zeroize::Zeroize as _;

/// It did not decrypt, or not to what was encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed;

/// Decrypted data, from `start` on.
pub struct Plaintext {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Where the packets in them begin.
    pub start: usize,
}

/// What the body of a SEIPDv2 packet says before the data (RFC 9580 §5.13.2).
pub struct V2<'a> {
    /// The cipher.
    pub cipher: SymmetricAlgorithm,
    mode: AEADAlgorithm,
    chunk: usize,
    salt: &'a [u8],
    data: &'a [u8],
}

impl<'a> V2<'a> {
    /// Reads the body, version octet included; `None` when it is not one.
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let (head, rest) = body.split_first_chunk::<4>()?;
        let [version, cipher, mode, chunk] = *head;
        let (salt, data) = rest.split_at_checked(32)?;
        // Sizes up to 4 MiB.
        if version != 2 || chunk > 16 {
            return None;
        }
        let chunk = 1usize.checked_shl(u32::from(chunk).saturating_add(6))?;
        Some(V2 {
            cipher: cipher.into(),
            mode: mode.into(),
            chunk,
            salt,
            data,
        })
    }

    /// Decrypts; every chunk and the end are authenticated.
    pub fn decrypt(&self, with: &Candidate) -> Result<Plaintext, Failed> {
        let mut bytes = Vec::with_capacity(self.data.len());
        let run = |bytes: &mut Vec<u8>| -> pgp::Result<()> {
            let schedule = aead::SEIPv2Schedule::new(
                &with.key,
                self.cipher,
                self.mode,
                self.chunk,
                self.salt,
            )?;
            let source = Memory::with_cookie(self.data, Cookie::default()).into_boxed();
            aead::Decryptor::new(self.cipher, self.mode, self.chunk, schedule, source)?
                .read_to_end(bytes)?;
            Ok(())
        };
        if run(&mut bytes).is_err() {
            bytes.zeroize();
            return Err(Failed);
        }
        Ok(Plaintext { bytes, start: 0 })
    }
}

/// Decrypts the data of a SEIPDv1 packet, without its version octet, and checks the modification
/// detection code.
pub fn v1(data: &[u8], with: &Candidate, workers: &dyn Workers) -> Result<Plaintext, Failed> {
    let (cipher, block) = cipher(with)?;
    let start = block.saturating_add(2);
    if data.len()
        < start
            .saturating_add(mdc::HEADER.len())
            .saturating_add(mdc::DIGEST)
    {
        return Err(Failed);
    }
    let mut bytes = vec![0; data.len()];
    let end = bytes
        .len()
        .saturating_sub(mdc::HEADER.len())
        .saturating_sub(mdc::DIGEST);
    let decrypted = in_halves(cipher, &with.key, block, data, &mut bytes, workers);
    let (content, code) = bytes.split_at_checked(end).unwrap_or_default();
    let mut expected = Mdc::new();
    expected.update(content);
    if !mdc::same(&expected.finish(), code) || decrypted.is_err() {
        bytes.zeroize();
        return Err(Failed);
    }
    bytes.truncate(end);
    Ok(Plaintext { bytes, start })
}

/// Decrypts a packet without any integrity (RFC 9580 §5.7): whatever comes out may have been
/// altered by anybody.
pub fn without_integrity(data: &[u8], with: &Candidate) -> Result<Plaintext, Failed> {
    let (cipher, block) = cipher(with)?;
    let start = block.saturating_add(2);
    let (prefix, rest) = data.split_at_checked(start).ok_or(Failed)?;
    // The cipher starts anew behind the prefix, with the ciphertext of its last block.
    let iv = prefix.get(2..).ok_or(Failed)?;
    let mut bytes = vec![0; rest.len()];
    cfb(cipher, &with.key, Some(iv), rest, &mut bytes).map_err(|_| Failed)?;
    Ok(Plaintext { bytes, start: 0 })
}

fn cipher(with: &Candidate) -> Result<(SymmetricAlgorithm, usize), Failed> {
    let cipher = with.cipher.ok_or(Failed)?;
    let size = cipher.key_size().map_err(|_| Failed)?;
    let block = cipher.block_size().map_err(|_| Failed)?;
    if with.key.len() == size && cipher.is_supported() {
        Ok((cipher, block))
    } else {
        Err(Failed)
    }
}

/// Whether blocks are so short that the cipher counts as no protection any more (3DES, CAST5, IDEA,
/// Blowfish: 64 bits).
pub fn is_legacy(cipher: SymmetricAlgorithm) -> bool {
    cipher.block_size().is_ok_and(|block| block < 16)
}

/// CFB in two halves at once: each block needs only the ciphertext of the one before.
fn in_halves(
    cipher: SymmetricAlgorithm,
    key: &SessionKey,
    block: usize,
    data: &[u8],
    out: &mut [u8],
    workers: &dyn Workers,
) -> pgp::Result<()> {
    let blocks = data.len().checked_div(block).unwrap_or_default();
    let middle = blocks.div_ceil(2).saturating_mul(block).min(data.len());
    let (first, second) = data.split_at_checked(middle).unwrap_or((data, &[]));
    let (out_first, out_second) = out.split_at_mut(first.len());
    let iv = first.get(first.len().saturating_sub(block)..);
    let (left, right) = both(
        workers,
        || cfb(cipher, key, None, first, out_first),
        || cfb(cipher, key, iv, second, out_second),
    )
    .ok_or_else(|| std::io::Error::other("work was not done"))?;
    left.and(right)
}

fn cfb(
    cipher: SymmetricAlgorithm,
    key: &SessionKey,
    iv: Option<&[u8]>,
    data: &[u8],
    out: &mut [u8],
) -> pgp::Result<()> {
    let source = Memory::with_cookie(data, Cookie::default());
    let mut decryptor = Decryptor::new(
        cipher,
        BlockCipherMode::CFB,
        UnpaddingMode::None,
        key,
        iv,
        source,
    )?;
    decryptor.read_exact(out)?;
    Ok(())
}
