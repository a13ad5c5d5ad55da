//! OpenPGP certificates (RFC 9580), read and judged with sequoia.

use super::{Fingerprint, UserId};
use crate::address::Address;
use crate::base::Time;
use sequoia_openpgp as pgp;
use std::sync::Arc;

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
                address: ua
                    .userid()
                    .email()
                    .ok()
                    .flatten()
                    .and_then(|email| Address::parse(email).ok()),
            })
            .collect()
    }
}

/// sequoia's fingerprint as ours.
pub fn fingerprint(from: &pgp::Fingerprint) -> Fingerprint {
    Fingerprint::from_bytes(from.as_bytes())
}

/// A key's creation time (whole seconds since 1970, 32 bits: always a valid time).
pub fn time(from: std::time::SystemTime) -> Time {
    Time::try_from(from).unwrap_or(Time::UNIX_EPOCH)
}
