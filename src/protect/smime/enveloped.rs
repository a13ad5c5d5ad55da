//! Encrypting: EnvelopedData and AuthEnvelopedData (RFC 5652 §6, RFC 5083), their recipient infos, and
//! the check of what was made.

use super::ber::{self, id};
use super::capabilities::{self, Capabilities, Choice};
use super::cipher::{AesBits, ContentCipher, Failed, NONCE};
use super::hash::Hash;
use super::keywrap::{self, KeyWrap};
use super::recipients::{self, Recipient, shared_info};
use super::seal::{Reader, SealFailure};
use super::signed::issuer_and_serial;
use super::{kem, oids};
use crate::cert::Unusable;
use crate::cert::x509::tlv::{self, tag};
use crate::cert::x509::{Curve, KeyKind, X509Cert};
use crate::mime::build;
use const_oid::ObjectIdentifier;
use openssl::derive::Deriver;
use openssl::ec::{EcKey, PointConversionForm};
use openssl::md::Md;
use openssl::pkey::{PKey, Private, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// Encrypts the pieces, one after another, for the readers, and appends the message in base64 lines.
/// The `smime-type` comes back first, for the header: see [`plan`].
pub struct Envelope {
    cipher: ContentCipher,
    key: Zeroizing<Vec<u8>>,
    recipients: Vec<u8>,
    version: u64,
}

/// Bytes of base64 input that are gathered: a multiple of a line.
const GATHERED: usize = 57 << 12;

impl Envelope {
    /// Picks the algorithms that all readers have in common and puts the content key under the key of
    /// each.
    pub fn prepare(readers: &[Reader]) -> Result<Envelope, SealFailure> {
        let known: Vec<Option<Capabilities>> = readers.iter().map(|r| r.capabilities).collect();
        let choice = capabilities::choose(&known);
        let rsa: Vec<Option<Capabilities>> = readers
            .iter()
            .filter(|r| matches!(r.cert.key_kind(), KeyKind::Rsa { .. }))
            .map(|r| r.capabilities)
            .collect();
        let oaep = capabilities::all_read_oaep(&rsa);
        let cipher = match choice {
            Choice::Gcm(bits) => ContentCipher::gcm(bits, random::<NONCE>()?),
            Choice::Cbc(bits) => ContentCipher::cbc(bits, random::<16>()?),
        };
        let mut key = Zeroizing::new(vec![0; cipher.key_bytes()]);
        openssl::rand::rand_bytes(&mut key).map_err(library)?;
        let bits = match choice {
            Choice::Gcm(bits) | Choice::Cbc(bits) => bits,
        };
        let mut infos = Vec::new();
        let mut version = 0;
        for reader in readers {
            let (least, info) = recipient_info(&reader.cert, &key, bits, oaep)?;
            version = version.max(least);
            infos.push(info);
        }
        Ok(Envelope {
            cipher,
            key,
            recipients: ber::set_of(id::SET, infos),
            version,
        })
    }

    /// The parameter of the media type (RFC 8551 §3.2.2).
    pub fn smime_type(&self) -> &'static str {
        match self.cipher.is_authenticated() {
            true => "authEnveloped-data",
            false => "enveloped-data",
        }
    }

    /// Encrypts pieces of `plain` bytes together and appends the message in base64 lines. The last
    /// pieces may still be made while the first are encrypted.
    pub fn write<'a>(
        &self,
        plain: usize,
        pieces: impl Iterator<Item = Cow<'a, [u8]>>,
        out: &mut Vec<u8>,
    ) -> Result<(), SealFailure> {
        let sealed = self.cipher.encrypted_size(plain);
        let (head, tail_bytes) = self.head(sealed)?;
        let total = head.len().saturating_add(sealed).saturating_add(tail_bytes);
        out.reserve_exact(build::base64_size(total).saturating_add(8));
        let start = out.len();
        let mut lines = Lines {
            out,
            held: head.clone(),
        };
        let tag_value = self
            .cipher
            .encrypt(&self.key, pieces, &mut |bytes| lines.add(bytes))
            .map_err(library)?;
        if self.cipher.is_authenticated() {
            lines.add(&tlv::write(tag::OCTET_STRING, &tag_value));
        }
        lines.finish();
        // What was promised ahead is what came.
        match out.len().saturating_sub(start) == build::base64_size(total) {
            true => Ok(()),
            false => Err(SealFailure::CheckFailed),
        }
    }

    /// Everything before the ciphertext, and how many bytes follow it.
    fn head(&self, sealed: usize) -> Result<(Vec<u8>, usize), SealFailure> {
        let kind = match self.cipher.is_authenticated() {
            true => oids::AUTH_ENVELOPED_DATA,
            false => oids::ENVELOPED_DATA,
        };
        let version = match self.cipher.is_authenticated() {
            true => 0,
            false => self.version,
        };
        let algorithm = self.cipher.to_der().ok_or(SealFailure::CheckFailed)?;
        let tail = match self.cipher.is_authenticated() {
            true => super::cipher::TAG.saturating_add(2),
            false => 0,
        };
        let frame = |id: u8, inside: &[&[u8]], behind: usize| -> Vec<u8> {
            let inner = inside
                .iter()
                .map(|i| i.len())
                .fold(behind, usize::saturating_add);
            let mut out = vec![id];
            out.extend(ber::length(inner));
            for piece in inside {
                out.extend_from_slice(piece);
            }
            out
        };
        let ciphertext = frame(0x80, &[], sealed);
        let data = tlv::write(tag::OID, oids::DATA.as_bytes());
        let content = frame(id::SEQUENCE, &[&data, &algorithm, &ciphertext], sealed);
        let version = tlv::write_small(version);
        let behind = sealed.saturating_add(tail);
        let enveloped = frame(
            id::SEQUENCE,
            &[&version, &self.recipients, &content],
            behind,
        );
        let outer = frame(id::context(0), &[&enveloped], behind);
        let kind = tlv::write(tag::OID, kind.as_bytes());
        Ok((frame(id::SEQUENCE, &[&kind, &outer], behind), tail))
    }
}

