//! What others see: read off the sealed bytes by a job, drawn here.

use super::WritePage;
use crate::app::command::{Command, DraftSource, VisibleRow};
use crate::gui::pages::Told;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{self, Kind, button, untrusted};
use crate::wording;
use egui::{Align, Layout, Rect, Role, Sense, Ui, WidgetInfo, vec2};
use std::time::{Duration, Instant};

/// How long typing rests before a letter is sealed to look at it.
const REST: Duration = Duration::from_millis(800);
/// Letters with more bytes of files than this are sealed for a look only when asked: sealing a film
/// at each pause in typing would burn the processor.
const ASK_FROM: u64 = 16 << 20;

/// What the last look brought.
#[derive(Default)]
pub struct Seen {
    rows: Vec<VisibleRow>,
    /// Of which revision of the letter that is.
    of: Option<u64>,
    /// Which revision is being looked at.
    asked: Option<u64>,
    trouble: Option<Told>,
    /// The letter is large, and the person wants to see it all the same.
    wanted: bool,
    /// The letter is large.
    large: bool,
}

impl Seen {
    /// Takes the answer.
    pub fn answer(&mut self, result: Result<Vec<VisibleRow>, Option<Told>>) {
        match result {
            Ok(rows) => {
                self.rows = rows;
                self.of = self.asked;
                self.trouble = None;
            }
            Err(told) => {
                self.rows.clear();
                self.of = None;
                self.trouble = told;
            }
        }
    }

    /// Keys or identities changed: the next look may be another.
    pub fn ask_again(&mut self) {
        self.asked = None;
    }
}

impl WritePage {
    /// Seals the letter for a look when typing rests. Returns how long until that is due.
    pub(super) fn tend_others(
        &mut self,
        view: &View,
        now: Instant,
        actions: &mut Vec<Action>,
    ) -> Option<Duration> {
        let ready = self.plan.found.as_ref().is_some_and(|found| found.ready);
        let up_to_date = self.plan.of == Some(self.revision_of_people());
        self.seen.large = self.letter.files_bytes() > ASK_FROM;
        let wanted = self.folds.others && (!self.seen.large || self.seen.wanted);
        let asked = self.seen.asked == Some(self.revision);
        if !ready || !up_to_date || !wanted || asked || view.is_busy(Slot::Send) {
            return None;
        }
        let due = self.last_change.map_or(now, |last| last + REST);
        if now < due {
            return Some(due - now);
        }
        self.seen.asked = Some(self.revision);
        self.seen.wanted = false;
        let draft = DraftSource::Form(Box::new(self.letter.form()));
        actions.push(Action::run(Slot::OthersSee, Command::OthersSee(draft)));
        None
    }
}

/// Draws the table: what, and who sees it.
pub fn others_ui(ui: &mut Ui, view: &View, seen: &mut Seen, revision: u64) {
    let busy = view.is_busy(Slot::OthersSee);
    if let Some(told) = &seen.trouble {
        widgets::notice_still(ui, told.tone, &told.notice);
        return;
    }
    if seen.rows.is_empty() || (seen.large && seen.of != Some(revision)) {
        if seen.large && !busy {
            let words = "This letter is large. Sealing it for a look takes a moment.";
            ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
            if button(ui, Kind::Plain, Some(Icon::Eye), "Seal it and look").clicked() {
                seen.wanted = true;
                seen.asked = None;
            }
            return;
        }
        ui.add(egui::Label::new(theme::faded(ui, "Sealing it to look at it…")).wrap());
        if seen.rows.is_empty() {
            return;
        }
    }
    table_ui(ui, &seen.rows);
    let words = if seen.of == Some(revision) {
        "Read off the sealed letter."
    } else {
        "Read off the letter as it was a moment ago."
    };
    ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
}

fn table_ui(ui: &mut Ui, rows: &[VisibleRow]) {
    let palette = Palette::of(ui);
    let width = ui.available_width();
    let column = (width * 0.2).clamp(52.0, 64.0);
    let first = width - 3.0 * column;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        ui.spacing_mut().interact_size.y = steps(6);
        ui.horizontal(|ui| {
            ui.add_space(first);
            for who in ["Recipient", "Servers", "Listener"] {
                let centred = Layout::top_down(Align::Center);
                ui.allocate_ui_with_layout(vec2(column, steps(5)), centred, |ui| {
                    ui.set_width(column);
                    let who = theme::small(who).size(theme::tokens::TINY);
                    ui.label(who.color(palette.faded));
                });
            }
        });
        for row in rows {
            widgets::rule(ui);
            ui.add_space(steps(1));
            row_ui(ui, row, (first, column));
            ui.add_space(steps(1));
        }
        widgets::rule(ui);
    });
}

fn row_ui(ui: &mut Ui, row: &VisibleRow, (first, column): (f32, f32)) {
    let what = wording::visible(row.what);
    ui.horizontal(|ui| {
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
            cell_ui(ui, column, row.there, seen, &format!("{what}, {who}"));
        }
    });
    let outside = wording::outside(row);
    if !outside.is_empty() {
        let outside = untrusted(ui, &outside, true, 240);
        let words = format!("Outside: {outside}");
        ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
    }
}

fn cell_ui(ui: &mut Ui, width: f32, there: bool, seen: bool, what: &str) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, steps(6)), Sense::hover());
    let (icon, color, word) = match (there, seen) {
        (true, true) => (Some(Icon::Eye), palette.ink, "seen"),
        (true, false) => (Some(Icon::Lock), palette.verified, "hidden"),
        (false, _) => (None, palette.faded, "there is none"),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("{what}: {word}")));
    match icon {
        Some(icon) => {
            let square = Rect::from_center_size(rect.center(), vec2(18.0, 18.0));
            theme::icons::paint(ui.painter(), icon, square, color, palette.paper);
        }
        None => {
            let dash = egui::Stroke::new(theme::tokens::FOCUS, palette.line);
            let reach = rect.center().x - 4.0..=rect.center().x + 4.0;
            ui.painter().hline(reach, rect.center().y, dash);
        }
    }
    response.on_hover_text(word);
}
