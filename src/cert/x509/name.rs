//! Distinguished names (RFC 5280 §4.1.2.4): exact bytes, text for people, and a form to compare.

use super::oid;
use super::tlv::{self, NotDer, Reader, Tlv, tag};
use crate::base::Untrusted;

/// Most attributes of a name.
const ATTRIBUTES: usize = 200;

/// One attribute of a name.
#[derive(Clone, PartialEq, Eq)]
struct Attribute {
    /// The type's content octets.
    kind: Vec<u8>,
    /// The value as text.
    text: String,
    /// Whether it begins a new relative name; the others stand beside the one before.
    begins: bool,
}

/// A distinguished name.
#[derive(Clone, PartialEq, Eq)]
pub struct Name {
    der: Vec<u8>,
    attributes: Vec<Attribute>,
}

impl Name {
    /// Reads a name; `der` is the whole SEQUENCE.
    pub fn from_der(der: &[u8]) -> Result<Name, NotDer> {
        let mut sets = tlv::only(der, tag::SEQUENCE)?.inside();
        let mut attributes = Vec::new();
        while !sets.is_empty() {
            let mut set = sets.expect(tag::SET)?.inside();
            let mut begins = true;
            while !set.is_empty() {
                let mut attribute = set.expect(tag::SEQUENCE)?.inside();
                let kind = attribute.expect(tag::OID)?.value.to_vec();
                let text = text_of(&attribute.any()?);
                attribute.finish()?;
                if attributes.len() >= ATTRIBUTES {
                    return Err(NotDer);
                }
                attributes.push(Attribute { kind, text, begins });
                begins = false;
            }
            if begins {
                return Err(NotDer);
            }
        }
        Ok(Name {
            der: der.to_vec(),
            attributes,
        })
    }

    /// The exact bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether it names nothing.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// The whole name as in RFC 4514, the most specific part first: `CN=Alice, O=Example`.
    pub fn text(&self) -> Untrusted {
        let mut text = String::new();
        let mut relative: Vec<Vec<&Attribute>> = Vec::new();
        for attribute in &self.attributes {
            match relative.last_mut() {
                Some(last) if !attribute.begins => last.push(attribute),
                Some(_) | None => relative.push(vec![attribute]),
            }
        }
        for (place, attributes) in relative.iter().rev().enumerate() {
            if place > 0 {
                text.push_str(", ");
            }
            for (place, attribute) in attributes.iter().enumerate() {
                if place > 0 {
                    text.push('+');
                }
                text.push_str(&type_name(&attribute.kind));
                text.push('=');
                push_escaped(&mut text, &attribute.text);
            }
        }
        Untrusted::new(text)
    }

    /// What a person is called by it: the common name, else the organisation.
    pub fn common_name(&self) -> Option<&str> {
        let last = |kind: &[u8]| {
            let mut all = self.attributes.iter().rev();
            all.find(|a| a.kind == kind).map(|a| a.text.as_str())
        };
        last(oid::COMMON_NAME).or_else(|| last(&[0x55, 4, 10]))
    }

    /// The addresses in it (`emailAddress` of PKCS #9).
    pub fn email_addresses(&self) -> impl Iterator<Item = &str> {
        let emails = self.attributes.iter();
        emails
            .filter(|a| a.kind == oid::EMAIL_ADDRESS)
            .map(|a| a.text.as_str())
    }

    /// A form in which two spellings of one name agree: types with values, case and runs of blanks
    /// folded, whatever string types were used (RFC 5280 §7.1).
    pub fn canonical(&self) -> Vec<u8> {
        let mut sets: Vec<Vec<Vec<u8>>> = Vec::new();
        for attribute in &self.attributes {
            let words: Vec<String> = attribute
                .text
                .split_whitespace()
                .map(str::to_lowercase)
                .collect();
            let entry = tlv::write_all(
                tag::SEQUENCE,
                &[
                    &tlv::write(tag::OID, &attribute.kind),
                    &tlv::write(tag::UTF8, words.join(" ").as_bytes()),
                ],
            );
            match sets.last_mut() {
                Some(last) if !attribute.begins => last.push(entry),
                Some(_) | None => sets.push(vec![entry]),
            }
        }
        let mut out = Vec::new();
        for mut set in sets {
            set.sort();
            out.extend_from_slice(&tlv::write(tag::SET, &set.concat()));
        }
        out
    }

