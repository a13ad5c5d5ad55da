//! Where tags end and what their attributes say, in one pass over hostile bytes.

/// Where the tag that begins `from` ends: its `>` outside quotes, else the first `>`.
///
/// A scan that fails inside a quote means that this kind of quote does not occur again, so at most
/// two scans of a document fail so.
pub fn tag_end(from: &str) -> Option<usize> {
    let mut quote = None;
    let mut after_equals = false;
    for (at, b) in from.bytes().enumerate() {
        match (quote, b) {
            (Some(q), b) if b == q => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') if after_equals => quote = Some(b),
            (None, b) => {
                after_equals = b == b'=' || (after_equals && b.is_ascii_whitespace());
                continue;
            }
        }
        after_equals = false;
    }
    from.find('>')
}

/// What stands before the closing tag of an element, and what follows it; all and nothing when it is
/// never closed.
pub fn until_closing<'h>(rest: &'h str, name: &str) -> (&'h str, &'h str) {
    let mut from = rest;
    while let Some(at) = from.find("</") {
        let tail = from.get(at.saturating_add(2)..).unwrap_or_default();
        let found = tail
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name));
        if found {
            let inside = rest.len().saturating_sub(tail.len()).saturating_sub(2);
            let inside = rest.get(..inside).unwrap_or_default();
            return (inside, tail.split_once('>').map_or("", |(_, after)| after));
        }
        from = tail;
    }
    (rest, "")
}

/// The attributes of a tag, names in lower case, character references as they are. Of two with one
/// name the first counts.
pub struct Attributes<'t>(Vec<(String, &'t str)>);

/// Most attributes of a tag that are looked at.
const MOST: usize = 64;

impl<'t> Attributes<'t> {
    /// Reads what stands in a tag, its name included.
    pub fn of(tag: &'t str) -> Self {
        let mut found = Vec::new();
        let separates = |c: char| c.is_whitespace() || c == '/';
        let mut rest = tag.split_once(separates).map_or("", |(_, rest)| rest);
        while found.len() < MOST {
            rest = rest.trim_start_matches(separates);
            if rest.is_empty() {
                break;
            }
            let end = rest
                .find(|c: char| c.is_whitespace() || c == '=')
                .unwrap_or(rest.len());
            let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            let after = after.trim_start();
            let name = name.get(..32).unwrap_or(name).to_ascii_lowercase();
            let Some(value) = after.strip_prefix('=') else {
                if name.is_empty() {
                    break;
                }
                found.push((name, ""));
                rest = after;
                continue;
            };
            let value = value.trim_start();
            let (value, after) = match value.chars().next() {
                Some(q @ ('"' | '\'')) => {
                    let inside = value.get(1..).unwrap_or_default();
                    inside.split_once(q).unwrap_or((inside, ""))
                }
                _ => {
                    let end = value.find(char::is_whitespace).unwrap_or(value.len());
                    value.split_at_checked(end).unwrap_or((value, ""))
                }
            };
            found.push((name, value));
            rest = after;
        }
        Attributes(found)
    }

    /// The value of an attribute.
    pub fn get(&self, wanted: &str) -> Option<&'t str> {
        let named = |(name, _): &&(String, &'t str)| name == wanted;
        self.0.iter().find(named).map(|(_, value)| *value)
    }
}
