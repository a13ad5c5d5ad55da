//! A field for passphrases: no undo history, no copy of what was typed, wiped when it goes.

use crate::base::{Passphrase, Secret};
use crate::gui::theme::tokens::{CONTROL, CORNER, HAIRLINE};
use crate::gui::theme::{self, Palette, steps};
use egui::{Event, Key, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};
use zeroize::Zeroize;

/// Longest passphrase, in bytes. The buffer has this room from the start, so that growing never
/// leaves a copy behind.
const ROOM: usize = 1024;

/// What is being typed.
pub struct SecretInput {
    typed: Secret<String>,
}

impl Default for SecretInput {
    fn default() -> Self {
        SecretInput {
            typed: Secret::new(String::with_capacity(ROOM)),
        }
    }
}

impl SecretInput {
    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.typed.expose().is_empty()
    }

    /// Number of characters.
    pub fn len(&self) -> usize {
        self.typed.expose().chars().count()
    }

    /// Whether the same was typed in both.
    pub fn same_as(&self, other: &SecretInput) -> bool {
        self.typed.expose() == other.typed.expose()
    }

    /// Hands out what was typed, and is empty after that.
    pub fn take(&mut self) -> Passphrase {
        std::mem::take(self).typed
    }

    /// Wipes it.
    pub fn clear(&mut self) {
        self.typed.expose_mut().zeroize();
    }

    fn push(&mut self, text: &str) {
        let typed = self.typed.expose_mut();
        for c in text.chars().filter(|c| !c.is_control()) {
            if typed.len() + c.len_utf8() <= ROOM {
                typed.push(c);
            }
        }
    }

    /// Draws the field, `width` points wide. `name` is what a screen reader hears.
    pub fn ui(&mut self, ui: &mut Ui, name: &str, width: f32) -> Response {
        let palette = Palette::of(ui);
        let (rect, mut response) = ui.allocate_exact_size(vec2(width, CONTROL), Sense::click());
        if response.clicked() {
            response.request_focus();
        }
        if response.has_focus() {
            let before = self.len();
            self.read_keys(ui);
            if self.len() != before {
                response.mark_changed();
            }
        }
        response.widget_info(|| {
            // The length is shown on screen too; what was typed is nowhere.
            WidgetInfo {
                current_text_value: Some("•".repeat(self.len())),
                ..WidgetInfo::labeled(Role::PasswordInput, ui.is_enabled(), name)
            }
        });
        let pen = if response.has_focus() {
            theme::focus_ring(palette)
        } else {
            Stroke::new(
                HAIRLINE,
                theme::tokens::mix(palette.line, palette.ink, 0.15),
            )
        };
        let painter = ui.painter_at(rect.expand(2.0));
        painter.rect(rect, CORNER, palette.sheet, pen, StrokeKind::Inside);
        let gap = steps(3);
        let room = ((rect.width() - 2.0 * steps(3)) / gap).max(1.0) as usize;
        let dots = self.len().min(room);
        let mut x = rect.left() + steps(3);
        for _ in 0..dots {
            painter.circle_filled(egui::pos2(x + 3.0, rect.center().y), 3.5, palette.ink);
            x += gap;
        }
        if response.has_focus() {
            let (top, bottom) = (rect.top() + 9.0, rect.bottom() - 9.0);
            painter.vline(x, top..=bottom, ui.visuals().text_cursor.stroke);
        }
        response
    }

    fn read_keys(&mut self, ui: &Ui) {
        ui.input(|input| {
            for event in &input.events {
                match event {
                    Event::Text(text) | Event::Paste(text) => self.push(text),
                    Event::Ime(egui::ImeEvent::Commit(text)) => self.push(text),
                    Event::Key {
                        key: Key::Backspace,
                        pressed: true,
                        modifiers,
                        ..
                    } => {
                        if modifiers.command {
                            self.clear();
                        } else {
                            self.typed.expose_mut().pop();
                        }
                    }
                    _ => {}
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    #[test]
    fn what_is_typed_is_held_and_never_shown() {
        let mut harness = Harness::new_ui_state(
            |ui, secret: &mut SecretInput| {
                theme::install(ui.ctx());
                secret.ui(ui, "Passphrase", 200.0);
            },
            SecretInput::default(),
        );
        harness.get_by_label("Passphrase").focus();
        harness.run();
        harness.get_by_label("Passphrase").type_text("hush, hush ü");
        harness.run();
        harness.key_press(egui::Key::Backspace);
        harness.run();
        assert_eq!(harness.state().typed.expose(), "hush, hush ");
        let node = harness.get_by_label("Passphrase");
        assert_eq!(node.value().as_deref(), Some("•••••••••••"));
        let taken = harness.state_mut().take();
        assert_eq!(taken.expose(), "hush, hush ");
        assert!(harness.state().is_empty());
    }

    #[test]
    fn the_buffer_never_grows() {
        let mut secret = SecretInput::default();
        let room = secret.typed.expose().capacity();
        secret.push(&"ä".repeat(5_000));
        secret.push("\r\n\t");
        assert_eq!(secret.typed.expose().len(), ROOM);
        assert_eq!(secret.typed.expose().capacity(), room);
    }
}
