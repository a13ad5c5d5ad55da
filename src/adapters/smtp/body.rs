//! A letter's bytes as DATA wants them (RFC 5321 §2.3.8): every line ends in CRLF, no CR or LF
//! stands alone. A lone one could end the letter early for the server and start commands.

/// How much goes to the connection at a time, in bytes.
const CHUNK: usize = 64 << 10;
/// Longest line without its CRLF, in octets (RFC 5321 §4.5.3.1.6).
const LINE: u64 = 998;

/// What must be known of a letter before it is offered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Measure {
    /// Its size on the wire in octets, without dot-stuffing and final dot (RFC 1870 §5).
    pub size: u64,
    /// Whether it has octets over 127.
    pub eight_bit: bool,
    /// Whether a line is longer than 998 octets.
    pub long_line: bool,
}

/// Measures the letter as it will be sent.
pub(super) fn measure(bytes: &[u8]) -> Measure {
    let mut measure = Measure {
        // The last line ends in CRLF, whether or not it did before.
        size: 2,
        eight_bit: !bytes.is_ascii(),
        long_line: false,
    };
    let mut rest = without_final_end(bytes);
    loop {
        let (line, after) = split_line(rest);
        let length = line.len() as u64;
        measure.size += length;
        measure.long_line |= length > LINE;
        match after {
            Some(after) => {
                measure.size += 2;
                rest = after;
            }
            None => return measure,
        }
    }
}

/// The letter in chunks, without its last line end: whoever sends it adds that with the final dot.
/// Letters with long lines are refused before; else each chunk would look for an end far away.
pub(super) struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Chunks<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let bytes = without_final_end(bytes);
        Chunks { bytes, at: 0 }
    }

    /// How many bytes of the letter were handed out.
    pub fn done(&self) -> usize {
        self.at
    }
}

impl Iterator for Chunks<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            return None;
        }
        let mut chunk = Vec::with_capacity(CHUNK + 2);
        while chunk.len() < CHUNK && !rest.is_empty() {
            let (line, after) = split_line(rest);
            let room = CHUNK - chunk.len();
            if let Some((part, _)) = line.split_at_checked(room).filter(|_| line.len() > room) {
                chunk.extend_from_slice(part);
                rest = rest.get(room..).unwrap_or_default();
                break;
            }
            chunk.extend_from_slice(line);
            match after {
                Some(after) => {
                    chunk.extend_from_slice(b"\r\n");
                    rest = after;
                }
                None => rest = &[],
            }
        }
        self.at = self.bytes.len() - rest.len();
        Some(chunk)
    }
}

/// The first line without its end, and what follows; `None` when no end follows the line.
fn split_line(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    let Some(at) = memchr::memchr2(b'\r', b'\n', bytes) else {
        return (bytes, None);
    };
    let (line, rest) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
    let after = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..));
    (line, after)
}

fn without_final_end(bytes: &[u8]) -> &[u8] {
    bytes
        .strip_suffix(b"\r\n")
        .or_else(|| bytes.strip_suffix(b"\n"))
        .or_else(|| bytes.strip_suffix(b"\r"))
        .unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(bytes: &[u8]) -> Vec<u8> {
        let mut out: Vec<u8> = Chunks::new(bytes).flatten().collect();
        out.extend_from_slice(b"\r\n");
        out
    }

    #[test]
    fn lone_cr_and_lf_become_line_ends_and_the_last_is_one() {
        for (letter, wire) in [
            (&b"a\r\nb\r\n"[..], &b"a\r\nb\r\n"[..]),
            (b"a\nb\n", b"a\r\nb\r\n"),
            (b"a\n.\nb", b"a\r\n.\r\nb\r\n"),
            (b"a\rb\r", b"a\r\nb\r\n"),
            (b"a\r\r\nb", b"a\r\n\r\nb\r\n"),
            (b"a\n\r\n\r\n", b"a\r\n\r\n\r\n"),
            (b"", b"\r\n"),
            (b"\r\n", b"\r\n"),
        ] {
            assert_eq!(sent(letter), wire, "{letter:?}");
            assert_eq!(measure(letter).size, wire.len() as u64, "{letter:?}");
        }
    }

    #[test]
    fn chunks_are_bounded_and_lose_nothing() {
        for line in [1, 76, 997, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let letter = format!("{}\r\n", "x".repeat(line)).repeat(400_000 / line + 1);
            let whole = letter.as_bytes();
            assert!(Chunks::new(whole).all(|chunk| chunk.len() <= CHUNK + 2));
            assert!(sent(whole) == whole, "lines of {line}");
        }
    }

    #[test]
    fn long_lines_and_eight_bits_are_seen() {
        let of = |line: usize| measure(format!("a\r\n{}\r\nb", "x".repeat(line)).as_bytes());
        assert!(!of(998).long_line);
        assert!(of(999).long_line);
        assert!(!of(10).eight_bit);
        assert!(measure("ü".as_bytes()).eight_bit);
    }
}
