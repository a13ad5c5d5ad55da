use super::*;
use crate::cert::Fingerprint;
use pgp::packet::signature::SignatureBuilder;
use pgp::types::{HashAlgorithm, SignatureType};
use sequoia_openpgp as pgp;

fn states(signature: &[u8], certs: &[Cert], at: Time) -> Vec<SignatureState> {
    let certs = certs.to_vec();
    verify_detached(ENTITY, signature, &certs, at)
        .iter()
        .map(|fact| fact.state)
        .collect()
}

#[test]
fn rule_07_the_reason_why_a_signature_does_not_count_is_a_fact() {
    let alice = key("alice@example.org");
    let certs = std::slice::from_ref(&alice.cert);
    let good = signature(ENTITY, &alice, now(), |b| b);
    assert_eq!(states(&good, certs, now()), [SignatureState::Good]);
    assert_eq!(states(&good, &[], now()), [SignatureState::NoCert]);
    let other = signature(b"something else", &alice, now(), |b| b);
    assert_eq!(states(&other, certs, now()), [SignatureState::Bad]);
    for weak in [
        HashAlgorithm::SHA1,
        HashAlgorithm::RipeMD,
        HashAlgorithm::MD5,
    ] {
        // What the library does not even make any more needs no test here.
        if weak.is_supported() && weak != HashAlgorithm::MD5 {
            let weak = signature(ENTITY, &alice, now(), |b| b.set_hash_algo(weak));
            assert_eq!(states(&weak, certs, now()), [SignatureState::WeakHash]);
        }
    }
    let short_lived = signature(ENTITY, &alice, now(), |b| {
        b.set_signature_validity_period(std::time::Duration::from_secs(60))
            .unwrap()
    });
    assert_eq!(states(&short_lived, certs, now()), [SignatureState::Good]);
    let later = at("2026-05-03T10:01:00Z");
    assert_eq!(
        states(&short_lived, certs, later),
        [SignatureState::Expired]
    );
    let critical = signature(ENTITY, &alice, now(), |b| {
        b.set_notation("must@example.org", b"x", None, true)
            .unwrap()
    });
    assert_eq!(
        states(&critical, certs, now()),
        [SignatureState::Unreadable]
    );
    for nothing in [
        &b""[..],
        b"-----BEGIN PGP SIGNATURE-----\n\n%%%\n",
        b"\xC2\x01\x09",
    ] {
        assert_eq!(states(nothing, certs, now()), [SignatureState::Unreadable]);
    }
}

#[test]
fn rule_07_expiry_counts_at_the_time_of_signing() {
    let alice = key("alice@example.org");
    let certs = std::slice::from_ref(&alice.cert);
    let after = at("2029-06-01T00:00:00Z");
    let in_time = signature(ENTITY, &alice, now(), |b| b);
    assert_eq!(states(&in_time, certs, after), [SignatureState::Good]);
    // The key itself does not mind signing when it has expired.
    let sign = |made: Time| {
        let primary = alice
            .secret
            .inner()
            .keys()
            .unencrypted_secret()
            .nth(1)
            .unwrap();
        let mut pair = primary.key().clone().into_keypair().unwrap();
        let signature = SignatureBuilder::new(SignatureType::Binary)
            .set_signature_creation_time(crate::cert::openpgp::system_time(made))
            .unwrap()
            .sign_message(&mut pair, ENTITY)
            .unwrap();
        pgp::serialize::SerializeInto::to_vec(&pgp::Packet::from(signature)).unwrap()
    };
    assert_eq!(
        states(&sign(after), certs, after),
        [SignatureState::Expired]
    );
    let primary = {
        let primary = alice.secret.inner().primary_key();
        let key = primary.key().clone().parts_into_secret().unwrap();
        let mut pair = key.into_keypair().unwrap();
        let signature = SignatureBuilder::new(SignatureType::Binary)
            .set_signature_creation_time(crate::cert::openpgp::system_time(now()))
            .unwrap()
            .sign_message(&mut pair, ENTITY)
            .unwrap();
        pgp::serialize::SerializeInto::to_vec(&pgp::Packet::from(signature)).unwrap()
    };
    // Made for certifying, not for signing.
    assert_eq!(states(&primary, certs, now()), [SignatureState::UnfitKey]);
}

