use super::super::recipients;
use super::*;
use crate::cert::{Unusable, openpgp::armor};
use sequoia_openpgp as pgp;

#[test]
fn rule_40_a_sealed_message_opens_with_the_own_key_too() {
    let (alice, bob) = (key("alice@example.org"), key("bob@example.org"));
    let message = sealed(ENTITY, &alice, std::slice::from_ref(&bob.cert));
    let opened = read(&message, &keys(&[&alice]), &[]).unwrap();
    assert_eq!(opened.plaintext, ENTITY);
    assert_eq!(
        opened.encryption.opened_with,
        Some(alice.cert.fingerprint())
    );
    // To oneself alone there is one session key, not two.
    let message = sealed(ENTITY, &alice, std::slice::from_ref(&alice.cert));
    let opened = read(&message, &keys(&[&alice]), &[]).unwrap();
    assert_eq!(
        opened.encryption.recipients,
        [RecipientHandle::Cert(alice.cert.fingerprint())]
    );
}

#[test]
fn rule_40_the_check_of_the_final_bytes_sees_a_missing_or_a_foreign_recipient() {
    let (alice, bob, carol) = (
        key("a@example.org"),
        key("b@example.org"),
        key("c@example.org"),
    );
    let own = alice.secret.public();
    let to = |certs: &[&NewKey]| {
        let certs: Vec<Cert> = certs.iter().map(|key| key.cert.clone()).collect();
        recipients::keys(&certs, &own, now()).unwrap()
    };
    let message = sealed(ENTITY, &alice, std::slice::from_ref(&bob.cert));
    assert_eq!(recipients::check(&message, &to(&[&bob])), Ok(()));
    for wrong in [to(&[&carol]), to(&[&bob, &carol]), to(&[&alice])] {
        assert_eq!(
            recipients::check(&message, &wrong),
            Err(SealFailure::CheckFailed)
        );
    }
    let cut = &message[..200];
    assert_eq!(
        recipients::check(cut, &to(&[&bob])),
        Err(SealFailure::CheckFailed)
    );
    assert_eq!(
        recipients::check(b"Hello", &to(&[&bob])),
        Err(SealFailure::CheckFailed)
    );
}

#[test]
fn rule_41_and_49_a_copy_names_its_own_recipients_and_nobody_else() {
    let (alice, bob, carol) = (
        key("a@example.org"),
        key("b@example.org"),
        key("c@example.org"),
    );
    let shared = sealed(ENTITY, &alice, std::slice::from_ref(&bob.cert));
    let blind = sealed(ENTITY, &alice, std::slice::from_ref(&carol.cert));
    for (message, to) in [(&shared, &bob), (&blind, &carol)] {
        let opened = read(message, &keys(&[to]), std::slice::from_ref(&alice.cert)).unwrap();
        let expected = [to.cert.fingerprint(), alice.cert.fingerprint()];
        assert_eq!(opened.signatures[0].intended, expected);
        let ids: Vec<String> = opened
            .encryption
            .recipients
            .iter()
            .map(|handle| match handle {
                RecipientHandle::KeyId(id) => id.clone(),
                RecipientHandle::Cert(cert) => cert.as_hex().to_owned(),
                RecipientHandle::Key(_) | RecipientHandle::Hidden | RecipientHandle::Named(_) => {
                    panic!("{handle:?}")
                }
            })
            .collect();
        let other = if to.cert.fingerprint() == bob.cert.fingerprint() {
            &carol
        } else {
            &bob
        };
        assert_eq!(ids.len(), 2);
        for handle in other.cert.key_handles() {
            assert!(!ids.contains(&handle));
        }
    }
}

#[test]
fn what_cannot_be_sealed_says_for_whom_and_why() {
    let (alice, bob) = (key("a@example.org"), key("b@example.org"));
    let attempt = |at: Time, to: &[Cert]| {
        let mut out = b"before".to_vec();
        let failure = seal(ENTITY, &alice.secret, to, at, &Alone, &mut out).unwrap_err();
        assert_eq!(out, b"before");
        failure
    };
    assert_eq!(attempt(now(), &[]), SealFailure::NoRecipients);
    let late = at("2031-01-01T00:00:00Z");
    let expired = bob.cert.expires(late).unwrap();
    assert_eq!(
        attempt(late, std::slice::from_ref(&bob.cert)),
        SealFailure::Recipient {
            fingerprint: bob.cert.fingerprint(),
            why: Unusable::Expired { at: expired }
        }
    );
}

