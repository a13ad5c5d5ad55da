//! The page Settings, section by section.

use super::{Paper, desk, window};
use crate::app::command::{AnchorList, Command, Outcome};
use crate::app::port::{
    Connected, Identity, Kept, KeptWhat, PinnedAnchor, Storage, TlsFacts, VaultKind,
};
use crate::cert::x509::KeyChoice;
use crate::cert::x509::chain::AnchorFor;
use crate::gui::{Action, Place, Slot};
use egui::{Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

const WIDE: [f32; 2] = [1280.0, 800.0];
const NARROW: [f32; 2] = [800.0, 600.0];

fn page(hostile: bool, size: [f32; 2]) -> Harness<'static, Paper> {
    window(Paper::new(Some(Place::Settings), hostile), size, false)
}

fn go(harness: &mut Harness<'_, Paper>, section: &str) {
    harness.get_by_role_and_label(Role::Tab, section).click();
    harness.run();
}

fn press(harness: &mut Harness<'_, Paper>, label: &str) {
    harness.get_by_role_and_label(Role::Button, label).click();
    harness.run();
}

#[test]
fn every_section_is_reached_in_every_size_and_keeps_its_shape() {
    let heads = [
        ("You", "Who you are"),
        ("Accounts", "The account for ada@example.org"),
        ("Authorities", "Whom you trust to vouch"),
        ("Privacy", "Who is contacted"),
        ("Look", "Look"),
        ("Practice", "Practice"),
        ("About", "Waxwing"),
    ];
    for size in [WIDE, NARROW, [640.0, 480.0]] {
        for hostile in [false, true] {
            let mut harness = page(hostile, size);
            let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
            for (section, head) in heads {
                go(&mut harness, section);
                let head = harness.get_by_role_and_label(Role::Heading, head).rect();
                assert!(
                    whole.intersects(head) && head.right() <= whole.right(),
                    "{section} {size:?}: {head:?}"
                );
            }
        }
    }
}

#[test]
fn the_keyboard_walks_through_the_sections() {
    let mut harness = page(false, WIDE);
    harness.get_by_role_and_label(Role::Tab, "You").focus();
    harness.run();
    for head in ["The account for ada@example.org", "Whom you trust to vouch"] {
        harness.key_press(Key::ArrowDown);
        harness.run();
        harness.get_by_role_and_label(Role::Heading, head);
    }
    harness.key_press(Key::ArrowUp);
    harness.run();
    harness.get_by_role_and_label(Role::Heading, "The account for ada@example.org");
}

#[test]
fn another_identity_is_used_at_a_press_and_its_key_is_near() {
    let mut paper = Paper::new(Some(Place::Settings), false);
    let overview = paper.view.overview.as_mut().unwrap();
    overview.identities.push(Identity {
        mailbox: desk::mailbox("Ada at work <ada@work.example>"),
        fingerprint: desk::fingerprint('F'),
        since: desk::now(),
        current: false,
    });
    let mut harness = window(paper, WIDE, false);
    press(&mut harness, "Write as ada@work.example");
    let asked = harness.state().commands();
    let used = asked
        .iter()
        .any(|command| matches!(command, Command::UseIdentity(who) if who == "ada@work.example"));
    assert!(used);
    press(&mut harness, "The key of ada@work.example");
    let shown = |action: &Action| matches!(action, Action::ShowKey(key) if *key == desk::fingerprint('F').to_string());
    assert!(harness.state().asked.iter().any(shown));
}

