//! Keys: one's own and other people's.

mod card;
mod import;
mod list;

use super::{Told, head_ui, page_frame, told_ui};
use crate::app::command::{
    ChainCard, ChainFetch, Command, KeyCard, KeyRow, KeySource, KeyState, Outcome,
};
use crate::app::failure::Failure;
use crate::app::key_index::{KeyFilter, KeyIndex, KeySort};
use crate::gui::frame::is_narrow;
use crate::gui::theme::{Icon, Palette, Tone, steps};
use crate::gui::view::{Action, Slot, View, Wish};
use crate::gui::widgets::{Kind, button, escaped, untrusted};
use crate::wording;
use egui::{Align, Event, Layout, Ui, ViewportCommand, vec2};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The page's state.
pub struct KeysPage {
    query: String,
    /// The search is to get the keyboard's focus.
    searching: bool,
    filter: KeyFilter,
    sort: KeySort,
    /// Whether the index is on its way or up to date.
    asked: bool,
    index: Option<Arc<KeyIndex>>,
    /// What was found, and what for.
    found: Vec<usize>,
    found_for: Option<(String, KeyFilter, KeySort)>,
    card: Option<Box<KeyCard>>,
    /// The chain of the certificate whose card is open.
    chain: Option<Box<ChainCard>>,
    wanted: Option<String>,
    told: Option<Told>,
    import: import::Import,
    dialogs: card::Dialogs,
    /// The next paste is for the page, whatever has the focus.
    pasting: bool,
}

impl Default for KeysPage {
    fn default() -> Self {
        KeysPage {
            query: String::new(),
            searching: false,
            filter: KeyFilter::All,
            sort: KeySort::Name,
            asked: false,
            index: None,
            found: Vec::new(),
            found_for: None,
            card: None,
            chain: None,
            wanted: None,
            told: None,
            import: import::Import::default(),
            dialogs: card::Dialogs::default(),
            pasting: false,
        }
    }
}

impl KeysPage {
    /// The search gets the keyboard's focus.
    pub fn focus_search(&mut self) {
        self.searching = true;
    }

    /// The list is asked again.
    pub fn refresh(&mut self) {
        self.asked = false;
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

    /// The person chose where a key goes, or where a backup is.
    pub fn export_to(&mut self, path: &Path) {
        self.dialogs.chosen(path);
    }

    /// Asks for the list when it is due.
    pub fn tend(&mut self, actions: &mut Vec<Action>) {
        if !self.asked {
            self.asked = true;
            let known = self.index.clone();
            actions.push(Action::run(Slot::Keys, Command::IndexKeys { known }));
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
            (Slot::Keys, Ok(Outcome::KeyIndex(index))) => {
                self.index = Some(index);
                self.found_for = None;
            }
            (Slot::Card, Ok(Outcome::Key(card))) => {
                if let Some(toast) = self.dialogs.decided(&card.row.fingerprint) {
                    actions.push(Action::Offer(Box::new(toast)));
                }
                self.show_card(card);
                self.ask_chain(actions);
            }
            (Slot::Chain, Ok(Outcome::KeyChain(chain))) => self.chain = Some(chain),
            (Slot::Card, Ok(Outcome::Revoked(revoked))) => {
                self.dialogs.revoked(revoked.certificate);
                self.show_card(Box::new(revoked.card));
            }
            (Slot::Card, Ok(Outcome::Preferred)) => {
                if let Some(key) = self.wanted.clone() {
                    actions.push(Action::run(Slot::Card, Command::ShowKey { key }));
                }
            }
            (Slot::Card, Err(failure)) => {
                self.dialogs.not_decided();
                self.told = Told::of(&failure);
            }
            (Slot::Import, result) => {
                self.refresh();
                self.told = self.import.answer(result, actions);
            }
            // Its dialog was closed before it was over.
            (Slot::Export, Err(failure)) if !self.dialogs.open() => {
                self.told = Told::of(&failure);
            }
            (Slot::Export, result) => {
                if let Some(key) = self.dialogs.answer(result) {
                    actions.push(Action::run(Slot::Card, Command::ShowKey { key }));
                }
            }
            (_, Err(failure)) => self.told = Told::of(&failure),
            (_, Ok(_)) => {}
        }
    }

    fn show_card(&mut self, card: Box<KeyCard>) {
        self.wanted = Some(card.row.fingerprint.to_string());
        self.card = Some(card);
        self.told = None;
        // A decision shows in the list too.
        self.refresh();
    }

    /// Who vouches for an S/MIME certificate, as far as it is known here.
    fn ask_chain(&self, actions: &mut Vec<Action>) {
        let smime = self.card.as_ref().filter(|card| card.row.kind == "smime");
        if let Some(card) = smime {
            let ask = Command::KeyChain {
                key: card.row.fingerprint.to_string(),
                fetch: ChainFetch::Nothing,
            };
            actions.push(Action::run(Slot::Chain, ask));
        }
    }

    fn close_card(&mut self) {
        self.card = None;
        self.wanted = None;
    }

    /// Looks again when something else is looked for.
    fn find(&mut self) {
        let Some(index) = &self.index else {
            return;
        };
        let wanted = (self.query.clone(), self.filter, self.sort);
        if self.found_for.as_ref() != Some(&wanted) {
            self.found = index.search(&self.query, self.filter, self.sort);
            self.found_for = Some(wanted);
        }
    }
}

/// Draws the page.
pub fn keys_ui(ui: &mut Ui, view: &View, state: &mut KeysPage) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    let narrow = is_narrow(ui);
    pasted(ui, state, &mut actions);
    if escaped(ui) {
        state.close_card();
        state.import.close();
    }
    state.find();
    egui::CentralPanel::default()
        .frame(page_frame(palette, narrow))
        .show(ui, |ui| {
            head_ui(ui, "Keys", |ui| {
                import_buttons(ui, view, state, &mut actions)
            });
            told_ui(ui, &mut state.told);
            import::import_ui(ui, view, &mut state.import, &mut actions);
            if narrow && state.card.is_some() {
                // No room for both: the card lies on the list.
                card::card_ui(ui, view, state, &mut actions);
            } else {
                beside_ui(ui, view, state, &mut actions);
            }
        });
    card::dialogs_ui(ui, view, state, &mut actions);
    actions
}

