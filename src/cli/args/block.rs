use clap::Subcommand;

/// Senders that you do not want to hear from.
#[derive(Debug, Subcommand)]
pub enum BlockCommand {
    /// Block an address, a domain with all below it, or the address of a machine
    Add {
        /// As spam@example.com, example.com or 192.0.2.1
        sender: String,
    },
    /// Block them no more
    Remove {
        /// As it stands in the list
        sender: String,
    },
    /// Who is blocked
    List,
    /// The lines by which a mail server of your own turns them away
    Lines {
        /// As spam@example.com, example.com or 192.0.2.1
        sender: String,
    },
}
