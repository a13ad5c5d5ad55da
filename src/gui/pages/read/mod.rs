//! Reading: the letters that are here or were opened, and one of them with its verdict.

pub mod blocking;
mod evidence;
mod files;
mod links;
mod list;
mod many;
mod message;
mod route;
mod structure;
mod text;
mod training;

use super::{Told, head_ui, page_frame, told_ui};
use crate::app::command::{Command, LetterPart, OpenWhat, Outcome};
use crate::app::failure::Failure;
use crate::app::port::{OpenedFrom, OutboxId};
use crate::gui::frame::is_narrow;
use crate::gui::paste;
use crate::gui::theme::{Icon, Palette, Tone, steps};
use crate::gui::view::{Action, Place, SaveWhat, Slot, View, Wish};
use crate::gui::widgets::{self, Kind, PathAnswer, button, path_field};
use crate::read::{Reading, Summary};
use crate::wording;
use egui::{Align, Key as Press, Layout, Margin, Modifiers, Ui, ViewportCommand, vec2};
use std::path::PathBuf;
use std::sync::Arc;

/// Names a line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A letter that was fetched.
    Letter(i64),
    /// A message that was opened.
    Opened(i64),
}

/// The page's state.
#[derive(Default)]
pub struct ReadPage {
    open: Option<message::Open>,
    list: list::List,
    /// The line of the list that is open or being opened.
    here: Option<Key>,
    /// What was asked to be opened last, and where it comes from: it is opened again after a
    /// warning, and remembered when it opened.
    last: Option<(OpenWhat, OpenedFrom)>,
    told: Option<Told>,
    path: String,
    adding: bool,
    /// The message may have been altered, and is read only after a yes (rule 17).
    warning: Option<Told>,
    /// Open the newest letter as soon as one comes: after practice.
    wants_newest: bool,
    /// What opens next is shown with the way that it took.
    wants_route: bool,
    /// What was not saved, for it may be harmful, and how to save it all the same.
    harmful: Option<(Told, Box<Command>)>,
    /// How the attachment that is being saved is saved whatever it is.
    anyway: Option<Box<Command>>,
    /// The letters of an mbox or a Maildir.
    many: Option<many::Many>,
    /// Practice letters, while they are asked about.
    training: Option<training::Training>,
    /// A report of a message that was checked.
    evidence: Option<evidence::Shown>,
}

/// The tone, the icon and the word of a summary.
pub fn summary_sign(summary: &Summary) -> (Tone, Icon, &'static str) {
    summary_sign_of(summary.word())
}

/// The same, of the word that a list remembers.
fn summary_sign_of(word: &str) -> (Tone, Icon, &'static str) {
    match word {
        "confidential" => (Tone::Verified, Icon::Sealed, "Sealed and signed"),
        "verified" => (Tone::Verified, Icon::Check, "Signed"),
        "encrypted-unverified" => (Tone::Caution, Icon::Lock, "Sealed, sender unknown"),
        _ => (Tone::Neutral, Icon::Note, "Not protected"),
    }
}

impl ReadPage {
    /// The way of the open letter is looked at again: what counts of it has changed.
    pub fn look_again(&mut self) {
        if let Some(open) = &mut self.open {
            open.origin = None;
            open.asked_route = false;
        }
    }

    /// A message opens from outside the list: nothing of the list is chosen then.
    pub fn open_file(&mut self, path: PathBuf, actions: &mut Vec<Action>) {
        self.adding = false;
        let from = OpenedFrom::File(path.to_string_lossy().into_owned());
        self.here = None;
        self.open_message(OpenWhat::File(path), from, actions);
    }

    /// A message opens that was pasted, as text or as an armored block.
    fn open_pasted(&mut self, text: String, actions: &mut Vec<Action>) {
        self.here = None;
        let bytes = OpenWhat::Bytes(Arc::new(text.into_bytes()));
        self.open_message(bytes, OpenedFrom::Pasted, actions);
    }

    /// A message opens that somebody has as text, at the place that tells where it came from.
    pub fn open_headers(&mut self, text: String, actions: &mut Vec<Action>) {
        self.open_pasted(text, actions);
        self.wants_route = true;
    }

