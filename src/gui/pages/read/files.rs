//! What travelled along, and saving: nothing is ever started from here.

use super::message::{Asked, Open};
use crate::app::service::letters::letter_name;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, SaveWhat, Wish};
use crate::gui::widgets::{self, Kind, PathAnswer, button, path_field, untrusted};
use crate::read::AttachmentHead;
use crate::wording;
use egui::{Align, Label, Layout, Margin, Ui, UiBuilder, vec2};
use std::path::PathBuf;

/// Height of one attachment, in points.
const ROW: f32 = 40.0;
/// Space between two, in points.
const GAP: f32 = 4.0;
/// Room for its button, in points.
const BUTTON: f32 = 96.0;

/// Height that the part below the text takes.
pub fn below_height(open: &Open, low: bool) -> f32 {
    let files = open.reading.attachments().len();
    let most = if low { 1 } else { 3 };
    let rows = f32::from(u8::try_from(files.min(most)).unwrap_or(3)) * (ROW + GAP);
    let saving = if open.saving.is_some() { 48.0 } else { 0.0 };
    let saved = if open.saved.is_some() { 28.0 } else { 0.0 };
    match rows + saving + saved {
        0.0 => 0.0,
        height => height + 12.0,
    }
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
    let most = if low { 1.0 } else { 3.0 };
    egui::ScrollArea::vertical()
        .id_salt("attachments")
        .max_height(most * (ROW + GAP))
        .min_scrolled_height(most * (ROW + GAP))
        .auto_shrink([false, true])
        .show_rows(ui, ROW, attachments.len(), |ui, range| {
            for index in range {
                let Some(file) = attachments.get(index) else {
                    continue;
                };
                if attachment_ui(ui, file) {
                    begin(open, SaveWhat::Attachment(index), actions);
                }
            }
        });
}

/// One file: its name and size, and under them what it is or why to be careful. Returns whether it
/// is to be saved.
fn attachment_ui(ui: &mut Ui, file: &AttachmentHead) -> bool {
    let palette = Palette::of(ui);
    let name = untrusted(ui, &wording::attachment_name(file), true, 60);
    let size = wording::size(u64::try_from(file.size).unwrap_or(u64::MAX));
    let careful = wording::attachment_caution(file);
    let (icon, ink, heard, second) = match careful.as_str() {
        "" => {
            let media = untrusted(ui, &file.media, true, 80);
            (Icon::File, palette.faded, "File", media)
        }
        _ => (Icon::Warning, palette.caution, "Dangerous file", careful),
    };
    let (_, place) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let mut left = ui.new_child(UiBuilder::new().max_rect(place.with_max_x(place.left() + 24.0)));
    left.add_space((ROW - theme::tokens::ICON) / 2.0);
    widgets::icon(&mut left, icon, ink, palette.sheet, heard);
    let words = place
        .with_min_x(place.left() + 32.0)
        .with_max_x(place.right() - BUTTON);
    let mut middle = ui.new_child(UiBuilder::new().max_rect(words));
    middle.spacing_mut().item_spacing = vec2(steps(2), 0.0);
    middle.spacing_mut().interact_size.y = 0.0;
    middle.add_space(2.0);
    middle.horizontal(|ui| {
        // The size keeps its room, and a long name takes what is left.
        let size = egui::WidgetText::from(theme::faded(ui, size));
        let size = size.into_galley(ui, None, f32::INFINITY, egui::FontSelection::Default);
        let room = ui.available_width() - size.size().x - steps(2);
        ui.scope(|ui| {
            ui.set_max_width(room.max(0.0));
            ui.add(Label::new(theme::small(&name)).truncate());
        });
        ui.label(size);
    });
    let second = Label::new(theme::small(&second).color(ink)).truncate();
    middle.add(second.show_tooltip_when_elided(true));
    let end = place.with_min_x(place.right() - BUTTON);
    let mut end = ui.new_child(
        UiBuilder::new()
            .max_rect(end)
            .layout(Layout::right_to_left(Align::Center)),
    );
    button(&mut end, Kind::Quiet, Some(Icon::Save), "Save…")
        .accessible_name(format!("Save {name}"))
        .clicked()
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
        SaveWhat::Evidence => named("json"),
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
        SaveWhat::Evidence => ("Path to write the report to", "Write"),
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
