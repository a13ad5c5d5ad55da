mod attacks;
mod losses;
mod reading;
mod sealing;

use super::*;
use crate::address::Mailbox;
use crate::base::{Alone, Time};
use crate::cert::{Cert, NewKey, SecretCert, SecretKeys};
use crate::protect::evidence::{Integrity, RecipientHandle, SignatureState};

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

pub const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nHello Bob,\r\nit works.\r\n";

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
            ("SHA-256", "Ed25519")
        );
    }
}

/// Encrypts packets as they are, whatever they are, for one key.
pub fn encrypted(packets: &[u8], to: &NewKey, authenticated: bool) -> Vec<u8> {
    use sequoia_openpgp::serialize::stream::{Encryptor, Message, Recipient};
    use std::io::Write as _;
    let cert = to.secret.public();
    let keys = cert.encryption_keys(now()).unwrap();
    let features = if authenticated {
        sequoia_openpgp::types::Features::sequoia()
    } else {
        sequoia_openpgp::types::Features::empty().set_seipdv1()
    };
    let recipients = keys.iter().map(|key| {
        let handle: sequoia_openpgp::KeyHandle = if authenticated {
            key.fingerprint().into()
        } else {
            key.keyid().into()
        };
        Recipient::new(features.clone(), Some(handle), key)
    });
    let mut out = Vec::new();
    let message = Message::new(&mut out);
    let mut message = Encryptor::for_recipients(message, recipients)
        .build()
        .unwrap();
    message.write_all(packets).unwrap();
    message.finalize().unwrap();
    out
}

/// A literal packet.
pub fn literal(data: &[u8]) -> Vec<u8> {
    let mut packet = frame::header(frame::tag::LITERAL, data.len() + 6);
    packet.extend_from_slice(b"b\0\0\0\0\0");
    packet.extend_from_slice(data);
    packet
}

/// A signature packet over data, to be changed before it is made.
pub fn signature(
    data: &[u8],
    by: &NewKey,
    made: Time,
    change: impl FnOnce(
        sequoia_openpgp::packet::signature::SignatureBuilder,
    ) -> sequoia_openpgp::packet::signature::SignatureBuilder,
) -> Vec<u8> {
    use sequoia_openpgp::packet::signature::SignatureBuilder;
    use sequoia_openpgp::serialize::SerializeInto as _;
    use sequoia_openpgp::types::{HashAlgorithm, SignatureType};
    let signing = by
        .cert
        .keys(made)
        .iter()
        .position(|key| key.can.sign)
        .unwrap();
    let key = by
        .secret
        .inner()
        .keys()
        .unencrypted_secret()
        .nth(signing)
        .unwrap();
    let mut pair = key.key().clone().into_keypair().unwrap();
    let builder = SignatureBuilder::new(SignatureType::Binary)
        .set_hash_algo(HashAlgorithm::SHA512)
        .set_signature_creation_time(crate::cert::openpgp::system_time(made))
        .unwrap();
    let signature = change(builder).sign_message(&mut pair, data).unwrap();
    sequoia_openpgp::Packet::from(signature).to_vec().unwrap()
}
