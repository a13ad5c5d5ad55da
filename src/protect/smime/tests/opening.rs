//! Everything that mail may be sealed with, also the old ways.

use super::signing::{by, judged, letter, signed_data, words};
use super::*;
use crate::base::Passphrase;
use crate::cert::x509::tlv::{self, tag};
use crate::protect::evidence::{Integrity, Layer};
use crate::protect::openpgp::OpenProblem;
use openssl::symm::{Cipher, encrypt};
use std::io::Write as _;

/// An EnvelopedData with these parts.
pub fn enveloped_data(infos: &[Vec<u8>], algorithm: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let data = tlv::write(tag::OID, oids::DATA.as_bytes());
    let content = tlv::write(tag::context(0), ciphertext);
    let content = tlv::write_all(tag::SEQUENCE, &[&data, algorithm, &content]);
    let enveloped = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write_small(3),
            &tlv::write(tag::SET, &infos.concat()),
            &content,
        ],
    );
    let kind = tlv::write(tag::OID, oids::ENVELOPED_DATA.as_bytes());
    let enveloped = tlv::write(tag::constructed(0), &enveloped);
    tlv::write_all(tag::SEQUENCE, &[&kind, &enveloped])
}

pub fn algorithm(oid: const_oid::ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
    let oid = tlv::write(tag::OID, oid.as_bytes());
    tlv::write_all(tag::SEQUENCE, &[&oid, parameters])
}

/// A content key for an RSA certificate, by PKCS #1 v1.5.
pub fn transported(to: &X509Secret, key: &[u8]) -> Vec<u8> {
    let rsa = to.x509().public_key().unwrap().rsa().unwrap();
    let mut sealed = vec![0; rsa.size() as usize];
    rsa.public_encrypt(key, &mut sealed, openssl::rsa::Padding::PKCS1)
        .unwrap();
    tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write_small(0),
            &signed::issuer_and_serial(to.x509()),
            &algorithm(oids::RSA, &tlv::write(tag::NULL, &[])),
            &tlv::write(tag::OCTET_STRING, &sealed),
        ],
    )
}

/// Encrypted with 3DES, as mail was until about 2015.
pub fn triple_des(plain: &[u8], to: &X509Secret) -> Vec<u8> {
    let (key, iv) = ([7; 24], [9; 8]);
    let ciphertext = encrypt(Cipher::des_ede3_cbc(), &key, Some(&iv), plain).unwrap();
    let algorithm = algorithm(oids::TRIPLE_DES_CBC, &tlv::write(tag::OCTET_STRING, &iv));
    enveloped_data(&[transported(to, &key)], &algorithm, &ciphertext)
}

/// Encrypted with AES-256 in CBC.
pub fn aes_cbc(plain: &[u8], to: &X509Secret) -> Vec<u8> {
    let (key, iv) = ([7; 32], [9; 16]);
    let ciphertext = encrypt(Cipher::aes_256_cbc(), &key, Some(&iv), plain).unwrap();
    let algorithm = algorithm(oids::AES256_CBC, &tlv::write(tag::OCTET_STRING, &iv));
    enveloped_data(&[transported(to, &key)], &algorithm, &ciphertext)
}

pub fn part(kind: &str, cms: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "Content-Type: application/pkcs7-mime; smime-type={kind}\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n"
    )
    .into_bytes();
    crate::mime::build::base64_body(&mut out, cms);
    out
}

fn signed_part() -> Vec<u8> {
    let cms = signed_data(Some(ENTITY), &[&ALICE], &[by(&ALICE, ENTITY)]);
    part("signed-data", &cms)
}

#[test]
fn rule_17_old_ciphers_are_read_on_demand_and_are_never_confidential() {
    let cms = triple_des(&signed_part(), &BOB);
    let refused = reading(&keys(&[&BOB]), false, |with| open(cms.clone(), with));
    assert_eq!(refused.unwrap_err().why, OpenProblem::NoIntegrity);
    let read = judged(&letter("enveloped-data", &cms), &[&BOB], &[&ALICE]);
    assert_eq!(words(&read), ("verified", None));
    assert_eq!(
        read.verdict().encryption().unwrap().integrity,
        Integrity::None
    );
    assert!(read.verdict().without_integrity());
    let unsigned = letter("enveloped-data", &triple_des(ENTITY, &BOB));
    let read = judged(&unsigned, &[&BOB], &[&ALICE]);
    assert_eq!(words(&read), ("unprotected", Some("no-integrity")));
    assert!(read.verdict().without_integrity());
    assert_eq!(read.text(), "Hello Bob,\nit works.\n");
}

