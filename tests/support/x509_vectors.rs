//! Public vectors of certificates and keys, named by `WAXWING_VECTORS`; without it there is nothing to
//! do.

use std::path::{Path, PathBuf};
use waxwing::base::Secret;
use waxwing::cert::x509::{KeyKind, Unlocked};
use waxwing::cert::{Cert, ParsedKey};

fn folder(of: &str) -> Option<PathBuf> {
    let vectors = std::env::var_os("WAXWING_VECTORS")?;
    Some(Path::new(&vectors).join(of))
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// What a file of keys and certificates gives; nothing when it is refused as a whole.
fn unlocked(bytes: &[u8], password: &str) -> Option<Unlocked> {
    let items = Cert::parse_many(bytes).ok()?;
    let password = Secret::new(password.to_owned());
    items.into_iter().find_map(|item| match item {
        ParsedKey::Bundle(bundle) => bundle.unlock(Some(&password)).ok(),
        ParsedKey::Cert(..) | ParsedKey::Secret(..) | ParsedKey::Refused(_) => None,
    })
}

/// Whether a private key file opens with the certificate beside it.
fn pairs(key: &Path, cert: &Path) -> bool {
    let both = [read(key), b"\n".to_vec(), read(cert)].concat();
    unlocked(&both, "").is_some_and(|found| found.secrets.len() == 1)
}

fn every_form(folder: &Path, names: &[&str], bad: &[&str], cert_of_bad: &str) {
    for name in names {
        let cert = folder.join(format!("{name}.crt"));
        for form in ["seed", "expanded", "both"] {
            let key = folder.join(format!("{name}-{form}.priv"));
            assert!(pairs(&key, &cert), "{}", key.display());
        }
    }
    let cert = folder.join(format!("{cert_of_bad}.crt"));
    for name in bad {
        let key = folder.join(format!("{name}.priv"));
        assert!(!pairs(&key, &cert), "{} is taken", key.display());
    }
}

#[test]
fn ml_kem_keys_of_rfc_9935_are_read_and_the_bad_ones_refused() {
    let Some(folder) = folder("lamps-mlkem-certs/example") else {
        return;
    };
    every_form(
        &folder,
        &["ML-KEM-512", "ML-KEM-768", "ML-KEM-1024"],
        &[
            "bad-ML-KEM-512-1",
            "bad-ML-KEM-512-2",
            "bad-ML-KEM-512-3",
            "bad-ML-KEM-512-4",
        ],
        "ML-KEM-512",
    );
}

#[test]
fn ml_dsa_keys_of_rfc_9881_are_read_and_the_bad_ones_refused() {
    let Some(folder) = folder("lamps-mldsa-certs/examples") else {
        return;
    };
    every_form(
        &folder,
        &["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"],
        &["bad-ML-DSA-44-1", "bad-ML-DSA-44-2", "bad-ML-DSA-44-3"],
        "ML-DSA-44",
    );
}

#[test]
fn the_keys_of_nss_are_read() {
    let Some(folder) = folder("nss-smime/tests/smime/interop-openssl") else {
        return;
    };
    for (file, rsa) in [("Fran.p12", true), ("Fran-ec.p12", false)] {
        let found = unlocked(&read(&folder.join(file)), "nss").unwrap();
        assert_eq!(found.secrets.len(), 1, "{file}");
        let kind = found.secrets[0].x509().key_kind();
        assert_eq!(matches!(kind, KeyKind::Rsa { .. }), rsa, "{file}: {kind:?}");
    }
}
