use super::*;
use crate::base::limits;
use sequoia_openpgp as pgp;

fn why(message: &[u8], keys: &SecretKeys) -> OpenProblem {
    match read(message, keys, &[]) {
        Ok(opened) => panic!("opened: {:?}", String::from_utf8_lossy(&opened.plaintext)),
        Err(failure) => failure.why,
    }
}

/// Where the encrypted data's body lies.
fn data(message: &[u8]) -> std::ops::Range<usize> {
    let mut bytes = message.to_vec();
    let first = frame::next(&mut bytes, 0).unwrap().unwrap();
    frame::next(&mut bytes, first.end).unwrap().unwrap().body
}

/// The message with its encrypted data in one piece behind another header.
fn reframed(message: &[u8], tag: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = message.to_vec();
    let first = frame::next(&mut bytes, 0).unwrap().unwrap();
    [&message[..first.end], &frame::header(tag, body.len()), body].concat()
}

fn body(message: &[u8]) -> Vec<u8> {
    let mut bytes = message.to_vec();
    let first = frame::next(&mut bytes, 0).unwrap().unwrap();
    let second = frame::next(&mut bytes, first.end).unwrap().unwrap();
    bytes[second.body].to_vec()
}

#[test]
fn attack_malleability_openpgp() {
    let bob = key("bob@example.org");
    let own = keys(&[&bob]);
    for authenticated in [false, true] {
        let message = encrypted(&literal(ENTITY), &bob, authenticated);
        let range = data(&message);
        // Behind the version octet of SEIPDv1; behind algorithms and salt of SEIPDv2.
        let start = range.start + if authenticated { 4 } else { 1 };
        for place in start..range.end {
            for bit in [0x01, 0x80] {
                let mut changed = message.clone();
                changed[place] ^= bit;
                assert_eq!(why(&changed, &own), OpenProblem::Undecryptable, "{place}");
            }
        }
    }
}

#[test]
fn rule_27_one_answer_for_every_cause_once_a_key_was_tried() {
    let bob = key("bob@example.org");
    let own = keys(&[&bob]);
    let good = encrypted(&literal(ENTITY), &bob, false);
    let range = data(&good);
    let flip = |place: usize| {
        let mut changed = good.clone();
        changed[place] ^= 1;
        changed
    };
    let causes = [
        // The session key itself, the first block, the middle, the code at the end.
        flip(range.start - 20),
        flip(range.start + 3),
        flip(range.start + range.len() / 2),
        flip(range.end - 1),
        // Shortened by a byte; by everything.
        reframed(&good, frame::tag::SEIPD, &body(&good)[..range.len() - 1]),
        reframed(&good, frame::tag::SEIPD, b"\x01abc"),
        // Encrypted in order, and no message inside.
        encrypted(b"", &bob, false),
        encrypted(b"\xCBxx", &bob, false),
        encrypted(&[literal(ENTITY), literal(ENTITY)].concat(), &bob, false),
    ];
    let failures: Vec<OpenFailure> = causes
        .iter()
        .map(|message| read(message, &own, &[]).err().unwrap())
        .collect();
    for failure in &failures {
        assert_eq!(failure, &failures[0]);
        assert_eq!(failure.why, OpenProblem::Undecryptable);
    }
}

#[test]
fn attack_stripped_integrity_openpgp() {
    let bob = key("bob@example.org");
    let own = keys(&[&bob]);
    let good = encrypted(&literal(ENTITY), &bob, false);
    let all = body(&good);
    // Without the code at the end.
    let short = reframed(&good, frame::tag::SEIPD, &all[..all.len() - 22]);
    assert_eq!(why(&short, &own), OpenProblem::Undecryptable);
    // As data that never had one: not opened by itself, and never as if it were whole.
    let as_sed = reframed(&good, frame::tag::SED, &all[1..]);
    assert_eq!(why(&as_sed, &own), OpenProblem::NoIntegrity);
    let asked = read_at(&as_sed, &own, &[], now(), true);
    assert!(
        asked.is_ok_and(|opened| opened.encryption.integrity == Integrity::None) || {
            read_at(&as_sed, &own, &[], now(), true)
                .is_err_and(|f| f.why == OpenProblem::Undecryptable)
        }
    );
    // Authenticated data passed off as the older kind, and the other way round.
    let new = encrypted(&literal(ENTITY), &bob, true);
    let mut downgraded = body(&new);
    downgraded[0] = 1;
    assert_eq!(
        why(&reframed(&new, frame::tag::SEIPD, &downgraded), &own),
        OpenProblem::NoKey
    );
}

