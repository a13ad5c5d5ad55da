//! Extensions of certificates (RFC 5280 §4.2), read once and strictly.

use super::super::oid::{self, ce};
use super::super::tlv::{self, NotDer, Reader, Tlv, tag};
use super::constraints::NameConstraints;
use super::general::GeneralName;
use super::ids;
use super::points::{self, Point};

/// Content octets of an OBJECT IDENTIFIER.
pub type Oid = Vec<u8>;

/// Most extensions of one certificate, and most entries of one list in them.
const EXTENSIONS: usize = 64;
const ENTRIES: usize = 1_024;

/// Bits of keyUsage (RFC 5280 §4.2.1.3), first bit highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// digitalSignature.
    pub const SIGN: u16 = 1 << 15;
    /// contentCommitment, formerly nonRepudiation.
    pub const COMMIT: u16 = 1 << 14;
    /// keyEncipherment.
    pub const ENCIPHER_KEY: u16 = 1 << 13;
    /// dataEncipherment.
    pub const ENCIPHER_DATA: u16 = 1 << 12;
    /// keyAgreement.
    pub const AGREE: u16 = 1 << 11;
    /// keyCertSign.
    pub const SIGN_CERTS: u16 = 1 << 10;
    /// cRLSign.
    pub const SIGN_CRLS: u16 = 1 << 9;
    /// encipherOnly and decipherOnly.
    pub const ONLY: u16 = (1 << 8) | (1 << 7);

    /// Whether one of these bits is set.
    pub fn any(self, bits: u16) -> bool {
        self.0 & bits != 0
    }
}

/// basicConstraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basic {
    /// Whether it is a certification authority.
    pub ca: bool,
    /// How many intermediate certificates may follow it.
    pub path_length: Option<u64>,
    /// Whether the extension is critical.
    pub critical: bool,
}

/// What the extensions say.
#[derive(Default)]
pub struct Extensions {
    /// basicConstraints.
    pub basic: Option<Basic>,
    /// keyUsage.
    pub key_usage: Option<KeyUsage>,
    /// extKeyUsage.
    pub extended: Option<Vec<Oid>>,
    /// subjectAltName.
    pub names: Option<Vec<GeneralName>>,
    /// Whether subjectAltName is critical.
    pub names_critical: bool,
    /// nameConstraints.
    pub constraints: Option<NameConstraints>,
    /// certificatePolicies, without qualifiers.
    pub policies: Option<Vec<Oid>>,
    /// policyMappings: issuer's policy, subject's policy.
    pub mappings: Vec<(Oid, Oid)>,
    /// requireExplicitPolicy.
    pub require_explicit: Option<u64>,
    /// inhibitPolicyMapping.
    pub inhibit_mapping: Option<u64>,
    /// inhibitAnyPolicy.
    pub inhibit_any: Option<u64>,
    /// cRLDistributionPoints.
    pub points: Vec<Point>,
    /// freshestCRL.
    pub freshest: Vec<Point>,
    /// keyIdentifier of authorityKeyIdentifier.
    pub authority_key: Option<Vec<u8>>,
    /// subjectKeyIdentifier.
    pub subject_key: Option<Vec<u8>>,
    /// Where the issuer's certificate can be had (caIssuers).
    pub issuer_places: Vec<String>,
    /// Where its status can be asked (OCSP).
    pub ocsp_places: Vec<String>,
    /// A critical extension that is not known here.
    pub unknown_critical: Option<Oid>,
    /// The first thing in which it departs from RFC 5280's profile.
    pub departure: Option<&'static str>,
    /// policyConstraints that are not critical: an older profile allowed that (RFC 3280 §4.2.1.12).
    pub loose_policy: bool,
}

