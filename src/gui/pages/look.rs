//! Parts of Settings: how the window looks, and the text under letters.

use crate::address::Address;
use crate::gui::theme;
use crate::gui::view::{Action, View};
use crate::gui::widgets;
use crate::settings::{PreferencesChange, SIGNATURE_BYTES, TextSize, ThemeChoice};
use egui::{Margin, TextEdit, Ui};

/// Draws the choices of theme and text size; each takes effect at once.
pub fn look_ui(ui: &mut Ui, view: &View, actions: &mut Vec<Action>) {
    let now = view.preferences;
    ui.label(theme::small("Colours"));
    ui.horizontal_wrapped(|ui| {
        for (theme, name) in [
            (ThemeChoice::System, "As the system has them"),
            (ThemeChoice::Light, "Light"),
            (ThemeChoice::Dark, "Dark"),
        ] {
            let chosen = now.theme == theme;
            if widgets::choice(ui, name, chosen) && !chosen {
                actions.push(Action::Prefer(PreferencesChange::theme(theme)));
            }
        }
    });
    ui.label(theme::small("Text size"));
    let sizes = TextSize::STEPS.into_iter().filter_map(TextSize::new);
    let sizes: Vec<_> = sizes.map(|size| (size, size.to_string())).collect();
    let pressed = widgets::segments(ui, &sizes, now.text_size);
    if let Some(size) = pressed.filter(|size| *size != now.text_size) {
        actions.push(Action::Prefer(PreferencesChange::text_size(size)));
    }
    let words = "Ctrl and + or − change the text size everywhere, Ctrl and 0 makes it usual.";
    ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
}

/// The text under letters, as it is typed.
#[derive(Default)]
pub struct Under {
    whose: Option<Address>,
    text: String,
}

/// Draws the text under the letters of the identity in use; it is kept while it is typed.
pub fn under_ui(ui: &mut Ui, view: &View, state: &mut Under, actions: &mut Vec<Action>) {
    let mine = view
        .signature
        .as_ref()
        .filter(|(whose, _)| view.me().is_some_and(|me| me.address == *whose));
    let Some((whose, kept)) = mine else {
        ui.label(theme::faded(ui, "Being looked up…"));
        return;
    };
    if state.whose.as_ref() != Some(whose) {
        state.whose = Some(whose.clone());
        state.text.clone_from(kept);
    }
    let words = "This text stands under every new letter, and can be changed there.";
    ui.add(egui::Label::new(theme::body(words)).wrap());
    let response = ui.add(
        TextEdit::multiline(&mut state.text)
            .hint_text("Ada Lovelace\nSt James's Square, London")
            .desired_rows(3)
            .desired_width(ui.available_width())
            .char_limit(SIGNATURE_BYTES / 4)
            .margin(Margin::symmetric(12, 8)),
    );
    let response = response.accessible_name("Text under your letters");
    if response.has_focus() {
        let ring = theme::focus_ring(theme::Palette::of(ui));
        let inside = egui::StrokeKind::Inside;
        let corner = theme::tokens::CORNER;
        ui.painter()
            .rect_stroke(response.rect, corner, ring, inside);
    }
    if response.changed() {
        actions.push(Action::Sign(whose.clone(), state.text.clone()));
    }
}
