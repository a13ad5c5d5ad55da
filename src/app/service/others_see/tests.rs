//! Rule 45: the table is read off the bytes, so other bytes make another table.

use super::*;
use crate::app::service::proof::tests::desk;

const DRAFT: &str = "To: alice@example.org\r\nBcc: \"Secret A.\" <alice@example.org>\r\n\
    Subject: Plans for the summer\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
    Dear me,\r\nlet us meet at the lake.\r\n--b\r\nContent-Type: application/octet-stream\r\n\
    Content-Disposition: attachment; filename=\"The map.bin\"\r\n\r\nabcdef\r\n--b--\r\n";

fn table(way: Way) -> Vec<VisibleRow> {
    let desk = desk();
    let watch = Watch::default();
    let source = DraftSource::Message(DRAFT.as_bytes().to_vec());
    let (composed, draft) = seal::compose(&desk, source, way, &watch).unwrap();
    let outgoing = seal::protect(&desk, &composed, way, &watch).unwrap();
    let inside = match way {
        Way::Unprotected => outgoing.copies()[0].bytes().to_vec(),
        Way::Sealed | Way::SignOnly => composed.payload.inner.clone(),
    };
    rows(&draft, &inside, outgoing.copies()).unwrap()
}

fn servers(rows: &[VisibleRow]) -> Vec<(Visible, bool)> {
    rows.iter().map(|row| (row.what, row.servers)).collect()
}

fn texts(rows: &[VisibleRow], what: Visible) -> Vec<String> {
    let row = rows.iter().find(|row| row.what == what).unwrap();
    let text = |shown: &Shown| match shown {
        Shown::Text(text) => text.raw().to_owned(),
        Shown::Bytes(bytes) => bytes.to_string(),
    };
    row.outside.iter().map(text).collect()
}

#[test]
fn rule_45_of_a_sealed_letter_servers_read_names_size_and_time() {
    let rows = table(Way::Sealed);
    assert_eq!(
        servers(&rows),
        [
            (Visible::Subject, false),
            (Visible::Names, true),
            (Visible::Text, false),
            (Visible::AttachmentNames, false),
            (Visible::Size, true),
            (Visible::Time, true),
        ]
    );
    assert!(
        rows.iter().all(|row| row.there && row.recipient),
        "{rows:?}"
    );
    let listens: Vec<Visible> = rows
        .iter()
        .filter(|r| r.eavesdropper)
        .map(|r| r.what)
        .collect();
    assert_eq!(listens, [Visible::Size, Visible::Time]);
    assert_eq!(texts(&rows, Visible::Subject), ["[...]"]);
    assert_eq!(texts(&rows, Visible::Names), ["alice@example.org"]);
    assert_eq!(
        texts(&rows, Visible::Time),
        ["Sun, 3 May 2026 10:00:00 +0000"]
    );
    assert!(texts(&rows, Visible::AttachmentNames).is_empty());
}

#[test]
fn rule_45_of_a_readable_letter_servers_read_everything() {
    for way in [Way::SignOnly, Way::Unprotected] {
        let rows = table(way);
        assert!(rows.iter().all(|row| row.servers), "{way:?}: {rows:?}");
        assert_eq!(texts(&rows, Visible::Subject), ["Plans for the summer"]);
        assert_eq!(texts(&rows, Visible::AttachmentNames), ["The map.bin"]);
    }
}

#[test]
fn rule_45_what_a_letter_does_not_have_is_said_to_be_missing() {
    let desk = desk();
    let source = DraftSource::Message(b"To: alice@example.org\r\n\r\n".to_vec());
    let rows = others_see(&desk, source, &Watch::default()).unwrap();
    let there = |what| rows.iter().find(|row| row.what == what).unwrap().there;
    assert!(!there(Visible::Subject) && !there(Visible::Text) && !there(Visible::AttachmentNames));
    assert!(there(Visible::Names) && there(Visible::Size));
    assert!(desk.store.outbox().unwrap().is_empty(), "nothing is queued");
}
