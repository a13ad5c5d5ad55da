//! Reading ASCII armor: fast when all lines are as long as the first, tolerant of everything that
//! mail does to lines.

use super::{ArmorProblem, Block, Kind};
use base64::Engine as _;

/// How many lines are decoded at once when they are all of one length.
const LINES_AT_ONCE: usize = 2048;
/// The longest line that is taken for base64.
const LONGEST_LINE: usize = 4096;

/// Decodes the first armored block in `text`; `None` when there is no begin line. Text before and
/// after it, header lines, blanks at line ends, LF or CRLF, and a missing checksum or end line are
/// all fine. A wrong checksum is too: it must not matter (RFC 9580 §6.1), and whatever counts is
/// protected by cryptography.
pub fn decode(text: &[u8]) -> Option<Result<Block, ArmorProblem>> {
    let (kind, mut at) = begin(text)?;
    at = match skip_headers(text, at) {
        Some(at) => at,
        None => return Some(Err(ArmorProblem::Truncated)),
    };
    Some(body(text, at).map(|(bytes, end)| Block { kind, bytes, end }))
}

/// Finds a begin line; its kind and where the next line starts.
fn begin(text: &[u8]) -> Option<(Kind, usize)> {
    let mut at = 0;
    while let Some((line, next)) = line(text, at) {
        // A cleartext-signed text is no armor; the signature under it is.
        let cleartext = line.starts_with(b"-----BEGIN PGP SIGNED MESSAGE");
        if let (Some(kind), false) = (frame(line, b"-----BEGIN PGP "), cleartext) {
            return Some((kind, next));
        }
        at = next;
    }
    None
}

/// The kind that a frame line names.
fn frame(line: &[u8], start: &[u8]) -> Option<Kind> {
    // Nearly all lines fail here, at their first byte.
    let label = line
        .strip_prefix(start)?
        .trim_ascii_end()
        .strip_suffix(b"-----")?;
    Some(Kind::from_label(label))
}

/// The line that starts at `at`, without its line end, and where the next one starts.
fn line(text: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
    let (line, length) = match rest.iter().position(|b| *b == b'\n') {
        Some(lf) => (rest.get(..lf).unwrap_or_default(), lf.saturating_add(1)),
        None => (rest, rest.len()),
    };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Some((line, at.saturating_add(length)))
}

/// Skips armor headers and the empty line; a block without either starts with data at once.
fn skip_headers(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let (line, next) = line(text, at)?;
        if line.trim_ascii().is_empty() {
            return Some(next);
        }
        // Base64 has no colon.
        if !line.contains(&b':') {
            return Some(at);
        }
        at = next;
    }
}

/// Decodes lines up to the checksum or end line; the bytes and where the text goes on.
fn body(text: &[u8], mut at: usize) -> Result<(Vec<u8>, usize), ArmorProblem> {
    let engine = super::base64();
    let rest = text.get(at..).unwrap_or_default();
    let length = memchr::memmem::find(rest, b"-----END").unwrap_or(rest.len());
    let mut out = Vec::with_capacity(length.saturating_div(4).saturating_mul(3));
    let mut packed = Vec::with_capacity(length.min(LINES_AT_ONCE.saturating_mul(80)));
    loop {
        let next = fast(text, at, &engine, &mut packed, &mut out);
        if next == at {
            break;
        }
        at = next;
    }
    // The rest line by line; usually that is the last, shorter line and the frame.
    packed.clear();
    while let Some((line, next)) = line(text, at) {
        let line = line.trim_ascii();
        if line.starts_with(b"-----") {
            at = next;
            break;
        }
        at = next;
        if line.starts_with(b"=") && line.len() == 5 {
            // The checksum; only the end line may follow.
            continue;
        }
        packed.extend(line.iter().filter(|b| !b.is_ascii_whitespace()));
    }
    let start = out.len();
    out.resize(start.saturating_add(packed.len()), 0);
    let room = out.get_mut(start..).unwrap_or_default();
    let filled = engine
        .decode_slice(&packed, room)
        .map_err(|_| ArmorProblem::NotBase64)?;
    out.truncate(start.saturating_add(filled));
    Ok((out, at))
}

/// Decodes up to [`LINES_AT_ONCE`] lines that are as long as the line at `at`, a multiple of four
/// characters without padding. Returns where it stopped: `at` itself when there is nothing of the
/// kind, and then the tolerant way goes on from there.
fn fast(
    text: &[u8],
    at: usize,
    engine: &super::Base64,
    packed: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> usize {
    let Some(rest) = text.get(at..) else {
        return at;
    };
    let head = rest.get(..rest.len().min(LONGEST_LINE)).unwrap_or(rest);
    let Some(lf) = head.iter().position(|b| *b == b'\n') else {
        return at;
    };
    let crlf = head.get(lf.wrapping_sub(1)) == Some(&b'\r');
    let length = lf.saturating_sub(usize::from(crlf));
    if length == 0 || !length.is_multiple_of(4) {
        return at;
    }
    packed.clear();
    let step = lf.saturating_add(1);
    let mut taken: usize = 0;
    for line in rest.chunks_exact(step).take(LINES_AT_ONCE) {
        let (data, end) = line.split_at_checked(length).unwrap_or((line, &[]));
        let whole = end == b"\n" || end == b"\r\n";
        // A dash begins the end line, padding ends the data: both are for the tolerant way.
        if !whole || data.first() == Some(&b'-') || data.ends_with(b"=") || data.starts_with(b"=") {
            break;
        }
        packed.extend_from_slice(data);
        taken = taken.saturating_add(step);
    }
    let start = out.len();
    out.resize(start.saturating_add(packed.len()), 0);
    let room = out.get_mut(start..).unwrap_or_default();
    match engine.decode_slice(&packed, room) {
        Ok(filled) => {
            out.truncate(start.saturating_add(filled));
            at.saturating_add(taken)
        }
        // Some line was shorter, or held blanks: nothing is lost, only slower.
        Err(_) => {
            out.truncate(start);
            at
        }
    }
}
