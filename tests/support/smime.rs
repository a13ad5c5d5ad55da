//! NSS and gpgsm, each with a folder of its own, beside the authority by openssl.

#[path = "office.rs"]
mod office;

pub use office::{Office, run, try_run};

use std::path::PathBuf;
use std::process::Output;
use tempfile::TempDir;

/// An NSS database.
pub struct Nss(TempDir);

impl Nss {
    /// An empty one.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("nss").tempdir().unwrap();
        let nss = Nss(folder);
        nss.run("certutil", &["-N", "--empty-password"]);
        nss
    }

    /// Runs one of NSS's programs on it.
    pub fn run(&self, program: &str, args: &[&str]) -> Vec<u8> {
        let mut all = vec!["-d", "sql:."];
        all.extend_from_slice(args);
        run(program, self.0.path(), &all)
    }

    /// A path in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// A home of gpgsm. Its agent ends when this is dropped.
pub struct Gpgsm(TempDir);

impl Gpgsm {
    /// An empty one, with a path short enough for the agent's socket.
    pub fn new() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::Builder::new()
            .prefix("s")
            .permissions(std::fs::Permissions::from_mode(0o700))
            .tempdir()
            .unwrap();
        std::fs::write(
            home.path().join("gpgsm.conf"),
            "disable-crl-checks\ndisable-dirmngr\n",
        )
        .unwrap();
        std::fs::write(
            home.path().join("gpg-agent.conf"),
            "allow-loopback-pinentry\n",
        )
        .unwrap();
        Gpgsm(home)
    }

    /// Runs gpgsm; `password` answers every question.
    pub fn try_run(&self, password: &str, args: &[&str]) -> Output {
        let mut all = vec![
            "--batch",
            "--yes",
            "--pinentry-mode",
            "loopback",
            "--passphrase-fd",
            "0",
        ];
        all.extend_from_slice(args);
        let input = format!("{password}\n");
        try_run("gpgsm", self.0.path(), &all, input.as_bytes())
    }

    /// The same, and it must succeed.
    pub fn run(&self, password: &str, args: &[&str]) -> Vec<u8> {
        let output = self.try_run(password, args);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "gpgsm {args:?}: {told}");
        output.stdout
    }

    /// A path in its home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

impl Drop for Gpgsm {
    fn drop(&mut self) {
        try_run("gpgconf", self.0.path(), &["--kill", "all"], b"");
    }
}
