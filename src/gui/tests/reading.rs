//! What Read and Outbox do when they are used.

use super::{Paper, desk, window};
use crate::app::command::{Answers, Command, DraftForm, OpenWhat, OriginAnswer, Outcome, Reply};
use crate::app::failure::{Failure, FileFailure};
use crate::app::port::{LetterHead, OpenedFacts, OpenedFrom, OpenedHead, OutboxState, StoredCopy};
use crate::cert::Acceptance;
use crate::gui::theme;
use crate::gui::view::SaveWhat;
use crate::gui::widgets::{Row, rows_ui};
use crate::gui::{Action, Place, Slot};
use crate::protect::Evidence;
use crate::read::{self, Policy, Reading};
use egui::{Event, Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use std::sync::Arc;
use std::time::{Duration, Instant};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn unprotected(message: String) -> Arc<Reading> {
    let bytes = message.into_bytes();
    let policy = Policy::default();
    let (evidence, payload) = (Evidence::default(), bytes.clone());
    let acceptance = Acceptance::new();
    let read = read::reading(&bytes, evidence, payload, &acceptance, &policy, desk::now());
    Arc::new(read.unwrap().with_original(Arc::new(bytes)))
}

fn opened(paper: &mut Paper, reading: Arc<Reading>) {
    let mut asked = Vec::new();
    let outcome = Ok(Outcome::Reading(reading));
    paper.read.answer(Slot::Open, outcome, &mut asked);
}

fn head(id: i64, author: &str, subject: &str, summary: &str) -> OpenedHead {
    OpenedHead {
        id,
        at: desk::now(),
        facts: OpenedFacts {
            from: OpenedFrom::File(format!("/letters/{id}.eml")),
            author: author.to_owned(),
            subject: subject.to_owned(),
            summary: summary.to_owned(),
            size: 1_000,
            kept: true,
        },
    }
}

fn with_list() -> Paper {
    let mut paper = Paper::new(Some(Place::Read), false);
    paper.view.letters = Some(Vec::new());
    let heads = vec![
        head(3, "Bob", "Notes on the engine", "confidential"),
        head(2, "Carol", "Dinner", "unprotected"),
        head(1, "", "Who wrote this", "encrypted-unverified"),
    ];
    let mut asked = Vec::new();
    let outcome = Ok(Outcome::Opened(heads));
    paper.read.answer(Slot::Opened, outcome, &mut asked);
    paper
}

/// A list of numbers, and the one that was chosen.
fn numbers(count: usize) -> Harness<'static, Option<usize>> {
    Harness::builder()
        .with_size([400.0, 600.0])
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, chosen: &mut Option<usize>| {
                let answer = rows_ui(ui, "Numbers", count, |_, index| Row {
                    first: format!("Number {index}"),
                    heard: format!("Number {index}"),
                    ..Row::default()
                });
                *chosen = answer.chosen.or(*chosen);
            },
            None,
        )
}

#[test]
fn a_list_of_a_hundred_thousand_is_walked_by_keyboard_and_drawn_in_part() {
    let mut harness = numbers(100_000);
    harness.run();
    let rows = harness.get_all_by_role(Role::ListBoxOption).count();
    assert!(rows < 20, "{rows}");
    let row = harness.get_by_role_and_label(Role::ListBoxOption, "Number 0");
    row.focus();
    harness.run();
    for (key, wanted) in [
        (Key::ArrowDown, 1),
        (Key::End, 99_999),
        (Key::ArrowUp, 99_998),
        (Key::Home, 0),
        (Key::ArrowUp, 0),
    ] {
        harness.key_press(key);
        harness.run();
        let name = format!("Number {wanted}");
        let row = harness.get_by_role_and_label(Role::ListBoxOption, &name);
        assert!(row.is_focused(), "{key:?}: {name}");
    }
    harness.key_press(Key::PageDown);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert!(
        harness.state().is_some_and(|row| row > 3),
        "{:?}",
        harness.state()
    );
}

