//! The command line: `args` declares, `run` does.

pub mod args;
pub mod run;
