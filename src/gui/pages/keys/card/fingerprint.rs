//! The fingerprint in every form that people compare: groups, words, and a code for a camera.

use crate::app::command::KeyCard;
use crate::cert::Fingerprint;
use crate::gui::theme::{self, Palette, steps};
use crate::gui::view::Action;
use crate::gui::widgets;
use egui::{Margin, Ui};

/// Edge of the QR code, in points.
const CODE: f32 = 168.0;

/// Draws all three.
pub fn fingerprint_ui(ui: &mut Ui, card: &KeyCard, actions: &mut Vec<Action>) {
    let fingerprint = &card.row.fingerprint;
    groups_ui(ui, fingerprint);
    ui.horizontal(|ui| {
        if widgets::link(ui, "Copy").clicked() {
            actions.push(Action::Copy(fingerprint.grouped()));
        }
        let words = "Compare it by phone or face to face, never by mail.";
        ui.add(egui::Label::new(theme::faded(ui, words)).truncate());
    });
    let id = egui::Id::unique("fingerprint in other forms");
    let mut open = ui.data(|data| data.get_temp(id).unwrap_or(false));
    if widgets::fold(
        ui,
        &mut open,
        "As words to read aloud, and as a code to scan",
    ) {
        other_forms_ui(ui, card);
    }
    ui.data_mut(|data| data.insert_temp(id, open));
}

fn other_forms_ui(ui: &mut Ui, card: &KeyCard) {
    let fingerprint = &card.row.fingerprint;
    let beside = ui.available_width() > CODE + 240.0;
    let words = |ui: &mut Ui| words_ui(ui, fingerprint);
    let code = |ui: &mut Ui| {
        widgets::qr_code(
            ui,
            &scanned(card.row.kind, fingerprint),
            CODE,
            "QR code of the fingerprint",
        );
    };
    if beside {
        ui.horizontal_top(|ui| {
            let room = ui.available_width() - CODE - steps(4);
            ui.vertical(|ui| {
                ui.set_width(room);
                words(ui);
            });
            code(ui);
        });
    } else {
        words(ui);
        code(ui);
    }
}

/// What a camera reads: for OpenPGP the form that other programs know.
pub fn scanned(kind: &str, fingerprint: &Fingerprint) -> String {
    match kind {
        "openpgp" => format!("OPENPGP4FPR:{fingerprint}"),
        _ => fingerprint.to_string(),
    }
}

/// A fingerprint in groups of four, to be read aloud.
pub fn groups_ui(ui: &mut Ui, fingerprint: &Fingerprint) {
    plate(ui, |ui| {
        let mono = |text: String| theme::mono(text).size(theme::tokens::BODY);
        let whole = fingerprint.grouped();
        let line = egui::WidgetText::from(mono(whole.clone()));
        let line = line.into_galley(ui, None, f32::INFINITY, egui::FontSelection::Default);
        // Where it needs two lines, each has half, so that both sides find the place again.
        let groups: Vec<&str> = whole.split(' ').collect();
        let (first, second) = groups.split_at(groups.len().div_ceil(2));
        let text = match line.size().x <= ui.available_width() {
            true => whole.clone(),
            false => format!("{}\n{}", first.join(" "), second.join(" ")),
        };
        let label = egui::Label::new(mono(text)).selectable(true).wrap();
        let shown = ui.add(label);
        // A screen reader hears it in one line.
        ui.ctx()
            .accesskit_node_builder(shown.id, |node| node.set_value(whole));
    });
}

fn words_ui(ui: &mut Ui, fingerprint: &Fingerprint) {
    plate(ui, |ui| {
        let words = fingerprint.words();
        // Four in a line, so that both sides find the place again.
        let lines: Vec<String> = words.chunks(4).map(|line| line.join(" ")).collect();
        let text = theme::body(lines.join("\n"));
        ui.add(egui::Label::new(text).selectable(true).wrap());
    });
}

fn plate(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let palette = Palette::of(ui);
    egui::Frame::new()
        .fill(palette.rail)
        .corner_radius(theme::tokens::CORNER)
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            content(ui);
        });
}
