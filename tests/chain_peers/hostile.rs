//! Certificates and lists that are made to take long, or to be read in two ways: refused with a
//! reason, soon.

use crate::support::Authorities;
use crate::wax::Wax;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use waxwing::cert::x509::tlv::{self, tag};

/// Long enough for a busy machine, short enough to catch what takes long by itself.
const SOON: Duration = Duration::from_secs(10);

fn oid(octets: &[u8]) -> Vec<u8> {
    tlv::write(tag::OID, octets)
}

/// A certificate of Mallory's own making. Its signature holds for nobody.
struct Made {
    serial: Vec<u8>,
    times: [&'static str; 2],
    spki: Vec<u8>,
    extensions: Vec<Vec<u8>>,
}

impl Made {
    fn new() -> Made {
        let modulus = [[0].as_slice(), &[0xC5; 256]].concat();
        Made {
            serial: vec![7],
            times: ["20200101000000Z", "20400101000000Z"],
            spki: rsa(&modulus),
            extensions: vec![names(&[tlv::write(0x81, b"mallory@example.org")])],
        }
    }

    fn der(&self) -> Vec<u8> {
        let kind = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
        let algorithm = tlv::write_all(tag::SEQUENCE, &[&oid(&kind), &tlv::write(tag::NULL, &[])]);
        let attribute = tlv::write_all(
            tag::SEQUENCE,
            &[&oid(&[0x55, 4, 3]), &tlv::write(tag::UTF8, b"Mallory")],
        );
        let name = tlv::write(tag::SEQUENCE, &tlv::write(tag::SET, &attribute));
        let times = self
            .times
            .map(|t| tlv::write(tag::GENERALIZED_TIME, t.as_bytes()));
        let extensions = tlv::write(tag::SEQUENCE, &self.extensions.concat());
        let tbs = tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write(tag::constructed(0), &tlv::write_small(2)),
                &tlv::write(tag::INTEGER, &self.serial),
                &algorithm,
                &name,
                &tlv::write(tag::SEQUENCE, &times.concat()),
                &name,
                &self.spki,
                &tlv::write(tag::constructed(3), &extensions),
            ],
        );
        tlv::write_all(
            tag::SEQUENCE,
            &[&tbs, &algorithm, &tlv::write_bits(&[1; 256])],
        )
    }
}

fn rsa(modulus: &[u8]) -> Vec<u8> {
    let numbers = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write(tag::INTEGER, modulus),
            &tlv::write_small(65_537),
        ],
    );
    let kind = oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1]);
    let algorithm = tlv::write_all(tag::SEQUENCE, &[&kind, &tlv::write(tag::NULL, &[])]);
    tlv::write_all(tag::SEQUENCE, &[&algorithm, &tlv::write_bits(&numbers)])
}

fn names(all: &[Vec<u8>]) -> Vec<u8> {
    let value = tlv::write(tag::SEQUENCE, &all.concat());
    tlv::write_all(
        tag::SEQUENCE,
        &[
            &oid(&[0x55, 0x1D, 17]),
            &tlv::write(tag::OCTET_STRING, &value),
        ],
    )
}

/// What `wax chain` says of a file that is its own anchor, and `wax key import` of its taking; both
/// soon.
fn refused(wax: &Wax, der: &[u8]) -> (i32, Value) {
    let file = wax.file("hostile.der", der);
    let began = Instant::now();
    let (exit, document) = wax.outcome(&["chain", &file, "--root", &file]);
    assert!(began.elapsed() < SOON, "chain: {:?}", began.elapsed());
    let began = Instant::now();
    let (import, _) = wax.outcome(&["key", "import", &file]);
    assert!(began.elapsed() < SOON, "import: {:?}", began.elapsed());
    assert_eq!(import, 1, "imported: {document:#}");
    let code = match exit {
        1 => document["error"]["code"].clone(),
        _ => document["reason"].clone(),
    };
    (exit, code)
}

#[test]
fn attack_certificates_smime_that_ask_too_much_or_mean_two_things() {
    let wax = Wax::new();
    let many = vec![tlv::write(0x81, b"m@e.x"); 1_000_000];
    let made = |change: &dyn Fn(&mut Made)| {
        let mut made = Made::new();
        change(&mut made);
        made.der()
    };
    let million = made(&|m| m.extensions = vec![names(&many)]);
    assert_eq!(refused(&wax, &million), (3, json!("too-large")));
    let absurd = made(&|m| m.times = ["20400101000000Z", "18000101000000Z"]);
    assert_eq!(refused(&wax, &absurd), (3, json!("expired")));
    let negative = made(&|m| m.serial = vec![0x80]);
    assert_eq!(refused(&wax, &negative), (3, json!("profile")));
    let huge = [[0].as_slice(), &[0xC5; 2048]].concat();
    let huge = made(&|m| m.spki = rsa(&huge));
    assert_eq!(refused(&wax, &huge), (3, json!("unsupported-algorithm")));
    let twice = made(&|m| m.extensions.push(m.extensions[0].clone()));
    assert_eq!(refused(&wax, &twice), (3, json!("malformed")));
    let nul = tlv::write(0x81, b"bob@example.org\0.mallory.example");
    let nul = made(&|m| m.extensions = vec![names(std::slice::from_ref(&nul))]);
    assert_eq!(refused(&wax, &nul), (3, json!("malformed")));
}

