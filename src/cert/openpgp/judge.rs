//! What a certificate is usable for at a time, by the one policy.

use super::{
    OpenPgpCert, address, algorithm_name, fingerprint,
    policy::{self, policy},
    system_time, time,
};
use crate::address::Address;
use crate::base::Time;
use crate::cert::{Capabilities, KeyDetail, Unusable};
use sequoia_openpgp as pgp;
use sequoia_openpgp::cert::amalgamation::{
    ValidAmalgamation as _, ValidateAmalgamation as _, key::PrimaryKey as _,
};
use sequoia_openpgp::cert::prelude::ErasedKeyAmalgamation;
use sequoia_openpgp::packet::key::PublicParts;
use sequoia_openpgp::types::{KeyFlags, RevocationStatus};
use std::time::SystemTime;

/// A key of a certificate, for sequoia.
pub type PublicKey = pgp::packet::Key<PublicParts, pgp::packet::key::UnspecifiedRole>;

impl OpenPgpCert {
    /// When the certificate expires, as known at `at`; `None` when it does not.
    pub fn expires(&self, at: Time) -> Option<Time> {
        let valid = self.inner().with_policy(policy(), system_time(at)).ok()?;
        valid.primary_key().key_expiration_time().map(time)
    }

    /// When its owner revoked it, as known at `at`; `None` when not. A revocation for a
    /// compromised key counts whenever it was made.
    pub fn revoked(&self, at: Time) -> Option<Time> {
        let status = self.inner().revocation_status(policy(), system_time(at));
        revocation(&status).flatten()
    }

    /// The addresses of its user IDs that are bound and not revoked at `at`.
    pub fn addresses(&self, at: Time) -> Vec<Address> {
        let at = system_time(at);
        let mut found = Vec::new();
        for userid in self.inner().userids() {
            let valid = userid.clone().with_policy(policy(), at);
            let live = valid.is_ok_and(|v| revocation(&v.revocation_status()).is_none());
            if let Some(address) = address(userid.userid())
                && live
                && !found.contains(&address)
            {
                found.push(address);
            }
        }
        found
    }

    /// Whether mail can be sealed to it at `at`.
    pub fn usable_for_encryption(&self, at: Time) -> Result<(), Unusable> {
        self.encryption_keys(at).map(|_| ())
    }

    /// Whether a signature that it made at `at` can count.
    pub fn usable_for_signing(&self, at: Time) -> Result<(), Unusable> {
        self.usable_keys(at, &KeyFlags::empty().set_signing())
            .map(|_| ())
    }

    /// The keys to encrypt a message to.
    pub fn encryption_keys(&self, at: Time) -> Result<Vec<PublicKey>, Unusable> {
        self.usable_keys(at, &encryption_flags())
    }

    /// All keys that may be used at `at` for one of the uses in `flags`; never empty.
    pub fn usable_keys(&self, at: Time, flags: &KeyFlags) -> Result<Vec<PublicKey>, Unusable> {
        let when = system_time(at);
        self.usable_as_a_whole(when)?;
        if self.addresses_or_names(when) == 0 {
            return Err(Unusable::NoUserId);
        }
        let mut usable = Vec::new();
        let mut why = Unusable::NoKey;
        for key in self.inner().keys() {
            match judge_key(&key, when, flags) {
                Some(Ok(())) => usable.push(key.key().clone()),
                // Of several reasons the last one is told: subkeys are in order of their age.
                Some(Err(reason)) => why = reason,
                None => {}
            }
        }
        if usable.is_empty() {
            Err(why)
        } else {
            Ok(usable)
        }
    }

    /// Whether a signature that this one of its keys made at `made` can count.
    pub fn fit_to_sign(&self, key: &pgp::Fingerprint, made: Time) -> Result<(), Unusable> {
        let when = system_time(made);
        self.usable_as_a_whole(when)?;
        if self.addresses_or_names(when) == 0 {
            return Err(Unusable::NoUserId);
        }
        let signing = KeyFlags::empty().set_signing();
        self.inner()
            .keys()
            .find(|ka| ka.key().fingerprint() == *key)
            .and_then(|ka| judge_key(&ka, when, &signing))
            .unwrap_or(Err(Unusable::NoKey))
    }

    /// The keys, primary first, as they stand at `at`.
    pub fn keys(&self, at: Time) -> Vec<KeyDetail> {
        let when = system_time(at);
        self.inner()
            .keys()
            .map(|ka| {
                let valid = ka.clone().with_policy(policy(), when).ok();
                let revoked = valid
                    .as_ref()
                    .and_then(|v| revocation(&v.revocation_status()));
                KeyDetail {
                    fingerprint: fingerprint(&ka.key().fingerprint()),
                    primary: ka.primary(),
                    algorithm: algorithm_name(ka.key()),
                    can: valid
                        .as_ref()
                        .and_then(|v| v.key_flags())
                        .map(|flags| capabilities(&flags))
                        .unwrap_or_default(),
                    created: time(ka.key().creation_time()),
                    expires: valid
                        .as_ref()
                        .and_then(|v| v.key_expiration_time())
                        .map(time),
                    revoked: revoked.is_some(),
                    revoked_at: revoked.flatten(),
                }
            })
            .collect()
    }

