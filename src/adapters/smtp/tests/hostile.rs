//! Servers that lie, hang, drip, and hang up.

use super::*;

#[test]
fn rule_30_garbage_ends_the_conversation_at_every_stage() {
    let endless: &'static str = Box::leak("2".repeat(200_000).into_boxed_str());
    for (command, stage) in [
        ("EHLO", Stage::Hello),
        ("AUTH", Stage::Login),
        ("MAIL", Stage::Sender),
        ("RCPT", Stage::Recipient),
        ("DATA", Stage::Data),
    ] {
        for answer in [
            "+OK\r\n",
            "250 a\n",
            "250-a\r\n251 b\r\n",
            endless,
            "\0\r\n",
        ] {
            let (failure, heard) = failure(move |mut peer| async move {
                peer.serve(command).await;
                peer.say(answer).await;
                peer.rest().await;
            });
            assert_eq!(failure, SubmitFailure::Garbage { stage }, "{answer:.20}");
            assert!(!heard.contains("hello"));
        }
    }
}

#[test]
fn a_yes_of_the_wrong_kind_is_none() {
    for (command, answer, stage) in [
        ("EHLO", "220 ok\r\n", Stage::Hello),
        ("AUTH", "250 ok\r\n", Stage::Login),
        ("AUTH", "334 \r\n", Stage::Login),
        ("MAIL", "354 ok\r\n", Stage::Sender),
        ("RCPT", "235 ok\r\n", Stage::Recipient),
        ("DATA", "250 queued\r\n", Stage::Data),
    ] {
        let (failure, heard) = failure(move |mut peer| async move {
            peer.serve(command).await;
            peer.say(answer).await;
            peer.until("QUIT").await;
        });
        assert_eq!(failure, SubmitFailure::Garbage { stage }, "{command}");
        assert!(!heard.contains("hello"));
    }
}

#[test]
fn a_no_is_kept_word_by_word() {
    let stage = Stage::Hello;
    let (refused, _) = failure(|mut peer| async move {
        peer.serve("EHLO").await;
        peer.say("550 go away\r\n").await;
        peer.rest().await;
    });
    let reply_ = reply(550, "go away");
    assert_eq!(
        refused,
        SubmitFailure::Refused {
            stage,
            reply: reply_
        }
    );
    for (command, stage) in [("MAIL", Stage::Sender), ("DATA", Stage::Data)] {
        let (refused, heard) = failure(move |mut peer| async move {
            peer.serve(command).await;
            peer.say("451-4.3.0 später\r\n451 oder nie\r\n").await;
            peer.until("QUIT").await;
        });
        let reply = reply(451, "4.3.0 später\noder nie");
        assert_eq!(refused, SubmitFailure::Refused { stage, reply });
        assert!(heard.ends_with("QUIT\r\n"));
    }
}

#[test]
fn replies_ahead_of_a_command_end_it() {
    let (injected, heard) = failure(|mut peer| async move {
        peer.serve("AUTH").await;
        peer.say("235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n")
            .await;
        peer.rest().await;
    });
    let stage = Stage::Login;
    assert_eq!(injected, SubmitFailure::Injected { stage });
    assert!(!heard.contains("MAIL"));
}

#[test]
fn rule_62_without_an_answer_to_the_dot_it_is_maybe_sent() {
    for answer in [
        "",
        "garbage\r\n",
        "252 who knows\r\n",
        "250 ok\r\n250 ok\r\n",
    ] {
        let (open, heard) = failure(move |mut peer| async move {
            peer.body().await;
            peer.say(answer).await;
        });
        let cancelled = false;
        assert_eq!(open, SubmitFailure::MaybeSent { cancelled }, "{answer}");
        assert!(!heard.contains("QUIT"));
    }
    let (refused, _) = failure(async |mut peer: Peer| {
        peer.body().await;
        peer.say("554 spam\r\n").await;
        peer.until("QUIT").await;
    });
    let (stage, reply) = (Stage::Final, reply(554, "spam"));
    assert_eq!(refused, SubmitFailure::Refused { stage, reply });
}

#[test]
fn rule_62_a_silent_server_after_the_dot_is_maybe_sent_at_the_deadline() {
    let mut scene = play(Security::Implicit, async |mut peer: Peer| {
        peer.body().await;
        peer.rest().await;
    });
    scene.limits = Limits {
        idle: Duration::from_millis(50),
        ..limits(1_500)
    };
    let cancelled = false;
    let open = scene.send(&letter()).unwrap_err();
    assert_eq!(open, SubmitFailure::MaybeSent { cancelled });
    assert!(scene.heard().ends_with("hello\r\n.\r\n"));
}