    /// A letter of the outbox opens, as it was sealed for its sender.
    pub fn open_sent(&mut self, id: OutboxId, actions: &mut Vec<Action>) {
        self.here = None;
        self.open_message(OpenWhat::Sent(id), OpenedFrom::Sent(id), actions);
    }

    /// Shows the way to open a file.
    pub fn open_dialog(&mut self) {
        self.adding = true;
    }

    /// The newest letter opens as soon as it is fetched.
    pub fn await_newest(&mut self) {
        self.wants_newest = true;
    }

    /// The list's filter gets the keyboard.
    pub fn find(&mut self) {
        self.list.find();
    }

    /// Saves something of the open message where the person chose.
    pub fn save(&mut self, what: SaveWhat, to: PathBuf, actions: &mut Vec<Action>) {
        let Some(open) = &mut self.open else {
            return;
        };
        open.saving = None;
        self.harmful = None;
        let reading = open.reading.clone();
        let letter = |part| Command::SaveLetter {
            reading: reading.clone(),
            part,
            to: to.clone(),
        };
        let command = match what {
            SaveWhat::Attachment(index) => {
                let save = |harmful_too| Command::SaveAttachment {
                    reading: reading.clone(),
                    index,
                    to: to.clone(),
                    harmful_too,
                };
                self.anyway = Some(Box::new(save(true)));
                save(false)
            }
            SaveWhat::Attachments => {
                let save = |harmful_too| Command::SaveAttachments {
                    reading: reading.clone(),
                    folder: to.clone(),
                    harmful_too,
                };
                self.anyway = Some(Box::new(save(true)));
                save(false)
            }
            SaveWhat::Message => letter(LetterPart::Message),
            SaveWhat::Text => letter(LetterPart::Text),
            SaveWhat::Pdf => Command::Print {
                printout: Box::new(wording::printout(&reading)),
                to,
            },
            SaveWhat::Evidence => Command::MakeEvidence {
                reading,
                to: Some(to),
            },
        };
        actions.push(Action::run(Slot::Save, command));
    }

    /// Opens a letter that was fetched.
    pub fn open_letter(&mut self, id: i64, actions: &mut Vec<Action>) {
        self.open_key(Key::Letter(id), actions);
    }

    /// Opens a message that was opened before.
    pub fn open_again(&mut self, id: i64, actions: &mut Vec<Action>) {
        self.open_key(Key::Opened(id), actions);
    }

    /// Nothing of another desk stays on screen.
    pub fn leave_desk(&mut self) {
        *self = ReadPage::default();
    }

    /// What was forgotten is shown again.
    pub fn bring_back(&mut self) {
        self.list.bring_back();
    }

    /// One of many opens; it is not remembered: the file is there.
    fn open_of_many(&mut self, index: usize, actions: &mut Vec<Action>) {
        let Some(many) = &mut self.many else {
            return;
        };
        many.here = Some(index);
        let what = OpenWhat::InBulk(many.list().clone(), index);
        self.told = None;
        self.warning = None;
        self.last = None;
        let command = Command::Open {
            what,
            without_integrity: false,
        };
        actions.push(Action::run(Slot::Open, command));
    }

    fn close(&mut self) {
        self.open = None;
        self.here = None;
    }

    fn open_key(&mut self, key: Key, actions: &mut Vec<Action>) {
        let (what, from) = match key {
            Key::Letter(id) => (OpenWhat::Letter(id), OpenedFrom::Letter(id)),
            Key::Opened(id) => match self.list.head(id) {
                Some(head) => (OpenWhat::Opened(id), head.facts.from.clone()),
                None => return,
            },
        };
        self.here = Some(key);
        self.open_message(what, from, actions);
    }

