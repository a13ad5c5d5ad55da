//! The page Write, used by label and by key, with friendly and with hostile input.

use super::{Paper, desk, window};
use crate::app::command::{
    Command, DraftCard, DraftForm, Files, FormAttachment, Outcome, PlanProblem, SendReport,
};
use crate::app::failure::{Failure, FileFailure};
use crate::app::port::DraftHead;
use crate::gui::{Action, Place, Slot};
use crate::protect::Protection;
use egui::{Event, Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use std::time::{Duration, Instant};

const SIZE: [f32; 2] = [1280.0, 800.0];

/// A page with this letter, whose people are not looked up yet.
fn paper(form: DraftForm) -> Paper {
    let mut paper = Paper::new(Some(Place::Write), false);
    paper.write.begin_with(form);
    paper
}

fn to(list: &str) -> DraftForm {
    DraftForm {
        to: list.to_owned(),
        ..DraftForm::default()
    }
}

fn answer(paper: &mut Paper, slot: Slot, outcome: Outcome) {
    let mut asked = Vec::new();
    paper.write.answer(slot, Ok(outcome), &mut asked);
    paper.asked.extend(asked);
}

fn focus(harness: &mut Harness<'_, Paper>, name: &str) {
    let role = match name {
        "Letter" => Role::MultilineTextInput,
        _ => Role::TextInput,
    };
    harness.get_by_role_and_label(role, name).focus();
    harness.run();
}

fn paste(harness: &mut Harness<'_, Paper>, text: &str) {
    harness.event(Event::Paste(text.to_owned()));
    harness.run();
}

fn press(harness: &mut Harness<'_, Paper>, key: Key) {
    harness.key_press(key);
    harness.run();
}

fn chips(harness: &Harness<'_, Paper>) -> Vec<String> {
    let nodes = harness.query_all_by_label_contains("Remove ");
    let label = |node: egui_kittest::Node<'_>| node.accesskit_node().label();
    let names = nodes.filter_map(label);
    names
        .filter_map(|name| name.strip_prefix("Remove ").map(str::to_owned))
        .collect()
}

#[test]
fn a_pasted_list_becomes_chips_and_commas_in_names_stay() {
    let mut harness = window(paper(DraftForm::default()), SIZE, false);
    focus(&mut harness, "To");
    paste(
        &mut harness,
        "\"Carol, C.\" <c@example.org>; bob@example.org\r\nnobody",
    );
    assert_eq!(
        chips(&harness),
        ["\"Carol, C.\" <c@example.org>", "bob@example.org", "nobody"]
    );
    harness.get_by_label("nobody: this is no mail address");
    harness.get_by_label("“nobody” is no mail address.");
}

#[test]
fn people_are_completed_by_the_arrow_keys_and_by_the_pointer() {
    let mut paper = paper(DraftForm::default());
    answer(
        &mut paper,
        Slot::Contacts,
        Outcome::Contacts(desk::contacts(false)),
    );
    let mut harness = window(paper, SIZE, false);
    focus(&mut harness, "To");
    harness
        .get_by_role_and_label(Role::TextInput, "To")
        .type_text("bo");
    harness.run();
    let first = "Bob, bob@example.org, can be sealed";
    let second = "Bobby, bobby@example.org, no key that can be used";
    harness.get_by_role_and_label(Role::ListBoxOption, first);
    press(&mut harness, Key::ArrowDown);
    press(&mut harness, Key::Enter);
    assert_eq!(chips(&harness), ["Bobby <bobby@example.org>"]);
    harness
        .get_by_role_and_label(Role::TextInput, "To")
        .type_text("bo");
    harness.run();
    assert!(
        harness
            .query_by_role_and_label(Role::ListBoxOption, second)
            .is_none(),
        "who stands there already is not suggested"
    );
    harness
        .get_by_role_and_label(Role::ListBoxOption, first)
        .click();
    harness.run();
    assert_eq!(chips(&harness).len(), 2);
    // Escape puts the list away and leaves what was typed; Down on an empty field opens it.
    harness
        .get_by_role_and_label(Role::TextInput, "To")
        .type_text("car");
    harness.run();
    press(&mut harness, Key::Escape);
    assert!(harness.query_by_role(Role::ListBoxOption).is_none());
    let field = harness.get_by_role_and_label(Role::TextInput, "To");
    assert_eq!(field.value().as_deref(), Some("car"));
}

#[test]
fn a_whole_address_is_taken_as_typed_whatever_is_suggested() {
    let mut paper = paper(DraftForm::default());
    answer(
        &mut paper,
        Slot::Contacts,
        Outcome::Contacts(desk::contacts(false)),
    );
    let mut harness = window(paper, SIZE, false);
    focus(&mut harness, "To");
    harness
        .get_by_role_and_label(Role::TextInput, "To")
        .type_text("bob@example.or");
    harness.run();
    assert!(harness.query_by_role(Role::ListBoxOption).is_some());
    press(&mut harness, Key::Enter);
    assert_eq!(chips(&harness), ["bob@example.or"]);
}

#[test]
fn the_keyboard_reaches_chips_and_what_it_takes_off_comes_back() {
    let mut harness = window(
        paper(to("a@example.org, b@example.org, c@example.org")),
        SIZE,
        false,
    );
    focus(&mut harness, "To");
    press(&mut harness, Key::ArrowLeft);
    press(&mut harness, Key::ArrowLeft);
    press(&mut harness, Key::Delete);
    assert_eq!(chips(&harness), ["a@example.org", "c@example.org"]);
    harness.get_by_label("Undo").click();
    harness.run();
    assert_eq!(
        chips(&harness),
        ["a@example.org", "b@example.org", "c@example.org"]
    );
    focus(&mut harness, "To");
    press(&mut harness, Key::Backspace);
    assert_eq!(chips(&harness), ["a@example.org", "b@example.org"]);
    // Home, then Enter edits the first.
    press(&mut harness, Key::ArrowLeft);
    press(&mut harness, Key::Home);
    press(&mut harness, Key::Enter);
    let field = harness.get_by_role_and_label(Role::TextInput, "To");
    assert_eq!(field.value().as_deref(), Some("a@example.org"));
    assert_eq!(chips(&harness), ["b@example.org"]);
}

#[test]
fn three_hundred_recipients_are_counted_and_leave_room_for_the_letter() {
    let list: Vec<String> = (0..300)
        .map(|n| format!("\"Person {n}\" <p{n}@example.org>"))
        .collect();
    for size in [SIZE, [800.0, 600.0], [640.0, 480.0]] {
        let mut harness = window(paper(to(&list.join(", "))), size, false);
        harness.get_by_label("300 recipients");
        let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
        let send = harness.get_by_role_and_label(Role::Button, "Seal and send");
        assert!(whole.contains_rect(send.rect()), "{size:?}");
        let letter = harness
            .get_by_role_and_label(Role::MultilineTextInput, "Letter")
            .rect();
        assert!(
            letter.intersect(whole).height() > 60.0,
            "{size:?}: {letter:?}"
        );
        // One stop for the keyboard, not six hundred: Tab from the field reaches the subject soon.
        focus(&mut harness, "To");
        let reached = (0..4).any(|_| {
            press(&mut harness, Key::Tab);
            let subject = harness.get_by_role_and_label(Role::TextInput, "Subject");
            subject.is_focused()
        });
        assert!(reached, "{size:?}");
    }
}

#[test]
fn rule_45_what_others_see_is_asked_of_the_sealed_letter_when_typing_rests() {
    let mut paper = paper(to("\"Bob Babbage\" <bob@example.org>"));
    answer(
        &mut paper,
        Slot::Preflight,
        Outcome::Preflight(Box::new(desk::preflight_for_bob())),
    );
    let later = Instant::now() + Duration::from_secs(3);
    let asks = |paper: &mut Paper, at| {
        let mut asked = Vec::new();
        paper.write.tend(&paper.view, at, &mut asked);
        let others = |action: &Action| matches!(action, Action::Run(Slot::OthersSee, _));
        asked.iter().any(others)
    };
    // The people are looked up first; the table is asked for once, and again after a change.
    asks(&mut paper, later);
    answer(
        &mut paper,
        Slot::Preflight,
        Outcome::Preflight(Box::new(desk::preflight_for_bob())),
    );
    assert!(!asks(&mut paper, Instant::now()), "typing has not rested");
    assert!(asks(&mut paper, later));
    assert!(!asks(&mut paper, later));
    answer(
        &mut paper,
        Slot::OthersSee,
        Outcome::OthersSee(desk::visible(false)),
    );
    let mut harness = window(paper, SIZE, false);
    harness.get_by_label("Subject, mail servers on the way: hidden");
    harness.get_by_label("Who writes to whom, mail servers on the way: seen");
    harness.get_by_label("Outside: [...]");
    harness.get_by_label("Read off the sealed letter.");
    focus(&mut harness, "Letter");
    harness
        .get_by_role_and_label(Role::MultilineTextInput, "Letter")
        .type_text("More");
    harness.run();
    harness.get_by_label("Read off the letter as it was a moment ago.");
    let later = later + Duration::from_secs(3);
    assert!(asks(harness.state_mut(), later));
}

#[test]
fn two_hundred_files_are_summed_up_and_keep_the_page_in_shape() {
    let file = |n: usize| FormAttachment {
        name: format!("scan {n}.pdf"),
        media_type: "application/pdf".to_owned(),
        bytes: vec![0; 1_024].into(),
    };
    let form = DraftForm {
        attachments: (0..200).map(file).collect(),
        ..to("bob@example.org")
    };
    for size in [SIZE, [800.0, 600.0]] {
        let mut harness = window(paper(form.clone()), size, false);
        harness.get_by_label("200 files, 200.0 KiB");
        let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
        for name in ["Seal and send", "Attach a file…"] {
            let button = harness.get_by_role_and_label(Role::Button, name);
            assert!(whole.contains_rect(button.rect()), "{size:?} {name}");
        }
        harness.get_by_label("Take scan 0.pdf off").click();
        harness.run();
        harness.get_by_label("199 files, 199.0 KiB");
        harness.get_by_label("Undo").click();
        harness.run();
        harness.get_by_label("200 files, 200.0 KiB");
    }
}

#[test]
fn rule_43_words_are_kept_without_writing_the_files_again() {
    let mut paper = paper(to("bob@example.org"));
    let mut saved = Vec::new();
    let mut at = Instant::now();
    let file = desk::draft(false).attachments[0].clone();
    for attach in [false, true, false] {
        at += Duration::from_secs(5);
        if attach {
            paper.write.attach(Ok(file.clone()), at);
        } else {
            paper.write.begin_with(to("bob@example.org"));
        }
        let mut asked = Vec::new();
        paper
            .write
            .tend(&paper.view, at + Duration::from_secs(5), &mut asked);
        for action in asked {
            if let Action::Run(Slot::Autosave, command) = action
                && let Command::SaveDraft { files, .. } = *command
            {
                saved.push(files);
            }
        }
        answer(&mut paper, Slot::Autosave, Outcome::Drafts(Vec::new()));
    }
    assert_eq!(saved, [Files::AsBefore, Files::Changed, Files::AsBefore]);
}

#[test]
fn a_file_that_vanished_is_named_and_nothing_is_lost() {
    let mut paper = paper(desk::draft(false));
    let gone = FileFailure::NotFound("/tmp/gone.pdf".into());
    paper.write.attach(Err(gone), Instant::now());
    let harness = window(paper, SIZE, false);
    harness.get_by_label_contains("gone.pdf");
    harness.get_by_label_contains("1 file");
}

fn card(id: &str, subject: &str) -> DraftCard {
    DraftCard {
        head: DraftHead {
            id: id.to_owned(),
            at: desk::now(),
        },
        subject: subject.to_owned(),
        to: "bob@example.org".to_owned(),
        start: "Dear Bob,".to_owned(),
    }
}

#[test]
fn drafts_are_found_gone_on_with_and_let_go_with_a_way_back() {
    let mut paper = paper(desk::draft(false));
    let heads = vec![card("one", "").head, card("two", "").head];
    answer(&mut paper, Slot::Drafts, Outcome::Drafts(heads));
    paper.write.find();
    let mut harness = window(paper, SIZE, false);
    harness
        .get_by_role_and_label(Role::TextInput, "Find in drafts")
        .type_text("lake");
    harness.run();
    let asked = harness.state().commands();
    let found = asked
        .iter()
        .any(|c| matches!(c, Command::FindDrafts { query } if query == "lake"));
    assert!(found);
    let cards = vec![card("one", "The lake"), card("two", "Bread")];
    answer(
        harness.state_mut(),
        Slot::FindDrafts,
        Outcome::DraftCards(cards),
    );
    harness.run();
    harness.get_by_label("Discard Bread").click();
    harness.run();
    let gone = |c: &&Command| matches!(c, Command::DiscardDraft(id) if id == "two");
    assert!(harness.state().commands().iter().any(gone));
    let back = Outcome::Discarded("two".to_owned(), Box::new(to("bob@example.org")));
    answer(harness.state_mut(), Slot::Discard, back);
    harness.run();
    harness.get_by_label("Undo").click();
    harness.run();
    let kept = |c: &&Command| matches!(c, Command::SaveDraft { id, .. } if id == "two");
    assert!(harness.state().commands().iter().any(kept));
    harness
        .get_by_label_contains("The lake. To bob@example.org")
        .click();
    harness.run();
    let loads = |c: &&Command| matches!(c, Command::LoadDraft(id) if id == "one");
    assert!(harness.state().commands().iter().any(loads));
}

#[test]
fn the_draft_that_was_in_use_comes_back_unless_something_is_written() {
    let newest = || Outcome::Drafts(vec![card("new", "").head, card("old", "").head]);
    let loads = |paper: &Paper| {
        let commands = paper.commands();
        commands
            .iter()
            .any(|c| matches!(c, Command::LoadDraft(id) if id == "new"))
    };
    let mut fresh = Paper::new(Some(Place::Write), false);
    fresh.write = crate::gui::pages::write::WritePage::new("id".to_owned());
    answer(&mut fresh, Slot::Drafts, newest());
    assert!(loads(&fresh));
    let mut written = Paper::new(Some(Place::Write), false);
    written.write = crate::gui::pages::write::WritePage::new("id".to_owned());
    written.write.begin_with(to("bob@example.org"));
    answer(&mut written, Slot::Drafts, newest());
    assert!(!loads(&written));
}

#[test]
fn the_letter_on_screen_is_discarded_with_a_way_back() {
    let mut harness = window(paper(to("bob@example.org")), SIZE, false);
    harness.get_by_label("Discard this draft").click();
    harness.run();
    assert!(chips(&harness).is_empty());
    harness.get_by_label("Undo").click();
    harness.run();
    assert_eq!(chips(&harness), ["bob@example.org"]);
}

#[test]
fn a_clipboard_of_a_hundred_megabytes_is_refused_in_every_field_and_freezes_nothing() {
    let huge = "words ".repeat(17_000_000);
    for field in ["To", "Subject", "Letter", "Path of a file to attach"] {
        let mut harness = window(paper(to("bob@example.org")), SIZE, false);
        focus(&mut harness, field);
        let text = huge.clone();
        let start = Instant::now();
        harness.event(Event::Paste(text));
        harness.run();
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{field}: {:?}",
            start.elapsed()
        );
        harness.get_by_label_contains("What you pasted has 97.2 MiB");
        assert_eq!(chips(&harness), ["bob@example.org"], "{field}");
    }
}

