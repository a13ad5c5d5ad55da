use super::*;
use crate::base::testing::cpu_seconds;
use crate::cert::{Cert, Unusable};
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::Private;
use openssl::sign::Signer;

/// A certificate to be, part by part, so that each part can be made wrong.
pub(crate) struct Recipe {
    pub serial: Vec<u8>,
    pub subject: Vec<u8>,
    pub not_before: Vec<u8>,
    pub not_after: Vec<u8>,
    pub spki: Option<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
}

impl Recipe {
    pub fn new(address: &str) -> Self {
        let address = Address::parse(address).unwrap();
        let mail = extensions::write_mail_name(&address);
        Recipe {
            serial: vec![0x11; 16],
            subject: name::write_name(&[(oid::COMMON_NAME, "Alice Example")]),
            not_before: time::write(at("2026-01-01T00:00:00Z")),
            not_after: time::write(at("2028-01-01T00:00:00Z")),
            spki: None,
            extensions: vec![extensions::write(oid::ce::SUBJECT_ALT_NAME, false, &mail)],
        }
    }

    pub fn make(&self) -> (Vec<u8>, PKey<Private>) {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let spki = self.spki.clone();
        let spki = spki.unwrap_or_else(|| key.public_key_to_der().unwrap());
        // ecdsa-with-SHA256
        let ecdsa = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
        let algorithm = tlv::write(tag::SEQUENCE, &tlv::write(tag::OID, &ecdsa));
        let list = tlv::write(tag::SEQUENCE, &self.extensions.concat());
        let tbs = tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write(tag::constructed(0), &tlv::write_small(2)),
                &tlv::write(tag::INTEGER, &self.serial),
                &algorithm,
                &self.subject,
                &tlv::write_all(tag::SEQUENCE, &[&self.not_before, &self.not_after]),
                &self.subject,
                &spki,
                &tlv::write(tag::constructed(3), &list),
            ],
        );
        let mut signer = Signer::new(openssl::hash::MessageDigest::sha256(), &key).unwrap();
        let signature = signer.sign_oneshot_to_vec(&tbs).unwrap();
        let signature = tlv::write_bits(&signature);
        let cert = tlv::write_all(tag::SEQUENCE, &[&tbs, &algorithm, &signature]);
        (cert, key)
    }

    fn cert(&self) -> X509Cert {
        X509Cert::from_der(&self.make().0).unwrap()
    }

    fn problems(&self) -> Vec<CertProblem> {
        self.cert().problems().to_vec()
    }
}

fn at(time: &str) -> Time {
    time.parse().unwrap()
}

fn now() -> Time {
    at("2026-06-01T00:00:00Z")
}

fn usage(usage: KeyUsage) -> Vec<u8> {
    extensions::write(oid::ce::KEY_USAGE, true, &usage.to_der())
}

#[test]
fn a_certificate_is_read() {
    let (der, key) = Recipe::new("Alice@Example.org").make();
    let cert = X509Cert::from_der(&der).unwrap();
    assert_eq!(cert.der(), der);
    assert_eq!(
        cert.fingerprint().as_hex(),
        oid::hex(&openssl::sha::sha256(&der))
    );
    assert_eq!(
        cert.addresses(),
        [Address::parse("alice@example.org").unwrap()]
    );
    assert_eq!(
        cert.user_ids()[0].text.raw(),
        "Alice Example <Alice@example.org>"
    );
    assert_eq!(cert.key_kind(), &KeyKind::Ec(Curve::P256));
    assert!(cert.is_self_issued() && !cert.is_ca() && cert.problems().is_empty());
    assert_eq!(cert.usable_for_encryption(now()), Ok(()));
    assert_eq!(cert.usable_for_signing(now()), Ok(()));
    let kept = Cert::from_bytes(&Cert::X509(cert.clone()).to_bytes()).unwrap();
    assert_eq!(kept.fingerprint(), cert.fingerprint());
    let secret = X509Secret::new(cert, key).unwrap();
    let again = X509Secret::from_bytes(secret.to_bytes().expose()).unwrap();
    assert_eq!(again.fingerprint(), secret.fingerprint());
    assert!(again.key().public_eq(secret.key()));
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let (der, _) = Recipe::new("alice@example.org").make();
    let (_, other) = Recipe::new("alice@example.org").make();
    let cert = X509Cert::from_der(&der).unwrap();
    assert!(X509Secret::new(cert, other).is_err());
}

