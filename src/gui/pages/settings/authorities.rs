//! Who may vouch for others: the authorities that the person trusts, and the system's.

use super::card_ui;
use crate::address::{Address, domain_to_ascii};
use crate::app::command::{AnchorList, Command, KeySource};
use crate::app::port::PinnedAnchor;
use crate::base::Untrusted;
use crate::cert::x509::chain::AnchorFor;
use crate::gui::theme::{self, Icon, steps};
use crate::gui::toast::Toast;
use crate::gui::view::{Action, Slot, View, Wish};
use crate::gui::widgets::{
    self, Answer, Kind, PathAnswer, button, choice, dialog, field, path_field, untrusted,
};
use crate::wording;
use egui::{Align, Layout, Ui};
use std::path::PathBuf;

/// What the section remembers.
#[derive(Default)]
pub struct Authorities {
    list: Option<AnchorList>,
    add: Option<Add>,
}

/// An authority that is about to be trusted.
#[derive(Default)]
struct Add {
    path: String,
    only_some: bool,
    whom: String,
}

impl Add {
    /// For whom it shall count; `None` while what was typed is neither a domain nor an address.
    fn counts_for(&self) -> Option<AnchorFor> {
        let whom = self.whom.trim();
        if !self.only_some {
            return Some(AnchorFor::Anybody);
        }
        if whom.contains('@') {
            return Address::parse(whom).ok().map(AnchorFor::Address);
        }
        domain_to_ascii(whom).ok().map(AnchorFor::Domain)
    }
}

impl Authorities {
    /// The list came.
    pub fn listed(&mut self, list: AnchorList) {
        self.list = Some(list);
    }

    /// The new one is trusted.
    pub fn added(&mut self) {
        self.add = None;
    }

    /// The person chose a file.
    pub fn chosen(&mut self, path: &std::path::Path) {
        let add = self.add.get_or_insert_default();
        add.path = path.to_string_lossy().into_owned();
    }

    /// What to ask when the section is shown.
    pub fn ask() -> Action {
        Action::run(Slot::Anchors, Command::Anchors)
    }
}

/// The primary button.
pub fn primary_ui(ui: &mut Ui, state: &mut Authorities) {
    if button(ui, Kind::Primary, Some(Icon::Plus), "Trust an authority…").clicked() {
        state.add = Some(Add::default());
    }
}

/// Draws the lists.
pub fn authorities_ui(ui: &mut Ui, view: &View, state: &Authorities, actions: &mut Vec<Action>) {
    let Some(list) = &state.list else {
        card_ui(ui, "Whom you trust to vouch", |ui| {
            ui.label(theme::faded(ui, "Looking…"));
        });
        return;
    };
    card_ui(ui, "Whom you trust to vouch", |ui| {
        let words = "An authority says whose an S/MIME certificate is. Offices and hospitals often have \
                     one of their own: ask them for its certificate.";
        ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
        if list.pinned.is_empty() {
            ui.add(egui::Label::new(theme::body("You chose none yet.")).wrap());
        }
        for (place, (name, anchor)) in list.pinned.iter().enumerate() {
            if place > 0 {
                widgets::rule(ui);
            }
            pinned_ui(ui, name, anchor, actions);
        }
    });
    card_ui(ui, "Whom the system trusts", |ui| {
        for line in wording::system_authorities(list) {
            ui.add(egui::Label::new(theme::body(line)).wrap());
        }
        if list.unstated > 0 {
            let busy = view.is_busy(Slot::Anchors);
            let words = "Let that list vouch for mail too";
            let pressed = ui
                .add_enabled_ui(!busy, |ui| widgets::check(ui, words, list.uses_system_list))
                .inner;
            if pressed {
                let command = Command::UseSystemList(!list.uses_system_list);
                actions.push(Action::run(Slot::Anchors, command));
            }
        }
    });
}

fn pinned_ui(ui: &mut Ui, name: &Untrusted, anchor: &PinnedAnchor, actions: &mut Vec<Action>) {
    let shown = untrusted(ui, name.raw(), true, 80);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let press = button(ui, Kind::Plain, None, "Trust no more")
                .accessible_name(format!("Trust {shown} no more"));
            if press.clicked() {
                let toast =
                    Toast::distrusting(format!("{shown} vouches for nobody any more."), anchor);
                actions.push(Action::Offer(Box::new(toast)));
                let key = anchor.fingerprint.to_string();
                actions.push(Action::run(Slot::Distrust, Command::Reject { key }));
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add(egui::Label::new(theme::strong(shown.clone())).truncate());
                let whom = match &anchor.counts_for {
                    AnchorFor::Anybody => "everybody".to_owned(),
                    AnchorFor::Domain(domain) => untrusted(ui, domain, true, 80),
                    AnchorFor::Address(address) => untrusted(ui, address.as_str(), true, 80),
                };
                let since = wording::date(anchor.since);
                let words = format!("Vouches for {whom}, since {since}");
                ui.add(egui::Label::new(theme::faded(ui, words)).truncate());
            });
        });
    });
    let print = theme::mono(anchor.fingerprint.grouped());
    ui.add(egui::Label::new(print).selectable(true).wrap());
}

/// Draws the question for a new one.
pub fn add_ui(ui: &mut Ui, view: &View, state: &mut Authorities, actions: &mut Vec<Action>) {
    let Some(add) = &mut state.add else {
        return;
    };
    let counts_for = add.counts_for();
    let busy = view.is_busy(Slot::Import) || view.is_busy(Slot::Anchors);
    let ready = !busy && !add.path.trim().is_empty() && counts_for.is_some();
    let yes = (Kind::Primary, "Trust it");
    let answer = dialog(
        ui.ctx(),
        "authority",
        "Trust an authority",
        yes,
        ready,
        |ui| {
            let words = "Whoever it vouches for is taken at its word. Compare its fingerprint with one that \
                     you got in another way.";
            ui.add(egui::Label::new(theme::body(words)).wrap());
            let choose = (Icon::File, "Choose…");
            let name = "Path of the authority's certificate";
            if let Some(PathAnswer::Browse) = path_field(ui, choose, name, &mut add.path, "") {
                actions.push(Action::Pick(Wish::Authority));
            }
            ui.add_space(steps(1));
            if choice(ui, "It vouches for everybody", !add.only_some) {
                add.only_some = false;
            }
            if choice(ui, "Only for one domain or address", add.only_some) {
                add.only_some = true;
            }
            if add.only_some {
                field(ui, "Domain or address", &mut add.whom, "example.org");
            }
        },
    );
    match (answer, counts_for) {
        (Answer::Yes, Some(counts_for)) => {
            let path = PathBuf::from(add.path.trim());
            let command = Command::PinAnchors {
                sources: vec![KeySource::File(path)],
                counts_for,
            };
            actions.push(Action::run(Slot::Anchors, command));
        }
        (Answer::No, _) => state.add = None,
        (Answer::Open | Answer::Yes, _) => {}
    }
}
