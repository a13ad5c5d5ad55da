use crate::cert::x509::KeyChoice;
use clap::{Subcommand, ValueEnum};

/// Your own addresses and their keys.
#[derive(Debug, Subcommand)]
pub enum IdentityCommand {
    /// Make an identity with a new key
    New {
        /// Your name, as others see it
        name: String,
        /// Your address
        address: String,
        /// Which kind of key
        #[arg(long, value_enum, default_value_t = SchemeArg::Openpgp)]
        scheme: SchemeArg,
        /// Which kind of S/MIME key
        #[arg(long = "key", value_enum, default_value_t = KeyArg::Rsa3072)]
        smime_key: KeyArg,
        /// Keys that withstand quantum computers; few programs read them yet
        #[arg(long, conflicts_with = "smime_key")]
        post_quantum: bool,
    },
    /// Your identities
    List,
    /// Write as this identity from now on
    Use {
        /// Its address or its key's fingerprint
        key: String,
    },
}

/// Kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemeArg {
    /// OpenPGP
    Openpgp,
    /// S/MIME, with a certificate that vouches for itself
    Smime,
    /// One of each
    Both,
}

/// Kinds of S/MIME keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeyArg {
    /// RSA with 3072 bits: read everywhere
    Rsa3072,
    /// NIST P-256
    P256,
    /// NIST P-384
    P384,
    /// Ed25519 to sign, X25519 to be sealed to
    Ed25519,
    /// ML-DSA-65 to sign, ML-KEM-768 to be sealed to: withstands quantum computers; few programs
    /// read it
    PostQuantum,
}

impl KeyArg {
    /// For the services.
    pub fn choice(self) -> KeyChoice {
        match self {
            KeyArg::Rsa3072 => KeyChoice::Rsa3072,
            KeyArg::P256 => KeyChoice::P256,
            KeyArg::P384 => KeyChoice::P384,
            KeyArg::Ed25519 => KeyChoice::Ed25519,
            KeyArg::PostQuantum => KeyChoice::PostQuantum,
        }
    }
}
