//! The page Keys: search, list, card, and what is done with a key.

use super::{Paper, desk, window};
use crate::app::command::{
    Command, ImportReport, ImportedKey, KeyCard, KeyState, OtherCert, Outcome,
};
use crate::app::failure::ImportRefusal;
use crate::app::key_index::KeyIndex;
use crate::app::port::{CertProvenance, Decided, Sighting};
use crate::cert::{
    Capabilities, Checked, Fingerprint, KeyDetail, KeyFileProblem, Looks, RevocationReason, Scheme,
    Unusable,
};
use crate::gui::toast::Toasts;
use crate::gui::{Action, Place, Slot};
use egui::{Event, Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use std::sync::Arc;
use std::time::Instant;

const WIDE: [f32; 2] = [1280.0, 800.0];
const NARROW: [f32; 2] = [800.0, 600.0];

/// A card with everything on it.
pub fn full_card(own: bool) -> KeyCard {
    let mut row = desk::keys(false)[if own { 0 } else { 2 }].clone();
    let at = |text: &str| format!("{text}T00:00:00Z").parse().unwrap();
    row.created = at("2025-06-01");
    row.expires = Some(at("2026-06-01"));
    let address = row.addresses[0].clone();
    let part = |primary, expires: &str| KeyDetail {
        fingerprint: row.fingerprint.clone(),
        primary,
        algorithm: "Ed25519".to_owned(),
        can: Capabilities {
            certify: primary,
            sign: primary,
            encrypt: !primary,
            authenticate: false,
        },
        created: row.created,
        expires: Some(at(expires)),
        revoked: false,
        revoked_at: None,
    };
    KeyCard {
        checks: vec![(address.clone(), row.checked)],
        user_ids: vec!["Carol <carol@example.org>".into()],
        parts: vec![part(true, "2026-06-01"), part(false, "2026-01-01")],
        revoked: None,
        seen: vec![Sighting {
            address: Some(address.clone()),
            from: CertProvenance::Imported,
            first: at("2026-04-20"),
            last: desk::now(),
        }],
        decided: vec![Decided {
            address: address.clone(),
            checked: Checked::Accepted,
            at: at("2026-04-21"),
        }],
        others: vec![OtherCert {
            address,
            fingerprint: desk::fingerprint('E'),
            checked: Checked::Confirmed,
            first: at("2025-01-01"),
            last: at("2026-01-01"),
        }],
        both: Vec::new(),
        drilled: None,
        row,
    }
}

/// The page with this card open.
fn page(card: KeyCard, size: [f32; 2]) -> Harness<'static, Paper> {
    let mut paper = Paper::new(Some(Place::Keys), false);
    let mut asked = Vec::new();
    let card = Outcome::Key(Box::new(card));
    paper.keys.answer(Slot::Card, Ok(card), &mut asked);
    window(paper, size, false)
}

fn press(harness: &mut Harness<'_, Paper>, label: &str) {
    harness.get_by_role_and_label(Role::Button, label).click();
    harness.run();
}

fn write(harness: &mut Harness<'_, Paper>, role: Role, label: &str, text: &str) {
    harness.get_by_role_and_label(role, label).focus();
    harness.run();
    harness.get_by_role_and_label(role, label).type_text(text);
    harness.run();
}

fn last_command<'a>(harness: &'a Harness<'_, Paper>) -> &'a Command {
    harness.state().commands().pop().expect("a command")
}

fn rows(harness: &Harness<'_, Paper>) -> Vec<String> {
    harness
        .get_all_by_role(Role::ListBoxOption)
        .filter_map(|row| row.accesskit_node().label())
        .collect()
}

