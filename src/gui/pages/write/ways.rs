//! Ways to send that protect less: in a place of their own, behind a question (rule 44).

use super::WritePage;
use crate::app::command::Way;
use crate::app::service::draft;
use crate::gui::theme;
use crate::gui::view::Action;
use crate::gui::widgets::{Answer, Kind, button, dialog, fold};
use egui::Ui;
use std::time::Instant;

/// Draws the fold at the end of the panel.
pub fn ways_ui(ui: &mut Ui, state: &mut WritePage) {
    if !fold(ui, &mut state.folds.ways, "Other ways to send") {
        return;
    }
    let words = if state.letter.answers.sealed_only {
        "This letter answers one that was sealed for you. It goes readable only without anything of \
         that one."
    } else {
        "Both are readable by everybody on the way."
    };
    ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
    if button(ui, Kind::Danger, None, "Send readable, signed…").clicked() {
        state.question = Some(Way::SignOnly);
    }
    if button(ui, Kind::Danger, None, "Send unprotected…").clicked() {
        state.question = Some(Way::Unprotected);
    }
}

/// Asks before anything leaves readable.
pub fn question_ui(ui: &Ui, state: &mut WritePage, actions: &mut Vec<Action>) {
    let Some(way) = state.question else {
        return;
    };
    let (title, words, yes) = match way {
        Way::SignOnly => (
            "Send it readable?",
            "Everybody on the way can read this letter: your provider, theirs, and whoever \
             listens between. It carries your signature, so changes would show.",
            "Send it readable, signed",
        ),
        Way::Unprotected | Way::Sealed => (
            "Send it unprotected?",
            "Everybody on the way can read this letter and change it, like a postcard.",
            "Send it unprotected",
        ),
    };
    // What answers a sealed letter goes readable only without anything of it (rule 32).
    let answers_sealed = state.letter.answers.sealed_only;
    let (title, words, yes) = match answers_sealed {
        true => (
            "Send it without the letter it answers?",
            "That letter was sealed for you. To send this readable, its quote and its subject are \
             taken out first. Everybody on the way can then read what you wrote yourself. Anything \
             that you copied from it in your own words stays: read it once more.",
            "Take the quote out and send it",
        ),
        false => (title, words, yes),
    };
    let yes = (Kind::Danger, yes);
    let answer = dialog(ui.ctx(), "readable", title, yes, true, |ui| {
        ui.add(egui::Label::new(theme::body(words)).wrap());
    });
    match answer {
        Answer::Open => {}
        Answer::No => state.question = None,
        Answer::Yes => {
            state.question = None;
            if answers_sealed {
                let form = draft::without_what_it_answers(&state.letter.form());
                state.put_form(form);
                state.touch(Instant::now());
            }
            state.send(way, actions);
        }
    }
}
