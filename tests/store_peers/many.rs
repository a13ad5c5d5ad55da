//! Many certificates, large letters, and `sq` beside us.

use crate::child::{Running, command};
use crate::shared::{Key, at, letter, open_at};
use sequoia_openpgp::parse::Parse;
use std::process::Command;
use waxwing::app::port::Store;

#[test]
fn a_thousand_certs_are_listed_quickly_in_little_memory() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    for n in 0..1000 {
        let key = Key::make(&format!("n{n}@example.org"));
        let hex = key.cert.fingerprint().as_hex().to_lowercase();
        let folder = home.join("pgp.cert.d").join(&hex[..2]);
        std::fs::create_dir_all(&folder).unwrap();
        let bytes =
            sequoia_openpgp::serialize::SerializeInto::to_vec(&key.tsk.strip_secret_key_material());
        std::fs::write(folder.join(&hex[2..]), bytes.unwrap()).unwrap();
    }
    for round in ["first", "again"] {
        let said = Running::start(command("list", &home, &[])).finish();
        println!("{round}: {said:?}");
        let millis = |line: &str| -> u64 { line.rsplit_once(' ').unwrap().1.parse().unwrap() };
        assert!(said[0].starts_with("1000 ") && said[1].starts_with("1000 "));
        assert!(millis(&said[3]) < 150_000, "peak memory in kB");
        // Wide of the mark on purpose: other tests run beside this one.
        assert!(millis(&said[1]) < 500 && millis(&said[2]) < 500);
    }
}

#[test]
fn a_large_letter_goes_in_and_comes_out_whole() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_at(dir.path());
    let size = 60 << 20;
    let began = std::time::Instant::now();
    let id = letter(&store, size);
    let put = began.elapsed();
    let kept = store.outgoing(id).unwrap().unwrap();
    assert!(kept.copies()[0].bytes().len() == size);
    let took = began.elapsed();
    store.remove_outgoing(id).unwrap();
    println!(
        "put {put:?}, put and taken {took:?}, removed {:?}",
        began.elapsed()
    );
    let log = dir.path().join("waxwing.sqlite-wal");
    drop(store);
    assert!(!log.exists());
}

#[test]
fn sq_reads_the_certificates_of_the_shared_directory() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_at(dir.path());
    let key = Key::make("Me <me@example.org>");
    key.add_to(&store);
    let hex = key.cert.fingerprint().as_hex().to_owned();
    let lower = hex.to_lowercase();
    let file = dir
        .path()
        .join("pgp.cert.d")
        .join(&lower[..2])
        .join(&lower[2..]);
    let out = Command::new("sq")
        .arg("inspect")
        .arg(&file)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{text}");
    assert!(
        text.contains(&hex) && text.contains("me@example.org"),
        "{text}"
    );
    assert!(!text.contains("Transferable Secret Key"), "{text}");

    // And what sq makes is seen here, once it lies in the directory.
    let made = dir.path().join("made.pgp");
    let generated = Command::new("sq")
        .args([
            "key",
            "generate",
            "--userid",
            "<you@example.org>",
            "--export",
        ])
        .arg(&made)
        .arg("--rev-cert")
        .arg(dir.path().join("rev.pgp"))
        .output()
        .unwrap();
    assert!(generated.status.success(), "{generated:?}");
    let cert = Command::new("sq")
        .args(["key", "extract-cert", "--binary"])
        .arg(&made)
        .output()
        .unwrap();
    let you = waxwing::address::Address::parse("you@example.org").unwrap();
    assert!(store.certs_for(&you).unwrap().is_empty());
    let parsed = sequoia_openpgp::Cert::from_bytes(&cert.stdout).unwrap();
    let hex = parsed.fingerprint().to_hex().to_lowercase();
    let folder = dir.path().join("pgp.cert.d").join(&hex[..2]);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(&hex[2..]), &cert.stdout).unwrap();
    assert_eq!(store.certs_for(&you).unwrap().len(), 1);
    store.put_draft("d", b"x", at(0)).unwrap();
}

#[test]
fn many_certs_are_put_in_reasonable_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_at(dir.path());
    let keys: Vec<Key> = (0..200)
        .map(|n| Key::make(&format!("n{n}@example.org")))
        .collect();
    let began = std::time::Instant::now();
    for key in &keys {
        key.put_in(&store).unwrap();
        // As an import does.
        assert_eq!(store.certs_for(&key.address).unwrap().len(), 1);
    }
    let took = began.elapsed();
    println!("200 certs put and found: {took:?}");
    assert!(took.as_secs() < 20);
}
