//! The shell's middle: what the program can do, in terms of ports that adapters implement.

pub mod bulk;
pub mod chain;
pub mod command;
pub mod desk;
pub mod evidence;
pub mod failure;
pub mod files;
pub mod job;
pub mod key_card;
pub mod key_index;
pub mod port;
pub mod print;
mod random;
pub mod runner;
pub mod service;
pub mod sight;
pub mod workers;
