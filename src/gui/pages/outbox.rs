//! The outbox: letters on their way and those that were sent, in words.

use super::{Told, head_ui, page_frame, told_ui};
use crate::app::command::{Command, Outcome};
use crate::app::failure::Failure;
use crate::app::port::{OutboxEntry, OutboxId, OutboxState, StoredCopy};
use crate::app::service::outbox::refused_of;
use crate::gui::frame::is_narrow;
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::toast::Toast;
use crate::gui::view::{Action, Place, Slot, View};
use crate::gui::widgets::{self, Answer, Kind, Row, button, dialog, rows_ui, untrusted};
use crate::wording;
use egui::{Align, Label, Layout, Margin, Ui, vec2};

/// The page's state.
#[derive(Default)]
pub struct OutboxPage {
    told: Option<Told>,
    question: Option<(Ask, OutboxId)>,
    receipt: Option<OutboxId>,
    /// The letter whose card is shown; the first that needs the person where none was chosen.
    chosen: Option<OutboxId>,
    /// The group that is shown alone.
    only: Option<Group>,
    /// Each letter's group and place in the outbox, in the order that is shown.
    sorted: Vec<(Group, usize)>,
    /// The lists' revision that `sorted` was made of.
    made_of: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// A letter that may have arrived already.
    SendAgain,
    /// A letter goes for good.
    Discard,
}

/// The groups of the outbox, those first that need the person most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    MaybeSent,
    Refused,
    Sending,
    Waiting,
    Sent,
}

const GROUPS: [Group; 5] = [
    Group::MaybeSent,
    Group::Refused,
    Group::Sending,
    Group::Waiting,
    Group::Sent,
];

impl Group {
    fn of(entry: &OutboxEntry) -> Group {
        let of_copy = |copy: &StoredCopy| match copy.state {
            OutboxState::MaybeSent => Group::MaybeSent,
            OutboxState::Refused { .. } => Group::Refused,
            OutboxState::Sending { .. } => Group::Sending,
            OutboxState::Waiting => Group::Waiting,
            // Taken for some of its recipients is refused for the others.
            OutboxState::Sent { .. } if !refused_of(copy).is_empty() => Group::Refused,
            OutboxState::Sent { .. } => Group::Sent,
        };
        entry
            .copies
            .iter()
            .map(of_copy)
            .min()
            .unwrap_or(Group::Waiting)
    }

    fn words(self) -> &'static str {
        match self {
            Group::MaybeSent => "Maybe sent",
            Group::Refused => "Refused",
            Group::Sending => "Sending",
            Group::Waiting => "Waiting",
            Group::Sent => "Sent",
        }
    }

    fn sign(self) -> (Icon, Tone) {
        match self {
            Group::MaybeSent => (Icon::Maybe, Tone::Caution),
            Group::Refused => (Icon::Refused, Tone::Danger),
            Group::Sending => (Icon::Outbox, Tone::Neutral),
            Group::Waiting => (Icon::Clock, Tone::Neutral),
            Group::Sent => (Icon::Check, Tone::Verified),
        }
    }
}

impl OutboxPage {
    /// Takes an answer of [`Slot::Retry`].
    pub fn answer(&mut self, result: &Result<Outcome, Failure>) {
        self.told = match result {
            Ok(_) => None,
            Err(failure) => Told::of(failure),
        };
    }

    /// Sorts the letters into groups when the outbox changed: receipts are read for that.
    fn sort(&mut self, entries: &[OutboxEntry], revision: u64) {
        if self.made_of.replace(revision) == Some(revision) {
            return;
        }
        self.sorted = entries.iter().map(Group::of).zip(0..).collect();
        self.sorted
            .sort_by_key(|(group, index)| (*group, std::cmp::Reverse(*index)));
        if !self
            .sorted
            .iter()
            .any(|(group, _)| Some(*group) == self.only)
        {
            self.only = None;
        }
    }
}

