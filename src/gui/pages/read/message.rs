//! One message: the verdict on top, outside everything that the message can paint (rule 15).

use super::{sheet_margin, summary_sign};
use crate::app::command::{Command, OpenWhat};
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::{Action, Slot, Wish};
use crate::gui::widgets::{self, Kind, PathAnswer, button, fold, path_field, untrusted};
use crate::read::Reading;
use crate::wording;
use egui::{Margin, RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use std::path::PathBuf;
use std::sync::Arc;

/// Most characters of text that are laid out at once; the rest comes page by page.
const PAGE: usize = 60_000;

/// An opened message on screen.
pub struct Open {
    letter: Option<i64>,
    reading: Arc<Reading>,
    /// The text, made safe, in pages.
    pages: Vec<String>,
    shown: usize,
    tab: Tab,
    facts: bool,
    saving: Option<usize>,
    path: String,
    /// Where an attachment went.
    pub saved: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Message,
    Headers,
}

impl Open {
    /// A message, of the list or from elsewhere.
    pub fn new(letter: Option<i64>, reading: Arc<Reading>) -> Self {
        let pages = pages_of(reading.text());
        Open {
            letter,
            reading,
            pages,
            shown: 1,
            tab: Tab::Message,
            facts: false,
            saving: None,
            path: String::new(),
            saved: None,
        }
    }
}

/// Cuts text into pages at line ends where there are any.
fn pages_of(text: &str) -> Vec<String> {
    let mut pages = Vec::new();
    let mut page = String::new();
    let mut count = 0_usize;
    for c in text.chars() {
        page.push(c);
        count += 1;
        if count >= PAGE && (c == '\n' || count >= 2 * PAGE) {
            pages.push(crate::base::untrusted::escape_text(&page));
            page.clear();
            count = 0;
        }
    }
    if !page.is_empty() || pages.is_empty() {
        pages.push(crate::base::untrusted::escape_text(&page));
    }
    pages
}

/// Draws the message.
pub fn message_ui(ui: &mut Ui, open: &mut Open, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    band_ui(ui, open);
    ui.add_space(steps(2));
    let room = ui.available_height();
    theme::sheet(palette)
        .inner_margin(Margin::ZERO)
        .show(ui, |ui| {
            ui.set_min_height(room - 2.0);
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 0.0;
            egui::Frame::new()
                .inner_margin(sheet_margin())
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    about_ui(ui, &open.reading);
                });
            tabs_ui(ui, open);
            widgets::rule(ui);
            let below = below_height(open);
            let room = (ui.available_height() - below).max(80.0);
            egui::ScrollArea::vertical()
                .id_salt(("message", open.letter))
                .max_height(room)
                .min_scrolled_height(room)
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    egui::Frame::new()
                        .inner_margin(sheet_margin())
                        .show(ui, |ui| {
                            ui.set_width(ui.available_width());
                            match open.tab {
                                Tab::Message => text_ui(ui, open, actions),
                                Tab::Headers => headers_ui(ui, &open.reading),
                            }
                        });
                });
            if below > 0.0 {
                widgets::rule(ui);
                attachments_ui(ui, open, actions);
            }
        });
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
    egui::ScrollArea::vertical()
        .id_salt("facts")
        .max_height((ui.ctx().content_rect().height() * 0.22).min(180.0))
        .auto_shrink([false, true])
        .show(ui, |ui| {
            widgets::facts(ui, "facts", &wording::verdict_facts(reading.verdict()));
        });
}

fn about_ui(ui: &mut Ui, reading: &Reading) {
    ui.spacing_mut().item_spacing.y = steps(1);
    let subject = reading
        .header("Subject")
        .map(|s| s.raw())
        .unwrap_or_default();
    let subject = if subject.trim().is_empty() {
        "(no subject)"
    } else {
        subject
    };
    let subject = untrusted(ui, subject, true, 300);
    ui.add(
        egui::Label::new(theme::large(subject))
            .truncate()
            .selectable(true),
    );
    let from: Vec<String> = reading.from().iter().map(ToString::to_string).collect();
    let from = if from.is_empty() {
        "unclear".to_owned()
    } else {
        from.join(", ")
    };
    let mut lines = vec![("From", from)];
    for name in ["To", "Cc", "Date"] {
        if let Some(value) = reading.header(name) {
            lines.push((name, value.raw().to_owned()));
        }
    }
    egui::Grid::new("about")
        .num_columns(2)
        .spacing(vec2(steps(3), 3.0))
        .min_row_height(0.0)
        .show(ui, |ui| {
            for (name, value) in lines {
                ui.label(theme::faded(ui, name));
                let value = untrusted(ui, &value, true, 400);
                ui.add(
                    egui::Label::new(theme::small(value))
                        .truncate()
                        .selectable(true),
                );
                ui.end_row();
            }
        });
}