#[test]
fn the_list_names_what_was_opened_and_is_filtered() {
    let mut harness = window(with_list(), SIZE, false);
    harness.get_by_label_contains("Bob, Notes on the engine, Sealed and signed");
    harness.get_by_label_contains("Sender unclear, Who wrote this, Sealed, sender unknown");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::F);
    harness.run();
    let field = harness.get_by_label("Find in the list");
    assert!(field.is_focused());
    field.type_text("DINN");
    harness.run();
    assert_eq!(harness.get_all_by_role(Role::ListBoxOption).count(), 1);
    harness.get_by_label_contains("Carol, Dinner").click();
    harness.run();
    let asked = harness.state().commands();
    assert!(matches!(
        asked.as_slice(),
        [Command::Open {
            what: OpenWhat::Opened(2),
            without_integrity: false
        }]
    ));
}

#[test]
fn what_is_forgotten_can_be_taken_back() {
    let mut harness = window(with_list(), SIZE, false);
    harness.get_by_label("Forget Dinner").click();
    harness.run();
    assert!(harness.query_by_label_contains("Carol, Dinner").is_none());
    // It is gone for good only when the offer to take it back is.
    assert!(harness.state().commands().is_empty());
    let offers = |paper: &Paper| {
        let offer = |action: &&Action| matches!(action, Action::Offer(_));
        paper.asked.iter().filter(offer).count()
    };
    assert_eq!(offers(harness.state()), 1);
    harness.state_mut().read.bring_back();
    harness.run();
    harness.get_by_label_contains("Carol, Dinner").focus();
    harness.run();
    harness.key_press(Key::Delete);
    harness.run();
    assert_eq!(offers(harness.state()), 2);
    harness.get_by_label("Forget all that was opened").click();
    harness.run();
    assert_eq!(harness.query_all_by_role(Role::ListBoxOption).count(), 0);
    let left = Ok(Outcome::Opened(vec![head(1, "Bob", "Left", "verified")]));
    let mut asked = Vec::new();
    harness
        .state_mut()
        .read
        .answer(Slot::Opened, left, &mut asked);
    harness.run();
    // Number 1 was forgotten, and is hidden until it is gone.
    assert_eq!(harness.query_all_by_role(Role::ListBoxOption).count(), 0);
}

#[test]
fn a_message_on_the_clipboard_opens_and_a_field_keeps_its_paste() {
    let mut harness = window(with_list(), SIZE, false);
    let paste = |text: &str| Event::Paste(text.to_owned());
    harness.event(paste("From: bob@example.org\n\nHello\n"));
    harness.run();
    let pasted = |paper: &Paper| {
        let opens = |command: &&Command| matches!(command, Command::Open { .. });
        paper.commands().into_iter().filter(opens).count()
    };
    assert_eq!(pasted(harness.state()), 1);
    let field = harness.get_by_label("Find in the list");
    field.focus();
    harness.run();
    harness.event(paste("Bob"));
    harness.run();
    assert_eq!(pasted(harness.state()), 1);
    harness.event(paste("   "));
    harness.run();
    harness.get_by_label("Paste a message");
}

#[test]
fn a_reply_is_asked_of_the_open_letter_and_written() {
    let mut harness = window(Paper::new(Some(Place::Read), false), SIZE, false);
    harness.get_by_role_and_label(Role::Button, "Reply").click();
    harness.run();
    harness
        .get_by_role_and_label(Role::Button, "Reply to all")
        .click();
    harness.run();
    let asked = harness.state().commands();
    let all: Vec<bool> = asked
        .iter()
        .filter_map(|command| match command {
            Command::Reply { all, .. } => Some(*all),
            _ => None,
        })
        .collect();
    assert_eq!(all, [false, true]);
    let reply = Outcome::Reply(Box::new(Reply {
        form: DraftForm::default(),
        file: Vec::new(),
    }));
    let mut actions = Vec::new();
    harness
        .state_mut()
        .read
        .answer(Slot::Reply, Ok(reply), &mut actions);
    assert!(matches!(actions.as_slice(), [Action::WriteReply(_)]));
}

