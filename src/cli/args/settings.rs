use crate::settings::{TextSize, ThemeChoice};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// How the window looks, and the text under your letters.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// What is set
    Show,
    /// Change something; what is not named stays
    Set(SettingsSet),
    /// The text under the letters of an identity
    Signature {
        /// Whose; the current identity's without it
        address: Option<String>,
    },
}

/// Change something.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct SettingsSet {
    /// Colours of the window: system, light or dark
    #[arg(long, value_name = "THEME", value_parser = theme)]
    pub theme: Option<ThemeChoice>,
    /// How large everything is drawn, in percent: 100, 125, 150, 175 or 200
    #[arg(long, value_name = "PERCENT", value_parser = text_size)]
    pub text_size: Option<TextSize>,
    /// The name of your own mail server, whose word about other servers counts (Authentication-Results); an
    /// empty one takes it back
    #[arg(long, value_name = "HOST")]
    pub border: Option<String>,
    /// The text under your letters; an empty one removes it
    #[arg(long, value_name = "TEXT", group = "text")]
    pub signature: Option<String>,
    /// The same from a file; - for standard input
    #[arg(long, value_name = "F", group = "text")]
    pub signature_file: Option<PathBuf>,
    /// Whose signature text; the current identity's without it
    #[arg(long = "for", value_name = "ADDRESS", requires = "text")]
    pub whose: Option<String>,
}

fn theme(word: &str) -> Result<ThemeChoice, String> {
    ThemeChoice::parse(word).ok_or_else(|| "it is system, light or dark".to_owned())
}

fn text_size(percent: &str) -> Result<TextSize, String> {
    let percent = percent.trim_end_matches('%').trim();
    let size = percent.parse().ok().and_then(TextSize::new);
    size.ok_or_else(|| "it is 100, 125, 150, 175 or 200".to_owned())
}
