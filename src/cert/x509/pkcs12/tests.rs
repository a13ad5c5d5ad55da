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

/// EncryptedPrivateKeyInfo under PKCS #12's 3DES, with the key that `adding` gives.
fn under_3des(salt: &[u8], adding: Adding, content: &[u8]) -> Vec<u8> {
    let bmp = kdf::bmp("geheim");
    let of = |purpose, length| {
        let key = kdf::derive(
            MessageDigest::sha1(),
            &bmp,
            salt,
            2048,
            purpose,
            adding,
            length,
        );
        key.ok().unwrap()
    };
    let (key, iv) = (of(Use::Key, 24), of(Use::Iv, 8));
    let cipher = openssl::symm::Cipher::des_ede3_cbc();
    let sealed = openssl::symm::encrypt(cipher, &key, Some(&iv), content).unwrap();
    let kind = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 1, 3];
    let salt = tlv::write(tag::OCTET_STRING, salt);
    let parameters = tlv::write_all(tag::SEQUENCE, &[&salt, &tlv::write_small(2048)]);
    let algorithm = tlv::write_all(tag::SEQUENCE, &[&tlv::write(tag::OID, &kind), &parameters]);
    let sealed = tlv::write(tag::OCTET_STRING, &sealed);
    tlv::write_all(tag::SEQUENCE, &[&algorithm, &sealed])
}

/// The salt of a file that gpgsm 2.2.40 exported and OpenSSL cannot open: there a sum begins with a
/// zero. The first eight bytes of its key, encrypted, are known too.
#[test]
fn keys_that_gpgsm_derived_in_its_own_way_are_opened() {
    let salt = [0x73, 0xAF, 0x92, 0xDF, 0x07, 0x97, 0x02, 0x7B];
    let content = tlv::write(tag::SEQUENCE, &[5; 0x4BE]);
    let theirs = under_3des(&salt, Adding::WithoutZeros, &content);
    let standard = under_3des(&salt, Adding::Standard, &content);
    assert_ne!(theirs, standard);
    for file in [&theirs, &standard] {
        let open = open_key(file, &password()).ok().unwrap();
        assert_eq!(*open, content);
    }
    let wrong = Secret::new("Geheim".to_owned());
    assert_eq!(open_key(&theirs, &wrong).err(), Some(Broken::WrongPassword));

    let derived = |purpose, length| {
        let way = Adding::WithoutZeros;
        let words = kdf::bmp("geheim");
        let hash = MessageDigest::sha1();
        kdf::derive(hash, &words, &salt, 2048, purpose, way, length)
            .ok()
            .unwrap()
    };
    let cipher = openssl::symm::Cipher::des_ede3_cbc();
    let (key, iv) = (derived(Use::Key, 24), derived(Use::Iv, 8));
    let mode = openssl::symm::Mode::Decrypt;
    let mut crypter = openssl::symm::Crypter::new(cipher, mode, &key, Some(&iv)).unwrap();
    crypter.pad(false);
    let mut first = [0; 24];
    let sealed = [0x5E, 0x69, 0x1A, 0x8E, 0xC1, 0x72, 0x78, 0x11];
    let length = crypter.update(&sealed, &mut first).unwrap();
    // SEQUENCE, then INTEGER 0, then SEQUENCE: PrivateKeyInfo.
    assert_eq!(first[..length], [0x30, 0x82, 0x04, 0xBD, 2, 1, 0, 0x30][..]);
}
