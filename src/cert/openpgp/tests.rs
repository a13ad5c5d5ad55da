use super::*;
use crate::address::Mailbox;
use crate::base::{Secret, limits};
use crate::cert::{
    Cert, KeyFileProblem, KeyRefusal, LeftOut, Looks, ParsedKey, UnlockProblem, Unusable,
};
use pgp::cert::{CertBuilder, CertRevocationBuilder, CipherSuite};
use pgp::packet::signature::SignatureBuilder;
use pgp::types::{HashAlgorithm, KeyFlags, ReasonForRevocation, SignatureType};

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

fn now() -> Time {
    at("2026-05-03T10:00:00Z")
}

fn alice() -> NewKey {
    let mailbox = Mailbox::parse("Alice Example <alice@example.org>").unwrap();
    SecretCert::generate(&mailbox, now()).unwrap()
}

fn certs(bytes: &[u8]) -> Vec<Cert> {
    Cert::parse_many(bytes)
        .unwrap()
        .into_iter()
        .map(|item| match item {
            ParsedKey::Cert(cert, _) => cert,
            ParsedKey::Secret(key, _) => panic!("secret {}", key.fingerprint()),
            ParsedKey::Bundle(_) => panic!("X.509"),
            ParsedKey::Refused(why) => panic!("{why:?}"),
        })
        .collect()
}

fn only(bytes: &[u8]) -> ParsedKey {
    let mut items = Cert::parse_many(bytes).unwrap();
    assert_eq!(items.len(), 1);
    items.remove(0)
}

fn refusal(bytes: &[u8]) -> KeyRefusal {
    match only(bytes) {
        ParsedKey::Refused(why) => why,
        ParsedKey::Cert(..) | ParsedKey::Secret(..) | ParsedKey::Bundle(_) => panic!("taken"),
    }
}

#[test]
fn a_new_key_is_usable_for_three_years() {
    let key = alice();
    let cert = &key.cert;
    assert_eq!(cert.addresses(now())[0].as_str(), "alice@example.org");
    assert_eq!(
        cert.user_ids()[0].text.raw(),
        "Alice Example <alice@example.org>"
    );
    assert_eq!(cert.usable_for_encryption(now()), Ok(()));
    assert_eq!(cert.usable_for_signing(now()), Ok(()));
    let expires = cert.expires(now()).unwrap();
    assert_eq!(expires, at("2029-05-03T04:00:00Z"));
    assert_eq!(
        cert.usable_for_encryption(expires),
        Err(Unusable::Expired { at: expires })
    );
    let early = at("2026-05-03T09:59:59Z");
    assert_eq!(
        cert.usable_for_signing(early),
        Err(Unusable::NotYetValid { from: now() })
    );
    let keys = cert.keys(now());
    assert_eq!(keys.len(), 3);
    assert!(keys[0].primary && keys[0].can.certify && !keys[0].can.encrypt);
    assert_eq!(keys[1].algorithm, "Ed25519");
    assert_eq!(keys[2].algorithm, "Cv25519");
    assert!(keys[2].can.encrypt && !keys[2].revoked);
    assert_eq!(cert.key_handles()[0], cert.fingerprint().as_hex());
    assert_eq!(cert.key_handles().len(), 6);
}

#[test]
fn certs_survive_binary_and_armor_and_many_in_one_file() {
    let (alice, bob) = (alice().cert, alice().cert);
    let again = Cert::from_bytes(&alice.to_bytes()).unwrap();
    assert_eq!(again.fingerprint(), alice.fingerprint());
    let binary = [alice.to_bytes(), bob.to_bytes()].concat();
    let armored = [
        b"My keys:\r\n".to_vec(),
        alice.to_armored(),
        b"and\n".to_vec(),
        bob.to_armored(),
        b"bye".to_vec(),
    ]
    .concat();
    for file in [binary, armored] {
        let found: Vec<Fingerprint> = certs(&file).iter().map(Cert::fingerprint).collect();
        assert_eq!(found, [alice.fingerprint(), bob.fingerprint()]);
    }
}

#[test]
fn one_bad_item_leaves_the_others() {
    let alice = alice().cert;
    let mut broken = alice.to_armored();
    let middle = broken.len() / 2;
    broken[middle] = b'%';
    let file = [alice.to_armored(), broken].concat();
    let items = Cert::parse_many(&file).unwrap();
    assert!(matches!(items[0], ParsedKey::Cert(..)));
    assert!(matches!(
        items[1],
        ParsedKey::Refused(KeyRefusal::Malformed { .. })
    ));
    let cut = [alice.to_bytes(), alice.to_bytes()[..100].to_vec()].concat();
    let items = Cert::parse_many(&cut).unwrap();
    assert!(matches!(items[0], ParsedKey::Cert(..)));
    assert!(matches!(
        items.last(),
        Some(ParsedKey::Refused(KeyRefusal::Malformed { .. }))
    ));
}

