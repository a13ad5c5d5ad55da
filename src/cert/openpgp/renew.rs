//! What an owner changes about a key that others have: how long it is valid, and that it is over.

use super::{OpenPgpCert, SecretCert, armor, parse_one, policy, system_time, time};
use crate::base::Time;
use sequoia_openpgp as pgp;
use sequoia_openpgp::cert::CertRevocationBuilder;
use sequoia_openpgp::cert::ValidCert;
use sequoia_openpgp::cert::amalgamation::ValidAmalgamation as _;
use sequoia_openpgp::cert::amalgamation::key::ValidErasedKeyAmalgamation;
use sequoia_openpgp::crypto::{KeyPair, Signer};
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::packet::key::PublicParts;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::signature::subpacket::SubpacketTag;
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::types::{HashAlgorithm, KeyFlags, ReasonForRevocation, SignatureType};
use std::time::{Duration, SystemTime};

/// Why a key was not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyChangeFailure {
    /// The secret part that vouches for the others is not here (on a card, or kept offline).
    NoPrimary,
    /// An authority made it: it alone renews or revokes it.
    Authority,
    /// Its owner revoked it already; that cannot be taken back.
    Revoked,
    /// It would end before it began, or later than a key can say (68 years after it was made).
    BadEnd,
    /// The library's words.
    Library(String),
}

/// Why an owner ends a key (RFC 9580 §5.2.3.31).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationReason {
    /// Somebody else may have its secret half: nothing that it signed counts any more.
    Compromised,
    /// There is another key now; what it signed before stays good.
    Superseded,
    /// It is used no more; what it signed before stays good.
    Retired,
}

impl RevocationReason {
    /// All of them.
    pub const ALL: [RevocationReason; 3] = [
        RevocationReason::Compromised,
        RevocationReason::Superseded,
        RevocationReason::Retired,
    ];

    fn code(self) -> ReasonForRevocation {
        match self {
            RevocationReason::Compromised => ReasonForRevocation::KeyCompromised,
            RevocationReason::Superseded => ReasonForRevocation::KeySuperseded,
            RevocationReason::Retired => ReasonForRevocation::KeyRetired,
        }
    }
}

/// A key that was ended.
pub struct RevokedKey {
    /// With its revocation.
    pub secret: SecretCert,
    /// The revocation alone, armored: for places that have the key already.
    pub certificate: Vec<u8>,
}

fn library(error: impl std::fmt::Display) -> KeyChangeFailure {
    KeyChangeFailure::Library(error.to_string())
}

impl SecretCert {
    /// From when on a change that is made `now` holds: signatures count whole seconds, and of two
    /// in the same second nobody can say which is the later. So it is at least a second after the
    /// newest.
    pub fn change_time(&self, now: Time) -> Time {
        let newest = self.inner().userids().flat_map(|ua| {
            ua.self_signatures()
                .filter_map(|signature| signature.signature_creation_time())
                .collect::<Vec<_>>()
        });
        let keys = self.inner().keys().flat_map(|ka| {
            ka.self_signatures()
                .filter_map(|signature| signature.signature_creation_time())
                .collect::<Vec<_>>()
        });
        let newest = newest.chain(keys).max().map(time);
        let after = newest.and_then(|at| at.checked_add(Duration::from_secs(1)).ok());
        after.map_or(now, |after| after.max(now))
    }

    /// The key with a new end, for the primary key and for what is in use of the rest. `now` is
    /// when the change is made; it holds from [`SecretCert::change_time`] on.
    pub fn extend(&self, until: Time, now: Time) -> Result<SecretCert, KeyChangeFailure> {
        if self.public().revoked(now).is_some() {
            return Err(KeyChangeFailure::Revoked);
        }
        let made = system_time(self.change_time(now));
        let mut primary = self.primary_pair()?;
        let valid = self
            .inner()
            .with_policy(policy::anything(), made)
            .map_err(library)?;
        let mut signatures = primary_bindings(&valid, &mut primary, until, made)?;
        for key in extendable(&valid, made) {
            if let Some(binding) = self.subkey_binding(&key, &mut primary, until, made)? {
                signatures.push(binding);
            }
        }
        let (cert, _) = self
            .inner()
            .clone()
            .insert_packets(signatures)
            .map_err(library)?;
        SecretCert::checked(cert).map_err(|problem| library(format!("{problem:?}")))
    }

