//! Messages that somebody altered or made to be taken for what they are not.

use super::opening::{aes_cbc, algorithm, enveloped_data, part, transported};
use super::signing::{
    Making, by, clear, facts, judged, letter, signed_data, state, try_judged, usual, words,
};
use super::*;
use crate::base::testing::cpu_seconds;
use crate::cert::x509::tlv::{self, tag};
use crate::protect::evidence::SignatureState;
use crate::protect::open::Problem;
use crate::protect::openpgp::OpenProblem;

/// Where the ciphertext of a message stands in it.
fn ciphertext(cms: &[u8]) -> std::ops::Range<usize> {
    match content::read(&mut cms.to_vec()).unwrap() {
        content::Content::Enveloped(enveloped) => enveloped.ciphertext,
        other => panic!("{other:?}"),
    }
}

/// EFAIL: a known block of CBC is turned into any other by changing the one before it.
#[test]
fn attack_malleability_smime() {
    let entity = b"Content-Type: text/plain\r\n\r\nPay Bob 100 euros, in the usual way.\r\n";
    let signed = part(
        "signed-data",
        &signed_data(Some(entity), &[&ALICE], &[by(&ALICE, entity)]),
    );
    for plain in [&entity[..], &signed] {
        let cms = aes_cbc(plain, &BOB);
        let range = ciphertext(&cms);
        let mut gadget = cms.clone();
        // The first block is known: "Content-Type: te". The IV before it is in the parameters.
        let iv = cms.windows(16).position(|w| w == [9; 16]).unwrap();
        let wanted = b"Content-Type: TE";
        for (index, (have, want)) in b"Content-Type: te".iter().zip(wanted).enumerate() {
            gadget[iv + index] ^= have ^ want;
        }
        let read = judged(&letter("enveloped-data", &gadget), &[&BOB], &[&ALICE]);
        // A type is read in any case, so the signed letter is still the one that was signed.
        let expected = match plain == entity {
            true => ("unprotected", Some("no-integrity")),
            false => ("confidential", None),
        };
        assert_eq!(words(&read), expected);
        assert_eq!(read.text(), "Pay Bob 100 euros, in the usual way.\n");
        // Blocks moved about: never with a good signature.
        for at in (range.start..range.end - 32).step_by(16) {
            let mut moved = cms.clone();
            moved.copy_within(at..at + 16, at + 16);
            match try_judged(&letter("enveloped-data", &moved), &[&BOB], &[&ALICE]) {
                Ok(read) => {
                    assert_eq!(words(&read), ("unprotected", Some("no-integrity")));
                }
                // Also for what decrypted and is no message further in: one answer.
                Err(Problem::Decrypt(failure)) => {
                    assert_eq!(failure.why, OpenProblem::Undecryptable);
                    assert_eq!(failure.tried, [BOB.fingerprint()]);
                }
                Err(Problem::Mime(problem)) => panic!("{problem:?}"),
            }
        }
    }
}

/// Authenticated data opens whole or not at all.
#[test]
fn attack_altered_authenticated_data_smime() {
    let cms = cms_of(&sealed(&ALICE, &[modern(&BOB)]));
    let range = ciphertext(&cms);
    for at in [range.start, range.start + 100, range.end - 1, cms.len() - 1] {
        let mut altered = cms.clone();
        altered[at] ^= 1;
        let refused = take(&altered, &[&BOB]).unwrap_err();
        assert_eq!(refused.why, OpenProblem::Undecryptable);
    }
    // As EnvelopedData, with its tag cut off, it is no message.
    let kind = oids::AUTH_ENVELOPED_DATA.as_bytes();
    let at = cms.windows(kind.len()).position(|w| w == kind).unwrap();
    let mut other = cms.clone();
    other[at + kind.len() - 1] = 0x17 + 1;
    assert!(take(&other, &[&BOB]).is_err());
}

