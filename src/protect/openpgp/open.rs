//! Opening: from the bytes of an encrypted message to the plaintext and the facts.

use super::CertLookup;
use super::decrypt::{self, Plaintext, V2};
use super::frame::{self, Frame, NoFrame, tag};
use super::inflate::Budget;
use super::message;
use super::session::{self, Candidate, Tried};
use super::verify;
use crate::base::{Time, Workers, limits};
use crate::cert::openpgp::armor;
use crate::cert::{Cert, Fingerprint, SecretKeys};
use crate::protect::evidence::{EncryptionFact, Integrity, RecipientHandle, SignatureFact};
use sequoia_openpgp as pgp;
use sequoia_openpgp::packet::{PKESK, SKESK};
use sequoia_openpgp::parse::Parse as _;
use sequoia_openpgp::types::SymmetricAlgorithm;
use std::ops::Range;

/// Most packets ahead of the encrypted data: one for each key of each recipient.
const HEAD_PACKETS: usize = 4096;

/// What opening needs to know.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The own keys.
    pub keys: &'a SecretKeys,
    /// Everybody's certificates.
    pub certs: &'a dyn CertLookup,
    /// The time of judging.
    pub at: Time,
    /// For parallel work.
    pub workers: &'a dyn Workers,
    /// Whether the person asked, after a warning, to read what anybody may have altered (rule 17).
    pub without_integrity: bool,
}

/// A message that was decrypted whole and, unless its integrity is `None`, as it was encrypted.
pub struct Opened {
    /// What was inside: for PGP/MIME, one MIME entity.
    pub plaintext: Vec<u8>,
    /// How it was encrypted.
    pub encryption: EncryptionFact,
    /// The signatures inside; empty when nobody signed.
    pub signatures: Vec<SignatureFact>,
}

/// Why a message could not be decrypted, with the answers of rule 26.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFailure {
    /// The likely cause.
    pub why: OpenProblem,
    /// Whom it is encrypted to, in order.
    pub recipients: Vec<RecipientHandle>,
    /// To how many passwords it is encrypted.
    pub passwords: usize,
    /// Which own certificates' keys were tried.
    pub tried: Vec<Fingerprint>,
}

/// The likely cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenProblem {
    /// It is no OpenPGP message at all.
    NotOpenPgp,
    /// It is no CMS message at all.
    NotCms,
    /// The armor holds something that is no base64.
    BrokenArmor,
    /// It ends too early.
    CutOff,
    /// Packets in an order that no message has.
    Malformed,
    /// It is larger than what is read.
    TooLarge,
    /// OpenPGP, but not encrypted.
    NotEncrypted,
    /// None of the own keys is among its recipients.
    NoKey,
    /// Encrypted in LibrePGP's own way (packet 20, GnuPG 2.3 and newer), which OpenPGP does not have.
    LibrePgp,
    /// A version or an algorithm that is not supported here.
    Unsupported {
        /// Which.
        what: String,
    },
    /// Nothing keeps it from having been altered; it is opened only when asked for (rule 17).
    NoIntegrity,
    /// A key was there, and still it did not open: one answer for every cause (rule 27).
    Undecryptable,
}

/// What stands before the encrypted data.
#[derive(Default)]
struct Head {
    session_keys: Vec<PKESK>,
    /// Session key packets that cannot be read.
    unreadable: usize,
    passwords: usize,
    password_keys: Vec<SKESK>,
}

/// Decrypts and verifies an armored or binary OpenPGP message.
pub fn open(message: &[u8], with: &Reading<'_>) -> Result<Opened, OpenFailure> {
    let mut head = Head::default();
    let mut bytes = binary(message).map_err(|why| head.failure(why, with, &[]))?;
    let container = read_head(&mut bytes, &mut head).map_err(|why| head.failure(why, with, &[]))?;
    let whole = bytes.len();
    let mut data = container.body;
    let opened = if container.tag == tag::SED {
        open_sed(bytes, data, &head, with)
    } else {
        match bytes.get(data.start) {
            Some(1) if !data.is_empty() => {
                data.start = data.start.saturating_add(1);
                open_v1(bytes, data, &head, with)
            }
            Some(2) if !data.is_empty() => {
                open_v2(bytes.get(data).unwrap_or_default(), &head, with)
            }
            Some(version) if !data.is_empty() => {
                let what = format!("encrypted data of version {version}");
                Err(head.failure(OpenProblem::Unsupported { what }, with, &[]))
            }
            Some(_) | None => Err(head.failure(OpenProblem::CutOff, with, &[])),
        }
    }?;
    opened.read(whole, &head, with)
}

