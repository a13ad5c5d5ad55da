//! What pages ask for when they are used.

use super::{Paper, desk, window};
use crate::app::command::{Command, OpenWhat, Way};
use crate::app::failure::{Failure, OpenMessageFailure};
use crate::gui::{Action, Place, Slot};
use crate::protect::openpgp::{OpenFailure, OpenProblem};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use std::time::{Duration, Instant};

const SIZE: [f32; 2] = [1280.0, 800.0];

#[test]
fn first_start_asks_for_a_whole_address_and_then_makes_a_key() {
    let mut harness = window(Paper::new(None, false), SIZE, false);
    harness.get_by_label("Your name").focus();
    harness.run();
    harness.get_by_label("Your name").type_text("Ada Lovelace");
    harness.run();
    harness.get_by_label("Next").click();
    harness.run();
    harness.get_by_label_contains("That address is not whole");
    assert!(harness.state().commands().is_empty());
    harness.get_by_label("Your mail address").focus();
    harness.run();
    harness
        .get_by_label("Your mail address")
        .type_text("ada@example.org");
    harness.run();
    harness.get_by_label("Next").click();
    harness.run();
    harness.get_by_label("For Ada Lovelace <ada@example.org>");
    harness.get_by_label("Make my key").click();
    harness.run();
    let asked = harness.state().commands();
    let [Command::NewIdentity { mailbox, .. }] = asked.as_slice() else {
        panic!("{} commands", asked.len());
    };
    assert_eq!(mailbox.to_string(), "Ada Lovelace <ada@example.org>");
}

#[test]
fn an_address_becomes_a_chip_and_can_be_taken_off() {
    let mut paper = Paper::new(Some(Place::Write), false);
    paper.write.begin("fresh".to_owned());
    let mut harness = window(paper, SIZE, false);
    harness
        .get_by_role_and_label(egui::Role::TextInput, "To")
        .focus();
    harness.run();
    harness
        .get_by_role_and_label(egui::Role::TextInput, "To")
        .type_text("bob@example.org,");
    harness.run();
    harness.get_by_label("bob@example.org: being looked up");
    harness.get_by_label("Remove bob@example.org").click();
    harness.run();
    assert!(harness.query_by_label("Remove bob@example.org").is_none());
}

#[test]
fn chips_say_what_the_pre_flight_found() {
    let harness = window(Paper::new(Some(Place::Write), false), SIZE, false);
    harness.get_by_label_contains("bob@example.org>: can be sealed");
    harness.get_by_label("carol@example.org: There is no key for carol@example.org.");
    harness.get_by_label_contains("dave@example.org: The key for dave@example.org cannot be used");
}

#[test]
fn ctrl_enter_seals_and_sends() {
    let mut harness = window(Paper::new(Some(Place::Write), false), SIZE, false);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    let asked = harness.state().commands();
    let sent = asked.iter().find_map(|command| match command {
        Command::Send { way, .. } => Some(*way),
        _ => None,
    });
    assert_eq!(sent, Some(Way::Sealed));
}

