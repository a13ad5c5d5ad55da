//! Rule 46: whatever differs from the draft stops the send.

use super::*;
use crate::adapters::store::FileStore;
use crate::address::{Address, Mailbox};
use crate::app::command::DraftSource;
use crate::app::desk::Desk;
use crate::app::port::testing::{Nothing, Still};
use crate::app::service::{identity, seal};
use crate::app::workers::Threads;
use std::sync::Arc;

const DRAFT: &str = "To: alice@example.org\r\nSubject: Plans\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
    Dear me,\r\n.\r\nrest\r\n--b\r\nContent-Type: application/octet-stream\r\n\
    Content-Disposition: attachment; filename=a.bin\r\n\r\nabcdef\r\n--b--\r\n";

/// Alice at a desk without a network.
pub(in crate::app::service) fn desk() -> Desk {
    let desk = Desk {
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
    };
    let alice = Mailbox::named("Alice", Address::parse("alice@example.org").unwrap());
    identity::new(&desk, &alice, &Watch::default()).unwrap();
    desk
}

struct Case {
    composed: Composed,
    draft: Draft,
    outgoing: Outgoing,
    way: Way,
}

fn case(way: Way) -> Case {
    let desk = desk();
    let source = DraftSource::Message(DRAFT.as_bytes().to_vec());
    let (composed, draft) = seal::compose(&desk, source, way, &Watch::default()).unwrap();
    let outgoing = seal::protect(&desk, &composed, way, &Watch::default()).unwrap();
    Case {
        composed,
        draft,
        outgoing,
        way,
    }
}

fn verdict(case: &Case) -> Result<(), Failure> {
    prove(
        &case.composed,
        &case.draft,
        &case.outgoing,
        case.way,
        &Threads,
        &Watch::default(),
    )
}

/// The same letter with other bytes, which still look protected.
fn with_bytes(case: &Case, change: impl Fn(&[u8]) -> Vec<u8>) -> Outgoing {
    let copies = case
        .outgoing
        .copies()
        .iter()
        .map(|copy| (copy.envelope_to().to_vec(), change(copy.bytes())))
        .collect();
    Outgoing::restore(case.outgoing.protection(), copies).unwrap()
}

#[test]
fn rule_46_what_was_written_passes_in_each_way() {
    for way in [Way::Sealed, Way::SignOnly, Way::Unprotected] {
        assert_eq!(verdict(&case(way)), Ok(()), "{way:?}");
    }
}

#[test]
fn rule_46_a_subject_with_controls_is_no_dead_end() {
    let desk = desk();
    let form = crate::app::command::DraftForm {
        to: "alice@example.org".to_owned(),
        subject: "Plans\tfor\u{1b}[31m\u{7} May\r\nX: y".to_owned(),
        body: "text".to_owned(),
        ..Default::default()
    };
    let source = DraftSource::Form(Box::new(form));
    let watch = Watch::default();
    let (composed, draft) = seal::compose(&desk, source, Way::Sealed, &watch).unwrap();
    let outgoing = seal::protect(&desk, &composed, Way::Sealed, &watch).unwrap();
    let way = Way::Sealed;
    let proved = prove(&composed, &draft, &outgoing, way, &Threads, &watch);
    assert_eq!(proved, Ok(()));
}

#[test]
fn rule_46_a_damaged_or_foreign_letter_is_stopped() {
    let mut damaged = case(Way::Sealed);
    damaged.outgoing = with_bytes(&damaged, |bytes| {
        let mut bytes = bytes.to_vec();
        let at = bytes.len() - 200;
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        bytes
    });
    let stopped = Err(Failure::Proof(ProofFailure::DoesNotOpen));
    assert_eq!(verdict(&damaged), stopped);
    // Sealed by and for somebody else.
    let mut foreign = case(Way::Sealed);
    foreign.outgoing = case(Way::Sealed).outgoing;
    assert_eq!(verdict(&foreign), stopped);
}

#[test]
fn rule_46_another_payload_or_draft_is_stopped() {
    let different = Err(Failure::Proof(ProofFailure::Different));
    let changes: [fn(&mut Case); 5] = [
        |case| case.composed.payload.inner.extend_from_slice(b"more"),
        |case| case.draft.subject.push_str(" B"),
        |case| case.draft.body.push_str("P.S. more"),
        |case| case.draft.attachments.clear(),
        |case| case.draft.attachments[0].bytes = Arc::new(b"abcdeX".to_vec()),
    ];
    for way in [Way::Sealed, Way::SignOnly, Way::Unprotected] {
        for (number, change) in changes.iter().enumerate() {
            let mut case = case(way);
            change(&mut case);
            assert_eq!(verdict(&case), different, "{way:?} {number}");
        }
    }
}

#[test]
fn rule_46_a_letter_that_is_not_protected_as_asked_is_stopped() {
    let mut plain = case(Way::Unprotected);
    plain.way = Way::Sealed;
    let different = Err(Failure::Proof(ProofFailure::Different));
    assert_eq!(verdict(&plain), different);
    let mut unsigned = case(Way::SignOnly);
    unsigned.outgoing = with_bytes(&unsigned, |bytes| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.replace("Dear me,", "Dear you,").into_bytes()
    });
    let not_signed = Err(Failure::Proof(ProofFailure::NotSigned));
    assert_eq!(verdict(&unsigned), not_signed);
    let mut named = case(Way::Sealed);
    named.outgoing = with_bytes(&named, |bytes| {
        [b"Bcc: carol@example.org\r\n".as_slice(), bytes].concat()
    });
    assert_eq!(verdict(&named), different);
}
