//! The report: totals, what changed, a card for each finding, and what was looked up.

use super::saving::{Saving, What};
use super::{card_ui, heading_ui};
use crate::app::command::CheckAnswer;
use crate::checkup::{Finding, FindingId, Outcome, Owner, Paste, SpfTree, Topic};
use crate::gui::theme::tokens::CORNER;
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::Action;
use crate::gui::widgets::{self, Kind, button, fold, untrusted};
use crate::wording;
use egui::{Label, Margin, Rect, Role, Sense, Ui, WidgetInfo, vec2};
use std::collections::BTreeSet;

/// Most lines of what was looked up that are drawn.
const LINES: usize = 300;

/// A report, and how it is looked at.
pub struct Shown {
    /// It.
    pub answer: CheckAnswer,
    /// Where it was saved.
    pub saved: Option<String>,
    /// The topics whose passed checks are unfolded.
    unfolded: BTreeSet<Topic>,
    spf_open: bool,
    asked_open: bool,
    /// Whether it has just come, and is brought into sight.
    fresh: bool,
}

impl Shown {
    /// As it came.
    pub fn new(answer: CheckAnswer) -> Self {
        Shown {
            answer,
            saved: None,
            unfolded: BTreeSet::new(),
            spf_open: false,
            asked_open: false,
            fresh: true,
        }
    }
}

/// How a finding stands, as colour, icon and word: what is to be done comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    ToDo,
    Better,
    Unknown,
    Passed,
}

const STANDINGS: [Standing; 4] = [
    Standing::Passed,
    Standing::ToDo,
    Standing::Better,
    Standing::Unknown,
];

impl Standing {
    fn of(finding: &Finding) -> Self {
        match (finding.outcome, finding.advice) {
            (Outcome::Fail, _) => Standing::ToDo,
            (Outcome::Pass, true) => Standing::Better,
            (Outcome::Unknown, _) => Standing::Unknown,
            (Outcome::Pass, false) => Standing::Passed,
        }
    }

    fn sign(self) -> (Tone, Icon, &'static str) {
        match self {
            Standing::ToDo => (Tone::Danger, Icon::Refused, "To do"),
            Standing::Better => (Tone::Caution, Icon::Note, "Could be better"),
            Standing::Unknown => (Tone::Neutral, Icon::Maybe, "Unknown"),
            Standing::Passed => (Tone::Verified, Icon::Check, "Passed"),
        }
    }
}

/// Draws it.
pub fn report_ui(
    ui: &mut Ui,
    shown: &mut Shown,
    saving: &mut Option<Saving>,
    actions: &mut Vec<Action>,
) {
    let top = ui.cursor().min;
    head_ui(ui, shown, saving);
    if std::mem::take(&mut shown.fresh) {
        let head = Rect::from_min_max(top, ui.cursor().min);
        // At once: what moves cannot be pressed.
        let still = egui::style::ScrollAnimation::none();
        ui.scroll_to_rect_animation(head, Some(egui::Align::TOP), still);
    }
    changes_ui(ui, &shown.answer);
    for topic in Topic::ALL {
        topic_ui(ui, shown, topic, actions);
    }
    asked_ui(ui, shown);
}

/// Whose report it is, the bar of totals, and ways to keep it.
fn head_ui(ui: &mut Ui, shown: &Shown, saving: &mut Option<Saving>) {
    let answer = &shown.answer;
    let title = untrusted(ui, &format!("Check-up of {}", answer.domain), true, 120);
    card_ui(ui, &title, |ui| {
        let when = wording::date_time(answer.at);
        ui.label(theme::faded(ui, when));
        bar_ui(ui, &answer.report.findings);
        ui.horizontal_wrapped(|ui| {
            for (what, label) in [
                (What::Page, "Save as a page…"),
                (What::Json, "Save as JSON…"),
            ] {
                if button(ui, Kind::Plain, Some(Icon::Save), label).clicked() {
                    *saving = Some(Saving::new(what, &answer.domain));
                }
            }
        });
        if let Some(saved) = &shown.saved {
            let words = untrusted(ui, &format!("Saved as {saved}"), true, 300);
            ui.add(Label::new(theme::faded(ui, words)).wrap());
        }
    });
}

/// A bar of how many findings stand how, and the same in words.
fn bar_ui(ui: &mut Ui, findings: &[Finding]) {
    let palette = Palette::of(ui);
    let counts = STANDINGS.map(|standing| {
        let of = findings.iter().filter(|f| Standing::of(f) == standing);
        (standing, of.count())
    });
    let words = wording::checkup_totals(counts.map(|(_, count)| count));
    let size = vec2(ui.available_width(), steps(3));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    let gap = 2.0;
    let room =
        rect.width() - gap * (counts.iter().filter(|(_, n)| *n > 0).count() as f32 - 1.0).max(0.0);
    let mut left = rect.left();
    for (standing, count) in counts.iter().filter(|(_, count)| *count > 0) {
        let wide = room * *count as f32 / total.max(1) as f32;
        let piece = Rect::from_min_size(egui::pos2(left, rect.top()), vec2(wide, rect.height()));
        let color = palette.tone(standing.sign().0);
        ui.painter().rect_filled(piece, CORNER / 2, color);
        left += wide + gap;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = steps(4);
        for (standing, count) in counts {
            let (tone, icon, word) = standing.sign();
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = steps(1);
                widgets::icon(ui, icon, palette.tone(tone), palette.sheet, word);
                let words = format!("{count} {}", word.to_lowercase());
                ui.label(theme::body(words));
            });
        }
    });
}

