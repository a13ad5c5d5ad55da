//! What is kept where, how large it is, and how it is protected.

use super::card_ui;
use crate::app::port::{Storage, VaultKind};
use crate::gui::theme::{self, steps};
use crate::gui::view::Action;
use crate::gui::widgets::{self, untrusted};
use crate::wording;
use egui::Ui;

/// Draws the places.
pub fn storage_ui(ui: &mut Ui, storage: Option<&Storage>, actions: &mut Vec<Action>) {
    let Some(storage) = storage else {
        return;
    };
    card_ui(ui, "How it is protected", |ui| {
        let words = wording::vault_kind(storage.vault);
        ui.add(egui::Label::new(theme::body(words)).wrap());
        if storage.vault != VaultKind::Memory {
            let words = "Addresses of your identities and accounts, names of your servers, \
                         fingerprints, and when things came stay readable for whoever reads this \
                         computer's disk.";
            ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
        }
    });
    if storage.places.is_empty() {
        return;
    }
    card_ui(ui, "Where it is", |ui| {
        for (place, kept) in storage.places.iter().enumerate() {
            if place > 0 {
                widgets::rule(ui);
            }
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.y = steps(1);
                let words = wording::kept(kept.what);
                let line = format!("{words} ({})", wording::size(kept.bytes));
                ui.add(egui::Label::new(theme::body(line)).wrap());
                let path = untrusted(ui, &kept.path, true, 400);
                let text = theme::mono(path);
                ui.add(egui::Label::new(text).selectable(true).wrap());
                let copy = widgets::link(ui, "Copy the path")
                    .accessible_name(format!("Copy the path of {words}"));
                if copy.clicked() {
                    actions.push(Action::Copy(kept.path.clone()));
                }
            });
        }
    });
}