#[test]
fn rule_18_cbc_is_confidential_only_with_a_good_signature_over_all_of_it() {
    let read = judged(
        &letter("enveloped-data", &aes_cbc(&signed_part(), &BOB)),
        &[&BOB],
        &[&ALICE],
    );
    assert_eq!(words(&read), ("confidential", None));
    assert!(!read.verdict().without_integrity());
    // The same from somebody who is not known, or signed by nobody, or in part.
    let message = letter("enveloped-data", &aes_cbc(&signed_part(), &BOB));
    let unknown = judged(&message, &[&BOB], &[]);
    let unsigned = letter("enveloped-data", &aes_cbc(ENTITY, &BOB));
    let unsigned = judged(&unsigned, &[&BOB], &[&ALICE]);
    let mixed = [
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n".to_vec(),
        signed_part(),
        b"--m\r\nContent-Type: text/plain\r\n\r\nPay.\r\n--m--\r\n".to_vec(),
    ]
    .concat();
    let mixed = letter("enveloped-data", &aes_cbc(&mixed, &BOB));
    let partly = judged(&mixed, &[&BOB], &[&ALICE]);
    for read in [unknown, unsigned, partly] {
        assert_eq!(words(&read), ("unprotected", Some("no-integrity")));
        assert!(read.verdict().without_integrity());
        assert!(
            read.cautions()
                .contains(&crate::read::reading::Caution::NoIntegrity)
        );
    }
}

#[test]
fn a_triple_wrapped_letter_opens_to_its_core() {
    let enveloped = part("enveloped-data", &aes_cbc(&signed_part(), &BOB));
    let outer = signed_data(Some(&enveloped), &[&ALICE], &[by(&ALICE, &enveloped)]);
    let message = letter("signed-data", &outer);
    assert_eq!(crate::protect::open::wants_keys(&message), Ok(true));
    let read = judged(&message, &[&BOB], &[&ALICE]);
    assert_eq!(words(&read), ("confidential", None));
    assert_eq!(read.layers().len(), 3);
    assert_eq!(read.text(), "Hello Bob,\nit works.\n");
}

fn compressed(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    let data = encoder.finish().unwrap();
    let content = tlv::write(tag::constructed(0), &tlv::write(tag::OCTET_STRING, &data));
    let kind = tlv::write(tag::OID, oids::DATA.as_bytes());
    let content = tlv::write_all(tag::SEQUENCE, &[&kind, &content]);
    let data = tlv::write_all(
        tag::SEQUENCE,
        &[&tlv::write_small(0), &algorithm(oids::ZLIB, &[]), &content],
    );
    let kind = tlv::write(tag::OID, oids::COMPRESSED_DATA.as_bytes());
    let data = tlv::write(tag::constructed(0), &data);
    tlv::write_all(tag::SEQUENCE, &[&kind, &data])
}

#[test]
fn compressed_data_is_read_and_vouches_for_nothing() {
    let plain = judged(&letter("compressed-data", &compressed(ENTITY)), &[], &[]);
    assert_eq!(words(&plain), ("unprotected", Some("unsigned")));
    assert_eq!(plain.text(), "Hello Bob,\nit works.\n");
    let inside = part("compressed-data", &compressed(&signed_part()));
    let message = letter("enveloped-data", &aes_cbc(&inside, &BOB));
    let read = judged(&message, &[&BOB], &[&ALICE]);
    assert_eq!(words(&read), ("confidential", None));
}

#[test]
fn rule_30_a_compression_bomb_is_refused_in_time_and_space() {
    let before = crate::base::testing::cpu_seconds();
    let zeros = vec![b' '; 200 << 20];
    let bomb = compressed(&zeros);
    drop(zeros);
    let made = crate::base::testing::cpu_seconds();
    let refused = take(&bomb, &[]).unwrap_err();
    assert_eq!(refused.why, OpenProblem::TooLarge);
    let spent = crate::base::testing::cpu_seconds() - made;
    assert!(spent < 1.0, "{spent} (made in {})", made - before);
}

/// The same message with indefinite lengths and the content in pieces, as streams are written.
fn as_stream(cms: &[u8]) -> Vec<u8> {
    fn again(bytes: &[u8], out: &mut Vec<u8>) {
        let mut reader = tlv::Reader::new(bytes);
        while let Ok(element) = reader.any() {
            let constructed = element.tag & 0x20 != 0;
            let content =
                element.value.len() > 20 && matches!(element.tag, tag::OCTET_STRING | 0x80);
            if content {
                out.extend([element.tag | 0x20, 0x80]);
                for piece in element.value.chunks(7) {
                    out.extend(tlv::write(tag::OCTET_STRING, piece));
                }
                out.extend([0, 0]);
            } else if constructed && element.tag != tag::constructed(0) {
                out.extend([element.tag, 0x80]);
                again(element.value, out);
                out.extend([0, 0]);
            } else if constructed && element.value.first() == Some(&tag::SEQUENCE) {
                // Certificates stay as they were signed, which other frames need not.
                let inner = tlv::Reader::new(element.value).any().unwrap();
                if inner.value.first() == Some(&tag::SEQUENCE) {
                    out.extend_from_slice(element.whole);
                } else {
                    out.extend([element.tag, 0x80]);
                    again(element.value, out);
                    out.extend([0, 0]);
                }
            } else if constructed {
                out.extend([element.tag, 0x80]);
                again(element.value, out);
                out.extend([0, 0]);
            } else {
                out.extend_from_slice(element.whole);
            }
        }
    }
    let mut out = Vec::new();
    again(cms, &mut out);
    out
}

