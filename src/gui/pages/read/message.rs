//! One message: the verdict on top, outside everything that the message can paint (rule 15).

use super::files::{begin, below_height, files_ui};
use super::links::{links_ui, question_ui};
use super::route;
use super::structure::structure_ui;
use super::text::LongText;
use super::{sheet_margin, summary_sign};
use crate::app::command::{Command, OriginAnswer};
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::{Action, SaveWhat, Slot, View};
use crate::gui::widgets::{self, Kind, button, fold, icon_button, untrusted};
use crate::read::{OuterValue, ProtectedField, Reading};
use crate::wording;
use egui::{Align, Layout, Margin, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use std::path::PathBuf;
use std::sync::Arc;

/// In less height than this, in points, what can be found elsewhere gives way to the text.
const LOW: f32 = 640.0;

/// Most parts with a protection of their own that are offered under the text.
const ERRANT: usize = 20;
/// Most people who are listed under the subject.
const PEOPLE: usize = 30;
/// Most header fields that are drawn.
const FIELDS: usize = 300;

/// An opened message on screen.
pub struct Open {
    /// What was opened.
    pub reading: Arc<Reading>,
    text: LongText,
    tab: Tab,
    facts: bool,
    choosing: bool,
    /// Where it came from, once that was looked at.
    pub origin: Option<Box<OriginAnswer>>,
    /// Whether the lines against its sender are unfolded.
    pub lines_open: bool,
    /// Whether that was asked for.
    pub asked_route: bool,
    /// The link that is to be followed, while it is asked whether.
    pub following: Option<usize>,
    /// What is to be saved, while it is asked where.
    pub saving: Option<SaveWhat>,
    /// A path as it is typed.
    pub path: String,
    /// Where something was saved.
    pub saved: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Message,
    Links,
    Route,
    Headers,
    Structure,
}

/// What the person asked of a message.
#[derive(Default)]
pub struct Asked {
    /// To open this part alone.
    pub part: Option<Vec<u8>>,
    /// To save something to a path.
    pub save: Option<(SaveWhat, PathBuf)>,
}

impl Open {
    /// A message that was opened.
    pub fn new(reading: Arc<Reading>) -> Self {
        Open {
            text: LongText::of(reading.text()),
            reading,
            tab: Tab::Message,
            facts: false,
            choosing: false,
            origin: None,
            lines_open: false,
            asked_route: false,
            following: None,
            saving: None,
            path: String::new(),
            saved: None,
        }
    }

    /// Turns to the way that it took.
    pub fn show_route(&mut self) {
        self.tab = Tab::Route;
    }
}

/// Draws the message.
pub fn message_ui(ui: &mut Ui, view: &View, open: &mut Open, actions: &mut Vec<Action>) -> Asked {
    let palette = Palette::of(ui);
    let mut asked = Asked::default();
    let low = ui.ctx().content_rect().height() < LOW;
    band_ui(ui, open);
    ui.add_space(steps(2));
    let room = ui.available_height();
    theme::sheet(palette)
        .inner_margin(Margin::ZERO)
        .show(ui, |ui| {
            ui.set_min_height(room - 2.0);
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 0.0;
            let margin = match low {
                true => Margin::symmetric(20, 8),
                false => sheet_margin(),
            };
            egui::Frame::new().inner_margin(margin).show(ui, |ui| {
                ui.set_width(ui.available_width());
                about_ui(ui, open, low && open.facts, actions);
                if open.choosing {
                    choose_ui(ui, open, actions);
                }
            });
            tabs_ui(ui, open);
            widgets::rule(ui);
            let below = below_height(open, low);
            let least = if low { 56.0 } else { 80.0 };
            let room = (ui.available_height() - below).max(least);
            let part = tab_content_ui(ui, view, open, room, actions);
            asked.part = part.and_then(|index| open.reading.errant_part(index));
            if below > 0.0 {
                widgets::rule(ui);
                files_ui(ui, open, low, &mut asked, actions);
            }
        });
    question_ui(ui, open, actions);
    asked
}

/// Draws what the tab shows. Returns the number of a part that is to be opened alone.
fn tab_content_ui(
    ui: &mut Ui,
    view: &View,
    open: &mut Open,
    room: f32,
    actions: &mut Vec<Action>,
) -> Option<usize> {
    let reading = open.reading.clone();
    match open.tab {
        Tab::Message => {
            let mut part = None;
            open.text.ui(ui, reading.text(), room, |ui| {
                part = errant_ui(ui, &reading);
            });
            part
        }
        Tab::Links => {
            let followed = links_ui(ui, &reading, room);
            open.following = followed.or(open.following);
            None
        }
        Tab::Route => {
            open.asked_route |= open.origin.is_none() && !open.asked_route && {
                actions.push(route::look(&reading, false));
                true
            };
            route::route_ui(ui, view, open, room, actions);
            None
        }
        Tab::Headers => {
            headers_ui(ui, &reading, room);
            None
        }
        Tab::Structure => structure_ui(ui, &reading, room),
    }
}

fn band_ui(ui: &mut Ui, open: &mut Open) {
    let palette = Palette::of(ui);
    let verdict = open.reading.verdict();
    let (tone, icon, word) = summary_sign(verdict.summary());
    let notice = wording::verdict(verdict);
    let ground = palette.tint(tone);
    let color = palette.tone(tone);
    let pen = Stroke::new(
        theme::tokens::HAIRLINE,
        theme::tokens::mix(ground, color, 0.4),
    );
    egui::Frame::new()
        .fill(ground)
        .stroke(pen)
        .corner_radius(theme::tokens::CORNER)
        .inner_margin(Margin::symmetric(16, 12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                let (rect, response) = ui.allocate_exact_size(vec2(28.0, 28.0), Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(Role::Image, true, word));
                theme::icons::paint(ui.painter(), icon, rect, color, ground);
                ui.add_space(steps(1));
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    let headline = notice.headline.trim();
                    ui.add(egui::Label::new(theme::strong(headline)).wrap());
                    for more in [notice.why.as_str(), notice.next_in_window()] {
                        if !more.is_empty() {
                            ui.add(egui::Label::new(theme::small(more)).wrap());
                        }
                    }
                    for caution in open.reading.cautions() {
                        caution_ui(ui, wording::caution(*caution), ground);
                    }
                    if fold(ui, &mut open.facts, "Details") {
                        facts_ui(ui, &open.reading);
                    }
                });
            });
        });
}

