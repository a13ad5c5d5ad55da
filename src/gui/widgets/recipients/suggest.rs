//! People whom the letter could go to, while a name is being typed.

use super::Recipients;
use crate::app::command::Contact;
use crate::gui::theme::tokens::{CORNER, ICON};
use crate::gui::theme::{self, Icon, Palette, Tone, icons, steps};
use crate::gui::widgets::untrusted;
use egui::{Id, Key, Popup, PopupKind, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2};
use std::sync::Arc;

/// Most suggestions at a time.
const MOST: usize = 6;
/// Height of one suggestion, in points.
const ROW: f32 = 44.0;

/// People whom letters could go to, best first, ready to be searched.
#[derive(Debug, Clone, Default)]
pub struct Contacts(Arc<Vec<(Contact, String)>>);

impl Contacts {
    /// Of this list, whose order decides which come first.
    pub fn new(list: Vec<Contact>) -> Self {
        let searched = |contact: Contact| {
            let name = contact.mailbox.name.as_ref().map_or("", |name| name.raw());
            let name: String = name.chars().take(200).collect();
            let text = format!("{name} {}", contact.mailbox.address.as_str()).to_lowercase();
            (contact, text)
        };
        Contacts(Arc::new(list.into_iter().map(searched).collect()))
    }

    /// Those in whom all words of `typed` are found, at the start of a word before elsewhere.
    fn find(&self, typed: &str, taken: impl Fn(&Contact) -> bool) -> Vec<Contact> {
        let typed = typed.to_lowercase();
        let wanted: Vec<&str> = typed.split_whitespace().collect();
        let (mut at_start, mut elsewhere) = (Vec::new(), Vec::new());
        for (contact, text) in self.0.iter() {
            if at_start.len() == MOST {
                break;
            }
            if !wanted.iter().all(|word| text.contains(word)) || taken(contact) {
                continue;
            }
            let starts = |word: &&str| {
                let mut words = text.split([' ', '@', '.', '-']);
                words.any(|start| start.starts_with(*word))
            };
            if wanted.iter().all(starts) {
                at_start.push(contact.clone());
            } else if elsewhere.len() < MOST {
                elsewhere.push(contact.clone());
            }
        }
        at_start.extend(elsewhere);
        at_start.truncate(MOST);
        at_start
    }
}

/// What is suggested now.
#[derive(Debug, Clone, Default)]
pub(super) struct Suggest {
    found: Vec<Contact>,
    /// What was typed when they were looked for; `None` before.
    asked: Option<String>,
    chosen: usize,
    open: bool,
    /// The person closed them for what is typed now.
    dismissed: bool,
    /// The arrow keys asked for them though nothing is typed.
    wanted: bool,
}

/// What the keyboard did with the suggestions, before the text field sees its keys.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) accept: bool,
}

impl Suggest {
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Whether Enter and Tab take the chosen one. A whole address is what was meant, whatever else
    /// is suggested, until the arrow keys say otherwise.
    pub(super) fn accepts(&self, typed: &str) -> bool {
        let whole = crate::address::Mailbox::parse(typed).is_ok();
        self.open && !self.dismissed && (!whole || self.chosen > 0)
    }

    /// Takes the keys that are for the list.
    pub(super) fn keys(&mut self, ui: &Ui, focused: bool, typed: &str) -> Keys {
        let mut keys = Keys::default();
        if !focused {
            return keys;
        }
        let pressed = |key| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, key));
        if !self.open {
            if typed.trim().is_empty() && pressed(Key::ArrowDown) {
                self.wanted = true;
                self.asked = None;
            }
            return keys;
        }
        let count = self.found.len();
        if pressed(Key::ArrowDown) {
            self.chosen = self
                .chosen
                .saturating_add(1)
                .checked_rem(count)
                .unwrap_or(0);
        }
        if pressed(Key::ArrowUp) {
            let up = self.chosen.saturating_add(count).saturating_sub(1);
            self.chosen = up.checked_rem(count).unwrap_or(0);
        }
        if pressed(Key::Escape) {
            self.dismissed = true;
            self.wanted = false;
        }
        if self.accepts(typed) {
            keys.accept = pressed(Key::Enter) || pressed(Key::Tab);
        }
        keys
    }

    /// The one that is chosen.
    pub(super) fn chosen(&self) -> Option<Contact> {
        self.found.get(self.chosen).cloned()
    }

    pub(super) fn close(&mut self) {
        *self = Suggest::default();
    }
}

/// Looks for what is typed, when it is another text than the last time.
pub(super) fn look(recipients: &mut Recipients, contacts: &Contacts) {
    let typed = recipients.typing.trim().to_owned();
    if recipients.suggest.asked.as_ref() == Some(&typed) {
        return;
    }
    if recipients.suggest.asked.is_some() {
        recipients.suggest.dismissed = false;
    }
    if !typed.is_empty() {
        recipients.suggest.wanted = false;
    }
    let taken = |contact: &Contact| {
        let mut chips = recipients.chips.iter();
        chips.any(|chip| {
            chip.mailbox
                .as_ref()
                .is_ok_and(|m| m.address == contact.mailbox.address)
        })
    };
    let found = if typed.is_empty() && !recipients.suggest.wanted {
        Vec::new()
    } else {
        contacts.find(&typed, taken)
    };
    recipients.suggest.found = found;
    recipients.suggest.chosen = 0;
    recipients.suggest.asked = Some(typed);
}