#[test]
fn rule_62_a_slow_line_takes_nothing_of_the_servers_time_to_answer() {
    let mut scene = play(Security::Implicit, async |mut peer: Peer| {
        peer.body().await;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        peer.say("250 ok\r\n").await;
        peer.rest().await;
    });
    scene.limits = Limits {
        answer: Duration::from_secs(20),
        ..limits(1_000)
    };
    let receipt = scene.send(&letter()).unwrap();
    assert_eq!(receipt.last, reply(250, "ok"));
}

#[test]
fn rule_62_stopped_after_the_dot_it_is_maybe_sent() {
    let watch = Watch::default();
    let cancel = watch.cancel.clone();
    let mut scene = play(Security::Implicit, move |mut peer: Peer| async move {
        peer.body().await;
        cancel.cancel();
        peer.rest().await;
    });
    scene.watch = watch;
    let cancelled = true;
    let open = scene.send(&letter()).unwrap_err();
    assert_eq!(open, SubmitFailure::MaybeSent { cancelled });
    scene.heard();
}

/// Large enough to fill every buffer on the way.
fn large() -> Copy {
    copy_for(
        &["bob@b.example"],
        "S: x\r\n\r\n".to_owned() + &"line\r\n".repeat(4 << 20),
    )
}

#[test]
fn stopped_during_data_the_dot_never_leaves() {
    let watch = Watch::default();
    let cancel = watch.cancel.clone();
    let mut scene = play(Security::Implicit, move |mut peer: Peer| async move {
        peer.serve("DATA").await;
        peer.say("354 go\r\n").await;
        peer.hear().await;
        cancel.cancel();
        peer.rest().await;
    });
    scene.watch = watch;
    let stopped = scene.send(&large()).unwrap_err();
    assert_eq!(stopped, SubmitFailure::Cancelled);
    assert!(!scene.heard().contains("\r\n.\r\n"));
}

#[test]
fn closed_during_data_it_was_not_sent() {
    let scene = play(Security::Implicit, async |mut peer: Peer| {
        peer.serve("DATA").await;
        peer.say("354 go\r\n").await;
        peer.hear().await;
    });
    let stage = Stage::Data;
    let closed = scene.send(&large()).unwrap_err();
    assert_eq!(closed, SubmitFailure::Closed { stage });
    assert!(!scene.heard().contains("\r\n.\r\n"));
}

#[test]
fn refused_during_data_the_rest_is_not_sent() {
    let scene = play(Security::Implicit, async |mut peer: Peer| {
        peer.serve("DATA").await;
        peer.say("354 go\r\n").await;
        peer.hear().await;
        peer.say("552 too much\r\n").await;
        peer.rest().await;
    });
    let (stage, reply) = (Stage::Data, reply(552, "too much"));
    let refused = scene.send(&large()).unwrap_err();
    assert_eq!(refused, SubmitFailure::Refused { stage, reply });
    assert!(!scene.heard().contains("\r\n.\r\n"));
}

#[test]
fn rule_30_a_server_that_stops_reading_ends_with_the_deadline() {
    let mut scene = play(Security::Implicit, async |mut peer: Peer| {
        peer.serve("DATA").await;
        peer.say("354 go\r\n").await;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
    });
    scene.limits.idle = Duration::from_millis(300);
    let stage = Stage::Data;
    let stuck = scene.send(&large()).unwrap_err();
    assert_eq!(stuck, SubmitFailure::Deadline { stage });
    scene.heard();
}

#[test]
fn rule_30_a_server_that_drips_or_hangs_ends_with_the_deadline() {
    let stage = Stage::Sender;
    let mut dripping = play(Security::Implicit, async |mut peer: Peer| {
        peer.serve("MAIL").await;
        for byte in "250-drip drop drip drop\r\n".repeat(1_000).chars() {
            if peer.stream.write_all(&[byte as u8]).await.is_err()
                || peer.stream.flush().await.is_err()
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    dripping.limits = limits(1_000);
    let failure = dripping.send(&letter()).unwrap_err();
    assert_eq!(failure, SubmitFailure::Deadline { stage });
    dripping.heard();

    let mut hanging = play(Security::Implicit, async |mut peer: Peer| {
        peer.serve("MAIL").await;
        peer.rest().await;
    });
    hanging.limits.idle = Duration::from_millis(300);
    let failure = hanging.send(&letter()).unwrap_err();
    assert_eq!(failure, SubmitFailure::Deadline { stage });
    hanging.heard();
}

#[test]
fn a_job_that_was_stopped_before_says_nothing() {
    let scene = play(Security::Implicit, async |_: Peer| {});
    scene.watch.cancel.cancel();
    assert_eq!(scene.send(&letter()).unwrap_err(), SubmitFailure::Cancelled);
}
