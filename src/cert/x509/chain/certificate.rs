//! A certificate as path validation needs it (RFC 5280 §4.1): read once, its bytes kept as they came.

use super::super::name::Name;
use super::super::tlv::{self, NotDer, tag};
use super::extensions::{Extensions, KeyUsage};
use super::general::GeneralName;
use super::keys::PublicKey;
use super::when::When;
use crate::address::Address;
use crate::base::limits;
use crate::cert::Fingerprint;
use std::fmt;

/// A certificate that could be read. Whether anybody should trust it is another question.
pub struct Certificate {
    der: Vec<u8>,
    tbs: Vec<u8>,
    /// The whole AlgorithmIdentifier of its signature.
    pub(super) algorithm: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// The whole SubjectPublicKeyInfo.
    pub(super) key: PublicKey,
    /// 1 or 3; 2 was never used.
    pub version: u8,
    /// Content octets of the serial number.
    pub serial: Vec<u8>,
    /// Whose it is.
    pub subject: Name,
    /// Who signed it.
    pub issuer: Name,
    subject_form: Vec<u8>,
    issuer_form: Vec<u8>,
    /// First second of its validity.
    pub from: When,
    /// Last second of its validity.
    pub until: When,
    /// What its extensions say.
    pub extensions: Extensions,
    fingerprint: [u8; 32],
}

/// Why bytes give no certificate to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// They are no certificate.
    NotACertificate,
    /// It has the outline of one, but this in it cannot be read.
    Malformed(&'static str),
    /// It is larger than any certificate needs to be.
    TooLarge,
}

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// When it is none, is damaged, or breaks a limit.
    pub fn from_der(der: &[u8]) -> Result<Certificate, Unreadable> {
        let mut outline = tlv::only(der, tag::SEQUENCE)
            .map_err(|_| Unreadable::NotACertificate)?
            .inside();
        let mut parts = || -> Result<_, NotDer> {
            let tbs = outline.expect(tag::SEQUENCE)?;
            let algorithm = outline.expect(tag::SEQUENCE)?;
            let signature = outline.expect(tag::BIT_STRING)?;
            outline.finish()?;
            Ok((tbs, algorithm, signature))
        };
        let (tbs, algorithm, signature) = parts().map_err(|_| Unreadable::NotACertificate)?;
        if der.len() > limits::CERT_BYTES {
            return Err(Unreadable::TooLarge);
        }
        let bad = |what| move |_: NotDer| Unreadable::Malformed(what);
        let mut inside = tbs.inside();
        let version = version(&mut inside).map_err(bad("the version"))?;
        let serial = inside
            .expect(tag::INTEGER)
            .map_err(bad("the serial number"))?;
        let inner = inside
            .expect(tag::SEQUENCE)
            .map_err(bad("the signature algorithm"))?;
        if inner.whole != algorithm.whole {
            return Err(Unreadable::Malformed(
                "the signature algorithm, named twice and not alike,",
            ));
        }
        let name = |of: Result<tlv::Tlv<'_>, NotDer>| of.and_then(|n| Name::from_der(n.whole));
        let issuer = name(inside.expect(tag::SEQUENCE)).map_err(bad("the issuer's name"))?;
        let mut validity = inside
            .expect(tag::SEQUENCE)
            .map_err(bad("the validity"))?
            .inside();
        let mut time = || validity.any().and_then(|t| When::read(&t));
        let from = time().map_err(bad("the validity"))?;
        let until = time().map_err(bad("the validity"))?;
        validity.finish().map_err(bad("the validity"))?;
        let subject = name(inside.expect(tag::SEQUENCE)).map_err(bad("the subject's name"))?;
        let key = inside
            .expect(tag::SEQUENCE)
            .and_then(|k| PublicKey::read(k.whole))
            .map_err(bad("the public key"))?;
        inside
            .optional(tag::context(1))
            .and_then(|_| inside.optional(tag::context(2)))
            .map_err(bad("the unique identifiers"))?;
        let extensions = match inside.optional(tag::constructed(3)) {
            Ok(Some(list)) if version == 3 => {
                Extensions::read(&list).map_err(Unreadable::Malformed)?
            }
            Ok(Some(_)) => return Err(Unreadable::Malformed("extensions in an old version")),
            Ok(None) => Extensions::default(),
            Err(NotDer) => return Err(Unreadable::Malformed("the extensions")),
        };
        inside
            .finish()
            .map_err(bad("what follows the extensions"))?;
        let signature = tlv::octets_of_bits(&signature).map_err(bad("the signature"))?;
        Ok(Certificate {
            subject_form: subject.canonical(),
            issuer_form: issuer.canonical(),
            fingerprint: openssl::sha::sha256(der),
            der: der.to_vec(),
            tbs: tbs.whole.to_vec(),
            algorithm: algorithm.whole.to_vec(),
            signature: signature.to_vec(),
            serial: serial.value.to_vec(),
            version,
            key,
            subject,
            issuer,
            from,
            until,
            extensions,
        })
    }

    /// The exact bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The part that is signed.
    pub(super) fn signed(&self) -> &[u8] {
        &self.tbs
    }

    /// SHA-256 of the DER.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::from_bytes(&self.fingerprint)
    }

    /// SHA-256 of the DER, as octets.
    pub(super) fn digest(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// The subject's name in the form for comparing.
    pub fn subject_form(&self) -> &[u8] {
        &self.subject_form
    }

    /// The issuer's name in the form for comparing.
    pub fn issuer_form(&self) -> &[u8] {
        &self.issuer_form
    }

    /// Whether subject and issuer are the same name (RFC 5280 §6.1).
    pub fn is_self_issued(&self) -> bool {
        self.subject_form == self.issuer_form
    }

    /// Whether basicConstraints say that it is an authority.
    pub fn is_authority(&self) -> bool {
        self.extensions.basic.is_some_and(|basic| basic.ca)
    }

    /// Whether keyUsage, where there is one, has one of these bits.
    pub fn may(&self, bits: u16) -> bool {
        self.extensions
            .key_usage
            .is_none_or(|usage: KeyUsage| usage.any(bits))
    }

    /// The addresses that it is for (rule 8): rfc822Names and SmtpUTF8Mailboxes, or, only where it
    /// has neither, those in the subject's name.
    pub fn addresses(&self) -> Vec<Address> {
        let mut texts: Vec<&str> = Vec::new();
        for name in self.extensions.names.iter().flatten() {
            if let GeneralName::Email(text) = name {
                texts.push(text);
            }
            texts.extend(name.utf8_mailbox());
        }
        if texts.is_empty() {
            texts.extend(self.subject.email_addresses());
        }
        texts
            .into_iter()
            .filter_map(|text| Address::parse(text).ok())
            .collect()
    }

    /// Places that its CRLs are at, as it says.
    pub fn crl_places(&self) -> Vec<&str> {
        let points = &self.extensions.points;
        points.iter().flat_map(|point| point.places()).collect()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "certificate {} of {}",
            self.fingerprint(),
            self.subject.text()
        )
    }
}

fn version(inside: &mut tlv::Reader<'_>) -> Result<u8, NotDer> {
    let Some(written) = inside.optional(tag::constructed(0))? else {
        return Ok(1);
    };
    match tlv::small(&tlv::only(written.value, tag::INTEGER)?)? {
        0 => Ok(1),
        1 => Ok(2),
        2 => Ok(3),
        _ => Err(NotDer),
    }
}
