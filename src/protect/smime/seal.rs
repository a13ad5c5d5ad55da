//! Sealing: signed inside, encrypted outside (rule 37), and clear-signed messages.

use super::capabilities::Capabilities;
use super::enveloped::{self, Envelope};
use super::hash::Hash;
use super::signed::{hash_of, sign};
use crate::base::{Time, Workers, both};
use crate::cert::x509::{X509Cert, X509Secret};
use crate::mime::build;
use base64::Engine as _;
use std::borrow::Cow;
use std::sync::mpsc;

pub use crate::protect::openpgp::SealFailure;

/// Somebody who shall be able to read a letter.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The certificate to encrypt to.
    pub cert: X509Cert,
    /// What their program says that it can read; `None` when it never said.
    pub capabilities: Option<Capabilities>,
}

/// Who signs, and how the letter can be opened by whoever wrote it.
#[derive(Clone, Copy)]
pub struct Author<'a> {
    /// The key that signs.
    pub signer: &'a X509Secret,
    /// The own certificate to encrypt to: the signer's, or one apart (rule 40).
    pub own: &'a X509Cert,
    /// The certificates between the signer's and its authority's root, which go along.
    pub chain: &'a [X509Cert],
}

/// A sealed message: `header` (the outer fields, each with its CRLF, without MIME-Version and
/// Content-*), then the encrypted entity (RFC 8551 §3.3, §3.4). Inside is a `multipart/signed` whose
/// first part is `inner`, byte for byte.
pub fn seal_message(
    header: &[u8],
    inner: &[u8],
    author: Author<'_>,
    recipients: &[Reader],
    now: Time,
    workers: &dyn Workers,
) -> Result<Vec<u8>, SealFailure> {
    if recipients.is_empty() {
        return Err(SealFailure::NoRecipients);
    }
    may_sign(author.signer.x509(), now)?;
    author
        .own
        .usable_for_encryption(now)
        .map_err(|why| SealFailure::OwnKey {
            fingerprint: author.own.fingerprint(),
            why,
        })?;
    let mut readers: Vec<Reader> = Vec::new();
    for reader in recipients {
        reader
            .cert
            .usable_for_encryption(now)
            .map_err(|why| SealFailure::Recipient {
                fingerprint: reader.cert.fingerprint(),
                why,
            })?;
        let known = readers.iter().any(|r| r.cert == reader.cert);
        if !known && reader.cert != *author.own {
            readers.push(reader.clone());
        }
    }
    readers.push(Reader {
        cert: author.own.clone(),
        capabilities: Some(Capabilities::of_ourselves()),
    });
    let envelope = Envelope::prepare(&readers)?;
    let mut out = header.to_vec();
    let kind = envelope.smime_type();
    let head = format!(
        "MIME-Version: 1.0\r\n\
         Content-Type: application/pkcs7-mime; smime-type={kind};\r\n\
         \tname=\"smime.p7m\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\
         Content-Description: S/MIME encrypted message\r\n\
         \r\n"
    );
    out.extend_from_slice(head.as_bytes());
    let start = out.len();
    sign_and_encrypt(inner, author, now, &envelope, workers, &mut out)?;
    enveloped::check(out.get(start..).unwrap_or_default(), &readers)?;
    Ok(out)
}

/// Hashes and signs the inner entity while it is encrypted, where the workers can do both at once.
/// The lengths stand in front of what is encrypted, so the signature has to have the size that was
/// counted on: where sizes vary by a byte or two (ECDSA), it is made until it has.
fn sign_and_encrypt(
    inner: &[u8],
    author: Author<'_>,
    now: Time,
    envelope: &Envelope,
    workers: &dyn Workers,
    out: &mut Vec<u8>,
) -> Result<(), SealFailure> {
    let hash = hash_of(author.signer)?;
    let frame = Frame::new(hash)?;
    let counted = frame.tail(&digest(hash, b"")?, author, now)?.len();
    let plain = [frame.head.len(), inner.len(), counted]
        .into_iter()
        .fold(0, usize::saturating_add);
    // Holds the tail once it is made: a channel never blocks whoever sends, so that workers who do
    // one thing after the other come through too.
    let (sender, receiver) = mpsc::channel();
    let (head, frame) = (&frame.head, &frame);
    let signing = move || {
        let digest = digest(hash, inner)?;
        for _ in 0..SIGNATURES {
            let tail = frame.tail(&digest, author, now)?;
            if tail.len() == counted {
                // Nobody waits for it any more only when encrypting has failed, which says so itself.
                let _ = sender.send(tail);
                return Ok(());
            }
        }
        Err(SealFailure::CheckFailed)
    };
    let encrypting = move || {
        let ready = [Cow::Borrowed(head.as_slice()), Cow::Borrowed(inner)];
        let tail = std::iter::once_with(|| receiver.recv().ok()).flatten();
        envelope.write(plain, ready.into_iter().chain(tail.map(Cow::Owned)), out)
    };
    let (signed, written) = both(workers, signing, encrypting).ok_or(SealFailure::CheckFailed)?;
    signed?;
    written
}

