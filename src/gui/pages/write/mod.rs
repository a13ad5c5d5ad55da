//! Writing a letter: recipients, subject, text, attachments, and how it will travel.

mod attachments;
mod drafts;
mod form;
mod found;
mod letter;
pub mod measure;
mod others;
mod preflight;
mod sent;
mod tend;
mod undo;
mod ways;

use super::{Told, head_ui, page_frame, told_ui};
use crate::address::{Address, Mailbox};
use crate::app::command::{
    Command, DraftForm, DraftSource, Files, FormAttachment, Outcome, SendReport, Way,
};
use crate::app::failure::{Failure, FileFailure};
use crate::app::port::DraftHead;
use crate::gui::frame::is_narrow;
use crate::gui::theme::{Icon, Palette, Tone};
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{Contacts, Kind, button, seen};
use crate::wording;
use egui::Ui;
use form::Letter;
use std::time::Instant;
use tend::Plan;

/// The page's state: one letter, and what is known of it.
pub struct WritePage {
    letter: Letter,
    /// Grows with every change of the letter.
    revision: u64,
    changed: Option<Changed>,
    last_change: Option<Instant>,
    saved: u64,
    saving: Option<u64>,
    /// Whether the files at rest are the letter's.
    files: Files,
    /// To be removed once the save under way is over: before, it would come back.
    removing: Option<String>,
    /// To be sent as soon as the draft rests.
    leaving: Option<Way>,
    plan: Plan,
    seen: others::Seen,
    contacts: Contacts,
    contacts_asked: bool,
    contacts_wanted: bool,
    drafts: Vec<DraftHead>,
    list: drafts::DraftList,
    /// The newest draft is gone on with as soon as it is known, unless something is written first.
    resume: bool,
    loading: Option<String>,
    told: Option<Told>,
    question: Option<Way>,
    offer: Option<undo::Offer>,
    sent: Option<sent::Outcome>,
    folds: preflight::Folds,
    path: String,
    more: bool,
    focus_to: bool,
    write_above: bool,
    /// The text under the letters of an author who is not the identity in use.
    signature: Option<(Address, String)>,
    signature_asked: Option<Address>,
}

/// Typing that was not kept yet.
#[derive(Clone, Copy)]
struct Changed {
    first: Instant,
    last: Instant,
}

impl WritePage {
    /// The page as it is when the window opens: the draft that was in use last comes back. `id`
    /// names the letter's draft until then.
    pub fn new(id: String) -> Self {
        WritePage {
            resume: true,
            ..WritePage::with(Letter::new(id))
        }
    }

    fn with(letter: Letter) -> Self {
        WritePage {
            letter,
            revision: 0,
            changed: None,
            last_change: None,
            saved: 0,
            saving: None,
            files: Files::AsBefore,
            removing: None,
            leaving: None,
            plan: Plan::default(),
            seen: others::Seen::default(),
            contacts: Contacts::default(),
            contacts_asked: false,
            contacts_wanted: false,
            drafts: Vec::new(),
            list: drafts::DraftList::default(),
            resume: false,
            loading: None,
            told: None,
            question: None,
            offer: None,
            sent: None,
            folds: preflight::Folds::default(),
            path: String::new(),
            more: false,
            focus_to: false,
            write_above: false,
            signature: None,
            signature_asked: None,
        }
    }

    /// Puts another letter on the page; what is known beside it stays.
    fn put(&mut self, letter: Letter) {
        *self = WritePage {
            contacts: std::mem::take(&mut self.contacts),
            contacts_asked: self.contacts_asked,
            drafts: std::mem::take(&mut self.drafts),
            removing: self.removing.take(),
            offer: self.offer.take(),
            folds: std::mem::take(&mut self.folds),
            ..WritePage::with(letter)
        };
    }

    /// Puts another text of the same letter on the page; its files are the same.
    fn put_form(&mut self, form: DraftForm) {
        let id = self.letter.id.clone();
        let (revision, saved, files) = (self.revision, self.saved, self.files);
        self.put(Letter::of(id, form));
        (self.revision, self.saved, self.files) = (revision, saved, files);
    }

    /// Begins a new letter; the old one rests among the drafts.
    pub fn begin(&mut self, id: String) {
        self.put(Letter::new(id));
        self.focus_to = true;
    }

