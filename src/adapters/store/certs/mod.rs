//! Public OpenPGP certificates: in the certificate directory, or in memory.

mod directory;
mod index;

pub(super) use self::directory::CertDirectory;

use crate::address::Address;
use crate::app::port::StoreFailure;
use crate::cert::{Cert, Fingerprint};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

/// Where certificates are.
pub(super) enum Certs {
    /// In a Shared OpenPGP Certificate Directory, where other programs see them.
    Directory(Box<CertDirectory>),
    /// In this process alone.
    Memory(Mutex<BTreeMap<Fingerprint, Cert>>),
}

/// Which certificates are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// All.
    All,
    /// The one with this fingerprint.
    Fingerprint(&'a Fingerprint),
    /// Those with a user ID of this address.
    Address(&'a Address),
    /// Those with this key or subkey: fingerprint or 64-bit key ID, upper-case hex.
    Key(&'a str),
}

impl Certs {
    pub(super) fn in_memory() -> Self {
        Certs::Memory(Mutex::new(BTreeMap::new()))
    }

    /// The wanted certificates, in the order of their fingerprints.
    pub(super) fn find(&self, wanted: Wanted<'_>) -> Result<Vec<Cert>, StoreFailure> {
        match self {
            Certs::Directory(directory) => directory.find(wanted),
            Certs::Memory(certs) => Ok(locked(certs)
                .values()
                .filter(|cert| is_wanted(cert, wanted))
                .cloned()
                .collect()),
        }
    }

    /// All certificates' fingerprints, each with what tells whether it changed.
    pub(super) fn stamps(&self) -> Result<Vec<(Fingerprint, String)>, StoreFailure> {
        match self {
            Certs::Directory(directory) => directory.stamps(),
            Certs::Memory(certs) => Ok(locked(certs)
                .keys()
                .map(|fingerprint| (fingerprint.clone(), String::new()))
                .collect()),
        }
    }

    /// Puts a certificate, merged with what is there; returns the merged one.
    pub(super) fn put(&self, cert: &Cert) -> Result<Cert, StoreFailure> {
        match self {
            Certs::Directory(directory) => directory.put(cert),
            Certs::Memory(certs) => {
                let mut certs = locked(certs);
                let merged = match certs.get(&cert.fingerprint()) {
                    Some(known) => known.merge(cert),
                    None => cert.clone(),
                };
                certs.insert(merged.fingerprint(), merged.clone());
                Ok(merged)
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|p| p.into_inner())
}

fn is_wanted(cert: &Cert, wanted: Wanted<'_>) -> bool {
    match wanted {
        Wanted::All => true,
        Wanted::Fingerprint(fingerprint) => cert.fingerprint() == *fingerprint,
        Wanted::Address(address) => addresses(cert).contains(address),
        Wanted::Key(handle) => cert.key_handles().iter().any(|h| h == handle),
    }
}

/// The addresses of all its user IDs.
pub(super) fn addresses(cert: &Cert) -> Vec<Address> {
    let mut addresses: Vec<Address> = cert
        .user_ids()
        .into_iter()
        .filter_map(|user_id| user_id.address)
        .collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

#[cfg(test)]
mod tests;
