//! One key in full: whose it is, how it was checked, what can be done with it.

use super::{KeysPage, shown_name, standing};
use crate::app::command::{Command, KeyCard};
use crate::cert::{Checked, Fingerprint};
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Slot, View, Wish};
use crate::gui::widgets::{
    self, Answer, Kind, PathAnswer, SecretInput, button, dialog, icon_button, path_field,
    secret_field, untrusted,
};
use crate::wording;
use egui::{Align, Layout, Margin, Ui, vec2};
use std::path::{Path, PathBuf};

/// A question about the key on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Whether the fingerprint was compared.
    Confirm(Fingerprint),
    /// Whether the key is not its owner's.
    Reject(Fingerprint),
}

/// An export under way.
pub struct Export {
    key: Fingerprint,
    secret: Option<SecretInput>,
    again: SecretInput,
    path: String,
    done: Option<String>,
}

impl Export {
    fn new(key: Fingerprint, secret: bool) -> Self {
        Export {
            key,
            secret: secret.then(SecretInput::default),
            again: SecretInput::default(),
            path: String::new(),
            done: None,
        }
    }

    /// Where it goes.
    pub fn chosen(&mut self, path: &Path) {
        self.path = path.display().to_string();
    }

    /// It is written.
    pub fn done(&mut self) {
        self.done = Some(self.path.clone());
    }
}

/// Draws the card.
pub fn card_ui(ui: &mut Ui, view: &View, state: &mut KeysPage, actions: &mut Vec<Action>) {
    let Some(card) = state.card.as_deref() else {
        return;
    };
    let palette = Palette::of(ui);
    let mut closed = false;
    let mut question = None;
    let mut export = None;
    theme::sheet(palette)
        .inner_margin(Margin::same(20))
        .show(ui, |ui| {
            ui.set_min_height(ui.available_height());
            egui::ScrollArea::vertical()
                .id_salt("card")
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = steps(2);
                    closed = top_ui(ui, card);
                    decisions_ui(ui, view, card, &mut question);
                    fingerprint_ui(ui, card, actions);
                    addresses_ui(ui, card);
                    parts_ui(ui, card);
                    ui.add_space(steps(2));
                    ui.horizontal_wrapped(|ui| {
                        if button(ui, Kind::Plain, Some(Icon::Export), "Export…").clicked() {
                            export = Some(false);
                        }
                        let label = "Back up with the secret half…";
                        if card.row.secret
                            && button(ui, Kind::Plain, Some(Icon::Lock), label).clicked()
                        {
                            export = Some(true);
                        }
                    });
                });
        });
    let fingerprint = card.row.fingerprint.clone();
    if question.is_some() {
        state.question = question;
    }
    if let Some(secret) = export {
        state.export = Some(Export::new(fingerprint, secret));
    }
    if closed {
        state.card = None;
        state.wanted = None;
    }
}

fn top_ui(ui: &mut Ui, card: &KeyCard) -> bool {
    let palette = Palette::of(ui);
    let mut closed = false;
    ui.horizontal_top(|ui| {
        let (icon, tone, words) = standing(&card.row);
        let color = palette.tone(tone);
        ui.vertical(|ui| {
            ui.set_width(ui.available_width() - steps(10));
            ui.spacing_mut().item_spacing.y = steps(1);
            let name = shown_name(ui, &card.row);
            ui.add(egui::Label::new(theme::large(name)).wrap());
            ui.horizontal(|ui| {
                widgets::icon(ui, icon, color, palette.sheet, &words);
                ui.add(egui::Label::new(theme::body(&words).color(color)).wrap());
            });
        });
        ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
            closed = icon_button(ui, Icon::Cross, "Close the card").clicked();
        });
    });
    closed
}

fn decisions_ui(ui: &mut Ui, view: &View, card: &KeyCard, question: &mut Option<Ask>) {
    let row = &card.row;
    if row.secret {
        ui.label(theme::body("This is your own key."));
        return;
    }
    let words = format!("It is {}.", wording::checked(row.checked));
    ui.add(egui::Label::new(theme::body(words)).wrap());
    let busy = view.is_busy(Slot::Card);
    ui.add_enabled_ui(!busy, |ui| {
        ui.horizontal_wrapped(|ui| {
            if row.checked != Checked::Confirmed
                && button(ui, Kind::Plain, Some(Icon::Check), "Confirm…").clicked()
            {
                *question = Some(Ask::Confirm(row.fingerprint.clone()));
            }
            if row.checked != Checked::Rejected
                && button(ui, Kind::Danger, None, "Reject…").clicked()
            {
                *question = Some(Ask::Reject(row.fingerprint.clone()));
            }
        });
    });
}

fn fingerprint_ui(ui: &mut Ui, card: &KeyCard, actions: &mut Vec<Action>) {
    ui.add_space(steps(1));
    ui.horizontal(|ui| {
        ui.label(theme::faded(ui, "Fingerprint"));
        if widgets::link(ui, "Copy").clicked() {
            actions.push(Action::Copy(card.row.fingerprint.grouped()));
        }
    });
    groups_ui(ui, &card.row.fingerprint);
}

/// A fingerprint in groups of four, to be read aloud.
fn groups_ui(ui: &mut Ui, fingerprint: &Fingerprint) {
    let palette = Palette::of(ui);
    egui::Frame::new()
        .fill(palette.rail)
        .corner_radius(theme::tokens::CORNER)
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let text = theme::mono(fingerprint.grouped()).size(theme::tokens::BODY);
            ui.add(egui::Label::new(text).selectable(true).wrap());
        });
}

