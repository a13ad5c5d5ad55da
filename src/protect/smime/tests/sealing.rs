//! What is sealed opens again, for exactly those whom it is for.

use super::*;
use crate::protect::evidence::{Integrity, Layer, RecipientHandle, SignatureState};
use crate::protect::open as open_envelope;
use crate::protect::openpgp::OpenProblem;

/// Opens a whole message.
fn opened(message: &[u8], of: &[&X509Secret]) -> (Vec<Layer>, Vec<u8>) {
    reading(&keys(of), false, |with| {
        let opened = open_envelope::open(message, with).unwrap();
        let (evidence, payload) = opened.into_payload();
        (evidence.layers, payload)
    })
}

#[test]
fn rule_37_a_sealed_letter_is_signed_inside_and_opens_whole_for_every_kind_of_key() {
    for kind in [
        Kind::Rsa(2048),
        Kind::P256,
        Kind::P384,
        Kind::P521,
        Kind::X25519,
        Kind::MlKem768,
    ] {
        let bob = person("bob@example.org", kind);
        for (to, integrity) in [
            (reader(&bob), Integrity::Cbc),
            (modern(&bob), Integrity::Aead),
        ] {
            let message = sealed(&ALICE, &[to]);
            for who in [&bob, &*ALICE] {
                let (layers, payload) = opened(&message, &[who]);
                assert_eq!(payload, ENTITY, "{kind:?}");
                let [encrypted, Layer::SmimeSigned(signatures)] = layers.as_slice() else {
                    panic!("{layers:?}");
                };
                let (Layer::SmimeEnveloped(fact) | Layer::SmimeAuthEnveloped(fact)) = encrypted
                else {
                    panic!("{layers:?}");
                };
                assert_eq!(fact.integrity, integrity);
                assert_eq!(fact.opened_with, Some(who.fingerprint()));
                assert_eq!(fact.recipients.len(), 2);
                let own = RecipientHandle::Cert(who.fingerprint());
                assert!(fact.recipients.contains(&own));
                let [signature] = signatures.as_slice() else {
                    panic!("{signatures:?}");
                };
                assert_eq!(signature.state, SignatureState::Good);
                assert_eq!(signature.signer, Some(ALICE.fingerprint()));
                assert_eq!(signature.made, Some(now()));
            }
        }
    }
}

#[test]
fn every_kind_of_key_that_signs_signs() {
    for kind in [
        Kind::Rsa(2048),
        Kind::P256,
        Kind::P384,
        Kind::P521,
        Kind::Ed25519,
        Kind::MlDsa65,
    ] {
        let alice = person("alice@example.org", kind);
        let message = sign_message(b"", ENTITY, author(&alice), now()).unwrap();
        let (layers, payload) = opened(&message, &[]);
        assert_eq!(payload, ENTITY);
        let [Layer::SmimeSigned(facts)] = layers.as_slice() else {
            panic!("{layers:?}");
        };
        assert_eq!(facts.len(), 1);
        assert_eq!(facts[0].state, SignatureState::Good, "{kind:?}");
        // One letter changed.
        let text = String::from_utf8(message).unwrap();
        let changed = text.replacen("it works", "it morks", 1);
        let (layers, _) = opened(changed.as_bytes(), &[]);
        let [Layer::SmimeSigned(facts)] = layers.as_slice() else {
            panic!("{layers:?}");
        };
        assert_eq!(facts[0].state, SignatureState::Bad, "{kind:?}");
    }
}

#[test]
fn rule_40_and_41_the_final_bytes_are_for_the_readers_and_the_author_alone() {
    let carol = person("carol@example.org", Kind::P256);
    let message = sealed(&ALICE, &[reader(&BOB), reader(&BOB)]);
    let (layers, _) = opened(&message, &[&ALICE]);
    let Layer::SmimeEnveloped(fact) = &layers[0] else {
        panic!("{layers:?}");
    };
    assert_eq!(fact.recipients.len(), 2);
    let refused = take(&cms_of(&message), &[&carol]).unwrap_err();
    assert_eq!(refused.why, OpenProblem::NoKey);
    assert_eq!(refused.recipients.len(), 2);
    assert!(refused.tried.is_empty());
    // The check sees one too few and one too many.
    let body = message.iter().position(|b| *b == b'M').unwrap();
    let start = message[body..]
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .unwrap();
    let base64 = &message[body + start + 4..];
    let both = [reader(&BOB), reader(&ALICE)];
    assert_eq!(enveloped::check(base64, &both), Ok(()));
    for wrong in [
        vec![reader(&BOB)],
        vec![reader(&BOB), reader(&ALICE), reader(&carol)],
        vec![reader(&BOB), reader(&carol)],
    ] {
        let failure = enveloped::check(base64, &wrong).unwrap_err();
        assert_eq!(failure, seal::SealFailure::CheckFailed);
    }
}

#[test]
fn rule_48_stronger_algorithms_are_used_when_all_can_read_them() {
    let carol = person("carol@example.org", Kind::P256);
    let old = reader(&carol);
    let message = sealed(&ALICE, &[modern(&BOB), old]);
    let (layers, _) = opened(&message, &[&BOB]);
    assert!(matches!(&layers[0], Layer::SmimeEnveloped(f) if f.algorithm == "AES-256-CBC"));
    let message = sealed(&ALICE, &[modern(&BOB), modern(&carol)]);
    let (layers, _) = opened(&message, &[&BOB]);
    assert!(matches!(&layers[0], Layer::SmimeAuthEnveloped(f) if f.algorithm == "AES-256-GCM"));
}

#[test]
fn what_cannot_be_sealed_says_for_whom_and_why() {
    let signs_only = person("bob@example.org", Kind::Ed25519);
    let failure = seal_message(
        b"",
        ENTITY,
        author(&ALICE),
        &[reader(&signs_only)],
        now(),
        &Alone,
    );
    assert!(matches!(
        failure,
        Err(seal::SealFailure::Recipient { fingerprint, .. })
            if fingerprint == signs_only.fingerprint()
    ));
    let failure = seal_message(
        b"",
        ENTITY,
        author(&signs_only),
        &[reader(&BOB)],
        now(),
        &Alone,
    );
    assert!(matches!(failure, Err(seal::SealFailure::OwnKey { .. })));
    let failure = seal_message(b"", ENTITY, author(&ALICE), &[], now(), &Alone);
    assert_eq!(failure, Err(seal::SealFailure::NoRecipients));
}

#[test]
fn a_sealed_letter_is_mail_that_every_server_can_carry() {
    let message = sealed(&ALICE, &[reader(&BOB)]);
    let signed = sign_message(b"", ENTITY, author(&ALICE), now()).unwrap();
    for bytes in [message, signed] {
        assert!(bytes.is_ascii());
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.ends_with("\r\n"));
        for line in text.split("\r\n") {
            assert!(line.len() <= 78 && !line.contains(['\r', '\n']), "{line:?}");
        }
    }
}

/// What our own signatures bring along lets the other side answer with the best that we read.
#[test]
fn capabilities_are_learned_from_a_good_signature() {
    let message = sign_message(b"", ENTITY, author(&ALICE), now()).unwrap();
    reading(&SecretKeys::new(), false, |with| {
        let opened = open_envelope::open(&message, with).unwrap();
        let [(cert, list)] = opened.along.capabilities.as_slice() else {
            panic!("{:?}", opened.along);
        };
        assert_eq!(cert, ALICE.x509());
        assert_eq!(Capabilities::read(list), Some(Capabilities::of_ourselves()));
        assert!(opened.along.certs.contains(ALICE.x509()));
    });
}
