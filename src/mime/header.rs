//! A header section as an ordered list of fields (RFC 5322 §2.2).

use super::{AddressList, addresses, decode_words, parse_date, to_text};
use crate::base::{Time, Untrusted};
use memchr::memchr;

/// The fields of one entity, in their order.
#[derive(Debug, Clone, Default)]
pub struct Header<'a> {
    fields: Vec<Field<'a>>,
    junk: bool,
}

/// One header field.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// The name as it was written; ASCII, compared without case.
    pub name: &'a str,
    /// The bytes after the colon, folding included, without the last line end.
    pub raw: &'a [u8],
    /// The exact bytes of the whole field with its last line end.
    pub bytes: &'a [u8],
}

impl<'a> Header<'a> {
    /// Splits a header section into fields. Lines that are no field are left out; see
    /// [`Header::has_junk`]. Ends at the first blank line or at the end of the bytes.
    pub fn parse(bytes: &'a [u8]) -> Self {
        let mut header = Header::default();
        let mut rest = bytes;
        while let Some((length, blank)) = field_length(rest) {
            if blank {
                break;
            }
            let (field, next) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            match Field::parse(field) {
                Some(field) => header.fields.push(field),
                None => header.junk = true,
            }
            rest = next;
        }
        header
    }

    /// All fields in order.
    pub fn fields(&self) -> &[Field<'a>] {
        &self.fields
    }

    /// Whether there are lines that are no field.
    pub fn has_junk(&self) -> bool {
        self.junk
    }

    /// The fields of a name, in order; names compare without ASCII case.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Field<'a>> {
        self.fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
    }

    /// The first field of a name.
    pub fn first(&self, name: &str) -> Option<&Field<'a>> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// How often a field of that name occurs.
    pub fn count(&self, name: &str) -> usize {
        self.all(name).count()
    }

    /// The first field of a name as text for showing.
    pub fn text(&self, name: &str) -> Option<Untrusted> {
        self.first(name).map(Field::text)
    }

    /// The mailboxes of every field of that name, in order (To, Cc, From …).
    pub fn addresses(&self, name: &str) -> AddressList {
        let mut list = AddressList::default();
        for field in self.all(name) {
            list.append(addresses::parse(&field.unfolded()));
        }
        list
    }

    /// The time in the Date field, if there is one that can be read.
    pub fn date(&self) -> Option<Time> {
        self.first("Date").and_then(|f| parse_date(&f.unfolded()))
    }

    /// The message identifiers in a field (Message-ID, In-Reply-To, References), without angle
    /// brackets. What is no identifier is left out.
    pub fn message_ids(&self, name: &str) -> Vec<String> {
        let mut ids = Vec::new();
        for field in self.all(name) {
            let value = field.unfolded();
            for piece in value.split('<').skip(1) {
                let Some((id, _)) = piece.split_once('>') else {
                    continue;
                };
                let sound = !id.is_empty()
                    && id.len() <= 990
                    && id.chars().all(|c| c.is_ascii_graphic() || !c.is_ascii());
                if sound {
                    ids.push(id.to_owned());
                }
            }
        }
        ids
    }
}

impl<'a> Field<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Field<'a>> {
        let colon = memchr(b':', bytes)?;
        let name = bytes.get(..colon)?.trim_ascii_end();
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        let value = bytes.get(colon.saturating_add(1)..)?;
        let raw = value
            .strip_suffix(b"\r\n")
            .or_else(|| value.strip_suffix(b"\n"))
            .unwrap_or(value);
        Some(Field {
            name: std::str::from_utf8(name).ok()?,
            raw,
            bytes,
        })
    }

    /// The value without folding and without white space around it. Bytes that are not UTF-8 are
    /// read as windows-1252. Encoded words stay as they are.
    pub fn unfolded(&self) -> String {
        let joined: Vec<u8> = self
            .raw
            .iter()
            .copied()
            .filter(|b| !matches!(b, b'\r' | b'\n'))
            .collect();
        to_text(joined.trim_ascii(), None)
    }

    /// The value for showing: unfolded, encoded words (RFC 2047) decoded.
    pub fn text(&self) -> Untrusted {
        Untrusted::from(decode_words(&self.unfolded()))
    }

    /// Whether the field has this name.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Length of the first field with its continuation lines, and whether it is a blank line.
fn field_length(bytes: &[u8]) -> Option<(usize, bool)> {
    if bytes.is_empty() {
        return None;
    }
    if bytes.starts_with(b"\n") || bytes.starts_with(b"\r\n") {
        return Some((0, true));
    }
    let mut length = 0_usize;
    loop {
        let rest = bytes.get(length..).unwrap_or_default();
        let line = memchr(b'\n', rest).map_or(rest.len(), |found| found.saturating_add(1));
        length = length.saturating_add(line);
        match bytes.get(length) {
            Some(b' ' | b'\t') => {}
            Some(_) | None => return Some((length, false)),
        }
    }
}
