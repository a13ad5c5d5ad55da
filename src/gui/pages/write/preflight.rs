//! How the letter will travel: one sentence first, then who, then what others see.

use super::WritePage;
use crate::address::Mailbox;
use crate::app::command::{Preflight, PreflightRow, VisibleRow, Way};
use crate::cert::{Checked, Fingerprint};
use crate::gui::panes::{Pane, pane};
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::{Action, Place, Slot, View};
use crate::gui::widgets::{self, ChipState, Kind, button, fold, link, untrusted};
use crate::wording;
use egui::{Align, Layout, Margin, Role, Sense, Ui, WidgetInfo, vec2};

/// What is unfolded.
#[derive(Debug, Default)]
pub struct Folds {
    others: bool,
    ways: bool,
}

/// How the chip of a recipient looks, from the last pre-flight.
pub fn chip_state(found: Option<&Preflight>, text: &str) -> ChipState {
    let Ok(mailbox) = Mailbox::parse(text) else {
        return ChipState::Broken("this is no mail address".to_owned());
    };
    let row = found.and_then(|found| {
        let same = |row: &&PreflightRow| row.mailbox.address == mailbox.address;
        found.rows.iter().find(same)
    });
    match row.map(|row| &row.cert) {
        None => ChipState::Unknown,
        Some(Ok((_, checked))) => {
            ChipState::Sealed(format!("can be sealed; key {}", wording::checked(*checked)))
        }
        Some(Err(problem)) => {
            let notice = wording::plan_problem(problem);
            if notice.code == "no-cert" {
                ChipState::Ring(notice.headline)
            } else {
                ChipState::Broken(notice.headline)
            }
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
    let width = if narrow { 264.0 } else { 328.0 };
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
    match &state.preflight {
        None if state.trouble.is_some() => {
            if let Some(told) = &state.trouble {
                widgets::notice_still(ui, told.tone, &told.notice);
            }
        }
        None => {
            let waiting = view.is_busy(Slot::Preflight);
            let words = if waiting {
                "Looking up the recipients…"
            } else {
                "Write an address, and see here how the letter will travel."
            };
            let faded = Palette::of(ui).faded;
            ui.add(egui::Label::new(theme::body(words).color(faded)).wrap());
        }
        Some(found) => {
            sentence_ui(ui, found);
            ui.add_space(steps(1));
            for row in &found.rows {
                recipient_ui(ui, row, actions);
            }
            ui.add_space(steps(1));
            if fold(ui, &mut state.folds.others, "What others see") {
                others_ui(ui, &found.visible);
            }
            server_ui(ui, found.server.as_deref(), actions);
        }
    }
    if fold(ui, &mut state.folds.ways, "Other ways to send") {
        let words = "Both are readable by everybody on the way.";
        ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
        if button(ui, Kind::Danger, None, "Send readable, signed…").clicked() {
            state.question = Some(Way::SignOnly);
        }
        if button(ui, Kind::Danger, None, "Send unprotected…").clicked() {
            state.question = Some(Way::Unprotected);
        }
    }
}

fn sentence_ui(ui: &mut Ui, found: &Preflight) {
    let ready = found.problems.is_empty() && !found.rows.is_empty();
    let tone = if ready { Tone::Verified } else { Tone::Caution };
    let sentence = wording::preflight_sentence(found);
    widgets::notice_card(ui, tone, |ui| {
        ui.add(egui::Label::new(theme::strong(sentence)).wrap());
    });
}

/// How the key was checked, and why this one where there is a choice.
fn key_words(row: &PreflightRow, checked: Checked) -> String {
    let why = row
        .scheme
        .and_then(|(scheme, why)| wording::why_scheme(scheme, why));
    match why {
        Some(why) => format!("Key {}; sealed {why}", wording::checked(checked)),
        None => format!("Key {}", wording::checked(checked)),
    }
}

fn recipient_ui(ui: &mut Ui, row: &PreflightRow, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let address = row.mailbox.address.to_string();
    let name = row
        .mailbox
        .name
        .as_ref()
        .map_or(address.as_str(), |n| n.raw());
    let name = untrusted(ui, name, true, 60);
    let (icon, tone, said, words, key) = match &row.cert {
        Ok((fingerprint, checked)) => (
            Icon::Sealed,
            Tone::Wax,
            "can be sealed",
            key_words(row, *checked),
            Some(fingerprint.clone()),
        ),
        Err(problem) => {
            let notice = wording::plan_problem(problem);
            let key = notice.details.first();
            let key = key.and_then(|grouped| Fingerprint::parse(grouped).ok());
            let (icon, tone) = if notice.code == "no-cert" {
                (Icon::Ring, Tone::Caution)
            } else {
                (Icon::Broken, Tone::Danger)
            };
            (icon, tone, "cannot be sealed yet", notice.headline, key)
        }
    };
    ui.horizontal_top(|ui| {
        widgets::icon(ui, icon, palette.tone(tone), palette.paper, said);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.add(egui::Label::new(theme::strong(name)).truncate())
                .on_hover_text(&address);
            ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
            match key {
                Some(key) => {
                    if link(ui, "Look at the key").clicked() {
                        actions.push(Action::ShowKey(key.to_string()));
                    }
                }
                None => {
                    if link(ui, "Import a key").clicked() {
                        actions.push(Action::Go(Place::Keys));
                    }
                }
            }
        });
    });
}

fn others_ui(ui: &mut Ui, rows: &[VisibleRow]) {
    let palette = Palette::of(ui);
    let width = ui.available_width();
    let column = (width * 0.2).clamp(50.0, 62.0);
    let first = width - 3.0 * column;
    ui.spacing_mut().item_spacing = vec2(0.0, steps(1));
    ui.spacing_mut().interact_size.y = steps(6);
    ui.horizontal(|ui| {
        ui.add_space(first);
        for who in ["Recipient", "Servers", "Listener"] {
            let centred = Layout::top_down(Align::Center);
            ui.allocate_ui_with_layout(vec2(column, steps(5)), centred, |ui| {
                ui.set_width(column);
                ui.label(
                    theme::small(who)
                        .size(theme::tokens::TINY)
                        .color(palette.faded),
                );
            });
        }
    });
    for row in rows {
        ui.horizontal(|ui| {
            let what = wording::visible(row.what);
            let left = Layout::left_to_right(Align::Center);
            ui.allocate_ui_with_layout(vec2(first, steps(6)), left, |ui| {
                ui.set_width(first);
                ui.add(egui::Label::new(theme::small(what)).wrap());
            });
            for (seen, who) in [
                (row.recipient, "recipients"),
                (row.servers, "mail servers on the way"),
                (row.eavesdropper, "whoever listens on the line"),
            ] {
                cell_ui(ui, column, seen, &format!("{what}, {who}"));
            }
        });
    }
}

fn cell_ui(ui: &mut Ui, width: f32, seen: bool, what: &str) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 22.0), Sense::hover());
    let (icon, color, word) = if seen {
        (Icon::Eye, palette.ink, "seen")
    } else {
        (Icon::Lock, palette.verified, "hidden")
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("{what}: {word}")));
    let square = egui::Rect::from_center_size(rect.center(), vec2(18.0, 18.0));
    theme::icons::paint(ui.painter(), icon, square, color, palette.paper);
    response.on_hover_text(word);
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
