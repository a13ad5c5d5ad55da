//! Files that are dropped onto the window.

use super::theme::{self, Palette, steps};
use super::view::Place;
use crate::app::service::open;
use egui::{Align2, Id, LayerId, Order, Ui};
use std::path::Path;

/// Where a file from outside belongs, by its ending, and where that leaves it open, by its start.
pub fn place_of(path: &Path) -> Place {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("asc" | "pgp" | "gpg" | "txt") if open::is_message_file(path) => Place::Read,
        Some("asc" | "pgp" | "gpg" | "key" | "pub" | "pem" | "crt" | "cer" | "p12" | "pfx") => {
            Place::Keys
        }
        Some(_) | None => Place::Read,
    }
}

/// While files hang over the window: what letting go would do.
pub fn hover_ui(ui: &Ui, place: Place) {
    if ui.input(|i| i.raw.hovered_files.is_empty()) {
        return;
    }
    let words = match place {
        Place::Write => "Drop to attach",
        Place::Keys => "Drop to import keys",
        Place::Read | Place::Outbox | Place::Check | Place::Settings => "Drop to open",
    };
    let palette = Palette::of(ui);
    let layer = LayerId::new(Order::Foreground, Id::unique("drop"));
    let painter = ui.ctx().layer_painter(layer);
    let whole = ui.ctx().content_rect();
    painter.rect_filled(whole, 0, palette.dim);
    let card = egui::Rect::from_center_size(whole.center(), egui::vec2(320.0, steps(22)));
    painter.rect_filled(card, theme::tokens::CORNER, palette.sheet);
    let font = theme::strong_font(theme::tokens::LARGE);
    painter.text(
        card.center(),
        Align2::CENTER_CENTER,
        words,
        font,
        palette.ink,
    );
}
