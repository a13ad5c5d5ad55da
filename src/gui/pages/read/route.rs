//! The way that a message took, who takes responsibility for it, and what looks odd.

use super::blocking;
use super::message::Open;
use super::sheet_margin;
use crate::app::command::{Command, OriginWish};
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::toast::Toast;
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{self, Kind, button, untrusted};
use crate::headers::{
    DmarcOutcome, Hop, Origin, ReverseName, SignatureOutcome, SpfOutcome, Standing,
};
use crate::read::{Reading, Summary};
use crate::wording;
use egui::{Label, Pos2, ScrollArea, Stroke, Ui, vec2};
use std::sync::Arc;

/// Most hops that are drawn.
const HOPS: usize = 60;

/// Asks where a message came from; with `ask`, name servers are asked too.
pub fn look(reading: &Reading, ask: bool) -> Action {
    let wish = OriginWish {
        message: reading
            .original()
            .cloned()
            .unwrap_or_else(|| Arc::new(Vec::new())),
        ask,
        ..OriginWish::default()
    };
    Action::run(Slot::Origin, Command::Origin(Box::new(wish)))
}

/// Draws it.
pub fn route_ui(ui: &mut Ui, view: &View, open: &mut Open, room: f32, actions: &mut Vec<Action>) {
    let reading = open.reading.clone();
    ScrollArea::vertical()
        .id_salt("route")
        .max_height(room)
        .min_scrolled_height(room)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(sheet_margin())
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = steps(2);
                    let Some(answer) = &open.origin else {
                        ui.label(theme::faded(ui, "Looking at its way…"));
                        return;
                    };
                    sentence_ui(ui, &answer.origin, &reading);
                    if !answer.asked {
                        let words =
                            "Nobody was asked yet: name servers learn which domains you ask for.";
                        ui.add(Label::new(theme::faded(ui, words)).wrap());
                        if button(ui, Kind::Plain, None, "Ask about the sender").clicked() {
                            actions.push(look(&reading, true));
                        }
                    }
                    checks_ui(ui, &answer.origin);
                    head(ui, "The way it took, first to last");
                    hops_ui(ui, &answer.origin);
                    claims_ui(ui, &answer.origin, actions);
                    head(ui, "Do you want to hear from them?");
                    blocking::blocking_ui(
                        ui,
                        view,
                        &reading,
                        &answer.origin,
                        &mut open.lines_open,
                        actions,
                    );
                });
        });
}

fn head(ui: &mut Ui, title: &str) {
    ui.add_space(steps(2));
    let head = ui.label(theme::strong(title));
    ui.ctx().accesskit_node_builder(head.id, |node| {
        node.set_role(egui::Role::Heading);
        node.set_label(title);
    });
}

fn sentence_ui(ui: &mut Ui, origin: &Origin, reading: &Reading) {
    let palette = Palette::of(ui);
    let signer = match reading.verdict().summary() {
        Summary::Verified(signer) | Summary::Confidential(signer) => {
            let address = signer.inner().address.as_ref();
            address.map(|address| address.as_str().to_owned())
        }
        Summary::Unprotected | Summary::EncryptedUnverified => None,
    };
    let words = wording::origin_sentence(origin, signer.as_deref());
    let words = untrusted(ui, &words, true, 600);
    ui.add(Label::new(theme::body(words)).wrap());
    for odd in &origin.oddities {
        ui.horizontal_top(|ui| {
            widgets::icon(ui, Icon::Warning, palette.caution, palette.sheet, "Caution");
            let words = untrusted(ui, &wording::oddity(odd), true, 400);
            ui.add(Label::new(theme::body(words)).wrap());
        });
    }
}

