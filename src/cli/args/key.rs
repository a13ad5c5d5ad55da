use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Keys: yours and other people's.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Keys that match a name, address or fingerprint; all without one
    List {
        /// What to look for
        query: Option<String>,
    },
    /// One key in full
    Show {
        /// Its fingerprint or address
        key: String,
    },
    /// Make a key for an address without making it an identity
    Generate {
        /// The name on it
        name: String,
        /// The address on it
        address: String,
    },
    /// Take keys from files
    Import(KeyImport),
    /// Write a key out, armored
    Export {
        /// Its fingerprint or address
        key: String,
        /// With the secret half, under the password of --key-password-file
        #[arg(long)]
        secret: bool,
        /// Where to; standard output without it
        #[arg(short, long, value_name = "F")]
        output: Option<PathBuf>,
    },
    /// You compared the fingerprint with its owner, and it is theirs
    Confirm {
        /// Its fingerprint or address
        key: String,
    },
    /// It is not the key of its address
    Reject {
        /// Its fingerprint or address
        key: String,
    },
}

/// Take keys from files.
#[derive(Debug, Args)]
pub struct KeyImport {
    /// Key files, armored or binary; - for standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Accept a key that has several addresses for this one
    #[arg(long = "for", value_name = "ADDRESS")]
    pub accept_for: Vec<String>,
    /// Accept even where another key is accepted for the address
    #[arg(long)]
    pub accept: bool,
}