#[test]
fn rule_56_unusable_certificates_say_why() {
    let cert = Recipe::new("alice@example.org").cert();
    assert_eq!(
        cert.usable_for_signing(at("2029-01-01T00:00:00Z")),
        Err(Unusable::Expired {
            at: at("2028-01-01T00:00:00Z")
        })
    );
    assert!(matches!(
        cert.usable_for_signing(at("2025-01-01T00:00:00Z")),
        Err(Unusable::NotYetValid { .. })
    ));
    let mut signs = Recipe::new("alice@example.org");
    signs.extensions.push(usage(KeyUsage::DIGITAL_SIGNATURE));
    assert_eq!(
        signs.cert().usable_for_encryption(now()),
        Err(Unusable::NoKey)
    );
    assert_eq!(signs.cert().usable_for_signing(now()), Ok(()));
    let mut server = Recipe::new("alice@example.org");
    let purpose = tlv::write(tag::OID, &[0x2B, 6, 1, 5, 5, 7, 3, 1]);
    let purposes = tlv::write(tag::SEQUENCE, &purpose);
    let extended = oid::ce::EXTENDED_KEY_USAGE;
    server
        .extensions
        .push(extensions::write(extended, false, &purposes));
    assert_eq!(
        server.cert().usable_for_signing(now()),
        Err(Unusable::NotForMail)
    );
    let mut weak = Recipe::new("alice@example.org");
    let rsa = openssl::rsa::Rsa::generate(1024).unwrap();
    weak.spki = Some(rsa.public_key_to_der().unwrap());
    assert!(matches!(
        weak.cert().usable_for_signing(now()),
        Err(Unusable::TooWeak { what }) if what == "RSA-1024"
    ));
}

#[test]
fn rule_08_the_subjects_address_counts_only_where_no_other_is() {
    let subject = [
        (oid::COMMON_NAME, "Alice"),
        (oid::EMAIL_ADDRESS, "old@example.org"),
    ];
    let mut recipe = Recipe::new("new@example.org");
    recipe.subject = name::write_name(&subject);
    let addresses = |recipe: &Recipe| -> Vec<String> {
        let cert = recipe.cert();
        cert.addresses().iter().map(ToString::to_string).collect()
    };
    assert_eq!(addresses(&recipe), ["new@example.org"]);
    // One that cannot be read is one all the same.
    let broken = tlv::write(tag::SEQUENCE, &tlv::write(tag::context(1), b"nobody"));
    recipe.extensions = vec![extensions::write(oid::ce::SUBJECT_ALT_NAME, false, &broken)];
    assert!(addresses(&recipe).is_empty());
    recipe.extensions.clear();
    assert_eq!(addresses(&recipe), ["old@example.org"]);
    let utf8 = Recipe::new("grüße@bücher.example");
    assert_eq!(addresses(&utf8), ["grüße@xn--bcher-kva.example"]);
}

