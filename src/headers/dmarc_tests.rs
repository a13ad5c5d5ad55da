use super::*;
use crate::checkup::facts_testing::over;

fn judged(zone: &str, from: &str, spf: (&str, SpfOutcome), signed: &[&str]) -> Dmarc {
    let spf = Spf {
        outcome: spf.1,
        domain: spf.0.to_owned(),
        explanation: None,
    };
    let signed: Vec<String> = signed.iter().map(|d| (*d).to_owned()).collect();
    over(zone, |facts| {
        check(Some(from), Some(&spf), &signed, false, facts)
    })
}

const ZONE: &str = "_dmarc.example.org. IN TXT \"v=DMARC1; p=reject; sp=quarantine; np=none\"\n\
    news.example.org. IN A 192.0.2.1\n\
    _dmarc.strict.example. IN TXT \"v=DMARC1; p=reject; adkim=s; aspf=s; t=y\"\n\
    _dmarc.example.com. IN TXT \"v=DMARC1; psd=y; p=reject; np=reject\"\n\
    _dmarc.a.example.com. IN TXT \"v=DMARC1; p=none\"\n\
    _dmarc.own.dept.example.net. IN TXT \"v=DMARC1; psd=n; p=quarantine\"\n\
    _dmarc.example.net. IN TXT \"v=DMARC1; p=reject\"\n";

#[test]
fn rule_66_a_domain_of_the_same_organisation_vouches() {
    let none = ("mailer.example", SpfOutcome::Pass);
    let by_dkim = judged(ZONE, "example.org", none, &["news.example.org"]);
    assert_eq!(by_dkim.outcome, DmarcOutcome::Pass);
    assert_eq!(by_dkim.aligned_by, ["dkim"]);
    let by_both = judged(
        ZONE,
        "example.org",
        ("bounce.example.org", SpfOutcome::Pass),
        &["example.org"],
    );
    assert_eq!(by_both.aligned_by, ["dkim", "spf"]);
    let strangers = judged(
        ZONE,
        "example.org",
        none,
        &["example.net", "notexample.org"],
    );
    assert_eq!(strangers.outcome, DmarcOutcome::Fail);
    assert_eq!(strangers.policy.as_deref(), Some("reject"));
    // Strict: the very same name.
    let strict = judged(ZONE, "strict.example", none, &["mail.strict.example"]);
    assert_eq!(strict.outcome, DmarcOutcome::Fail);
    assert_eq!(strict.policy.as_deref(), Some("quarantine"));
}

#[test]
fn rule_66_the_policy_is_the_one_for_what_the_name_is() {
    let fails = ("x.example", SpfOutcome::Fail);
    let policy = |from: &str| judged(ZONE, from, fails, &[]).policy;
    assert_eq!(policy("example.org").as_deref(), Some("reject"));
    assert_eq!(policy("news.example.org").as_deref(), Some("quarantine"));
    assert_eq!(policy("nothing.example.org").as_deref(), Some("none"));
    // A public suffix's word for names of which nobody knows.
    assert_eq!(policy("b.example.com").as_deref(), Some("reject"));
    assert_eq!(policy("a.example.com").as_deref(), Some("none"));
    let none = judged(ZONE, "elsewhere.example", fails, &[]);
    assert_eq!(none.outcome, DmarcOutcome::None);
}

#[test]
fn rule_66_organisations_end_where_the_records_say() {
    let none = ("x.example", SpfOutcome::Fail);
    // Two customers of one suffix are not one organisation.
    let customers = judged(ZONE, "a.example.com", none, &["b.example.com"]);
    assert_eq!(customers.outcome, DmarcOutcome::Fail);
    // A department that says that it stands for itself.
    let apart = judged(ZONE, "own.dept.example.net", none, &["example.net"]);
    assert_eq!(apart.outcome, DmarcOutcome::Fail);
    let inside = judged(
        ZONE,
        "own.dept.example.net",
        none,
        &["mail.own.dept.example.net"],
    );
    assert_eq!(inside.outcome, DmarcOutcome::Pass);
}

#[test]
fn what_could_not_be_tested_is_no_failure() {
    let untested = judged(
        ZONE,
        "example.org",
        ("example.org", SpfOutcome::NotTestable),
        &[],
    );
    assert_eq!(untested.outcome, DmarcOutcome::NotTestable);
    let facts = crate::dns::Snapshot::default();
    let offline = check(Some("example.org"), None, &[], true, &Facts::new(&facts));
    assert_eq!(offline.outcome, DmarcOutcome::NotTestable);
    let nobody = check(None, None, &[], false, &Facts::new(&facts));
    assert_eq!(nobody.outcome, DmarcOutcome::PermError);
}