#[test]
fn the_list_follows_the_search_the_filter_and_the_order() {
    let paper = Paper::new(Some(Place::Keys), false);
    let mut harness = window(paper, WIDE, false);
    assert_eq!(rows(&harness).len(), 4);
    assert!(rows(&harness)[0].starts_with("Ada"), "own keys first");
    harness.get_by_label("Search keys").focus();
    harness.run();
    harness.get_by_label("Search keys").type_text("CAROL@");
    harness.run();
    let found = rows(&harness);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].contains("carol@example.org, OpenPGP, not accepted yet"),
        "{found:?}"
    );
    harness.get_by_label_contains("1 of 4");
    harness.get_by_label("Mine").click();
    harness.run();
    harness.get_by_label("No key matches.");
    press(&mut harness, "Show all");
    assert_eq!(rows(&harness).len(), 4);
    harness.get_by_label("Needs a look").click();
    harness.run();
    let found = rows(&harness);
    assert_eq!(found.len(), 2, "{found:?}");
    // Words, and whose turn it is (rule 56).
    assert!(
        found[1].contains("expired 3 May 2026: ask Dave"),
        "{found:?}"
    );
}

#[test]
fn a_hundred_thousand_rows_scroll_and_search_within_a_pass() {
    let one = desk::keys(false)[1].clone();
    let many = (0..100_000_u32).map(|number| {
        let mut row = one.clone();
        row.name = Some(format!("Person {number}").into());
        row.fingerprint = Fingerprint::parse(&format!("{number:08X}").repeat(5)).unwrap();
        row
    });
    let index = Arc::new(KeyIndex::of_rows(many.collect()));
    let mut paper = Paper::new(Some(Place::Keys), false);
    let mut asked = Vec::new();
    paper
        .keys
        .answer(Slot::Keys, Ok(Outcome::KeyIndex(index)), &mut asked);
    let mut harness = window(paper, WIDE, false);
    // Only what is in sight is there.
    assert!(rows(&harness).len() < 30);
    harness.get_by_label_contains("100,000 keys");
    let timed = |harness: &mut Harness<'_, Paper>| {
        let before = crate::base::testing::cpu_seconds();
        harness.step();
        crate::base::testing::cpu_seconds() - before
    };
    harness.get_by_label("Search keys").focus();
    harness.run();
    harness.get_by_label("Search keys").type_text("99");
    let search = timed(&mut harness);
    harness.run();
    let mut scroll = f64::MAX;
    for _ in 0..20 {
        harness.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, -4_000.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: egui::Modifiers::NONE,
        });
        scroll = scroll.min(timed(&mut harness));
    }
    println!(
        "100,000 keys: search {:.1} ms, scroll {:.1} ms",
        search * 1e3,
        scroll * 1e3
    );
    // Whole passes of the harness, tessellation and the screen reader's tree included, perhaps
    // without optimising: the bound is for a list that is drawn whole, which takes seconds.
    assert!(search < 0.5 && scroll < 0.2, "{search} {scroll}");
}

#[test]
fn the_keyboard_walks_through_the_list_and_opens_cards() {
    let mut harness = page(full_card(false), WIDE);
    let row = |harness: &Harness<'_, Paper>, name: &str| {
        harness
            .get_all_by_role(Role::ListBoxOption)
            .find(|row| {
                let label = row.accesskit_node().label();
                label.is_some_and(|label| label.starts_with(name))
            })
            .map(|row| row.focus())
            .expect("a row")
    };
    row(&harness, "Carol");
    harness.run();
    for (key, first) in [(Key::ArrowDown, 'D'), (Key::Home, 'A')] {
        harness.key_press(key);
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        let Command::ShowKey { key } = last_command(&harness) else {
            panic!("no card");
        };
        assert_eq!(*key, desk::fingerprint(first).to_string());
    }
}

#[test]
fn the_card_tells_everything_in_words() {
    let harness = page(full_card(false), WIDE);
    harness.get_by_role_and_label(
        Role::Image,
        "Key: vouches, signs: until 1 June 2026, in 29 days",
    );
    harness.get_by_role_and_label(
        Role::Image,
        "Part: is sealed to: ended 1 January 2026, 4 months ago",
    );
    harness.get_by_label_contains("20 April 2026 (13 days ago): imported by you for carol@");
    harness.get_by_label("21 April 2026: you accepted it for carol@example.org");
    harness.get_by_label("Another key was seen for the same address.");
    for head in ["Fingerprint", "How long it holds", "Where it was seen"] {
        harness.get_by_role_and_label(Role::Heading, head);
    }
}