#[test]
fn rule_34_what_cannot_be_seen_does_not_get_into_a_letter() {
    let mut harness = window(paper(DraftForm::default()), SIZE, false);
    for field in ["To", "Subject", "Letter"] {
        focus(&mut harness, field);
        paste(&mut harness, "gro.live\u{202e}\u{200b}\u{2066}");
        let role = match field {
            "Letter" => Role::MultilineTextInput,
            _ => Role::TextInput,
        };
        let value = harness.get_by_role_and_label(role, field).value();
        assert_eq!(value.as_deref(), Some("gro.live"), "{field}");
        harness.get_by_label("3 characters that cannot be seen were left out.");
        harness.get_by_label("Put this notice away").click();
        harness.run();
    }
}

#[test]
fn a_hostile_link_makes_a_letter_that_can_be_looked_at() {
    let name = "%E2%80%AE".repeat(50) + &"x".repeat(10_000);
    let link = format!(
        "mailto:%22{name}%22%20%3Cbob@example.org%3E,,nobody?subject={name}&body={name}&attach=/etc/passwd&bcc=c@example.org"
    );
    let form = crate::app::service::draft::from_mailto(&link).unwrap();
    assert!(form.attachments.is_empty() && form.from.is_none());
    for size in [SIZE, [800.0, 600.0]] {
        let harness = window(paper(form.clone()), size, false);
        let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
        let send = harness.get_by_role_and_label(Role::Button, "Seal and send");
        assert!(whole.contains_rect(send.rect()));
        assert!(
            chips(&harness)
                .iter()
                .all(|chip| !chip.contains('\u{202e}'))
        );
        let subject = harness
            .get_by_role_and_label(Role::TextInput, "Subject")
            .value();
        assert!(subject.is_some_and(|subject| !subject.contains('\u{202e}')));
    }
}

