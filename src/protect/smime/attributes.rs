//! Signed attributes (RFC 5652 §11, RFC 8551 §2.5, RFC 5035): what a signer says beside the content.

use super::ber::{self, id};
use super::hash::Hash;
use super::oids;
use crate::base::Time;
use crate::cert::x509::{X509Cert, time, tlv};
use const_oid::ObjectIdentifier;
use tlv::{NotDer, tag};

/// The signed attributes of one signer.
pub struct Attributes {
    /// As the DER SET OF that is hashed (RFC 5652 §5.4).
    pub sorted: Vec<u8>,
    /// The same in the order in which they came: some signers hash that.
    pub as_came: Vec<u8>,
    values: Vec<(ObjectIdentifier, Vec<Vec<u8>>)>,
}

/// Something about them is not as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadAttributes;

impl From<NotDer> for BadAttributes {
    fn from(_: NotDer) -> Self {
        BadAttributes
    }
}

/// Most signed attributes.
const MOST: usize = 64;

impl Attributes {
    /// Reads them out of the DER of a signer info; `None` when it has none.
    pub fn of_signer(signer: &[u8]) -> Result<Option<Attributes>, BadAttributes> {
        let mut fields = tlv::only(signer, tag::SEQUENCE)?.inside();
        fields.expect(tag::INTEGER)?;
        fields.any()?;
        fields.expect(tag::SEQUENCE)?;
        let Some(set) = fields.optional(tag::constructed(0))? else {
            return Ok(None);
        };
        let (mut each, mut values) = (Vec::new(), Vec::new());
        let mut inside = set.inside();
        while !inside.is_empty() {
            let attribute = inside.expect(tag::SEQUENCE)?;
            each.push(attribute.whole.to_vec());
            if each.len() > MOST {
                return Err(BadAttributes);
            }
            let mut fields = attribute.inside();
            let kind = ObjectIdentifier::from_bytes(fields.expect(tag::OID)?.value);
            let mut inside = fields.expect(tag::SET)?.inside();
            fields.finish()?;
            let mut own = Vec::new();
            while !inside.is_empty() {
                own.push(inside.any()?.whole.to_vec());
            }
            values.push((kind.map_err(|_| BadAttributes)?, own));
        }
        if each.is_empty() {
            return Err(BadAttributes);
        }
        let pieces: Vec<&[u8]> = each.iter().map(Vec::as_slice).collect();
        Ok(Some(Attributes {
            as_came: ber::wrapped(id::SET, &pieces),
            sorted: ber::set_of(id::SET, each),
            values,
        }))
    }

    /// The one value of an attribute; an error when it stands there twice or has several
    /// (RFC 5652 §11).
    fn one(&self, kind: ObjectIdentifier) -> Result<Option<&[u8]>, BadAttributes> {
        let mut found = self.values.iter().filter(|(k, _)| *k == kind);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some((_, values)), None) => match values.as_slice() {
                [value] => Ok(Some(value)),
                _ => Err(BadAttributes),
            },
            (Some(_), Some(_)) => Err(BadAttributes),
        }
    }

    /// contentType, which must be there.
    pub fn content_type(&self) -> Result<ObjectIdentifier, BadAttributes> {
        let value = self.one(oids::CONTENT_TYPE)?.ok_or(BadAttributes)?;
        let value = tlv::only(value, tag::OID)?.value;
        ObjectIdentifier::from_bytes(value).map_err(|_| BadAttributes)
    }

    /// messageDigest, which must be there.
    pub fn message_digest(&self) -> Result<&[u8], BadAttributes> {
        let value = self.one(oids::MESSAGE_DIGEST)?.ok_or(BadAttributes)?;
        Ok(tlv::only(value, tag::OCTET_STRING)?.value)
    }

    /// signingTime, if it is there.
    pub fn signing_time(&self) -> Result<Option<Time>, BadAttributes> {
        match self.one(oids::SIGNING_TIME)? {
            Some(value) => {
                let value = tlv::Reader::new(value).any()?;
                Ok(Some(time::read(&value)?))
            }
            None => Ok(None),
        }
    }

    /// sMIMECapabilities, if they are there, in DER; unsound ones say nothing.
    pub fn capabilities(&self) -> Option<&[u8]> {
        let value = self.one(oids::SMIME_CAPABILITIES).ok()??;
        tlv::only(value, tag::SEQUENCE).ok().map(|tlv| tlv.whole)
    }

    /// Whether signingCertificate and signingCertificateV2, as far as they are there, name this
    /// certificate first (RFC 5035 §3 and §5).
    pub fn name_signer(&self, cert: &X509Cert) -> Result<bool, BadAttributes> {
        let mut same = true;
        if let Some(value) = self.one(oids::SIGNING_CERTIFICATE)? {
            let mut named = first_cert(value)?;
            let hash = named.expect(tag::OCTET_STRING)?.value;
            same &= Hash::Sha1.over(&[cert.der()]).is_ok_and(|own| own == hash);
        }
        if let Some(value) = self.one(oids::SIGNING_CERTIFICATE_V2)? {
            let mut named = first_cert(value)?;
            let algorithm = match named.optional(tag::SEQUENCE)? {
                None => Hash::Sha256,
                Some(algorithm) => {
                    let oid = algorithm.inside().expect(tag::OID)?.value;
                    let oid = ObjectIdentifier::from_bytes(oid).map_err(|_| BadAttributes)?;
                    Hash::of(oid).ok_or(BadAttributes)?
                }
            };
            let hash = named.expect(tag::OCTET_STRING)?.value;
            same &= algorithm.over(&[cert.der()]).is_ok_and(|own| own == hash);
        }
        Ok(same)
    }
}

/// The fields of the first ESSCertID.
fn first_cert(value: &[u8]) -> Result<tlv::Reader<'_>, BadAttributes> {
    let mut outer = tlv::only(value, tag::SEQUENCE)?.inside();
    let mut certs = outer.expect(tag::SEQUENCE)?.inside();
    Ok(certs.expect(tag::SEQUENCE)?.inside())
}

/// Whether bytes are signed attributes. Without attributes of its own, a signature made over
/// attributes would be good over them as content: nobody writes such content.
pub fn look_like_attributes(content: &[u8]) -> bool {
    let Ok(set) = tlv::only(content, tag::SET) else {
        return false;
    };
    let mut inside = set.inside();
    let mut any = false;
    while !inside.is_empty() {
        let attribute = inside.expect(tag::SEQUENCE).and_then(|attribute| {
            let mut fields = attribute.inside();
            fields.expect(tag::OID)?;
            fields.expect(tag::SET)?;
            fields.finish()
        });
        if attribute.is_err() {
            return false;
        }
        any = true;
    }
    any
}

/// One attribute with one value, in DER.
pub fn attribute(kind: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    let kind = tlv::write(tag::OID, kind.as_bytes());
    let values = tlv::write(tag::SET, value);
    tlv::write_all(tag::SEQUENCE, &[&kind, &values])
}
