//! The rules of the judgement, one by one.

use super::verdict::{Claims, Policy, Summary, Verdict, WhyNot, judge};
use crate::address::Address;
use crate::base::Time;
use crate::cert::{Acceptance, Checked, Fingerprint};
use crate::protect::evidence::{
    EncryptionFact, Evidence, Integrity, Layer, RecipientHandle, SignatureFact, SignatureState,
};

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn fingerprint(digit: char) -> Fingerprint {
    Fingerprint::parse(&digit.to_string().repeat(40)).unwrap()
}

fn now() -> Time {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn signature(state: SignatureState) -> SignatureFact {
    SignatureFact {
        state,
        signer: Some(fingerprint('A')),
        issuer: None,
        addresses: vec![address("alice@example.org")],
        made: Some("2026-03-01T11:00:00Z".parse().unwrap()),
        hash: "SHA512".into(),
        algorithm: "EdDSA".into(),
        intended: Vec::new(),
    }
}

fn encrypted(integrity: Integrity) -> Layer {
    Layer::OpenPgpEncrypted(EncryptionFact {
        integrity,
        recipients: vec![RecipientHandle::Cert(fingerprint('B'))],
        opened_with: Some(fingerprint('B')),
        algorithm: "AES-256".into(),
    })
}

fn accepted() -> Acceptance {
    let mut acceptance = Acceptance::new();
    acceptance.decide(
        address("alice@example.org"),
        fingerprint('A'),
        Checked::Accepted,
    );
    acceptance
}

fn verdict(layers: Vec<Layer>, from: Option<&str>, acceptance: &Acceptance) -> Verdict {
    let from = from.map(address);
    let claims = Claims {
        from: from.as_ref(),
        date: Some(now()),
        partly_signed: false,
    };
    judge(
        &Evidence { layers },
        &claims,
        acceptance,
        &Policy::default(),
        now(),
    )
}

fn signed(fact: SignatureFact) -> Layer {
    Layer::OpenPgpSigned(vec![fact])
}

const ALICE: Option<&str> = Some("alice@example.org");

#[test]
fn rule_01_four_states_and_no_fifth() {
    let good = || signed(signature(SignatureState::Good));
    for (layers, word) in [
        (vec![], "unprotected"),
        (vec![good()], "verified"),
        (vec![encrypted(Integrity::Mdc), good()], "confidential"),
        (vec![encrypted(Integrity::Aead), good()], "confidential"),
        (vec![encrypted(Integrity::Mdc)], "encrypted-unverified"),
    ] {
        assert_eq!(verdict(layers, ALICE, &accepted()).summary().word(), word);
    }
}

#[test]
fn rule_02_a_signature_over_ciphertext_says_nothing_of_the_content() {
    let outside = vec![
        signed(signature(SignatureState::Good)),
        encrypted(Integrity::Mdc),
    ];
    let verdict = verdict(outside, ALICE, &accepted());
    assert_eq!(verdict.summary(), &Summary::EncryptedUnverified);
    assert_eq!(verdict.why_not(), Some(WhyNot::Unsigned));
}

#[test]
fn rule_07_a_failed_signature_ranks_like_none_and_says_why() {
    for (state, why) in [
        (SignatureState::FromFuture, WhyNot::FromFuture),
        (SignatureState::Revoked, WhyNot::Revoked),
        (SignatureState::Expired, WhyNot::Expired),
        (SignatureState::WeakHash, WhyNot::WeakHash),
        (SignatureState::WeakKey, WhyNot::WeakKey),
        (SignatureState::UnfitKey, WhyNot::WeakKey),
        (SignatureState::Bad, WhyNot::BadSignature),
        (SignatureState::Unreadable, WhyNot::BadSignature),
        (SignatureState::NoCert, WhyNot::NoCert),
    ] {
        let plain = verdict(vec![signed(signature(state))], ALICE, &accepted());
        assert_eq!(plain.summary(), &Summary::Unprotected, "{state:?}");
        assert_eq!(plain.why_not(), Some(why));
        let sealed = vec![encrypted(Integrity::Mdc), signed(signature(state))];
        let sealed = verdict(sealed, ALICE, &accepted());
        assert_eq!(sealed.summary(), &Summary::EncryptedUnverified, "{state:?}");
        assert_eq!(sealed.why_not(), Some(why));
    }
}

#[test]
fn rule_08_the_signer_must_be_accepted_for_the_author() {
    let good = || vec![signed(signature(SignatureState::Good))];
    let unknown = verdict(good(), ALICE, &Acceptance::new());
    assert_eq!(unknown.why_not(), Some(WhyNot::NotAccepted));
    assert_eq!(unknown.signer().unwrap().checked, Checked::Unknown);
    let other = verdict(good(), Some("mallory@example.org"), &accepted());
    assert_eq!(other.why_not(), Some(WhyNot::AddressMismatch));
    assert_eq!(other.summary(), &Summary::Unprotected);
    let mut rejected = accepted();
    rejected.decide(
        address("alice@example.org"),
        fingerprint('A'),
        Checked::Rejected,
    );
    let rejected = verdict(good(), ALICE, &rejected);
    assert_eq!(rejected.why_not(), Some(WhyNot::Rejected));
    let spelled = verdict(good(), Some("Alice@EXAMPLE.org"), &accepted());
    assert_eq!(spelled.why_not(), None);
}

#[test]
fn rule_08_acceptance_for_one_address_does_not_carry_over_to_another() {
    let mut fact = signature(SignatureState::Good);
    fact.addresses.push(address("ceo@example.org"));
    let verdict = verdict(vec![signed(fact)], Some("ceo@example.org"), &accepted());
    assert_eq!(verdict.summary(), &Summary::Unprotected);
    assert_eq!(verdict.why_not(), Some(WhyNot::NotAccepted));
}

#[test]
fn rule_10_an_unclear_sender_is_never_verified() {
    let layers = vec![
        encrypted(Integrity::Mdc),
        signed(signature(SignatureState::Good)),
    ];
    let verdict = verdict(layers, None, &accepted());
    assert_eq!(verdict.summary(), &Summary::EncryptedUnverified);
    assert_eq!(verdict.why_not(), Some(WhyNot::SenderUnclear));
}

#[test]
fn rule_11_one_good_openpgp_signature_suffices() {
    let facts = vec![
        signature(SignatureState::Bad),
        signature(SignatureState::NoCert),
        signature(SignatureState::Good),
    ];
    let verdict = verdict(vec![Layer::OpenPgpSigned(facts)], ALICE, &accepted());
    assert_eq!(verdict.summary().word(), "verified");
}

#[test]
fn rule_14_signing_times_are_compared() {
    let mut future = signature(SignatureState::Good);
    future.made = Some("2026-03-01T12:06:00Z".parse().unwrap());
    let verdict_future = verdict(vec![signed(future)], ALICE, &accepted());
    assert_eq!(verdict_future.why_not(), Some(WhyNot::FromFuture));
    let mut soon = signature(SignatureState::Good);
    soon.made = Some("2026-03-01T12:04:00Z".parse().unwrap());
    assert_eq!(
        verdict(vec![signed(soon)], ALICE, &accepted()).why_not(),
        None
    );
    let mut old = signature(SignatureState::Good);
    old.made = Some("2026-02-20T12:00:00Z".parse().unwrap());
    let verdict_old = verdict(vec![signed(old)], ALICE, &accepted());
    assert_eq!(verdict_old.summary().word(), "verified");
    assert!(verdict_old.date_differs());
}

#[test]
fn rule_17_without_integrity_never_confidential() {
    let bare = verdict(vec![encrypted(Integrity::None)], ALICE, &accepted());
    assert_eq!(bare.summary(), &Summary::Unprotected);
    assert_eq!(bare.why_not(), Some(WhyNot::NoIntegrity));
    assert!(bare.without_integrity());
    let layers = vec![
        encrypted(Integrity::None),
        signed(signature(SignatureState::Good)),
    ];
    let signed_inside = verdict(layers, ALICE, &accepted());
    assert_eq!(signed_inside.summary().word(), "verified");
}

#[test]
fn rule_49_a_letter_that_was_meant_for_others_is_not_verified() {
    let meant_for = |intended: Vec<Fingerprint>| {
        let mut fact = signature(SignatureState::Good);
        fact.intended = intended;
        signed(fact)
    };
    let ours = vec![
        encrypted(Integrity::Mdc),
        meant_for(vec![fingerprint('C'), fingerprint('B')]),
    ];
    assert_eq!(
        verdict(ours, ALICE, &accepted()).summary().word(),
        "confidential"
    );
    let others = vec![encrypted(Integrity::Mdc), meant_for(vec![fingerprint('C')])];
    let others = verdict(others, ALICE, &accepted());
    assert_eq!(others.why_not(), Some(WhyNot::NotIntendedRecipient));
    assert_eq!(others.summary(), &Summary::EncryptedUnverified);
    let stripped = verdict(vec![meant_for(vec![fingerprint('B')])], ALICE, &accepted());
    assert_eq!(stripped.why_not(), Some(WhyNot::NotIntendedRecipient));
    assert_eq!(stripped.summary(), &Summary::Unprotected);
}
