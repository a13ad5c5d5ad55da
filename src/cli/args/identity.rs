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
}
