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
use std::ops::Range;
use zeroize::Zeroize as _;

/// Bytes that are decrypted at a time: a multiple of every block size.
const STRETCH: usize = 1 << 18;
/// Bytes of the modification detection code's packet.
const CODE: usize = mdc::HEADER.len() + mdc::DIGEST;

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

/// Decrypts the data of a SEIPDv1 packet, without its version octet, in place, and checks the
/// modification detection code.
pub fn v1(
    mut bytes: Vec<u8>,
    data: Range<usize>,
    with: &Candidate,
    workers: &dyn Workers,
) -> Result<Plaintext, Failed> {
    let opened = v1_in_place(&mut bytes, data, with, workers);
    if opened.is_err() {
        bytes.zeroize();
    }
    let content = opened?;
    bytes.truncate(content.end);
    Ok(Plaintext {
        bytes,
        start: content.start,
    })
}

fn v1_in_place(
    bytes: &mut [u8],
    data: Range<usize>,
    with: &Candidate,
    workers: &dyn Workers,
) -> Result<Range<usize>, Failed> {
    let (cipher, block) = cipher(with)?;
    let prefix = block.saturating_add(2);
    let content_len = data.len().checked_sub(CODE).ok_or(Failed)?;
    if content_len < prefix {
        return Err(Failed);
    }
    let start = data.start;
    let data = bytes.get_mut(data).ok_or(Failed)?;
    let mut mdc = in_halves(cipher, &with.key, block, data, content_len, workers)?;
    let (content, code) = data.split_at_checked(content_len).ok_or(Failed)?;
    mdc.rest(content);
    if !mdc::same(&mdc.code.finish(), code) {
        return Err(Failed);
    }
    Ok(start.saturating_add(prefix)..start.saturating_add(content_len))
}

/// Decrypts a packet without any integrity (RFC 9580 §5.7): whatever comes out may have been
/// altered by anybody.
pub fn without_integrity(
    mut bytes: Vec<u8>,
    data: Range<usize>,
    with: &Candidate,
) -> Result<Plaintext, Failed> {
    let (cipher, block) = cipher(with)?;
    let prefix = block.saturating_add(2);
    bytes.truncate(data.end);
    let start = data.start.saturating_add(prefix);
    // The cipher starts anew behind the prefix, with the ciphertext of its last block.
    let iv = bytes
        .get(start.saturating_sub(block)..start)
        .ok_or(Failed)?
        .to_vec();
    let rest = bytes.get_mut(start..).ok_or(Failed)?;
    cfb(cipher, &with.key, block, Some(iv), rest, |_| ()).map_err(|_| Failed)?;
    Ok(Plaintext { bytes, start })
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

/// The code over what was decrypted so far.
struct Counted {
    code: Mdc,
    bytes: usize,
}

impl Counted {
    /// Takes in what is missing of the content.
    fn rest(&mut self, content: &[u8]) {
        self.code
            .update(content.get(self.bytes..).unwrap_or_default());
        self.bytes = content.len();
    }
}

/// CFB in two halves at once: each block needs only the ciphertext of the one before. The code over
/// the first half is made on the way.
fn in_halves(
    cipher: SymmetricAlgorithm,
    key: &SessionKey,
    block: usize,
    data: &mut [u8],
    content: usize,
    workers: &dyn Workers,
) -> Result<Counted, Failed> {
    let blocks = content.checked_div(block).unwrap_or_default();
    let middle = blocks.div_ceil(2).saturating_mul(block).min(content);
    let iv = middle
        .checked_sub(block)
        .and_then(|before| data.get(before..middle))
        .map(<[u8]>::to_vec);
    let (first, second) = data.split_at_mut_checked(middle).ok_or(Failed)?;
    let (left, right) = both(
        workers,
        || {
            let mut code = Mdc::new();
            cfb(cipher, key, block, None, first, |plain| code.update(plain)).map(|()| Counted {
                code,
                bytes: middle,
            })
        },
        || cfb(cipher, key, block, iv, second, |_| ()),
    )
    .ok_or(Failed)?;
    match (left, right) {
        (Ok(counted), Ok(())) => Ok(counted),
        _ => Err(Failed),
    }
}

/// Decrypts in place; `seen` gets each stretch of plaintext while it is in the cache.
fn cfb(
    cipher: SymmetricAlgorithm,
    key: &SessionKey,
    block: usize,
    iv: Option<Vec<u8>>,
    data: &mut [u8],
    mut seen: impl FnMut(&[u8]),
) -> pgp::Result<()> {
    let mut iv = iv.unwrap_or_else(|| vec![0; block]);
    let mut ciphertext = Vec::with_capacity(STRETCH);
    for stretch in data.chunks_mut(STRETCH) {
        ciphertext.clear();
        ciphertext.extend_from_slice(stretch);
        let source = Memory::with_cookie(&ciphertext, Cookie::default());
        Decryptor::new(
            cipher,
            BlockCipherMode::CFB,
            UnpaddingMode::None,
            key,
            Some(&iv),
            source,
        )?
        .read_exact(stretch)?;
        seen(stretch);
        // Only whole stretches have a successor, and those end with a block.
        let last = ciphertext.len().saturating_sub(block);
        iv = ciphertext.get(last..).unwrap_or_default().to_vec();
    }
    Ok(())
}
