//! BER as it comes, and as nobody should send it.

use super::*;
use crate::base::testing::cpu_seconds;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn indefinite_lengths_and_pieces_become_der() {
    for (ber, der) in [
        ("30 80 02 01 05 00 00", "30 03 02 01 05"),
        ("30 81 03 02 01 05", "30 03 02 01 05"),
        ("24 80 04 02 01 02 04 01 03 00 00", "04 03 01 02 03"),
        ("24 07 04 02 01 02 04 01 03", "04 03 01 02 03"),
        ("24 80 00 00", "04 00"),
        (
            "30 80 A0 80 24 80 04 01 AA 04 01 BB 00 00 00 00 31 00 00 00",
            "30 08 A0 04 04 02 AA BB 31 00",
        ),
        ("BF 81 02 80 05 00 00 00", "BF 81 02 02 05 00"),
        ("04 00", "04 00"),
    ] {
        assert_eq!(to_der(&hex(ber)), Ok(hex(der)), "{ber}");
        assert_eq!(to_der(&hex(der)), Ok(hex(der)), "{der}");
    }
    let long = wrapped(id::SEQUENCE, &[&wrapped(id::OCTET_STRING, &[&[7; 300]])]);
    assert_eq!(to_der(&long), Ok(long));
}

#[test]
fn damage_is_refused() {
    for (ber, why) in [
        ("", BerProblem::CutOff),
        ("30", BerProblem::CutOff),
        ("30 05 02 01 05", BerProblem::CutOff),
        ("30 80 02 01 05", BerProblem::CutOff),
        ("30 80 02 01 05 00", BerProblem::CutOff),
        ("30 02 02 01 05", BerProblem::CutOff),
        ("04 80 00 00", BerProblem::Malformed),
        ("30 FF 00", BerProblem::Malformed),
        ("30 03 02 01 05 00", BerProblem::Malformed),
        ("30 02 00 00", BerProblem::Malformed),
        ("24 80 02 01 05 00 00", BerProblem::Malformed),
        ("00 00", BerProblem::Malformed),
        ("30 80 00 01 00 00 00", BerProblem::Malformed),
        ("1F FF FF FF FF 01 00", BerProblem::Malformed),
        ("30 89 01 00 00 00 00 00 00 00 00", BerProblem::CutOff),
    ] {
        assert_eq!(to_der(&hex(ber)), Err(why), "{ber}");
    }
}

#[test]
fn a_string_in_pieces_is_joined_where_it_stands() {
    let mut bytes = hex("24 80 04 02 01 02 24 80 04 01 03 00 00 24 03 04 01 04 04 00 00 00");
    let whole = element(&bytes, 0, bytes.len()).unwrap();
    assert_eq!(whole.whole, 0..bytes.len());
    let joined = join(&mut bytes, &whole).unwrap();
    assert_eq!(bytes[joined], [1, 2, 3, 4]);
    let mut plain = hex("04 02 01 02");
    let whole = element(&plain, 0, 4).unwrap();
    assert_eq!(join(&mut plain, &whole), Ok(2..4));
    let mut other = hex("24 80 02 01 05 00 00");
    let whole = element(&other, 0, other.len()).unwrap();
    assert_eq!(join(&mut other, &whole), Err(BerProblem::Malformed));
}

#[test]
fn fields_are_read_in_order() {
    let bytes = hex("30 08 02 01 05 A0 03 02 01 07");
    let whole = element(&bytes, 0, bytes.len()).unwrap();
    let mut fields = Fields::of(&bytes, &whole).unwrap();
    assert_eq!(fields.need(id::INTEGER).unwrap().body_of(&bytes), [5]);
    assert_eq!(fields.maybe(id::SET), Ok(None));
    assert!(fields.need(id::context(0)).is_ok() && fields.is_done());
    assert_eq!(fields.need(id::SET), Err(BerProblem::Malformed));
}

/// Ten thousand levels, with and without lengths; pieces without end; a million siblings.
#[test]
fn hostile_nesting_ends_at_once() {
    let deep_indefinite = [0x30, 0x80].repeat(10_000);
    let mut deep_definite = Vec::new();
    for _ in 0..10_000 {
        deep_definite = wrapped(id::SEQUENCE, &[&deep_definite]);
        if deep_definite.len() > 30_000 {
            break;
        }
    }
    let pieces_in_pieces = [0x24, 0x80].repeat(10_000);
    let endless = [&[0x24, 0x80][..], &[0x04, 0x00].repeat(1_000_000)].concat();
    let siblings = wrapped(id::SET, &[&[0x05, 0x00].repeat(400_000)]);
    let before = cpu_seconds();
    assert_eq!(to_der(&deep_indefinite), Err(BerProblem::TooMuch));
    assert_eq!(to_der(&deep_definite), Err(BerProblem::TooMuch));
    assert_eq!(to_der(&siblings), Err(BerProblem::TooMuch));
    assert_eq!(
        element(&deep_indefinite, 0, deep_indefinite.len()),
        Err(BerProblem::TooMuch)
    );
    assert_eq!(element(&endless, 0, endless.len()), Err(BerProblem::CutOff));
    let mut nested = pieces_in_pieces;
    let frame = Element {
        id: 0x24,
        body: 2..nested.len(),
        whole: 0..nested.len(),
        definite: true,
    };
    assert_eq!(join(&mut nested, &frame), Err(BerProblem::TooMuch));
    assert!(cpu_seconds() - before < 1.0);
}

/// Every cut and every changed byte of a lawful element ends in a result.
#[test]
fn no_change_of_a_byte_panics() {
    let lawful = hex(
        "30 80 06 03 2A 03 04 A0 80 24 80 04 02 01 02 24 80 04 01 03 00 00 00 00 00 00 31 03 02 01 01 00 00",
    );
    for at in 0..lawful.len() {
        for value in 0..=255 {
            let mut bytes = lawful.clone();
            bytes[at] = value;
            let _ = to_der(&bytes);
            if let Ok(whole) = element(&bytes, 0, bytes.len()) {
                let _ = join(&mut bytes, &whole);
            }
        }
        let _ = to_der(&lawful[..at]);
    }
}
