//! Drafts come back whole; payloads are what the rules ask for.

use super::*;
use crate::address::{Address, Mailbox};
use crate::mime::{
    Content, Cover, FieldProtection, Header, HeaderMode, OuterValue, ProtectedHeaders, Tree,
};
use std::sync::Arc;

fn alice() -> Mailbox {
    Mailbox::named("Alice Größe", Address::parse("alice@example.org").unwrap())
}

fn letter() -> Draft {
    Draft {
        to: "Bob <bob@example.org>, \"Carol, C.\" <carol@example.net>".to_owned(),
        cc: "dave@bücher.example".to_owned(),
        bcc: "Erin Secret <erin@hidden.example>".to_owned(),
        subject: "Über den Vertrag".to_owned(),
        body: "Hello\n.\nFrom here\ntrailing \nGrüße\n.\n".to_owned(),
        in_reply_to: vec!["1@example.net".to_owned()],
        references: vec!["0@example.net".to_owned(), "1@example.net".to_owned()],
        keywords: "contract, urgent".to_owned(),
        ..Draft::default()
    }
}

fn with_attachment() -> Draft {
    let mut draft = letter();
    draft.attachments.push(Attachment {
        name: "geheim — plan.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: Arc::new((0..100_000_u32).map(|i| (i % 253) as u8).collect()),
    });
    draft
}

fn make(draft: &Draft, mode: Mode) -> Payload {
    let sender = alice();
    payload(
        draft,
        &Circumstances {
            mode,
            sender: &sender,
            now: "2026-03-01T12:00:00Z".parse().unwrap(),
            message_id: "abc@example.org",
            seed: [7; 16],
            protected_headers_v1: true,
        },
    )
    .unwrap()
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn rule_38_a_sealed_letter_hides_its_subject_and_records_what_is_outside() {
    for draft in [letter(), with_attachment()] {
        let made = make(&draft, Mode::Sealed);
        let outer = string(&made.outer);
        assert!(outer.contains("Subject: [...]\r\n"));
        assert!(
            !outer.contains("Keywords") && !outer.contains("Vertrag") && !outer.contains("rber")
        );
        assert!(!outer.to_ascii_lowercase().contains("content-") && !outer.contains("HP-Outer"));
        assert!(outer.contains("Date: Sun, 1 Mar 2026 12:00:00 +0000\r\n"));
        assert!(outer.contains("Message-ID: <abc@example.org>\r\n"));

        let tree = Tree::parse(&made.inner).unwrap();
        assert_eq!(tree.oddities().count(), 0);
        let root = tree.root();
        let declared = root.content_type();
        assert_eq!(
            (declared.param("hp"), declared.param("protected-headers")),
            (Some("cipher"), Some("v1"))
        );
        let outside = Header::parse(&made.outer);
        let read = ProtectedHeaders::of(root, &outside, Cover::SignedAndEncrypted);
        assert_eq!(read.mode, HeaderMode::Cipher);
        assert!(read.cautions.is_empty() && read.outer_only.is_empty());
        for field in &read.fields {
            let (protection, outer) = match field.name.as_str() {
                "Subject" => (
                    FieldProtection::SignedAndEncrypted,
                    OuterValue::Different("[...]".into()),
                ),
                "Keywords" => (FieldProtection::SignedAndEncrypted, OuterValue::Absent),
                _ => (FieldProtection::SignedOnly, OuterValue::Same),
            };
            assert_eq!(
                (field.protection, &field.outer),
                (protection, &outer),
                "{}",
                field.name
            );
        }
        let names: Vec<&str> = read.fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "From",
                "To",
                "Cc",
                "Date",
                "Message-ID",
                "In-Reply-To",
                "References",
                "Subject",
                "Keywords"
            ]
        );
        // HP-Outer repeats each field outside exactly, value for value (RFC 9788 §2.2).
        let recorded: Vec<String> = root
            .header()
            .all("HP-Outer")
            .map(|f| f.unfolded())
            .collect();
        let actual: Vec<String> = outside
            .fields()
            .iter()
            .map(|f| format!("{}: {}", f.name, f.unfolded()))
            .collect();
        assert_eq!(recorded, actual);
        assert_eq!(
            read.first("Subject").unwrap().value.raw(),
            "Über den Vertrag"
        );
    }
}

