use super::*;
use crate::base::Secret;
use crate::base::testing::cpu_seconds;

fn data(content: &[u8]) -> Vec<u8> {
    let kind = tlv::write(tag::OID, &[CONTENT, &[1]].concat());
    let octets = tlv::write(tag::OCTET_STRING, content);
    let wrapped = tlv::write(tag::constructed(0), &octets);
    tlv::write_all(tag::SEQUENCE, &[&kind, &wrapped])
}

/// A file without MAC whose one key is under PBES2 with this many rounds.
fn with_rounds(rounds: u64, keys: usize) -> Vec<u8> {
    let oid = |octets: &[u8]| tlv::write(tag::OID, octets);
    let pkcs5 = |last: u8| oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, last]);
    let parameters = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write(tag::OCTET_STRING, &[7; 8]),
            &tlv::write_small(rounds),
        ],
    );
    let derivation = tlv::write_all(tag::SEQUENCE, &[&pkcs5(12), &parameters]);
    let aes = oid(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42]);
    let cipher = tlv::write_all(
        tag::SEQUENCE,
        &[&aes, &tlv::write(tag::OCTET_STRING, &[0; 16])],
    );
    let scheme = tlv::write_all(tag::SEQUENCE, &[&derivation, &cipher]);
    let algorithm = tlv::write_all(tag::SEQUENCE, &[&pkcs5(13), &scheme]);
    let sealed = tlv::write(tag::OCTET_STRING, &[0; 32]);
    let info = tlv::write_all(tag::SEQUENCE, &[&algorithm, &sealed]);
    let bag = tlv::write_all(
        tag::SEQUENCE,
        &[
            &oid(&[BAGS, &[2]].concat()),
            &tlv::write(tag::constructed(0), &info),
        ],
    );
    let bags = tlv::write(tag::SEQUENCE, &bag.repeat(keys));
    let safe = tlv::write(tag::SEQUENCE, &data(&bags));
    tlv::write_all(tag::SEQUENCE, &[&tlv::write_small(3), &data(&safe)])
}

fn password() -> Passphrase {
    Secret::new("geheim".to_owned())
}

#[test]
fn rule_30_a_pkcs12_that_costs_too_much_is_refused_before_it_is_paid() {
    let began = cpu_seconds();
    for file in [with_rounds(10_000_001, 1), with_rounds(u64::MAX, 1)] {
        assert!(looks_like(&file));
        assert!(matches!(
            open(&file, Some(&password())),
            Err(Broken::TooExpensive(_))
        ));
    }
    assert!(cpu_seconds() - began < 1.0);
}

#[test]
fn attack_damaged_pkcs12_x509_is_refused() {
    let file = with_rounds(1, 1);
    assert!(matches!(
        open(&file, Some(&password())),
        Err(Broken::WrongPassword)
    ));
    for end in 0..file.len() {
        assert!(open(&file[..end], Some(&password())).is_err());
    }
    for place in 0..file.len() {
        for mask in [1, 0x20, 0x80, 0xFF] {
            let mut flipped = file.clone();
            flipped[place] ^= mask;
            let _ = open(&flipped, Some(&password()));
        }
    }
    // Bags in bags, without end.
    let mut bags = tlv::write(tag::SEQUENCE, &[]);
    for _ in 0..2_000 {
        let oid = tlv::write(tag::OID, &[BAGS, &[6]].concat());
        let value = tlv::write(tag::constructed(0), &bags);
        bags = tlv::write(
            tag::SEQUENCE,
            &tlv::write_all(tag::SEQUENCE, &[&oid, &value]),
        );
    }
    let safe = tlv::write(tag::SEQUENCE, &data(&bags));
    let deep = tlv::write_all(tag::SEQUENCE, &[&tlv::write_small(3), &data(&safe)]);
    let began = cpu_seconds();
    assert!(matches!(
        open(&deep, Some(&password())),
        Err(Broken::Malformed)
    ));
    assert!(cpu_seconds() - began < 1.0);
}
