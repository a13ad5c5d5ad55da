//! Certificate revocation lists (RFC 5280 §5), read once and strictly: a list that cannot be
//! understood says nothing about any certificate.

use super::super::name::Name;
use super::super::oid::ce;
use super::super::tlv::{self, NotDer, Reader, Tlv, tag};
use super::extensions::{Extension, authority_key};
use super::general::GeneralName;
use super::ids;
use super::points::{self, Scope};
use super::when::When;
use std::ops::Range;

/// Largest list that is read, in bytes.
pub const CRL_BYTES: usize = 64 << 20;
/// Most issuers of entries in an indirect list.
const ISSUERS: usize = 1_000;

/// A revocation list.
pub struct Crl {
    der: Vec<u8>,
    tbs: Range<usize>,
    pub(super) algorithm: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// Who issues it.
    pub issuer: Name,
    /// From when it is.
    pub this_update: When,
    /// By when there will be a newer one.
    pub next_update: When,
    /// keyIdentifier of its signer.
    pub(super) authority_key: Option<Vec<u8>>,
    /// cRLNumber; a list of version 1 has none.
    pub(super) number: Option<Vec<u8>>,
    /// BaseCRLNumber: it is a delta, and says only what changed since.
    pub(super) base: Option<Vec<u8>>,
    /// Of which certificates it speaks.
    pub(super) scope: Option<Scope>,
    /// The scope's bytes, which a delta must have alike.
    pub(super) scope_bytes: Option<Vec<u8>>,
    /// Whether it says where its deltas are.
    pub(super) has_deltas: bool,
    /// The forms of the issuers that entries have; the first is the list's own.
    issuers: Vec<Vec<u8>>,
    /// Sorted by issuer and serial number. Each points into `der`: lists are long.
    records: Vec<Record>,
}

/// What a list says of one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Since when it is revoked.
    pub at: When,
    /// reasonCode (RFC 5280 §5.3.1); 0 without one, 8 for "no longer revoked" in a delta.
    pub reason: u8,
}

/// An entry where it lies.
struct Record {
    issuer: u32,
    serial: Range<u32>,
    entry: Entry,
}

/// Why bytes are no list that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCrl {
    /// They are none.
    NotACrl,
    /// This in it cannot be read, or is not as RFC 5280 has it.
    Malformed(&'static str),
    /// It is larger than 64 MiB.
    TooLarge,
}

