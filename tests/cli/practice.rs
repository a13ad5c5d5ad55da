//! `wax practice`: the whole way, as a person without account, network or knowledge runs it, and
//! what it left behind in the hands of gpg.

use crate::gnupg::Gpg;
use crate::wax::Wax;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn wax(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wax"));
    command.env_clear().env("HOME", home).env("LC_ALL", "C");
    command.args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

#[test]
fn practice_passes_in_time_and_gpg_opens_what_it_kept() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let kept = folder.path().join("kept");
    let begun = Instant::now();
    let output = wax(&home, &["practice", "--keep", kept.to_str().unwrap()]);
    let took = begun.elapsed();
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", text(&output.stderr));
    assert!(took < Duration::from_secs(5), "took {took:?}");
    assert!(said.lines().count() >= 5, "each step is told: {said}");
    assert_eq!(files(&home), Vec::<String>::new(), "left at home");
    assert_eq!(
        files(&kept),
        [
            "answer.eml",
            "letter.eml",
            "partner-secret.asc",
            "partner.asc",
            "wire.log",
            "you.asc"
        ]
    );
    let read = |name: &str| std::fs::read(kept.join(name)).unwrap();

    let letter = read("letter.eml");
    for hidden in ["first sealed letter", "Dear Pia", "enclosed"] {
        assert!(!text(&letter).contains(hidden), "readable: {hidden}");
    }
    let gpg = Gpg::new(None);
    for name in ["partner-secret.asc", "partner.asc", "you.asc"] {
        gpg.run(&["--import"], &read(name));
    }
    let fingerprint = |address: &str| {
        let listed = text(&gpg.run(&["--with-colons", "--list-keys", address], b""));
        let line = listed.lines().find(|l| l.starts_with("fpr:")).unwrap();
        line.trim_start_matches("fpr").trim_matches(':').to_owned()
    };
    for (name, sender, subject) in [
        (
            "letter.eml",
            "you@practice.invalid",
            "A first sealed letter",
        ),
        (
            "answer.eml",
            "pia@practice.invalid",
            "Re: A first sealed letter",
        ),
    ] {
        let (payload, status) = gpg.decrypt(&read(name));
        let signer = fingerprint(sender);
        let good = |line: &str| line.contains(" VALIDSIG ") && line.ends_with(&signer);
        assert!(status.contains("DECRYPTION_OKAY"), "{name}: {status}");
        assert!(status.contains("GOODMDC"), "{name}: {status}");
        assert!(status.contains("GOODSIG"), "{name}: {status}");
        assert!(status.lines().any(good), "{name}: {status}");
        let payload = text(&payload);
        let (head, _) = payload.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Subject: {subject}\r\n")), "{head}");
        assert!(head.contains("hp=\"cipher\""), "{head}");
    }

    let log = text(&read("wire.log"));
    for said in [
        "AUTH PLAIN ****",
        "PASS ****",
        "TLSv1_3 with ",
        "S: 250 2.0.0",
    ] {
        assert!(log.contains(said), "{said} is not in {log}");
    }
    assert!(!log.contains("clear"), "plaintext: {log}");
    assert!(!log.contains("sealed letter"), "{log}");

    // What was kept is not written over.
    let again = wax(
        &home,
        &["practice", "--keep", kept.to_str().unwrap(), "--json"],
    );
    assert_eq!(again.status.code(), Some(1));
    let document: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert!(document["error"]["next"].is_string(), "{document}");
    assert_eq!(read("letter.eml"), letter);
}

#[test]
fn practice_that_cannot_be_exits_1() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let inside = file.join("kept");
    for (args, code) in [
        (vec!["practice", "--offline"], "offline"),
        (vec!["practice", "--keep", inside.to_str().unwrap()], ""),
        (vec!["practice", "--keep", file.to_str().unwrap()], ""),
    ] {
        let output = wax(folder.path(), &[&args[..], &["--json"]].concat());
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = document["error"]["code"].as_str().unwrap();
        assert!(found == code || code.is_empty(), "{args:?}: {document}");
    }
}

#[test]
fn practice_says_each_step_in_json_too() {
    let folder = tempfile::tempdir().unwrap();
    let output = wax(folder.path(), &["--json", "practice"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["passed"], true);
    let steps: Vec<&str> = document["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["ready", "sent", "answered", "opened"]);
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

#[test]
fn the_known_tricks_are_shown_with_what_gives_each_away() {
    let wax = Wax::new();
    let kept = wax.path("tricks");
    let told = wax.json(&["practice", "--tricks", "--keep", kept.to_str().unwrap()]);
    let tricks = told["tricks"].as_array().unwrap();
    assert_eq!(tricks.len(), 6, "{told:#}");
    for trick in tricks {
        let name = trick["trick"].as_str().unwrap();
        let good = trick["summary"] == "confidential";
        assert_eq!(good, name == "honest", "{trick:#}");
        assert!(trick["gave_away"].as_str().unwrap().len() > 40);
        let cautions = trick["cautions"].to_string();
        match name {
            "spoofed-signer" => assert_eq!(trick["why_not"], "no-cert"),
            "hidden-text" => assert!(cautions.contains("hidden-text"), "{cautions}"),
            "covert-quote" => assert!(cautions.contains("errant-parts"), "{cautions}"),
            _ => {}
        }
        assert!(kept.join(format!("{name}.eml")).exists(), "{name}");
    }
    // A letter that was kept looks to a stranger as it looked there, and no answer gives a secret away.
    let covert = kept.join("covert-quote.eml");
    let reply = wax.run(&["reply", covert.to_str().unwrap()]).stdout;
    assert!(!String::from_utf8_lossy(&reply).contains("secret of an old letter"));
    let file = kept.join("dangerous-file.eml");
    let opened = wax.json(&["open", file.to_str().unwrap()]);
    let cautions = &opened["payload"]["attachments"][0]["cautions"];
    assert!(cautions.to_string().contains("double-ending"), "{cautions}");
}
