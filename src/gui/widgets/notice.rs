//! A notice: what happened, why, what to do next.

use super::{fold, icon_button, parts};
use crate::gui::theme::tokens::{CORNER, HAIRLINE};
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::wording::Notice;
use egui::{Align, Layout, Margin, Stroke, Ui};

/// The icon and the word of a tone.
pub fn sign(tone: Tone) -> (Icon, &'static str) {
    match tone {
        Tone::Verified => (Icon::Check, "Good"),
        Tone::Caution => (Icon::Warning, "Take a look"),
        Tone::Danger => (Icon::Refused, "Failed"),
        Tone::Neutral => (Icon::Note, "Note"),
        Tone::Wax => (Icon::Sealed, "Sealed"),
    }
}

/// A card with a notice. Returns whether it was put away.
pub fn notice(ui: &mut Ui, tone: Tone, notice: &Notice) -> bool {
    let mut put_away = false;
    notice_card(ui, tone, |ui| {
        ui.horizontal_top(|ui| {
            let words = (ui.available_width() - steps(10)).max(80.0);
            ui.vertical(|ui| {
                ui.set_width(words);
                notice_words(ui, notice);
            });
            ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
                put_away = icon_button(ui, Icon::Cross, "Put this notice away").clicked();
            });
        });
    });
    put_away
}

/// A card with a notice that stays.
pub fn notice_still(ui: &mut Ui, tone: Tone, notice: &Notice) {
    notice_card(ui, tone, |ui| notice_words(ui, notice));
}

/// The words of a notice: what, why, what next, and the details in a fold.
pub fn notice_words(ui: &mut Ui, notice: &Notice) {
    let id = ui.scope_id().with(("notice", notice.code));
    ui.spacing_mut().item_spacing.y = steps(1);
    // Names and words of others stand in it, escaped already.
    let drawn = |ui: &Ui, text: &str| parts::drawn_in(ui.ctx(), text);
    let headline = drawn(ui, &notice.headline);
    ui.add(egui::Label::new(theme::strong(headline)).wrap());
    for more in [notice.why.as_str(), notice.next_in_window()] {
        if !more.is_empty() {
            let more = drawn(ui, more);
            ui.add(egui::Label::new(theme::body(more)).wrap());
        }
    }
    if !notice.details.is_empty() {
        let mut open = ui.data(|d| d.get_temp(id).unwrap_or(false));
        if fold(ui, &mut open, "Details") {
            for detail in &notice.details {
                let text = theme::mono(drawn(ui, detail));
                ui.add(egui::Label::new(text).selectable(true).wrap());
            }
        }
        ui.data_mut(|d| d.insert_temp(id, open));
    }
}

/// A tinted card with the tone's icon at its left.
pub fn notice_card<R>(ui: &mut Ui, tone: Tone, words: impl FnOnce(&mut Ui) -> R) -> R {
    let palette = Palette::of(ui);
    let ground = palette.tint(tone);
    let (icon, name) = sign(tone);
    egui::Frame::new()
        .fill(ground)
        .stroke(Stroke::new(
            HAIRLINE,
            theme::tokens::mix(ground, palette.tone(tone), 0.35),
        ))
        .corner_radius(CORNER)
        .inner_margin(Margin::symmetric(14, 12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                parts::icon(ui, icon, palette.tone(tone), ground, name);
                ui.add_space(steps(1));
                ui.vertical(words).inner
            })
            .inner
        })
        .inner
}
