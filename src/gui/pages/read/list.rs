//! The list at the left: letters that were fetched and messages that were opened, in one order.

use super::{Key, ReadPage, summary_sign_of};
use crate::app::port::{LetterHead, OpenedFacts, OpenedFrom, OpenedHead};
use crate::base::Time;
use crate::gui::panes::{Pane, pane};
use crate::gui::theme::{self, Icon, Tone, steps};
use crate::gui::toast::Toast;
use crate::gui::view::{Action, View};
use crate::gui::widgets::{self, Kind, Row, button, line, rows_ui, untrusted};
use crate::wording;
use egui::{Align, Layout, Ui};
use std::collections::{HashMap, HashSet};

/// One line of the list.
struct Entry {
    key: Key,
    at: Time,
    /// What is known of it; nothing of a letter that was not opened yet.
    facts: Option<OpenedFacts>,
    /// What the filter looks through, in lower case.
    haystack: String,
}

/// The list, and what is looked for in it.
#[derive(Default)]
pub struct List {
    opened: Vec<OpenedHead>,
    entries: Vec<Entry>,
    /// The entries that match, by their numbers.
    shown: Vec<usize>,
    filter: String,
    /// The lists' revision that `entries` was made of.
    made_of: Option<u64>,
    wants_focus: bool,
    /// Forgotten and not shown; gone only when there is no more way to take it back.
    hidden: HashSet<i64>,
    /// How many letters are from blocked senders, and whether they are shown.
    unwanted: usize,
    unwanted_too: bool,
}

impl List {
    /// What was opened, as it is remembered now.
    pub fn opened(&mut self, opened: Vec<OpenedHead>) {
        self.opened = opened;
        let left: HashSet<i64> = self.opened.iter().map(|head| head.id).collect();
        self.hidden.retain(|id| left.contains(id));
        self.made_of = None;
    }

    /// What is remembered of one.
    pub fn head(&self, id: i64) -> Option<&OpenedHead> {
        self.opened.iter().find(|head| head.id == id)
    }

    /// The name of what was opened last.
    pub fn newest(&self) -> Option<i64> {
        self.opened.first().map(|head| head.id)
    }

    /// Whether there is nothing at all to list.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.unwanted == 0
    }

    /// The filter gets the keyboard.
    pub fn find(&mut self) {
        self.wants_focus = true;
    }

    /// What was forgotten is shown again.
    pub fn bring_back(&mut self) {
        self.hidden.clear();
        self.made_of = None;
    }

    fn forget(&mut self, ids: Vec<i64>, actions: &mut Vec<Action>) {
        let words = match ids.len() {
            1 => "Forgotten.".to_owned(),
            n => format!("{n} forgotten."),
        };
        self.hidden.extend(&ids);
        self.made_of = None;
        actions.push(Action::Offer(Box::new(Toast::forgetting(words, ids))));
    }

    /// Makes the entries anew when what they are made of changed.
    fn refresh(&mut self, letters: &[LetterHead], revision: u64) {
        if self.made_of.replace(revision) == Some(revision) {
            return;
        }
        let mut of_letters: HashMap<i64, &OpenedHead> = HashMap::new();
        let mut entries = Vec::new();
        for head in self
            .opened
            .iter()
            .filter(|head| !self.hidden.contains(&head.id))
        {
            match head.facts.from {
                OpenedFrom::Letter(letter) => {
                    of_letters.insert(letter, head);
                }
                OpenedFrom::Sent(_)
                | OpenedFrom::File(_)
                | OpenedFrom::Pasted
                | OpenedFrom::Part => {
                    entries.push(Entry::of(Key::Opened(head.id), head.at, Some(&head.facts)));
                }
            }
        }
        self.unwanted = letters.iter().filter(|letter| letter.blocked).count();
        let wanted = |letter: &&LetterHead| self.unwanted_too || !letter.blocked;
        for letter in letters.iter().filter(wanted) {
            let facts = of_letters.get(&letter.id).map(|head| &head.facts);
            entries.push(Entry::of(Key::Letter(letter.id), letter.at, facts));
        }
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        self.entries = entries;
        self.search();
    }

    fn search(&mut self) {
        let wanted = self.filter.trim().to_lowercase();
        let matches = |entry: &Entry| wanted.is_empty() || entry.haystack.contains(&wanted);
        self.shown = self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| matches(entry))
            .map(|(index, _)| index)
            .collect();
    }

    fn shown(&self, row: usize) -> Option<&Entry> {
        self.entries.get(*self.shown.get(row)?)
    }
}

impl Entry {
    fn of(key: Key, at: Time, facts: Option<&OpenedFacts>) -> Entry {
        let haystack = facts.map(|facts| match &facts.from {
            OpenedFrom::File(path) => format!("{} {} {path}", facts.author, facts.subject),
            OpenedFrom::Letter(_) | OpenedFrom::Sent(_) | OpenedFrom::Pasted | OpenedFrom::Part => {
                format!("{} {}", facts.author, facts.subject)
            }
        });
        Entry {
            key,
            at,
            facts: facts.cloned(),
            haystack: haystack.unwrap_or_default().to_lowercase(),
        }
    }
}

/// Brings the list up to date with what the page may look at.
pub fn refresh(view: &View, state: &mut ReadPage) {
    let letters = view.letters.as_deref().unwrap_or_default();
    state.list.refresh(letters, view.revision);
}