    fn usable_as_a_whole(&self, when: SystemTime) -> Result<(), Unusable> {
        let created = self.created();
        if system_time(created) > when {
            return Err(Unusable::NotYetValid { from: created });
        }
        if let Some(at) = revocation(&self.inner().revocation_status(policy(), when)) {
            return Err(Unusable::Revoked { at });
        }
        if let Some(hash) = self.weak_binding() {
            return Err(Unusable::WeakBinding { hash });
        }
        let valid = match self.inner().with_policy(policy(), when) {
            Ok(valid) => valid,
            Err(error) => return Err(self.sort(&error)),
        };
        match valid.alive() {
            Ok(()) => Ok(()),
            Err(error) => Err(self.sort(&error)),
        }
    }

    /// The hash's name when nothing but weak hashes binds this certificate together.
    pub fn weak_binding(&self) -> Option<String> {
        let primary = self.inner().primary_key();
        let mut weak = None;
        let own = self
            .inner()
            .userids()
            .flat_map(|ua| ua.self_signatures().collect::<Vec<_>>())
            .chain(primary.self_signatures());
        for signature in own {
            match policy::weak_hash(signature) {
                Some(hash) => weak = Some(hash),
                None => return None,
            }
        }
        weak
    }

    fn addresses_or_names(&self, when: SystemTime) -> usize {
        self.inner()
            .userids()
            .filter(|userid| {
                (*userid)
                    .clone()
                    .with_policy(policy(), when)
                    .is_ok_and(|v| revocation(&v.revocation_status()).is_none())
            })
            .count()
    }

    /// Sorts sequoia's judgement of the whole certificate.
    fn sort(&self, error: &pgp::anyhow::Error) -> Unusable {
        match error.downcast_ref::<pgp::Error>() {
            Some(pgp::Error::Expired(at)) => Unusable::Expired { at: time(*at) },
            Some(pgp::Error::NotYetLive(from)) => Unusable::NotYetValid { from: time(*from) },
            Some(pgp::Error::PolicyViolation(..)) => Unusable::TooWeak {
                what: algorithm_name(self.inner().primary_key().key().role_as_unspecified()),
            },
            Some(pgp::Error::UnsupportedPublicKeyAlgorithm(a)) => Unusable::Unsupported {
                what: a.to_string(),
            },
            _ => Unusable::NoUserId,
        }
    }
}

/// The uses that count as "can be encrypted to".
pub fn encryption_flags() -> KeyFlags {
    KeyFlags::empty()
        .set_transport_encryption()
        .set_storage_encryption()
}

/// When it was revoked, if it was: `Some(None)` when the revocation does not say when.
pub fn revocation(status: &RevocationStatus) -> Option<Option<Time>> {
    match status {
        RevocationStatus::Revoked(signatures) => Some(
            signatures
                .iter()
                .filter_map(|s| s.signature_creation_time())
                .min()
                .map(time),
        ),
        // Somebody else's word: the owner's was not given.
        RevocationStatus::CouldBe(_) | RevocationStatus::NotAsFarAsWeKnow => None,
    }
}

/// Whether one key may be used so; `None` when it is not made for it.
fn judge_key(
    key: &ErasedKeyAmalgamation<PublicParts>,
    when: SystemTime,
    flags: &KeyFlags,
) -> Option<Result<(), Unusable>> {
    let too_weak = || Unusable::TooWeak {
        what: algorithm_name(key.key()),
    };
    let valid = match key.clone().with_policy(policy(), when) {
        Ok(valid) => valid,
        // What it is made for stands in the binding that the policy did not take.
        Err(error) => {
            let unjudged = key.clone().with_policy(policy::anything(), when).ok()?;
            let binding = unjudged.binding_signature();
            if !binding.key_flags().is_some_and(|own| meets(&own, flags)) {
                return None;
            }
            return match error.downcast_ref::<pgp::Error>() {
                Some(pgp::Error::PolicyViolation(..)) => {
                    Some(Err(match policy::weak_hash(binding) {
                        Some(hash) => Unusable::WeakBinding { hash },
                        None => too_weak(),
                    }))
                }
                Some(pgp::Error::NotYetLive(from)) => {
                    Some(Err(Unusable::NotYetValid { from: time(*from) }))
                }
                Some(pgp::Error::Expired(at)) => Some(Err(Unusable::Expired { at: time(*at) })),
                _ => None,
            };
        }
    };
    if !valid.has_any_key_flag(flags) {
        return None;
    }
    if let Some(at) = revocation(&valid.revocation_status()) {
        return Some(Err(Unusable::Revoked { at }));
    }
    if let Some(at) = valid.key_expiration_time()
        && at <= when
    {
        return Some(Err(Unusable::Expired { at: time(at) }));
    }
    if !key.key().pk_algo().is_supported() {
        return Some(Err(Unusable::Unsupported {
            what: algorithm_name(key.key()),
        }));
    }
    Some(Ok(()))
}

fn meets(own: &KeyFlags, wanted: &KeyFlags) -> bool {
    (wanted.for_signing() && own.for_signing())
        || (wanted.for_transport_encryption() && own.for_transport_encryption())
        || (wanted.for_storage_encryption() && own.for_storage_encryption())
}

fn capabilities(flags: &KeyFlags) -> Capabilities {
    Capabilities {
        certify: flags.for_certification(),
        sign: flags.for_signing(),
        encrypt: flags.for_transport_encryption() || flags.for_storage_encryption(),
        authenticate: flags.for_authentication(),
    }
}
