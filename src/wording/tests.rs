//! The rules about words.

use super::network::submit_failure;
use super::openpgp::open_failure;
use super::plan::plan_problem;
use super::store::store_failure;
use super::*;
use crate::address::Address;
use crate::app::port::{Reply, Stage, StoreFailure, SubmitFailure, TlsRefusal};
use crate::cert::{Acceptance, Checked, Fingerprint, Unusable};
use crate::protect::evidence::{Evidence, Layer, SignatureFact, SignatureState};
use crate::protect::openpgp::{OpenFailure, OpenProblem};
use crate::protect::plan::PlanProblem;
use crate::read::{Claims, Policy, Verdict, WhyNot, judge};

fn alice() -> Address {
    Address::parse("alice@example.org").unwrap()
}

fn fingerprint() -> Fingerprint {
    Fingerprint::parse(&"A".repeat(40)).unwrap()
}

fn now() -> Time {
    "2026-05-03T10:00:00Z".parse().unwrap()
}

fn signed_by_alice(from: &Address, acceptance: &Acceptance) -> Verdict {
    let fact = SignatureFact {
        state: SignatureState::Good,
        signer: Some(fingerprint()),
        issuer: None,
        addresses: vec![alice()],
        made: Some(now()),
        hash: "SHA-512".to_owned(),
        algorithm: "Ed25519".to_owned(),
        intended: Vec::new(),
    };
    let evidence = Evidence {
        layers: vec![Layer::OpenPgpSigned(vec![fact])],
    };
    let claims = Claims {
        from: Some(from),
        date: None,
        partly_signed: false,
    };
    judge(&evidence, &claims, acceptance, &Policy::default(), now())
}

#[test]
fn rule_09_the_headline_writes_the_signers_address_out() {
    let mut acceptance = Acceptance::new();
    acceptance.decide(alice(), fingerprint(), Checked::Confirmed);
    let notice = verdict(&signed_by_alice(&alice(), &acceptance));
    assert_eq!(notice.headline, "Written by alice@example.org.");
    // Where the signer is another than the author, both the fact and the address are told.
    let eve = Address::parse("eve@example.org").unwrap();
    let notice = verdict(&signed_by_alice(&eve, &acceptance));
    assert_eq!(notice.code, "unprotected");
    assert!(notice.why.contains("alice@example.org"), "{}", notice.why);
}

fn samples() -> Vec<Notice> {
    let reply = || Reply {
        code: 550,
        text: "no".to_owned(),
    };
    let server = || "mail.example.org:465".to_owned();
    let tls = |refusal| SubmitFailure::Tls {
        server: server(),
        refusal,
    };
    let submissions = [
        SubmitFailure::NoSuchHost { host: server() },
        SubmitFailure::NoConnection {
            server: server(),
            detail: "refused".to_owned(),
        },
        SubmitFailure::NoStartTls { server: server() },
        SubmitFailure::Injected {
            stage: Stage::StartTls,
        },
        tls(TlsRefusal::WrongName {
            expected: "a.example".to_owned(),
            found: vec!["b.example".to_owned()],
        }),
        tls(TlsRefusal::Expired { until: Some(now()) }),
        tls(TlsRefusal::NotYetValid { from: None }),
        tls(TlsRefusal::UnknownIssuer { found: None }),
        tls(TlsRefusal::OldVersion { found: None }),
        tls(TlsRefusal::Other("broken".to_owned())),
        SubmitFailure::Garbage {
            stage: Stage::Greeting,
        },
        SubmitFailure::NoLoginMethod {
            offered: vec!["GSSAPI".to_owned()],
        },
        SubmitFailure::LoginRefused(reply()),
        SubmitFailure::Refused {
            stage: Stage::Sender,
            reply: reply(),
        },
        SubmitFailure::AllRefused(Vec::new()),
        SubmitFailure::TooLarge { size: 2, limit: 1 },
        SubmitFailure::NoUtf8 { address: alice() },
        SubmitFailure::Unsendable("It has a line that is too long."),
        SubmitFailure::Closed { stage: Stage::Data },
        SubmitFailure::Deadline { stage: Stage::Data },
        SubmitFailure::NotRecorded,
        SubmitFailure::MaybeSent { cancelled: false },
    ];
    let stores = [
        StoreFailure::VaultLocked,
        StoreFailure::WrongPassphrase,
        StoreFailure::VaultInKeyring,
        StoreFailure::KeyringMismatch,
        StoreFailure::KeyringUnavailable("no bus".to_owned()),
        StoreFailure::NewerVersion { found: 9, known: 1 },
        StoreFailure::ReadOnly { path: server() },
        StoreFailure::DiskFull { path: server() },
        StoreFailure::Unusable {
            path: server(),
            detail: "no".to_owned(),
        },
        StoreFailure::Busy,
        StoreFailure::Damaged {
            what: "a draft".to_owned(),
        },
        StoreFailure::Exists,
    ];
    let plans = [
        PlanProblem::NoRecipients,
        PlanProblem::NoCert { recipient: alice() },
        PlanProblem::NoOwnKey {
            recipient: alice(),
            fingerprint: fingerprint(),
            scheme: crate::cert::Scheme::Smime,
        },
        PlanProblem::NotAccepted {
            recipient: alice(),
            fingerprint: fingerprint(),
        },
        PlanProblem::Changed {
            recipient: alice(),
            fingerprint: fingerprint(),
            confirmed: fingerprint(),
        },
        PlanProblem::Rejected {
            recipient: alice(),
            fingerprint: fingerprint(),
        },
        PlanProblem::ReadsNoV6 {
            recipient: alice(),
            fingerprint: fingerprint(),
        },
        PlanProblem::Unusable {
            recipient: alice(),
            fingerprint: fingerprint(),
            why: Unusable::Expired { at: now() },
        },
    ];
    let opens = [
        OpenProblem::NotOpenPgp,
        OpenProblem::BrokenArmor,
        OpenProblem::TooLarge,
        OpenProblem::NotEncrypted,
        OpenProblem::NoKey,
        OpenProblem::LibrePgp,
        OpenProblem::NoIntegrity,
        OpenProblem::Undecryptable,
    ];
    let open = |why| OpenFailure {
        why,
        recipients: Vec::new(),
        passwords: 0,
        tried: Vec::new(),
    };
    let mut all: Vec<Notice> = submissions.iter().map(submit_failure).collect();
    all.extend(stores.iter().map(store_failure));
    all.extend(plans.iter().map(plan_problem));
    all.extend(opens.map(open).iter().map(open_failure));
    all
}

