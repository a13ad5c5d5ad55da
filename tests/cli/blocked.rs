//! Senders whom somebody does not want to hear from.

use super::wax::Wax;

fn letter(from: &str, machine: &str) -> String {
    format!(
        "Received: from x (x [{machine}]) by mx.example.org; Sun, 3 May 2026 10:00:00 +0000\n\
         From: {from}\nTo: me@example.org\nSubject: s\nDate: Sun, 03 May 2026 10:00:00 +0000\n\nhello\n"
    )
}

fn is_blocked(wax: &Wax, from: &str, machine: &str) -> bool {
    let file = wax.file("letter.eml", letter(from, machine));
    let read = wax.json(&["open", &file]);
    let cautions = read["cautions"].as_array().unwrap();
    cautions
        .iter()
        .any(|caution| caution["code"] == "blocked-sender")
}

#[test]
fn addresses_domains_and_machines_are_blocked_and_blocked_no_more() {
    let wax = Wax::new();
    let cases = [
        ("spam@example.com", "Spam@Example.com", "192.0.2.9"),
        (
            "bücher.example",
            "a@mail.xn--bcher-kva.example",
            "192.0.2.9",
        ),
        ("192.0.2.1", "friend@example.net", "192.0.2.1"),
    ];
    for (entry, from, machine) in cases {
        assert!(!is_blocked(&wax, from, machine), "{entry}");
        wax.json(&["block", "add", entry]);
        assert!(is_blocked(&wax, from, machine), "{entry}");
    }
    assert!(!is_blocked(&wax, "friend@example.com", "192.0.2.9"));
    assert!(!is_blocked(&wax, "a@notbücher.example", "192.0.2.9"));
    let all = wax.json(&["block", "list"]);
    assert_eq!(all["blocked"].as_array().unwrap().len(), 3, "{all:#}");
    // Many at once are judged anew, whatever is remembered of them.
    let mbox = format!(
        "From x Sun May  3 10:00:00 2026\n{}\n",
        letter("friend@example.net", "192.0.2.1")
    );
    let mbox = wax.file("all.mbox", mbox);
    let cautions = |wax: &Wax| wax.json(&["open", &mbox])["messages"][0]["cautions"].clone();
    assert_eq!(cautions(&wax), serde_json::json!(["blocked-sender"]));
    for (entry, from, machine) in cases {
        wax.json(&["block", "remove", entry]);
        assert!(!is_blocked(&wax, from, machine), "{entry}");
    }
    assert_eq!(cautions(&wax), serde_json::json!([]));
    assert_eq!(wax.error(&["block", "remove", "192.0.2.1"]), "not-blocked");
    for typed in ["", "nobody", "a b@c", "a@\nb"] {
        assert_eq!(
            wax.error(&["block", "add", typed]),
            "nothing-to-block",
            "{typed:?}"
        );
    }
}

#[test]
fn lines_for_a_server_name_the_sender_alone() {
    let wax = Wax::new();
    for entry in [
        "spam@example.com",
        "example.com",
        "192.0.2.1",
        "2001:db8::1",
    ] {
        let told = wax.json(&["block", "lines", entry]);
        let lines = told["lines"].as_array().unwrap();
        assert_eq!(lines.len(), 3, "{told:#}");
        for line in lines {
            assert!(line["lines"].as_str().unwrap().contains(entry), "{told:#}");
        }
    }
}