/// The packets, out of their armor if they have one.
fn binary(message: &[u8]) -> Result<Vec<u8>, OpenProblem> {
    let size = u64::try_from(message.len()).unwrap_or(u64::MAX);
    if size > limits::MESSAGE_BYTES {
        return Err(OpenProblem::TooLarge);
    }
    if message.first().is_some_and(|b| b & 0x80 != 0) {
        return Ok(message.to_vec());
    }
    match armor::decode(message) {
        Some(Ok(block)) => match block.kind {
            armor::Kind::Message | armor::Kind::Other => Ok(block.bytes),
            armor::Kind::PublicKey | armor::Kind::SecretKey | armor::Kind::Signature => {
                Err(OpenProblem::NotEncrypted)
            }
        },
        Some(Err(armor::ArmorProblem::Truncated)) => Err(OpenProblem::CutOff),
        Some(Err(armor::ArmorProblem::NotBase64)) => Err(OpenProblem::BrokenArmor),
        None => Err(OpenProblem::NotOpenPgp),
    }
}

/// Reads up to the encrypted data, which must be the last thing (RFC 9580 §10.3).
fn read_head(bytes: &mut [u8], head: &mut Head) -> Result<Frame, OpenProblem> {
    let mut at = 0;
    for _ in 0..HEAD_PACKETS {
        let frame = match frame::next(bytes, at) {
            Some(Ok(frame)) => frame,
            Some(Err(NoFrame::CutOff)) => return Err(OpenProblem::CutOff),
            None if at > 0 => return Err(OpenProblem::CutOff),
            Some(Err(NoFrame::Broken)) if at > 0 => return Err(OpenProblem::Malformed),
            Some(Err(NoFrame::Broken)) | None => return Err(OpenProblem::NotOpenPgp),
        };
        at = frame.end;
        let body = bytes.get(frame.body.clone()).unwrap_or_default();
        match frame.tag {
            tag::PKESK => head.add(body),
            tag::SKESK => head.add_password(body),
            tag::MARKER | tag::PADDING | tag::FIRST_NOT_CRITICAL.. => {}
            tag::SEIPD | tag::SED => return only_padding(bytes, at).map(|()| frame),
            tag::LIBREPGP_AEAD => return Err(OpenProblem::LibrePgp),
            tag::ONE_PASS | tag::SIGNATURE | tag::COMPRESSED | tag::LITERAL => {
                return Err(OpenProblem::NotEncrypted);
            }
            _ => return Err(OpenProblem::Malformed),
        }
    }
    Err(OpenProblem::Malformed)
}

/// A second message behind the first would not be seen by everybody.
fn only_padding(bytes: &mut [u8], mut at: usize) -> Result<(), OpenProblem> {
    while let Some(frame) = frame::next(bytes, at) {
        match frame {
            Ok(frame) if matches!(frame.tag, tag::PADDING | tag::MARKER) => at = frame.end,
            Ok(_) | Err(_) => return Err(OpenProblem::Malformed),
        }
    }
    Ok(())
}

impl Head {
    fn add(&mut self, body: &[u8]) {
        let mut packet = frame::header(tag::PKESK, body.len());
        packet.extend_from_slice(body);
        match pgp::Packet::from_bytes(&packet) {
            Ok(pgp::Packet::PKESK(packet)) => self.session_keys.push(packet),
            Ok(_) | Err(_) => self.unreadable = self.unreadable.saturating_add(1),
        }
    }

    fn add_password(&mut self, body: &[u8]) {
        self.passwords = self.passwords.saturating_add(1);
        let mut packet = frame::header(tag::SKESK, body.len());
        packet.extend_from_slice(body);
        if let Ok(pgp::Packet::SKESK(packet)) = pgp::Packet::from_bytes(&packet) {
            self.password_keys.push(packet);
        }
    }

    fn recipients(&self, with: &Reading<'_>) -> Vec<RecipientHandle> {
        let mut handles = session::handles(&self.session_keys, with.keys, with.certs);
        // Counted, never passed over (rule 16).
        handles.extend(std::iter::repeat_n(
            RecipientHandle::Hidden,
            self.unreadable,
        ));
        handles
    }

    fn failure(&self, why: OpenProblem, with: &Reading<'_>, tried: &[Fingerprint]) -> OpenFailure {
        OpenFailure {
            why,
            recipients: self.recipients(with),
            passwords: self.passwords,
            tried: tried.to_vec(),
        }
    }

    /// Tries the own keys; the failure when none of them gives anything to try.
    fn try_keys(
        &self,
        with: &Reading<'_>,
        hint: Option<SymmetricAlgorithm>,
    ) -> Result<Tried, OpenFailure> {
        let mut tried = session::session_keys(&self.session_keys, with.keys, hint);
        session::try_passwords(&mut tried, &self.password_keys, with.keys, hint);
        if !tried.candidates.is_empty() {
            return Ok(tried);
        }
        let why = match tried.unsupported {
            Some(what) => OpenProblem::Unsupported { what },
            None => OpenProblem::NoKey,
        };
        Err(self.failure(why, with, &tried.certs))
    }
}

/// Decrypted, and not yet taken apart.
struct Decrypted {
    plaintext: Plaintext,
    integrity: Integrity,
    cipher: SymmetricAlgorithm,
    from: Option<Fingerprint>,
    tried: Vec<Fingerprint>,
}