#[test]
fn attack_packet_tricks_openpgp() {
    let (alice, bob) = (key("alice@example.org"), key("bob@example.org"));
    let own = keys(&[&bob]);
    let signed = signature(ENTITY, &alice, now(), |b| b);
    let bad: Vec<Vec<u8>> = vec![
        [literal(ENTITY), literal(b"more")].concat(),
        [signed.clone(), literal(ENTITY), literal(b"more")].concat(),
        [literal(b"before"), signed.clone(), literal(ENTITY)].concat(),
        // A signature behind data that no one-pass signature announced.
        [literal(ENTITY), signed.clone()].concat(),
        // One announced and none given.
        [
            b"\xC4\x0D\x03\x00\x0A\x16abcdefgh\x01".to_vec(),
            literal(ENTITY),
        ]
        .concat(),
        [literal(ENTITY), b"trailing".to_vec()].concat(),
        [literal(ENTITY), b"\xCB".to_vec()].concat(),
        // Encrypted inside encrypted.
        encrypted(&literal(ENTITY), &bob, false),
        // A key where a message should be.
        alice.cert.to_bytes(),
        b"\xCA\x03PGQ".to_vec(),
        signed,
    ];
    for packets in bad {
        let message = encrypted(&packets, &bob, false);
        assert_eq!(why(&message, &own), OpenProblem::Undecryptable);
    }
    let good = encrypted(&literal(ENTITY), &bob, false);
    for behind in [good.clone(), literal(b"more"), b"x".to_vec()] {
        let message = [good.clone(), behind].concat();
        assert_eq!(why(&message, &own), OpenProblem::Malformed);
    }
    let padded = [b"\xCA\x03PGP".to_vec(), good, b"\xD5\x02ab".to_vec()].concat();
    assert!(read(&padded, &own, &[]).is_ok());
}

#[test]
fn rule_21_what_is_verified_is_what_is_shown() {
    let (alice, bob) = (key("alice@example.org"), key("bob@example.org"));
    // Between signature and literal, all that may be passed over, is passed over.
    let packets = [
        b"\xCA\x03PGP".to_vec(),
        signature(ENTITY, &alice, now(), |b| b),
        b"\xD5\x05Hello".to_vec(),
        b"\xE8\x04evil".to_vec(),
        literal(ENTITY),
    ]
    .concat();
    let message = encrypted(&packets, &bob, false);
    let opened = read(&message, &keys(&[&bob]), std::slice::from_ref(&alice.cert)).unwrap();
    assert_eq!(opened.plaintext, ENTITY);
    assert_eq!(opened.signatures[0].state, SignatureState::Good);
}

#[test]
fn attack_unhashed_issuer_openpgp() {
    let (alice, mallory) = (key("alice@example.org"), key("mallory@example.org"));
    let claimed = alice.secret.inner().fingerprint();
    // Mallory signs and writes Alice's fingerprint where nobody protects it.
    let forged = signature(ENTITY, &mallory, now(), |b| {
        b.modify_unhashed_area(|mut area| {
            use pgp::packet::signature::subpacket::{Subpacket, SubpacketValue};
            area.add(Subpacket::new(
                SubpacketValue::IssuerFingerprint(claimed.clone()),
                false,
            )?)?;
            Ok(area)
        })
        .unwrap()
    });
    let facts = verify_detached(ENTITY, &forged, &vec![alice.cert.clone()], now());
    assert_eq!(facts[0].state, SignatureState::Bad);
    let certs = vec![alice.cert.clone(), mallory.cert.clone()];
    for fact in verify_detached(ENTITY, &forged, &certs, now()) {
        let by_mallory = fact.signer == Some(mallory.cert.fingerprint());
        assert!(by_mallory || fact.state != SignatureState::Good);
        assert!(!fact.addresses.contains(&alice.cert.addresses(now())[0]) || !by_mallory);
    }
}

