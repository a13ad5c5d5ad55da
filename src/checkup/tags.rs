//! Lists of `name=value;` (RFC 6376 §3.2), which DKIM, DMARC, MTA-STS, TLS-RPT and BIMI share.

/// Why a list cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadTags {
    /// A piece without `=`, or with nothing before it.
    NoValue,
    /// A name that is none.
    BadName,
    /// A value with characters that cannot stand there.
    BadValue,
    /// The same name twice.
    Twice,
}

/// Reads a list: names in lower case, values without white space around them, in their order.
pub fn parse(text: &[u8]) -> Result<Vec<(String, String)>, BadTags> {
    let text = std::str::from_utf8(text).map_err(|_| BadTags::BadValue)?;
    let mut tags: Vec<(String, String)> = Vec::new();
    let pieces: Vec<&str> = text.split(';').collect();
    for (at, piece) in pieces.iter().enumerate() {
        let piece = piece.trim_matches([' ', '\t', '\r', '\n']);
        if piece.is_empty() {
            // A final semicolon is lawful, an empty piece in the middle is not.
            if at.saturating_add(1) == pieces.len() {
                continue;
            }
            return Err(BadTags::NoValue);
        }
        let (name, value) = piece.split_once('=').ok_or(BadTags::NoValue)?;
        let name = name.trim_end();
        let sound = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !sound {
            return Err(BadTags::BadName);
        }
        let value = value.trim_start();
        if value
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
        {
            return Err(BadTags::BadValue);
        }
        let name = name.to_ascii_lowercase();
        if tags.iter().any(|(known, _)| *known == name) {
            return Err(BadTags::Twice);
        }
        tags.push((name, value.to_owned()));
    }
    Ok(tags)
}

/// The value of a tag.
pub fn value<'a>(tags: &'a [(String, String)], name: &str) -> Option<&'a str> {
    tags.iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}
