//! PEM (RFC 7468): blocks between BEGIN and END lines, whatever stands around them.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// Most blocks that are read from one file.
const BLOCKS: usize = 100_000;

/// One block.
pub struct Block<'a> {
    /// What stands after BEGIN.
    pub label: &'a str,
    /// The decoded bytes, or nothing when the text is damaged. Wiped, since it may be a key.
    pub bytes: Option<Zeroizing<Vec<u8>>>,
    /// Whether header lines stand before the text, as OpenSSL's old encryption of keys has them.
    pub has_headers: bool,
}

/// All blocks of a text; other text is passed over.
pub fn blocks(text: &[u8]) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(&str, Zeroizing<Vec<u8>>, bool)> = None;
    for line in text.split(|b| *b == b'\n' || *b == b'\r') {
        let line = line.trim_ascii();
        let line = line.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(line);
        if let Some(label) = label_of(line, b"-----BEGIN ") {
            open = Some((label, Zeroizing::new(Vec::with_capacity(4096)), false));
        } else if let Some(label) = label_of(line, b"-----END ") {
            if let Some((begun, text, has_headers)) = open.take() {
                let bytes = (label == begun).then(|| decode(&text)).flatten();
                found.push(Block {
                    label: begun,
                    bytes,
                    has_headers,
                });
            }
            if found.len() >= BLOCKS {
                break;
            }
        } else if let Some((_, text, has_headers)) = &mut open {
            if line.contains(&b':') {
                *has_headers = true;
            } else {
                text.extend_from_slice(line);
            }
        }
    }
    if let Some((label, _, has_headers)) = open {
        // Cut off before its end.
        found.push(Block {
            label,
            bytes: None,
            has_headers,
        });
    }
    found
}

fn label_of<'a>(line: &'a [u8], before: &[u8]) -> Option<&'a str> {
    let label = line.strip_prefix(before)?.strip_suffix(b"-----")?;
    std::str::from_utf8(label).ok()
}

fn decode(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    let blank = text.iter().any(u8::is_ascii_whitespace);
    if blank {
        let dense: Vec<u8> = text
            .iter()
            .copied()
            .filter(|b| !b.is_ascii_whitespace())
            .collect();
        return engine
            .decode(Zeroizing::new(dense).as_slice())
            .ok()
            .map(Zeroizing::new);
    }
    engine.decode(text).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_other_text() {
        let text = b"Subject: x\r\n-----BEGIN A-----\r\nAQ\r\nID\r\n-----END A-----\nnoise\n\
            -----BEGIN B-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END B-----\n\
            -----BEGIN C-----\n!!\n-----END C-----\n-----BEGIN D-----\nAQID";
        let found = blocks(text);
        let labels: Vec<&str> = found.iter().map(|b| b.label).collect();
        assert_eq!(labels, ["A", "B", "C", "D"]);
        assert_eq!(found[0].bytes.as_deref().unwrap().as_slice(), [1, 2, 3]);
        assert!(found[1].has_headers && !found[0].has_headers);
        assert!(found[2].bytes.is_none() && found[3].bytes.is_none());
    }
}
