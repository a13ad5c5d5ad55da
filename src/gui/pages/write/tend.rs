//! What is due by the clock: keeping the draft, asking how it would travel.

use super::found::Found;
use super::{Told, WritePage};
use crate::app::command::{Command, DraftForm, DraftSource, Files, Outcome, Preflight};
use crate::app::failure::Failure;
use crate::gui::view::{Action, Slot, View};
use std::time::{Duration, Instant};

/// How long typing rests before the draft is kept: well below the two seconds of rule 43.
const REST: Duration = Duration::from_millis(700);
/// The longest that typing goes on without the draft being kept.
const LONGEST: Duration = Duration::from_millis(1_500);
/// How long typing rests before the pre-flight is asked.
const ASK: Duration = Duration::from_millis(150);

/// How the letter would travel, as far as it is known.
#[derive(Default)]
pub struct Plan {
    /// What was found for the people last asked for.
    pub found: Option<Found>,
    /// Why there is nothing.
    pub trouble: Option<Told>,
    /// Which people `found` is about: see [`WritePage::revision_of_people`].
    pub of: Option<u64>,
    /// The people last asked for.
    asked: Option<DraftForm>,
    /// Grows with every change of the people.
    people: u64,
    /// The letter's revision when its people were last looked at.
    looked: Option<u64>,
}

impl Plan {
    /// Keys or identities changed.
    pub fn ask_again(&mut self) {
        self.asked = None;
        self.looked = None;
    }

    /// Takes the answer.
    pub fn answer(&mut self, result: Result<Preflight, Option<Told>>) {
        self.of = Some(self.people);
        (self.found, self.trouble) = match result {
            Ok(preflight) => (Some(Found::new(preflight)), None),
            Err(told) => (None, told),
        };
    }
}

impl WritePage {
    /// Does what is due. Returns how long until something else is, if anything.
    pub fn tend(
        &mut self,
        view: &View,
        now: Instant,
        actions: &mut Vec<Action>,
    ) -> Option<Duration> {
        self.tend_signature(view, now, actions);
        let keep = self.tend_draft(now, actions);
        let ask = self.tend_plan(view, now, actions);
        let others = self.tend_others(view, now, actions);
        self.tend_contacts(view, actions);
        let offered = self.offer.as_ref().and_then(|offer| offer.left(now));
        if offered.is_none() {
            self.offer = None;
        }
        [keep, ask, others, offered].into_iter().flatten().min()
    }

    /// Which people the letter is from and to, as a number that grows.
    pub(super) fn revision_of_people(&self) -> u64 {
        self.plan.people
    }

    /// Puts the signature text of whoever writes under a new letter.
    fn tend_signature(&mut self, view: &View, now: Instant, actions: &mut Vec<Action>) {
        let Some(me) = view.me().filter(|_| self.letter.signs()) else {
            return;
        };
        let author = &self.letter.from.as_ref().unwrap_or(me).address;
        let known = if *author == me.address {
            &view.signature
        } else {
            &self.signature
        };
        match known {
            Some((whose, text)) if whose == author => {
                let text = text.clone();
                let fresh = self.letter.is_empty();
                if self.letter.sign(&text) {
                    self.write_above = fresh;
                    if !fresh {
                        self.touch(now);
                    }
                }
            }
            // The window asks for the one of the identity in use.
            Some(_) | None if *author == me.address => {}
            Some(_) | None => {
                if self.signature_asked.as_ref() != Some(author) {
                    let address = Some(author.clone());
                    self.signature_asked = address.clone();
                    let command = Command::Signature { address };
                    actions.push(Action::run(Slot::AuthorSignature, command));
                }
            }
        }
    }

    fn tend_draft(&mut self, now: Instant, actions: &mut Vec<Action>) -> Option<Duration> {
        let changed = self.changed?;
        if self.saving.is_some() || self.removing.is_some() || self.sent.is_some() {
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
        self.changed = None;
        if self.revision == self.saved {
            return;
        }
        let id = self.letter.id.clone();
        self.saving = Some(self.revision);
        let command = if self.letter.is_empty() {
            Command::RemoveDraft(id)
        } else {
            let draft = Box::new(self.letter.form());
            let files = std::mem::replace(&mut self.files, Files::AsBefore);
            Command::SaveDraft { id, draft, files }
        };
        // A list that was asked for before this is written would be old.
        actions.push(Action::Forget(Slot::Drafts));
        actions.push(Action::run(Slot::Autosave, command));
    }

    /// The draft rests, or not.
    pub(super) fn kept(&mut self, result: Result<Outcome, Failure>, actions: &mut Vec<Action>) {
        if let Some(id) = self.removing.take() {
            actions.push(Action::run(Slot::Drafts, Command::RemoveDraft(id)));
        }
        match result {
            Ok(outcome) => {
                self.saved = self.saving.take().unwrap_or(self.saved);
                if let Outcome::Drafts(drafts) = outcome {
                    self.drafts = drafts;
                }
            }
            Err(failure) => {
                // What was to rest does not; the next save writes everything.
                self.saving = None;
                self.files = Files::Changed;
                self.told = Told::of(&failure);
            }
        }
        self.leave(actions);
    }

    fn tend_plan(
        &mut self,
        view: &View,
        now: Instant,
        actions: &mut Vec<Action>,
    ) -> Option<Duration> {
        if self.plan.looked == Some(self.revision) || view.overview.is_none() {
            return None;
        }
        if let Some(last) = self.last_change
            && now < last + ASK
        {
            return Some(last + ASK - now);
        }
        self.plan.looked = Some(self.revision);
        let people = self.letter.people();
        if self.plan.asked.as_ref() == Some(&people) {
            return None;
        }
        self.plan.people += 1;
        self.plan.asked = Some(people.clone());
        if people.to.is_empty() && people.cc.is_empty() && people.bcc.is_empty() {
            self.plan.found = None;
            self.plan.trouble = None;
            actions.push(Action::Forget(Slot::Preflight));
            return None;
        }
        let draft = DraftSource::Form(Box::new(people));
        actions.push(Action::run(Slot::Preflight, Command::Preflight(draft)));
        None
    }

    /// People to write to are read when somebody is about to be written to, and not before: it
    /// takes a look at every key.
    fn tend_contacts(&mut self, view: &View, actions: &mut Vec<Action>) {
        if self.contacts_wanted && !self.contacts_asked && view.me().is_some() {
            self.contacts_asked = true;
            actions.push(Action::run(Slot::Contacts, Command::Contacts));
        }
    }
}