#[test]
fn what_is_no_key_is_named() {
    let problem = |bytes: &[u8]| Cert::parse_many(bytes).err().unwrap();
    assert_eq!(problem(b" \n"), KeyFileProblem::Empty);
    for damaged in [
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nMIIB\n",
    ] {
        assert!(matches!(
            only(damaged.as_bytes()),
            ParsedKey::Refused(KeyRefusal::Malformed { .. })
        ));
    }
    for (text, looks) in [
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", Looks::Ssh),
        ("ssh-ed25519 AAAA alice", Looks::Ssh),
        (
            "-----BEGIN PGP MESSAGE-----\n\nhF4D\n-----END PGP MESSAGE-----\n",
            Looks::OpenPgpMessage,
        ),
        ("Dear Bob,\nhello\n", Looks::Other),
    ] {
        assert_eq!(
            problem(text.as_bytes()),
            KeyFileProblem::NotAKey(looks),
            "{text}"
        );
    }
    assert_eq!(
        problem(&[0x30, 0x82, 1, 2, 3]),
        KeyFileProblem::NotAKey(Looks::X509)
    );
    assert_eq!(
        problem(&[0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]),
        KeyFileProblem::NotAKey(Looks::Other)
    );
    assert_eq!(
        problem(&alice().revocation),
        KeyFileProblem::NotAKey(Looks::OpenPgpSignature)
    );
    let huge = vec![0x99; usize::try_from(limits::KEY_FILE_BYTES).unwrap() + 1];
    assert!(matches!(problem(&huge), KeyFileProblem::TooLarge { .. }));
}

#[test]
fn rule_54_a_cert_without_user_id_is_refused() {
    let (cert, _) = CertBuilder::new()
        .add_transport_encryption_subkey()
        .generate()
        .unwrap();
    let expected = KeyRefusal::NoUserId {
        fingerprint: fingerprint(&cert.fingerprint()),
    };
    assert_eq!(refusal(&OpenPgpCert::new(cert).to_bytes()), expected);
}

#[test]
fn rule_28_an_own_key_needs_no_user_id_to_be_taken_for_reading() {
    let (cert, _) = CertBuilder::new()
        .add_transport_encryption_subkey()
        .generate()
        .unwrap();
    let bytes = cert.as_tsk().to_vec().unwrap();
    let ParsedKey::Secret(locked, _) = only(&bytes) else {
        panic!("not taken");
    };
    assert_eq!(
        locked.cert().usable_for_encryption(
            Time::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * 365 * 80)
        ),
        Err(Unusable::NoUserId)
    );
    assert!(locked.unlock(None).is_ok());
}

#[test]
fn rule_54_unknown_versions_are_refused_by_name() {
    let mut bytes = alice().cert.to_bytes();
    // Old or new frame, the body starts within the first six bytes with the version.
    let body = bytes.iter().take(6).position(|b| *b == 4).unwrap();
    for version in [3, 5, 9] {
        bytes[body] = version;
        assert_eq!(refusal(&bytes), KeyRefusal::UnknownVersion { version });
    }
}

/// A certificate bound by `hash` alone.
fn bound_by(hash: HashAlgorithm) -> pgp::Cert {
    let made = system_time(at("2015-01-01T00:00:00Z"));
    let mut key: pgp::packet::Key<_, pgp::packet::key::PrimaryRole> =
        pgp::packet::key::Key4::generate_rsa(2048).unwrap().into();
    key.set_creation_time(made).unwrap();
    let mut signer = key.clone().into_keypair().unwrap();
    let cert = pgp::Cert::try_from(pgp::Packet::from(key)).unwrap();
    let userid = pgp::packet::UserID::from("old@example.org");
    let binding = SignatureBuilder::new(SignatureType::PositiveCertification)
        .set_hash_algo(hash)
        .set_signature_creation_time(made)
        .unwrap()
        .set_key_flags(KeyFlags::empty().set_signing().set_certification())
        .unwrap();
    let binding = userid.bind(&mut signer, &cert, binding).unwrap();
    let packets: Vec<pgp::Packet> = vec![userid.into(), binding.into()];
    cert.insert_packets(packets).unwrap().0
}