#[test]
fn rule_38_a_signed_letter_has_the_same_fields_outside() {
    let made = make(&letter(), Mode::SignOnly);
    let tree = Tree::parse(&made.inner).unwrap();
    let declared = tree.root().content_type();
    assert_eq!(declared.param("hp"), Some("clear"));
    let inner = tree.root().header();
    assert_eq!(inner.count("HP-Outer"), 0);
    let outside = Header::parse(&made.outer);
    let read = ProtectedHeaders::of(tree.root(), &outside, Cover::Signed);
    assert!(
        read.fields
            .iter()
            .all(|f| f.outer == OuterValue::Same && f.protection == FieldProtection::SignedOnly)
    );
    assert!(read.outer_only.is_empty());
    assert_eq!(outside.text("Subject").unwrap().raw(), "Über den Vertrag");
}

#[test]
fn an_unprotected_letter_says_nothing_about_protection() {
    let made = make(&with_attachment(), Mode::Plain);
    let message = made.plain_message();
    let all = string(&message);
    assert!(
        !all.contains("hp=") && !all.contains("HP-Outer") && !all.contains("protected-headers")
    );
    let back = Draft::from_bytes(&message).unwrap();
    assert_eq!(back.subject, "Über den Vertrag");
    assert_eq!(back.body, letter().body);
    assert_eq!(back.attachments, with_attachment().attachments);
}

#[test]
fn rule_41_bcc_stands_in_no_copy() {
    for mode in [Mode::Sealed, Mode::SignOnly, Mode::Plain] {
        let made = make(&with_attachment(), mode);
        let all = format!("{}{}", string(&made.outer), string(&made.inner)).to_ascii_lowercase();
        for word in ["bcc", "erin", "hidden.example"] {
            assert!(!all.contains(word), "{mode:?}: {word}");
        }
        assert_eq!(made.recipients.bcc.len(), 1);
    }
}

#[test]
fn rule_47_attachment_names_stand_inside_only() {
    let made = make(&with_attachment(), Mode::Sealed);
    assert!(!string(&made.outer).contains("geheim") && !string(&made.outer).contains("pdf"));
    let tree = Tree::parse(&made.inner).unwrap();
    let content = Content::of(tree.root(), true);
    assert_eq!(content.attachments[0].name.raw(), "geheim — plan.pdf");
    assert_eq!(content.attachments[0].size, 100_000);
}

#[test]
fn the_text_arrives_whole_and_nothing_in_it_is_at_risk() {
    for mode in [Mode::Sealed, Mode::SignOnly, Mode::Plain] {
        for text in [
            "ends in a dot\n.\n",
            "bare\rcr and\nlf and\r\ncrlf",
            "",
            "\n\n\n",
            "From the start\n>From\n-- \nBob",
            &"x".repeat(2000),
            "--=_1_07070707070707070707070707070707\n",
        ] {
            let mut draft = letter();
            draft.body = text.to_owned();
            for attached in [false, true] {
                if attached {
                    draft.attachments = with_attachment().attachments;
                }
                let made = make(&draft, mode);
                for line in made.inner.split(|b| *b == b'\n') {
                    let line = line.strip_suffix(b"\r").unwrap_or(line);
                    assert!(line.len() <= 98 && line.is_ascii(), "{:?}", string(line));
                    assert!(line != b"." && !line.starts_with(b"From ") && !line.contains(&b'\r'));
                    assert!(
                        !matches!(line.last(), Some(b' ' | b'\t')),
                        "{:?}",
                        string(line)
                    );
                }
                let tree = Tree::parse(&made.inner).unwrap();
                let content = Content::of(tree.root(), true);
                let expected = text.replace("\r\n", "\n").replace('\r', "\n");
                assert_eq!(content.text, expected);
            }
        }
    }
}

#[test]
fn a_stored_draft_comes_back_exactly() {
    let mut draft = with_attachment();
    draft.to = "bob@example.org, half ty".to_owned();
    draft.cc = "\"unclosed <x\n".to_owned();
    draft.body = "a\r\nb\rc \n\0".to_owned();
    draft.subject = " two\nlines ".to_owned();
    draft.from = Some(alice());
    let bytes = draft.to_bytes();
    assert!(Draft::from_bytes(bytes.expose()).unwrap() == draft);
    for end in stored::MAGIC.len()..2_000 {
        let cut = Draft::from_bytes(&bytes.expose()[..end]);
        assert_eq!(cut.unwrap_err(), DraftProblem::Damaged);
    }
    let empty = Draft::default();
    assert!(Draft::from_bytes(empty.to_bytes().expose()).unwrap() == empty);
    assert!(matches!(
        empty.recipients(),
        Err(DraftProblem::NoRecipients)
    ));
    assert!(matches!(
        draft.recipients(),
        Err(DraftProblem::BadRecipient { .. })
    ));
}