/// What changed since the last time.
fn changes_ui(ui: &mut Ui, answer: &CheckAnswer) {
    let Some((since, changes)) = &answer.changes else {
        return;
    };
    let palette = Palette::of(ui);
    let title = format!("Since {}", wording::date_time(*since));
    card_ui(ui, &title, |ui| {
        if changes.broken.is_empty() && changes.mended.is_empty() {
            ui.label(theme::body("Nothing changed."));
        }
        let mut line = |tone, icon, word: &str, what: &(FindingId, String)| {
            let (id, subject) = what;
            let words = format!("{word}: {} ({subject})", wording::finding_title(*id));
            ui.horizontal_top(|ui| {
                widgets::icon(ui, icon, palette.tone(tone), palette.sheet, word);
                let words = untrusted(ui, &words, true, 300);
                ui.add(Label::new(theme::body(words)).wrap());
            });
        };
        for what in &changes.broken {
            line(Tone::Danger, Icon::Refused, "Broken", what);
        }
        for what in &changes.mended {
            line(Tone::Verified, Icon::Check, "Mended", what);
        }
    });
}

/// The cards of a topic; what is passed stands in a fold.
fn topic_ui(ui: &mut Ui, shown: &mut Shown, topic: Topic, actions: &mut Vec<Action>) {
    let mut of_topic: Vec<&Finding> = shown
        .answer
        .report
        .findings
        .iter()
        .filter(|finding| finding.id.topic() == topic)
        .collect();
    if of_topic.is_empty() {
        return;
    }
    of_topic.sort_by_key(|finding| (Standing::of(finding), finding.id));
    ui.add_space(steps(2));
    heading_ui(ui, wording::checkup_heading(topic));
    let passed = of_topic
        .iter()
        .position(|finding| Standing::of(finding) == Standing::Passed)
        .unwrap_or(of_topic.len());
    let (open, passed) = of_topic.split_at(passed);
    for (place, finding) in open.iter().enumerate() {
        ui.push_id((wording::checkup_heading(topic), place), |ui| {
            finding_ui(ui, finding, actions)
        });
    }
    if !passed.is_empty() {
        let label = match passed.len() {
            1 => "One check passed".to_owned(),
            n => format!("{n} checks passed"),
        };
        card_ui(ui, "", |ui| {
            let mut unfolded = shown.unfolded.contains(&topic);
            let label = format!("{}: {label}", wording::checkup_heading(topic));
            if fold(ui, &mut unfolded, &label) {
                passed.iter().for_each(|finding| passed_ui(ui, finding));
            }
            match unfolded {
                true => shown.unfolded.insert(topic),
                false => shown.unfolded.remove(&topic),
            };
        });
    }
    if let (Topic::Sending, Some(tree)) = (topic, &shown.answer.report.spf) {
        card_ui(ui, "", |ui| {
            let label = format!("What SPF looks up: {} of 10", tree.lookups);
            if fold(ui, &mut shown.spf_open, &label) {
                tree_ui(ui, tree, 0);
            }
        });
    }
}

fn passed_ui(ui: &mut Ui, finding: &Finding) {
    let palette = Palette::of(ui);
    let words = wording::finding(finding);
    ui.horizontal_top(|ui| {
        widgets::icon(ui, Icon::Check, palette.verified, palette.sheet, "Passed");
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let title = format!("{} ({})", words.title, finding.subject);
            let title = untrusted(ui, &title, true, 200);
            ui.add(Label::new(theme::body(title)).wrap());
            ui.add(Label::new(theme::faded(ui, words.means)).wrap());
        });
    });
}

/// A finding that wants a look: what it means, whose job it is, and what to paste.
fn finding_ui(ui: &mut Ui, finding: &Finding, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let (tone, icon, word) = Standing::of(finding).sign();
    let words = wording::finding(finding);
    card_ui(ui, "", |ui| {
        ui.spacing_mut().item_spacing.y = steps(1);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = steps(2);
            widgets::icon(ui, icon, palette.tone(tone), palette.sheet, word);
            ui.label(theme::strong(word).color(palette.tone(tone)));
            ui.label(theme::strong(words.title));
            let subject = untrusted(ui, &finding.subject, true, 120);
            ui.label(theme::faded(ui, subject));
        });
        egui::Frame::new()
            .inner_margin(beside_icon())
            .show(ui, |ui| {
                // Names and records of others stand in it, escaped already.
                let drawn = |ui: &Ui, text: &str| untrusted(ui, text, true, 1_200);
                let means = drawn(ui, &words.means);
                ui.add(Label::new(theme::body(means)).wrap());
                match &finding.paste {
                    Some(paste) => paste_ui(ui, paste, actions),
                    None if !words.fix.is_empty() => {
                        let fix = drawn(ui, &words.fix);
                        ui.add(Label::new(theme::body(fix)).selectable(true).wrap());
                    }
                    None => {}
                }
                if finding.owner != Owner::Nobody {
                    let job = format!("The job is {}.", wording::owner(finding.owner));
                    ui.add(Label::new(theme::faded(ui, job)).wrap());
                }
            });
    });
}

