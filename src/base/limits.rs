//! Bounds on what hostile input may ask of us. What breaks one is refused, with its name.

/// Largest message we read or make, in bytes.
pub const MESSAGE_BYTES: u64 = 512 << 20;
/// Largest header section of one entity, in bytes.
pub const HEADER_BYTES: usize = 1 << 20;
/// Deepest nesting of MIME entities.
pub const NESTING: usize = 64;
/// Most MIME entities in one message.
pub const PARTS: usize = 10_000;
/// Most times that compressed data may grow when it is inflated.
pub const INFLATE_RATIO: u64 = 100;
/// Largest size of inflated data, in bytes.
pub const INFLATE_BYTES: u64 = 512 << 20;
/// Most iterations of a password-based key derivation that a file may demand.
pub const KDF_ITERATIONS: u64 = 10_000_000;
/// Most memory that an Argon2 derivation demanded by a file may take, in KiB (256 MiB).
pub const ARGON2_KIB: u64 = 256 << 10;
/// Largest certificate that is taken in, in bytes.
pub const CERT_BYTES: usize = 1 << 20;
/// Most packets in a certificate: reading takes longer than their number grows.
pub const CERT_PACKETS: usize = 1_000;
/// Largest key file that is read, in bytes; it may hold many certificates.
pub const KEY_FILE_BYTES: u64 = 64 << 20;
