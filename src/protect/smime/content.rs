//! The frame of a CMS message (RFC 5652 §3): which content type, and its parts, with the large content
//! left where it stands in the buffer.

use super::ber::{self, BerProblem, Element, Fields, id};
use super::oids;
use const_oid::ObjectIdentifier;
use der::Decode as _;
use spki::AlgorithmIdentifierOwned;
use std::ops::Range;

/// Most recipients of one message.
const RECIPIENTS: usize = 4096;
/// Most bytes of all recipients together.
const RECIPIENT_BYTES: usize = 16 << 20;
/// Most signer infos that are read.
const SIGNERS: usize = 64;
/// Most certificates or revocation lists in one message.
const CERTS: usize = 256;

/// Why a CMS message cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentProblem {
    /// Its encoding.
    Ber(BerProblem),
    /// Its structure is no CMS.
    Malformed,
    /// A content type that S/MIME does not use; its identifier.
    Other(ObjectIdentifier),
}

impl From<BerProblem> for ContentProblem {
    fn from(problem: BerProblem) -> Self {
        ContentProblem::Ber(problem)
    }
}

/// A CMS message.
#[derive(Debug)]
pub enum Content {
    /// SignedData.
    Signed(Signed),
    /// EnvelopedData or AuthEnvelopedData.
    Enveloped(Enveloped),
    /// CompressedData.
    Compressed(Compressed),
    /// Data: bytes without anything.
    Data,
}

/// SignedData (RFC 5652 §5.1).
#[derive(Debug)]
pub struct Signed {
    /// What the content is.
    pub content_type: ObjectIdentifier,
    /// Where the content stands; `None` when it is elsewhere (detached).
    pub content: Option<Range<usize>>,
    /// The X.509 certificates that came along, each in DER, as they stand.
    pub certificates: Vec<Vec<u8>>,
    /// The revocation lists that came along, each in DER.
    pub crls: Vec<Vec<u8>>,
    /// The signer infos, each in DER; `None` for one that is not even that.
    pub signers: Vec<Option<Vec<u8>>>,
}

/// EnvelopedData (RFC 5652 §6.1) or AuthEnvelopedData (RFC 5083).
#[derive(Debug)]
pub struct Enveloped {
    /// The recipient infos, each in DER; `None` for one that is not even that.
    pub recipients: Vec<Option<Vec<u8>>>,
    /// What the content is.
    pub content_type: ObjectIdentifier,
    /// How it is encrypted.
    pub algorithm: AlgorithmIdentifierOwned,
    /// Where the ciphertext stands.
    pub ciphertext: Range<usize>,
    /// What authenticates it; `None` for EnvelopedData.
    pub authentication: Option<Authentication>,
}

/// What AuthEnvelopedData has beside.
#[derive(Debug)]
pub struct Authentication {
    /// The authenticated attributes as the additional data of the cipher: a DER SET OF, or nothing.
    pub attributes: Vec<u8>,
    /// The authentication tag.
    pub tag: Vec<u8>,
}

/// CompressedData (RFC 3274).
#[derive(Debug)]
pub struct Compressed {
    /// How.
    pub algorithm: ObjectIdentifier,
    /// What the content is.
    pub content_type: ObjectIdentifier,
    /// Where the compressed bytes stand.
    pub content: Range<usize>,
}

/// Reads the frame. Content in pieces is moved together in the buffer.
pub fn read(bytes: &mut [u8]) -> Result<Content, ContentProblem> {
    let whole = ber::element(bytes, 0, bytes.len())?;
    // Some programs write line ends behind it.
    let behind = bytes.get(whole.whole.end..).unwrap_or_default();
    if whole.id != id::SEQUENCE || !behind.iter().all(|b| matches!(b, 0 | b'\r' | b'\n')) {
        return Err(ContentProblem::Malformed);
    }
    let mut fields = Fields::of(bytes, &whole)?;
    let content_type = oid(bytes, &fields.need(id::OID)?)?;
    let outer = fields.need(id::context(0))?;
    only(&fields)?;
    let mut inside = Fields::of(bytes, &outer)?;
    let content = inside.any()?;
    only(&inside)?;
    if content_type == oids::DATA {
        return string(bytes, &content).map(|_| Content::Data);
    }
    if content.id != id::SEQUENCE {
        return Err(ContentProblem::Malformed);
    }
    if content_type == oids::SIGNED_DATA {
        signed(bytes, &content).map(Content::Signed)
    } else if content_type == oids::ENVELOPED_DATA {
        enveloped(bytes, &content, false).map(Content::Enveloped)
    } else if content_type == oids::AUTH_ENVELOPED_DATA {
        enveloped(bytes, &content, true).map(Content::Enveloped)
    } else if content_type == oids::COMPRESSED_DATA {
        compressed(bytes, &content).map(Content::Compressed)
    } else {
        Err(ContentProblem::Other(content_type))
    }
}

/// Nothing may follow.
fn only(fields: &Fields<'_>) -> Result<(), ContentProblem> {
    match fields.is_done() {
        true => Ok(()),
        false => Err(ContentProblem::Malformed),
    }
}

fn oid(bytes: &[u8], element: &Element) -> Result<ObjectIdentifier, ContentProblem> {
    ObjectIdentifier::from_bytes(element.body_of(bytes)).map_err(|_| ContentProblem::Malformed)
}

/// An OCTET STRING, in one piece or several.
fn string(bytes: &mut [u8], element: &Element) -> Result<Range<usize>, ContentProblem> {
    match element.id {
        id::OCTET_STRING | id::OCTET_STRING_PIECES => Ok(ber::join(bytes, element)?),
        _ => Err(ContentProblem::Malformed),
    }
}

