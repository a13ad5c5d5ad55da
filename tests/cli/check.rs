//! `wax check`: a domain's DNS, from a zone file or from nobody.

use crate::wax::Wax;
use serde_json::Value;

/// A domain with which nothing is wrong, of which each case below spoils one thing.
const GOOD: &str = "\
$ORIGIN good.example.
@ TXT \"v=spf1 mx include:_spf.good.example -all\"
_spf TXT \"v=spf1 ip4:192.0.2.0/28 ~all\"
_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:reports@good.example\"
@ MX 10 mx1
@ MX 20 mx2
mx1 A 192.0.2.1
mx2 A 192.0.2.2
1.2.0.192.in-addr.arpa. PTR mx1.good.example.
2.2.0.192.in-addr.arpa. PTR mx2.good.example.
_mta-sts TXT \"v=STSv1; id=20260101\"
_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:tls@good.example\"
k1._domainkey TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"
";

/// A key of 768 bits.
const WEAK: &str = "k=rsa; p=MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAL5PbvdTxJ/eSfUaffy138JD6VqhQNvhX8eH6RIQwytMY7kAhCvgZ5IsNHbTOv/xc5AfMboQ5v2FhH/3cz0D6LObCeXaDn9RB4mQSGW+mG6tEqeAXzQiWOnVcGYE4Z/tpwIDAQAB";

/// What is spoiled, by what, and the one finding of it.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "@ TXT \"v=spf1 mx include:_spf.good.example -all\"",
        "",
        "spf-missing",
    ),
    (
        "include:_spf.good.example -all",
        "include:_spf.good.example +all",
        "spf-plus-all",
    ),
    ("v=spf1 mx", "v=spf1 mx ptr", "spf-ptr"),
    ("v=spf1 mx", "v=spf1 mx ipv4:192.0.2.1", "spf-syntax"),
    (
        "ip4:192.0.2.0/28 ~all",
        "include:good.example ~all",
        "spf-loop",
    ),
    ("_dmarc TXT", "_other TXT", "dmarc-missing"),
    ("p=reject", "p=none", "dmarc-none"),
    ("p=reject", "p=reject; pct=20", "dmarc-removed-tag"),
    ("p=reject", "p=refuse", "dmarc-syntax"),
    (
        "reports@good.example",
        "d@else.example",
        "dmarc-report-unauthorised",
    ),
    ("mx1 A 192.0.2.1\n", "mx1 TXT x\n", "mx-unresolvable"),
    (
        "mx1 A 192.0.2.1\n",
        "mx1 CNAME a1\na1 A 192.0.2.1\n",
        "mx-cname",
    ),
    (
        "1.2.0.192.in-addr.arpa. PTR mx1",
        "9.2.0.192.in-addr.arpa. PTR mx1",
        "rdns-missing",
    ),
    (
        "PTR mx1.good.example.",
        "PTR mx2.good.example.",
        "rdns-mismatch",
    ),
    ("id=20260101", "id=", "mta-sts-syntax"),
    (
        "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "p=",
        "dkim-revoked",
    ),
    ("k=ed25519;", "k=ed25519; t=y;", "dkim-testing"),
    ("k=ed25519;", "k=rsa;", "dkim-syntax"),
    (
        "_spf TXT",
        "@ TXT \"v=spf1 -all\"\n_spf TXT",
        "spf-multiple",
    ),
    (
        "ip4:192.0.2.0/28 ~all",
        "a:mx1.good.example a:mx1.good.example a:mx1.good.example a:mx1.good.example a:mx1.good.example a:mx1.good.example a:mx1.good.example a:mx1.good.example a:mx1.good.example ~all",
        "spf-too-many-lookups",
    ),
    (
        "ip4:192.0.2.0/28 ~all",
        "a:n1.good.example a:n2.good.example a:n3.good.example ~all",
        "spf-void-lookups",
    ),
    (
        "include:_spf.good.example",
        "include:mx1.good.example",
        "spf-include",
    ),
    ("ip4:192.0.2.0/28", "ip4:300.0.2.0/28", "spf-syntax"),
    ("ip4:192.0.2.0/28", "net:192.0.2.0/28", "spf-syntax"),
    ("ip4:192.0.2.0/28", "ip6:2001:db8::/129", "spf-syntax"),
    ("ip4:192.0.2.0/28 ~all", "redirect=good.example", "spf-loop"),
    ("-all\"", "all\"", "spf-plus-all"),
    (
        "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        WEAK,
        "dkim-weak",
    ),
    (
        "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "p=***",
        "dkim-syntax",
    ),
    (
        "; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "",
        "dkim-syntax",
    ),
    ("v=DKIM1; k", "v=DKIM2; k", "dkim-syntax"),
    (
        "_dmarc TXT",
        "_dmarc TXT \"v=DMARC1; p=none\"\n_dmarc TXT",
        "dmarc-multiple",
    ),
    ("p=reject;", "p=reject; ri=3600;", "dmarc-removed-tag"),
    ("p=reject;", "p=reject; rf=afrf;", "dmarc-removed-tag"),
    ("p=reject;", "p=reject p=none;", "dmarc-syntax"),
    ("@ MX 10 mx1\n@ MX 20 mx2\n", "", "mx-missing"),
    ("@ MX 20 mx2\n", "@ MX 0 .\n", "mx-null"),
    ("mx2 A 192.0.2.2\n", "", "mx-unresolvable"),
    (
        "2.2.0.192.in-addr.arpa. PTR mx2.good.example.",
        "2.2.0.192.in-addr.arpa. PTR gone.good.example.",
        "rdns-mismatch",
    ),
    (
        "2.2.0.192.in-addr.arpa. PTR mx2.good.example.\n",
        "",
        "rdns-missing",
    ),
    (
        "_mta-sts TXT",
        "_mta-sts TXT \"v=STSv1; id=2\"\n_mta-sts TXT",
        "mta-sts-syntax",
    ),
    ("id=20260101", "id=2026-01-01", "mta-sts-syntax"),
    (
        "id=20260101",
        "id=123456789012345678901234567890123",
        "mta-sts-syntax",
    ),
];

