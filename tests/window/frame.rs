//! The frame by keyboard: going to anything, panes, text size, identities.

use super::*;
use egui::{Key, Modifiers};

impl Desktop {
    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
        self.harness.step();
    }

    fn focused(&self) -> String {
        use egui_kittest::kittest::NodeT;
        let mut nodes = self.harness.root().children_recursive();
        let focused = nodes.find(|node| node.accesskit_node().is_focused());
        focused
            .and_then(|node| node.accesskit_node().label())
            .unwrap_or_default()
    }

    fn type_text(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.harness.step();
        self.harness.step();
    }

    fn no(&self, role: Role, name: &str) {
        let found = self.harness.query_by_role_and_label(role, name);
        assert!(found.is_none(), "{name} is still there");
    }
}

#[test]
fn ctrl_k_goes_to_anything_by_typing() {
    let mut desktop = Desktop::open();
    desktop.press(Role::Button, "Practise first");
    desktop.until(Role::Heading, "Write");
    desktop.key(Modifiers::COMMAND, Key::K);
    desktop.until(Role::TextInput, "Go to");
    // The keyboard is in the field; what is chosen is what a screen reader hears.
    assert_eq!(desktop.focused(), "Write, Page");
    desktop.type_text("settings");
    desktop.until(Role::ListBoxOption, "Settings, Page");
    desktop.no(Role::ListBoxOption, "Outbox, Page");
    desktop.key(Modifiers::NONE, Key::Enter);
    desktop.until(Role::Heading, "Settings");
    desktop.no(Role::TextInput, "Go to");
    // A person, found by the core; arrows choose.
    desktop.key(Modifiers::COMMAND, Key::K);
    desktop.type_text("pia");
    desktop.until_words("pia@practice.invalid, Key");
    desktop.key(Modifiers::NONE, Key::ArrowDown);
    desktop.key(Modifiers::NONE, Key::ArrowUp);
    desktop.key(Modifiers::NONE, Key::Enter);
    desktop.until(Role::Heading, "Keys");
    // A setting takes effect; Esc closes without one.
    desktop.key(Modifiers::COMMAND, Key::K);
    desktop.type_text("size 150");
    desktop.key(Modifiers::NONE, Key::Enter);
    assert_eq!(desktop.harness.ctx.zoom_factor(), 1.5);
    desktop.key(Modifiers::COMMAND, Key::K);
    desktop.until(Role::TextInput, "Go to");
    desktop.key(Modifiers::NONE, Key::Escape);
    desktop.no(Role::TextInput, "Go to");
}

#[test]
fn f6_goes_through_the_panes_and_places_have_numbers() {
    let mut desktop = Desktop::open();
    desktop.press(Role::Button, "Practise first");
    desktop.until(Role::Heading, "Write");
    let mut seen = Vec::new();
    for _ in 0..3 {
        desktop.key(Modifiers::NONE, Key::F6);
        seen.push(desktop.focused());
    }
    assert!(seen[0].starts_with("Writing as You"), "{seen:?}");
    assert!(seen.iter().all(|name| !name.is_empty()), "{seen:?}");
    let before = seen[1].clone();
    desktop.key(Modifiers::NONE, Key::F6);
    desktop.key(Modifiers::NONE, Key::F6);
    desktop.key(Modifiers::SHIFT, Key::F6);
    assert!(seen.contains(&desktop.focused()), "{seen:?} {before}");
    for (key, heading) in [
        (Key::Num2, "Read"),
        (Key::Num4, "Keys"),
        (Key::Num5, "Check-up"),
        (Key::Num6, "Settings"),
        (Key::Num1, "Write"),
    ] {
        desktop.key(Modifiers::COMMAND, key);
        desktop.until(Role::Heading, heading);
    }
    desktop.key(Modifiers::COMMAND, Key::Num4);
    desktop.key(Modifiers::COMMAND, Key::F);
    assert_eq!(desktop.focused(), "Search keys");
}

