//! OpenPGP with real peers, gpg 2.2 and sq, in both directions, and with public vectors.

#[path = "support/gnupg.rs"]
mod gnupg;
#[path = "support/openpgp_vectors.rs"]
mod vectors;

use gnupg::Gpg;
use std::io::Write as _;
use std::process::{Command, Stdio};
use waxwing::address::Mailbox;
use waxwing::app::workers::Threads;
use waxwing::base::{Secret, Time};
use waxwing::cert::{
    Cert, KeyChangeFailure, NewKey, ParsedKey, RevocationReason, SecretCert, SecretKeys,
    UnlockProblem, Unusable,
};
use waxwing::protect::evidence::{Integrity, RecipientHandle, SignatureState};
use waxwing::protect::openpgp::{
    OpenFailure, OpenProblem, Opened, Reading, open, seal, sign_message, verify_detached,
};

const ENTITY: &[u8] = b"Content-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n\r\nit works.\r\n";

/// What gpg takes for now, the same as [`now`].
const NOW: &str = "20260503T100000";

fn at(text: &str) -> Time {
    text.parse().expect("a time")
}

fn now() -> Time {
    at("2026-05-03T10:00:00Z")
}

fn alice() -> NewKey {
    let mailbox = Mailbox::parse("Alice Example <alice@example.org>").expect("a mailbox");
    SecretCert::generate(&mailbox, at("2026-05-01T00:00:00Z")).expect("a key")
}

fn items(bytes: &[u8]) -> Vec<ParsedKey> {
    Cert::parse_many(bytes).unwrap_or_else(|why| panic!("{why:?}"))
}

fn cert_of(bytes: &[u8]) -> Cert {
    match items(bytes).remove(0) {
        ParsedKey::Cert(cert, _) => cert,
        ParsedKey::Secret(key, _) => key.cert(),
        ParsedKey::Bundle(_) => panic!("X.509"),
        ParsedKey::Refused(why) => panic!("{why:?}"),
    }
}

fn secret_of(bytes: &[u8], password: Option<&str>) -> Result<SecretCert, UnlockProblem> {
    match items(bytes).remove(0) {
        ParsedKey::Secret(key, _) => {
            key.unlock(password.map(|p| Secret::new(p.to_owned())).as_ref())
        }
        ParsedKey::Cert(..) | ParsedKey::Bundle(_) | ParsedKey::Refused(_) => {
            panic!("no secret key")
        }
    }
}

fn open_with(message: &[u8], key: &SecretCert, certs: &[Cert]) -> Result<Opened, OpenFailure> {
    open_as(message, key, certs, false)
}

fn open_as(
    message: &[u8],
    key: &SecretCert,
    certs: &[Cert],
    without_integrity: bool,
) -> Result<Opened, OpenFailure> {
    open_at(message, key, certs, without_integrity, now())
}

/// sq signs with the real time, whatever it is told.
#[allow(
    clippy::disallowed_methods,
    reason = "the peer's clock is the real one"
)]
fn real_now() -> Time {
    Time::now()
}

fn open_at(
    message: &[u8],
    key: &SecretCert,
    certs: &[Cert],
    without_integrity: bool,
    at: Time,
) -> Result<Opened, OpenFailure> {
    let keys: SecretKeys = [key.clone()].into_iter().collect();
    let certs = certs.to_vec();
    let with = Reading {
        keys: &keys,
        certs: &certs,
        at,
        workers: &Threads,
        without_integrity,
    };
    open(message, &with)
}

fn sealed(inner: &[u8], from: &SecretCert, to: &[Cert]) -> Vec<u8> {
    let mut out = Vec::new();
    seal(inner, from, to, now(), &Threads, &mut out).unwrap_or_else(|why| panic!("{why:?}"));
    out
}

