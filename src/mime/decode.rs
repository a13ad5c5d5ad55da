//! Content-Transfer-Encoding (RFC 2045 §6), decoding.

use super::params::hex;
use base64::Engine as _;
use base64::engine::general_purpose::GeneralPurposeConfig;
use base64::engine::{DecodePaddingMode, Simd};
use memchr::memchr;
use std::borrow::Cow;
use std::sync::LazyLock;

/// How a body is encoded for transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// 7bit, 8bit, binary: the bytes are what they are.
    Identity,
    /// RFC 2045 §6.8.
    Base64,
    /// RFC 2045 §6.7.
    QuotedPrintable,
}

/// A decoded body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// What could be decoded.
    pub bytes: Cow<'a, [u8]>,
    /// Whether all of it was in the encoding, so that nothing was passed over.
    pub sound: bool,
}

/// Characters that are gathered before they are decoded at once; a multiple of 4.
const BATCH: usize = 64 << 10;

pub(super) static ENGINE: LazyLock<Simd> = LazyLock::new(|| {
    Simd::standard(
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    )
});

impl Encoding {
    /// The encoding that a Content-Transfer-Encoding field names; `None` when it is not known.
    pub fn named(value: &str) -> Option<Encoding> {
        let word = value.split([';', '(']).next().unwrap_or_default().trim();
        match word.to_ascii_lowercase().as_str() {
            "" | "7bit" | "8bit" | "binary" => Some(Encoding::Identity),
            "base64" => Some(Encoding::Base64),
            "quoted-printable" => Some(Encoding::QuotedPrintable),
            _ => None,
        }
    }

    /// Undoes the encoding. Never fails: what does not belong is passed over and reported.
    pub fn decode(self, body: &[u8]) -> Decoded<'_> {
        let (bytes, sound) = match self {
            Encoding::Identity => {
                return Decoded {
                    bytes: Cow::Borrowed(body),
                    sound: true,
                };
            }
            Encoding::Base64 => match base64_lines(body) {
                Some(bytes) => (bytes, true),
                None => base64_lenient(body),
            },
            Encoding::QuotedPrintable => quoted_printable(body),
        };
        Decoded {
            bytes: Cow::Owned(bytes),
            sound,
        }
    }

    /// Size in bytes of what [`Encoding::decode`] makes of a body. For base64 it is counted without
    /// decoding: exact for one sound encoding, near for joined or damaged ones.
    pub fn decoded_size(self, body: &[u8]) -> usize {
        match self {
            Encoding::Identity => body.len(),
            Encoding::Base64 => {
                // In blocks whose count fits a byte: the compiler makes a few instructions of each.
                let blanks = body
                    .chunks(255)
                    .map(|block| {
                        usize::from(
                            block
                                .iter()
                                .map(|b| u8::from(is_no_digit(*b)))
                                .fold(0, u8::wrapping_add),
                        )
                    })
                    .fold(0_usize, usize::saturating_add);
                body.len().saturating_sub(blanks).saturating_mul(3) / 4
            }
            Encoding::QuotedPrintable => quoted_printable(body).0.len(),
        }
    }
}

/// White space and padding, which stand for no bytes.
fn is_no_digit(byte: u8) -> bool {
    (byte == b'\r') | (byte == b'\n') | (byte == b' ') | (byte == b'\t') | (byte == b'=')
}

/// Decodes base64 in lines of any length; `None` when anything but the alphabet, white space at
/// line ends and padding at the very end occurs.
fn base64_lines(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity((body.len() / 4).saturating_mul(3).saturating_add(3));
    let mut batch: Vec<u8> = Vec::with_capacity(BATCH.saturating_mul(2));
    for line in Lines(body) {
        for piece in line.trim_ascii().chunks(BATCH) {
            batch.extend_from_slice(piece);
            if batch.len() >= BATCH {
                let whole = batch.len() & !3;
                ENGINE.decode_vec(batch.get(..whole)?, &mut out).ok()?;
                batch.drain(..whole);
            }
        }
    }
    // Padding can stand in the last batch only; in an earlier one it fails to decode.
    ENGINE.decode_vec(&batch, &mut out).ok()?;
    Some(out)
}

/// Decodes base64 character by character, passing over what does not belong (RFC 2045 §6.8).
/// Padding ends a group, so that joined encodings are read.
pub(super) fn base64_lenient(body: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity((body.len() / 4).saturating_mul(3).saturating_add(3));
    let (mut group, mut held, mut sound) = (0_u32, 0_u8, true);
    for byte in body.iter().copied() {
        let Some(value) = base64_value(byte) else {
            if byte == b'=' {
                sound &= end_group(&mut out, group, held);
                (group, held) = (0, 0);
            } else {
                sound &= byte.is_ascii_whitespace();
            }
            continue;
        };
        group = group << 6 | value;
        held = held.saturating_add(1);
        if held == 4 {
            out.extend(group.to_be_bytes().into_iter().skip(1));
            (group, held) = (0, 0);
        }
    }
    sound &= end_group(&mut out, group, held);
    (out, sound)
}