#[test]
fn rule_32_what_answers_a_sealed_letter_goes_readable_only_without_it() {
    let mut paper = Paper::new(Some(Place::Write), false);
    let form = DraftForm {
        to: "bob@example.org".to_owned(),
        subject: "Re: Secret".to_owned(),
        body: "Fine.\n\nbob@example.org wrote on 2026-05-03:\n> The old mill\n".to_owned(),
        answers: Answers {
            sealed_only: true,
            ..Answers::default()
        },
        ..DraftForm::default()
    };
    paper.write.begin_with(form);
    let mut harness = window(paper, SIZE, false);
    harness.get_by_label("Other ways to send").click();
    harness.run();
    harness.get_by_label("Send unprotected…").click();
    harness.run();
    harness
        .get_by_label("Take the quote out and send it")
        .click();
    harness.run();
    // It is kept without the quote before it leaves.
    let asked = harness.state().commands();
    let kept = asked.iter().find_map(|command| match command {
        Command::SaveDraft { draft, .. } => Some(draft),
        _ => None,
    });
    let kept = kept.expect("the draft is kept first");
    assert!(!kept.body.contains("mill") && kept.subject.is_empty());
    assert!(!kept.answers.sealed_only);
}

#[test]
fn structure_says_in_words_what_covers_each_part() {
    let mut harness = window(Paper::new(Some(Place::Read), false), SIZE, false);
    harness
        .get_by_role_and_label(Role::Tab, "Structure")
        .click();
    harness.run();
    harness.get_by_label_contains("Part 1.1, text/plain");
    harness.get_by_label_contains(
        "Part 1.2, multipart/encrypted, 115 bytes, not covered; sealed by itself",
    );
    harness.get_by_label_contains("Open part 1.2 alone").click();
    harness.run();
    let asked = harness.state().commands();
    assert!(matches!(
        asked.as_slice(),
        [Command::Open {
            what: OpenWhat::Bytes(_),
            ..
        }]
    ));
}

#[test]
fn dangerous_names_are_flagged_and_everything_can_be_saved() {
    let name = "invoice.pdf\u{202E}.exe";
    let encoded: String = name.bytes().map(|b| format!("={b:02X}")).collect();
    let message = format!(
        "From: bob@example.org\r\nSubject: a/b: \u{1F9FF}c.d\r\nContent-Type: multipart/mixed; boundary=b\r\n\
         \r\n--b\r\n\r\nHello\r\n--b\r\nContent-Type: application/octet-stream; \
         name=\"=?utf-8?Q?{encoded}?=\"\r\nContent-Disposition: attachment\r\n\r\nMZ\r\n--b--\r\n"
    );
    let mut paper = Paper::new(Some(Place::Read), false);
    opened(&mut paper, unprotected(message));
    let mut harness = window(paper, SIZE, false);
    harness.get_by_label("Dangerous file");
    harness.get_by_label_contains("it is a program: opening it runs it");
    harness.get_by_role_and_label(Role::Button, "Save…").click();
    harness.run();
    harness.get_by_label("All attachments…").click();
    harness.run();
    harness
        .get_by_label("Folder to save all attachments to")
        .focus();
    harness.run();
    harness
        .get_by_label("Folder to save all attachments to")
        .type_text("/tmp/folder");
    harness.run();
    harness.get_by_label("Save all").click();
    harness.run();
    let asked = harness.state().commands();
    assert!(asked.iter().any(|command| match command {
        Command::SaveAttachments { folder, .. } => folder.ends_with("folder"),
        _ => false,
    }));
    // What the dialog suggests is a safe name.
    let mut asked = Vec::new();
    let paper = harness.state_mut();
    paper
        .read
        .save(SaveWhat::Pdf, "/tmp/x.pdf".into(), &mut asked);
    let prints = |action: &Action| match action {
        Action::Run(Slot::Save, command) => matches!(**command, Command::Print { .. }),
        _ => false,
    };
    assert!(asked.iter().any(prints));
    let picks = paper.asked.iter().filter_map(|action| match action {
        Action::Pick(wish) => Some(format!("{wish:?}")),
        _ => None,
    });
    assert!(picks.into_iter().all(|wish| !wish.contains('\u{202E}')));
}

