//! The check-up of a domain: what is asked, the report as cards, and headers of a message that one only
//! has as text.

mod account;
mod form;
mod report;
mod saving;

use super::{Told, head_ui, page_frame, told_ui};
use crate::app::command::{CheckAnswer, Outcome};
use crate::app::failure::Failure;
use crate::gui::frame::is_narrow;
use crate::gui::paste;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Slot, View, Wish};
use crate::gui::widgets::{self, Kind, button};
use crate::wording;
use egui::{Label, Margin, Role, ScrollArea, TextEdit, Ui};
use std::path::Path;

/// The page's state.
#[derive(Default)]
pub struct CheckPage {
    told: Option<Told>,
    form: form::Form,
    account: account::AccountForm,
    /// The last report, and how it is looked at.
    shown: Option<report::Shown>,
    saving: Option<saving::Saving>,
    /// Headers that are being pasted.
    headers: String,
    headers_open: bool,
    guide_open: bool,
    transport_open: bool,
    restrict_open: bool,
}

impl CheckPage {
    /// Takes an answer.
    pub fn answer(&mut self, slot: Slot, result: Result<Outcome, Failure>) {
        match (slot, result) {
            (Slot::Check, Ok(Outcome::Checked(answer))) => {
                self.told = None;
                self.saving = None;
                self.shown = Some(report::Shown::new(*answer));
            }
            (Slot::SaveReport, Ok(Outcome::Saved(path))) => {
                self.saving = None;
                if let Some(shown) = &mut self.shown {
                    shown.saved = Some(path.display().to_string());
                }
            }
            (Slot::SaveReport, Err(failure)) => {
                if let Some(saving) = &mut self.saving {
                    saving.failed(&failure);
                }
            }
            (_, Err(failure)) => self.told = Told::of(&failure),
            (_, Ok(_)) => {}
        }
    }

    /// The field for the domain gets the keyboard.
    pub fn find(&mut self) {
        self.form.focus = true;
    }

    /// The person chose a file.
    pub fn chosen(&mut self, wish: &Wish, path: &Path) {
        let path = path.to_string_lossy().into_owned();
        match wish {
            Wish::Zone => self.form.zone = path,
            Wish::CameBack => self.account.came_back = path,
            _ => {
                if let Some(saving) = &mut self.saving {
                    saving.path = path;
                }
            }
        }
    }

    /// The last report.
    pub fn report(&self) -> Option<&CheckAnswer> {
        self.shown.as_ref().map(|shown| &shown.answer)
    }
}

/// Draws the page.
pub fn check_ui(ui: &mut Ui, view: &View, state: &mut CheckPage) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    let narrow = is_narrow(ui);
    take_paste(ui, &mut actions);
    state.form.fill(view);
    egui::CentralPanel::default()
        .frame(page_frame(palette, narrow))
        .show(ui, |ui| {
            head_ui(ui, "Check-up", |ui| {
                form::primary_ui(ui, view, &mut state.form, &mut actions);
            });
            told_ui(ui, &mut state.told);
            ScrollArea::vertical()
                .id_salt("check-up")
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = steps(3);
                    form::form_ui(ui, view, &mut state.form, &mut actions);
                    match &mut state.shown {
                        Some(shown) => {
                            report::report_ui(ui, shown, &mut state.saving, &mut actions);
                        }
                        None if view.is_busy(Slot::Check) => {}
                        None => empty_ui(ui),
                    }
                    account::account_ui(ui, view, &mut state.account, &mut actions);
                    headers_ui(ui, state, &mut actions);
                    restrict_ui(ui, state, &mut actions);
                    transport_ui(ui, state);
                    guide_ui(ui, state);
                });
        });
    if actions
        .iter()
        .any(|action| matches!(action, Action::Run(Slot::Check, _)))
    {
        // What was told belongs to the check before.
        state.told = None;
    }
    saving::saving_ui(ui, state, &mut actions);
    actions
}

/// What is pasted where no field has the keyboard is a message, or the headers of one.
fn take_paste(ui: &Ui, actions: &mut Vec<Action>) {
    if let Some(text) = paste::onto_page(ui) {
        actions.push(Action::ReadHeaders(text));
    }
}

