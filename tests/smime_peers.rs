//! S/MIME messages with real peers, openssl, gpgsm and NSS's cmsutil, in both directions: the table of
//! what works, and where a peer's own limit stands in the way, in the peer's own words.

#[path = "support/smime.rs"]
mod smime;

use openssl::pkey::PKey;
use openssl::x509::X509;
use smime::{Gpgsm, Nss, Office};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;
use waxwing::app::workers::Threads;
use waxwing::base::{Alone, Time};
use waxwing::cert::x509::{X509Cert, X509Secret};
use waxwing::cert::{Cert, OwnSecret, SecretKeys};
use waxwing::mime::Tree;
use waxwing::protect::evidence::{Integrity, Layer, SignatureState};
use waxwing::protect::open as envelope;
use waxwing::protect::openpgp::Reading;
use waxwing::protect::smime::{Author, Capabilities, Reader, seal_message, sign_message};

const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nHello,\r\nit works.\r\n";

/// Keys of the table. OAEP is RSA used in another way.
const KEYS: [&str; 5] = ["RSA v1.5", "OAEP", "P-256", "P-384", "X25519"];
const CONTENTS: [&str; 2] = ["CBC", "GCM"];

/// Peers make certificates and signatures by the real clock.
#[allow(
    clippy::disallowed_methods,
    reason = "the peer's clock is the real one"
)]
fn now() -> Time {
    Time::now()
}

/// The name of a key's files.
fn files_of(key: &str) -> &'static str {
    match key {
        "P-256" => "p256",
        "P-384" => "p384",
        "X25519" => "x25519",
        _ => "rsa",
    }
}

struct World {
    office: Office,
    gpgsm: Gpgsm,
    nss: Nss,
    secrets: BTreeMap<&'static str, X509Secret>,
    author: X509Secret,
}

impl World {
    fn new() -> World {
        let office = Office::new();
        office.issue("author", &["-newkey", "rsa:2048"]);
        office.issue("rsa", &["-newkey", "rsa:2048"]);
        for (name, curve) in [("p256", "P-256"), ("p384", "P-384")] {
            let curve = format!("ec_paramgen_curve:{curve}");
            office.issue(name, &["-newkey", "ec", "-pkeyopt", &curve]);
        }
        issue_x25519(&office);
        let names = ["rsa", "p256", "p384", "x25519"];
        let secrets = names.map(|name| (name, secret(&office, name)));
        let author = secret(&office, "author");
        let (gpgsm, nss) = (Gpgsm::new(), Nss::new());
        let ca = office.path("ca.pem");
        gpgsm.run("", &["--import", text(&ca)]);
        let ca_der = X509::from_pem(&std::fs::read(&ca).unwrap()).unwrap();
        let root = ca_der.digest(openssl::hash::MessageDigest::sha1()).unwrap();
        let root: String = root.iter().map(|b| format!("{b:02X}")).collect();
        std::fs::write(gpgsm.path("trustlist.txt"), format!("{root} S relax\n")).unwrap();
        nss.run(
            "certutil",
            &["-A", "-n", "ca", "-t", "CT,CT,CT", "-i", text(&ca)],
        );
        let old = [
            "-legacy",
            "-keypbe",
            "PBE-SHA1-3DES",
            "-certpbe",
            "PBE-SHA1-3DES",
            "-macalg",
            "sha1",
        ];
        for name in ["author", "rsa", "p256", "p384"] {
            let file = format!("{name}.p12");
            office.pkcs12(name, &file, "x", &old);
            let file = office.path(&file);
            nss.run("pk12util", &["-i", text(&file), "-W", "x"]);
            // gpgsm 2.2 crashes on elliptic curves in PKCS #12: their certificates alone are known.
            if name == "rsa" || name == "author" {
                gpgsm.run("x", &["--import", text(&file)]);
            }
            gpgsm.run(
                "",
                &["--import", text(&office.path(&format!("{name}.pem")))],
            );
        }
        gpgsm.run("", &["--import", text(&office.path("x25519.pem"))]);
        std::fs::write(office.path("entity"), ENTITY).unwrap();
        World {
            office,
            gpgsm,
            nss,
            secrets: secrets.into_iter().collect(),
            author,
        }
    }

    fn secret(&self, key: &str) -> &X509Secret {
        &self.secrets[files_of(key)]
    }

