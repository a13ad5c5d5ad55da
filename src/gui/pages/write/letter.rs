//! The letter itself, on its sheet.

use super::WritePage;
use super::attachments::{self, attachments_ui};
use super::form::{Line, MOST_LINE, MOST_TEXT};
use super::undo::{Offer, Undo};
use crate::gui::pages::Told;
use crate::gui::theme::{self, Tone, steps};
use crate::gui::view::{Action, View};
use crate::gui::widgets::{self, Change, Kept, Room, guard_input, link, recipients_ui, untrusted};
use crate::wording;
use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Align, Id, Layout, Margin, TextEdit, Ui, vec2};
use std::time::Instant;

/// Width of the words before a line, in points.
const LABEL: f32 = 64.0;

fn field_of(line: Line) -> Id {
    match line {
        Line::To => Id::unique("to"),
        Line::Cc => Id::unique("cc"),
        Line::Bcc => Id::unique("bcc"),
    }
}

/// The field of the text.
pub fn body_id() -> Id {
    Id::unique("letter text")
}

/// Holds what is pasted or typed within bounds, before any field sees it.
pub fn guard(ui: &Ui, state: &mut WritePage) {
    let focused = ui.memory(|m| m.focused());
    let body = &state.letter.body;
    let typing = [Line::To, Line::Cc, Line::Bcc].map(|line| field_of(line).with("typing"));
    let kept = guard_input(ui, || {
        if focused == Some(body_id()) {
            return Room {
                bytes: MOST_TEXT.saturating_sub(body.len()),
                running: true,
            };
        }
        let list = focused.is_some_and(|id| typing.contains(&id));
        Room {
            bytes: if list { 64 * MOST_LINE } else { MOST_LINE },
            running: false,
        }
    });
    let notice = match kept {
        None => return,
        Some(Kept::TooLarge { bytes, room }) => {
            let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
            wording::pasted_too_much(number(bytes), number(room))
        }
        Some(Kept::Unseen(count)) => wording::unseen_left_out(count),
    };
    let tone = Tone::Caution;
    state.told = Some(Told { tone, notice });
}

/// Draws recipients, subject, text and attachments.
pub fn letter_ui(ui: &mut Ui, view: &View, state: &mut WritePage, actions: &mut Vec<Action>) {
    let palette = theme::Palette::of(ui);
    let room = ui.available_height();
    let mut changed = false;
    theme::sheet(palette)
        .inner_margin(Margin::ZERO)
        .show(ui, |ui| {
            ui.set_min_height(room - 2.0);
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 0.0;
            changed |= from_ui(ui, view, state);
            changed |= address_lines_ui(ui, state);
            changed |= subject_ui(ui, state);
            let room = (ui.available_height() - attachments::height(state)).max(120.0);
            changed |= body_ui(ui, state, room);
            widgets::rule(ui);
            changed |= attachments_ui(ui, state, actions);
        });
    if changed {
        state.touch(Instant::now());
    }
}

fn line_ui<R>(ui: &mut Ui, label: &str, content: impl FnOnce(&mut Ui) -> R) -> R {
    let inner = egui::Frame::new()
        .inner_margin(Margin::symmetric(16, 6))
        .show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                let faded = theme::faded(ui, label);
                ui.allocate_ui_with_layout(
                    vec2(LABEL, steps(7)),
                    Layout::left_to_right(Align::Center),
                    |ui| {
                        ui.set_min_width(LABEL);
                        ui.label(faded);
                    },
                );
                content(ui)
            })
            .inner
        })
        .inner;
    widgets::rule(ui);
    inner
}

/// Who writes, where there is a choice.
fn from_ui(ui: &mut Ui, view: &View, state: &mut WritePage) -> bool {
    let identities = view.overview.as_ref().map_or(&[][..], |o| &o.identities);
    let Some(me) = view.me().filter(|_| identities.len() > 1) else {
        return false;
    };
    let chosen = state.letter.from.clone().unwrap_or_else(|| me.clone());
    let shown =
        |ui: &Ui, mailbox: &crate::address::Mailbox| untrusted(ui, &mailbox.to_string(), true, 80);
    let mut changed = false;
    line_ui(ui, "From", |ui| {
        let width = (ui.available_width() - steps(2)).min(420.0);
        let now = shown(ui, &chosen);
        let choice = egui::ComboBox::from_id_salt("from")
            .width(width)
            .selected_text(theme::body(now.clone()))
            .show_ui(ui, |ui| {
                for identity in identities {
                    let here = identity.mailbox.address == chosen.address;
                    let name = shown(ui, &identity.mailbox);
                    if ui.selectable_label(here, theme::body(name)).clicked() && !here {
                        state.letter.from = Some(identity.mailbox.clone());
                        changed = true;
                    }
                }
            });
        choice.response.accessible_name(format!("From {now}"));
    });
    changed
}

