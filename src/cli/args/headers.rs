use clap::Args;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Where a message came from: its route, who takes responsibility for it, and what looks odd.
#[derive(Debug, Args)]
pub struct HeadersArgs {
    /// The message, or its header alone; - for standard input
    pub file: PathBuf,
    /// Answer every question from this zone file (RFC 1035), and open no socket
    #[arg(long, value_name = "FILE", conflicts_with = "resolver")]
    pub zone: Option<PathBuf>,
    /// Ask this resolver [else the system's]
    #[arg(long, value_name = "IP:PORT")]
    pub resolver: Option<SocketAddr>,
    /// The host that takes your mail from outside: its word counts
    #[arg(long, value_name = "HOST")]
    pub border: Option<String>,
    /// The address of the client that handed the message to that host [else as its line says]
    #[arg(long, value_name = "IP")]
    pub client_ip: Option<IpAddr>,
    /// The name by which that client greeted
    #[arg(long, value_name = "NAME")]
    pub helo: Option<String>,
    /// The sender on the envelope [else the Return-Path]
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Taken as check takes it, so that one line serves both; headers asks name servers alone
    #[arg(long, value_name = "HOST:PORT:IP:PORT", hide = true)]
    pub connect_to: Vec<String>,
    /// Taken as check takes it
    #[arg(long, value_name = "FILE", hide = true)]
    pub ca: Vec<PathBuf>,
}