#[test]
fn streams_with_indefinite_lengths_open_like_der() {
    let message = cms_of(&sealed(&ALICE, &[reader(&BOB)]));
    let stream = as_stream(&message);
    assert_ne!(stream, message);
    let (der, ber) = (
        take(&message, &[&BOB]).unwrap(),
        take(&stream, &[&BOB]).unwrap(),
    );
    assert_eq!(inside(&der), inside(&ber));
    assert_eq!(der.layer, ber.layer);
    let signed = signed_data(Some(ENTITY), &[&ALICE], &[by(&ALICE, ENTITY)]);
    let stream = as_stream(&signed);
    assert_eq!(
        take(&signed, &[]).unwrap().layer,
        take(&stream, &[]).unwrap().layer
    );
    assert_eq!(inside(&take(&stream, &[]).unwrap()), ENTITY);
}

#[test]
fn a_password_opens_what_is_sealed_for_it() {
    let (key, iv) = ([7; 32], [9; 16]);
    let ciphertext = encrypt(Cipher::aes_256_cbc(), &key, Some(&iv), ENTITY).unwrap();
    let content_algorithm = algorithm(oids::AES256_CBC, &tlv::write(tag::OCTET_STRING, &iv));
    let pbkdf2 = [
        tlv::write(tag::OCTET_STRING, b"saltsalt"),
        tlv::write_small(2048),
        algorithm(oids::HMAC_SHA256, &tlv::write(tag::NULL, &[])),
    ]
    .concat();
    let mut under = [0; 32];
    openssl::pkcs5::pbkdf2_hmac(
        b"open sesame",
        b"saltsalt",
        2048,
        openssl::hash::MessageDigest::sha256(),
        &mut under,
    )
    .unwrap();
    // RFC 3211 §2.3.1: length, check, key, padding; twice through the cipher.
    let mut block = vec![32, !key[0], !key[1], !key[2]];
    block.extend(key);
    block.resize(48, 0x55);
    let no_padding = |iv: &[u8], data: &[u8]| {
        let mut crypter = openssl::symm::Crypter::new(
            Cipher::aes_256_cbc(),
            openssl::symm::Mode::Encrypt,
            &under,
            Some(iv),
        )
        .unwrap();
        crypter.pad(false);
        let mut out = vec![0; data.len() + 16];
        let written = crypter.update(data, &mut out).unwrap();
        out.truncate(written);
        out
    };
    let once = no_padding(&iv, &block);
    let twice = no_padding(&once[32..], &once);
    let inner = algorithm(oids::AES256_CBC, &tlv::write(tag::OCTET_STRING, &iv));
    // keyDerivationAlgorithm under an implicit tag.
    let kdf = algorithm(oids::PBKDF2, &tlv::write(tag::SEQUENCE, &pbkdf2));
    let kdf = tlv::Reader::new(&kdf).any().unwrap().value.to_vec();
    let info = tlv::write_all(
        tag::constructed(3),
        &[
            &tlv::write_small(0),
            &tlv::write(tag::constructed(0), &kdf),
            &algorithm(oids::PASSWORD_WRAP, &inner),
            &tlv::write(tag::OCTET_STRING, &twice),
        ],
    );
    let cms = enveloped_data(&[info], &content_algorithm, &ciphertext);
    let refused = take(&cms, &[&BOB]).unwrap_err();
    assert_eq!((refused.why, refused.passwords), (OpenProblem::NoKey, 1));
    for (password, opens) in [("open sesame", true), ("open barley", false)] {
        let mut own = SecretKeys::new();
        own.add_password(Passphrase::new(password.to_owned()));
        let taken = reading(&own, false, |with| open(cms.clone(), with));
        match taken {
            Ok(taken) => {
                assert!(opens && inside(&taken) == ENTITY);
                let Some(Layer::SmimeEnveloped(fact)) = &taken.layer else {
                    panic!("{:?}", taken.layer);
                };
                assert_eq!(fact.opened_with, None);
            }
            Err(failure) => {
                assert!(!opens);
                assert_eq!(failure.why, OpenProblem::Undecryptable);
            }
        }
    }
}

#[test]
fn rule_26_a_failure_says_whom_it_is_for_and_what_is_not_known() {
    let cms = aes_cbc(ENTITY, &BOB);
    let refused = take(&cms, &[&ALICE]).unwrap_err();
    assert_eq!(refused.why, OpenProblem::NoKey);
    assert_eq!(refused.recipients.len(), 1);
    let shown = format!("{:?}", refused.recipients[0]);
    assert!(shown.contains("CN=Test Authority+"), "{shown}");
    let des = algorithm(oids::DES_CBC, &tlv::write(tag::OCTET_STRING, &[9; 8]));
    let des = enveloped_data(&[transported(&BOB, &[7; 8])], &des, &[0; 16]);
    let refused = take(&des, &[&BOB]).unwrap_err();
    let what = "DES".to_owned();
    assert_eq!(refused.why, OpenProblem::Unsupported { what });
    assert_eq!(refused.recipients.len(), 1);
}
