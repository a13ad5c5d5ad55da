//! Certificates and lists made for tests, right and wrong ones, with keys of their own.

use super::super::super::name::write_name;
use super::super::super::oid::{self, ce};
use super::super::super::tlv::{self, tag};
use super::super::*;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use std::sync::Arc;

/// An extension: identifier, critical, value.
pub type Ext = (Vec<u8>, bool, Vec<u8>);

/// Somebody with a name and a key.
#[derive(Clone)]
pub struct Party {
    pub name: Vec<u8>,
    pub key: PKey<Private>,
}

impl Party {
    pub fn new(name: &str) -> Party {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        Party::with_key(name, key)
    }

    pub fn with_key(name: &str, key: PKey<Private>) -> Party {
        let name = match name {
            "" => tlv::write(tag::SEQUENCE, &[]),
            name => write_name(&[(oid::COMMON_NAME, name)]),
        };
        Party { name, key }
    }

    pub fn spki(&self) -> Vec<u8> {
        self.key.public_key_to_der().unwrap()
    }

    pub fn key_id(&self) -> Vec<u8> {
        openssl::sha::sha1(&self.spki()).to_vec()
    }

    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let mut signer = Signer::new(MessageDigest::sha256(), &self.key).unwrap();
        signer.sign_oneshot_to_vec(bytes).unwrap()
    }
}

/// A certificate in the making.
#[derive(Clone)]
pub struct Spec {
    pub serial: Vec<u8>,
    pub from: &'static str,
    pub until: &'static str,
    pub extensions: Vec<Ext>,
    pub version: u64,
}

pub fn ext(kind: &[u8], critical: bool, value: Vec<u8>) -> Ext {
    (kind.to_vec(), critical, value)
}

pub fn basic(ca: bool, length: Option<u64>) -> Ext {
    let ca = if ca {
        tlv::write(tag::BOOLEAN, &[0xFF])
    } else {
        Vec::new()
    };
    let length = length.map(tlv::write_small).unwrap_or_default();
    ext(
        ce::BASIC_CONSTRAINTS,
        true,
        tlv::write_all(tag::SEQUENCE, &[&ca, &length]),
    )
}

pub fn usage(bits: u8) -> Ext {
    ext(ce::KEY_USAGE, true, tlv::write(tag::BIT_STRING, &[0, bits]))
}

pub fn email(address: &str) -> Vec<u8> {
    tlv::write(0x81, address.as_bytes())
}

pub fn names(all: &[Vec<u8>]) -> Ext {
    ext(
        ce::SUBJECT_ALT_NAME,
        false,
        tlv::write(tag::SEQUENCE, &all.concat()),
    )
}

pub fn purposes(all: &[&[u8]]) -> Ext {
    let all: Vec<u8> = all.iter().flat_map(|p| tlv::write(tag::OID, p)).collect();
    ext(
        ce::EXTENDED_KEY_USAGE,
        false,
        tlv::write(tag::SEQUENCE, &all),
    )
}

/// permitted and excluded names.
pub fn constraints(permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Ext {
    let trees = |number: u8, all: &[Vec<u8>]| match all {
        [] => Vec::new(),
        all => {
            let all: Vec<u8> = all
                .iter()
                .flat_map(|n| tlv::write(tag::SEQUENCE, n))
                .collect();
            tlv::write(tag::constructed(number), &all)
        }
    };
    let value = [trees(0, permitted), trees(1, excluded)].concat();
    ext(
        ce::NAME_CONSTRAINTS,
        true,
        tlv::write(tag::SEQUENCE, &value),
    )
}

pub fn policies(all: &[&str]) -> Ext {
    let all: Vec<u8> = all
        .iter()
        .flat_map(|p| {
            tlv::write(
                tag::SEQUENCE,
                &tlv::write(tag::OID, &ids::parse(p).unwrap()),
            )
        })
        .collect();
    ext(ce::POLICIES, false, tlv::write(tag::SEQUENCE, &all))
}

pub fn access(method: &[u8], place: &str) -> Ext {
    let one = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write(tag::OID, method),
            &tlv::write(0x86, place.as_bytes()),
        ],
    );
    ext(oid::AUTHORITY_INFO, false, tlv::write(tag::SEQUENCE, &one))
}

