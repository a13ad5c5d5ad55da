//! What the other process does, and how it is started. It says on stdout what it has finished, one
//! line each, so that whoever kills it knows what must be there.

use crate::shared::{Key, Person, at, draft_of, letter, open_at, store_of};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use waxwing::adapters::store::{FileStore, Home, VaultAccess};
use waxwing::app::port::{OutboxState, Store, StoreFailure};
use waxwing::base::Passphrase;

/// A line of the child's, apart from what the test runner prints.
const MARK: &str = "child> ";

/// A command that runs this program again as the child with this task on this home; `before` is
/// what is run in front of it, as `strace` is.
pub fn command(task: &str, home: &Path, before: &[&str]) -> Command {
    let exe = std::env::current_exe().unwrap();
    let mut words = before
        .iter()
        .map(std::ffi::OsString::from)
        .collect::<Vec<_>>();
    words.push(exe.into());
    let mut command = Command::new(&words[0]);
    command
        .args(&words[1..])
        .args(["--exact", "child", "--nocapture", "--test-threads", "1"])
        .env("STORE_CHILD", task)
        .env("STORE_HOME", home)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

/// A running child.
pub struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Running { child, lines }
    }

    /// The next line that the child says; `None` at its end.
    pub fn line(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // The runner prints "test child ... " before the first.
            if let Some((_, said)) = line.split_once(MARK) {
                return Some(said.trim_end().to_owned());
            }
        }
    }

    /// `kill -9`; returns what it still said.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        let mut rest = Vec::new();
        while let Some(line) = self.line() {
            rest.push(line);
        }
        self.child.wait().unwrap();
        rest
    }

    /// Everything that it says, when it ends well.
    pub fn finish(mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(line) = self.line() {
            lines.push(line);
        }
        assert!(self.child.wait().unwrap().success(), "{lines:?}");
        lines
    }
}

fn say(line: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{MARK}{line}").unwrap();
    out.flush().unwrap();
}

/// Says the outcome: `ok`, or the failure's name.
fn tell(what: &str, outcome: Result<(), StoreFailure>) {
    match outcome {
        Ok(()) => say(format_args!("{what} ok")),
        Err(failure) => say(format_args!("{what} {failure:?}")),
    }
}

pub fn run() {
    let Ok(task) = std::env::var("STORE_CHILD") else {
        return;
    };
    let home = std::env::var_os("STORE_HOME").unwrap();
    let home = Path::new(&home);
    match task.as_str() {
        "drafts" => drafts(home),
        "identities" => identities(home),
        "sending" => sending(home),
        "read" => read(home),
        "fill" => fill(home),
        "leaks" => leaks(home),
        "list" => list(home),
        "keyring" => keyring(home),
        "file" => file(home),
        other => panic!("no task {other}"),
    }
}

/// Writes one draft over and over, of very different sizes.
fn drafts(home: &Path) {
    let store = open_at(home);
    for n in 0u64.. {
        store.put_draft("d", &draft_of(n), at(0)).unwrap();
        say(n);
    }
}

/// Makes one identity after the other.
fn identities(home: &Path) {
    let store = open_at(home);
    // The vault is open before anything is said: the moment of death falls into the work.
    assert!(store.draft("none").unwrap().is_none());
    let known = store.identities().unwrap().len();
    for n in known.. {
        let key = Key::make(&format!("n{n}@example.org"));
        say("made");
        key.add_to(&store);
        say(n);
    }
}

/// Sends one letter after the other, as the service does.
fn sending(home: &Path) {
    let store = open_at(home);
    loop {
        let id = letter(&store, 300_000);
        say(format_args!("{id} waiting"));
        assert!(store.claim(id, 0, &OutboxState::Waiting).unwrap());
        say(format_args!("{id} claimed"));
        let data = OutboxState::Sending { data_begun: true };
        store.set_state(id, 0, &data).unwrap();
        say(format_args!("{id} data"));
        // The server takes its time to answer.
        std::thread::sleep(std::time::Duration::from_millis(10));
        let receipt = "{\"last\":\"250\"}".to_owned();
        let sent = OutboxState::Sent { receipt };
        store.set_state(id, 0, &sent).unwrap();
        say(format_args!("{id} sent"));
    }
}

