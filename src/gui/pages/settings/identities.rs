//! Who you are: addresses with the keys that go with them.

use super::card_ui;
use crate::address::{Address, Mailbox};
use crate::app::command::Command;
use crate::app::port::Identity;
use crate::cert::openpgp::OpenPgpChoice;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{self, Answer, Kind, button, dialog, field, untrusted};
use crate::wording;
use egui::{Align, Layout, Ui};

/// What the section remembers.
#[derive(Default)]
pub struct Identities {
    new: Option<NewIdentity>,
}

#[derive(Default)]
struct NewIdentity {
    name: String,
    address: String,
}

impl Identities {
    /// Asks for name and address.
    pub fn ask(&mut self) {
        self.new = Some(NewIdentity::default());
    }

    /// The new one is there.
    pub fn made(&mut self) {
        self.new = None;
    }
}

/// The primary button.
pub fn primary_ui(ui: &mut Ui, view: &View, state: &mut Identities) {
    if !view.practising() && button(ui, Kind::Primary, Some(Icon::Plus), "New identity…").clicked()
    {
        state.ask();
    }
}

/// Draws the list.
pub fn identities_ui(ui: &mut Ui, view: &View, actions: &mut Vec<Action>) {
    card_ui(ui, "Who you are", |ui| {
        let identities = view.overview.as_ref().map(|o| o.identities.as_slice());
        let identities = identities.unwrap_or_default();
        if identities.is_empty() {
            let words = "Nobody yet. An identity is your name, your mail address, and the key that \
                         letters to you are sealed for.";
            ui.add(egui::Label::new(theme::body(words)).wrap());
        }
        for (place, identity) in identities.iter().enumerate() {
            if place > 0 {
                widgets::rule(ui);
            }
            identity_ui(ui, identity, actions);
        }
    });
}

fn identity_ui(ui: &mut Ui, identity: &Identity, actions: &mut Vec<Action>) {
    let address = identity.mailbox.address.to_string();
    let name = identity.mailbox.name.as_ref();
    let name = name.map_or(address.as_str(), |name| name.raw());
    let name = untrusted(ui, name, true, 60);
    let shown = untrusted(ui, &address, true, 120);
    ui.horizontal(|ui| {
        widgets::avatar(ui, &name, 40.0);
        // The buttons first: what is long gives way to them.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if identity.current {
                let palette = Palette::of(ui);
                ui.label(theme::small("in use"));
                let (color, ground) = (palette.verified, palette.sheet);
                widgets::icon(ui, Icon::Check, color, ground, "In use");
            } else {
                let press = button(ui, Kind::Plain, None, "Use")
                    .accessible_name(format!("Write as {shown}"));
                if press.clicked() {
                    let command = Command::UseIdentity(address.clone());
                    actions.push(Action::run(Slot::Overview, command));
                }
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add(egui::Label::new(theme::strong(name)).truncate());
                ui.add(egui::Label::new(theme::faded(ui, &shown)).truncate());
            });
        });
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = steps(3);
        let since = format!("Since {}", wording::date(identity.since));
        ui.label(theme::faded(ui, since));
        let key = identity.fingerprint.grouped();
        let link = widgets::link(ui, "Its key").accessible_name(format!("The key of {shown}"));
        if link.on_hover_text(&key).clicked() {
            actions.push(Action::ShowKey(identity.fingerprint.to_string()));
        }
    });
}

/// Draws the question for a new one.
pub fn new_identity_ui(
    ui: &mut Ui,
    view: &View,
    state: &mut Identities,
    actions: &mut Vec<Action>,
) {
    let Some(new) = &mut state.new else {
        return;
    };
    let making = view.is_busy(Slot::Identity);
    let mailbox = Address::parse(new.address.trim())
        .ok()
        .filter(|_| !new.name.trim().is_empty())
        .map(|address| Mailbox::named(&new.name, address));
    let ready = mailbox.is_some() && !making;
    let words = if making {
        "Making the key…"
    } else {
        "Make the key"
    };
    let yes = (Kind::Primary, words);
    let answer = dialog(ui.ctx(), "new identity", "New identity", yes, ready, |ui| {
        field(ui, "Name", &mut new.name, "Ada Lovelace");
        field(ui, "Mail address", &mut new.address, "ada@example.org");
        let words = "A new key is made for it, good for three years. Its revocation certificate is \
                     kept with it. Afterwards, back the key up under Keys.";
        ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
    });
    match (answer, mailbox) {
        (Answer::Yes, Some(mailbox)) => {
            let command = Command::NewIdentity {
                mailbox,
                choice: OpenPgpChoice::Compatible,
            };
            actions.push(Action::run(Slot::Identity, command));
        }
        (Answer::No, _) => state.new = None,
        (Answer::Open | Answer::Yes, _) => {}
    }
}