fn import_buttons(ui: &mut Ui, view: &View, state: &mut KeysPage, actions: &mut Vec<Action>) {
    let busy = view.is_busy(Slot::Import);
    ui.add_enabled_ui(!busy, |ui| {
        if button(ui, Kind::Primary, Some(Icon::Plus), "Import keys…").clicked() {
            state.import.open();
            actions.push(Action::Pick(Wish::Keys));
        }
        let paste =
            button(ui, Kind::Quiet, None, "Paste").accessible_name("Import from the clipboard");
        if paste.clicked() {
            state.pasting = true;
            ui.ctx().send_viewport_cmd(ViewportCommand::RequestPaste);
        }
        paste.on_hover_text("Takes the keys that you copied, from a mail or a web page");
    });
}

/// What is pasted onto the page is a key to import; into a field it is text.
fn pasted(ui: &Ui, state: &mut KeysPage, actions: &mut Vec<Action>) {
    let for_a_field = ui.ctx().text_edit_focused() || state.dialogs.open() || state.import.asks();
    if for_a_field && !state.pasting {
        return;
    }
    let text = ui.input_mut(|input| {
        let place = input
            .events
            .iter()
            .position(|event| matches!(event, Event::Paste(_)))?;
        match input.events.remove(place) {
            Event::Paste(text) => Some(text),
            _ => None,
        }
    });
    if let Some(text) = text {
        state.pasting = false;
        let source = KeySource::Bytes {
            name: "what was pasted".to_owned(),
            bytes: text.into_bytes(),
        };
        state.import(vec![source], actions);
    }
}

/// The list, and the card beside it.
fn beside_ui(ui: &mut Ui, view: &View, state: &mut KeysPage, actions: &mut Vec<Action>) {
    list::search_ui(ui, state);
    let height = ui.available_height();
    let has_card = state.card.is_some();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = steps(4);
        let whole = ui.available_width();
        let width = if has_card {
            (whole * 0.42).max(300.0)
        } else {
            whole
        };
        ui.allocate_ui_with_layout(vec2(width, height), Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = steps(2);
            ui.set_width(width);
            list::list_ui(ui, view, state, actions);
        });
        if has_card {
            let rest = vec2(ui.available_width(), height);
            ui.allocate_ui_with_layout(rest, Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.x = steps(2);
                ui.set_width(rest.x);
                card::card_ui(ui, view, state, actions);
            });
        }
    });
}

/// How a key stands: icon, tone and words.
fn standing(row: &KeyRow) -> (Icon, Tone, String) {
    match &row.state {
        KeyState::Unusable(why) => (Icon::Broken, Tone::Danger, wording::key_standing(why, row)),
        KeyState::Usable if row.checked.counts() => {
            (Icon::Sealed, Tone::Verified, "ready".to_owned())
        }
        KeyState::Usable if row.checked == crate::cert::Checked::Rejected => {
            (Icon::Refused, Tone::Danger, "rejected by you".to_owned())
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

/// The kind of a key, as people know it.
fn kind_words(kind: &str) -> &'static str {
    match kind {
        "smime" => "S/MIME",
        _ => "OpenPGP",
    }
}