#[test]
fn rule_53_another_key_of_the_address_is_one_press_away() {
    let mut harness = page(full_card(false), [1280.0, 2400.0]);
    let label = format!("Show the key {}", desk::fingerprint('E').grouped());
    press(&mut harness, &label);
    let went = harness.state().asked.iter().any(
        |action| matches!(action, Action::ShowKey(key) if *key == desk::fingerprint('E').to_string()),
    );
    assert!(went);
}

#[test]
fn the_fingerprint_stands_as_words_and_as_a_code_when_asked_for() {
    let mut harness = page(full_card(false), WIDE);
    assert!(
        harness
            .query_by_label("QR code of the fingerprint")
            .is_none()
    );
    harness
        .get_by_label("As words to read aloud, and as a code to scan")
        .click();
    harness.run();
    harness.get_by_role_and_label(Role::Image, "QR code of the fingerprint");
    let words = desk::fingerprint('C').words();
    harness.get_by_label_contains(&words[..4].join(" "));
}

#[test]
fn a_decision_can_be_undone_on_the_spot() {
    let mut harness = page(full_card(false), WIDE);
    press(&mut harness, "Reject…");
    press(&mut harness, "Reject it");
    assert!(matches!(last_command(&harness), Command::Reject { .. }));
    let mut card = full_card(false);
    card.row.checked = Checked::Rejected;
    let mut asked = Vec::new();
    let outcome = Outcome::Key(Box::new(card));
    harness
        .state_mut()
        .keys
        .answer(Slot::Card, Ok(outcome), &mut asked);
    harness.run();
    let toast = asked.into_iter().find_map(|action| match action {
        Action::Offer(toast) => Some(*toast),
        _ => None,
    });
    let mut toasts = Toasts::default();
    toasts.show(toast.expect("nothing to take back"), Instant::now());
    let undone = toasts.undo();
    let Some(Action::Run(_, command)) = undone.first() else {
        panic!("no way back");
    };
    let Command::Redecide { checks, .. } = &**command else {
        panic!("not taken back");
    };
    assert_eq!(checks[0].1, Checked::Unknown);
}

#[test]
fn the_standard_of_a_contact_with_keys_of_both_is_chosen_on_the_card() {
    let mut card = full_card(false);
    let address = card.row.addresses[0].clone();
    let mut harness = page(card.clone(), [1280.0, 2400.0]);
    assert!(harness.query_by_label("S/MIME").is_none());
    card.both = vec![(address.clone(), None)];
    let mut asked = Vec::new();
    let outcome = Outcome::Key(Box::new(card));
    harness
        .state_mut()
        .keys
        .answer(Slot::Card, Ok(outcome), &mut asked);
    harness.run();
    harness
        .get_by_role_and_label(Role::RadioButton, "S/MIME")
        .click();
    harness.run();
    let Command::Prefer {
        address: whose,
        scheme,
    } = last_command(&harness)
    else {
        panic!("nothing preferred");
    };
    assert_eq!((whose, *scheme), (&address, Some(Scheme::Smime)));
    let mut asked = Vec::new();
    harness
        .state_mut()
        .keys
        .answer(Slot::Card, Ok(Outcome::Preferred), &mut asked);
    assert!(
        asked
            .iter()
            .any(|action| matches!(action, Action::Run(_, command) if matches!(**command, Command::ShowKey { .. })))
    );
}

