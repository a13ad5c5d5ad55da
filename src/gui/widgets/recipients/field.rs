//! The field: chips, and what is being typed after them.

use super::chip::{self, Go, Press, chip_ui};
use super::suggest::{self, Contacts, suggestions_ui};
use super::{Chip, ChipStates, MOST_BYTES, Recipients, pieces};
use crate::gui::theme::steps;
use egui::{
    Event, EventFilter, Id, Key, Margin, Modifiers, Response, ScrollArea, SurrenderFocusOn,
    TextEdit, Ui, vec2,
};

/// Most rows of chips in sight; the rest scrolls.
const ROWS: f32 = 5.0;

/// What happened in the field.
#[derive(Debug, Default)]
pub struct Change {
    /// Something is another than before.
    pub changed: bool,
    /// A chip was taken off, and where it stood.
    pub removed: Option<(usize, Chip)>,
    /// So many did not fit any more.
    pub left_out: usize,
    /// The keyboard is in the field.
    pub focused: bool,
}

/// Draws one field of recipients.
pub fn recipients_ui(
    ui: &mut Ui,
    id: Id,
    name: &str,
    recipients: &mut Recipients,
    states: &ChipStates,
    contacts: &Contacts,
) -> Change {
    let field = id.with("typing");
    let before = (recipients.chips.len(), recipients.typing.clone());
    let mut change = Change::default();
    let focused = ui.memory(|m| m.has_focus(field));
    change.focused = focused;
    if focused {
        take_pasted_list(ui, recipients, &mut change);
        take_keys(ui, id, recipients, &mut change);
    }
    let typed = recipients.typing.clone();
    let keys = recipients.suggest.keys(ui, focused, &typed);
    if keys.accept
        && let Some(contact) = recipients.suggest.chosen()
    {
        recipients.complete(&contact.mailbox);
    }
    let room = ROWS * (chip::HEIGHT + steps(1));
    let mut pressed = None;
    ScrollArea::vertical()
        .id_salt(id.with("scroll"))
        .max_height(room)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(steps(1), steps(1));
                for (index, chip) in recipients.chips.iter().enumerate() {
                    let id = id.with(index);
                    let at = ui.memory(|m| m.has_focus(id));
                    match chip_ui(ui, id, chip, states.of(chip), at) {
                        Press::Nothing => {}
                        press => pressed = Some((index, press)),
                    }
                }
                let response = typing_ui(ui, id, name, recipients, &mut change);
                suggest::look(recipients, contacts);
                if let Some(contact) = suggestions_ui(&response, recipients) {
                    recipients.complete(&contact.mailbox);
                    recipients.suggest.close();
                    response.request_focus();
                }
            });
        });
    if let Some((index, press)) = pressed {
        act(ui, id, recipients, index, press, &mut change);
    }
    change.changed = before != (recipients.chips.len(), recipients.typing.clone());
    change
}

/// A pasted list becomes chips; one address is text like any other.
fn take_pasted_list(ui: &Ui, recipients: &mut Recipients, change: &mut Change) {
    let mut lists: Vec<String> = Vec::new();
    ui.input_mut(|i| {
        i.events.retain(|event| match event {
            Event::Paste(text) if text.trim().contains([',', ';', '\n']) => {
                lists.push(text.clone());
                false
            }
            _ => true,
        });
    });
    for list in lists {
        let typed = std::mem::take(&mut recipients.typing);
        let pieces = pieces(&format!("{typed}{list}"));
        change.left_out = change.left_out.saturating_add(recipients.extend(pieces));
    }
}

/// The keys that leave the empty field for the chips.
fn take_keys(ui: &Ui, id: Id, recipients: &mut Recipients, change: &mut Change) {
    let Some(last) = recipients.chips.len().checked_sub(1) else {
        return;
    };
    if !recipients.typing.is_empty() {
        return;
    }
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    if pressed(Key::Backspace) {
        change.removed = recipients.chips.pop().map(|chip| (last, chip));
    } else if pressed(Key::ArrowLeft) {
        go_to(ui, id, last);
    }
}

fn go_to(ui: &Ui, id: Id, index: usize) {
    ui.memory_mut(|m| m.request_focus(id.with(index)));
}

fn typing_ui(
    ui: &mut Ui,
    id: Id,
    name: &str,
    recipients: &mut Recipients,
    change: &mut Change,
) -> Response {
    let field = id.with("typing");
    let room = ui.available_size_before_wrap().x.max(72.0);
    let open = recipients.suggest.is_open();
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        tab: recipients.suggest.accepts(&recipients.typing),
        escape: open,
    };
    // A press on the list of suggestions leaves the keyboard here.
    let pointer = ui.ctx().pointer_interact_pos();
    let under = pointer.and_then(|pos| ui.ctx().layer_id_at(pos));
    let on_list = open && under == Some(suggest::layer(field));
    let usual = ui.ctx().options(|o| o.input_options.surrender_focus_on);
    let ctx = ui.ctx().clone();
    let surrender = |on| ctx.options_mut(|o| o.input_options.surrender_focus_on = on);
    if on_list {
        surrender(SurrenderFocusOn::Never);
    }
    let response = ui.add(
        TextEdit::singleline(&mut recipients.typing)
            .id(field)
            .event_filter(filter)
            .char_limit(MOST_BYTES / 4)
            .desired_width(room - steps(2))
            .frame(egui::Frame::NONE.inner_margin(Margin::symmetric(4, 5))),
    );
    surrender(usual);
    let response = response.accessible_name(name);
    let left = response.lost_focus();
    let separated = recipients.typing.ends_with([',', ';']);
    if separated || left {
        let left_out = recipients.finish(left);
        change.left_out = change.left_out.saturating_add(left_out);
    }
    if left && ui.input(|i| i.key_pressed(Key::Enter)) {
        response.request_focus();
    }
    if response.changed() {
        response.scroll_to_me(None);
    }
    response
}

fn act(
    ui: &Ui,
    id: Id,
    recipients: &mut Recipients,
    index: usize,
    press: Press,
    change: &mut Change,
) {
    let to_field = || ui.memory_mut(|m| m.request_focus(id.with("typing")));
    match press {
        Press::Nothing => {}
        Press::Edit => {
            recipients.finish(true);
            recipients.typing = recipients.chips.remove(index).text;
            to_field();
        }
        Press::Remove { by_key } => {
            change.removed = Some((index, recipients.chips.remove(index)));
            if by_key {
                match recipients.chips.len().checked_sub(1) {
                    Some(last) => go_to(ui, id, index.min(last)),
                    None => to_field(),
                }
            }
        }
        Press::Go(Go::Before) => go_to(ui, id, index.saturating_sub(1)),
        Press::Go(Go::First) => go_to(ui, id, 0),
        Press::Go(Go::Field) => to_field(),
        Press::Go(Go::After) => {
            let next = index.saturating_add(1);
            if next < recipients.chips.len() {
                go_to(ui, id, next);
            } else {
                to_field();
            }
        }
    }
}
