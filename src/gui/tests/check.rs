//! The page Check-up.

use super::{Paper, window};
use crate::app::command::{Command, Outcome};
use crate::app::failure::{Failure, FileFailure};
use crate::gui::pages::check::CheckPage;
use crate::gui::{Action, Place, Slot};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

const SIZE: [f32; 2] = [1280.0, 7000.0];

fn page() -> Harness<'static, Paper> {
    window(Paper::new(Some(Place::Check), false), SIZE, false)
}

fn press(harness: &mut Harness<'_, Paper>, label: &str) {
    harness.get_by_label(label).click();
    harness.run();
}

#[test]
fn the_own_domain_stands_ready_and_is_checked_at_the_press_of_a_button() {
    let mut paper = Paper::new(Some(Place::Check), false);
    paper.check = CheckPage::default();
    let mut harness = window(paper, SIZE, false);
    assert!(harness.state().commands().is_empty(), "nobody pressed yet");
    press(&mut harness, "Check up");
    let commands = harness.state().commands();
    let [Command::CheckDomain(question)] = commands.as_slice() else {
        panic!("{} commands", commands.len());
    };
    assert_eq!(question.domain, "example.org");
    assert!(question.lists.is_empty(), "no list is asked by itself");
    assert_eq!(question.relay, None);
}

#[test]
fn block_lists_are_asked_when_they_were_chosen() {
    let mut harness = page();
    press(&mut harness, "More to ask");
    press(&mut harness, "Ask block lists about the domain");
    press(&mut harness, "Check up");
    let asked = harness.state().commands();
    assert!(
        asked
            .iter()
            .any(|c| matches!(c, Command::CheckDomain(q) if q.lists == ["domains"]))
    );
}

#[test]
fn rule_68_a_finding_says_what_it_means_whose_job_it_is_and_what_to_paste() {
    let mut harness = page();
    harness.get_by_label_contains("Nobody is told when encrypting");
    let job = "The job is yours, where your domain's records are kept.";
    assert!(harness.query_all_by_label_contains(job).count() > 0);
    harness.get_by_label_contains("The TXT record at mail._domainkey.example.org should be:");
    assert!(
        harness
            .query_all_by_label_contains("Where your domain is registered, log in")
            .count()
            > 0
    );
    press(
        &mut harness,
        "Copy the TXT record for mail._domainkey.example.org",
    );
    let copied = |action: &Action| matches!(action, Action::Copy(text) if text.starts_with("v=DKIM1; k=rsa; p=MIIB"));
    assert!(harness.state().asked.iter().any(copied));
}

#[test]
fn totals_are_heard_and_what_changed_is_said() {
    let harness = page();
    harness.get_by_label_contains(" passed, ");
    harness.get_by_label_contains("Mended: Who may send (SPF)");
    harness.get_by_label_contains("Broken: Block lists");
}

#[test]
fn the_tree_of_spf_unfolds_with_what_finds_nothing() {
    let mut harness = page();
    press(&mut harness, "What SPF looks up: 3 of 10");
    harness.get_by_label_contains("a:relay.example.org");
    harness.get_by_label_contains("_spf.example.net");
}

#[test]
fn a_report_is_saved_and_a_path_that_fails_stands_again_with_the_reason() {
    let mut harness = page();
    press(&mut harness, "Save as JSON…");
    let path = harness.get_by_label("Path of the report");
    path.focus();
    path.type_text("/letters/report.json");
    harness.run();
    press(&mut harness, "Save");
    let saved = |c: &&Command| {
        matches!(c, Command::SaveReport { bytes, to }
            if to.ends_with("report.json") && serde_json::from_slice::<serde_json::Value>(bytes).is_ok())
    };
    assert!(harness.state().commands().iter().any(saved));
    let full = Failure::File(FileFailure::DiskFull("/letters/report.json".into()));
    harness
        .state_mut()
        .check
        .answer(Slot::SaveReport, Err(full));
    harness.run();
    harness.get_by_label("Path of the report");
    harness.get_by_label_contains("The disk is full");
    let done = Ok(Outcome::Saved("/letters/report.json".into()));
    harness.state_mut().check.answer(Slot::SaveReport, done);
    harness.run();
    assert!(harness.query_by_label("Path of the report").is_none());
    harness.get_by_label_contains("Saved as /letters/report.json");
}

#[test]
fn headers_that_one_has_as_text_are_read_as_a_message() {
    let mut harness = page();
    press(&mut harness, "Where did a message come from?");
    let field = harness.get_by_label("Headers of a message");
    field.focus();
    field.type_text("From: ada@example.org");
    harness.run();
    press(&mut harness, "Read them");
    let read =
        |action: &Action| matches!(action, Action::ReadHeaders(text) if text.contains("ada@"));
    assert!(harness.state().asked.iter().any(read));
}

#[test]
fn lines_for_a_server_of_ones_own_are_copied_as_they_stand() {
    let mut harness = page();
    press(
        &mut harness,
        "What to restrict on a mail server of your own",
    );
    press(
        &mut harness,
        "Copy the lines for rspamd, local.d/hfilter_group.conf: Ask that a client's address has a name",
    );
    let copied =
        |action: &Action| matches!(action, Action::Copy(text) if text.lines().count() == 3);
    assert!(harness.state().asked.iter().any(copied));
}

#[test]
fn rule_69_the_own_server_is_looked_at_behind_the_login_and_nothing_is_sent_unless_it_is_ticked() {
    let mut harness = page();
    press(&mut harness, "Your own mail server, behind your login");
    press(&mut harness, "Check my server");
    let account = |harness: &Harness<'_, Paper>| {
        let mut commands = harness.state().commands();
        match commands.pop() {
            Some(Command::CheckAccount(question)) => (**question).clone(),
            _ => panic!("no question"),
        }
    };
    let question = account(&harness);
    assert!(!question.letter && !question.spam && !question.virus && !question.connections);
    assert!(question.other_login.is_none() && question.came_back.is_none());
    press(
        &mut harness,
        "Send myself the line that every spam filter knows",
    );
    let login = "A login that it should refuse, such as one that it came with (tried once)";
    harness
        .get_by_role_and_label(egui::Role::TextInput, login)
        .focus();
    harness.run();
    harness
        .get_by_role_and_label(egui::Role::TextInput, login)
        .type_text("admin");
    harness.run();
    harness
        .get_by_role_and_label(egui::Role::PasswordInput, "Password of that login")
        .focus();
    harness.run();
    harness.event(egui::Event::Text("changeme".to_owned()));
    harness.run();
    press(&mut harness, "Check my server");
    let question = account(&harness);
    assert!(question.spam && !question.letter);
    let (login, password) = question.other_login.unwrap();
    assert_eq!(
        (login.as_str(), password.expose().as_str()),
        ("admin", "changeme")
    );
}
