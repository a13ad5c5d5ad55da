//! The shell's middle: what the program can do, in terms of ports that adapters implement.

pub mod job;
pub mod port;
pub mod workers;
