//! Content-Type and Content-Disposition with their parameters (RFC 2045 §5.1, 2183, 2231).

use super::{Field, to_text};
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

/// A media type with parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentType {
    /// `type/subtype` in lower case.
    pub media: String,
    params: Params,
}

/// What the sender wants done with a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposition {
    /// `inline`, `attachment` or another word, in lower case.
    pub kind: String,
    params: Params,
}

type Params = Vec<(String, String)>;

/// Most parameters that are read of one field.
const PARAMS: usize = 256;

impl ContentType {
    /// A type without parameters.
    pub fn bare(media: &str) -> Self {
        ContentType {
            media: media.to_ascii_lowercase(),
            params: Vec::new(),
        }
    }

    /// Reads a Content-Type field. What is no type is `text/plain` where it says text or
    /// nothing (RFC 2045 §5.2), else `application/octet-stream`.
    pub fn of_field(field: &Field<'_>) -> Self {
        ContentType::parse(&field.unfolded())
    }

    /// Reads the unfolded value of a Content-Type field.
    pub fn parse(value: &str) -> Self {
        let (word, params) = parse_value(value);
        let sound = word.len() <= 255
            && word.split_once('/').is_some_and(|(main, sub)| {
                !main.is_empty() && !sub.is_empty() && !sub.contains('/')
            })
            && word.chars().all(|c| c.is_ascii_graphic());
        let media = match word.as_str() {
            _ if sound => word,
            "" | "text" => "text/plain".to_owned(),
            _ => "application/octet-stream".to_owned(),
        };
        ContentType { media, params }
    }

    /// A parameter's value; the name is given in lower case.
    pub fn param(&self, name: &str) -> Option<&str> {
        find(&self.params, name)
    }

    /// All parameters: names in lower case, values decoded.
    pub fn params(&self) -> &[(String, String)] {
        &self.params
    }
}

impl Disposition {
    /// Reads a Content-Disposition field.
    pub fn of_field(field: &Field<'_>) -> Self {
        let (kind, params) = parse_value(&field.unfolded());
        Disposition { kind, params }
    }

    /// A parameter's value; the name is given in lower case.
    pub fn param(&self, name: &str) -> Option<&str> {
        find(&self.params, name)
    }

    /// Whether the sender says that it is an attachment. Words that are not known mean that too
    /// (RFC 2183 §2.8).
    pub fn is_attachment(&self) -> bool {
        self.kind != "inline" && !self.kind.is_empty()
    }
}

fn find<'p>(params: &'p Params, name: &str) -> Option<&'p str> {
    params
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// The leading word in lower case, and the parameters. The first semicolon may be missing.
fn parse_value(value: &str) -> (String, Params) {
    let value = value.trim_start();
    let end = value
        .find(|c: char| c == ';' || c == '(' || c.is_whitespace())
        .unwrap_or(value.len());
    let (word, rest) = value.split_at_checked(end).unwrap_or((value, ""));
    let mut chars = rest.chars().peekable();
    let mut raw = Vec::new();
    while chars.peek().is_some() && raw.len() < PARAMS {
        let name = item(&mut chars, true).to_ascii_lowercase();
        if chars.next_if_eq(&'=').is_some() {
            let value = item(&mut chars, false);
            if !name.is_empty() {
                raw.push((name, value));
            }
        }
        chars.next_if_eq(&';');
    }
    (word.to_ascii_lowercase(), combine(raw))
}

/// Reads up to a semicolon, or with `is_name` an equals sign, outside quotes and comments; white space
/// around it goes.
fn item(chars: &mut Peekable<Chars<'_>>, is_name: bool) -> String {
    let mut out = String::with_capacity(32);
    let mut quoted = false;
    let mut kept = 0;
    while let Some(c) = chars.peek().copied() {
        if !quoted && (c == ';' || (is_name && c == '=')) {
            break;
        }
        chars.next();
        match c {
            '"' => {
                quoted = !quoted;
                kept = out.len();
            }
            '\\' if quoted => {
                out.extend(chars.next());
                kept = out.len();
            }
            '(' if !quoted => {
                read_comment(chars);
            }
            c if !quoted && c.is_whitespace() => {
                if !out.is_empty() {
                    out.push(c);
                }
            }
            c => {
                out.push(c);
                kept = out.len();
            }
        }
    }
    out.truncate(kept);
    out
}

/// The text of a comment whose opening parenthesis was read; comments nest (RFC 5322 §3.2.2).
pub(super) fn read_comment(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    let mut depth = 1_usize;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                text.extend(chars.next());
                continue;
            }
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        text.push(c);
    }
    text
}

