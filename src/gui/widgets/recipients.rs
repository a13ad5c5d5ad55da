//! Recipients: chips with a seal, and room to type the next one.

use super::button::paint_focus;
use super::parts::untrusted;
use crate::address::Mailbox;
use crate::gui::theme::tokens::{BODY, HAIRLINE, STEP, mix};
use crate::gui::theme::{Icon, Palette, Tone, body_font, icons, steps};
use egui::{
    CornerRadius, Event, Id, Key, Margin, Rect, Response, Role, Sense, Stroke, StrokeKind,
    TextEdit, Ui, WidgetInfo, vec2,
};

/// Most characters of a name that a chip shows.
const SHOWN: usize = 32;

/// Recipients of one field: those that are finished, and the one that is being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients {
    /// Finished pieces, as typed.
    pub chips: Vec<String>,
    /// What is being typed.
    pub typing: String,
}

/// How one recipient stands; the words are the reason, for hover and screen reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChipState {
    /// Not looked up yet.
    Unknown,
    /// A letter can be sealed for them.
    Sealed(String),
    /// There is no key yet.
    Ring(String),
    /// Refused.
    Broken(String),
}

impl Recipients {
    /// Reads back what [`Recipients::joined`] made.
    pub fn split(text: &str) -> Self {
        let chips = text
            .split(", ")
            .map(str::trim)
            .filter(|piece| !piece.is_empty());
        let mut whole: Vec<String> = Vec::new();
        for piece in chips {
            // A comma inside a quoted name: the piece goes on.
            match whole.last_mut() {
                Some(last) if last.matches('"').count() % 2 == 1 => {
                    last.push_str(", ");
                    last.push_str(piece);
                }
                Some(_) | None => whole.push(piece.to_owned()),
            }
        }
        Recipients {
            chips: whole,
            typing: String::new(),
        }
    }

    /// All of them, separated by commas.
    pub fn joined(&self) -> String {
        let mut all: Vec<&str> = self.chips.iter().map(String::as_str).collect();
        let typing = self.typing.trim();
        if !typing.is_empty() {
            all.push(typing);
        }
        all.join(", ")
    }

    /// Those that are finished, separated by commas.
    pub fn finished(&self) -> String {
        self.chips.join(", ")
    }

    /// Whether nothing stands there.
    pub fn is_empty(&self) -> bool {
        self.chips.is_empty() && self.typing.trim().is_empty()
    }

    /// Adds one.
    pub fn add(&mut self, mailbox: &Mailbox) {
        self.chips.push(written(mailbox));
    }

    /// Makes a chip of what is being typed, whatever it is.
    pub fn finish_all(&mut self) {
        self.finish(true);
    }

    /// Makes chips of what is typed, if it reads as addresses or if `force`.
    fn finish(&mut self, force: bool) {
        let typed = self.typing.trim().trim_end_matches([',', ';']).to_owned();
        if typed.is_empty() {
            self.typing.clear();
            return;
        }
        match Mailbox::parse_list(&typed) {
            Ok(list) => {
                self.chips.extend(list.iter().map(written));
                self.typing.clear();
            }
            Err(_) if force => {
                self.chips.push(typed);
                self.typing.clear();
            }
            Err(_) => {}
        }
    }
}

/// A mailbox as it can be read again, whatever its name holds.
fn written(mailbox: &Mailbox) -> String {
    match &mailbox.name {
        Some(name) => {
            let name = name.raw().replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{name}\" <{}>", mailbox.address.as_str())
        }
        None => mailbox.address.as_str().to_owned(),
    }
}

/// Draws one field of recipients. Returns whether something changed.
pub fn recipients_ui(
    ui: &mut Ui,
    id: Id,
    name: &str,
    recipients: &mut Recipients,
    state: &dyn Fn(&str) -> ChipState,
) -> bool {
    let before = (recipients.chips.len(), recipients.typing.clone());
    let mut edit = None;
    let mut remove = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(steps(1) + 2.0, steps(1));
        for (index, text) in recipients.chips.iter().enumerate() {
            match chip(ui, id.with(index), text, &state(text)) {
                ChipPress::Nothing => {}
                ChipPress::Edit => edit = Some(index),
                ChipPress::Remove => remove = Some(index),
            }
        }
        typing(ui, id, name, recipients);
    });
    if let Some(index) = edit {
        recipients.finish(true);
        recipients.typing = recipients.chips.remove(index);
        ui.memory_mut(|m| m.request_focus(id.with("typing")));
    } else if let Some(index) = remove {
        recipients.chips.remove(index);
    }
    before != (recipients.chips.len(), recipients.typing.clone())
}

fn typing(ui: &mut Ui, id: Id, name: &str, recipients: &mut Recipients) {
    let field = id.with("typing");
    // Backspace at the very start takes the last chip back into the field.
    let focused = ui.memory(|m| m.has_focus(field));
    let at_start = recipients.typing.is_empty();
    let backspace = ui.input(|i| i.key_pressed(Key::Backspace));
    if focused && at_start && backspace {
        if let Some(last) = recipients.chips.pop() {
            recipients.typing = last;
        }
        ui.input_mut(|i| {
            i.events.retain(|e| {
                !matches!(
                    e,
                    Event::Key {
                        key: Key::Backspace,
                        ..
                    }
                )
            });
        });
    }
    let room = ui.available_size_before_wrap().x.max(72.0);
    let response = ui.add(
        TextEdit::singleline(&mut recipients.typing)
            .id(field)
            .desired_width(room - steps(2))
            .frame(egui::Frame::NONE.inner_margin(Margin::symmetric(4, 5))),
    );
    let response = response.accessible_name(name);
    let entered = response.lost_focus();
    let separated = recipients.typing.ends_with([',', ';', '\n']);
    if separated || entered {
        recipients.finish(entered);
    }
    if entered && ui.input(|i| i.key_pressed(Key::Enter)) {
        response.request_focus();
    }
}