#[test]
fn attack_moved_signature_openpgp() {
    use pgp::types::SignatureType;
    let alice = key("alice@example.org");
    let certs = vec![alice.cert.clone()];
    for kind in [SignatureType::Unknown(0x20), SignatureType::Unknown(0x60)] {
        let moved = signature(ENTITY, &alice, now(), |b| b.set_type(kind));
        let facts = verify_detached(ENTITY, &moved, &certs, now());
        assert_eq!(facts[0].state, SignatureState::Unreadable, "{kind:?}");
    }
    // A certification of the key over its user ID is no signature over a letter.
    let own = alice.secret.inner().clone();
    let binding = own
        .userids()
        .next()
        .unwrap()
        .self_signatures()
        .next()
        .unwrap()
        .clone();
    let bytes = pgp::serialize::SerializeInto::to_vec(&pgp::Packet::from(binding)).unwrap();
    let facts = verify_detached(ENTITY, &bytes, &certs, now());
    assert_eq!(facts[0].state, SignatureState::Unreadable);
}

fn compressed(data: &[u8]) -> Vec<u8> {
    use pgp::serialize::stream::{Compressor, Message};
    use std::io::Write as _;
    let mut packets = Vec::new();
    let mut message = Compressor::new(Message::new(&mut packets))
        .algo(pgp::types::CompressionAlgorithm::Zip)
        .build()
        .unwrap();
    message.write_all(data).unwrap();
    message.finalize().unwrap();
    packets
}

#[test]
fn rule_30_compression_bombs_are_refused_in_time_and_space() {
    let bob = key("bob@example.org");
    let own = keys(&[&bob]);
    // 64 MiB out of some 64 KiB: a thousand times.
    let bomb = compressed(&literal(&vec![0; 64 << 20]));
    assert!(bomb.len() < 100_000);
    assert_eq!(
        why(&encrypted(&bomb, &bob, false), &own),
        OpenProblem::Undecryptable
    );
    // Compressed again and again.
    let mut nested = literal(ENTITY);
    for _ in 0..4 {
        nested = compressed(&nested);
    }
    assert!(read(&encrypted(&nested, &bob, false), &own, &[]).is_ok());
    let deeper = compressed(&nested);
    assert_eq!(
        why(&encrypted(&deeper, &bob, false), &own),
        OpenProblem::Undecryptable
    );
    // A page of blanks is no bomb.
    let blanks = compressed(&literal(&vec![b' '; 500_000]));
    assert!(read(&encrypted(&blanks, &bob, false), &own, &[]).is_ok());
}

#[test]
fn attack_empty_session_key_openpgp() {
    use pgp::cert::{CertBuilder, CipherSuite};
    let (cert, _) = CertBuilder::new()
        .set_cipher_suite(CipherSuite::RSA2k)
        .set_creation_time(crate::cert::openpgp::system_time(at(
            "2026-01-01T00:00:00Z",
        )))
        .add_userid("rsa@example.org")
        .add_transport_encryption_subkey()
        .generate()
        .unwrap();
    let bytes = pgp::serialize::SerializeInto::to_vec(&cert.as_tsk()).unwrap();
    let secret = SecretCert::from_bytes(&bytes).unwrap();
    let rsa = NewKey {
        cert: secret.cert(),
        secret,
        revocation: Vec::new(),
    };
    let own = keys(&[&rsa]);
    let good = encrypted(&literal(ENTITY), &rsa, false);
    let range = {
        let mut bytes = good.clone();
        frame::next(&mut bytes, 0).unwrap().unwrap().body
    };
    // Damaged RSA data decrypts to random bytes of a random length, none at all now and then.
    for round in 0..600u16 {
        let mut changed = good.clone();
        let [high, low] = round.to_be_bytes();
        changed[range.end - 1] ^= low.max(1);
        changed[range.end - 2] ^= high;
        assert_eq!(why(&changed, &own), OpenProblem::Undecryptable);
    }
}