#[test]
fn several_identities_give_a_choice_of_who_writes() {
    let mut paper = paper(to("bob@example.org"));
    let overview = paper.view.overview.as_mut().unwrap();
    let mut other = overview.identities[0].clone();
    other.mailbox = desk::mailbox("Countess <ada@lovelace.example>");
    other.current = false;
    overview.identities.push(other);
    let mut harness = window(paper, SIZE, false);
    harness.get_by_label_contains("From Ada Lovelace").click();
    harness.run();
    harness
        .get_by_label("Countess <ada@lovelace.example>")
        .click();
    harness.run();
    harness.get_by_label("From Countess <ada@lovelace.example>");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    let mut asked = Vec::new();
    let paper = harness.state_mut();
    paper
        .write
        .answer(Slot::Autosave, Ok(Outcome::Drafts(Vec::new())), &mut asked);
    paper.asked.extend(asked);
    let from = paper.commands().iter().find_map(|command| match command {
        Command::Send {
            draft: crate::app::command::DraftSource::Form(form),
            ..
        } => form.from.clone(),
        _ => None,
    });
    assert_eq!(from.unwrap().address.as_str(), "ada@lovelace.example");
}

#[test]
fn the_seal_is_pressed_in_two_still_pictures() {
    let mut paper = paper(to("bob@example.org"));
    let report = SendReport {
        id: 1,
        message_id: "m@example.org".to_owned(),
        protection: Protection::Sealed,
        receipts: Vec::new(),
    };
    answer(&mut paper, Slot::Send, Outcome::Sent(report));
    let mut harness = window(paper, SIZE, false);
    harness.get_by_role_and_label(Role::Heading, "Sent");
    // Between the two pictures nothing is drawn, and after them nothing asks to be.
    let delay = |harness: &Harness<'_, Paper>| {
        let output = harness.output().viewport_output.values().next();
        output.map(|viewport| viewport.repaint_delay)
    };
    assert!(delay(&harness).unwrap() > Duration::from_millis(100));
    let deadline = Instant::now() + Duration::from_secs(20);
    while delay(&harness) != Some(Duration::MAX) {
        assert!(Instant::now() < deadline, "it goes on asking to be drawn");
        std::thread::sleep(Duration::from_millis(10));
        harness.run();
    }
}

