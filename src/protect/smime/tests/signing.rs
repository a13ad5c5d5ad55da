//! Signer infos: what counts, and why something does not.

use super::*;
use crate::address::Address;
use crate::cert::x509::time;
use crate::cert::x509::tlv::{self, tag};
use crate::cert::{Acceptance, Checked};
use crate::protect::evidence::{Layer, SignatureFact, SignatureState};
use crate::protect::open as open_envelope;
use crate::read::{Reading as Read, reading as read_message};

/// What a signer info is made of; each part can be made wrong.
pub struct Making<'a> {
    pub signer: &'a X509Secret,
    pub hash: hash::Hash,
    /// The attributes; `None` signs the content itself.
    pub attributes: Option<Vec<Vec<u8>>>,
    /// Whether the attributes are hashed in the order given instead of sorted.
    pub unsorted: bool,
}

impl Making<'_> {
    pub fn info(&self, content: &[u8]) -> Vec<u8> {
        let cert = self.signer.x509();
        let (message, attributes) = match &self.attributes {
            None => (content.to_vec(), Vec::new()),
            Some(all) if self.unsorted => {
                let all: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
                (
                    ber::wrapped(ber::id::SET, &all),
                    ber::wrapped(ber::id::context(0), &all),
                )
            }
            Some(all) => (
                ber::set_of(ber::id::SET, all.clone()),
                ber::set_of(ber::id::context(0), all.clone()),
            ),
        };
        let value =
            signature::sign(cert.key_kind(), self.hash, self.signer.key(), &message).unwrap();
        let digest = tlv::write(
            tag::SEQUENCE,
            &tlv::write(tag::OID, self.hash.oid().as_bytes()),
        );
        let rsa = tlv::write(tag::OID, oids::RSA.as_bytes());
        let algorithm = tlv::write_all(tag::SEQUENCE, &[&rsa, &tlv::write(tag::NULL, &[])]);
        tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write_small(1),
                &signed::issuer_and_serial(cert),
                &digest,
                &attributes,
                &algorithm,
                &tlv::write(tag::OCTET_STRING, &value),
            ],
        )
    }
}

/// The attributes that every signature has.
pub fn usual(content: &[u8], hash: hash::Hash, made: Option<Time>) -> Vec<Vec<u8>> {
    let digest = hash.over(&[content]).unwrap();
    let mut all = vec![
        attributes::attribute(
            oids::CONTENT_TYPE,
            &tlv::write(tag::OID, oids::DATA.as_bytes()),
        ),
        attributes::attribute(
            oids::MESSAGE_DIGEST,
            &tlv::write(tag::OCTET_STRING, &digest),
        ),
    ];
    all.extend(made.map(|made| attributes::attribute(oids::SIGNING_TIME, &time::write(made))));
    all
}

pub fn by(signer: &X509Secret, content: &[u8]) -> Vec<u8> {
    Making {
        signer,
        hash: hash::Hash::Sha256,
        attributes: Some(usual(content, hash::Hash::Sha256, Some(now()))),
        unsorted: false,
    }
    .info(content)
}

/// A SignedData with these parts.
pub fn signed_data(content: Option<&[u8]>, certs: &[&X509Secret], infos: &[Vec<u8>]) -> Vec<u8> {
    let mut inner = tlv::write(tag::OID, oids::DATA.as_bytes());
    if let Some(content) = content {
        let content = tlv::write(tag::OCTET_STRING, content);
        inner.extend(tlv::write(tag::constructed(0), &content));
    }
    let certs: Vec<Vec<u8>> = certs.iter().map(|c| c.x509().der().to_vec()).collect();
    let data = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write_small(1),
            &tlv::write(tag::SET, &[]),
            &tlv::write(tag::SEQUENCE, &inner),
            &tlv::write(tag::constructed(0), &certs.concat()),
            &tlv::write(tag::SET, &infos.concat()),
        ],
    );
    let kind = tlv::write(tag::OID, oids::SIGNED_DATA.as_bytes());
    let data = tlv::write(tag::constructed(0), &data);
    tlv::write_all(tag::SEQUENCE, &[&kind, &data])
}

pub fn facts(cms: &[u8]) -> Vec<SignatureFact> {
    match take(cms, &[]).unwrap().layer {
        Some(Layer::SmimeSigned(facts)) => facts,
        other => panic!("{other:?}"),
    }
}

pub fn state(cms: &[u8]) -> SignatureState {
    let facts = facts(cms);
    assert_eq!(facts.len(), 1);
    facts[0].state
}

/// A whole letter with a signed entity in CMS.
pub fn letter(kind: &str, cms: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "From: alice@example.org\r\nDate: Sun, 03 May 2026 10:00:00 +0000\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: application/pkcs7-mime; smime-type={kind}; name=smime.p7m\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n"
    )
    .into_bytes();
    crate::mime::build::base64_body(&mut out, cms);
    out
}

