//! How the letter will travel: one sentence first, then who, then what others see.

use super::found::{Found, FoundRow};
use super::{WritePage, others, ways};
use crate::gui::panes::{Pane, pane};
use crate::gui::theme::{self, Palette, Tone, steps};
use crate::gui::view::{Action, Place, Slot, View};
use crate::gui::widgets::{self, fold, link, untrusted};
use egui::{Margin, Ui};

/// Most recipients that the panel names before it is asked for all of them.
const FEW: usize = 8;

/// What is unfolded.
#[derive(Debug)]
pub struct Folds {
    /// What others see.
    pub others: bool,
    /// Other ways to send.
    pub ways: bool,
    /// Every recipient.
    pub all: bool,
}

impl Default for Folds {
    fn default() -> Self {
        Folds {
            others: true,
            ways: false,
            all: false,
        }
    }
}

/// Draws the panel at the right.
pub fn panel_ui(
    ui: &mut Ui,
    view: &View,
    state: &mut WritePage,
    narrow: bool,
    actions: &mut Vec<Action>,
) {
    let palette = Palette::of(ui);
    let width = if narrow { 264.0 } else { 336.0 };
    let side = if narrow { 16 } else { 24 };
    egui::Panel::right("how it will travel")
        .exact_size(width)
        .resizable(false)
        .show_separator_line(false)
        .frame(egui::Frame::new().fill(palette.paper).inner_margin(Margin {
            left: 0,
            right: side,
            top: 28,
            bottom: 12,
        }))
        .show(ui, |ui| {
            pane(ui, Pane::Page(9), ui.max_rect());
            ui.label(theme::large("How it will travel"));
            ui.add_space(steps(3));
            egui::ScrollArea::vertical()
                .id_salt("travel")
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.set_max_width(width - f32::from(side));
                    ui.spacing_mut().item_spacing.y = steps(2);
                    travel_ui(ui, view, state, actions);
                });
        });
}

fn travel_ui(ui: &mut Ui, view: &View, state: &mut WritePage, actions: &mut Vec<Action>) {
    broken_ui(ui, &state.letter.broken());
    match &state.plan.found {
        None => match &state.plan.trouble {
            Some(told) => widgets::notice_still(ui, told.tone, &told.notice),
            None => waiting_ui(ui, view),
        },
        Some(found) => {
            sentence_ui(ui, found);
            people_ui(ui, found, &mut state.folds.all, actions);
            for loss in &found.losses {
                ui.add(egui::Label::new(theme::faded(ui, loss)).wrap());
            }
            ui.add_space(steps(1));
            if found.ready && fold(ui, &mut state.folds.others, "What others see") {
                others::others_ui(ui, view, &mut state.seen, state.revision);
            }
            server_ui(ui, found.server.as_deref(), actions);
        }
    }
    ui.add_space(steps(1));
    ways::ways_ui(ui, state);
}

fn waiting_ui(ui: &mut Ui, view: &View) {
    let words = if view.is_busy(Slot::Preflight) {
        "Looking up the recipients…"
    } else {
        "Write an address, and see here how the letter will travel."
    };
    let faded = Palette::of(ui).faded;
    ui.add(egui::Label::new(theme::body(words).color(faded)).wrap());
}

/// Pieces that are no mail address: nothing can be said of them but that.
fn broken_ui(ui: &mut Ui, broken: &[String]) {
    let (Some(first), more) = (broken.first(), broken.len().saturating_sub(1)) else {
        return;
    };
    let first = untrusted(ui, first, true, 60);
    let words = match more {
        0 => format!("“{first}” is no mail address."),
        more => format!("“{first}” and {more} more are no mail addresses."),
    };
    widgets::notice_card(ui, Tone::Danger, |ui| {
        ui.add(egui::Label::new(theme::strong(words)).wrap());
    });
}

fn sentence_ui(ui: &mut Ui, found: &Found) {
    let tone = if found.ready {
        Tone::Verified
    } else {
        Tone::Caution
    };
    widgets::notice_card(ui, tone, |ui| {
        ui.add(egui::Label::new(theme::strong(&found.sentence)).wrap());
    });
    ui.add_space(steps(1));
}

fn people_ui(ui: &mut Ui, found: &Found, all: &mut bool, actions: &mut Vec<Action>) {
    let count = found.rows.len();
    // Where something is to be done is never folded away, within reason.
    let few = FEW.max(found.to_do.min(3 * FEW));
    let shown = if *all || count <= few + 1 { count } else { few };
    for row in found.rows.iter().take(shown) {
        person_ui(ui, row, actions);
    }
    if count > few + 1 {
        let label = format!("All {count} recipients");
        fold(ui, all, &label);
    }
}

/// One recipient. Rows out of sight keep their place and are not laid out.
fn person_ui(ui: &mut Ui, row: &FoundRow, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let (icon, tone, said) = row.sign;
    ui.horizontal_top(|ui| {
        widgets::icon(ui, icon, palette.tone(tone), palette.paper, said);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            let name = untrusted(ui, &row.name, true, 60);
            let address = untrusted(ui, &row.address, true, 260);
            ui.add(egui::Label::new(theme::strong(name)).truncate())
                .on_hover_text(&address);
            ui.add(egui::Label::new(theme::faded(ui, &row.words)).wrap());
            if !row.next.is_empty() {
                ui.add(egui::Label::new(theme::small(&row.next)).wrap());
            }
            match &row.key {
                Some(key) => {
                    let look = link(ui, "Look at the key");
                    let look = look.accessible_name(format!("Look at the key of {address}"));
                    if look.clicked() {
                        actions.push(Action::ShowKey(key.to_string()));
                    }
                }
                None => {
                    let import = link(ui, "Import a key");
                    let import = import.accessible_name(format!("Import a key for {address}"));
                    if import.clicked() {
                        actions.push(Action::Go(Place::Keys));
                    }
                }
            }
        });
    });
}

fn server_ui(ui: &mut Ui, server: Option<&str>, actions: &mut Vec<Action>) {
    match server {
        Some(server) => {
            let words = format!("Leaves through {server}, over a protected connection.");
            ui.add(egui::Label::new(theme::faded(ui, untrusted(ui, &words, true, 200))).wrap());
        }
        None => {
            let words = "No account is set up to send it yet.";
            ui.add(egui::Label::new(theme::small(words)).wrap());
            if link(ui, "Set up an account").clicked() {
                actions.push(Action::Go(Place::Settings));
            }
        }
    }
}
