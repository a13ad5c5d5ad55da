//! Dialogs: a question over a dimmed window.

use super::button::{Kind, button};
use crate::gui::theme::tokens::CONTROL;
use crate::gui::theme::{self, Palette, steps};
use egui::{Align, Context, Id, Key, Layout, Margin, Modal, Ui, vec2};

/// What the person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    Open,
    /// Yes.
    Yes,
    /// No: the button or Esc.
    No,
}

/// Below this height of the window, in points, what a dialog holds scrolls.
const SMALL: f32 = 470.0;

/// Asks. `yes` is the button's kind and words; it can be pressed while `ready`.
pub fn dialog(
    ctx: &Context,
    name: &str,
    title: &str,
    yes: (Kind, &str),
    ready: bool,
    content: impl FnOnce(&mut Ui),
) -> Answer {
    shown(ctx, name, title, (yes, Some("Cancel")), ready, content)
}

/// Shows something until it is closed. Returns whether it was.
pub fn sheet_dialog(ctx: &Context, name: &str, title: &str, content: impl FnOnce(&mut Ui)) -> bool {
    let close = (Kind::Plain, "Close");
    shown(ctx, name, title, (close, None), true, content) != Answer::Open
}

/// Whether Esc was pressed and is the page's: an open dialog hears it first. It is taken.
pub fn escaped(ui: &Ui) -> bool {
    let under_dialog = ui.memory(|memory| memory.top_modal_layer().is_some());
    !under_dialog && ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::Escape))
}

fn shown(
    ctx: &Context,
    name: &str,
    title: &str,
    ((kind, yes), no): ((Kind, &str), Option<&str>),
    ready: bool,
    content: impl FnOnce(&mut Ui),
) -> Answer {
    let palette = Palette::in_theme(ctx.theme() == egui::Theme::Dark);
    let frame = theme::sheet(palette)
        .shadow(theme::shadow(palette))
        .inner_margin(Margin::same(24));
    let mut answer = Answer::Open;
    let shown = Modal::new(Id::unique(("dialog", name)))
        .frame(frame)
        .backdrop_color(palette.dim)
        .show(ctx, |ui| {
            let room = ui.ctx().content_rect().width() - steps(24);
            ui.set_width(room.clamp(240.0, 460.0));
            ui.spacing_mut().item_spacing.y = steps(3);
            ui.add(egui::Label::new(theme::large(title)).wrap());
            // A small window or a large text: what does not fit scrolls, the buttons stay.
            let high = ui.ctx().content_rect().height();
            if high < SMALL {
                egui::ScrollArea::vertical()
                    .max_height((high - 190.0).max(64.0))
                    .auto_shrink([false, true])
                    .show(ui, content);
            } else {
                content(ui);
            }
            ui.add_space(steps(1));
            let row = vec2(ui.available_width(), CONTROL);
            ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
                let pressed = ui
                    .add_enabled_ui(ready, |ui| button(ui, kind, None, yes).clicked())
                    .inner;
                if pressed {
                    answer = Answer::Yes;
                }
                if let Some(no) = no
                    && button(ui, Kind::Quiet, None, no).clicked()
                {
                    answer = Answer::No;
                }
            });
        });
    // A click beside the dialog is no answer: what was typed would be gone by accident.
    let escaped = shown.is_top_modal && ctx.input(|i| i.key_pressed(Key::Escape));
    if escaped && answer == Answer::Open {
        answer = Answer::No;
    }
    answer
}