/// What was checked here: a line each.
fn checks_ui(ui: &mut Ui, origin: &Origin) {
    head(ui, "Checked here");
    for signature in origin.signatures.dkim.iter().take(20) {
        let tone = match signature.outcome {
            SignatureOutcome::Pass => Tone::Verified,
            SignatureOutcome::Fail | SignatureOutcome::PermError => Tone::Caution,
            SignatureOutcome::Neutral
            | SignatureOutcome::TempError
            | SignatureOutcome::NotTestable => Tone::Neutral,
        };
        let words = wording::signature_outcome(signature.outcome, signature.reason);
        line_ui(
            ui,
            tone,
            &format!("Signature of {} (DKIM): {words}", signature.domain),
        );
    }
    if origin.signatures.dkim.is_empty() {
        line_ui(ui, Tone::Neutral, "No server signed it (DKIM).");
    }
    if let Some(outcome) = origin.signatures.arc.outcome {
        let tone = match outcome {
            SignatureOutcome::Pass => Tone::Verified,
            SignatureOutcome::Fail | SignatureOutcome::PermError => Tone::Caution,
            SignatureOutcome::Neutral
            | SignatureOutcome::TempError
            | SignatureOutcome::NotTestable => Tone::Neutral,
        };
        let words = wording::signature_outcome(outcome, origin.signatures.arc.reason);
        line_ui(ui, tone, &format!("Chain of forwarders (ARC): {words}"));
    }
    let tone = match origin.spf.outcome {
        SpfOutcome::Pass => Tone::Verified,
        SpfOutcome::Fail | SpfOutcome::SoftFail | SpfOutcome::PermError => Tone::Caution,
        SpfOutcome::Neutral
        | SpfOutcome::None
        | SpfOutcome::TempError
        | SpfOutcome::NotTestable => Tone::Neutral,
    };
    let words = wording::spf_outcome(origin.spf.outcome);
    line_ui(
        ui,
        tone,
        &format!("Permission of the sending server (SPF): {words}"),
    );
    let tone = match origin.dmarc.outcome {
        DmarcOutcome::Pass => Tone::Verified,
        DmarcOutcome::Fail => Tone::Caution,
        DmarcOutcome::None
        | DmarcOutcome::TempError
        | DmarcOutcome::PermError
        | DmarcOutcome::NotTestable => Tone::Neutral,
    };
    let words = wording::dmarc_outcome(origin.dmarc.outcome);
    line_ui(
        ui,
        tone,
        &format!("Word of the author's domain (DMARC): {words}"),
    );
}

fn line_ui(ui: &mut Ui, tone: Tone, words: &str) {
    let palette = Palette::of(ui);
    let (icon, name) = match tone {
        Tone::Verified => (Icon::Check, "Holds"),
        Tone::Caution | Tone::Danger => (Icon::Warning, "Does not hold"),
        Tone::Neutral | Tone::Wax => (Icon::Note, "Not known"),
    };
    ui.horizontal_top(|ui| {
        widgets::icon(ui, icon, palette.tone(tone), palette.sheet, name);
        let words = untrusted(ui, words, true, 400);
        ui.add(Label::new(theme::small(words)).wrap());
    });
}

/// The hops on a line that is drawn from the first to the last.
fn hops_ui(ui: &mut Ui, origin: &Origin) {
    if origin.route.is_empty() {
        ui.label(theme::faded(ui, "No server wrote itself down."));
        return;
    }
    let palette = Palette::of(ui);
    let mut last: Option<Pos2> = None;
    ui.spacing_mut().item_spacing.y = steps(3);
    for (hop, name) in origin.route.iter().take(HOPS) {
        let row = ui.horizontal_top(|ui| {
            let (dot, _) = ui.allocate_exact_size(vec2(18.0, 20.0), egui::Sense::hover());
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                hop_ui(ui, hop, name.as_ref());
            });
            dot.left_top() + vec2(9.0, 10.0)
        });
        let here = row.inner;
        if let Some(last) = last {
            let pen = Stroke::new(1.5, palette.line);
            ui.painter()
                .line_segment([last + vec2(0.0, 5.0), here - vec2(0.0, 5.0)], pen);
        }
        let tone = match hop.tls {
            Some(true) => palette.verified,
            Some(false) => palette.caution,
            None => palette.neutral,
        };
        ui.painter().circle_filled(here, 4.0, tone);
        last = Some(here);
    }
    if origin.route.len() > HOPS {
        let words = format!("and {} more", origin.route.len() - HOPS);
        ui.label(theme::faded(ui, words));
    }
}

