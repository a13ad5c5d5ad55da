use crate::app::command::ConnectTo;
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
    /// Reach a host's port at this address; with --zone nobody else is contacted
    #[arg(long, value_name = "HOST:PORT:IP:PORT", value_parser = connect_to)]
    pub connect_to: Vec<ConnectTo>,
    /// Ask this block list: a zone, or one of the sets addresses, domains, all [none is asked otherwise]
    #[arg(long, value_name = "ZONE")]
    pub list: Vec<String>,
    /// Ask this host of the domain whether it passes on strangers' mail; only once a TXT record, which
    /// is told, shows that the domain is yours
    #[arg(long, value_name = "HOST")]
    pub relay: Option<String>,
    /// Write the report to a new file, as a page that can be printed
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Trust the authorities in this file (PEM) beside the system's
    #[arg(long, value_name = "FILE")]
    pub ca: Vec<PathBuf>,
}

fn connect_to(text: &str) -> Result<ConnectTo, String> {
    let mut pieces = text.splitn(3, ':');
    let mut read = || {
        let (host, port, at) = (pieces.next()?, pieces.next()?, pieces.next()?);
        let port = port.parse().ok().filter(|port| *port != 0)?;
        let at: SocketAddr = at.parse().ok()?;
        (!host.is_empty()).then(|| ConnectTo {
            host: host.to_owned(),
            port,
            at,
        })
    };
    read().ok_or_else(|| "write it as HOST:PORT:IP:PORT, mx.example.org:25:192.0.2.1:25".to_owned())
}
