//! The letter itself, on its sheet.

use super::WritePage;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Wish};
use crate::gui::widgets::{
    self, PathAnswer, icon_button, link, path_field, recipients_ui, untrusted,
};
use crate::wording;
use egui::{Align, Id, Layout, Margin, TextEdit, Ui, vec2};
use std::path::PathBuf;
use std::time::Instant;

/// Width of the words before a line, in points.
const LABEL: f32 = 60.0;

/// Draws recipients, subject, text and attachments.
pub fn letter_ui(ui: &mut Ui, state: &mut WritePage, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let room = ui.available_height();
    let mut changed = false;
    theme::sheet(palette)
        .inner_margin(Margin::ZERO)
        .show(ui, |ui| {
            ui.set_min_height(room - 2.0);
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 0.0;
            changed |= address_lines_ui(ui, state);
            changed |= subject_ui(ui, state);
            let below = if state.letter.attachments.is_empty() {
                58.0
            } else {
                104.0
            };
            let room = (ui.available_height() - below).max(120.0);
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

fn address_lines_ui(ui: &mut Ui, state: &mut WritePage) -> bool {
    let found = state.preflight.take();
    let look = |text: &str| super::preflight::chip_state(found.as_ref(), text);
    let mut changed = line_ui(ui, "To", |ui| {
        let room = if state.more { 0.0 } else { 96.0 };
        let width = ui.available_width() - room;
        let changed = ui
            .allocate_ui_with_layout(
                vec2(width, steps(7)),
                Layout::left_to_right(Align::TOP),
                |ui| {
                    ui.set_max_width(width);
                    recipients_ui(ui, Id::unique("to"), "To", &mut state.letter.to, &look)
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
        changed |= line_ui(ui, "Cc", |ui| {
            recipients_ui(ui, Id::unique("cc"), "Cc", &mut state.letter.cc, &look)
        });
        changed |= line_ui(ui, "Bcc", |ui| {
            recipients_ui(ui, Id::unique("bcc"), "Bcc", &mut state.letter.bcc, &look)
        });
    }
    state.preflight = found;
    changed
}

fn subject_ui(ui: &mut Ui, state: &mut WritePage) -> bool {
    line_ui(ui, "Subject", |ui| {
        ui.add(
            TextEdit::singleline(&mut state.letter.subject)
                .frame(egui::Frame::NONE.inner_margin(Margin::symmetric(4, 5)))
                .font(theme::strong_font(theme::tokens::BODY))
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
            changed = ui
                .add(
                    TextEdit::multiline(&mut state.letter.body)
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

fn attachments_ui(ui: &mut Ui, state: &mut WritePage, actions: &mut Vec<Action>) -> bool {
    let mut changed = false;
    egui::Frame::new()
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = steps(2);
            if !state.letter.attachments.is_empty() {
                let mut removed = None;
                egui::ScrollArea::horizontal()
                    .id_salt("attachments")
                    .show(ui, |ui| {
                        ui.horizontal(|ui| {
                            for (index, file) in state.letter.attachments.iter().enumerate() {
                                let name = untrusted(ui, &file.name, true, 48);
                                if file_ui(ui, &name, file.bytes.len()) {
                                    removed = Some(index);
                                }
                            }
                        });
                    });
                if let Some(index) = removed {
                    state.letter.attachments.remove(index);
                    changed = true;
                }
            }
            let choose = (Icon::Attachment, "Attach a file…");
            let name = "Path of a file to attach";
            match path_field(ui, choose, name, &mut state.path, "Attach") {
                Some(PathAnswer::Browse) => actions.push(Action::Pick(Wish::Attachments)),
                Some(PathAnswer::Typed) => {
                    let path = PathBuf::from(std::mem::take(&mut state.path).trim());
                    actions.push(Action::Attach(vec![path]));
                }
                None => {}
            }
        });
    changed
}

/// One file that travels along. Returns whether it was taken off.
fn file_ui(ui: &mut Ui, name: &str, bytes: usize) -> bool {
    let palette = Palette::of(ui);
    let mut removed = false;
    egui::Frame::new()
        .fill(palette.hover())
        .corner_radius(theme::tokens::CORNER)
        .inner_margin(Margin::symmetric(8, 0))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.x = steps(1);
            widgets::icon(ui, Icon::File, palette.faded, palette.hover(), "File");
            ui.label(theme::small(name));
            let size = wording::size(u64::try_from(bytes).unwrap_or(u64::MAX));
            ui.label(theme::faded(ui, size));
            removed = icon_button(ui, Icon::Cross, &format!("Take {name} off")).clicked();
        });
    removed
}
