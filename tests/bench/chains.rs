//! How many chains a second are validated out of a store of 20,000 certificates. Prints one number;
//! `tests/bench/run` puts it into its table.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};
use waxwing::cert::x509::chain::{
    Anchor, AnchorFor, Anchors, Certificate, Pool, Purpose, Sources, When, Wish, build,
};

/// Authorities under the root, and people under each.
const AUTHORITIES: usize = 100;
const PEOPLE: usize = 199;

fn named(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2040, 1, 1);
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn authority(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = named(name)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn read(der: &[u8]) -> Result<Arc<Certificate>, Box<dyn Error>> {
    let read = Certificate::from_der(der).map_err(|why| format!("{why:?}"))?;
    Ok(Arc::new(read))
}

fn main() -> Result<(), Box<dyn Error>> {
    let root_key = KeyPair::generate()?;
    let root_params = authority("Bench Root")?;
    let root = root_params.self_signed(&root_key)?;
    let root_issuer = Issuer::new(root_params, root_key);
    let mut anchors = Anchors::default();
    anchors.add(Anchor {
        certificate: read(root.der())?,
        counts_for: AnchorFor::Anybody,
        strict: true,
    });
    let mut store = Pool::default();
    let mut people = Vec::new();
    let person_key = KeyPair::generate()?;
    for number in 0..AUTHORITIES {
        let key = KeyPair::generate()?;
        let params = authority(&format!("Bench Authority {number}"))?;
        store.add(read(params.signed_by(&key, &root_issuer)?.der())?);
        let issuer = Issuer::new(params, key);
        for person in 0..PEOPLE {
            let mut params = named(&format!("Person {number}-{person}"))?;
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
            let address = format!("p{person}@d{number}.example");
            params.subject_alt_names = vec![SanType::Rfc822Name(address.try_into()?)];
            let certificate = read(params.signed_by(&person_key, &issuer)?.der())?;
            store.add(certificate.clone());
            people.push(certificate);
        }
    }
    let at = When::at("2026-06-01T00:00:00Z".parse()?);
    let wish = Wish::mail(at, Purpose::Sign, None);
    let sources = Sources {
        anchors: &anchors,
        kept: &store,
        along: &Pool::default(),
        crls: None,
    };
    let began = Instant::now();
    let mut done = 0u32;
    for person in people.iter().cycle() {
        if began.elapsed() > Duration::from_secs(3) {
            break;
        }
        let chain = build(person, sources, &wish);
        if let Some(fault) = chain.fault {
            return Err(format!("a chain does not hold: {fault:?}").into());
        }
        done += 1;
    }
    let rate = f64::from(done) / began.elapsed().as_secs_f64();
    println!("{rate:.0} {}", store.len());
    Ok(())
}
