//! Signature fields as text.

/// A signature field's value with the value of `b=` taken out and without its line end, as it is signed
/// (RFC 6376 §3.7).
pub fn without_signature(value: &[u8]) -> Vec<u8> {
    let line_end = value
        .iter()
        .rev()
        .take_while(|b| matches!(b, b'\r' | b'\n'));
    let end = value.len().saturating_sub(line_end.count());
    let value = value.get(..end).unwrap_or_default();
    let mut out = Vec::with_capacity(value.len());
    for (number, piece) in value.split(|b| *b == b';').enumerate() {
        if number > 0 {
            out.push(b';');
        }
        match piece.iter().position(|b| *b == b'=') {
            Some(at) if name(piece.get(..at).unwrap_or_default()).eq_ignore_ascii_case(b"b") => {
                out.extend_from_slice(piece.get(..=at).unwrap_or_default());
            }
            _ => out.extend_from_slice(piece),
        }
    }
    out
}

/// The value of a tag, without blanks; empty where there is none.
pub fn tag(value: &[u8], wanted: &str) -> String {
    let found = value.split(|b| *b == b';').find_map(|piece| {
        let at = piece.iter().position(|b| *b == b'=')?;
        let is_it = name(piece.get(..at)?) == wanted.as_bytes();
        is_it.then(|| piece.get(at.saturating_add(1)..).unwrap_or_default())
    });
    let text = String::from_utf8_lossy(found.unwrap_or_default()).into_owned();
    text.chars()
        .filter(|c| !c.is_whitespace())
        .take(255)
        .collect()
}

fn name(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_taken_out_and_nothing_else() {
        for (value, left) in [
            ("v=1; b=abc\r\n def==; d=x", "v=1; b=; d=x"),
            ("v=1; bh=abc; b = xyz\r\n", "v=1; bh=abc; b ="),
            ("B\r\n=abc;v=1\r\n", "B\r\n=;v=1"),
            ("b=x;", "b=;"),
            ("v=1", "v=1"),
        ] {
            assert_eq!(
                without_signature(value.as_bytes()),
                left.as_bytes(),
                "{value}"
            );
        }
        assert_eq!(tag(b"v=1; d = example.org ; s=a", "d"), "example.org");
    }
}
