//! What travelled along, and saving: nothing is ever started from here.

use super::message::{Asked, Open};
use crate::app::service::letters::letter_name;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, SaveWhat, Wish};
use crate::gui::widgets::{self, Kind, PathAnswer, button, path_field, untrusted};
use crate::read::AttachmentHead;
use crate::wording;
use egui::{Label, Margin, Ui};
use std::path::PathBuf;

/// Height of one attachment, in points.
const ROW: f32 = 36.0;
/// Height of one whose name is worth a warning: for all, since rows of a list are alike.
const WARNED: f32 = 54.0;

/// Height that the part below the text takes.
pub fn below_height(open: &Open, low: bool) -> f32 {
    let files = open.reading.attachments().len();
    let most = if low { 1 } else { 3 };
    let rows = f32::from(u8::try_from(files.min(most)).unwrap_or(3)) * (row_height(open) + 4.0);
    let saving = if open.saving.is_some() { 48.0 } else { 0.0 };
    let saved = if open.saved.is_some() { 28.0 } else { 0.0 };
    match rows + saving + saved {
        0.0 => 0.0,
        height => height + 12.0,
    }
}

fn row_height(open: &Open) -> f32 {
    if open.warned { WARNED } else { ROW }
}

/// Draws the attachments, where to save, and where it was saved.
pub fn files_ui(
    ui: &mut Ui,
    open: &mut Open,
    low: bool,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let palette = Palette::of(ui);
    egui::Frame::new()
        .inner_margin(Margin::symmetric(16, 6))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = steps(1);
            attachments_ui(ui, open, low, actions);
            if let Some(what) = open.saving {
                save_ui(ui, open, what, asked, actions);
            }
            if let Some(words) = &open.saved {
                let words = untrusted(ui, &format!("Saved as {words}"), true, 300);
                ui.add(Label::new(theme::small(words).color(palette.verified)).truncate());
            }
        });
}

fn attachments_ui(ui: &mut Ui, open: &mut Open, low: bool, actions: &mut Vec<Action>) {
    let reading = open.reading.clone();
    let attachments = reading.attachments();
    if attachments.is_empty() {
        return;
    }
    let height = row_height(open);
    let most = if low { 1.0 } else { 3.0 };
    egui::ScrollArea::vertical()
        .id_salt("attachments")
        .max_height(most * (height + 4.0))
        .auto_shrink([false, true])
        .show_rows(ui, height, attachments.len(), |ui, range| {
            for index in range {
                let Some(file) = attachments.get(index) else {
                    continue;
                };
                ui.scope(|ui| {
                    ui.set_min_height(height);
                    if attachment_ui(ui, file) {
                        begin(open, SaveWhat::Attachment(index), actions);
                    }
                });
            }
        });
}

/// One file. Returns whether it is to be saved.
fn attachment_ui(ui: &mut Ui, file: &AttachmentHead) -> bool {
    let palette = Palette::of(ui);
    let name = untrusted(ui, &wording::attachment_name(file), true, 60);
    let size = wording::size(u64::try_from(file.size).unwrap_or(u64::MAX));
    let careful = wording::attachment_caution(file);
    let mut saved = false;
    ui.horizontal(|ui| {
        ui.set_min_height(30.0);
        let (icon, tone, heard) = match careful.as_str() {
            "" => (Icon::File, palette.faded, "File"),
            _ => (Icon::Warning, palette.caution, "Dangerous file"),
        };
        widgets::icon(ui, icon, tone, palette.sheet, heard);
        ui.label(theme::small(&name));
        ui.label(theme::faded(ui, size));
        saved = button(ui, Kind::Quiet, Some(Icon::Save), "Save…")
            .accessible_name(format!("Save {name}"))
            .clicked();
    });
    if !careful.is_empty() {
        let words = theme::small(careful).color(palette.caution);
        ui.add(Label::new(words).truncate());
    }
    saved
}

/// Asks where something goes, with the system's dialog and a field beside it.
pub fn begin(open: &mut Open, what: SaveWhat, actions: &mut Vec<Action>) {
    open.saving = Some(what);
    open.saved = None;
    actions.push(Action::Pick(wish(open, what)));
}

fn wish(open: &Open, what: SaveWhat) -> Wish {
    let named = |ending| letter_name(&open.reading, ending);
    let name = match what {
        SaveWhat::Attachment(index) => {
            let file = open.reading.attachments().get(index);
            file.map(|file| crate::read::safe_file_name(file.name.raw()))
                .unwrap_or_default()
        }
        SaveWhat::Attachments => String::new(),
        SaveWhat::Message => named("eml"),
        SaveWhat::Text => named("txt"),
        SaveWhat::Pdf => named("pdf"),
    };
    Wish::Save(what, name)
}

fn save_ui(
    ui: &mut Ui,
    open: &mut Open,
    what: SaveWhat,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let (name, go) = match what {
        SaveWhat::Attachment(_) => ("Folder or path to save the attachment to", "Save"),
        SaveWhat::Attachments => ("Folder to save all attachments to", "Save all"),
        SaveWhat::Message => ("Folder or path to save the message to", "Save"),
        SaveWhat::Text => ("Folder or path to save the text to", "Save"),
        SaveWhat::Pdf => ("Path to print to", "Print"),
    };
    match path_field(ui, (Icon::Save, "Choose…"), name, &mut open.path, go) {
        Some(PathAnswer::Browse) => actions.push(Action::Pick(wish(open, what))),
        Some(PathAnswer::Typed) => {
            let to = PathBuf::from(std::mem::take(&mut open.path).trim());
            asked.save = Some((what, to));
        }
        None => {}
    }
}
