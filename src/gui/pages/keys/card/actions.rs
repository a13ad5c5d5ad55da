//! Questions about the key on screen, and what came of them.

use super::backup::{self, Export};
use super::fingerprint::groups_ui;
use crate::app::command::{Command, KeyCard, Outcome};
use crate::app::failure::Failure;
use crate::base::Time;
use crate::cert::{Fingerprint, RevocationReason};
use crate::gui::pages::keys::KeysPage;
use crate::gui::theme;
use crate::gui::toast::Toast;
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{self, Answer, Kind, button, choice, dialog};
use crate::wording;
use egui::Ui;
use std::path::Path;
use std::time::Duration;

/// For how many years a key can be extended here, and in words.
const YEARS: [(u64, &str); 4] = [
    (1, "One year from today"),
    (2, "Two years"),
    (3, "Three years"),
    (5, "Five years"),
];

/// A question about the key on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Whether the fingerprint was compared.
    Confirm(Fingerprint),
    /// Whether the key is not its owner's.
    Reject(Fingerprint),
    /// Until when it should be good.
    Extend(Fingerprint),
    /// Whether it should end for good.
    Revoke(Fingerprint),
}

/// What is asked and what runs over the card.
pub struct Dialogs {
    question: Option<Ask>,
    years: u64,
    reason: RevocationReason,
    export: Option<Export>,
    certificate: Option<String>,
    /// A decision that is under way, as it will be said, with what it can be taken back to.
    deciding: Option<(Fingerprint, Toast)>,
}

impl Default for Dialogs {
    fn default() -> Self {
        Dialogs {
            question: None,
            years: 3,
            reason: RevocationReason::Superseded,
            export: None,
            certificate: None,
            deciding: None,
        }
    }
}

impl Dialogs {
    /// Asks.
    pub fn ask(&mut self, ask: Ask) {
        self.question = Some(ask);
        self.years = 3;
        self.reason = RevocationReason::Superseded;
    }

    /// Writes the public half.
    pub fn export(&mut self, key: Fingerprint) {
        self.export = Some(Export::public(key));
    }

    /// Writes a backup.
    pub fn back_up(&mut self, key: Fingerprint) {
        self.export = Some(Export::backup(key));
    }

    /// Tries a backup.
    pub fn drill(&mut self, key: Fingerprint) {
        self.export = Some(Export::drill(key));
    }

    /// Whether something is asked.
    pub fn open(&self) -> bool {
        self.question.is_some() || self.export.is_some() || self.certificate.is_some()
    }

    /// The person chose a file.
    pub fn chosen(&mut self, path: &Path) {
        if let Some(export) = &mut self.export {
            export.chosen(path);
        }
    }

    /// A key was ended; its revocation certificate, armored.
    pub fn revoked(&mut self, certificate: Vec<u8>) {
        self.certificate = Some(String::from_utf8_lossy(&certificate).into_owned());
    }

    /// What was decided about this key is done: the way back from it.
    pub fn decided(&mut self, key: &Fingerprint) -> Option<Toast> {
        let (of, toast) = self.deciding.take()?;
        (of == *key).then_some(toast)
    }

    /// The decision was not made.
    pub fn not_decided(&mut self) {
        self.deciding = None;
    }

    /// Takes the answer of an export, backup or drill. Gives back the key whose card is another now.
    pub fn answer(&mut self, result: Result<Outcome, Failure>) -> Option<String> {
        self.export.as_mut()?.answer(result)
    }

    fn remember(&mut self, card: Option<&KeyCard>, words: &'static str) {
        self.deciding = card.map(|card| {
            let key = card.row.fingerprint.clone();
            let toast = Toast::deciding(words, &key, card.checks.clone());
            (key, toast)
        });
    }
}

/// Draws the questions, the export, the backup and its drill.
pub fn dialogs_ui(ui: &Ui, view: &View, state: &mut KeysPage, actions: &mut Vec<Action>) {
    if let Some(ask) = state.dialogs.question.clone() {
        let answer = match &ask {
            Ask::Confirm(key) | Ask::Reject(key) => decision_ui(ui, &ask, key),
            Ask::Extend(key) => extend_ui(ui, view, key, &mut state.dialogs.years),
            Ask::Revoke(key) => revoke_ui(ui, key, &mut state.dialogs.reason),
        };
        if answer == Answer::Yes {
            let command = command(&ask, view.now, state);
            actions.push(Action::run(Slot::Card, command));
        }
        if answer != Answer::Open {
            state.dialogs.question = None;
        }
    }
    if let Some(export) = &mut state.dialogs.export
        && backup::export_ui(ui, view, export, actions)
    {
        state.dialogs.export = None;
    }
    if let Some(certificate) = &state.dialogs.certificate
        && certificate_ui(ui, certificate, actions)
    {
        state.dialogs.certificate = None;
    }
}

