//! The pages, found by what a screen reader hears.

mod access;
mod chain;
mod check;
mod desk;
mod keys;
mod pages;
mod passes;
mod pictures;
mod reading;
mod settings;
mod shape;
mod states;
mod write;

use super::pages::check::{CheckPage, check_ui};
use super::pages::first::{FirstStart, first_ui};
use super::pages::keys::{KeysPage, keys_ui};
use super::pages::outbox::{OutboxPage, outbox_ui};
use super::pages::read::{ReadPage, read_ui};
use super::pages::settings::{SettingsPage, settings_ui};
use super::pages::write::{WritePage, write_ui};
use super::{Action, Place, Slot, View, frame, theme};
use crate::app::command::{Command, Outcome};
use egui_kittest::Harness;

/// The window with pages on a desk on paper; what pages ask for is kept.
pub struct Paper {
    pub view: View,
    pub place: Option<Place>,
    pub first: FirstStart,
    pub write: WritePage,
    pub read: ReadPage,
    pub outbox: OutboxPage,
    pub keys: KeysPage,
    pub check: CheckPage,
    pub settings: SettingsPage,
    pub asked: Vec<Action>,
    bottom: (bool, bool),
}

impl Paper {
    /// With a letter under way, keys, and letters; names friendly or hostile. `None` is first start.
    pub fn new(place: Option<Place>, hostile: bool) -> Self {
        let mut paper = Paper {
            view: desk::view(hostile),
            place,
            first: FirstStart::default(),
            write: WritePage::new("draft".to_owned()),
            read: ReadPage::default(),
            outbox: OutboxPage::default(),
            keys: KeysPage::default(),
            check: CheckPage::default(),
            settings: SettingsPage::default(),
            asked: Vec::new(),
            bottom: (false, false),
        };
        let mut asked = Vec::new();
        let answers = [
            (
                Slot::LoadDraft,
                Outcome::Draft(Box::new(desk::draft(hostile))),
            ),
            (
                Slot::Preflight,
                Outcome::Preflight(Box::new(desk::preflight(hostile))),
            ),
        ];
        for (slot, outcome) in answers {
            paper.write.answer(slot, Ok(outcome), &mut asked);
        }
        let letter = Outcome::Reading(desk::reading(hostile, if hostile { 200 } else { 2 }));
        paper.read.answer(Slot::Open, Ok(letter), &mut asked);
        let checked = Outcome::Checked(Box::new(desk::checked(hostile)));
        paper.check.answer(Slot::Check, Ok(checked));
        paper.keys.tend(&mut asked);
        let rows = desk::keys(hostile);
        let card = desk::card(rows[2].clone(), hostile);
        paper.keys.answer(
            Slot::Keys,
            Ok(Outcome::KeyIndex(desk::index(rows))),
            &mut asked,
        );
        paper
            .keys
            .answer(Slot::Card, Ok(Outcome::Key(Box::new(card))), &mut asked);
        paper
    }

    fn draw(&mut self, ui: &mut egui::Ui) {
        let mut asked = frame::bottom_ui(ui, &self.view, &mut self.bottom);
        match self.place {
            None => asked.extend(first_ui(ui, &self.view, &mut self.first)),
            Some(place) => {
                asked.extend(frame::rail_ui(ui, &self.view, place));
                asked.extend(match place {
                    Place::Write => write_ui(ui, &self.view, &mut self.write),
                    Place::Read => read_ui(ui, &self.view, &mut self.read),
                    Place::Outbox => outbox_ui(ui, &self.view, &mut self.outbox),
                    Place::Keys => keys_ui(ui, &self.view, &mut self.keys),
                    Place::Check => check_ui(ui, &self.view, &mut self.check),
                    Place::Settings => settings_ui(ui, &self.view, &mut self.settings),
                });
            }
        }
        self.asked.extend(asked);
    }

    /// The commands that were asked for.
    pub fn commands(&self) -> Vec<&Command> {
        let run = |action: &Action| matches!(action, Action::Run(..));
        self.asked
            .iter()
            .filter(|action| run(action))
            .filter_map(|action| match action {
                Action::Run(_, command) => Some(&**command),
                _ => None,
            })
            .collect()
    }
}

/// A window of this size.
pub fn window(paper: Paper, size: [f32; 2], dark: bool) -> Harness<'static, Paper> {
    let theme = if dark {
        egui::Theme::Dark
    } else {
        egui::Theme::Light
    };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_theme(theme)
        .with_max_steps(8)
        .with_context_setup(theme::install)
        .build_ui_state(|ui, paper: &mut Paper| paper.draw(ui), paper);
    harness.run();
    harness
}
