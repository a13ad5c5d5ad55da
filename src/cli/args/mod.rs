//! What can be typed. Help, man page and shell completions come from these declarations.

mod account;
mod block;
mod chain;
mod check;
mod evidence;
mod headers;
mod identity;
mod key;
mod letter;
mod settings;
mod window;

pub use account::{AccountAdd, AccountCommand, SecurityArg};
pub use block::BlockCommand;
pub use chain::{ChainArgs, PolicyArg, PurposeArg};
pub use check::CheckArgs;
pub use evidence::EvidenceCommand;
pub use headers::HeadersArgs;
pub use identity::{IdentityCommand, KeyArg, SchemeArg};
pub use key::{ExportArg, KeyCommand, KeyImport, PreferArg, ReasonArg, SwitchArg};
pub use letter::{OpenArgs, OutboxCommand, ReplyArgs, Require, SealArgs, SendArgs};
pub use settings::{SettingsCommand, SettingsSet};
pub use window::{ThemeArg, WindowArgs};

use crate::base::Time;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// End-to-end encrypted mail: keys, sealing, sending, opening.
#[derive(Debug, Parser)]
#[command(
    name = "wax",
    version,
    long_about = "End-to-end encrypted mail: keys, sealing, sending, opening.\n\n\
        First steps:\n  \
        wax practice                                    the whole way once, with nothing set up\n  \
        wax identity new \"Alice\" alice@example.org      your key\n  \
        wax key import bob.asc                          your correspondent's key\n  \
        wax seal letter.eml -o sealed.eml               encrypt and sign\n  \
        wax open answer.eml                             decrypt, verify, read",
    after_help = "Exit codes: 0 done, 1 failed (what happened and what to do is said), 2 wrong usage, \
        3 read, but short of what --require asked.",
    propagate_version = true
)]
pub struct Cli {
    /// Options for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options for every command, before or after it.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Keep everything under this folder, certificates too [else $WAXWING_HOME, else the
    /// platform's folders]
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// File whose first line opens the vault, and sets it on an empty home [else
    /// $WAXWING_PASSPHRASE_FILE, else the system keyring, else the terminal]
    #[arg(long, global = true, value_name = "F")]
    pub passphrase_file: Option<PathBuf>,
    /// File whose first line is the password of a secret key that is read or written
    #[arg(long, global = true, value_name = "F")]
    pub key_password_file: Option<PathBuf>,
    /// Print exactly one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// Judge validity as of then (RFC 3339); only for open, reply, evidence, chain, headers, key list and key show
    #[arg(long, global = true, value_name = "TIME", value_parser = time)]
    pub at: Option<Time>,
    /// Open no socket at all
    #[arg(long, global = true)]
    pub offline: bool,
    /// Say less
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Your own addresses and their keys
    #[command(subcommand)]
    Identity(IdentityCommand),
    /// Keys: yours and other people's
    #[command(subcommand)]
    Key(KeyCommand),
    /// What is kept where, and how it is protected
    Storage,
    /// Mail servers that send and fetch for you
    #[command(subcommand)]
    Account(AccountCommand),
    /// Encrypt and sign a draft
    Seal(SealArgs),
    /// How a draft would travel, and what others would see
    Preflight {
        /// The draft, an .eml file; - for standard input
        draft: PathBuf,
    },
    /// Seal a draft and hand it to your server
    Send(SendArgs),
    /// Letters on their way
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// Decrypt, verify and read a message
    Open(OpenArgs),
    /// Begin an answer to a message: a draft that stays sealed if the message was
    Reply(ReplyArgs),
    /// Reports of messages, signed: what was found, for others to check later
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Check the chain of an S/MIME certificate
    Chain(ChainArgs),
    /// Where a message came from, and who takes responsibility for it
    Headers(HeadersArgs),
    /// Check a domain up
    Check(CheckArgs),
    /// Senders that you do not want to hear from
    #[command(subcommand)]
    Block(BlockCommand),
    /// Fetch new letters from your server
    Fetch,
    /// Letters that were fetched
    Inbox {
        /// Also those from senders that you blocked
        #[arg(long)]
        blocked: bool,
        /// Open the letter with this number
        number: Option<i64>,
    },
    /// How the window looks, and the text under your letters
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// The whole way once, against the built-in server and its partner, in a throw-away home
    Practice {
        /// Keep both letters, certificates, the partner's key and the wire log here
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
        /// Harmless copies of the known attacks, each with what gives it away; with --keep the letters
        #[arg(long)]
        tricks: bool,
    },
}

fn time(text: &str) -> Result<Time, String> {
    text.parse()
        .map_err(|_| "a time looks like 2026-03-01T12:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_declaration_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for line in [
            ["wax", "--json", "--home", "/h", "key", "list"],
            ["wax", "key", "list", "--json", "--home", "/h"],
        ] {
            let cli = Cli::try_parse_from(line).unwrap();
            assert!(cli.global.json);
            assert_eq!(cli.global.home, Some(PathBuf::from("/h")));
        }
    }
}
