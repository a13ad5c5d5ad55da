//! Where a message came from, by `wax headers`, with signatures that dkimpy made.

use super::wax::Wax;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const LETTER: &str = "From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: Lunch\r\n\
    Date: Sun, 03 May 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nAt noon?\r\n";

const RECEIVED: &str = "Received: from mail.example.org (mail.example.org [192.0.2.7])\r\n\
    \tby mx.example.net (Postfix) with ESMTPS id 1 for <bob@example.net>;\r\n\
    \tSun, 3 May 2026 10:00:30 +0000 (UTC)\r\n\
    Received: from desk.example.org (desk.example.org [192.0.2.99])\r\n\
    \tby mail.example.org with ESMTPSA; Sun, 3 May 2026 10:00:00 +0000\r\n";

fn tool(program: &str, args: &[&str], input: &str) -> String {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|why| panic!("{program} is missing ({why}): install python3-dkim"));
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {told}");
    // It writes LF line ends.
    let text = String::from_utf8(output.stdout)
        .unwrap()
        .replace("\r\n", "\n");
    text.replace('\n', "\r\n")
}

/// A key pair of dkimpy's: its file, and the text of its record.
fn key(wax: &Wax, name: &str, kind: &str) -> (String, String) {
    let base = wax.path(name).to_str().unwrap().to_owned();
    tool("dknewkey", &["--ktype", kind, &base], "");
    let record = std::fs::read_to_string(format!("{base}.dns")).unwrap();
    (format!("{base}.key"), record.trim().replace('"', ""))
}

fn txt(name: &str, value: &str) -> String {
    let chunks: Vec<String> = value
        .as_bytes()
        .chunks(200)
        .map(|c| format!("\"{}\"", String::from_utf8_lossy(c)))
        .collect();
    format!("{name}. IN TXT {}\n", chunks.join(" "))
}

/// A home, a signed letter as it arrived, and the zone that vouches for it.
fn arrived(kind: &str) -> (Wax, String, String) {
    let wax = Wax::new();
    let (key, record) = key(&wax, "dkim", kind);
    let algorithm = format!("{kind}-sha256");
    let signed = tool(
        "dkimsign",
        &["--signalg", &algorithm, "may", "example.org", &key],
        LETTER,
    );
    let message = format!("Return-Path: <bounce@example.org>\r\n{RECEIVED}{signed}");
    let zone = txt("may._domainkey.example.org", &record)
        + &txt("example.org", "v=spf1 ip4:192.0.2.0/28 -all")
        + &txt("_dmarc.example.org", "v=DMARC1; p=reject")
        + "7.2.0.192.in-addr.arpa. IN PTR mail.example.org.\nmail.example.org. IN A 192.0.2.7\n";
    (wax, message, zone)
}

fn headers(wax: &Wax, message: &str, zone: &str, more: &[&str]) -> Value {
    let message = wax.file("message.eml", message);
    let zone = wax.file("zone", zone);
    let mut line = vec!["headers", &message, "--zone", &zone];
    line.extend_from_slice(more);
    wax.json(&line)
}

