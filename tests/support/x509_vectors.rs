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

/// Every private key of a folder, by its name: `NAME-FORM.priv` opens with `NAME.crt`, `bad-NAME-N.priv`
/// is refused, though the same certificate pairs with its good key.
fn every_key(folder: &Path, at_least: (usize, usize)) {
    let (mut good, mut bad) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(name) = name.strip_suffix(".priv") else {
            continue;
        };
        let (rest, is_bad) = match name.strip_prefix("bad-") {
            Some(rest) => (rest, true),
            None => (name, false),
        };
        let cert = rest.rsplit_once('-').unwrap().0;
        let cert = folder.join(format!("{cert}.crt"));
        assert_eq!(pairs(&path, &cert), !is_bad, "{}", path.display());
        if is_bad {
            bad += 1;
        } else {
            good += 1;
        }
    }
    assert!(
        good >= at_least.0 && bad >= at_least.1,
        "{good} good, {bad} bad"
    );
}

#[test]
fn ml_kem_keys_of_rfc_9935_are_read_and_the_bad_ones_refused() {
    if let Some(folder) = folder("lamps-mlkem-certs/example") {
        every_key(&folder, (9, 4));
    }
}

#[test]
fn ml_dsa_keys_of_rfc_9881_are_read_and_the_bad_ones_refused() {
    if let Some(folder) = folder("lamps-mldsa-certs/examples") {
        every_key(&folder, (9, 3));
    }
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