    /// Begins a letter to somebody, with a subject.
    pub fn begin_to(&mut self, id: String, to: &Mailbox, subject: &str) {
        self.begin(id);
        self.focus_to = false;
        self.letter.to.add(to);
        self.letter.subject = subject.to_owned();
    }

    /// Begins with what a link or an answer suggests.
    pub fn begin_with(&mut self, mut form: DraftForm) {
        let mut unseen = 0;
        let lines = [
            (&mut form.to, false),
            (&mut form.cc, false),
            (&mut form.bcc, false),
            (&mut form.subject, false),
            (&mut form.body, true),
        ];
        for (text, running) in lines {
            let (clean, count) = seen(text, running);
            *text = clean;
            unseen += count;
        }
        let id = self.letter.id.clone();
        self.put(Letter::of(id, form));
        if unseen > 0 {
            let notice = wording::unseen_left_out(unseen);
            let tone = Tone::Caution;
            self.told = Some(Told { tone, notice });
        }
        // It rests at once: nobody has typed it, and nobody could type it again.
        self.touch(Instant::now());
    }

    /// Goes on with a draft at rest; the letter on screen rests first.
    pub fn open_draft(&mut self, id: String, actions: &mut Vec<Action>) {
        self.keep(actions);
        self.loading = Some(id.clone());
        actions.push(Action::run(Slot::LoadDraft, Command::LoadDraft(id)));
    }

    /// The drafts at rest that are not on screen.
    fn others(&self) -> impl Iterator<Item = &DraftHead> {
        self.drafts
            .iter()
            .filter(|draft| draft.id != self.letter.id)
    }

    /// The draft's name.
    pub fn draft_id(&self) -> &str {
        &self.letter.id
    }

    /// A file for the letter was read, or not.
    pub fn attach(&mut self, read: Result<FormAttachment, FileFailure>, now: Instant) {
        match read {
            Ok(file) => {
                self.letter.attachments.push(file);
                self.files = Files::Changed;
                self.touch(now);
            }
            Err(failure) => self.told = Told::of(&Failure::File(failure)),
        }
    }

    /// Keys changed: what is known of the recipients may be old.
    pub fn ask_again(&mut self) {
        self.plan.ask_again();
        self.seen.ask_again();
        self.contacts_asked = false;
    }

    fn touch(&mut self, now: Instant) {
        self.revision += 1;
        self.last_change = Some(now);
        let first = self.changed.map_or(now, |changed| changed.first);
        self.changed = Some(Changed { first, last: now });
    }

    /// Takes an answer.
    pub fn answer(
        &mut self,
        slot: Slot,
        result: Result<Outcome, Failure>,
        actions: &mut Vec<Action>,
    ) {
        match (slot, result) {
            (Slot::Autosave, result) => self.kept(result, actions),
            (Slot::Drafts, Ok(Outcome::Drafts(drafts))) => self.know_drafts(drafts, actions),
            (Slot::LoadDraft, Ok(Outcome::Draft(form))) => {
                let id = self.loading.take();
                let id = id.unwrap_or_else(|| self.letter.id.clone());
                self.put(Letter::of(id, *form));
            }
            (Slot::FindDrafts, Ok(Outcome::DraftCards(cards))) => self.list.found(cards),
            (Slot::Discard, Ok(Outcome::Discarded(id, form))) => {
                self.drafts.retain(|draft| draft.id != id);
                self.list.ask_again();
                self.discarded(id, form);
            }
            // It was put back.
            (Slot::Discard, Ok(Outcome::Drafts(drafts))) => {
                self.drafts = drafts;
                self.list.ask_again();
            }
            (Slot::Contacts, Ok(Outcome::Contacts(list))) => self.contacts = Contacts::new(list),
            (Slot::AuthorSignature, Ok(Outcome::Signature(whose, text))) => {
                self.signature = Some((whose, text));
            }
            (Slot::Preflight, Ok(Outcome::Preflight(found))) => self.plan.answer(Ok(*found)),
            (Slot::Preflight, Err(failure)) => self.plan.answer(Err(Told::of(&failure))),
            (Slot::OthersSee, Ok(Outcome::OthersSee(rows))) => self.seen.answer(Ok(rows)),
            (Slot::OthersSee, Err(failure)) => self.seen.answer(Err(Told::of(&failure))),
            (Slot::Send, Ok(Outcome::Sent(report))) => self.went(Ok(report), actions),
            (Slot::Send, Err(failure)) if matches!(failure, Failure::Submit(_)) => {
                self.went(Err(failure), actions);
            }
            (_, Err(failure)) => {
                self.loading = None;
                self.told = Told::of(&failure);
            }
            (_, Ok(_)) => {}
        }
    }