#[test]
fn drafts_are_read_from_messages_with_any_line_ends() {
    let message = "From: Alice <alice@example.org>\nTo: =?utf-8?q?B=C3=B6b=2C_B=2E?= <bob@example.org>,\n carol@example.net\n\
Bcc: Erin <erin@hidden.example>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nIn-Reply-To: <1@x>\nReferences: <0@x> <1@x>\n\
User-Agent: Something\n\nHello\n\nyou\n";
    for message in [message.to_owned(), message.replace('\n', "\r\n")] {
        let draft = Draft::from_bytes(message.as_bytes()).unwrap();
        assert_eq!(
            draft.from.as_ref().unwrap().address.as_str(),
            "alice@example.org"
        );
        assert_eq!(draft.to, "\"Böb, B.\" <bob@example.org>, carol@example.net");
        assert_eq!(
            (draft.subject.as_str(), draft.body.as_str()),
            ("Grüße", "Hello\n\nyou\n")
        );
        assert_eq!(draft.references, ["0@x", "1@x"]);
        let recipients = draft.recipients().unwrap();
        assert_eq!(
            (
                recipients.to.len(),
                recipients.cc.len(),
                recipients.bcc.len()
            ),
            (2, 0, 1)
        );
        assert_eq!(recipients.to[0].name.as_ref().unwrap().raw(), "Böb, B.");
    }
    let none = Draft::from_bytes(b"To: bob@example.org\n\nx").unwrap();
    assert_eq!(
        (none.from, none.subject.as_str(), none.body.as_str()),
        (None, "", "x")
    );
}

#[test]
fn html_alone_is_kept_and_beside_plain_text_it_goes() {
    let alone =
        Draft::from_bytes(b"To: b@example.org\nContent-Type: text/html\n\n<p>Hi</p>\n").unwrap();
    assert_eq!(
        (alone.html.as_deref(), alone.body.as_str()),
        (Some("<p>Hi</p>\n"), "")
    );
    let made = make(&alone, Mode::Sealed);
    let tree = Tree::parse(&made.inner).unwrap();
    assert_eq!(tree.root().media(), "text/html");
    let both = Draft::from_bytes(
        b"To: b@example.org\nContent-Type: multipart/alternative; boundary=a\n\n--a\n\nplain\n--a\n\
Content-Type: text/html\n\n<p>rich</p>\n--a--\n",
    )
    .unwrap();
    assert_eq!((both.html, both.body.as_str()), (None, "plain"));
}

#[test]
fn what_is_no_draft_is_refused_by_name() {
    let problem = |bytes: &[u8]| Draft::from_bytes(bytes).unwrap_err();
    assert_eq!(problem(b""), DraftProblem::NotADraft);
    assert_eq!(problem(b"\x00\x01\x02 binary"), DraftProblem::NotADraft);
    for sealed in [
        "To: b@x.org\nContent-Type: multipart/encrypted; boundary=a\n\n--a\n\nx\n--a--\n",
        "To: b@x.org\nContent-Type: multipart/signed; boundary=a\n\n--a\n\nx\n--a--\n",
        "To: b@x.org\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx",
        "To: b@x.org\n\n-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----\n",
        "To: b@x.org\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/signed; boundary=a\n\n--a\n\nx\n--a--\n--m--\n",
    ] {
        assert_eq!(
            problem(sealed.as_bytes()),
            DraftProblem::AlreadySealed,
            "{sealed}"
        );
    }
    let quoted =
        Draft::from_bytes(b"To: b@x.org\n\nlook:\n-----BEGIN PGP MESSAGE-----\nx\n").unwrap();
    assert!(quoted.body.contains("BEGIN PGP"));
    assert!(matches!(
        problem(b"From: a@x.org, b@x.org\nTo: c@x.org\n\nx"),
        DraftProblem::BadSender(_)
    ));
    let deep = "Content-Type: message/rfc822\n\n".repeat(100);
    assert!(matches!(
        problem(deep.as_bytes()),
        DraftProblem::Unreadable(_)
    ));
    let bad = Draft::from_bytes(b"To: bob, c@x.org\n\nx").unwrap();
    let Err(DraftProblem::BadRecipient { typed, .. }) = bad.recipients() else {
        panic!("{:?}", bad.recipients());
    };
    assert_eq!(typed.raw(), "bob");
    assert_eq!(
        Draft::from_bytes(b"Subject: x\n\nx").unwrap().recipients(),
        Err(DraftProblem::NoRecipients)
    );
}

