//! Writing ASCII armor, fast: base64 by SIMD over many lines at once, then split into lines.

use super::{Kind, Lines, crc::Crc24};
use base64::Engine as _;
use std::io::{self, Write};
use zeroize::Zeroizing;

/// Bytes in a line of 64 characters.
const LINE_BYTES: usize = 48;
/// Characters in a line.
const LINE_CHARS: usize = 64;
/// How many lines are encoded at once.
const BLOCK_LINES: usize = 2048;
/// How many bytes that is.
const BLOCK_BYTES: usize = LINE_BYTES * BLOCK_LINES;
/// How many characters they become.
const BLOCK_CHARS: usize = LINE_CHARS * BLOCK_LINES;

/// Room that armoring `bytes` takes at most, in bytes.
pub fn armored_len(bytes: usize) -> usize {
    // Each 48 bytes become 64 characters and CRLF; the frame lines stay under 200.
    bytes
        .div_ceil(LINE_BYTES)
        .saturating_mul(LINE_CHARS.saturating_add(2))
        .saturating_add(200)
}

/// Armors what is written to it and writes that on. Its buffers are wiped when it is dropped, since
/// secret keys are exported through it too.
pub struct Encoder<W: Write> {
    out: W,
    kind: Kind,
    line_end: &'static [u8],
    engine: super::Base64,
    pending: Zeroizing<Vec<u8>>,
    chars: Zeroizing<Vec<u8>>,
    /// As many lines as are encoded at once, with their line ends in place.
    lines: Zeroizing<Vec<u8>>,
    crc: Crc24,
}

impl<W: Write> Encoder<W> {
    /// Starts a block: the begin line and the empty line after it.
    ///
    /// Errors: those of writing to `out`, as everywhere here.
    pub fn new(mut out: W, kind: Kind, lines: Lines) -> io::Result<Self> {
        let line_end = lines.end();
        for piece in [
            b"-----BEGIN PGP ",
            kind.label(),
            b"-----",
            line_end,
            line_end,
        ] {
            out.write_all(piece)?;
        }
        Ok(Encoder {
            out,
            kind,
            line_end,
            engine: super::base64(),
            pending: Zeroizing::new(Vec::with_capacity(BLOCK_BYTES)),
            chars: Zeroizing::new(vec![0; BLOCK_CHARS]),
            lines: Zeroizing::new([&[0; LINE_CHARS], line_end].concat().repeat(BLOCK_LINES)),
            crc: Crc24::new(),
        })
    }

    /// Ends the block: what is left, the checksum, the end line.
    pub fn finish(mut self) -> io::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        self.encode(&pending)?;
        let crc = self.crc.finish();
        self.out.write_all(b"=")?;
        let mut four = [0; 4];
        self.engine
            .encode_slice(crc, &mut four)
            .map_err(io::Error::other)?;
        for piece in [
            &four,
            self.line_end,
            b"-----END PGP ",
            self.kind.label(),
            b"-----",
            self.line_end,
        ] {
            self.out.write_all(piece)?;
        }
        Ok(())
    }

    /// Encodes up to [`BLOCK_BYTES`] bytes; whole lines, but for the last block.
    fn encode(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.crc.update(bytes);
        let filled = self
            .engine
            .encode_slice(bytes, self.chars.as_mut_slice())
            .map_err(io::Error::other)?;
        let chars = self.chars.get(..filled).unwrap_or_default();
        let (whole, last) = chars.as_chunks::<LINE_CHARS>();
        let step = LINE_CHARS.saturating_add(self.line_end.len());
        for (line, place) in whole.iter().zip(self.lines.chunks_exact_mut(step)) {
            if let Some(place) = place.first_chunk_mut::<LINE_CHARS>() {
                *place = *line;
            }
        }
        let written = whole.len().saturating_mul(step);
        self.out
            .write_all(self.lines.get(..written).unwrap_or_default())?;
        if !last.is_empty() {
            self.out.write_all(last)?;
            self.out.write_all(self.line_end)?;
        }
        Ok(())
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        if !self.pending.is_empty() {
            let room = BLOCK_BYTES.saturating_sub(self.pending.len());
            let (now, later) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            self.pending.extend_from_slice(now);
            rest = later;
            if self.pending.len() == BLOCK_BYTES {
                let mut pending = std::mem::take(&mut self.pending);
                self.encode(&pending)?;
                pending.clear();
                self.pending = pending;
            }
        }
        while let Some((block, later)) = rest.split_at_checked(BLOCK_BYTES) {
            self.encode(block)?;
            rest = later;
        }
        self.pending.extend_from_slice(rest);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
