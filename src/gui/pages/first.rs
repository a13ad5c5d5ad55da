//! First start in three short steps: who you are, your key, and your mail or practice. Each can be
//! skipped.

use super::{Told, told_ui};
use crate::address::{Address, AddressProblem, Mailbox};
use crate::app::command::{Command, Outcome};
use crate::app::failure::Failure;
use crate::cert::openpgp::OpenPgpChoice;
use crate::gui::theme::{self, Icon, Palette, icons, steps};
use crate::gui::view::{Action, Place, Slot, View, Wish};
use crate::gui::widgets::{self, Kind, button, field};
use egui::{Align, Key, Layout, Sense, Ui, vec2};

/// What first start remembers while it is on screen.
#[derive(Default)]
pub struct FirstStart {
    /// Whether it is over: the person has gone on.
    pub over: bool,
    step: Step,
    name: String,
    address: String,
    problem: Option<&'static str>,
    made: bool,
    told: Option<Told>,
}

/// Where first start is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Step {
    /// Name and address.
    #[default]
    Who,
    /// A new key, or one from before.
    Key,
    /// The server, or practice.
    Mail,
}

impl Step {
    const ALL: [(Step, &'static str); 3] = [
        (Step::Who, "Who you are"),
        (Step::Key, "Your key"),
        (Step::Mail, "Your mail"),
    ];

    fn number(self) -> usize {
        match self {
            Step::Who => 1,
            Step::Key => 2,
            Step::Mail => 3,
        }
    }
}

impl FirstStart {
    /// Takes the answer of [`Slot::Identity`] or [`Slot::Practice`].
    pub fn answer(&mut self, result: &Result<Outcome, Failure>) {
        match result {
            Ok(Outcome::Identity(_)) => {
                self.made = true;
                self.step = Step::Mail;
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
                                steps_ui(ui, state.step);
                                match state.step {
                                    Step::Who => who_ui(ui, view, state, &mut actions),
                                    Step::Key => key_ui(ui, view, state, &mut actions),
                                    Step::Mail => mail_ui(ui, view, state, &mut actions),
                                }
                            });
                        });
                    ui.add_space(steps(2));
                });
            });
        });
    actions
}

/// The three steps, and which of them this is.
fn steps_ui(ui: &mut Ui, here: Step) {
    let palette = Palette::of(ui);
    let name = Step::ALL.iter().find(|(step, _)| *step == here);
    let name = name.map_or("", |(_, name)| name);
    let words = format!("Step {} of 3: {name}", here.number());
    let gap = steps(2);
    let width = (ui.available_width() - 2.0 * gap) / 3.0;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), steps(1)), Sense::hover());
    for (number, (step, _)) in Step::ALL.iter().enumerate() {
        let left = rect.left() + number as f32 * (width + gap);
        let part = egui::Rect::from_min_size(egui::pos2(left, rect.top()), vec2(width, 4.0));
        let done = step.number() <= here.number();
        let ink = if done { palette.wax } else { palette.line };
        ui.painter().rect_filled(part, 2, ink);
    }
    ui.label(theme::faded(ui, words));
    ui.add_space(steps(1));
}

fn who_ui(ui: &mut Ui, view: &View, state: &mut FirstStart, actions: &mut Vec<Action>) {
    widgets::heading(ui, "Welcome to Waxwing");
    paragraph(
        ui,
        "Waxwing seals your letters, so that only the people you write to can read them. \
         Who are you?",
    );
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
    problem_ui(ui, state);
    ui.add_space(steps(1));
    let starting = view.is_busy(Slot::Practice);
    ui.add_enabled_ui(!starting, |ui| {
        ui.horizontal_wrapped(|ui| {
            if button(ui, Kind::Primary, None, "Next").clicked() || entered {
                match state.mailbox() {
                    Ok(_) => state.step = Step::Key,
                    Err(problem) => state.problem = Some(problem),
                }
            }
            skip_ui(ui, state, Step::Key);
        });
        ui.add_space(steps(2));
        widgets::rule(ui);
        ui.add_space(steps(1));
        paragraph(
            ui,
            "Or look around first: a practice partner lives in this program. \
             You need no account for that, and nothing leaves this computer.",
        );
        practise_ui(ui, Kind::Plain, starting, &state.name, actions);
    });
}

