//! Writing a key out: the public half, a backup of the secret one, and the drill that tries it.

use crate::app::command::{Command, Outcome};
use crate::app::failure::Failure;
use crate::cert::Fingerprint;
use crate::gui::theme::{self, Icon, Palette, Tone};
use crate::gui::view::{Action, Slot, View, Wish};
use crate::gui::widgets::{
    self, Answer, Kind, PathAnswer, SecretInput, dialog, path_field, secret_field, untrusted,
};
use crate::wording::{self, Notice};
use egui::Ui;
use std::path::{Path, PathBuf};

/// What is written or tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Public,
    Backup,
    Drill,
}

/// One export, backup or drill on screen.
pub struct Export {
    key: Fingerprint,
    what: What,
    password: SecretInput,
    again: SecretInput,
    path: String,
    done: bool,
    failed: Option<Notice>,
}

impl Export {
    fn new(key: Fingerprint, what: What) -> Self {
        Export {
            key,
            what,
            password: SecretInput::default(),
            again: SecretInput::default(),
            path: String::new(),
            done: false,
            failed: None,
        }
    }

    /// The half for everybody.
    pub fn public(key: Fingerprint) -> Self {
        Export::new(key, What::Public)
    }

    /// Both halves, under a password.
    pub fn backup(key: Fingerprint) -> Self {
        Export::new(key, What::Backup)
    }

    /// Whether a backup brings the key back.
    pub fn drill(key: Fingerprint) -> Self {
        Export::new(key, What::Drill)
    }

    /// Which file.
    pub fn chosen(&mut self, path: &Path) {
        self.path = path.display().to_string();
    }

    /// Takes the answer. Gives back the key whose card is another now.
    pub fn answer(&mut self, result: Result<Outcome, Failure>) -> Option<String> {
        match result {
            Ok(_) => {
                self.done = true;
                self.failed = None;
                (self.what == What::Drill).then(|| self.key.to_string())
            }
            Err(Failure::Cancelled) => None,
            Err(failure) => {
                self.failed = Some(wording::failure(&failure));
                None
            }
        }
    }

    fn ready(&self) -> bool {
        let password = match self.what {
            What::Public => true,
            What::Backup => !self.password.is_empty() && self.password.same_as(&self.again),
            What::Drill => !self.password.is_empty(),
        };
        password && !self.path.trim().is_empty()
    }

    fn command(&mut self) -> Command {
        let path = PathBuf::from(self.path.trim());
        let key = self.key.to_string();
        match self.what {
            What::Public => Command::ExportKey {
                key,
                scheme: None,
                secret: None,
                to: Some(path),
            },
            What::Backup => Command::BackUpKeys {
                key: Some(key),
                to: path,
                password: self.password.take(),
            },
            What::Drill => Command::DrillBackup {
                key: Some(key),
                from: path,
                password: self.password.take(),
            },
        }
    }
}

/// Draws it. Returns whether it is over.
pub fn export_ui(ui: &Ui, view: &View, export: &mut Export, actions: &mut Vec<Action>) -> bool {
    if export.done {
        return done_ui(ui, export);
    }
    let ready = export.ready() && !view.is_busy(Slot::Export);
    let (title, words, yes) = match export.what {
        What::Public => (
            "Export the key",
            "This half is for everybody: people seal letters for its owner with it.",
            "Write the file",
        ),
        What::Backup => (
            "Back up your key",
            "Whoever has this file and its password can read your letters and write in your name. \
             Keep it in a safe place, and not beside its password.",
            "Write the file",
        ),
        What::Drill => (
            "Does the backup work?",
            "Waxwing seals a trial letter for you and opens it with nothing but this file and its \
             password, as if everything else were lost. Nothing is changed.",
            "Try it",
        ),
    };
    let answer = dialog(
        ui.ctx(),
        "export",
        title,
        (Kind::Primary, yes),
        ready,
        |ui| {
            ui.add(egui::Label::new(theme::body(words)).wrap());
            if let Some(notice) = &export.failed {
                widgets::notice_still(ui, Tone::Caution, notice);
            }
            path_ui(ui, export, actions);
            passwords_ui(ui, export);
        },
    );
    if answer == Answer::Yes {
        export.failed = None;
        let command = export.command();
        export.again.clear();
        actions.push(Action::run(Slot::Export, command));
    }
    answer == Answer::No
}

fn path_ui(ui: &mut Ui, export: &mut Export, actions: &mut Vec<Action>) {
    let (choose, name, wish) = match export.what {
        What::Public => (
            (Icon::Save, "Choose…"),
            "Path to write to",
            Wish::ExportKey(format!("{}.asc", export.key)),
        ),
        What::Backup => (
            (Icon::Save, "Choose…"),
            "Path to write to",
            Wish::ExportKey("waxwing-backup.asc".to_owned()),
        ),
        What::Drill => ((Icon::File, "Choose…"), "Path of the backup", Wish::Backup),
    };
    if path_field(ui, choose, name, &mut export.path, "") == Some(PathAnswer::Browse) {
        actions.push(Action::Pick(wish));
    }
}

fn passwords_ui(ui: &mut Ui, export: &mut Export) {
    match export.what {
        What::Public => {}
        What::Drill => {
            secret_field(ui, "Password of the file", &mut export.password);
        }
        What::Backup => {
            secret_field(ui, "Password for the file", &mut export.password);
            secret_field(ui, "The same again", &mut export.again);
            if !export.again.is_empty() && !export.password.same_as(&export.again) {
                let danger = Palette::of(ui).danger;
                ui.label(theme::small("They differ.").color(danger));
            }
        }
    }
}

/// What came of it. Returns whether it is over.
fn done_ui(ui: &Ui, export: &mut Export) -> bool {
    let path = untrusted(ui, &export.path, true, 400);
    match export.what {
        What::Public => widgets::sheet_dialog(ui.ctx(), "exported", "It is written", |ui| {
            ui.add(egui::Label::new(theme::body(path)).selectable(true).wrap());
        }),
        What::Drill => widgets::sheet_dialog(ui.ctx(), "drilled", "Backed up", |ui| {
            let words = "The file brought your key back, and opened a trial letter that was sealed \
                         for you. Keep the file and its password, each in a safe place.";
            ui.add(egui::Label::new(theme::body(words)).wrap());
            ui.add(egui::Label::new(theme::small(path)).selectable(true).wrap());
        }),
        What::Backup => {
            let title = "It is written. Does it work?";
            let yes = (Kind::Primary, "Try it now");
            let answer = dialog(ui.ctx(), "backed up", title, yes, true, |ui| {
                ui.add(egui::Label::new(theme::body(path)).selectable(true).wrap());
                let words = "A backup counts once it was tried: type its password again, and \
                             Waxwing opens a trial letter with nothing but this file.";
                ui.add(egui::Label::new(theme::body(words)).wrap());
            });
            if answer == Answer::Yes {
                export.what = What::Drill;
                export.done = false;
                export.failed = None;
            }
            answer == Answer::No
        }
    }
}
