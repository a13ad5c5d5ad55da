//! Writing header fields and bodies. Everything that comes out is 7-bit, with CRLF line ends, and
//! lines stay under 78 bytes wherever they can be folded (RFC 5322 §2.1.1).
//!
//! Values cannot break out of their field: control characters in them become spaces first.

use super::decode::ENGINE;
use crate::address::Mailbox;
use crate::base::Time;
use base64::Engine as _;
use mail_builder::headers::Header as _;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::text::Text;

/// Bytes of data in one line of base64.
const LINE_BYTES: usize = 57;
/// Characters in one line of base64 (RFC 2045 §6.8).
const LINE_CHARS: usize = 76;
/// Lines that are encoded at once.
const BATCH_LINES: usize = 2048;
/// Longest line of quoted-printable, its soft break included (RFC 2045 §6.7).
const QP_LINE: usize = 76;

/// An unstructured field: Subject, Comments, Keywords. Text that is not ASCII becomes encoded
/// words (RFC 2047).
pub fn text_field(out: &mut Vec<u8>, name: &str, value: &str) {
    let value = one_line(value);
    let column = start(out, name);
    if value.contains("=?") {
        // Else a reader would take for an encoded word what is none.
        return encoded_words(out, &value);
    }
    Text::new(value).write_header(out, column);
}

/// Writes all of a value as encoded words, one a line.
fn encoded_words(out: &mut Vec<u8>, value: &str) {
    let mut rest = value;
    while !rest.is_empty() {
        // 30 bytes make a word of 52 characters, which fits behind every name that is used here.
        let mut end = rest.len().min(30);
        while !rest.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        out.extend_from_slice(format!("=?utf-8?B?{}?=", ENGINE.encode(piece)).as_bytes());
        out.extend_from_slice(if after.is_empty() { b"\r\n" } else { b"\r\n " });
        rest = after;
    }
}

/// An address field: From, To, Cc, Reply-To. Domains are written as A-labels.
pub fn mailboxes_field(out: &mut Vec<u8>, name: &str, mailboxes: &[Mailbox]) {
    let list = mailboxes
        .iter()
        .map(|mailbox| {
            let shown = mailbox.name.as_ref().map(|n| one_line(n.raw()));
            Address::new_address(shown.filter(|n| !n.is_empty()), mailbox.address.wire())
        })
        .collect();
    let column = start(out, name);
    Address::new_list(list).write_header(out, column);
}

/// A Date field, in UTC, so that it tells nothing about where the writer is.
pub fn date_field(out: &mut Vec<u8>, time: Time) {
    let column = start(out, "Date");
    Date::new(time.as_second()).write_header(out, column);
}

/// A field of message identifiers: Message-ID, In-Reply-To, References. They are given without
/// angle brackets.
pub fn ids_field(out: &mut Vec<u8>, name: &str, ids: &[String]) {
    let ids = ids
        .iter()
        .map(|id| one_line(id).replace(['<', '>', ' '], ""));
    let column = start(out, name);
    MessageId::new_list(ids).write_header(out, column);
}

/// Content-Type or Content-Disposition with parameters; those that are not ASCII or too long are
/// written as RFC 2231 has it.
pub fn params_field(out: &mut Vec<u8>, name: &str, value: &str, params: &[(&str, &str)]) {
    let mut field = ContentType::new(one_line(value));
    for (key, value) in params {
        field = field.attribute((*key).to_owned(), one_line(value));
    }
    let column = start(out, name);
    field.write_header(out, column);
}

fn start(out: &mut Vec<u8>, name: &str) -> usize {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    name.len().saturating_add(2)
}

/// A value on one line: controls become spaces, and no blanks stand at its ends.
fn one_line(value: &str) -> String {
    let spaced: String = value
        .chars()
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .collect();
    spaced.trim().to_owned()
}

