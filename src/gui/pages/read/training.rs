//! Practice letters: one at a time, a question about each, and then what gave it away.

use super::ReadPage;
use crate::app::command::{Command, Trick};
use crate::gui::theme::{self, Icon, Tone, steps};
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{self, Kind, button};
use crate::wording;
use egui::{Label, Ui};

/// How far the training is.
#[derive(Default)]
pub struct Training {
    /// The letter that is asked about.
    pub letter: Option<Trick>,
    /// Whether the person called it good, once they did.
    answer: Option<bool>,
    /// How many were asked, and how many were answered right.
    asked: usize,
    right: usize,
}

impl Training {
    /// A letter is on screen.
    pub fn shows(&mut self, trick: Trick) {
        self.letter = Some(trick);
        self.answer = None;
    }

    /// The letter that comes next.
    fn next(&self) -> Option<Trick> {
        Trick::ALL.get(self.asked).copied()
    }
}

/// The button that begins it, while practising.
pub fn begin_ui(ui: &mut Ui, view: &View, state: &mut ReadPage, actions: &mut Vec<Action>) {
    if !view.practising() || state.training.is_some() {
        return;
    }
    if button(ui, Kind::Plain, Some(Icon::Lock), "Spot the trick").clicked() {
        let training = Training::default();
        ask(&training, actions);
        state.training = Some(training);
    }
}

fn ask(training: &Training, actions: &mut Vec<Action>) {
    if let Some(trick) = training.next() {
        actions.push(Action::run(Slot::Training, Command::Train(trick)));
    }
}

/// The question over the letter, or what gave it away. It stands outside everything that the letter can
/// paint.
pub fn training_ui(ui: &mut Ui, view: &View, state: &mut ReadPage, actions: &mut Vec<Action>) {
    let Some(training) = &mut state.training else {
        return;
    };
    let mut over = !view.practising();
    match (training.letter, training.answer) {
        (None, _) => {
            ui.label(theme::faded(ui, "A practice letter is on its way…"));
        }
        (Some(trick), None) => {
            widgets::notice_card(ui, Tone::Wax, |ui| {
                ui.spacing_mut().item_spacing.y = steps(2);
                let words =
                    "A practice letter. Look at it as long as you like: is it what it says?";
                ui.add(Label::new(theme::strong(words)).wrap());
                ui.horizontal_wrapped(|ui| {
                    for (name, good) in [("It is fine", true), ("Something is wrong", false)] {
                        if button(ui, Kind::Plain, None, name).clicked() {
                            training.answer = Some(good);
                            training.asked += 1;
                            training.right += usize::from(good == (trick == Trick::Honest));
                        }
                    }
                });
            });
        }
        (Some(trick), Some(good)) => {
            let right = good == (trick == Trick::Honest);
            let tone = if right { Tone::Verified } else { Tone::Caution };
            let more = training.next().is_some();
            widgets::notice_card(ui, tone, |ui| {
                ui.spacing_mut().item_spacing.y = steps(2);
                let said = if right { "You saw it." } else { "Not quite." };
                ui.add(Label::new(theme::strong(said)).wrap());
                widgets::notice_words(ui, &wording::trick(trick));
                ui.horizontal_wrapped(|ui| {
                    if more && button(ui, Kind::Primary, None, "Next letter").clicked() {
                        training.letter = None;
                        ask(training, actions);
                    }
                    if button(ui, Kind::Plain, None, "Stop training").clicked() {
                        over = true;
                    }
                    let score = format!("{} of {} right", training.right, training.asked);
                    ui.label(theme::faded(ui, score));
                });
            });
        }
    }
    ui.add_space(steps(2));
    if over {
        state.training = None;
    }
}
