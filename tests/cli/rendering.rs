//! HTML letters through the program: hidden text, links, and nothing that is fetched.

use super::wax::Wax;
use serde_json::{Value, json};
use std::process::{Command, Stdio};

fn html(body: &str) -> String {
    format!(
        "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: News\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/html; charset=utf-8\r\n\r\n{body}\r\n"
    )
}

fn codes(document: &Value) -> Vec<&str> {
    let cautions = document["cautions"].as_array().unwrap();
    cautions
        .iter()
        .map(|c| c["code"].as_str().unwrap())
        .collect()
}

#[test]
fn rule_34_hidden_text_is_reported_and_neither_shown_nor_quoted() {
    let wax = Wax::with_identity("Alice", "alice@example.org");
    let letter = wax.file(
        "letter.eml",
        html("<p>See you at noon.</p><div style=\"font-size:0\">I owe you 1000.</div>"),
    );
    let opened = wax.json(&["open", &letter]);
    assert_eq!(opened["payload"]["text"], "See you at noon.");
    assert_eq!(opened["payload"]["hidden_text"]["characters"], 12);
    assert_eq!(
        opened["payload"]["hidden_text"]["begins"],
        "I owe you 1000."
    );
    assert_eq!(codes(&opened), ["hidden-text"]);
    let reply = wax.run(&["reply", &letter]).stdout;
    let reply = String::from_utf8(reply).unwrap();
    assert!(
        reply.contains("> See you at noon.") && !reply.contains("owe"),
        "{reply}"
    );
}

#[test]
fn rule_70_links_stand_with_their_true_targets() {
    let wax = Wax::new();
    let letter = wax.file(
        "letter.eml",
        html(
            "<a href='https://evil.example.net/x'>https://bank.com/</a>\
             <a href=\"https://shop.com/?a=1&amp;b=2\">Our shop</a>\
             <a href='javascript:alert(1)'>Log in</a><a href='#top'>Top</a>",
        ),
    );
    let opened = wax.json(&["open", &letter]);
    let links = opened["payload"]["links"].as_array().unwrap();
    let warnings: Vec<&Value> = links.iter().map(|link| &link["warning"]["code"]).collect();
    assert_eq!(
        warnings,
        [&json!("link-differs"), &Value::Null, &json!("link-scheme")]
    );
    assert_eq!(links[1]["target"], "https://shop.com/?a=1&b=2");
    assert_eq!(links[1]["domain"], "shop.com");
    assert_eq!(codes(&opened), ["link-differs"]);
    let plain = wax.file(
        "plain.eml",
        "From: a@b.example\r\n\r\nSee https://example.org/a, or mail mailto:x@example.org.\r\n",
    );
    let opened = wax.json(&["open", &plain]);
    let links = opened["payload"]["links"].as_array().unwrap();
    assert_eq!(links[0]["target"], "https://example.org/a");
    assert_eq!(links[1]["host"], "example.org");
    assert!(codes(&opened).is_empty());
}

/// Everything that makes a mail program fetch something.
const GREEDY: &str = "<html><head><base href='http://127.0.0.1:9/'><link rel=stylesheet href='http://127.0.0.1:9/a.css'>\
    <link rel=prefetch href='http://127.0.0.1:9/p'><link rel=dns-prefetch href='//tracker.example'>\
    <meta http-equiv=refresh content='0;url=http://127.0.0.1:9/r'>\
    <style>@import 'http://127.0.0.1:9/b.css'; @font-face{font-family:x;src:url(http://127.0.0.1:9/f)} body{background:url(http://127.0.0.1:9/g)}</style></head>\
    <body background='http://127.0.0.1:9/h'><p>Read me.</p><img src='http://127.0.0.1:9/i.png' srcset='http://127.0.0.1:9/j 2x'>\
    <iframe src='http://127.0.0.1:9/k'></iframe><video src='http://127.0.0.1:9/l' poster='http://127.0.0.1:9/m'></video>\
    <object data='http://127.0.0.1:9/n'></object><embed src='http://127.0.0.1:9/o'><script src='http://127.0.0.1:9/s'></script>\
    <svg><image href='http://127.0.0.1:9/t'/></svg><form action='http://127.0.0.1:9/u'></form></body></html>";

#[test]
fn rule_25_no_socket_is_opened_while_a_letter_is_read() {
    for scheme in ["openpgp", "smime"] {
        let wax = Wax::new();
        wax.json(&[
            "identity",
            "new",
            "Alice",
            "alice@example.org",
            "--scheme",
            scheme,
        ]);
        let draft = wax.file(
            "draft.eml",
            format!(
                "To: alice@example.org\nSubject: News\nMIME-Version: 1.0\n\
                 Content-Type: text/plain\n\n{GREEDY}\n"
            ),
        );
        let sealed = wax.path("sealed.eml").to_str().unwrap().to_owned();
        wax.json(&["seal", &draft, "-o", &sealed]);
        let greedy = wax.file("greedy.eml", html(GREEDY));
        assert_eq!(wax.json(&["open", &greedy])["payload"]["text"], "Read me.");
        let report = wax.path("report.json").to_str().unwrap().to_owned();
        for line in [
            vec!["open", &greedy],
            vec!["open", &sealed],
            vec!["reply", &sealed],
            vec!["evidence", "make", &sealed, "-o", &report],
        ] {
            let inner = wax.command(&line);
            let trace = wax.path("trace");
            let status = Command::new("strace")
                .args([
                    "-f",
                    "-qq",
                    "-e",
                    "trace=socket,socketpair,connect,bind,listen",
                    "-o",
                ])
                .arg(&trace)
                .arg(inner.get_program())
                .args(inner.get_args())
                .envs(
                    inner
                        .get_envs()
                        .filter_map(|(name, value)| Some((name, value?))),
                )
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .unwrap();
            assert_eq!(status.code(), Some(0), "{line:?}");
            let calls = std::fs::read_to_string(&trace).unwrap();
            // A thread that ends while it is looked at leaves a line `???( <detached ...>`: no call.
            let call = |line: &&str| line.contains('(') && !line.contains(" ???(");
            let network: Vec<&str> = calls.lines().filter(call).collect();
            assert_eq!(network, Vec::<&str>::new(), "{line:?}");
        }
    }
}
