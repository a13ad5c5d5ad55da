//! Taking keys in: from files, a path, or what was dropped.

use crate::address::Address;
use crate::app::command::{Command, ImportKeys, ImportReport, KeySource, Outcome};
use crate::app::failure::Failure;
use crate::gui::pages::Told;
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::{Action, Slot, View, Wish};
use crate::gui::widgets::{
    self, Answer, Kind, PathAnswer, SecretInput, button, dialog, path_field, secret_field,
    untrusted,
};
use crate::wording;
use egui::Ui;
use std::path::PathBuf;
use std::sync::Arc;

/// What the import remembers while it is on screen.
#[derive(Default)]
pub struct Import {
    opened: bool,
    path: String,
    last: Vec<Source>,
    report: Option<ImportReport>,
    asking: Option<SecretInput>,
    wrong: bool,
}

/// A source that can be tried again, with a password.
#[derive(Clone)]
enum Source {
    File(PathBuf),
    Bytes(String, Arc<[u8]>),
}

impl Source {
    fn of(source: KeySource) -> Self {
        match source {
            KeySource::File(path) => Source::File(path),
            KeySource::Bytes { name, bytes } => Source::Bytes(name, bytes.into()),
        }
    }

    fn again(&self) -> KeySource {
        match self {
            Source::File(path) => KeySource::File(path.clone()),
            Source::Bytes(name, bytes) => KeySource::Bytes {
                name: name.clone(),
                bytes: bytes.to_vec(),
            },
        }
    }
}

impl Import {
    /// Shows the field for a path.
    pub fn open(&mut self) {
        self.opened = true;
    }

    /// Whether it asks for a password.
    pub fn asks(&self) -> bool {
        self.asking.is_some()
    }

    /// Puts everything away.
    pub fn close(&mut self) {
        self.opened = false;
        self.report = None;
        self.asking = None;
    }

    /// Begins an import.
    pub fn start(&mut self, sources: Vec<KeySource>, actions: &mut Vec<Action>) {
        self.report = None;
        self.last = sources.into_iter().map(Source::of).collect();
        self.run(Vec::new(), None, actions);
    }

    fn run(
        &mut self,
        accept_for: Vec<Address>,
        password: Option<crate::base::Passphrase>,
        actions: &mut Vec<Action>,
    ) {
        let import = ImportKeys {
            sources: self.last.iter().map(Source::again).collect(),
            accept_for,
            accept: false,
            password,
        };
        actions.push(Action::run(Slot::Import, Command::ImportKeys(import)));
    }

    /// Takes the answer; gives back what the page should tell.
    pub fn answer(
        &mut self,
        result: Result<Outcome, Failure>,
        actions: &mut Vec<Action>,
    ) -> Option<Told> {
        match result {
            Ok(Outcome::Imported(report)) => {
                let codes = report.refused.iter();
                let mut codes = codes.map(|(_, refusal)| wording::import_refusal(refusal).code);
                if codes.any(wants_password) {
                    self.asking = Some(SecretInput::default());
                }
                if let [only] = report.imported.as_slice() {
                    let key = only.fingerprint.to_string();
                    actions.push(Action::run(Slot::Card, Command::ShowKey { key }));
                }
                actions.push(Action::run(Slot::Overview, Command::Overview));
                self.report = Some(report);
                self.opened = false;
                None
            }
            Ok(_) => None,
            Err(failure) => {
                let told = Told::of(&failure)?;
                if wants_password(told.notice.code) {
                    self.asking = Some(SecretInput::default());
                    self.wrong = told.notice.code == "wrong-password";
                    return None;
                }
                Some(told)
            }
        }
    }
}

/// Whether a refusal with this code goes away with a password.
fn wants_password(code: &str) -> bool {
    matches!(code, "password-needed" | "wrong-password")
}

/// Draws what the import needs above the list, and the question for a password.
pub fn import_ui(ui: &mut Ui, view: &View, state: &mut Import, actions: &mut Vec<Action>) {
    if state.opened {
        let choose = (Icon::File, "Choose files…");
        match path_field(ui, choose, "Path of a key file", &mut state.path, "Import") {
            Some(PathAnswer::Browse) => actions.push(Action::Pick(Wish::Keys)),
            Some(PathAnswer::Typed) => {
                let path = PathBuf::from(std::mem::take(&mut state.path).trim());
                state.start(vec![KeySource::File(path)], actions);
            }
            None => {}
        }
        ui.add_space(steps(2));
    }
    if let Some(report) = &state.report
        && report_ui(ui, report)
    {
        state.report = None;
    }
    password_ui(ui, view, state, actions);
}