fn caution_ui(ui: &mut Ui, words: &str, ground: egui::Color32) {
    let palette = Palette::of(ui);
    ui.horizontal_top(|ui| {
        widgets::icon(ui, Icon::Warning, palette.caution, ground, "Caution");
        ui.add(egui::Label::new(theme::small(words)).wrap());
    });
}

fn facts_ui(ui: &mut Ui, reading: &Reading) {
    let height = ui.ctx().content_rect().height();
    egui::ScrollArea::vertical()
        .id_salt("facts")
        .max_height(if height < LOW {
            76.0
        } else {
            (height * 0.18).min(200.0)
        })
        .auto_shrink([false, true])
        .show(ui, |ui| {
            let mut facts = wording::verdict_facts(reading.verdict());
            facts.extend(wording::layers(reading));
            if let Some(hidden) = wording::hidden_text(reading.hidden_text()) {
                facts.push(("Not shown", hidden));
            }
            widgets::facts(ui, "facts", &facts);
        });
}

/// Subject, people and date, with what can be done with the letter at the right.
fn about_ui(ui: &mut Ui, open: &mut Open, brief: bool, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = steps(1);
    let reading = open.reading.clone();
    ui.horizontal(|ui| {
        ui.set_min_height(steps(8));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = steps(1);
            buttons_ui(ui, open, actions);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let subject = reading.header("Subject").map(|s| s.raw().trim());
                let subject = match subject.unwrap_or_default() {
                    "" => "(no subject)".to_owned(),
                    subject => untrusted(ui, subject, true, 300),
                };
                let subject = egui::Label::new(theme::large(subject));
                ui.add(subject.truncate().selectable(true));
            });
        });
    });
    let lines = about_lines(&reading, brief);
    egui::Grid::new("about")
        .num_columns(2)
        .spacing(vec2(steps(3), 3.0))
        .min_row_height(0.0)
        .show(ui, |ui| {
            for (name, value) in lines {
                ui.label(theme::faded(ui, name));
                let value = egui::Label::new(theme::small(untrusted(ui, &value, true, 400)));
                ui.add(value.truncate().selectable(true));
                ui.end_row();
            }
        });
}