fn addresses_ui(ui: &mut Ui, card: &KeyCard) {
    ui.add_space(steps(1));
    ui.label(theme::faded(ui, "Names on it, as it claims"));
    for user_id in &card.user_ids {
        let text = untrusted(ui, user_id.raw(), true, 300);
        ui.add(egui::Label::new(theme::body(text)).selectable(true).wrap());
    }
    if card.checks.len() > 1 {
        ui.label(theme::faded(ui, "Checked for each address"));
        for (address, checked) in &card.checks {
            let line = format!("{address}: {}", wording::checked(*checked));
            let line = untrusted(ui, &line, true, 300);
            ui.add(egui::Label::new(theme::small(line)).wrap());
        }
    }
}

fn parts_ui(ui: &mut Ui, card: &KeyCard) {
    ui.add_space(steps(1));
    let id = ui.scope_id().with("parts");
    let mut open = ui.data(|d| d.get_temp(id).unwrap_or(false));
    if widgets::fold(ui, &mut open, "What it is made of") {
        egui::Grid::new("parts")
            .num_columns(2)
            .spacing(vec2(steps(4), steps(1)))
            .min_row_height(0.0)
            .show(ui, |ui| {
                widgets::fact(ui, "Made", theme::small(wording::date(card.row.created)));
                let ends = card.row.expires.map_or("never".to_owned(), wording::date);
                widgets::fact(ui, "Ends", theme::small(ends));
                for part in &card.parts {
                    let role = if part.primary { "Key" } else { "Part" };
                    widgets::fact(ui, role, theme::small(wording::key_part(part)));
                }
            });
    }
    ui.data_mut(|d| d.insert_temp(id, open));
}

/// Draws the questions and the export.
pub fn dialogs_ui(ui: &Ui, view: &View, state: &mut KeysPage, actions: &mut Vec<Action>) {
    if let Some(ask) = state.question.clone() {
        question_ui(ui, &ask, state, actions);
    }
    if let Some(export) = &mut state.export
        && export_ui(ui, view, export, actions)
    {
        state.export = None;
    }
}

fn question_ui(ui: &Ui, ask: &Ask, state: &mut KeysPage, actions: &mut Vec<Action>) {
    let (fingerprint, title, words, kind, yes) = match ask {
        Ask::Confirm(fingerprint) => (
            fingerprint,
            "Did you compare the fingerprint?",
            "Ask the owner to read theirs to you, by phone or face to face, and compare it with \
             this one. If all groups agree, the key is theirs.",
            Kind::Primary,
            "Yes, it is the same",
        ),
        Ask::Reject(fingerprint) => (
            fingerprint,
            "Reject this key?",
            "Say so if it is not the key of the person whose address is on it. Nothing is sealed \
             with it then, and its signatures count for nothing. You can change that later.",
            Kind::Danger,
            "Reject it",
        ),
    };
    let answer = dialog(ui.ctx(), "decision", title, (kind, yes), true, |ui| {
        ui.add(egui::Label::new(theme::body(words)).wrap());
        groups_ui(ui, fingerprint);
    });
    if answer == Answer::Yes {
        let key = fingerprint.to_string();
        let command = match ask {
            Ask::Confirm(_) => Command::Confirm { key },
            Ask::Reject(_) => Command::Reject { key },
        };
        actions.push(Action::run(Slot::Card, command));
    }
    if answer != Answer::Open {
        state.question = None;
    }
}

/// Draws the export. Returns whether it is over.
fn export_ui(ui: &Ui, view: &View, export: &mut Export, actions: &mut Vec<Action>) -> bool {
    if let Some(path) = &export.done {
        return widgets::sheet_dialog(ui.ctx(), "export", "It is written", |ui| {
            let path = untrusted(ui, path, true, 400);
            ui.add(egui::Label::new(theme::body(path)).selectable(true).wrap());
        });
    }
    let protected = export
        .secret
        .as_ref()
        .is_none_or(|secret| !secret.is_empty() && secret.same_as(&export.again));
    let busy = view.is_busy(Slot::Export);
    let ready = protected && !export.path.trim().is_empty() && !busy;
    let (title, words) = if export.secret.is_some() {
        (
            "Back up your key",
            "Whoever has this file and its password can read your letters and write in your name. \
             Keep it in a safe place.",
        )
    } else {
        (
            "Export the key",
            "This half is for everybody: people seal letters for its owner with it.",
        )
    };
    let yes = (Kind::Primary, "Write the file");
    let answer = dialog(ui.ctx(), "export", title, yes, ready, |ui| {
        ui.add(egui::Label::new(theme::body(words)).wrap());
        if let Some(secret) = &mut export.secret {
            secret_field(ui, "Password for the file", secret);
            secret_field(ui, "The same again", &mut export.again);
            if !export.again.is_empty() && !protected {
                let danger = Palette::of(ui).danger;
                ui.label(theme::small("They differ.").color(danger));
            }
        }
        let choose = (Icon::Save, "Choose…");
        if path_field(ui, choose, "Path to write to", &mut export.path, "")
            == Some(PathAnswer::Browse)
        {
            let name = format!("{}.asc", export.key);
            actions.push(Action::Pick(Wish::ExportKey(name)));
        }
    });
    if answer == Answer::Yes {
        let command = Command::ExportKey {
            key: export.key.to_string(),
            secret: export.secret.as_mut().map(SecretInput::take),
            to: Some(PathBuf::from(export.path.trim())),
        };
        export.again.clear();
        actions.push(Action::run(Slot::Export, command));
    }
    answer == Answer::No
}
