//! Things to press.

use crate::gui::theme::tokens::{BODY, CONTROL, CORNER, ICON, STEP, mix};
use crate::gui::theme::{self, Icon, Palette, Tone, body_font, icons, steps, strong_font};
use egui::{Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

/// How much a button weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The one thing to do on a page.
    Primary,
    /// Another thing to do.
    Plain,
    /// A thing of less weight: no frame until the pointer is over it.
    Quiet,
    /// Something that cannot be taken back, or gives protection up.
    Danger,
}

/// A button with words.
pub fn button(ui: &mut Ui, kind: Kind, icon: Option<Icon>, label: &str) -> Response {
    let palette = Palette::of(ui);
    let (ink, font) = match kind {
        Kind::Primary => (palette.on_wax, strong_font(BODY)),
        Kind::Plain | Kind::Quiet => (palette.ink, body_font(BODY)),
        Kind::Danger => (palette.danger, body_font(BODY)),
    };
    let galley = ui.painter().layout_no_wrap(label.to_owned(), font, ink);
    let pad = match kind {
        Kind::Primary => steps(4),
        Kind::Plain | Kind::Danger => steps(3),
        Kind::Quiet => steps(2),
    };
    let beside = if icon.is_some() { ICON + steps(2) } else { 0.0 };
    let size = vec2(galley.size().x + beside + 2.0 * pad, CONTROL);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), label));
    if ui.is_rect_visible(rect) {
        let ground = paint_ground(ui, &response, kind, rect);
        let mut left = rect.left() + pad;
        if let Some(icon) = icon {
            let square = Rect::from_center_size(
                egui::pos2(left + ICON / 2.0, rect.center().y),
                vec2(ICON, ICON),
            );
            icons::paint(ui.painter(), icon, square, ink, ground);
            left += beside;
        }
        let top = rect.center().y - galley.size().y / 2.0;
        ui.painter().galley(egui::pos2(left, top), galley, ink);
    }
    response
}

/// A button that is an icon; its name is heard and shown under the pointer.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    let edge = steps(8);
    let (rect, response) = ui.allocate_exact_size(vec2(edge, edge), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    if ui.is_rect_visible(rect) {
        let ground = paint_ground(ui, &response, Kind::Quiet, rect);
        let palette = Palette::of(ui);
        let square = rect.shrink((edge - ICON) / 2.0);
        icons::paint(ui.painter(), icon, square, palette.faded, ground);
    }
    response.on_hover_text(name)
}

/// Words that can be pressed, in the colour of the seal.
pub fn link(ui: &mut Ui, label: &str) -> Response {
    let palette = Palette::of(ui);
    let galley = ui
        .painter()
        .layout_no_wrap(label.to_owned(), body_font(BODY), palette.wax);
    let size = vec2(galley.size().x, steps(6));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), label));
    if ui.is_rect_visible(rect) {
        let top = rect.center().y - galley.size().y / 2.0;
        let bottom = top + galley.size().y;
        ui.painter()
            .galley(egui::pos2(rect.left(), top), galley, palette.wax);
        if response.hovered() {
            let pen = Stroke::new(theme::tokens::HAIRLINE, palette.wax);
            ui.painter().hline(rect.x_range(), bottom, pen);
        }
        paint_focus(ui, &response, rect.expand2(vec2(STEP, 0.0)));
    }
    response
}

/// A line that unfolds what is under it. Returns whether it is unfolded.
pub fn fold(ui: &mut Ui, open: &mut bool, label: &str) -> bool {
    let palette = Palette::of(ui);
    let galley = ui
        .painter()
        .layout_no_wrap(label.to_owned(), body_font(BODY), palette.ink);
    let size = vec2(galley.size().x + ICON + steps(2), steps(7));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if response.clicked() {
        *open = !*open;
    }
    response.widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, true, *open, label));
    if ui.is_rect_visible(rect) {
        let icon = if *open { Icon::Unfolded } else { Icon::Folded };
        let square = Rect::from_min_size(rect.left_top(), vec2(ICON, rect.height())).shrink(3.0);
        let ink = if response.hovered() {
            palette.ink
        } else {
            palette.faded
        };
        icons::paint(ui.painter(), icon, square, ink, palette.sheet);
        let top = rect.center().y - galley.size().y / 2.0;
        let at = egui::pos2(rect.left() + ICON + STEP, top);
        ui.painter().galley(at, galley, palette.ink);
        paint_focus(ui, &response, rect.expand2(vec2(STEP, 0.0)));
    }
    *open
}

/// Draws the ring around what has the keyboard's focus.
pub fn paint_focus(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let ring = theme::focus_ring(Palette::of(ui));
        ui.painter()
            .rect_stroke(rect, CORNER, ring, StrokeKind::Outside);
    }
}

/// As [`paint_focus`], for what fills its room to the edge.
pub fn paint_focus_inside(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let ring = theme::focus_ring(Palette::of(ui));
        ui.painter()
            .rect_stroke(rect, CORNER, ring, StrokeKind::Inside);
    }
}

fn paint_ground(ui: &Ui, response: &Response, kind: Kind, rect: Rect) -> Color32 {
    let palette = Palette::of(ui);
    let over = response.hovered() || response.is_pointer_button_down_on();
    let pressed = response.is_pointer_button_down_on();
    let deepen = |color: Color32, share: f32| mix(color, palette.ink, share);
    let (fill, stroke) = match kind {
        Kind::Primary => {
            let share = if pressed {
                0.25
            } else if over {
                0.12
            } else {
                0.0
            };
            (deepen(palette.wax, share), Stroke::NONE)
        }
        Kind::Plain | Kind::Danger => {
            let share = if pressed {
                0.10
            } else if over {
                0.05
            } else {
                0.0
            };
            let tone = if kind == Kind::Danger && over {
                Stroke::new(theme::tokens::HAIRLINE, palette.tone(Tone::Danger))
            } else {
                Stroke::new(theme::tokens::HAIRLINE, deepen(palette.line, 0.15))
            };
            (deepen(palette.sheet, share), tone)
        }
        Kind::Quiet if over => {
            let share = if pressed { 0.12 } else { 0.06 };
            (deepen(palette.sheet, share), Stroke::NONE)
        }
        Kind::Quiet => (Color32::TRANSPARENT, Stroke::NONE),
    };
    ui.painter()
        .rect(rect, CORNER, fill, stroke, StrokeKind::Inside);
    if response.has_focus() {
        let ring = theme::focus_ring(palette);
        ui.painter()
            .rect_stroke(rect.expand(2.0), CORNER + 2, ring, StrokeKind::Outside);
    }
    fill
}