/// Base64 lines out of whatever comes.
struct Lines<'a> {
    out: &'a mut Vec<u8>,
    held: Vec<u8>,
}

impl Lines<'_> {
    fn add(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        let whole = self.held.len().checked_div(GATHERED).unwrap_or_default();
        let whole = whole.saturating_mul(GATHERED);
        if whole > 0 {
            build::base64_body(self.out, self.held.get(..whole).unwrap_or_default());
            self.held.drain(..whole);
        }
    }

    fn finish(self) {
        build::base64_body(self.out, &self.held);
    }
}

fn library(error: openssl::error::ErrorStack) -> SealFailure {
    SealFailure::Library(error.to_string())
}

fn random<const N: usize>() -> Result<[u8; N], SealFailure> {
    let mut bytes = [0; N];
    openssl::rand::rand_bytes(&mut bytes).map_err(library)?;
    Ok(bytes)
}

fn algorithm(oid: ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
    let oid = tlv::write(tag::OID, oid.as_bytes());
    tlv::write_all(tag::SEQUENCE, &[&oid, parameters])
}

/// The recipient info of one certificate, and the version that EnvelopedData needs for it (RFC 5652
/// §6.1).
fn recipient_info(
    cert: &X509Cert,
    key: &[u8],
    bits: AesBits,
    oaep: bool,
) -> Result<(u64, Vec<u8>), SealFailure> {
    let refused = |why| SealFailure::Recipient {
        fingerprint: cert.fingerprint(),
        why,
    };
    let made = match cert.key_kind() {
        KeyKind::Rsa { .. } => transport(cert, key, oaep).map(|info| (0, info)),
        KeyKind::Ec(_) | KeyKind::X25519 | KeyKind::X448 => {
            agreement(cert, key, bits).map(|info| (2, info))
        }
        KeyKind::MlKem(size) => encapsulation(cert, *size, key).map(|info| (3, info)),
        KeyKind::RsaPss { .. }
        | KeyKind::Dsa
        | KeyKind::Ed25519
        | KeyKind::Ed448
        | KeyKind::MlDsa(_) => return Err(refused(Unusable::NoKey)),
        KeyKind::Other(what) => return Err(refused(Unusable::Unsupported { what: what.clone() })),
    };
    made.map_err(|Failed| {
        refused(Unusable::Unsupported {
            what: cert.key_kind().name(),
        })
    })
}