#[test]
fn rule_52_a_key_that_ends_soon_says_so_and_is_extended_in_place() {
    let mut harness = page(full_card(true), WIDE);
    harness.get_by_label("Your key ends within a month: on 1 June 2026.");
    press(&mut harness, "Extend…");
    harness.get_by_label("Five years").click();
    harness.run();
    harness.get_by_label_contains("It ends on 3 May 2031.");
    press(&mut harness, "Set the new end");
    let Command::ExtendKey { key, until } = last_command(&harness) else {
        panic!("not extended");
    };
    assert_eq!(*key, desk::fingerprint('A').to_string());
    assert_eq!(
        until.map(crate::wording::date).as_deref(),
        Some("3 May 2031")
    );
}

#[test]
fn rule_51_a_key_is_backed_up_only_after_the_drill() {
    let mut harness = page(full_card(true), WIDE);
    harness.get_by_label("It is not backed up yet.");
    press(&mut harness, "Back up…");
    for (role, label, text) in [
        (Role::TextInput, "Path to write to", "backup.asc"),
        (Role::PasswordInput, "Password for the file", "hush"),
        (Role::PasswordInput, "The same again", "hush"),
    ] {
        write(&mut harness, role, label, text);
    }
    press(&mut harness, "Write the file");
    let Command::BackUpKeys { to, password, .. } = last_command(&harness) else {
        panic!("no backup");
    };
    assert_eq!(to.to_str(), Some("backup.asc"));
    assert_eq!(password.expose(), "hush");
    let mut asked = Vec::new();
    let written = Outcome::BackedUp(vec![desk::fingerprint('A')]);
    harness
        .state_mut()
        .keys
        .answer(Slot::Export, Ok(written), &mut asked);
    harness.run();
    // The file alone does not count.
    assert!(harness.query_by_label("Backed up").is_none());
    press(&mut harness, "Try it now");
    write(
        &mut harness,
        Role::PasswordInput,
        "Password of the file",
        "hush",
    );
    press(&mut harness, "Try it");
    assert!(matches!(
        last_command(&harness),
        Command::DrillBackup { .. }
    ));
    let drilled = Outcome::Drilled(vec![desk::fingerprint('A')]);
    harness
        .state_mut()
        .keys
        .answer(Slot::Export, Ok(drilled), &mut asked);
    harness.run();
    harness.get_by_label("Backed up");
    // The card is read again, and says it from then on.
    let again = |action: &Action| matches!(action, Action::Run(Slot::Card, command) if matches!(**command, Command::ShowKey { .. }));
    assert!(asked.iter().any(again));
    let mut card = full_card(true);
    card.drilled = Some(desk::now());
    let harness = page(card, WIDE);
    harness.get_by_label_contains("On 3 May 2026 the backup was tried");
}

#[test]
fn a_key_is_revoked_only_after_a_question_that_says_what_it_means() {
    let mut harness = page(full_card(true), [1280.0, 2400.0]);
    press(&mut harness, "Revoke…");
    let revokes = |harness: &Harness<'_, Paper>| {
        harness
            .state()
            .commands()
            .iter()
            .any(|command| matches!(command, Command::RevokeKey { .. }))
    };
    assert!(!revokes(&harness));
    harness.get_by_label("Somebody else may have it").click();
    harness.run();
    harness.get_by_label("Nothing that it ever signed counts any more.");
    press(&mut harness, "End it for good");
    let Command::RevokeKey { reason, .. } = last_command(&harness) else {
        panic!("not revoked");
    };
    assert_eq!(*reason, RevocationReason::Compromised);
    let mut card = full_card(true);
    card.revoked = Some(desk::now());
    card.row.state = KeyState::Unusable(Unusable::Revoked {
        at: Some(desk::now()),
    });
    let revoked = crate::app::command::Revoked {
        card,
        certificate: b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n".to_vec(),
    };
    let mut asked = Vec::new();
    let outcome = Outcome::Revoked(Box::new(revoked));
    harness
        .state_mut()
        .keys
        .answer(Slot::Card, Ok(outcome), &mut asked);
    harness.run();
    harness.get_by_label("The key is ended");
    press(&mut harness, "Copy the certificate");
    press(&mut harness, "Close");
    // Nothing is left to extend or to revoke.
    assert!(harness.query_by_label("Revoke…").is_none());
    assert!(harness.query_by_label("New end…").is_none());
}

