//! Keys: one's own and other people's.

mod card;
mod import;

use super::{Told, head_ui, page_frame, told_ui};
use crate::app::command::{Command, KeyCard, KeyRow, KeySource, KeyState, Outcome};
use crate::app::failure::Failure;
use crate::gui::frame::is_narrow;
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::{Action, Slot, View, Wish};
use crate::gui::widgets::{self, Kind, Row, button, rows_ui, untrusted};
use crate::wording;
use egui::{Align, Key, Layout, Margin, Modifiers, Rect, TextEdit, Ui, vec2};
use std::path::{Path, PathBuf};

/// The page's state.
#[derive(Default)]
pub struct KeysPage {
    query: String,
    /// The search is to get the keyboard's focus.
    searching: bool,
    asked: Option<String>,
    rows: Option<Vec<KeyRow>>,
    card: Option<Box<KeyCard>>,
    wanted: Option<String>,
    told: Option<Told>,
    import: import::Import,
    question: Option<card::Ask>,
    export: Option<card::Export>,
}

impl KeysPage {
    /// The search gets the keyboard's focus.
    pub fn focus_search(&mut self) {
        self.searching = true;
    }

    /// The list is asked again.
    pub fn refresh(&mut self) {
        self.asked = None;
    }

    /// Shows one key.
    pub fn show(&mut self, key: String, actions: &mut Vec<Action>) {
        self.wanted = Some(key.clone());
        actions.push(Action::run(Slot::Card, Command::ShowKey { key }));
    }

    /// Another desk: nothing of this one stays.
    pub fn leave_desk(&mut self) {
        *self = KeysPage::default();
    }

    /// Takes keys from files or from what was dropped.
    pub fn import(&mut self, sources: Vec<KeySource>, actions: &mut Vec<Action>) {
        self.told = None;
        self.import.start(sources, actions);
    }

    /// The person chose files to import.
    pub fn import_files(&mut self, paths: Vec<PathBuf>, actions: &mut Vec<Action>) {
        let sources = paths.into_iter().map(KeySource::File).collect();
        self.import(sources, actions);
    }

    /// The person chose where a key goes.
    pub fn export_to(&mut self, path: &Path) {
        if let Some(export) = &mut self.export {
            export.chosen(path);
        }
    }

    /// Asks for the list when it is due.
    pub fn tend(&mut self, actions: &mut Vec<Action>) {
        if self.asked.as_ref() != Some(&self.query) {
            self.asked = Some(self.query.clone());
            let query = self.query.clone();
            actions.push(Action::run(Slot::Keys, Command::ListKeys { query }));
        }
    }

    /// Takes an answer.
    pub fn answer(
        &mut self,
        slot: Slot,
        result: Result<Outcome, Failure>,
        actions: &mut Vec<Action>,
    ) {
        match (slot, result) {
            (Slot::Keys, Ok(Outcome::Keys(rows))) => self.rows = Some(rows),
            (Slot::Card, Ok(Outcome::Key(card))) => {
                self.wanted = Some(card.row.fingerprint.to_string());
                self.card = Some(card);
                self.told = None;
                // A decision shows in the list too.
                self.refresh();
            }
            (Slot::Import, result) => {
                self.refresh();
                self.told = self.import.answer(result, actions);
            }
            (Slot::Export, Ok(Outcome::Exported(_))) => {
                if let Some(export) = &mut self.export {
                    export.done();
                }
            }
            (Slot::Export, Err(failure)) => {
                self.export = None;
                self.told = Told::of(&failure);
            }
            (_, Err(failure)) => self.told = Told::of(&failure),
            (_, Ok(_)) => {}
        }
    }
}

/// Draws the page.
pub fn keys_ui(ui: &mut Ui, view: &View, state: &mut KeysPage) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    let narrow = is_narrow(ui);
    if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
        state.card = None;
        state.wanted = None;
        state.import.close();
    }
    egui::CentralPanel::default()
        .frame(page_frame(palette, narrow))
        .show(ui, |ui| {
            head_ui(ui, "Keys", |ui| {
                let busy = view.is_busy(Slot::Import);
                ui.add_enabled_ui(!busy, |ui| {
                    let import = button(ui, Kind::Primary, Some(Icon::Plus), "Import keys…");
                    if import.clicked() {
                        state.import.open();
                        actions.push(Action::Pick(Wish::Keys));
                    }
                });
            });
            told_ui(ui, &mut state.told);
            import::import_ui(ui, view, &mut state.import, &mut actions);
            search_ui(ui, state);
            let height = ui.available_height();
            let has_card = state.card.is_some();
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = steps(4);
                let whole = ui.available_width();
                let width = match (has_card, narrow) {
                    (false, _) => whole,
                    (true, true) => (whole * 0.40).max(200.0),
                    (true, false) => (whole * 0.46).max(300.0),
                };
                ui.allocate_ui_with_layout(
                    vec2(width, height),
                    Layout::top_down(Align::Min),
                    |ui| {
                        ui.set_width(width);
                        list_ui(ui, state, &mut actions);
                    },
                );
                if has_card {
                    let rest = vec2(ui.available_width(), height);
                    ui.allocate_ui_with_layout(rest, Layout::top_down(Align::Min), |ui| {
                        ui.set_width(rest.x);
                        card::card_ui(ui, view, state, &mut actions);
                    });
                }
            });
        });
    card::dialogs_ui(ui, view, state, &mut actions);
    actions
}