/// Bleichenbacher and Vaudenay: whatever was altered, the answer is the same.
#[test]
fn rule_27_one_answer_for_every_cause_once_a_cms_key_was_tried() {
    let cms = aes_cbc(ENTITY, &BOB);
    let expected = {
        let mut altered = cms.clone();
        let last = altered.len() - 1;
        altered[last] ^= 1;
        take(&altered, &[&BOB]).unwrap_err()
    };
    assert_eq!(expected.why, OpenProblem::Undecryptable);
    assert_eq!(expected.tried, [BOB.fingerprint()]);
    let mut same = 0;
    let key = match content::read(&mut cms.clone()).unwrap() {
        content::Content::Enveloped(enveloped) => enveloped.recipients[0].clone().unwrap(),
        other => panic!("{other:?}"),
    };
    let key_at = cms.windows(key.len()).position(|w| w == key).unwrap();
    let range = ciphertext(&cms);
    let garbled_key = (0..20).map(|i| key_at + key.len() - 1 - 12 * i);
    let padding = (range.end - 32..range.end - 16).step_by(3);
    for at in garbled_key.chain(padding) {
        let mut altered = cms.clone();
        altered[at] ^= 0x55;
        if let Err(failure) = take(&altered, &[&BOB]) {
            assert_eq!(failure, expected);
            same += 1;
        }
    }
    assert!(same >= 20, "{same}");
    // A key of the wrong size, and of none.
    for wrong in [&[7; 16][..], &[7; 33], &[], &[7; 31]] {
        let algorithm = algorithm(oids::AES256_CBC, &tlv::write(tag::OCTET_STRING, &[9; 16]));
        let cms = enveloped_data(&[transported(&BOB, wrong)], &algorithm, &[1; 64]);
        assert_eq!(take(&cms, &[&BOB]).unwrap_err(), expected);
    }
    // Ciphertext of no whole block.
    let whole = algorithm(oids::AES256_CBC, &tlv::write(tag::OCTET_STRING, &[9; 16]));
    for length in [0, 1, 15, 17] {
        let cms = enveloped_data(&[transported(&BOB, &[7; 32])], &whole, &vec![1; length]);
        assert_eq!(take(&cms, &[&BOB]).unwrap_err(), expected);
    }
}

/// Who has a signature with attributes can offer the attributes as a content without any.
#[test]
fn attack_stripped_attributes_smime() {
    let attributes = ber::set_of(ber::id::SET, usual(ENTITY, hash::Hash::Sha256, Some(now())));
    let stripped = Making {
        signer: &ALICE,
        hash: hash::Hash::Sha256,
        attributes: None,
        unsorted: false,
    }
    .info(&attributes);
    let cms = signed_data(Some(&attributes), &[&ALICE], &[stripped]);
    assert_eq!(state(&cms), SignatureState::Bad);
}

/// The type of the content is part of what is signed.
#[test]
fn attack_content_type_swap_smime() {
    let cms = signed_data(Some(ENTITY), &[&ALICE], &[by(&ALICE, ENTITY)]);
    let data = oids::DATA.as_bytes();
    let at = cms.windows(data.len()).position(|w| w == data).unwrap();
    for last in [2, 3, 5, 6] {
        let mut swapped = cms.clone();
        swapped[at + data.len() - 1] = last;
        let refused = take(&swapped, &[]).unwrap_err();
        assert!(matches!(refused.why, OpenProblem::Unsupported { .. }));
    }
    // Without attributes nothing but data may be signed.
    let bare = Making {
        signer: &ALICE,
        hash: hash::Hash::Sha256,
        attributes: None,
        unsorted: false,
    }
    .info(ENTITY);
    let parsed = |kind| content::Signed {
        content_type: kind,
        content: None,
        certificates: vec![ALICE.x509().der().to_vec()],
        crls: Vec::new(),
        signers: vec![Some(bare.clone())],
    };
    reading(&SecretKeys::new(), false, |with| {
        let state = |kind| {
            let (facts, _) = verify::verify(&parsed(kind), ENTITY, with.certs, with.at);
            facts[0].state
        };
        assert_eq!(state(oids::DATA), SignatureState::Good);
        assert_eq!(state(oids::SIGNED_DATA), SignatureState::Bad);
    });
}

