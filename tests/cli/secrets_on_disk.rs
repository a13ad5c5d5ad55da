//! Nothing secret goes to a file in the clear: every write of `wax` is looked at while it makes an
//! identity, takes a secret key, seals and opens, and of the library while it keeps a draft.

use crate::wax::Wax;
use base64::Engine as _;
use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use waxwing::adapters::store::{FileStore, Home, VaultAccess};
use waxwing::app::port::Store as _;
use waxwing::base::{Passphrase, Secret};

const PASSPHRASE: &str = "correct horse battery staple 7141";
const KEY_PASSWORD: &str = "another long password 2718281828";
const DRAFT: &str = "Meet me under the old bridge at midnight, and bring the violet folder.";
const SUBJECT: &str = "The plan for the second of September";
/// Set in the child that keeps a draft.
const CHILD: &str = "WAXWING_TEST_DRAFT_HOME";
const CALLS: &str = "trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,mmap";

/// Runs of 16 bytes of secrets: raw, hex of either case, base64 in each alignment.
struct Runs(Vec<(usize, HashSet<Vec<u8>>)>);

impl Runs {
    fn of(secrets: &[Vec<u8>]) -> Self {
        let (mut raw, mut hex, mut base64) = (HashSet::new(), HashSet::new(), HashSet::new());
        for run in secrets.iter().flat_map(|secret| secret.windows(16)) {
            raw.insert(run.to_vec());
            let digits: String = run.iter().map(|b| format!("{b:02x}")).collect();
            hex.insert(digits.to_ascii_uppercase().into_bytes());
            hex.insert(digits.into_bytes());
            // 15 bytes are 20 characters that depend on nothing around them.
            let engine = base64::engine::general_purpose::STANDARD;
            base64.insert(engine.encode(&run[..15]).into_bytes());
        }
        Runs(vec![(16, raw), (32, hex), (20, base64)])
    }

    fn find(&self, bytes: &[u8]) -> Option<String> {
        self.0.iter().find_map(|(length, runs)| {
            let found = bytes.windows(*length).find(|run| runs.contains(*run))?;
            Some(String::from_utf8_lossy(found).into_owned())
        })
    }
}

/// What strace saw written, but for standard output and error. A shared writable mapping of a file
/// would get past it: there is none but the database's index of its log, which holds no content.
fn written(trace: &Path) -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(trace).unwrap();
    let mut writes = Vec::new();
    for line in text.lines() {
        if line.contains(" mmap(") || line.starts_with("mmap(") {
            let shared = line.contains("PROT_WRITE") && line.contains("MAP_SHARED");
            assert!(!shared || line.contains(r"\x2d\x73\x68\x6d>"), "{line}");
            continue;
        }
        let standard = ["write(1<", "write(2<", "writev(1<", "writev(2<"];
        if standard.iter().any(|call| line.contains(call)) {
            continue;
        }
        for quoted in line.split('"').skip(1).step_by(2) {
            let bytes = quoted.split("\\x").skip(1);
            writes.push(
                bytes
                    .map(|d| u8::from_str_radix(&d[..2], 16).unwrap())
                    .collect(),
            );
        }
        assert!(!line.contains("\"..."), "a write was cut short: {line}");
    }
    writes
}