    fn open_message(&mut self, what: OpenWhat, from: OpenedFrom, actions: &mut Vec<Action>) {
        self.told = None;
        self.warning = None;
        self.wants_route = false;
        self.last = Some((what.clone(), from));
        let command = Command::Open {
            what,
            without_integrity: false,
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
            (Slot::Open, Ok(Outcome::Reading(reading))) => self.opened(reading, actions),
            (Slot::Open, Ok(Outcome::IsReport(path))) => evidence::check(path, None, actions),
            (Slot::Open, Ok(Outcome::IsMany(path))) => {
                self.open = None;
                self.many = Some(many::Many::begin(path, actions));
            }
            (Slot::Open, Err(failure)) => {
                self.open = None;
                if failure.is_for_want_of_integrity() {
                    self.warning = Told::of(&failure);
                } else {
                    self.told = Told::of(&failure);
                }
            }
            (Slot::Evidence, Ok(Outcome::EvidenceChecked(path, answer))) => {
                self.evidence = Some(evidence::Shown { path, answer });
            }
            (Slot::Origin, Ok(Outcome::Origin(answer))) => {
                if let Some(open) = &mut self.open {
                    open.origin = Some(answer);
                }
            }
            (Slot::Training, Ok(Outcome::Training(letter))) => {
                if let Some(training) = &mut self.training {
                    training.shows(letter.trick);
                }
                self.many = None;
                self.open_letter(letter.id, actions);
                actions.push(Action::run(Slot::Letters, Command::Letters));
            }
            (Slot::Opened, Ok(Outcome::Opened(heads))) => self.list.opened(heads),
            (Slot::Remember, Ok(Outcome::Opened(heads))) => {
                self.list.opened(heads);
                let is_letter = matches!(self.here, Some(Key::Letter(_)));
                if self.open.is_some() && !is_letter {
                    // What is open is what was remembered last.
                    self.here = self.list.newest().map(Key::Opened);
                }
            }
            (Slot::Fetch, Ok(Outcome::Letters(letters))) if self.wants_newest => {
                if let Some(newest) = letters.iter().max_by_key(|letter| letter.id) {
                    self.wants_newest = false;
                    self.open_key(Key::Letter(newest.id), actions);
                }
            }
            (Slot::Reply, Ok(Outcome::Reply(reply))) => {
                actions.push(Action::WriteReply(Box::new(reply.form)));
            }
            (Slot::Save, Ok(Outcome::Saved(path))) => {
                if let Some(open) = &mut self.open {
                    open.saved = Some(path.display().to_string());
                }
            }
            (Slot::Save, Ok(Outcome::SavedAll(paths))) => {
                let folder = paths.first().and_then(|path| path.parent());
                if let (Some(open), Some(folder)) = (&mut self.open, folder) {
                    open.saved = Some(format!("{} files in {}", paths.len(), folder.display()));
                }
            }
            (Slot::Training, Err(failure)) => {
                self.training = None;
                self.told = Told::of(&failure);
            }
            (Slot::Save, Err(failure @ Failure::Harm(_))) => {
                self.harmful = Told::of(&failure).zip(self.anyway.take());
            }
            (_, Err(failure)) => self.told = Told::of(&failure),
            (_, Ok(_)) => {}
        }
    }

    fn opened(&mut self, reading: Arc<Reading>, actions: &mut Vec<Action>) {
        self.told = None;
        if let Some((_, from)) = &self.last {
            let command = Command::Remember {
                reading: reading.clone(),
                from: from.clone(),
            };
            actions.push(Action::run(Slot::Remember, command));
        }
        let mut open = message::Open::new(reading);
        if std::mem::take(&mut self.wants_route) {
            open.show_route();
        }
        self.open = Some(open);
    }
}

