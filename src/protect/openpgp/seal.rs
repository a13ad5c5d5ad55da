//! Sealing: signed inside, encrypted outside, armored, in one pass (rule 37).

use super::frame::{self, Pieces, tag};
use super::mdc::Mdc;
use super::recipients::{self, Container, Keys};
use crate::base::{Time, Workers, both};
use crate::cert::openpgp::{OpenPgpCert, armor, system_time};
use crate::cert::{Cert, Fingerprint, SecretCert, Unusable};
use sequoia_openpgp as pgp;
use sequoia_openpgp::crypto::symmetric::{BlockCipherMode, Encryptor, PaddingMode};
use sequoia_openpgp::crypto::{KeyPair, SessionKey, aead, hash};
use sequoia_openpgp::packet::one_pass_sig::{OnePassSig3, OnePassSig6};
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::serialize::MarshalInto as _;
use sequoia_openpgp::types::{
    AEADAlgorithm, HashAlgorithm, KeyFlags, PublicKeyAlgorithm, SignatureType, SymmetricAlgorithm,
};
use std::io::{self, Write};
use std::sync::mpsc;

/// How many bytes are hashed at a time, so that two hashes read them from the cache.
const STRIDE: usize = 1 << 16;
/// Bytes in a chunk of authenticated encryption.
const AEAD_CHUNK: usize = 1 << 16;

/// Why a message could not be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealFailure {
    /// Nobody to seal it for.
    NoRecipients,
    /// A recipient's certificate cannot be encrypted to.
    Recipient {
        /// Which.
        fingerprint: Fingerprint,
        /// Why.
        why: Unusable,
    },
    /// The own certificate cannot sign, or cannot be encrypted to.
    OwnKey {
        /// Which.
        fingerprint: Fingerprint,
        /// Why.
        why: Unusable,
    },
    /// The finished bytes are not encrypted to exactly those whom they are for (rules 40 and 41):
    /// a bug, caught before anything leaves.
    CheckFailed,
    /// The crypto library failed; its words.
    Library(String),
}

/// Seals a canonical (CRLF) MIME entity for the recipients and for the signer, and writes the
/// armored message to `out` while it is being made, so that a large one need not be in memory.
/// Hidden recipients are the caller's business: one call for each copy.
///
/// Nothing has been written when a recipient or the own key is refused; after any other failure
/// what stands in `out` is not a message and must be thrown away.
pub fn seal<W: Write + Send>(
    inner: &[u8],
    signer: &SecretCert,
    recipients: &[Cert],
    now: Time,
    workers: &dyn Workers,
    out: &mut W,
) -> Result<(), SealFailure> {
    let own = signer.public();
    let keys = recipients::keys(recipients, &own, now)?;
    let mut signing = signing_key(signer, now)?;
    let mut out = Watched {
        inner: out,
        start: Vec::new(),
        wanted: recipients::checked_len(&keys),
    };
    let mut armored = || -> pgp::Result<()> {
        let encoder = armor::Encoder::new(&mut out, armor::Kind::Message, armor::Lines::Crlf)?;
        write_message(inner, &mut signing, &keys, now, workers, encoder)
    };
    armored().map_err(library)?;
    recipients::check(&out.start, &keys)
}

/// Bytes that armor of an entity of `inner` bytes takes at most, for one in memory.
pub fn sealed_len(inner: usize, recipients: usize) -> usize {
    let heads = recipients.saturating_add(1).saturating_mul(600);
    let room = inner.saturating_add(heads).saturating_add(4096);
    armor::armored_len(room.saturating_add(room.saturating_div(1024)))
}