fn command(ask: &Ask, now: Time, state: &mut KeysPage) -> Command {
    match ask {
        Ask::Confirm(key) => {
            state
                .dialogs
                .remember(state.card.as_deref(), "The key is confirmed.");
            Command::Confirm {
                key: key.to_string(),
            }
        }
        Ask::Reject(key) => {
            state
                .dialogs
                .remember(state.card.as_deref(), "The key is rejected.");
            Command::Reject {
                key: key.to_string(),
            }
        }
        Ask::Extend(key) => Command::ExtendKey {
            key: key.to_string(),
            until: Some(in_years(now, state.dialogs.years)),
        },
        Ask::Revoke(key) => Command::RevokeKey {
            key: key.to_string(),
            reason: state.dialogs.reason,
        },
    }
}

fn decision_ui(ui: &Ui, ask: &Ask, key: &Fingerprint) -> Answer {
    let (title, words, kind, yes) = match ask {
        Ask::Reject(_) => (
            "Reject this key?",
            "Say so if it is not the key of the person whose address is on it. Nothing is sealed \
             with it then, and its signatures count for nothing. You can change that later.",
            Kind::Danger,
            "Reject it",
        ),
        Ask::Confirm(_) | Ask::Extend(_) | Ask::Revoke(_) => (
            "Did you compare the fingerprint?",
            "Ask the owner to read theirs to you, by phone or face to face, and compare it with \
             this one. If all groups agree, the key is theirs.",
            Kind::Primary,
            "Yes, it is the same",
        ),
    };
    dialog(ui.ctx(), "decision", title, (kind, yes), true, |ui| {
        ui.add(egui::Label::new(theme::body(words)).wrap());
        groups_ui(ui, key);
    })
}

fn in_years(now: Time, years: u64) -> Time {
    now.checked_add(Duration::from_secs(years * 31_557_600))
        .unwrap_or(now)
}

fn extend_ui(ui: &Ui, view: &View, key: &Fingerprint, years: &mut u64) -> Answer {
    let title = "How long should your key be good?";
    let yes = (Kind::Primary, "Set the new end");
    dialog(ui.ctx(), "extend", title, yes, true, |ui| {
        let words = "The key stays the same. The people you write to need it once more, with its \
                     new end: export it, or attach it to a letter.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
        for (count, name) in YEARS {
            if choice(ui, name, *years == count) {
                *years = count;
            }
        }
        let end = wording::date(in_years(view.now, *years));
        ui.add(egui::Label::new(theme::body(format!("It ends on {end}."))).wrap());
        ui.label(theme::faded(ui, key.grouped()));
    })
}

fn revoke_ui(ui: &Ui, key: &Fingerprint, reason: &mut RevocationReason) -> Answer {
    let title = "End this key for good?";
    let yes = (Kind::Danger, "End it for good");
    dialog(ui.ctx(), "revoke", title, yes, true, |ui| {
        let words = "Nobody can seal a letter for you with it any more, and that cannot be taken \
                     back. Letters that you have stay readable.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
        ui.label(theme::strong("Why?"));
        for one in RevocationReason::ALL {
            if choice(ui, wording::revocation_reason(one), *reason == one) {
                *reason = one;
            }
        }
        let means = match reason {
            RevocationReason::Compromised => "Nothing that it ever signed counts any more.",
            RevocationReason::Superseded | RevocationReason::Retired => {
                "What it signed before stays good."
            }
        };
        ui.add(egui::Label::new(theme::faded(ui, means)).wrap());
        groups_ui(ui, key);
    })
}

/// The revocation certificate, to be given on. Returns whether it is put away.
fn certificate_ui(ui: &Ui, certificate: &str, actions: &mut Vec<Action>) -> bool {
    widgets::sheet_dialog(ui.ctx(), "revocation", "The key is ended", |ui| {
        let words = "Give this certificate to everybody who has your key, and put it where the key \
                     is published. An export of the key holds it too.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
        egui::ScrollArea::vertical()
            .max_height(180.0)
            .show(ui, |ui| {
                let text = theme::mono(certificate);
                ui.add(egui::Label::new(text).selectable(true).wrap());
            });
        if button(ui, Kind::Plain, None, "Copy the certificate").clicked() {
            actions.push(Action::Copy(certificate.to_owned()));
        }
    })
}
