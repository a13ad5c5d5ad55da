//! One letter to people with OpenPGP and people with S/MIME: one send, two encodings.

use super::postfix::{Listener, Postfix};
use super::wax::armored;
use super::*;
use crate::smime::Office;

const CAROL: &str = "carol@test.invalid";
const DAVE: &str = "dave@test.invalid";
const ERIN: &str = "erin@test.invalid";
const TEXT: &str = "The room is booked.";

/// Somebody with gpg, whose key Alice has.
fn with_gpg(alice: &Wax, name: &str, address: &str) -> Gpg {
    let gpg = Gpg::new(None);
    gpg.generate(&format!("{name} <{address}>"), "default");
    let key = alice.file("key.asc", gpg.run(&["--armor", "--export", address], b""));
    alice.json(&["key", "import", &key]);
    gpg.run(&["--import"], &alice.run(&["key", "export", ALICE]).stdout);
    gpg
}

/// Somebody with openssl, whose certificate Alice has: its serial number in hexadecimal digits.
fn with_openssl(alice: &Wax, office: &Office, name: &str, address: &str) -> String {
    let (key, csr) = (format!("{name}.key"), format!("{name}.csr"));
    let subject = format!("/CN={name}");
    office.openssl(&[
        "req", "-new", "-nodes", "-newkey", "rsa:2048", "-keyout", &key, "-out", &csr, "-subj",
        &subject,
    ]);
    office.sign(name, address);
    let cert = office.path(&format!("{name}.pem"));
    let taken = alice.json(&["key", "import", cert.to_str().unwrap()]);
    assert_eq!(taken["imported"][0]["accepted_for"][0], address);
    let serial = office.openssl(&["x509", "-noout", "-serial", "-in", cert.to_str().unwrap()]);
    let serial = String::from_utf8(serial).unwrap();
    serial.trim().trim_start_matches("serial=").to_owned()
}

/// The one letter in a mailbox, with CRLF line ends as it travelled.
fn letter_of(server: &Postfix, user: &str) -> Vec<u8> {
    let letters = server.wait_for_letters(user, 1);
    let text = String::from_utf8(letters[0].clone()).unwrap();
    text.replace('\n', "\r\n").into_bytes()
}

/// Opens with openssl: the text inside, and to how many keys and to which serial numbers it is sealed.
fn opened_by_openssl(office: &Office, name: &str, letter: &[u8]) -> (String, String) {
    std::fs::write(office.path("letter.eml"), letter).unwrap();
    let (key, cert) = (format!("{name}.key"), format!("{name}.pem"));
    let inside = office.openssl(&[
        "cms",
        "-decrypt",
        "-in",
        "letter.eml",
        "-recip",
        &cert,
        "-inkey",
        &key,
    ]);
    let told = office.openssl(&["cms", "-cmsout", "-print", "-noout", "-in", "letter.eml"]);
    (
        String::from_utf8(inside).unwrap(),
        String::from_utf8(told).unwrap(),
    )
}

#[test]
fn rule_41_one_send_reaches_both_schemes_and_no_copy_names_anothers_bcc() {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::starttls(&good)]);
    let alice = Wax::new();
    alice.json(&["identity", "new", "Alice", ALICE, "--scheme", "both"]);
    use_server(&alice, &authority, "starttls", server.ports[0]);
    let office = Office::new();
    let (bob, dave) = (with_gpg(&alice, "Bob", BOB), with_gpg(&alice, "Dave", DAVE));
    let carols = with_openssl(&alice, &office, "carol", CAROL);
    let erins = with_openssl(&alice, &office, "erin", ERIN);
    let draft = alice.file(
        "draft.eml",
        format!("To: {BOB}, {CAROL}\nBcc: {DAVE}, {ERIN}\nSubject: Friday\n\n{TEXT}\n"),
    );
    let sent = alice.json(&["send", &draft]);
    assert_eq!(sent["state"], "sent", "{sent:#}");

    let letters: Vec<(&str, Vec<u8>)> = ["bob", "carol", "dave", "erin"]
        .into_iter()
        .map(|user| (user, letter_of(&server, user)))
        .collect();
    for (user, letter) in &letters {
        let outside = String::from_utf8_lossy(letter);
        assert!(
            !outside.contains(TEXT) && !outside.contains("Friday"),
            "{user}"
        );
        assert!(!outside.to_lowercase().contains("\nbcc:"), "{user}");
        for hidden in ["dave", "erin"] {
            // The server writes on each copy to whom it delivers it.
            let named = outside.to_lowercase().contains(hidden);
            assert_eq!(named, *user == hidden, "{user}: {outside}");
        }
    }
    let of = |user: &str| &letters.iter().find(|(known, _)| *known == user).unwrap().1;
    for (gpg, user) in [(&bob, "bob"), (&dave, "dave")] {
        let (inside, status) = gpg.decrypt(&armored(of(user)));
        assert!(
            status.contains("GOODSIG") && status.contains("DECRYPTION_OKAY"),
            "{status}"
        );
        let inside = String::from_utf8(inside).unwrap();
        assert!(inside.contains(TEXT), "{inside}");
        assert!(
            !inside.contains("dave") && !inside.contains("erin"),
            "{user}: {inside}"
        );
        // Its reader and its writer: nobody else's key is named.
        assert_eq!(status.matches("] ENC_TO ").count(), 2, "{user}: {status}");
    }
    for (user, serial, others) in [("carol", &carols, &erins), ("erin", &erins, &carols)] {
        let (inside, told) = opened_by_openssl(&office, user, of(user));
        assert!(inside.contains(TEXT), "{inside}");
        assert!(
            !inside.contains("dave") && !inside.contains("erin"),
            "{user}: {inside}"
        );
        let told = told.to_uppercase();
        assert_eq!(
            told.matches("D.KTRI").count() + told.matches("D.KARI").count(),
            2,
            "{told}"
        );
        assert!(
            told.contains(serial.as_str()) && !told.contains(others.as_str()),
            "{told}"
        );
    }
}