/// The command under strace; its writes, and its standard output.
fn traced(inner: &Command, trace: &Path) -> (Vec<Vec<u8>>, Vec<u8>) {
    let output = Command::new("strace")
        .args(["-f", "-y", "-xx", "-s", "8000000", "-e", CALLS, "-o"])
        .arg(trace)
        .arg(inner.get_program())
        .args(inner.get_args())
        .envs(
            inner
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .current_dir(inner.get_current_dir().unwrap_or(Path::new("/")))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {told}", inner.get_args());
    (written(trace), output.stdout)
}

/// The secret numbers of an armored key.
fn secret_numbers(armored: &[u8], password: Option<&str>) -> Vec<Vec<u8>> {
    use sequoia_openpgp::packet::key::SecretKeyMaterial;
    use sequoia_openpgp::parse::Parse as _;
    use sequoia_openpgp::serialize::MarshalInto as _;
    let cert = sequoia_openpgp::Cert::from_bytes(armored).unwrap();
    let numbers = cert.keys().secret().map(|ka| {
        let mut key = ka.key().clone();
        if let Some(password) = password {
            key = key.decrypt_secret(&password.into()).unwrap();
        }
        match key.secret() {
            SecretKeyMaterial::Unencrypted(secret) => secret.map(|mpis| mpis.to_vec().unwrap()),
            SecretKeyMaterial::Encrypted(_) => panic!("still locked"),
        }
    });
    numbers.collect()
}

fn text(words: &str) -> Vec<u8> {
    words.as_bytes().to_vec()
}

#[test]
fn rule_55_and_43_no_write_of_any_command_holds_a_secret() {
    let wax = Wax::new();
    wax.file("passphrase", format!("{PASSPHRASE}\n"));
    let key_password = wax.file("key-password", format!("{KEY_PASSWORD}\n"));
    let trace = wax.path("trace");
    let mut writes: Vec<Vec<u8>> = Vec::new();
    let mut run = |args: &[&str]| {
        let (more, out) = traced(&wax.command(args), &trace);
        writes.extend(more);
        out
    };
    run(&["identity", "new", "Alice", "alice@example.org"]);
    let export = [
        "key",
        "export",
        "--secret",
        "--key-password-file",
        &key_password,
    ];
    let own = run(&[&export[..], &["alice@example.org"]].concat());
    // Another's key comes in, under its password.
    let other = Wax::with_identity("Carol", "carol@example.org");
    let file = other.file("key-password", format!("{KEY_PASSWORD}\n"));
    let args = [
        "key",
        "export",
        "--secret",
        "--key-password-file",
        &file,
        "carol@example.org",
    ];
    let carol = other.run(&args).stdout;
    let key_file = wax.file("carol.asc", &carol);
    run(&[
        "key",
        "import",
        "--key-password-file",
        &key_password,
        &key_file,
    ]);
    let attachment = format!("{DRAFT}\n").repeat(20_000);
    let draft = format!(
        "To: carol@example.org\nSubject: {SUBJECT}\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=M\n\n--M\n\n{DRAFT}\n--M\n\
         Content-Type: text/csv\nContent-Disposition: attachment; filename=a.csv\n\n{attachment}\n--M--\n"
    );
    let draft = wax.file("draft.eml", draft);
    let sealed = wax.path("sealed.eml").to_str().unwrap().to_owned();
    run(&["seal", &draft, "-o", &sealed]);
    let read = String::from_utf8(run(&["open", &sealed])).unwrap();
    assert!(read.contains(DRAFT) && read.contains(SUBJECT), "{read}");

    let mut secrets = vec![
        text(PASSPHRASE),
        text(KEY_PASSWORD),
        text(DRAFT),
        text(SUBJECT),
    ];
    let numbers = [
        secret_numbers(&own, Some(KEY_PASSWORD)),
        secret_numbers(&carol, Some(KEY_PASSWORD)),
    ];
    assert_eq!(numbers.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
    secrets.extend(numbers.concat());
    let runs = Runs::of(&secrets);
    assert!(
        writes.iter().map(Vec::len).sum::<usize>() > 1_000_000,
        "the letter is among them"
    );
    for write in &writes {
        assert_eq!(runs.find(write), None);
    }
    // The same eyes do see what is there.
    assert!(
        runs.find(std::fs::read(&draft).unwrap().as_slice())
            .is_some()
    );
}

#[test]
fn rule_43_no_write_of_a_kept_draft_holds_its_text() {
    if let Some(home) = std::env::var_os(CHILD) {
        // The child: types, and each change is kept.
        let access = VaultAccess::PassphraseFile(Passphrase::new(PASSPHRASE.to_owned()));
        let store = Arc::new(FileStore::open(&Home::at(Path::new(&home)), access).unwrap());
        for end in 1..=DRAFT.len() {
            let typed = Secret::new(DRAFT.as_bytes()[..end].repeat(300));
            store
                .put_draft("d", typed.expose(), waxwing::base::Time::UNIX_EPOCH)
                .unwrap();
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args([
            "--exact",
            "secrets_on_disk::rule_43_no_write_of_a_kept_draft_holds_its_text",
        ])
        .env(CHILD, folder.path().join("home"));
    let (writes, _) = traced(&child, &folder.path().join("trace"));
    let runs = Runs::of(&[text(PASSPHRASE), text(DRAFT)]);
    assert!(writes.iter().map(Vec::len).sum::<usize>() > 500_000);
    for write in &writes {
        assert_eq!(runs.find(write), None);
    }
}
