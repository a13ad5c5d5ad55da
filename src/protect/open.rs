//! Opening a message: its cryptographic envelope, layer by layer, from the outermost type inward
//! (RFC 9787 §4). Only what is encrypted or signed at the root is touched; protected parts
//! elsewhere wait for a click and open alone (rules 3 and 23).

use super::evidence::{Evidence, Layer};
use super::openpgp::{self, OpenFailure, Reading};
use super::smime;
use crate::base::limits;
use crate::mime::{ContentType, MimeProblem, Part, Tree, canonical_crlf};
use std::borrow::Cow;
use std::ops::Range;

/// A message whose envelope was taken off.
pub struct Opened<'a> {
    /// The layers, outermost first.
    pub evidence: Evidence,
    /// What its signatures brought along: certificates, revocation lists, capabilities.
    pub along: smime::Along,
    buffer: Buffer<'a>,
    payload: Range<usize>,
}

enum Buffer<'a> {
    Message(&'a [u8]),
    Plaintext(Vec<u8>),
}

impl Buffer<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Buffer::Message(bytes) => bytes,
            Buffer::Plaintext(bytes) => bytes,
        }
    }
}

impl Opened<'static> {
    /// What came out of something that is no MIME entity, made one.
    pub(super) fn of_plaintext(evidence: Evidence, payload: Vec<u8>) -> Self {
        Opened {
            evidence,
            along: smime::Along::default(),
            payload: 0..payload.len(),
            buffer: Buffer::Plaintext(payload),
        }
    }
}

impl Opened<'_> {
    /// The cryptographic payload: one MIME entity with its header section. Its bytes are the
    /// verifier's and decryptor's output, never a second reading of the input (rule 21).
    pub fn payload(&self) -> &[u8] {
        self.buffer
            .bytes()
            .get(self.payload.clone())
            .unwrap_or_default()
    }

    /// The payload as a buffer of its own, without a copy where it was decrypted.
    pub fn into_payload(self) -> (Evidence, Vec<u8>) {
        let payload = match self.buffer {
            Buffer::Message(bytes) => bytes.get(self.payload).unwrap_or_default().to_vec(),
            Buffer::Plaintext(mut bytes) => {
                bytes.truncate(self.payload.end);
                bytes.drain(..self.payload.start.min(bytes.len()));
                bytes
            }
        };
        (self.evidence, payload)
    }
}

/// Why a message could not be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Its structure breaks a limit.
    Mime(MimeProblem),
    /// It could not be decrypted.
    Decrypt(OpenFailure),
}

/// What the root of an entity led to.
enum Step {
    /// It has no protection of its own.
    Payload,
    /// It is signed; what was signed.
    Signed(Layer, Signed, smime::Along),
    /// It was encrypted.
    Decrypted(openpgp::Opened),
    /// One layer of S/MIME, and what was inside.
    Taken(smime::Taken),
}

/// The part that a signature was checked over.
enum Signed {
    /// It stands here in the entity, exactly.
    Here(Range<usize>),
    /// The entity has other line ends than what was checked. Only the latter is read on: a bare CR
    /// ends a line for the signature and none for the reader, who would miss what stands behind it.
    Canonical(Vec<u8>),
}

/// Takes the envelope off. A message without protection is its own payload.
pub fn open<'a>(message: &'a [u8], with: &Reading<'_>) -> Result<Opened<'a>, Problem> {
    let mut evidence = Evidence::default();
    let mut along = smime::Along::default();
    let mut buffer = Buffer::Message(message);
    let mut payload = 0..message.len();
    let mut if_damaged: Option<OpenFailure> = None;
    for _ in 0..=limits::NESTING {
        let entity = buffer.bytes().get(payload.clone()).unwrap_or_default();
        let step = step(entity, with).map_err(|problem| match (&if_damaged, problem) {
            (Some(one), Problem::Decrypt(_)) => Problem::Decrypt(one.clone()),
            (_, other) => other,
        })?;
        match step {
            Step::Payload => {
                return Ok(Opened {
                    evidence,
                    along,
                    buffer,
                    payload,
                });
            }
            Step::Taken(taken) => {
                evidence.layers.extend(taken.layer);
                along.extend(taken.along);
                if_damaged = if_damaged.or(taken.if_damaged);
                let Some((bytes, range)) = taken.inside else {
                    return Ok(Opened {
                        evidence,
                        along,
                        buffer,
                        payload,
                    });
                };
                payload = range;
                buffer = Buffer::Plaintext(bytes);
            }
            Step::Signed(layer, signed, brought) => {
                evidence.layers.push(layer);
                along.extend(brought);
                match signed {
                    Signed::Here(part) => {
                        let start = payload.start;
                        payload = start.saturating_add(part.start)..start.saturating_add(part.end);
                    }
                    Signed::Canonical(bytes) => {
                        payload = 0..bytes.len();
                        buffer = Buffer::Plaintext(bytes);
                    }
                }
            }
            Step::Decrypted(opened) => {
                evidence
                    .layers
                    .push(Layer::OpenPgpEncrypted(opened.encryption));
                if !opened.signatures.is_empty() {
                    evidence
                        .layers
                        .push(Layer::OpenPgpSigned(opened.signatures));
                }
                payload = 0..opened.plaintext.len();
                buffer = Buffer::Plaintext(opened.plaintext);
            }
        }
    }
    Err(Problem::Mime(MimeProblem::TooDeep))
}

