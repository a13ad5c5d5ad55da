//! What the clipboard may bring in one go. A field lays all of its text out in one pass, so a hundred
//! megabytes would hold the window for minutes.

use super::theme;
use super::widgets;
use crate::wording;
use egui::{Context, Event, RawInput, Ui};

/// The most that a field takes at once, in bytes: some 200 pages.
const MOST: usize = 512 << 10;

/// Text that was pasted onto the page: where a field has the keyboard or a passphrase is asked for, it is
/// not the page's.
pub fn onto_page(ui: &Ui) -> Option<String> {
    let is_asked = ui.memory(|memory| memory.top_modal_layer().is_some());
    if is_asked || ui.ctx().text_edit_focused() {
        return None;
    }
    let pasted = ui.input_mut(|i| {
        let at = i.events.iter().position(|e| matches!(e, Event::Paste(_)))?;
        Some(i.events.remove(at))
    });
    match pasted {
        Some(Event::Paste(text)) if !text.trim().is_empty() => Some(text),
        Some(_) | None => None,
    }
}

/// Text that was too much, until the person has read so.
#[derive(Default)]
pub struct Paste {
    /// Its bytes.
    held_back: Option<usize>,
}

impl Paste {
    /// Takes text that is too long for a field off what came in. Where no field has the keyboard,
    /// a page takes the text as a letter or a key, however long.
    pub fn look(&mut self, ctx: &Context, input: &mut RawInput) {
        if !ctx.text_edit_focused() {
            return;
        }
        input.events.retain(|event| match event {
            Event::Paste(text) if text.len() > MOST => {
                self.held_back = Some(text.len());
                false
            }
            _ => true,
        });
    }

    /// Says what was held back and what to do instead.
    pub fn ui(&mut self, ctx: &Context) {
        let Some(bytes) = self.held_back else {
            return;
        };
        let closed = widgets::sheet_dialog(ctx, "paste", "Too much to paste", |ui| {
            let size = wording::size(u64::try_from(bytes).unwrap_or(u64::MAX));
            let most = wording::size(u64::try_from(MOST).unwrap_or(u64::MAX));
            let words = format!(
                "The clipboard holds {size} of text, and a field takes at most {most} at once. Nothing \
                 was pasted. Save the text as a file, and attach that to the letter."
            );
            ui.add(egui::Label::new(theme::body(words)).wrap());
        });
        if closed {
            self.held_back = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes of a paste of `bytes` a field has in the end, and what was held back.
    fn pasted(bytes: usize, focused: bool) -> (usize, Option<usize>) {
        let ctx = Context::default();
        theme::install(&ctx);
        let (mut paste, mut text) = (Paste::default(), String::new());
        for pass in 0..3 {
            let mut input = RawInput {
                focused: true,
                ..RawInput::default()
            };
            if pass == 2 {
                input.events.push(Event::Paste("a".repeat(bytes)));
            }
            paste.look(&ctx, &mut input);
            let output = ctx.run_ui(input, |ui| {
                let field = ui.text_edit_singleline(&mut text);
                if focused && pass == 0 {
                    field.request_focus();
                }
            });
            output.drop_without_applying_deltas();
        }
        (text.len(), paste.held_back)
    }

    #[test]
    fn more_than_a_field_can_show_is_held_back_and_said() {
        assert_eq!(pasted(1_000, true), (1_000, None));
        assert_eq!(pasted(MOST + 1, true), (0, Some(MOST + 1)));
        assert_eq!(pasted(MOST + 1, false), (0, None));
    }
}
