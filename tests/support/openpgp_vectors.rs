//! Public OpenPGP vectors, named by `WAXWING_VECTORS`; without it there is nothing to do.

use super::{ENTITY, items};
use std::path::{Path, PathBuf};
use waxwing::base::{Alone, Secret, Time};
use waxwing::cert::{Cert, ParsedKey, SecretCert, SecretKeys};
use waxwing::protect::evidence::SignatureState;
use waxwing::protect::openpgp::{OpenFailure, OpenProblem, Opened, Reading, open, verify_detached};

fn folder(of: &str) -> Option<PathBuf> {
    let vectors = std::env::var_os("WAXWING_VECTORS")?;
    Some(Path::new(&vectors).join(of))
}

fn late() -> Time {
    "2027-01-01T00:00:00Z".parse().expect("a time")
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn certs(bytes: &[u8]) -> Vec<Cert> {
    items(bytes)
        .into_iter()
        .filter_map(|item| match item {
            ParsedKey::Cert(cert, _) => Some(cert),
            ParsedKey::Secret(key, _) => Some(key.cert()),
            ParsedKey::Bundle(_) | ParsedKey::Refused(_) => None,
        })
        .collect()
}

fn secrets(bytes: &[u8], password: Option<&str>) -> Vec<SecretCert> {
    let password = password.map(|p| Secret::new(p.to_owned()));
    items(bytes)
        .into_iter()
        .filter_map(|item| match item {
            ParsedKey::Secret(key, _) => key.unlock(password.as_ref()).ok(),
            ParsedKey::Cert(..) | ParsedKey::Bundle(_) | ParsedKey::Refused(_) => None,
        })
        .collect()
}

fn attempt(message: &[u8], keys: Vec<SecretCert>, certs: &[Cert]) -> Result<Opened, OpenFailure> {
    let keys: SecretKeys = keys.into_iter().collect();
    let certs = certs.to_vec();
    let with = Reading {
        keys: &keys,
        certs: &certs,
        at: late(),
        workers: &Alone,
        without_integrity: true,
    };
    open(message, &with)
}

fn opened(name: &str, message: &[u8], keys: Vec<SecretCert>, certs: &[Cert]) -> Opened {
    attempt(message, keys, certs).unwrap_or_else(|why| panic!("{name}: {why:?}"))
}

#[test]
fn post_quantum_vectors_open_and_verify() {
    let Some(folder) = folder("openpgp-pqc-vectors/test-vectors") else {
        return;
    };
    let file = |name: String| read(&folder.join(name));
    for (key, message) in [
        ("v4-eddsa", "message-v1"),
        ("v4-eddsa", "message-v2"),
        ("v6-eddsa", "message"),
        ("v6-mldsa-65", "message"),
        ("v6-mldsa-87", "message"),
        ("v6-slhdsa-128s", "message"),
    ] {
        let own = secrets(&file(format!("{key}-sample-sk.asc")), None);
        let public = certs(&file(format!("{key}-sample-pk.asc")));
        let bytes = file(format!("{key}-sample-{message}.asc"));
        let opened = opened(key, &bytes, own, &public);
        assert_eq!(opened.plaintext, b"Testing\n", "{key} {message}");
        assert_eq!(
            opened.signatures[0].state,
            SignatureState::Good,
            "{key} {message}"
        );
    }
    for key in [
        "mldsa-65",
        "mldsa-87",
        "slhdsa-128f",
        "slhdsa-128s",
        "slhdsa-256s",
    ] {
        let public = certs(&file(format!("v6-{key}-sample-pk.asc")));
        let signature = file(format!("v6-{key}-sample-signature.asc"));
        let facts = verify_detached(b"Testing\n", &signature, &public, late());
        assert_eq!(facts[0].state, SignatureState::Good, "{key}");
        let facts = verify_detached(ENTITY, &signature, &public, late());
        assert_eq!(facts[0].state, SignatureState::Bad, "{key}");
    }
}

#[test]
fn rfc_9580_vectors_of_rpgp_open() {
    let Some(folder) = folder("rpgp-tests/tests") else {
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.join("rfc9580")).expect("the folder") {
        let key = entry.expect("an entry").path();
        for message in ["enc-seipdv1.msg", "enc-seipdv2.msg"] {
            let path = key.join(message);
            if !path.exists() {
                continue;
            }
            let name = path.display().to_string();
            let own = secrets(&read(&key.join("tsk.asc")), None);
            if name.contains("illegal") {
                assert!(attempt(&read(&path), own, &[]).is_err(), "{name}");
            } else {
                assert_eq!(
                    opened(&name, &read(&path), own, &[]).plaintext,
                    b"hello world\n",
                    "{name}"
                );
            }
            seen += 1;
        }
    }
    assert!(seen > 10);
    let padding = folder.join("unit-tests/padding");
    for message in ["msg-long-padding.pgp", "msg-short-padding.pgp"] {
        let own = secrets(&read(&padding.join("alice.key")), None);
        let opened = opened(message, &read(&padding.join(message)), own, &[]);
        assert_eq!(opened.plaintext, b"hello\n", "{message}");
    }
}

/// What cannot be read here: ciphers that the build of OpenSSL leaves out (Camellia, Twofish), Elgamal,
/// and a secret key that sequoia takes for damaged.
const NOT_READ: &[&str] = &[
    "camellia128-001",
    "camellia192-001",
    "camellia256-001",
    "gnupg-v1-002",
    "gnupg-v2-1-5-001",
    "pgp-10-0-007",
];

#[test]
fn interoperability_vectors_open_to_their_text() {
    let Some(folder) = folder("rpgp-tests/tests/openpgp-interop/testcases/messages") else {
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path
            .file_stem()
            .and_then(|n| n.to_str())
            .expect("a name")
            .to_owned();
        let about: serde_json::Value = serde_json::from_slice(&read(&path)).expect("JSON");
        let text = |field: &str| about[field].as_str().unwrap_or_default().to_owned();
        let own = secrets(
            &read(&folder.join(text("decryptKey"))),
            Some(&text("passphrase")),
        );
        let known = match text("verifyKey").as_str() {
            "" => Vec::new(),
            file => certs(&read(&folder.join(file))),
        };
        let message = read(&path.with_extension("asc"));
        seen += 1;
        if NOT_READ.contains(&name.as_str()) {
            let failure = attempt(&message, own, &known).err().expect("not read");
            let plain = matches!(
                failure.why,
                OpenProblem::Undecryptable | OpenProblem::NoKey | OpenProblem::Unsupported { .. }
            );
            assert!(plain, "{name}: {failure:?}");
            continue;
        }
        let opened = opened(&name, &message, own, &known);
        let found = String::from_utf8_lossy(&opened.plaintext).replace("\r\n", "\n");
        assert_eq!(found.trim_end(), text("textcontent").trim_end(), "{name}");
        // Never better than the bytes deserve.
        for signature in &opened.signatures {
            let good = signature.state == SignatureState::Good;
            assert!(!good || !signature.hash.contains("SHA-1"), "{name}");
        }
    }
    assert!(seen > 30);
}

#[test]
fn every_vector_is_read_as_key_and_as_message_without_panic() {
    let Some(all) = folder("") else {
        return;
    };
    let mut folders = vec![
        all.join("rpgp-tests"),
        all.join("chatmail-core"),
        all.join("autocrypt-spec"),
    ];
    let own = super::alice().secret;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = read(&path);
            let _ = Cert::parse_many(&bytes);
            let name = path.display().to_string();
            assert!(attempt(&bytes, vec![own.clone()], &[]).is_err(), "{name}");
            let facts = verify_detached(ENTITY, &bytes, &Vec::new(), late());
            assert!(
                facts.iter().all(|fact| fact.state > SignatureState::Bad),
                "{name}"
            );
        }
    }
}