/// A clear-signed letter with this signature.
pub fn clear(entity: &[u8], signature: &[u8]) -> Vec<u8> {
    let mut out = b"From: alice@example.org\r\nDate: Sun, 03 May 2026 10:00:00 +0000\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/signed; micalg=sha-256; boundary=b;\r\n\
        \tprotocol=\"application/pkcs7-signature\"\r\n\r\n--b\r\n"
        .to_vec();
    out.extend_from_slice(entity);
    out.extend_from_slice(
        b"\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\
          Content-Transfer-Encoding: base64\r\n\r\n",
    );
    crate::mime::build::base64_body(&mut out, signature);
    out.extend_from_slice(b"--b--\r\n");
    out
}

/// Reads and judges a whole letter; Alice's certificate is accepted or not.
pub fn judged(message: &[u8], of: &[&X509Secret], accepted: &[&X509Secret]) -> Read {
    try_judged(message, of, accepted).unwrap()
}

/// The same of a letter that may not open.
pub fn try_judged(
    message: &[u8],
    of: &[&X509Secret],
    accepted: &[&X509Secret],
) -> Result<Read, open_envelope::Problem> {
    let mut acceptance = Acceptance::new();
    for cert in accepted {
        let alice = Address::parse("alice@example.org").unwrap();
        acceptance.decide(alice, cert.fingerprint(), Checked::Accepted);
    }
    reading(&keys(of), true, |with| {
        let opened = open_envelope::open(message, with)?;
        let (evidence, payload) = opened.into_payload();
        let policy = Default::default();
        read_message(message, evidence, payload, &acceptance, &policy, now())
            .map_err(open_envelope::Problem::Mime)
    })
}

/// Summary and why not.
pub fn words(read: &Read) -> (&'static str, Option<&'static str>) {
    let verdict = read.verdict();
    (
        verdict.summary().word(),
        verdict.why_not().map(|w| w.word()),
    )
}

#[test]
fn rule_11_several_cms_signers_are_never_verified_and_each_is_listed() {
    let carol = person("alice@example.org", Kind::Rsa(2048));
    let cms = signed_data(
        Some(ENTITY),
        &[&ALICE, &carol],
        &[by(&ALICE, ENTITY), by(&carol, ENTITY)],
    );
    let all = facts(&cms);
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|fact| fact.state == SignatureState::Good));
    let read = judged(&letter("signed-data", &cms), &[], &[&ALICE, &carol]);
    assert_eq!(words(&read), ("unprotected", Some("several-signers")));
    // One of them alone would count.
    let cms = signed_data(Some(ENTITY), &[&ALICE], &[by(&ALICE, ENTITY)]);
    let read = judged(&letter("signed-data", &cms), &[], &[&ALICE]);
    assert_eq!(words(&read), ("verified", None));
}

#[test]
fn rule_11_signed_by_nobody_is_said_so() {
    let cms = signed_data(Some(ENTITY), &[&ALICE], &[]);
    assert_eq!(facts(&cms), []);
    let read = judged(&letter("signed-data", &cms), &[], &[&ALICE]);
    assert_eq!(words(&read), ("unprotected", Some("no-signers")));
    let read = judged(
        &clear(ENTITY, &signed_data(None, &[&ALICE], &[])),
        &[],
        &[&ALICE],
    );
    assert_eq!(words(&read), ("unprotected", Some("no-signers")));
}

#[test]
fn rule_12_content_inside_and_beside_a_signature_is_shown_as_signed_by_nobody() {
    for beside in [
        &b"Content-Type: text/plain\r\n\r\nPay Mallory.\r\n"[..],
        ENTITY,
    ] {
        for signed in [beside, ENTITY] {
            let cms = signed_data(Some(ENTITY), &[&ALICE], &[by(&ALICE, signed)]);
            let read = judged(&clear(beside, &cms), &[], &[&ALICE]);
            assert_eq!(words(&read), ("unprotected", Some("conflicting-content")));
        }
    }
    let detached = signed_data(None, &[&ALICE], &[by(&ALICE, ENTITY)]);
    let read = judged(&clear(ENTITY, &detached), &[], &[&ALICE]);
    assert_eq!(words(&read), ("verified", None));
}

#[test]
fn rule_13_an_unknown_certificate_counts_only_when_it_is_accepted_for_the_address() {
    let cms = signed_data(Some(ENTITY), &[&ALICE], &[by(&ALICE, ENTITY)]);
    let message = letter("signed-data", &cms);
    let read = judged(&message, &[], &[]);
    assert_eq!(words(&read), ("unprotected", Some("untrusted-chain")));
    let signer = read.verdict().signer().unwrap();
    assert_eq!(signer.fingerprint, ALICE.fingerprint());
    assert_eq!(words(&judged(&message, &[], &[&ALICE])), ("verified", None));
    // Accepted for another address it is worth nothing here.
    let other = person("mallory@example.org", Kind::Rsa(2048));
    let cms = signed_data(Some(ENTITY), &[&other], &[by(&other, ENTITY)]);
    let read = judged(&letter("signed-data", &cms), &[], &[&other]);
    assert_eq!(words(&read), ("unprotected", Some("address-mismatch")));
}

