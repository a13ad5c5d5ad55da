use clap::Subcommand;
use std::path::PathBuf;

/// Signed reports of messages.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// Make a report of a message, signed by your current identity
    Make {
        /// The message; - for standard input
        file: PathBuf,
        /// Where to, a file that does not exist; standard output without it
        #[arg(short, long, value_name = "OUT")]
        output: Option<PathBuf>,
    },
    /// Check a report: whose it is, and with the message, whether it is true of it
    Check {
        /// The report
        report: PathBuf,
        /// The message that it is about
        #[arg(long, value_name = "FILE")]
        message: Option<PathBuf>,
    },
}