#[test]
fn rule_65_a_domain_takes_responsibility_by_both_kinds_of_keys() {
    for kind in ["rsa", "ed25519"] {
        let (wax, message, zone) = arrived(kind);
        let found = headers(&wax, &message, &zone, &["--border", "mx.example.net"]);
        assert_eq!(found["dkim"][0]["d"], "example.org", "{found:#}");
        assert_eq!(found["dkim"][0]["s"], "may");
        assert_eq!(found["dkim"][0]["result"], "pass", "{kind}: {found:#}");
        assert_eq!(
            found["spf"],
            json!({"result": "pass", "domain": "example.org", "explanation": null})
        );
        assert_eq!(found["dmarc"]["result"], "pass");
        assert_eq!(found["dmarc"]["policy"], "reject");
        assert_eq!(found["dmarc"]["aligned_by"], "dkim,spf");
        let route = found["route"].as_array().unwrap();
        assert_eq!(route.len(), 2);
        assert_eq!(route[0]["by"], "mail.example.org");
        assert_eq!(route[1]["by"], "mx.example.net");
        assert_eq!(route[1]["ip"], "192.0.2.7");
        assert_eq!(route[1]["delay_s"], 30);
        assert_eq!(route[1]["tls"], true);
        assert_eq!(
            (&route[1]["rdns"], &route[1]["rdns_result"]),
            (&json!("mail.example.org"), &json!("pass"))
        );
        assert_eq!(route[0]["rdns_result"], "fail");
        assert_eq!(found["cautions"], json!([]));

        let changed = message.replace("At noon?", "At midnight?");
        let found = headers(&wax, &changed, &zone, &[]);
        assert_eq!(found["dkim"][0]["result"], "fail");
        assert_eq!(found["dkim"][0]["why"], "body-changed");
        assert_eq!(found["spf"]["result"], "not-testable");
        assert_eq!(found["dmarc"]["result"], "not-testable");
        let found = headers(
            &wax,
            &changed,
            &zone,
            &[
                "--client-ip",
                "198.51.100.9",
                "--helo",
                "x.example",
                "--mail-from",
                "a@example.org",
            ],
        );
        assert_eq!(found["spf"]["result"], "fail");
        assert_eq!(found["dmarc"]["result"], "fail");
        assert_eq!(found["dmarc"]["aligned_by"], Value::Null);
        let other = message.replace("Subject: Lunch", "Subject: Brunch");
        assert_eq!(
            headers(&wax, &other, &zone, &[])["dkim"][0]["why"],
            "signature-wrong"
        );
    }
}

#[test]
fn a_chain_of_forwarders_is_verified() {
    let (wax, message, zone) = arrived("rsa");
    let (key, record) = key(&wax, "arc", "rsa");
    let checked = format!(
        "Authentication-Results: lists.example.com; dkim=pass header.d=example.org\r\n{message}"
    );
    let seal = tool(
        "arcsign",
        &["one", "example.com", &key, "lists.example.com"],
        &checked,
    );
    let zone = zone + &txt("one._domainkey.example.com", &record);
    let found = headers(&wax, &seal, &zone, &[]);
    assert_eq!(found["arc"]["cv"], "pass", "{found:#}");
    assert_eq!(found["arc"]["oldest_pass"], 0);
    assert_eq!(found["arc"]["domains"], json!(["example.com"]));
    let broken = headers(&wax, &seal.replace("At noon?", "Now."), &zone, &[]);
    assert_eq!(broken["arc"]["cv"], "fail");
    assert_eq!(broken["arc"]["oldest_pass"], Value::Null);
}

#[test]
fn rule_64_claims_count_only_where_the_border_host_wrote_them() {
    let (wax, message, zone) = arrived("rsa");
    let own = "Authentication-Results: mx.example.net; dkim=pass header.d=example.org;\r\n\tspf=pass smtp.mailfrom=example.org\r\n";
    let forged = "X-Note: a\r\nAuthentication-Results: mx.example.net; dmarc=pass\r\n";
    let text = format!(
        "{own}{}",
        message.replacen("From: Ann", &format!("{forged}From: Ann"), 1)
    );
    let found = headers(&wax, &text, &zone, &["--border", "mx.example.net"]);
    let claimed = found["claimed"].as_array().unwrap();
    assert_eq!(
        (&claimed[0]["counts"], &claimed[0]["authserv_id"]),
        (&json!(true), &json!("mx.example.net"))
    );
    assert_eq!(claimed[0]["results"][0]["method"], "dkim");
    assert_eq!(
        claimed[0]["results"][1]["properties"]["smtp.mailfrom"],
        "example.org"
    );
    assert_eq!(
        (&claimed[1]["counts"], &claimed[1]["standing"]),
        (&json!(false), &json!("forged"))
    );
    assert_eq!(found["cautions"][0]["code"], "forged-results");
    // Nobody said which host is one's own: nothing counts, and nothing is called forged.
    let found = headers(&wax, &text, &zone, &[]);
    let counts = |claim: &Value| claim["counts"] == true || claim["standing"] == "forged";
    assert!(!found["claimed"].as_array().unwrap().iter().any(counts));
    assert_eq!(found["cautions"], json!([]));
}

