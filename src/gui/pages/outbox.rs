//! The outbox: letters on their way, in words.

use super::{Told, head_ui, page_frame, told_ui};
use crate::app::command::{Command, Outcome};
use crate::app::failure::Failure;
use crate::app::port::{OutboxEntry, OutboxId, OutboxState, StoredCopy};
use crate::gui::frame::is_narrow;
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::{Action, Place, Slot, View};
use crate::gui::widgets::{self, Answer, Kind, button, dialog, untrusted};
use crate::wording;
use egui::{Align, Layout, Margin, Ui};

/// The page's state.
#[derive(Default)]
pub struct OutboxPage {
    told: Option<Told>,
    question: Option<(Ask, OutboxId)>,
    receipt: Option<OutboxId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// A letter that may have arrived already.
    SendAgain,
    /// A letter goes for good.
    Discard,
}

impl OutboxPage {
    /// Takes an answer of [`Slot::Retry`].
    pub fn answer(&mut self, result: &Result<Outcome, Failure>) {
        self.told = match result {
            Ok(_) => None,
            Err(failure) => Told::of(failure),
        };
    }
}

/// Draws the page.
pub fn outbox_ui(ui: &mut Ui, view: &View, state: &mut OutboxPage) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    egui::CentralPanel::default()
        .frame(page_frame(palette, is_narrow(ui)))
        .show(ui, |ui| {
            head_ui(ui, "Outbox", |_| {});
            told_ui(ui, &mut state.told);
            let entries = view.outbox.as_deref().unwrap_or_default();
            if entries.is_empty() {
                let words = "Letters that wait, failed or were sent stand here.";
                if widgets::empty(ui, words, Some((Icon::Write, "Write a letter"))) {
                    actions.push(Action::Go(Place::Write));
                }
                return;
            }
            let busy = view.is_busy(Slot::Retry) || view.is_busy(Slot::Send);
            egui::ScrollArea::vertical()
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = steps(2);
                    for entry in entries.iter().rev() {
                        entry_ui(ui, entry, busy, state, &mut actions);
                    }
                });
        });
    question_ui(ui, state, &mut actions);
    receipt_ui(ui, view, state);
    actions
}

fn sign(state: &OutboxState) -> (Icon, Tone) {
    match state {
        OutboxState::Waiting => (Icon::Clock, Tone::Neutral),
        OutboxState::Sending { .. } => (Icon::Outbox, Tone::Neutral),
        OutboxState::Sent { .. } => (Icon::Check, Tone::Verified),
        OutboxState::Refused { .. } => (Icon::Refused, Tone::Danger),
        OutboxState::MaybeSent => (Icon::Maybe, Tone::Caution),
    }
}

/// The state that is most in need of the person.
fn worst(entry: &OutboxEntry) -> Option<&StoredCopy> {
    entry.copies.iter().max_by_key(|copy| match copy.state {
        OutboxState::Sent { .. } => 0,
        OutboxState::Waiting => 1,
        OutboxState::Sending { .. } => 2,
        OutboxState::Refused { .. } => 3,
        OutboxState::MaybeSent => 4,
    })
}

fn entry_ui(
    ui: &mut Ui,
    entry: &OutboxEntry,
    busy: bool,
    state: &mut OutboxPage,
    actions: &mut Vec<Action>,
) {
    let palette = Palette::of(ui);
    let Some(worst) = worst(entry) else {
        return;
    };
    let (icon, tone) = sign(&worst.state);
    let words = wording::outbox_state(&worst.state);
    let subject = if entry.subject.trim().is_empty() {
        "(no subject)"
    } else {
        &entry.subject
    };
    let subject = untrusted(ui, subject, true, 120);
    theme::sheet(palette)
        .inner_margin(Margin::symmetric(16, 12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                widgets::icon(ui, icon, palette.tone(tone), palette.sheet, words);
                ui.add_space(steps(1));
                let buttons = 220.0;
                ui.vertical(|ui| {
                    ui.set_width((ui.available_width() - buttons).max(140.0));
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.add(egui::Label::new(theme::strong(&subject)).truncate());
                    ui.add(egui::Label::new(theme::small(words).color(palette.tone(tone))).wrap());
                    let to: Vec<String> = entry
                        .copies
                        .iter()
                        .flat_map(|copy| copy.envelope_to.iter().map(ToString::to_string))
                        .collect();
                    let to = untrusted(ui, &wording::list_of(&to), true, 200);
                    let when = wording::date_time(entry.at);
                    let how = wording::protection(entry.protection);
                    let line = format!("To {to}, {how}, {when}");
                    ui.add(egui::Label::new(theme::faded(ui, line)).wrap());
                    if let OutboxState::Refused { .. } = worst.state {
                        for line in wording::stored_refusal(&worst.state) {
                            let line = untrusted(ui, &line, true, 400);
                            ui.add(egui::Label::new(theme::small(line)).wrap());
                        }
                    }
                });
                ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
                    ui.add_enabled_ui(!busy, |ui| {
                        buttons_ui(ui, entry, worst, &subject, state, actions);
                    });
                });
            });
        });
}

