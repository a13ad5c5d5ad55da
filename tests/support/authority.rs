//! Certificate authorities and the servers' certificates that they make, good and bad ones.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// An authority that somebody may pin.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, DER.
    pub der: Vec<u8>,
}

/// A server's certificate with its key.
pub struct Certificate {
    /// PKCS#8 key and certificate behind it, PEM: what Postfix calls a chain file.
    pub pem: String,
    /// The certificate, DER.
    pub der: Vec<u8>,
}

/// Year, month, day.
pub type Date = (i32, u8, u8);

/// Long ago, for certificates that are good today.
pub const PAST: Date = (2020, 1, 1);
/// Far away, for certificates that are good today.
pub const FUTURE: Date = (2096, 1, 1);

impl Authority {
    /// A new one with this common name.
    pub fn new(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name = named(name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Authority {
            der: certificate.der().to_vec(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate for this host that is good today.
    pub fn certify(&self, host: &str) -> Certificate {
        self.certify_from_until(host, PAST, FUTURE)
    }

    /// A certificate for this host, good between two days.
    pub fn certify_from_until(&self, host: &str, from: Date, until: Date) -> Certificate {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.distinguished_name = named(host);
        params.use_authority_key_identifier_extension = true;
        params.not_before = rcgen::date_time_ymd(from.0, from.1, from.2);
        params.not_after = rcgen::date_time_ymd(until.0, until.1, until.2);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Certificate {
            pem: key.serialize_pem() + &certificate.pem(),
            der: certificate.der().to_vec(),
        }
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