/// Data as base64 in lines of 76 characters with CRLF, the last one too.
pub fn base64_body(out: &mut Vec<u8>, data: &[u8]) {
    out.reserve(base64_size(data.len()));
    let mut batch = vec![0_u8; LINE_CHARS.saturating_mul(BATCH_LINES)];
    for chunk in data.chunks(LINE_BYTES.saturating_mul(BATCH_LINES)) {
        // The batch holds exactly what a chunk encodes to, so there is no failure to tell.
        let written = ENGINE.encode_slice(chunk, &mut batch).unwrap_or(0);
        for line in batch.get(..written).unwrap_or_default().chunks(LINE_CHARS) {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// Bytes that [`base64_body`] makes of so many.
pub fn base64_size(bytes: usize) -> usize {
    let lines = bytes.div_ceil(LINE_BYTES);
    let chars = bytes.div_ceil(3).saturating_mul(4);
    chars.saturating_add(lines.saturating_mul(2))
}

/// Text ready for the wire: the name of its transfer encoding and the encoded bytes, with every
/// line end of the text (LF, CRLF or CR) as CRLF.
///
/// Plain 7-bit text stays as it is only where no mail server on the way has a reason to touch it:
/// no line over 76 bytes, no blank at a line's end, no line that begins with `From ` or is a lone
/// dot, no controls, nothing that looks like a delimiter. A signature over it then survives (RFC 3156 §3 and §5).
pub fn text_body(text: &str) -> (&'static str, Vec<u8>) {
    let canonical = super::canonical_crlf(text.as_bytes());
    if is_mail_safe(&canonical) {
        return ("7bit", canonical.into_owned());
    }
    // Quoted-printable keeps most of a European text readable in its source; of a text in another
    // script it would keep nothing, at three bytes for one.
    let foreign = canonical.iter().filter(|b| !b.is_ascii()).count();
    if foreign > canonical.len() / 3 {
        let mut out = Vec::new();
        base64_body(&mut out, &canonical);
        return ("base64", out);
    }
    ("quoted-printable", quoted_printable_body(&canonical))
}

fn is_mail_safe(canonical: &[u8]) -> bool {
    lines(canonical).all(|(line, _)| {
        line.len() <= QP_LINE
            && !line.starts_with(b"From ")
            && line != b"."
            // Could be a delimiter of ours: see `derive_boundary`.
            && !line.starts_with(b"--=_")
            && !matches!(line.last(), Some(b' ' | b'\t'))
            && line.iter().all(|b| matches!(b, b'\t' | b' '..=b'~'))
    })
}

/// Text with CRLF line ends as quoted-printable (RFC 2045 §6.7).
fn quoted_printable_body(canonical: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(canonical.len().saturating_add(canonical.len() / 8));
    for (line, ended) in lines(canonical) {
        let mut column = 0_usize;
        let from = line.starts_with(b"From ") || line == b".";
        for (at, byte) in line.iter().copied().enumerate() {
            let is_last = at.saturating_add(1) == line.len();
            let plain = match byte {
                b'=' => false,
                b' ' | b'\t' => !is_last,
                b'!'..=b'~' => !(from && at == 0),
                _ => false,
            };
            let width = if plain { 1 } else { 3 };
            // A soft break needs a place of its own, unless the line ends here.
            let room = if is_last {
                QP_LINE
            } else {
                QP_LINE.saturating_sub(1)
            };
            if column.saturating_add(width) > room {
                out.extend_from_slice(b"=\r\n");
                column = 0;
            }
            if plain {
                out.push(byte);
            } else {
                out.push(b'=');
                out.extend([byte >> 4, byte & 15].map(hex_digit));
            }
            column = column.saturating_add(width);
        }
        if ended {
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

fn hex_digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0'.saturating_add(value),
        _ => b'A'.saturating_add(value.saturating_sub(10)),
    }
}

/// Lines without their CRLF, and whether they had one.
fn lines(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let at = memchr::memchr(b'\n', bytes);
        let (line, rest) = match at {
            Some(at) => bytes.split_at_checked(at.saturating_add(1))?,
            None => (bytes, [].as_slice()),
        };
        bytes = rest;
        Some((line.strip_suffix(b"\r\n").unwrap_or(line), at.is_some()))
    })
}

/// A boundary for a multipart, from 16 random bytes and a number for each multipart of a message.
/// `=_` keeps it out of quoted-printable and base64 (RFC 2045 §6.7).
pub fn derive_boundary(seed: &[u8; 16], number: u8) -> String {
    format!("=_{number}_{}", hex_text(seed))
}

/// A message identifier without angle brackets, from 16 random bytes and the writer's domain.
pub fn derive_message_id(seed: &[u8; 16], domain: &str) -> String {
    format!("{}@{domain}", hex_text(seed))
}

fn hex_text(seed: &[u8; 16]) -> String {
    seed.iter()
        .flat_map(|b| [b >> 4, b & 15])
        .map(|v| char::from(hex_digit(v)).to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
