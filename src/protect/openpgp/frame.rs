//! Packet frames of messages (RFC 9580 §4.2): partial and indeterminate lengths too.

use std::io::{self, Write};
use std::ops::Range;

/// Packet type IDs (RFC 9580 §5).
pub mod tag {
    /// Public-key encrypted session key.
    pub const PKESK: u8 = 1;
    /// Signature.
    pub const SIGNATURE: u8 = 2;
    /// Session key encrypted with a password.
    pub const SKESK: u8 = 3;
    /// One-pass signature.
    pub const ONE_PASS: u8 = 4;
    /// Compressed data.
    pub const COMPRESSED: u8 = 8;
    /// Encrypted data without any integrity.
    pub const SED: u8 = 9;
    /// Marker.
    pub const MARKER: u8 = 10;
    /// Literal data.
    pub const LITERAL: u8 = 11;
    /// Encrypted data with integrity, of either version.
    pub const SEIPD: u8 = 18;
    /// LibrePGP's own encrypted data packet.
    pub const LIBREPGP_AEAD: u8 = 20;
    /// Padding.
    pub const PADDING: u8 = 21;
    /// From here on unknown types may be passed over (RFC 9580 §4.3).
    pub const FIRST_NOT_CRITICAL: u8 = 40;
}

/// One packet of a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its type ID.
    pub tag: u8,
    /// Its header, up to the first octet of the body; for a packet in pieces, of the first piece.
    pub header: Range<usize>,
    /// Its body, in one piece.
    pub body: Range<usize>,
    /// Where the next packet starts.
    pub end: usize,
}

/// Why there is no whole packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFrame {
    /// The bytes end before the packet does.
    CutOff,
    /// No packet starts like that.
    Broken,
}

enum Length {
    Whole(usize),
    Piece(usize),
    Rest,
}

/// The packet that starts at `at`; `None` at the end of the buffer. A body that came in pieces is
/// moved together in place.
pub fn next(bytes: &mut [u8], at: usize) -> Option<Result<Frame, NoFrame>> {
    if at >= bytes.len() {
        return None;
    }
    Some(read(bytes, at))
}

fn read(bytes: &mut [u8], at: usize) -> Result<Frame, NoFrame> {
    let head = octet(bytes, at)?;
    if head & 0x80 == 0 {
        return Err(NoFrame::Broken);
    }
    let after_head = at.saturating_add(1);
    let (tag, length, start) = if head & 0x40 != 0 {
        let (length, start) = new_length(bytes, after_head)?;
        (head & 0x3f, length, start)
    } else {
        let (length, start) = old_length(bytes, after_head, head & 0x03)?;
        ((head >> 2) & 0x0f, length, start)
    };
    if tag == 0 {
        return Err(NoFrame::Broken);
    }
    let (body_end, end) = match length {
        Length::Whole(length) => {
            let end = checked_end(bytes, start, length)?;
            (end, end)
        }
        Length::Rest => (bytes.len(), bytes.len()),
        Length::Piece(first) => join(bytes, start, first)?,
    };
    Ok(Frame {
        tag,
        header: at..start,
        body: start..body_end,
        end,
    })
}

/// Moves the pieces of a body together; where the body then ends, and where it ended before.
fn join(bytes: &mut [u8], start: usize, first: usize) -> Result<(usize, usize), NoFrame> {
    let mut body_end = checked_end(bytes, start, first)?;
    let mut at = body_end;
    loop {
        let (length, piece) = new_length(bytes, at)?;
        let (length, last) = match length {
            Length::Whole(length) => (length, true),
            Length::Piece(length) => (length, false),
            Length::Rest => return Err(NoFrame::Broken),
        };
        let end = checked_end(bytes, piece, length)?;
        bytes.copy_within(piece..end, body_end);
        body_end = body_end.saturating_add(length);
        at = end;
        if last {
            return Ok((body_end, end));
        }
    }
}

fn checked_end(bytes: &[u8], start: usize, length: usize) -> Result<usize, NoFrame> {
    start
        .checked_add(length)
        .filter(|end| *end <= bytes.len())
        .ok_or(NoFrame::CutOff)
}

fn octet(bytes: &[u8], at: usize) -> Result<u8, NoFrame> {
    bytes.get(at).copied().ok_or(NoFrame::CutOff)
}

fn new_length(bytes: &[u8], at: usize) -> Result<(Length, usize), NoFrame> {
    let first = octet(bytes, at)?;
    let next = at.saturating_add(1);
    match first {
        0..=191 => Ok((Length::Whole(usize::from(first)), next)),
        192..=223 => {
            let second = octet(bytes, next)?;
            let high = usize::from(first).wrapping_sub(192).wrapping_mul(256);
            let length = high.wrapping_add(usize::from(second)).wrapping_add(192);
            Ok((Length::Whole(length), next.saturating_add(1)))
        }
        224..=254 => {
            let length = 1usize.checked_shl(u32::from(first & 0x1f));
            Ok((Length::Piece(length.ok_or(NoFrame::Broken)?), next))
        }
        255 => big_endian(bytes, next, 4),
    }
}

