//! Compressed data (RFC 9580 §5.6), within bounds (rule 30).

use crate::base::limits;
use sequoia_openpgp::parse::buffered_reader::{Bzip, Deflate, Memory, Zlib};
use std::io::Read;

/// So much may come out of even the smallest input: a page of blanks is no bomb.
const FLOOR: u64 = 1 << 20;
/// So much is kept while it is not known yet whether the whole is within bounds.
const KEPT: usize = 32 << 20;

/// What may still come out of the compressed data of one message.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    left: u64,
    levels: u8,
}

/// The data is damaged, of an unknown kind, or over the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotInflated;

impl Budget {
    /// For a message of so many bytes, as it came.
    pub fn new(bytes: usize) -> Self {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let left = bytes
            .saturating_mul(limits::INFLATE_RATIO)
            .clamp(FLOOR, limits::INFLATE_BYTES);
        // Nobody compresses twice; once around each of a few signatures is lawful.
        Budget { left, levels: 4 }
    }

    /// Inflates the body of a compressed data packet.
    pub fn inflate(&mut self, body: &[u8]) -> Result<Vec<u8>, NotInflated> {
        self.levels = self.levels.checked_sub(1).ok_or(NotInflated)?;
        let (out, total) = measure(body, self.left)?;
        self.left = self.left.saturating_sub(total);
        let Some(size) = usize::try_from(total).ok().filter(|size| *size > out.len()) else {
            return Ok(out);
        };
        // Larger than what was kept, and now known to be within bounds: once more.
        drop(out);
        let mut out = Vec::with_capacity(size);
        reader(body)?
            .take(total)
            .read_to_end(&mut out)
            .map_err(|_| NotInflated)?;
        Ok(out)
    }
}

/// Inflates all of it, keeping the beginning; what was kept and the whole size.
fn measure(body: &[u8], limit: u64) -> Result<(Vec<u8>, u64), NotInflated> {
    let mut reader = reader(body)?.take(limit.saturating_add(1));
    let mut kept = Vec::new();
    let mut total: u64 = 0;
    let mut chunk = vec![0; 1 << 16];
    loop {
        let length = reader.read(&mut chunk).map_err(|_| NotInflated)?;
        if length == 0 {
            return Ok((kept, total));
        }
        total = total.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if total > limit {
            return Err(NotInflated);
        }
        if kept.len() < KEPT {
            kept.extend_from_slice(chunk.get(..length).unwrap_or_default());
        }
    }
}

fn reader(body: &[u8]) -> Result<Box<dyn Read + '_>, NotInflated> {
    let (algorithm, data) = body.split_first().ok_or(NotInflated)?;
    let data = Memory::new(data);
    // RFC 9580 §9.4.
    match algorithm {
        0 => Ok(Box::new(data)),
        1 => Ok(Box::new(Deflate::new(data))),
        2 => Ok(Box::new(Zlib::new(data))),
        3 => Ok(Box::new(Bzip::new(data))),
        _ => Err(NotInflated),
    }
}
