use super::*;

fn printout(text: &str) -> Printout {
    Printout {
        verdict: vec![
            "Written by bob@example.org. Sealed for you.".to_owned(),
            "It was signed, and only those it is sealed for can read it.".to_owned(),
        ],
        headers: vec![
            ("From".to_owned(), "Bob <bob@example.org>".to_owned()),
            ("Subject".to_owned(), "Plans\u{202E}fdp.exe".to_owned()),
        ],
        text: text.to_owned(),
        attachments_title: "Attachments".to_owned(),
        attachments: vec!["drawing.pdf (12 kB)".to_owned()],
        page: ("Page".to_owned(), "of".to_owned()),
        cut: "The rest is left out.".to_owned(),
    }
}

/// The text of a PDF as poppler reads it.
fn read_back(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.pdf");
    std::fs::write(&path, pdf).unwrap();
    let out = std::process::Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8"])
        .arg(&path)
        .arg("-")
        .output()
        .expect("pdftotext of poppler-utils is installed");
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn a_letter_on_paper_holds_verdict_headers_text_attachments_and_page_numbers() {
    let text = "Dear Ada,\n\nGrüße aus Αθήνα, Привет -> != ===.\n名\u{200B}x\n";
    let made = pdf(&printout(text), &Watch::default()).unwrap();
    let read = read_back(&made);
    for wanted in [
        "Written by bob@example.org. Sealed for you.",
        "It was signed, and only those it is sealed for can read it.",
        "Bob <bob@example.org>",
        "Plans\\u{202E}fdp.exe",
        "Dear Ada,",
        "Grüße aus Αθήνα, Привет -> != ===.",
        "\\u{540D}\\u{200B}x",
        "Attachments",
        "drawing.pdf (12 kB)",
        "Page 1 of 1",
    ] {
        assert!(read.contains(wanted), "{wanted:?} in {read}");
    }
}

#[test]
fn long_letters_have_many_numbered_pages_and_an_end() {
    let text: String = (0..200)
        .map(|n| format!("line {n} {}\n", "word ".repeat(60)))
        .collect();
    let read = read_back(&pdf(&printout(&text), &Watch::default()).unwrap());
    assert!(read.contains("Page 2 of "), "{read}");
    assert!(read.contains("line 199 word"));
    let sheets = read.matches("Page ").count();
    assert!(read.contains(&format!("Page {sheets} of {sheets}")));
    // Far more than anybody prints ends within the bound, and says so.
    let faces = Faces::new().unwrap();
    let endless = printout(&"x\n".repeat(1_000_000));
    let pages = layout::sheets(&endless, &faces, &Watch::default()).unwrap();
    assert!(pages.len() <= PAGES + 1);
}

#[test]
fn printing_stops_when_it_is_cancelled() {
    let watch = Watch::default();
    watch.cancel.cancel();
    let stopped = pdf(&printout("x"), &watch);
    assert_eq!(stopped.err(), Some(Failure::Cancelled));
}