/// A key with a given profile, features and cipher preferences.
pub(super) fn modern(
    features: pgp::types::Features,
    prefers: Option<pgp::types::SymmetricAlgorithm>,
) -> NewKey {
    use pgp::cert::{CertBuilder, CipherSuite};
    use pgp::packet::signature::SignatureBuilder;
    let builder = CertBuilder::new()
        .set_profile(pgp::Profile::RFC4880)
        .unwrap()
        .set_features(features)
        .unwrap()
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(crate::cert::openpgp::system_time(at(
            "2026-01-01T00:00:00Z",
        )))
        .add_userid("m@example.org")
        .add_signing_subkey()
        .add_transport_encryption_subkey();
    let (mut cert, _) = builder.generate().unwrap();
    if let Some(cipher) = prefers {
        let mut pair = cert
            .primary_key()
            .key()
            .clone()
            .parts_into_secret()
            .unwrap()
            .into_keypair()
            .unwrap();
        let later = crate::cert::openpgp::system_time(at("2026-01-02T00:00:00Z"));
        let direct = cert
            .primary_key()
            .binding_signature(crate::cert::openpgp::policy(), later)
            .unwrap()
            .clone();
        let updated = SignatureBuilder::from(direct)
            .set_signature_creation_time(later)
            .unwrap()
            .set_preferred_symmetric_algorithms(vec![cipher])
            .unwrap()
            .sign_direct_key(&mut pair, None)
            .unwrap();
        let userid = cert.userids().next().unwrap();
        let bound = SignatureBuilder::from(
            userid
                .binding_signature(crate::cert::openpgp::policy(), later)
                .unwrap()
                .clone(),
        )
        .set_signature_creation_time(later)
        .unwrap()
        .set_preferred_symmetric_algorithms(vec![cipher])
        .unwrap();
        let bound = userid.userid().bind(&mut pair, &cert, bound).unwrap();
        let packets: Vec<pgp::Packet> =
            vec![updated.into(), userid.userid().clone().into(), bound.into()];
        cert = cert.insert_packets(packets).unwrap().0;
    }
    let bytes = pgp::serialize::SerializeInto::to_vec(&cert.as_tsk()).unwrap();
    let secret = SecretCert::from_bytes(&bytes).unwrap();
    NewKey {
        cert: secret.cert(),
        secret,
        revocation: Vec::new(),
    }
}

#[test]
fn rule_48_algorithms_come_from_the_recipients() {
    use pgp::types::{Features, SymmetricAlgorithm};
    let old = modern(Features::empty().set_seipdv1(), None);
    let new = modern(Features::empty().set_seipdv1().set_seipdv2(), None);
    let other = modern(Features::empty().set_seipdv1().set_seipdv2(), None);
    let short = modern(
        Features::empty().set_seipdv1(),
        Some(SymmetricAlgorithm::AES128),
    );
    for (from, to, integrity, algorithm) in [
        (&new, &other, Integrity::Aead, "AES-256"),
        (&old, &new, Integrity::Mdc, "AES-256"),
        (&new, &old, Integrity::Mdc, "AES-256"),
        (&new, &short, Integrity::Mdc, "AES-128"),
    ] {
        let inner: Vec<u8> = ENTITY.repeat(5000);
        let message = sealed(&inner, from, std::slice::from_ref(&to.cert));
        let opened = read(&message, &keys(&[to]), std::slice::from_ref(&from.cert)).unwrap();
        assert!(opened.plaintext == inner);
        assert_eq!(opened.encryption.integrity, integrity);
        assert_eq!(opened.encryption.algorithm, algorithm);
        assert_eq!(opened.signatures[0].state, SignatureState::Good);
    }
}

#[test]
fn a_version_6_key_signs_and_is_sealed_to() {
    use pgp::cert::{CertBuilder, CipherSuite};
    let (cert, _) = CertBuilder::new()
        .set_profile(pgp::Profile::RFC9580)
        .unwrap()
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(crate::cert::openpgp::system_time(at(
            "2026-01-01T00:00:00Z",
        )))
        .add_userid("six@example.org")
        .add_signing_subkey()
        .add_transport_encryption_subkey()
        .generate()
        .unwrap();
    let bytes = pgp::serialize::SerializeInto::to_vec(&cert.as_tsk()).unwrap();
    let secret = SecretCert::from_bytes(&bytes).unwrap();
    let six = NewKey {
        cert: secret.cert(),
        secret,
        revocation: Vec::new(),
    };
    let alice = key("alice@example.org");
    for (from, to) in [(&six, &alice), (&alice, &six), (&six, &six)] {
        let message = sealed(ENTITY, from, std::slice::from_ref(&to.cert));
        let opened = read(&message, &keys(&[to]), std::slice::from_ref(&from.cert)).unwrap();
        assert_eq!(opened.plaintext, ENTITY);
        assert_eq!(opened.signatures[0].state, SignatureState::Good);
    }
}

#[test]
fn sealed_bytes_are_a_pgp_mime_message_that_mail_can_carry() {
    let (alice, bob) = (key("a@example.org"), key("b@example.org"));
    let header = b"From: a@example.org\r\nSubject: [...]\r\n";
    let to = std::slice::from_ref(&bob.cert);
    let message = seal_message(header, ENTITY, &alice.secret, to, now(), &Alone).unwrap();
    assert!(message.starts_with(header));
    assert!(message.ends_with(b"--\r\n"));
    for line in message
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
    {
        assert!(line.ends_with(b"\r") && line.len() <= 79, "{line:?}");
    }
    let block = armor::decode(&message).unwrap();
    assert_eq!(block.map(|b| b.kind).ok(), Some(armor::Kind::Message));
    let signed = sign_message(header, ENTITY, &alice.secret, now()).unwrap();
    let text = String::from_utf8(signed).unwrap();
    assert!(text.contains("micalg=pgp-sha512"));
    assert!(text.contains(std::str::from_utf8(ENTITY).unwrap()));
}