/// What stands under the subject: name and value. `brief`: the author alone.
fn about_lines(reading: &Reading, brief: bool) -> Vec<(&'static str, String)> {
    let listed = |mailboxes: &mut dyn Iterator<Item = String>| {
        // More than fit on a line are never looked at one by one; Headers has them all.
        let shown: Vec<String> = mailboxes.take(PEOPLE).collect();
        shown.join(", ")
    };
    let from = listed(&mut reading.from().into_iter().map(ToString::to_string));
    let from = if from.is_empty() {
        "unclear".to_owned()
    } else {
        from
    };
    let mut lines = vec![("From", from)];
    if brief {
        return lines;
    }
    let thread = reading.thread();
    for (name, mailboxes) in [("To", &thread.to), ("Cc", &thread.cc)] {
        let people = listed(&mut mailboxes.iter().map(ToString::to_string));
        if !people.is_empty() {
            lines.push((name, people));
        }
    }
    match (thread.date, reading.header("Date")) {
        (Some(at), _) => lines.push(("Date", wording::date_time(at))),
        (None, Some(as_written)) => lines.push(("Date", as_written.raw().to_owned())),
        (None, None) => {}
    }
    lines
}

/// The buttons of a letter, from the right.
fn buttons_ui(ui: &mut Ui, open: &mut Open, actions: &mut Vec<Action>) {
    if icon_button(ui, Icon::Print, "Print to a PDF…").clicked() {
        begin(open, SaveWhat::Pdf, actions);
    }
    if icon_button(ui, Icon::Save, "Save…").clicked() {
        open.choosing = !open.choosing;
    }
    let reply = |all| {
        let reading = open.reading.clone();
        Action::run(Slot::Reply, Command::Reply { reading, all })
    };
    if icon_button(ui, Icon::ReplyAll, "Reply to all").clicked() {
        actions.push(reply(true));
    }
    if button(ui, Kind::Plain, Some(Icon::Reply), "Reply").clicked() {
        actions.push(reply(false));
    }
}

/// What of the letter is saved.
fn choose_ui(ui: &mut Ui, open: &mut Open, actions: &mut Vec<Action>) {
    let mut chosen = None;
    ui.add_space(steps(2));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = steps(2);
        let mut choices = vec![
            ("Message (.eml)…", SaveWhat::Message),
            ("Text (.txt)…", SaveWhat::Text),
            ("Signed report (.json)…", SaveWhat::Evidence),
        ];
        if !open.reading.attachments().is_empty() {
            choices.push(("All attachments…", SaveWhat::Attachments));
        }
        for (words, what) in choices {
            if button(ui, Kind::Plain, None, words).clicked() {
                chosen = Some(what);
            }
        }
        if button(ui, Kind::Quiet, None, "Copy the text").clicked() {
            actions.push(Action::Copy(open.reading.text().to_owned()));
            open.choosing = false;
        }
    });
    if let Some(what) = chosen {
        open.choosing = false;
        begin(open, what, actions);
    }
}

