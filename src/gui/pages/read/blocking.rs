//! Blocking the sender of the open letter, for oneself and as a line for a server of one's own.

use crate::app::command::Command;
use crate::gui::theme::{self, Icon, steps};
use crate::gui::toast::Toast;
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{Kind, button, fold, untrusted};
use crate::headers::Origin;
use crate::read::Reading;
use crate::settings::Blocked;
use crate::wording;
use egui::{Label, Ui};

/// Blocks a sender or blocks them no more, with the way back.
pub fn act(entry: &Blocked, block: bool, actions: &mut Vec<Action>) {
    let text = entry.to_string();
    let (words, now, back) = match block {
        true => (
            format!("{text} is blocked."),
            Command::Block(text.clone()),
            Command::Unblock(text),
        ),
        false => (
            format!("{text} is blocked no more."),
            Command::Unblock(text.clone()),
            Command::Block(text),
        ),
    };
    actions.push(Action::run(Slot::Block, now));
    actions.push(Action::Offer(Box::new(Toast::blocking(words, back))));
}

/// Those who sent a letter, as they can be blocked: address, domain, machine.
fn senders(reading: &Reading, origin: &Origin) -> Vec<Blocked> {
    let authors = reading.from();
    let mut all = Vec::new();
    if let [author] = authors.as_slice() {
        all.push(Blocked::Address(author.address.clone()));
        all.extend(Blocked::parse(author.address.domain()));
    }
    let newest = origin.route.iter().rev().find_map(|(hop, _)| hop.ip);
    all.extend(newest.map(Blocked::Machine));
    all
}

/// Draws it.
pub fn blocking_ui(
    ui: &mut Ui,
    view: &View,
    reading: &Reading,
    origin: &Origin,
    lines_open: &mut bool,
    actions: &mut Vec<Action>,
) {
    let senders = senders(reading, origin);
    if senders.is_empty() {
        return;
    }
    let known = view.overview.as_ref().map(|overview| &overview.blocked);
    let is_blocked = |entry: &Blocked| {
        known.is_some_and(|known| known.iter().any(|(blocked, _)| blocked == entry))
    };
    let words = "What a blocked sender sends stays out of your list.";
    ui.add(Label::new(theme::faded(ui, words)).wrap());
    ui.horizontal_wrapped(|ui| {
        for entry in &senders {
            let blocked = is_blocked(entry);
            let name = untrusted(ui, &entry.to_string(), true, 80);
            let label = match (blocked, entry) {
                (true, _) => format!("Unblock {name}"),
                (false, Blocked::Domain(_)) => format!("Block all of {name}"),
                (false, Blocked::Address(_) | Blocked::Machine(_)) => format!("Block {name}"),
            };
            if button(ui, Kind::Plain, None, &label).clicked() {
                act(entry, !blocked, actions);
            }
        }
    });
    if fold(ui, lines_open, "As lines for a mail server of your own") {
        for entry in &senders {
            ui.add_space(steps(1));
            let name = untrusted(ui, &entry.to_string(), true, 80);
            ui.add(Label::new(theme::strong(name)).wrap());
            for (place, lines) in wording::block_lines(entry) {
                ui.add(Label::new(theme::faded(ui, place)).wrap());
                ui.add(Label::new(theme::mono(&lines)).wrap().selectable(true));
                let copy = button(ui, Kind::Quiet, Some(Icon::Paste), "Copy these lines")
                    .accessible_name(format!("Copy the lines against {entry} for {place}"));
                if copy.clicked() {
                    actions.push(Action::Copy(lines));
                }
            }
        }
    }
}
