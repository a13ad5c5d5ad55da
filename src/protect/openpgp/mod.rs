//! OpenPGP messages (RFC 9580) and PGP/MIME (RFC 3156): sealing and opening.
//!
//! Both work on whole messages in memory, since mail is that, with the primitives of sequoia and our
//! own packet frames around them: what is read is exactly what the grammar of RFC 9580 §10.3 allows,
//! nothing is handed out before the integrity check over the whole ciphertext, and hashing and
//! encrypting can run side by side. SHA-1 for the modification detection code comes straight from
//! OpenSSL (`mdc`): sequoia's detects collisions, which does not matter there, at a third of the
//! speed (459 against 1,634 MB/s).

mod abilities;
mod decrypt;
mod frame;
mod inflate;
mod mdc;
mod message;
mod open;
mod recipients;
mod seal;
mod session;
#[cfg(test)]
pub(crate) mod tests;
mod verify;
mod wrap;

pub use abilities::{Abilities, abilities};
pub use open::{OpenFailure, OpenProblem, Opened, Reading, open};
pub use seal::{SealFailure, seal, sign_detached};
pub use verify::verify_detached;
pub use wrap::{seal_message, sign_message, write_sealed};

use crate::cert::Cert;

/// Finds certificates by the names that messages and signatures use.
pub trait CertLookup {
    /// Certificates that have this key or subkey; `handle` is a fingerprint or a 64-bit key ID, in
    /// upper-case hex.
    fn certs_with_key(&self, handle: &str) -> Vec<Cert>;
}

impl CertLookup for [Cert] {
    fn certs_with_key(&self, handle: &str) -> Vec<Cert> {
        self.iter()
            .filter(|cert| cert.key_handles().iter().any(|own| own == handle))
            .cloned()
            .collect()
    }
}

impl CertLookup for Vec<Cert> {
    fn certs_with_key(&self, handle: &str) -> Vec<Cert> {
        self.as_slice().certs_with_key(handle)
    }
}
