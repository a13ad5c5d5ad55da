//! Certification authorities made with openssl, with what they publish on a web server and an OCSP
//! responder.

use super::web::Web;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A root, an authority under it, and people.
pub struct Authorities {
    folder: TempDir,
    pub web: Web,
    pub ocsp: u16,
}

const CONFIG: &str = "[ca]\ndefault_ca = one\n[one]\ndatabase = index.txt\ncrlnumber = crlnumber\n\
    default_md = sha256\ndefault_crl_days = 30\ncrl_extensions = crl\n\
    [crl]\nauthorityKeyIdentifier = keyid\n[req]\ndistinguished_name = dn\n[dn]\n";

impl Authorities {
    /// Both authorities, and Bob, whose certificate says where everything is.
    pub fn new() -> Authorities {
        let folder = tempfile::Builder::new().prefix("ca").tempdir().unwrap();
        std::fs::create_dir(folder.path().join("public")).unwrap();
        let web = Web::of(folder.path().join("public"));
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let ocsp = free.local_addr().unwrap().port();
        let all = Authorities { folder, web, ocsp };
        std::fs::write(all.path("ca.cnf"), CONFIG).unwrap();
        let authority =
            "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
        all.issue("root", "root", "/CN=Test Root", authority);
        let lists = format!("crlDistributionPoints=URI:{}\n", all.web.place("root.crl"));
        all.issue(
            "middle",
            "root",
            "/CN=Test Middle",
            &format!("{authority}{lists}"),
        );
        let middle = all.path("middle.pem");
        let public = all.path("public/middle.cer");
        all.openssl(&[
            "x509",
            "-in",
            text(&middle),
            "-outform",
            "DER",
            "-out",
            text(&public),
        ]);
        all.person("bob", "bob@example.org", true, true);
        all
    }

    /// Issues a certificate for a person, with the places of lists and of the responder, or without.
    pub fn person(&self, name: &str, address: &str, lists: bool, asks: bool) {
        let mut more = format!(
            "keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=emailProtection\n\
             subjectAltName=email:{address}\n"
        );
        let mut access = format!("caIssuers;URI:{}", self.web.place("middle.cer"));
        if asks {
            access = format!("{access},OCSP;URI:http://127.0.0.1:{}/", self.ocsp);
        }
        more.push_str(&format!("authorityInfoAccess={access}\n"));
        if lists {
            let place = self.web.place("middle.crl");
            more.push_str(&format!("crlDistributionPoints=URI:{place}\n"));
        }
        self.issue(name, "middle", &format!("/CN={name}"), &more);
    }

    fn issue(&self, name: &str, by: &str, subject: &str, extensions: &str) {
        let file = |end: &str| self.path(&format!("{name}.{end}"));
        let identifiers = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";
        std::fs::write(file("ext"), format!("{identifiers}{extensions}")).unwrap();
        let (key, request, pem, ext) = (file("key"), file("csr"), file("pem"), file("ext"));
        let config = self.path("ca.cnf");
        self.openssl(&[
            "req",
            "-new",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            text(&key),
            "-out",
            text(&request),
            "-subj",
            subject,
            "-config",
            text(&config),
        ]);
        let (issuer, issuer_key) = (
            self.path(&format!("{by}.pem")),
            self.path(&format!("{by}.key")),
        );
        let serial = format!(
            "0x{}",
            name.bytes().map(|b| format!("{b:02x}")).collect::<String>()
        );
        let mut line = vec![
            "x509",
            "-req",
            "-in",
            text(&request),
            "-days",
            "900",
            "-extfile",
            text(&ext),
            "-out",
            text(&pem),
            "-set_serial",
            &serial,
        ];
        if name == by {
            line.extend(["-signkey", text(&key)]);
        } else {
            line.extend(["-CA", text(&issuer), "-CAkey", text(&issuer_key)]);
        }
        self.openssl(&line);
    }

