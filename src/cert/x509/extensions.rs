//! The extensions that decide what a certificate is for (RFC 5280 §4.2).

use super::name::elements;
use super::oid::{self, ce};
use super::problem::CertProblem;
use super::tlv::{self, NotDer, Reader, Tlv, tag};
use crate::address::Address;

/// Most extensions of a certificate.
const EXTENSIONS: usize = 100;
/// Most alternative names.
const NAMES: usize = 1_000;
/// Most purposes.
const PURPOSES: usize = 100;

/// What the key may be used for (RFC 5280 §4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// digitalSignature.
    pub const DIGITAL_SIGNATURE: KeyUsage = KeyUsage(0x8000);
    /// nonRepudiation.
    pub const NON_REPUDIATION: KeyUsage = KeyUsage(0x4000);
    /// keyEncipherment.
    pub const KEY_ENCIPHERMENT: KeyUsage = KeyUsage(0x2000);
    /// keyAgreement.
    pub const KEY_AGREEMENT: KeyUsage = KeyUsage(0x0800);
    /// keyCertSign.
    pub const CERT_SIGN: KeyUsage = KeyUsage(0x0400);
    /// cRLSign.
    pub const CRL_SIGN: KeyUsage = KeyUsage(0x0200);

    /// Both.
    pub const fn and(self, other: KeyUsage) -> KeyUsage {
        KeyUsage(self.0 | other.0)
    }

    /// Whether one of the uses in `any` is allowed.
    pub fn allows(self, any: KeyUsage) -> bool {
        self.0 & any.0 != 0
    }

    /// As the extension's value has it.
    pub fn to_der(self) -> Vec<u8> {
        let unused = u8::try_from(self.0.trailing_zeros().min(15)).unwrap_or(0);
        let [high, low] = self.0.to_be_bytes();
        if low == 0 {
            tlv::write(tag::BIT_STRING, &[unused.saturating_sub(8), high])
        } else {
            tlv::write(tag::BIT_STRING, &[unused, high, low])
        }
    }
}

/// What the extensions say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extensions {
    /// keyUsage, if it is there.
    pub key_usage: Option<KeyUsage>,
    /// extKeyUsage, if it is there: content octets of the purposes.
    pub purposes: Option<Vec<Vec<u8>>>,
    /// Whether it is a certification authority's.
    pub ca: bool,
    /// subjectKeyIdentifier.
    pub subject_key: Option<Vec<u8>>,
    /// The keyIdentifier of authorityKeyIdentifier.
    pub authority_key: Option<Vec<u8>>,
    /// The mail addresses in subjectAltName, in its order.
    pub addresses: Vec<Address>,
    /// Whether subjectAltName names a mail address at all, well-formed or not.
    pub names_mail: bool,
    /// caIssuers of authorityInfoAccess: where the issuer's certificate is.
    pub issuer_at: Vec<String>,
    /// What keeps the certificate from being taken in.
    pub problems: Vec<CertProblem>,
}

/// Reads the SEQUENCE OF Extension.
pub fn read(list: &Tlv<'_>) -> Result<Extensions, NotDer> {
    let mut found = Extensions::default();
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut reader = list.inside();
    while !reader.is_empty() {
        if seen.len() >= EXTENSIONS {
            found.problems.push(CertProblem::TooManyExtensions);
            return Ok(found);
        }
        let mut extension = reader.expect(tag::SEQUENCE)?.inside();
        let id = extension.expect(tag::OID)?.value;
        let critical = match extension.optional(tag::BOOLEAN)? {
            Some(critical) => tlv::boolean(&critical)?,
            None => false,
        };
        let value = extension.expect(tag::OCTET_STRING)?.value;
        extension.finish()?;
        if seen.contains(&id) {
            let oid = oid::dotted(id);
            found.problems.push(CertProblem::DuplicateExtension { oid });
            continue;
        }
        seen.push(id);
        one(&mut found, id, value, critical)?;
    }
    Ok(found)
}

fn one(found: &mut Extensions, id: &[u8], value: &[u8], critical: bool) -> Result<(), NotDer> {
    match id {
        ce::KEY_USAGE => found.key_usage = Some(key_usage(value)?),
        ce::EXTENDED_KEY_USAGE => found.purposes = Some(purposes(value)?),
        ce::BASIC_CONSTRAINTS => found.ca = is_ca(value)?,
        ce::SUBJECT_KEY => {
            found.subject_key = Some(tlv::only(value, tag::OCTET_STRING)?.value.to_vec());
        }
        ce::AUTHORITY_KEY => {
            let mut inside = tlv::only(value, tag::SEQUENCE)?.inside();
            let key = inside.optional(tag::context(0))?;
            found.authority_key = key.map(|key| key.value.to_vec());
        }
        ce::SUBJECT_ALT_NAME => alternative_names(found, value)?,
        oid::AUTHORITY_INFO => found.issuer_at = issuer_places(value).unwrap_or_default(),
        ce::DIRECTORY_ATTRIBUTES
        | ce::ISSUER_ALT_NAME
        | ce::NAME_CONSTRAINTS
        | ce::CRL_POINTS
        | ce::POLICIES
        | ce::POLICY_MAPPINGS
        | ce::POLICY_CONSTRAINTS
        | ce::FRESHEST_CRL
        | ce::INHIBIT_ANY => {}
        other if critical => {
            let oid = oid::dotted(other);
            found.problems.push(CertProblem::UnknownCritical { oid });
        }
        _ => {}
    }
    Ok(())
}

