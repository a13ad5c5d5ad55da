use super::*;
use crate::adapters::store::FileStore;
use crate::address::{Address, Mailbox};
use crate::app::command::{DraftSource, OpenWhat, SealedCopy, Way};
use crate::app::failure::OpenMessageFailure;
use crate::app::job::Watch;
use crate::app::port::testing::{Nothing, Still};
use crate::app::port::{Clock, OpenedFrom};
use crate::app::service::{draft, identity, open, opened, seal};
use crate::app::workers::Threads;
use crate::compose::DraftProblem;
use std::sync::Arc;

fn empty_desk() -> Desk {
    Desk {
        store: Arc::new(FileStore::in_memory().unwrap()),
        submission: Arc::new(Nothing),
        mailbox: Arc::new(Nothing),
        clock: Arc::new(Still),
        trust: Arc::new(Nothing),
        web: Arc::new(Nothing),
        resolvers: Arc::new(Nothing),
        servers: Arc::new(Nothing),
        scanner: Arc::new(Nothing),
        signatures: Arc::new(Nothing),
        workers: Arc::new(Threads),
        at: None,
        offline: false,
    }
}

fn desk() -> Desk {
    let desk = empty_desk();
    let alice = Mailbox::named("Alice", Address::parse("alice@example.org").unwrap());
    identity::new(&desk, &alice, &Watch::default()).unwrap();
    desk
}

fn read(desk: &Desk, bytes: Vec<u8>) -> Arc<Reading> {
    let what = OpenWhat::Bytes(Arc::new(bytes));
    open::open(desk, &what, false, &Watch::default()).unwrap()
}

/// A letter to herself, as it was sealed.
fn sealed(desk: &Desk, draft: &str) -> Vec<u8> {
    let source = DraftSource::Message(draft.as_bytes().to_vec());
    let copies = seal::seal_draft(desk, source, false, &Watch::default()).unwrap();
    message(&copies)
}

/// The bytes of the first copy.
fn message(copies: &[SealedCopy]) -> Vec<u8> {
    copies[0].bytes.as_deref().unwrap().clone()
}

const DRAFT: &str =
    "To: alice@example.org\nSubject: Secret plans\n\nThe old mill at nine o'clock.\n";

#[test]
fn rule_31_the_answer_to_a_sealed_letter_is_sealed_with_subject_and_thread_inside() {
    let desk = desk();
    let letter = sealed(&desk, DRAFT);
    let reading = read(&desk, letter.clone());
    let made = reply(&desk, &reading, false).unwrap();
    assert!(made.form.answers.sealed_only);
    assert_eq!(made.form.subject, "Re: Secret plans");
    assert!(made.form.body.contains("> The old mill at nine o'clock."));
    assert_eq!(made.form.answers.in_reply_to.len(), 1);
    // As a form and as a file: readable it does not go.
    for source in [
        DraftSource::Form(Box::new(made.form.clone())),
        DraftSource::Message(made.file.clone()),
    ] {
        let refused = seal::compose(&desk, source, Way::Unprotected, &Watch::default());
        let refused = refused.err();
        assert_eq!(refused, Some(Failure::Draft(DraftProblem::AnswersSealed)));
    }
    let source = DraftSource::Form(Box::new(made.form.clone()));
    let again = seal::seal_draft(&desk, source, false, &Watch::default()).unwrap();
    let again = message(&again);
    let bytes = String::from_utf8_lossy(&again).into_owned();
    assert!(!bytes.contains("Secret") && !bytes.contains("X-Waxwing"));
    let reading = read(&desk, again);
    assert_eq!(reading.header("Subject").unwrap().raw(), "Re: Secret plans");
}

#[test]
fn rule_32_going_readable_takes_a_letter_without_the_one_it_answers() {
    let desk = desk();
    let reading = read(&desk, sealed(&desk, DRAFT));
    let made = reply(&desk, &reading, false).unwrap();
    let plain = draft::without_what_it_answers(&made.form);
    let source = DraftSource::Form(Box::new(plain));
    let (composed, _) = seal::compose(&desk, source, Way::Unprotected, &Watch::default()).unwrap();
    let sent = String::from_utf8(composed.payload.plain_message()).unwrap();
    for secret in ["mill", "Secret plans", "wrote"] {
        assert!(!sent.contains(secret), "{secret}: {sent}");
    }
}

#[test]
fn rule_33_a_quote_holds_nothing_of_parts_with_a_protection_of_their_own() {
    let desk = desk();
    let inner = sealed(&desk, DRAFT);
    let inner = String::from_utf8(inner).unwrap();
    let entity = inner
        .split_once("Content-Type: multipart/encrypted")
        .unwrap()
        .1;
    let covert = format!(
        "From: eve@example.net\r\nTo: alice@example.org\r\nSubject: Hi\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n\
         Content-Type: text/plain\r\n\r\nPlease answer.\r\n--outer\r\n\
         Content-Type: multipart/encrypted{entity}\r\n--outer--\r\n"
    );
    let reading = read(&desk, covert.into_bytes());
    assert_eq!(reading.errant().len(), 1);
    let made = reply(&desk, &reading, true).unwrap();
    assert!(made.form.body.contains("> Please answer."));
    assert!(!made.form.body.contains("mill"));
    assert!(!made.form.answers.sealed_only);
    // Opened alone it was decrypted, so that answer is sealed.
    let alone = read(&desk, reading.errant_part(0).unwrap());
    assert!(alone.text().contains("mill"));
    assert!(
        reply(&desk, &alone, false)
            .unwrap()
            .form
            .answers
            .sealed_only
    );
}