fn hop_ui(ui: &mut Ui, hop: &Hop, name: Option<&ReverseName>) {
    let shown = |ui: &Ui, text: &Option<crate::base::Untrusted>| match text {
        Some(text) => untrusted(ui, text.raw(), true, 120),
        None => "somebody".to_owned(),
    };
    let (from, by) = (shown(ui, &hop.from), shown(ui, &hop.by));
    let ip = hop.ip.map(|ip| format!(" [{ip}]")).unwrap_or_default();
    ui.add(
        Label::new(theme::small(format!("{from}{ip} to {by}")))
            .selectable(true)
            .wrap(),
    );
    let mut facts: Vec<String> = hop.time.map(wording::date_time).into_iter().collect();
    let more = wording::hop_facts(hop);
    if !more.is_empty() {
        facts.push(more);
    }
    facts.extend(name.map(wording::reverse_name));
    if !facts.is_empty() {
        ui.add(Label::new(theme::faded(ui, facts.join("; "))).wrap());
    }
}

/// What others claim to have checked.
fn claims_ui(ui: &mut Ui, origin: &Origin, actions: &mut Vec<Action>) {
    if origin.claims.is_empty() {
        return;
    }
    let palette = Palette::of(ui);
    head(ui, "Claimed by others");
    for claim in origin.claims.iter().take(20) {
        let (icon, tone, heard) = match claim.standing {
            Standing::Counts => (Icon::Check, Tone::Verified, "Counts"),
            Standing::Forged => (Icon::Warning, Tone::Danger, "Forged"),
            Standing::Claimed | Standing::Foreign | Standing::NoBorder => {
                (Icon::Note, Tone::Neutral, "Claimed")
            }
        };
        ui.horizontal_top(|ui| {
            widgets::icon(ui, icon, palette.tone(tone), palette.sheet, heard);
            let results: Vec<String> = claim
                .results
                .iter()
                .take(20)
                .map(|claimed| format!("{}={}", claimed.method, claimed.result))
                .collect();
            let words = format!(
                "{}: {}. {}",
                claim.by,
                wording::standing(claim.standing),
                results.join(", ")
            );
            let words = untrusted(ui, &words, true, 600);
            ui.add(Label::new(theme::small(words)).wrap());
        });
    }
    border_ui(ui, origin, actions);
}

/// Whoever knows the name of their own server says so once; from then on its word counts (rule 64).
fn border_ui(ui: &mut Ui, origin: &Origin, actions: &mut Vec<Action>) {
    let Some(claim) = origin.claims.first() else {
        return;
    };
    let host = claim.by.to_string();
    // Only whoever took the letter last, by the line on top that nobody out there can write.
    let newest = origin.route.last().and_then(|(hop, _)| hop.by.as_ref());
    let took = newest.is_some_and(|by| by.raw().eq_ignore_ascii_case(claim.by.raw()));
    if claim.standing != Standing::NoBorder || !took || !host.contains('.') {
        return;
    }
    let name = untrusted(ui, &host, true, 80);
    let words = format!(
        "Is {name} the server that takes your mail? Then what it says counts, where it wrote it."
    );
    ui.add(Label::new(theme::faded(ui, words)).wrap());
    if button(ui, Kind::Plain, None, "It is my server").clicked() {
        let offer = Toast::blocking(
            format!("The word of {host} counts."),
            Command::SetBorder(None),
        );
        actions.push(Action::run(Slot::Block, Command::SetBorder(Some(host))));
        actions.push(Action::Offer(Box::new(offer)));
    }
}