#[test]
fn attack_nesting_smime_without_end_is_refused() {
    let wax = Wax::new();
    let not = (1, json!("not-a-certificate"));
    let mut nested = [0x24, 0x80].repeat(10_000);
    assert_eq!(refused(&wax, &nested), not);
    nested.splice(0..2, [0x30, 0x80]);
    assert_eq!(refused(&wax, &nested), not);
    let mut definite: Vec<u8> = Vec::new();
    for _ in 0..10_000 {
        definite = tlv::write(tag::SEQUENCE, &definite);
    }
    assert_eq!(refused(&wax, &definite), not);
    assert_eq!(refused(&wax, &[0x30, 0x80, 0x30, 0x80]), not);
}

#[test]
fn attack_list_smime_of_a_hundred_megabytes_is_refused() {
    let all = Authorities::new();
    let wax = Wax::new();
    let (bob, root, middle) = (
        all.file("bob.pem"),
        all.file("root.pem"),
        all.file("middle.pem"),
    );
    let list = wax.path("huge.crl");
    let size = u32::try_from(100 << 20).unwrap();
    let head = [&[0x30, 0x84], size.to_be_bytes().as_slice()].concat();
    let mut bytes = head;
    bytes.resize(6 + (100 << 20), 0);
    std::fs::write(&list, bytes).unwrap();
    let list = list.to_str().unwrap();
    let began = Instant::now();
    let line = [
        "chain", &bob, "--root", &root, "--with", &middle, "--crl", list,
    ];
    let (exit, document) = wax.outcome(&line);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert_eq!(
        (exit, &document["reason"]),
        (3, &json!("revocation-unknown"))
    );
}

/// A list with more than two million withdrawn certificates, each entry as it should be.
fn long_list(all: &Authorities) -> Vec<u8> {
    let issued = std::fs::read(all.file("root.pem")).unwrap();
    let root = openssl::x509::X509::from_pem(&issued).unwrap();
    let name = root.subject_name().to_der().unwrap();
    let kind = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
    let algorithm = tlv::write_all(tag::SEQUENCE, &[&oid(&kind), &tlv::write(tag::NULL, &[])]);
    let time = tlv::write(tag::UTC_TIME, b"260101000000Z");
    let next = tlv::write(tag::UTC_TIME, b"360101000000Z");
    let mut entries = Vec::new();
    let mut serial = 0_u64;
    while entries.len() < 100 << 20 {
        serial += 1;
        let number = tlv::write(
            tag::INTEGER,
            &[&[1], serial.to_be_bytes().as_slice()].concat(),
        );
        let extension = tlv::write_all(
            tag::SEQUENCE,
            &[
                &oid(&[0x55, 0x1D, 21]),
                &tlv::write(tag::OCTET_STRING, &[0x0A, 1, 1]),
            ],
        );
        let extensions = tlv::write(tag::SEQUENCE, &extension);
        entries.extend(tlv::write_all(
            tag::SEQUENCE,
            &[&number, &time, &extensions],
        ));
    }
    let entries = tlv::write(tag::SEQUENCE, &entries);
    let list = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write_small(1),
            &algorithm,
            &name,
            &time,
            &next,
            &entries,
        ],
    );
    tlv::write_all(
        tag::SEQUENCE,
        &[&list, &algorithm, &tlv::write_bits(&[1; 256])],
    )
}

#[test]
fn attack_list_smime_that_is_well_formed_and_endless_is_refused() {
    let all = Authorities::new();
    let wax = Wax::new();
    let (bob, root, middle) = (
        all.file("bob.pem"),
        all.file("root.pem"),
        all.file("middle.pem"),
    );
    let list = wax.file("long.crl", long_list(&all));
    let began = Instant::now();
    let line = [
        "chain", &bob, "--root", &root, "--with", &middle, "--crl", &list,
    ];
    let (exit, document) = wax.outcome(&line);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert_eq!(
        (exit, &document["reason"]),
        (3, &json!("revocation-unknown"))
    );
}
