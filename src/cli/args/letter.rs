use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Encrypt and sign a draft.
#[derive(Debug, Args)]
pub struct SealArgs {
    /// The draft, an .eml file; - for standard input
    pub draft: PathBuf,
    /// Where to; standard output without it
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// Make two encodings where some recipients have OpenPGP and others S/MIME
    #[arg(long)]
    pub split: bool,
}

/// Seal a draft and hand it to your server.
#[derive(Debug, Args)]
pub struct SendArgs {
    /// The draft, an .eml file; - for standard input
    pub draft: PathBuf,
    /// Sign only: everybody on the way can read it
    #[arg(long, conflicts_with = "unprotected")]
    pub sign_only: bool,
    /// Neither encrypt nor sign: everybody on the way can read and change it
    #[arg(long)]
    pub unprotected: bool,
}

/// Letters on their way.
#[derive(Debug, Subcommand)]
pub enum OutboxCommand {
    /// What is there, and how far it is
    List,
    /// Try a letter again
    Retry {
        /// Its number
        id: i64,
        /// Also where it may have been sent already
        #[arg(long)]
        maybe_sent: bool,
    },
    /// Remove a letter
    Discard {
        /// Its number
        id: i64,
    },
}

/// Decrypt, verify and read a message, or all of an mbox or a Maildir.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// The message, mbox or Maildir; - for standard input
    pub file: PathBuf,
    /// Exit with 3 unless the message is at least this
    #[arg(long, value_enum, value_name = "STATE")]
    pub require: Option<Require>,
    /// Of an mbox or a Maildir: open the message with this number, from 1
    #[arg(long, value_name = "N")]
    pub message: Option<usize>,
    /// Save the attachments into this folder, under safe names
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,
    /// Save them even where this computer's scanner (clamd) knows one of them, or could not look
    #[arg(long, requires = "save")]
    pub save_harmful: bool,
    /// File whose first line is the password that the message is sealed for
    #[arg(long, value_name = "F")]
    pub message_password_file: Option<PathBuf>,
    /// Print it to a PDF, a file that does not exist
    #[arg(long, value_name = "OUT")]
    pub pdf: Option<PathBuf>,
}

/// Begin an answer to a message.
#[derive(Debug, Args)]
pub struct ReplyArgs {
    /// The message; - for standard input
    pub file: PathBuf,
    /// File whose first line is the password that the message is sealed for
    #[arg(long, value_name = "F")]
    pub message_password_file: Option<PathBuf>,
    /// To everybody who got it, not to its author alone
    #[arg(long)]
    pub all: bool,
    /// Where the draft goes; standard output without it
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
}

/// What a message must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Require {
    /// Signed by whom it says, encrypted or not
    Verified,
    /// Encrypted, whoever wrote it
    EncryptedUnverified,
    /// Encrypted, and signed by whom it says
    Confidential,
}
