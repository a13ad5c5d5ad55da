use super::*;
use crate::address::Mailbox;
use crate::base::{Alone, Time};
use crate::cert::{Cert, NewKey, SecretCert, SecretKeys};
use crate::protect::evidence::{Integrity, SignatureState};

pub fn at(text: &str) -> Time {
    text.parse().unwrap()
}

pub fn now() -> Time {
    at("2026-05-03T10:00:00Z")
}

pub fn key(who: &str) -> NewKey {
    SecretCert::generate(&Mailbox::parse(who).unwrap(), at("2026-01-01T00:00:00Z")).unwrap()
}

pub fn keys(of: &[&NewKey]) -> SecretKeys {
    of.iter().map(|key| key.secret.clone()).collect()
}

pub fn sealed(inner: &[u8], from: &NewKey, to: &[Cert]) -> Vec<u8> {
    let mut out = Vec::new();
    seal(inner, &from.secret, to, now(), &Alone, &mut out).unwrap();
    out
}

pub fn read(message: &[u8], keys: &SecretKeys, certs: &[Cert]) -> Result<Opened, OpenFailure> {
    read_at(message, keys, certs, now(), false)
}

pub fn read_at(
    message: &[u8],
    keys: &SecretKeys,
    certs: &[Cert],
    at: Time,
    without_integrity: bool,
) -> Result<Opened, OpenFailure> {
    let certs = certs.to_vec();
    let with = Reading {
        keys,
        certs: &certs,
        at,
        workers: &Alone,
        without_integrity,
    };
    open(message, &with)
}

#[test]
fn rule_37_a_sealed_entity_is_signed_inside_and_opens_whole() {
    let (alice, bob) = (key("Alice <alice@example.org>"), key("bob@example.org"));
    for length in [0, 1, 100, 65_535, 65_536, 1_000_003] {
        let inner: Vec<u8> = (0..length).map(|i| (i * 7 % 256) as u8).collect();
        let message = sealed(&inner, &alice, std::slice::from_ref(&bob.cert));
        let opened = read(&message, &keys(&[&bob]), std::slice::from_ref(&alice.cert)).unwrap();
        assert_eq!(opened.plaintext, inner);
        assert_eq!(opened.encryption.integrity, Integrity::Mdc);
        assert_eq!(opened.encryption.algorithm, "AES-256");
        assert_eq!(opened.encryption.opened_with, Some(bob.cert.fingerprint()));
        let [signature] = opened.signatures.as_slice() else {
            panic!("{:?}", opened.signatures);
        };
        assert_eq!(signature.state, SignatureState::Good);
        assert_eq!(signature.signer, Some(alice.cert.fingerprint()));
        assert_eq!(signature.addresses[0].as_str(), "alice@example.org");
        assert_eq!(signature.made, Some(now()));
        assert_eq!(
            (signature.hash.as_str(), signature.algorithm.as_str()),
            ("SHA-512", "Ed25519")
        );
    }
}
