//! Small parts to look at.

use super::button::{Kind, button};
use crate::base::untrusted::{escape_line, escape_text, has_right_to_left};
use crate::gui::theme::tokens::{BODY, HAIRLINE, ICON, LARGE, mix};
use crate::gui::theme::{self, Icon, Palette, fonts, icons, steps, strong_font};
use egui::{Align, Color32, Layout, Response, RichText, Role, Sense, Ui, WidgetInfo, vec2};

/// An icon that says something by itself; `name` is what a screen reader hears.
pub fn icon(ui: &mut Ui, icon: Icon, color: Color32, ground: Color32, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ICON, ICON), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    icons::paint(ui.painter(), icon, rect, color, ground);
    response
}

/// The title of a page or step; a screen reader finds it as a heading.
pub fn heading(ui: &mut Ui, text: &str) {
    let title = ui.label(theme::title(text));
    ui.ctx().accesskit_node_builder(title.id, |node| {
        node.set_role(Role::Heading);
        node.set_label(text);
    });
}

/// A hairline over the whole width, without space around it.
pub fn rule(ui: &mut Ui) {
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HAIRLINE), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, palette.line);
}

/// A round with the first letter of a name.
pub fn avatar(ui: &mut Ui, name: &str, edge: f32) {
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(edge, edge), Sense::hover());
    let ground = mix(palette.rail, palette.wax, 0.18);
    ui.painter()
        .circle_filled(rect.center(), edge / 2.0, ground);
    let first: String = name
        .chars()
        .find(|c| c.is_alphanumeric())
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    let size = if edge > 36.0 { LARGE } else { BODY };
    let font = strong_font(size);
    let first = fonts::drawable(ui.ctx(), &font, &first).into_owned();
    // A code point would not fit a round.
    let first = if first.chars().count() > 2 {
        String::new()
    } else {
        first
    };
    ui.painter().text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        first,
        font,
        palette.ink,
    );
}

/// A page with nothing on it yet: one sentence, one button. Returns whether it was pressed.
pub fn empty(ui: &mut Ui, sentence: &str, action: Option<(Icon, &str)>) -> bool {
    let palette = Palette::of(ui);
    let mut pressed = false;
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.add_space((ui.available_height() * 0.28).max(steps(4)));
        let (rect, _) = ui.allocate_exact_size(vec2(72.0, 72.0), Sense::hover());
        icons::paint_seal(ui.painter(), rect.center(), 32.0, palette);
        ui.add_space(steps(3));
        ui.scope(|ui| {
            ui.set_max_width(420.0);
            ui.label(theme::body(sentence).color(palette.faded));
        });
        ui.add_space(steps(3));
        if let Some((icon, label)) = action {
            pressed = button(ui, Kind::Plain, Some(icon), label).clicked();
        }
    });
    pressed
}

/// Text from outside, safe to show: what acts instead of being seen, and what no font has, stands
/// as code points; the tail of what is very long is cut, and said to be.
pub fn untrusted(ui: &Ui, text: &str, one_line: bool, most: usize) -> String {
    untrusted_in(ui.ctx(), text, one_line, most)
}

/// The same, where there is no [`Ui`] yet.
pub fn untrusted_in(ctx: &egui::Context, text: &str, one_line: bool, most: usize) -> String {
    let cut: String = text.chars().take(most).collect();
    let was_cut = cut.len() < text.len();
    let escaped = if one_line {
        escape_line(&cut)
    } else {
        escape_text(&cut)
    };
    let mut shown = drawn_in(ctx, &escaped);
    if was_cut {
        shown.push('…');
    }
    shown
}

/// Escaped text as it can be drawn: what no font has stands as code points, and text that is
/// written from right to left is marked, since its order on screen is not the one it was written
/// in.
pub fn drawn_in(ctx: &egui::Context, escaped: &str) -> String {
    let font = theme::body_font(BODY);
    let shown = fonts::drawable(ctx, &font, escaped);
    if has_right_to_left(escaped) {
        return format!("{RIGHT_TO_LEFT} {shown}");
    }
    shown.into_owned()
}

/// Stands before a short text that is written from right to left.
const RIGHT_TO_LEFT: &str = "[right to left]";

/// A line over a long text that is written from right to left.
pub fn right_to_left_ui(ui: &mut Ui) {
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        let name = "Right-to-left text";
        icon(ui, Icon::Note, palette.caution, palette.sheet, name);
        let words = "Right-to-left text: its order is not shown as it was written.";
        ui.add(egui::Label::new(theme::small(words)).wrap());
    });
}

/// A table of names and values; what has to be compared letter by letter stands in monospace.
pub fn facts(ui: &mut Ui, name: &str, facts: &[(&str, String)]) {
    egui::Grid::new(name)
        .num_columns(2)
        .spacing(vec2(steps(4), steps(1)))
        .min_row_height(0.0)
        .show(ui, |ui| {
            for (key, value) in facts {
                let value = untrusted(ui, value, true, 600);
                let exact = ["Fingerprint", "Sealed for", "Message-ID", "Its certificate"];
                let value = if exact.contains(key) {
                    theme::mono(value)
                } else {
                    theme::small(value)
                };
                fact(ui, key, value);
            }
        });
}

/// A key of a table and its value, the value to be selected and copied.
pub fn fact(ui: &mut Ui, key: &str, value: RichText) {
    ui.label(theme::faded(ui, key));
    ui.add(egui::Label::new(value).selectable(true).wrap());
    ui.end_row();
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    #[test]
    fn what_no_font_has_is_a_code_point_and_right_to_left_text_is_marked() {
        let harness = Harness::builder()
            .with_context_setup(theme::install)
            .build_ui(|ui| {
                for (number, text) in ["ש\u{5DC}", "a\u{2FFFE}", "Ada"].iter().enumerate() {
                    let shown = untrusted(ui, text, true, 40);
                    ui.label(format!("{number}: {shown}"));
                }
            });
        harness.get_by_label_contains("0: [right to left] ");
        harness.get_by_label("1: a\\u{2FFFE}");
        harness.get_by_label("2: Ada");
    }
}