/// Whether the envelope may hold an encryption layer, so that opening needs the own keys. Parts
/// elsewhere do not matter: they are not opened with the message (rule 23).
pub fn wants_keys(message: &[u8]) -> Result<bool, MimeProblem> {
    let mut inside: Option<Vec<u8>> = None;
    for _ in 0..=limits::NESTING {
        let tree = Tree::parse(inside.as_deref().unwrap_or(message))?;
        let mut part = tree.root();
        while let Some((inner, _)) = pgp_signed(part).or_else(|| cms_signed(part)) {
            part = inner;
        }
        if pgp_encrypted(part).is_some() {
            return Ok(true);
        }
        if !is_cms(part) {
            return Ok(false);
        }
        let kind = part.content_type();
        let says = |word| parameter_is(&kind, "smime-type", word);
        if says("enveloped-data") || says("authenveloped-data") {
            return Ok(true);
        }
        // Something encrypted may stand in what is signed or compressed.
        match smime::wants_keys(part.decoded().bytes.into_owned()) {
            Some((mut bytes, range)) => {
                bytes.truncate(range.end);
                bytes.drain(..range.start.min(bytes.len()));
                inside = Some(bytes);
            }
            None => return Ok(true),
        }
    }
    Err(MimeProblem::TooDeep)
}

fn step(entity: &[u8], with: &Reading<'_>) -> Result<Step, Problem> {
    let tree = Tree::parse(entity).map_err(Problem::Mime)?;
    let root = tree.root();
    // With two Content-Type fields, two programs may see two different messages.
    if root.header().count("Content-Type") > 1 {
        return Ok(Step::Payload);
    }
    if let Some(ciphertext) = pgp_encrypted(root) {
        let bytes = ciphertext.decoded().bytes;
        let opened = openpgp::open(&bytes, with).map_err(Problem::Decrypt)?;
        return Ok(Step::Decrypted(opened));
    }
    if let Some((part, signature)) = pgp_signed(root) {
        let signed = canonical_crlf(part.bytes());
        let facts =
            openpgp::verify_detached(&signed, &signature.decoded().bytes, with.certs, with.at);
        let layer = Layer::OpenPgpSigned(facts);
        return Ok(Step::Signed(
            layer,
            place(signed, part),
            smime::Along::default(),
        ));
    }
    if let Some((part, signature)) = cms_signed(root) {
        let signed = canonical_crlf(part.bytes());
        let (facts, along) = smime::verify_detached(&signed, &signature.decoded().bytes, with);
        let layer = Layer::SmimeSigned(facts);
        return Ok(Step::Signed(layer, place(signed, part), along));
    }
    if is_cms(root) {
        let bytes = root.decoded().bytes.into_owned();
        let taken = smime::open(bytes, with).map_err(Problem::Decrypt)?;
        return Ok(Step::Taken(taken));
    }
    Ok(Step::Payload)
}

fn place(signed: Cow<'_, [u8]>, part: Part<'_>) -> Signed {
    match signed {
        Cow::Borrowed(_) => Signed::Here(part.range()),
        Cow::Owned(bytes) => Signed::Canonical(bytes),
    }
}

/// Whether the entity is S/MIME in one piece (RFC 8551 §3.2): by its type, or, where a gateway made an
/// unknown type of it, by its name (§3.9).
fn is_cms(root: Part<'_>) -> bool {
    match root.media() {
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => !is_certs_only(root),
        "application/octet-stream" => root.file_name().is_some_and(|name| {
            let name = name.raw().to_ascii_lowercase();
            name.ends_with(".p7m") || name.ends_with(".p7z")
        }),
        _ => false,
    }
}

/// Certificates alone: a file, and no layer (RFC 8551 §3.2.2).
fn is_certs_only(root: Part<'_>) -> bool {
    let content_type = root.content_type();
    parameter_is(&content_type, "smime-type", "certs-only")
}

/// The signed part and the signature, if the entity is S/MIME clear-signed (RFC 8551 §3.5.3).
fn cms_signed(root: Part<'_>) -> Option<(Part<'_>, Part<'_>)> {
    let is_signature = |media: &str| {
        matches!(
            media,
            "application/pkcs7-signature" | "application/x-pkcs7-signature"
        )
    };
    let content_type = root.content_type();
    let protocol = content_type.param("protocol").map(str::to_ascii_lowercase);
    let fits = content_type.media == "multipart/signed"
        && protocol.is_some_and(|protocol| is_signature(&protocol))
        && root.children().count() == 2;
    let signature = root.child(1)?;
    (fits && is_signature(signature.media()))
        .then(|| root.child(0).map(|part| (part, signature)))?
}

/// The part with the ciphertext, if the entity is PGP/MIME encrypted (RFC 3156 §4).
fn pgp_encrypted(root: Part<'_>) -> Option<Part<'_>> {
    let content_type = root.content_type();
    let fits = content_type.media == "multipart/encrypted"
        && parameter_is(&content_type, "protocol", "application/pgp-encrypted")
        && root.children().count() == 2;
    let control = root.child(0)?;
    (fits && control.media() == "application/pgp-encrypted").then(|| root.child(1))?
}

/// The signed part and the signature, if the entity is PGP/MIME signed (RFC 3156 §5).
fn pgp_signed(root: Part<'_>) -> Option<(Part<'_>, Part<'_>)> {
    let content_type = root.content_type();
    let fits = content_type.media == "multipart/signed"
        && parameter_is(&content_type, "protocol", "application/pgp-signature")
        && root.children().count() == 2;
    let signature = root.child(1)?;
    (fits && signature.media() == "application/pgp-signature")
        .then(|| root.child(0).map(|part| (part, signature)))?
}

fn parameter_is(content_type: &ContentType, name: &str, wanted: &str) -> bool {
    content_type
        .param(name)
        .is_some_and(|value| value.eq_ignore_ascii_case(wanted))
}