/// Draws the page.
pub fn outbox_ui(ui: &mut Ui, view: &View, state: &mut OutboxPage) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    if widgets::escaped(ui) {
        state.only = None;
    }
    egui::CentralPanel::default()
        .frame(page_frame(palette, is_narrow(ui)))
        .show(ui, |ui| {
            head_ui(ui, "Outbox", |_| {});
            told_ui(ui, &mut state.told);
            let entries = view.outbox.as_deref().unwrap_or_default();
            if entries.is_empty() {
                let words = "Letters that wait, failed or were sent stand here.";
                if widgets::empty(ui, words, Some((Icon::Write, "Write a letter"))) {
                    actions.push(Action::Go(Place::Write));
                }
                return;
            }
            state.sort(entries, view.revision);
            groups_ui(ui, state);
            let only = state.only;
            let in_sight = |group: Group| only.is_none_or(|only| only == group);
            let sorted: Vec<(Group, &OutboxEntry)> = state
                .sorted
                .iter()
                .filter(|(group, _)| in_sight(*group))
                .filter_map(|(group, index)| Some((*group, entries.get(*index)?)))
                .collect();
            let chosen = state.chosen;
            let shown = sorted
                .iter()
                .find(|(_, entry)| Some(entry.id) == chosen)
                .or(sorted.first())
                .copied();
            let height = ui.available_height();
            let whole = ui.available_width();
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = steps(4);
                let list = (whole * 0.44).clamp(200.0, 420.0);
                column(ui, vec2(list, height), |ui| {
                    list_ui(ui, &sorted, shown.map(|(_, entry)| entry.id), state);
                });
                let rest = vec2(ui.available_width(), height);
                column(ui, rest, |ui| {
                    if let Some((group, entry)) = shown {
                        let busy = view.is_busy(Slot::Retry) || view.is_busy(Slot::Send);
                        card_ui(ui, (group, entry), busy, state, &mut actions);
                    }
                });
            });
        });
    question_ui(ui, state, &mut actions);
    receipt_ui(ui, view, state);
    actions
}

fn column(ui: &mut Ui, size: egui::Vec2, content: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_width(size.x);
        content(ui);
    });
}

/// One button for each group that has letters: it shows the group alone, or all again.
fn groups_ui(ui: &mut Ui, state: &mut OutboxPage) {
    ui.horizontal_wrapped(|ui| {
        for group in GROUPS {
            let count = state.sorted.iter().filter(|(of, _)| *of == group).count();
            if count == 0 {
                continue;
            }
            let here = state.only == Some(group);
            let (icon, _) = group.sign();
            let kind = if here { Kind::Plain } else { Kind::Quiet };
            let label = format!("{} {count}", group.words());
            let pressed = button(ui, kind, Some(icon), &label);
            let heard = if here {
                format!("{label}, shown alone")
            } else {
                format!("{label}, show alone")
            };
            if pressed.accessible_name(heard).clicked() {
                state.only = if here { None } else { Some(group) };
            }
        }
    });
    ui.add_space(steps(2));
}

fn list_ui(
    ui: &mut Ui,
    sorted: &[(Group, &OutboxEntry)],
    shown: Option<OutboxId>,
    state: &mut OutboxPage,
) {
    let answer = rows_ui(ui, "Letters in the outbox", sorted.len(), |ui, index| {
        sorted
            .get(index)
            .map_or_else(Row::default, |(group, entry)| {
                entry_row(ui, *group, entry, shown == Some(entry.id))
            })
    });
    if let Some((_, entry)) = answer.chosen.and_then(|index| sorted.get(index)) {
        state.chosen = Some(entry.id);
    }
}

fn subject_of(ui: &Ui, entry: &OutboxEntry) -> String {
    match entry.subject.trim() {
        "" => "(no subject)".to_owned(),
        subject => untrusted(ui, subject, true, 120),
    }
}

fn people_of(ui: &Ui, entry: &OutboxEntry) -> String {
    let to: Vec<String> = entry
        .copies
        .iter()
        .flat_map(|copy| copy.envelope_to.iter().map(ToString::to_string))
        .collect();
    untrusted(ui, &wording::list_of(&to), true, 200)
}

