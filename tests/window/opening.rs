//! Letters that come in by drop, and letters that a password opens.

use super::*;
use sequoia_openpgp::serialize::stream::{Armorer, Encryptor, LiteralWriter, Message};
use std::io::Write as _;
use std::path::Path;

/// A file as the system hands it over when it is let go over the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|why| why.to_string())
    }
}

impl Desktop {
    /// Lets a file go over the window.
    fn let_go(&mut self, path: PathBuf) {
        let file: egui::DroppedFileHandle = Arc::new(Dropped(path));
        self.harness.input_mut().dropped_files.push(file);
        self.harness.step();
    }
}

fn letter(folder: &Path, name: &str, subject: &str) -> PathBuf {
    let path = folder.join(name);
    let text = format!("From: bob@example.org\r\nSubject: {subject}\r\n\r\nHello.\r\n");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_letter_that_is_dropped_is_read_and_its_text_is_on_screen() {
    let folder = tempfile::tempdir().unwrap();
    let mut desktop = Desktop::open();
    desktop.skip_first_start();
    desktop.press(Role::Tab, "Read");
    desktop.until(Role::Heading, "Read");
    for name in ["first.eml", "second.eml"] {
        let path = letter(folder.path(), name, &format!("Dropped {name}"));
        desktop.let_go(path);
        desktop.until_words(&format!("Dropped {name}"));
        desktop.until(Role::Image, "Not protected");
    }
    // A file that is gone by then is said to be.
    desktop.let_go(folder.path().join("gone.eml"));
    desktop.until_words("There is no file");
}

/// A letter that is sealed for a password alone.
fn sealed_for(password: &str) -> Vec<u8> {
    let mut block = Vec::new();
    let message = Armorer::new(Message::new(&mut block)).build().unwrap();
    let message = Encryptor::with_passwords(message, [password])
        .build()
        .unwrap();
    let mut literal = LiteralWriter::new(message).build().unwrap();
    literal
        .write_all(b"Content-Type: text/plain\r\n\r\nThe safe is open.\r\n")
        .unwrap();
    literal.finalize().unwrap();
    let block = String::from_utf8(block).unwrap();
    format!(
        "From: bob@example.org\r\nSubject: The safe\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n\
         --b\r\nContent-Type: application/octet-stream\r\n\r\n{block}\r\n--b--\r\n"
    )
    .into_bytes()
}

#[test]
fn a_letter_for_a_password_asks_for_it_and_opens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("safe.eml");
    std::fs::write(&path, sealed_for("open sesame")).unwrap();
    for (password, shown) in [
        ("open sesame", "The safe is open."),
        ("close sesame", "could not be opened"),
    ] {
        let mut desktop = Desktop::open_with(Some(path.clone()));
        desktop.until_words("This letter is sealed for a password");
        desktop.write(Role::PasswordInput, "Password of the letter", password);
        desktop.press(Role::Button, "Open the letter");
        desktop.until_words(shown);
    }
}

#[test]
fn a_signed_report_is_written_and_checked_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = letter(folder.path(), "claim.eml", "A claim");
    let report = folder.path().join("report.json");
    let mut desktop = Desktop::open();
    desktop.write(Role::TextInput, "Your name", "Ada Lovelace");
    desktop.write(Role::TextInput, "Your mail address", "ada@example.org");
    desktop.press(Role::Button, "Next");
    desktop.press(Role::Button, "Make my key");
    desktop.until(Role::Heading, "Your key is ready");
    desktop.press(Role::Button, "Skip");
    desktop.press(Role::Tab, "Read");
    desktop.until(Role::Heading, "Read");
    desktop.let_go(path);
    desktop.until_words("A claim");
    // What is remembered of it makes the list, which moves the letter aside.
    desktop.until(Role::Button, "Forget all that was opened");
    desktop.press(Role::Button, "Save…");
    desktop.press(Role::Button, "Signed report (.json)…");
    let to = report.to_str().unwrap();
    desktop.write(Role::TextInput, "Path to write the report to", to);
    desktop.press(Role::Button, "Write");
    desktop.until_words("Saved as");
    desktop.let_go(report.clone());
    desktop.until_words("This report holds. It is your own.");
    desktop.until_words("was not compared");
    desktop.press(Role::Button, "Compare with the open letter");
    desktop.until_words("The message is the same, and reads as the report says.");
    desktop.press(Role::Button, "Close");
    // One word of it changed, and it is nobody's.
    let text = std::fs::read_to_string(&report).unwrap();
    std::fs::write(&report, text.replace("A claim", "A proof")).unwrap();
    desktop.let_go(report);
    desktop.until_words("The signature of this report does not hold.");
}

#[test]
fn an_mbox_fills_the_list_and_is_filtered_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.mbox");
    let letters: String = (0..300)
        .map(|n| {
            format!(
                "From x@y.example Sun May  3 10:00:00 2026\nFrom: Bob <bob{n}@example.org>\n\
                 Subject: Number {n}\nContent-Type: text/html\n\nText {n}<b hidden>x</b>\n\n"
            )
        })
        .collect();
    std::fs::write(&path, letters).unwrap();
    let mut desktop = Desktop::open();
    desktop.skip_first_start();
    desktop.press(Role::Tab, "Read");
    desktop.until(Role::Heading, "Read");
    desktop.let_go(path);
    desktop.until_words("300 letters");
    desktop.write(Role::TextInput, "Find among the letters", "number 277");
    desktop.until_words("Number 277");
    let row = desktop.whole_name("Bob <bob277@example.org>, Number 277");
    desktop.press(Role::ListBoxOption, &row);
    desktop.until_words("Text 277");
    desktop.until(Role::Image, "Not protected");
    desktop.press(Role::RadioButton, "Signed");
    desktop.until_words("No letter matches.");
    desktop.press(Role::RadioButton, "Odd");
    desktop.until_words("Number 277");
    desktop.press(Role::Button, "Close the letters of this file");
    desktop.until_words("Open a letter that you saved as a file");
}

#[test]
fn the_training_asks_about_each_letter_and_tells_what_gave_it_away() {
    let mut desktop = Desktop::open();
    desktop.press(Role::Button, "Practise first");
    desktop.until_words("The subject is hidden");
    desktop.press(Role::Tab, "Read");
    desktop.until(Role::Heading, "Read");
    desktop.press(Role::Button, "Spot the trick");
    // An address that looks like the partner's comes first; the person believes it.
    desktop.until_words("is it what it says?");
    desktop.until_words("I am on the road");
    desktop.press(Role::Button, "It is fine");
    desktop.until_words("Not quite.");
    desktop.until_words("The address was not Pia's.");
    desktop.until_words("0 of 1 right");
    desktop.press(Role::Tab, "Route");
    desktop.until_words("looks like practice.invalid");
    for (words, press, told) in [
        ("rent to my new account", "Something is wrong", "not by Pia"),
        ("shall we meet at ten", "It is fine", "was what it said"),
        (
            "A short yes will do",
            "Something is wrong",
            "not to be seen",
        ),
        ("quote it whole", "Something is wrong", "old sealed letter"),
        (
            "Your invoice is attached",
            "Something is wrong",
            "was a program",
        ),
    ] {
        desktop.press(Role::Button, "Next letter");
        desktop.until_words(words);
        desktop.press(Role::Button, press);
        desktop.until_words("You saw it.");
        desktop.until_words(told);
    }
    desktop.until_words("5 of 6 right");
    desktop.press(Role::Button, "Stop training");
    desktop.until(Role::Button, "Spot the trick");
}
