use super::*;
use crate::compose::{Circumstances, DraftProblem, Mode, Payload, payload};
use crate::mime::{Cover, Header, ProtectedHeaders, Tree};

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

fn own() -> Vec<Mailbox> {
    vec![mailbox("Ada <ada@example.org>")]
}

fn thread(header: &str) -> Thread {
    let header = header.replace('\n', "\r\n");
    let header = Header::parse(header.as_bytes());
    Thread::of(&header, &ProtectedHeaders::unprotected(&header).fields)
}

fn sealed_letter() -> Thread {
    thread(
        "From: Bob <bob@example.org>\nTo: ada@example.org, Carol <carol@example.org>\n\
         Cc: dan@example.org, BOB@example.org\nSubject: Re: RE: Plans\n\
         Date: Sun, 03 May 2026 14:05:00 +0000\nMessage-ID: <3@example.org>\n\
         In-Reply-To: <2@example.org>\nReferences: <1@example.org> <2@example.org>\n",
    )
}

fn answer(thread: &Thread, text: Option<&str>, decrypted: bool, all: bool) -> Draft {
    let answered = Answered {
        thread,
        text,
        decrypted,
    };
    reply(answered, &own(), all)
}

fn made(draft: &Draft, mode: Mode) -> Result<Payload, DraftProblem> {
    let circumstances = Circumstances {
        mode,
        sender: &own()[0],
        now: "2026-05-03T15:00:00Z".parse().unwrap(),
        message_id: "new@example.org",
        seed: [7; 16],
        protected_headers_v1: true,
    };
    payload(draft, &circumstances)
}

#[test]
fn a_reply_goes_to_the_author_and_a_reply_to_all_to_everybody_once() {
    let letter = sealed_letter();
    let one = answer(&letter, Some("Hello\n"), true, false);
    assert_eq!(one.to, "Bob <bob@example.org>");
    assert_eq!(one.cc, "");
    assert_eq!(one.subject, "Re: Plans");
    assert_eq!(one.in_reply_to, ["3@example.org"]);
    let thread = ["1@example.org", "2@example.org", "3@example.org"];
    assert_eq!(one.references, thread);
    assert_eq!(one.from, Some(mailbox("Ada <ada@example.org>")));
    let all = answer(&letter, None, true, true);
    assert_eq!(all.to, "Bob <bob@example.org>");
    assert_eq!(all.cc, "Carol <carol@example.org>, dan@example.org");
    let mut own = sealed_letter();
    own.from = vec![mailbox("ada@example.org")];
    let on = answer(&own, None, true, false);
    assert_eq!(on.to, "ada@example.org, Carol <carol@example.org>");
}

#[test]
fn rule_31_what_answers_a_decrypted_letter_stays_sealed_whoever_it_goes_to() {
    let letter = sealed_letter();
    let mut draft = answer(&letter, Some("secret"), true, false);
    draft.to = "mallory@example.net".to_owned();
    draft.cc = "x@example.net".to_owned();
    for mode in [Mode::Plain, Mode::SignOnly] {
        assert_eq!(made(&draft, mode).err(), Some(DraftProblem::AnswersSealed));
    }
    assert!(made(&draft, Mode::Sealed).is_ok());
    // At rest and as a file it is the same draft.
    let rested = Draft::from_bytes(draft.to_bytes().expose()).unwrap();
    assert!(rested.sealed_only);
    let file = Draft::from_bytes(&draft.to_reply_file().unwrap()).unwrap();
    assert_eq!(
        made(&file, Mode::Plain).err(),
        Some(DraftProblem::AnswersSealed)
    );
    assert_eq!(file.body.trim(), draft.body.trim());
    assert_eq!(file.references, draft.references);
    // What everybody could read may be answered so.
    assert!(!answer(&letter, Some("open"), false, false).sealed_only);
}

#[test]
fn rule_32_going_plain_takes_quote_subject_and_hidden_thread_along() {
    let mut letter = sealed_letter();
    letter.hidden = vec!["message-id".to_owned()];
    let text = "Meet at the old mill at nine.\nBye\n";
    let mut draft = answer(&letter, Some(text), true, false);
    // Some of the quote was copied up without its mark.
    draft.body = format!(
        "I agree: fine.\nMeet at the old mill at nine.{}",
        draft.body
    );
    let plain = draft.without_what_it_answers();
    assert!(!plain.body.contains("mill"), "{}", plain.body);
    assert!(!plain.body.contains("wrote"), "{}", plain.body);
    assert!(plain.body.starts_with("I agree: fine."));
    assert_eq!(plain.subject, "");
    assert!(plain.in_reply_to.is_empty() && plain.references.is_empty());
    let sent = made(&plain, Mode::Plain).unwrap().plain_message();
    assert!(!String::from_utf8_lossy(&sent).contains("3@example.org"));
    assert_eq!(plain.to, draft.to);
}

