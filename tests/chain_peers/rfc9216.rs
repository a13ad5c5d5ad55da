//! The sample keys and certificates of RFC 9216, name by name; nothing to do without the public vectors.

use crate::wax::Wax;
use std::path::{Path, PathBuf};

const PEOPLE: [(&str, u8, &str); 4] = [
    ("alice", 4, "rsa"),
    ("bob", 5, "rsa"),
    ("carlos", 7, "ed25519"),
    ("dana", 8, "ed25519"),
];

fn folder() -> Option<PathBuf> {
    let vectors = std::env::var_os("WAXWING_VECTORS")?;
    Some(Path::new(&vectors).join("rfc9216"))
}

/// The one file whose name begins so.
fn file(folder: &Path, begins: &str) -> String {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names = entries.map(|entry| entry.unwrap().path());
    let found = names.find(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(begins) && name.ends_with(".pem")
    });
    let found = found.unwrap_or_else(|| panic!("no {begins}…"));
    found.to_str().unwrap().to_owned()
}

#[test]
fn rfc9216_every_certificate_has_its_chain_to_both_authorities() {
    let Some(folder) = folder() else { return };
    let wax = Wax::new();
    let (rsa, ed) = (file(&folder, "3.1-"), file(&folder, "6.1-"));
    // Each authority signed the other's key too.
    let (rsa_by_ed, ed_by_rsa) = (file(&folder, "3.3-"), file(&folder, "6.3-"));
    for (name, section, kind) in PEOPLE {
        let address = format!("{name}@smime.example");
        for (part, purpose) in [(1, "sign"), (3, "encrypt")] {
            let cert = file(&folder, &format!("{section}.{part}-"));
            let (own, other, cross) = match kind {
                "rsa" => (&rsa, &ed, &rsa_by_ed),
                _ => (&ed, &rsa, &ed_by_rsa),
            };
            let line = ["chain", &cert, "--address", &address, "--purpose", purpose];
            let direct = wax.json(&[&line[..], &["--root", own]].concat());
            println!("{section}.{part} {name} {purpose}: {}", direct["path"]);
            assert_eq!(direct["path"].as_array().unwrap().len(), 2);
            let over = wax.json(&[&line[..], &["--root", other, "--with", cross]].concat());
            assert_eq!(over["path"].as_array().unwrap().len(), 3, "{over:#}");
            let (exit, alone) = wax.outcome(&[&line[..], &["--root", other]].concat());
            assert_eq!((exit, &alone["valid"]), (3, &false.into()));
        }
    }
}

#[test]
fn rfc9216_every_key_is_read_and_a_letter_goes_between_them() {
    let Some(folder) = folder() else { return };
    for (name, section, _) in PEOPLE {
        let wax = Wax::new();
        let password = wax.file("password", format!("{name}\n"));
        let backup = file(&folder, &format!("{section}.5-"));
        let line = ["key", "import", &backup, "--key-password-file", &password];
        let taken = wax.json(&line);
        let secret = |key: &&serde_json::Value| key["secret"] == true;
        let own = taken["imported"]
            .as_array()
            .unwrap()
            .iter()
            .filter(secret)
            .count();
        println!("{section}.5 {name}: {own} keys");
        assert_eq!(own, 2, "{taken:#}");
        // The private keys apart from PKCS #12, each beside its certificate.
        for (cert, key) in [(1, 2), (3, 4)] {
            let both: String = [cert, key]
                .map(|part| {
                    std::fs::read_to_string(file(&folder, &format!("{section}.{part}-"))).unwrap()
                })
                .concat();
            let other = Wax::new();
            let both = other.file("both.pem", both);
            let taken = other.json(&["key", "import", &both]);
            assert_eq!(
                taken["imported"][0]["secret"], true,
                "{section}.{key}: {taken:#}"
            );
        }
        // To oneself: RSA, and ECDH over X25519 with an Ed25519 signature.
        let address = format!("{name}@smime.example");
        let fingerprint = taken["imported"]
            .as_array()
            .unwrap()
            .iter()
            .find(secret)
            .unwrap();
        let fingerprint = fingerprint["fingerprint"].as_str().unwrap();
        wax.json(&["identity", "use", fingerprint]);
        let draft = wax.file(
            "draft.eml",
            format!("To: {address}\nSubject: x\n\n{name}\n"),
        );
        let out = wax.path("sealed.eml");
        wax.json(&["seal", &draft, "-o", out.to_str().unwrap()]);
        let opened = wax.json(&["open", out.to_str().unwrap()]);
        assert_eq!(opened["summary"], "confidential", "{opened:#}");
        assert_eq!(opened["payload"]["text"], format!("{name}\n"));
    }
}