#[test]
fn rule_54_a_cert_held_together_by_sha_1_is_refused() {
    let cert = OpenPgpCert::new(bound_by(HashAlgorithm::SHA1));
    for then in [now(), at("2016-01-01T00:00:00Z")] {
        let why = cert.usable_for_signing(then).unwrap_err();
        assert_eq!(
            why,
            Unusable::WeakBinding {
                hash: "SHA-1".into()
            }
        );
    }
    assert_eq!(
        refusal(&cert.to_bytes()),
        KeyRefusal::WeakBinding {
            fingerprint: cert.fingerprint(),
            hash: "SHA-1".into()
        }
    );
    let good = OpenPgpCert::new(bound_by(HashAlgorithm::SHA256));
    assert_eq!(good.usable_for_signing(now()), Ok(()));
    assert_eq!(good.usable_for_encryption(now()), Err(Unusable::NoKey));
}

#[test]
fn rule_54_a_flood_of_small_packets_is_passed_over_in_time() {
    let mut flooded = alice().cert.to_bytes();
    let length = flooded.len();
    flooded.extend(b"\xC2\x06\x04\x10\x16\x08\x00\x00".repeat(2_000_000));
    let started = std::time::Instant::now();
    let keys = parse_many(&flooded).unwrap();
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    let [ParsedKey::Cert(cert, left_out)] = keys.as_slice() else {
        panic!("{} items", keys.len());
    };
    assert_eq!(cert.to_bytes().len(), length);
    assert_eq!(left_out, &[LeftOut::Certifications { count: 2_000_000 }]);
    // Names and keys that nobody bound are not left out, and too many of them are refused.
    for packets in [
        b"\xCD\x01a".repeat(300_000),
        b"\xCE\x01\x04".repeat(300_000),
    ] {
        let flooded = [alice().cert.to_bytes(), packets].concat();
        let keys = parse_many(&flooded).unwrap();
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
        let too_large = |key| matches!(key, &ParsedKey::Refused(KeyRefusal::TooLarge { .. }));
        assert!(too_large(&keys[0]));
    }
}

#[test]
fn rule_54_a_flooded_cert_is_taken_without_the_flood() {
    let key = alice();
    let flooder = super::tests::alice();
    let target = key.secret.inner().clone();
    let mut signer = flooder
        .secret
        .inner()
        .primary_key()
        .key()
        .clone()
        .parts_into_secret()
        .unwrap()
        .into_keypair()
        .unwrap();
    let userid = target.userids().next().unwrap().userid().clone();
    let bulky = userid
        .bind(
            &mut signer,
            &target,
            SignatureBuilder::new(SignatureType::GenericCertification)
                .add_notation(
                    "flood@example.org",
                    vec![b'x'; 30_000],
                    pgp::packet::signature::subpacket::NotationDataFlags::empty(),
                    false,
                )
                .unwrap(),
        )
        .unwrap();
    let bulky = pgp::Packet::from(bulky).to_vec().unwrap();
    let mut flooded = key.cert.to_bytes();
    // Behind the first user ID's binding: just before the next subkey.
    let subkey = {
        let mut rest: &[u8] = &flooded;
        while let Some(Ok((packet, after))) = packets::first(rest) {
            if packet.tag == 14 {
                break;
            }
            rest = after;
        }
        flooded.len() - rest.len()
    };
    let flood = bulky.repeat(1 + limits::CERT_BYTES / bulky.len());
    let count = flood.len() / bulky.len();
    flooded.splice(subkey..subkey, flood);
    let ParsedKey::Cert(cert, left_out) = only(&flooded) else {
        panic!("not taken");
    };
    assert_eq!(left_out, [LeftOut::Certifications { count }]);
    assert_eq!(cert.usable_for_encryption(now()), Ok(()));
    assert!(cert.to_bytes().len() < 10_000);
}