#[test]
fn a_draft_that_could_not_be_kept_is_kept_whole_the_next_time() {
    let mut paper = paper(desk::draft(false));
    let mut asked = Vec::new();
    let soon = Instant::now() + Duration::from_secs(3);
    paper.write.tend(&paper.view, soon, &mut asked);
    let full = Failure::Store(crate::app::port::StoreFailure::DiskFull {
        path: "/home".to_owned(),
    });
    paper.write.answer(Slot::Autosave, Err(full), &mut asked);
    asked.clear();
    paper
        .write
        .attach(Ok(desk::draft(false).attachments[0].clone()), soon);
    paper
        .write
        .tend(&paper.view, soon + Duration::from_secs(3), &mut asked);
    let whole = |action: &Action| match action {
        Action::Run(Slot::Autosave, command) => {
            matches!(
                **command,
                Command::SaveDraft {
                    files: Files::Changed,
                    ..
                }
            )
        }
        _ => false,
    };
    assert!(asked.iter().any(whole));
}

#[test]
fn typing_with_fifty_recipients_keeps_the_window_awake() {
    let mut typing = crate::gui::pages::write::measure::Typing::new(50, desk::now());
    for _ in 0..5 {
        typing.type_one();
    }
    let mut passes: Vec<Duration> = (0..21).map(|_| typing.type_one().0).collect();
    passes.sort();
    // The bound of a frame is measured by the bench, on a build for speed; here it is ten frames,
    // so that only what grows with the square of the recipients is caught.
    assert!(passes[10] < Duration::from_millis(160), "{:?}", passes[10]);
    let answered = typing.answer_again(50);
    assert!(answered < Duration::from_millis(160), "{answered:?}");
}

