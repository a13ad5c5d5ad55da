//! Letters that are sealed for a password, as gpg and openssl make them.

use crate::gnupg::Gpg;
use crate::wax::Wax;

const ENTITY: &str = "Content-Type: text/plain\r\n\r\nThe safe is open.\r\n";

/// What gpg seals for a password, in PGP/MIME.
fn by_gpg(password: &str) -> String {
    let gpg = Gpg::new(None);
    let passphrase = format!("--passphrase={password}");
    let line = [
        "--pinentry-mode=loopback",
        &passphrase,
        "--armor",
        "--symmetric",
    ];
    let block = String::from_utf8(gpg.run(&line, ENTITY.as_bytes())).unwrap();
    format!(
        "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: The safe\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n\
         --b\r\nContent-Type: application/octet-stream\r\n\r\n{block}\r\n--b--\r\n"
    )
}

/// What openssl seals for a password.
fn by_openssl(wax: &Wax, password: &str) -> Vec<u8> {
    let entity = wax.file("entity", ENTITY);
    let output = std::process::Command::new("openssl")
        .args([
            "cms",
            "-encrypt",
            "-aes256",
            "-binary",
            "-in",
            &entity,
            "-pwri_password",
            password,
        ])
        .args([
            "-from",
            "bob@example.org",
            "-to",
            "alice@example.org",
            "-subject",
            "The safe",
        ])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl: {told}");
    output.stdout
}

#[test]
fn a_letter_for_a_password_opens_with_it_and_with_no_other() {
    let wax = Wax::new();
    let right = wax.file("right", "open sesame\n");
    let wrong = wax.file("wrong", "close sesame\n");
    for (letter, scheme) in [
        (by_gpg("open sesame").into_bytes(), "openpgp"),
        (by_openssl(&wax, "open sesame"), "smime"),
    ] {
        let letter = wax.file("letter.eml", letter);
        let opened = wax.json(&["open", &letter, "--message-password-file", &right]);
        let text = opened["payload"]["text"].as_str().unwrap();
        assert_eq!(text.trim_end(), "The safe is open.", "{opened:#}");
        assert_eq!(opened["scheme"], scheme);
        // Whoever has the password may have written it: nobody is vouched for.
        assert!(opened["signer"].is_null());
        assert_ne!(opened["summary"], "confidential");

        for line in [
            vec!["open", &letter, "--message-password-file", &wrong],
            vec!["open", &letter],
        ] {
            assert_eq!(wax.error(&line), "cannot-decrypt", "{scheme}");
        }
        let (_, failed) = wax.outcome(&["open", &letter]);
        assert!(!failed.to_string().contains("safe is open"));
        let draft = wax
            .run(&["reply", &letter, "--message-password-file", &right])
            .stdout;
        let draft = String::from_utf8(draft).unwrap();
        assert!(draft.contains("X-Waxwing-Sealed-Only: yes"), "{draft}");
        // What nothing protects from being altered is not quoted (rule 33): CMS has no more here.
        let quoted = draft.contains("> The safe is open.");
        assert_eq!(quoted, scheme == "openpgp", "{draft}");
    }
}
