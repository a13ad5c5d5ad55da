// What each fuzz target does with bytes. Both cargo-fuzz and the replay of the corpora include this.

use std::sync::Arc;
use waxwing::adapters::mailauth::MailAuth;
use waxwing::app::port::SignatureVerifier;
use waxwing::base::{Alone, Time};
use waxwing::cert::x509::chain::ocsp::{NONCE, Question};
use waxwing::cert::x509::chain::{
    Anchor, AnchorFor, Anchors, Certificate, Crl, Crls, PolicyWish, Pool, Purpose, Sources, When,
    Wish, build, files,
};
use waxwing::cert::{Acceptance, Cert, ParsedKey, SecretKeys};
use waxwing::checkup::Facts;
use waxwing::dns::Snapshot;
use waxwing::headers::{OriginQuestion, SignatureOutcome, origin};
use waxwing::mime::{self, Content, ContentType, Header, Tree};
use waxwing::protect::openpgp::{self, CertLookup, Reading};
use waxwing::protect::{self, inline, smime};
use waxwing::read::{self, Policy, Summary};

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

/// Any bytes as a message, or many, read whole with nobody known: never better than unprotected.
pub fn message(data: &[u8]) {
    let with = Reading {
        keys: &SecretKeys::new(),
        certs: &Nobody,
        at: Time::UNIX_EPOCH,
        workers: &Alone,
        without_integrity: true,
    };
    for range in mime::mbox::messages(data) {
        let _ = mime::mbox::unquoted(&data[range]);
    }
    if let Some((repaired, _)) = mime::repair(data) {
        assert!(mime::repair(&repaired).is_none(), "it is never in order");
    }
    let _ = inline::open_inline(data, &with);
    let _ = read::Outside::of(data);
    let Ok(opened) = protect::open::open(data, &with) else {
        return;
    };
    let (evidence, payload) = opened.into_payload();
    let policy = Policy::default();
    let reading = read::reading(
        data,
        evidence,
        payload,
        &Acceptance::new(),
        &policy,
        with.at,
    );
    if let Ok(reading) = reading {
        let summary = reading.verdict().summary();
        assert!(!matches!(
            summary,
            Summary::Verified(_) | Summary::Confidential(_)
        ));
        for index in 0..reading.attachments().len().min(20) {
            let _ = reading.attachment(index);
        }
        for index in 0..reading.errant().len().min(20) {
            let _ = reading.errant_part(index);
        }
    }
}

/// Any bytes as a header section.
pub fn headers(data: &[u8]) {
    let header = Header::parse(data);
    for field in header.fields() {
        let text = field.text();
        assert!(!text.to_string().contains('\u{1b}'));
        let _ = ContentType::of_field(field);
        let _ = mime::parse_date(&field.unfolded());
        let _ = header.message_ids(field.name);
    }
    for name in ["From", "To", "Reply-To"] {
        let _ = header.addresses(name);
    }
    let _ = mime::author(&header);
    let snapshot = Snapshot::default();
    let facts = Facts::new(&snapshot);
    let question = OriginQuestion {
        border: Some("mx.example.org".to_owned()),
        ..OriginQuestion::default()
    };
    let signatures = MailAuth.verify(data, Time::UNIX_EPOCH, &facts);
    assert!(
        signatures
            .dkim
            .iter()
            .all(|s| s.outcome != SignatureOutcome::Pass)
    );
    let _ = origin(&header, &question, signatures, &facts);
}

/// Any bytes as armor: a message, a signature, text with a signature.
pub fn armor(data: &[u8]) {
    let with = Reading {
        keys: &SecretKeys::new(),
        certs: &Nobody,
        at: Time::UNIX_EPOCH,
        workers: &Alone,
        without_integrity: true,
    };
    let _ = openpgp::open(data, &with);
    let _ = openpgp::verify_detached(b"text", data, &Nobody, with.at);
    let _ = inline::is_inline(data);
    if let Some(block) = inline::find(data) {
        let _ = inline::open_inline(&data[block], &with);
    }
    let _ = Cert::parse_many(data);
}

/// Any bytes as an HTML letter.
pub fn html(data: &[u8]) {
    let message = [b"Content-Type: text/html; charset=utf-8\r\n\r\n", data].concat();
    let Ok(tree) = Tree::parse(&message) else {
        return;
    };
    for decrypted in [false, true] {
        let content = Content::of(tree.root(), decrypted);
        for link in &content.links {
            // A byte that is no text becomes a mark of three.
            assert!(link.target.raw().len() <= 3 * data.len() + 8);
        }
    }
    let text = String::from_utf8_lossy(data);
    let _ = mime::Link::new(&text, &text);
    let _ = mime::links_in_text(&text, 100);
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
