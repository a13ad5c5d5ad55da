//! Encoded words in header fields (RFC 2047), decoding.

use super::decode::{base64_lenient, hex_pair};
use super::to_text;

/// Text of a field with its encoded words decoded; all else stays. White space between two
/// encoded words goes, and neighbours in one charset are joined before the charset is decoded,
/// since senders split characters.
pub fn decode_words(text: &str) -> String {
    if !text.contains("=?") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut run: Option<(String, Vec<u8>)> = None;
    let mut rest = text;
    while let Some(start) = rest.find("=?") {
        let (before, from) = rest.split_at_checked(start).unwrap_or((rest, ""));
        let Some(word) = Word::read(from) else {
            // No word here: the two characters are text.
            let (marks, after) = from.split_at_checked(2).unwrap_or((from, ""));
            flush(&mut out, &mut run);
            out.push_str(before);
            out.push_str(marks);
            rest = after;
            continue;
        };
        let joins = run.is_some() && before.chars().all(char::is_whitespace);
        if !joins {
            flush(&mut out, &mut run);
            out.push_str(before);
        }
        match &mut run {
            Some((charset, bytes)) if *charset == word.charset => bytes.extend(word.bytes),
            _ => {
                flush(&mut out, &mut run);
                run = Some((word.charset, word.bytes));
            }
        }
        rest = word.rest;
    }
    flush(&mut out, &mut run);
    out.push_str(rest);
    out
}

fn flush(out: &mut String, run: &mut Option<(String, Vec<u8>)>) {
    if let Some((charset, bytes)) = run.take() {
        out.push_str(&to_text(&bytes, Some(&charset)));
    }
}

struct Word<'t> {
    charset: String,
    bytes: Vec<u8>,
    rest: &'t str,
}

impl<'t> Word<'t> {
    /// Reads one word that begins with `=?`.
    fn read(text: &'t str) -> Option<Word<'t>> {
        let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
        let (encoding, rest) = rest.split_once('?')?;
        let (content, rest) = rest.split_once('?')?;
        let rest = rest.strip_prefix('=')?;
        // RFC 2231 §5: a language may follow the charset.
        let charset = charset.split('*').next().unwrap_or_default();
        if charset.is_empty() || !charset.chars().all(|c| c.is_ascii_graphic()) {
            return None;
        }
        let bytes = match encoding {
            "Q" | "q" => decode_q(content),
            "B" | "b" => base64_lenient(content.as_bytes()).0,
            _ => return None,
        };
        // Raw bytes have no place here; they were made text already.
        let charset = match content.is_ascii() {
            true => charset.to_ascii_lowercase(),
            false => "utf-8".to_owned(),
        };
        Some(Word {
            charset,
            bytes,
            rest,
        })
    }
}

fn decode_q(content: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len());
    let mut rest = content.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = match first {
            b'_' => (b' ', after),
            b'=' => hex_pair(after).unwrap_or((b'=', after)),
            other => (*other, after),
        };
        out.push(byte);
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::decode_words;

    #[test]
    fn encoded_words_are_decoded() {
        for (raw, text) in [
            ("plain", "plain"),
            ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
            (
                "=?UTF-8?b?R3LDvMOfZQ==?= =?utf-8?q?_an_?= dich",
                "Grüße an  dich",
            ),
            // A character split over two words.
            ("=?utf-8?q?Gr=C3?= \t=?utf-8?q?=BC=C3=9Fe?=", "Grüße"),
            ("a =?iso-8859-1*en?q?=FC?= b", "a ü b"),
            ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
            ("=?utf-8?x?a?= =?utf-8?q?", "=?utf-8?x?a?= =?utf-8?q?"),
            ("1 =? 2 ?= 3", "1 =? 2 ?= 3"),
            ("=?iso-8859-1?q?=FC?= =?utf-8?q?=C3=BC?=", "üü"),
        ] {
            assert_eq!(decode_words(raw), text, "{raw}");
        }
    }

    #[test]
    fn rule_30_words_without_end_take_linear_time() {
        let hostile = "=?utf-8?q?".repeat(100_000);
        assert_eq!(decode_words(&hostile), hostile);
        let hostile = "=?".repeat(500_000);
        assert_eq!(decode_words(&hostile), hostile);
    }
}