#[test]
fn rule_70_a_link_is_followed_only_after_its_true_target_was_shown() {
    let message = "From: bob@example.org\r\nSubject: News\r\nContent-Type: text/html\r\n\r\n\
        <a href='https://login.evil.net/x'>https://bank.com/</a> <a href='mailto:eve@evil.net'>Eve</a>";
    let mut paper = Paper::new(Some(Place::Read), false);
    opened(&mut paper, unprotected(message.to_owned()));
    let mut harness = window(paper, SIZE, false);
    harness.run();
    harness.get_by_label_contains("A link in it is not what it seems");
    harness.get_by_role_and_label(Role::Tab, "Links").click();
    harness.run();
    harness.get_by_label_contains("It shows bank.com, and leads elsewhere.");
    harness
        .get_all_by_label("Open evil.net")
        .next()
        .unwrap()
        .click();
    harness.run();
    let followed = |harness: &Harness<'_, Paper>| {
        harness.state().asked.iter().any(|action| {
            matches!(action, Action::OpenInBrowser(place) if place == "https://login.evil.net/x")
        })
    };
    assert!(!followed(&harness), "followed without a question");
    harness.get_by_label("Open this place in the browser?");
    harness.get_by_label("Open it").click();
    harness.run();
    assert!(followed(&harness));
    // A mailbox begins a letter here.
    harness
        .get_all_by_label("Open evil.net")
        .nth(1)
        .unwrap()
        .click();
    harness.run();
    harness.get_by_label("Begin a letter").click();
    harness.run();
    let begun = |action: &Action| matches!(action, Action::WriteReply(form) if form.to.contains("eve@evil.net"));
    assert!(harness.state().asked.iter().any(begun));
}

#[test]
fn the_route_is_shown_at_once_and_name_servers_are_asked_only_on_a_press() {
    let message = "Received: from a.example ([192.0.2.1]) by b.example with ESMTP;\r\n Sun, 3 May 2026 10:00:30 +0000\r\n\
        Received: by a.example with ESMTPSA; Sun, 3 May 2026 10:00:00 +0000\r\n\
        Authentication-Results: b.example; spf=pass\r\n\
        From: \"bob@example.org\" <eve@evil.example>\r\nSubject: Hi\r\n\r\nHello.\r\n";
    let mut paper = Paper::new(Some(Place::Read), false);
    opened(&mut paper, unprotected(message.to_owned()));
    let mut harness = window(paper, SIZE, false);
    harness.get_by_role_and_label(Role::Tab, "Route").click();
    harness.run();
    let asks = |harness: &Harness<'_, Paper>| -> Vec<bool> {
        let commands = harness.state().commands().into_iter();
        commands
            .filter_map(|command| match command {
                Command::Origin(wish) => Some(wish.ask),
                _ => None,
            })
            .collect()
    };
    assert_eq!(asks(&harness), [false], "somebody was asked unasked");
    let answer = origin_of(message);
    let mut asked = Vec::new();
    let outcome = Outcome::Origin(Box::new(answer));
    harness
        .state_mut()
        .read
        .answer(Slot::Origin, Ok(outcome), &mut asked);
    harness.run();
    harness.get_by_label_contains("No domain is known to take responsibility for it.");
    harness.get_by_label_contains("holds an address, bob@example.org, that is not theirs");
    harness.get_by_label_contains("after 30 s, not encrypted");
    harness.get_by_label_contains("b.example: a claim");
    harness.get_by_label("Ask about the sender").click();
    harness.run();
    assert_eq!(asks(&harness), [false, true]);
}

#[test]
fn a_million_lines_are_laid_out_in_part_and_scroll_fast() {
    let text: String = (0..1_000_000).map(|n| format!("line {n}\r\n")).collect();
    let message = format!("From: bob@example.org\r\nSubject: long\r\n\r\n{text}");
    let mut paper = Paper::new(Some(Place::Read), false);
    opened(&mut paper, unprotected(message));
    let mut harness = window(paper, SIZE, false);
    let middle = harness
        .get_by_label_contains("line 0\nline 1\n")
        .rect()
        .center();
    let began = Instant::now();
    for _ in 0..20 {
        harness.hover_at(middle);
        harness.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, -100_000.0),
            source: egui::MouseWheelSource::Wheel,
            phase: egui::TouchPhase::Move,
            modifiers: Modifiers::NONE,
        });
        harness.step();
    }
    // Laying all of it out takes longer than the whole of this.
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    assert!(
        harness
            .query_by_label_contains("line 0\nline 1\n")
            .is_none()
    );
}

#[test]
fn the_open_fold_leaves_the_message_room_in_a_small_window() {
    let mut harness = window(Paper::new(Some(Place::Read), false), [800.0, 600.0], false);
    harness.get_by_label("Details").click();
    harness.run();
    let text = harness.get_by_label_contains("Dear Ada,").rect();
    let tabs = harness.get_by_role_and_label(Role::Tab, "Message").rect();
    assert!(tabs.bottom() + 60.0 < 560.0, "{tabs:?}");
    assert!(text.top() < 540.0, "{text:?}");
}

