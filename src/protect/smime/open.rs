//! Opening: from the bytes of a CMS message to what is inside and the facts.

use super::cipher::{ContentCipher, Failed};
use super::content::{self, Content, ContentProblem, Enveloped};
use super::inflate::{NotInflated, inflate};
use super::recipients::{self, Named, Recipient, Tried};
use super::verify::{Along, unreadable, verify};
use super::{ber::BerProblem, oids};
use crate::base::limits;
use crate::cert::{Cert, Fingerprint};
use crate::protect::evidence::{
    EncryptionFact, Integrity, Layer, RecipientHandle, SignatureFact, SignatureState,
};
use crate::protect::openpgp::{OpenFailure, OpenProblem, Reading};
use std::ops::Range;
use zeroize::Zeroize as _;

/// One layer taken off.
#[derive(Debug)]
pub struct Taken {
    /// What it was; `None` for what is no layer.
    pub layer: Option<Layer>,
    /// What it came with.
    pub along: Along,
    /// What was inside, for the next layer: a buffer, and where in it. `None` when nothing was.
    pub inside: Option<(Vec<u8>, Range<usize>)>,
    /// The one answer for all damage (rule 27), when it was decrypted without anything that
    /// authenticates it: also for what comes out and is no message further in.
    pub if_damaged: Option<OpenFailure>,
}

/// Takes the outermost layer off a message in CMS.
pub fn open(mut bytes: Vec<u8>, with: &Reading<'_>) -> Result<Taken, OpenFailure> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > limits::MESSAGE_BYTES {
        return Err(bare(OpenProblem::TooLarge));
    }
    match content::read(&mut bytes).map_err(|problem| bare(problem_of(&problem)))? {
        Content::Enveloped(enveloped) => decrypt(bytes, &enveloped, with),
        Content::Signed(signed) => {
            let content = match &signed.content {
                Some(range) => range.clone(),
                // Certificates alone, or a signature whose content is elsewhere.
                None => {
                    let facts = vec![unreadable(); signed.signers.len()];
                    let (_, along) = verify(&signed, &[], with.certs, with.at);
                    return Ok(Taken {
                        layer: (!facts.is_empty()).then_some(Layer::SmimeSigned(facts)),
                        along: Along {
                            capabilities: Vec::new(),
                            ..along
                        },
                        inside: None,
                        if_damaged: None,
                    });
                }
            };
            let over = bytes.get(content.clone()).unwrap_or_default();
            let (facts, along) = verify(&signed, over, with.certs, with.at);
            inner_is_mime(signed.content_type)?;
            Ok(Taken {
                layer: Some(Layer::SmimeSigned(facts)),
                along,
                inside: Some((bytes, content)),
                if_damaged: None,
            })
        }
        Content::Compressed(compressed) => {
            if compressed.algorithm != oids::ZLIB {
                let what = format!("the compression {}", compressed.algorithm);
                return Err(bare(OpenProblem::Unsupported { what }));
            }
            inner_is_mime(compressed.content_type)?;
            let data = bytes.get(compressed.content).unwrap_or_default();
            let inflated = inflate(data).map_err(|why| {
                bare(match why {
                    NotInflated::Damaged => OpenProblem::Malformed,
                    NotInflated::TooLarge => OpenProblem::TooLarge,
                })
            })?;
            let end = inflated.len();
            Ok(Taken {
                layer: Some(Layer::SmimeCompressed),
                along: Along::default(),
                inside: Some((inflated, 0..end)),
                if_damaged: None,
            })
        }
        Content::Data => Err(bare(OpenProblem::NotEncrypted)),
    }
}

