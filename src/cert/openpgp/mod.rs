//! OpenPGP certificates (RFC 9580), read and judged with sequoia.

pub mod armor;
mod canary;
mod generate;
mod judge;
mod packets;
mod parse;
pub(crate) mod policy;
mod renew;
mod secret;
#[cfg(test)]
mod tests;

pub use generate::{KeyGenerationFailure, NewKey, OpenPgpChoice};
pub use judge::PublicKey;
pub use parse::{parse_many, parse_one};
pub use policy::policy;
pub use renew::{KeyChangeFailure, RevocationReason, RevokedKey};
pub use secret::{LockedKey, SecretCert, check_cost};

use super::{Fingerprint, UserId};
use crate::address::Address;
use crate::base::Time;
use sequoia_openpgp as pgp;
use sequoia_openpgp::serialize::SerializeInto as _;
use std::sync::Arc;
use std::time::SystemTime;

/// An OpenPGP certificate without secret parts.
#[derive(Clone)]
pub struct OpenPgpCert(Arc<pgp::Cert>);

impl OpenPgpCert {
    /// Wraps a certificate; secret parts are left behind.
    pub fn new(cert: pgp::Cert) -> Self {
        OpenPgpCert(Arc::new(cert.strip_secret_key_material()))
    }

    /// The certificate for sequoia; only modules that may name sequoia can use it.
    pub fn inner(&self) -> &pgp::Cert {
        &self.0
    }

    /// The version of its primary key: 4, or 6 since RFC 9580.
    pub fn version(&self) -> u8 {
        self.0.primary_key().key().version()
    }

    /// Its fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.0.fingerprint())
    }

    /// When the primary key was made.
    pub fn created(&self) -> Time {
        time(self.0.primary_key().key().creation_time())
    }

    /// Its user IDs, in the certificate's order, revoked and expired ones too.
    pub fn user_ids(&self) -> Vec<UserId> {
        self.0
            .userids()
            .map(|ua| UserId {
                text: String::from_utf8_lossy(ua.userid().value())
                    .into_owned()
                    .into(),
                address: address(ua.userid()),
            })
            .collect()
    }

    /// Names of all its keys, as messages and signatures may use them: fingerprints and 64-bit key
    /// IDs, upper-case hex. The primary key's come first.
    pub fn key_handles(&self) -> Vec<String> {
        self.0
            .keys()
            .flat_map(|ka| {
                let key = ka.key();
                [key.fingerprint().to_hex(), key.keyid().to_hex()]
            })
            .collect()
    }

    /// The certificate in binary. Local certifications are left out, as for every export.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing into memory fails only for packets that sequoia would not have parsed.
        self.0.export_to_vec().unwrap_or_default()
    }

    /// The certificate in armor.
    pub fn to_armored(&self) -> Vec<u8> {
        armor::encode(&self.to_bytes(), armor::Kind::PublicKey, armor::Lines::Lf)
    }

    /// This certificate with what `other` knows more of it. Another certificate adds nothing, and
    /// neither does a version that would break the size limit (rule 54).
    pub fn merge(&self, other: &OpenPgpCert) -> OpenPgpCert {
        if self.0.fingerprint() != other.0.fingerprint() {
            return self.clone();
        }
        let merged = (*self.0).clone().merge_public((*other.0).clone());
        let Ok(merged) = merged.map(OpenPgpCert::new) else {
            return self.clone();
        };
        if merged.0.serialized_len() <= crate::base::limits::CERT_BYTES {
            return merged;
        }
        match parse_one(&merged.to_bytes()) {
            Ok((reduced, _)) => reduced,
            Err(_) => self.clone(),
        }
    }
}

/// The address in a user ID, if it is one.
fn address(userid: &pgp::packet::UserID) -> Option<Address> {
    let email = userid.email().ok().flatten()?;
    Address::parse(email).ok()
}

/// sequoia's fingerprint as ours.
pub fn fingerprint(from: &pgp::Fingerprint) -> Fingerprint {
    Fingerprint::from_bytes(from.as_bytes())
}

/// A key's creation time (whole seconds since 1970, 32 bits: always a valid time).
pub fn time(from: SystemTime) -> Time {
    Time::try_from(from).unwrap_or(Time::UNIX_EPOCH)
}

/// A time for sequoia, which knows whole seconds from 1970 to 2106; what lies outside is moved to
/// the nearest.
pub fn system_time(at: Time) -> SystemTime {
    let seconds = at.as_second().clamp(0, i64::from(u32::MAX));
    let since = std::time::Duration::from_secs(seconds.unsigned_abs());
    SystemTime::UNIX_EPOCH
        .checked_add(since)
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The algorithm of a key with its curve or size, as in `RSA-3072`, `Ed25519`.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what has no usual name here is shown by its number"
)]
pub fn algorithm_name(
    key: &pgp::packet::Key<pgp::packet::key::PublicParts, pgp::packet::key::UnspecifiedRole>,
) -> String {
    use pgp::crypto::mpi::PublicKey as Mpis;
    use pgp::types::PublicKeyAlgorithm as Algorithm;
    let bits = key.mpis().bits().unwrap_or_default();
    #[allow(deprecated, reason = "old keys are named too")]
    match key.pk_algo() {
        Algorithm::RSAEncryptSign | Algorithm::RSAEncrypt | Algorithm::RSASign => {
            // A modulus may lack its top bit.
            format!("RSA-{}", bits.next_multiple_of(8))
        }
        Algorithm::DSA => format!("DSA-{}", bits.next_multiple_of(8)),
        Algorithm::ElGamalEncrypt | Algorithm::ElGamalEncryptSign => {
            format!("Elgamal-{}", bits.next_multiple_of(8))
        }
        Algorithm::ECDH | Algorithm::ECDSA | Algorithm::EdDSA => match key.mpis() {
            Mpis::ECDH { curve, .. } | Mpis::ECDSA { curve, .. } | Mpis::EdDSA { curve, .. } => {
                curve_name(curve)
            }
            _ => key.pk_algo().to_string(),
        },
        Algorithm::X25519 => "X25519".into(),
        Algorithm::X448 => "X448".into(),
        Algorithm::Ed25519 => "Ed25519".into(),
        Algorithm::Ed448 => "Ed448".into(),
        other => other.to_string(),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what has no usual name here is shown by its number"
)]
fn curve_name(curve: &pgp::types::Curve) -> String {
    use pgp::types::Curve;
    match curve {
        Curve::NistP256 => "NIST P-256".into(),
        Curve::NistP384 => "NIST P-384".into(),
        Curve::NistP521 => "NIST P-521".into(),
        Curve::BrainpoolP256 => "Brainpool P-256".into(),
        Curve::BrainpoolP384 => "Brainpool P-384".into(),
        Curve::BrainpoolP512 => "Brainpool P-512".into(),
        Curve::Ed25519 => "Ed25519".into(),
        Curve::Cv25519 => "Cv25519".into(),
        other => other.to_string(),
    }
}