fn der(bytes: &[u8], element: &Element) -> Option<Vec<u8>> {
    ber::to_der(element.whole_of(bytes)).ok()
}

/// EncapsulatedContentInfo: the type, and the element of the content if it is here.
fn encapsulated(
    bytes: &[u8],
    element: &Element,
) -> Result<(ObjectIdentifier, Option<Element>), ContentProblem> {
    let mut fields = Fields::of(bytes, element)?;
    let content_type = oid(bytes, &fields.need(id::OID)?)?;
    let content = match fields.maybe(id::context(0))? {
        None => None,
        Some(outer) => {
            let mut inside = Fields::of(bytes, &outer)?;
            let content = inside.any()?;
            only(&inside)?;
            Some(content)
        }
    };
    only(&fields)?;
    Ok((content_type, content))
}

fn signed(bytes: &mut [u8], element: &Element) -> Result<Signed, ContentProblem> {
    let mut fields = Fields::of(bytes, element)?;
    fields.need(id::INTEGER)?;
    fields.need(id::SET)?;
    let (content_type, content) = encapsulated(bytes, &fields.need(id::SEQUENCE)?)?;
    let certificates = match fields.maybe(id::context(0))? {
        Some(set) => Fields::of(bytes, &set)?.rest(CERTS)?,
        None => Vec::new(),
    };
    let crls = match fields.maybe(id::context(1))? {
        Some(set) => Fields::of(bytes, &set)?.rest(CERTS)?,
        None => Vec::new(),
    };
    let signers = fields.need(id::SET)?;
    only(&fields)?;
    // Certificates and revocation lists are SEQUENCEs; the other choices have tags and are of no use.
    let as_they_stand = |all: Vec<Element>| -> Vec<Vec<u8>> {
        all.iter()
            .filter(|e| e.id == id::SEQUENCE && e.definite)
            .map(|e| e.whole_of(bytes).to_vec())
            .collect()
    };
    let certificates = as_they_stand(certificates);
    let crls = as_they_stand(crls);
    let signers = Fields::of(bytes, &signers)?
        .rest(SIGNERS)?
        .iter()
        .map(|e| der(bytes, e))
        .collect();
    let content = match content {
        Some(content) => Some(string(bytes, &content)?),
        None => None,
    };
    Ok(Signed {
        content_type,
        content,
        certificates,
        crls,
        signers,
    })
}

fn enveloped(
    bytes: &mut [u8],
    element: &Element,
    authenticated: bool,
) -> Result<Enveloped, ContentProblem> {
    let mut fields = Fields::of(bytes, element)?;
    fields.need(id::INTEGER)?;
    fields.maybe(id::context(0))?;
    let recipients = fields.need(id::SET)?;
    if recipients.body.len() > RECIPIENT_BYTES {
        return Err(BerProblem::TooMuch.into());
    }
    let recipients = Fields::of(bytes, &recipients)?
        .rest(RECIPIENTS)?
        .iter()
        .map(|e| der(bytes, e))
        .collect();
    let mut inner = Fields::of(bytes, &fields.need(id::SEQUENCE)?)?;
    let content_type = oid(bytes, &inner.need(id::OID)?)?;
    let algorithm = inner.need(id::SEQUENCE)?;
    let algorithm = ber::to_der(algorithm.whole_of(bytes))?;
    let algorithm =
        AlgorithmIdentifierOwned::from_der(&algorithm).map_err(|_| ContentProblem::Malformed)?;
    let ciphertext = inner.any()?;
    only(&inner)?;
    let authentication = match authenticated {
        false => {
            fields.maybe(id::context(1))?;
            None
        }
        true => {
            let attributes = match fields.maybe(id::context(1))? {
                Some(attributes) => attributes_as_set(bytes, &attributes)?,
                None => Vec::new(),
            };
            let tag = fields.need(id::OCTET_STRING)?.body_of(bytes).to_vec();
            fields.maybe(id::context(2))?;
            Some(Authentication { attributes, tag })
        }
    };
    only(&fields)?;
    // [0] IMPLICIT OCTET STRING, in one piece or several.
    let ciphertext = match ciphertext.id {
        0x80 | 0xA0 => ber::join(bytes, &ciphertext)?,
        _ => return Err(ContentProblem::Malformed),
    };
    Ok(Enveloped {
        recipients,
        content_type,
        algorithm,
        ciphertext,
        authentication,
    })
}

/// Attributes under an implicit tag as the DER SET OF that is hashed or authenticated (RFC 5652 §5.4,
/// RFC 5083 §2.2).
fn attributes_as_set(bytes: &[u8], attributes: &Element) -> Result<Vec<u8>, ContentProblem> {
    let each: Result<Vec<Vec<u8>>, BerProblem> = Fields::of(bytes, attributes)?
        .rest(64)?
        .iter()
        .map(|e| ber::to_der(e.whole_of(bytes)))
        .collect();
    Ok(ber::set_of(id::SET, each?))
}

fn compressed(bytes: &mut [u8], element: &Element) -> Result<Compressed, ContentProblem> {
    let mut fields = Fields::of(bytes, element)?;
    fields.need(id::INTEGER)?;
    let algorithm = fields.need(id::SEQUENCE)?;
    let algorithm = oid(bytes, &Fields::of(bytes, &algorithm)?.need(id::OID)?)?;
    let (content_type, content) = encapsulated(bytes, &fields.need(id::SEQUENCE)?)?;
    only(&fields)?;
    let content = content.ok_or(ContentProblem::Malformed)?;
    Ok(Compressed {
        algorithm,
        content_type,
        content: string(bytes, &content)?,
    })
}
