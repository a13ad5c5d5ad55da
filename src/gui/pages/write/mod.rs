//! Writing a letter: recipients, subject, text, attachments, and how it will travel.

mod drafts;
mod letter;
mod preflight;
mod sent;

use super::{Told, head_ui, page_frame, told_ui};
use crate::address::Mailbox;
use crate::app::command::{
    Answers, Command, DraftForm, DraftSource, FormAttachment, Outcome, Preflight, SendReport, Way,
};
use crate::app::failure::{Failure, FileFailure};
use crate::app::port::DraftHead;
use crate::app::service::draft;
use crate::gui::frame::is_narrow;
use crate::gui::theme::{self, Icon, Palette};
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{Answer, Kind, Recipients, button, dialog};
use egui::Ui;
use std::time::{Duration, Instant};

/// How long typing rests before the draft is kept: well below the two seconds of rule 43.
const REST: Duration = Duration::from_millis(700);
/// The longest that typing goes on without the draft being kept.
const LONGEST: Duration = Duration::from_millis(1_500);
/// How long typing rests before the pre-flight is asked.
const ASK: Duration = Duration::from_millis(200);

/// The page's state: one letter, and what is known of it.
pub struct WritePage {
    letter: Letter,
    /// Grows with every change of the letter.
    revision: u64,
    changed: Option<Changed>,
    saved: u64,
    saving: Option<u64>,
    /// To be sent as soon as the draft rests.
    leaving: Option<Way>,
    asked: Option<Asked>,
    preflight: Option<Preflight>,
    /// Why there is no pre-flight.
    trouble: Option<Told>,
    drafts: Vec<DraftHead>,
    loading: Option<String>,
    choosing: bool,
    told: Option<Told>,
    question: Option<Way>,
    sent: Option<sent::Outcome>,
    folds: preflight::Folds,
    path: String,
    more: bool,
}

/// What is being written.
#[derive(Default)]
struct Letter {
    id: String,
    to: Recipients,
    cc: Recipients,
    bcc: Recipients,
    subject: String,
    body: String,
    attachments: Vec<FormAttachment>,
    answers: Answers,
}

/// Typing that was not kept yet.
#[derive(Clone, Copy)]
struct Changed {
    first: Instant,
    last: Instant,
}

/// What the pre-flight depends on: it is asked again only when this changes.
#[derive(Clone, PartialEq, Eq)]
struct Asked {
    to: String,
    cc: String,
    bcc: String,
    shape: (bool, bool, usize),
}

impl Letter {
    fn form(&self) -> DraftForm {
        DraftForm {
            to: self.to.joined(),
            cc: self.cc.joined(),
            bcc: self.bcc.joined(),
            subject: self.subject.clone(),
            body: self.body.clone(),
            attachments: self.attachments.clone(),
            answers: self.answers.clone(),
        }
    }

    fn is_empty(&self) -> bool {
        self.to.is_empty()
            && self.cc.is_empty()
            && self.bcc.is_empty()
            && self.subject.is_empty()
            && self.body.is_empty()
            && self.attachments.is_empty()
    }

    fn asks(&self) -> Asked {
        Asked {
            to: self.to.finished(),
            cc: self.cc.finished(),
            bcc: self.bcc.finished(),
            shape: (
                self.subject.is_empty(),
                self.body.is_empty(),
                self.attachments.len(),
            ),
        }
    }
}

impl WritePage {
    /// An empty letter. `id` names its draft.
    pub fn new(id: String) -> Self {
        WritePage {
            letter: Letter {
                id,
                ..Letter::default()
            },
            revision: 0,
            changed: None,
            saved: 0,
            saving: None,
            leaving: None,
            asked: None,
            preflight: None,
            trouble: None,
            drafts: Vec::new(),
            loading: None,
            choosing: false,
            told: None,
            question: None,
            sent: None,
            folds: preflight::Folds::default(),
            path: String::new(),
            more: false,
        }
    }

