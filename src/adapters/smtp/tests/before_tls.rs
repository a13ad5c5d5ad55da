//! What is said, and believed, before TLS stands: next to nothing.

use super::*;

fn no_starttls(scene: &Scene) -> SubmitFailure {
    SubmitFailure::NoStartTls {
        server: scene.account.submission.to_string(),
    }
}

#[test]
fn rule_57_without_starttls_nothing_follows_ehlo() {
    let scene = play(Security::StartTls, async |mut peer: Peer| {
        peer.serve("AUTH").await;
    });
    assert_eq!(scene.send(&letter()).unwrap_err(), no_starttls(&scene));
    assert_eq!(scene.heard(), "EHLO [127.0.0.1]\r\n");
}

#[test]
fn rule_57_when_starttls_is_refused_nothing_follows_it() {
    for answer in ["454 not now\r\n", "250 fine\r\n", "334 \r\n"] {
        let scene = play(Security::StartTls, move |mut peer: Peer| async move {
            peer.serve("EHLO").await;
            peer.say("250-x\r\n250 STARTTLS\r\n").await;
            peer.hear().await;
            peer.say(answer).await;
            peer.rest().await;
        });
        assert_eq!(scene.send(&letter()).unwrap_err(), no_starttls(&scene));
        assert_eq!(scene.heard(), "EHLO [127.0.0.1]\r\nSTARTTLS\r\n");
    }
}

/// Answers STARTTLS with these pieces, each in its own segment, and hears what follows.
fn upgrade_with(pieces: &'static [&'static str]) -> (SubmitFailure, String) {
    let scene = play(Security::StartTls, move |mut peer: Peer| async move {
        peer.serve("EHLO").await;
        peer.say("250-x\r\n250 STARTTLS\r\n").await;
        peer.hear().await;
        for piece in pieces {
            peer.say(piece).await;
        }
        peer.rest().await;
    });
    let failure = scene.send(&letter()).unwrap_err();
    (failure, scene.heard())
}

#[test]
fn rule_58_bytes_behind_the_answer_to_starttls_end_it() {
    let forged =
        "250-mail\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n";
    let together: &'static str = Box::leak(format!("220 go\r\n{forged}").into_boxed_str());
    let (failure, heard) = upgrade_with(Box::leak(Box::new([together])));
    let stage = Stage::StartTls;
    assert_eq!(failure, SubmitFailure::Injected { stage });
    assert_eq!(heard, "EHLO [127.0.0.1]\r\nSTARTTLS\r\n");

    let (failure, heard) = upgrade_with(&["220 go\r\n", "250 queued\r\n"]);
    assert!(
        matches!(failure, SubmitFailure::Injected { .. }),
        "{failure:?}"
    );
    assert!(!heard.contains("AUTH") && !heard.contains("MAIL"));
}

#[test]
fn rule_58_bytes_behind_greeting_and_ehlo_end_it() {
    let greeted = |greeting: &'static str, hello: &'static str| {
        let scene = play(Security::StartTls, move |mut peer: Peer| async move {
            peer.say(greeting).await;
            if !peer.hear().await.is_empty() {
                peer.say(hello).await;
            }
            peer.rest().await;
        });
        (scene.send(&letter()).unwrap_err(), scene.heard())
    };
    let (failure, heard) = greeted("220 a\r\n220 b\r\n", "");
    let stage = Stage::Greeting;
    assert_eq!(failure, SubmitFailure::Injected { stage });
    assert_eq!(heard, "");
    let (failure, heard) = greeted("220 a\r\n", "250-x\r\n250 STARTTLS\r\n220 go\r\n");
    let stage = Stage::Hello;
    assert_eq!(failure, SubmitFailure::Injected { stage });
    assert_eq!(heard, "EHLO [127.0.0.1]\r\n");
}

#[test]
fn rule_59_words_from_before_tls_are_not_kept() {
    for (greeting, expected) in [
        (
            "554 pay at evil.example\r\n",
            SubmitFailure::Closed {
                stage: Stage::Greeting,
            },
        ),
        (
            "250 evil.example\r\n",
            SubmitFailure::Garbage {
                stage: Stage::Greeting,
            },
        ),
        (
            "evil.example\r\n",
            SubmitFailure::Garbage {
                stage: Stage::Greeting,
            },
        ),
    ] {
        let scene = play(Security::StartTls, move |mut peer: Peer| async move {
            peer.say(greeting).await;
            peer.rest().await;
        });
        let failure = scene.send(&letter()).unwrap_err();
        assert!(!format!("{failure:?}").contains("evil"));
        assert_eq!(failure, expected);
        assert_eq!(scene.heard(), "");
    }
}

#[test]
fn rule_30_a_server_that_drips_before_tls_ends_with_the_deadline() {
    let mut scene = play(Security::StartTls, async |mut peer: Peer| {
        for byte in "220 mail.example ESMTP\r\n".repeat(1_000).chars() {
            if peer.stream.write_all(&[byte as u8]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    scene.limits = limits(200);
    let stage = Stage::Greeting;
    let failure = scene.send(&letter()).unwrap_err();
    assert_eq!(failure, SubmitFailure::Deadline { stage });
    scene.heard();
}