#[test]
fn a_test_that_worked_tells_how_the_server_was_reached() {
    let mut harness = page(false, WIDE);
    go(&mut harness, "Accounts");
    press(&mut harness, "Test the account of ada@example.org again");
    let connected = Connected {
        tls: TlsFacts {
            host: "smtp.example.org".to_owned(),
            peer: "192.0.2.7:465".to_owned(),
            version: "TLS 1.3".to_owned(),
            key_exchange: "X25519MLKEM768".to_owned(),
            certificate: "AB".repeat(32),
        },
        size: Some(26_214_400),
    };
    let mut asked = Vec::new();
    let outcome = Outcome::AccountWorks(connected);
    harness
        .state_mut()
        .settings
        .answer(Slot::AccountTest, Ok(outcome), &mut asked);
    harness.run();
    harness.get_by_label("It works: smtp.example.org answered over TLS 1.3.");
    for fact in ["192.0.2.7:465", "TLS 1.3, X25519MLKEM768", "25.0 MiB"] {
        harness.get_by_label(fact);
    }
}

#[test]
fn an_account_is_removed_only_after_a_question() {
    let mut harness = page(false, WIDE);
    go(&mut harness, "Accounts");
    press(&mut harness, "Remove the account of ada@example.org");
    assert!(harness.state().commands().is_empty());
    harness.get_by_label_contains("Letters, drafts and keys stay");
    press(&mut harness, "Remove it");
    let asked = harness.state().commands();
    let [Command::RemoveAccount(address)] = asked.as_slice() else {
        panic!("{} commands", asked.len());
    };
    assert_eq!(address.as_str(), "ada@example.org");
}

#[test]
fn the_table_of_who_is_contacted_names_the_real_servers() {
    let mut harness = page(false, WIDE);
    go(&mut harness, "Privacy");
    for server in ["smtp.example.org:465", "pop.example.org:995"] {
        harness.get_by_label(server);
    }
    harness.get_by_label("Nobody was contacted.");
    harness.get_by_label_contains("There is no switch here");
}

#[test]
fn what_is_kept_where_is_asked_for_and_told() {
    let mut harness = page(false, NARROW);
    go(&mut harness, "Storage");
    let asked = harness.state().commands();
    assert!(matches!(asked.as_slice(), [Command::Storage]));
    let storage = Storage {
        places: vec![Kept {
            what: KeptWhat::Home,
            path: "/srv/ada/waxwing/waxwing.sqlite".to_owned(),
            bytes: 2_097_152,
        }],
        vault: VaultKind::Keyring,
    };
    let mut asked = Vec::new();
    harness
        .state_mut()
        .settings
        .answer(Slot::Storage, Ok(Outcome::Storage(storage)), &mut asked);
    harness.run();
    harness.get_by_label_contains("your system's keyring holds");
    harness.get_by_label("Keys, passwords, drafts and letters, sealed (2.0 MiB)");
    press(
        &mut harness,
        "Copy the path of Keys, passwords, drafts and letters, sealed",
    );
    let copied =
        |action: &Action| matches!(action, Action::Copy(path) if path.ends_with("waxwing.sqlite"));
    assert!(harness.state().asked.iter().any(copied));
}

#[test]
fn without_an_account_its_form_comes_first() {
    let mut paper = Paper::new(Some(Place::Settings), false);
    paper.view.overview.as_mut().unwrap().accounts.clear();
    let harness = window(paper, WIDE, false);
    harness.get_by_role_and_label(Role::TextInput, "Sending server");
    harness.get_by_role_and_label(Role::Button, "Save and test");
}

#[test]
fn the_licences_can_be_read() {
    let mut harness = page(false, WIDE);
    go(&mut harness, "About");
    harness.get_by_label_contains(env!("CARGO_PKG_VERSION"));
    harness.get_by_label("The licence of Inter").click();
    harness.run();
    harness.get_by_label_contains("The Inter Project Authors");
}

fn fill(harness: &mut Harness<'_, Paper>, field: &str, text: &str) {
    harness
        .get_by_role_and_label(Role::TextInput, field)
        .focus();
    harness.run();
    harness
        .get_by_role_and_label(Role::TextInput, field)
        .type_text(text);
    harness.run();
}

