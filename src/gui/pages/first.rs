//! First start: who you are, your key, and then practice or the own account.

use super::{Told, told_ui};
use crate::address::{Address, AddressProblem, Mailbox};
use crate::app::command::{Command, Outcome};
use crate::app::failure::Failure;
use crate::gui::theme::{self, Icon, Palette, icons, steps};
use crate::gui::view::{Action, Place, Slot, View};
use crate::gui::widgets::{self, Kind, button, field};
use egui::{Align, Key, Layout, Sense, Ui, vec2};

/// What first start remembers while it is on screen.
#[derive(Default)]
pub struct FirstStart {
    /// Whether it is over: the person has gone on.
    pub over: bool,
    name: String,
    address: String,
    problem: Option<&'static str>,
    made: bool,
    told: Option<Told>,
}

impl FirstStart {
    /// Takes the answer of [`Slot::Identity`] or [`Slot::Practice`].
    pub fn answer(&mut self, result: &Result<Outcome, Failure>) {
        match result {
            Ok(Outcome::Identity(_)) => {
                self.made = true;
                self.told = None;
            }
            Ok(_) => {}
            Err(failure) => self.told = Told::of(failure),
        }
    }

    /// Whether it is under way: its last step stands although there is an identity by now.
    pub fn began(&self) -> bool {
        self.made
    }

    fn mailbox(&self) -> Result<Mailbox, &'static str> {
        if self.name.trim().is_empty() {
            return Err("Please type your name, as others should see it.");
        }
        match Address::parse(self.address.trim()) {
            Ok(address) => Ok(Mailbox::named(&self.name, address)),
            Err(AddressProblem::Incomplete) => {
                Err("That address is not whole. It looks like ada@example.org.")
            }
            Err(AddressProblem::TooLong) => Err("That address is too long."),
            Err(AddressProblem::BadCharacter | AddressProblem::BadDomain) => {
                Err("That address has a character that addresses do not have.")
            }
        }
    }
}

/// Draws first start over the whole window.
pub fn first_ui(ui: &mut Ui, view: &View, state: &mut FirstStart) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    egui::CentralPanel::default()
        .frame(egui::Frame::new().fill(palette.paper))
        .show(ui, |ui| {
            egui::ScrollArea::vertical().show(ui, |ui| {
                ui.with_layout(Layout::top_down(Align::Center), |ui| {
                    let spare = ui.available_height() - 560.0;
                    let radius = if spare > 0.0 { 42.0 } else { 22.0 };
                    ui.add_space((spare / 2.0).max(steps(2)));
                    let edge = vec2(radius, radius) * 2.2;
                    let (rect, _) = ui.allocate_exact_size(edge, Sense::hover());
                    icons::paint_seal(ui.painter(), rect.center(), radius, palette);
                    ui.add_space(steps(2));
                    theme::sheet(palette)
                        .inner_margin(egui::Margin::symmetric(
                            28,
                            if spare > 0.0 { 28 } else { 16 },
                        ))
                        .show(ui, |ui| {
                            ui.set_width((ui.available_width() - steps(8)).min(440.0));
                            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                                if state.made {
                                    made_ui(ui, view, state, &mut actions);
                                } else {
                                    who_ui(ui, view, state, &mut actions);
                                }
                            });
                        });
                    ui.add_space(steps(2));
                });
            });
        });
    actions
}

fn who_ui(ui: &mut Ui, view: &View, state: &mut FirstStart, actions: &mut Vec<Action>) {
    widgets::heading(ui, "Welcome to Waxwing");
    paragraph(
        ui,
        "Waxwing seals your letters, so that only the people you write to can read them. \
         Who are you?",
    );
    ui.add_space(steps(1));
    told_ui(ui, &mut state.told);
    let name = field(ui, "Your name", &mut state.name, "Ada Lovelace");
    let address = field(
        ui,
        "Your mail address",
        &mut state.address,
        "ada@example.org",
    );
    if name.changed() || address.changed() {
        state.problem = None;
    }
    let entered =
        (name.lost_focus() || address.lost_focus()) && ui.input(|i| i.key_pressed(Key::Enter));
    if let Some(problem) = state.problem {
        let palette = Palette::of(ui);
        ui.horizontal(|ui| {
            widgets::icon(ui, Icon::Warning, palette.danger, palette.sheet, "Not yet");
            ui.add(egui::Label::new(theme::small(problem).color(palette.danger)).wrap());
        });
    }
    ui.add_space(steps(1));
    let making = view.is_busy(Slot::Identity);
    let starting = view.is_busy(Slot::Practice);
    ui.add_enabled_ui(!making && !starting, |ui| {
        let label = if making {
            "Making your key…"
        } else {
            "Make my key"
        };
        if button(ui, Kind::Primary, Some(Icon::Sealed), label).clicked() || entered {
            match state.mailbox() {
                Ok(mailbox) => {
                    let command = Command::NewIdentity { mailbox };
                    actions.push(Action::run(Slot::Identity, command));
                }
                Err(problem) => state.problem = Some(problem),
            }
        }
        ui.add_space(steps(3));
        widgets::rule(ui);
        ui.add_space(steps(1));
        paragraph(
            ui,
            "Or look around first: a practice partner lives in this program. \
             You need no account for that, and nothing leaves this computer.",
        );
        ui.horizontal_wrapped(|ui| {
            practise_ui(ui, Kind::Plain, starting, &state.name, actions);
            if button(ui, Kind::Quiet, None, "I have a key already…").clicked() {
                actions.push(Action::SkipFirstStart);
                actions.push(Action::Go(Place::Keys));
            }
            if button(ui, Kind::Quiet, None, "Skip").clicked() {
                actions.push(Action::SkipFirstStart);
            }
        });
    });
}

fn made_ui(ui: &mut Ui, view: &View, state: &mut FirstStart, actions: &mut Vec<Action>) {
    widgets::heading(ui, "Your key is ready");
    paragraph(
        ui,
        "It is kept on this computer, locked. People who have the open half of it can seal \
         letters for you; only you can open them.",
    );
    told_ui(ui, &mut state.told);
    paragraph(
        ui,
        "Try it out now: write to the practice partner, who lives in this program and answers. \
         Or set up the account that sends your mail.",
    );
    ui.add_space(steps(1));
    let starting = view.is_busy(Slot::Practice);
    ui.add_enabled_ui(!starting, |ui| {
        ui.horizontal_wrapped(|ui| {
            practise_ui(ui, Kind::Primary, starting, &state.name, actions);
            if button(ui, Kind::Plain, None, "Use my own account").clicked() {
                actions.push(Action::SkipFirstStart);
                actions.push(Action::Go(Place::Settings));
            }
            if button(ui, Kind::Quiet, None, "Skip").clicked() {
                actions.push(Action::SkipFirstStart);
            }
        });
    });
}

fn practise_ui(ui: &mut Ui, kind: Kind, starting: bool, name: &str, actions: &mut Vec<Action>) {
    let label = if starting {
        "Getting ready…"
    } else {
        "Practise first"
    };
    if button(ui, kind, Some(Icon::Write), label).clicked() {
        let name = name.trim();
        let name = if name.is_empty() { "You" } else { name };
        let name = name.to_owned();
        actions.push(Action::run(Slot::Practice, Command::StartPractice { name }));
    }
}

fn paragraph(ui: &mut Ui, text: &str) {
    let faded = Palette::of(ui).faded;
    ui.add(egui::Label::new(theme::body(text).color(faded)).wrap());
}