#[test]
fn a_revoked_cert_is_not_usable_and_merging_brings_the_revocation() {
    let key = alice();
    let before = key.cert.clone();
    let mut signer = key
        .secret
        .inner()
        .primary_key()
        .key()
        .clone()
        .parts_into_secret()
        .unwrap()
        .into_keypair()
        .unwrap();
    let when = system_time(at("2026-06-01T00:00:00Z"));
    let revocation = CertRevocationBuilder::new()
        .set_signature_creation_time(when)
        .unwrap()
        .set_reason_for_revocation(ReasonForRevocation::KeyRetired, b"")
        .unwrap()
        .build(&mut signer, key.secret.inner(), None)
        .unwrap();
    let (revoked, _) = key
        .secret
        .inner()
        .clone()
        .insert_packets([revocation])
        .unwrap();
    let revoked = Cert::OpenPgp(OpenPgpCert::new(revoked));
    let merged = before.merge(&revoked);
    let later = at("2026-07-01T00:00:00Z");
    let when = at("2026-06-01T00:00:00Z");
    assert_eq!(before.usable_for_encryption(later), Ok(()));
    assert_eq!(merged.revoked(later), Some(when));
    assert_eq!(
        merged.usable_for_encryption(later),
        Err(Unusable::Revoked { at: Some(when) })
    );
    // A retired key was good before.
    assert_eq!(
        merged.usable_for_signing(at("2026-05-20T00:00:00Z")),
        Ok(())
    );
    let other = alice().cert;
    assert_eq!(before.merge(&other).to_bytes(), before.to_bytes());
}

#[test]
fn a_weak_key_is_named() {
    let (cert, _) = CertBuilder::new()
        .set_cipher_suite(CipherSuite::RSA2k)
        .add_userid("weak@example.org")
        .add_transport_encryption_subkey()
        .generate()
        .unwrap();
    assert_eq!(
        algorithm_name(cert.primary_key().key().role_as_unspecified()),
        "RSA-2048"
    );
}

#[test]
fn rule_55_an_exported_secret_is_locked_and_opens_with_its_password() {
    let key = alice();
    let password = Secret::new("correct horse".to_owned());
    let exported = key.secret.export_armored(&password).unwrap();
    let unlock = |password: Option<&str>| {
        let ParsedKey::Secret(locked, _) = only(exported.expose()) else {
            panic!("no secret key");
        };
        assert!(locked.needs_password());
        assert_eq!(locked.cert().fingerprint(), key.cert.fingerprint());
        locked.unlock(password.map(|p| Secret::new(p.to_owned())).as_ref())
    };
    assert_eq!(unlock(None).err(), Some(UnlockProblem::PasswordNeeded));
    assert_eq!(
        unlock(Some("wrong")).err(),
        Some(UnlockProblem::WrongPassword)
    );
    let again = unlock(Some("correct horse")).unwrap();
    assert_eq!(again.to_bytes().expose(), key.secret.to_bytes().expose());
    let stored = SecretCert::from_bytes(key.secret.to_bytes().expose()).unwrap();
    assert_eq!(stored.fingerprint(), key.cert.fingerprint());
    // What goes into a public certificate never holds the secret.
    assert_eq!(stored.cert().to_bytes(), key.cert.to_bytes());
}

#[test]
fn rule_30_a_password_derivation_is_bounded_before_it_runs() {
    use pgp::crypto::S2K;
    for (t, m, fine) in [
        (3, 16, true),
        (1, 18, true),
        (1, 19, false),
        (1, 31, false),
        (255, 10, false),
        (1, 255, false),
    ] {
        let s2k = S2K::Argon2 {
            salt: [0; 16],
            t,
            p: 4,
            m,
        };
        assert_eq!(secret::check_cost(&s2k).is_ok(), fine, "t {t}, m {m}");
    }
}

#[test]
fn truncated_and_altered_key_files_never_panic() {
    let key = alice();
    let password = Secret::new("x".to_owned());
    let exported = key.secret.export_armored(&password).unwrap();
    for file in [
        key.cert.to_bytes(),
        key.cert.to_armored(),
        exported.expose().clone(),
    ] {
        for end in (0..file.len()).step_by(7) {
            let _ = Cert::parse_many(&file[..end]);
        }
        let mut seed = 1u64;
        for _ in 0..500 {
            let mut copy = file.clone();
            for _ in 0..3 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let place = (seed >> 33) as usize % copy.len();
                copy[place] ^= (seed >> 20) as u8;
            }
            let _ = Cert::parse_many(&copy);
        }
    }
}

#[test]
fn rule_30_files_of_many_small_blocks_are_read_in_linear_time() {
    let block =
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxgEE\n-----END PGP PUBLIC KEY BLOCK-----\n";
    let file = block.repeat(20_000);
    assert!(Cert::parse_many(&file).is_ok());
    let keys = b"\xC6\x01\x04".repeat(300_000);
    let items = Cert::parse_many(&keys).unwrap();
    assert_eq!(items.len(), 100_001);
}
