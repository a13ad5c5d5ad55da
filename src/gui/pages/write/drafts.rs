//! Letters that are not finished: finding one, going on with it, letting it go.

use super::WritePage;
use super::form::MOST_LINE;
use super::undo::{Offer, Undo};
use crate::app::command::{Command, DraftCard, DraftForm};
use crate::gui::theme::tokens::CORNER;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Slot};
use crate::gui::widgets::{self, Kind, button, icon_button, untrusted};
use crate::wording;
use egui::{Id, Key, Label, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

/// Height of a row, in points.
const ROW: f32 = 60.0;

/// The list of drafts.
#[derive(Default)]
pub struct DraftList {
    open: bool,
    /// What is looked for.
    query: String,
    /// What was asked for last.
    asked: Option<String>,
    cards: Option<Vec<DraftCard>>,
}

impl DraftList {
    /// What is there may be another now.
    pub fn ask_again(&mut self) {
        self.asked = None;
    }

    /// Takes what was found.
    pub fn found(&mut self, cards: Vec<DraftCard>) {
        self.cards = Some(cards);
    }
}

impl WritePage {
    /// Opens the list of drafts, to look for one.
    pub fn find(&mut self) {
        self.list = DraftList {
            open: true,
            ..DraftList::default()
        };
    }

    /// A draft was let go: it can be put back for a while.
    pub(super) fn discarded(&mut self, id: String, form: Box<DraftForm>) {
        let words = match form.subject.trim() {
            "" => "A draft without a subject is discarded.".to_owned(),
            subject => {
                let start: String = subject.chars().take(40).collect();
                format!("“{start}” is discarded.")
            }
        };
        self.offer = Some(Offer::new(words, Undo::Draft(id, form)));
    }

    /// Lets the letter on screen go.
    fn discard_this(&mut self, actions: &mut Vec<Action>) {
        let id = self.letter.id.clone();
        let form = Box::new(self.letter.form());
        let saving = self.saving.is_some();
        self.begin(id.clone() + "+");
        self.discarded(id.clone(), form);
        actions.push(Action::Forget(Slot::Preflight));
        actions.push(Action::Forget(Slot::OthersSee));
        if saving {
            self.removing = Some(id);
        } else {
            actions.push(Action::run(Slot::Drafts, Command::RemoveDraft(id)));
        }
        self.list.ask_again();
    }
}

/// Draws the buttons beside the primary one: a new letter, the unfinished ones, letting this go.
pub fn buttons_ui(ui: &mut Ui, state: &mut WritePage, actions: &mut Vec<Action>) {
    let others = state.others().count();
    if others > 0 {
        let label = format!("Drafts ({others})");
        if button(ui, Kind::Plain, None, &label).clicked() {
            state.find();
        }
    }
    if !state.letter.is_empty() {
        let new = icon_button(ui, Icon::Plus, "New letter (Ctrl+N)");
        if new.accessible_name("New letter").clicked() {
            actions.push(Action::NewLetter);
        }
        let discard = icon_button(ui, Icon::Bin, "Discard this draft");
        if discard.clicked() {
            state.discard_this(actions);
        }
    }
}

/// Draws the list of unfinished letters.
pub fn choose_ui(ui: &Ui, state: &mut WritePage, actions: &mut Vec<Action>) {
    if !state.list.open {
        return;
    }
    if state.list.asked.as_ref() != Some(&state.list.query) {
        let query = state.list.query.clone();
        state.list.asked = Some(query.clone());
        actions.push(Action::run(Slot::FindDrafts, Command::FindDrafts { query }));
    }
    let here = state.letter.id.clone();
    let mut did = Did::default();
    let list = &mut state.list;
    let closed = widgets::sheet_dialog(ui.ctx(), "drafts", "Unfinished letters", |ui| {
        let first = list.cards.is_none();
        let width = ui.available_width();
        let help = "Subject, recipient or text";
        let search = widgets::line(ui, &mut list.query, help, width);
        let search = search.accessible_name("Find in drafts");
        if first && !search.has_focus() {
            search.request_focus();
        }
        if list.query.len() > MOST_LINE {
            list.query.clear();
        }
        match &list.cards {
            None => {
                ui.label(theme::faded(ui, "Looking…"));
            }
            Some(cards) => cards_ui(ui, cards, &here, &mut did),
        }
    });
    if let Some(id) = did.discarded {
        if id == here {
            state.discard_this(actions);
        } else {
            actions.push(Action::run(Slot::Discard, Command::DiscardDraft(id)));
        }
    }
    if let Some(id) = did.chosen {
        state.list.open = false;
        if id != here {
            state.open_draft(id, actions);
        }
    } else if closed {
        state.list.open = false;
    }
}

#[derive(Default)]
struct Did {
    chosen: Option<String>,
    discarded: Option<String>,
}

fn cards_ui(ui: &mut Ui, cards: &[DraftCard], here: &str, did: &mut Did) {
    if cards.is_empty() {
        ui.label(theme::faded(ui, "No draft holds these words."));
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical()
        .id_salt("drafts")
        .max_height(6.0 * ROW)
        .show_rows(ui, ROW, cards.len(), |ui, rows| {
            for card in cards.get(rows).unwrap_or_default() {
                card_ui(ui, card, card.head.id == here, did);
            }
        });
}

fn card_ui(ui: &mut Ui, card: &DraftCard, here: bool, did: &mut Did) {
    let palette = Palette::of(ui);
    let subject = match card.subject.trim() {
        "" => "No subject".to_owned(),
        subject => untrusted(ui, subject, true, 70),
    };
    let to = match card.to.as_str() {
        "" => "To nobody yet".to_owned(),
        to => format!("To {}", untrusted(ui, to, true, 80)),
    };
    let when = wording::date_time(card.head.at);
    let start = untrusted(ui, card.start.trim(), true, 90);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let id = Id::unique(("draft", &card.head.id));
    let body = rect.with_max_x(rect.right() - steps(10));
    let response = ui.interact(body, id, Sense::click());
    let heard = format!("{subject}. {to}. {when}. {start}");
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, here, &heard));
    let ground = if here {
        palette.chosen()
    } else if response.hovered() || response.has_focus() {
        palette.hover()
    } else {
        palette.sheet
    };
    ui.painter().rect_filled(rect, CORNER, ground);
    widgets::paint_focus_inside(ui, &response, rect);
    let words = body.shrink2(vec2(steps(2), steps(1)));
    let mut words = ui.new_child(egui::UiBuilder::new().max_rect(words));
    words.spacing_mut().item_spacing.y = 0.0;
    let plain = |text| Label::new(text).truncate().selectable(false);
    words.add(plain(theme::strong(subject.clone())));
    let second = format!("{to} · {when}");
    words.add(plain(theme::faded(ui, second)));
    words.add(plain(theme::faded(ui, start)));
    let cross = egui::pos2(rect.right() - steps(5), rect.center().y);
    let cross = Rect::from_center_size(cross, vec2(steps(8), steps(8)));
    let mut away = ui.new_child(egui::UiBuilder::new().max_rect(cross));
    let name = format!("Discard {subject}");
    if icon_button(&mut away, Icon::Bin, &name).clicked() {
        did.discarded = Some(card.head.id.clone());
    }
    let by_key = response.has_focus() && ui.input(|i| i.key_pressed(Key::Delete));
    if by_key {
        did.discarded = Some(card.head.id.clone());
    } else if response.clicked() {
        did.chosen = Some(card.head.id.clone());
    }
}
