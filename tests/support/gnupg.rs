//! GnuPG with a home of its own and a clock that can stand still.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A home. Its agent is ended when this is dropped.
pub struct Gpg {
    /// Its folder.
    pub home: TempDir,
    clock: Option<String>,
}

impl Gpg {
    /// An empty home, with a path short enough for the agent's socket. The clock stands still at
    /// `at` (ISO 8601 basic, UTC), or is the machine's.
    pub fn new(at: Option<&str>) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::Builder::new()
            .prefix("g")
            .permissions(std::fs::Permissions::from_mode(0o700))
            .tempdir()
            .expect("a folder for gpg");
        // Frozen: a clock that ticks made keys that are newer than what the next call believes.
        let clock = at.map(|at| format!("--faked-system-time={at}!"));
        let gpg = Gpg { home, clock };
        // Makes the trust database, which an imported revocation asks for.
        gpg.run(&["--trust-model=pgp", "--check-trustdb"], b"");
        gpg
    }

    /// Runs gpg and gives whatever came of it.
    pub fn try_run(&self, args: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new("gpg")
            .env("LC_ALL", "C")
            .arg("--homedir")
            .arg(self.home.path())
            .args([
                "--batch",
                "--yes",
                "--trust-model=always",
                "--pinentry-mode=loopback",
            ])
            .args(&self.clock)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gpg is installed");
        let mut stdin = child.stdin.take().expect("piped");
        let input = input.to_vec();
        // On a thread of its own: gpg writes while it still reads.
        let writer = std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("gpg ends");
        writer.join().expect("written");
        output
    }

    /// Runs gpg and expects success; what it wrote.
    pub fn run(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.try_run(args, input);
        assert!(
            output.status.success(),
            "gpg {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    /// Makes a key without a passphrase: gpg's own kind when `algorithm` is `default` or
    /// `future-default`, else one key for everything.
    pub fn generate(&self, user_id: &str, algorithm: &str) {
        let usage = match algorithm {
            "default" | "future-default" => "default",
            _ => "sign,cert,encrypt",
        };
        let args = [
            "--passphrase=",
            "--quick-gen-key",
            user_id,
            algorithm,
            usage,
            "2y",
        ];
        self.run(&args, b"");
    }

    /// Decrypts: the plaintext, and gpg's status lines.
    pub fn decrypt(&self, message: &[u8]) -> (Vec<u8>, String) {
        let status = self.home.path().join("status");
        let file = status.to_str().expect("a plain path").to_owned();
        let out = self.run(&["--status-file", &file, "--decrypt"], message);
        let status = std::fs::read(&status).expect("status");
        (out, String::from_utf8_lossy(&status).into_owned())
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf")
            .arg("--homedir")
            .arg(self.home.path())
            .args(["--kill", "all"])
            .status();
    }
}