/// So many lines of a report are shown in full.
const LINES: usize = 5;

/// What was taken and what was not. Returns whether it was put away.
fn report_ui(ui: &mut Ui, report: &ImportReport) -> bool {
    let mut put_away = false;
    let tone = if report.refused.is_empty() {
        Tone::Verified
    } else {
        Tone::Caution
    };
    widgets::notice_card(ui, tone, |ui| {
        ui.spacing_mut().item_spacing.y = steps(1);
        ui.add(egui::Label::new(theme::strong(summary(report))).wrap());
        let waiting = report
            .imported
            .iter()
            .filter(|k| k.accepted_for.is_empty())
            .count();
        if waiting > 0 {
            let words = "Those that wait have several addresses, or another key is in use for the \
                         same address. Open them below and confirm those you trust.";
            ui.add(egui::Label::new(theme::small(words)).wrap());
        }
        egui::ScrollArea::vertical()
            .id_salt("report")
            .max_height(150.0)
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                taken_ui(ui, report);
                refused_ui(ui, report);
            });
        put_away = button(ui, Kind::Quiet, None, "All right").clicked();
    });
    ui.add_space(steps(2));
    put_away
}

fn summary(report: &ImportReport) -> String {
    let taken = match report.imported.len() {
        0 => "Nothing is imported".to_owned(),
        1 => "1 key is imported".to_owned(),
        n => format!("{n} keys are imported"),
    };
    match report.refused.len() {
        0 => format!("{taken}."),
        1 => format!("{taken}, 1 is refused."),
        n => format!("{taken}, {n} are refused."),
    }
}

fn taken_ui(ui: &mut Ui, report: &ImportReport) {
    for key in report.imported.iter().take(LINES) {
        let names: Vec<String> = key.addresses.iter().map(ToString::to_string).collect();
        let whose = match names.as_slice() {
            [] => "a key without an address".to_owned(),
            names => wording::list_of(names),
        };
        let stands = match (key.secret, key.accepted_for.is_empty()) {
            (true, _) => "your own key",
            (false, true) => "waits for you to confirm it",
            (false, false) => "ready",
        };
        let line = untrusted(ui, &format!("{whose}: {stands}"), true, 300);
        ui.add(egui::Label::new(theme::small(line)).wrap());
    }
    if let Some(more) = report.imported.len().checked_sub(LINES).filter(|n| *n > 0) {
        ui.label(theme::small(format!("{more} more were imported.")));
    }
}

fn refused_ui(ui: &mut Ui, report: &ImportReport) {
    let danger = Palette::of(ui).danger;
    for (name, refusal) in report.refused.iter().take(LINES) {
        let notice = wording::import_refusal(refusal);
        let name = name.rsplit('/').next().unwrap_or(name);
        let line = format!("{name}: {} {}", notice.headline, notice.next_in_window());
        let line = untrusted(ui, &line, true, 300);
        ui.add(egui::Label::new(theme::small(line).color(danger)).wrap());
    }
    if let Some(more) = report.refused.len().checked_sub(LINES).filter(|n| *n > 0) {
        let words = format!("{more} more were refused.");
        ui.label(theme::small(words).color(danger));
    }
}

fn password_ui(ui: &mut Ui, view: &View, state: &mut Import, actions: &mut Vec<Action>) {
    let Some(password) = &mut state.asking else {
        return;
    };
    let ready = !password.is_empty() && !view.is_busy(Slot::Import);
    let yes = (Kind::Primary, "Unlock and import");
    let title = if state.wrong {
        "That was not the password"
    } else {
        "This key has a password"
    };
    let answer = dialog(ui.ctx(), "key password", title, yes, ready, |ui| {
        let words = "Whoever exported the key put a password on it.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
        secret_field(ui, "Password of the key", password);
    });
    match answer {
        Answer::Open => {}
        Answer::No => state.asking = None,
        Answer::Yes => {
            let password = password.take();
            state.asking = None;
            state.run(Vec::new(), Some(password), actions);
        }
    }
}
