//! Plain data that a person sets up: servers, accounts, and how the window looks. Passwords are
//! not in here; the vault holds them.

mod blocked;
mod preferences;

pub use blocked::{Blocked, NothingToBlock};
pub use preferences::{
    Preferences, PreferencesChange, SIGNATURE_BYTES, Screen, TextSize, ThemeChoice, WindowPlace,
    tidy_signature,
};

use crate::address::Address;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a connection becomes TLS. There is no third way (RFC 8314 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte (ports 465, 993, 995).
    Implicit,
    /// Plaintext greeting, then a required upgrade (ports 587, 2525).
    StartTls,
}

/// Which issuers vouch for a server's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// The system's list.
    System,
    /// Only these issuers, each a certificate in DER: a private CA pinned for one server.
    Pinned(Vec<Vec<u8>>),
}

/// One server and how to reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The name that the server's certificate must carry.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How TLS is made.
    pub security: Security,
    /// Who vouches for the certificate.
    pub trust: Trust,
    /// Where to connect instead of asking the system's resolver for `host`: an IP address. The
    /// certificate is still checked against `host`.
    pub connect_to: Option<std::net::IpAddr>,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// An account: whose mail it is, and the servers that send and receive it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The address that the account sends as.
    #[serde(with = "address_as_text")]
    pub address: Address,
    /// The login name, often the address.
    pub login: String,
    /// Where letters are handed in.
    pub submission: Endpoint,
    /// Where letters are fetched from (POP3S), if at all.
    pub mailbox: Option<Endpoint>,
}

/// The certificates in a PEM file, each as DER (RFC 7468); other blocks and text are passed over.
pub fn issuers_from_pem(text: &[u8]) -> Vec<Vec<u8>> {
    use base64::Engine as _;
    let text = String::from_utf8_lossy(text);
    let mut found = Vec::new();
    let mut rest = &*text;
    while let Some((_, block)) = rest.split_once("-----BEGIN CERTIFICATE-----") {
        let Some((body, after)) = block.split_once("-----END CERTIFICATE-----") else {
            break;
        };
        let digits: String = body.split_whitespace().collect();
        if let Ok(der) = base64::engine::general_purpose::STANDARD.decode(digits) {
            found.push(der);
        }
        rest = after;
    }
    found
}

mod address_as_text {
    use super::Address;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(address: &Address, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(address.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Address, D::Error> {
        let text = String::deserialize(from)?;
        Address::parse(&text)
            .map_err(|problem| serde::de::Error::custom(format!("no address: {problem:?}")))
    }
}