#[test]
fn rule_35_reply_to_outside_a_protected_header_is_not_used() {
    let desk = desk();
    let letter = sealed(&desk, DRAFT);
    let forged = [
        b"Reply-To: eve@example.net\r\nReferences: <x@eve>\r\n",
        &letter[..],
    ]
    .concat();
    let reading = read(&desk, forged);
    let made = reply(&desk, &reading, true).unwrap();
    let everything = format!("{}{}{:?}", made.form.to, made.form.cc, made.form.answers);
    assert!(!everything.contains("eve"), "{everything}");
}

#[test]
fn rule_36_another_sender_outside_is_shown_and_warned_about() {
    let desk = desk();
    let letter = String::from_utf8(sealed(&desk, DRAFT)).unwrap();
    let forged = letter.replacen("alice@example.org", "eve@example.net", 1);
    assert!(forged.starts_with("From: ") && forged.contains("eve@example.net"));
    // With a good signature by the sender inside, the inner one counts.
    let good = read(&desk, forged.clone().into_bytes());
    assert_eq!(good.from()[0].address.as_str(), "alice@example.org");
    assert!(good.cautions().is_empty(), "{:?}", good.cautions());
    // Without one that counts, the outer is shown, with a warning.
    let identity = desk.store.identities().unwrap().remove(0);
    let address = &identity.mailbox.address;
    let rejected = crate::cert::Checked::Rejected;
    let now = Still.now();
    desk.store
        .decide(address, &identity.fingerprint, rejected, now)
        .unwrap();
    let bad = read(&desk, forged.into_bytes());
    assert_eq!(bad.verdict().summary().word(), "encrypted-unverified");
    assert_eq!(bad.from()[0].address.as_str(), "eve@example.net");
    assert!(bad.cautions().contains(&crate::read::Caution::FromDiffers));
    // And an answer does not go where only the outside says.
    let made = reply(&desk, &bad, true).unwrap();
    assert!(!made.form.to.contains("eve"), "{}", made.form.to);
}

#[test]
fn what_was_opened_is_remembered_once_and_opens_though_its_file_is_gone() {
    let desk = desk();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.eml");
    std::fs::write(&path, sealed(&desk, DRAFT)).unwrap();
    let what = OpenWhat::File(path.clone());
    let from = OpenedFrom::File(path.display().to_string());
    let watch = Watch::default();
    for _ in 0..2 {
        let reading = open::open(&desk, &what, false, &watch).unwrap();
        opened::remember(&desk, &reading, &from).unwrap();
    }
    let heads = opened::list(&desk).unwrap();
    assert_eq!(heads.len(), 1);
    assert_eq!(heads[0].facts.subject, "Secret plans");
    assert_eq!(heads[0].facts.summary, "confidential");
    std::fs::remove_file(&path).unwrap();
    let again = open::open(&desk, &OpenWhat::Opened(heads[0].id), false, &watch).unwrap();
    assert!(again.text().contains("mill"));
    assert!(opened::forget(&desk, &[heads[0].id]).unwrap().is_empty());
    let gone = open::open(&desk, &OpenWhat::Opened(heads[0].id), false, &watch);
    assert_eq!(gone.err(), Some(Failure::NoSuchLetter));
}

#[test]
fn without_an_identity_nothing_is_remembered_and_no_vault_is_made() {
    let desk = empty_desk();
    let reading = read(&desk, b"From: bob@example.org\r\n\r\nHello\r\n".to_vec());
    let list = opened::remember(&desk, &reading, &OpenedFrom::Pasted).unwrap();
    assert!(list.is_empty() && desk.store.opened().unwrap().is_empty());
}

#[test]
fn rule_20_an_armored_block_opens_alone_without_the_text_around_it() {
    let desk = desk();
    let letter = String::from_utf8(sealed(&desk, DRAFT)).unwrap();
    let start = letter.find("-----BEGIN PGP MESSAGE-----").unwrap();
    let end_words = "-----END PGP MESSAGE-----";
    let end = letter.find(end_words).unwrap() + end_words.len();
    let block = &letter[start..end];
    let mail = format!(
        "From: bob@example.org\r\nSubject: x\r\n\r\nBefore it.\r\n{block}\r\nAfter it.\r\n"
    );
    let reading = read(&desk, mail.into_bytes());
    assert_eq!(reading.verdict().summary().word(), "unprotected");
    let part = reading.errant_part(0).unwrap();
    assert_eq!(part, block.as_bytes());
    let alone = read(&desk, part);
    assert_eq!(alone.verdict().summary().word(), "encrypted-unverified");
    assert!(alone.text().contains("The old mill at nine o'clock."));
    assert!(!alone.text().contains("Before it"));
    // Nobody is named as its author: it has no header section.
    assert!(alone.from().is_empty());
    // Damaged, it shows nothing.
    let broken = block.replacen("\r\n\r\n", "\r\n\r\nAAAA", 1).into_bytes();
    let what = OpenWhat::Bytes(Arc::new(broken));
    let failed = open::open(&desk, &what, false, &Watch::default());
    assert!(matches!(
        failed,
        Err(Failure::Open(OpenMessageFailure::Decrypt(_)))
    ));
}
