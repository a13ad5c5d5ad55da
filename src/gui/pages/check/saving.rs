//! Keeping a report: as a page that prints well, or as JSON.

use super::CheckPage;
use crate::app::command::Command;
use crate::app::failure::Failure;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Slot, Wish};
use crate::gui::widgets::{Answer, Kind, PathAnswer, dialog, path_field, untrusted};
use crate::wording;
use egui::Ui;
use std::path::PathBuf;

/// As what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A page for a browser.
    Page,
    /// JSON.
    Json,
}

/// A report that is about to be saved.
pub struct Saving {
    what: What,
    name: String,
    /// Where to, as typed.
    pub path: String,
    /// Whether it is being written.
    asked: bool,
    /// Why it could not be.
    problem: Option<String>,
}

impl Saving {
    /// Asks where to.
    pub fn new(what: What, domain: &str) -> Self {
        let ending = match what {
            What::Page => "html",
            What::Json => "json",
        };
        Saving {
            what,
            name: format!("check-up-{domain}.{ending}"),
            path: String::new(),
            asked: false,
            problem: None,
        }
    }

    /// It could not be written: what was typed stands again, with the reason.
    pub fn failed(&mut self, failure: &Failure) {
        let notice = wording::failure(failure);
        self.asked = false;
        self.problem = Some(format!("{} {}", notice.headline, notice.next_in_window()));
    }
}

/// Draws the question where to.
pub fn saving_ui(ui: &Ui, state: &mut CheckPage, actions: &mut Vec<Action>) {
    let (Some(saving), Some(shown)) = (&mut state.saving, &state.shown) else {
        return;
    };
    if saving.asked {
        return;
    }
    let title = match saving.what {
        What::Page => "Save the report as a page",
        What::Json => "Save the report as JSON",
    };
    let ready = !saving.path.trim().is_empty();
    let mut typed = false;
    let yes = (Kind::Primary, "Save");
    let answer = dialog(ui.ctx(), "save report", title, yes, ready, |ui| {
        ui.spacing_mut().item_spacing.y = steps(2);
        let words = "It names the domain, its servers and what is to be mended there. An older file is \
                     not written over.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
        let choose = (Icon::Save, "Choose…");
        match path_field(ui, choose, "Path of the report", &mut saving.path, "") {
            Some(PathAnswer::Browse) => {
                actions.push(Action::Pick(Wish::Report(saving.name.clone())));
            }
            Some(PathAnswer::Typed) => typed = true,
            None => {}
        }
        if let Some(problem) = &saving.problem {
            let palette = Palette::of(ui);
            let problem = untrusted(ui, problem, true, 400);
            ui.add(egui::Label::new(theme::body(problem).color(palette.danger)).wrap());
        }
    });
    match answer {
        Answer::Open if !typed => {}
        Answer::Yes | Answer::Open => {
            let bytes = match saving.what {
                What::Page => wording::checkup_page(&shown.answer),
                What::Json => format!("{:#}\n", wording::checkup_json(&shown.answer)),
            };
            let command = Command::SaveReport {
                bytes: bytes.into_bytes(),
                to: PathBuf::from(saving.path.trim()),
            };
            saving.asked = true;
            actions.push(Action::run(Slot::SaveReport, command));
        }
        Answer::No => state.saving = None,
    }
}