#[test]
fn a_file_that_vanished_is_said_to_be_gone() {
    let mut paper = Paper::new(Some(Place::Read), false);
    let mut asked = Vec::new();
    paper.read.open_file("/gone/letter.eml".into(), &mut asked);
    let gone = Failure::File(FileFailure::NotFound("/gone/letter.eml".into()));
    paper.read.answer(Slot::Open, Err(gone), &mut asked);
    let harness = window(paper, SIZE, false);
    assert!(
        harness
            .query_all_by_label_contains("/gone/letter.eml")
            .count()
            > 0
    );
    assert!(
        harness
            .query_by_role_and_label(Role::Tab, "Structure")
            .is_none()
    );
}

#[test]
fn a_hundred_thousand_letters_are_listed_in_part() {
    let mut paper = Paper::new(Some(Place::Read), false);
    let letter = |id| LetterHead {
        id,
        uid: String::new(),
        at: desk::now(),
        blocked: false,
    };
    paper.view.letters = Some((0..100_000).map(letter).collect());
    let harness = window(paper, SIZE, false);
    assert!(harness.get_all_by_role(Role::ListBoxOption).count() < 30);
}

#[test]
fn the_outbox_groups_its_letters_and_shows_one_group_alone() {
    let mut harness = window(Paper::new(Some(Place::Outbox), false), SIZE, false);
    for group in [
        "Maybe sent 1",
        "Refused 1",
        "Sending 1",
        "Waiting 1",
        "Sent 1",
    ] {
        harness.get_by_label(&format!("{group}, show alone"));
    }
    assert_eq!(harness.get_all_by_role(Role::ListBoxOption).count(), 5);
    harness.get_by_label("Sent 1, show alone").click();
    harness.run();
    assert_eq!(harness.get_all_by_role(Role::ListBoxOption).count(), 1);
    harness.get_by_label("Read Letter 3").click();
    harness.run();
    let reads = |action: &Action| matches!(action, Action::ReadSent(3));
    assert!(harness.state().asked.iter().any(reads));
    harness.get_by_label("Receipt of Letter 3").click();
    harness.run();
    harness.get_by_label("250 queued");
}

#[test]
fn the_refused_of_a_sent_letter_are_tried_again_from_the_outbox() {
    let mut paper = Paper::new(Some(Place::Outbox), false);
    let mut entry = desk::outbox(false).remove(2);
    let carol = desk::mailbox("carol@example.org").address;
    entry.copies = vec![StoredCopy {
        index: 0,
        envelope_to: vec![desk::mailbox("bob@example.org").address, carol],
        state: OutboxState::Sent {
            receipt: r#"{"host":"smtp.example.org","last":"250 queued","taken":["bob@example.org"],
                "refused":[{"address":"carol@example.org","code":550,"text":"no such user"}]}"#
                .to_owned(),
        },
    }];
    paper.view.outbox = Some(vec![entry]);
    let mut harness = window(paper, SIZE, false);
    harness.get_by_label("Refused 1, show alone");
    harness.get_by_label_contains("Not taken: carol@example.org: 550 no such user");
    harness.get_by_label("Try Letter 3 again").click();
    harness.run();
    let asked = harness.state().commands();
    assert!(matches!(
        asked.as_slice(),
        [Command::Retry {
            id: 3,
            maybe_sent_too: false
        }]
    ));
}

#[test]
fn a_letter_is_removed_from_the_outbox_only_after_a_yes() {
    let mut harness = window(Paper::new(Some(Place::Outbox), false), SIZE, false);
    harness.get_by_label_contains("Letter 4, Refused").click();
    harness.run();
    harness.get_by_label("Remove Letter 4").click();
    harness.run();
    assert!(harness.state().commands().is_empty());
    harness.get_by_label("Remove it").click();
    harness.run();
    // It leaves when the line that takes it back is gone, not before.
    assert!(harness.state().commands().is_empty());
    let offer = |action: &Action| matches!(action, Action::Offer(_));
    assert!(harness.state().asked.iter().any(offer));
}