/// Reads what `shared::fill_home` wrote, then tries to write.
fn read(home: &Path) {
    let store = match store_of(home) {
        Ok(store) => store,
        Err(failure) => return tell("open", Err(failure)),
    };
    tell("open", Ok(()));
    say(format_args!(
        "identities {}",
        store.identities().unwrap().len()
    ));
    say(format_args!("certs {}", store.certs().unwrap().len()));
    let draft = store
        .draft("d")
        .map(|found| found.map(|d| d.expose().len()));
    say(format_args!("draft {draft:?}"));
    let outbox = store.outbox().map(|entries| entries.len());
    say(format_args!("outbox {outbox:?}"));
    tell("put_draft", store.put_draft("d", b"changed", at(1)));
    let key = Key::make("new@example.org");
    tell("put_cert", key.put_in(&store));
    tell("add_identity", key.try_add_to(&store));
}

/// Writes until the disk is full, then reads what was written.
fn fill(home: &Path) {
    let store = open_at(home);
    let mut written = 0;
    let failure = loop {
        let bytes = draft_of(7);
        match store.put_draft(&format!("f{written}"), &bytes, at(0)) {
            Ok(()) => written += 1,
            Err(failure) => break failure,
        }
    };
    say(format_args!("full {failure:?}"));
    tell(
        "add_identity",
        Key::make("new@example.org").try_add_to(&store),
    );
    drop(store);
    let store = open_at(home);
    assert_eq!(store.drafts().unwrap().len(), written);
    for n in 0..written {
        let draft = store.draft(&format!("f{n}")).unwrap().unwrap();
        assert!(*draft.expose() == draft_of(7));
    }
    say(format_args!("kept {written}"));
}

/// Writes every kind of secret, each out of `shared::secret_text`.
fn leaks(home: &Path) {
    let store = open_at(home);
    crate::leaks::write_secrets(&store);
    say("done");
    // The home is looked at while it is open, too.
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
}

/// Lists all certificates and says how long it took and how much memory the process has.
fn list(home: &Path) {
    let store = open_at(home);
    for _ in 0..2 {
        let began = std::time::Instant::now();
        let certs = store.certs().unwrap();
        say(format_args!(
            "{} {}",
            certs.len(),
            began.elapsed().as_millis()
        ));
    }
    drop(store);
    let store = open_at(home);
    let began = std::time::Instant::now();
    let who = waxwing::address::Address::parse("n500@example.org").unwrap();
    assert_eq!(store.certs_for(&who).unwrap().len(), 1);
    say(format_args!("one {}", began.elapsed().as_millis()));
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|l| l.strip_prefix("VmHWM:"))
        .unwrap();
    say(format_args!("peak {}", peak.trim().trim_end_matches(" kB")));
}

/// Uses a home without a passphrase file; asks nobody, or whom `STORE_ANSWER` names.
fn keyring(home: &Path) {
    let person = Arc::new(Person::new(std::env::var("STORE_ANSWER").ok()));
    let access = VaultAccess::Ask(person.clone());
    let store = FileStore::open(&Home::at(home), access).unwrap();
    match store.draft("d") {
        Ok(found) => say(format_args!("draft {}", found.is_some())),
        Err(failure) => say(format_args!("draft {failure:?}")),
    }
    tell("put_draft", store.put_draft("d", b"text", at(0)));
    say(format_args!("asked {:?}", person.asked()));
}

/// Uses a home with a passphrase file.
fn file(home: &Path) {
    let access = VaultAccess::PassphraseFile(Passphrase::new("test".into()));
    let store = FileStore::open(&Home::at(home), access).unwrap();
    tell("put_draft", store.put_draft("d", b"text", at(0)));
}
