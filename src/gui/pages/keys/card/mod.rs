//! One key in full: whose it is, how it was checked, how long it holds, where it was seen, and
//! what can be done with it.

mod actions;
mod backup;
mod chain;
mod fingerprint;
mod ledger;
mod spans;

pub use actions::{Dialogs, dialogs_ui};

use super::{KeysPage, kind_words, shown_name, standing};
use crate::address::Address;
use crate::app::command::{Command, KeyCard, KeyState};
use crate::cert::{Checked, Scheme, Unusable};
use crate::gui::frame::is_narrow;
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{self, Kind, button, choice, icon_button, untrusted};
use crate::wording;
use actions::Ask;
use egui::{Align, Layout, Margin, Ui, vec2};

/// So many names of a key are listed; hostile keys have hundreds.
const NAMES: usize = 12;

/// Draws the card.
pub fn card_ui(ui: &mut Ui, view: &View, state: &mut KeysPage, actions: &mut Vec<Action>) {
    let Some(card) = state.card.take() else {
        return;
    };
    let palette = Palette::of(ui);
    let mut closed = false;
    theme::sheet(palette)
        .inner_margin(Margin::same(20))
        .show(ui, |ui| {
            ui.set_min_height(ui.available_height());
            closed = top_ui(ui, &card);
            ui.add_space(steps(1));
            egui::ScrollArea::vertical()
                .id_salt(("card", card.row.fingerprint.as_hex()))
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = steps(2);
                    // Room for the scroll bar.
                    ui.set_max_width(ui.available_width() - steps(3));
                    if card.row.secret {
                        own_ui(ui, view, &card, &mut state.dialogs);
                    } else {
                        decisions_ui(ui, view, &card, &mut state.dialogs, actions);
                    }
                    section(ui, "Fingerprint");
                    fingerprint::fingerprint_ui(ui, &card, actions);
                    let fingerprint = &card.row.fingerprint;
                    let chain = state.chain.as_deref();
                    if let Some(chain) = chain.filter(|chain| chain.fingerprint == *fingerprint) {
                        section(ui, "Who vouches for it");
                        chain::chain_ui(ui, view, chain, actions);
                    }
                    section(ui, "How long it holds");
                    widgets::timeline(ui, &spans::spans(&card, view.now), view.now);
                    section(ui, "Names on it, as it claims");
                    names_ui(ui, &card);
                    section(ui, "Where it was seen");
                    ledger::ledger_ui(ui, &card, view.now, actions);
                    parts_ui(ui, &card);
                    section(ui, "What you can do with it");
                    buttons_ui(ui, view, &card, &mut state.dialogs);
                });
        });
    if closed {
        state.close_card();
    } else {
        state.card = Some(card);
    }
}

/// The head of a part of the card.
fn section(ui: &mut Ui, title: &str) {
    ui.add_space(steps(2));
    let head = ui.label(theme::strong(title));
    ui.ctx().accesskit_node_builder(head.id, |node| {
        node.set_role(egui::Role::Heading);
        node.set_label(title);
    });
}

fn top_ui(ui: &mut Ui, card: &KeyCard) -> bool {
    let palette = Palette::of(ui);
    let mut closed = false;
    if is_narrow(ui) && widgets::link(ui, "Back to the list").clicked() {
        closed = true;
    }
    ui.horizontal_top(|ui| {
        let (icon, tone, words) = standing(&card.row);
        let color = palette.tone(tone);
        ui.vertical(|ui| {
            ui.set_width(ui.available_width() - steps(10));
            ui.spacing_mut().item_spacing.y = steps(1);
            let name = shown_name(ui, &card.row);
            ui.add(egui::Label::new(theme::large(name)).wrap());
            ui.horizontal_wrapped(|ui| {
                widgets::icon(ui, icon, color, palette.sheet, &words);
                ui.add(egui::Label::new(theme::body(&words).color(color)).wrap());
                ui.label(theme::faded(ui, kind_words(card.row.kind)));
            });
        });
        ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
            closed |= icon_button(ui, Icon::Cross, "Close the card").clicked();
        });
    });
    closed
}

