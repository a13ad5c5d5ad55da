//! Verifying what servers signed.

use crate::base::Time;
use crate::checkup::Facts;
use crate::headers::ServerSignatures;

/// Verifies DKIM and ARC signatures of a message.
pub trait SignatureVerifier: Send + Sync {
    /// Verifies them as of a time, with the keys that `facts` has; those that it has not are noted there
    /// as wanted.
    fn verify(&self, message: &[u8], at: Time, facts: &Facts<'_>) -> ServerSignatures;
}
