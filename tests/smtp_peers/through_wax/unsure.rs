//! Connections and processes that end in the middle: what the outbox says afterwards.

use super::postfix::{Listener, Postfix};
use super::proxy::{Proxy, Tamper};
use super::*;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Bytes of the letter's text: more than every buffer on the way.
const TEXT: usize = 12 << 20;

fn large_draft(alice: &Wax) -> String {
    let text = "All work and no play makes Alice a dull girl.\n".repeat(TEXT / 46);
    alice.file(
        "large.eml",
        format!("To: bob@test.invalid\nSubject: large\n\n{text}"),
    )
}

fn server() -> (Authority, Postfix) {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::implicit(&good)]);
    (authority, server)
}

#[test]
fn rule_62_without_an_answer_it_is_maybe_sent_and_not_sent_again_by_itself() {
    let (authority, server) = server();
    let (alice, _) = alice_and_bob();
    let between = Proxy::start(server.ports[0], Tamper::CutAnswerAfter(1 << 20));
    use_server(&alice, &authority, "implicit", between.port);
    let text = "word ".repeat(14) + "\n";
    let draft = alice.file(
        "draft.eml",
        format!(
            "To: bob@test.invalid\nSubject: x\n\n{}",
            text.repeat((1 << 20) / text.len() + 1)
        ),
    );
    // Readable, so that its size is known to be over the proxy's mark.
    assert_eq!(
        alice.error(&["send", "--unprotected", &draft]),
        "maybe-sent"
    );
    let letter = only_letter(&alice);
    assert_eq!(letter["state"], "maybe-sent");
    server.wait_for_letters("bob", 1);

    use_server(&alice, &authority, "implicit", server.ports[0]);
    let id = letter["id"].to_string();
    alice.error(&["outbox", "retry", &id]);
    assert_eq!(only_letter(&alice)["state"], "maybe-sent");
    assert_eq!(server.letters("bob").len(), 1);
    alice.json(&["outbox", "retry", &id, "--maybe-sent"]);
    let arrived = server.wait_for_letters("bob", 2);
    assert_eq!(with_message_id(&arrived, &letter["message_id"]), 2);
    assert_eq!(only_letter(&alice)["state"], "sent");
}

#[test]
fn cut_inside_data_it_waits_and_arrives_once() {
    let (authority, server) = server();
    let (alice, _) = alice_and_bob();
    let between = Proxy::start(server.ports[0], Tamper::CutAfter(1 << 20));
    use_server(&alice, &authority, "implicit", between.port);
    let draft = large_draft(&alice);
    assert_eq!(
        alice.error(&["send", "--unprotected", &draft]),
        "connection-closed"
    );
    let letter = only_letter(&alice);
    assert_eq!(letter["state"], "waiting");
    use_server(&alice, &authority, "implicit", server.ports[0]);
    alice.json(&["outbox", "retry", &letter["id"].to_string()]);
    let arrived = server.wait_for_letters("bob", 1);
    assert_eq!(with_message_id(&arrived, &letter["message_id"]), 1);
}

#[test]
fn rule_62_killed_inside_data_it_is_maybe_sent_and_before_it_waits() {
    let (authority, server) = server();
    let (alice, _) = alice_and_bob();
    let draft = large_draft(&alice);
    for (mark, state) in [(1 << 20, "maybe-sent"), (100, "waiting")] {
        let between = Proxy::start(server.ports[0], Tamper::HoldAfter(mark));
        use_server(&alice, &authority, "implicit", between.port);
        let mut sending = Running(
            alice
                .command(&["send", "--unprotected", &draft])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        );
        let by = Instant::now() + Duration::from_secs(60);
        while between.wire().len() < mark {
            assert!(
                sending.0.try_wait().unwrap().is_none(),
                "it ended by itself"
            );
            assert!(Instant::now() < by, "it does not send");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(only_letter(&alice)["state"], "sending");
        // SIGKILL.
        sending.0.kill().unwrap();
        sending.0.wait().unwrap();
        let letter = only_letter(&alice);
        assert_eq!(letter["state"], state);
        alice.json(&["outbox", "discard", &letter["id"].to_string()]);
    }
    assert!(server.letters("bob").is_empty());
}

/// A process that does not outlive the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
