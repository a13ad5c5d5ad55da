//! A QR code, drawn as rectangles.

use crate::gui::theme::tokens::Palette;
use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use qrcodegen::{QrCode, QrCodeEcc};

/// Empty modules around the code (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;

/// Draws `text` as a QR code of about `edge` points; `name` is what a screen reader hears. Nothing
/// is drawn when the text is too long for one.
pub fn qr_code(ui: &mut Ui, text: &str, edge: f32, name: &str) {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else {
        return;
    };
    let count = code.size() + 2 * QUIET;
    // Modules of whole pixels: a camera sees sharp edges.
    let pixels = ui.ctx().pixels_per_point();
    let module = ((edge * pixels / count as f32).floor().max(1.0)) / pixels;
    let side = module * count as f32;
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    if !ui.is_rect_visible(rect) {
        return;
    }
    // Dark on light in both themes: many readers know no other.
    let paper = Palette::in_theme(false);
    let painter = ui.painter();
    painter.rect_filled(rect, 0, paper.sheet);
    let left = (rect.left() * pixels).round() / pixels;
    let top = (rect.top() * pixels).round() / pixels;
    let place = |n: i32| (n + QUIET) as f32 * module;
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                let run = Rect::from_min_max(
                    pos2(left + place(start), top + place(y)),
                    pos2(left + place(x), top + place(y + 1)),
                );
                painter.rect_filled(run, 0, paper.ink);
            }
            x += 1;
        }
    }
}
