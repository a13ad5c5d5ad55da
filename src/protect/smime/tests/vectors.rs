//! Public vectors, name by name. They are read from the folder that `WAXWING_VECTORS` names.

use super::*;
use crate::protect::evidence::{Layer, SignatureFact, SignatureState};
use crate::protect::openpgp::OpenProblem;
use std::path::PathBuf;

/// The public vectors; without them there is nothing to read.
fn vectors() -> Option<PathBuf> {
    std::env::var_os("WAXWING_VECTORS").map(PathBuf::from)
}

fn file(name: &str) -> Vec<u8> {
    let path = vectors().expect("the vectors").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn cert(name: &str) -> Cert {
    Cert::X509(X509Cert::from_der(&file(&format!("rfc4134/{name}"))).unwrap())
}

fn secret(cert: &str, key: &str) -> X509Secret {
    let cert = X509Cert::from_der(&file(&format!("rfc4134/{cert}"))).unwrap();
    let key = PKey::private_key_from_pkcs8(&file(&format!("rfc4134/{key}"))).unwrap();
    X509Secret::new(cert, key).unwrap_or_else(|problem| panic!("{problem:?}"))
}

/// Takes a layer off with everybody's certificates at hand, at the time of the examples.
fn rfc4134(bytes: &[u8], keys: &SecretKeys) -> Result<Taken, OpenFailure> {
    let certs = [
        "AliceDSSSignByCarlNoInherit.cer",
        "AliceRSASignByCarl.cer",
        "BobRSASignByCarl.cer",
        "CarlDSSSelf.cer",
        "CarlRSASelf.cer",
        "DianeDSSSignByCarlInherit.cer",
        "DianeRSASignByCarl.cer",
    ]
    .map(cert)
    .to_vec();
    let with = Reading {
        keys,
        certs: &certs,
        at: at("2003-01-01T00:00:00Z"),
        workers: &Alone,
        without_integrity: true,
    };
    open(bytes.to_vec(), &with)
}

const CONTENT: &[u8] = b"This is some sample content.";

fn facts(name: &str) -> Vec<SignatureFact> {
    let taken = rfc4134(&file(&format!("rfc4134/{name}")), &SecretKeys::new()).unwrap();
    if let Some((bytes, range)) = &taken.inside {
        assert_eq!(&bytes[range.clone()], CONTENT, "{name}");
    }
    match taken.layer {
        Some(Layer::SmimeSigned(facts)) => facts,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn rfc4134_every_signed_example_verifies_and_says_that_it_is_weak() {
    if vectors().is_none() {
        return;
    }
    for (name, signers) in [
        ("4.1.bin", 1),
        ("4.2.bin", 1),
        ("4.4.bin", 1),
        ("4.5.bin", 1),
        ("4.6.bin", 2),
        ("4.7.bin", 1),
        ("4.10.bin", 1),
    ] {
        let facts = facts(name);
        assert_eq!(facts.len(), signers, "{name}");
        for fact in facts {
            // A DSA key that takes its parameters from its issuer is not used.
            let inherits = fact
                .addresses
                .iter()
                .any(|a| a.as_str().starts_with("DianeDSS"));
            let expected = match inherits {
                true => SignatureState::UnfitKey,
                false => SignatureState::WeakHash,
            };
            assert_eq!(fact.state, expected, "{name}: {fact:?}");
            assert_eq!(fact.hash, "SHA-1");
        }
    }
    // 4.3 signs content that stands elsewhere.
    reading(&SecretKeys::new(), false, |with| {
        let (facts, _) = verify_detached(CONTENT, &file("rfc4134/4.3.bin"), with);
        assert_eq!(facts[0].state, SignatureState::WeakHash);
        let (facts, _) = verify_detached(b"other", &file("rfc4134/4.3.bin"), with);
        assert_eq!(facts[0].state, SignatureState::Bad);
    });
    // 4.11 holds certificates alone.
    let taken = rfc4134(&file("rfc4134/4.11.bin"), &SecretKeys::new()).unwrap();
    assert!(taken.layer.is_none() && taken.inside.is_none());
    assert!(!taken.along.certs.is_empty());
}

#[test]
fn rfc4134_every_encrypted_example_opens() {
    if vectors().is_none() {
        return;
    }
    let bob = secret("BobRSASignByCarl.cer", "BobPrivRSAEncrypt.pri");
    // 5.2 is for a mailing list's key too, which is counted as one that nobody knows.
    for name in ["5.1.bin", "5.2.bin"] {
        let taken = rfc4134(&file(&format!("rfc4134/{name}")), &keys(&[&bob])).unwrap();
        assert_eq!(inside(&taken), CONTENT, "{name}");
    }
    let message = file("rfc4134/5.3.eml");
    let taken = rfc4134(&cms_of(&message), &keys(&[&bob])).unwrap();
    assert_eq!(inside(&taken), CONTENT);
}

#[test]
fn rfc4134_what_is_no_message_is_named() {
    if vectors().is_none() {
        return;
    }
    for (name, what) in [
        ("6.0.bin", "digested data"),
        ("7.1.bin", "encrypted data without recipients"),
        ("7.2.bin", "encrypted data without recipients"),
    ] {
        let failure = rfc4134(&file(&format!("rfc4134/{name}")), &SecretKeys::new()).unwrap_err();
        let what = what.to_owned();
        assert_eq!(failure.why, OpenProblem::Unsupported { what }, "{name}");
    }
    for name in ["3.1.bin", "3.2.bin"] {
        let failure = rfc4134(&file(&format!("rfc4134/{name}")), &SecretKeys::new()).unwrap_err();
        assert_eq!(failure.why, OpenProblem::NotEncrypted, "{name}");
    }
}

#[test]
fn rfc4134_every_signed_mail_verifies() {
    if vectors().is_none() {
        return;
    }
    for name in ["4.8.eml", "4.9.eml"] {
        let message = file(&format!("rfc4134/{name}"));
        let own = SecretKeys::new();
        reading(&own, false, |with| {
            let opened = crate::protect::open::open(&message, with).unwrap();
            let [Layer::SmimeSigned(facts)] = opened.evidence.layers.as_slice() else {
                panic!("{name}: {:?}", opened.evidence);
            };
            assert_eq!(facts[0].state, SignatureState::WeakHash, "{name}");
        });
    }
}

/// The private keys of a PKCS #12 file, each with its certificate.
fn from_pkcs12(name: &str, password: &str) -> X509Secret {
    let parsed = openssl::pkcs12::Pkcs12::from_der(&file(name))
        .unwrap()
        .parse2(password)
        .unwrap();
    let cert = parsed.cert.unwrap().to_der().unwrap();
    X509Secret::new(X509Cert::from_der(&cert).unwrap(), parsed.pkey.unwrap())
        .unwrap_or_else(|problem| panic!("{problem:?}"))
}

#[test]
fn nss_smime_every_envelope_opens() {
    if vectors().is_none() {
        return;
    }
    let folder = "nss-smime/tests/smime/interop-openssl";
    let rsa = from_pkcs12(&format!("{folder}/Fran.p12"), "nss");
    let ec = from_pkcs12(&format!("{folder}/Fran-ec.p12"), "nss");
    for (name, who) in [
        ("fran-oaep_ossl", &rsa),
        ("fran-oaep-label_ossl", &rsa),
        ("fran-oaep-sha256hash_ossl", &rsa),
        ("fran-oaep-sha384hash_ossl", &rsa),
        ("fran-oaep-sha512hash_ossl", &rsa),
        ("fran-oaep-sha256mgf_ossl", &rsa),
        ("fran-oaep-sha384mgf_ossl", &rsa),
        ("fran-oaep-sha512mgf_ossl", &rsa),
        ("fran-oaep-sha256hash-label_ossl", &rsa),
        ("fran-oaep-sha256mgf-label_ossl", &rsa),
        ("fran-oaep-sha256hash-sha256mgf_ossl", &rsa),
        ("fran-oaep_ossl-sha256hash-sha256mgf-label", &rsa),
        ("fran-ec_ossl-aes128-sha1", &ec),
        ("fran-ec_ossl-aes128-sha224", &ec),
        ("fran-ec_ossl-aes128-sha256", &ec),
        ("fran-ec_ossl-aes192-sha384", &ec),
        ("fran-ec_ossl-aes256-sha512", &ec),
    ] {
        let bytes = file(&format!("{folder}/{name}.env"));
        let bytes = match bytes.first() {
            Some(0x30) => bytes,
            _ => cms_of(&bytes),
        };
        let taken = take(&bytes, &[who]).unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        assert_eq!(
            inside(&taken),
            b"This is a test message to Fran.\n",
            "{name}"
        );
    }
}

#[test]
fn lamps_cms_mlkem_opens_with_the_seed_the_expanded_key_and_both() {
    if vectors().is_none() {
        return;
    }
    let folder = "lamps-cms-mlkem/example";
    let pem = |name: &str| file(&format!("{folder}/{name}"));
    let cert = X509::from_pem(&pem("ML-KEM-512.pem"))
        .unwrap()
        .to_der()
        .unwrap();
    let cert = X509Cert::from_der(&cert).unwrap();
    let cms = openssl_pem(&pem("ML-KEM-512.cms"));
    for name in [
        "ML-KEM-512-seed.priv",
        "ML-KEM-512-expanded.priv",
        "ML-KEM-512-both.priv",
    ] {
        let key = PKey::private_key_from_pem(&pem(name)).unwrap();
        let own = X509Secret::new(cert.clone(), key).unwrap_or_else(|p| panic!("{name}: {p:?}"));
        let taken = take(&cms, &[&own]).unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        assert_eq!(
            inside(&taken),
            file(&format!("{folder}/plaintext.txt")),
            "{name}"
        );
    }
}

/// What a PEM block holds.
fn openssl_pem(pem: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(pem.to_vec()).unwrap();
    let body: String = text
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    openssl::base64::decode_block(&body).unwrap()
}