    /// The key revoked, and the revocation by itself.
    pub fn revoke(
        &self,
        reason: RevocationReason,
        now: Time,
    ) -> Result<RevokedKey, KeyChangeFailure> {
        if self.public().revoked(now).is_some() {
            return Err(KeyChangeFailure::Revoked);
        }
        let mut primary = self.primary_pair()?;
        let signature = CertRevocationBuilder::new()
            .set_signature_creation_time(system_time(now))
            .and_then(|builder| builder.set_reason_for_revocation(reason.code(), b""))
            .and_then(|builder| builder.build(&mut primary, self.inner(), None))
            .map_err(library)?;
        let packet = pgp::Packet::from(signature);
        let bytes = packet.to_vec().map_err(library)?;
        let (cert, _) = self
            .inner()
            .clone()
            .insert_packets([packet])
            .map_err(library)?;
        Ok(RevokedKey {
            secret: SecretCert::checked(cert).map_err(|problem| library(format!("{problem:?}")))?,
            certificate: armor::encode(&bytes, armor::Kind::PublicKey, armor::Lines::Lf),
        })
    }

    fn primary_pair(&self) -> Result<KeyPair, KeyChangeFailure> {
        let key = self.inner().primary_key().key().clone();
        key.parts_into_secret()
            .and_then(|key| key.into_keypair())
            .map_err(|_| KeyChangeFailure::NoPrimary)
    }

    /// A new binding of one subkey; none where the secret part is needed for it and not here.
    fn subkey_binding(
        &self,
        key: &ValidErasedKeyAmalgamation<'_, PublicParts>,
        primary: &mut dyn Signer,
        until: Time,
        made: SystemTime,
    ) -> Result<Option<Signature>, KeyChangeFailure> {
        let period = period(key.key().creation_time(), until)?;
        let vouches = key.for_signing() || key.for_certification() || key.for_authentication();
        let cross = if vouches {
            let Ok(mut pair) = key
                .key()
                .clone()
                .parts_into_secret()
                .and_then(|key| key.into_keypair())
            else {
                return Ok(None);
            };
            let made = SignatureBuilder::new(SignatureType::PrimaryKeyBinding)
                .set_hash_algo(HashAlgorithm::SHA512)
                .set_signature_creation_time(made)
                .and_then(|builder| {
                    builder.sign_primary_key_binding(
                        &mut pair,
                        self.inner().primary_key().key(),
                        key.key().role_as_subordinate(),
                    )
                })
                .map_err(library)?;
            Some(made)
        } else {
            None
        };
        let mut builder = SignatureBuilder::from(key.binding_signature().clone())
            .set_hash_algo(HashAlgorithm::SHA512)
            .set_signature_creation_time(made)
            .and_then(|builder| builder.set_key_validity_period(period))
            .map_err(library)?;
        if let Some(cross) = cross {
            builder = builder.set_embedded_signature(cross).map_err(library)?;
        }
        builder
            .sign_subkey_binding(
                primary,
                self.inner().primary_key().key(),
                key.key().role_as_subordinate(),
            )
            .map(Some)
            .map_err(library)
    }
}