    /// What we seal for this key, so that the choice of algorithms is the one of the table.
    fn ours(&self, key: &str, content: &str) -> Vec<u8> {
        let own = self.secret(key);
        let capabilities = Capabilities::read(&capabilities(key, content));
        let reader = Reader {
            cert: own.x509().clone(),
            capabilities,
        };
        let author = Author {
            signer: &self.author,
            own: self.author.x509(),
            chain: &[],
        };
        seal_message(b"", ENTITY, author, &[reader], now(), &Alone)
            .unwrap_or_else(|why| panic!("{why:?}"))
    }

    fn cert_file(&self, key: &str) -> String {
        text(&self.office.path(&format!("{}.pem", files_of(key)))).to_owned()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn secret(office: &Office, name: &str) -> X509Secret {
    let read = |file: String| std::fs::read(office.path(&file)).unwrap();
    let cert = X509::from_pem(&read(format!("{name}.pem"))).unwrap();
    let cert = X509Cert::from_der(&cert.to_der().unwrap()).unwrap();
    let key = PKey::private_key_from_pem(&read(format!("{name}.key"))).unwrap();
    X509Secret::new(cert, key).unwrap_or_else(|problem| panic!("{name}: {problem:?}"))
}

/// SMIMECapabilities that lead to this cell (RFC 8551 §2.5.2).
fn capabilities(key: &str, content: &str) -> Vec<u8> {
    let mut all: Vec<&[u8]> = vec![b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a"];
    if content == "GCM" {
        all.push(b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e");
    }
    if key == "OAEP" {
        all.push(b"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07");
    }
    let all = all.concat();
    let mut out = vec![0x30, u8::try_from(all.len()).unwrap()];
    out.extend(all);
    out
}

/// A certificate for a key that cannot sign a request of its own: the request is signed by the
/// authority's key, and the certificate gets the other one.
fn issue_x25519(office: &Office) {
    office.openssl(&["genpkey", "-algorithm", "X25519", "-out", "x25519.key"]);
    office.openssl(&["pkey", "-in", "x25519.key", "-pubout", "-out", "x25519.pub"]);
    let extensions = "subjectAltName=email:x25519@example.org\nkeyUsage=critical,keyAgreement\n\
                      extendedKeyUsage=emailProtection\nbasicConstraints=CA:FALSE\n";
    std::fs::write(office.path("x25519.ext"), extensions).unwrap();
    office.openssl(&[
        "req",
        "-new",
        "-key",
        "ca.key",
        "-subj",
        "/CN=x25519",
        "-out",
        "x25519.csr",
    ]);
    office.openssl(&[
        "x509",
        "-req",
        "-in",
        "x25519.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "1000",
        "-extfile",
        "x25519.ext",
        "-force_pubkey",
        "x25519.pub",
        "-out",
        "x25519.pem",
    ]);
}

/// Runs openssl in the office's folder, whatever comes of it.
fn openssl(world: &World, args: &[&str]) -> Output {
    smime::try_run("openssl", &world.office.path(""), args, b"")
}

/// Runs NSS's cmsutil in its folder, whatever comes of it.
fn cmsutil(world: &World, args: &[&str]) -> Output {
    let mut all = args.to_vec();
    all.splice(1..1, ["-d", "sql:."]);
    smime::try_run("cmsutil", &world.nss.path(""), &all, b"")
}

/// The CMS bytes of a sealed letter, and the entity in it.
fn body(message: &[u8]) -> Vec<u8> {
    let tree = Tree::parse(message).unwrap();
    tree.root().decoded().bytes.into_owned()
}

/// What came of one cell.
enum Cell {
    Passed,
    /// The peer said no, in these words.
    Limit(String),
}

fn words_of(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<&str> = told
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines.join(" | ")
}

/// A peer that succeeded gives its output; one that failed must have failed with its known limit.
fn outcome(cell: &str, output: &Output, limit: Option<&str>) -> Result<(), Cell> {
    if output.status.success() {
        return Ok(());
    }
    let told = words_of(output);
    match limit {
        Some(limit) if told.contains(limit) => Err(Cell::Limit(limit.to_owned())),
        Some(_) | None => panic!("{cell}: {told}"),
    }
}

/// Opens what a peer sealed.
fn we_open(world: &World, key: &str, content: &str, cms: &[u8]) {
    let message = [
        b"MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\
          Content-Transfer-Encoding: binary\r\n\r\n"
            .as_slice(),
        cms,
    ]
    .concat();
    let keys: SecretKeys = [OwnSecret::X509(world.secret(key).clone())]
        .into_iter()
        .collect();
    let certs: Vec<Cert> = Vec::new();
    let with = Reading {
        keys: &keys,
        certs: &certs,
        at: now(),
        workers: &Threads,
        without_integrity: false,
    };
    let opened = envelope::open(&message, &with).unwrap_or_else(|why| panic!("{why:?}"));
    let (evidence, payload) = opened.into_payload();
    assert_eq!(payload, ENTITY);
    let integrity = evidence.encryptions().next().unwrap().integrity;
    let expected = if content == "GCM" {
        Integrity::Aead
    } else {
        Integrity::Cbc
    };
    assert_eq!(integrity, expected);
}

/// Verifies what a peer signed.
fn we_verify(message: &[u8], signer: &X509Secret) {
    let certs: Vec<Cert> = Vec::new();
    let with = Reading {
        keys: &SecretKeys::new(),
        certs: &certs,
        at: now(),
        workers: &Threads,
        without_integrity: false,
    };
    let opened = envelope::open(message, &with).unwrap_or_else(|why| panic!("{why:?}"));
    let (evidence, payload) = opened.into_payload();
    assert_eq!(payload, ENTITY);
    let [Layer::SmimeSigned(facts)] = evidence.layers.as_slice() else {
        panic!("{:?}", evidence.layers);
    };
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0].state, SignatureState::Good, "{facts:?}");
    assert_eq!(facts[0].signer, Some(signer.fingerprint()));
}

/// The signed entity that a peer's decryption gave.
fn is_ours(plain: &[u8], author: &X509Secret) {
    we_verify(plain, author);
}

fn openssl_seals(world: &World, key: &str, content: &str) -> Cell {
    let cipher = match content {
        "GCM" => "-aes-256-gcm",
        _ => "-aes-256-cbc",
    };
    let cert = world.cert_file(key);
    let mut args = vec![
        "cms", "-encrypt", "-binary", cipher, "-outform", "DER", "-in", "entity", "-out", "sealed",
    ];
    args.extend(["-recip", &cert]);
    if key == "OAEP" {
        args.extend([
            "-keyopt",
            "rsa_padding_mode:oaep",
            "-keyopt",
            "rsa_oaep_md:sha256",
        ]);
    }
    let output = openssl(world, &args);
    let limit = (key == "X25519").then_some("operation not supported for this keytype");
    if let Err(cell) = outcome("openssl seals", &output, limit) {
        return cell;
    }
    we_open(
        world,
        key,
        content,
        &std::fs::read(world.office.path("sealed")).unwrap(),
    );
    Cell::Passed
}

fn openssl_opens(world: &World, key: &str, content: &str) -> Cell {
    let sealed = body(&world.ours(key, content));
    std::fs::write(world.office.path("ours"), sealed).unwrap();
    let (cert, secret) = (world.cert_file(key), format!("{}.key", files_of(key)));
    let output = openssl(
        world,
        &[
            "cms", "-decrypt", "-binary", "-inform", "DER", "-in", "ours", "-recip", &cert,
            "-inkey", &secret,
        ],
    );
    let limit = (key == "X25519").then_some("Error decrypting CMS using private key");
    if let Err(cell) = outcome("openssl opens", &output, limit) {
        return cell;
    }
    is_ours(&output.stdout, &world.author);
    Cell::Passed
}

fn gpgsm_seals(world: &World, key: &str, content: &str) -> Cell {
    let cipher = match content {
        "GCM" => "AES256.GCM",
        _ => "AES256",
    };
    let subject = format!("/CN={}", files_of(key));
    let entity = world.office.path("entity");
    let out = world.gpgsm.path("sealed");
    let mut args = vec!["--cipher-algo", cipher, "-o", text(&out), "-r", &subject];
    if key == "OAEP" {
        // It has no such choice.
        args.push("--rsa-oaep");
    }
    args.extend(["-e", text(&entity)]);
    let output = world.gpgsm.try_run("", &args);
    let limit = match (key, content) {
        ("OAEP", _) => Some("invalid option"),
        (_, "GCM") => Some("selected cipher algorithm is invalid"),
        ("P-256", _) => Some("Provided object is too short"),
        ("P-384", _) => Some("ksba_cms_set_enc_val failed"),
        ("X25519", _) => Some("encrypt to"),
        _ => None,
    };
    if let Err(cell) = outcome("gpgsm seals", &output, limit) {
        return cell;
    }
    we_open(world, key, content, &std::fs::read(out).unwrap());
    Cell::Passed
}

fn gpgsm_opens(world: &World, key: &str, content: &str) -> Cell {
    let sealed = world.gpgsm.path("ours");
    std::fs::write(&sealed, body(&world.ours(key, content))).unwrap();
    let output = world.gpgsm.try_run("x", &["-d", text(&sealed)]);
    let limit = match (key, content) {
        (_, "GCM") => Some("message decryption failed"),
        ("RSA v1.5", _) => None,
        _ => Some("message decryption failed: No secret key"),
    };
    if let Err(cell) = outcome("gpgsm opens", &output, limit) {
        return cell;
    }
    is_ours(&output.stdout, &world.author);
    Cell::Passed
}

fn nss_seals(world: &World, key: &str, content: &str) -> Cell {
    let entity = world.office.path("entity");
    let mut args = vec![
        "-E",
        "-r",
        files_of(key),
        "-i",
        text(&entity),
        "-o",
        "sealed",
    ];
    // It has neither choice.
    if content == "GCM" {
        args.push("--aes-256-gcm");
    }
    if key == "OAEP" {
        args.push("--oaep");
    }
    let output = cmsutil(world, &args);
    let limit = match (key, content) {
        (_, "GCM") | ("OAEP", _) => Some("Usage:"),
        ("P-256" | "P-384", _) => Some("SEC_ERROR_INVALID_ALGORITHM"),
        ("X25519", _) => Some("cannot find certificate"),
        _ => None,
    };
    if let Err(cell) = outcome("cmsutil seals", &output, limit) {
        return cell;
    }
    we_open(
        world,
        key,
        content,
        &std::fs::read(world.nss.path("sealed")).unwrap(),
    );
    Cell::Passed
}

fn nss_opens(world: &World, key: &str, content: &str) -> Cell {
    let sealed = world.nss.path("ours");
    std::fs::write(&sealed, body(&world.ours(key, content))).unwrap();
    let output = cmsutil(world, &["-D", "-i", "ours", "-o", "opened"]);
    let limit = match (key, content) {
        ("RSA v1.5", "CBC") => None,
        (_, _) => Some("problem decoding"),
    };
    if let Err(cell) = outcome("cmsutil opens", &output, limit) {
        return cell;
    }
    is_ours(
        &std::fs::read(world.nss.path("opened")).unwrap(),
        &world.author,
    );
    Cell::Passed
}

type Way = fn(&World, &str, &str) -> Cell;

#[test]
fn every_peer_seals_and_opens_what_it_can() {
    let world = World::new();
    let peers: [(&str, Way, Way); 3] = [
        ("openssl", openssl_seals, openssl_opens),
        ("gpgsm", gpgsm_seals, gpgsm_opens),
        ("NSS", nss_seals, nss_opens),
    ];
    let mut passed = 0;
    println!("{:<8} {:<9} {:<4} {:<6} outcome", "peer", "key", "", "");
    for (peer, seals, opens) in peers {
        for key in KEYS {
            for content in CONTENTS {
                for (verb, run) in [("seals", seals), ("opens", opens)] {
                    let outcome = match run(&world, key, content) {
                        Cell::Passed => {
                            passed += 1;
                            "passed".to_owned()
                        }
                        Cell::Limit(words) => format!("its own limit: {words}"),
                    };
                    println!("{peer:<8} {key:<9} {content:<4} {verb:<6} {outcome}");
                }
            }
        }
    }
    // openssl all but X25519, gpgsm and NSS RSA in CBC.
    assert!(passed >= 20, "{passed} cells passed");
}

/// A clear-signed letter around a peer's detached signature.
fn clear(signature: &[u8]) -> Vec<u8> {
    let mut out = b"MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b;\r\n\
        \tprotocol=\"application/pkcs7-signature\"\r\n\r\n--b\r\n"
        .to_vec();
    out.extend_from_slice(ENTITY);
    out.extend_from_slice(
        b"\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\
          Content-Transfer-Encoding: base64\r\n\r\n",
    );
    waxwing::mime::build::base64_body(&mut out, signature);
    out.extend_from_slice(b"--b--\r\n");
    out
}

fn opaque(cms: &[u8]) -> Vec<u8> {
    let mut out =
        b"MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=signed-data\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n"
            .to_vec();
    waxwing::mime::build::base64_body(&mut out, cms);
    out
}

/// Signs with a peer and verifies here, attached or detached.
fn peer_signs(world: &World, peer: &str, name: &str, attached: bool) -> Cell {
    let signer = &world.secrets[name];
    let entity = world.office.path("entity");
    let (output, made) = match peer {
        "openssl" => {
            let (cert, key) = (format!("{name}.pem"), format!("{name}.key"));
            let mut args = vec![
                "cms", "-sign", "-binary", "-outform", "DER", "-in", "entity", "-out", "signed",
            ];
            args.extend(["-signer", &cert, "-inkey", &key]);
            if attached {
                args.push("-nodetach");
            }
            (openssl(world, &args), world.office.path("signed"))
        }
        "gpgsm" => {
            let out = world.gpgsm.path("signed");
            let subject = format!("/CN={name}");
            let how = if attached { "--sign" } else { "--detach-sign" };
            let args = ["-u", &subject, "-o", text(&out), how, text(&entity)];
            (world.gpgsm.try_run("x", &args), out)
        }
        _ => {
            let mut args = vec![
                "-S",
                "-N",
                name,
                "-G",
                "-P",
                "-i",
                text(&entity),
                "-o",
                "signed",
            ];
            if !attached {
                args.push("-T");
            }
            (cmsutil(world, &args), world.nss.path("signed"))
        }
    };
    // gpgsm 2.2 takes no secret key on an elliptic curve in.
    let limit = (peer == "gpgsm" && name != "rsa").then_some("No secret key");
    if let Err(cell) = outcome("signs", &output, limit) {
        return cell;
    }
    let cms = std::fs::read(made).unwrap();
    let message = if attached { opaque(&cms) } else { clear(&cms) };
    we_verify(&message, signer);
    Cell::Passed
}

/// Signs here and verifies with a peer.
fn peer_verifies(world: &World, peer: &str, name: &str) -> Cell {
    let author = Author {
        signer: &world.secrets[name],
        own: world.secrets[name].x509(),
        chain: &[],
    };
    let message = sign_message(b"", ENTITY, author, now()).unwrap_or_else(|why| panic!("{why:?}"));
    let tree = Tree::parse(&message).unwrap();
    let part = |n| tree.root().child(n).unwrap();
    assert_eq!(part(0).bytes(), ENTITY);
    let signature = part(1).decoded().bytes.into_owned();
    std::fs::write(world.office.path("ours.p7s"), &signature).unwrap();
    std::fs::write(world.office.path("ours.eml"), &message).unwrap();
    let (signed, entity) = (world.office.path("ours.p7s"), world.office.path("entity"));
    let output = match peer {
        "openssl" => openssl(
            world,
            &[
                "cms",
                "-verify",
                "-in",
                "ours.eml",
                "-CAfile",
                "ca.pem",
                "-purpose",
                "smimesign",
            ],
        ),
        "gpgsm" => world
            .gpgsm
            .try_run("", &["--verify", text(&signed), text(&entity)]),
        _ => cmsutil(world, &["-D", "-c", text(&entity), "-i", text(&signed)]),
    };
    match outcome("verifies", &output, None) {
        Ok(()) => Cell::Passed,
        Err(cell) => cell,
    }
}

#[test]
fn every_peer_signs_and_verifies_what_it_can() {
    let world = World::new();
    let mut passed = 0;
    let mut row = |peer: &str, key: &str, what: &str, cell: Cell| {
        let outcome = match cell {
            Cell::Passed => {
                passed += 1;
                "passed".to_owned()
            }
            Cell::Limit(words) => format!("its own limit: {words}"),
        };
        println!("{peer:<8} {key:<6} {what:<15} {outcome}");
    };
    for peer in ["openssl", "gpgsm", "NSS"] {
        for key in ["rsa", "p256", "p384"] {
            row(
                peer,
                key,
                "signs attached",
                peer_signs(&world, peer, key, true),
            );
            row(
                peer,
                key,
                "signs detached",
                peer_signs(&world, peer, key, false),
            );
            row(peer, key, "verifies", peer_verifies(&world, peer, key));
        }
    }
    assert!(passed >= 23, "{passed} cells passed");
}