/// Of an own key: its end, and whether a backup was tried.
fn own_ui(ui: &mut Ui, view: &View, card: &KeyCard, dialogs: &mut Dialogs) {
    let row = &card.row;
    let busy = view.is_busy(Slot::Card) || view.is_busy(Slot::Export);
    ui.label(theme::body("This is your own key."));
    if is_revoked(card) {
        return;
    }
    let ends = wording::expiry_warning(row.expires, view.now);
    if let Some(notice) = ends.filter(|_| row.kind == "openpgp") {
        widgets::notice_card(ui, Tone::Caution, |ui| {
            widgets::notice_words(ui, &notice);
            ui.add_enabled_ui(!busy, |ui| {
                if button(ui, Kind::Plain, Some(Icon::Clock), "Extend…").clicked() {
                    dialogs.ask(Ask::Extend(row.fingerprint.clone()));
                }
            });
        });
    }
    if let Some(at) = card.drilled {
        let palette = Palette::of(ui);
        ui.horizontal_wrapped(|ui| {
            let name = "Backed up";
            widgets::icon(ui, Icon::Check, palette.verified, palette.sheet, name);
            let words = format!(
                "Backed up. On {} the backup was tried, and it opened a trial letter.",
                wording::date(at)
            );
            ui.add(egui::Label::new(theme::body(words)).wrap());
        });
    } else {
        widgets::notice_card(ui, Tone::Caution, |ui| {
            ui.spacing_mut().item_spacing.y = steps(2);
            ui.add(egui::Label::new(theme::strong("It is not backed up yet.")).wrap());
            let words = "If this computer is lost, every letter that was sealed for you stays \
                         closed for ever. Write a backup, then try it once.";
            ui.add(egui::Label::new(theme::body(words)).wrap());
            ui.add_enabled_ui(!busy, |ui| {
                ui.horizontal_wrapped(|ui| {
                    if button(ui, Kind::Plain, Some(Icon::Save), "Back up…").clicked() {
                        dialogs.back_up(row.fingerprint.clone());
                    }
                    if button(ui, Kind::Quiet, None, "Try a backup…").clicked() {
                        dialogs.drill(row.fingerprint.clone());
                    }
                });
            });
        });
    }
}

fn is_revoked(card: &KeyCard) -> bool {
    matches!(card.row.state, KeyState::Unusable(Unusable::Revoked { .. })) || card.revoked.is_some()
}

fn decisions_ui(
    ui: &mut Ui,
    view: &View,
    card: &KeyCard,
    dialogs: &mut Dialogs,
    actions: &mut Vec<Action>,
) {
    let row = &card.row;
    let words = format!("It is {}.", wording::checked(row.checked));
    ui.add(egui::Label::new(theme::body(words)).wrap());
    let busy = view.is_busy(Slot::Card);
    ui.add_enabled_ui(!busy, |ui| {
        ui.horizontal_wrapped(|ui| {
            if row.checked != Checked::Confirmed
                && button(ui, Kind::Plain, Some(Icon::Check), "Confirm…").clicked()
            {
                dialogs.ask(Ask::Confirm(row.fingerprint.clone()));
            }
            if row.checked != Checked::Rejected
                && button(ui, Kind::Danger, None, "Reject…").clicked()
            {
                dialogs.ask(Ask::Reject(row.fingerprint.clone()));
            }
        });
    });
    if card.checks.len() > 1 {
        for (address, checked) in card.checks.iter().take(NAMES) {
            let line = format!("{address}: {}", wording::checked(*checked));
            let line = untrusted(ui, &line, true, 300);
            ui.add(egui::Label::new(theme::small(line)).wrap());
        }
        rest_ui(ui, card.checks.len(), "addresses");
    }
    for (address, preferred) in card.both.iter().take(NAMES) {
        preference_ui(ui, address, *preferred, busy, actions);
    }
}