fn key_ui(ui: &mut Ui, view: &View, state: &mut FirstStart, actions: &mut Vec<Action>) {
    widgets::heading(ui, "Your key");
    paragraph(
        ui,
        "Your key has two halves. People use the open half to seal letters for you; the other \
         stays here, locked, and opens them.",
    );
    told_ui(ui, &mut state.told);
    let making = view.is_busy(Slot::Identity);
    let mailbox = state.mailbox();
    if let Ok(mailbox) = &mailbox {
        let words = format!("For {mailbox}");
        let words = widgets::untrusted(ui, &words, true, 120);
        ui.add(egui::Label::new(theme::strong(words)).wrap());
    } else {
        paragraph(
            ui,
            "A new key needs your name and address, from the step before.",
        );
    }
    ui.add_space(steps(1));
    ui.add_enabled_ui(!making, |ui| {
        ui.horizontal_wrapped(|ui| {
            let label = if making {
                "Making your key…"
            } else {
                "Make my key"
            };
            if let Ok(mailbox) = mailbox
                && button(ui, Kind::Primary, Some(Icon::Sealed), label).clicked()
            {
                let command = Command::NewIdentity {
                    mailbox,
                    choice: OpenPgpChoice::Compatible,
                };
                actions.push(Action::run(Slot::Identity, command));
            }
            if button(ui, Kind::Plain, None, "I have a key already…").clicked() {
                actions.push(Action::SkipFirstStart);
                actions.push(Action::Go(Place::Keys));
                actions.push(Action::Pick(Wish::Keys));
            }
        });
        ui.horizontal_wrapped(|ui| {
            back_ui(ui, state, Step::Who);
            skip_ui(ui, state, Step::Mail);
        });
    });
}

fn mail_ui(ui: &mut Ui, view: &View, state: &mut FirstStart, actions: &mut Vec<Action>) {
    if state.made {
        widgets::heading(ui, "Your key is ready");
    } else {
        widgets::heading(ui, "Your mail");
    }
    told_ui(ui, &mut state.told);
    paragraph(
        ui,
        "Try it out now: write to the practice partner, who lives in this program and answers. \
         Or name the server that sends your mail.",
    );
    ui.add_space(steps(1));
    let starting = view.is_busy(Slot::Practice);
    ui.add_enabled_ui(!starting, |ui| {
        ui.horizontal_wrapped(|ui| {
            practise_ui(ui, Kind::Primary, starting, &state.name, actions);
            // An account belongs to somebody.
            if state.made && button(ui, Kind::Plain, None, "Use my own account").clicked() {
                actions.push(Action::SkipFirstStart);
                actions.push(Action::Go(Place::Settings));
            }
        });
        ui.horizontal_wrapped(|ui| {
            if !state.made {
                back_ui(ui, state, Step::Key);
            }
            if button(ui, Kind::Quiet, None, "Skip").clicked() {
                actions.push(Action::SkipFirstStart);
            }
        });
    });
}

fn problem_ui(ui: &mut Ui, state: &FirstStart) {
    let Some(problem) = state.problem else {
        return;
    };
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        widgets::icon(ui, Icon::Warning, palette.danger, palette.sheet, "Not yet");
        ui.add(egui::Label::new(theme::small(problem).color(palette.danger)).wrap());
    });
}

fn back_ui(ui: &mut Ui, state: &mut FirstStart, to: Step) {
    if button(ui, Kind::Quiet, None, "Back").clicked() {
        state.step = to;
    }
}

fn skip_ui(ui: &mut Ui, state: &mut FirstStart, to: Step) {
    if button(ui, Kind::Quiet, None, "Skip").clicked() {
        state.problem = None;
        state.step = to;
    }
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