fn address_lines_ui(ui: &mut Ui, state: &mut WritePage) -> bool {
    let mut changed = line_ui(ui, "To", |ui| {
        let room = if state.more { 0.0 } else { 96.0 };
        let width = ui.available_width() - room;
        let changed = ui
            .allocate_ui_with_layout(
                vec2(width, steps(7)),
                Layout::left_to_right(Align::TOP),
                |ui| {
                    ui.set_max_width(width);
                    people_ui(ui, state, Line::To, "To")
                },
            )
            .inner;
        if !state.more {
            ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
                if link(ui, "Cc and Bcc").clicked() {
                    state.more = true;
                }
            });
        }
        changed
    });
    let more = state.more || !state.letter.cc.is_empty() || !state.letter.bcc.is_empty();
    if more {
        changed |= line_ui(ui, "Cc", |ui| people_ui(ui, state, Line::Cc, "Cc"));
        changed |= line_ui(ui, "Bcc", |ui| people_ui(ui, state, Line::Bcc, "Bcc"));
    }
    let count = state.letter.count();
    if count > 12 {
        egui::Frame::new()
            .inner_margin(Margin::symmetric(16, 4))
            .show(ui, |ui| {
                ui.label(theme::faded(ui, format!("{count} recipients")));
            });
        widgets::rule(ui);
    }
    changed
}

fn people_ui(ui: &mut Ui, state: &mut WritePage, line: Line, name: &str) -> bool {
    let id = field_of(line);
    if std::mem::take(&mut state.focus_to) && line == Line::To {
        ui.memory_mut(|m| m.request_focus(id.with("typing")));
    }
    let nobody = crate::gui::widgets::ChipStates::default();
    let states = state
        .plan
        .found
        .as_ref()
        .map_or(&nobody, |found| &found.states);
    let contacts = &state.contacts;
    let recipients = match line {
        Line::To => &mut state.letter.to,
        Line::Cc => &mut state.letter.cc,
        Line::Bcc => &mut state.letter.bcc,
    };
    let Change {
        changed,
        removed,
        left_out,
        focused,
    } = recipients_ui(ui, id, name, recipients, states, contacts);
    state.contacts_wanted |= focused;
    if let Some((place, chip)) = removed {
        let words = format!("{} was taken off.", chip.heard());
        state.offer = Some(Offer::new(words, Undo::Recipient(line, place, chip)));
    }
    if left_out > 0 {
        let notice = wording::recipients_left_out(left_out, widgets::MOST_RECIPIENTS);
        let tone = Tone::Caution;
        state.told = Some(Told { tone, notice });
    }
    changed
}

fn subject_ui(ui: &mut Ui, state: &mut WritePage) -> bool {
    line_ui(ui, "Subject", |ui| {
        ui.add(
            TextEdit::singleline(&mut state.letter.subject)
                .id(Id::unique("subject"))
                .frame(egui::Frame::NONE.inner_margin(Margin::symmetric(4, 5)))
                .font(theme::strong_font(theme::tokens::BODY))
                .char_limit(MOST_LINE)
                .desired_width(ui.available_width()),
        )
        .accessible_name("Subject")
        .changed()
    })
}

fn body_ui(ui: &mut Ui, state: &mut WritePage, room: f32) -> bool {
    let mut changed = false;
    egui::ScrollArea::vertical()
        .id_salt("letter")
        .max_height(room)
        .min_scrolled_height(room)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            if std::mem::take(&mut state.write_above) {
                // One writes above the signature text.
                let mut edit = TextEditState::load(ui.ctx(), body_id()).unwrap_or_default();
                let start = CCursorRange::one(CCursor::default());
                edit.cursor.set_char_range(Some(start));
                edit.store(ui.ctx(), body_id());
            }
            changed = ui
                .add(
                    TextEdit::multiline(&mut state.letter.body)
                        .id(body_id())
                        .frame(egui::Frame::NONE.inner_margin(Margin::symmetric(20, 14)))
                        .hint_text("Write your letter here")
                        .desired_width(ui.available_width())
                        .min_size(vec2(0.0, room - 2.0)),
                )
                .accessible_name("Letter")
                .changed();
        });
    changed
}
