//! The chain of an S/MIME certificate, drawn from the authority down; and what is known of whether its
//! links were withdrawn.

use crate::app::command::{ChainCard, ChainFetch, Command, LinkState};
use crate::cert::x509::chain::{Certificate, Reason};
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{self, Kind, button, untrusted};
use crate::wording;
use egui::Ui;

/// So much of a name is shown; hostile certificates have long ones.
const NAME: usize = 120;

/// Draws the chain, and the buttons that fetch what the person asks for.
pub fn chain_ui(ui: &mut Ui, view: &View, card: &ChainCard, actions: &mut Vec<Action>) {
    let chain = &card.chain;
    let last = chain.path.len().saturating_sub(1);
    for (depth, (place, certificate)) in chain.path.iter().enumerate().rev().enumerate() {
        let fault = chain.fault.as_ref().is_some_and(|f| f.at == place);
        let is_anchor = chain.is_valid() && place == last;
        ui.horizontal_top(|ui| {
            ui.add_space(steps(3) * depth as f32);
            ui.vertical(|ui| link_ui(ui, certificate, card.links.get(place), is_anchor, fault));
        });
    }
    if let Some(fault) = &chain.fault {
        let notice = wording::chain_fault(fault, &chain.path);
        widgets::notice_card(ui, Tone::Caution, |ui| widgets::notice_words(ui, &notice));
    }
    buttons_ui(ui, view, card, actions);
}

fn link_ui(
    ui: &mut Ui,
    certificate: &Certificate,
    state: Option<&LinkState>,
    is_anchor: bool,
    is_fault: bool,
) {
    let palette = Palette::of(ui);
    let (icon, color, words) = match (is_fault, is_anchor, state) {
        (true, _, _) => (
            Icon::Warning,
            palette.caution,
            "Here it does not hold".to_owned(),
        ),
        (_, true, _) => (
            Icon::Check,
            palette.verified,
            "You or your system trust it".to_owned(),
        ),
        (_, _, Some(state @ LinkState::Revoked { .. })) => {
            (Icon::Cross, palette.danger, wording::link_state(state))
        }
        (_, _, Some(state @ LinkState::Good { .. })) => {
            (Icon::Check, palette.verified, wording::link_state(state))
        }
        (_, _, Some(state)) => (Icon::Clock, palette.faded, wording::link_state(state)),
        (_, _, None) => (Icon::Keys, palette.faded, "Part of the chain".to_owned()),
    };
    let whole = certificate.subject.text();
    let name = certificate.subject.common_name().unwrap_or(whole.raw());
    let name = untrusted(ui, name, true, NAME);
    ui.horizontal_wrapped(|ui| {
        widgets::icon(ui, icon, color, palette.sheet, &words);
        ui.add(egui::Label::new(theme::body(name)).wrap());
    });
    let until = wording::date(certificate.until.time());
    ui.label(theme::faded(ui, format!("{words}. Good until {until}.")));
}

fn buttons_ui(ui: &mut Ui, view: &View, card: &ChainCard, actions: &mut Vec<Action>) {
    let busy = view.is_busy(Slot::Chain);
    let mut ask = |fetch| {
        let key = card.fingerprint.to_string();
        actions.push(Action::run(Slot::Chain, Command::KeyChain { key, fetch }));
    };
    ui.add_enabled_ui(!busy, |ui| {
        let places = match card.chain.fault.as_ref().map(|fault| &fault.reason) {
            Some(Reason::MissingIssuer { places, .. }) => places.first(),
            Some(_) | None => None,
        };
        if let Some(place) = places {
            let words = format!(
                "It is said to be at {}. Its server learns that somebody asks.",
                crate::base::untrusted::escape_line(place)
            );
            ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
            if button(ui, Kind::Plain, None, "Fetch the missing certificate").clicked() {
                ask(ChainFetch::Missing);
            }
        }
        let can_ask =
            |state: &LinkState| !matches!(state, LinkState::NotChecked { can_ask: false });
        if card.chain.is_valid() && card.links.iter().any(can_ask) {
            if button(ui, Kind::Plain, None, "Check revocation").clicked() {
                ask(ChainFetch::Revocation);
            }
            let words =
                "Asks the authorities whether it was withdrawn. They learn that somebody asks.";
            ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
        }
    });
    if busy {
        ui.label(theme::faded(ui, "Asking…"));
    }
}
