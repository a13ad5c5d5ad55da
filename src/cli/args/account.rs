use clap::{Args, Subcommand, ValueEnum};
use std::net::IpAddr;
use std::path::PathBuf;

/// Mail servers that send and fetch for you.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Add an account, or replace the one of its address
    Add(AccountAdd),
    /// Connect, log in and leave
    Test {
        /// Whose; the current identity's without it
        address: Option<String>,
    },
    /// Your accounts
    List,
    /// Forget an account's servers and password; letters stay
    Remove {
        /// Whose
        address: String,
    },
}

/// Add an account.
#[derive(Debug, Args)]
pub struct AccountAdd {
    /// The address it sends as
    pub address: String,
    /// The server that takes letters
    #[arg(long)]
    pub host: String,
    /// Its port [default: 465, or 587 with --security starttls]
    #[arg(long)]
    pub port: Option<u16>,
    /// How the connection becomes TLS; without it is no choice
    #[arg(long, value_enum)]
    pub security: Option<SecurityArg>,
    /// The login name [default: the address]
    #[arg(long)]
    pub login: Option<String>,
    /// File whose first line is the account's password; asked for without it
    #[arg(long, value_name = "F")]
    pub password_file: Option<PathBuf>,
    /// PEM file with the only issuers that this server may have
    #[arg(long, value_name = "F")]
    pub ca: Option<PathBuf>,
    /// Connect to this address instead of looking the host up; its certificate must still carry
    /// the host's name
    #[arg(long, value_name = "IP")]
    pub connect_to: Option<IpAddr>,
    /// The POP3S server to fetch letters from
    #[arg(long, value_name = "HOST")]
    pub mailbox_host: Option<String>,
    /// Its port
    #[arg(long, value_name = "PORT", default_value_t = 995)]
    pub mailbox_port: u16,
}

/// How a connection becomes TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SecurityArg {
    /// From the first byte
    Implicit,
    /// By a required upgrade
    Starttls,
}
