//! The check-up, by its page.

use super::*;

const ZONE: &str = "$ORIGIN example.org.\n@ 300 IN MX 10 mx\n@ 300 IN TXT \"v=spf1 mx +all\"\n\
    mx 300 IN A 192.0.2.10\n10.2.0.192.in-addr.arpa. 300 IN PTR mx.example.org.\n";

#[test]
fn a_domain_is_checked_from_a_zone_file_and_the_report_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let zone = folder.path().join("zone");
    std::fs::write(&zone, ZONE).unwrap();
    let mut desktop = Desktop::open();
    desktop.skip_first_start();
    desktop.press(Role::Tab, "Check-up");
    desktop.until(Role::Heading, "Check-up");
    desktop.write(
        Role::TextInput,
        "Domain, or an address at it",
        "example.org",
    );
    desktop.press(Role::DisclosureTriangle, "More to ask");
    desktop.write(
        Role::TextInput,
        "Path of the zone file",
        &zone.to_string_lossy(),
    );
    desktop.press(Role::DisclosureTriangle, "More to ask");
    desktop.press(Role::Button, "Check up");
    desktop.until(Role::Button, "Save as JSON…");
    desktop.until_words("SPF keeps strangers out");
    // The page scrolls to a report that came, some frames later.
    for _ in 0..4 {
        desktop.harness.step();
    }
    desktop.press(Role::Button, "Save as JSON…");
    let report = folder.path().join("report.json");
    desktop.write(
        Role::TextInput,
        "Path of the report",
        &report.to_string_lossy(),
    );
    desktop.press(Role::Button, "Save");
    desktop.until_words("Saved as ");
    let report = std::fs::read(&report).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["domain"], "example.org");
    let found = report["findings"].as_array().unwrap();
    let plus_all = found.iter().find(|f| f["id"] == "spf-plus-all").unwrap();
    assert_eq!(plus_all["result"], "fail");
}

#[test]
fn headers_that_one_has_as_text_are_shown_with_the_way_they_took() {
    let mut desktop = Desktop::open();
    desktop.skip_first_start();
    desktop.press(Role::Tab, "Check-up");
    desktop.press(Role::DisclosureTriangle, "Where did a message come from?");
    let headers =
        "Received: from a.example ([192.0.2.7]) by mx.example.org; Sun, 3 May 2026 14:06:10 +0000";
    desktop.write(Role::MultilineTextInput, "Headers of a message", headers);
    desktop.press(Role::Button, "Read them");
    desktop.until(Role::Heading, "Read");
    desktop.until_words("The way it took, first to last");
    desktop.until_words("mx.example.org");
}