    /// Begins a new letter; the old one rests among the drafts.
    pub fn begin(&mut self, id: String) {
        let drafts = std::mem::take(&mut self.drafts);
        *self = WritePage::new(id);
        self.drafts = drafts;
    }

    /// Begins a letter to somebody, with a subject.
    pub fn begin_to(&mut self, id: String, to: &Mailbox, subject: &str) {
        self.begin(id);
        self.letter.to.add(to);
        self.letter.subject = subject.to_owned();
    }

    /// Begins with what a link suggests.
    pub fn begin_with(&mut self, form: DraftForm) {
        self.load(form);
    }

    /// Begins with the draft of a reply; it is kept from the start.
    pub fn begin_reply(&mut self, form: DraftForm, now: Instant) {
        self.load(form);
        self.touch(now);
    }

    /// Shows the drafts, to find one.
    pub fn find(&mut self) {
        self.choosing = true;
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
                self.touch(now);
            }
            Err(failure) => self.told = Told::of(&Failure::File(failure)),
        }
    }

    /// Keys changed: what is known of the recipients may be old.
    pub fn ask_again(&mut self) {
        self.asked = None;
    }

    fn touch(&mut self, now: Instant) {
        self.revision += 1;
        let first = self.changed.map_or(now, |changed| changed.first);
        self.changed = Some(Changed { first, last: now });
    }

    /// What is due by the clock: keeping the draft and asking the pre-flight. Returns how long
    /// until something is due, if anything is.
    pub fn tend(
        &mut self,
        view: &View,
        now: Instant,
        actions: &mut Vec<Action>,
    ) -> Option<Duration> {
        let keep = self.tend_draft(now, actions);
        let ask = self.tend_preflight(view, now, actions);
        [keep, ask].into_iter().flatten().min()
    }

    fn tend_draft(&mut self, now: Instant, actions: &mut Vec<Action>) -> Option<Duration> {
        let changed = self.changed?;
        if self.saving.is_some() || self.sent.is_some() {
            return None;
        }
        let due = (changed.last + REST).min(changed.first + LONGEST);
        if now < due {
            return Some(due - now);
        }
        self.keep(actions);
        None
    }

    /// Puts the draft to rest now.
    pub fn keep(&mut self, actions: &mut Vec<Action>) {
        if self.changed.take().is_none() || self.revision == self.saved {
            return;
        }
        let id = self.letter.id.clone();
        self.saving = Some(self.revision);
        let command = if self.letter.is_empty() {
            Command::RemoveDraft(id)
        } else {
            let draft = Box::new(self.letter.form());
            Command::SaveDraft { id, draft }
        };
        // A list that was asked for before this is written would be old.
        actions.push(Action::Forget(Slot::Drafts));
        actions.push(Action::run(Slot::Autosave, command));
    }

    fn tend_preflight(
        &mut self,
        view: &View,
        now: Instant,
        actions: &mut Vec<Action>,
    ) -> Option<Duration> {
        let asks = self.letter.asks();
        if self.asked.as_ref() == Some(&asks) || view.overview.is_none() {
            return None;
        }
        if let Some(changed) = self.changed
            && now < changed.last + ASK
        {
            return Some(changed.last + ASK - now);
        }
        self.asked = Some(asks);
        let nobody =
            self.letter.to.is_empty() && self.letter.cc.is_empty() && self.letter.bcc.is_empty();
        if nobody {
            self.preflight = None;
            return None;
        }
        let draft = DraftSource::Form(Box::new(self.letter.form()));
        actions.push(Action::run(Slot::Preflight, Command::Preflight(draft)));
        None
    }

    /// Takes an answer.
    pub fn answer(
        &mut self,
        slot: Slot,
        result: Result<Outcome, Failure>,
        actions: &mut Vec<Action>,
    ) {
        match (slot, result) {
            (Slot::Autosave, Ok(Outcome::Drafts(drafts))) => {
                self.saved = self.saving.take().unwrap_or(self.saved);
                self.drafts = drafts;
                self.leave(actions);
            }
            (Slot::Drafts, Ok(Outcome::Drafts(drafts))) => self.drafts = drafts,
            (Slot::LoadDraft, Ok(Outcome::Draft(form))) => self.load(*form),
            (Slot::Preflight, Ok(Outcome::Preflight(found))) => {
                self.preflight = Some(*found);
                self.trouble = None;
            }
            (Slot::Preflight, Err(failure)) => {
                self.preflight = None;
                self.trouble = Told::of(&failure);
            }
            (Slot::Send, Ok(Outcome::Sent(report))) => self.went(Ok(report), actions),
            (Slot::Send, Err(failure)) if matches!(failure, Failure::Submit(_)) => {
                self.went(Err(failure), actions);
            }
            (Slot::Autosave, Err(failure)) => {
                self.saving = None;
                self.told = Told::of(&failure);
                self.leave(actions);
            }
            (_, Err(failure)) => self.told = Told::of(&failure),
            (_, Ok(_)) => {}
        }
    }

    fn load(&mut self, form: DraftForm) {
        let id = self
            .loading
            .take()
            .unwrap_or_else(|| self.letter.id.clone());
        self.begin(id);
        self.letter.to = Recipients::split(&form.to);
        self.letter.cc = Recipients::split(&form.cc);
        self.letter.bcc = Recipients::split(&form.bcc);
        self.letter.subject = form.subject;
        self.letter.body = form.body;
        self.letter.attachments = form.attachments;
        self.letter.answers = form.answers;
    }

    fn went(&mut self, result: Result<SendReport, Failure>, actions: &mut Vec<Action>) {
        let subject = std::mem::take(&mut self.letter.subject);
        let fresh = self.letter.id.clone() + "+";
        self.begin(fresh);
        self.sent = Some(sent::Outcome::new(subject, result));
        actions.push(Action::Forget(Slot::Preflight));
        actions.push(Action::run(Slot::Outbox, Command::Outbox));
        actions.push(Action::run(Slot::Drafts, Command::Drafts));
    }

    fn send(&mut self, way: Way, actions: &mut Vec<Action>) {
        self.told = None;
        for recipients in [
            &mut self.letter.to,
            &mut self.letter.cc,
            &mut self.letter.bcc,
        ] {
            recipients.finish_all();
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
            ui.add_enabled_ui(!sending, |ui| letter::letter_ui(ui, state, &mut actions));
        });
    question_ui(ui, state, &mut actions);
    drafts::choose_ui(ui, state, &mut actions);
    actions
}

