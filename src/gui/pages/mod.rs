//! The pages. Each has its state, a `…_ui` that draws it and gives back what it asks for, and an
//! `answer` that takes what came of it.

pub mod check;
pub mod first;
pub mod keys;
pub mod look;
pub mod outbox;
pub mod read;
pub mod settings;
pub mod write;

use super::theme::{self, Palette, Tone, steps};
use super::widgets;
use crate::app::failure::Failure;
use crate::wording::{self, Notice, Turn};
use egui::{Align, Layout, Margin, Ui};

/// What a page tells until it is put away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// How it stands.
    pub tone: Tone,
    /// In words.
    pub notice: Notice,
}

impl Told {
    /// A failure. `None` for what the person stopped themselves: they know.
    pub fn of(failure: &Failure) -> Option<Told> {
        if matches!(failure, Failure::Cancelled) {
            return None;
        }
        let notice = wording::failure(failure);
        let tone = match notice.turn {
            Turn::You | Turn::Nobody => Tone::Caution,
            Turn::Setup | Turn::Network | Turn::OtherSide | Turn::Us => Tone::Danger,
        };
        Some(Told { tone, notice })
    }
}

/// Shows what is told, if anything, and forgets it when it is put away.
pub fn told_ui(ui: &mut Ui, told: &mut Option<Told>) {
    if let Some(now) = told {
        let put_away = widgets::notice(ui, now.tone, &now.notice);
        ui.add_space(steps(2));
        if put_away {
            *told = None;
        }
    }
}

/// The head of a page: its title at the left, its actions at the right, the primary one first.
pub fn head_ui(ui: &mut Ui, title: &str, actions: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::tokens::CONTROL);
        widgets::heading(ui, title);
        ui.with_layout(Layout::right_to_left(Align::Center), actions);
    });
    ui.add_space(steps(3));
}

/// The ground of a page: paper, with the margins that every page has.
pub fn page_frame(palette: Palette, narrow: bool) -> egui::Frame {
    let side = if narrow { 16 } else { 28 };
    egui::Frame::new().fill(palette.paper).inner_margin(Margin {
        left: side,
        right: side,
        top: 20,
        bottom: 12,
    })
}