#[test]
fn offline_everything_is_not_testable_and_nothing_fails() {
    let (wax, message, _) = arrived("rsa");
    let message = wax.file("message.eml", message);
    let line = [
        "headers",
        &message,
        "--offline",
        "--border",
        "mx.example.net",
    ];
    let found = wax.json(&line);
    for result in [
        &found["dkim"][0]["result"],
        &found["spf"]["result"],
        &found["dmarc"]["result"],
        &found["route"][1]["rdns_result"],
    ] {
        assert_eq!(result, "not-testable", "{found:#}");
    }
    assert_eq!(found["contacted"], json!([]));
    // Without anybody who could open a vault, too.
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_wax"))
        .env_clear()
        .args(["headers", &message, "--offline", "--json", "--home"])
        .arg(wax.home())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn look_alikes_of_people_one_knows_are_told_and_a_header_alone_suffices() {
    let wax = Wax::new();
    let bob = Wax::with_identity("Bob Builder", "bob@example.org");
    let key = bob.run(&["key", "export", "bob@example.org"]).stdout;
    let key = wax.file("bob.asc", key);
    wax.json(&["key", "import", &key]);
    for (from, code) in [
        ("Bob Builder <bob@examp1e.org>", "look-alike-domain"),
        ("Bob Builder <bob.builder@mail.example>", "name-of-known"),
        (
            "\"bob@example.org\" <eve@evil.example>",
            "name-holds-address",
        ),
        ("Bob Builder <bob@example.org>", ""),
    ] {
        let found = headers(
            &wax,
            &format!("From: {from}\r\nSubject: Hi\r\n"),
            "x. IN TXT y\n",
            &[],
        );
        let codes: Vec<&str> = found["cautions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes.contains(&code), !code.is_empty(), "{from}: {codes:?}");
        assert!(!code.is_empty() || codes.is_empty(), "{from}: {codes:?}");
    }
}

#[test]
fn rule_64_the_border_host_can_be_said_once_for_all() {
    let (wax, message, zone) = arrived("rsa");
    let text = format!("Authentication-Results: mx.example.net; spf=pass\r\n{message}");
    let counts = |wax: &Wax| {
        let found = headers(wax, &text, &zone, &[]);
        found["claimed"][0]["counts"].clone()
    };
    assert_eq!(counts(&wax), json!(false));
    let set = wax.json(&["settings", "set", "--border", "MX.example.net"]);
    assert_eq!(set["border"], "mx.example.net");
    assert_eq!(counts(&wax), json!(true));
    wax.json(&["settings", "set", "--border", ""]);
    assert_eq!(counts(&wax), json!(false));
    assert_eq!(
        wax.error(&["settings", "set", "--border", "no host"]),
        "bad-domain"
    );
}

#[test]
fn selectors_of_the_own_domain_are_learned_from_letters_that_held() {
    let (wax, message, zone) = arrived("rsa");
    // The zone as a stranger's resolver shows it: it cannot be listed, so that the name has to be known.
    let found = |wax: &Wax| {
        let zone = wax.file("zone", &zone);
        let report = wax.json(&["check", "example.org", "--zone", &zone]);
        let all = report["findings"].as_array().unwrap().clone();
        all.iter()
            .any(|f| f["subject"].as_str().unwrap().contains("may._domainkey"))
    };
    assert!(found(&wax), "a zone file lists its own");
    let kept = |wax: &Wax| {
        let db = std::fs::read(wax.home().join("waxwing.sqlite")).unwrap_or_default();
        let wal = std::fs::read(wax.home().join("waxwing.sqlite-wal")).unwrap_or_default();
        let all = [db, wal].concat();
        memchr::memmem::find(&all, b"selectors:example.org").is_some()
    };
    headers(&wax, &message, &zone, &[]);
    assert!(!kept(&wax), "it is nobody's own domain");
    wax.json(&["identity", "new", "Alice", "alice@example.org"]);
    headers(&wax, &format!("{message}more\r\n"), &zone, &[]);
    let spoiled = zone.replace("p=", "p=A");
    headers(&wax, &message, &spoiled, &[]);
    assert!(!kept(&wax), "it did not hold");
    headers(&wax, &message, &zone, &[]);
    assert!(kept(&wax));
}