    /// Whether both name the same, in whatever spelling.
    pub fn is_same(&self, other: &Name) -> bool {
        self.der == other.der || self.canonical() == other.canonical()
    }
}

/// The text of a string, whatever its type; other values in hex.
fn text_of(value: &Tlv<'_>) -> String {
    match value.tag {
        tag::UTF8 | tag::PRINTABLE | tag::IA5 | tag::VISIBLE | 0x12 => {
            String::from_utf8_lossy(value.value).into_owned()
        }
        tag::T61 => value.value.iter().map(|b| char::from(*b)).collect(),
        tag::BMP => {
            let units: Vec<u16> = value
                .value
                .chunks(2)
                .map(|pair| pair.iter().fold(0, |sum, b| (sum << 8) | u16::from(*b)))
                .collect();
            String::from_utf16_lossy(&units)
        }
        tag::UNIVERSAL => value
            .value
            .chunks(4)
            .map(|four| four.iter().fold(0, |sum, b| (sum << 8) | u32::from(*b)))
            .map(|code| char::from_u32(code).unwrap_or('\u{FFFD}'))
            .collect(),
        _ => format!("#{}", oid::hex(value.whole)),
    }
}

fn type_name(kind: &[u8]) -> String {
    let short = match kind {
        oid::COMMON_NAME => "CN",
        [0x55, 4, 4] => "SN",
        [0x55, 4, 5] => "serialNumber",
        [0x55, 4, 6] => "C",
        [0x55, 4, 7] => "L",
        [0x55, 4, 8] => "ST",
        [0x55, 4, 9] => "street",
        [0x55, 4, 10] => "O",
        [0x55, 4, 11] => "OU",
        [0x55, 4, 12] => "title",
        [0x55, 4, 42] => "GN",
        [0x55, 4, 46] => "dnQualifier",
        [0x55, 4, 65] => "pseudonym",
        oid::EMAIL_ADDRESS => "emailAddress",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 25] => "DC",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 1] => "UID",
        other => return oid::dotted(other),
    };
    short.to_owned()
}

fn push_escaped(out: &mut String, value: &str) {
    for (place, c) in value.char_indices() {
        let special = matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=');
        if special || (place == 0 && c == '#') {
            out.push('\\');
        }
        out.push(c);
    }
}

/// A name of these attributes (type and value), each a UTF8String, `emailAddress` an IA5String.
pub fn write_name(attributes: &[(&[u8], &str)]) -> Vec<u8> {
    let mut sets = Vec::new();
    for (kind, value) in attributes {
        let string = if *kind == oid::EMAIL_ADDRESS {
            tag::IA5
        } else {
            tag::UTF8
        };
        let attribute = tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write(tag::OID, kind),
                &tlv::write(string, value.as_bytes()),
            ],
        );
        sets.push(tlv::write(tag::SET, &attribute));
    }
    tlv::write(tag::SEQUENCE, &sets.concat())
}

/// All elements of a SEQUENCE OF.
pub(super) fn elements<'a>(of: &Tlv<'a>, most: usize) -> Result<Vec<Tlv<'a>>, NotDer> {
    let mut reader: Reader<'a> = of.inside();
    let mut found = Vec::new();
    while !reader.is_empty() {
        if found.len() >= most {
            return Err(NotDer);
        }
        found.push(reader.any()?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_compared() {
        let der = write_name(&[
            (&[0x55, 4, 6], "DE"),
            (&[0x55, 4, 10], "Example, Inc."),
            (oid::COMMON_NAME, "Alice  Example"),
        ]);
        let name = Name::from_der(&der).unwrap();
        assert_eq!(
            name.text().raw(),
            "CN=Alice  Example, O=Example\\, Inc., C=DE"
        );
        assert_eq!(name.common_name(), Some("Alice  Example"));
        let other = write_name(&[
            (&[0x55, 4, 6], "de"),
            (&[0x55, 4, 10], "EXAMPLE, Inc."),
            (oid::COMMON_NAME, " alice example "),
        ]);
        assert!(name.is_same(&Name::from_der(&other).unwrap()));
        let third = write_name(&[(oid::COMMON_NAME, "Alice Example")]);
        assert!(!name.is_same(&Name::from_der(&third).unwrap()));
    }
}
