//! A real OpenSMTPD that takes mail for one domain and throws it away, on loopback. Debian's package
//! cannot stand beside Postfix's, so that `tests/run` puts its program aside.
//!
//! It takes no TLS here: Debian's build of it and the TLS library of today do not go together (its parts
//! that keep keys apart find none). It changes user for its parts, so it wants root; a test that has no root fails and says so.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where the program lies.
const PROGRAM: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/target/tools/opensmtpd/usr/sbin/smtpd"
);

/// A running server; ends with the value.
pub struct OpenSmtpd {
    /// Its port on 127.0.0.1.
    pub port: u16,
    process: Child,
    _folder: tempfile::TempDir,
}

impl OpenSmtpd {
    /// Starts a server of this name. With `open` it passes on everybody's mail.
    pub fn start(host: &str, open: bool) -> OpenSmtpd {
        assert!(
            rustix::process::geteuid().is_root(),
            "OpenSMTPD wants root: run this test as root"
        );
        let folder = tempfile::Builder::new().prefix("os").tempdir().unwrap();
        let at = folder.path();
        let rule = if open {
            "match from any for any action out"
        } else {
            "match from any for domain \"test.invalid\" action drop"
        };
        for _ in 0..5 {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let conf = at.join("smtpd.conf");
            let lines = format!(
                "listen on 127.0.0.1 port {port} hostname {host}\n\
                 action drop mda \"/bin/true\"\naction out relay\n{rule}\n"
            );
            fs::write(&conf, lines).unwrap();
            fs::set_permissions(&conf, fs::Permissions::from_mode(0o600)).unwrap();
            let mut process = Command::new(PROGRAM)
                .args(["-d", "-f"])
                .arg(&conf)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(fs::File::create(at.join("log")).unwrap())
                .process_group(0)
                .spawn()
                .expect("OpenSMTPD was put aside by tests/run");
            let by = Instant::now() + Duration::from_secs(30);
            while process.try_wait().unwrap().is_none() && Instant::now() < by {
                if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                    return OpenSmtpd {
                        port,
                        process,
                        _folder: folder,
                    };
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = process.kill();
            let _ = process.wait();
        }
        let log = fs::read_to_string(at.join("log")).unwrap_or_default();
        panic!("OpenSMTPD does not start: {log}");
    }
}

impl Drop for OpenSmtpd {
    fn drop(&mut self) {
        let group = rustix::process::Pid::from_child(&self.process);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.process.wait();
    }
}