impl Extensions {
    /// Reads the content of the `[3]` element. The error names what cannot be read.
    pub fn read(list: &Tlv<'_>) -> Result<Extensions, &'static str> {
        let mut out = Extensions::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        let mut outer = list.inside();
        let sequence = outer.expect(tag::SEQUENCE).map_err(|_| "extensions")?;
        outer.finish().map_err(|_| "extensions")?;
        let mut reader = sequence.inside();
        if reader.is_empty() {
            return Err("extensions");
        }
        while !reader.is_empty() {
            let extension = Extension::read(&mut reader).map_err(|_| "extensions")?;
            if seen.contains(&extension.kind) {
                return Err("an extension that stands there twice");
            }
            if seen.len() >= EXTENSIONS {
                return Err("more extensions than a certificate needs");
            }
            seen.push(extension.kind);
            out.take(&extension)?;
        }
        Ok(out)
    }

    fn take(&mut self, extension: &Extension<'_>) -> Result<(), &'static str> {
        let value = extension.value;
        let critical = extension.critical;
        match extension.kind {
            ce::BASIC_CONSTRAINTS => {
                self.basic = Some(basic(value, critical).map_err(|_| "basicConstraints")?);
            }
            ce::KEY_USAGE => self.key_usage = Some(key_usage(value).map_err(|_| "keyUsage")?),
            ce::EXTENDED_KEY_USAGE => {
                self.extended = Some(oids(value).map_err(|_| "extKeyUsage")?);
            }
            ce::SUBJECT_ALT_NAME => {
                self.take_names(value).map_err(|_| "subjectAltName")?;
                self.names_critical = critical;
            }
            ce::NAME_CONSTRAINTS => {
                let read = NameConstraints::read(value).map_err(|_| "nameConstraints")?;
                self.constraints = Some(read);
                self.must_be(critical, true, "nameConstraints that are not critical");
            }
            ce::POLICIES => {
                self.policies = Some(policies(value).map_err(|_| "certificatePolicies")?);
            }
            ce::POLICY_MAPPINGS => {
                self.mappings = mappings(value).map_err(|_| "policyMappings")?;
            }
            ce::POLICY_CONSTRAINTS => {
                self.take_policy_constraints(value)
                    .map_err(|_| "policyConstraints")?;
                self.loose_policy = !critical;
            }
            ce::INHIBIT_ANY => {
                let skip = tlv::only(value, tag::INTEGER).and_then(|n| tlv::small(&n));
                self.inhibit_any = Some(skip.map_err(|_| "inhibitAnyPolicy")?);
                self.must_be(critical, true, "inhibitAnyPolicy that is not critical");
            }
            ce::CRL_POINTS => {
                self.points = points::read(value).map_err(|_| "cRLDistributionPoints")?;
            }
            ce::FRESHEST_CRL => {
                self.freshest = points::read(value).map_err(|_| "freshestCRL")?;
                self.must_be(critical, false, "a freshestCRL that is critical");
            }
            ce::AUTHORITY_KEY => {
                self.authority_key = authority_key(value).map_err(|_| "authorityKeyIdentifier")?;
                self.must_be(
                    critical,
                    false,
                    "an authorityKeyIdentifier that is critical",
                );
            }
            ce::SUBJECT_KEY => {
                let read = tlv::only(value, tag::OCTET_STRING);
                self.subject_key = Some(read.map_err(|_| "subjectKeyIdentifier")?.value.to_vec());
                self.must_be(critical, false, "a subjectKeyIdentifier that is critical");
            }
            oid::AUTHORITY_INFO => {
                self.take_access(value).map_err(|_| "authorityInfoAccess")?;
                self.must_be(critical, false, "an authorityInfoAccess that is critical");
            }
            // Read by others: they constrain nothing here.
            ce::ISSUER_ALT_NAME | ce::DIRECTORY_ATTRIBUTES => {}
            unknown if critical && self.unknown_critical.is_none() => {
                self.unknown_critical = Some(unknown.to_vec());
            }
            _ => {}
        }
        Ok(())
    }

    fn must_be(&mut self, critical: bool, wanted: bool, departure: &'static str) {
        if critical != wanted && self.departure.is_none() {
            self.departure = Some(departure);
        }
    }

    fn take_names(&mut self, value: &[u8]) -> Result<(), NotDer> {
        let names = GeneralName::read_all(tlv::only(value, tag::SEQUENCE)?.inside())?;
        let sound = |name: &GeneralName| {
            let GeneralName::Ip(octets) = name else {
                return true;
            };
            matches!(octets.len(), 4 | 16)
        };
        if names.is_empty() || !names.iter().all(sound) {
            return Err(NotDer);
        }
        self.names = Some(names);
        Ok(())
    }

    fn take_policy_constraints(&mut self, value: &[u8]) -> Result<(), NotDer> {
        let mut inside = tlv::only(value, tag::SEQUENCE)?.inside();
        for (number, place) in [
            (0, &mut self.require_explicit),
            (1, &mut self.inhibit_mapping),
        ] {
            if let Some(found) = inside.optional(tag::context(number))? {
                *place = Some(tlv::small(&found)?);
            }
        }
        inside.finish()?;
        match (self.require_explicit, self.inhibit_mapping) {
            (None, None) => Err(NotDer),
            _ => Ok(()),
        }
    }

    fn take_access(&mut self, value: &[u8]) -> Result<(), NotDer> {
        let mut reader = tlv::only(value, tag::SEQUENCE)?.inside();
        let mut count = 0usize;
        while !reader.is_empty() {
            let mut one = reader.expect(tag::SEQUENCE)?.inside();
            let method = one.expect(tag::OID)?.value;
            let place = GeneralName::read(&one.any()?)?;
            one.finish()?;
            count = count.saturating_add(1);
            if count > ENTRIES {
                return Err(NotDer);
            }
            if let GeneralName::Uri(place) = place {
                match method {
                    ids::OCSP => self.ocsp_places.push(place),
                    ids::CA_ISSUERS => self.issuer_places.push(place),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// One extension as it stands, of a certificate, a CRL or a CRL's entry.
pub struct Extension<'a> {
    /// Which.
    pub kind: &'a [u8],
    /// Whether who does not know it must refuse.
    pub critical: bool,
    /// The content of its OCTET STRING.
    pub value: &'a [u8],
}

impl<'a> Extension<'a> {
    /// The next one.
    pub fn read(reader: &mut Reader<'a>) -> Result<Extension<'a>, NotDer> {
        let mut inside = reader.expect(tag::SEQUENCE)?.inside();
        let kind = inside.expect(tag::OID)?.value;
        let critical = match inside.optional(tag::BOOLEAN)? {
            // The default is not written in DER, but many write it; it changes no meaning.
            Some(written) => tlv::boolean(&written)?,
            None => false,
        };
        let value = inside.expect(tag::OCTET_STRING)?.value;
        inside.finish()?;
        Ok(Extension {
            kind,
            critical,
            value,
        })
    }
}

fn basic(value: &[u8], critical: bool) -> Result<Basic, NotDer> {
    let mut inside = tlv::only(value, tag::SEQUENCE)?.inside();
    let ca = match inside.optional(tag::BOOLEAN)? {
        Some(written) => tlv::boolean(&written)?,
        None => false,
    };
    let path_length = match inside.optional(tag::INTEGER)? {
        Some(number) => Some(tlv::small(&number)?),
        None => None,
    };
    inside.finish()?;
    Ok(Basic {
        ca,
        path_length,
        critical,
    })
}

fn key_usage(value: &[u8]) -> Result<KeyUsage, NotDer> {
    let bits = tlv::only(value, tag::BIT_STRING)?.value;
    let (unused, octets) = bits.split_first().ok_or(NotDer)?;
    if *unused > 7 || octets.len() > 2 || (octets.is_empty() && *unused != 0) {
        return Err(NotDer);
    }
    let high = octets.first().copied().unwrap_or(0);
    let low = octets.get(1).copied().unwrap_or(0);
    Ok(KeyUsage(u16::from_be_bytes([high, low])))
}

fn oids(value: &[u8]) -> Result<Vec<Oid>, NotDer> {
    let mut reader = tlv::only(value, tag::SEQUENCE)?.inside();
    let mut all = Vec::new();
    while !reader.is_empty() {
        if all.len() >= ENTRIES {
            return Err(NotDer);
        }
        all.push(reader.expect(tag::OID)?.value.to_vec());
    }
    if all.is_empty() {
        return Err(NotDer);
    }
    Ok(all)
}

fn policies(value: &[u8]) -> Result<Vec<Oid>, NotDer> {
    let mut reader = tlv::only(value, tag::SEQUENCE)?.inside();
    let mut all: Vec<Oid> = Vec::new();
    while !reader.is_empty() {
        let mut one = reader.expect(tag::SEQUENCE)?.inside();
        let policy = one.expect(tag::OID)?.value.to_vec();
        one.optional(tag::SEQUENCE)?;
        one.finish()?;
        if all.len() >= ENTRIES || all.contains(&policy) {
            return Err(NotDer);
        }
        all.push(policy);
    }
    if all.is_empty() {
        return Err(NotDer);
    }
    Ok(all)
}

fn mappings(value: &[u8]) -> Result<Vec<(Oid, Oid)>, NotDer> {
    let mut reader = tlv::only(value, tag::SEQUENCE)?.inside();
    let mut all = Vec::new();
    while !reader.is_empty() {
        let mut one = reader.expect(tag::SEQUENCE)?.inside();
        let issuers = one.expect(tag::OID)?.value.to_vec();
        let subjects = one.expect(tag::OID)?.value.to_vec();
        one.finish()?;
        if all.len() >= ENTRIES {
            return Err(NotDer);
        }
        all.push((issuers, subjects));
    }
    if all.is_empty() {
        return Err(NotDer);
    }
    Ok(all)
}

/// The keyIdentifier of an authorityKeyIdentifier; issuer and serial number decide nothing here.
pub fn authority_key(value: &[u8]) -> Result<Option<Vec<u8>>, NotDer> {
    let mut inside = tlv::only(value, tag::SEQUENCE)?.inside();
    let key = inside.optional(tag::context(0))?;
    inside.optional(tag::constructed(1))?;
    inside.optional(tag::context(2))?;
    inside.finish()?;
    Ok(key.map(|key| key.value.to_vec()))
}