fn entry_row(ui: &Ui, group: Group, entry: &OutboxEntry, here: bool) -> Row {
    let (icon, tone) = group.sign();
    let first = subject_of(ui, entry);
    let second = people_of(ui, entry);
    let state = group.words().to_owned();
    let when = wording::date_time(entry.at);
    Row {
        icon,
        tone,
        heard: format!("{first}, {state}, to {second}, {when}"),
        first,
        aside: when,
        state,
        second,
        here,
        remove: None,
    }
}

/// One letter: what became of each of its copies, and what can be done.
fn card_ui(
    ui: &mut Ui,
    (group, entry): (Group, &OutboxEntry),
    busy: bool,
    state: &mut OutboxPage,
    actions: &mut Vec<Action>,
) {
    let palette = Palette::of(ui);
    let subject = subject_of(ui, entry);
    theme::sheet(palette)
        .inner_margin(Margin::symmetric(20, 16))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = steps(2);
            ui.add(Label::new(theme::large(&subject)).truncate());
            let when = wording::date_time(entry.at);
            let how = wording::protection(entry.protection);
            let line = format!("{}, {how}, {when}", people_of(ui, entry));
            ui.add(Label::new(theme::faded(ui, line)).wrap());
            ui.horizontal_wrapped(|ui| {
                ui.add_enabled_ui(!busy, |ui| {
                    buttons_ui(ui, (group, entry), &subject, state, actions);
                });
            });
            widgets::rule(ui);
            egui::ScrollArea::vertical()
                .id_salt("copies")
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    for copy in entry.copies.iter().take(COPIES) {
                        copy_ui(ui, copy);
                    }
                });
        });
}

/// Most copies that a card shows: a letter to more Bcc recipients is told in the receipt.
const COPIES: usize = 100;

fn copy_ui(ui: &mut Ui, copy: &StoredCopy) {
    let palette = Palette::of(ui);
    let refused = refused_of(copy);
    let (icon, tone) = match copy.state {
        OutboxState::MaybeSent => Group::MaybeSent.sign(),
        OutboxState::Refused { .. } => Group::Refused.sign(),
        OutboxState::Sending { .. } => Group::Sending.sign(),
        OutboxState::Waiting => Group::Waiting.sign(),
        OutboxState::Sent { .. } => Group::Sent.sign(),
    };
    let taken: Vec<String> = copy
        .envelope_to
        .iter()
        .filter(|address| !refused.contains(address))
        .map(ToString::to_string)
        .collect();
    let words = wording::outbox_state(&copy.state);
    ui.horizontal_top(|ui| {
        widgets::icon(ui, icon, palette.tone(tone), palette.sheet, words);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let to = untrusted(ui, &wording::list_of(&taken), true, 400);
            ui.add(Label::new(theme::body(to)).wrap());
            ui.add(Label::new(theme::small(words).color(palette.tone(tone))).wrap());
            for line in wording::stored_refusal(&copy.state) {
                let line = untrusted(ui, &line, true, 400);
                ui.add(Label::new(theme::small(line)).wrap());
            }
            let receipt = wording::stored_receipt(&copy.state);
            let not_taken = receipt.iter().filter(|(name, _)| *name == "Not taken");
            for (name, line) in not_taken {
                let line = untrusted(ui, &format!("{name}: {line}"), true, 400);
                ui.add(Label::new(theme::small(line).color(palette.danger)).wrap());
            }
        });
    });
}

