//! OCSP: answers of our own making, right and wrong. `tests/chain_peers.rs` asks OpenSSL's responder.

use super::super::super::tlv::{self, tag};
use super::super::ocsp::{BadAnswer, NONCE, Question};
use super::super::*;
use super::make::*;

struct Made<'a> {
    family: &'a Family,
    by: &'a Party,
    serial: u8,
    status: Vec<u8>,
    nonce: Option<[u8; NONCE]>,
    until: Option<&'a str>,
    along: Vec<Vec<u8>>,
}

impl Made<'_> {
    fn der(&self) -> Vec<u8> {
        let time = |text: &str| tlv::write(tag::GENERALIZED_TIME, text.as_bytes());
        let issuer = self.family.middle();
        let algorithm = tlv::write(tag::SEQUENCE, &tlv::write(tag::OID, ids::SHA1));
        let hash = |bytes: &[u8]| tlv::write(tag::OCTET_STRING, &openssl::sha::sha1(bytes));
        let id = tlv::write_all(
            tag::SEQUENCE,
            &[
                &algorithm,
                &hash(issuer.subject.der()),
                &hash(&key_octets(&self.family.middle)),
                &tlv::write(tag::INTEGER, &[self.serial]),
            ],
        );
        let until = self
            .until
            .map(|until| tlv::write(tag::constructed(0), &time(until)))
            .unwrap_or_default();
        let single = tlv::write_all(
            tag::SEQUENCE,
            &[&id, &self.status, &time("20260601000000Z"), &until],
        );
        let nonce = match &self.nonce {
            Some(nonce) => {
                let one = extension(&ext(
                    ids::OCSP_NONCE,
                    false,
                    tlv::write(tag::OCTET_STRING, nonce),
                ));
                tlv::write(tag::constructed(1), &tlv::write(tag::SEQUENCE, &one))
            }
            None => Vec::new(),
        };
        let data = tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write(tag::constructed(1), &self.by.name),
                &time("20260601000000Z"),
                &tlv::write(tag::SEQUENCE, &single),
                &nonce,
            ],
        );
        let along = match self.along.as_slice() {
            [] => Vec::new(),
            all => tlv::write(
                tag::constructed(0),
                &tlv::write(tag::SEQUENCE, &all.concat()),
            ),
        };
        let basic = tlv::write_all(
            tag::SEQUENCE,
            &[
                &data,
                &algorithm_of(),
                &tlv::write_bits(&self.by.sign(&data)),
                &along,
            ],
        );
        let bytes = tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write(tag::OID, ids::OCSP_BASIC),
                &tlv::write(tag::OCTET_STRING, &basic),
            ],
        );
        tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write(0x0A, &[0]),
                &tlv::write(tag::constructed(0), &bytes),
            ],
        )
    }
}

fn algorithm_of() -> Vec<u8> {
    algorithm()
}

fn key_octets(party: &Party) -> Vec<u8> {
    let spki = party.spki();
    let mut inside = tlv::only(&spki, tag::SEQUENCE).unwrap().inside();
    inside.any().unwrap();
    tlv::octets_of_bits(&inside.any().unwrap())
        .unwrap()
        .to_vec()
}

fn made<'a>(family: &'a Family, nonce: [u8; NONCE]) -> Made<'a> {
    Made {
        family,
        by: &family.middle,
        serial: 3,
        status: tlv::write(0x80, &[]),
        nonce: Some(nonce),
        until: Some("20260602000000Z"),
        along: Vec::new(),
    }
}

fn asked(family: &Family, answer: &[u8], nonce: [u8; NONCE]) -> Result<ocsp::Answer, BadAnswer> {
    let (certificate, issuer) = (family.person(), family.middle());
    let question = Question {
        certificate: &certificate,
        issuer: &issuer,
        nonce,
    };
    question.judge(answer, now())
}

#[test]
fn an_answer_of_the_issuer_to_this_question_counts() {
    let family = Family::new("bob@example.org");
    let nonce = [7; NONCE];
    let answer = asked(&family, &made(&family, nonce).der(), nonce).unwrap();
    assert_eq!(answer.revoked, None);
    let at = tlv::write(tag::GENERALIZED_TIME, b"20260101000000Z");
    let reason = tlv::write(tag::constructed(0), &tlv::write(0x0A, &[1]));
    let revoked = Made {
        status: tlv::write_all(0xA1, &[&at, &reason]),
        ..made(&family, nonce)
    };
    let answer = asked(&family, &revoked.der(), nonce).unwrap();
    assert_eq!(answer.revoked.unwrap().reason, 1);
}

#[test]
fn attack_ocsp_answers_smime_for_others_or_by_others_are_refused() {
    let family = Family::new("bob@example.org");
    let nonce = [7; NONCE];
    let base = || made(&family, nonce);
    let ask = |made: Made<'_>| asked(&family, &made.der(), nonce).map(|_| ());
    assert_eq!(ask(base()), Ok(()));
    let other = Made {
        serial: 4,
        ..base()
    };
    assert_eq!(ask(other), Err(BadAnswer::OtherCertificate));
    let replayed = Made {
        nonce: Some([8; NONCE]),
        ..base()
    };
    assert_eq!(ask(replayed), Err(BadAnswer::OtherQuestion));
    let forger = Party::with_key("Middle", Party::new("x").key);
    assert_eq!(
        ask(Made {
            by: &forger,
            ..base()
        }),
        Err(BadAnswer::BadSignature)
    );
    let stranger = Party::new("Stranger");
    assert_eq!(
        ask(Made {
            by: &stranger,
            ..base()
        }),
        Err(BadAnswer::NotAuthorised)
    );
    let stale = Made {
        until: Some("20260531000000Z"),
        ..base()
    };
    assert_eq!(ask(stale), Err(BadAnswer::Stale));
    let endless = Made {
        nonce: None,
        until: None,
        ..base()
    };
    assert_eq!(ask(endless), Err(BadAnswer::Stale));
    let unknown = Made {
        status: tlv::write(0x82, &[]),
        ..base()
    };
    assert_eq!(ask(unknown), Err(BadAnswer::Unknown));
    let declined = tlv::write(tag::SEQUENCE, &tlv::write(0x0A, &[6]));
    assert_eq!(
        asked(&family, &declined, nonce),
        Err(BadAnswer::Declined(6))
    );
    let long = vec![0x30; ocsp::ANSWER_BYTES + 1];
    assert_eq!(asked(&family, &long, nonce), Err(BadAnswer::NotAnAnswer));
}

#[test]
fn a_responder_counts_if_the_issuer_named_it_for_that() {
    let family = Family::new("bob@example.org");
    let nonce = [7; NONCE];
    let responder = Party::new("Responder");
    let ask = |spec: Spec, signer: &Party| {
        let made = Made {
            by: &responder,
            along: vec![spec.der(&responder, signer)],
            ..made(&family, nonce)
        };
        asked(&family, &made.der(), nonce).map(|_| ())
    };
    let named = Spec::of(vec![usage(0b1000_0000), purposes(&[ids::OCSP_SIGNING])]);
    assert_eq!(ask(named.clone(), &family.middle), Ok(()));
    assert_eq!(
        ask(named.clone(), &family.root),
        Err(BadAnswer::NotAuthorised)
    );
    let old = named.between("20200101000000Z", "20210101000000Z");
    assert_eq!(ask(old, &family.middle), Err(BadAnswer::NotAuthorised));
    let person = Spec::person("eve@example.org");
    assert_eq!(ask(person, &family.middle), Err(BadAnswer::NotAuthorised));
}
