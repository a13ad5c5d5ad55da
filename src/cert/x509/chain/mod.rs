//! Chains of certificates: built from what is at hand, validated by RFC 5280 and RFC 8550, and
//! their revocation by lists (RFC 5280 §6.3) and OCSP (RFC 6960).
//!
//! The algorithm is our own, over structures that were read strictly; OpenSSL checks signatures
//! and nothing else. So every refusal has a reason with a place in the path, hostile certificates
//! meet bounds that we chose, and rfc822Name constraints, policies and indirect lists are judged by
//! the RFC's words.
//!
//! ```text
//! certificate ──build──▶ paths ──validate──▶ keys ──revocation──▶ Chain { path, fault }
//! ```

mod build;
mod certificate;
mod constraints;
mod crl;
mod extensions;
pub mod files;
mod general;
pub mod ids;
mod keys;
pub mod ocsp;
mod points;
mod policies;
mod pool;
mod reason;
mod revocation;
mod signature;
#[cfg(test)]
pub(crate) mod tests;
mod validate;
mod when;

pub use build::{Chain, Sources, build, states};
pub use certificate::{Certificate, Unreadable};
pub use crl::{BadCrl, CRL_BYTES, Crl, Entry};
pub use keys::rsa_bits;
pub use policies::PolicyWish;
pub use pool::{Anchor, AnchorFor, Anchors, Lookup, Pool};
pub use reason::{Fault, Reason};
pub use revocation::{Crls, Revocations, Status};
pub use validate::{Purpose, Wish};
pub use when::When;