/// Checks a signature that stands beside what it signs, over exactly these bytes (canonical line
/// ends, RFC 8551 §3.1.1).
pub fn verify_detached(
    signed: &[u8],
    signature: &[u8],
    with: &Reading<'_>,
) -> (Vec<SignatureFact>, Along) {
    let mut bytes = signature.to_vec();
    match content::read(&mut bytes) {
        Ok(Content::Signed(parsed)) => {
            let conflicting = parsed.content.is_some();
            let (mut facts, mut along) = verify(&parsed, signed, with.certs, with.at);
            if conflicting {
                // Two contents: whoever shows one may show the other than what was signed (rule 12).
                for fact in &mut facts {
                    fact.state = SignatureState::Conflicting;
                }
                along.capabilities.clear();
            }
            (facts, along)
        }
        Ok(Content::Enveloped(_) | Content::Compressed(_) | Content::Data) | Err(_) => {
            (vec![unreadable()], Along::default())
        }
    }
}

/// Whether the message may need own keys: it is encrypted, or something signed or compressed around
/// what is.
pub fn wants_keys(mut bytes: Vec<u8>) -> Option<(Vec<u8>, Range<usize>)> {
    match content::read(&mut bytes).ok()? {
        Content::Signed(signed) => Some((bytes, signed.content?)),
        Content::Compressed(compressed) if compressed.algorithm == oids::ZLIB => {
            let inflated = inflate(bytes.get(compressed.content)?).ok()?;
            let end = inflated.len();
            Some((inflated, 0..end))
        }
        Content::Compressed(_) | Content::Enveloped(_) | Content::Data => None,
    }
}

/// What is inside a layer of S/MIME is a MIME entity (RFC 8551 §3.1).
fn inner_is_mime(kind: const_oid::ObjectIdentifier) -> Result<(), OpenFailure> {
    match kind == oids::DATA {
        true => Ok(()),
        false => Err(bare(OpenProblem::Unsupported {
            what: format!("the content type {kind}"),
        })),
    }
}

fn problem_of(problem: &ContentProblem) -> OpenProblem {
    match problem {
        ContentProblem::Ber(BerProblem::CutOff) => OpenProblem::CutOff,
        ContentProblem::Ber(BerProblem::Malformed) | ContentProblem::Malformed => {
            OpenProblem::Malformed
        }
        ContentProblem::Ber(BerProblem::TooMuch) => OpenProblem::TooLarge,
        ContentProblem::Other(kind) => OpenProblem::Unsupported {
            what: match *kind {
                oids::DIGESTED_DATA => "digested data".to_owned(),
                oids::ENCRYPTED_DATA => "encrypted data without recipients".to_owned(),
                oids::AUTHENTICATED_DATA => "authenticated data".to_owned(),
                kind => format!("the content type {kind}"),
            },
        },
    }
}

fn bare(why: OpenProblem) -> OpenFailure {
    OpenFailure {
        why,
        recipients: Vec::new(),
        passwords: 0,
        tried: Vec::new(),
    }
}

/// Whom it is for, and how a failure says so.
struct Head {
    handles: Vec<RecipientHandle>,
    passwords: usize,
}

impl Head {
    fn failure(&self, why: OpenProblem, tried: &[Fingerprint]) -> OpenFailure {
        OpenFailure {
            why,
            recipients: self.handles.clone(),
            passwords: self.passwords,
            tried: tried.to_vec(),
        }
    }
}

fn decrypt(
    bytes: Vec<u8>,
    enveloped: &Enveloped,
    with: &Reading<'_>,
) -> Result<Taken, OpenFailure> {
    let recipients = recipients::read(&enveloped.recipients);
    let head = Head {
        handles: handles(&recipients, with),
        passwords: recipients
            .iter()
            .filter(|r| matches!(r, Recipient::Password(_)))
            .count(),
    };
    inner_is_mime(enveloped.content_type)?;
    let cipher = ContentCipher::read(&enveloped.algorithm)
        .map_err(|what| head.failure(OpenProblem::Unsupported { what }, &[]))?;
    if cipher.is_authenticated() != enveloped.authentication.is_some() {
        return Err(head.failure(OpenProblem::Malformed, &[]));
    }
    if cipher.is_legacy() && !with.without_integrity {
        return Err(head.failure(OpenProblem::NoIntegrity, &[]));
    }
    let tried = recipients::try_keys(&recipients, with.keys, &cipher);
    if tried.candidates.is_empty() {
        let why = match &tried.unsupported {
            Some(what) => OpenProblem::Unsupported { what: what.clone() },
            None => OpenProblem::NoKey,
        };
        return Err(head.failure(why, &tried.certs));
    }
    let damaged = head.failure(OpenProblem::Undecryptable, &tried.certs);
    let Some((bytes, range, from)) = first_that_opens(bytes, enveloped, &cipher, &tried) else {
        return Err(damaged);
    };
    let fact = EncryptionFact {
        integrity: match (cipher.is_authenticated(), cipher.is_legacy()) {
            (true, _) => Integrity::Aead,
            (false, true) => Integrity::None,
            (false, false) => Integrity::Cbc,
        },
        recipients: head.handles,
        opened_with: from,
        algorithm: cipher.name(),
    };
    Ok(Taken {
        layer: Some(match cipher.is_authenticated() {
            true => Layer::SmimeAuthEnveloped(fact),
            false => Layer::SmimeEnveloped(fact),
        }),
        along: Along::default(),
        inside: Some((bytes, range)),
        if_damaged: (!cipher.is_authenticated()).then_some(damaged),
    })
}