/// Most signatures that are made to get one of the size that was counted on; about one in four has it.
const SIGNATURES: usize = 1_000;

fn digest(hash: Hash, inner: &[u8]) -> Result<Vec<u8>, SealFailure> {
    hash.over(&[inner])
        .map_err(|error| SealFailure::Library(error.to_string()))
}

/// A signed, readable message: `header` as above, then a `multipart/signed` body (RFC 8551 §3.5.3)
/// whose first part is `inner`, byte for byte. `inner` must be canonical (CRLF) and survive
/// transport: 7-bit, no blanks at line ends.
pub fn sign_message(
    header: &[u8],
    inner: &[u8],
    author: Author<'_>,
    now: Time,
) -> Result<Vec<u8>, SealFailure> {
    may_sign(author.signer.x509(), now)?;
    let hash = hash_of(author.signer)?;
    let frame = Frame::new(hash)?;
    let tail = frame.tail(&digest(hash, inner)?, author, now)?;
    Ok([header, &frame.head, inner, &tail].concat())
}

/// Signs bytes that are no letter; the detached SignedData as PEM (RFC 7468 §9).
///
/// # Errors
/// The own certificate may not sign now.
pub fn sign_detached(inner: &[u8], author: Author<'_>, now: Time) -> Result<Vec<u8>, SealFailure> {
    may_sign(author.signer.x509(), now)?;
    let digest = digest(hash_of(author.signer)?, inner)?;
    let signed = sign(&digest, author.signer, author.chain, now)?;
    Ok(crate::cert::x509::pem_block(PEM_LABEL, &signed))
}

/// What stands around a signature as PEM.
const PEM_LABEL: &str = "CMS";

/// The DER of a signature that [`sign_detached`] made; `None` where it is no PEM.
pub fn detached_from_pem(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let body = text
        .strip_prefix(&format!("-----BEGIN {PEM_LABEL}-----"))?
        .strip_suffix(&format!("-----END {PEM_LABEL}-----"))?;
    let digits: Vec<u8> = body.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD
        .decode(digits)
        .ok()
}

/// The SHA-256 of bytes in hex; `None` where the library has none.
pub fn sha256_hex(bytes: &[u8]) -> Option<String> {
    let digest = Hash::Sha256.over(&[bytes]).ok()?;
    Some(digest.iter().map(|b| format!("{b:02x}")).collect())
}

fn may_sign(cert: &X509Cert, now: Time) -> Result<(), SealFailure> {
    cert.usable_for_signing(now)
        .map_err(|why| SealFailure::OwnKey {
            fingerprint: cert.fingerprint(),
            why,
        })
}

/// What stands around the signed entity.
struct Frame {
    boundary: String,
    head: Vec<u8>,
}

impl Frame {
    fn new(hash: Hash) -> Result<Frame, SealFailure> {
        let boundary = boundary()?;
        let micalg = hash.micalg();
        let head = format!(
            "MIME-Version: 1.0\r\n\
             Content-Type: multipart/signed; micalg={micalg};\r\n\
             \tprotocol=\"application/pkcs7-signature\";\r\n\
             \tboundary=\"{boundary}\"\r\n\
             \r\n\
             --{boundary}\r\n"
        );
        Ok(Frame {
            boundary,
            head: head.into_bytes(),
        })
    }

    /// The signature over an entity with this digest, as the second part.
    fn tail(&self, digest: &[u8], author: Author<'_>, now: Time) -> Result<Vec<u8>, SealFailure> {
        let signature = sign(digest, author.signer, author.chain, now)?;
        let boundary = &self.boundary;
        let mut tail = format!(
            "\r\n--{boundary}\r\n\
             Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
             Content-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\
             Content-Description: S/MIME digital signature\r\n\
             \r\n"
        )
        .into_bytes();
        build::base64_body(&mut tail, &signature);
        tail.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Ok(tail)
    }
}

/// A line that stands nowhere else: `=_` is neither in base64 nor in quoted-printable
/// (RFC 2045 §6.7), and 120 random bits tell nested messages apart.
fn boundary() -> Result<String, SealFailure> {
    let mut random = [0u8; 15];
    openssl::rand::rand_bytes(&mut random)
        .map_err(|error| SealFailure::Library(error.to_string()))?;
    let digits: String = random.iter().map(|b| format!("{b:02x}")).collect();
    Ok(format!("=_{digits}"))
}
