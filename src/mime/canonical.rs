//! Canonical line ends (RFC 3156 §3 and §5, RFC 8551 §3.1.1): what signatures are made over.

use memchr::{memchr_iter, memchr2};
use std::borrow::Cow;

/// The bytes with every line end as CRLF: bare LF and bare CR become CRLF. Borrows when they are
/// canonical already, which is found out at memory speed.
pub fn canonical_crlf(bytes: &[u8]) -> Cow<'_, [u8]> {
    if is_canonical(bytes) {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len().saturating_add(bytes.len() / 32));
    let mut rest = bytes;
    while let Some(at) = memchr2(b'\r', b'\n', rest) {
        let (line, from) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
        rest = from
            .strip_prefix(b"\r\n")
            .or_else(|| from.get(1..))
            .unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// Whether every CR is followed by LF and every LF preceded by CR.
fn is_canonical(bytes: &[u8]) -> bool {
    let mut ends = 0_usize;
    for at in memchr_iter(b'\n', bytes) {
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        if before != Some(&b'\r') {
            return false;
        }
        ends = ends.saturating_add(1);
    }
    memchr_iter(b'\r', bytes).count() == ends
}

/// Whether some CR stands without LF after it.
pub(super) fn has_bare_cr(bytes: &[u8]) -> bool {
    memchr_iter(b'\r', bytes).any(|at| bytes.get(at.saturating_add(1)) != Some(&b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_becomes_crlf() {
        for (raw, canonical) in [
            ("", ""),
            ("a", "a"),
            ("a\r\nb\r\n", "a\r\nb\r\n"),
            ("a\nb", "a\r\nb"),
            ("a\rb\r", "a\r\nb\r\n"),
            ("\n\r\r\n\n", "\r\n\r\n\r\n\r\n"),
            ("a\r\r\nb", "a\r\n\r\nb"),
        ] {
            assert_eq!(&*canonical_crlf(raw.as_bytes()), canonical.as_bytes());
        }
        assert!(matches!(canonical_crlf(b"a\r\nb"), Cow::Borrowed(_)));
        assert!(has_bare_cr(b"a\rb") && has_bare_cr(b"a\r") && !has_bare_cr(b"a\r\n"));
    }
}
