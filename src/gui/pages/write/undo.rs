//! What was taken off a moment ago and can be put back.

use super::WritePage;
use super::form::{Letter, Line};
use crate::app::command::{Command, DraftForm, Files, FormAttachment};
use crate::gui::theme::{self, Palette, steps};
use crate::gui::view::{Action, Slot};
use crate::gui::widgets::{Chip, Kind, button, untrusted};
use egui::{Align, Align2, Area, Id, Layout, Margin, Order, Ui, vec2};
use std::time::{Duration, Instant};

/// How long it is offered.
const OFFERED: Duration = Duration::from_secs(10);

/// What can be put back.
pub enum Undo {
    Recipient(Line, usize, Chip),
    File(usize, FormAttachment),
    Draft(String, Box<DraftForm>),
}

/// The offer to put something back.
pub struct Offer {
    words: String,
    undo: Undo,
    since: Instant,
}

impl Offer {
    pub fn new(words: String, undo: Undo) -> Self {
        Offer {
            words,
            undo,
            since: Instant::now(),
        }
    }

    /// How long it still stands; `None` when it is over.
    pub fn left(&self, now: Instant) -> Option<Duration> {
        let left = (self.since + OFFERED).saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }
}

impl WritePage {
    fn undo(&mut self, actions: &mut Vec<Action>) {
        let Some(offer) = self.offer.take() else {
            return;
        };
        match offer.undo {
            Undo::Recipient(line, place, chip) => self.letter.line(line).restore(place, chip),
            Undo::File(place, file) => {
                let place = place.min(self.letter.attachments.len());
                self.letter.attachments.insert(place, file);
                self.files = Files::Changed;
            }
            Undo::Draft(id, draft) => {
                if self.removing.as_ref() == Some(&id) {
                    self.removing = None;
                }
                if self.letter.is_empty() {
                    self.put(Letter::of(id, *draft));
                    self.files = Files::Changed;
                    self.touch(Instant::now());
                    return;
                }
                let command = Command::SaveDraft {
                    id,
                    draft,
                    files: Files::Changed,
                };
                actions.push(Action::run(Slot::Discard, command));
                return;
            }
        }
        self.touch(Instant::now());
    }
}

/// Draws the offer, floating at the lower edge of the page.
pub fn offer_ui(ui: &Ui, state: &mut WritePage, actions: &mut Vec<Action>) {
    let Some(offer) = &state.offer else {
        return;
    };
    let palette = Palette::of(ui);
    let words = untrusted(ui, &offer.words, true, 80);
    let frame = theme::sheet(palette)
        .shadow(theme::shadow(palette))
        .inner_margin(Margin::symmetric(16, 4));
    let mut pressed = false;
    let below = vec2(0.0, -steps(14));
    Area::new(Id::unique("undo"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_BOTTOM, below)
        .show(ui.ctx(), |ui| {
            frame.show(ui, |ui| {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.label(theme::body(words));
                    pressed = button(ui, Kind::Quiet, None, "Undo").clicked();
                });
            });
        });
    if pressed {
        state.undo(actions);
    }
}