/// What stands below a title whose icon is at its left begins where the title does.
fn beside_icon() -> Margin {
    Margin {
        left: 28,
        ..Margin::ZERO
    }
}

/// A record as it is and as it should be.
fn paste_ui(ui: &mut Ui, paste: &Paste, actions: &mut Vec<Action>) {
    let name = untrusted(ui, &paste.name, true, 260);
    if let Some(before) = &paste.before {
        let words = format!("The {} record at {name} is now:", paste.kind);
        ui.add(Label::new(theme::faded(ui, words)).wrap());
        record_ui(ui, before, true);
    }
    let words = format!("The {} record at {name} should be:", paste.kind);
    ui.add(Label::new(theme::faded(ui, words)).wrap());
    record_ui(ui, &paste.after, true);
    ui.horizontal_wrapped(|ui| {
        let copy = button(ui, Kind::Plain, Some(Icon::Paste), "Copy the record")
            .accessible_name(format!("Copy the {} record for {name}", paste.kind));
        if copy.clicked() {
            actions.push(Action::Copy(paste.after.clone()));
        }
        let copy = button(ui, Kind::Quiet, None, "Copy its name")
            .accessible_name(format!("Copy the name {name}"));
        if copy.clicked() {
            actions.push(Action::Copy(paste.name.clone()));
        }
    });
    let steps_ = wording::record_steps(paste);
    ui.add(Label::new(theme::faded(ui, untrusted(ui, &steps_, true, 600))).wrap());
}

/// Text to copy, as it is.
pub fn record_ui(ui: &mut Ui, text: &str, one_line: bool) {
    let palette = Palette::of(ui);
    egui::Frame::new()
        .fill(palette.paper)
        .stroke(theme::hairline(palette))
        .corner_radius(CORNER)
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let text = untrusted(ui, text, one_line, 2_000);
            ui.add(Label::new(theme::mono(text)).selectable(true).wrap());
        });
}

/// The SPF record as a tree, each step with the look-ups that it takes.
fn tree_ui(ui: &mut Ui, tree: &SpfTree, depth: u8) {
    let palette = Palette::of(ui);
    let indent = steps(5) * f32::from(depth.min(10));
    let line = |ui: &mut Ui, text: String, indent: f32, ink| {
        let row = ui.horizontal_top(|ui| {
            ui.add_space(indent + steps(3));
            let text = untrusted(ui, &text, true, 300);
            ui.add(Label::new(theme::mono(text).color(ink)).wrap());
        });
        if indent > 0.0 {
            let left = row.response.rect.left() + indent;
            let middle = row.response.rect.center().y;
            let pen = theme::hairline(palette);
            let at = [
                egui::pos2(left - steps(2), middle),
                egui::pos2(left + steps(2), middle),
            ];
            ui.painter().line_segment(at, pen);
        }
    };
    let words = match tree.lookups {
        1 => format!("{}: one look-up", tree.domain),
        n => format!("{}: {n} look-ups", tree.domain),
    };
    line(ui, words, indent, palette.ink);
    for step in &tree.steps {
        match &step.tree {
            Some(tree) => tree_ui(ui, tree, depth.saturating_add(1)),
            None => {
                let void = if step.void { ", finds nothing" } else { "" };
                let ink = if step.void {
                    palette.caution
                } else {
                    palette.faded
                };
                line(ui, format!("{}{void}", step.term), indent + steps(5), ink);
            }
        }
    }
}

/// Everything that was looked up, and who was asked.
fn asked_ui(ui: &mut Ui, shown: &mut Shown) {
    card_ui(ui, "", |ui| {
        let count = shown.answer.looked_up.len();
        let label = format!("Everything that was looked up: {count}");
        if !fold(ui, &mut shown.asked_open, &label) {
            return;
        }
        let contacted = match shown.answer.contacted.is_empty() {
            true => "Nobody was contacted.".to_owned(),
            false => format!("Contacted: {}", shown.answer.contacted.join(", ")),
        };
        let contacted = untrusted(ui, &contacted, true, 2_000);
        ui.add(Label::new(theme::faded(ui, contacted)).wrap());
        ui.spacing_mut().item_spacing.y = steps(1);
        for (question, reply) in shown.answer.looked_up.iter().take(LINES) {
            let line = untrusted(ui, &wording::looked_up(question, reply), true, 300);
            ui.add(Label::new(theme::mono(line)).selectable(true).wrap());
        }
        if count > LINES {
            let words = format!("and {} more", count - LINES);
            ui.label(theme::faded(ui, words));
        }
    });
}
