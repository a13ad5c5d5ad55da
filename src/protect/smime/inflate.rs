//! Compressed data (RFC 3274), within bounds (rule 30).

use crate::base::limits;
use flate2::read::ZlibDecoder;
use std::io::Read as _;

/// So much may come out of even the smallest input: a page of blanks is no bomb.
const FLOOR: u64 = 1 << 20;

/// The data is damaged, or over the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotInflated {
    /// It is no zlib stream.
    Damaged,
    /// It grows over the limits.
    TooLarge,
}

/// Inflates a zlib stream. It is measured first, so that what breaks a limit takes no memory.
pub fn inflate(data: &[u8]) -> Result<Vec<u8>, NotInflated> {
    let bytes = u64::try_from(data.len()).unwrap_or(u64::MAX);
    let limit = bytes
        .saturating_mul(limits::INFLATE_RATIO)
        .clamp(FLOOR, limits::INFLATE_BYTES);
    let mut measured = ZlibDecoder::new(data).take(limit.saturating_add(1));
    let size = std::io::copy(&mut measured, &mut std::io::sink());
    let size = size.map_err(|_| NotInflated::Damaged)?;
    if size > limit {
        return Err(NotInflated::TooLarge);
    }
    let room = usize::try_from(size).map_err(|_| NotInflated::TooLarge)?;
    let mut out = Vec::with_capacity(room);
    ZlibDecoder::new(data)
        .take(size)
        .read_to_end(&mut out)
        .map_err(|_| NotInflated::Damaged)?;
    Ok(out)
}