/// By which standard letters to somebody with keys of both shall go.
fn preference_ui(
    ui: &mut Ui,
    address: &Address,
    preferred: Option<Scheme>,
    busy: bool,
    actions: &mut Vec<Action>,
) {
    section(ui, "Letters to them are sealed by");
    let shown = untrusted(ui, address.as_str(), true, 300);
    let words =
        "This person has keys of both standards. Choose one if their program reads only that.";
    ui.label(theme::small(shown));
    ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
    ui.add_enabled_ui(!busy, |ui| {
        for (name, scheme) in [
            ("Whatever fits the whole letter", None),
            ("OpenPGP", Some(Scheme::OpenPgp)),
            ("S/MIME", Some(Scheme::Smime)),
        ] {
            if choice(ui, name, preferred == scheme) && preferred != scheme {
                let prefer = Command::Prefer {
                    address: address.clone(),
                    scheme,
                };
                actions.push(Action::run(Slot::Card, prefer));
            }
        }
    });
}

fn names_ui(ui: &mut Ui, card: &KeyCard) {
    if card.user_ids.is_empty() {
        ui.label(theme::faded(ui, "It names nobody."));
    }
    for user_id in card.user_ids.iter().take(NAMES) {
        let text = untrusted(ui, user_id.raw(), true, 300);
        ui.add(egui::Label::new(theme::body(text)).selectable(true).wrap());
    }
    rest_ui(ui, card.user_ids.len(), "names");
}

/// How many are not listed.
fn rest_ui(ui: &mut Ui, count: usize, what: &str) {
    if count > NAMES {
        let words = format!("and {} more {what}", count - NAMES);
        ui.label(theme::faded(ui, words));
    }
}

fn parts_ui(ui: &mut Ui, card: &KeyCard) {
    ui.add_space(steps(1));
    let id = egui::Id::unique("parts of a key");
    let mut open = ui.data(|d| d.get_temp(id).unwrap_or(false));
    if widgets::fold(ui, &mut open, "What it is made of") {
        for part in card.parts.iter().take(NAMES) {
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                let role = if part.primary { "Key" } else { "Part" };
                let words = format!("{role}: {}", wording::key_part(part));
                ui.add(egui::Label::new(theme::small(words)).wrap());
                let digits = theme::mono(part.fingerprint.grouped());
                ui.add(egui::Label::new(digits).selectable(true).wrap());
            });
        }
        rest_ui(ui, card.parts.len(), "parts");
    }
    ui.data_mut(|d| d.insert_temp(id, open));
}

fn buttons_ui(ui: &mut Ui, view: &View, card: &KeyCard, dialogs: &mut Dialogs) {
    let fingerprint = &card.row.fingerprint;
    let busy = view.is_busy(Slot::Card) || view.is_busy(Slot::Export);
    ui.add_enabled_ui(!busy, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(steps(2), steps(2));
            if button(ui, Kind::Plain, Some(Icon::Export), "Export…").clicked() {
                dialogs.export(fingerprint.clone());
            }
            if !card.row.secret {
                return;
            }
            if button(
                ui,
                Kind::Plain,
                Some(Icon::Save),
                "Back up with the secret half…",
            )
            .clicked()
            {
                dialogs.back_up(fingerprint.clone());
            }
            if button(ui, Kind::Plain, Some(Icon::Fetch), "Restore drill…").clicked() {
                dialogs.drill(fingerprint.clone());
            }
            // An S/MIME certificate is renewed and withdrawn by its authority alone.
            if is_revoked(card) || card.row.kind != "openpgp" {
                return;
            }
            if button(ui, Kind::Plain, Some(Icon::Clock), "New end…").clicked() {
                dialogs.ask(Ask::Extend(fingerprint.clone()));
            }
            if button(ui, Kind::Danger, None, "Revoke…").clicked() {
                dialogs.ask(Ask::Revoke(fingerprint.clone()));
            }
        });
    });
}
