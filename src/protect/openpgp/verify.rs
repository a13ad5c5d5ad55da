//! Checking signatures: facts only, `read::verdict` judges.

use super::CertLookup;
use super::frame::{self, tag};
use super::message;
use crate::base::{Time, limits};
use crate::cert::openpgp::policy::{hash_name, weak_hash};
use crate::cert::openpgp::{
    OpenPgpCert, algorithm_name, armor, fingerprint, policy, system_time, time,
};
use crate::cert::{Cert, Unusable};
use crate::protect::evidence::{SignatureFact, SignatureState};
use sequoia_openpgp::crypto::hash::Context;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::policy::{HashAlgoSecurity, Policy as _};
use sequoia_openpgp::types::{HashAlgorithm, PublicKeyAlgorithm, SignatureType};

/// How far in the future a signature may be (rule 14): clocks differ.
const TOLERANCE: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);
/// Most passes over the data: each hash algorithm costs one, and each v6 signature (they are
/// salted).
const PASSES: usize = 8;
/// Most signatures of a detached signature that are looked at.
const SIGNATURES: usize = 64;
/// Most certificates that one signature is tried with: 64-bit key IDs can be made to collide.
const CERTS: usize = 8;
/// Most issuers that one signature may name: each is looked up.
const ISSUERS: usize = 4;

/// Checks a detached signature, armored or binary, over exactly these bytes. There is always at
/// least one fact.
pub fn verify_detached(
    signed: &[u8],
    signature: &[u8],
    certs: &dyn CertLookup,
    at: Time,
) -> Vec<SignatureFact> {
    let signatures = detached(signature).unwrap_or_else(|| vec![None]);
    verify(
        signed,
        &signatures,
        &|handle| certs.certs_with_key(handle),
        at,
    )
}

/// The signature packets of a detached signature; `None` when it is something else.
fn detached(signature: &[u8]) -> Option<Vec<Option<Signature>>> {
    if signature.len() > limits::CERT_BYTES {
        return None;
    }
    let mut bytes = if signature.first().is_some_and(|b| b & 0x80 != 0) {
        signature.to_vec()
    } else {
        armor::decode(signature)?.ok()?.bytes
    };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(frame) = frame::next(&mut bytes, at) {
        let frame = frame.ok()?;
        match frame.tag {
            tag::SIGNATURE => found.push(message::signature(bytes.get(frame.body)?)),
            tag::MARKER | tag::PADDING | tag::FIRST_NOT_CRITICAL.. => {}
            _ => return None,
        }
        if found.len() > SIGNATURES {
            return None;
        }
        at = frame.end;
    }
    (!found.is_empty()).then_some(found)
}

/// Checks signatures over `data`; one fact for each, in order.
pub fn verify(
    data: &[u8],
    signatures: &[Option<Signature>],
    certs: &dyn Fn(&str) -> Vec<Cert>,
    at: Time,
) -> Vec<SignatureFact> {
    let mut hashes = Hashes {
        data,
        known: Vec::new(),
        passes: 0,
    };
    signatures
        .iter()
        .map(|signature| match signature {
            Some(signature) => fact(signature, certs, at, &mut hashes),
            None => unreadable(),
        })
        .collect()
}

fn unreadable() -> SignatureFact {
    SignatureFact {
        state: SignatureState::Unreadable,
        signer: None,
        issuer: None,
        addresses: Vec::new(),
        made: None,
        hash: String::new(),
        algorithm: String::new(),
        intended: Vec::new(),
    }
}

fn fact(
    signature: &Signature,
    certs: &dyn Fn(&str) -> Vec<Cert>,
    at: Time,
    hashes: &mut Hashes<'_>,
) -> SignatureFact {
    let issuers = signature.get_issuers();
    let mut fact = SignatureFact {
        state: SignatureState::NoCert,
        // Fingerprints come first. Whatever it names, only a key that verifies counts.
        issuer: issuers.first().map(|handle| handle.to_hex()),
        made: signature.signature_creation_time().map(time),
        hash: hash_name(signature.hash_algo()),
        algorithm: short_name(signature.pk_algo()),
        intended: signature.intended_recipients().map(fingerprint).collect(),
        ..unreadable()
    };
    if !matches!(signature.typ(), SignatureType::Binary | SignatureType::Text) {
        // A signature over something else, such as a key, moved here.
        fact.state = SignatureState::Unreadable;
        return fact;
    }
    let mut tried: Vec<OpenPgpCert> = Vec::new();
    for issuer in issuers.iter().take(ISSUERS) {
        for cert in certs(&issuer.to_hex()) {
            let Cert::OpenPgp(cert) = cert else { continue };
            let known = tried.iter().any(|c| c.fingerprint() == cert.fingerprint());
            if known || tried.len() >= CERTS {
                continue;
            }
            for ka in cert.inner().keys() {
                if !ka.key().key_handle().aliases(issuer) {
                    continue;
                }
                let state = judge(signature, &cert, ka.key(), at, hashes);
                // The first list entry is the most useful; NoCert only holds until any cert is found.
                if fact.signer.is_none() || state < fact.state {
                    fact.state = state;
                    fact.signer = Some(cert.fingerprint());
                    fact.algorithm = algorithm_name(ka.key());
                    fact.addresses = fact
                        .made
                        .map(|made| cert.addresses(made))
                        .unwrap_or_default();
                }
            }
            tried.push(cert);
        }
    }
    fact
}