/// A card as wide as the page; with a title it is found as a heading.
fn card_ui<R>(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui) -> R) -> R {
    theme::sheet(Palette::of(ui))
        .inner_margin(Margin::same(16))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = steps(2);
            if !title.is_empty() {
                heading_ui(ui, title);
            }
            content(ui)
        })
        .inner
}

fn heading_ui(ui: &mut Ui, title: &str) {
    let head = ui.add(Label::new(theme::large(title)).wrap());
    ui.ctx().accesskit_node_builder(head.id, |node| {
        node.set_role(Role::Heading);
        node.set_label(title);
    });
}

fn empty_ui(ui: &mut Ui) {
    let words = "Type a domain and press “Check up”: what its records and servers say about sending and \
                 taking mail is looked at from here, as any stranger could, and each finding says what it \
                 means and whose job it is.";
    ui.add(Label::new(theme::faded(ui, words)).wrap());
}

/// Headers of a message that one only has as text: read as in Read.
fn headers_ui(ui: &mut Ui, state: &mut CheckPage, actions: &mut Vec<Action>) {
    card_ui(ui, "", |ui| {
        if !widgets::fold(
            ui,
            &mut state.headers_open,
            "Where did a message come from?",
        ) {
            return;
        }
        let words = "Paste its headers, or the whole message, as your mail program shows its source. It is \
                     read as any other message, on the page Read.";
        ui.add(Label::new(theme::faded(ui, words)).wrap());
        ScrollArea::vertical()
            .id_salt("headers")
            .max_height(180.0)
            .show(ui, |ui| {
                let field = TextEdit::multiline(&mut state.headers)
                    .font(theme::body_font(theme::tokens::SMALL))
                    .hint_text("Received: from …")
                    .desired_rows(5)
                    .desired_width(f32::INFINITY)
                    .margin(Margin::symmetric(12, 8));
                ui.add(field).accessible_name("Headers of a message");
            });
        let ready = !state.headers.trim().is_empty();
        ui.add_enabled_ui(ready, |ui| {
            if button(ui, Kind::Plain, Some(Icon::Read), "Read them").clicked() {
                let text = std::mem::take(&mut state.headers);
                actions.push(Action::ReadHeaders(text));
            }
        });
    });
}

/// What to restrict on a server of one's own, with lines to copy.
fn restrict_ui(ui: &mut Ui, state: &mut CheckPage, actions: &mut Vec<Action>) {
    card_ui(ui, "", |ui| {
        let label = "What to restrict on a mail server of your own";
        if !widgets::fold(ui, &mut state.restrict_open, label) {
            return;
        }
        for (place, restriction) in wording::RESTRICTIONS.iter().enumerate() {
            if place > 0 {
                widgets::rule(ui);
            }
            ui.add(Label::new(theme::strong(restriction.what)).wrap());
            ui.add(Label::new(theme::body(restriction.why)).wrap());
            for (program, lines) in restriction.lines {
                ui.add(Label::new(theme::faded(ui, *program)).wrap());
                report::record_ui(ui, lines, false);
                let copy =
                    button(ui, Kind::Plain, Some(Icon::Paste), "Copy these lines").accessible_name(
                        format!("Copy the lines for {program}: {}", restriction.what),
                    );
                if copy.clicked() {
                    actions.push(Action::Copy((*lines).to_owned()));
                }
            }
        }
    });
}

/// How letters are encrypted on their way.
fn transport_ui(ui: &mut Ui, state: &mut CheckPage) {
    card_ui(ui, "", |ui| {
        let label = "Why 465 and 587, and what enforces encryption";
        if widgets::fold(ui, &mut state.transport_open, label) {
            for line in wording::TRANSPORT_GUIDE {
                ui.add(Label::new(theme::body(line)).wrap());
            }
        }
    });
}

/// What no program can check.
fn guide_ui(ui: &mut Ui, state: &mut CheckPage) {
    let palette = Palette::of(ui);
    card_ui(ui, "", |ui| {
        if !widgets::fold(ui, &mut state.guide_open, "What no program can check") {
            return;
        }
        for line in wording::CHECKUP_GUIDE {
            ui.horizontal_top(|ui| {
                widgets::icon(ui, Icon::Note, palette.neutral, palette.sheet, "Advice");
                ui.add(Label::new(theme::body(line)).wrap());
            });
        }
        let words =
            "On the page Read, “Practise with tricks” shows them one at a time, harmlessly.";
        ui.add(Label::new(theme::faded(ui, words)).wrap());
    });
}
