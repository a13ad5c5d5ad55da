//! Keys from passwords: PKCS #12's own way (RFC 7292 §B.2), and its bounds (rule 30).

use super::Broken;
use crate::base::limits;
use openssl::hash::{Hasher, MessageDigest};
use zeroize::Zeroizing;

/// What a derived key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A cipher's key.
    Key = 1,
    /// A cipher's initialisation vector.
    Iv = 2,
    /// A MAC's key.
    Mac = 3,
}

/// How what was hashed is added for the next block of bytes (RFC 7292 §B.2, step 6C).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adding {
    /// As the standard says: a sum keeps its length.
    Standard,
    /// As gpgsm up to 2.2 does: a sum is written without its leading zeros, from the front, over what
    /// was there. About one of its exports in fifty is under such a key.
    WithoutZeros,
}

/// What all derivations of one file may cost together.
pub struct Budget(u64);

impl Budget {
    /// A file's.
    pub fn new() -> Self {
        Budget(limits::KDF_ITERATIONS)
    }

    /// Pays for a derivation before it runs.
    pub fn pay(&mut self, iterations: u64) -> Result<(), Broken> {
        if iterations == 0 {
            return Err(Broken::Malformed);
        }
        self.0 = self
            .0
            .checked_sub(iterations)
            .ok_or_else(|| Broken::TooExpensive(format!("{iterations} rounds")))?;
        Ok(())
    }
}

/// A password in the form that PKCS #12 hashes.
pub type Encoded = Zeroizing<Vec<u8>>;

/// UTF-16, big-endian, with a zero at the end.
pub fn bmp(password: &str) -> Encoded {
    let mut out = Zeroizing::new(Vec::with_capacity(
        password.len().saturating_mul(2).saturating_add(2),
    ));
    for unit in password.encode_utf16().chain([0]) {
        out.extend_from_slice(&unit.to_be_bytes());
    }
    out
}

/// Each byte widened: how older programs took what is not ASCII.
pub fn widened(password: &str) -> Encoded {
    let mut out = Zeroizing::new(Vec::with_capacity(
        password.len().saturating_mul(2).saturating_add(2),
    ));
    for byte in password.bytes().chain([0]) {
        out.extend_from_slice(&[0, byte]);
    }
    out
}

/// Block size of a hash in bytes.
fn block_of(hash: MessageDigest) -> usize {
    if hash.size() > 32 { 128 } else { 64 }
}

/// `length` bytes for this use. The cost is paid before.
pub fn derive(
    hash: MessageDigest,
    password: &[u8],
    salt: &[u8],
    iterations: u64,
    purpose: Use,
    adding: Adding,
    length: usize,
) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let block = block_of(hash);
    let diversifier = vec![purpose as u8; block];
    let mut state = Zeroizing::new(stretched(salt, block));
    state.extend_from_slice(&Zeroizing::new(stretched(password, block)));
    let mut out = Zeroizing::new(Vec::with_capacity(length.saturating_add(64)));
    let library = |_| Broken::Malformed;
    let mut hasher = Hasher::new(hash).map_err(library)?;
    loop {
        hasher.update(&diversifier).map_err(library)?;
        hasher.update(&state).map_err(library)?;
        let mut digest = hasher.finish().map_err(library)?;
        for _ in 1..iterations {
            hasher.update(&digest).map_err(library)?;
            digest = hasher.finish().map_err(library)?;
        }
        out.extend_from_slice(&digest);
        if out.len() >= length {
            out.truncate(length);
            return Ok(out);
        }
        let added = Zeroizing::new(repeated(&digest, block));
        for piece in state.chunks_mut(block) {
            let before = Zeroizing::new(piece.to_vec());
            add_one_more(piece, &added);
            let zeros = piece.iter().take_while(|byte| **byte == 0).count();
            if adding == Adding::WithoutZeros && zeros > 0 {
                piece.rotate_left(zeros);
                let kept = piece.len().saturating_sub(zeros);
                for (byte, old) in piece.iter_mut().zip(before.iter()).skip(kept) {
                    *byte = *old;
                }
            }
        }
    }
}

/// The bytes repeated to a whole number of blocks; none stay none.
fn stretched(bytes: &[u8], block: usize) -> Vec<u8> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let length = bytes.len().div_ceil(block).saturating_mul(block);
    repeated(bytes, length)
}

fn repeated(bytes: &[u8], length: usize) -> Vec<u8> {
    bytes.iter().copied().cycle().take(length).collect()
}

/// `piece + added + 1`, as big-endian numbers of that length.
fn add_one_more(piece: &mut [u8], added: &[u8]) {
    let mut carry: u16 = 1;
    for (digit, more) in piece.iter_mut().zip(added).rev() {
        let sum = u16::from(*digit)
            .saturating_add(u16::from(*more))
            .saturating_add(carry);
        let [high, low] = sum.to_be_bytes();
        *digit = low;
        carry = u16::from(high);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers that implementations test themselves with (password `smeg`, salt in hex).
    #[test]
    fn known_answers() {
        let sha1 = MessageDigest::sha1();
        let key = derive(
            sha1,
            &bmp("smeg"),
            &[0x0A, 0x58, 0xCF, 0x64, 0x53, 0x0D, 0x82, 0x3F],
            1,
            Use::Key,
            Adding::Standard,
            24,
        );
        assert_eq!(
            super::super::super::oid::hex(&key.ok().unwrap()),
            "8AAAE6297B6CB04642AB5B077851284EB7128F1A2A7FBCA3"
        );
        let key = derive(
            sha1,
            &bmp("queeg"),
            &[0x05, 0xDE, 0xC9, 0x59, 0xAC, 0xFF, 0x72, 0xF7],
            1000,
            Use::Key,
            Adding::Standard,
            24,
        );
        assert_eq!(
            super::super::super::oid::hex(&key.ok().unwrap()),
            "ED2034E36328830FF09DF1E1A07DD357185DAC0D4F9EB3D4"
        );
    }

    #[test]
    fn rule_30_a_files_derivations_are_paid_together() {
        let mut budget = Budget::new();
        assert!(budget.pay(9_000_000).is_ok());
        assert!(matches!(
            budget.pay(2_000_000),
            Err(Broken::TooExpensive(_))
        ));
        assert!(matches!(budget.pay(0), Err(Broken::Malformed)));
    }
}