/// New signatures over the primary key and over each name that is not revoked.
fn primary_bindings(
    valid: &ValidCert<'_>,
    primary: &mut dyn Signer,
    until: Time,
    made: SystemTime,
) -> Result<Vec<Signature>, KeyChangeFailure> {
    let key = valid.primary_key();
    let period = period(key.key().creation_time(), until)?;
    let direct = match key.direct_key_signature() {
        Ok(direct) => SignatureBuilder::from(direct.clone()),
        Err(_) => direct_from_name(key.binding_signature()),
    };
    let renewed = |builder: SignatureBuilder| {
        builder
            .set_hash_algo(HashAlgorithm::SHA512)
            .set_signature_creation_time(made)?
            .set_key_validity_period(period)
    };
    let mut signatures = vec![
        renewed(direct)
            .and_then(|builder| builder.sign_direct_key(primary, key.key()))
            .map_err(library)?,
    ];
    let first = valid.primary_userid().ok();
    for name in valid.userids().revoked(false) {
        let is_first = first
            .as_ref()
            .is_some_and(|first| first.userid() == name.userid());
        let signature = renewed(SignatureBuilder::from(name.binding_signature().clone()))
            .and_then(|builder| builder.set_primary_userid(is_first))
            .and_then(|builder| builder.sign_userid_binding(primary, key.key(), name.userid()))
            .map_err(library)?;
        signatures.push(signature);
    }
    Ok(signatures)
}

/// A direct key signature that says what a name's binding said about the key, and nothing about
/// the name.
fn direct_from_name(binding: &Signature) -> SignatureBuilder {
    let mut builder = SignatureBuilder::from(binding.clone()).set_type(SignatureType::DirectKey);
    for of_the_name in [
        SubpacketTag::ExportableCertification,
        SubpacketTag::Revocable,
        SubpacketTag::TrustSignature,
        SubpacketTag::RegularExpression,
        SubpacketTag::PrimaryUserID,
        SubpacketTag::SignersUserID,
        SubpacketTag::ReasonForRevocation,
        SubpacketTag::SignatureTarget,
        SubpacketTag::EmbeddedSignature,
    ] {
        builder.hashed_area_mut().remove_all(of_the_name);
    }
    builder
}

/// The subkeys whose end moves: those that are in use, and where nothing is in use for signing or
/// for sealing any more, the last one that was. One that was left to end stays at its end.
fn extendable<'a>(
    valid: &ValidCert<'a>,
    at: SystemTime,
) -> Vec<ValidErasedKeyAmalgamation<'a, PublicParts>> {
    let ends = |key: &ValidErasedKeyAmalgamation<'a, PublicParts>| key.key_expiration_time();
    let all: Vec<_> = valid
        .keys()
        .subkeys()
        .revoked(false)
        .map(ValidErasedKeyAmalgamation::from)
        .filter(|key| ends(key).is_some())
        .collect();
    let lives =
        |key: &ValidErasedKeyAmalgamation<'a, PublicParts>| ends(key).is_none_or(|end| end > at);
    let mut chosen: Vec<_> = all.iter().filter(|key| lives(key)).cloned().collect();
    let uses = [
        KeyFlags::empty().set_signing(),
        super::judge::encryption_flags(),
    ];
    for flags in uses {
        if chosen.iter().any(|key| key.has_any_key_flag(&flags)) {
            continue;
        }
        let last = all
            .iter()
            .filter(|key| key.has_any_key_flag(&flags))
            .max_by_key(|key| (ends(key), key.key().creation_time()));
        chosen.extend(last.cloned());
    }
    chosen
}

fn period(created: SystemTime, until: Time) -> Result<Duration, KeyChangeFailure> {
    let period = system_time(until)
        .duration_since(created)
        .map_err(|_| KeyChangeFailure::BadEnd)?;
    let most = Duration::from_secs(u64::from(u32::MAX));
    if period.is_zero() || period > most {
        return Err(KeyChangeFailure::BadEnd);
    }
    Ok(period)
}

impl OpenPgpCert {
    /// This certificate with the revocation of a revocation certificate, armored or not; none when
    /// it holds none of this key's.
    pub fn revoked_by(&self, certificate: &[u8], now: Time) -> Option<OpenPgpCert> {
        let decoded = armor::decode(certificate).and_then(Result::ok);
        let bytes = decoded.map_or_else(|| certificate.to_vec(), |block| block.bytes);
        let mut whole = self.to_bytes();
        whole.extend_from_slice(&bytes);
        // The revocation must stand behind the primary key: the reader sorts it there, and checks it.
        let (cert, _) = parse_one(&whole).ok()?;
        let same = cert.fingerprint() == self.fingerprint();
        (same && cert.revoked(now).is_some()).then_some(cert)
    }
}