fn old_length(bytes: &[u8], at: usize, kind: u8) -> Result<(Length, usize), NoFrame> {
    match kind {
        0 => big_endian(bytes, at, 1),
        1 => big_endian(bytes, at, 2),
        2 => big_endian(bytes, at, 4),
        _ => Ok((Length::Rest, at)),
    }
}

fn big_endian(bytes: &[u8], at: usize, octets: usize) -> Result<(Length, usize), NoFrame> {
    let end = checked_end(bytes, at, octets)?;
    let length = bytes
        .get(at..end)
        .unwrap_or_default()
        .iter()
        .fold(0usize, |sum, b| sum.wrapping_shl(8) | usize::from(*b));
    Ok((Length::Whole(length), end))
}

/// A packet header in the new format with a body of known length.
pub fn header(tag: u8, length: usize) -> Vec<u8> {
    let mut header = vec![0xC0 | tag];
    match u8::try_from(length) {
        Ok(short) if short < 192 => header.push(short),
        _ => {
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            header.push(0xFF);
            header.extend_from_slice(&length.to_be_bytes());
        }
    }
    header
}

/// Bytes in each piece but the last: 2^16.
const PIECE: usize = 1 << 16;
/// The length octet of such a piece.
const PIECE_OCTET: u8 = 0xE0 | 16;

/// Writes a packet body in pieces, for when its length is not known beforehand. Each piece goes out
/// in one write, with its length in front.
pub struct Pieces<W: Write> {
    inner: W,
    /// The length octet of a whole piece, and what there is of the piece.
    pending: Vec<u8>,
}

/// Room for a piece, with its length octet in place.
fn whole_piece() -> Vec<u8> {
    let mut piece = Vec::with_capacity(PIECE.saturating_add(1));
    piece.push(PIECE_OCTET);
    piece
}

impl<W: Write> Pieces<W> {
    /// Starts a packet.
    pub fn new(mut inner: W, tag: u8) -> io::Result<Self> {
        inner.write_all(&[0xC0 | tag])?;
        Ok(Pieces {
            inner,
            pending: whole_piece(),
        })
    }

    /// Ends it.
    pub fn finish(mut self) -> io::Result<W> {
        let last = self.pending.get(1..).unwrap_or_default();
        let length = u32::try_from(last.len()).unwrap_or(u32::MAX);
        self.inner.write_all(&[0xFF])?;
        self.inner.write_all(&length.to_be_bytes())?;
        self.inner.write_all(last)?;
        Ok(self.inner)
    }
}

impl<W: Write> Write for Pieces<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = PIECE.saturating_add(1).saturating_sub(self.pending.len());
        let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        self.pending.extend_from_slice(now);
        if self.pending.len() > PIECE {
            self.inner.write_all(&self.pending)?;
            self.pending.truncate(1);
        }
        if !later.is_empty() {
            self.write_all(later)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_again() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let body: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let mut pieces = Pieces::new(Vec::new(), tag::SEIPD).unwrap();
            for chunk in body.chunks(1000) {
                pieces.write_all(chunk).unwrap();
            }
            let mut bytes = pieces.finish().unwrap();
            bytes.extend_from_slice(b"\xCA\x03PGP");
            let frame = next(&mut bytes, 0).unwrap().unwrap();
            assert_eq!(frame.tag, tag::SEIPD);
            assert_eq!(bytes[frame.body.clone()], body);
            let marker = next(&mut bytes, frame.end).unwrap().unwrap();
            assert_eq!(
                (marker.tag, &bytes[marker.body]),
                (tag::MARKER, &b"PGP"[..])
            );
        }
    }

    #[test]
    fn headers_are_read_as_written_and_damage_is_seen() {
        for length in [0, 1, 191, 192, 8383, 8384, 70_000] {
            let mut bytes = header(tag::LITERAL, length);
            bytes.resize(bytes.len() + length, 7);
            let frame = next(&mut bytes, 0).unwrap().unwrap();
            assert_eq!(frame.body.len(), length);
            if length > 0 {
                bytes.pop();
                assert_eq!(next(&mut bytes, 0), Some(Err(NoFrame::CutOff)));
            }
        }
        assert_eq!(next(&mut [0x3f, 1], 0), Some(Err(NoFrame::Broken)));
        assert_eq!(next(&mut [0xC0, 1, 0], 0), Some(Err(NoFrame::Broken)));
        assert_eq!(next(&mut [0xD2, 0xFE, 0], 0), Some(Err(NoFrame::CutOff)));
        assert_eq!(next(&mut [], 0), None);
        // Old format, two octets, then indeterminate.
        let mut old = [0x85, 0, 1, 9, 0xA3, 1, 2];
        assert_eq!(next(&mut old, 0).unwrap().unwrap().body, 3..4);
        let rest = next(&mut old, 4).unwrap().unwrap();
        assert_eq!((rest.tag, rest.body, rest.end), (tag::COMPRESSED, 5..7, 7));
    }
}
