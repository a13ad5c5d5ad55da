//! Fields with a label above them.

use super::button::{Kind, button};
use super::secret::SecretInput;
use crate::gui::theme::tokens::CONTROL;
use crate::gui::theme::{self, Icon, Palette, steps};
use egui::{Color32, Margin, Response, TextEdit, Ui, vec2};

/// A one-line field as wide as there is room. `help` stands in it while it is empty.
pub fn field(ui: &mut Ui, label: &str, text: &mut String, help: &str) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = steps(1);
        let name = ui.label(theme::small(label));
        line(ui, text, help, ui.available_width()).labelled_by(name.id)
    })
    .inner
}

/// A field for a passphrase, with its label above it.
pub fn secret_field(ui: &mut Ui, label: &str, secret: &mut SecretInput) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = steps(1);
        ui.label(theme::small(label));
        secret.ui(ui, label, ui.available_width())
    })
    .inner
}

/// What became of a [`path_field`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathAnswer {
    /// The person wants the system's file dialog.
    Browse,
    /// The person typed a path and pressed Enter or the button.
    Typed,
}

/// A button for the system's file dialog and, beside it, a field for a path: the dialog says
/// nothing when there is no portal, and the field always works.
pub fn path_field(
    ui: &mut Ui,
    choose: (Icon, &str),
    name: &str,
    path: &mut String,
    go: &str,
) -> Option<PathAnswer> {
    let mut answer = None;
    ui.horizontal(|ui| {
        if button(ui, Kind::Plain, Some(choose.0), choose.1).clicked() {
            answer = Some(PathAnswer::Browse);
        }
        // The button at the end needs its words and its padding.
        let font = theme::body_font(theme::tokens::BODY);
        let words = ui
            .painter()
            .layout_no_wrap(go.to_owned(), font, Color32::PLACEHOLDER);
        let go_room = match go {
            "" => 0.0,
            _ => words.size().x + steps(6) + ui.spacing().item_spacing.x,
        };
        let room = (ui.available_width() - go_room).max(96.0);
        let typed = line(ui, path, "or type a path", room).accessible_name(name);
        let entered = typed.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let ready = !path.trim().is_empty();
        let pressed = !go.is_empty()
            && ui
                .add_enabled_ui(ready, |ui| button(ui, Kind::Plain, None, go).clicked())
                .inner;
        if ready && (entered || pressed) {
            answer = Some(PathAnswer::Typed);
        }
    });
    answer
}

/// A one-line field, `width` points wide, with the same focus ring as everything else.
pub fn line(ui: &mut Ui, text: &mut String, help: &str, width: f32) -> Response {
    let response = ui.add(
        TextEdit::singleline(text)
            .hint_text(help)
            .desired_width(width)
            .margin(Margin::symmetric(12, 8))
            .min_size(vec2(0.0, CONTROL))
            .align(egui::Align2::LEFT_CENTER),
    );
    if response.has_focus() {
        let ring = theme::focus_ring(Palette::of(ui));
        let inside = egui::StrokeKind::Inside;
        ui.painter()
            .rect_stroke(response.rect, theme::tokens::CORNER, ring, inside);
    }
    response
}