#[test]
fn rule_30_floods_of_packets_are_refused() {
    let bob = key("bob@example.org");
    let own = keys(&[&bob]);
    let markers = b"\xCA\x03PGP".repeat(100_000);
    let inside = [markers.clone(), literal(ENTITY)].concat();
    assert_eq!(
        why(&encrypted(&inside, &bob, false), &own),
        OpenProblem::Undecryptable
    );
    let good = encrypted(&literal(ENTITY), &bob, false);
    let outside = [markers, good.clone()].concat();
    assert_eq!(why(&outside, &own), OpenProblem::Malformed);
    // The same session key for the same hidden recipient, over and over.
    let mut bytes = good.clone();
    let first = frame::next(&mut bytes, 0).unwrap().unwrap();
    let mut hidden = good[..first.end].to_vec();
    hidden[first.body.start + 1..first.body.start + 9].fill(0);
    let flood = [hidden.repeat(4000), good[first.end..].to_vec()].concat();
    assert!(read(&flood, &own, &[]).is_ok());
    let flood = [hidden.repeat(5000), good[first.end..].to_vec()].concat();
    assert_eq!(why(&flood, &own), OpenProblem::Malformed);
    let signatures = signature(ENTITY, &bob, now(), |b| b).repeat(200);
    let facts = verify_detached(ENTITY, &signatures, &vec![bob.cert.clone()], now());
    assert_eq!(facts.len(), 1);
    // A signature that names thousands of issuers: each would be looked up.
    struct Counting(std::cell::Cell<usize>);
    impl CertLookup for Counting {
        fn certs_with_key(&self, _: &str) -> Vec<Cert> {
            self.0.set(self.0.get() + 1);
            Vec::new()
        }
    }
    let issuers = b"\x09\x10abcdefgh".repeat(6_500);
    let length = u16::try_from(issuers.len()).unwrap().to_be_bytes();
    let parts = [
        b"\x04\0\x16\x0a\0\0",
        &length[..],
        &issuers,
        b"\0\0\x01\0",
        &[0xFF; 32],
    ];
    let body = [parts.concat(), [&b"\x01\0"[..], &[0xFF; 32]].concat()].concat();
    let named = [frame::header(frame::tag::SIGNATURE, body.len()), body].concat();
    let lookups = Counting(std::cell::Cell::new(0));
    let facts = verify_detached(ENTITY, &named, &lookups, now());
    assert_eq!(facts[0].state, SignatureState::NoCert);
    assert!(lookups.0.get() <= 8, "{}", lookups.0.get());
    let huge = vec![0xC1; usize::try_from(limits::MESSAGE_BYTES).unwrap() + 1];
    assert_eq!(why(&huge, &own), OpenProblem::TooLarge);
}

#[test]
fn altered_and_truncated_messages_never_panic_and_never_open_differently() {
    let (alice, bob) = (key("alice@example.org"), key("bob@example.org"));
    let own = keys(&[&bob]);
    let certs = [alice.cert.clone()];
    let armored = sealed(ENTITY, &alice, std::slice::from_ref(&bob.cert));
    let binary = encrypted(&literal(ENTITY), &bob, true);
    let mut seed = 7u64;
    let mut next = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    };
    for message in [armored, binary] {
        for round in 0..1500 {
            let mut changed = message.clone();
            for _ in 0..1 + round % 4 {
                let place = next() % changed.len();
                match next() % 4 {
                    0 => changed.truncate(place.max(1)),
                    1 => changed.insert(place, u8::try_from(next() % 256).unwrap()),
                    2 => {
                        changed.remove(place);
                        if changed.is_empty() {
                            changed.push(0);
                        }
                    }
                    _ => changed[place] ^= u8::try_from(next() % 256).unwrap(),
                }
            }
            if let Ok(opened) = read(&changed, &own, &certs) {
                assert_eq!(opened.plaintext, ENTITY);
            }
        }
    }
    // The same for what stands inside, where every byte is reached.
    let inside = [
        signature(ENTITY, &alice, now(), |b| b),
        compressed(&literal(ENTITY)),
    ]
    .concat();
    for _ in 0..1500 {
        let mut changed = inside.clone();
        let place = next() % changed.len();
        changed[place] ^= u8::try_from(1 + next() % 255).unwrap();
        if let Ok(opened) = read(&encrypted(&changed, &bob, false), &own, &certs) {
            let good = opened
                .signatures
                .iter()
                .any(|s| s.state == SignatureState::Good);
            assert!(!good || opened.plaintext == ENTITY);
        }
    }
}
