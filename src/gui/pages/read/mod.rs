//! Reading: the letters that are here, and one of them with its verdict.

mod message;

use super::{Told, head_ui, page_frame, told_ui};
use crate::app::command::{Command, OpenWhat, Outcome};
use crate::app::failure::Failure;
use crate::app::port::LetterHead;
use crate::gui::frame::is_narrow;
use crate::gui::theme::{Icon, Palette, Tone, steps};
use crate::gui::view::{Action, Place, Slot, View, Wish};
use crate::gui::widgets::{
    self, Kind, PathAnswer, Row, button, path_field, rows_ui, untrusted,
};
use crate::read::{Reading, Summary};
use crate::wording;
use egui::{Align, Key, Layout, Margin, Modifiers, Ui, vec2};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// The page's state.
#[derive(Default)]
pub struct ReadPage {
    open: Option<message::Open>,
    /// What is being opened: a letter of the list, or something else.
    opening: Option<i64>,
    /// What was seen of letters that were opened since the start.
    seen: HashMap<i64, Seen>,
    told: Option<Told>,
    path: String,
    adding: bool,
    /// What was opened last, so that it can be opened again after a warning.
    last: Option<OpenWhat>,
    /// The message may have been altered, and is read only after a yes (rule 17).
    warning: Option<Told>,
    /// Open the newest letter as soon as one comes: after practice.
    wants_newest: bool,
}

/// What the list shows of a letter that was opened.
struct Seen {
    from: String,
    subject: String,
    tone: Tone,
    icon: Icon,
    summary: &'static str,
}

/// The tone, the icon and the word of a summary.
pub fn summary_sign(summary: &Summary) -> (Tone, Icon, &'static str) {
    match summary {
        Summary::Confidential(_) => (Tone::Verified, Icon::Sealed, "Sealed and signed"),
        Summary::Verified(_) => (Tone::Verified, Icon::Check, "Signed"),
        Summary::EncryptedUnverified => (Tone::Caution, Icon::Lock, "Sealed, sender unknown"),
        Summary::Unprotected => (Tone::Neutral, Icon::Note, "Not protected"),
    }
}

impl ReadPage {
    /// A message opens from outside the list: nothing of the list is chosen then.
    pub fn open_file(&mut self, path: PathBuf, actions: &mut Vec<Action>) {
        self.adding = false;
        self.open_message(None, OpenWhat::File(path), false, actions);
    }

    /// Shows the way to open a file.
    pub fn open_dialog(&mut self) {
        self.adding = true;
    }

    /// The newest letter opens as soon as it is fetched.
    pub fn await_newest(&mut self) {
        self.wants_newest = true;
    }

    /// Saves an attachment of the open message where the person chose.
    pub fn save(&mut self, index: usize, to: PathBuf, actions: &mut Vec<Action>) {
        if let Some(open) = &mut self.open {
            open.save(index, to, actions);
        }
    }

    /// Nothing of another desk stays on screen.
    pub fn leave_desk(&mut self) {
        *self = ReadPage::default();
    }

    fn open_letter(&mut self, id: i64, actions: &mut Vec<Action>) {
        self.open_message(Some(id), OpenWhat::Letter(id), false, actions);
    }

    fn open_message(
        &mut self,
        letter: Option<i64>,
        what: OpenWhat,
        without_integrity: bool,
        actions: &mut Vec<Action>,
    ) {
        self.opening = letter;
        self.told = None;
        self.warning = None;
        self.last = Some(what.clone());
        let command = Command::Open {
            what,
            without_integrity,
        };
        actions.push(Action::run(Slot::Open, command));
    }

    /// Takes an answer.
    pub fn answer(
        &mut self,
        slot: Slot,
        result: Result<Outcome, Failure>,
        actions: &mut Vec<Action>,
    ) {
        match (slot, result) {
            (Slot::Open, Ok(Outcome::Reading(reading))) => self.opened(reading),
            (Slot::Open, Err(failure)) => {
                self.open = None;
                if failure.is_for_want_of_integrity() {
                    self.warning = Told::of(&failure);
                } else {
                    self.told = Told::of(&failure);
                }
            }
            (Slot::Fetch, Ok(Outcome::Letters(letters))) if self.wants_newest => {
                if let Some(newest) = letters.iter().max_by_key(|letter| letter.id) {
                    self.wants_newest = false;
                    self.open_letter(newest.id, actions);
                }
            }
            (Slot::Save, Ok(Outcome::Saved(path))) => {
                if let Some(open) = &mut self.open {
                    open.saved = Some(path);
                }
            }
            (_, Err(failure)) => self.told = Told::of(&failure),
            (_, Ok(_)) => {}
        }
    }

    fn opened(&mut self, reading: Arc<Reading>) {
        if let Some(id) = self.opening {
            let (tone, icon, summary) = summary_sign(reading.verdict().summary());
            let from = reading.from();
            let from = from.first().map_or("Sender unclear".to_owned(), |m| {
                m.name
                    .as_ref()
                    .map_or_else(|| m.address.to_string(), |n| n.raw().to_owned())
            });
            let subject = reading
                .header("Subject")
                .map(|s| s.raw().to_owned())
                .unwrap_or_default();
            let seen = Seen {
                from,
                subject,
                tone,
                icon,
                summary,
            };
            self.seen.insert(id, seen);
        }
        self.open = Some(message::Open::new(self.opening, reading));
        self.told = None;
    }
}

