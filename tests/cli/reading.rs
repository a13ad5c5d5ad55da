//! Answering, printing and reading what came with a letter, by `wax` alone.

use crate::wax::Wax;
use std::process::Command;

const LETTER: &str = "From: alice@example.org\nTo: alice@example.org\nSubject: The secret plan\n\
    \nThe old mill at nine o'clock.\n";

fn alice() -> Wax {
    Wax::with_identity("Alice", "alice@example.org")
}

fn sealed(wax: &Wax) -> String {
    let draft = wax.file("letter.txt", LETTER);
    wax.json(&["seal", &draft, "-o", "sealed.eml"]);
    wax.path("sealed.eml").to_str().unwrap().to_owned()
}

#[test]
fn rule_31_an_answer_to_a_sealed_letter_leaves_sealed_or_not_at_all() {
    let wax = alice();
    let letter = sealed(&wax);
    let told = wax.json(&["reply", &letter, "--all", "-o", "answer.txt"]);
    assert_eq!(told["sealed_only"], true);
    assert_eq!(told["subject"], "Re: The secret plan");
    assert_eq!(told["to"], "alice@example.org");
    let answer = wax.path("answer.txt");
    let draft = std::fs::read_to_string(&answer).unwrap();
    assert!(draft.contains("> The old mill at nine o'clock."), "{draft}");
    let answer = answer.to_str().unwrap();
    wax.json(&["seal", answer, "-o", "answer.eml"]);
    let outside = std::fs::read_to_string(wax.path("answer.eml")).unwrap();
    assert!(
        !outside.contains("secret plan") && !outside.contains("X-Waxwing"),
        "{outside}"
    );
    let opened = wax.json(&["open", "answer.eml"]);
    assert_eq!(opened["summary"], "confidential");
    let fields = opened["headers"].as_array().unwrap();
    let named = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
    assert_eq!(named("Subject")["value"], "Re: The secret plan");
    assert!(
        named("In-Reply-To")["value"]
            .as_str()
            .unwrap()
            .contains('@')
    );
    // An account is asked for only after the draft was looked at.
    wax.run(&[
        "account",
        "add",
        "alice@example.org",
        "--host",
        "localhost",
        "--port",
        "1",
        "--password-file",
        "passphrase",
    ]);
    for way in ["--unprotected", "--sign-only"] {
        assert_eq!(wax.error(&["send", way, answer]), "answers-sealed");
    }
    // What is there already is not written over.
    assert_eq!(
        wax.error(&["reply", &letter, "-o", "answer.txt"]),
        "file-exists"
    );
}

#[test]
fn an_answer_to_an_open_letter_may_leave_openly_and_goes_to_standard_output() {
    let wax = alice();
    let letter = wax.file(
        "open.eml",
        "From: Bob <bob@example.org>\r\nTo: alice@example.org, carol@example.org\r\n\
         Subject: Lunch\r\nMessage-ID: <1@example.org>\r\n\r\nAt one?\u{202e}\r\n",
    );
    let output = wax.run(&["reply", &letter, "--all"]);
    assert!(output.status.success());
    let draft = String::from_utf8(output.stdout).unwrap();
    for line in ["In-Reply-To: <1@example.org>", "Subject: Re: Lunch"] {
        assert!(draft.contains(line), "{line} in {draft}");
    }
    assert!(draft.contains("bob@example.org") && draft.contains("carol@example.org"));
    assert!(draft.contains("At one?") && !draft.contains('\u{202e}'));
    assert!(!draft.contains("X-Waxwing"));
    let document = wax.json(&["reply", &letter]);
    assert_eq!(document["sealed_only"], false);
    assert!(document["message"].as_str().unwrap().contains("Re: Lunch"));
    // A time is judged by for replies too, and for nothing else that writes.
    let at = ["reply", &letter, "--at", "2026-05-03T10:00:00Z"];
    assert!(wax.run(&at).status.success());
}

#[test]
fn a_letter_is_printed_with_its_verdict_and_nothing_is_written_over() {
    let wax = alice();
    let letter = sealed(&wax);
    let opened = wax.json(&["open", &letter, "--pdf", "letter.pdf"]);
    assert_eq!(opened["saved"][0], "letter.pdf");
    let read = Command::new("pdftotext")
        .args(["-layout", "letter.pdf", "-"])
        .current_dir(wax.path(""))
        .output()
        .expect("pdftotext of poppler-utils is installed");
    let text = String::from_utf8(read.stdout).unwrap();
    for line in [
        "Written by alice@example.org.",
        "The secret plan",
        "The old mill at nine o'clock.",
        "Page 1 of 1",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert_eq!(
        wax.error(&["open", &letter, "--pdf", "letter.pdf"]),
        "file-exists"
    );
}

#[test]
fn rule_19_a_dangerous_name_is_warned_about_in_words() {
    let wax = Wax::new();
    let letter = wax.file(
        "files.eml",
        "From: eve@example.net\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n\
         --b\r\nContent-Type: application/pdf; name=\"../invoice.pdf.exe\"\r\n\
         Content-Disposition: attachment\r\n\r\nMZ\r\n--b--\r\n",
    );
    let opened = wax.json(&["open", &letter, "--save", "files"]);
    let cautions = opened["cautions"].as_array().unwrap();
    let named = cautions
        .iter()
        .find(|c| c["code"] == "dangerous-name")
        .unwrap();
    let text = named["text"].as_str().unwrap();
    assert!(
        text.contains("opening it runs it") && text.contains("second ending"),
        "{text}"
    );
    assert!(wax.path("files").join("invoice.pdf.exe").is_file());
    assert!(!wax.path("invoice.pdf.exe").exists());
}