fn tabs_ui(ui: &mut Ui, open: &mut Open) {
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        ui.spacing_mut().item_spacing.x = steps(1);
        let mut tabs = vec![
            (Tab::Message, "Message"),
            (Tab::Route, "Route"),
            (Tab::Headers, "Headers"),
            (Tab::Structure, "Structure"),
        ];
        if !open.reading.links().is_empty() {
            tabs.insert(1, (Tab::Links, "Links"));
        }
        for (tab, name) in tabs {
            if tab_ui(ui, name, open.tab == tab) {
                open.tab = tab;
            }
        }
    });
}

fn tab_ui(ui: &mut Ui, name: &str, here: bool) -> bool {
    let palette = Palette::of(ui);
    let font = if here {
        theme::strong_font(theme::tokens::BODY)
    } else {
        theme::body_font(theme::tokens::BODY)
    };
    let ink = if here { palette.wax } else { palette.faded };
    let galley = ui.painter().layout_no_wrap(name.to_owned(), font, ink);
    let size = vec2(galley.size().x + steps(4), steps(9));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, here, name));
    ui.painter()
        .galley(rect.center() - galley.size() / 2.0, galley, ink);
    if here {
        let bar = rect
            .with_min_y(rect.bottom() - 2.0)
            .shrink2(vec2(steps(2), 0.0));
        ui.painter().rect_filled(bar, 1, palette.wax);
    }
    if response.has_focus() {
        let ring = theme::focus_ring(palette);
        let inside = egui::StrokeKind::Inside;
        ui.painter()
            .rect_stroke(rect.shrink(2.0), theme::tokens::CORNER, ring, inside);
    }
    response.clicked()
}

/// Under the text: the parts with a protection of their own, which open alone. Returns which.
fn errant_ui(ui: &mut Ui, reading: &Reading) -> Option<usize> {
    let mut chosen = None;
    if reading.text().trim().is_empty() {
        ui.label(theme::faded(ui, "This letter has no text."));
    }
    for (index, _) in reading.errant().iter().enumerate().take(ERRANT) {
        ui.add_space(steps(3));
        widgets::notice_card(ui, Tone::Neutral, |ui| {
            let words = "A part with a protection of its own is inside. It opens by itself, with \
                         its own verdict.";
            ui.spacing_mut().item_spacing.y = steps(2);
            ui.add(egui::Label::new(theme::body(words)).wrap());
            if button(ui, Kind::Plain, None, "Open that part").clicked() {
                chosen = Some(index);
            }
        });
    }
    if reading.errant().len() > ERRANT {
        ui.add_space(steps(2));
        ui.label(theme::faded(ui, "The others stand under Structure."));
    }
    chosen
}

fn headers_ui(ui: &mut Ui, reading: &Reading, room: f32) {
    egui::ScrollArea::vertical()
        .id_salt("headers")
        .max_height(room)
        .min_scrolled_height(room)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(sheet_margin())
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = steps(2);
                    for field in reading.headers().iter().take(FIELDS) {
                        header_ui(ui, field);
                    }
                    if reading.headers().len() > FIELDS {
                        ui.label(theme::faded(
                            ui,
                            "There are more; save the message to see all.",
                        ));
                    }
                });
        });
}

fn header_ui(ui: &mut Ui, field: &ProtectedField) {
    let name = untrusted(ui, &field.name, true, 80);
    let word = wording::field_protection(field.protection);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::small(name).font(theme::strong_font(theme::tokens::SMALL)));
            ui.label(theme::faded(ui, word));
        });
        let value = untrusted(ui, field.value.raw(), true, 4_000);
        ui.add(egui::Label::new(theme::mono(value)).selectable(true).wrap());
        let outside = match &field.outer {
            OuterValue::Same => return,
            OuterValue::Absent => "Does not stand outside".to_owned(),
            OuterValue::Different(value) => {
                format!("Outside: {}", untrusted(ui, value.raw(), true, 400))
            }
        };
        ui.add(egui::Label::new(theme::faded(ui, outside)).wrap());
    });
}