/// Draws the list.
pub fn list_ui(ui: &mut Ui, state: &mut ReadPage, actions: &mut Vec<Action>) {
    pane(ui, Pane::Page(1), ui.max_rect());
    filter_ui(ui, &mut state.list);
    let foot = steps(9);
    let room = (ui.available_height() - foot).max(steps(16));
    let width = ui.available_width();
    ui.allocate_ui(egui::vec2(width, room), |ui| {
        ui.set_width(width);
        rows_of(ui, state, actions);
    });
    foot_ui(ui, state, actions);
}

fn rows_of(ui: &mut Ui, state: &mut ReadPage, actions: &mut Vec<Action>) {
    let list = &state.list;
    if list.shown.is_empty() {
        ui.add_space(steps(3));
        ui.label(theme::faded(ui, "No letter matches."));
        return;
    }
    let here = state.here;
    let answer = rows_ui(ui, "Letters in the list", list.shown.len(), |ui, index| {
        list.shown(index)
            .map_or_else(Row::default, |entry| entry_row(ui, entry, here))
    });
    let key = |row: Option<usize>| row.and_then(|row| list.shown(row)).map(|entry| entry.key);
    let (chosen, removed) = (key(answer.chosen), key(answer.removed));
    if let Some(Key::Opened(id)) = removed {
        if here == removed {
            state.close();
        }
        state.list.forget(vec![id], actions);
    } else if let Some(key) = chosen {
        state.open_key(key, actions);
    }
}

fn filter_ui(ui: &mut Ui, list: &mut List) {
    let width = ui.available_width();
    let field = line(ui, &mut list.filter, "Find", width).accessible_name("Find in the list");
    if std::mem::take(&mut list.wants_focus) {
        field.request_focus();
    }
    if field.changed() {
        list.search();
    }
    ui.add_space(steps(1));
}

/// Under the list: forgetting all.
fn foot_ui(ui: &mut Ui, state: &mut ReadPage, actions: &mut Vec<Action>) {
    ui.add_space(steps(1));
    if state.list.unwanted > 0 {
        let words = match (state.list.unwanted_too, state.list.unwanted) {
            (true, _) => "Hide letters from blocked senders".to_owned(),
            (false, 1) => "Show 1 letter from a blocked sender".to_owned(),
            (false, n) => format!("Show {n} letters from blocked senders"),
        };
        if button(ui, Kind::Quiet, None, &words).clicked() {
            state.list.unwanted_too = !state.list.unwanted_too;
            state.list.made_of = None;
        }
    }
    let list = &state.list;
    let shown = list.opened.iter().map(|head| head.id);
    let ids: Vec<i64> = shown.filter(|id| !list.hidden.contains(id)).collect();
    if ids.is_empty() {
        return;
    }
    let all = ui
        .with_layout(Layout::left_to_right(Align::Center), |ui| {
            button(ui, Kind::Quiet, None, "Forget all")
                .accessible_name("Forget all that was opened")
                .on_hover_text("Letters that were fetched stay")
                .clicked()
        })
        .inner;
    if all {
        state.list.forget(ids, actions);
        if let Some(Key::Opened(_)) = state.here {
            state.close();
        }
    }
}

fn entry_row(ui: &Ui, entry: &Entry, here: Option<Key>) -> Row {
    let when = wording::date_time(entry.at);
    let is_here = here == Some(entry.key);
    let Some(facts) = &entry.facts else {
        return Row {
            icon: Icon::Ring,
            tone: Tone::Neutral,
            first: "Not opened yet".to_owned(),
            heard: format!("Not opened yet, {when}"),
            second: when,
            here: is_here,
            ..Row::default()
        };
    };
    let (tone, icon, summary) = summary_sign_of(&facts.summary);
    let first = match facts.author.as_str() {
        "" => "Sender unclear".to_owned(),
        author => untrusted(ui, author, true, 60),
    };
    let second = match facts.subject.trim() {
        "" => "(no subject)".to_owned(),
        subject => untrusted(ui, subject, true, 80),
    };
    let source = match &facts.from {
        OpenedFrom::Letter(_) => String::new(),
        OpenedFrom::Sent(_) => ", sent by you".to_owned(),
        OpenedFrom::File(path) => format!(", {}", untrusted(ui, path, true, 120)),
        OpenedFrom::Pasted => ", pasted".to_owned(),
        OpenedFrom::Part => ", a part of another letter".to_owned(),
    };
    let remove = match entry.key {
        Key::Letter(_) => None,
        Key::Opened(_) => Some(format!("Forget {second}")),
    };
    Row {
        icon,
        tone,
        heard: format!("{first}, {second}, {summary}{source}, {when}"),
        first,
        second,
        here: is_here,
        remove,
        ..Row::default()
    }
}

/// What the page says where nothing is listed and nothing is open.
pub fn empty_ui(ui: &mut Ui, view: &View) -> bool {
    if view
        .account()
        .is_some_and(|account| account.mailbox.is_some())
    {
        let words = "No letters here yet. Fetch them, open a file, drop one here, or paste one.";
        widgets::empty(ui, words, None);
        return false;
    }
    let (more, label) = match view.account() {
        Some(_) => (
            "To fetch letters too, name the server that keeps them in your account.",
            "Go to your account",
        ),
        None => (
            "To fetch letters from your server, set up an account.",
            "Set up an account",
        ),
    };
    let words =
        format!("Open a letter that you saved as a file, drop it here, or paste it. {more}");
    widgets::empty(ui, &words, Some((Icon::Settings, label)))
}