enum ChipPress {
    Nothing,
    Edit,
    Remove,
}

fn chip(ui: &mut Ui, id: Id, text: &str, state: &ChipState) -> ChipPress {
    let palette = Palette::of(ui);
    let look = ChipLook::of(state);
    let shown = Mailbox::parse(text)
        .ok()
        .map(|m| {
            m.name
                .map_or_else(|| m.address.to_string(), |n| n.raw().to_owned())
        })
        .unwrap_or_else(|| text.to_owned());
    let shown = untrusted(ui, &shown, true, SHOWN);
    let whole = untrusted(ui, text, true, 400);
    let galley = ui
        .painter()
        .layout_no_wrap(shown, body_font(BODY), palette.ink);
    let (seal, cross, height) = (18.0, steps(6), steps(7));
    let width = STEP + seal + steps(2) + galley.size().x + STEP + cross;
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let body = rect.with_max_x(rect.right() - cross);
    let edit = ui.interact(body, id, Sense::click());
    edit.widget_info(|| {
        WidgetInfo::labeled(Role::Button, true, format!("{whole}: {}", look.words))
    });
    let away = ui.interact(rect.with_min_x(body.right()), id.with("x"), Sense::click());
    away.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Remove {whole}")));
    paint_chip(ui, rect, &look, &edit, &away);
    let text_at = egui::pos2(
        rect.left() + STEP + seal + steps(2),
        rect.center().y - galley.size().y / 2.0,
    );
    ui.painter().galley(text_at, galley, palette.ink);
    let by_key = edit.has_focus()
        && ui.input(|i| i.key_pressed(Key::Delete) || i.key_pressed(Key::Backspace));
    let (edited, removed) = (edit.clicked(), away.clicked());
    edit.on_hover_text(format!("{whole}\n{}", look.words));
    if removed || by_key {
        ChipPress::Remove
    } else if edited {
        ChipPress::Edit
    } else {
        ChipPress::Nothing
    }
}

struct ChipLook {
    icon: Icon,
    tone: Tone,
    words: String,
}

impl ChipLook {
    fn of(state: &ChipState) -> Self {
        let (icon, tone, words) = match state {
            ChipState::Unknown => (Icon::Ring, Tone::Neutral, "being looked up".to_owned()),
            ChipState::Sealed(how) => (Icon::Sealed, Tone::Wax, how.clone()),
            ChipState::Ring(why) => (Icon::Ring, Tone::Caution, why.clone()),
            ChipState::Broken(why) => (Icon::Broken, Tone::Danger, why.clone()),
        };
        ChipLook { icon, tone, words }
    }
}

fn paint_chip(ui: &Ui, rect: Rect, look: &ChipLook, edit: &Response, away: &Response) {
    let palette = Palette::of(ui);
    let tone = palette.tone(look.tone);
    let over = edit.hovered() || away.hovered();
    let ground = mix(palette.sheet, tone, if over { 0.14 } else { 0.08 });
    let round = CornerRadius::same(14);
    let pen = Stroke::new(HAIRLINE, mix(ground, tone, 0.35));
    ui.painter()
        .rect(rect, round, ground, pen, StrokeKind::Inside);
    let seal = Rect::from_center_size(
        egui::pos2(rect.left() + STEP + 10.0, rect.center().y),
        vec2(18.0, 18.0),
    );
    icons::paint(ui.painter(), look.icon, seal, tone, ground);
    let cross = Rect::from_center_size(
        egui::pos2(rect.right() - 14.0, rect.center().y),
        vec2(14.0, 14.0),
    );
    let ink = if away.hovered() {
        palette.ink
    } else {
        palette.faded
    };
    icons::paint(ui.painter(), Icon::Cross, cross, ink, ground);
    paint_focus(ui, edit, rect);
    paint_focus(ui, away, cross.expand(4.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_pieces_become_chips_and_survive_being_stored() {
        let mut to = Recipients {
            typing: "\"Carol, C.\" <c@example.org>; bob@example.org,".to_owned(),
            ..Recipients::default()
        };
        to.finish(false);
        assert_eq!(
            to.chips,
            ["\"Carol, C.\" <c@example.org>", "bob@example.org"]
        );
        assert!(to.typing.is_empty());
        assert_eq!(Recipients::split(&to.joined()), to);
    }

    #[test]
    fn what_is_no_address_stays_until_the_field_is_left() {
        let mut to = Recipients {
            typing: "bob,".to_owned(),
            ..Recipients::default()
        };
        to.finish(false);
        assert_eq!((to.chips.len(), to.typing.as_str()), (0, "bob,"));
        to.finish(true);
        assert_eq!(to.chips, ["bob"]);
    }
}
