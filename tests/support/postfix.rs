//! A real Postfix that takes letters from people who log in (checked by a real Dovecot) and puts
//! them into Maildirs, on loopback, with configuration, queue and letters in a folder of its own.
//!
//! Postfix's master changes user for its parts, so it wants root; a test that has no root fails
//! and says so.

use super::authority::Certificate;
use super::sasl::Sasl;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The domain whose users have mailboxes here.
pub const DOMAIN: &str = "test.invalid";
/// Those who have one, before the `@`.
pub const MAILBOXES: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "jürgen"];
/// Who may hand letters in: login name and password.
pub const LOGIN: (&str, &str) = ("alice@test.invalid", "pass \"word\" \\ §");

/// Longest wait for a server to start or a letter to arrive.
const PATIENCE: Duration = Duration::from_secs(60);
/// Where Debian keeps Postfix's own programs.
const PROGRAMS: &str = "/usr/lib/postfix/sbin";

/// One port that it listens on.
pub struct Listener<'a> {
    /// TLS from the first byte, or after STARTTLS.
    pub implicit: bool,
    /// What it shows.
    pub certificate: &'a Certificate,
    /// Settings of `main.cf` that differ on this port.
    pub settings: &'a [(&'a str, &'a str)],
}

impl<'a> Listener<'a> {
    /// TLS from the first byte.
    pub fn implicit(certificate: &'a Certificate) -> Self {
        Listener {
            implicit: true,
            certificate,
            settings: &[],
        }
    }

    /// TLS after STARTTLS.
    pub fn starttls(certificate: &'a Certificate) -> Self {
        Listener {
            implicit: false,
            certificate,
            settings: &[],
        }
    }

    /// With other settings.
    pub fn with(self, settings: &'a [(&'a str, &'a str)]) -> Self {
        Listener { settings, ..self }
    }
}

/// A running server; ends with the value.
pub struct Postfix {
    /// The ports on 127.0.0.1, in the order of the listeners.
    pub ports: Vec<u16>,
    folder: tempfile::TempDir,
    _master: Master,
    _sasl: Sasl,
}

impl Postfix {
    /// Starts a server that listens so.
    pub fn start(listeners: &[Listener]) -> Postfix {
        Postfix::start_with(listeners, "")
    }

    /// The same, with more lines for `main.cf`.
    pub fn start_with(listeners: &[Listener], more: &str) -> Postfix {
        assert!(
            rustix::process::geteuid().is_root(),
            "Postfix's master wants root: run this test as root"
        );
        let folder = tempfile::Builder::new().prefix("pf").tempdir().unwrap();
        let at = folder.path();
        fs::set_permissions(at, fs::Permissions::from_mode(0o755)).unwrap();
        let sasl = Sasl::start(&at.join("sasl"), &[LOGIN]);
        lay_out(at);
        let settings = main_cf(at, &sasl) + more;
        fs::write(at.join("main.cf"), settings).unwrap();
        for (number, listener) in listeners.iter().enumerate() {
            let file = at.join(format!("chain{number}.pem"));
            fs::write(&file, &listener.certificate.pem).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let (ports, master) = launch(at, listeners);
        Postfix {
            ports,
            folder,
            _master: master,
            _sasl: sasl,
        }
    }

    /// The letters in a user's mailbox, as Postfix wrote them: LF line ends, and its own fields
    /// (Return-Path, Delivered-To, Received) before the first of the sender's.
    pub fn letters(&self, user: &str) -> Vec<Vec<u8>> {
        let Ok(new) = fs::read_dir(self.mailboxes().join(user).join("new")) else {
            return Vec::new();
        };
        let mut files: Vec<_> = new.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| fs::read(file).unwrap()).collect()
    }

