//! The links of a letter, each with where it truly leads. None is followed without a question (rule 70).

use super::message::Open;
use super::sheet_margin;
use crate::app::service::draft;
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::Action;
use crate::gui::widgets::{self, Answer, Kind, button, dialog, untrusted};
use crate::read::{Link, Reading};
use crate::wording;
use egui::{Align, Label, Layout, ScrollArea, Ui};

/// Draws the list. Returns the number of the link that is to be followed.
pub fn links_ui(ui: &mut Ui, reading: &Reading, room: f32) -> Option<usize> {
    let mut chosen = None;
    ScrollArea::vertical()
        .id_salt("links")
        .max_height(room)
        .min_scrolled_height(room)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(sheet_margin())
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = steps(3);
                    for (index, link) in reading.links().iter().enumerate() {
                        if link_ui(ui, link) {
                            chosen = Some(index);
                        }
                    }
                });
        });
    chosen
}

/// One link. Returns whether it is to be followed.
fn link_ui(ui: &mut Ui, link: &Link) -> bool {
    let palette = Palette::of(ui);
    let shown = match link.shown.raw() {
        "" => "(a picture or nothing)".to_owned(),
        text => untrusted(ui, text, true, 200),
    };
    let mut follow = false;
    ui.horizontal_top(|ui| {
        ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
            if link.can_open {
                let place = link.domain.as_deref().unwrap_or_default();
                follow = button(ui, Kind::Quiet, None, "Open…")
                    .accessible_name(format!("Open {}", untrusted(ui, place, true, 80)))
                    .clicked();
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                ui.add(Label::new(theme::body(shown)).wrap());
                place_ui(ui, link);
                if let Some(warning) = &link.warning {
                    ui.horizontal_top(|ui| {
                        widgets::icon(ui, Icon::Warning, palette.caution, palette.sheet, "Caution");
                        let words = wording::link_warning(warning);
                        ui.add(Label::new(theme::small(words)).wrap());
                    });
                }
            });
        });
    });
    follow
}

/// Where a link leads: the registered name strong, the whole address under it.
fn place_ui(ui: &mut Ui, link: &Link) {
    if let Some(domain) = &link.domain {
        let domain = untrusted(ui, domain, true, 100);
        ui.label(
            theme::small(format!("leads to {domain}"))
                .font(theme::strong_font(theme::tokens::SMALL)),
        );
    }
    let target = untrusted(ui, link.target.raw(), true, 400);
    ui.add(Label::new(theme::mono(target)).selectable(true).wrap());
}

/// Asks before a link is followed, showing where it truly leads.
pub fn question_ui(ui: &Ui, open: &mut Open, actions: &mut Vec<Action>) {
    let reading = open.reading.clone();
    let Some(link) = open.following.and_then(|index| reading.links().get(index)) else {
        open.following = None;
        return;
    };
    let letter = draft::from_mailto(link.target.raw());
    let (title, yes) = match letter {
        Some(_) => ("Write to this address?", "Begin a letter"),
        None => ("Open this place in the browser?", "Open it"),
    };
    let kind = match link.warning {
        Some(_) => Kind::Danger,
        None => Kind::Primary,
    };
    let mut copied = false;
    let answer = dialog(ui.ctx(), "link", title, (kind, yes), true, |ui| {
        if let Some(warning) = &link.warning {
            widgets::notice_card(ui, Tone::Caution, |ui| {
                let words = wording::link_warning(warning);
                ui.add(Label::new(theme::body(words)).wrap());
            });
        }
        place_ui(ui, link);
        let words = "Whoever wrote the letter can learn that you followed it.";
        ui.add(Label::new(theme::faded(ui, words)).wrap());
        copied = button(ui, Kind::Quiet, None, "Copy the address").clicked();
    });
    if copied {
        actions.push(Action::Copy(link.target.raw().to_owned()));
    }
    if answer == Answer::Yes {
        actions.push(match letter {
            Some(form) => Action::WriteReply(Box::new(form)),
            None => Action::OpenInBrowser(link.target.raw().to_owned()),
        });
    }
    if copied || answer != Answer::Open {
        open.following = None;
    }
}
