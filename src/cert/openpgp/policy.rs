//! Which algorithms count. One policy for everything: the time of judging moves validity and never
//! what is thought of an algorithm (a policy as of an old time would let SHA-1 in again).

use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::policy::{AsymmetricAlgorithm, StandardPolicy};
use sequoia_openpgp::types::HashAlgorithm;
use std::sync::LazyLock;

/// Hashes that can be collided, or soon can be.
const WEAK_HASHES: [HashAlgorithm; 3] = [
    HashAlgorithm::MD5,
    HashAlgorithm::SHA1,
    HashAlgorithm::RipeMD,
];

/// The policy.
pub fn policy() -> &'static StandardPolicy<'static> {
    static POLICY: LazyLock<StandardPolicy<'static>> = LazyLock::new(|| {
        let mut policy = StandardPolicy::new();
        // Said outright, so that no date inside the library matters.
        for weak in WEAK_HASHES {
            policy.reject_hash(weak);
        }
        policy
    });
    &POLICY
}

/// Takes every algorithm: tells what a key was made for when the policy does not take its binding.
/// Nothing is ever decided by it.
pub fn anything() -> &'static StandardPolicy<'static> {
    static ANYTHING: LazyLock<StandardPolicy<'static>> = LazyLock::new(|| {
        let mut policy = StandardPolicy::new();
        for weak in WEAK_HASHES {
            policy.accept_hash(weak);
        }
        for algorithm in AsymmetricAlgorithm::variants() {
            policy.accept_asymmetric_algo(algorithm);
        }
        policy
    });
    &ANYTHING
}

/// The name of the signature's hash when it can be collided.
pub fn weak_hash(signature: &Signature) -> Option<String> {
    let hash = signature.hash_algo();
    WEAK_HASHES.contains(&hash).then(|| hash_name(hash))
}

/// A hash algorithm's usual name.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what has no usual name here is shown by its number"
)]
pub fn hash_name(hash: HashAlgorithm) -> String {
    match hash {
        HashAlgorithm::MD5 => "MD5".into(),
        HashAlgorithm::SHA1 => "SHA-1".into(),
        HashAlgorithm::RipeMD => "RIPEMD-160".into(),
        HashAlgorithm::SHA256 => "SHA-256".into(),
        HashAlgorithm::SHA384 => "SHA-384".into(),
        HashAlgorithm::SHA512 => "SHA-512".into(),
        HashAlgorithm::SHA224 => "SHA-224".into(),
        HashAlgorithm::SHA3_256 => "SHA3-256".into(),
        HashAlgorithm::SHA3_512 => "SHA3-512".into(),
        other => format!("hash {}", u8::from(other)),
    }
}