#[test]
fn attack_hostile_certificate_x509_is_refused_with_a_reason() {
    let good = || Recipe::new("alice@example.org");
    let mut negative = good();
    negative.serial = vec![0x80, 1];
    assert_eq!(negative.problems(), [CertProblem::NegativeSerial]);
    let mut long = good();
    long.serial = vec![0x11; 21];
    assert_eq!(long.problems(), [CertProblem::LongSerial { octets: 21 }]);
    let mut dates = good();
    std::mem::swap(&mut dates.not_before, &mut dates.not_after);
    assert_eq!(dates.problems(), [CertProblem::AbsurdDates]);
    let mut old = good();
    old.not_before = tlv::write(tag::GENERALIZED_TIME, b"00010101000000Z");
    assert_eq!(old.problems(), [CertProblem::AbsurdDates]);
    let mut twice = good();
    twice.extensions.push(twice.extensions[0].clone());
    assert!(matches!(
        twice.problems()[..],
        [CertProblem::DuplicateExtension { .. }]
    ));
    let mut nul = good();
    let name = tlv::write(tag::context(1), b"alice@example.org\0.attacker.example");
    let names = tlv::write(tag::SEQUENCE, &name);
    nul.extensions = vec![extensions::write(oid::ce::SUBJECT_ALT_NAME, false, &names)];
    assert_eq!(nul.problems(), [CertProblem::NulInAddress]);
    assert!(nul.cert().addresses().is_empty());
    let mut demanding = good();
    demanding
        .extensions
        .push(extensions::write(&[0x2A, 3, 4], true, &[5, 0]));
    assert!(
        matches!(&demanding.problems()[..], [CertProblem::UnknownCritical { oid }] if oid == "1.2.3.4")
    );
    for recipe in [negative, long, dates, twice, nul, demanding] {
        let cert = recipe.cert();
        let unusable = cert.usable_for_encryption(now());
        assert!(matches!(unusable, Err(Unusable::Defective { .. })));
        let taken = parse_many(&recipe.make().0).unwrap().unwrap();
        assert!(matches!(
            taken[..],
            [crate::cert::ParsedKey::Refused(KeyRefusal::Problem(_))]
        ));
    }
}

#[test]
fn attack_expensive_certificate_x509_is_refused_fast() {
    let began = cpu_seconds();
    // As many names as fit, and a million, which do not.
    for count in [150_000, 1_000_000] {
        let name = tlv::write(tag::context(1), b"a@b");
        let names = tlv::write(tag::SEQUENCE, &name.repeat(count));
        let mut recipe = Recipe::new("alice@example.org");
        recipe.extensions = vec![extensions::write(oid::ce::SUBJECT_ALT_NAME, false, &names)];
        match X509Cert::from_der(&recipe.make().0) {
            Ok(cert) => assert_eq!(cert.problems(), [CertProblem::TooManyNames]),
            Err(KeyRefusal::TooLarge { .. }) => assert!(count == 1_000_000),
            Err(other) => panic!("{other:?}"),
        }
    }
    let mut large = Recipe::new("alice@example.org");
    let key = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write_unsigned(&[0xFF; 2048]),
            &tlv::write_small(65537),
        ],
    );
    let rsa = tlv::write_all(
        tag::SEQUENCE,
        &[&tlv::write(tag::OID, oid::key::RSA), &[tag::NULL, 0]],
    );
    large.spki = Some(tlv::write_all(
        tag::SEQUENCE,
        &[&rsa, &tlv::write_bits(&key)],
    ));
    let cert = large.cert();
    assert!(matches!(cert.problems(), [CertProblem::KeyTooLarge { what }] if what == "RSA-16384"));
    assert!(cert.public_key().is_none());
    let mut nested = vec![5, 0];
    for _ in 0..10_000 {
        nested = tlv::write(tag::SEQUENCE, &nested);
    }
    assert!(X509Cert::from_der(&nested).is_err());
    assert!(cpu_seconds() - began < 1.0);
}

#[test]
fn no_cut_or_flipped_certificate_makes_a_panic() {
    let (der, _) = Recipe::new("alice@example.org").make();
    for end in 0..der.len() {
        assert!(X509Cert::from_der(&der[..end]).is_err());
    }
    for place in 0..der.len() {
        for mask in [0x01, 0x80, 0xFF] {
            let mut flipped = der.clone();
            flipped[place] ^= mask;
            if let Ok(cert) = X509Cert::from_der(&flipped) {
                let _ = (cert.public_key(), cert.user_ids(), cert.key_handles());
                let _ = (cert.usable_for_encryption(now()), cert.keys(now()));
            }
        }
    }
}