fn buttons_ui(
    ui: &mut Ui,
    entry: &OutboxEntry,
    worst: &StoredCopy,
    subject: &str,
    state: &mut OutboxPage,
    actions: &mut Vec<Action>,
) {
    let remove = button(ui, Kind::Quiet, None, "Remove…");
    if remove
        .accessible_name(format!("Remove {subject}"))
        .clicked()
    {
        state.question = Some((Ask::Discard, entry.id));
    }
    match worst.state {
        OutboxState::Waiting | OutboxState::Refused { .. } => {
            let again = button(ui, Kind::Plain, Some(Icon::Fetch), "Try again");
            if again
                .accessible_name(format!("Try {subject} again"))
                .clicked()
            {
                actions.push(retry(entry.id, false));
            }
        }
        OutboxState::MaybeSent => {
            let again = button(ui, Kind::Plain, Some(Icon::Fetch), "Send again…");
            if again
                .accessible_name(format!("Send {subject} again"))
                .clicked()
            {
                state.question = Some((Ask::SendAgain, entry.id));
            }
        }
        OutboxState::Sent { .. } => {
            let receipt = button(ui, Kind::Plain, None, "Receipt");
            if receipt
                .accessible_name(format!("Receipt of {subject}"))
                .clicked()
            {
                state.receipt = Some(entry.id);
            }
        }
        OutboxState::Sending { .. } => {}
    }
}

fn retry(id: OutboxId, maybe_sent_too: bool) -> Action {
    Action::run(Slot::Retry, Command::Retry { id, maybe_sent_too })
}

fn question_ui(ui: &Ui, state: &mut OutboxPage, actions: &mut Vec<Action>) {
    let Some((ask, id)) = state.question else {
        return;
    };
    let (title, words, yes) = match ask {
        Ask::SendAgain => (
            "Send it again?",
            "The connection broke just when the letter was handed over. It may have arrived. \
             If it did, the recipients get it twice.",
            "Send it again",
        ),
        Ask::Discard => (
            "Remove this letter?",
            "It is taken out of the outbox for good. What was not sent stays unsent.",
            "Remove it",
        ),
    };
    let answer = dialog(ui.ctx(), "outbox", title, (Kind::Danger, yes), true, |ui| {
        ui.add(egui::Label::new(theme::body(words)).wrap());
    });
    match (answer, ask) {
        (Answer::Open, _) => return,
        (Answer::No, _) => {}
        (Answer::Yes, Ask::SendAgain) => actions.push(retry(id, true)),
        (Answer::Yes, Ask::Discard) => {
            actions.push(Action::run(Slot::Retry, Command::Discard(id)));
        }
    }
    state.question = None;
}

fn receipt_ui(ui: &Ui, view: &View, state: &mut OutboxPage) {
    let Some(id) = state.receipt else {
        return;
    };
    let entries = view.outbox.as_deref().unwrap_or_default();
    let Some(entry) = entries.iter().find(|entry| entry.id == id) else {
        state.receipt = None;
        return;
    };
    let closed = widgets::sheet_dialog(ui.ctx(), "receipt", "Receipt", |ui| {
        for copy in &entry.copies {
            widgets::facts(ui, "receipt", &wording::stored_receipt(&copy.state));
        }
        let id = [("Message-ID", entry.message_id.clone())];
        widgets::facts(ui, "message id", &id);
    });
    if closed {
        state.receipt = None;
    }
}
