//! A real Dovecot that does nothing but tell Postfix whether a password is right.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running Dovecot; ends with the value.
pub struct Sasl {
    /// Where Postfix asks.
    pub socket: PathBuf,
    process: Child,
}

impl Sasl {
    /// Starts one in `folder`, which it makes, with these users (name, password).
    pub fn start(folder: &Path, users: &[(&str, &str)]) -> Sasl {
        fs::create_dir(folder).unwrap();
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        let passwords: String = users
            .iter()
            .map(|(name, password)| format!("{name}:{{PLAIN}}{password}::::::\n"))
            .collect();
        fs::write(folder.join("passwd"), passwords).unwrap();
        fs::write(folder.join("conf"), configuration(folder)).unwrap();
        let socket = folder.join("socket");
        let mut process = Command::new("/usr/sbin/dovecot")
            .arg("-F")
            .arg("-c")
            .arg(folder.join("conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("dovecot is installed");
        let by = Instant::now() + Duration::from_secs(60);
        let there = || fs::metadata(&socket).is_ok_and(|found| found.file_type().is_socket());
        while !there() {
            let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none(), "dovecot does not start: {}", log());
            assert!(Instant::now() < by, "dovecot does not start: {}", log());
            std::thread::sleep(Duration::from_millis(10));
        }
        Sasl { socket, process }
    }
}

impl Drop for Sasl {
    fn drop(&mut self) {
        // Asked politely, it takes a second; it has nothing to lose.
        let group = rustix::process::Pid::from_child(&self.process);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.process.wait();
    }
}

fn configuration(folder: &Path) -> String {
    let at = folder.display();
    format!(
        "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nprotocols =\nssl = no\n\
         listen = 127.0.0.1\nauth_mechanisms = plain login\nauth_failure_delay = 0\n\
         passdb {{\n driver = passwd-file\n args = username_format=%u {at}/passwd\n}}\n\
         userdb {{\n driver = static\n args = uid=65534 gid=65534 home=/nonexistent\n}}\n\
         service auth {{\n unix_listener {at}/socket {{\n mode = 0666\n }}\n}}\n\
         service anvil {{\n unix_listener anvil-auth-penalty {{\n mode = 0\n }}\n}}\n"
    )
}
