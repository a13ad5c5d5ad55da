//! A real Dovecot that serves POP3S on loopback, with its own configuration, users and letters in a
//! folder of its own. Works as root (letters belong to `nobody`, as Dovecot wants) and as anybody
//! else (everything belongs to that person).

use std::fs;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The name in the server's certificate.
pub const HOST: &str = "pop.test.invalid";

/// A running server; ends with the value.
pub struct Dovecot {
    /// TCP port of POP3S on 127.0.0.1.
    pub port: u16,
    /// TCP port of POP3 with STLS, without which nobody may log in.
    pub stls_port: u16,
    /// The authority of its certificate, DER.
    pub authority: Vec<u8>,
    folder: tempfile::TempDir,
    process: Child,
}

impl Dovecot {
    /// Starts a server with these users (name, password), each with these letters as they would
    /// lie in a Maildir: LF line ends. `mailboxes` are the Maildirs of another server instead, called
    /// by what stands before the `@`; they belong to `nobody`, so that wants root.
    pub fn start(users: &[(&str, &str)], letters: &[&[u8]], mailboxes: Option<&Path>) -> Dovecot {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let at = folder.path();
        let authority = certificates(at);
        let passwords: String = users
            .iter()
            .map(|(name, password)| format!("{name}:{{PLAIN}}{password}::::::\n"))
            .collect();
        fs::write(at.join("passwd"), passwords).unwrap();
        for (name, _) in users {
            fill(&at.join("mail").join(name), letters);
        }
        let owner = Owner::of(at);
        owner.take(&at.join("mail"));
        let mail = match mailboxes {
            Some(mailboxes) => format!("{}/%n", mailboxes.display()),
            None => format!("{}/mail/%u", at.display()),
        };
        let ([port, stls_port], process) = launch(at, &owner, &mail);
        Dovecot {
            port,
            stls_port,
            authority,
            folder,
            process,
        }
    }

    /// How many letters lie in a user's mailbox.
    pub fn letters(&self, user: &str) -> usize {
        let mailbox = self.folder.path().join("mail").join(user);
        ["new", "cur"]
            .iter()
            .map(|part| fs::read_dir(mailbox.join(part)).unwrap().count())
            .sum()
    }

    /// What the server wrote into its log.
    pub fn log(&self) -> String {
        log(self.folder.path())
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// Asks the master to end, so that it ends its children; waits for it.
fn end(process: &mut Child) {
    let pid = rustix::process::Pid::from_child(process);
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    let _ = process.wait();
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}

/// Starts on free ports. Another process may take one in between, so it is tried again.
fn launch(at: &Path, owner: &Owner, mail: &str) -> ([u16; 2], Child) {
    for _ in 0..5 {
        let free = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        let ports = [&free[0], &free[1]].map(|free| free.local_addr().unwrap().port());
        fs::write(at.join("conf"), configuration(at, ports, owner, mail)).unwrap();
        drop(free);
        let mut process = Command::new(program())
            .arg("-F")
            .arg("-c")
            .arg(at.join("conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("dovecot is installed");
        let patience = Instant::now() + Duration::from_secs(30);
        while process.try_wait().unwrap().is_none() {
            if greets(ports[1]) {
                return (ports, process);
            }
            if Instant::now() > patience {
                end(&mut process);
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    panic!("dovecot does not start: {}", log(at));
}

/// Whether somebody answers with a greeting, not only the kernel with a connection.
fn greets(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
        return false;
    };
    let mut greeting = [0; 3];
    let patience = stream.set_read_timeout(Some(Duration::from_secs(5)));
    patience.is_ok() && stream.read_exact(&mut greeting).is_ok() && greeting == *b"+OK"
}

/// Debian keeps it where only an administrator's shell looks.
fn program() -> PathBuf {
    let usual = PathBuf::from("/usr/sbin/dovecot");
    if usual.exists() {
        usual
    } else {
        PathBuf::from("dovecot")
    }
}

/// Whose the letters are, and whose the server's processes.
struct Owner {
    uid: u32,
    gid: u32,
    /// Processes run as this user and group; `None` as the ones that Debian made for them.
    user: Option<(String, String)>,
}

impl Owner {
    fn of(folder: &Path) -> Owner {
        let own = fs::metadata(folder).unwrap();
        if own.uid() == 0 {
            return Owner {
                uid: 65_534,
                gid: 65_534,
                user: None,
            };
        }
        let name = |which: &str| {
            let said = Command::new("id").arg(which).output().unwrap().stdout;
            String::from_utf8(said).unwrap().trim().to_owned()
        };
        Owner {
            uid: own.uid(),
            gid: own.gid(),
            user: Some((name("-un"), name("-gn"))),
        }
    }

    fn take(&self, path: &Path) {
        chown(path, Some(self.uid), Some(self.gid)).unwrap();
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                self.take(&entry.unwrap().path());
            }
        }
    }
}

fn configuration(at: &Path, [port, stls_port]: [u16; 2], owner: &Owner, mail: &str) -> String {
    let Owner { uid, gid, user } = owner;
    let run_as = user.as_ref().map_or(String::new(), |(user, group)| {
        format!(
            "default_internal_user = {user}\ndefault_internal_group = {group}\n\
             default_login_user = {user}\n\
             service anvil {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n"
        )
    });
    let at = at.display();
    format!(
        "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nprotocols = pop3\n\
         listen = 127.0.0.1\nssl = required\nssl_cert = <{at}/cert.pem\nssl_key = <{at}/key.pem\n\
         mail_location = maildir:{mail}\nmail_home = {at}/mail/%u\n\
         first_valid_uid = 1\nlast_valid_uid = 0\nfirst_valid_gid = 1\nmail_uid = {uid}\n\
         mail_gid = {gid}\nauth_mechanisms = plain\n\
         passdb {{\n driver = passwd-file\n args = username_format=%u {at}/passwd\n}}\n\
         userdb {{\n driver = static\n args = uid={uid} gid={gid} home={at}/mail/%u\n}}\n\
         service pop3-login {{\n chroot =\n inet_listener pop3 {{\n port = {stls_port}\n }}\n\
         inet_listener pop3s {{\n port = {port}\n ssl = yes\n }}\n}}\n{run_as}"
    )
}

fn fill(mailbox: &Path, letters: &[&[u8]]) {
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(mailbox.join(part)).unwrap();
    }
    for (number, letter) in letters.iter().enumerate() {
        let name = format!("{}.{number}.test", 1_700_000_000 + number);
        fs::write(mailbox.join("new").join(name), letter).unwrap();
    }
}

/// Writes `cert.pem` and `key.pem` by a new authority, and gives the authority's certificate.
fn certificates(at: &Path) -> Vec<u8> {
    let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::new(params, key);
    let params = rcgen::CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    fs::write(at.join("cert.pem"), certificate.pem()).unwrap();
    fs::write(at.join("key.pem"), key.serialize_pem()).unwrap();
    authority.der().to_vec()
}
