//! One chip.

use super::{Chip, ChipState};
use crate::gui::theme::tokens::{BODY, HAIRLINE, STEP, mix};
use crate::gui::theme::{Icon, Palette, Tone, body_font, fonts, icons, steps};
use crate::gui::widgets::button::paint_focus;
use egui::{
    CornerRadius, EventFilter, Id, Key, Modifiers, Rect, Response, Role, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, pos2, vec2,
};

/// Height of a chip, in points.
pub(super) const HEIGHT: f32 = 28.0;
/// Edge of its seal, in points.
const SEAL: f32 = 18.0;
/// Width of the place to press to take it off, in points.
const CROSS: f32 = 24.0;

/// What was done with a chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Press {
    Nothing,
    Edit,
    /// By the pointer, or by a key while it had the keyboard.
    Remove {
        by_key: bool,
    },
    /// The keyboard goes elsewhere.
    Go(Go),
}

/// Where the keyboard goes from a chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Go {
    Before,
    After,
    First,
    Field,
}

/// Draws it. Only the chip that the keyboard is `at` is a stop for Tab: three hundred stops would
/// keep everything behind them out of reach.
pub(super) fn chip_ui(ui: &mut Ui, id: Id, chip: &Chip, state: &ChipState, at: bool) -> Press {
    let palette = Palette::of(ui);
    let look = Look::of(chip, state);
    let font = body_font(BODY);
    let shown = fonts::drawable(ui.ctx(), &font, &chip.shown).into_owned();
    let galley = ui.painter().layout_no_wrap(shown, font, palette.ink);
    let width = STEP + SEAL + steps(2) + galley.size().x + STEP + CROSS;
    let (rect, _) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
    let body = rect.with_max_x(rect.right() - CROSS);
    let sense = if at { Sense::click() } else { Sense::CLICK };
    let edit = ui.interact(body, id, sense);
    // Before anything is told to screen readers: telling holds the context.
    let heard = fonts::drawable(ui.ctx(), &body_font(BODY), &chip.heard);
    edit.widget_info(|| {
        let words = format!("{heard}: {}", look.words);
        WidgetInfo::labeled(Role::Button, ui.is_enabled(), words)
    });
    let away = ui.interact(rect.with_min_x(body.right()), id.with("x"), Sense::CLICK);
    away.widget_info(|| {
        WidgetInfo::labeled(Role::Button, ui.is_enabled(), format!("Remove {heard}"))
    });
    if ui.is_rect_visible(rect) {
        paint(ui, rect, &look, &edit, &away);
        let text_at = pos2(
            rect.left() + STEP + SEAL + steps(2),
            rect.center().y - galley.size().y / 2.0,
        );
        ui.painter().galley(text_at, galley, palette.ink);
    }
    if edit.has_focus() {
        let arrows = EventFilter {
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|m| m.set_focus_lock_filter(id, arrows));
        if let Some(press) = keys(ui) {
            return press;
        }
    }
    let (edited, removed) = (edit.clicked(), away.clicked());
    if edit.hovered() {
        edit.on_hover_text(format!("{heard}\n{}", look.words));
    }
    if removed {
        Press::Remove { by_key: false }
    } else if edited {
        Press::Edit
    } else {
        Press::Nothing
    }
}

fn keys(ui: &Ui) -> Option<Press> {
    let keys = [
        (Key::Backspace, Press::Remove { by_key: true }),
        (Key::Delete, Press::Remove { by_key: true }),
        (Key::ArrowLeft, Press::Go(Go::Before)),
        (Key::ArrowRight, Press::Go(Go::After)),
        (Key::Home, Press::Go(Go::First)),
        (Key::End, Press::Go(Go::Field)),
    ];
    keys.into_iter()
        .find(|(key, _)| ui.input_mut(|i| i.consume_key(Modifiers::NONE, *key)))
        .map(|(_, press)| press)
}

struct Look<'a> {
    icon: Icon,
    tone: Tone,
    words: &'a str,
}

impl<'a> Look<'a> {
    fn of(chip: &Chip, state: &'a ChipState) -> Self {
        let (icon, tone, words) = match state {
            _ if chip.mailbox.is_err() => (Icon::Broken, Tone::Danger, "this is no mail address"),
            ChipState::Unknown => (Icon::Ring, Tone::Neutral, "being looked up"),
            ChipState::Sealed(how) => (Icon::Sealed, Tone::Wax, how.as_str()),
            ChipState::Ring(why) => (Icon::Ring, Tone::Caution, why.as_str()),
            ChipState::Broken(why) => (Icon::Broken, Tone::Danger, why.as_str()),
        };
        Look { icon, tone, words }
    }
}

fn paint(ui: &Ui, rect: Rect, look: &Look<'_>, edit: &Response, away: &Response) {
    let palette = Palette::of(ui);
    let tone = palette.tone(look.tone);
    let over = edit.hovered() || away.hovered();
    let ground = mix(palette.sheet, tone, if over { 0.14 } else { 0.08 });
    let round = CornerRadius::same(14);
    let pen = Stroke::new(HAIRLINE, mix(ground, tone, 0.35));
    ui.painter()
        .rect(rect, round, ground, pen, StrokeKind::Inside);
    let seal = Rect::from_center_size(
        pos2(rect.left() + STEP + 10.0, rect.center().y),
        vec2(SEAL, SEAL),
    );
    icons::paint(ui.painter(), look.icon, seal, tone, ground);
    let cross =
        Rect::from_center_size(pos2(rect.right() - 14.0, rect.center().y), vec2(14.0, 14.0));
    let ink = if away.hovered() {
        palette.ink
    } else {
        palette.faded
    };
    icons::paint(ui.painter(), Icon::Cross, cross, ink, ground);
    paint_focus(ui, edit, rect);
}
