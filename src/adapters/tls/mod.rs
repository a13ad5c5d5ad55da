//! Connections that are TLS or nothing (rules 57 and 60): reaching a server, the verified
//! handshake, and the facts about it. SMTP and POP3 stand on it.
//!
//! There is no way to go on after a failed check: [`TlsStream`] is made by [`handshake`] alone, and
//! only after name, dates, chain and signatures were found good.

mod first;
mod handshake;
mod issuer;
mod patience;
mod tcp;
mod verifier;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub use handshake::{TlsStream, handshake};
pub use patience::Patience;
pub use tcp::connect_tcp;