fn check(wax: &Wax, zone: &str, domain: &str) -> Value {
    let file = wax.file("zone", zone);
    wax.json(&["check", domain, "--zone", &file])
}

fn ids(report: &Value, result: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let mut ids: Vec<String> = findings
        .filter(|finding| finding["result"] == result)
        .map(|finding| finding["id"].as_str().unwrap().to_owned())
        .collect();
    ids.dedup();
    ids
}

#[test]
fn rule_68_each_planted_mistake_is_named_and_none_else() {
    let wax = Wax::new();
    let report = check(&wax, GOOD, "someone@good.example");
    assert_eq!(ids(&report, "fail"), Vec::<String>::new(), "{report:#}");
    assert_eq!(report["domain"], "good.example");
    for (line, instead, id) in PLANTED {
        assert!(GOOD.contains(line), "{line}");
        let report = check(&wax, &GOOD.replacen(line, instead, 1), "good.example");
        assert_eq!(
            ids(&report, "fail"),
            [*id],
            "{line} → {instead}: {report:#}"
        );
    }
}

#[test]
fn rule_68_what_is_optional_is_advice_and_offline_is_unknown() {
    let wax = Wax::new();
    let bare = GOOD
        .replace("_mta-sts", "_none")
        .replace("_smtp._tls", "_none2");
    let report = check(&wax, &bare, "good.example");
    assert_eq!(ids(&report, "fail"), Vec::<String>::new());
    let advice = |id: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .any(|f| f["id"] == id && f["advice"] == true && f["result"] == "pass")
    };
    assert!(advice("mta-sts-missing") && advice("tls-rpt-missing") && advice("tlsa-missing"));

    let nothing = wax.json(&["check", "good.example", "--offline", "--list", "all"]);
    assert_eq!(ids(&nothing, "fail"), Vec::<String>::new());
    assert_eq!(ids(&nothing, "pass"), Vec::<String>::new());
    assert!(!ids(&nothing, "unknown").is_empty());
    assert_eq!(nothing["contacted"], serde_json::json!([]));
}

#[test]
fn what_is_no_domain_and_no_zone_is_told() {
    let wax = Wax::new();
    let file = wax.file("zone", "$INCLUDE /etc/passwd\n");
    for (args, code) in [
        (vec!["check", "no domain"], "bad-domain"),
        (vec!["check", "a.example", "--zone", &file], "bad-zone"),
        (
            vec!["check", "a.example", "--zone", "nowhere"],
            "file-not-found",
        ),
    ] {
        assert_eq!(wax.error(&args), code, "{args:?}");
    }
}

