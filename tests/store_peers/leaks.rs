//! Rules 43 and 55: nothing secret is ever written in the clear, neither as it is nor in hex nor in
//! base64. Every write of a whole process is looked at, and every file that it leaves.

use crate::child::command;
use crate::shared::{Key, at, open_at};
use base64::Engine;
use std::collections::HashSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use waxwing::adapters::store::FileStore;
use waxwing::address::Address;
use waxwing::app::port::{OutboxState, Store};
use waxwing::base::Passphrase;
use waxwing::protect::{ConsentToPlain, Outgoing};
use waxwing::settings::{Account, Endpoint, Security, Trust};

/// Text that looks like nothing else, different for each name.
fn secret_text(name: &str, size: usize) -> Vec<u8> {
    let mut state = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut next = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        b'a' + u8::try_from((state >> 33) % 26).unwrap()
    };
    (0..size).map(|_| next()).collect()
}

fn secret_string(name: &str, size: usize) -> String {
    String::from_utf8(secret_text(name, size)).unwrap()
}

fn account(address: &Address) -> Account {
    Account {
        address: address.clone(),
        login: "login".into(),
        submission: Endpoint {
            host: "smtp.example.org".into(),
            port: 465,
            security: Security::Implicit,
            trust: Trust::System,
            connect_to: None,
        },
        mailbox: None,
    }
}

/// Writes every kind of secret; also called by the child.
pub fn write_secrets(store: &FileStore) {
    let me = Address::parse("me@example.org").unwrap();
    let key = Key::make("me@example.org");
    key.add_to(store);
    // The key's own secret bytes, for whoever looks for them; the pipe is no file.
    let needle: String = key
        .secret()
        .expose()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    println!("child> key {needle}");
    for size in [2_000, 40_000, 1_200_000] {
        store
            .put_draft("d", &secret_text("draft", size), at(0))
            .unwrap();
    }
    let password = Passphrase::new(secret_string("password", 40));
    store.put_account(&account(&me), &password).unwrap();
    let to = Address::parse(&format!("{}@example.org", secret_string("to", 40))).unwrap();
    let letter = Outgoing::plain(
        vec![(vec![to], secret_text("letter", 1_200_000))],
        ConsentToPlain::given(),
    )
    .unwrap();
    let (subject, id) = (secret_string("subject", 40), secret_string("id", 40));
    let entry = store.enqueue(&me, &subject, &id, &letter, at(0)).unwrap();
    let why = secret_string("why", 100);
    store
        .set_state(entry, 0, &OutboxState::Refused { why })
        .unwrap();
    store
        .put_letter(&me, "uid", &secret_text("received", 30_000), false, at(0))
        .unwrap();
}

fn texts() -> Vec<Vec<u8>> {
    // Windows of a long text are those of a shorter one and more; this much is enough to find it.
    [
        ("draft", 40_000),
        ("password", 40),
        ("to", 40),
        ("subject", 40),
        ("id", 40),
        ("why", 100),
        ("letter", 40_000),
        ("received", 30_000),
    ]
    .map(|(name, size)| secret_text(name, size))
    .to_vec()
}

/// Finds runs of 16 bytes of a secret in other bytes.
struct Scan {
    /// Raw runs, hex runs of both cases, base64 runs in all three alignments, by their lengths.
    runs: Vec<(usize, HashSet<Vec<u8>>)>,
}

impl Scan {
    fn for_secrets(secrets: &[Vec<u8>]) -> Self {
        let (mut raw, mut hex, mut base64) = (HashSet::new(), HashSet::new(), HashSet::new());
        let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
        for secret in secrets {
            for run in secret.windows(16) {
                raw.insert(run.to_vec());
                let lower: String = run.iter().map(|b| format!("{b:02x}")).collect();
                hex.insert(lower.to_ascii_uppercase().into_bytes());
                hex.insert(lower.into_bytes());
                // 15 bytes at each alignment are 20 characters that depend on nothing else.
                base64.insert(engine.encode(&run[..15]).into_bytes());
            }
        }
        Scan {
            runs: vec![(16, raw), (32, hex), (20, base64)],
        }
    }

    fn find(&self, bytes: &[u8]) -> Option<String> {
        self.runs.iter().find_map(|(length, runs)| {
            let at = bytes.windows(*length).position(|run| runs.contains(run))?;
            let run = &bytes[at..at + length];
            Some(format!("at {at}: {}", String::from_utf8_lossy(run)))
        })
    }
}

#[test]
fn the_scan_finds_what_it_looks_for() {
    let scan = Scan::for_secrets(&texts());
    let secret = secret_text("draft", 1000);
    let hex: String = secret[500..540]
        .iter()
        .map(|b| format!("{b:02X}"))
        .collect();
    let base64 = base64::engine::general_purpose::STANDARD;
    for (leak, there) in [
        (secret[100..116].to_vec(), true),
        (hex.clone().into_bytes(), true),
        (hex.to_lowercase().into_bytes(), true),
        (base64.encode(&secret[1..50]).into_bytes(), true),
        (base64.encode(&secret[2..50]).into_bytes(), true),
        (base64.encode(&secret[3..50]).into_bytes(), true),
        (secret[100..115].to_vec(), false),
        (vec![b'x'; 5000], false),
    ] {
        let bytes = [&[0u8; 77][..], &leak, &[1u8; 77]].concat();
        assert_eq!(scan.find(&bytes).is_some(), there);
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => files.extend(files_below(&entry.path())),
            false => files.push(entry.path()),
        }
    }
    files
}

