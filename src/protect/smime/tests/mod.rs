//! What the tests of S/MIME share: people with certificates, and ways to change a message.

mod attacks;
mod opening;
mod sealing;
mod signing;
mod vectors;

use super::*;
use crate::base::{Alone, Time};
use crate::cert::x509::{X509Cert, X509Secret};
use crate::cert::{Cert, OwnSecret, SecretKeys};
use crate::protect::openpgp::{OpenFailure, Reading};
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{KeyType, PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509NameBuilder};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nHello Bob,\r\nit works.\r\n";

pub fn at(text: &str) -> Time {
    text.parse().unwrap()
}

pub fn now() -> Time {
    at("2026-05-03T10:00:00Z")
}

/// Kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Rsa(u32),
    P256,
    P384,
    P521,
    X25519,
    Ed25519,
    MlKem768,
    MlDsa65,
}

pub fn make_key(kind: Kind) -> PKey<Private> {
    let curve = |nid| {
        let group = EcGroup::from_curve_name(nid).unwrap();
        PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
    };
    let seeded = |kind, length| {
        let mut seed = vec![0; length];
        openssl::rand::rand_bytes(&mut seed).unwrap();
        PKey::private_key_from_seed(None, kind, None, &seed).unwrap()
    };
    match kind {
        Kind::Rsa(bits) => PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap(),
        Kind::P256 => curve(Nid::X9_62_PRIME256V1),
        Kind::P384 => curve(Nid::SECP384R1),
        Kind::P521 => curve(Nid::SECP521R1),
        Kind::X25519 => PKey::generate_x25519().unwrap(),
        Kind::Ed25519 => PKey::generate_ed25519().unwrap(),
        Kind::MlKem768 => seeded(KeyType::ML_KEM_768, 64),
        Kind::MlDsa65 => seeded(KeyType::ML_DSA_65, 32),
    }
}

struct Authority {
    cert: X509,
    key: PKey<Private>,
}

static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| {
    let key = make_key(Kind::P256);
    let mut builder = builder(
        "Test Authority",
        &key,
        ("20250101000000Z", "20400101000000Z"),
    );
    let name = name("Test Authority");
    builder.set_issuer_name(&name).unwrap();
    let constraints = BasicConstraints::new().critical().ca().build().unwrap();
    builder.append_extension(constraints).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    Authority {
        cert: builder.build(),
        key,
    }
});

fn name(text: &str) -> openssl::x509::X509Name {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, text).unwrap();
    name.build()
}

fn builder(subject: &str, key: &PKey<Private>, (from, to): (&str, &str)) -> X509Builder {
    static SERIAL: AtomicU32 = AtomicU32::new(1000);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let serial = Asn1Integer::from_bn(&BigNum::from_u32(serial).unwrap()).unwrap();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&serial).unwrap();
    builder.set_subject_name(&name(subject)).unwrap();
    builder
        .set_not_before(&Asn1Time::from_str(from).unwrap())
        .unwrap();
    builder
        .set_not_after(&Asn1Time::from_str(to).unwrap())
        .unwrap();
    builder.set_pubkey(key).unwrap();
    builder
}

/// A certificate for an address by the test authority, valid for some time.
pub fn person_within(address: &str, kind: Kind, valid: (&str, &str)) -> X509Secret {
    let key = make_key(kind);
    let authority = &*AUTHORITY;
    let mut builder = builder(address, &key, valid);
    builder
        .set_issuer_name(authority.cert.subject_name())
        .unwrap();
    let mut usage = KeyUsage::new();
    usage.critical();
    match kind {
        Kind::Rsa(_) => usage.digital_signature().key_encipherment(),
        Kind::P256 | Kind::P384 | Kind::P521 => usage.digital_signature().key_agreement(),
        Kind::X25519 => usage.key_agreement(),
        Kind::MlKem768 => usage.key_encipherment(),
        Kind::Ed25519 | Kind::MlDsa65 => usage.digital_signature(),
    };
    builder.append_extension(usage.build().unwrap()).unwrap();
    let purpose = ExtendedKeyUsage::new().email_protection().build().unwrap();
    builder.append_extension(purpose).unwrap();
    let context = builder.x509v3_context(Some(&authority.cert), None);
    let names = SubjectAlternativeName::new()
        .email(address)
        .build(&context)
        .unwrap();
    let id = SubjectKeyIdentifier::new().build(&context).unwrap();
    let issuer = AuthorityKeyIdentifier::new()
        .issuer(true)
        .build(&context)
        .unwrap();
    for extension in [names, id, issuer] {
        builder.append_extension(extension).unwrap();
    }
    builder
        .sign(&authority.key, MessageDigest::sha256())
        .unwrap();
    let cert = X509Cert::from_der(&builder.build().to_der().unwrap()).unwrap();
    X509Secret::new(cert, key).unwrap_or_else(|problem| panic!("{problem:?}"))
}

pub fn person(address: &str, kind: Kind) -> X509Secret {
    person_within(address, kind, ("20260101000000Z", "20290101000000Z"))
}

pub static ALICE: LazyLock<X509Secret> =
    LazyLock::new(|| person("alice@example.org", Kind::Rsa(2048)));
pub static BOB: LazyLock<X509Secret> = LazyLock::new(|| person("bob@example.org", Kind::Rsa(2048)));

pub fn keys(of: &[&X509Secret]) -> SecretKeys {
    of.iter()
        .map(|key| OwnSecret::X509((*key).clone()))
        .collect()
}

pub fn reader(of: &X509Secret) -> Reader {
    Reader {
        cert: of.x509().clone(),
        capabilities: None,
    }
}

/// Somebody whose program can read what ours can.
pub fn modern(of: &X509Secret) -> Reader {
    Reader {
        cert: of.x509().clone(),
        capabilities: Some(Capabilities::of_ourselves()),
    }
}

pub fn author(of: &X509Secret) -> Author<'_> {
    Author {
        signer: of,
        own: of.x509(),
        chain: &[],
    }
}

/// Runs with everything that reading needs.
pub fn reading<R>(
    keys: &SecretKeys,
    without_integrity: bool,
    run: impl FnOnce(&Reading<'_>) -> R,
) -> R {
    let certs: Vec<Cert> = Vec::new();
    run(&Reading {
        keys,
        certs: &certs,
        at: now(),
        workers: &Alone,
        without_integrity,
    })
}

/// Takes one layer off.
pub fn take(cms: &[u8], of: &[&X509Secret]) -> Result<Taken, OpenFailure> {
    reading(&keys(of), true, |with| open(cms.to_vec(), with))
}

/// What was inside a layer.
pub fn inside(taken: &Taken) -> &[u8] {
    let (bytes, range) = taken.inside.as_ref().unwrap();
    &bytes[range.clone()]
}

/// The CMS message in a sealed letter.
pub fn cms_of(message: &[u8]) -> Vec<u8> {
    let tree = crate::mime::Tree::parse(message).unwrap();
    tree.root().decoded().bytes.into_owned()
}

pub fn sealed(from: &X509Secret, to: &[Reader]) -> Vec<u8> {
    seal_message(b"", ENTITY, author(from), to, now(), &Alone).unwrap()
}
