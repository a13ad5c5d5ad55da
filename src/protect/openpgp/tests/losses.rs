//! What is lost because of one recipient is named (rule 48), and only then.

use super::*;
use crate::cert::{Acceptance, Checked};
use crate::protect::losses::{Because, Loss, Lost, losses};
use crate::protect::plan::{Known, Own, Role, plan};
use sequoia_openpgp as pgp;
use sequoia_openpgp::types::{Features, SymmetricAlgorithm};

fn new() -> NewKey {
    sealing::modern(Features::empty().set_seipdv1().set_seipdv2(), None)
}

fn old() -> NewKey {
    sealing::modern(Features::empty().set_seipdv1(), None)
}

/// What is lost in a letter of this key's owner to these; recipients are numbered.
fn lost(own: &NewKey, to: &[(&NewKey, Role)]) -> Vec<Loss> {
    let mut acceptance = Acceptance::new();
    let people: Vec<(Mailbox, Role)> = to
        .iter()
        .enumerate()
        .map(|(n, (_, role))| (Mailbox::parse(&format!("r{n}@example.org")).unwrap(), *role))
        .collect();
    for ((mailbox, _), (key, _)) in people.iter().zip(to) {
        acceptance.decide(
            mailbox.address.clone(),
            key.cert.fingerprint(),
            Checked::Accepted,
        );
    }
    let certs_for = |address: &crate::address::Address| {
        let place = people
            .iter()
            .position(|(mailbox, _)| mailbox.address == *address);
        place.map(|n| to[n].0.cert.clone()).into_iter().collect()
    };
    let own = Own {
        openpgp: Some(own.cert.clone()),
        ..Own::default()
    };
    let known = Known {
        own: &own,
        certs_for: &certs_for,
        acceptance: &acceptance,
        history: &|_| crate::cert::History::default(),
        preference: &|_| None,
        at: now(),
    };
    losses(&plan(&people, &known).unwrap(), now())
}

fn because(losses: &[Loss], what: Lost) -> Vec<String> {
    let loss = losses.iter().find(|loss| loss.what == what);
    let who = |because: &Because| match because {
        Because::Own => "own".to_owned(),
        Because::Recipient(mailbox) => mailbox.address.to_string(),
    };
    loss.map(|loss| loss.because_of.iter().map(who).collect())
        .unwrap_or_default()
}

#[test]
fn rule_48_what_is_lost_because_of_one_recipient_is_named() {
    let aead = Lost::AuthenticatedEncryption;
    let (new, other, old) = (new(), new(), old());
    assert_eq!(lost(&new, &[(&other, Role::To)]), []);
    // Nobody could have it: nothing is lost because of one.
    assert_eq!(lost(&old, &[(&old, Role::To)]), []);
    let mixed = lost(&new, &[(&other, Role::To), (&old, Role::Cc)]);
    assert_eq!(because(&mixed, aead), ["r1@example.org"]);
    assert_eq!(because(&lost(&old, &[(&new, Role::To)]), aead), ["own"]);
    // A Bcc has a copy of its own: it takes nothing from the others.
    let blind = lost(&new, &[(&other, Role::To), (&old, Role::Bcc)]);
    assert_eq!(because(&blind, aead), ["r1@example.org"]);
    let short = Features::empty().set_seipdv1();
    let short = sealing::modern(short, Some(SymmetricAlgorithm::AES128));
    let cipher = lost(&old, &[(&short, Role::To)]);
    assert_eq!(because(&cipher, Lost::StrongestCipher), ["r0@example.org"]);
}

#[test]
fn rule_48_a_key_that_is_not_post_quantum_is_named_beside_one_that_is() {
    use pgp::cert::{CertBuilder, CipherSuite};
    let (cert, _) = CertBuilder::new()
        .set_profile(pgp::Profile::RFC9580)
        .unwrap()
        .set_cipher_suite(CipherSuite::MLDSA65_Ed25519)
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
    let quantum = NewKey {
        cert: secret.cert(),
        secret,
        revocation: Vec::new(),
    };
    let found = lost(&quantum, &[(&quantum, Role::To), (&new(), Role::To)]);
    assert_eq!(because(&found, Lost::PostQuantum), ["r1@example.org"]);
    assert_eq!(lost(&quantum, &[(&quantum, Role::To)]), []);
}
