//! The modification detection code (RFC 9580 §5.13.1): SHA-1 over the plaintext, encrypted with it.

use openssl::sha::Sha1;

/// The MDC packet's header (packet type 19, 20 bytes), which is hashed too.
pub const HEADER: [u8; 2] = [0xD3, 0x14];
/// The hash's length in bytes.
pub const DIGEST: usize = 20;

/// A running modification detection code.
pub struct Mdc(Sha1);

impl Mdc {
    /// Over nothing yet.
    pub fn new() -> Self {
        Mdc(Sha1::new())
    }

    /// Takes in plaintext.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The MDC packet.
    pub fn finish(mut self) -> [u8; 22] {
        self.0.update(&HEADER);
        let mut packet = [0; 22];
        let bytes = HEADER.into_iter().chain(self.0.finish());
        for (place, byte) in packet.iter_mut().zip(bytes) {
            *place = byte;
        }
        packet
    }
}

/// Whether two byte strings are equal, in a time that depends on their lengths alone.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .fold(0u8, |differ, (a, b)| differ | (a ^ b))
            == 0
}
