use clap::{Parser, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Write, seal, send and open letters.
#[derive(Debug, Parser)]
#[command(
    name = "waxwing",
    version,
    long_about = "Opens the window in which you write, seal, send and open letters. \
        The same without a window: wax."
)]
pub struct WindowArgs {
    /// Keep everything under this folder, certificates too [else $WAXWING_HOME, else the
    /// platform's folders]
    #[arg(long, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Colours, this time [else as chosen in Settings]
    #[arg(long, value_enum)]
    pub theme: Option<ThemeArg>,
    /// A letter to open, keys to import, or a mailto: address to write to
    #[arg(value_name = "FILE|URL")]
    pub open: Vec<OsString>,
}

/// Colours of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThemeArg {
    /// As the system has them
    System,
    /// Ink on paper
    Light,
    /// By lamp light
    Dark,
}
