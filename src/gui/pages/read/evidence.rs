//! A report of a message that was checked: whose it is, and whether it is true.

use super::ReadPage;
use crate::app::command::Command;
use crate::app::evidence::EvidenceAnswer;
use crate::gui::theme::{self, Tone};
use crate::gui::view::{Action, Slot};
use crate::gui::widgets::{self, Kind, button, untrusted};
use crate::wording;
use egui::{Context, Label};
use std::path::PathBuf;
use std::sync::Arc;

/// What is on screen.
pub struct Shown {
    /// The report's file.
    pub path: PathBuf,
    /// What its check found.
    pub answer: Box<EvidenceAnswer>,
}

/// Checks a report, with the message that it may be about.
pub fn check(path: PathBuf, message: Option<Arc<Vec<u8>>>, actions: &mut Vec<Action>) {
    let command = Command::CheckEvidence {
        report: path,
        message,
    };
    actions.push(Action::run(Slot::Evidence, command));
}

/// Draws what the check found, over the page.
pub fn evidence_ui(ctx: &Context, state: &mut ReadPage, actions: &mut Vec<Action>) {
    let Some(shown) = &state.evidence else {
        return;
    };
    let message = state.open.as_ref().and_then(|open| open.reading.original());
    let notice = wording::evidence(&shown.answer);
    let tone = match (shown.answer.is_sound(), shown.answer.holds) {
        (true, _) => Tone::Verified,
        (false, true) => Tone::Caution,
        (false, false) => Tone::Danger,
    };
    let mut compare = false;
    let closed = widgets::sheet_dialog(ctx, "evidence", "A report of a message", |ui| {
        widgets::notice_card(ui, tone, |ui| widgets::notice_words(ui, &notice));
        for line in &notice.details {
            let line = untrusted(ui, line, true, 400);
            ui.add(Label::new(theme::small(line)).selectable(true).wrap());
        }
        if message.is_some() && shown.answer.same_message.is_none() {
            compare = button(ui, Kind::Plain, None, "Compare with the open letter").clicked();
        }
    });
    if compare && let Some(message) = message {
        check(shown.path.clone(), Some(message.clone()), actions);
    }
    if closed {
        state.evidence = None;
    }
}