/// The layer that the list is drawn on.
pub(super) fn layer(field: Id) -> egui::LayerId {
    egui::LayerId::new(PopupKind::Popup.order(), field.with("suggestions"))
}

/// Draws the list under the field. Returns who was pressed.
pub(super) fn suggestions_ui(field: &Response, recipients: &mut Recipients) -> Option<Contact> {
    let suggest = &mut recipients.suggest;
    suggest.open = field.has_focus() && !suggest.found.is_empty() && !suggest.dismissed;
    if !suggest.open {
        return None;
    }
    let palette = Palette::in_theme(field.ctx.theme() == egui::Theme::Dark);
    let frame = theme::sheet(palette)
        .shadow(theme::shadow(palette))
        .inner_margin(egui::Margin::same(4));
    let mut pressed = None;
    Popup::from_response(field)
        .id(field.id.with("suggestions"))
        .kind(PopupKind::Popup)
        .open(true)
        .gap(steps(1))
        .width(field.rect.width().clamp(280.0, 380.0))
        .frame(frame)
        .accessible_name("People to write to")
        .show(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for (index, contact) in suggest.found.iter().enumerate() {
                let here = index == suggest.chosen;
                let response = row_ui(ui, contact, here);
                if here {
                    let chosen = response.id.accesskit_id();
                    field.ctx.accesskit_node_builder(field.id, |node| {
                        node.set_active_descendant(chosen);
                    });
                }
                if response.hovered() && ui.input(|i| i.pointer.is_moving()) {
                    suggest.chosen = index;
                }
                if response.clicked() {
                    pressed = Some(contact.clone());
                }
            }
        });
    pressed
}

fn row_ui(ui: &mut Ui, contact: &Contact, here: bool) -> Response {
    let palette = Palette::of(ui);
    let address = untrusted(ui, contact.mailbox.address.as_str(), true, 80);
    let name = contact.mailbox.name.as_ref();
    let name = name.map(|name| untrusted(ui, name.raw(), true, 48));
    let (icon, tone, word) = if contact.ready {
        (Icon::Sealed, Tone::Wax, "can be sealed")
    } else {
        (Icon::Ring, Tone::Caution, "no key that can be used")
    };
    // The keyboard stays in the field.
    let size = vec2(ui.available_width(), ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::CLICK);
    response.widget_info(|| {
        let who = name
            .as_deref()
            .map_or(String::new(), |name| format!("{name}, "));
        let heard = format!("{who}{address}, {word}");
        WidgetInfo::selected(Role::ListBoxOption, true, here, heard)
    });
    let ground = if here {
        palette.chosen()
    } else {
        palette.sheet
    };
    ui.painter().rect_filled(rect, CORNER, ground);
    let seal = egui::pos2(rect.left() + steps(5), rect.center().y);
    let seal = Rect::from_center_size(seal, vec2(ICON, ICON));
    icons::paint(ui.painter(), icon, seal, palette.tone(tone), ground);
    let words = rect
        .with_min_x(rect.left() + steps(10))
        .shrink2(vec2(steps(1), steps(1)));
    let mut words = ui.new_child(egui::UiBuilder::new().max_rect(words));
    words.spacing_mut().item_spacing.y = 0.0;
    let plain = |text| egui::Label::new(text).truncate().selectable(false);
    match name {
        Some(name) => {
            words.add(plain(theme::body(name)));
            words.add(plain(theme::faded(ui, address)));
        }
        None => {
            words.add_space(steps(2));
            words.add(plain(theme::body(address)));
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Mailbox;

    fn contacts(list: &[&str]) -> Contacts {
        let contact = |text: &&str| Contact {
            mailbox: Mailbox::parse(text).unwrap(),
            ready: true,
            written: None,
        };
        Contacts::new(list.iter().map(contact).collect())
    }

    fn found(contacts: &Contacts, typed: &str) -> Vec<String> {
        let found = contacts.find(typed, |_| false);
        found
            .iter()
            .map(|contact| contact.mailbox.address.to_string())
            .collect()
    }

    #[test]
    fn words_are_found_at_their_start_first_and_in_any_order() {
        let people = contacts(&[
            "Kabob <kabob@example.org>",
            "Bob Babbage <bb@example.org>",
            "carol@bob.example",
        ]);
        let bobs = ["bb@example.org", "carol@bob.example", "kabob@example.org"];
        assert_eq!(found(&people, "bob"), bobs);
        assert_eq!(found(&people, "BAB bo"), ["bb@example.org"]);
        assert!(found(&people, "dave").is_empty());
        assert_eq!(found(&people, "").len(), 3);
    }

    #[test]
    fn at_most_six_are_suggested_of_a_hundred_thousand() {
        let many: Vec<String> = (0..100_000)
            .map(|n| format!("N{n} <n{n}@example.org>"))
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(found(&contacts(&many), "n9").len(), MOST);
        assert!(found(&contacts(&many), "99999x").is_empty());
    }
}