#[test]
fn rule_44_nothing_leaves_readable_without_a_yes() {
    let mut harness = window(Paper::new(Some(Place::Write), false), SIZE, false);
    harness.get_by_label("Other ways to send").click();
    harness.run();
    harness.get_by_label("Send unprotected…").click();
    harness.run();
    let sends = |paper: &Paper| {
        paper
            .commands()
            .iter()
            .filter_map(|command| match command {
                Command::Send { way, .. } => Some(*way),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(sends(harness.state()), []);
    harness.get_by_label("Cancel").click();
    harness.run();
    assert_eq!(sends(harness.state()), []);
    harness.get_by_label("Send unprotected…").click();
    harness.run();
    harness.get_by_label("Send it unprotected").click();
    harness.run();
    assert_eq!(sends(harness.state()), [Way::Unprotected]);
}

#[test]
fn rule_43_typing_is_kept_within_two_seconds_even_when_it_never_rests() {
    let mut paper = Paper::new(Some(Place::Write), false);
    let start = Instant::now();
    let mut kept = Vec::new();
    // A key every tenth of a second, for ten seconds.
    for tenth in 0..100_u64 {
        let now = start + Duration::from_millis(tenth * 100);
        paper
            .write
            .attach(Ok(desk::draft(false).attachments[0].clone()), now);
        let mut asked = Vec::new();
        paper.write.tend(&paper.view, now, &mut asked);
        let saves = |action: &Action| match action {
            Action::Run(_, command) => matches!(**command, Command::SaveDraft { .. }),
            _ => false,
        };
        if asked.iter().any(saves) {
            kept.push(tenth);
            let drafts = crate::app::command::Outcome::Drafts(Vec::new());
            paper
                .write
                .answer(crate::gui::Slot::Autosave, Ok(drafts), &mut asked);
        }
    }
    assert!(kept.len() >= 5, "{kept:?}");
    assert!(
        kept.windows(2).all(|pair| pair[1] - pair[0] < 20),
        "{kept:?}"
    );
}

#[test]
fn rule_62_a_letter_that_may_have_arrived_is_sent_again_only_after_a_yes() {
    let mut harness = window(Paper::new(Some(Place::Outbox), false), SIZE, false);
    harness.get_by_label("Send Letter 5 again").click();
    harness.run();
    assert!(harness.state().commands().is_empty());
    harness.get_by_label("Send it again").click();
    harness.run();
    let asked = harness.state().commands();
    assert!(matches!(
        asked.as_slice(),
        [Command::Retry {
            id: 5,
            maybe_sent_too: true
        }]
    ));
}

#[test]
fn a_key_is_confirmed_only_beside_its_fingerprint() {
    let mut harness = window(Paper::new(Some(Place::Keys), false), SIZE, false);
    harness.get_by_label("Confirm…").click();
    harness.run();
    assert!(
        !harness
            .state()
            .commands()
            .iter()
            .any(|c| matches!(c, Command::Confirm { .. }))
    );
    // In the question it stands in two lines; a screen reader hears it as one.
    let groups = desk::fingerprint('C').grouped();
    let shown = harness.query_all_by_label(&groups).count();
    assert!(shown >= 2, "card and question: {shown}");
    harness.get_by_label("Yes, it is the same").click();
    harness.run();
    let confirms = |c: &&Command| matches!(c, Command::Confirm { key } if *key == desk::fingerprint('C').to_string());
    assert!(harness.state().commands().iter().any(confirms));
}

#[test]
fn the_rail_leads_to_every_place_by_keyboard_too() {
    let mut harness = window(Paper::new(Some(Place::Write), false), SIZE, false);
    harness
        .get_by_role_and_label(egui::Role::Tab, "Keys")
        .focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let went = |action: &Action| matches!(action, Action::Go(Place::Keys));
    assert!(harness.state().asked.iter().any(went));
}

#[test]
fn rule_15_the_verdict_stands_above_the_message_with_icon_and_words() {
    let harness = window(Paper::new(Some(Place::Read), false), SIZE, false);
    let icon = harness.get_by_role_and_label(egui::Role::Image, "Not protected");
    let words = harness.get_by_label_contains("Not protected: anyone could have written");
    let text = harness.get_by_label_contains("Dear Ada,");
    assert!(icon.rect().bottom() < text.rect().top());
    assert!(words.rect().bottom() < text.rect().top());
}

#[test]
fn rule_23_a_part_with_its_own_protection_waits_for_a_press_and_opens_alone() {
    let mut harness = window(Paper::new(Some(Place::Read), false), SIZE, false);
    assert!(harness.state().commands().is_empty());
    harness.get_by_label("Open that part").click();
    harness.run();
    let asked = harness.state().commands();
    let [
        Command::Open {
            what: OpenWhat::Bytes(part),
            ..
        },
    ] = asked.as_slice()
    else {
        panic!("{} commands", asked.len());
    };
    assert!(part.starts_with(b"Content-Type: multipart/encrypted"));
}

#[test]
fn rule_17_what_may_have_been_altered_is_read_only_after_a_warning() {
    let mut paper = Paper::new(Some(Place::Read), false);
    let mut asked = Vec::new();
    paper.read.open_file("old.eml".into(), &mut asked);
    let altered = Failure::Open(OpenMessageFailure::Decrypt(OpenFailure {
        why: OpenProblem::NoIntegrity,
        recipients: Vec::new(),
        passwords: 0,
        tried: Vec::new(),
    }));
    paper.read.answer(Slot::Open, Err(altered), &mut asked);
    let mut harness = window(paper, SIZE, false);
    harness.get_by_label("Read it anyway").click();
    harness.run();
    let asked = harness.state().commands();
    assert!(matches!(
        asked.as_slice(),
        [Command::Open {
            what: OpenWhat::File(_),
            without_integrity: true
        }]
    ));
}

#[test]
fn the_look_is_chosen_in_settings() {
    use crate::settings::{PreferencesChange, TextSize, ThemeChoice};
    let mut harness = window(Paper::new(Some(Place::Settings), false), SIZE, false);
    harness
        .get_by_role_and_label(egui::Role::Tab, "Look")
        .click();
    harness.run();
    let chosen = harness.get_by_role_and_label(egui::Role::RadioButton, "As the system has them");
    chosen.scroll_to_me();
    harness.run();
    let mut press = |name: &str| {
        let choice = harness.get_by_role_and_label(egui::Role::RadioButton, name);
        choice.scroll_to_me();
        harness.run();
        harness
            .get_by_role_and_label(egui::Role::RadioButton, name)
            .click();
        harness.run();
        let asked = std::mem::take(&mut harness.state_mut().asked);
        asked
            .into_iter()
            .filter_map(|action| match action {
                Action::Prefer(change) => Some(change),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(press("Dark"), [PreferencesChange::theme(ThemeChoice::Dark)]);
    let large = TextSize::new(200).unwrap();
    assert_eq!(press("200 %"), [PreferencesChange::text_size(large)]);
    assert_eq!(press("100 %"), [], "it is chosen already");
}

#[test]
fn the_text_under_letters_is_kept_while_it_is_typed() {
    let mut paper = Paper::new(Some(Place::Settings), false);
    let me = paper.view.me().unwrap().address.clone();
    paper.view.signature = Some((me.clone(), "Ada".to_owned()));
    let mut harness = window(paper, SIZE, false);
    let field = "Text under your letters";
    harness.get_by_label(field).scroll_to_me();
    harness.run();
    harness.get_by_label(field).focus();
    harness.run();
    harness.get_by_label(field).type_text(", attic");
    harness.run();
    let asked = &harness.state().asked;
    let signed = asked.iter().any(|action| {
        matches!(action, Action::Sign(whose, text) if *whose == me && text.contains(", attic"))
    });
    assert!(signed);
}

#[test]
fn each_step_of_first_start_can_be_skipped_and_gone_back_to() {
    let mut harness = window(Paper::new(None, false), SIZE, false);
    let press = |harness: &mut egui_kittest::Harness<'_, Paper>, name: &str| {
        harness.get_by_label(name).click();
        harness.run();
    };
    harness.get_by_label("Step 1 of 3: Who you are");
    press(&mut harness, "Skip");
    harness.get_by_label("Step 2 of 3: Your key");
    // Without a name there is no new key, but one from before can be brought.
    assert!(harness.query_by_label("Make my key").is_none());
    harness.get_by_label("I have a key already…");
    press(&mut harness, "Back");
    press(&mut harness, "Skip");
    press(&mut harness, "Skip");
    harness.get_by_label("Step 3 of 3: Your mail");
    harness.get_by_label("Practise first");
    press(&mut harness, "Skip");
    let over = |action: &Action| matches!(action, Action::SkipFirstStart);
    assert!(harness.state().asked.iter().any(over));
    assert!(harness.state().commands().is_empty());
}
