// What each fuzz target does with bytes. Both cargo-fuzz and the replay of the corpora include this.

use std::sync::Arc;
use waxwing::base::{Alone, Time};
use waxwing::cert::x509::chain::ocsp::{NONCE, Question};
use waxwing::cert::x509::chain::{
    Anchor, AnchorFor, Anchors, Certificate, Crl, Crls, PolicyWish, Pool, Purpose, Sources, When,
    Wish, build, files,
};
use waxwing::cert::{Cert, ParsedKey, SecretKeys};
use waxwing::protect::openpgp::{CertLookup, Reading};
use waxwing::protect::smime;

/// Any bytes as a certificate.
pub fn certificate(data: &[u8]) {
    for der in files::certificates(data) {
        if let Ok(certificate) = Certificate::from_der(&der) {
            assert_eq!(certificate.der(), der);
            let _ = (certificate.addresses(), certificate.crl_places());
            let _ = certificate.subject.text().to_string();
        }
    }
}

/// Any bytes as a revocation list.
pub fn crl(data: &[u8]) {
    for der in files::lists(data) {
        if let Ok(crl) = Crl::from_der(&der) {
            assert_eq!(crl.der(), der);
        }
    }
}

/// Pieces, each behind two bytes of length: the certificate, its anchor, then others and lists.
pub fn chain(data: &[u8]) {
    let mut anchors = Anchors::default();
    let mut along = Pool::default();
    let mut crls = Crls::default();
    let mut leaf = None;
    for (number, piece) in pieces(data).into_iter().enumerate() {
        match (Certificate::from_der(piece), number) {
            (Ok(certificate), 0) => leaf = Some(Arc::new(certificate)),
            (Ok(certificate), 1) => anchors.add(Anchor {
                certificate: Arc::new(certificate),
                counts_for: AnchorFor::Anybody,
                strict: true,
            }),
            (Ok(certificate), _) => along.add(Arc::new(certificate)),
            (Err(_), _) => {
                if let Ok(crl) = Crl::from_der(piece) {
                    crls.add(Arc::new(crl));
                }
            }
        }
    }
    let Some(leaf) = leaf else {
        return;
    };
    for crls in [None, Some(&crls)] {
        let sources = Sources {
            anchors: &anchors,
            kept: &Pool::default(),
            along: &along,
            crls,
        };
        let wish = Wish {
            at: When::from_seconds(1_780_000_000),
            purpose: Purpose::Mail,
            address: None,
            policy: PolicyWish::default(),
            allow_weak: true,
        };
        let chain = build(&leaf, sources, &wish);
        // Nobody is trusted for nothing.
        assert!(!chain.is_valid() || !anchors.is_empty());
    }
}

/// A certificate, its issuer and an answer, each behind two bytes of length.
pub fn ocsp(data: &[u8]) {
    let pieces = pieces(data);
    let [certificate, issuer, answer, ..] = pieces.as_slice() else {
        return;
    };
    let read = (
        Certificate::from_der(certificate),
        Certificate::from_der(issuer),
    );
    if let (Ok(certificate), Ok(issuer)) = read {
        let question = Question {
            certificate: &certificate,
            issuer: &issuer,
            nonce: [0; NONCE],
        };
        let _ = question.to_der();
        let _ = question.judge(answer, When::from_seconds(1_780_000_000));
    }
}

/// Any bytes as a file of keys: PEM, DER, PKCS #7, PKCS #12 with their BER, OpenPGP.
pub fn keyfile(data: &[u8]) {
    for item in Cert::parse_many(data).unwrap_or_default() {
        if let ParsedKey::Bundle(bundle) = item {
            let _ = bundle.unlock(None);
        }
    }
}

/// Any bytes as a CMS message, in BER or DER, opened with no key at hand.
pub fn cms(data: &[u8]) {
    let with = Reading {
        keys: &SecretKeys::new(),
        certs: &Nobody,
        at: Time::UNIX_EPOCH,
        workers: &Alone,
        without_integrity: true,
    };
    let _ = smime::wants_keys(data.to_vec());
    if let Ok(taken) = smime::open(data.to_vec(), &with) {
        drop(taken);
    }
    let _ = smime::verify_detached(b"text", data, &with);
}

/// Knows no certificate.
struct Nobody;

impl CertLookup for Nobody {
    fn certs_with_key(&self, _: &str) -> Vec<Cert> {
        Vec::new()
    }
}

fn pieces(data: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    let mut rest = data;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (piece, after) = after.split_at(length);
        all.push(piece);
        rest = after;
    }
    all
}
