//! The system's certification authorities: the lists that say "for mail" where there is one, and
//! the list that does not say what for.
//!
//! p11-kit writes one list for each purpose where distributions use it whole (Fedora, Arch); Debian's
//! ca-certificates is a list for web servers.

use crate::app::port::{SystemAuthorities, SystemTrust};
use crate::settings::issuers_from_pem;
use std::io::Read;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Largest list that is read, in bytes.
const LIST_BYTES: u64 = 16 << 20;

const FOR_MAIL: &[&str] = &[
    "/etc/pki/ca-trust/extracted/pem/email-ca-bundle.pem",
    "/etc/ca-certificates/extracted/email-ca-bundle.pem",
];
const UNSTATED: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The lists in files, read once.
pub struct TrustFiles {
    for_mail: Vec<PathBuf>,
    unstated: Vec<PathBuf>,
    read: OnceLock<SystemAuthorities>,
}

impl TrustFiles {
    /// Where distributions keep them.
    pub fn of_system() -> Self {
        let paths = |all: &[&str]| all.iter().map(PathBuf::from).collect();
        TrustFiles::new(paths(FOR_MAIL), paths(UNSTATED))
    }

    /// In these files; of each kind the first that is there counts.
    pub fn new(for_mail: Vec<PathBuf>, unstated: Vec<PathBuf>) -> Self {
        TrustFiles {
            for_mail,
            unstated,
            read: OnceLock::new(),
        }
    }
}

impl SystemTrust for TrustFiles {
    fn authorities(&self) -> SystemAuthorities {
        let read = self.read.get_or_init(|| SystemAuthorities {
            for_mail: first(&self.for_mail),
            unstated: first(&self.unstated),
        });
        read.clone()
    }
}

fn first(paths: &[PathBuf]) -> Vec<Vec<u8>> {
    let list = paths.iter().find_map(|path| {
        let file = std::fs::File::open(path).ok()?;
        let mut text = Vec::new();
        file.take(LIST_BYTES).read_to_end(&mut text).ok()?;
        Some(issuers_from_pem(&text))
    });
    list.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_list_that_is_there_counts() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("list.pem");
        let block = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";
        std::fs::write(&there, block.repeat(2)).unwrap();
        let absent = folder.path().join("absent.pem");
        let trust = TrustFiles::new(vec![absent.clone(), there], vec![absent]);
        let found = trust.authorities();
        assert_eq!(found.for_mail, vec![vec![1, 2, 3]; 2]);
        assert!(found.unstated.is_empty());
    }
}