/// An algorithm's name when no more than the signature is known.
fn short_name(algorithm: PublicKeyAlgorithm) -> String {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the others are named well enough by the library"
    )]
    #[expect(deprecated, reason = "old algorithms are named too")]
    match algorithm {
        PublicKeyAlgorithm::RSAEncryptSign | PublicKeyAlgorithm::RSASign => "RSA".into(),
        PublicKeyAlgorithm::DSA => "DSA".into(),
        PublicKeyAlgorithm::ECDSA => "ECDSA".into(),
        PublicKeyAlgorithm::EdDSA => "EdDSA".into(),
        other => other.to_string(),
    }
}

fn judge(
    signature: &Signature,
    cert: &OpenPgpCert,
    key: &crate::cert::openpgp::PublicKey,
    at: Time,
    hashes: &mut Hashes<'_>,
) -> SignatureState {
    let weak = weak_hash(signature).is_some();
    let Some(hash) = hashes.over_data(signature) else {
        // Too many, or a hash that is not even supported any more.
        return if weak {
            SignatureState::WeakHash
        } else {
            SignatureState::Unreadable
        };
    };
    if signature.verify_hash(key, hash).is_err() {
        return SignatureState::Bad;
    }
    if weak {
        return SignatureState::WeakHash;
    }
    // Unknown critical subpackets: the signer meant something that is not understood here.
    if policy()
        .signature(signature, HashAlgoSecurity::CollisionResistance)
        .is_err()
    {
        return SignatureState::Unreadable;
    }
    let Some(made) = signature.signature_creation_time().map(time) else {
        return SignatureState::Unreadable;
    };
    if made > at.saturating_add(TOLERANCE).unwrap_or(at) {
        return SignatureState::FromFuture;
    }
    if let Err(why) = cert.fit_to_sign(&key.fingerprint(), made) {
        return match why {
            Unusable::Revoked { .. } => SignatureState::Revoked,
            Unusable::Expired { .. } => SignatureState::Expired,
            Unusable::TooWeak { .. } => SignatureState::WeakKey,
            Unusable::WeakBinding { .. } => SignatureState::WeakHash,
            Unusable::Unsupported { .. } => SignatureState::Unreadable,
            Unusable::NotYetValid { .. }
            | Unusable::NoKey
            | Unusable::NoUserId
            | Unusable::NotForMail
            | Unusable::Defective { .. } => SignatureState::UnfitKey,
        };
    }
    let ended = signature
        .signature_expiration_time()
        .is_some_and(|end| end <= system_time(at));
    if ended {
        SignatureState::Expired
    } else {
        SignatureState::Good
    }
}

/// Hashes over the data, each made once.
struct Hashes<'a> {
    data: &'a [u8],
    known: Vec<(HashAlgorithm, bool, u8, Context)>,
    passes: usize,
}

impl Hashes<'_> {
    /// The hash that the signature needs, over the data alone.
    fn over_data(&mut self, signature: &Signature) -> Option<Context> {
        let algorithm = signature.hash_algo();
        let text = signature.typ() == SignatureType::Text;
        let version = signature.version();
        let salt = if let Signature::V6(signature) = signature {
            Some(signature.salt())
        } else {
            None
        };
        let known = self
            .known
            .iter()
            .find(|(a, t, v, _)| (*a, *t, *v) == (algorithm, text, version));
        if let (Some((.., hash)), None) = (known, salt) {
            return Some(hash.clone());
        }
        if self.passes >= PASSES {
            return None;
        }
        self.passes = self.passes.saturating_add(1);
        let mut hash = algorithm.context().ok()?.for_signature(version);
        if let Some(salt) = salt {
            hash.update(salt);
        }
        if text {
            update_text(&mut hash, self.data);
        } else {
            hash.update(self.data);
        }
        if salt.is_none() {
            self.known.push((algorithm, text, version, hash.clone()));
        }
        Some(hash)
    }
}

/// Hashes text with its line ends as CRLF (RFC 9580 §5.2.4).
fn update_text(hash: &mut Context, text: &[u8]) {
    for line in text.split_inclusive(|b| *b == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                hash.update(line.strip_suffix(b"\r").unwrap_or(line));
                hash.update(b"\r\n");
            }
            None => hash.update(line),
        }
    }
}