impl Crl {
    /// Reads a list in DER.
    pub fn from_der(der: &[u8]) -> Result<Crl, BadCrl> {
        if der.len() > CRL_BYTES {
            return Err(BadCrl::TooLarge);
        }
        let mut outline = tlv::only(der, tag::SEQUENCE)
            .map_err(|_| BadCrl::NotACrl)?
            .inside();
        let mut parts = || -> Result<_, NotDer> {
            let tbs = outline.expect(tag::SEQUENCE)?;
            let algorithm = outline.expect(tag::SEQUENCE)?;
            let signature = outline.expect(tag::BIT_STRING)?;
            outline.finish()?;
            Ok((tbs, algorithm, tlv::octets_of_bits(&signature)?))
        };
        let (tbs, algorithm, signature) = parts().map_err(|_| BadCrl::NotACrl)?;
        let bad = |what| move |_: NotDer| BadCrl::Malformed(what);
        let mut inside = tbs.inside();
        let version = match inside.optional(tag::INTEGER).map_err(bad("the version"))? {
            Some(number) if number.value == [1] => 2,
            Some(_) => return Err(BadCrl::Malformed("the version")),
            None => 1,
        };
        let inner = inside
            .expect(tag::SEQUENCE)
            .map_err(bad("the signature algorithm"))?;
        if inner.whole != algorithm.whole {
            return Err(BadCrl::Malformed("the signature algorithm"));
        }
        let issuer = inside
            .expect(tag::SEQUENCE)
            .and_then(|name| Name::from_der(name.whole))
            .map_err(bad("the issuer"))?;
        let this_update = inside
            .any()
            .and_then(|time| When::read(&time))
            .map_err(bad("thisUpdate"))?;
        let next_update = match inside.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => inside
                .any()
                .and_then(|time| When::read(&time))
                .map_err(bad("nextUpdate"))?,
            _ => return Err(BadCrl::Malformed("nextUpdate")),
        };
        let revoked = inside
            .optional(tag::SEQUENCE)
            .map_err(bad("the revoked certificates"))?;
        let extensions = inside
            .optional(tag::constructed(0))
            .map_err(bad("the extensions"))?;
        inside
            .finish()
            .map_err(bad("what follows the extensions"))?;
        let mut crl = Crl {
            tbs: within(der, tbs.whole),
            der: der.to_vec(),
            algorithm: algorithm.whole.to_vec(),
            signature: signature.to_vec(),
            issuers: vec![issuer.canonical()],
            issuer,
            this_update,
            next_update,
            authority_key: None,
            number: None,
            base: None,
            scope: None,
            scope_bytes: None,
            has_deltas: false,
            records: Vec::new(),
        };
        match extensions {
            Some(list) if version == 2 => crl.read_extensions(&list).map_err(BadCrl::Malformed)?,
            Some(_) => return Err(BadCrl::Malformed("extensions in an old version")),
            None if version == 2 => return Err(BadCrl::Malformed("the missing cRLNumber")),
            None => {}
        }
        if let Some(list) = revoked {
            crl.read_entries(der, &list, version)
                .map_err(BadCrl::Malformed)?;
        }
        Ok(crl)
    }

    fn read_extensions(&mut self, list: &Tlv<'_>) -> Result<(), &'static str> {
        let mut outer = list.inside();
        let sequence = outer.expect(tag::SEQUENCE).map_err(|_| "extensions")?;
        outer.finish().map_err(|_| "extensions")?;
        let mut reader = sequence.inside();
        let mut seen: Vec<&[u8]> = Vec::new();
        while !reader.is_empty() {
            let extension = Extension::read(&mut reader).map_err(|_| "extensions")?;
            if seen.contains(&extension.kind) || seen.len() >= 64 {
                return Err("an extension that stands there twice");
            }
            seen.push(extension.kind);
            let number = |value| -> Result<Vec<u8>, NotDer> {
                let number = tlv::only(value, tag::INTEGER)?.value;
                match number.first() {
                    Some(first) if first & 0x80 == 0 && number.len() <= 21 => {
                        Ok(number.strip_prefix(&[0]).unwrap_or(number).to_vec())
                    }
                    Some(_) | None => Err(NotDer),
                }
            };
            match extension.kind {
                ids::CRL_NUMBER if !extension.critical => {
                    self.number = Some(number(extension.value).map_err(|_| "cRLNumber")?);
                }
                ids::CRL_NUMBER => return Err("a cRLNumber that is critical"),
                ids::DELTA_INDICATOR => {
                    self.base = Some(number(extension.value).map_err(|_| "deltaCRLIndicator")?);
                }
                ids::ISSUING_POINT => {
                    let scope = Scope::read(extension.value);
                    self.scope = Some(scope.map_err(|_| "issuingDistributionPoint")?);
                    self.scope_bytes = Some(extension.value.to_vec());
                }
                ce::AUTHORITY_KEY => {
                    let key = authority_key(extension.value);
                    self.authority_key = key.map_err(|_| "authorityKeyIdentifier")?;
                }
                ce::FRESHEST_CRL => {
                    points::read(extension.value).map_err(|_| "freshestCRL")?;
                    self.has_deltas = true;
                }
                _ if extension.critical => return Err("an unknown critical extension"),
                _ => {}
            }
        }
        match self.number {
            Some(_) => Ok(()),
            None => Err("the missing cRLNumber"),
        }
    }

    fn read_entries(
        &mut self,
        der: &[u8],
        list: &Tlv<'_>,
        version: u8,
    ) -> Result<(), &'static str> {
        let indirect = self.scope.as_ref().is_some_and(|scope| scope.indirect);
        let mut issuer = 0u32;
        let mut reader = list.inside();
        while !reader.is_empty() {
            let (serial, entry, other) = read_entry(&mut reader, version)?;
            if let Some(other) = other {
                if !indirect {
                    return Err("an entry of another issuer");
                }
                issuer = self.issuer_number(other)?;
            }
            let serial = within(der, serial);
            let end = |at: usize| u32::try_from(at).map_err(|_| "an entry");
            self.records.push(Record {
                issuer,
                serial: end(serial.start)?..end(serial.end)?,
                entry,
            });
        }
        let key = |record: &Record| (record.issuer, octets(der, &record.serial));
        self.records.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        let twice = |pair: &[Record]| matches!(pair, [a, b] if key(a) == key(b));
        if self.records.windows(2).any(twice) {
            return Err("an entry that stands there twice");
        }
        Ok(())
    }

    fn issuer_number(&mut self, form: Vec<u8>) -> Result<u32, &'static str> {
        let known = self.issuers.iter().position(|issuer| *issuer == form);
        let number = known.unwrap_or(self.issuers.len());
        if known.is_none() {
            if number >= ISSUERS {
                return Err("more issuers than one list can have");
            }
            self.issuers.push(form);
        }
        u32::try_from(number).map_err(|_| "an entry's issuer")
    }

    /// What is signed.
    pub(super) fn signed(&self) -> &[u8] {
        self.der.get(self.tbs.clone()).unwrap_or_default()
    }

    /// The exact bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The issuer's name in the form for comparing.
    pub fn issuer_form(&self) -> &[u8] {
        self.issuers.first().map_or(&[], Vec::as_slice)
    }

    /// Whether it is current at `at`.
    pub fn is_current(&self, at: When) -> bool {
        self.this_update <= at && at <= self.next_update
    }

    /// Its entry for a certificate.
    pub(super) fn entry(&self, issuer_form: &[u8], serial: &[u8]) -> Option<Entry> {
        let number = self.issuers.iter().position(|form| form == issuer_form)?;
        let wanted = (u32::try_from(number).ok()?, serial);
        let found = self
            .records
            .binary_search_by(|r| (r.issuer, octets(&self.der, &r.serial)).cmp(&wanted))
            .ok()?;
        self.records.get(found).map(|record| record.entry)
    }
}