/// KeyTransRecipientInfo (RFC 5652 §6.2.1), by PKCS #1 v1.5, or by OAEP with SHA-256 (RFC 3560).
fn transport(cert: &X509Cert, key: &[u8], oaep: bool) -> Result<Vec<u8>, Failed> {
    let public = cert.public_key().ok_or(Failed)?;
    let mut context = PkeyCtx::new(&public)?;
    context.encrypt_init()?;
    let null = tlv::write(tag::NULL, &[]);
    let algorithm = if oaep {
        context.set_rsa_padding(Padding::PKCS1_OAEP)?;
        context.set_rsa_oaep_md(Md::sha256())?;
        context.set_rsa_mgf1_md(Md::sha256())?;
        let hash = algorithm(oids::SHA256, &null);
        let mask = algorithm(oids::MGF1, &hash);
        let parameters = tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write(tag::constructed(0), &hash),
                &tlv::write(tag::constructed(1), &mask),
            ],
        );
        algorithm(oids::RSA_OAEP, &parameters)
    } else {
        context.set_rsa_padding(Padding::PKCS1)?;
        algorithm(oids::RSA, &null)
    };
    let mut sealed = Vec::new();
    context.encrypt_to_vec(key, &mut sealed)?;
    Ok(tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write_small(0),
            &issuer_and_serial(cert),
            &algorithm,
            &tlv::write(tag::OCTET_STRING, &sealed),
        ],
    ))
}

/// A key of the moment: itself, its public half, and how its kind is named.
type OfTheMoment = (PKey<Private>, Vec<u8>, Vec<u8>);

/// Makes one on the curve of `kind`.
fn of_the_moment(kind: &KeyKind, public: &PKey<Public>) -> Result<OfTheMoment, Failed> {
    Ok(match kind {
        KeyKind::X25519 => {
            let own = PKey::generate_x25519()?;
            let point = own.raw_public_key()?;
            (own, point, algorithm(oids::X25519, &[]))
        }
        KeyKind::X448 => {
            let own = PKey::generate_x448()?;
            let point = own.raw_public_key()?;
            (own, point, algorithm(oids::X448, &[]))
        }
        KeyKind::Ec(_) => {
            let theirs = public.ec_key()?;
            let own = EcKey::generate(theirs.group())?;
            let mut context = openssl::bn::BigNumContext::new()?;
            let point = own.public_key().to_bytes(
                theirs.group(),
                PointConversionForm::UNCOMPRESSED,
                &mut context,
            )?;
            (PKey::from_ec_key(own)?, point, algorithm(oids::EC, &[]))
        }
        KeyKind::Rsa { .. }
        | KeyKind::RsaPss { .. }
        | KeyKind::Dsa
        | KeyKind::Ed25519
        | KeyKind::Ed448
        | KeyKind::MlDsa(_)
        | KeyKind::MlKem(_)
        | KeyKind::Other(_) => return Err(Failed),
    })
}

/// KeyAgreeRecipientInfo with a key of the moment (RFC 5753 §3.1, RFC 8418 §3).
fn agreement(cert: &X509Cert, key: &[u8], bits: AesBits) -> Result<Vec<u8>, Failed> {
    let public = cert.public_key().ok_or(Failed)?;
    let wrap = KeyWrap::Aes(bits);
    let wrap_algorithm = algorithm(wrap.oid(), &[]);
    let (own, point, originator) = of_the_moment(cert.key_kind(), &public)?;
    let mut deriver = Deriver::new(&own)?;
    deriver.set_peer(&public)?;
    let secret = Zeroizing::new(deriver.derive_to_vec()?);
    let info = shared_info(&wrap_algorithm, None, wrap.key_bytes());
    let (scheme, under) = match cert.key_kind() {
        KeyKind::X25519 => (
            oids::DH_HKDF_SHA256,
            keywrap::derive_hkdf(Hash::Sha256, &secret, &info, wrap.key_bytes())?,
        ),
        KeyKind::X448 => (
            oids::DH_HKDF_SHA512,
            keywrap::derive_hkdf(Hash::Sha512, &secret, &info, wrap.key_bytes())?,
        ),
        KeyKind::Ec(Curve::P384 | Curve::Brainpool384) => (
            oids::DH_SINGLE_SHA384,
            keywrap::derive_x963(Hash::Sha384, &secret, &info, wrap.key_bytes())?,
        ),
        KeyKind::Ec(Curve::P521 | Curve::Brainpool512) => (
            oids::DH_SINGLE_SHA512,
            keywrap::derive_x963(Hash::Sha512, &secret, &info, wrap.key_bytes())?,
        ),
        KeyKind::Ec(_) => (
            oids::DH_SINGLE_SHA256,
            keywrap::derive_x963(Hash::Sha256, &secret, &info, wrap.key_bytes())?,
        ),
        KeyKind::Rsa { .. }
        | KeyKind::RsaPss { .. }
        | KeyKind::Dsa
        | KeyKind::Ed25519
        | KeyKind::Ed448
        | KeyKind::MlDsa(_)
        | KeyKind::MlKem(_)
        | KeyKind::Other(_) => return Err(Failed),
    };
    let sealed = tlv::write(tag::OCTET_STRING, &wrap.wrap(&under, key)?);
    let recipient = tlv::write_all(tag::SEQUENCE, &[&issuer_and_serial(cert), &sealed]);
    // OriginatorPublicKey under an implicit tag.
    let originator = tlv::write_all(
        tag::constructed(1),
        &[&originator, &tlv::write_bits(&point)],
    );
    Ok(tlv::write_all(
        tag::constructed(1),
        &[
            &tlv::write_small(3),
            &tlv::write(tag::constructed(0), &originator),
            &algorithm(scheme, &wrap_algorithm),
            &tlv::write(tag::SEQUENCE, &recipient),
        ],
    ))
}

