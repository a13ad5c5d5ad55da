use crate::address::Address;
use crate::cert::x509::chain::{Purpose, ids};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Check the chain of an S/MIME certificate.
#[derive(Debug, Args)]
pub struct ChainArgs {
    /// The certificate, PEM or DER; others in the file are used to build the chain. Or a key that
    /// is kept: its fingerprint or address
    pub leaf: PathBuf,
    /// Trust these authorities and no others: a folder of certificates, or one file [else the
    /// system's for mail, and those that you pinned]
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Certificates to build the chain with: a folder, or one file
    #[arg(long, value_name = "DIR")]
    pub with: Option<PathBuf>,
    /// Revocation lists: a folder, or one file; every link then needs a current one
    #[arg(long, value_name = "DIR")]
    pub crl: Option<PathBuf>,
    /// The address that it must be for
    #[arg(long, value_name = "A", value_parser = address)]
    pub address: Option<Address>,
    /// What it must be for; any tests no extended key usage [else mail of either kind]
    #[arg(long, value_enum)]
    pub purpose: Option<PurposeArg>,
    /// Accept this certificate policy, and require an explicit one
    #[arg(long, value_name = "OID", value_parser = policy)]
    pub policy: Vec<PolicyArg>,
    /// Take weak keys and hashes, for archives and test suites
    #[arg(long)]
    pub allow_weak: bool,
    /// Fetch missing certificates from where the certificates say that they are
    #[arg(long)]
    pub fetch: bool,
    /// Ask at the places that the certificates name whether they were withdrawn; their authorities
    /// learn that somebody asks
    #[arg(long, conflicts_with = "crl")]
    pub revocation: bool,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PurposeArg {
    /// Checking signatures
    Sign,
    /// Sealing letters to it
    Encrypt,
    /// Anything
    Any,
}

impl PurposeArg {
    /// As the core has it.
    pub fn purpose(choice: Option<PurposeArg>) -> Purpose {
        match choice {
            Some(PurposeArg::Sign) => Purpose::Sign,
            Some(PurposeArg::Encrypt) => Purpose::Encrypt,
            Some(PurposeArg::Any) => Purpose::Any,
            None => Purpose::Mail,
        }
    }
}

/// The identifier of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyArg(pub Vec<u8>);

fn policy(text: &str) -> Result<PolicyArg, String> {
    ids::parse(text)
        .map(PolicyArg)
        .ok_or_else(|| "a policy looks like 2.16.840.1.101.3.2.1.48.1".to_owned())
}

fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|_| "an address looks like bob@example.org".to_owned())
}