fn pinned() -> PinnedAnchor {
    PinnedAnchor {
        fingerprint: desk::fingerprint('C'),
        der: vec![0x30, 0],
        counts_for: AnchorFor::Domain("office.example".to_owned()),
        since: desk::now(),
    }
}

fn with_authorities() -> Harness<'static, Paper> {
    let mut harness = page(false, WIDE);
    go(&mut harness, "Authorities");
    let asked = harness.state().commands();
    assert!(
        asked
            .iter()
            .any(|command| matches!(command, Command::Anchors))
    );
    let list = AnchorList {
        pinned: vec![("Office CA".into(), pinned())],
        for_mail: 0,
        unstated: 140,
        uses_system_list: false,
    };
    let mut asked = Vec::new();
    let settings = &mut harness.state_mut().settings;
    settings.answer(Slot::Anchors, Ok(Outcome::Anchors(list)), &mut asked);
    harness.run();
    harness
}

#[test]
fn an_authority_is_trusted_for_one_domain_and_no_more_with_a_way_back() {
    let mut harness = with_authorities();
    harness.get_by_label_contains("Vouches for office.example");
    press(&mut harness, "Trust an authority…");
    fill(
        &mut harness,
        "Path of the authority's certificate",
        "/keys/ca.pem",
    );
    harness
        .get_by_role_and_label(Role::RadioButton, "Only for one domain or address")
        .click();
    harness.run();
    fill(&mut harness, "Domain or address", "Büro.example");
    press(&mut harness, "Trust it");
    let pins = |command: &&Command| {
        matches!(command, Command::PinAnchors { counts_for: AnchorFor::Domain(domain), .. }
            if domain == "xn--bro-hoa.example")
    };
    assert_eq!(
        harness
            .state()
            .commands()
            .iter()
            .filter(|c| pins(c))
            .count(),
        1
    );

    let mut harness = with_authorities();
    press(&mut harness, "Trust Office CA no more");
    let rejects = |command: &&Command| matches!(command, Command::Reject { .. });
    assert_eq!(
        harness
            .state()
            .commands()
            .iter()
            .filter(|c| rejects(c))
            .count(),
        1
    );
    let offered = |action: &&Action| matches!(action, Action::Offer(_));
    assert!(harness.state().asked.iter().any(|action| offered(&action)));
    let list = "Let that list vouch for mail too";
    harness.get_by_role_and_label(Role::CheckBox, list).click();
    harness.run();
    let used = |command: &&Command| matches!(command, Command::UseSystemList(true));
    assert!(harness.state().commands().iter().any(used));
}

#[test]
fn an_office_identity_and_a_request_are_made_from_the_window() {
    let mut harness = page(false, WIDE);
    go(&mut harness, "You");
    press(&mut harness, "New identity…");
    fill(&mut harness, "Name", "Ada");
    fill(&mut harness, "Mail address", "ada@office.example");
    let office = "For offices (S/MIME), with a certificate that you vouch for yourself";
    harness
        .get_by_role_and_label(Role::RadioButton, office)
        .click();
    harness.run();
    press(&mut harness, "Make the key");
    let makes = |command: &&Command| {
        matches!(
            command,
            Command::NewCertificates {
                identity: true,
                choice: KeyChoice::Rsa3072,
                ..
            }
        )
    };
    assert!(harness.state().commands().iter().any(makes));

    let mut harness = page(false, WIDE);
    go(&mut harness, "You");
    press(
        &mut harness,
        "Ask an authority for a certificate for ada@example.org…",
    );
    fill(&mut harness, "Path of the request", "/tmp/ada.csr");
    harness
        .get_by_role_and_label(Role::RadioButton, "P-256")
        .click();
    harness.run();
    press(&mut harness, "Write the request");
    let asks = |command: &&Command| {
        matches!(command, Command::RequestCertificate(wanted)
            if wanted.key == "ada@example.org" && wanted.choice == KeyChoice::P256)
    };
    assert!(harness.state().commands().iter().any(asks));
}