/// A good signature under another text, and one moved to another letter.
#[test]
fn attack_moved_signature_smime() {
    let signature = signed_data(None, &[&ALICE], &[by(&ALICE, ENTITY)]);
    let other = b"Content-Type: text/plain\r\n\r\nPay Mallory.\r\n";
    let read = judged(&clear(other, &signature), &[], &[&ALICE]);
    assert_eq!(words(&read), ("unprotected", Some("bad-signature")));
    let wrong_from = String::from_utf8(clear(ENTITY, &signature)).unwrap();
    let wrong_from = wrong_from.replace("From: alice", "From: carol");
    let read = judged(wrong_from.as_bytes(), &[], &[&ALICE]);
    assert_eq!(words(&read), ("unprotected", Some("address-mismatch")));
    // A list's footer around it, and text beside it.
    let inside = String::from_utf8(clear(ENTITY, &signature)).unwrap();
    let at = inside.find("Content-Type").unwrap();
    let footer = format!(
        "From: alice@example.org\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n{}\r\n\
         --m\r\n\r\nfooter\r\n--m--\r\n",
        &inside[at..]
    );
    let read = judged(footer.as_bytes(), &[], &[&ALICE]);
    assert_eq!(words(&read), ("unprotected", Some("partial")));
}

#[test]
fn rule_30_floods_of_recipients_and_signers_are_bounded() {
    let before = cpu_seconds();
    let recipient = transported(&BOB, &[7; 32]);
    let whole = algorithm(oids::AES256_CBC, &tlv::write(tag::OCTET_STRING, &[9; 16]));
    let many = vec![recipient.clone(); 5000];
    let cms = enveloped_data(&many, &whole, &[1; 64]);
    assert_eq!(take(&cms, &[&BOB]).unwrap_err().why, OpenProblem::TooLarge);
    let cms = enveloped_data(&many[..1000], &whole, &[1; 64]);
    let refused = take(&cms, &[&BOB]).unwrap_err();
    assert_eq!(refused.why, OpenProblem::Undecryptable);
    let info = by(&ALICE, ENTITY);
    let cms = signed_data(Some(ENTITY), &[&ALICE], &vec![info.clone(); 1000]);
    assert_eq!(take(&cms, &[]).unwrap_err().why, OpenProblem::TooLarge);
    let cms = signed_data(Some(ENTITY), &[&ALICE], &vec![info; 64]);
    assert_eq!(facts(&cms).len(), 64);
    let attribute = usual(ENTITY, hash::Hash::Sha256, None);
    let flood = Making {
        signer: &ALICE,
        hash: hash::Hash::Sha256,
        attributes: Some(vec![attribute[0].clone(); 20_000]),
        unsorted: true,
    }
    .info(ENTITY);
    let cms = signed_data(Some(ENTITY), &[&ALICE], &[flood]);
    assert_eq!(state(&cms), SignatureState::Unreadable);
    let spent = cpu_seconds() - before;
    assert!(spent < 2.0, "{spent}");
}

/// Every cut, and a changed bit in every byte: an error, or the same content and no better a verdict.
#[test]
fn altered_and_truncated_messages_never_panic_and_are_never_taken_for_good() {
    let sealed = cms_of(&sealed(&ALICE, &[modern(&BOB)]));
    let signed = signed_data(Some(ENTITY), &[&ALICE], &[by(&ALICE, ENTITY)]);
    let plain = take(&sealed, &[&BOB]).unwrap();
    for at in 0..sealed.len() {
        assert!(take(&sealed[..at], &[&BOB]).is_err());
        let mut altered = sealed.clone();
        altered[at] ^= 1 << (at % 8);
        if let Ok(taken) = take(&altered, &[&BOB]) {
            assert_eq!(inside(&taken), inside(&plain));
        }
    }
    for at in 0..signed.len() {
        assert!(take(&signed[..at], &[]).is_err());
        let mut altered = signed.clone();
        altered[at] ^= 1 << (at % 8);
        let Ok(taken) = take(&altered, &[]) else {
            continue;
        };
        if let Some(crate::protect::evidence::Layer::SmimeSigned(facts)) = &taken.layer
            && facts.iter().any(|fact| fact.state == SignatureState::Good)
        {
            assert_eq!(inside(&taken), ENTITY);
        }
    }
}