fn open_v1(
    bytes: Vec<u8>,
    data: Range<usize>,
    head: &Head,
    with: &Reading<'_>,
) -> Result<Decrypted, OpenFailure> {
    let tried = head.try_keys(with, None)?;
    let mut bytes = InPlace(bytes);
    let decrypted = first_that_opens(tried, head, with, Integrity::Mdc, |candidate, last| {
        decrypt::v1(bytes.lend(last), data.clone(), candidate, with.workers)
    })?;
    if !decrypt::is_legacy(decrypted.cipher) {
        return Ok(decrypted);
    }
    if !with.without_integrity {
        return Err(head.failure(OpenProblem::NoIntegrity, with, &decrypted.tried));
    }
    Ok(Decrypted {
        integrity: Integrity::None,
        ..decrypted
    })
}

fn open_v2(body: &[u8], head: &Head, with: &Reading<'_>) -> Result<Decrypted, OpenFailure> {
    let v2 = V2::parse(body).ok_or_else(|| head.failure(OpenProblem::CutOff, with, &[]))?;
    if !v2.cipher.is_supported() {
        let what = cipher_name(v2.cipher);
        return Err(head.failure(OpenProblem::Unsupported { what }, with, &[]));
    }
    let tried = head.try_keys(with, Some(v2.cipher))?;
    first_that_opens(tried, head, with, Integrity::Aead, |candidate, _| {
        v2.decrypt(candidate)
    })
}

fn open_sed(
    bytes: Vec<u8>,
    data: Range<usize>,
    head: &Head,
    with: &Reading<'_>,
) -> Result<Decrypted, OpenFailure> {
    if !with.without_integrity {
        return Err(head.failure(OpenProblem::NoIntegrity, with, &[]));
    }
    let tried = head.try_keys(with, None)?;
    let mut bytes = InPlace(bytes);
    first_that_opens(tried, head, with, Integrity::None, |candidate, last| {
        decrypt::without_integrity(bytes.lend(last), data.clone(), candidate)
    })
}

/// Ciphertext that is decrypted in place: only when another session key may have to be tried, a
/// copy of it is.
struct InPlace(Vec<u8>);

impl InPlace {
    fn lend(&mut self, last: bool) -> Vec<u8> {
        if last {
            std::mem::take(&mut self.0)
        } else {
            self.0.clone()
        }
    }
}

fn first_that_opens(
    tried: Tried,
    head: &Head,
    with: &Reading<'_>,
    integrity: Integrity,
    mut decrypt: impl FnMut(&Candidate, bool) -> Result<Plaintext, decrypt::Failed>,
) -> Result<Decrypted, OpenFailure> {
    let mut left = tried.candidates.len();
    for candidate in &tried.candidates {
        left = left.saturating_sub(1);
        if let (Ok(plaintext), Some(cipher)) = (decrypt(candidate, left == 0), candidate.cipher) {
            return Ok(Decrypted {
                plaintext,
                integrity,
                cipher,
                from: candidate.from.clone(),
                tried: tried.certs,
            });
        }
    }
    Err(head.failure(OpenProblem::Undecryptable, with, &tried.certs))
}

impl Decrypted {
    /// Takes the message apart and checks its signatures.
    fn read(self, whole: usize, head: &Head, with: &Reading<'_>) -> Result<Opened, OpenFailure> {
        let Plaintext { bytes, start } = self.plaintext;
        let content = message::parse(bytes, start, &mut Budget::new(whole))
            .map_err(|_| head.failure(OpenProblem::Undecryptable, with, &self.tried))?;
        let certs = |handle: &str| {
            let own = with.keys.iter().map(|key| key.cert());
            let mut found: Vec<Cert> = own
                .filter(|cert| cert.key_handles().iter().any(|h| h == handle))
                .collect();
            found.extend(with.certs.certs_with_key(handle));
            found
        };
        let signatures = verify::verify(&content.literal, &content.signatures, &certs, with.at);
        Ok(Opened {
            plaintext: content.literal,
            encryption: EncryptionFact {
                integrity: self.integrity,
                recipients: head.recipients(with),
                opened_with: self.from,
                algorithm: cipher_name(self.cipher),
            },
            signatures,
        })
    }
}

/// A cipher's usual name.
fn cipher_name(cipher: SymmetricAlgorithm) -> String {
    #[allow(deprecated, reason = "old ciphers are named too")]
    #[allow(clippy::wildcard_enum_match_arm, reason = "sequoia's list is open")]
    match cipher {
        SymmetricAlgorithm::IDEA => "IDEA".into(),
        SymmetricAlgorithm::TripleDES => "3DES".into(),
        SymmetricAlgorithm::CAST5 => "CAST5".into(),
        SymmetricAlgorithm::Blowfish => "Blowfish".into(),
        SymmetricAlgorithm::AES128 => "AES-128".into(),
        SymmetricAlgorithm::AES192 => "AES-192".into(),
        SymmetricAlgorithm::AES256 => "AES-256".into(),
        SymmetricAlgorithm::Twofish => "Twofish".into(),
        SymmetricAlgorithm::Camellia128 => "Camellia-128".into(),
        SymmetricAlgorithm::Camellia192 => "Camellia-192".into(),
        SymmetricAlgorithm::Camellia256 => "Camellia-256".into(),
        other => format!("cipher {}", u8::from(other)),
    }
}
