use super::*;

fn sample(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 31 % 253) as u8).collect()
}

fn decoded(text: &[u8]) -> Vec<u8> {
    decode(text).expect("a begin line").expect("armor").bytes
}

#[test]
fn what_is_armored_is_read_again() {
    for length in [0, 1, 2, 3, 47, 48, 49, 96, 98_303, 98_304, 98_305, 300_001] {
        let bytes = sample(length);
        for lines in [Lines::Crlf, Lines::Lf] {
            let text = encode(&bytes, Kind::Message, lines);
            assert!(text.len() <= armored_len(length));
            assert_eq!(decoded(&text), bytes, "{length} bytes, {lines:?}");
        }
    }
}

#[test]
fn sequoia_reads_our_armor_with_its_checksum() {
    use sequoia_openpgp::armor;
    use std::io::Read as _;
    let bytes = sample(1000);
    let text = encode(&bytes, Kind::Signature, Lines::Crlf);
    let mut read = Vec::new();
    armor::Reader::from_bytes(&text, None)
        .read_to_end(&mut read)
        .unwrap();
    assert_eq!(read, bytes);
}

#[test]
fn what_mail_does_to_lines_does_no_harm() {
    let bytes = sample(1000);
    let text = String::from_utf8(encode(&bytes, Kind::Message, Lines::Lf)).unwrap();
    let with_headers = text.replacen("\n\n", "\nVersion: x\nComment: y: z\n \t\n", 1);
    let blanks = text.replace('\n', " \t\r\n");
    let mut lines: Vec<&str> = text.lines().collect();
    let no_frame_end = lines[..lines.len() - 1].join("\n");
    lines.remove(lines.len() - 2);
    let no_checksum = lines.join("\n");
    let around = format!("Hello\n--\n{text}\nbye\n");
    let uneven = text.replacen("AAA", "A\nAA", 1);
    let no_padding = {
        let text = String::from_utf8(encode(&sample(1000), Kind::Message, Lines::Lf)).unwrap();
        text.replace("==\n", "\n")
    };
    for text in [
        with_headers,
        blanks,
        no_frame_end,
        no_checksum,
        around,
        uneven,
        no_padding,
    ] {
        assert_eq!(decoded(text.as_bytes()), bytes, "{text}");
    }
}

#[test]
fn cleartext_is_passed_over_for_the_signature_under_it() {
    let armor = encode(&sample(100), Kind::Signature, Lines::Lf);
    let text = [
        b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nHello, Bob.\n".to_vec(),
        armor,
    ]
    .concat();
    let block = decode(&text)
        .unwrap()
        .unwrap_or_else(|why| panic!("{why:?}"));
    assert_eq!(block.kind, Kind::Signature);
    assert_eq!(block.bytes, sample(100));
}

#[test]
fn garbage_in_armor_is_an_error() {
    assert!(decode(b"no armor here").is_none());
    let bad = b"-----BEGIN PGP MESSAGE-----\n\n%%%%\n-----END PGP MESSAGE-----\n";
    assert!(matches!(decode(bad), Some(Err(ArmorProblem::NotBase64))));
    let cut = b"-----BEGIN PGP MESSAGE-----";
    assert!(matches!(decode(cut), Some(Err(ArmorProblem::Truncated))));
}
