//! Splitting bytes into packets by their frames alone (RFC 9580 §4.2), before anything is parsed:
//! that is where size limits are kept.

/// Packet type IDs that are named here (RFC 9580 §5).
pub mod tag {
    /// Signature.
    pub const SIGNATURE: u8 = 2;
    /// Secret key.
    pub const SECRET_KEY: u8 = 5;
    /// Public key.
    pub const PUBLIC_KEY: u8 = 6;
    /// User attribute.
    pub const USER_ATTRIBUTE: u8 = 17;
}

/// One packet as it stands in the bytes.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'a> {
    /// Its type ID.
    pub tag: u8,
    /// Header and body.
    pub whole: &'a [u8],
    /// The body.
    pub body: &'a [u8],
}

/// The frame is damaged, cut off, or of a kind that keys must not have (partial lengths).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokenFrame;

/// Splits off the first packet; `None` at the end.
pub fn first(bytes: &[u8]) -> Option<Result<(Raw<'_>, &[u8]), BrokenFrame>> {
    let (head, rest) = bytes.split_first()?;
    Some(split(*head, rest, bytes).ok_or(BrokenFrame))
}

fn split<'a>(head: u8, rest: &'a [u8], bytes: &'a [u8]) -> Option<(Raw<'a>, &'a [u8])> {
    if head & 0x80 == 0 {
        return None;
    }
    let (tag, length, rest) = if head & 0x40 != 0 {
        let (length, rest) = new_length(rest)?;
        (head & 0x3f, length, rest)
    } else {
        let (length, rest) = old_length(head & 0x03, rest)?;
        ((head >> 2) & 0x0f, length, rest)
    };
    let (body, after) = rest.split_at_checked(length)?;
    let whole = bytes.get(..bytes.len().checked_sub(after.len())?)?;
    Some((Raw { tag, whole, body }, after))
}

fn new_length(rest: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = rest.split_first()?;
    match first {
        0..=191 => Some((usize::from(*first), rest)),
        192..=223 => {
            let (second, rest) = rest.split_first()?;
            let high = usize::from(*first).checked_sub(192)?;
            let length = high.checked_mul(256)?.checked_add(usize::from(*second))?;
            Some((length.checked_add(192)?, rest))
        }
        // Partial lengths are for data only (RFC 9580 §4.2.1.4).
        224..=254 => None,
        255 => big_endian(4, rest),
    }
}

fn old_length(kind: u8, rest: &[u8]) -> Option<(usize, &[u8])> {
    match kind {
        0 => big_endian(1, rest),
        1 => big_endian(2, rest),
        2 => big_endian(4, rest),
        // Indeterminate: to the end of the file.
        _ => None,
    }
}

fn big_endian(octets: usize, rest: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = rest.split_at_checked(octets)?;
    let length = length.iter().try_fold(0usize, |sum, b| {
        sum.checked_mul(256)?.checked_add(usize::from(*b))
    })?;
    Some((length, rest))
}
