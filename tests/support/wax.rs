//! The `wax` program with a home of its own.

use serde_json::Value;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A home with a passphrase file, and a folder for what a test makes.
pub struct Wax {
    folder: TempDir,
}

impl Wax {
    /// An empty home.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("wax").tempdir().unwrap();
        std::fs::write(folder.path().join("passphrase"), "correct horse\n").unwrap();
        Wax { folder }
    }

    /// A home with an identity.
    pub fn with_identity(name: &str, address: &str) -> Self {
        let wax = Wax::new();
        wax.json(&["identity", "new", name, address]);
        wax
    }

    /// The home.
    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// A path in the test's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the test's folder.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A command on this home, not started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wax"));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            .args(args)
            .arg("--home")
            .arg(self.home())
            .arg("--passphrase-file")
            .arg(self.path("passphrase"));
        command
    }

    /// Runs a command and gives whatever came of it.
    pub fn run(&self, args: &[&str]) -> Output {
        self.run_with(args, b"")
    }

    /// The same, with standard input.
    pub fn run_with(&self, args: &[&str], input: &[u8]) -> Output {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // A program that has read enough closes the pipe.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    }

    /// Runs a command with `--json` that must exit with 0: its document.
    pub fn json(&self, args: &[&str]) -> Value {
        let (exit, document) = self.outcome(args);
        assert_eq!(exit, 0, "{args:?}: {document:#}");
        document
    }

    /// Runs a command with `--json`: its exit code and its one document.
    pub fn outcome(&self, args: &[&str]) -> (i32, Value) {
        let mut args = args.to_vec();
        args.push("--json");
        let output = self.run(&args);
        let text = String::from_utf8(output.stdout).unwrap();
        let document = serde_json::from_str(&text).unwrap_or_else(|error| {
            let told = String::from_utf8_lossy(&output.stderr);
            panic!("{args:?}: {error} in {text:?}; {told}")
        });
        (output.status.code().unwrap(), document)
    }

    /// Runs a command that must exit with 1: the error's code. Every error says what happened,
    /// why, and the next step.
    pub fn error(&self, args: &[&str]) -> String {
        let (exit, document) = self.outcome(args);
        assert_eq!(exit, 1, "{args:?}: {document:#}");
        let error = &document["error"];
        for part in ["headline", "next"] {
            let text = error[part].as_str().unwrap();
            assert!(!text.is_empty(), "{args:?}: no {part} in {document:#}");
        }
        error["code"].as_str().unwrap().to_owned()
    }
}

/// The armored message inside a PGP/MIME mail.
pub fn armored(message: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(message);
    let start = text.find("-----BEGIN PGP MESSAGE-----").unwrap();
    let end = text.find("-----END PGP MESSAGE-----").unwrap();
    text[start..end]
        .as_bytes()
        .iter()
        .copied()
        .chain(*b"-----END PGP MESSAGE-----\n")
        .collect()
}
