//! S/MIME keys and certificates with real peers, both ways: openssl, NSS, gpgsm; and public vectors.

#[path = "support/gnupg.rs"]
mod gnupg;
#[path = "support/smime.rs"]
mod smime;
#[path = "support/x509_vectors.rs"]
mod vectors;
#[path = "support/wax.rs"]
mod wax;

use gnupg::Gpg;
use smime::{Gpgsm, Nss, Office};
use std::path::Path;
use wax::{Wax, armored};

/// What openssl can protect PKCS #12 with.
const OF_EVERY_AGE: &[&str] = &[
    "PBE-SHA1-RC2-40",
    "PBE-SHA1-RC2-128",
    "PBE-SHA1-RC4-40",
    "PBE-SHA1-RC4-128",
    "PBE-SHA1-3DES",
    "PBE-SHA1-2DES",
    "des-ede3-cbc",
    "rc2-cbc",
    "aes-128-cbc",
    "aes-192-cbc",
    "aes-256-cbc",
];

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Imports a file under a password: the certificates with a secret half.
fn import(wax: &Wax, file: &Path, password: &str) -> serde_json::Value {
    let password = wax.file("key-password", format!("{password}\n"));
    wax.json(&[
        "key",
        "import",
        text(file),
        "--key-password-file",
        &password,
    ])
}