fn key_usage(value: &[u8]) -> Result<KeyUsage, NotDer> {
    let bits = tlv::only(value, tag::BIT_STRING)?.value;
    let (unused, octets) = bits.split_first().ok_or(NotDer)?;
    let sound = *unused < 8 && octets.len() <= 2;
    if !sound {
        return Err(NotDer);
    }
    let octet = |place: usize| u16::from(octets.get(place).copied().unwrap_or(0));
    Ok(KeyUsage((octet(0) << 8) | octet(1)))
}

fn purposes(value: &[u8]) -> Result<Vec<Vec<u8>>, NotDer> {
    let list = tlv::only(value, tag::SEQUENCE)?;
    let found = elements(&list, PURPOSES)?;
    found
        .iter()
        .map(|purpose| match purpose.tag {
            tag::OID => Ok(purpose.value.to_vec()),
            _ => Err(NotDer),
        })
        .collect()
}

fn is_ca(value: &[u8]) -> Result<bool, NotDer> {
    let mut inside = tlv::only(value, tag::SEQUENCE)?.inside();
    match inside.optional(tag::BOOLEAN)? {
        Some(ca) => tlv::boolean(&ca),
        None => Ok(false),
    }
}

/// rfc822Name, and SmtpUTF8Mailbox (RFC 9598), which must need UTF-8.
fn alternative_names(found: &mut Extensions, value: &[u8]) -> Result<(), NotDer> {
    let mut names = tlv::only(value, tag::SEQUENCE)?.inside();
    let mut count: usize = 0;
    while !names.is_empty() {
        count = count.saturating_add(1);
        if count > NAMES {
            found.problems.push(CertProblem::TooManyNames);
            found.addresses.clear();
            return Ok(());
        }
        let name = names.any()?;
        if name.tag == tag::context(1) {
            add_address(found, name.value, str::is_ascii);
        } else if name.tag == tag::constructed(0) {
            let mut other = name.inside();
            if other.expect(tag::OID)?.value == oid::SMTP_UTF8_MAILBOX {
                let value = other.expect(tag::constructed(0))?;
                let text = tlv::only(value.value, tag::UTF8)?;
                add_address(found, text.value, |address| !address.is_ascii());
            }
        }
    }
    Ok(())
}

fn add_address(found: &mut Extensions, text: &[u8], fits: impl Fn(&str) -> bool) {
    found.names_mail = true;
    if text.contains(&0) {
        found.problems.push(CertProblem::NulInAddress);
        return;
    }
    let text = std::str::from_utf8(text).ok().filter(|text| fits(text));
    if let Some(address) = text.and_then(|text| Address::parse(text).ok())
        && !found.addresses.contains(&address)
    {
        found.addresses.push(address);
    }
}

/// The places of caIssuers (RFC 5280 §4.2.2.1).
fn issuer_places(value: &[u8]) -> Result<Vec<String>, NotDer> {
    const CA_ISSUERS: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 48, 2];
    let list = tlv::only(value, tag::SEQUENCE)?;
    let mut places = Vec::new();
    for description in elements(&list, PURPOSES)? {
        let mut inside = Reader::new(description.value);
        let method = inside.expect(tag::OID)?.value;
        let place = inside.any()?;
        if method == CA_ISSUERS && place.tag == tag::context(6) {
            let text = std::str::from_utf8(place.value).map_err(|_| NotDer)?;
            places.push(text.to_owned());
        }
    }
    Ok(places)
}

/// An Extension.
pub fn write(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical {
        &[tag::BOOLEAN, 1, 0xFF]
    } else {
        &[]
    };
    tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write(tag::OID, id),
            critical,
            &tlv::write(tag::OCTET_STRING, value),
        ],
    )
}

/// The value of a subjectAltName with one mail address: rfc822Name where it is ASCII, else
/// SmtpUTF8Mailbox with the domain as A-labels (RFC 9598 §3).
pub fn write_mail_name(address: &Address) -> Vec<u8> {
    let wire = address.wire();
    let name = if address.is_ascii() {
        tlv::write(tag::context(1), wire.as_bytes())
    } else {
        let text = tlv::write(tag::UTF8, wire.as_bytes());
        tlv::write_all(
            tag::constructed(0),
            &[
                &tlv::write(tag::OID, oid::SMTP_UTF8_MAILBOX),
                &tlv::write(tag::constructed(0), &text),
            ],
        )
    };
    tlv::write(tag::SEQUENCE, &name)
}
