//! Making keys.

use super::{OpenPgpCert, SecretCert, armor, system_time};
use crate::address::Mailbox;
use crate::base::Time;
use crate::cert::Cert;
use sequoia_openpgp as pgp;
use sequoia_openpgp::cert::{CertBuilder, CipherSuite};
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::types::{Features, KeyFlags};
use std::time::Duration;

/// Three years of 365.25 days.
const VALIDITY: Duration = Duration::from_secs(3 * (365 * 86_400 + 21_600));

/// A key that was just made.
pub struct NewKey {
    /// The secret half.
    pub secret: SecretCert,
    /// The public half.
    pub cert: Cert,
    /// The revocation certificate, armored: published, it ends the key.
    pub revocation: Vec<u8>,
}

/// The library could not make a key (no randomness, no memory); its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyGenerationFailure(pub String);

/// Which kind of OpenPGP key is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenPgpChoice {
    /// v4, Ed25519 and Cv25519, and only features that gpg 2.2 has, since a key that advertises more
    /// cannot be answered by it.
    #[default]
    Compatible,
    /// v6, ML-DSA-65 beside Ed25519 and ML-KEM-768 beside X25519 (draft-ietf-openpgp-pqc): few programs
    /// read it yet.
    PostQuantum,
}

impl SecretCert {
    /// Makes a key for a mailbox that every program can answer, valid from `now` for three years.
    pub fn generate(mailbox: &Mailbox, now: Time) -> Result<NewKey, KeyGenerationFailure> {
        SecretCert::generate_as(OpenPgpChoice::Compatible, mailbox, now)
    }

    /// Makes a key of this kind for a mailbox, valid from `now` for three years.
    pub fn generate_as(
        choice: OpenPgpChoice,
        mailbox: &Mailbox,
        now: Time,
    ) -> Result<NewKey, KeyGenerationFailure> {
        let failed = |error: pgp::anyhow::Error| KeyGenerationFailure(error.to_string());
        let (profile, features, suite) = match choice {
            OpenPgpChoice::Compatible => (
                pgp::Profile::RFC4880,
                Features::empty().set_seipdv1(),
                CipherSuite::Cv25519,
            ),
            OpenPgpChoice::PostQuantum => (
                pgp::Profile::RFC9580,
                Features::empty().set_seipdv1().set_seipdv2(),
                CipherSuite::MLDSA65_Ed25519,
            ),
        };
        let encryption = KeyFlags::empty()
            .set_transport_encryption()
            .set_storage_encryption();
        let (key, revocation) = CertBuilder::new()
            .set_profile(profile)
            .map_err(failed)?
            .set_features(features)
            .map_err(failed)?
            .set_cipher_suite(suite)
            .set_creation_time(system_time(now))
            .set_validity_period(VALIDITY)
            .add_userid(user_id(mailbox))
            .add_signing_subkey()
            .add_subkey(encryption, None, None)
            .generate()
            .map_err(failed)?;
        let revocation = pgp::Packet::from(revocation).to_vec().map_err(failed)?;
        Ok(NewKey {
            cert: Cert::OpenPgp(OpenPgpCert::new(key.clone())),
            secret: SecretCert::checked(key)
                .map_err(|_| KeyGenerationFailure("no secret part".to_owned()))?,
            revocation: armor::encode(&revocation, armor::Kind::PublicKey, armor::Lines::Lf),
        })
    }
}

/// The user ID as is the custom: `Name <address>`. What would make another address of it is left out of
/// the name.
fn user_id(mailbox: &Mailbox) -> String {
    let address = mailbox.address.as_str();
    let name: String = mailbox
        .name
        .as_ref()
        .map(|name| {
            name.raw()
                .chars()
                .filter(|c| !c.is_control() && !"<>@".contains(*c))
                .collect()
        })
        .unwrap_or_default();
    match name.trim() {
        "" => address.to_owned(),
        name => format!("{name} <{address}>"),
    }
}