/// The bytes of every write to a file or pipe that `strace -xx` saw, but for those to stdout.
fn writes(trace: &Path) -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(trace).unwrap();
    let calls = text.lines().filter(|line| !line.contains("write(1<"));
    calls
        .flat_map(|line| line.split('"').skip(1).step_by(2).map(unescape))
        .filter(|bytes| bytes.len() >= 16)
        .collect()
}

fn unescape(hex: &str) -> Vec<u8> {
    hex.split("\\x")
        .skip(1)
        .map(|digits| u8::from_str_radix(&digits[..2], 16).unwrap())
        .collect()
}

/// Runs the child that writes all secrets under strace; scans what it wrote and what it left.
fn scan_all() -> (usize, usize) {
    let dir = tempfile::tempdir().unwrap();
    let (home, trace) = (dir.path().join("home"), dir.path().join("trace"));
    let trace_text = trace.display().to_string();
    let calls = "trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg";
    let mut child = command(
        "leaks",
        &home,
        &[
            "strace",
            "-f",
            "-y",
            "-xx",
            "-s",
            "4000000",
            "-e",
            calls,
            "-o",
            &trace_text,
        ],
    )
    .stdin(Stdio::piped())
    .spawn()
    .unwrap();
    let mut said = std::io::BufReader::new(child.stdout.take().unwrap());
    let (mut line, mut key) = (String::new(), Vec::new());
    while !line.ends_with("child> done\n") {
        line.clear();
        assert_ne!(
            std::io::BufRead::read_line(&mut said, &mut line).unwrap(),
            0
        );
        if let Some((_, hex)) = line.split_once("child> key ") {
            let digits = hex.trim().as_bytes().chunks(2);
            key = digits
                .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
                .collect();
        }
    }
    let mut secrets = texts();
    secrets.extend(secret_parts(&key));
    let scan = Scan::for_secrets(&secrets);
    let look = || {
        let files = files_below(&home);
        for file in &files {
            let mut bytes = Vec::new();
            std::fs::File::open(file)
                .unwrap()
                .read_to_end(&mut bytes)
                .unwrap();
            let found = scan.find(&bytes);
            assert_eq!(found, None, "{}", file.display());
        }
        files.len()
    };
    let open = look();
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(child.wait().unwrap().success());
    look();
    let writes = writes(&trace);
    for write in &writes {
        assert_eq!(scan.find(write), None);
    }
    (open, writes.len())
}

/// The secret numbers of a key, without what is public in it.
fn secret_parts(tsk: &[u8]) -> Vec<Vec<u8>> {
    use sequoia_openpgp::packet::key::SecretKeyMaterial;
    use sequoia_openpgp::parse::Parse;
    use sequoia_openpgp::serialize::MarshalInto;
    let cert = sequoia_openpgp::Cert::from_bytes(tsk).unwrap();
    let parts: Vec<Vec<u8>> = cert
        .keys()
        .unencrypted_secret()
        .map(|key| match key.key().secret() {
            SecretKeyMaterial::Unencrypted(secret) => secret.map(|mpis| mpis.to_vec().unwrap()),
            SecretKeyMaterial::Encrypted(_) => panic!("encrypted"),
        })
        .collect();
    assert_eq!(parts.len(), 3);
    parts
}

#[test]
fn rule_43_and_rule_55_nothing_secret_is_written_in_the_clear() {
    let (files, writes) = scan_all();
    assert!(
        files >= 5,
        "database, log, index, certificate and lock: {files}"
    );
    assert!(writes > 100, "{writes}");
}

/// The names under which the rules are looked up.
#[test]
fn rule_43_drafts_are_sealed_at_rest() {
    at_rest(|store| {
        store
            .put_draft("d", &secret_text("draft", 3000), at(0))
            .unwrap();
    });
}

#[test]
fn rule_55_secret_keys_are_sealed_at_rest() {
    let key = Key::make("me@example.org");
    at_rest_with(&secret_parts(key.secret().expose()), |store| {
        key.add_to(store);
        store
            .put_secret(&key.cert.fingerprint(), &key.secret(), at(1))
            .unwrap();
    });
}

fn at_rest(write: impl FnOnce(&FileStore)) {
    at_rest_with(&[], write);
}

/// Looks at all files while the home is open and after.
fn at_rest_with(more: &[Vec<u8>], write: impl FnOnce(&FileStore)) {
    let dir = tempfile::tempdir().unwrap();
    let mut secrets = texts();
    secrets.extend_from_slice(more);
    let scan = Scan::for_secrets(&secrets);
    let look = || {
        for file in files_below(dir.path()) {
            let found = scan.find(&std::fs::read(&file).unwrap());
            assert_eq!(found, None, "{}", file.display());
        }
    };
    let store = open_at(dir.path());
    write(&store);
    look();
    drop(store);
    look();
}

#[cfg(unix)]
#[test]
fn rule_55_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let store = open_at(&home);
    Key::make("me@example.org").add_to(&store);
    let id = crate::shared::letter(&store, 10);
    assert!(store.claim(id, 0, &OutboxState::Waiting).unwrap());
    let mut wide = Vec::new();
    let mut look = |path: &Path| {
        let mode = path.metadata().unwrap().permissions().mode();
        if mode & 0o077 != 0 {
            wide.push(format!("{} {mode:o}", path.display()));
        }
    };
    for file in files_below(&home) {
        look(&file);
        look(file.parent().unwrap());
    }
    assert!(wide.is_empty(), "{wide:?}");
}