fn tabs_ui(ui: &mut Ui, open: &mut Open) {
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        ui.spacing_mut().item_spacing.x = steps(1);
        for (tab, name) in [(Tab::Message, "Message"), (Tab::Headers, "Headers")] {
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

fn text_ui(ui: &mut Ui, open: &mut Open, actions: &mut Vec<Action>) {
    if open.reading.text().trim().is_empty() {
        ui.label(theme::faded(ui, "This letter has no text."));
    }
    for page in open.pages.iter().take(open.shown) {
        let font = theme::body_font(theme::tokens::BODY);
        let text = theme::fonts::drawable(ui.ctx(), &font, page);
        let text = RichText::new(text).font(font);
        ui.add(egui::Label::new(text).selectable(true).wrap());
    }
    if open.shown < open.pages.len() {
        ui.add_space(steps(2));
        if button(ui, Kind::Plain, Some(Icon::Unfolded), "Show more of it").clicked() {
            open.shown += 1;
        }
    }
    for (index, _) in open.reading.errant().iter().enumerate() {
        ui.add_space(steps(3));
        widgets::notice_card(ui, Tone::Neutral, |ui| {
            let words = "A part with a protection of its own is inside. It opens by itself, with \
                         its own verdict.";
            ui.add(egui::Label::new(theme::body(words)).wrap());
            if button(ui, Kind::Plain, None, "Open that part").clicked()
                && let Some(bytes) = open.reading.errant_part(index)
            {
                let command = Command::Open {
                    what: OpenWhat::Bytes(bytes.into()),
                    without_integrity: false,
                };
                actions.push(Action::run(Slot::Open, command));
            }
        });
    }
}

fn headers_ui(ui: &mut Ui, reading: &Reading) {
    ui.spacing_mut().item_spacing.y = steps(2);
    for field in reading.headers() {
        let name = untrusted(ui, &field.name, true, 80);
        let word = wording::field_protection(field.protection);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.horizontal(|ui| {
                ui.label(theme::small(name).font(theme::strong_font(theme::tokens::SMALL)));
                ui.label(theme::faded(ui, word));
            });
            let value = untrusted(ui, field.value.raw(), true, 4_000);
            ui.add(egui::Label::new(theme::mono(value)).selectable(true).wrap());
        });
    }
}

fn below_height(open: &Open) -> f32 {
    let count = open.reading.attachments().len();
    if count == 0 {
        return 0.0;
    }
    let rows = f32::from(u8::try_from(count.min(3)).unwrap_or(3)) * 42.0;
    let saving = if open.saving.is_some() { 48.0 } else { 0.0 };
    let saved = if open.saved.is_some() { 28.0 } else { 0.0 };
    rows + saving + saved + 16.0
}

fn attachments_ui(ui: &mut Ui, open: &mut Open, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    egui::Frame::new()
        .inner_margin(Margin::symmetric(16, 6))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = steps(1);
            let reading = open.reading.clone();
            let attachments = reading.attachments();
            egui::ScrollArea::vertical()
                .id_salt("attachments")
                .max_height(124.0)
                .auto_shrink([false, true])
                .show_rows(
                    ui,
                    theme::tokens::CONTROL,
                    attachments.len(),
                    |ui, range| {
                        for index in range {
                            let Some(file) = attachments.get(index) else {
                                continue;
                            };
                            let name = if file.name.raw().is_empty() {
                                "attachment"
                            } else {
                                file.name.raw()
                            };
                            let name = untrusted(ui, name, true, 60);
                            ui.horizontal(|ui| {
                                widgets::icon(ui, Icon::File, palette.faded, palette.sheet, "File");
                                ui.label(theme::small(&name));
                                let size = u64::try_from(file.size).unwrap_or(u64::MAX);
                                ui.label(theme::faded(ui, wording::size(size)));
                                let save = button(ui, Kind::Quiet, Some(Icon::Save), "Save…")
                                    .accessible_name(format!("Save {name}"));
                                if save.clicked() {
                                    open.saving = Some(index);
                                    open.saved = None;
                                    actions.push(Action::Pick(Wish::SaveAttachment(index, name)));
                                }
                            });
                        }
                    },
                );
            if let Some(index) = open.saving {
                save_ui(ui, open, index, actions);
            }
            if let Some(path) = &open.saved {
                let words = format!("Saved as {}", path.display());
                let words = untrusted(ui, &words, true, 300);
                ui.add(egui::Label::new(theme::small(words).color(palette.verified)).truncate());
            }
        });
}

fn save_ui(ui: &mut Ui, open: &mut Open, index: usize, actions: &mut Vec<Action>) {
    let choose = (Icon::Save, "Choose…");
    match path_field(
        ui,
        choose,
        "Folder or path to save to",
        &mut open.path,
        "Save",
    ) {
        Some(PathAnswer::Browse) => {
            let name = open.reading.attachments().get(index);
            let name = name.map(|file| untrusted(ui, file.name.raw(), true, 60));
            let wish = Wish::SaveAttachment(index, name.unwrap_or_default());
            actions.push(Action::Pick(wish));
        }
        Some(PathAnswer::Typed) => {
            let to = PathBuf::from(std::mem::take(&mut open.path).trim());
            open.save(index, to, actions);
        }
        None => {}
    }
}

impl Open {
    /// Saves an attachment.
    pub fn save(&mut self, index: usize, to: PathBuf, actions: &mut Vec<Action>) {
        self.saving = None;
        let reading = self.reading.clone();
        let command = Command::SaveAttachment { reading, index, to };
        actions.push(Action::run(Slot::Save, command));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_shown_page_by_page_and_whole() {
        let text = "line of text\n".repeat(20_000) + &"x".repeat(300_000);
        let pages = pages_of(&text);
        assert!(pages.len() > 3);
        assert!(pages.iter().all(|p| p.chars().count() <= 2 * PAGE));
        assert_eq!(pages.concat(), text);
        assert_eq!(pages_of(""), [""]);
    }
}