/// Writes the bytes of an incomplete group of `held` characters; `false` when one is left over.
fn end_group(out: &mut Vec<u8>, group: u32, held: u8) -> bool {
    let (shift, bytes) = match held {
        2 => (12_u32, 1),
        3 => (6, 2),
        other => return other != 1,
    };
    let group = group << shift;
    out.extend(group.to_be_bytes().into_iter().skip(1).take(bytes));
    true
}

fn base64_value(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte.wrapping_sub(b'A'),
        b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
        b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

fn quoted_printable(body: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(body.len());
    let mut sound = true;
    for line in Lines(body) {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let end = line.get(content.len()..).unwrap_or_default();
        // Blanks at the end were added on the way (RFC 2045 §6.7 rule 3).
        let content = match content.iter().rposition(|b| !matches!(b, b' ' | b'\t')) {
            Some(last) => content.get(..=last).unwrap_or_default(),
            None => &[],
        };
        let (mut rest, soft) = match content.strip_suffix(b"=") {
            Some(rest) => (rest, true),
            None => (content, false),
        };
        while let Some(at) = memchr(b'=', rest) {
            let (plain, escape) = rest.split_at_checked(at).unwrap_or((rest, &[]));
            out.extend_from_slice(plain);
            let after = escape.get(1..).unwrap_or_default();
            match hex_pair(after) {
                Some((byte, after)) => {
                    out.push(byte);
                    rest = after;
                }
                None => {
                    sound = false;
                    out.push(b'=');
                    rest = after;
                }
            }
        }
        out.extend_from_slice(rest);
        if !soft {
            out.extend_from_slice(end);
        }
    }
    (out, sound)
}

/// Two hexadecimal digits as a byte, and what follows them.
pub(super) fn hex_pair(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let [high, low, rest @ ..] = bytes else {
        return None;
    };
    Some((hex(*high)? << 4 | hex(*low)?, rest))
}

/// Lines with their line ends; the last one may have none.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let length = memchr(b'\n', self.0).map_or(self.0.len(), |at| at.saturating_add(1));
        let (line, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base64(body: &str) -> (Vec<u8>, bool) {
        let decoded = Encoding::Base64.decode(body.as_bytes());
        (decoded.bytes.into_owned(), decoded.sound)
    }

    #[test]
    fn base64_is_read_in_any_lines() {
        for (raw, text, sound) in [
            ("SGFsbG8=\r\n", "Hallo", true),
            ("SGFs\nbG8=", "Hallo", true),
            ("S\r\nG\r\nF s\r\nbG8", "Hallo", true),
            ("SGFsbG8=SGFsbG8=", "HalloHallo", true),
            ("SGFs*bG8=", "Hallo", false),
            ("SGFsb", "Hal", false),
            ("", "", true),
        ] {
            assert_eq!(base64(raw), (text.as_bytes().to_vec(), sound), "{raw:?}");
        }
    }

    #[test]
    fn long_base64_is_the_same_both_ways() {
        let data: Vec<u8> = (0..700_000_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let mut text = String::new();
        for line in ENGINE.encode(&data).as_bytes().chunks(76) {
            text.push_str(std::str::from_utf8(line).unwrap());
            text.push_str("\r\n");
        }
        assert_eq!(base64_lines(text.as_bytes()).unwrap(), data);
        assert_eq!(base64_lenient(text.as_bytes()), (data.clone(), true));
        assert_eq!(Encoding::Base64.decoded_size(text.as_bytes()), data.len());
        assert_eq!(base64_lines(ENGINE.encode(&data).as_bytes()).unwrap(), data);
    }

    #[test]
    fn quoted_printable_is_read() {
        for (raw, text, sound) in [
            ("Gr=C3=BC=C3=9Fe=\r\n!\r\n", "Grüße!\r\n", true),
            ("a= \t\nb  \nc", "ab\nc", true),
            ("a=zz=4", "a=zz=4", false),
            ("=", "", true),
            ("1 =3d 1", "1 = 1", true),
        ] {
            let decoded = Encoding::QuotedPrintable.decode(raw.as_bytes());
            assert_eq!(
                (&*decoded.bytes, decoded.sound),
                (text.as_bytes(), sound),
                "{raw:?}"
            );
        }
    }
}