type Opened = (Vec<u8>, Range<usize>, Option<Fingerprint>);

/// Decrypts where the ciphertext stands: only when another content key may have to be tried, a copy
/// of it is made.
fn first_that_opens(
    mut bytes: Vec<u8>,
    enveloped: &Enveloped,
    cipher: &ContentCipher,
    tried: &Tried,
) -> Option<Opened> {
    let authentication = match &enveloped.authentication {
        Some(auth) => (auth.attributes.as_slice(), auth.tag.as_slice()),
        None => (&[][..], &[][..]),
    };
    let mut left = tried.candidates.len();
    for candidate in &tried.candidates {
        left = left.saturating_sub(1);
        let mut buffer = match left {
            0 => std::mem::take(&mut bytes),
            _ => bytes.clone(),
        };
        let range = enveloped.ciphertext.clone();
        let opened = cipher.decrypt(&mut buffer, range, &candidate.key, authentication);
        let plain = opened.and_then(|range| match cipher.is_authenticated() {
            true => Ok(range),
            false => is_text(buffer.get(range.clone()).unwrap_or_default())
                .then_some(range)
                .ok_or(Failed),
        });
        match plain {
            Ok(range) => return Some((buffer, range, candidate.from.clone())),
            Err(Failed) => buffer.zeroize(),
        }
    }
    None
}

/// Bytes of a decrypted entity that are looked at.
const LOOK: usize = 64;

/// Whether decrypted bytes begin like a MIME entity, which is text. The padding of CBC fits by chance
/// in one case of 256; what comes out of a wrong key then is no text, and must not be told from
/// other damage (rule 27).
fn is_text(plain: &[u8]) -> bool {
    plain
        .iter()
        .take(LOOK)
        .all(|byte| matches!(byte, b'\t' | b'\r' | b'\n' | 0x0C | b' '..=b'~' | 0x80..))
}

fn handles(recipients: &[Recipient], with: &Reading<'_>) -> Vec<RecipientHandle> {
    recipients
        .iter()
        .filter_map(|recipient| match recipient {
            Recipient::Key(named, _) => Some(handle(named, with)),
            Recipient::Password(_) => None,
            Recipient::Unknown => Some(RecipientHandle::Hidden),
        })
        .collect()
}

fn handle(named: &Named, with: &Reading<'_>) -> RecipientHandle {
    let own = with.keys.x509().find(|own| named.is(own.x509()));
    if let Some(own) = own {
        return RecipientHandle::Cert(own.fingerprint());
    }
    let known = with.certs.certs_with_key(named.handle());
    let known = known.into_iter().find_map(|cert| match cert {
        Cert::X509(cert) => Some(cert.fingerprint()),
        Cert::OpenPgp(_) => None,
    });
    match (known, named) {
        (Some(fingerprint), _) => RecipientHandle::Cert(fingerprint),
        (None, Named::IssuerSerial { shown, .. }) => RecipientHandle::Named(shown.clone()),
        (None, Named::SubjectKey(id)) => RecipientHandle::Named(id.clone()),
    }
}
