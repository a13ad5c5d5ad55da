//! Letters that are not finished: going on with one, or letting it go.

use super::WritePage;
use crate::app::command::Command;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Slot};
use crate::gui::widgets::{self, Kind, button, icon_button, untrusted};
use crate::wording;
use egui::{Align, Layout, Ui};

/// Draws the buttons beside the primary one: a new letter, and the unfinished ones.
pub fn buttons_ui(ui: &mut Ui, state: &mut WritePage, actions: &mut Vec<Action>) {
    let others = state.others().count();
    if others > 0 {
        let label = format!("Drafts ({others})");
        if button(ui, Kind::Plain, None, &label).clicked() {
            state.choosing = true;
        }
    }
    if !state.letter.is_empty() {
        let new = icon_button(ui, Icon::Plus, "New letter (Ctrl+N)");
        if new.accessible_name("New letter").clicked() {
            actions.push(Action::NewLetter);
        }
    }
}

/// Draws the list of unfinished letters.
pub fn choose_ui(ui: &Ui, state: &mut WritePage, actions: &mut Vec<Action>) {
    if !state.choosing {
        return;
    }
    let mut chosen = None;
    let mut removed = None;
    let closed = widgets::sheet_dialog(ui.ctx(), "drafts", "Unfinished letters", |ui| {
        let palette = Palette::of(ui);
        egui::ScrollArea::vertical()
            .max_height(320.0)
            .show(ui, |ui| {
                for draft in state.others() {
                    let when = untrusted(ui, &wording::date_time(draft.at), true, 60);
                    ui.horizontal(|ui| {
                        widgets::icon(ui, Icon::File, palette.faded, palette.sheet, "Draft");
                        ui.label(theme::body(&when));
                        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                            let remove = icon_button(ui, Icon::Cross, "Remove it for good");
                            if remove
                                .accessible_name(format!("Remove the draft of {when}"))
                                .clicked()
                            {
                                removed = Some(draft.id.clone());
                            }
                            let go_on = button(ui, Kind::Plain, Some(Icon::Write), "Go on");
                            if go_on
                                .accessible_name(format!("Go on with {when}"))
                                .clicked()
                            {
                                chosen = Some(draft.id.clone());
                            }
                        });
                    });
                    ui.add_space(steps(1));
                }
            });
    });
    if let Some(id) = removed {
        actions.push(Action::run(Slot::Drafts, Command::RemoveDraft(id)));
    }
    if let Some(id) = chosen {
        state.keep(actions);
        state.loading = Some(id.clone());
        actions.push(Action::run(Slot::LoadDraft, Command::LoadDraft(id)));
    }
    if closed || state.loading.is_some() || state.others().next().is_none() {
        state.choosing = false;
    }
}