/// Passes everything on and remembers how it began, for the check of the final bytes.
struct Watched<W> {
    inner: W,
    start: Vec<u8>,
    wanted: usize,
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        let missing = self.wanted.saturating_sub(self.start.len()).min(written);
        self.start
            .extend_from_slice(bytes.get(..missing).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Signs bytes, such as the first part of a `multipart/signed`; the armored signature.
pub fn sign_detached(inner: &[u8], signer: &SecretCert, now: Time) -> Result<Vec<u8>, SealFailure> {
    let mut key = signing_key(signer, now)?;
    let mut sign = || -> pgp::Result<Vec<u8>> {
        let template = template(&[], HashAlgorithm::SHA512, now)?;
        let signature = template.sign_message(&mut key, inner)?;
        pgp::Packet::from(signature).to_vec()
    };
    let signature = sign().map_err(library)?;
    Ok(armor::encode(
        &signature,
        armor::Kind::Signature,
        armor::Lines::Crlf,
    ))
}

fn library(error: pgp::anyhow::Error) -> SealFailure {
    SealFailure::Library(error.to_string())
}

/// The newest signing key whose secret half is here.
fn signing_key(signer: &SecretCert, now: Time) -> Result<KeyPair, SealFailure> {
    let public = signer.public();
    let refused = |why| SealFailure::OwnKey {
        fingerprint: signer.fingerprint(),
        why,
    };
    let usable = public
        .usable_keys(now, &KeyFlags::empty().set_signing())
        .map_err(refused)?;
    let secrets: Vec<_> = signer.inner().keys().unencrypted_secret().collect();
    usable
        .iter()
        .filter_map(|key| {
            let secret = secrets
                .iter()
                .find(|ka| ka.key().fingerprint() == key.fingerprint())?;
            secret.key().clone().into_keypair().ok()
        })
        .max_by_key(|pair| pair.public().creation_time())
        .ok_or_else(|| refused(Unusable::NoKey))
}

/// A signature to be, with everything that stands in its hashed area: the recipients are named so
/// that nobody can pass the letter on as written to others (rule 49).
fn template(
    intended: &[OpenPgpCert],
    hash: HashAlgorithm,
    now: Time,
) -> pgp::Result<SignatureBuilder> {
    let builder = SignatureBuilder::new(SignatureType::Binary)
        .set_hash_algo(hash)
        .set_signature_creation_time(system_time(now))?;
    if intended.is_empty() {
        return Ok(builder);
    }
    let named: Vec<_> = intended
        .iter()
        .map(|cert| cert.inner().fingerprint())
        .collect();
    builder.set_intended_recipients(named)
}

/// A hash as strong as the key that signs it, and no stronger: with SHA instructions SHA-256 takes
/// less than half of SHA-512's time. RFC 9580 §9.5 has everybody read it.
fn hash_for(key: &KeyPair) -> HashAlgorithm {
    let public = key.public();
    match (public.pk_algo(), public.mpis().bits()) {
        (PublicKeyAlgorithm::EdDSA | PublicKeyAlgorithm::Ed25519, _) => HashAlgorithm::SHA256,
        (PublicKeyAlgorithm::ECDSA, Some(..=256)) => HashAlgorithm::SHA256,
        (PublicKeyAlgorithm::RSAEncryptSign, Some(..=3072)) => HashAlgorithm::SHA256,
        _ => HashAlgorithm::SHA512,
    }
}

/// Three things go on at once where the workers can: hashing, encrypting, and armoring with
/// writing. Encrypted pieces wait in a channel that never blocks, so that workers who do one thing
/// after the other get through too.
fn write_message<W: Write + Send>(
    inner: &[u8],
    signing: &mut KeyPair,
    keys: &Keys,
    now: Time,
    workers: &dyn Workers,
    mut out: armor::Encoder<W>,
) -> pgp::Result<()> {
    let session_key = SessionKey::new(keys.container.cipher().key_size()?)?;
    recipients::write_session_keys(keys, &session_key, &mut out)?;
    let (sender, pieces) = mpsc::channel();
    let sealing = || seal_body(inner, signing, keys, &session_key, now, workers, sender);
    let writing = || -> io::Result<()> {
        for piece in pieces {
            out.write_all(&piece)?;
        }
        out.finish()
    };
    let (sealed, written) = both(workers, sealing, writing).ok_or_else(not_done)?;
    // When writing fails, sealing fails for that alone: nobody takes its pieces.
    written?;
    sealed
}

fn not_done() -> io::Error {
    io::Error::other("work was not done")
}

/// The encrypted data packet, in pieces.
fn seal_body(
    inner: &[u8],
    signing: &mut KeyPair,
    keys: &Keys,
    session_key: &SessionKey,
    now: Time,
    workers: &dyn Workers,
    out: mpsc::Sender<Vec<u8>>,
) -> pgp::Result<()> {
    let builder = template(&keys.certs, hash_for(signing), now)?.pre_sign(signing)?;
    let mut head = one_pass(&builder, signing)?.to_vec()?;
    // Format b, no name, no date: RFC 9580 §5.9.
    let literal = [b'b', 0, 0, 0, 0, 0];
    head.extend(frame::header(
        tag::LITERAL,
        inner.len().saturating_add(literal.len()),
    ));
    head.extend_from_slice(&literal);
    let mut hasher = Hasher::new(&builder, keys, &head)?;
    let body = Body::start(keys.container, session_key, Outlet(out), &hasher.prefix)?;
    let hashed = || {
        hasher.take_in(inner);
        hasher
    };
    let encrypted = || -> pgp::Result<Body<_>> {
        let mut body = body;
        body.write_all(&head)?;
        // The cipher makes a buffer as large as what it is given.
        for stride in inner.chunks(STRIDE) {
            body.write_all(stride)?;
        }
        Ok(body)
    };
    let (hasher, body) = both(workers, hashed, encrypted).ok_or_else(not_done)?;
    let mut body = body?;
    let signature = builder.sign_hash(signing, hasher.signature)?;
    let signature = pgp::Packet::from(signature).to_vec()?;
    body.write_all(&signature)?;
    if let Some(mut mdc) = hasher.mdc {
        mdc.update(&signature);
        body.write_all(&mdc.finish())?;
    }
    body.finish()
}

/// Hands what is written to it on, each write as one piece.
struct Outlet(mpsc::Sender<Vec<u8>>);

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.send(bytes.to_vec()) {
            Ok(()) => Ok(bytes.len()),
            Err(mpsc::SendError(_)) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The packet ahead of the data that says how to hash it (RFC 9580 §5.4).
fn one_pass(builder: &SignatureBuilder, key: &KeyPair) -> pgp::Result<pgp::Packet> {
    let public = key.public();
    match builder.prefix_salt() {
        None => {
            let mut packet = OnePassSig3::new(SignatureType::Binary);
            packet.set_hash_algo(builder.hash_algo());
            packet.set_pk_algo(public.pk_algo());
            packet.set_issuer(public.keyid());
            packet.set_last(true);
            Ok(pgp::packet::OnePassSig::from(packet).into())
        }
        Some(salt) => {
            let mut packet = OnePassSig6::new(SignatureType::Binary, public.fingerprint());
            packet.set_hash_algo(builder.hash_algo());
            packet.set_pk_algo(public.pk_algo());
            packet.set_salt(salt.to_vec());
            packet.set_last(true);
            Ok(pgp::packet::OnePassSig::from(packet).into())
        }
    }
}

/// The hashes over what is sealed: the signature's, and the one against alteration.
struct Hasher {
    signature: hash::Context,
    mdc: Option<Mdc>,
    /// Random bytes at the start of SEIPDv1, the last two of them twice (RFC 9580 §5.13.1).
    prefix: Vec<u8>,
}

impl Hasher {
    fn new(builder: &SignatureBuilder, keys: &Keys, head: &[u8]) -> pgp::Result<Self> {
        let mut signature = builder
            .hash_algo()
            .context()?
            .for_signature(builder.version());
        if let Some(salt) = builder.prefix_salt() {
            signature.update(salt);
        }
        let (mdc, prefix) = match keys.container {
            Container::V1(cipher) => {
                let mut prefix = vec![0; cipher.block_size()?];
                pgp::crypto::random(&mut prefix)?;
                let repeated = prefix.len().saturating_sub(2)..prefix.len();
                prefix.extend_from_within(repeated);
                let mut mdc = Mdc::new();
                mdc.update(&prefix);
                mdc.update(head);
                (Some(mdc), prefix)
            }
            Container::V2(..) => (None, Vec::new()),
        };
        Ok(Hasher {
            signature,
            mdc,
            prefix,
        })
    }

    fn take_in(&mut self, inner: &[u8]) {
        for stride in inner.chunks(STRIDE) {
            self.signature.update(stride);
            if let Some(mdc) = &mut self.mdc {
                mdc.update(stride);
            }
        }
    }
}

/// The encrypted data packet while it is written.
enum Body<W: Write> {
    V1(Encryptor<Pieces<W>>),
    V2(aead::Encryptor<'static, Pieces<W>>),
}

impl<W: Write> Body<W> {
    fn start(container: Container, key: &SessionKey, out: W, prefix: &[u8]) -> pgp::Result<Self> {
        let mut pieces = Pieces::new(out, tag::SEIPD)?;
        match container {
            Container::V1(cipher) => {
                pieces.write_all(&[1])?;
                let mut body = Encryptor::new(
                    cipher,
                    BlockCipherMode::CFB,
                    PaddingMode::None,
                    key,
                    None,
                    pieces,
                )?;
                body.write_all(prefix)?;
                Ok(Body::V1(body))
            }
            Container::V2(cipher, mode) => {
                let mut salt = [0; 32];
                pgp::crypto::random(&mut salt)?;
                let chunk = u8::try_from(AEAD_CHUNK.trailing_zeros().saturating_sub(6))?;
                pieces.write_all(&[2, u8::from(cipher), u8::from(mode), chunk])?;
                pieces.write_all(&salt)?;
                let schedule = aead::SEIPv2Schedule::new(key, cipher, mode, AEAD_CHUNK, &salt)?;
                let body = aead::Encryptor::new(cipher, mode, AEAD_CHUNK, schedule, pieces)?;
                Ok(Body::V2(body))
            }
        }
    }

    fn finish(self) -> pgp::Result<()> {
        let pieces = match self {
            Body::V1(body) => body.finalize()?,
            Body::V2(body) => body.finalize()?,
        };
        pieces.finish()?;
        Ok(())
    }
}

impl<W: Write> Write for Body<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Body::V1(body) => body.write(bytes),
            Body::V2(body) => body.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Container {
    /// The symmetric algorithm.
    pub fn cipher(self) -> SymmetricAlgorithm {
        match self {
            Container::V1(cipher) | Container::V2(cipher, _) => cipher,
        }
    }
}

/// The authenticated mode that every implementation of SEIPDv2 has (RFC 9580 §9.6).
pub const MODE: AEADAlgorithm = AEADAlgorithm::OCB;