    fn know_drafts(&mut self, drafts: Vec<DraftHead>, actions: &mut Vec<Action>) {
        self.drafts = drafts;
        let resume = std::mem::take(&mut self.resume) && self.letter.is_empty();
        let newest = self.drafts.first().filter(|_| resume);
        if let Some(id) = newest.map(|draft| draft.id.clone()) {
            self.open_draft(id, actions);
        }
    }

    fn went(&mut self, result: Result<SendReport, Failure>, actions: &mut Vec<Action>) {
        let subject = std::mem::take(&mut self.letter.subject);
        let fresh = self.letter.id.clone() + "+";
        self.begin(fresh);
        self.contacts_asked = false;
        self.sent = Some(sent::Outcome::new(subject, result));
        actions.push(Action::Forget(Slot::Preflight));
        actions.push(Action::Forget(Slot::OthersSee));
        actions.push(Action::run(Slot::Outbox, Command::Outbox));
        actions.push(Action::run(Slot::Drafts, Command::Drafts));
    }

    fn send(&mut self, way: Way, actions: &mut Vec<Action>) {
        self.told = None;
        self.offer = None;
        for line in [form::Line::To, form::Line::Cc, form::Line::Bcc] {
            self.letter.line(line).finish_all();
        }
        // The draft rests before it leaves: nothing is lost if this goes wrong, and no late save
        // brings a draft back that was sent.
        self.leaving = Some(way);
        self.keep(actions);
        if self.saving.is_none() {
            self.leave(actions);
        }
    }

    fn leave(&mut self, actions: &mut Vec<Action>) {
        let Some(way) = self.leaving.take() else {
            return;
        };
        let command = Command::Send {
            draft: DraftSource::Form(Box::new(self.letter.form())),
            way,
            draft_id: Some(self.letter.id.clone()),
        };
        actions.push(Action::Forget(Slot::OthersSee));
        actions.push(Action::run(Slot::Send, command));
    }
}

/// Draws the page.
pub fn write_ui(ui: &mut Ui, view: &View, state: &mut WritePage) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    let narrow = is_narrow(ui);
    if let Some(outcome) = &mut state.sent {
        let again = egui::CentralPanel::default()
            .frame(page_frame(palette, narrow))
            .show(ui, |ui| sent::sent_ui(ui, view, outcome, &mut actions))
            .inner;
        if again {
            state.sent = None;
        }
        return actions;
    }
    letter::guard(ui, state);
    preflight::panel_ui(ui, view, state, narrow, &mut actions);
    egui::CentralPanel::default()
        .frame(page_frame(palette, narrow))
        .show(ui, |ui| {
            let sending = view.is_busy(Slot::Send) || state.leaving.is_some();
            head_ui(ui, "Write", |ui| {
                let label = if sending {
                    "Sending…"
                } else {
                    "Seal and send"
                };
                let hint = "Ctrl+Enter";
                ui.add_enabled_ui(!sending, |ui| {
                    let press = button(ui, Kind::Primary, Some(Icon::Sealed), label);
                    let by_key =
                        ui.input_mut(|i| i.consume_key(egui::Modifiers::COMMAND, egui::Key::Enter));
                    if press.on_hover_text(hint).clicked() || (by_key && !sending) {
                        state.send(Way::Sealed, &mut actions);
                    }
                    drafts::buttons_ui(ui, state, &mut actions);
                });
            });
            told_ui(ui, &mut state.told);
            ui.add_enabled_ui(!sending, |ui| {
                letter::letter_ui(ui, view, state, &mut actions);
            });
        });
    undo::offer_ui(ui, state, &mut actions);
    ways::question_ui(ui, state, &mut actions);
    drafts::choose_ui(ui, state, &mut actions);
    actions
}
