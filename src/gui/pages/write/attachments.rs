//! Files that travel along.

use super::WritePage;
use super::undo::{Offer, Undo};
use crate::app::command::Files;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Wish};
use crate::gui::widgets::{self, PathAnswer, icon_button, path_field, untrusted};
use crate::wording;
use egui::{Margin, ScrollArea, Ui, vec2};
use std::path::PathBuf;

/// Height of the strip with the button and the path, in points.
const STRIP: f32 = 52.0;
/// Height of one file, in points.
const FILE: f32 = 32.0;
/// Most rows of files in sight; the rest scrolls.
const ROWS: f32 = 3.0;
/// What many servers take at most, in bytes; base64 and armor make five thirds of a file.
const MANY_SERVERS: u64 = 25_000_000 / 9 * 5;

/// How much of the sheet the files take, in points.
pub fn height(state: &WritePage) -> f32 {
    match state.letter.attachments.len() {
        0 => STRIP,
        1..=3 => STRIP + FILE + steps(9),
        _ => STRIP + ROWS.min(2.0) * (FILE + steps(1)) + steps(9),
    }
}

/// Draws them. Returns whether something changed.
pub fn attachments_ui(ui: &mut Ui, state: &mut WritePage, actions: &mut Vec<Action>) -> bool {
    let mut removed = None;
    egui::Frame::new()
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = steps(1);
            if !state.letter.attachments.is_empty() {
                total_ui(ui, state);
                removed = files_ui(ui, state);
            }
            let choose = (Icon::Attachment, "Attach a file…");
            let name = "Path of a file to attach";
            // Named, so that a notice above does not take the keyboard out of it.
            let here = egui::UiBuilder::new().scope_id(egui::Id::unique("path to attach"));
            let answer = ui.scope_builder(here, |ui| {
                path_field(ui, choose, name, &mut state.path, "Attach")
            });
            match answer.inner {
                Some(PathAnswer::Browse) => actions.push(Action::Pick(Wish::Attachments)),
                Some(PathAnswer::Typed) => {
                    let path = PathBuf::from(std::mem::take(&mut state.path).trim());
                    actions.push(Action::Attach(vec![path]));
                }
                None => {}
            }
        });
    let Some(index) = removed else {
        return false;
    };
    let file = state.letter.attachments.remove(index);
    let name: String = file.name.chars().take(40).collect();
    let words = format!("{name} was taken off.");
    state.offer = Some(Offer::new(words, Undo::File(index, file)));
    state.files = Files::Changed;
    true
}

fn total_ui(ui: &mut Ui, state: &WritePage) {
    let bytes = state.letter.files_bytes();
    let count = match state.letter.attachments.len() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    let mut words = format!("{count}, {}", wording::size(bytes));
    if bytes > MANY_SERVERS {
        words.push_str(". Many servers take no more than 25 MB, and sealing makes it larger.");
    }
    ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
}

fn files_ui(ui: &mut Ui, state: &WritePage) -> Option<usize> {
    let mut removed = None;
    ScrollArea::vertical()
        .id_salt("attachments")
        .max_height(2.0 * (FILE + steps(1)))
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(steps(1), steps(1));
                for (index, file) in state.letter.attachments.iter().enumerate() {
                    let name = untrusted(ui, &file.name, true, 36);
                    if file_ui(ui, &name, file.bytes.len()) {
                        removed = Some(index);
                    }
                }
            });
        });
    removed
}

/// One file. Returns whether it was taken off.
fn file_ui(ui: &mut Ui, name: &str, bytes: usize) -> bool {
    let palette = Palette::of(ui);
    let mut removed = false;
    egui::Frame::new()
        .fill(palette.hover())
        .corner_radius(theme::tokens::CORNER)
        .inner_margin(Margin::symmetric(8, 0))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = steps(1);
                widgets::icon(ui, Icon::File, palette.faded, palette.hover(), "File");
                ui.label(theme::small(name));
                let size = wording::size(u64::try_from(bytes).unwrap_or(u64::MAX));
                ui.label(theme::faded(ui, size));
                removed = icon_button(ui, Icon::Cross, &format!("Take {name} off")).clicked();
            });
        });
    removed
}
