use crate::app::command::ConnectTo;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Check a domain up, or with --account your own mail server from behind your login.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The domain, or an address at it; with --account the address whose account it is [else that of the
    /// identity in use]
    #[arg(required_unless_present = "account")]
    pub domain: Option<String>,
    /// Log in to the server that takes your letters, and look at what it does: sizes, greeting, by whose
    /// names it lets you send. No letter is sent unless one of the options below says so
    #[arg(long, conflicts_with_all = ["selector", "connect_to", "list", "relay", "ca"])]
    pub account: bool,
    /// Send a letter to yourself, and one by a stranger's name to yourself, and see how they come back
    #[arg(long, requires = "account")]
    pub test_letter: bool,
    /// Send yourself the line that every spam filter knows
    #[arg(long, requires = "account")]
    pub spam_test: bool,
    /// Send yourself the harmless file that every virus scanner knows
    #[arg(long, requires = "account")]
    pub virus_test: bool,
    /// A letter of these that came back, saved as a file
    #[arg(long, requires = "account", value_name = "FILE")]
    pub came_back: Option<PathBuf>,
    /// How long to wait for such letters, in seconds
    #[arg(long, requires = "account", value_name = "SECONDS", default_value_t = 90,
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub wait: u64,
    /// Try another login once, which the server should refuse: a file with the name in its first line and
    /// the password in its second
    #[arg(long, requires = "account", value_name = "F")]
    pub default_login: Option<PathBuf>,
    /// See how many of ten connections at once the server takes
    #[arg(long, requires = "account")]
    pub connections: bool,
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
    /// Ask every server that takes the domain's mail about mailboxes, and compare their answers; once the
    /// same record shows that the domain is yours
    #[arg(long, conflicts_with = "account")]
    pub compare: bool,
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
