//! A small authority by openssl, with a folder of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Runs a program that must succeed: what it wrote.
pub fn run(program: &str, folder: &Path, args: &[&str]) -> Vec<u8> {
    let output = try_run(program, folder, args, b"");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {told}");
    output.stdout
}

/// Runs a program with standard input.
pub fn try_run(program: &str, folder: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(program)
        .args(args)
        .env("LC_ALL", "C.UTF-8")
        .env("GNUPGHOME", folder)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// A folder with a certification authority (`ca.pem`, `ca.key`) and what it signed.
pub struct Office {
    folder: TempDir,
}

impl Office {
    /// A new authority.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("office").tempdir().unwrap();
        let office = Office { folder };
        office.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-subj",
            "/CN=Office CA",
            "-days",
            "3650",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
        ]);
        office
    }

    /// Runs openssl in the folder.
    pub fn openssl(&self, args: &[&str]) -> Vec<u8> {
        run("openssl", self.folder.path(), args)
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A person's key and certificate: `NAME.key`, `NAME.pem`.
    pub fn issue(&self, name: &str, new_key: &[&str]) {
        let (key, csr) = (format!("{name}.key"), format!("{name}.csr"));
        let subject = format!("/CN={name}");
        let mut args = vec![
            "req", "-new", "-nodes", "-keyout", &key, "-out", &csr, "-subj", &subject,
        ];
        args.extend_from_slice(new_key);
        self.openssl(&args);
        self.sign(name, &format!("{name}@example.org"));
    }

    /// Signs `NAME.csr` for an address: `NAME.pem`.
    pub fn sign(&self, name: &str, address: &str) {
        let extensions = format!(
            "subjectAltName=email:{address}\n\
             keyUsage=critical,digitalSignature,keyEncipherment,keyAgreement\n\
             extendedKeyUsage=emailProtection\nbasicConstraints=CA:FALSE\n"
        );
        std::fs::write(self.path("extensions"), extensions).unwrap();
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            &format!("{name}.csr"),
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "1000",
            "-extfile",
            "extensions",
            "-out",
            &format!("{name}.pem"),
        ]);
    }

    /// `FILE`: `NAME`'s key and certificate with the authority's, as openssl writes PKCS #12.
    pub fn pkcs12(&self, name: &str, file: &str, password: &str, more: &[&str]) {
        let (cert, key) = (format!("{name}.pem"), format!("{name}.key"));
        let password = format!("pass:{password}");
        let mut args = vec![
            "pkcs12",
            "-export",
            "-in",
            &cert,
            "-inkey",
            &key,
            "-certfile",
            "ca.pem",
            "-name",
            "Friendly Ä",
            "-passout",
            &password,
            "-out",
            file,
        ];
        args.extend_from_slice(more);
        self.openssl(&args);
    }
}