/// Where `part` lies in `whole`, of which it is a part.
fn within(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start.saturating_add(part.len())
}

fn octets<'a>(der: &'a [u8], at: &Range<u32>) -> &'a [u8] {
    let place = |end: u32| usize::try_from(end).unwrap_or(usize::MAX);
    der.get(place(at.start)..place(at.end)).unwrap_or_default()
}

type ReadEntry<'a> = (&'a [u8], Entry, Option<Vec<u8>>);

fn read_entry<'a>(reader: &mut Reader<'a>, version: u8) -> Result<ReadEntry<'a>, &'static str> {
    let what = |_: NotDer| "an entry";
    let mut inside = reader.expect(tag::SEQUENCE).map_err(what)?.inside();
    let serial = inside.expect(tag::INTEGER).map_err(what)?.value;
    let at = inside
        .any()
        .and_then(|time| When::read(&time))
        .map_err(what)?;
    let mut entry = Entry { at, reason: 0 };
    let mut other = None;
    if let Some(list) = inside.optional(tag::SEQUENCE).map_err(what)? {
        if version != 2 {
            return Err("an entry");
        }
        let mut extensions = list.inside();
        while !extensions.is_empty() {
            let extension = Extension::read(&mut extensions).map_err(what)?;
            match extension.kind {
                ids::REASON_CODE => {
                    entry.reason = match tlv::only(extension.value, 0x0A).map_err(what)?.value {
                        [code @ (0..=6 | 8..=10)] => *code,
                        _ => return Err("a reason for revocation"),
                    };
                }
                ids::CERTIFICATE_ISSUER => {
                    let names = tlv::only(extension.value, tag::SEQUENCE)
                        .and_then(|list| GeneralName::read_all(list.inside()))
                        .map_err(what)?;
                    let name = names.iter().find_map(GeneralName::directory);
                    other = Some(name.ok_or("an entry's issuer")?.canonical());
                }
                ids::INVALIDITY_DATE => {}
                _ if extension.critical => return Err("an unknown critical extension of an entry"),
                _ => {}
            }
        }
    }
    inside.finish().map_err(what)?;
    Ok((serial, entry, other))
}
