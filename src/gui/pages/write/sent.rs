//! After sending: it is sent, or it waits in the outbox and why.

use crate::app::command::SendReport;
use crate::app::failure::Failure;
use crate::gui::pages::Told;
use crate::gui::theme::{self, Icon, Palette, icons, steps};
use crate::gui::view::{Action, Place, View};
use crate::gui::widgets::{self, Kind, button, fold, untrusted};
use crate::wording;
use egui::{Align, Key, Layout, Rect, Sense, Ui, vec2};
use std::time::{Duration, Instant};

/// What became of a letter.
pub struct Outcome {
    subject: String,
    result: Result<SendReport, Told>,
    open: bool,
    since: Instant,
}

/// How long the wax lies soft before the seal is in it: one still picture, then another.
const SOFT: Duration = Duration::from_millis(450);

impl Outcome {
    /// Of a letter with this subject.
    pub fn new(subject: String, result: Result<SendReport, Failure>) -> Self {
        let told = |failure: Failure| Told {
            tone: crate::gui::theme::Tone::Caution,
            notice: wording::failure(&failure),
        };
        Outcome {
            subject,
            result: result.map_err(told),
            open: false,
            since: Instant::now(),
        }
    }
}

/// Draws it. Returns whether the person goes on to another letter.
pub fn sent_ui(ui: &mut Ui, view: &View, outcome: &mut Outcome, actions: &mut Vec<Action>) -> bool {
    let mut again = false;
    egui::ScrollArea::vertical().show(ui, |ui| {
        ui.with_layout(Layout::top_down(Align::Center), |ui| {
            ui.add_space((ui.available_height() * 0.14).max(steps(4)));
            if outcome.result.is_ok() {
                let (rect, _) = ui.allocate_exact_size(vec2(152.0, 152.0), Sense::hover());
                seal_ui(ui, rect, outcome.since);
                ui.add_space(steps(4));
            }
            let subject = untrusted(ui, &outcome.subject, true, 120);
            let width = ui.available_width().min(520.0);
            ui.scope(|ui| {
                ui.set_max_width(width);
                match &outcome.result {
                    Ok(report) => sent_words_ui(ui, view, report, &subject, &mut outcome.open),
                    Err(told) => {
                        widgets::heading(ui, "It is in the outbox");
                        ui.add_space(steps(3));
                        widgets::notice_still(ui, told.tone, &told.notice);
                    }
                }
            });
            ui.add_space(steps(5));
            again = next_ui(ui, view, outcome.result.is_ok(), actions);
        });
    });
    again || ui.input(|i| i.key_pressed(Key::Escape))
}

/// The seal is pressed: soft wax for a moment, then the seal. Nothing is drawn in between.
fn seal_ui(ui: &Ui, rect: Rect, since: Instant) {
    let palette = Palette::of(ui);
    let passed = since.elapsed();
    if passed < SOFT {
        icons::paint_soft_wax(ui.painter(), rect.center(), 64.0, palette);
        ui.ctx().request_repaint_after(SOFT - passed);
    } else {
        icons::paint_seal(ui.painter(), rect.center(), 64.0, palette);
    }
}

fn sent_words_ui(ui: &mut Ui, view: &View, report: &SendReport, subject: &str, open: &mut bool) {
    let palette = Palette::of(ui);
    let sealed = wording::protection(report.protection);
    widgets::heading(ui, "Sent");
    let hosts: Vec<String> = report.receipts.iter().map(|r| r.tls.host.clone()).collect();
    let through = hosts.first().map_or("the server", String::as_str);
    let named = if subject.is_empty() {
        "Your letter".to_owned()
    } else {
        format!("“{subject}”")
    };
    let words = format!("{named} left {sealed}, through {through}.");
    ui.label(theme::body(words).color(palette.faded));
    if let Some(partner) = view.partner() {
        let partner = untrusted(ui, &partner.to_string(), true, 80);
        let words = format!("{partner} opens it and answers.");
        ui.label(theme::body(words).color(palette.faded));
    }
    ui.add_space(steps(2));
    if fold(ui, open, "Receipt") {
        theme::sheet(palette).show(ui, |ui| {
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                for receipt in &report.receipts {
                    widgets::facts(ui, "receipt", &wording::receipt(receipt));
                }
            });
        });
    }
}

fn next_ui(ui: &mut Ui, view: &View, sent: bool, actions: &mut Vec<Action>) -> bool {
    let mut again = false;
    let width = if view.practising() && sent {
        350.0
    } else {
        300.0
    };
    ui.allocate_ui(vec2(width, theme::tokens::CONTROL), |ui| {
        ui.horizontal(|ui| {
            if !sent {
                if button(ui, Kind::Primary, Some(Icon::Outbox), "Go to the outbox").clicked() {
                    actions.push(Action::Go(Place::Outbox));
                    again = true;
                }
            } else if view.practising()
                && button(ui, Kind::Primary, Some(Icon::Read), "Read the answer").clicked()
            {
                actions.push(Action::ReadAnswer);
                again = true;
            }
            if button(ui, Kind::Plain, Some(Icon::Write), "Write another").clicked() {
                again = true;
            }
        });
    });
    again
}