/// KEMRecipientInfo in OtherRecipientInfo (RFC 9629 §3, RFC 9936 §2).
fn encapsulation(cert: &X509Cert, size: u16, key: &[u8]) -> Result<Vec<u8>, Failed> {
    let wrap = KeyWrap::Aes(AesBits::B256);
    let wrap_algorithm = algorithm(wrap.oid(), &[]);
    let mut spki = tlv::only(cert.spki(), tag::SEQUENCE)
        .map_err(|_| Failed)?
        .inside();
    spki.expect(tag::SEQUENCE).map_err(|_| Failed)?;
    let public = spki.expect(tag::BIT_STRING).map_err(|_| Failed)?;
    let public = tlv::octets_of_bits(&public).map_err(|_| Failed)?;
    let (sealed, secret) = kem::encapsulate(size, public)?;
    let info = kem::other_info(&wrap_algorithm, wrap.key_bytes(), None);
    let under = keywrap::derive_hkdf(Hash::Sha256, &secret, &info, wrap.key_bytes())?;
    let kem_oid = match size {
        512 => oids::ML_KEM_512,
        768 => oids::ML_KEM_768,
        _ => oids::ML_KEM_1024,
    };
    let value = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write_small(0),
            &issuer_and_serial(cert),
            &algorithm(kem_oid, &[]),
            &tlv::write(tag::OCTET_STRING, &sealed),
            &algorithm(oids::HKDF_SHA256, &[]),
            &tlv::write_small(u64::try_from(wrap.key_bytes()).map_err(|_| Failed)?),
            &wrap_algorithm,
            &tlv::write(tag::OCTET_STRING, &wrap.wrap(&under, key)?),
        ],
    );
    let kind = tlv::write(tag::OID, oids::KEM_RECIPIENT.as_bytes());
    Ok(tlv::write_all(tag::constructed(4), &[&kind, &value]))
}

/// Reads the beginning of the finished bytes again: the content key is for the certificates of exactly
/// these readers and for nobody else (rules 40 and 41).
pub fn check(base64: &[u8], readers: &[Reader]) -> Result<(), SealFailure> {
    let head = readers.len().saturating_mul(4_000).saturating_add(4_000);
    let head = base64.get(..head).unwrap_or(base64);
    let lines = head.iter().rposition(|b| *b == b'\n').unwrap_or_default();
    let head = head.get(..lines).unwrap_or_default();
    let bytes = crate::mime::Encoding::Base64.decode(head).bytes;
    let infos = recipients_at_head(&bytes).ok_or(SealFailure::CheckFailed)?;
    let mut expected: Vec<&X509Cert> = readers.iter().map(|r| &r.cert).collect();
    for recipient in recipients::read(&infos) {
        let Recipient::Key(named, _) = recipient else {
            return Err(SealFailure::CheckFailed);
        };
        let place = expected.iter().position(|cert| named.is(cert));
        expected.swap_remove(place.ok_or(SealFailure::CheckFailed)?);
    }
    match expected.is_empty() {
        true => Ok(()),
        false => Err(SealFailure::CheckFailed),
    }
}

/// The recipient infos of a message of which only the beginning is here.
fn recipients_at_head(bytes: &[u8]) -> Option<Vec<Option<Vec<u8>>>> {
    let content_info = ber::enter(bytes, 0, id::SEQUENCE).ok()?;
    let kind = ber::element(bytes, content_info, bytes.len()).ok()?;
    let outer = ber::enter(bytes, kind.whole.end, id::context(0)).ok()?;
    let enveloped = ber::enter(bytes, outer, id::SEQUENCE).ok()?;
    let version = ber::element(bytes, enveloped, bytes.len()).ok()?;
    let set = ber::element(bytes, version.whole.end, bytes.len()).ok()?;
    let all = ber::Fields::of(bytes, &set).ok()?.rest(10_000).ok()?;
    Some(
        all.iter()
            .map(|e| ber::to_der(e.whole_of(bytes)).ok())
            .collect(),
    )
}
