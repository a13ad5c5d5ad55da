//! S/MIME messages (RFC 8551): CMS (RFC 5652) sealed, opened and verified.
//!
//! Hostile bytes meet Rust alone: the frame of a message is walked as it stands (`ber`, `content`), with
//! the large content moved together and decrypted in place; what is small is written anew as DER and
//! read by the structures of `cms`, where exact bytes do not matter, and by `cert::x509::tlv`, where
//! they do. OpenSSL gives primitives.

mod attributes;
mod ber;
mod capabilities;
mod cipher;
mod content;
mod enveloped;
mod hash;
mod inflate;
mod kem;
mod keywrap;
mod oids;
mod open;
mod recipients;
mod seal;
mod signature;
mod signed;
#[cfg(test)]
mod tests;
mod verify;

pub use capabilities::Capabilities;
pub use open::{Taken, open, verify_detached, wants_keys};
pub use seal::{
    Author, Reader, detached_from_pem, seal_message, sha256_hex, sign_detached, sign_message,
};
pub use verify::Along;
