//! Files and letters that somebody made to do harm, given to the real program.

use crate::gnupg::Gpg;
use crate::wax::Wax;
use serde_json::json;

/// A secret key packet for each public one, with a secret part that anybody can think of.
fn with_made_up_secrets(armored: &[u8]) -> Vec<u8> {
    use sequoia_openpgp::cert::amalgamation::key::PrimaryKey as _;
    use sequoia_openpgp::crypto::mpi::SecretKeyMaterial;
    use sequoia_openpgp::packet::key;
    use sequoia_openpgp::parse::Parse as _;
    use sequoia_openpgp::serialize::SerializeInto as _;
    let cert = sequoia_openpgp::Cert::from_bytes(armored).unwrap();
    let mut packets: Vec<sequoia_openpgp::Packet> = Vec::new();
    for ka in cert.keys() {
        let number = vec![0x55; 32].into();
        let secret: key::SecretKeyMaterial = match ka.key().pk_algo().for_encryption() {
            true => SecretKeyMaterial::ECDH { scalar: number }.into(),
            false => SecretKeyMaterial::EdDSA { scalar: number }.into(),
        };
        let (key, _) = ka.key().clone().add_secret(secret);
        packets.push(match ka.primary() {
            true => key.role_into_primary().into(),
            false => key.role_into_subordinate().into(),
        });
    }
    let (cert, _) = cert.insert_packets(packets).unwrap();
    cert.as_tsk().to_vec().unwrap()
}

#[test]
fn attack_key_overwriting_openpgp_a_made_up_secret_key_takes_the_place_of_none() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let draft = alice.file("draft.eml", "To: alice@example.org\n\nkept\n");
    let sealed = alice.file("sealed.eml", alice.run(&["seal", &draft]).stdout);
    let public = alice.run(&["key", "export", "alice@example.org"]).stdout;
    let made_up = alice.file("made-up.pgp", with_made_up_secrets(&public));
    let (exit, told) = alice.outcome(&["key", "import", &made_up]);
    assert_eq!(exit, 1, "{told:#}");
    assert_eq!(told["error"]["refused"][0]["code"], "malformed");
    assert_eq!(alice.json(&["open", &sealed])["summary"], "confidential");
    // Nor is it taken for a key of one's own where there was none.
    let carol = Wax::new();
    let made_up = carol.file("made-up.pgp", with_made_up_secrets(&public));
    assert_eq!(carol.outcome(&["key", "import", &made_up]).0, 1);
    assert_eq!(carol.json(&["key", "list"]), json!({ "keys": [] }));
}