fn buttons_ui(
    ui: &mut Ui,
    (group, entry): (Group, &OutboxEntry),
    subject: &str,
    state: &mut OutboxPage,
    actions: &mut Vec<Action>,
) {
    let some_refused = entry.copies.iter().any(|copy| !refused_of(copy).is_empty());
    match group {
        Group::Waiting | Group::Refused => {
            let words = if some_refused {
                "Try the refused again"
            } else {
                "Try again"
            };
            let again = button(ui, Kind::Plain, Some(Icon::Fetch), words);
            let heard = format!("Try {subject} again");
            if again.accessible_name(heard).clicked() {
                actions.push(retry(entry.id, false));
            }
        }
        Group::MaybeSent => {
            let again = button(ui, Kind::Plain, Some(Icon::Fetch), "Send again…");
            let heard = format!("Send {subject} again");
            if again.accessible_name(heard).clicked() {
                state.question = Some((Ask::SendAgain, entry.id));
            }
        }
        Group::Sent | Group::Sending => {}
    }
    let read = button(ui, Kind::Plain, Some(Icon::Read), "Read it");
    if read.accessible_name(format!("Read {subject}")).clicked() {
        actions.push(Action::ReadSent(entry.id));
    }
    let was_sent = |copy: &StoredCopy| matches!(copy.state, OutboxState::Sent { .. });
    if entry.copies.iter().any(was_sent) {
        let receipt = button(ui, Kind::Plain, None, "Receipt");
        let heard = format!("Receipt of {subject}");
        if receipt.accessible_name(heard).clicked() {
            state.receipt = Some(entry.id);
        }
    }
    if group != Group::Sending {
        let remove = button(ui, Kind::Quiet, None, "Remove…");
        let heard = format!("Remove {subject}");
        if remove.accessible_name(heard).clicked() {
            state.question = Some((Ask::Discard, entry.id));
        }
    }
}

fn retry(id: OutboxId, maybe_sent_too: bool) -> Action {
    Action::run(Slot::Retry, Command::Retry { id, maybe_sent_too })
}

fn question_ui(ui: &Ui, state: &mut OutboxPage, actions: &mut Vec<Action>) {
    let Some((ask, id)) = state.question else {
        return;
    };
    let (title, words, yes) = match ask {
        Ask::SendAgain => (
            "Send it again?",
            "The connection broke just when the letter was handed over. It may have arrived. \
             If it did, the recipients get it twice.",
            "Send it again",
        ),
        Ask::Discard => (
            "Remove this letter?",
            "It is taken out of the outbox for good, with its receipt. What was not sent stays \
             unsent, and it can no longer be read here.",
            "Remove it",
        ),
    };
    let answer = dialog(ui.ctx(), "outbox", title, (Kind::Danger, yes), true, |ui| {
        ui.add(Label::new(theme::body(words)).wrap());
    });
    match (answer, ask) {
        (Answer::Open, _) => return,
        (Answer::No, _) => {}
        (Answer::Yes, Ask::SendAgain) => actions.push(retry(id, true)),
        (Answer::Yes, Ask::Discard) => {
            let toast = Toast::discarding("The letter is removed.", id);
            actions.push(Action::Offer(Box::new(toast)));
        }
    }
    state.question = None;
}

fn receipt_ui(ui: &Ui, view: &View, state: &mut OutboxPage) {
    let Some(id) = state.receipt else {
        return;
    };
    let entries = view.outbox.as_deref().unwrap_or_default();
    let Some(entry) = entries.iter().find(|entry| entry.id == id) else {
        state.receipt = None;
        return;
    };
    let closed = widgets::sheet_dialog(ui.ctx(), "receipt", "Receipt", |ui| {
        egui::ScrollArea::vertical()
            .max_height((ui.ctx().content_rect().height() - 220.0).max(120.0))
            .show(ui, |ui| {
                let last = entry.copies.len().min(COPIES).saturating_sub(1);
                for (place, copy) in entry.copies.iter().take(COPIES).enumerate() {
                    let mut facts = wording::stored_receipt(&copy.state);
                    // All copies have the same.
                    if place == last {
                        facts.push(("Message-ID", entry.message_id.clone()));
                    }
                    widgets::facts(ui, &format!("receipt {}", copy.index), &facts);
                }
            });
    });
    if closed {
        state.receipt = None;
    }
}
