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
    for (line, instead, id) in [
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
    ] {
        assert!(GOOD.contains(line), "{line}");
        let report = check(&wax, &GOOD.replacen(line, instead, 1), "good.example");
        assert_eq!(ids(&report, "fail"), [id], "{line} → {instead}: {report:#}");
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

    let nothing = wax.json(&["check", "good.example", "--offline"]);
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