#[test]
fn rule_71_the_first_layer_has_no_jargon_and_says_the_next_step() {
    let jargon = [
        "subkey",
        "session key",
        "pkesk",
        "seipd",
        "mdc",
        "aead",
        "cipher",
        "mime",
        "ascii armor",
        "rsa",
        "ed25519",
        "sha",
        "s2k",
        "keyring packet",
        "uid",
        "handshake",
        "ehlo",
        "rcpt",
    ];
    for notice in samples() {
        assert!(
            !notice.headline.is_empty() && !notice.next.is_empty(),
            "{notice:?}"
        );
        let shown = format!("{} {} {}", notice.headline, notice.why, notice.next).to_lowercase();
        let spaced = format!(" {} ", shown.replace(|c: char| !c.is_alphanumeric(), " "));
        for word in jargon {
            assert!(
                !spaced.contains(&format!(" {word} ")),
                "{word:?} in {notice:?}"
            );
        }
    }
}

#[test]
fn rule_71_reasons_against_a_message_have_no_jargon_either() {
    for why in [
        WhyNot::Rejected,
        WhyNot::SenderUnclear,
        WhyNot::AddressMismatch,
        WhyNot::NotIntendedRecipient,
        WhyNot::NotAccepted,
        WhyNot::FromFuture,
        WhyNot::Revoked,
        WhyNot::Expired,
        WhyNot::WeakHash,
        WhyNot::WeakKey,
        WhyNot::BadSignature,
        WhyNot::NoCert,
        WhyNot::NoIntegrity,
        WhyNot::Partial,
        WhyNot::Unsigned,
    ] {
        let (reason, next) = why_not(why, "alice@example.org");
        assert!(
            reason.ends_with('.') && next.ends_with('.'),
            "{reason} {next}"
        );
        let shown = format!("{reason} {next}").to_lowercase();
        for word in ["hash", "mdc", "subkey", "algorithm", "openpgp", "mime"] {
            assert!(!shown.contains(word), "{word:?} in {shown}");
        }
    }
}

#[test]
fn rule_72_unprotected_mail_is_not_scolded() {
    let from = alice();
    let claims = Claims {
        from: Some(&from),
        date: None,
        partly_signed: false,
    };
    let plain = judge(
        &Evidence::default(),
        &claims,
        &Acceptance::new(),
        &Policy::default(),
        now(),
    );
    let notice = verdict(&plain);
    assert_eq!(notice.turn, Turn::Nobody);
    let shown = format!("{} {} {}", notice.headline, notice.why, notice.next).to_lowercase();
    for word in ["!", "danger", "warning", "insecure", "unsafe", "attack"] {
        assert!(!shown.contains(word), "{word:?} in {shown}");
    }
}