#[test]
fn rule_07_a_compromised_key_counts_for_nothing_and_a_retired_one_for_what_was_before() {
    use pgp::cert::CertRevocationBuilder;
    use pgp::types::ReasonForRevocation;
    let alice = key("alice@example.org");
    let good = signature(ENTITY, &alice, now(), |b| b);
    for (reason, state) in [
        (ReasonForRevocation::KeyCompromised, SignatureState::Revoked),
        (ReasonForRevocation::KeyRetired, SignatureState::Good),
    ] {
        let primary = alice.secret.inner().primary_key().key().clone();
        let mut pair = primary.parts_into_secret().unwrap().into_keypair().unwrap();
        let revocation = CertRevocationBuilder::new()
            .set_signature_creation_time(crate::cert::openpgp::system_time(at(
                "2026-06-01T00:00:00Z",
            )))
            .unwrap()
            .set_reason_for_revocation(reason, b"")
            .unwrap()
            .build(&mut pair, alice.secret.inner(), None)
            .unwrap();
        let (revoked, _) = alice
            .secret
            .inner()
            .clone()
            .insert_packets([revocation])
            .unwrap();
        let revoked = Cert::OpenPgp(crate::cert::openpgp::OpenPgpCert::new(revoked));
        assert_eq!(
            states(
                &good,
                std::slice::from_ref(&revoked),
                at("2026-07-01T00:00:00Z")
            ),
            [state]
        );
        let after = signature(ENTITY, &alice, at("2026-06-15T00:00:00Z"), |b| b);
        assert_eq!(
            states(&after, &[revoked], at("2026-07-01T00:00:00Z")),
            [SignatureState::Revoked]
        );
    }
}

#[test]
fn rule_14_a_signature_may_be_five_minutes_ahead() {
    let alice = key("alice@example.org");
    let certs = std::slice::from_ref(&alice.cert);
    let made = signature(ENTITY, &alice, now(), |b| b);
    let just = at("2026-05-03T09:55:00Z");
    assert_eq!(states(&made, certs, just), [SignatureState::Good]);
    let earlier = at("2026-05-03T09:54:59Z");
    assert_eq!(states(&made, certs, earlier), [SignatureState::FromFuture]);
}

#[test]
fn rule_11_every_signature_is_a_fact_of_its_own() {
    let (alice, bob) = (key("alice@example.org"), key("bob@example.org"));
    let both = [
        signature(ENTITY, &alice, now(), |b| b),
        signature(b"other", &bob, now(), |b| b),
    ]
    .concat();
    let certs = [alice.cert.clone(), bob.cert.clone()];
    assert_eq!(
        states(&both, &certs, now()),
        [SignatureState::Good, SignatureState::Bad]
    );
    // The same inside an encrypted message, in the old style.
    let packets = [both, literal(ENTITY)].concat();
    let opened = read(&encrypted(&packets, &bob, false), &keys(&[&bob]), &certs).unwrap();
    let found: Vec<SignatureState> = opened.signatures.iter().map(|s| s.state).collect();
    assert_eq!(found, [SignatureState::Good, SignatureState::Bad]);
}

#[test]
fn rule_16_encrypted_without_a_signature_has_no_signatures() {
    let bob = key("bob@example.org");
    for authenticated in [false, true] {
        let message = encrypted(&literal(ENTITY), &bob, authenticated);
        let opened = read(&message, &keys(&[&bob]), &[]).unwrap();
        assert_eq!(opened.plaintext, ENTITY);
        assert!(opened.signatures.is_empty());
        let integrity = if authenticated {
            Integrity::Aead
        } else {
            Integrity::Mdc
        };
        assert_eq!(opened.encryption.integrity, integrity);
    }
}

#[test]
fn rule_16_a_session_key_packet_that_nobody_can_read_is_counted() {
    let bob = key("bob@example.org");
    let message = encrypted(&literal(ENTITY), &bob, false);
    // Version 9 of a session key packet.
    let message = [b"\xC1\x03\x09ab".to_vec(), message].concat();
    let opened = read(&message, &keys(&[&bob]), &[]).unwrap();
    assert_eq!(
        opened.encryption.recipients,
        [
            RecipientHandle::Cert(bob.cert.fingerprint()),
            RecipientHandle::Hidden
        ]
    );
}

#[test]
fn rule_22_recipients_are_named_by_whole_fingerprints_or_64_bits() {
    let (alice, bob) = (key("alice@example.org"), key("bob@example.org"));
    for authenticated in [false, true] {
        let message = encrypted(&literal(ENTITY), &bob, authenticated);
        let failure = read(&message, &keys(&[&alice]), &[]).err().unwrap();
        let subkey = bob.cert.keys(now())[2].fingerprint.clone();
        let expected = if authenticated {
            RecipientHandle::Key(subkey)
        } else {
            RecipientHandle::KeyId(subkey.as_hex()[24..].to_owned())
        };
        assert_eq!(failure.recipients, [expected]);
    }
}

