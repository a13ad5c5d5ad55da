//! The real world behind the ports: one folder for each thing that it is made of.

pub mod clamd;
pub mod clock;
pub mod desktop;
pub mod dns;
pub mod handover;
pub mod http;
pub mod mailauth;
pub mod pop3;
pub mod practice;
pub mod process;
pub mod servers;
pub mod smtp;
pub mod store;
pub mod tls;
pub mod trust;
