use super::*;
use crate::cert::openpgp::OpenPgpCert;
use sequoia_openpgp as pgp;
use sequoia_openpgp::cert::CertBuilder;
use sequoia_openpgp::serialize::SerializeInto;
use std::path::Path;

fn make(user_id: &str) -> pgp::Cert {
    let (cert, _) = CertBuilder::general_purpose(Some(user_id))
        .generate()
        .unwrap();
    cert.strip_secret_key_material()
}

fn ours(cert: &pgp::Cert) -> Cert {
    Cert::OpenPgp(OpenPgpCert::new(cert.clone()))
}

fn open(dir: &Path) -> CertDirectory {
    CertDirectory::open(&dir.join("pgp.cert.d"), &dir.join("certs.sqlite")).unwrap()
}

fn path_of(dir: &Path, cert: &pgp::Cert) -> std::path::PathBuf {
    let hex = cert.fingerprint().to_hex().to_lowercase();
    dir.join("pgp.cert.d").join(&hex[..2]).join(&hex[2..])
}

fn count(directory: &CertDirectory, wanted: Wanted<'_>) -> usize {
    directory.find(wanted).unwrap().len()
}

#[test]
fn a_directory_that_is_not_there_is_empty_and_stays_so() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(count(&open(dir.path()), Wanted::All), 0);
    assert!(!dir.path().join("pgp.cert.d").exists());
}

#[test]
fn what_others_put_change_or_remove_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    let directory = open(dir.path());
    let who = Address::parse("a@example.org").unwrap();
    let (one, two) = (make("a@example.org"), make("a@example.org"));
    directory.put(&ours(&one)).unwrap();
    for round in 0..5 {
        assert_eq!(count(&directory, Wanted::Address(&who)), 1, "{round}");
        let path = path_of(dir.path(), &two);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, two.to_vec().unwrap()).unwrap();
        assert_eq!(count(&directory, Wanted::Address(&who)), 2, "{round}");
        std::fs::remove_file(&path).unwrap();
    }
    // A process that comes later finds the same through the kept index.
    assert_eq!(count(&open(dir.path()), Wanted::Address(&who)), 1);
}

#[test]
fn putting_again_merges() {
    let dir = tempfile::tempdir().unwrap();
    let directory = open(dir.path());
    let whole = make("a@example.org");
    let without = whole.clone().retain_subkeys(|_| false);
    let keys = |cert: &Cert| cert.key_handles().len();
    let put = |cert| directory.put(&ours(cert)).unwrap();
    assert!(keys(&put(&without)) < keys(&ours(&whole)));
    assert_eq!(keys(&put(&whole)), keys(&ours(&whole)));
    assert_eq!(keys(&put(&without)), keys(&ours(&whole)));
    let fingerprint = ours(&whole).fingerprint();
    let found = directory.find(Wanted::Fingerprint(&fingerprint)).unwrap();
    assert_eq!(keys(&found[0]), keys(&ours(&whole)));
}

#[test]
fn files_that_are_no_certificates_are_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let directory = open(dir.path());
    let (good, other) = (make("a@example.org"), make("b@example.org"));
    directory.put(&ours(&good)).unwrap();
    let place = |name: &str, bytes: &[u8]| {
        let path = dir.path().join("pgp.cert.d").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    place(&format!("aa/{}", "b".repeat(38)), b"junk");
    place(&format!("aa/{}", "c".repeat(38)), &other.to_vec().unwrap());
    place(&format!("aa/{}", "d".repeat(38)), &vec![0x99; 2 << 20]);
    place("aa/short", b"");
    place("trust-root", &other.to_vec().unwrap());
    place("zz/x", b"");
    assert_eq!(count(&directory, Wanted::All), 1);
    // And a certificate takes the place of junk in its own file.
    std::fs::write(path_of(dir.path(), &good), b"junk").unwrap();
    directory.put(&ours(&good)).unwrap();
    assert_eq!(count(&directory, Wanted::All), 1);
}

#[test]
fn an_index_that_is_damaged_or_newer_costs_nothing_but_time() {
    let dir = tempfile::tempdir().unwrap();
    let index = dir.path().join("certs.sqlite");
    open(dir.path()).put(&ours(&make("a@example.org"))).unwrap();
    std::fs::write(&index, vec![b'x'; 4096]).unwrap();
    assert_eq!(count(&open(dir.path()), Wanted::All), 1);
    let conn = rusqlite::Connection::open(&index).unwrap();
    conn.pragma_update(None, "user_version", 9).unwrap();
    drop(conn);
    let before = std::fs::read(&index).unwrap();
    assert_eq!(count(&open(dir.path()), Wanted::All), 1);
    assert_eq!(std::fs::read(&index).unwrap(), before);
}
