//! Policies and other pages over HTTPS.

use super::{Authority, ZONE, ids, pem};
use crate::authority::Certificate;
use crate::wax::Wax;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

/// Serves these answers, by path, with this certificate; the rest is 404. Its port.
fn serve(certificate: &Certificate, answers: &[(&str, &str)]) -> u16 {
    let key = PrivateKeyDer::from_pem_slice(certificate.pem.as_bytes()).unwrap();
    let chain = vec![CertificateDer::from(certificate.der.clone())];
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answers: Vec<(String, String)> = answers
        .iter()
        .map(|(path, answer)| ((*path).to_owned(), (*answer).to_owned()))
        .collect();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let session = ServerConnection::new(config.clone()).unwrap();
            let mut tls = StreamOwned::new(session, stream.unwrap());
            let mut first = String::new();
            {
                let mut lines = BufReader::new(&mut tls);
                if lines.read_line(&mut first).is_err() {
                    continue;
                }
                let mut line = String::new();
                while lines.read_line(&mut line).is_ok_and(|count| count > 2) {
                    line.clear();
                }
            }
            let path = first.split(' ').nth(1).unwrap_or("/");
            let answer = answers.iter().find(|(known, _)| known == path);
            let answer = answer.map_or(
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                |(_, a)| a,
            );
            // Whoever asked may have hung up.
            let _ = tls.write_all(answer.as_bytes());
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
    });
    port
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn check(authority: &Authority, to: &[(&str, u16)]) -> Value {
    let wax = Wax::new();
    let zone = wax.file("zone", format!("{ZONE}_mta-sts TXT \"v=STSv1; id=1\"\n"));
    let ca = wax.file("ca.pem", pem(&authority.der));
    let to: Vec<String> = to
        .iter()
        .map(|(host, at)| format!("--connect-to={host}:443:127.0.0.1:{at}"))
        .collect();
    let mut args = vec!["check", "test.invalid", "--zone", &zone, "--ca", &ca];
    args.extend(to.iter().map(String::as_str));
    wax.json(&args)
}

const POLICY: &str = "/.well-known/mta-sts.txt";
const GOOD: &str = "version: STSv1\nmode: enforce\nmx: mail.test.invalid\nmax_age: 86400\n";

#[test]
fn rule_68_policies_are_fetched_and_each_mistake_is_named() {
    let authority = Authority::new("Vouching");
    let host = "mta-sts.test.invalid";
    let good = authority.certify(host);
    let other = authority.certify("other.test.invalid");
    let strange = Authority::new("Strange").certify(host);
    let moved = "HTTP/1.1 301 Moved\r\nLocation: /other.txt\r\nContent-Length: 0\r\n\r\n";
    let none: &[&str] = &[];
    for (certificate, answer, expected) in [
        (&good, ok(GOOD), none),
        (&good, ok(&GOOD.replace("mail.", "*.")), none),
        (
            &good,
            ok(&GOOD.replace("mail.", "post.")),
            &["mta-sts-mismatch"],
        ),
        (
            &good,
            ok(&GOOD.replace("enforce", "strict")),
            &["mta-sts-syntax"],
        ),
        (&good, ok("<html>not found</html>"), &["mta-sts-syntax"]),
        (&good, moved.to_owned(), &["mta-sts-missing"]),
        (
            &good,
            "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n".to_owned(),
            &["mta-sts-missing"],
        ),
        (
            &good,
            "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n".to_owned(),
            none,
        ),
        (&other, ok(GOOD), &["mta-sts-missing"]),
        (&strange, ok(GOOD), &["mta-sts-missing"]),
    ] {
        let port = serve(certificate, &[(POLICY, &answer)]);
        let report = check(&authority, &[(host, port)]);
        assert_eq!(ids(&report, "fail"), expected, "{answer}: {report:#}");
    }
    // Nobody there: unknown.
    let report = check(&authority, &[(host, 1)]);
    assert_eq!(ids(&report, "fail"), Vec::<String>::new(), "{report:#}");
    assert!(
        ids(&report, "unknown")
            .iter()
            .any(|id| id == "mta-sts-mismatch")
    );
}

#[test]
fn what_strangers_programs_find_is_found() {
    let authority = Authority::new("Vouching");
    let domain = authority.certify("test.invalid");
    let contact = ok("Contact: mailto:security@test.invalid\nExpires: 2030-01-01T00:00:00Z\n");
    let moved = "HTTP/1.1 302 Found\r\nLocation: /here.txt\r\nContent-Length: 0\r\n\r\n".to_owned();
    let advice = |report: &Value, id: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .find(|finding| finding["id"] == id)
            .map(|finding| finding["advice"].as_bool().unwrap())
            .unwrap()
    };
    let there = serve(
        &domain,
        &[
            ("/.well-known/security.txt", &moved),
            ("/here.txt", &contact),
            ("/.well-known/openpgpkey/policy", &ok("")),
            (
                "/.well-known/autoconfig/mail/config-v1.1.xml",
                &ok("<clientConfig version=\"1.1\"/>"),
            ),
        ],
    );
    let bare = serve(&domain, &[]);
    for (port, expected) in [(there, false), (bare, true)] {
        let report = check(&authority, &[("test.invalid", port)]);
        assert_eq!(ids(&report, "fail"), Vec::<String>::new(), "{report:#}");
        for id in ["wkd-missing", "autoconfig-missing", "security-txt-missing"] {
            assert_eq!(advice(&report, id), expected, "{id}: {report:#}");
        }
    }
}