fn sq(args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("sq")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sq is installed");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("sq ends");
    writer.join().expect("written");
    assert!(
        output.status.success(),
        "sq {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[test]
fn gpg_opens_what_we_seal_with_a_good_signature() {
    let gpg = Gpg::new(Some(NOW));
    for algorithm in ["default", "rsa2048", "future-default"] {
        gpg.generate(&format!("{algorithm} <{algorithm}@example.org>"), algorithm);
    }
    let alice = alice();
    gpg.run(&["--import"], &alice.cert.to_armored());
    // 300,000 bytes: several pieces, and every remainder of base64's groups of three.
    for length in [ENTITY.len(), 100_000, 100_001, 300_002] {
        let inner: Vec<u8> = ENTITY.iter().copied().cycle().take(length).collect();
        for recipient in ["default", "rsa2048", "future-default"] {
            let cert = cert_of(&gpg.run(&["--export", &format!("{recipient}@example.org")], b""));
            let (plaintext, status) = gpg.decrypt(&sealed(&inner, &alice.secret, &[cert]));
            assert!(plaintext == inner, "{length} bytes");
            let good = format!("VALIDSIG {}", alice.cert.keys(now())[1].fingerprint);
            assert!(status.contains(&good), "{status}");
            assert!(status.contains("GOODMDC"), "{status}");
            assert_eq!(status.matches("ENC_TO").count(), 2, "{status}");
        }
    }
}

#[test]
fn we_open_what_gpg_seals() {
    let gpg = Gpg::new(Some(NOW));
    gpg.generate("Gina <gina@example.org>", "default");
    gpg.generate("Greta <greta@example.org>", "default");
    let gina = cert_of(&gpg.run(&["--export", "gina@example.org"], b""));
    let alice = alice();
    gpg.run(&["--import"], &alice.cert.to_armored());
    let to = ["-r", "alice@example.org"];
    let inner: Vec<u8> = ENTITY.iter().copied().cycle().take(200_000).collect();
    for options in [
        vec!["-aes"],
        vec!["-aes", "-z", "0"],
        vec!["-es"],
        vec!["-aes", "--compress-algo", "bzip2"],
        vec!["-aes", "--compress-algo", "zlib"],
        vec!["-aes", "--textmode"],
        vec!["-aes", "--digest-algo", "SHA256", "--cipher-algo", "AES"],
        vec!["-aes", "-R", "greta@example.org"],
    ] {
        let args: Vec<&str> = options.iter().copied().chain(to).collect();
        let message = gpg.run(&args, &inner);
        let opened = open_with(&message, &alice.secret, std::slice::from_ref(&gina))
            .unwrap_or_else(|why| panic!("{options:?}: {why:?}"));
        assert!(opened.plaintext == inner, "{options:?}");
        assert_eq!(opened.encryption.integrity, Integrity::Mdc);
        assert_eq!(opened.signatures.len(), 1, "{options:?}");
        let signature = &opened.signatures[0];
        assert_eq!(signature.state, SignatureState::Good, "{options:?}");
        assert_eq!(signature.signer, Some(gina.fingerprint()));
        assert_eq!(signature.addresses[0].as_str(), "gina@example.org");
        assert_eq!(signature.made, Some(now()));
        let expected = if options.contains(&"-R") {
            vec![
                RecipientHandle::Cert(alice.cert.fingerprint()),
                RecipientHandle::Hidden,
            ]
        } else {
            vec![RecipientHandle::Cert(alice.cert.fingerprint())]
        };
        let mut found = opened.encryption.recipients.clone();
        found.sort_by_key(|handle| *handle == RecipientHandle::Hidden);
        assert_eq!(found, expected, "{options:?}");
    }
}

#[test]
fn rule_16_and_28_a_hidden_recipient_with_an_expired_key_still_reads() {
    let gpg = Gpg::new(Some(NOW));
    let mailbox = Mailbox::parse("alice@example.org").expect("a mailbox");
    let old = SecretCert::generate(&mailbox, at("2023-05-02T16:00:00Z")).expect("a key");
    gpg.run(&["--import"], &old.cert.to_armored());
    let then = at("2026-05-02T09:59:59Z");
    assert_eq!(old.cert.usable_for_encryption(then), Ok(()));
    assert!(matches!(
        old.cert.usable_for_encryption(now()),
        Err(Unusable::Expired { .. })
    ));
    let message = gpg.run(
        &[
            "--faked-system-time=20260501T000000",
            "-ae",
            "--throw-keyids",
            "-r",
            "alice@example.org",
        ],
        ENTITY,
    );
    let opened = open_with(&message, &old.secret, &[]).unwrap_or_else(|why| panic!("{why:?}"));
    assert_eq!(opened.plaintext, ENTITY);
    assert_eq!(opened.encryption.recipients, [RecipientHandle::Hidden]);
    assert_eq!(opened.encryption.opened_with, Some(old.cert.fingerprint()));
    assert!(opened.signatures.is_empty());
}

#[test]
fn rule_17_data_without_integrity_is_opened_only_when_asked_for() {
    let gpg = Gpg::new(Some(NOW));
    let alice = alice();
    gpg.run(&["--import"], &alice.cert.to_armored());
    for cipher in ["AES256", "3DES"] {
        let message = gpg.run(
            &[
                "-ae",
                "--rfc2440",
                "--cipher-algo",
                cipher,
                "--disable-mdc",
                "-r",
                "alice@example.org",
            ],
            ENTITY,
        );
        let refused = open_with(&message, &alice.secret, &[])
            .err()
            .expect("refused");
        assert_eq!(refused.why, OpenProblem::NoIntegrity, "{cipher}");
        assert_eq!(
            refused.recipients,
            [RecipientHandle::Cert(alice.cert.fingerprint())]
        );
        let opened = open_as(&message, &alice.secret, &[], true)
            .unwrap_or_else(|why| panic!("{cipher}: {why:?}"));
        assert_eq!(opened.encryption.integrity, Integrity::None);
        assert_eq!(opened.plaintext, ENTITY);
    }
}

#[test]
fn rule_26_whom_it_is_encrypted_to_is_said_when_no_key_fits() {
    let gpg = Gpg::new(Some(NOW));
    gpg.generate("Gina <gina@example.org>", "default");
    gpg.generate("Xaver <xaver@example.org>", "default");
    gpg.generate("Hidden <hidden@example.org>", "default");
    let gina = cert_of(&gpg.run(&["--export", "gina@example.org"], b""));
    let alice = alice();
    let message = gpg.run(
        &[
            "-ae",
            "-r",
            "gina@example.org",
            "-r",
            "xaver@example.org",
            "-R",
            "hidden@example.org",
        ],
        ENTITY,
    );
    let failure = open_with(&message, &alice.secret, std::slice::from_ref(&gina))
        .err()
        .expect("no key");
    assert_eq!(failure.why, OpenProblem::NoKey);
    assert_eq!(failure.tried, [alice.cert.fingerprint()]);
    assert_eq!(failure.recipients.len(), 3);
    assert_eq!(
        failure.recipients[0],
        RecipientHandle::Cert(gina.fingerprint())
    );
    assert!(matches!(&failure.recipients[1], RecipientHandle::KeyId(id) if id.len() == 16));
    assert_eq!(failure.recipients[2], RecipientHandle::Hidden);
    let with_password = gpg.run(&["--passphrase=x", "-ac"], ENTITY);
    let failure = open_with(&with_password, &alice.secret, &[])
        .err()
        .expect("no key");
    assert_eq!((failure.why, failure.passwords), (OpenProblem::NoKey, 1));
}

#[test]
fn detached_signatures_go_both_ways() {
    let gpg = Gpg::new(Some(NOW));
    gpg.generate("Gina <gina@example.org>", "default");
    let gina = cert_of(&gpg.run(&["--export", "gina@example.org"], b""));
    let alice = alice();
    gpg.run(&["--import"], &alice.cert.to_armored());
    for options in [
        ["-ab", "--no-textmode"],
        ["-ab", "--textmode"],
        ["-b", "--no-textmode"],
    ] {
        let signature = gpg.run(&options, ENTITY);
        let certs = vec![gina.clone()];
        let facts = verify_detached(ENTITY, &signature, &certs, now());
        assert_eq!(facts.len(), 1);
        assert_eq!(facts[0].state, SignatureState::Good, "{options:?}");
        let altered = [ENTITY, b"!"].concat();
        let facts = verify_detached(&altered, &signature, &certs, now());
        assert_eq!(facts[0].state, SignatureState::Bad);
        let facts = verify_detached(ENTITY, &signature, &Vec::new(), now());
        assert_eq!(facts[0].state, SignatureState::NoCert);
        let key = &gina.keys(now())[0];
        assert_eq!(facts[0].issuer.as_deref(), Some(key.fingerprint.as_hex()));
    }
    let message = sign_message(b"From: alice@example.org\r\n", ENTITY, &alice.secret, now())
        .unwrap_or_else(|why| panic!("{why:?}"));
    let text = String::from_utf8(message).expect("ASCII");
    let boundary = text
        .split("boundary=\"")
        .nth(1)
        .and_then(|t| t.split('"').next())
        .expect("one");
    let parts: Vec<&str> = text.split(&format!("\r\n--{boundary}")).collect();
    let signed = parts[1].strip_prefix("\r\n").expect("a line end");
    assert_eq!(signed.as_bytes(), ENTITY);
    let signature = parts[2]
        .split("\r\n\r\n")
        .nth(1)
        .map(|_| parts[2])
        .expect("a part");
    let signature = &signature[signature.find("-----BEGIN").expect("armor")..];
    let (signed_file, signature_file) = (
        gpg.home.path().join("signed"),
        gpg.home.path().join("signature"),
    );
    std::fs::write(&signed_file, signed).expect("written");
    std::fs::write(&signature_file, signature).expect("written");
    let files =
        [&signature_file, &signed_file].map(|file| file.to_str().expect("plain").to_owned());
    gpg.run(&["--verify", &files[0], &files[1]], b"");
}

#[test]
fn secret_keys_go_to_gpg_and_come_back() {
    let gpg = Gpg::new(Some(NOW));
    let alice = alice();
    let password = Secret::new("correct horse".to_owned());
    let exported = alice
        .secret
        .export_armored(&password)
        .unwrap_or_else(|why| panic!("{why:?}"));
    gpg.run(
        &["--passphrase=correct horse", "--import"],
        exported.expose(),
    );
    let listed = gpg.run(&["--with-colons", "--list-secret-keys"], b"");
    let listed = String::from_utf8(listed).expect("text");
    assert!(
        listed.contains(alice.cert.fingerprint().as_hex()),
        "{listed}"
    );
    // gpg can use it: it signs and decrypts.
    let message = gpg.run(
        &[
            "--passphrase=correct horse",
            "-aes",
            "-r",
            "alice@example.org",
        ],
        ENTITY,
    );
    let opened = open_with(&message, &alice.secret, &[]).unwrap_or_else(|why| panic!("{why:?}"));
    assert_eq!(opened.signatures[0].state, SignatureState::Good);
    let back = gpg.run(
        &[
            "--passphrase=correct horse",
            "--armor",
            "--export-secret-keys",
            "alice@example.org",
        ],
        b"",
    );
    assert_eq!(
        secret_of(&back, None).err(),
        Some(UnlockProblem::PasswordNeeded)
    );
    assert_eq!(
        secret_of(&back, Some("wrong")).err(),
        Some(UnlockProblem::WrongPassword)
    );
    let back = secret_of(&back, Some("correct horse")).unwrap_or_else(|why| panic!("{why:?}"));
    let mut ours = alice.cert.to_bytes();
    let mut theirs = back.cert().to_bytes();
    ours.sort_unstable();
    theirs.sort_unstable();
    assert!(back.fingerprint() == alice.secret.fingerprint() && ours.len() == theirs.len());
    let message = sealed(ENTITY, &back, std::slice::from_ref(&alice.cert));
    assert!(!message.is_empty());
}

#[test]
fn a_key_without_its_primary_secret_is_taken_for_what_it_can_do() {
    let gpg = Gpg::new(Some(NOW));
    gpg.generate("Gina <gina@example.org>", "default");
    let whole = cert_of(&gpg.run(&["--export", "gina@example.org"], b""));
    let subkeys = gpg.run(&["--export-secret-subkeys", "gina@example.org"], b"");
    let subkeys = secret_of(&subkeys, None).unwrap_or_else(|why| panic!("{why:?}"));
    let message = gpg.run(&["-ae", "-r", "gina@example.org"], ENTITY);
    let opened = open_with(&message, &subkeys, &[]).unwrap_or_else(|why| panic!("{why:?}"));
    assert_eq!(opened.encryption.opened_with, Some(whole.fingerprint()));
    let again = SecretCert::from_bytes(subkeys.to_bytes().expose());
    assert!(again.is_ok());
}

#[test]
fn rule_51_the_revocation_certificate_ends_the_key_for_gpg() {
    let gpg = Gpg::new(Some(NOW));
    let alice = alice();
    gpg.run(&["--import"], &alice.cert.to_armored());
    gpg.run(&["--import"], &alice.revocation);
    let listed = gpg.run(&["--with-colons", "--list-keys", "alice@example.org"], b"");
    let listed = String::from_utf8(listed).expect("text");
    assert!(listed.contains("pub:r:"), "{listed}");
    let revoked = cert_of(&gpg.run(&["--export", "alice@example.org"], b""));
    assert!(matches!(
        revoked.usable_for_encryption(now()),
        Err(Unusable::Revoked { .. })
    ));
}

#[test]
fn sq_and_we_read_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("plain").to_owned();
    let (key, cert, ours) = (path("sam.key"), path("sam.cert"), path("alice.cert"));
    let alice = alice();
    std::fs::write(&ours, alice.cert.to_armored()).expect("written");
    let made = [
        "key",
        "generate",
        "-u",
        "Sam <sam@example.org>",
        "--creation-time",
        "2026-01-01T00:00:00Z",
        "-e",
        &key,
    ];
    sq(&made, b"");
    let extracted = sq(&["key", "extract-cert", &key], b"");
    std::fs::write(&cert, &extracted).expect("written");
    let sam = cert_of(&extracted);
    for compression in ["none", "pad", "zip"] {
        let args = [
            "encrypt",
            "--recipient-cert",
            &ours,
            "--signer-key",
            &key,
            "--compression",
            compression,
        ];
        let message = sq(&args, ENTITY);
        let opened = open_at(
            &message,
            &alice.secret,
            std::slice::from_ref(&sam),
            false,
            real_now(),
        )
        .unwrap_or_else(|why| panic!("{compression}: {why:?}"));
        assert_eq!(opened.plaintext, ENTITY);
        assert_eq!(opened.signatures[0].state, SignatureState::Good);
        assert_eq!(opened.signatures[0].signer, Some(sam.fingerprint()));
        assert_eq!(opened.signatures[0].intended, [alice.cert.fingerprint()]);
    }
    let message = sealed(ENTITY, &alice.secret, &[sam]);
    let args = [
        "decrypt",
        "--recipient-key",
        &key,
        "--signer-cert",
        &ours,
        "-n",
        "1",
    ];
    assert_eq!(sq(&args, &message), ENTITY);
    // The secret key of sq is read as well.
    let secret = std::fs::read(&key).expect("read");
    let secret = secret_of(&secret, None).unwrap_or_else(|why| panic!("{why:?}"));
    let opened =
        open_with(&message, &secret, &[alice.cert]).unwrap_or_else(|why| panic!("{why:?}"));
    assert_eq!(opened.signatures[0].state, SignatureState::Good);
}

#[test]
fn rule_54_keys_of_gpg_that_are_too_weak_are_named() {
    let gpg = Gpg::new(Some(NOW));
    gpg.generate("weak <weak@example.org>", "rsa1024");
    let weak = cert_of(&gpg.run(&["--export", "weak@example.org"], b""));
    assert_eq!(
        weak.usable_for_signing(now()),
        Err(Unusable::TooWeak {
            what: "RSA-1024".into()
        })
    );
    let signature = gpg.run(&["-ab"], ENTITY);
    let facts = verify_detached(ENTITY, &signature, &vec![weak], now());
    assert_eq!(facts[0].state, SignatureState::WeakKey);
}

#[test]
fn rule_07_a_signature_over_sha_1_is_told_apart() {
    let gpg = Gpg::new(Some(NOW));
    gpg.generate("Rita <rita@example.org>", "rsa2048");
    let rita = cert_of(&gpg.run(&["--export", "rita@example.org"], b""));
    let signature = gpg.run(
        &["-ab", "--digest-algo", "SHA1", "--allow-weak-digest-algos"],
        ENTITY,
    );
    let facts = verify_detached(ENTITY, &signature, &vec![rita], now());
    assert_eq!(facts[0].state, SignatureState::WeakHash);
    assert_eq!(facts[0].hash, "SHA-1");
}

#[test]
fn rule_52_gpg_sees_the_new_end_of_a_key_that_was_extended() {
    let gpg = Gpg::new(Some(NOW));
    let alice = alice();
    let until = at("2031-02-03T04:05:06Z");
    let renewed = alice.secret.extend(until, now()).expect("extended");
    let cert = renewed.cert();
    assert_eq!(cert.expires(now()), Some(until));
    assert_eq!(cert.fingerprint(), alice.cert.fingerprint());
    let keys = cert.keys(now());
    assert_eq!(keys.len(), 3);
    assert!(
        keys.iter().all(|key| key.expires == Some(until)),
        "{keys:?}"
    );
    // What would have been over by then is not.
    let late = at("2030-12-31T00:00:00Z");
    assert!(alice.cert.usable_for_encryption(late).is_err());
    assert_eq!(cert.usable_for_encryption(late), Ok(()));
    assert_eq!(cert.usable_for_signing(late), Ok(()));

    for certificate in [alice.cert.to_armored(), cert.to_armored()] {
        gpg.run(&["--import"], &certificate);
    }
    let listed = gpg.run(&["--with-colons", "--list-keys", "alice@example.org"], b"");
    let listed = String::from_utf8(listed).expect("text");
    let ends: Vec<&str> = listed
        .lines()
        .filter(|line| line.starts_with("pub:") || line.starts_with("sub:"))
        .filter_map(|line| line.split(':').nth(6))
        .collect();
    let until = until.as_second().to_string();
    assert_eq!(ends, [until.as_str(); 3], "{listed}");
}

#[test]
fn of_two_changes_in_one_second_the_later_holds_from_the_next_one_on() {
    let alice = alice();
    let made = alice.cert.created();
    let until = at("2031-02-03T04:05:06Z");
    let holds = alice.secret.change_time(made);
    assert_eq!(holds.duration_since(made).as_secs(), 1);
    let cert = alice.secret.extend(until, made).expect("extended").cert();
    assert_eq!(cert.expires(made), alice.cert.expires(made));
    assert_eq!(cert.expires(holds), Some(until));
}

#[test]
fn rule_52_a_key_that_has_ended_can_be_extended_and_one_that_was_revoked_cannot() {
    let alice = alice();
    let late = at("2032-01-01T00:00:00Z");
    assert!(matches!(
        alice.cert.usable_for_encryption(late),
        Err(Unusable::Expired { .. })
    ));
    let until = at("2035-01-01T00:00:00Z");
    let renewed = alice.secret.extend(until, late).expect("extended");
    assert_eq!(renewed.cert().usable_for_encryption(late), Ok(()));
    assert_eq!(renewed.cert().usable_for_signing(late), Ok(()));
    let before_it_was = alice.secret.extend(at("2001-01-01T00:00:00Z"), late);
    assert_eq!(before_it_was.err(), Some(KeyChangeFailure::BadEnd));
    let ended = alice.secret.revoke(RevocationReason::Retired, late);
    let ended = ended.expect("revoked").secret;
    assert_eq!(
        ended.extend(until, late).err(),
        Some(KeyChangeFailure::Revoked)
    );
    let again = ended.revoke(RevocationReason::Retired, late);
    assert_eq!(again.err(), Some(KeyChangeFailure::Revoked));
}

#[test]
fn rule_51_gpg_sees_a_revocation_and_what_it_ends() {
    for reason in RevocationReason::ALL {
        let gpg = Gpg::new(Some("20260503T120000"));
        let alice = alice();
        let ended = alice.secret.revoke(reason, now()).expect("revoked");
        gpg.run(&["--import"], &alice.cert.to_armored());
        gpg.run(&["--import"], &ended.certificate);
        let listed = gpg.run(&["--with-colons", "--list-keys", "alice@example.org"], b"");
        let listed = String::from_utf8(listed).expect("text");
        assert!(listed.contains("pub:r:"), "{reason:?}: {listed}");
        let cert = ended.secret.cert();
        assert_eq!(cert.revoked(now()), Some(now()));
        let keys = cert.keys(now());
        assert_eq!((keys[0].revoked, keys[0].revoked_at), (true, Some(now())));
        // What it signed before stays good, unless somebody else may have signed it.
        let before = cert.usable_for_signing(at("2026-05-02T00:00:00Z"));
        assert_eq!(
            before.is_ok(),
            reason != RevocationReason::Compromised,
            "{reason:?}: {before:?}"
        );
        // The revocation alone, put to the certificate that others have, does the same.
        let Cert::OpenPgp(known) = &alice.cert else {
            panic!("another scheme");
        };
        let told = known.revoked_by(&ended.certificate, now()).expect("ours");
        assert_eq!(told.revoked(now()), Some(now()));
        let bob = Mailbox::parse("bob@example.org").expect("a mailbox");
        let bob = SecretCert::generate(&bob, alice.cert.created()).expect("a key");
        let Cert::OpenPgp(other) = &bob.cert else {
            panic!("another scheme");
        };
        assert!(other.revoked_by(&ended.certificate, now()).is_none());
    }
}