/// Where a message came from, with nobody asked.
fn origin_of(message: &str) -> OriginAnswer {
    let tree = crate::mime::Tree::parse(message.as_bytes()).unwrap();
    let snapshot = crate::dns::Snapshot::default();
    OriginAnswer {
        origin: crate::headers::origin(
            &tree.root().header(),
            &crate::headers::OriginQuestion::default(),
            crate::headers::ServerSignatures::none(),
            &crate::checkup::Facts::new(&snapshot),
        ),
        asked: false,
        contacted: Vec::new(),
    }
}

#[test]
fn a_sender_is_blocked_on_the_tab_route_with_a_way_back_and_their_letters_are_hidden() {
    let message = "From: eve@evil.example\r\nSubject: Hi\r\n\r\nHello.\r\n";
    let mut paper = Paper::new(Some(Place::Read), false);
    opened(&mut paper, unprotected(message.to_owned()));
    paper.view.letters = Some(vec![LetterHead {
        id: 7,
        uid: "seven".to_owned(),
        at: desk::now(),
        blocked: true,
    }]);
    paper.view.revision += 1;
    let mut harness = window(paper, [1280.0, 1400.0], false);
    harness
        .get_by_label("Show 1 letter from a blocked sender")
        .click();
    harness.run();
    harness.get_by_label("Hide letters from blocked senders");
    harness.get_by_role_and_label(Role::Tab, "Route").click();
    harness.run();
    let answer = Ok(Outcome::Origin(Box::new(origin_of(message))));
    let mut asked = Vec::new();
    let read = &mut harness.state_mut().read;
    read.answer(Slot::Origin, answer, &mut asked);
    harness.run();
    harness.get_by_label("Block eve@evil.example");
    harness.get_by_label("Block all of evil.example").click();
    harness.run();
    let state = harness.state_mut();
    let blocks =
        |command: &&Command| matches!(command, Command::Block(text) if text == "evil.example");
    assert_eq!(state.commands().iter().filter(|c| blocks(c)).count(), 1);
    let offered = |action: &Action| matches!(action, Action::Offer(_));
    assert!(state.asked.iter().any(offered), "there is a way back");
    let entry = crate::settings::Blocked::parse("evil.example").unwrap();
    state.view.overview.as_mut().unwrap().blocked = vec![(entry, desk::now())];
    harness.run();
    harness.get_by_label("Unblock evil.example");
    harness
        .get_by_label("As lines for a mail server of your own")
        .click();
    harness.run();
}

#[test]
fn rule_64_whose_word_counts_is_said_on_the_tab_route_with_a_way_back() {
    let taken = |by: &str| {
        format!(
            "Authentication-Results: mx.example.net; spf=pass\r\n\
             Received: from a ([192.0.2.7]) by {by}; Sun, 3 May 2026 10:00:00 +0000\r\n\
             From: eve@evil.example\r\n\r\nHello.\r\n"
        )
    };
    let route_of = |message: String| {
        let mut paper = Paper::new(Some(Place::Read), false);
        let answer = Ok(Outcome::Origin(Box::new(origin_of(&message))));
        opened(&mut paper, unprotected(message));
        let mut harness = window(paper, [1280.0, 1400.0], false);
        harness.get_by_role_and_label(Role::Tab, "Route").click();
        harness.run();
        let mut asked = Vec::new();
        let read = &mut harness.state_mut().read;
        read.answer(Slot::Origin, answer, &mut asked);
        harness.run();
        harness
    };
    // It is offered for the server that took the letter last alone: anybody can write such a line.
    let other = route_of(taken("mx.example.org"));
    assert!(other.query_by_label("It is my server").is_none());
    let mut harness = route_of(taken("mx.example.net"));
    harness.get_by_label("It is my server").click();
    harness.run();
    let state = harness.state_mut();
    let host = "mx.example.net";
    let says =
        |command: &&Command| matches!(command, Command::SetBorder(Some(said)) if said == host);
    assert_eq!(state.commands().iter().filter(|c| says(c)).count(), 1);
    let offered = |action: &Action| matches!(action, Action::Offer(_));
    assert!(state.asked.iter().any(offered), "there is a way back");
    // The way is looked at again once that is kept.
    state.read.look_again();
    let before = state.commands().len();
    harness.run();
    assert!(harness.state().commands().len() > before);
}