/// Draws the page.
pub fn read_ui(ui: &mut Ui, view: &View, state: &mut ReadPage) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    let narrow = is_narrow(ui);
    if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
        state.open = None;
        state.adding = false;
    }
    egui::CentralPanel::default()
        .frame(page_frame(palette, narrow))
        .show(ui, |ui| {
            read_head_ui(ui, view, state, &mut actions);
            told_ui(ui, &mut state.told);
            warning_ui(ui, state, &mut actions);
            if state.adding {
                open_file_ui(ui, state, &mut actions);
            }
            let letters = view.letters.as_deref().unwrap_or_default();
            if letters.is_empty() && state.open.is_none() {
                empty_ui(ui, view, &mut actions);
                return;
            }
            let height = ui.available_height();
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = steps(4);
                if !letters.is_empty() {
                    let width = if narrow { 184.0 } else { 280.0 };
                    ui.allocate_ui_with_layout(
                        vec2(width, height),
                        Layout::top_down(Align::Min),
                        |ui| {
                            ui.set_width(width);
                            list_ui(ui, letters, state, &mut actions);
                        },
                    );
                }
                let rest = vec2(ui.available_width(), height);
                ui.allocate_ui_with_layout(rest, Layout::top_down(Align::Min), |ui| {
                    ui.set_width(rest.x);
                    let busy = view.is_busy(Slot::Open);
                    match &mut state.open {
                        Some(open) => message::message_ui(ui, open, &mut actions),
                        None => {
                            let words = if busy {
                                "Opening…"
                            } else {
                                "Choose a letter to read it."
                            };
                            widgets::empty(ui, words, None);
                        }
                    }
                });
            });
        });
    actions
}

fn read_head_ui(ui: &mut Ui, view: &View, state: &mut ReadPage, actions: &mut Vec<Action>) {
    head_ui(ui, "Read", |ui| {
        let can_fetch = view.account().is_some_and(|a| a.mailbox.is_some());
        let fetching = view.is_busy(Slot::Fetch);
        if can_fetch {
            ui.add_enabled_ui(!fetching, |ui| {
                let label = if fetching {
                    "Fetching…"
                } else {
                    "Fetch letters"
                };
                if button(ui, Kind::Primary, Some(Icon::Fetch), label).clicked() {
                    actions.push(Action::run(Slot::Fetch, Command::Fetch));
                }
            });
        }
        let weight = if can_fetch {
            Kind::Plain
        } else {
            Kind::Primary
        };
        if button(ui, weight, Some(Icon::File), "Open a file…").clicked() {
            state.adding = true;
            actions.push(Action::Pick(Wish::Letter));
        }
    });
}

/// A message that anybody may have altered: it opens after a yes, as plain text (rule 17).
fn warning_ui(ui: &mut Ui, state: &mut ReadPage, actions: &mut Vec<Action>) {
    let Some(warning) = &state.warning else {
        return;
    };
    let mut agreed = false;
    widgets::notice_card(ui, warning.tone, |ui| {
        widgets::notice_words(ui, &warning.notice);
        agreed = button(ui, Kind::Danger, None, "Read it anyway").clicked();
    });
    ui.add_space(steps(2));
    if agreed && let Some(what) = state.last.clone() {
        let letter = state.opening;
        state.open_message(letter, what, true, actions);
    }
}

/// The way to open a file that needs no dialog of the system.
fn open_file_ui(ui: &mut Ui, state: &mut ReadPage, actions: &mut Vec<Action>) {
    let choose = (Icon::File, "Choose…");
    let name = "Path of a letter to open";
    match path_field(ui, choose, name, &mut state.path, "Open") {
        Some(PathAnswer::Browse) => actions.push(Action::Pick(Wish::Letter)),
        Some(PathAnswer::Typed) => {
            let path = PathBuf::from(std::mem::take(&mut state.path).trim());
            state.adding = false;
            state.open_file(path, actions);
        }
        None => {}
    }
    ui.add_space(steps(3));
}

fn empty_ui(ui: &mut Ui, view: &View, actions: &mut Vec<Action>) {
    let account = view.account();
    if account.is_some_and(|a| a.mailbox.is_some()) {
        widgets::empty(ui, "No letters here yet. Fetch them, or open a file.", None);
    } else {
        let words = "Open a letter that you saved as a file. To fetch letters from your server, \
                     set up an account.";
        let action = (Icon::Settings, "Set up an account");
        if widgets::empty(ui, words, Some(action)) {
            actions.push(Action::Go(Place::Settings));
        }
    }
}

fn list_ui(ui: &mut Ui, letters: &[LetterHead], state: &mut ReadPage, actions: &mut Vec<Action>) {
    let answer = rows_ui(ui, "Letters in the list", letters.len(), |ui, index| {
        letters.get(index).map_or_else(Row::default, |letter| {
            let here = state.opening == Some(letter.id);
            letter_row(ui, letter, state.seen.get(&letter.id), here)
        })
    });
    if let Some(letter) = answer.chosen.and_then(|index| letters.get(index)) {
        state.open_letter(letter.id, actions);
    }
}

/// A letter as the list shows it.
fn letter_row(ui: &Ui, letter: &LetterHead, seen: Option<&Seen>, here: bool) -> Row {
    let when = wording::date_time(letter.at);
    let unseen = "Not opened yet";
    let (first, second, tone, icon, summary) = match seen {
        Some(seen) => (
            untrusted(ui, &seen.from, true, 60),
            untrusted(ui, &seen.subject, true, 80),
            seen.tone,
            seen.icon,
            seen.summary,
        ),
        None => (unseen.to_owned(), when.clone(), Tone::Neutral, Icon::Ring, unseen),
    };
    let second = match second.as_str() {
        "" => "(no subject)".to_owned(),
        _ => second,
    };
    Row {
        icon,
        tone,
        heard: format!("{first}, {second}, {summary}, {when}"),
        first,
        second,
        here,
        ..Row::default()
    }
}

/// The margins of a sheet inside the page.
fn sheet_margin() -> Margin {
    Margin::symmetric(20, 14)
}