fn secrets(report: &serde_json::Value) -> Vec<String> {
    let imported = report["imported"].as_array().unwrap().iter();
    imported
        .filter(|key| key["secret"] == true)
        .map(|key| key["fingerprint"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn pkcs12_of_every_age_is_read() {
    let office = Office::new();
    office.issue("alice", &["-newkey", "rsa:2048"]);
    for (number, algorithm) in OF_EVERY_AGE.iter().enumerate() {
        let file = format!("{algorithm}.p12");
        let more = ["-legacy", "-keypbe", algorithm, "-certpbe", algorithm];
        office.pkcs12("alice", &file, "geheim Ä", &more);
        let wax = Wax::new();
        let report = import(&wax, &office.path(&file), "geheim Ä");
        assert_eq!(secrets(&report).len(), 1, "{algorithm}: {report:#}");
        let mut own = report["imported"].as_array().unwrap().iter();
        let own = own.find(|key| key["secret"] == true).unwrap();
        assert_eq!(own["kind"], "smime");
        assert_eq!(own["accepted_for"][0], "alice@example.org");
        // The authority's certificate is here, and is no anchor and nobody's key.
        let mut other = report["imported"].as_array().unwrap().iter();
        let other = other.find(|key| key["secret"] == false).unwrap();
        assert_eq!(other["accepted_for"].as_array().unwrap().len(), 0);
        if number == 0 {
            let wrong = wax.file("wrong", "guess\n");
            let path = office.path(&file);
            let args = ["key", "import", text(&path), "--key-password-file", &wrong];
            assert_eq!(wax.error(&args), "wrong-password");
            assert_eq!(
                wax.error(&["key", "import", text(&path)]),
                "password-needed"
            );
        }
    }
}

#[test]
fn pkcs12_in_odd_shapes_is_read() {
    let office = Office::new();
    office.issue(
        "alice",
        &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    );
    let wax = Wax::new();
    let shapes: &[(&str, &str, &[&str])] = &[
        ("no-mac.p12", "geheim", &["-nomac"]),
        ("no-iteration.p12", "geheim", &["-noiter", "-nomaciter"]),
        ("sha512-mac.p12", "geheim", &["-macalg", "sha512"]),
        ("empty.p12", "", &[]),
        (
            "open.p12",
            "geheim",
            &["-keypbe", "NONE", "-certpbe", "NONE"],
        ),
    ];
    for (file, password, more) in shapes {
        office.pkcs12("alice", file, password, more);
        let report = import(&wax, &office.path(file), password);
        assert_eq!(secrets(&report).len(), 1, "{file}: {report:#}");
    }
    office.openssl(&[
        "pkcs12",
        "-export",
        "-inkey",
        "alice.key",
        "-nocerts",
        "-passout",
        "pass:geheim",
        "-out",
        "alone.p12",
    ]);
    let fresh = Wax::new();
    let password = fresh.file("key-password", "geheim\n");
    let path = office.path("alone.p12");
    let args = [
        "key",
        "import",
        text(&path),
        "--key-password-file",
        &password,
    ];
    assert_eq!(fresh.error(&args), "no-certificate");
    // With its certificate here, the key finds it.
    fresh.json(&["key", "import", text(&office.path("alice.pem"))]);
    assert_eq!(secrets(&import(&fresh, &path, "geheim")).len(), 1);
}

#[test]
fn files_of_certificates_and_keys_are_read() {
    let office = Office::new();
    office.issue("alice", &["-newkey", "rsa:2048"]);
    let fingerprint = office.openssl(&[
        "x509",
        "-in",
        "alice.pem",
        "-noout",
        "-fingerprint",
        "-sha256",
    ]);
    let fingerprint = String::from_utf8(fingerprint).unwrap();
    let fingerprint = fingerprint
        .trim()
        .rsplit_once('=')
        .unwrap()
        .1
        .replace(':', "");
    office.openssl(&[
        "x509",
        "-in",
        "alice.pem",
        "-outform",
        "DER",
        "-out",
        "alice.der",
    ]);
    office.openssl(&[
        "crl2pkcs7",
        "-nocrl",
        "-certfile",
        "alice.pem",
        "-certfile",
        "ca.pem",
        "-out",
        "alice.p7b",
    ]);
    office.openssl(&[
        "crl2pkcs7",
        "-nocrl",
        "-certfile",
        "alice.pem",
        "-outform",
        "DER",
        "-out",
        "alice.p7c",
    ]);
    for file in ["alice.pem", "alice.der", "alice.p7b", "alice.p7c"] {
        let wax = Wax::new();
        let report = wax.json(&["key", "import", text(&office.path(file))]);
        let first = &report["imported"][0];
        assert_eq!(first["fingerprint"], *fingerprint, "{file}");
        assert_eq!(first["accepted_for"][0], "alice@example.org", "{file}");
    }
    // A private key beside its certificate, open and locked.
    office.openssl(&[
        "pkcs8",
        "-topk8",
        "-in",
        "alice.key",
        "-passout",
        "pass:geheim",
        "-out",
        "locked.key",
    ]);
    for key in ["alice.key", "locked.key"] {
        let both = [
            std::fs::read(office.path(key)).unwrap(),
            std::fs::read(office.path("alice.pem")).unwrap(),
        ];
        std::fs::write(office.path("both.pem"), both.concat()).unwrap();
        let report = import(&Wax::new(), &office.path("both.pem"), "geheim");
        assert_eq!(secrets(&report), [fingerprint.as_str()], "{key}");
    }
    // A request is no certificate.
    let refused = Wax::new().error(&["key", "import", text(&office.path("alice.csr"))]);
    assert_eq!(refused, "request");
}

#[test]
fn what_nss_and_gpgsm_export_is_read_and_ours_is_read_there() {
    let office = Office::new();
    office.issue("alice", &["-newkey", "rsa:2048"]);
    office.pkcs12("alice", "alice.p12", "geheim", &[]);
    let nss = Nss::new();
    nss.run(
        "pk12util",
        &["-i", text(&office.path("alice.p12")), "-W", "geheim"],
    );
    nss.run(
        "pk12util",
        &["-o", "new.p12", "-n", "Friendly Ä", "-W", "geheim"],
    );
    let old = "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC";
    nss.run(
        "pk12util",
        &[
            "-o",
            "old.p12",
            "-n",
            "Friendly Ä",
            "-W",
            "geheim",
            "-c",
            old,
            "-C",
            old,
        ],
    );
    for file in ["new.p12", "old.p12"] {
        let report = import(&Wax::new(), &nss.path(file), "geheim");
        assert_eq!(secrets(&report).len(), 1, "{file}: {report:#}");
    }
    let gpgsm = Gpgsm::new();
    office.pkcs12("alice", "old.p12", "geheim", &["-legacy"]);
    gpgsm.run("geheim", &["--import", text(&office.path("old.p12"))]);
    let exported = gpgsm.run("geheim", &["--export-secret-key-p12", "alice@example.org"]);
    std::fs::write(gpgsm.path("gpgsm.p12"), exported).unwrap();
    let wax = Wax::new();
    let report = import(&wax, &gpgsm.path("gpgsm.p12"), "geheim");
    let own = secrets(&report);
    assert_eq!(own.len(), 1, "{report:#}");

    // And back.
    wax.json(&["key", "import", text(&office.path("ca.pem"))]);
    let password = wax.file("key-password", "neu geheim\n");
    let ours = wax.path("ours.p12");
    wax.json(&[
        "key",
        "export",
        &own[0],
        "--secret",
        "--key-password-file",
        &password,
        "-o",
        text(&ours),
    ]);
    let listed = office.openssl(&[
        "pkcs12",
        "-in",
        text(&ours),
        "-passin",
        "pass:neu geheim",
        "-nodes",
        "-info",
    ]);
    let listed = String::from_utf8_lossy(&listed).into_owned();
    assert!(
        listed.contains("PRIVATE KEY") && listed.contains("CN = Office CA"),
        "{listed}"
    );
    let nss = Nss::new();
    nss.run("pk12util", &["-i", text(&ours), "-W", "neu geheim"]);
    let listed = nss.run("certutil", &["-K"]);
    assert!(
        String::from_utf8_lossy(&listed).contains("rsa"),
        "a key in NSS"
    );
    // gpgsm 2.2 reads no PBES2 with AES-256, openssl's neither; in an older shape it reads ours.
    office.pkcs12("alice", "openssl.p12", "neu geheim", &[]);
    let gpgsm = Gpgsm::new();
    for file in [&ours, &office.path("openssl.p12")] {
        let output = gpgsm.try_run("neu geheim", &["--import", text(file)]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let taken = told.contains("secret keys imported: 1");
        assert!(taken || told.contains("PBES2"), "{told}");
    }
    let pem = office.path("ours.pem");
    office.openssl(&[
        "pkcs12",
        "-in",
        text(&ours),
        "-passin",
        "pass:neu geheim",
        "-nodes",
        "-out",
        text(&pem),
    ]);
    office.openssl(&[
        "pkcs12",
        "-export",
        "-legacy",
        "-in",
        text(&pem),
        "-passout",
        "pass:geheim",
        "-out",
        "again.p12",
    ]);
    let fresh = Gpgsm::new();
    fresh.run("geheim", &["--import", text(&office.path("again.p12"))]);
    let listed = fresh.run("geheim", &["--list-secret-keys"]);
    assert!(String::from_utf8_lossy(&listed).contains("alice@example.org"));
}

#[test]
fn a_request_is_answered_and_the_certificate_finds_its_key() {
    for kind in ["rsa3072", "p256", "p384", "ed25519"] {
        let office = Office::new();
        let wax = Wax::new();
        let request = office.path("alice.csr");
        let made = wax.json(&[
            "key",
            "request-cert",
            "alice@example.org",
            "--name",
            "Alice Example",
            "--key",
            kind,
            "-o",
            text(&request),
        ]);
        assert_eq!(made["address"], "alice@example.org");
        let checked = office.openssl(&["req", "-in", "alice.csr", "-verify", "-noout", "-text"]);
        let checked = String::from_utf8_lossy(&checked).into_owned();
        assert!(
            checked.contains("email:alice@example.org"),
            "{kind}: {checked}"
        );
        office.sign("alice", "alice@example.org");
        let report = wax.json(&["key", "import", text(&office.path("alice.pem"))]);
        assert_eq!(secrets(&report).len(), 1, "{kind}: {report:#}");
        assert_eq!(
            report["imported"][0]["accepted_for"][0],
            "alice@example.org"
        );
        // A renewal for the same key finds it too, and the old one stays for reading.
        office.sign("alice", "alice@example.org");
        let renewed = wax.json(&["key", "import", text(&office.path("alice.pem"))]);
        assert_eq!(secrets(&renewed).len(), 1, "{kind}: {renewed:#}");
        let keys = wax.json(&["key", "list", "alice@example.org"]);
        let own = keys["keys"].as_array().unwrap().iter();
        let own: Vec<_> = own.filter(|key| key["secret"] == true).collect();
        assert_eq!(own.len(), 2, "{keys:#}");
        assert!(own.iter().all(|key| key["checked"] == "own"), "{keys:#}");
    }
}

#[test]
fn rule_13_what_vouches_for_itself_counts_after_the_hand_that_takes_it() {
    let alice = Wax::new();
    let made = alice.json(&[
        "identity",
        "new",
        "Alice",
        "alice@example.org",
        "--scheme",
        "smime",
    ]);
    assert_eq!(made["scheme"], "smime");
    let fingerprint = made["fingerprint"].as_str().unwrap();
    let again = [
        "identity",
        "new",
        "Alice",
        "alice@example.org",
        "--scheme",
        "smime",
    ];
    assert_eq!(alice.error(&again), "exists");
    let file = alice.path("alice.pem");
    alice.json(&["key", "export", fingerprint, "-o", text(&file)]);
    let bob = Wax::new();
    let report = bob.json(&["key", "import", text(&file)]);
    assert_eq!(
        report["imported"][0]["accepted_for"][0],
        "alice@example.org"
    );
    // Another for the same address waits for a decision.
    let eve = Wax::new();
    let made = eve.json(&[
        "identity",
        "new",
        "Alice",
        "alice@example.org",
        "--scheme",
        "smime",
    ]);
    let other = made["fingerprint"].as_str().unwrap();
    let file = eve.path("eve.pem");
    eve.json(&["key", "export", other, "-o", text(&file)]);
    let report = bob.json(&["key", "import", text(&file)]);
    assert_eq!(
        report["imported"][0]["accepted_for"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn openssl_and_gpgsm_take_our_certificates_for_sound() {
    for kind in ["rsa3072", "p256", "p384", "ed25519"] {
        let wax = Wax::new();
        let made = wax.json(&[
            "identity",
            "new",
            "Alice",
            "alice@example.org",
            "--scheme",
            "smime",
            "--key",
            kind,
        ]);
        let office = Office::new();
        for cert in made["certificates"].as_array().unwrap() {
            let file = office.path(&format!("{}.pem", cert.as_str().unwrap()));
            wax.json(&["key", "export", cert.as_str().unwrap(), "-o", text(&file)]);
            let shown =
                office.openssl(&["x509", "-in", text(&file), "-noout", "-text", "-purpose"]);
            let shown = String::from_utf8_lossy(&shown).into_owned();
            assert!(shown.contains("email:alice@example.org"), "{kind}: {shown}");
        }
        let first = made["fingerprint"].as_str().unwrap();
        let file = office.path(&format!("{first}.pem"));
        office.openssl(&[
            "verify",
            "-CAfile",
            text(&file),
            "-purpose",
            "smimesign",
            "-x509_strict",
            text(&file),
        ]);
        let gpgsm = Gpgsm::new();
        let output = gpgsm.try_run("", &["--import", text(&file)]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains("imported: 1"), "{kind}: {told}");
    }
}

/// What openssl finds in an S/MIME letter: decrypted, and its signature verified against the sender's own
/// certificate.
fn read_by_openssl(office: &Office, letter: &Path, reader: &str, sender: &Path) -> String {
    office.openssl(&[
        "cms",
        "-decrypt",
        "-in",
        text(letter),
        "-recip",
        &format!("{reader}.pem"),
        "-inkey",
        &format!("{reader}.key"),
        "-out",
        "inside.eml",
    ]);
    let read = office.openssl(&[
        "cms",
        "-verify",
        "-in",
        "inside.eml",
        "-CAfile",
        text(sender),
        "-purpose",
        "smimesign",
    ]);
    String::from_utf8(read).unwrap().replace("\r\n", "\n")
}

#[test]
fn rule_42_one_letter_to_a_gpg_user_and_an_openssl_user_is_read_by_both() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let made = alice.json(&[
        "identity",
        "new",
        "Alice",
        "alice@example.org",
        "--scheme",
        "smime",
    ]);
    let own = alice.path("alice.pem");
    let fingerprint = made["fingerprint"].as_str().unwrap();
    alice.json(&["key", "export", fingerprint, "-o", text(&own)]);
    let identities = alice.json(&["identity", "list"]);
    assert_eq!(identities["identities"][0]["scheme"], "both");

    let office = Office::new();
    let bob = Gpg::new(None);
    bob.generate("Bob <bob@example.org>", "default");
    let openpgp = alice.run(&[
        "key",
        "export",
        identities["identities"][0]["fingerprint"].as_str().unwrap(),
    ]);
    bob.run(&["--import"], &openpgp.stdout);
    let key = bob.run(&["--armor", "--export", "bob@example.org"], b"");
    alice.json(&["key", "import", &alice.file("bob.asc", key)]);
    for name in ["carol", "dave"] {
        office.issue(name, &["-newkey", "rsa:2048"]);
        alice.json(&["key", "import", text(&office.path(&format!("{name}.pem")))]);
    }
    let draft = "To: bob@example.org, carol@example.org\nBcc: dave@example.org\n\
                 Subject: Two ways\n\nThe same for everybody.\n";
    let draft = alice.file("draft.eml", draft);
    let found = alice.json(&["preflight", &draft]);
    assert_eq!(found["groups"][0]["scheme"], "openpgp");
    assert_eq!(found["groups"][1]["scheme"], "smime");
    assert_eq!(found["groups"][1]["recipients"][0], "carol@example.org");

    let out = alice.path("sealed.eml");
    let seal = ["seal", draft.as_str(), "-o", text(&out)];
    assert_eq!(alice.error(&seal), "needs-split");
    assert!(!out.exists());
    let sealed = alice.json(&[&seal[..], &["--split"]].concat());
    let copies = sealed["copies"].as_array().unwrap();
    let of = |number: usize| {
        let copy = &copies[number];
        let word = copy["scheme"].as_str().unwrap().to_owned();
        (word, copy["envelope_to"][0].as_str().unwrap().to_owned())
    };
    assert_eq!(copies.len(), 3, "{sealed:#}");
    assert_eq!(of(0), ("openpgp".into(), "bob@example.org".into()));
    assert_eq!(of(1), ("smime".into(), "carol@example.org".into()));
    assert_eq!(of(2), ("smime".into(), "dave@example.org".into()));

    let first = std::fs::read(&out).unwrap();
    let (inside, status) = bob.decrypt(&armored(&first));
    assert!(status.contains("GOODSIG"), "{status}");
    assert!(String::from_utf8_lossy(&inside).contains("The same for everybody."));
    for (number, reader) in [(2, "carol"), (3, "dave")] {
        let letter = alice.path(&format!("sealed.eml.{number}.eml"));
        let read = read_by_openssl(&office, &letter, reader, &own);
        assert!(
            read.contains("Subject: Two ways") && read.contains("The same for"),
            "{read}"
        );
        assert!(
            !read.contains("dave@example.org"),
            "nobody sees the Bcc: {read}"
        );
        let outside = std::fs::read_to_string(&letter).unwrap();
        assert!(
            !outside.contains("Two ways") && !outside.contains("dave@"),
            "{outside}"
        );
    }
    // Alice reads each of them again.
    for name in ["sealed.eml", "sealed.eml.2.eml", "sealed.eml.3.eml"] {
        let read = alice.json(&["open", text(&alice.path(name)), "--require", "verified"]);
        assert_eq!(read["signer"]["checked"], "own", "{name}: {read:#}");
    }
}

#[test]
fn letters_between_two_of_our_identities_for_every_kind_of_key() {
    for kind in ["rsa3072", "p256", "p384", "ed25519", "post-quantum"] {
        let people = ["alice@example.org", "bob@example.org"].map(|address| {
            let wax = Wax::new();
            let mut new = vec!["identity", "new", "Somebody", address, "--scheme", "smime"];
            match kind {
                "post-quantum" => new.push("--post-quantum"),
                kind => new.extend(["--key", kind]),
            }
            wax.json(&new);
            (wax, address)
        });
        let [(alice, alices), (bob, bobs)] = &people;
        for (from, whose, to) in [(alice, alices, bob), (bob, bobs, alice)] {
            let file = from.path("own.pem");
            from.json(&[
                "key",
                "export",
                whose,
                "--scheme",
                "smime",
                "-o",
                text(&file),
            ]);
            let report = to.json(&["key", "import", text(&file)]);
            for taken in report["imported"].as_array().unwrap() {
                assert_eq!(taken["accepted_for"][0], **whose, "{kind}: {report:#}");
            }
        }
        let draft = format!("To: {bobs}\nSubject: Hello\n\nBy {kind}.\n");
        let draft = alice.file("draft.eml", draft);
        let sealed = alice.path("sealed.eml");
        let made = alice.json(&["seal", &draft, "-o", text(&sealed)]);
        assert_eq!(made["copies"][0]["scheme"], "smime", "{kind}");
        let read = bob.json(&["open", text(&sealed), "--require", "confidential"]);
        assert_eq!(read["signer"]["checked"], "accepted", "{kind}: {read:#}");
        let said = read["payload"]["text"].as_str().unwrap();
        assert!(said.contains(&format!("By {kind}.")), "{kind}: {read:#}");
    }
}