/// Draws the page.
pub fn read_ui(ui: &mut Ui, view: &View, state: &mut ReadPage) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    let narrow = is_narrow(ui);
    keys_pressed(ui, state, &mut actions);
    list::refresh(view, state);
    egui::CentralPanel::default()
        .frame(page_frame(palette, narrow))
        .show(ui, |ui| {
            read_head_ui(ui, view, state, &mut actions);
            told_ui(ui, &mut state.told);
            training::training_ui(ui, view, state, &mut actions);
            warning_ui(ui, state, &mut actions);
            harmful_ui(ui, state, &mut actions);
            if state.adding {
                open_file_ui(ui, state, &mut actions);
            }
            if state.list.is_empty() && state.open.is_none() && state.many.is_none() {
                if list::empty_ui(ui, view) {
                    actions.push(Action::Go(Place::Settings));
                }
                return;
            }
            let height = ui.available_height();
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = steps(4);
                if !state.list.is_empty() || state.many.is_some() {
                    let width = if narrow { 184.0 } else { 280.0 };
                    ui.allocate_ui_with_layout(
                        vec2(width, height),
                        Layout::top_down(Align::Min),
                        |ui| {
                            ui.set_width(width);
                            match state.many.is_some() {
                                true => {
                                    if many::many_ui(ui, view, state, &mut actions) {
                                        actions.push(Action::Forget(Slot::Many));
                                        state.many = None;
                                        state.open = None;
                                    }
                                }
                                false => list::list_ui(ui, state, &mut actions),
                            }
                        },
                    );
                }
                let rest = vec2(ui.available_width(), height);
                ui.allocate_ui_with_layout(rest, Layout::top_down(Align::Min), |ui| {
                    ui.set_width(rest.x);
                    open_ui(ui, view, state, &mut actions);
                });
            });
        });
    evidence::evidence_ui(ui.ctx(), state, &mut actions);
    actions
}

fn open_ui(ui: &mut Ui, view: &View, state: &mut ReadPage, actions: &mut Vec<Action>) {
    let Some(open) = &mut state.open else {
        let words = if view.is_busy(Slot::Open) {
            "Opening…"
        } else {
            "Choose a letter to read it."
        };
        widgets::empty(ui, words, None);
        return;
    };
    let asked = message::message_ui(ui, view, open, actions);
    if let Some(part) = asked.part {
        let bytes = OpenWhat::Bytes(Arc::new(part));
        state.here = None;
        state.open_message(bytes, OpenedFrom::Part, actions);
    } else if let Some((what, to)) = asked.save {
        state.save(what, to, actions);
    }
}

/// Escape closes; a message on the clipboard opens, unless a field wants the text.
fn keys_pressed(ui: &Ui, state: &mut ReadPage, actions: &mut Vec<Action>) {
    if widgets::escaped(ui) {
        state.close();
        state.adding = false;
    }
    if ui.input_mut(|i| i.consume_key(Modifiers::COMMAND, Press::F)) {
        state.find();
    }
    if let Some(text) = paste::onto_page(ui) {
        state.open_pasted(text, actions);
    }
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
        training::begin_ui(ui, view, state, actions);
        let narrow = is_narrow(ui);
        let label = if narrow { "Paste" } else { "Paste a message" };
        let paste = button(ui, Kind::Plain, Some(Icon::Paste), label)
            .accessible_name("Paste a message")
            .on_hover_text("Ctrl+V");
        if paste.clicked() {
            // What the clipboard holds comes back as a paste, and no field may take it.
            if let Some(focused) = ui.memory(|memory| memory.focused()) {
                ui.memory_mut(|memory| memory.surrender_focus(focused));
            }
            ui.ctx().send_viewport_cmd(ViewportCommand::RequestPaste);
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
    if agreed && let Some((what, _)) = state.last.clone() {
        state.warning = None;
        let command = Command::Open {
            what,
            without_integrity: true,
        };
        actions.push(Action::run(Slot::Open, command));
    }
}

/// An attachment that may be harmful: it is saved after a yes.
fn harmful_ui(ui: &mut Ui, state: &mut ReadPage, actions: &mut Vec<Action>) {
    let Some((told, anyway)) = state.harmful.take() else {
        return;
    };
    let (mut agreed, mut declined) = (false, false);
    widgets::notice_card(ui, Tone::Danger, |ui| {
        widgets::notice_words(ui, &told.notice);
        ui.horizontal(|ui| {
            declined = button(ui, Kind::Plain, None, "Leave it").clicked();
            agreed = button(ui, Kind::Danger, None, "Save it all the same").clicked();
        });
    });
    ui.add_space(steps(2));
    if agreed {
        actions.push(Action::Run(Slot::Save, anyway));
    } else if !declined {
        state.harmful = Some((told, anyway));
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
            state.open_file(path, actions);
        }
        None => {}
    }
    ui.add_space(steps(3));
}

/// The margins of a sheet inside the page.
fn sheet_margin() -> Margin {
    Margin::symmetric(20, 14)
}