#[test]
fn a_signature_text_stands_under_a_new_letter_and_is_written_above() {
    let mut paper = Paper::new(Some(Place::Write), false);
    paper.write.begin("fresh".to_owned());
    let ada = paper.view.me().unwrap().address.clone();
    paper.view.signature = Some((ada, "Ada\nLondon".to_owned()));
    let mut asked = Vec::new();
    paper.write.tend(&paper.view, Instant::now(), &mut asked);
    let mut harness = window(paper, SIZE, false);
    focus(&mut harness, "Letter");
    harness
        .get_by_role_and_label(Role::MultilineTextInput, "Letter")
        .type_text("Dear Bob");
    harness.run();
    let letter = harness.get_by_role_and_label(Role::MultilineTextInput, "Letter");
    assert_eq!(
        letter.value().as_deref(),
        Some("Dear Bob\n\n-- \nAda\nLondon")
    );
}

#[test]
fn rule_53_a_changed_key_shows_a_broken_chip_and_leads_to_the_new_key() {
    let mut changed = desk::preflight_for_bob();
    let bob = changed.rows[0].mailbox.address.clone();
    let problem = PlanProblem::Changed {
        recipient: bob.clone(),
        fingerprint: desk::fingerprint('E'),
        confirmed: desk::fingerprint('B'),
    };
    changed.rows[0].cert = Err(problem.clone());
    changed.problems = vec![problem];
    let mut told = desk::preflight_for_bob();
    told.rows[0].another = Some(desk::fingerprint('E'));
    for (found, ready, words) in [
        (changed, false, "came after you had confirmed one"),
        (told, true, "Another key for them came since"),
    ] {
        let mut paper = paper(to("\"Bob Babbage\" <bob@example.org>"));
        answer(
            &mut paper,
            Slot::Preflight,
            Outcome::Preflight(Box::new(found)),
        );
        let mut harness = window(paper, SIZE, false);
        assert!(harness.query_all_by_label_contains(words).count() > 0);
        let sign = if ready {
            "can be sealed"
        } else {
            "cannot be sealed"
        };
        assert!(harness.query_all_by_label(sign).count() > 0);
        harness
            .get_by_label("Look at the key of bob@example.org")
            .click();
        harness.run();
        let asked = &harness.state().asked;
        let new = desk::fingerprint('E').to_string();
        assert!(
            asked
                .iter()
                .any(|action| matches!(action, Action::ShowKey(key) if *key == new))
        );
    }
}