#[test]
fn an_attachment_is_never_taken_for_a_layer_or_a_part_of_the_structure() {
    for media in [
        "application/pkcs7-mime",
        "multipart/encrypted; boundary=x",
        "message/rfc822",
        "text/plain\r\nX: y",
        "",
        "text/html",
        "text/plain",
    ] {
        let mut draft = letter();
        draft.attachments.push(Attachment {
            name: String::new(),
            media_type: media.to_owned(),
            bytes: b"-----BEGIN PGP MESSAGE-----".to_vec().into(),
        });
        let made = make(&draft, Mode::Sealed);
        let tree = Tree::parse(&made.inner).unwrap();
        let content = Content::of(tree.root(), true);
        assert_eq!(
            (content.attachments.len(), content.errant.len()),
            (1, 0),
            "{media}"
        );
        assert_eq!(tree.parts().count(), 3);
        assert_eq!(content.text, letter().body);
    }
}

#[test]
fn an_attached_message_is_attached_whole() {
    let message = "To: b@x.org\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\nsee\n--m\n\
Content-Type: message/rfc822\n\nSubject: inner\n\nGr\u{fc}\u{df}e\n--m--\n";
    let draft = Draft::from_bytes(message.as_bytes()).unwrap();
    assert_eq!(draft.attachments.len(), 1);
    assert_eq!(
        draft.attachments[0].bytes.as_slice(),
        "Subject: inner\n\nGr\u{fc}\u{df}e".as_bytes()
    );
    let made = make(&draft, Mode::SignOnly);
    assert!(made.inner.is_ascii());
    let tree = Tree::parse(&made.inner).unwrap();
    assert_eq!(tree.oddities().count(), 0);
    let attached = tree.root().child(1).unwrap();
    assert_eq!(
        attached.decoded().bytes,
        draft.attachments[0].bytes.as_slice()
    );
}

/// Random letters, the same ones in each run: whatever is written arrives, and nothing else.
#[test]
fn any_letter_arrives_as_it_was_written() {
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    let pieces = [
        "a",
        "word ",
        "From ",
        ".",
        "\n",
        "\r",
        "\r\n",
        " ",
        "\t",
        "=",
        "=?utf-8?q?",
        "?=",
        "ü",
        "你",
        "🙂",
        "--",
        "-- \n",
        "\"",
        "\\",
        "<",
        ">",
        ",",
        ";",
        ":",
        "(",
        ")",
        "@",
        "\u{202e}",
        "\u{7}",
        "\0",
        "x".repeat(90).leak(),
        "%",
        "'",
        "*",
    ];
    for _ in 0..1_000 {
        let mut text = |most: usize| -> String {
            (0..random(most))
                .map(|_| pieces[random(pieces.len())])
                .collect()
        };
        let (name, subject, body, file) = (text(8), text(12), text(60), text(8));
        let to = Mailbox::named(&name, Address::parse("bob@example.org").unwrap());
        let draft = Draft {
            to: typed_list(std::slice::from_ref(&to)),
            subject: subject.clone(),
            body: body.clone(),
            attachments: vec![Attachment {
                name: file,
                media_type: "text/plain".to_owned(),
                bytes: body.as_bytes().to_vec().into(),
            }],
            ..Draft::default()
        };
        for mode in [Mode::Sealed, Mode::SignOnly] {
            let made = make(&draft, mode);
            let tree = Tree::parse(&made.inner).unwrap();
            assert_eq!(tree.oddities().count(), 0);
            let content = Content::of(tree.root(), true);
            assert_eq!(content.text, body.replace("\r\n", "\n").replace('\r', "\n"));
            assert_eq!(content.attachments.len(), 1);
            let attached = tree.part(content.attachments[0].index).unwrap();
            assert_eq!(&*attached.decoded().bytes, body.as_bytes());
            let header = tree.root().header();
            let words = |text: &str| -> Vec<String> {
                text.split(|c: char| c.is_whitespace() || c.is_control())
                    .filter(|w| !w.is_empty())
                    .map(str::to_owned)
                    .collect()
            };
            assert_eq!(
                words(header.text("Subject").unwrap().raw()),
                words(&subject)
            );
            let back = header.addresses("To");
            assert_eq!(
                (back.mailboxes.len(), back.unreadable.len()),
                (1, 0),
                "{name:?}"
            );
            assert_eq!(back.mailboxes[0].address, to.address);
            let names: Vec<&str> = header.fields().iter().map(|f| f.name).collect();
            let expected = match mode {
                Mode::Sealed => 12,
                _ => 7,
            };
            assert_eq!(names.len(), expected, "{names:?}");
        }
    }
}
