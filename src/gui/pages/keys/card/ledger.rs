//! Where a key was seen, what was decided about it, and which others were seen in its place.

use super::NAMES;
use crate::app::command::KeyCard;
use crate::base::Time;
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::Action;
use crate::gui::widgets::{self, untrusted};
use crate::wording;
use egui::Ui;

/// Draws the ledger's lines of one key.
pub fn ledger_ui(ui: &mut Ui, card: &KeyCard, now: Time, actions: &mut Vec<Action>) {
    if card.seen.is_empty() {
        let words = "Another program put it among your keys; when is not known.";
        ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = steps(1);
        for seen in card.seen.iter().take(NAMES) {
            let whose = seen.address.as_ref().map_or_else(
                || "without an address".to_owned(),
                |address| format!("for {address}"),
            );
            let again = match seen.last == seen.first {
                true => String::new(),
                false => format!(", last {}", wording::date(seen.last)),
            };
            let line = format!(
                "{} ({}): {} {whose}{again}",
                wording::date(seen.first),
                wording::distance(seen.first, now),
                wording::provenance(seen.from),
            );
            line_ui(ui, &line);
        }
        for decided in card.decided.iter().rev().take(NAMES).rev() {
            let line = format!(
                "{}: you {} for {}",
                wording::date(decided.at),
                wording::decided(decided.checked),
                decided.address
            );
            line_ui(ui, &line);
        }
    });
    others_ui(ui, card, actions);
}

fn line_ui(ui: &mut Ui, line: &str) {
    let line = untrusted(ui, line, true, 300);
    ui.add(egui::Label::new(theme::small(line)).wrap());
}

/// Two keys for one address: one of them may be somebody else's (rule 53).
fn others_ui(ui: &mut Ui, card: &KeyCard, actions: &mut Vec<Action>) {
    if card.others.is_empty() {
        return;
    }
    let palette = Palette::of(ui);
    ui.add_space(steps(1));
    ui.horizontal_wrapped(|ui| {
        let color = palette.tone(Tone::Caution);
        widgets::icon(ui, Icon::Warning, color, palette.sheet, "Take a look");
        let words = match card.others.len() {
            1 => "Another key was seen for the same address.".to_owned(),
            n => format!("{n} other keys were seen for the same address."),
        };
        ui.add(egui::Label::new(theme::body(words)).wrap());
    });
    for other in card.others.iter().take(NAMES) {
        let line = format!(
            "{}: {}, first seen {}",
            other.address,
            wording::checked(other.checked),
            wording::date(other.first)
        );
        line_ui(ui, &line);
        ui.horizontal_wrapped(|ui| {
            let digits = theme::mono(other.fingerprint.grouped());
            ui.add(egui::Label::new(digits).selectable(true).wrap());
            let name = format!("Show the key {}", other.fingerprint.grouped());
            if widgets::link(ui, "Show it").accessible_name(name).clicked() {
                actions.push(Action::ShowKey(other.fingerprint.to_string()));
            }
        });
    }
    super::rest_ui(ui, card.others.len(), "keys");
}