pub fn crl_point(place: &str) -> Ext {
    let full = tlv::write(tag::constructed(0), &tlv::write(0x86, place.as_bytes()));
    let point = tlv::write(tag::SEQUENCE, &tlv::write(tag::constructed(0), &full));
    ext(ce::CRL_POINTS, false, tlv::write(tag::SEQUENCE, &point))
}

impl Spec {
    /// An authority.
    pub fn authority() -> Spec {
        Spec::of(vec![basic(true, None), usage(0b0000_0110)])
    }

    /// Somebody with this address.
    pub fn person(address: &str) -> Spec {
        Spec::of(vec![
            usage(0b1010_0000),
            purposes(&[oid::EMAIL_PROTECTION]),
            names(&[email(address)]),
        ])
    }

    pub fn of(extensions: Vec<Ext>) -> Spec {
        Spec {
            serial: vec![1],
            from: "20200101000000Z",
            until: "20400101000000Z",
            extensions,
            version: 3,
        }
    }

    pub fn serial(mut self, serial: &[u8]) -> Spec {
        self.serial = serial.to_vec();
        self
    }

    pub fn with(mut self, extension: Ext) -> Spec {
        self.extensions.retain(|(kind, _, _)| *kind != extension.0);
        self.extensions.push(extension);
        self
    }

    pub fn without(mut self, kind: &[u8]) -> Spec {
        self.extensions.retain(|(known, _, _)| known != kind);
        self
    }

    pub fn between(mut self, from: &'static str, until: &'static str) -> Spec {
        self.from = from;
        self.until = until;
        self
    }

    /// Signed by `issuer` for `subject`, with both key identifiers.
    pub fn der(&self, subject: &Party, issuer: &Party) -> Vec<u8> {
        let authority_key = tlv::write(
            tag::SEQUENCE,
            &tlv::write(tag::context(0), &issuer.key_id()),
        );
        let subject_key = tlv::write(tag::OCTET_STRING, &subject.key_id());
        let mut extensions = self.extensions.clone();
        for (kind, value) in [
            (ce::AUTHORITY_KEY, authority_key),
            (ce::SUBJECT_KEY, subject_key),
        ] {
            if !extensions.iter().any(|(known, _, _)| known == kind) {
                extensions.push(ext(kind, false, value));
            }
        }
        // An empty value stands for "leave this one out".
        extensions.retain(|(_, _, value)| !value.is_empty());
        self.raw(subject, issuer, &extensions)
    }

    pub fn raw(&self, subject: &Party, issuer: &Party, extensions: &[Ext]) -> Vec<u8> {
        let mut parts = Vec::new();
        if self.version > 1 {
            let version = tlv::write_small(self.version - 1);
            parts.push(tlv::write(tag::constructed(0), &version));
        }
        parts.push(tlv::write(tag::INTEGER, &self.serial));
        parts.push(algorithm());
        parts.push(issuer.name.clone());
        let times = [self.from, self.until]
            .map(|time| tlv::write(tag::GENERALIZED_TIME, time.as_bytes()))
            .concat();
        parts.push(tlv::write(tag::SEQUENCE, &times));
        parts.push(subject.name.clone());
        parts.push(subject.spki());
        if !extensions.is_empty() {
            let all: Vec<u8> = extensions.iter().flat_map(extension).collect();
            parts.push(tlv::write(
                tag::constructed(3),
                &tlv::write(tag::SEQUENCE, &all),
            ));
        }
        signed(&tlv::write(tag::SEQUENCE, &parts.concat()), issuer)
    }

    pub fn make(&self, subject: &Party, issuer: &Party) -> Arc<Certificate> {
        Arc::new(Certificate::from_der(&self.der(subject, issuer)).unwrap())
    }
}

pub fn algorithm() -> Vec<u8> {
    let kind = [ids::ECDSA_SHA2, &[2]].concat();
    tlv::write(tag::SEQUENCE, &tlv::write(tag::OID, &kind))
}

