//! DER (X.690 §10) as it stands: tag, length, value, with the exact bytes of each. Nothing is copied,
//! and what is not DER is an error, so that signed bytes and understood bytes are the same.

/// The bytes are no DER, or not of the expected shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotDer;

/// Tags, with class and the constructed bit, of the low-tag form.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTET_STRING: u8 = 0x04;
    /// NULL.
    pub const NULL: u8 = 0x05;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// UTF8String.
    pub const UTF8: u8 = 0x0C;
    /// PrintableString.
    pub const PRINTABLE: u8 = 0x13;
    /// T61String, read as Latin-1 as everybody does.
    pub const T61: u8 = 0x14;
    /// IA5String.
    pub const IA5: u8 = 0x16;
    /// UTCTime.
    pub const UTC_TIME: u8 = 0x17;
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: u8 = 0x18;
    /// VisibleString.
    pub const VISIBLE: u8 = 0x1A;
    /// UniversalString: UTF-32, big-endian.
    pub const UNIVERSAL: u8 = 0x1C;
    /// BMPString: UTF-16, big-endian.
    pub const BMP: u8 = 0x1E;
    /// SEQUENCE.
    pub const SEQUENCE: u8 = 0x30;
    /// SET.
    pub const SET: u8 = 0x31;

    /// `[n]`, primitive.
    pub const fn context(n: u8) -> u8 {
        0x80 | n
    }

    /// `[n]`, constructed.
    pub const fn constructed(n: u8) -> u8 {
        0xA0 | n
    }
}

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// Class, constructed bit and number.
    pub tag: u8,
    /// The content octets.
    pub value: &'a [u8],
    /// The whole element as it stands.
    pub whole: &'a [u8],
}

impl<'a> Tlv<'a> {
    /// The elements inside.
    pub fn inside(&self) -> Reader<'a> {
        Reader::new(self.value)
    }
}

/// Reads elements one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Over these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader(bytes)
    }

    /// Whether all was read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// The tag that comes next.
    pub fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next element.
    pub fn any(&mut self) -> Result<Tlv<'a>, NotDer> {
        let (tag, rest) = self.0.split_first().ok_or(NotDer)?;
        if tag & 0x1F == 0x1F {
            return Err(NotDer);
        }
        let (first, rest) = rest.split_first().ok_or(NotDer)?;
        let (length, rest) = match *first {
            short @ 0..=0x7F => (usize::from(short), rest),
            // More than four bytes of length are more than any file that is read has.
            long @ 0x81..=0x84 => {
                let (digits, rest) = rest
                    .split_at_checked(usize::from(long & 0x7F))
                    .ok_or(NotDer)?;
                let length = digits
                    .iter()
                    .fold(0usize, |sum, digit| (sum << 8) | usize::from(*digit));
                let shortest = digits.first() != Some(&0) && length > 0x7F;
                if !shortest {
                    return Err(NotDer);
                }
                (length, rest)
            }
            _ => return Err(NotDer),
        };
        let (value, after) = rest.split_at_checked(length).ok_or(NotDer)?;
        let used = self.0.len().saturating_sub(after.len());
        let whole = self.0.get(..used).ok_or(NotDer)?;
        self.0 = after;
        Ok(Tlv {
            tag: *tag,
            value,
            whole,
        })
    }

    /// The next element, which must have this tag.
    pub fn expect(&mut self, tag: u8) -> Result<Tlv<'a>, NotDer> {
        match self.optional(tag)? {
            Some(found) => Ok(found),
            None => Err(NotDer),
        }
    }

    /// The next element if it has this tag.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, NotDer> {
        if self.peek() == Some(tag) {
            self.any().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Nothing may be left.
    pub fn finish(self) -> Result<(), NotDer> {
        if self.is_empty() { Ok(()) } else { Err(NotDer) }
    }
}

/// The one element that these bytes are.
pub fn only(bytes: &[u8], tag: u8) -> Result<Tlv<'_>, NotDer> {
    let mut reader = Reader::new(bytes);
    let found = reader.expect(tag)?;
    reader.finish()?;
    Ok(found)
}

/// The bits of a BIT STRING whose number of bits is whole bytes.
pub fn octets_of_bits<'a>(bits: &Tlv<'a>) -> Result<&'a [u8], NotDer> {
    match bits.value.split_first() {
        Some((0, octets)) => Ok(octets),
        Some(_) | None => Err(NotDer),
    }
}

/// A BOOLEAN's value; DER knows two.
pub fn boolean(of: &Tlv<'_>) -> Result<bool, NotDer> {
    match of.value {
        [0x00] => Ok(false),
        [0xFF] => Ok(true),
        _ => Err(NotDer),
    }
}

/// A small, not negative INTEGER.
pub fn small(of: &Tlv<'_>) -> Result<u64, NotDer> {
    let digits = match of.value {
        [0, rest @ ..] if !rest.is_empty() => rest,
        digits => digits,
    };
    let negative = of.value.first().is_none_or(|first| first & 0x80 != 0);
    if negative || digits.len() > 8 {
        return Err(NotDer);
    }
    Ok(digits
        .iter()
        .fold(0, |sum, digit| (sum << 8) | u64::from(*digit)))
}

/// An element of these content octets.
pub fn write(tag: u8, value: &[u8]) -> Vec<u8> {
    write_all(tag, &[value])
}

/// An element whose content is these parts one after the other.
pub fn write_all(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length.saturating_add(6));
    out.push(tag);
    let digits = length.to_be_bytes();
    match u8::try_from(length) {
        Ok(short @ 0..=0x7F) => out.push(short),
        _ => {
            let zeros = digits.iter().take_while(|digit| **digit == 0).count();
            let digits = digits.get(zeros..).unwrap_or_default();
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
            out.extend_from_slice(digits);
        }
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// An INTEGER of this value.
pub fn write_small(value: u64) -> Vec<u8> {
    write_unsigned(&value.to_be_bytes())
}

/// An INTEGER of these big-endian digits, never negative.
pub fn write_unsigned(digits: &[u8]) -> Vec<u8> {
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let digits = digits.get(zeros..).unwrap_or_default();
    match digits.first() {
        Some(first) if first & 0x80 == 0 => write(tag::INTEGER, digits),
        Some(_) | None => write_all(tag::INTEGER, &[&[0], digits]),
    }
}

/// A BIT STRING of whole bytes.
pub fn write_bits(octets: &[u8]) -> Vec<u8> {
    write_all(tag::BIT_STRING, &[&[0], octets])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_not_der_is_refused() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let value = vec![7; length];
            let whole = write(tag::OCTET_STRING, &value);
            let read = only(&whole, tag::OCTET_STRING).unwrap();
            assert_eq!((read.value, read.whole), (&value[..], &whole[..]));
        }
        for bad in [
            &[0x30][..],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x81, 0x01, 0],
            &[0x30, 0x82, 0x00, 0x81, 0],
            &[0x30, 0x02, 0],
            &[0x3F, 0x01, 0],
            &[0x30, 0x85, 1, 1, 1, 1, 1],
            &[0x30, 0xFF],
            &[0x30, 0, 0],
        ] {
            assert_eq!(only(bad, tag::SEQUENCE), Err(NotDer), "{bad:02x?}");
        }
    }

    #[test]
    fn integers() {
        for value in [0, 1, 127, 128, 255, 256, u64::MAX] {
            let der = write_small(value);
            assert_eq!(small(&only(&der, tag::INTEGER).unwrap()), Ok(value));
        }
        let negative = only(&[2, 1, 0xFF], tag::INTEGER).unwrap();
        assert_eq!(small(&negative), Err(NotDer));
    }
}
