use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Check a domain up: what its DNS says about sending and taking mail.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The domain, or an address at it
    pub domain: String,
    /// Answer every question from this zone file (RFC 1035), and open no socket
    #[arg(long, value_name = "FILE", conflicts_with = "resolver")]
    pub zone: Option<PathBuf>,
    /// Ask this resolver [else the system's]
    #[arg(long, value_name = "IP:PORT")]
    pub resolver: Option<SocketAddr>,
    /// A name under which the domain keeps a DKIM key; a letter's DKIM-Signature has it as s=
    #[arg(long, value_name = "S")]
    pub selector: Vec<String>,
}