fn search_ui(ui: &mut Ui, state: &mut KeysPage) {
    let palette = Palette::of(ui);
    let width = ui.available_width();
    let response = ui
        .add(
            TextEdit::singleline(&mut state.query)
                .hint_text("Search by name, address or fingerprint")
                .desired_width(width)
                .margin(Margin {
                    left: 38,
                    right: 12,
                    top: 8,
                    bottom: 8,
                })
                .min_size(vec2(0.0, theme::tokens::CONTROL))
                .align(egui::Align2::LEFT_CENTER),
        )
        .accessible_name("Search keys");
    if std::mem::take(&mut state.searching) {
        response.request_focus();
    }
    let at = response.rect.left_center() + vec2(20.0, 0.0);
    let square = Rect::from_center_size(at, vec2(18.0, 18.0));
    theme::icons::paint(
        ui.painter(),
        Icon::Search,
        square,
        palette.faded,
        palette.sheet,
    );
    ui.add_space(steps(2));
}

fn list_ui(ui: &mut Ui, state: &mut KeysPage, actions: &mut Vec<Action>) {
    let Some(rows) = &state.rows else {
        return;
    };
    if rows.is_empty() {
        let words = if state.query.trim().is_empty() {
            "Import the keys of people you write to. They send them by mail, or publish them."
        } else {
            "No key matches."
        };
        widgets::empty(ui, words, None);
        return;
    }
    let wanted = state.wanted.as_deref();
    let answer = rows_ui(ui, "Keys in the list", rows.len(), |ui, index| {
        rows.get(index)
            .map_or_else(Row::default, |key| key_row(ui, key, wanted))
    });
    let chosen = answer.chosen.and_then(|index| rows.get(index));
    if let Some(key) = chosen.map(|row| row.fingerprint.to_string()) {
        state.show(key, actions);
    }
}

/// How a key stands: icon, tone and words.
fn standing(row: &KeyRow) -> (Icon, Tone, String) {
    match &row.state {
        KeyState::Unusable(why) => (Icon::Broken, Tone::Danger, wording::key_state(why)),
        KeyState::Usable if row.checked.counts() => {
            (Icon::Sealed, Tone::Verified, "ready".to_owned())
        }
        KeyState::Usable => (Icon::Ring, Tone::Caution, "not accepted yet".to_owned()),
    }
}

/// The name of a key as it is shown: its owner's, or an address, or nothing known.
fn shown_name(ui: &Ui, row: &KeyRow) -> String {
    let name = row.name.as_ref().map(|n| n.raw().to_owned());
    let name = name.or_else(|| row.addresses.first().map(ToString::to_string));
    untrusted(
        ui,
        &name.unwrap_or_else(|| "Without a name".to_owned()),
        true,
        80,
    )
}

/// A key as the list shows it.
fn key_row(ui: &Ui, key: &KeyRow, wanted: Option<&str>) -> Row {
    let (icon, tone, state) = standing(key);
    let first = shown_name(ui, key);
    let addresses: Vec<String> = key.addresses.iter().map(ToString::to_string).collect();
    let second = untrusted(ui, &wording::list_of(&addresses), true, 200);
    let whose = if key.secret {
        "your own key"
    } else {
        wording::checked(key.checked)
    };
    let aside = match (&key.state, key.expires) {
        (KeyState::Usable, Some(at)) => format!("until {}", wording::date(at)),
        (KeyState::Usable, None) | (KeyState::Unusable(_), _) => String::new(),
    };
    Row {
        icon,
        tone,
        heard: format!("{first}, {second}, {state}, {whose}"),
        first,
        aside,
        state,
        second,
        here: wanted.is_some_and(|wanted| wanted == key.fingerprint.to_string()),
        remove: None,
    }
}
