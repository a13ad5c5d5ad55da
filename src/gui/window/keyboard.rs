//! What the keyboard asks the window for, and going to anything.

use super::{Place, Shortcut, Went, Window, panes, shortcuts};
use crate::gui::frame::PLACES;
use crate::gui::view::{Action, Wish};
use crate::settings::{PreferencesChange, TextSize};
use egui::Context;

impl Window {
    /// Does what shortcuts ask for. Over an open dialog only the text size changes.
    pub(super) fn keys_pressed(&mut self, ctx: &Context) {
        let under_dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
        for shortcut in shortcuts::pressed(ctx, self.toasts.is_up()) {
            match shortcut {
                Shortcut::Larger | Shortcut::Smaller | Shortcut::Usual => {
                    self.change_size(ctx, shortcut);
                }
                _ if under_dialog || self.in_first_start() => {}
                shortcut => self.do_shortcut(ctx, shortcut),
            }
        }
    }

    fn change_size(&mut self, ctx: &Context, shortcut: Shortcut) {
        let now = self.view.preferences.text_size;
        let size = match shortcut {
            Shortcut::Larger => now.larger(),
            Shortcut::Smaller => now.smaller(),
            _ => TextSize::default(),
        };
        if size != now {
            self.prefer(ctx, PreferencesChange::text_size(size));
        }
    }

    fn do_shortcut(&mut self, ctx: &Context, shortcut: Shortcut) {
        match shortcut {
            Shortcut::New => self.new_letter(ctx),
            Shortcut::Open => self.open_file(),
            Shortcut::Find => match self.place {
                Place::Write => self.write.find(),
                Place::Read => self.read.find(),
                Place::Keys => self.keys.focus_search(),
                Place::Check => self.check.find(),
                // Nothing on these pages to find in: everything is.
                Place::Outbox | Place::Settings => self.do_shortcut(ctx, Shortcut::Palette),
            },
            Shortcut::Palette => {
                let actions = self.go_to.open();
                self.act(ctx, actions);
            }
            Shortcut::NextPane => panes::step(ctx, true),
            Shortcut::PaneBefore => panes::step(ctx, false),
            Shortcut::Sheet => self.shortcuts_open = true,
            Shortcut::Place(number) => {
                if let Some((place, _, _)) = PLACES.get(number) {
                    self.go(*place);
                }
            }
            Shortcut::Undo => {
                let undo = self.toasts.undo();
                self.act(ctx, undo);
            }
            Shortcut::Larger | Shortcut::Smaller | Shortcut::Usual => {
                self.change_size(ctx, shortcut);
            }
        }
    }

    fn open_file(&mut self) {
        self.go(Place::Read);
        self.read.open_dialog();
        self.files.ask(Wish::Letter);
    }

    /// Draws the way to anything, and goes there.
    pub(super) fn go_to_ui(&mut self, ctx: &Context) -> Vec<Action> {
        let mut actions = Vec::new();
        for went in self.go_to.ui(ctx, &self.view) {
            match went {
                Went::Act(more) => actions.extend(more),
                Went::Shortcuts => self.shortcuts_open = true,
                Went::OpenFile => self.open_file(),
            }
        }
        actions
    }
}
