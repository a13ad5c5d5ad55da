//! Choices: one of several, or yes and no.

use crate::gui::theme::{self, Icon, Palette};
use egui::{Role, Sense, Ui, WidgetInfo, vec2};

/// One of several choices, with a round mark. Returns whether it was pressed.
pub fn choice(ui: &mut Ui, name: &str, chosen: bool) -> bool {
    mark(ui, name, chosen, Role::RadioButton)
}

/// A box to tick. Returns whether it was pressed.
pub fn check(ui: &mut Ui, name: &str, ticked: bool) -> bool {
    mark(ui, name, ticked, Role::CheckBox)
}

fn mark(ui: &mut Ui, name: &str, on: bool, role: Role) -> bool {
    let palette = Palette::of(ui);
    let font = theme::body_font(theme::tokens::BODY);
    let room = (ui.available_width() - 30.0).max(80.0);
    let galley = ui
        .painter()
        .layout(name.to_owned(), font, palette.ink, room);
    let height = galley.size().y + 12.0;
    let size = vec2(
        galley.size().x + 30.0,
        height.max(theme::tokens::CONTROL - 4.0),
    );
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(role, ui.is_enabled(), on, name));
    let mark = egui::Rect::from_center_size(rect.left_center() + vec2(11.0, 0.0), vec2(18.0, 18.0));
    let corner = if role == Role::RadioButton { 9 } else { 4 };
    let (fill, line) = if on {
        (palette.wax, palette.wax)
    } else {
        (palette.sheet, palette.faded)
    };
    let pen = egui::Stroke::new(theme::tokens::HAIRLINE, line);
    let painter = ui.painter();
    painter.rect(mark, corner, fill, pen, egui::StrokeKind::Inside);
    if on && role == Role::RadioButton {
        painter.circle_filled(mark.center(), 3.5, palette.on_wax);
    } else if on {
        theme::icons::paint(
            painter,
            Icon::Check,
            mark.shrink(2.0),
            palette.on_wax,
            palette.wax,
        );
    }
    let at = egui::pos2(rect.left() + 26.0, rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, palette.ink);
    if response.has_focus() {
        let ring = theme::focus_ring(palette);
        painter.rect_stroke(rect, theme::tokens::CORNER, ring, egui::StrokeKind::Inside);
    }
    response.clicked()
}

/// A row of short choices of which one holds, drawn as one bar. Returns the one that was pressed.
pub fn segments<T: Copy + PartialEq>(ui: &mut Ui, choices: &[(T, String)], now: T) -> Option<T> {
    let palette = Palette::of(ui);
    let mut pressed = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let last = choices.len().saturating_sub(1);
        for (place, (value, name)) in choices.iter().enumerate() {
            let on = *value == now;
            let font = if on {
                theme::strong_font(theme::tokens::SMALL)
            } else {
                theme::body_font(theme::tokens::SMALL)
            };
            let ink = if on { palette.wax } else { palette.ink };
            let galley = ui.painter().layout_no_wrap(name.clone(), font, ink);
            let size = vec2(galley.size().x + theme::steps(5), theme::steps(8));
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            response
                .widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), on, name));
            let round = theme::tokens::CORNER;
            let corner = egui::CornerRadius {
                nw: if place == 0 { round } else { 0 },
                sw: if place == 0 { round } else { 0 },
                ne: if place == last { round } else { 0 },
                se: if place == last { round } else { 0 },
            };
            let fill = if on {
                palette.chosen()
            } else if response.hovered() {
                palette.hover()
            } else {
                palette.sheet
            };
            let pen = theme::hairline(palette);
            // Neighbours share a line.
            let drawn = rect.with_max_x(rect.right() + if place == last { 0.0 } else { 1.0 });
            ui.painter()
                .rect(drawn, corner, fill, pen, egui::StrokeKind::Inside);
            let at = rect.center() - galley.size() / 2.0;
            ui.painter().galley(at, galley, ink);
            if response.has_focus() {
                let ring = theme::focus_ring(palette);
                let inside = egui::StrokeKind::Inside;
                ui.painter().rect_stroke(rect, corner, ring, inside);
            }
            if response.clicked() {
                pressed = Some(*value);
            }
        }
    });
    pressed
}
