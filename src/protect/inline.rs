//! OpenPGP in the middle of text, without MIME around it: an armored message, or text in the cleartext
//! signature framework (RFC 9580 §6.2 and §7). It opens alone, as a message of its own without a
//! header section, so that nothing vouches for who wrote it beside the signature's own facts.

use super::evidence::{Evidence, Layer};
use super::open::{Opened, Problem};
use super::openpgp::{self, Reading};
use std::ops::Range;

const ENCRYPTED: &str = "-----BEGIN PGP MESSAGE-----";
const ENCRYPTED_END: &str = "-----END PGP MESSAGE-----";
const SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
const SIGNATURE_END: &str = "-----END PGP SIGNATURE-----";
/// What stands before the text that came out, to make it a MIME entity.
const TEXT: &str =
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";

/// Where the first block of OpenPGP stands in a text: from its first line to the end of its last.
pub fn find(text: &[u8]) -> Option<Range<usize>> {
    let encrypted = line_start(text, ENCRYPTED, 0);
    let signed = line_start(text, SIGNED, 0);
    let (start, end_line) = match (encrypted, signed) {
        (Some(one), Some(other)) if other < one => (other, SIGNATURE_END),
        (Some(one), _) => (one, ENCRYPTED_END),
        (None, Some(other)) => (other, SIGNATURE_END),
        (None, None) => return None,
    };
    let end = line_start(text, end_line, start)?;
    Some(start..end.saturating_add(end_line.len()))
}

/// Whether bytes are such a block and nothing else.
pub fn is_inline(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii();
    find(bytes).is_some_and(|block| block == (0..bytes.len()))
}

/// Whether the block is encrypted, so that opening it needs the own keys.
pub fn is_encrypted(block: &[u8]) -> bool {
    block.trim_ascii().starts_with(ENCRYPTED.as_bytes())
}

/// Opens a block, as [`find`] cuts it. `None` when it is not what its first line says.
pub fn open_inline(block: &[u8], with: &Reading<'_>) -> Result<Option<Opened<'static>>, Problem> {
    let block = block.trim_ascii();
    if block.starts_with(SIGNED.as_bytes()) {
        return Ok(open_signed(block, with));
    }
    let opened = openpgp::open(block, with).map_err(Problem::Decrypt)?;
    let mut layers = vec![Layer::OpenPgpEncrypted(opened.encryption)];
    if !opened.signatures.is_empty() {
        layers.push(Layer::OpenPgpSigned(opened.signatures));
    }
    Ok(Some(as_text(layers, &opened.plaintext)))
}

fn open_signed(block: &[u8], with: &Reading<'_>) -> Option<Opened<'static>> {
    let signature_at = line_start(block, SIGNATURE, 0)?;
    let (framed, signature) = block.split_at_checked(signature_at)?;
    let text = signed_text(framed)?;
    let facts = openpgp::verify_detached(&text, signature, with.certs, with.at);
    Some(as_text(vec![Layer::OpenPgpSigned(facts)], &text))
}

/// The text that the signature covers: without the armor headers, dashes unescaped, blanks at line
/// ends gone, lines ended by CRLF, the last one not at all (RFC 9580 §7.2). What is shown is this and
/// nothing else (rule 20). `None` when there are armor headers other than `Hash`, which could pose as
/// signed text.
fn signed_text(framed: &[u8]) -> Option<Vec<u8>> {
    let mut lines = framed
        .split(|b| *b == b'\n')
        .map(|line| line.trim_ascii_end());
    lines.next()?;
    for line in lines.by_ref() {
        if line.is_empty() {
            break;
        }
        if !line.starts_with(b"Hash: ") {
            return None;
        }
    }
    let mut text = Vec::with_capacity(framed.len());
    let mut lines: Vec<&[u8]> = lines.collect();
    // The line end before the signature belongs to the framework.
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    for (index, line) in lines.into_iter().enumerate() {
        if index > 0 {
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(line.strip_prefix(b"- ").unwrap_or(line));
    }
    Some(text)
}

fn as_text(layers: Vec<Layer>, text: &[u8]) -> Opened<'static> {
    Opened::of_plaintext(Evidence { layers }, [TEXT.as_bytes(), text].concat())
}

/// Where `words` begin a line at or after `from`.
fn line_start(text: &[u8], words: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    memchr::memmem::find_iter(rest, words.as_bytes())
        .map(|at| from.saturating_add(at))
        .find(|at| {
            at.checked_sub(1)
                .is_none_or(|before| text.get(before) == Some(&b'\n'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_whole_block_is_found_and_nothing_else() {
        let armor = "-----BEGIN PGP MESSAGE-----\n\nabcd\n-----END PGP MESSAGE-----";
        let text = format!("Hello\n> {armor}\n{armor}\nBye\n");
        let block = find(text.as_bytes()).unwrap();
        assert_eq!(text.get(block), Some(armor));
        assert!(is_inline(format!("\n{armor}\n").as_bytes()));
        assert!(!is_inline(text.as_bytes()));
        assert_eq!(find(b"-----BEGIN PGP MESSAGE-----\nno end"), None);
        assert_eq!(find(b"text"), None);
    }

    #[test]
    fn rule_20_only_what_the_signature_covers_is_shown() {
        let framed = b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\nOne  \r\n\
                       - -----BEGIN x\r\n\r\nTwo\r\n";
        let text = signed_text(framed).unwrap();
        assert_eq!(text, b"One\r\n-----BEGIN x\r\n\r\nTwo");
        // A header that is none could pose as a part of the text.
        let forged = b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\nPay Eve:\n\nOne\n";
        assert_eq!(signed_text(forged), None);
    }
}