pub fn extension((kind, critical, value): &Ext) -> Vec<u8> {
    let critical = if *critical {
        tlv::write(tag::BOOLEAN, &[0xFF])
    } else {
        Vec::new()
    };
    tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write(tag::OID, kind),
            &critical,
            &tlv::write(tag::OCTET_STRING, value),
        ],
    )
}

pub fn signed(tbs: &[u8], by: &Party) -> Vec<u8> {
    tlv::write_all(
        tag::SEQUENCE,
        &[tbs, &algorithm(), &tlv::write_bits(&by.sign(tbs))],
    )
}

/// A list of these serial numbers.
pub fn list(
    issuer: &Party,
    serials: &[&[u8]],
    from: &str,
    until: &str,
    extensions: &[Ext],
) -> Vec<u8> {
    let time = |text: &str| tlv::write(tag::GENERALIZED_TIME, text.as_bytes());
    let entries: Vec<u8> = serials
        .iter()
        .flat_map(|serial| {
            tlv::write_all(
                tag::SEQUENCE,
                &[&tlv::write(tag::INTEGER, serial), &time("20250101000000Z")],
            )
        })
        .collect();
    let entries = match serials {
        [] => Vec::new(),
        _ => tlv::write(tag::SEQUENCE, &entries),
    };
    let number = ext(ids::CRL_NUMBER, false, tlv::write_small(7));
    let all: Vec<u8> = [&[number], extensions]
        .concat()
        .iter()
        .flat_map(extension)
        .collect();
    let extensions = tlv::write(tag::constructed(0), &tlv::write(tag::SEQUENCE, &all));
    let tbs = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write_small(1),
            &algorithm(),
            &issuer.name,
            &time(from),
            &time(until),
            &entries,
            &extensions,
        ],
    );
    signed(&tbs, issuer)
}

/// A root, an authority under it, and a person with `address` under that.
pub struct Family {
    pub root: Party,
    pub middle: Party,
    pub person: Party,
    pub root_spec: Spec,
    pub middle_spec: Spec,
    pub person_spec: Spec,
}

impl Family {
    pub fn new(address: &str) -> Family {
        Family {
            root: Party::new("Root"),
            middle: Party::new("Middle"),
            person: Party::new("Bob"),
            root_spec: Spec::authority(),
            middle_spec: Spec::authority().serial(&[2]),
            person_spec: Spec::person(address).serial(&[3]),
        }
    }

    pub fn root(&self) -> Arc<Certificate> {
        self.root_spec.make(&self.root, &self.root)
    }

    pub fn middle(&self) -> Arc<Certificate> {
        self.middle_spec.make(&self.middle, &self.root)
    }

    pub fn person(&self) -> Arc<Certificate> {
        self.person_spec.make(&self.person, &self.middle)
    }

    pub fn anchors(&self) -> Anchors {
        anchors(&[self.root()])
    }

    pub fn pool(&self) -> Pool {
        let mut pool = Pool::default();
        pool.add(self.middle());
        pool
    }

    /// The reason, or nothing when the chain holds.
    pub fn judge(&self, wish: &Wish<'_>) -> Option<&'static str> {
        self.judge_with(wish, None)
    }

    pub fn judge_with(&self, wish: &Wish<'_>, crls: Option<&Crls>) -> Option<&'static str> {
        judge(&self.person(), &self.anchors(), &self.pool(), crls, wish)
    }
}

pub fn anchors(all: &[Arc<Certificate>]) -> Anchors {
    let mut anchors = Anchors::default();
    for certificate in all {
        anchors.add(Anchor {
            certificate: certificate.clone(),
            counts_for: AnchorFor::Anybody,
            strict: true,
        });
    }
    anchors
}

pub fn judge(
    leaf: &Arc<Certificate>,
    anchors: &Anchors,
    pool: &Pool,
    crls: Option<&Crls>,
    wish: &Wish<'_>,
) -> Option<&'static str> {
    let sources = Sources {
        anchors,
        kept: &Pool::default(),
        along: pool,
        crls,
    };
    build(leaf, sources, wish).fault.map(|f| f.reason.code())
}

pub fn now() -> When {
    When::at("2026-06-01T00:00:00Z".parse().unwrap())
}