#[test]
fn rule_67_lists_are_asked_when_chosen_and_only_their_codes_count() {
    let wax = Wax::new();
    let zone = |code: &str| {
        let listed = format!("1.2.0.192.zen.spamhaus.org. A {code}\n");
        wax.file(
            "zone",
            format!("{GOOD}{listed}good.example.dbl.spamhaus.org. A 127.0.1.2\n"),
        )
    };
    let run = |code, lists: &[&str]| {
        let file = zone(code);
        let mut args = vec!["check", "good.example", "--zone", &file];
        args.extend(lists.iter().flat_map(|list| ["--list", *list]));
        let report = wax.json(&args);
        ids(&report, "fail")
    };
    let none: [&str; 0] = [];
    assert_eq!(run("127.0.0.2", &[]), none);
    assert_eq!(run("127.0.0.2", &["zen.spamhaus.org"]), ["listed"]);
    assert_eq!(run("127.255.255.254", &["zen.spamhaus.org"]), none);
    assert_eq!(run("127.0.0.1", &["addresses"]), none);
    assert_eq!(run("127.0.0.1", &["domains"]), ["listed"]);
    assert_eq!(
        wax.error(&["check", "good.example", "--offline", "--list", "a b"]),
        "bad-domain"
    );
}

#[test]
fn domains_with_which_nothing_is_wrong() {
    let wax = Wax::new();
    for (name, zone) in [
        (
            "no.example",
            "$ORIGIN no.example.\n@ TXT \"v=spf1 -all\"\n_dmarc TXT \"v=DMARC1; p=reject\"\n@ MX 0 .\n",
        ),
        (
            "six.example",
            "$ORIGIN six.example.\n@ TXT \"v=spf1 mx -all\"\n_dmarc TXT \"v=DMARC1; p=quarantine; np=reject\"\n@ MX 5 m\nm AAAA 2001:db8::1\n1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR m.six.example.\n",
        ),
        (
            "sub.org.example",
            "$ORIGIN org.example.\nsub TXT \"v=spf1 include:_s.org.example -all\"\n_s TXT \"v=spf1 ip4:192.0.2.9 -all\"\n_dmarc TXT \"v=DMARC1; p=reject; sp=reject\"\nsub MX 1 m\nm A 192.0.2.9\n9.2.0.192.in-addr.arpa. PTR m.org.example.\n",
        ),
    ] {
        let report = check(&wax, zone, name);
        assert_eq!(ids(&report, "fail"), Vec::<String>::new(), "{report:#}");
    }
}

#[test]
fn a_report_is_a_page_of_its_own_and_says_what_changed() {
    let wax = Wax::new();
    let evil = "v=spf1 <script>alert(1)</script> -all";
    let bad = GOOD.replace("v=spf1 mx include:_spf.good.example -all", evil);
    let first = check(&wax, GOOD, "good.example");
    assert_eq!(first["changed"], Value::Null);
    let zone = wax.file("zone", &bad);
    let page = wax.path("report.html");
    let html = page.to_str().unwrap();
    let second = wax.json(&["check", "good.example", "--zone", &zone, "--html", html]);
    assert_eq!(
        second["changed"]["broken"][0]["id"], "spf-syntax",
        "{second:#}"
    );
    assert_eq!(second["changed"]["mended"], serde_json::json!([]));
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>\n"));
    assert!(
        !text.contains("<script") && !text.contains("src=") && !text.contains("href="),
        "{text}"
    );
    assert!(text.contains("&lt;script&gt;"), "{text}");
    assert!(
        text.contains("Broken: SPF can be read") && text.contains("1 to do"),
        "{text}"
    );
    // What stands there stays.
    let again = ["check", "good.example", "--zone", &zone, "--html", html];
    assert_eq!(wax.error(&again), "file-exists");
    let third = check(&wax, GOOD, "good.example");
    assert_eq!(third["changed"]["mended"][0]["id"], "spf-syntax");
    // Nobody is asked offline, and so nothing changed.
    let offline = wax.json(&["check", "good.example", "--offline"]);
    assert_eq!(offline["changed"], Value::Null);
    let told = String::from_utf8(wax.run(&["check", "good.example", "--offline"]).stdout).unwrap();
    assert!(told.contains("nothing changed"), "{told}");
}