/// Joins continuations and undoes the percent encoding of RFC 2231. Of a repeated plain
/// parameter the first counts; an extended one goes before a plain one of the same name.
fn combine(raw: Vec<(String, String)>) -> Params {
    let mut plain: Params = Vec::new();
    let mut sections: BTreeMap<String, BTreeMap<u32, (bool, String)>> = BTreeMap::new();
    let mut seen = std::collections::HashSet::new();
    for (name, value) in raw {
        match name.split_once('*') {
            None => {
                if seen.insert(name.clone()) {
                    plain.push((name, value));
                }
            }
            Some((base, suffix)) => {
                let (number, extended) = match suffix.strip_suffix('*') {
                    Some(number) => (number, true),
                    None if suffix.is_empty() => ("0", true),
                    None => (suffix, false),
                };
                if let Ok(number) = number.parse::<u32>() {
                    sections
                        .entry(base.to_owned())
                        .or_default()
                        .entry(number)
                        .or_insert((extended, value));
                }
            }
        }
    }
    for (name, pieces) in sections {
        let Some(value) = join_sections(&pieces) else {
            continue;
        };
        if seen.insert(name.clone()) {
            plain.push((name, value));
        } else if let Some(entry) = plain.iter_mut().find(|(key, _)| *key == name) {
            entry.1 = value;
        }
    }
    plain
}

fn join_sections(pieces: &BTreeMap<u32, (bool, String)>) -> Option<String> {
    let mut bytes = Vec::new();
    let mut charset = None;
    for (expected, (number, (extended, value))) in (0_u32..).zip(pieces) {
        if *number != expected {
            break;
        }
        let mut value = value.as_str();
        if *extended && expected == 0 {
            let mut split = value.splitn(3, '\'');
            if let (Some(set), Some(_language), Some(text)) =
                (split.next(), split.next(), split.next())
            {
                charset = Some(set.to_owned());
                value = text;
            }
        }
        if *extended {
            percent_decode(value, &mut bytes);
        } else {
            bytes.extend_from_slice(value.as_bytes());
        }
    }
    pieces
        .contains_key(&0)
        .then(|| to_text(&bytes, charset.as_deref()))
}

fn percent_decode(value: &str, out: &mut Vec<u8>) {
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = match (first, after) {
            (b'%', [high, low, after @ ..]) => hex(*high)
                .zip(hex(*low))
                .map(|(high, low)| (high << 4 | low, after)),
            _ => None,
        };
        let (byte, after) = pair.unwrap_or((*first, after));
        out.push(byte);
        rest = after;
    }
}

/// The value of a hexadecimal digit.
pub(super) fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::ContentType;

    #[test]
    fn types_and_parameters_are_read() {
        for (value, media, param, expected) in [
            (
                "text/plain; charset=utf-8",
                "text/plain",
                "charset",
                Some("utf-8"),
            ),
            (
                "TEXT/Plain ; CHARSET = \"a b\" ; x=y",
                "text/plain",
                "charset",
                Some("a b"),
            ),
            (
                "text/plain (really); (c;) charset=x (y)",
                "text/plain",
                "charset",
                Some("x"),
            ),
            (
                "multipart/mixed\tboundary=\"b;\\\"1\"",
                "multipart/mixed",
                "boundary",
                Some("b;\"1"),
            ),
            (
                "text/plain; charset=a; charset=b",
                "text/plain",
                "charset",
                Some("a"),
            ),
            (
                "text/plain; =x; ;; name; charset=a",
                "text/plain",
                "charset",
                Some("a"),
            ),
            (
                "text/plain; charset=\"open",
                "text/plain",
                "charset",
                Some("open"),
            ),
            (
                "x/y; n*0*=iso-8859-1'de'%FC; n*1=\"b%\"; n*2*=%FCc; n*4=no",
                "x/y",
                "n",
                Some("üb%üc"),
            ),
            (
                "x/y; n=plain; n*=utf-8''%C3%BC%zz",
                "x/y",
                "n",
                Some("ü%zz"),
            ),
            ("x/y; n*1=late", "x/y", "n", None),
            ("text", "text/plain", "a", None),
            ("", "text/plain", "a", None),
            ("nonsense; a=b", "application/octet-stream", "a", Some("b")),
        ] {
            let read = ContentType::parse(value);
            assert_eq!(
                (read.media.as_str(), read.param(param)),
                (media, expected),
                "{value}"
            );
        }
    }

    #[test]
    fn rule_30_endless_parameters_take_linear_time() {
        for piece in ["; a=b", "; a*0=b", ";", "=", "\"", "(", "; a*1*=%", "\\"] {
            let hostile = format!("text/plain{}", piece.repeat(200_000));
            assert!(ContentType::parse(&hostile).params().len() <= 256);
        }
    }
}
