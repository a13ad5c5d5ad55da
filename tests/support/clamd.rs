//! A real clamd with a signature of the test's own, on a socket of its own.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What the signature is for.
pub const HARM: &str = "this-file-plays-the-villain-in-a-test";

/// A running daemon; ends with the value.
pub struct Clamd {
    folder: tempfile::TempDir,
    process: Child,
}

impl Clamd {
    /// Starts it, and waits until it listens. It takes at most so many bytes of a file.
    pub fn start(most: usize) -> Clamd {
        let folder = tempfile::Builder::new().prefix("clamd").tempdir().unwrap();
        let at = folder.path();
        std::fs::set_permissions(at, std::fs::Permissions::from_mode(0o755)).unwrap();
        let database = at.join("signatures");
        std::fs::create_dir(&database).unwrap();
        let hex: String = HARM.bytes().map(|b| format!("{b:02x}")).collect();
        std::fs::write(
            database.join("own.ndb"),
            format!("Test.Villain:0:*:{hex}\n"),
        )
        .unwrap();
        let configuration = format!(
            "Foreground yes\nLocalSocket {0}/socket\nLocalSocketMode 666\nDatabaseDirectory {0}/signatures\n\
             LogFile {0}/log\nStreamMaxLength {most}\nMaxThreads 2\nTemporaryDirectory {0}\n",
            at.display()
        );
        std::fs::write(at.join("clamd.conf"), configuration).unwrap();
        let program = ["/usr/sbin/clamd", "/usr/bin/clamd", "/sbin/clamd"]
            .into_iter()
            .find(|path| std::path::Path::new(path).exists())
            .expect("clamd is missing: install clamav-daemon");
        let process = Command::new(program)
            .arg("--config-file")
            .arg(at.join("clamd.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut clamd = Clamd { folder, process };
        let deadline = Instant::now() + Duration::from_secs(60);
        while std::os::unix::net::UnixStream::connect(clamd.socket()).is_err() {
            let log = std::fs::read_to_string(clamd.folder.path().join("log")).unwrap_or_default();
            let ended = clamd.process.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "clamd: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
        clamd
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