#[test]
fn the_text_size_changes_by_keys_and_the_sheet_of_shortcuts_opens_and_closes() {
    let mut desktop = Desktop::open();
    desktop.press(Role::Button, "Practise first");
    desktop.until(Role::Heading, "Write");
    let size = |desktop: &Desktop| desktop.harness.ctx.zoom_factor();
    desktop.key(Modifiers::COMMAND, Key::Plus);
    assert_eq!(size(&desktop), 1.25);
    desktop.key(Modifiers::COMMAND, Key::Minus);
    desktop.key(Modifiers::COMMAND, Key::Minus);
    assert_eq!(size(&desktop), 1.0);
    for _ in 0..9 {
        desktop.key(Modifiers::COMMAND, Key::Plus);
    }
    assert_eq!(size(&desktop), 2.0);
    // Everything is there still; what does not fit scrolls.
    desktop.until(Role::Button, "Seal and send");
    desktop.key(Modifiers::COMMAND, Key::Num0);
    assert_eq!(size(&desktop), 1.0);
    desktop.key(Modifiers::NONE, Key::F1);
    desktop.until_words("Go to anything");
    desktop.key(Modifiers::NONE, Key::Escape);
    let told = desktop.harness.query_by_label("Go to anything");
    assert!(told.is_none());
}

#[test]
fn the_identity_menu_switches_and_makes_another() {
    let mut desktop = Desktop::open();
    desktop.write(Role::TextInput, "Your name", "Ada Lovelace");
    desktop.write(Role::TextInput, "Your mail address", "ada@example.org");
    desktop.press(Role::Button, "Next");
    desktop.press(Role::Button, "Make my key");
    desktop.until(Role::Heading, "Your key is ready");
    desktop.press(Role::Button, "Skip");
    desktop.press(Role::Button, "Writing as Ada Lovelace, ada@example.org");
    desktop.press(Role::Button, "New identity…");
    desktop.write(Role::TextInput, "Name", "Augusta King");
    desktop.write(Role::TextInput, "Mail address", "countess@example.org");
    desktop.press(Role::Button, "Make the key");
    desktop.until_words("countess@example.org");
    desktop.press(Role::Button, "Writing as Ada Lovelace, ada@example.org");
    desktop.press(Role::RadioButton, "Augusta King, countess@example.org");
    desktop.until(
        Role::Button,
        "Writing as Augusta King, countess@example.org",
    );
}

#[test]
fn a_second_start_shows_what_it_was_started_with_and_keeps_the_letter_on_screen() {
    let mut desktop = Desktop::open();
    desktop.press(Role::Button, "Practise first");
    desktop.write(Role::MultilineTextInput, "Letter", "Half a thought");
    let ctx = desktop.harness.ctx.clone();
    let wake: Wake = Arc::new(move || ctx.request_repaint());
    let window = desktop.harness.state_mut().as_mut().unwrap();
    let arrived = window.hear_arrivals(wake);
    arrived(vec!["mailto:bob@example.org?subject=Tea".into()]);
    desktop.until_words("Remove bob@example.org");
    desktop.until(Role::Button, "Drafts (1)");
}

#[test]
fn a_removed_letter_comes_back_by_ctrl_z_and_goes_with_the_line_that_offers_it() {
    let mut desktop = Desktop::open();
    desktop.press(Role::Button, "Practise first");
    desktop.until_words("The subject is hidden");
    desktop.write(Role::MultilineTextInput, "Letter", "Dear Pia.");
    desktop.press(Role::Button, "Seal and send");
    desktop.until(Role::Heading, "Sent");
    desktop.press(Role::Tab, "Outbox");
    let (remove, empty) = (
        "Remove My first sealed letter",
        "Letters that wait, failed or were sent stand here.",
    );
    desktop.press(Role::Button, remove);
    desktop.press(Role::Button, "Remove it");
    desktop.until(Role::Button, "Undo");
    desktop.until_words(empty);
    desktop.key(Modifiers::COMMAND, Key::Z);
    desktop.until(Role::Button, remove);
    desktop.no(Role::Button, "Undo");
    desktop.press(Role::Button, remove);
    desktop.press(Role::Button, "Remove it");
    desktop.press(Role::Button, "Put this line away");
    desktop.no(Role::Button, "Undo");
    desktop.press(Role::Tab, "Write");
    desktop.press(Role::Tab, "Outbox");
    desktop.until_words(empty);
    desktop.no(Role::Button, remove);
}