#[test]
fn attack_acceptance_openpgp_a_key_counts_only_for_the_addresses_that_were_named() {
    let gpg = Gpg::new(None);
    gpg.generate("Two <first@example.org>", "default");
    let add = |address: &str| {
        let user_id = format!("Two <{address}>");
        gpg.run(
            &[
                "--passphrase=",
                "--quick-add-uid",
                "first@example.org",
                &user_id,
            ],
            b"",
        );
    };
    let one = gpg.run(&["--export", "first@example.org"], b"");
    add("second@example.org");
    let public = gpg.run(&["--export", "first@example.org"], b"");
    let secret = gpg.run(&["--export-secret-keys", "first@example.org"], b"");
    let checks = |wax: &Wax, fingerprint: &serde_json::Value| {
        let card = wax.json(&["key", "show", fingerprint.as_str().unwrap()]);
        let mut checks: Vec<String> = card["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| format!("{} {}", c["address"], c["checked"]).replace('"', ""))
            .collect();
        checks.sort();
        checks
    };
    let named = ["--for", "second@example.org"];
    for (key, word, identities) in [(&public, "accepted", 0), (&secret, "own", 1)] {
        let wax = Wax::new();
        let file = wax.file("key.pgp", key);
        let taken = wax.json(&["key", "import", &file]);
        assert_eq!(taken["imported"][0]["accepted_for"], json!([]));
        let taken = wax.json(&["key", "import", &file, named[0], named[1]]);
        assert_eq!(
            taken["imported"][0]["accepted_for"],
            json!(["second@example.org"])
        );
        assert_eq!(
            checks(&wax, &taken["imported"][0]["fingerprint"]),
            [
                "first@example.org unknown".to_owned(),
                format!("second@example.org {word}")
            ]
        );
        let list = wax.json(&["identity", "list"]);
        let list = list["identities"].as_array().unwrap();
        assert_eq!(list.len(), identities);
        assert!(
            list.iter().all(|i| i["address"] == "second@example.org"),
            "{list:?}"
        );
    }
    // An address that comes to a known key later counts for nothing by that.
    let wax = Wax::new();
    let file = wax.file("one.pgp", one);
    wax.json(&["key", "import", &file]);
    let file = wax.file("both.pgp", public);
    let taken = wax.json(&["key", "import", &file]);
    assert_eq!(
        checks(&wax, &taken["imported"][0]["fingerprint"]),
        ["first@example.org accepted", "second@example.org unknown"]
    );
}

#[test]
fn attack_covert_content_openpgp_an_encrypted_part_asks_for_no_passphrase() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let draft = alice.file("draft.eml", "To: alice@example.org\n\nkept\n");
    let sealed = alice.run(&["seal", &draft]).stdout;
    let sealed = String::from_utf8(sealed).unwrap();
    let part = &sealed[sealed.find("Content-Type: multipart/").unwrap()..];
    let message = format!(
        "From: bob@example.org\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=M\r\n\r\n--M\r\n\r\nHello\r\n--M\r\n{part}\r\n--M--\r\n"
    );
    let message = alice.file("message.eml", message);
    std::fs::write(alice.path("passphrase"), "wrong\n").unwrap();
    let read = alice.json(&["open", &message]);
    assert_eq!(read["summary"], "unprotected");
    assert_eq!(read["payload"]["text"], "Hello");
    assert_eq!(read["errant"][0]["kind"], "openpgp-encrypted");
}

#[test]
fn nobody_who_listens_is_no_failure_of_its_own() {
    let wax = Wax::new();
    for (args, stream) in [
        (&["open", "missing.eml"][..], 2),
        (&["open", "missing.eml", "--json"], 2),
        (&["practice"], 1),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = wax.command(args);
        let silent = std::process::Stdio::null;
        match stream {
            1 => command.stdout(writer).stderr(silent()),
            _ => command.stderr(writer).stdout(silent()),
        };
        let status = command.stdin(silent()).status().unwrap();
        assert_eq!(status.code(), Some(1), "{args:?}");
    }
}

#[test]
fn offline_opens_no_socket() {
    let alice = Wax::with_identity("Alice", "alice@example.org");
    let draft = alice.file("draft.eml", "To: alice@example.org\n\nkept\n");
    let sealed = alice.file("sealed.eml", alice.run(&["seal", &draft]).stdout);
    for (args, exit) in [
        (&["open", &sealed][..], 0),
        (&["seal", &draft], 0),
        (&["send", &draft], 1),
        (&["outbox", "list"], 0),
        (&["fetch"], 1),
        (&["account", "test"], 1),
        (&["practice"], 1),
    ] {
        let inner = alice.command(args);
        let trace = alice.path("trace");
        let status = std::process::Command::new("strace")
            .args([
                "-f",
                "-qq",
                "-e",
                "trace=socket,socketpair,connect,bind,listen",
                "-o",
            ])
            .arg(&trace)
            .arg(inner.get_program())
            .args(inner.get_args())
            .arg("--offline")
            .envs(
                inner
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(exit), "{args:?}");
        let calls = std::fs::read_to_string(&trace).unwrap();
        // A thread that ends while it is looked at leaves a line `???( <detached ...>`: no call.
        let call = |line: &&str| line.contains('(') && !line.contains(" ???(");
        let network: Vec<&str> = calls.lines().filter(call).collect();
        assert_eq!(network, Vec::<&str>::new(), "{args:?}");
    }
}
