//! General names (RFC 5280 §4.2.1.6), as certificates, constraints and CRLs carry them.

use super::super::name::Name;
use super::super::oid;
use super::super::tlv::{NotDer, Reader, Tlv, tag};
use crate::base::Untrusted;

/// Most names in one list: more than anybody has.
pub const NAMES: usize = 4_096;

/// One general name.
#[derive(Clone, PartialEq, Eq)]
pub enum GeneralName {
    /// otherName: its type (content octets) and the value's whole element.
    Other {
        /// type-id.
        kind: Vec<u8>,
        /// The value as it stands.
        value: Vec<u8>,
    },
    /// rfc822Name.
    Email(String),
    /// dNSName.
    Dns(String),
    /// x400Address, unread.
    X400,
    /// directoryName.
    Directory(Box<Name>),
    /// ediPartyName, unread.
    Edi,
    /// uniformResourceIdentifier.
    Uri(String),
    /// iPAddress: 4 or 16 octets in a name, twice as many in a constraint.
    Ip(Vec<u8>),
    /// registeredID, unread.
    Registered,
}

impl GeneralName {
    /// Reads one name.
    pub fn read(of: &Tlv<'_>) -> Result<GeneralName, NotDer> {
        Ok(match of.tag {
            0xA0 => {
                let mut inside = of.inside();
                let kind = inside.expect(tag::OID)?.value.to_vec();
                let mut value = inside.expect(tag::constructed(0))?.inside();
                let whole = value.any()?.whole.to_vec();
                value.finish()?;
                inside.finish()?;
                GeneralName::Other { kind, value: whole }
            }
            0x81 => GeneralName::Email(ascii(of.value)?),
            0x82 => GeneralName::Dns(ascii(of.value)?),
            0xA3 => GeneralName::X400,
            0xA4 => {
                let mut inside = of.inside();
                let name = Name::from_der(inside.expect(tag::SEQUENCE)?.whole)?;
                inside.finish()?;
                GeneralName::Directory(Box::new(name))
            }
            0xA5 => GeneralName::Edi,
            0x86 => GeneralName::Uri(ascii(of.value)?),
            0x87 => GeneralName::Ip(of.value.to_vec()),
            0x88 => GeneralName::Registered,
            _ => return Err(NotDer),
        })
    }

    /// Reads names until the reader is empty.
    pub fn read_all(mut reader: Reader<'_>) -> Result<Vec<GeneralName>, NotDer> {
        let mut names = Vec::new();
        while !reader.is_empty() {
            if names.len() >= NAMES {
                return Err(NotDer);
            }
            names.push(GeneralName::read(&reader.any()?)?);
        }
        Ok(names)
    }

    /// The mail address that a SmtpUTF8Mailbox carries (RFC 9598).
    pub fn utf8_mailbox(&self) -> Option<&str> {
        let GeneralName::Other { kind, value } = self else {
            return None;
        };
        if kind != oid::SMTP_UTF8_MAILBOX {
            return None;
        }
        let text = super::super::tlv::only(value, tag::UTF8).ok()?.value;
        std::str::from_utf8(text).ok()
    }

    /// The place, if it is a uniformResourceIdentifier.
    pub fn uri(&self) -> Option<&str> {
        if let GeneralName::Uri(place) = self {
            return Some(place);
        }
        None
    }

    /// The name, if it is a directoryName.
    pub fn directory(&self) -> Option<&Name> {
        if let GeneralName::Directory(name) = self {
            return Some(name);
        }
        None
    }

    /// Whether both name the same. Directory names compare by what they say, others by their octets.
    pub fn is_same(&self, other: &GeneralName) -> bool {
        match (self, other) {
            (GeneralName::Directory(a), GeneralName::Directory(b)) => a.is_same(b),
            _ => self == other,
        }
    }

    /// For people.
    pub fn shown(&self) -> Untrusted {
        match self {
            GeneralName::Email(text) | GeneralName::Dns(text) | GeneralName::Uri(text) => {
                Untrusted::new(text.clone())
            }
            GeneralName::Directory(name) => name.text(),
            GeneralName::Ip(octets) => Untrusted::new(address(octets)),
            GeneralName::Other { kind, .. } => match self.utf8_mailbox() {
                Some(text) => Untrusted::new(text),
                None => Untrusted::new(format!("otherName {}", oid::dotted(kind))),
            },
            GeneralName::X400 => Untrusted::new("x400Address"),
            GeneralName::Edi => Untrusted::new("ediPartyName"),
            GeneralName::Registered => Untrusted::new("registeredID"),
        }
    }
}

/// An IA5String without controls: a NUL or a line end in a name is there to deceive.
fn ascii(octets: &[u8]) -> Result<String, NotDer> {
    if octets.iter().any(|b| !b.is_ascii() || b.is_ascii_control()) {
        return Err(NotDer);
    }
    String::from_utf8(octets.to_vec()).map_err(|_| NotDer)
}

fn address(octets: &[u8]) -> String {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return std::net::Ipv4Addr::from(four).to_string();
    }
    if let Ok(sixteen) = <[u8; 16]>::try_from(octets) {
        return std::net::Ipv6Addr::from(sixteen).to_string();
    }
    oid::hex(octets)
}
