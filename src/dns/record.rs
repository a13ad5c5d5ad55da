//! Records.

use super::Name;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The kinds of records that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// An alias: asked for itself, it is not followed.
    Cname,
    /// A host that takes mail.
    Mx,
    /// A server of the zone.
    Ns,
    /// The name of an address.
    Ptr,
    /// Where a service is (RFC 2782).
    Srv,
    /// The certificate that a server will show (RFC 6698).
    Tlsa,
    /// Text.
    Txt,
}

impl Kind {
    /// Its mnemonic in zone files.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::A => "A",
            Kind::Aaaa => "AAAA",
            Kind::Cname => "CNAME",
            Kind::Mx => "MX",
            Kind::Ns => "NS",
            Kind::Ptr => "PTR",
            Kind::Srv => "SRV",
            Kind::Tlsa => "TLSA",
            Kind::Txt => "TXT",
        }
    }
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Record {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// An alias.
    Cname(Name),
    /// A host that takes mail.
    Mx(Mx),
    /// A server of the zone.
    Ns(Name),
    /// The name of an address.
    Ptr(Name),
    /// Where a service is.
    Srv(Srv),
    /// The certificate that a server will show.
    Tlsa(Tlsa),
    /// Text: the record's strings, one behind the other (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
    Txt(Vec<u8>),
}

impl Record {
    /// Its text, where it is one.
    pub fn text(&self) -> Option<&[u8]> {
        if let Record::Txt(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The host that it says takes mail.
    pub fn mx(&self) -> Option<&Mx> {
        if let Record::Mx(mx) = self {
            Some(mx)
        } else {
            None
        }
    }

    /// The name that it gives to an address.
    pub fn pointer(&self) -> Option<&Name> {
        if let Record::Ptr(name) = self {
            Some(name)
        } else {
            None
        }
    }

    /// The name that it is another word for.
    pub fn alias(&self) -> Option<&Name> {
        if let Record::Cname(name) = self {
            Some(name)
        } else {
            None
        }
    }

    /// Its address.
    pub fn address(&self) -> Option<IpAddr> {
        if let Record::A(four) = self {
            return Some(IpAddr::V4(*four));
        }
        if let Record::Aaaa(six) = self {
            Some(IpAddr::V6(*six))
        } else {
            None
        }
    }

    /// Of which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Record::A(_) => Kind::A,
            Record::Aaaa(_) => Kind::Aaaa,
            Record::Cname(_) => Kind::Cname,
            Record::Mx(_) => Kind::Mx,
            Record::Ns(_) => Kind::Ns,
            Record::Ptr(_) => Kind::Ptr,
            Record::Srv(_) => Kind::Srv,
            Record::Tlsa(_) => Kind::Tlsa,
            Record::Txt(_) => Kind::Txt,
        }
    }
}

/// A host that takes mail (RFC 5321 §5). The root as the host says that nobody does (RFC 7505).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mx {
    /// Lower goes first.
    pub preference: u16,
    /// The host.
    pub exchange: Name,
}

/// Where a service is (RFC 2782).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Srv {
    /// Lower goes first.
    pub priority: u16,
    /// Among equals.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host; the root says that there is no such service.
    pub target: Name,
}

/// The certificate that a server will show (RFC 6698 §2.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tlsa {
    /// What it binds: 2 an authority, 3 the server's own certificate.
    pub usage: u8,
    /// 0 the whole certificate, 1 its key.
    pub selector: u8,
    /// 0 as it is, 1 SHA-256, 2 SHA-512.
    pub matching: u8,
    /// The bytes to compare with.
    pub data: Vec<u8>,
}