    /// The folder with the Maildirs.
    pub fn mailboxes(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// Waits until so many letters lie in a user's mailbox.
    pub fn wait_for_letters(&self, user: &str, count: usize) -> Vec<Vec<u8>> {
        let by = Instant::now() + PATIENCE;
        loop {
            let letters = self.letters(user);
            if letters.len() >= count {
                return letters;
            }
            assert!(Instant::now() < by, "no letter for {user}: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the log says this, and gives the whole log.
    pub fn wait_for_log(&self, words: &str) -> String {
        let by = Instant::now() + PATIENCE;
        loop {
            let log = self.log();
            if log.contains(words) {
                return log;
            }
            assert!(Instant::now() < by, "the log does not say {words:?}: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What the server wrote into its log.
    pub fn log(&self) -> String {
        log(self.folder.path())
    }
}

fn log(at: &Path) -> String {
    fs::read_to_string(at.join("log")).unwrap_or_default()
}

/// The master process, leader of the group of all its parts; they end with the value.
struct Master(Child);

impl Drop for Master {
    fn drop(&mut self) {
        let group = rustix::process::Pid::from_child(&self.0);
        let tell = |signal| {
            let _ = rustix::process::kill_process_group(group, signal);
        };
        tell(rustix::process::Signal::TERM);
        let by = Instant::now() + Duration::from_secs(5);
        while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < by {
            std::thread::sleep(Duration::from_millis(10));
        }
        tell(rustix::process::Signal::KILL);
        let _ = self.0.wait();
    }
}

/// Starts on free ports. Another process may take one in between, so it is tried again.
fn launch(at: &Path, listeners: &[Listener]) -> (Vec<u16>, Master) {
    for _ in 0..5 {
        let free: Vec<_> = listeners
            .iter()
            .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap())
            .collect();
        let ports: Vec<u16> = free
            .iter()
            .map(|free| free.local_addr().unwrap().port())
            .collect();
        fs::write(at.join("master.cf"), master_cf(at, &ports, listeners)).unwrap();
        drop(free);
        let child = Command::new(Path::new(PROGRAMS).join("master"))
            .args(["-d", "-c"])
            .arg(at)
            .env("MAIL_CONFIG", at)
            .current_dir(at.join("queue"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(at.join("stderr")).unwrap())
            .process_group(0)
            .spawn()
            .expect("postfix is installed");
        let mut master = Master(child);
        let by = Instant::now() + PATIENCE;
        while master.0.try_wait().unwrap().is_none() && Instant::now() < by {
            let open = |port: &u16| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_ok();
            if ports.iter().all(open) {
                return (ports, master);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    let said = fs::read_to_string(at.join("stderr")).unwrap_or_default();
    panic!("postfix does not start: {said}{}", log(at));
}

/// The folders that master and its parts expect, each with the owner that they expect.
fn lay_out(at: &Path) {
    let (user, group) = (id("passwd", "postfix", 2), id("group", "postdrop", 2));
    let make = |path: &str, owner: u32, group: u32, mode: u32| {
        let path = at.join(path);
        fs::create_dir_all(&path).unwrap();
        chown(&path, Some(owner), Some(group)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    };
    make("queue", 0, 0, 0o755);
    make("queue/pid", 0, 0, 0o755);
    for part in "active bounce corrupt defer deferred flush hold incoming private saved trace"
        .split_ascii_whitespace()
    {
        make(&format!("queue/{part}"), user, 0, 0o700);
    }
    make("queue/maildrop", user, group, 0o730);
    make("queue/public", user, group, 0o710);
    make("data", user, 0, 0o700);
    make("mail", NOBODY, NOBODY, 0o755);
    let mailboxes: String = MAILBOXES
        .iter()
        .map(|user| format!("{user}@{DOMAIN} {user}/\n"))
        .collect();
    fs::write(at.join("mailboxes"), mailboxes).unwrap();
    let openssl = "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = old\n\
                   [old]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n";
    fs::write(at.join("openssl.cnf"), openssl).unwrap();
}

/// Whose the letters are: nobody's.
const NOBODY: u32 = 65_534;

/// The number of a user or group, by name.
fn id(database: &str, name: &str, field: usize) -> u32 {
    let entry = Command::new("getent")
        .args([database, name])
        .output()
        .unwrap();
    let entry = String::from_utf8(entry.stdout).unwrap();
    let id = entry.trim().split(':').nth(field);
    id.and_then(|id| id.parse().ok())
        .unwrap_or_else(|| panic!("postfix is installed: no {name} in {database}"))
}

fn main_cf(at: &Path, sasl: &Sasl) -> String {
    let socket = sasl.socket.display();
    let at = at.display();
    format!(
        "compatibility_level = 3.6\n\
         queue_directory = {at}/queue\ndata_directory = {at}/data\n\
         daemon_directory = {PROGRAMS}\ncommand_directory = /usr/sbin\n\
         maillog_file = {at}/log\nmaillog_file_prefixes = {at}\n\
         import_environment = MAIL_CONFIG LANG=C OPENSSL_CONF={at}/openssl.cnf\n\
         inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n\
         myhostname = mail.{DOMAIN}\nmydestination =\nmynetworks =\n\
         local_header_rewrite_clients =\ndefault_transport = error:no way out\n\
         virtual_mailbox_domains = {DOMAIN}\nvirtual_mailbox_base = {at}/mail\n\
         virtual_mailbox_maps = texthash:{at}/mailboxes\n\
         virtual_uid_maps = static:{NOBODY}\nvirtual_gid_maps = static:{NOBODY}\n\
         virtual_minimum_uid = 1\nvirtual_mailbox_limit = 0\n\
         message_size_limit = 60000000\nqueue_minfree = 0\n\
         smtpd_sasl_type = dovecot\nsmtpd_sasl_path = {socket}\nsmtpd_sasl_auth_enable = yes\n\
         smtpd_tls_auth_only = yes\nsmtpd_tls_loglevel = 1\n\
         smtpd_tls_protocols = >=TLSv1.2\nsmtpd_tls_mandatory_protocols = >=TLSv1.2\n\
         smtpd_client_restrictions = permit_sasl_authenticated, reject\n\
         smtpd_relay_restrictions = permit_sasl_authenticated, reject\n\
         smtpd_delay_reject = yes\nsmtpd_error_sleep_time = 0\n\
         smtpd_peername_lookup = no\n"
    )
}

fn master_cf(at: &Path, ports: &[u16], listeners: &[Listener]) -> String {
    let mut lines = String::from(
        "cleanup unix n - n - 0 cleanup\n\
         qmgr unix n - n 300 1 qmgr\n\
         tlsmgr unix - - n 1000? 1 tlsmgr\n\
         rewrite unix - - n - - trivial-rewrite\n\
         bounce unix - - n - 0 bounce\n\
         defer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\n\
         proxymap unix - - n - - proxymap\n\
         anvil unix - - n - 1 anvil\n\
         error unix - - n - - error\n\
         retry unix - - n - - error\n\
         virtual unix - n n - - virtual\n\
         postlog unix-dgram n - n - 1 postlogd\n",
    );
    for (number, (port, listener)) in ports.iter().zip(listeners).enumerate() {
        lines.push_str(&format!("127.0.0.1:{port} inet n - n - - smtpd\n"));
        let chain = at.join(format!("chain{number}.pem"));
        let wrapped = if listener.implicit { "yes" } else { "no" };
        let security = ("smtpd_tls_security_level", "encrypt");
        let usual = [
            security,
            ("smtpd_tls_chain_files", chain.to_str().unwrap()),
            ("smtpd_tls_wrappermode", wrapped),
        ];
        for (name, value) in usual.iter().chain(listener.settings) {
            lines.push_str(&format!("  -o {{ {name} = {value} }}\n"));
        }
    }
    lines
}