#[test]
fn what_is_pasted_onto_the_page_is_imported_and_into_the_search_is_text() {
    let mut harness = window(Paper::new(Some(Place::Keys), false), WIDE, false);
    harness.event(Event::Paste("-----BEGIN PGP".to_owned()));
    harness.run();
    let imports = |harness: &Harness<'_, Paper>| {
        let all = harness.state().commands();
        all.iter()
            .filter(|command| matches!(command, Command::ImportKeys(_)))
            .count()
    };
    assert_eq!(imports(&harness), 1);
    harness.get_by_label("Search keys").focus();
    harness.run();
    harness.event(Event::Paste("carol".to_owned()));
    harness.run();
    assert_eq!(imports(&harness), 1);
    assert_eq!(rows(&harness).len(), 1);
}

#[test]
fn rule_54_what_was_taken_and_what_was_not_is_told_with_reasons() {
    let mut paper = Paper::new(Some(Place::Keys), false);
    let taken = |first: char, accepted: bool| ImportedKey {
        fingerprint: desk::fingerprint(first),
        kind: "openpgp",
        addresses: vec![desk::mailbox("eve@example.org").address],
        accepted_for: match accepted {
            true => vec![desk::mailbox("eve@example.org").address],
            false => Vec::new(),
        },
        secret: false,
    };
    let not_a_key = ImportRefusal::Problem(KeyFileProblem::NotAKey(Looks::Ssh));
    let report = ImportReport {
        imported: vec![taken('E', true), taken('F', false)],
        refused: (0..40)
            .map(|n| (format!("file {n}"), not_a_key.clone()))
            .collect(),
    };
    let mut asked = Vec::new();
    paper
        .keys
        .answer(Slot::Import, Ok(Outcome::Imported(report)), &mut asked);
    let harness = window(paper, NARROW, false);
    harness.get_by_label("2 keys are imported, 40 are refused.");
    harness.get_by_label_contains("file 0: It holds an SSH key");
    harness.get_by_label_contains("more were refused");
    // The page keeps its shape.
    let search = harness.query_by_label("Search keys");
    let back = harness.query_by_label("Back to the list");
    assert!(search.is_some() || back.is_some());
}

#[test]
fn at_800_by_600_the_card_lies_on_the_list_and_goes_away_again() {
    let mut harness = page(full_card(false), NARROW);
    assert!(harness.query_by_label("Search keys").is_none());
    press(&mut harness, "Back to the list");
    harness.get_by_label("Search keys");
    assert_eq!(rows(&harness).len(), 4);
}

#[test]
fn hostile_cards_keep_their_shape() {
    for size in [WIDE, NARROW, [640.0, 480.0]] {
        for names in [0, 500] {
            let mut card = full_card(false);
            let name = desk::name("Mallory", true);
            card.user_ids = (0..names).map(|_| name.clone().into()).collect();
            let address = desk::mailbox("mallory@example.org").address;
            card.row.addresses = vec![address.clone(); names];
            card.checks = vec![(address, Checked::Unknown); names];
            card.row.name = (names > 0).then(|| name.clone().into());
            card.parts = vec![card.parts[0].clone(); names.min(200)];
            let harness = page(card, size);
            let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
            let close = harness.get_by_label("Close the card").rect();
            assert!(whole.contains_rect(close), "{size:?} {names}: {close:?}");
            for node in harness.root().children_recursive() {
                let label = node.accesskit_node().label().unwrap_or_default();
                assert!(label.chars().count() < 5_000);
                assert!(!label.contains('\u{202E}'), "{label:?}");
            }
            let told = match names {
                0 => "It names nobody.",
                _ => "and 488 more names",
            };
            harness.get_by_label(told);
        }
    }
}
