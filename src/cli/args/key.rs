use super::identity::{KeyArg, SchemeArg};
use crate::base::Time;
use clap::{Args, Subcommand, ValueEnum};
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
        /// Which kind of key
        #[arg(long, value_enum, default_value_t = SchemeArg::Openpgp)]
        scheme: SchemeArg,
        /// Which kind of S/MIME key
        #[arg(long = "key", value_enum, default_value_t = KeyArg::Rsa3072)]
        smime_key: KeyArg,
    },
    /// Take keys from files
    Import(KeyImport),
    /// Write a key out, armored
    Export {
        /// Its fingerprint or address
        key: String,
        /// Of an address: its keys of this standard; OpenPGP's first without it
        #[arg(long, value_enum)]
        scheme: Option<ExportArg>,
        /// With the secret half, under the password of --key-password-file
        #[arg(long)]
        secret: bool,
        /// Where to; standard output without it
        #[arg(short, long, value_name = "F")]
        output: Option<PathBuf>,
    },
    /// Ask an authority for an S/MIME certificate: prints the request, keeps the key
    ///
    /// What the authority sends back is taken in with `wax key import` and finds its key.
    RequestCert {
        /// An address, for which a key is made, or the fingerprint of your certificate whose key
        /// shall have another one
        key: String,
        /// The name in it; your identity's without it
        #[arg(long)]
        name: Option<String>,
        /// Which kind of key to make
        #[arg(long = "key", value_enum, default_value_t = KeyArg::Rsa3072)]
        kind: KeyArg,
        /// Where to; standard output without it
        #[arg(short, long, value_name = "F")]
        output: Option<PathBuf>,
    },
    /// By which standard letters to an address are sealed, where both are possible
    Prefer {
        /// Whose address
        address: String,
        /// Which
        scheme: PreferArg,
    },
    /// Whom you trust to vouch for S/MIME certificates of others
    Anchors {
        /// Let the system's list count that does not say whether its authorities are for mail
        #[arg(long, value_enum, value_name = "ON|OFF")]
        system_list: Option<SwitchArg>,
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
    /// Take a confirmation or rejection back
    Undecide {
        /// Its fingerprint or address
        key: String,
    },
    /// Give your own key a new end, in place
    Extend {
        /// Its fingerprint or address
        key: String,
        /// The day it ends, such as 2030-01-31 [default: three years from now]
        #[arg(long, value_name = "DAY", value_parser = day)]
        until: Option<Time>,
    },
    /// End your own key for good, and write the certificate that says so
    Revoke {
        /// Its fingerprint or address
        key: String,
        /// Why it ends
        #[arg(long, value_enum, default_value_t = ReasonArg::Compromised)]
        reason: ReasonArg,
        /// Where the revocation certificate goes; standard output without it
        #[arg(short, long, value_name = "F")]
        output: Option<PathBuf>,
    },
    /// Write your own keys into a file, under the password of --key-password-file
    Backup {
        /// Where to; a file that is there already stays
        file: PathBuf,
        /// Only this one: a fingerprint or address
        #[arg(long, value_name = "K")]
        key: Option<String>,
    },
    /// Try whether a backup brings your own keys back
    Drill {
        /// The backup
        file: PathBuf,
        /// Only this one: a fingerprint or address
        #[arg(long, value_name = "K")]
        key: Option<String>,
    },
}

/// Why a key ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReasonArg {
    /// Somebody else may have its secret half: nothing that it signed counts any more
    Compromised,
    /// There is a new one: what it signed before stays good
    Superseded,
    /// It is used no more: what it signed before stays good
    Retired,
}

fn day(text: &str) -> Result<Time, String> {
    format!("{text}T00:00:00Z")
        .parse()
        .map_err(|_| "a day looks like 2030-01-31".to_owned())
}

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportArg {
    /// OpenPGP
    Openpgp,
    /// S/MIME: PEM, or PKCS #12 with the secret half
    Smime,
}

/// What can be preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PreferArg {
    /// OpenPGP
    Openpgp,
    /// S/MIME
    Smime,
    /// Whatever fits the whole letter best
    None,
}

/// Take keys from files.
#[derive(Debug, Args)]
pub struct KeyImport {
    /// Key files (OpenPGP, PEM, DER, PKCS #12, PKCS #7); - for standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Accept a key that has several addresses for this one
    #[arg(long = "for", value_name = "ADDRESS")]
    pub accept_for: Vec<String>,
    /// Accept even where another key is accepted for the address
    #[arg(long)]
    pub accept: bool,
    /// Trust the certification authorities in the files to vouch for others: for everybody, for the
    /// one --for ADDRESS, or for --domain
    #[arg(long, conflicts_with = "accept")]
    pub anchor: bool,
    /// Trust them for addresses of this domain only
    #[arg(
        long,
        value_name = "D",
        requires = "anchor",
        conflicts_with = "accept_for"
    )]
    pub domain: Option<String>,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SwitchArg {
    /// It counts
    On,
    /// It does not
    Off,
}