fn question_ui(ui: &Ui, state: &mut WritePage, actions: &mut Vec<Action>) {
    let Some(way) = state.question else {
        return;
    };
    let (title, words, yes) = match way {
        Way::SignOnly => (
            "Send it readable?",
            "Everybody on the way can read this letter: your provider, theirs, and whoever \
             listens between. It carries your signature, so changes would show.",
            "Send it readable, signed",
        ),
        Way::Unprotected | Way::Sealed => (
            "Send it unprotected?",
            "Everybody on the way can read this letter and change it, like a postcard.",
            "Send it unprotected",
        ),
    };
    // What answers a sealed letter goes readable only without anything of it (rule 32).
    let answers_sealed = state.letter.answers.sealed_only;
    let (title, words, yes) = match answers_sealed {
        true => (
            "Send it without the letter it answers?",
            "That letter was sealed for you. To send this readable, its quote and its subject are \
             taken out first. Everybody on the way can then read what you wrote yourself. Anything \
             that you copied from it in your own words stays: read it once more.",
            "Take the quote out and send it",
        ),
        false => (title, words, yes),
    };
    let answer = dialog(
        ui.ctx(),
        "readable",
        title,
        (Kind::Danger, yes),
        true,
        |ui| {
            ui.add(egui::Label::new(theme::body(words)).wrap());
        },
    );
    match answer {
        Answer::Open => {}
        Answer::No => state.question = None,
        Answer::Yes => {
            state.question = None;
            if answers_sealed {
                let form = draft::without_what_it_answers(&state.letter.form());
                state.load(form);
                state.touch(Instant::now());
            }
            state.send(way, actions);
        }
    }
}