#[test]
fn rule_33_without_covered_text_there_is_no_quote() {
    assert_eq!(answer(&sealed_letter(), None, true, false).body, "");
}

#[test]
fn rule_34_a_quote_is_plain_text_in_which_nothing_acts_or_hides() {
    let text = "Hi\u{202E}Ada\u{200B}\u{1b}[31m\r\n> old\r\n\r\nBye  \r\n-- \r\nBob\r\n";
    let draft = answer(&sealed_letter(), Some(text), false, false);
    assert_eq!(
        draft.body,
        "\n\nbob@example.org wrote on 2026-05-03:\n\
         > Hi\\u{202E}Ada\\u{200B}\\u{001B}[31m\n>> old\n>\n> Bye\n"
    );
    let long = "x".repeat(QUOTE_BYTES + 10);
    let draft = answer(&sealed_letter(), Some(&long), false, false);
    assert!(draft.body.ends_with("> […]\n"));
    assert!(draft.body.len() < QUOTE_BYTES + 200);
}

#[test]
fn rule_35_what_was_hidden_is_hidden_again() {
    let inner = "From: Bob <bob@example.org>\r\nTo: ada@example.org\r\nCc: carol@example.org\r\n\
                 Subject: Plans\r\nMessage-ID: <secret@example.org>\r\n\
                 HP-Outer: From: Bob <bob@example.org>\r\nHP-Outer: To: ada@example.org\r\n\
                 HP-Outer: Subject: [...]\r\n\
                 Content-Type: text/plain; hp=\"cipher\"\r\n\r\nHello\r\n";
    let outer = "From: Bob <bob@example.org>\r\nTo: ada@example.org\r\nSubject: [...]\r\n\
                 Reply-To: eve@example.net\r\nMessage-ID: <outside@example.org>\r\n\
                 References: <outside@example.org>\r\n";
    let tree = Tree::parse(inner.as_bytes()).unwrap();
    let outer = Header::parse(outer.as_bytes());
    let fields = ProtectedHeaders::of(tree.root(), &outer, Cover::SignedAndEncrypted).fields;
    let letter = Thread::of(&tree.root().header(), &fields);
    let draft = answer(&letter, Some("Hello"), true, true);
    // Nothing that stands outside only is used.
    assert_eq!(draft.to, "Bob <bob@example.org>");
    assert_eq!(draft.in_reply_to, ["secret@example.org"]);
    assert_eq!(draft.references, ["secret@example.org"]);
    let sealed = made(&draft, Mode::Sealed).unwrap();
    let outside = String::from_utf8(sealed.outer).unwrap();
    let inside = String::from_utf8(sealed.inner).unwrap();
    for hidden in ["secret@example.org", "carol@example.org", "Plans"] {
        assert!(!outside.contains(hidden), "{hidden}: {outside}");
        assert!(inside.contains(hidden), "{hidden}: {inside}");
    }
    assert!(!inside.contains("HP-Outer: Cc") && !inside.contains("HP-Outer: In-Reply-To"));
    assert!(inside.contains("HP-Outer: To: "), "{inside}");
    // A file cannot hide what must stand outside.
    let all = Draft {
        hidden: vec!["from".to_owned(), "date".to_owned()],
        ..draft
    };
    let outside = made(&all, Mode::Sealed).unwrap().outer;
    assert!(outside.starts_with(b"From: "));
}

#[test]
fn long_threads_and_odd_subjects_stay_within_bounds() {
    let mut letter = sealed_letter();
    letter.references = (0..500).map(|n| format!("{n}@example.org")).collect();
    letter.subject = format!("re:Re: \u{202E}{}", "x".repeat(20));
    let draft = answer(&letter, None, false, false);
    assert_eq!(draft.references.len(), REFERENCES);
    assert_eq!(draft.references[0], "0@example.org");
    assert_eq!(draft.references[REFERENCES - 1], "3@example.org");
    assert_eq!(draft.subject, format!("Re: \\u{{202E}}{}", "x".repeat(20)));
    let nobody = answer(&Thread::default(), Some("x"), false, true);
    assert_eq!((nobody.to.as_str(), nobody.subject.as_str()), ("", "Re: "));
}