    /// Publishes the list of an authority that revokes these names.
    pub fn publish(&self, by: &str, revoked: &[&str]) {
        self.index(&[], revoked);
        std::fs::write(self.path("crlnumber"), "05\n").unwrap();
        let (pem, key) = (
            self.path(&format!("{by}.pem")),
            self.path(&format!("{by}.key")),
        );
        let config = self.path("ca.cnf");
        let (list, der) = (
            self.path("list.pem"),
            self.path(&format!("public/{by}.crl")),
        );
        self.openssl(&[
            "ca",
            "-config",
            text(&config),
            "-gencrl",
            "-cert",
            text(&pem),
            "-keyfile",
            text(&key),
            "-out",
            text(&list),
        ]);
        self.openssl(&[
            "crl",
            "-in",
            text(&list),
            "-outform",
            "DER",
            "-out",
            text(&der),
        ]);
    }

    /// openssl's data base of what was issued and revoked.
    fn index(&self, good: &[&str], revoked: &[&str]) {
        let serial = |name: &str| name.bytes().map(|b| format!("{b:02X}")).collect::<String>();
        let mut lines = String::new();
        for name in good {
            lines.push_str(&format!(
                "V\t350101000000Z\t\t{}\tunknown\t/CN={name}\n",
                serial(name)
            ));
        }
        for name in revoked {
            let at = "250301000000Z,keyCompromise";
            lines.push_str(&format!(
                "R\t350101000000Z\t{at}\t{}\tunknown\t/CN={name}\n",
                serial(name)
            ));
        }
        std::fs::write(self.path("index.txt"), lines).unwrap();
        std::fs::write(self.path("index.txt.attr"), "unique_subject = no\n").unwrap();
    }

    /// Starts `openssl ocsp`, which knows these names.
    pub fn responder(&self, good: &[&str], revoked: &[&str]) -> Responder {
        self.index(good, revoked);
        let (index, middle, key) = (
            self.path("index.txt"),
            self.path("middle.pem"),
            self.path("middle.key"),
        );
        let port = self.ocsp.to_string();
        let log = self.path("ocsp.log");
        let told = std::fs::File::create(&log).unwrap();
        let child = Command::new("openssl")
            .args([
                "ocsp",
                "-port",
                &port,
                "-index",
                text(&index),
                "-CA",
                text(&middle),
            ])
            .args([
                "-rsigner",
                text(&middle),
                "-rkey",
                text(&key),
                "-nmin",
                "10",
            ])
            .current_dir(self.folder.path())
            .stdout(told.try_clone().unwrap())
            .stderr(told)
            .spawn()
            .unwrap();
        let responder = Responder(child);
        // It says when it listens; a connection without a question would hold it up for good.
        let until = Instant::now() + Duration::from_secs(20);
        while !std::fs::read_to_string(&log).unwrap().contains("ACCEPT") {
            assert!(Instant::now() < until, "openssl ocsp does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        responder
    }

    /// A clear-signed letter of a person's.
    pub fn sign(&self, name: &str, text_file: &str) -> String {
        let (pem, key) = (
            self.file(&format!("{name}.pem")),
            self.file(&format!("{name}.key")),
        );
        let (middle, letter) = (self.file("middle.pem"), self.file("letter.eml"));
        let from = format!("{name}@example.org");
        self.openssl(&[
            "cms",
            "-sign",
            "-text",
            "-in",
            text_file,
            "-signer",
            &pem,
            "-inkey",
            &key,
            "-certfile",
            &middle,
            "-md",
            "sha256",
            "-out",
            &letter,
            "-from",
            &from,
            "-to",
            "alice@example.org",
            "-subject",
            "Lunch",
        ]);
        letter
    }

    /// What a person's key makes of a sealed letter, by openssl.
    pub fn decrypt(&self, name: &str, letter: &Path) -> Vec<u8> {
        let (pem, key) = (
            self.file(&format!("{name}.pem")),
            self.file(&format!("{name}.key")),
        );
        let out = self.file("opened");
        self.openssl(&[
            "cms",
            "-decrypt",
            "-in",
            text(letter),
            "-recip",
            &pem,
            "-inkey",
            &key,
            "-out",
            &out,
        ]);
        std::fs::read(out).unwrap()
    }

    /// A file of this folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same as text.
    pub fn file(&self, name: &str) -> String {
        text(&self.path(name)).to_owned()
    }

    fn openssl(&self, line: &[&str]) {
        let output = Command::new("openssl")
            .args(line)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {line:?}: {told}");
    }
}

/// A responder that ends with the test.
pub struct Responder(Child);

impl Drop for Responder {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