#[test]
fn rule_26_a_failure_says_whom_it_is_for_and_what_was_tried() {
    let (alice, bob) = (key("alice@example.org"), key("bob@example.org"));
    let message = encrypted(&literal(ENTITY), &bob, false);
    let fails = |message: &[u8], own: &SecretKeys| {
        read(message, own, std::slice::from_ref(&bob.cert))
            .err()
            .unwrap()
    };
    let failure = fails(&message, &keys(&[&alice]));
    assert_eq!(failure.why, OpenProblem::NoKey);
    assert_eq!(
        failure.recipients,
        [RecipientHandle::Cert(bob.cert.fingerprint())]
    );
    assert_eq!(failure.tried, Vec::<Fingerprint>::new());
    let cut = &message[..message.len() - 10];
    let failure = fails(cut, &keys(&[&bob]));
    assert_eq!(failure.why, OpenProblem::CutOff);
    assert_eq!(
        failure.recipients,
        [RecipientHandle::Cert(bob.cert.fingerprint())]
    );
    // LibrePGP's packet 20 behind the same session key.
    let end = {
        let mut bytes = message.clone();
        frame::next(&mut bytes, 0).unwrap().unwrap().end
    };
    let libre = [&message[..end], b"\xD4\x10\x01\x09\x02\x10abcdefghijkl"].concat();
    assert_eq!(fails(&libre, &keys(&[&bob])).why, OpenProblem::LibrePgp);
    for (bytes, why) in [
        (b"Hello".to_vec(), OpenProblem::NotOpenPgp),
        (Vec::new(), OpenProblem::NotOpenPgp),
        (
            b"-----BEGIN PGP MESSAGE-----\n\n%%%\n".to_vec(),
            OpenProblem::BrokenArmor,
        ),
        (
            b"-----BEGIN PGP MESSAGE-----\n".to_vec(),
            OpenProblem::CutOff,
        ),
        (bob.cert.to_armored(), OpenProblem::NotEncrypted),
        (literal(ENTITY), OpenProblem::NotEncrypted),
        (
            b"\xD2\x03\x07ab".to_vec(),
            OpenProblem::Unsupported {
                what: "encrypted data of version 7".into(),
            },
        ),
        (message[..end].to_vec(), OpenProblem::CutOff),
    ] {
        assert_eq!(fails(&bytes, &keys(&[&bob])).why, why);
    }
}

#[test]
fn rule_28_a_hidden_recipient_is_found_among_all_own_keys() {
    let (alice, bob) = (key("alice@example.org"), key("bob@example.org"));
    let mut message = encrypted(&literal(ENTITY), &bob, false);
    // The key ID of the first session key packet: after its header and version.
    let body = frame::next(&mut message, 0).unwrap().unwrap().body;
    message[body.start + 1..body.start + 9].fill(0);
    let opened = read(&message, &keys(&[&alice, &bob]), &[]).unwrap();
    assert_eq!(opened.encryption.recipients, [RecipientHandle::Hidden]);
    assert_eq!(opened.encryption.opened_with, Some(bob.cert.fingerprint()));
    let failure = read(&message, &keys(&[&alice]), &[]).err().unwrap();
    assert_eq!(failure.why, OpenProblem::NoKey);
    assert_eq!(failure.tried, [alice.cert.fingerprint()]);
    // Long after it expired.
    let late = at("2040-01-01T00:00:00Z");
    assert!(read_at(&message, &keys(&[&bob]), &[], late, false).is_ok());
}

#[test]
fn compressed_and_nested_messages_are_read() {
    use pgp::serialize::stream::{Compressor, LiteralWriter, Message};
    use pgp::types::CompressionAlgorithm;
    use std::io::Write as _;
    let bob = key("bob@example.org");
    let inner = ENTITY.repeat(500);
    for algorithm in [
        CompressionAlgorithm::Uncompressed,
        CompressionAlgorithm::Zip,
        CompressionAlgorithm::Zlib,
        CompressionAlgorithm::BZip2,
    ] {
        let mut packets = Vec::new();
        let message = Message::new(&mut packets);
        let message = Compressor::new(message).algo(algorithm).build().unwrap();
        let mut message = LiteralWriter::new(message).build().unwrap();
        message.write_all(&inner).unwrap();
        message.finalize().unwrap();
        let opened = read(&encrypted(&packets, &bob, false), &keys(&[&bob]), &[]).unwrap();
        assert!(opened.plaintext == inner, "{algorithm:?}");
    }
}