#[test]
fn rule_07_the_reason_why_a_cms_signature_does_not_count_is_a_fact() {
    let making = |hash, made| Making {
        signer: &ALICE,
        hash,
        attributes: Some(usual(ENTITY, hash, made)),
        unsorted: false,
    };
    let one = |info: Vec<u8>| state(&signed_data(Some(ENTITY), &[&ALICE], &[info]));
    let sha256 = hash::Hash::Sha256;
    for (made, expected) in [
        (Some(now()), SignatureState::Good),
        (None, SignatureState::Good),
        (Some(at("2026-05-03T10:04:59Z")), SignatureState::Good),
        (Some(at("2026-05-03T10:05:01Z")), SignatureState::FromFuture),
        (Some(at("2025-12-31T00:00:00Z")), SignatureState::UnfitKey),
    ] {
        assert_eq!(one(making(sha256, made).info(ENTITY)), expected, "{made:?}");
    }
    for weak in [hash::Hash::Md5, hash::Hash::Sha1] {
        let info = making(weak, Some(now())).info(ENTITY);
        assert_eq!(one(info), SignatureState::WeakHash);
    }
    assert_eq!(one(by(&ALICE, b"other")), SignatureState::Bad);
    let nobody = signed_data(Some(ENTITY), &[&BOB], &[by(&ALICE, ENTITY)]);
    assert_eq!(state(&nobody), SignatureState::NoCert);
    let old = person_within(
        "alice@example.org",
        Kind::Rsa(2048),
        ("20240101000000Z", "20250101000000Z"),
    );
    let expired = signed_data(Some(ENTITY), &[&old], &[by(&old, ENTITY)]);
    assert_eq!(state(&expired), SignatureState::Expired);
    let weak = person("alice@example.org", Kind::Rsa(1024));
    let weak = signed_data(Some(ENTITY), &[&weak], &[by(&weak, ENTITY)]);
    assert_eq!(state(&weak), SignatureState::WeakKey);
}

#[test]
fn signed_attributes_must_be_there_once_and_be_about_this_content() {
    let usual = || usual(ENTITY, hash::Hash::Sha256, Some(now()));
    let one = |attributes, unsorted| {
        let info = Making {
            signer: &ALICE,
            hash: hash::Hash::Sha256,
            attributes,
            unsorted,
        }
        .info(ENTITY);
        state(&signed_data(Some(ENTITY), &[&ALICE], &[info]))
    };
    assert_eq!(one(Some(usual()), false), SignatureState::Good);
    let mut turned = usual();
    turned.reverse();
    assert_eq!(one(Some(turned), true), SignatureState::Good);
    for missing in [0, 1] {
        let mut less = usual();
        less.remove(missing);
        assert_eq!(one(Some(less), false), SignatureState::Bad);
    }
    for twice in 0..3 {
        let mut more = usual();
        more.push(more[twice].clone());
        let state = one(Some(more), true);
        assert!(
            matches!(state, SignatureState::Bad | SignatureState::Unreadable),
            "{state:?}"
        );
    }
    let mut other = usual();
    other[0] = attributes::attribute(
        oids::CONTENT_TYPE,
        &tlv::write(tag::OID, oids::SIGNED_DATA.as_bytes()),
    );
    assert_eq!(one(Some(other), false), SignatureState::Bad);
    // Without any, the content is signed itself.
    assert_eq!(one(None, false), SignatureState::Good);
}

#[test]
fn a_signature_that_names_another_certificate_of_the_same_key_is_bad() {
    let named = |der: &[u8]| {
        let hash = hash::Hash::Sha256.over(&[der]).unwrap();
        let id = tlv::write(tag::SEQUENCE, &tlv::write(tag::OCTET_STRING, &hash));
        let value = tlv::write(tag::SEQUENCE, &tlv::write(tag::SEQUENCE, &id));
        let mut attributes = usual(ENTITY, hash::Hash::Sha256, Some(now()));
        attributes.push(attributes::attribute(oids::SIGNING_CERTIFICATE_V2, &value));
        let info = Making {
            signer: &ALICE,
            hash: hash::Hash::Sha256,
            attributes: Some(attributes),
            unsorted: false,
        }
        .info(ENTITY);
        state(&signed_data(Some(ENTITY), &[&ALICE], &[info]))
    };
    assert_eq!(named(ALICE.x509().der()), SignatureState::Good);
    assert_eq!(named(BOB.x509().der()), SignatureState::Bad);
}
