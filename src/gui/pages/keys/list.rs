//! The search, and the list of what it found: any number of rows, of which only those in sight are
//! drawn.

use super::{KeysPage, kind_words, shown_name, standing};
use crate::app::command::{KeyRow, KeyState};
use crate::app::key_index::{KeyFilter, KeySort};
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Slot, View, Wish};
use crate::gui::widgets::{self, Kind, Row, button, rows_ui, segments, untrusted};
use crate::wording;
use egui::{Margin, Rect, TextEdit, Ui, vec2};

/// Draws the field, the filters and the order.
pub fn search_ui(ui: &mut Ui, state: &mut KeysPage) {
    let palette = Palette::of(ui);
    let width = ui.available_width();
    let field = ui
        .add(
            TextEdit::singleline(&mut state.query)
                .hint_text("Search by name, address or fingerprint")
                .desired_width(width)
                .margin(Margin {
                    left: 38,
                    right: 12,
                    top: 8,
                    bottom: 8,
                })
                .min_size(vec2(0.0, theme::tokens::CONTROL))
                .align(egui::Align2::LEFT_CENTER),
        )
        .accessible_name("Search keys");
    if std::mem::take(&mut state.searching) {
        field.request_focus();
    }
    if field.has_focus() {
        let ring = theme::focus_ring(palette);
        let inside = egui::StrokeKind::Inside;
        ui.painter()
            .rect_stroke(field.rect, theme::tokens::CORNER, ring, inside);
    }
    let at = field.rect.left_center() + vec2(20.0, 0.0);
    let square = Rect::from_center_size(at, vec2(18.0, 18.0));
    theme::icons::paint(
        ui.painter(),
        Icon::Search,
        square,
        palette.faded,
        palette.sheet,
    );
    let line = egui::Layout::left_to_right(egui::Align::TOP).with_main_wrap(true);
    let room = vec2(ui.available_width(), steps(8));
    ui.allocate_ui_with_layout(room, line, |ui| {
        ui.spacing_mut().item_spacing = vec2(steps(3), steps(2));
        let filters = [
            (KeyFilter::All, "All"),
            (KeyFilter::Mine, "Mine"),
            (KeyFilter::People, "People"),
            (KeyFilter::NeedsLook, "Needs a look"),
        ]
        .map(|(filter, name)| (filter, name.to_owned()));
        if let Some(filter) = segments(ui, &filters, state.filter) {
            state.filter = filter;
        }
        let sorts = [
            (KeySort::Name, "By name"),
            (KeySort::Ends, "By end"),
            (KeySort::Newest, "Newest"),
        ]
        .map(|(sort, name)| (sort, name.to_owned()));
        if let Some(sort) = segments(ui, &sorts, state.sort) {
            state.sort = sort;
        }
        if let Some(index) = &state.index {
            let words = match (state.found.len(), index.len()) {
                (1, 1) => "1 key".to_owned(),
                (found, all) if found == all => format!("{} keys", grouped(all)),
                (found, all) => format!("{} of {}", grouped(found), grouped(all)),
            };
            ui.horizontal(|ui| {
                ui.set_min_height(steps(8));
                ui.label(theme::faded(ui, words));
            });
        }
    });
    ui.add_space(steps(2));
}

/// A number with its thousands apart.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Draws the list.
pub fn list_ui(ui: &mut Ui, view: &View, state: &mut KeysPage, actions: &mut Vec<Action>) {
    let Some(index) = state.index.clone() else {
        if let Some(busy) = view.busy.iter().find(|busy| busy.slot == Slot::Keys) {
            let done = busy.progress.filter(|progress| progress.total > 0);
            let words = done.map_or("Reading keys…".to_owned(), |progress| {
                format!("Reading keys: {} of {}", progress.done, progress.total)
            });
            ui.label(theme::faded(ui, words));
        }
        return;
    };
    if state.found.is_empty() {
        empty_ui(ui, state, index.is_empty(), actions);
        return;
    }
    let wanted = state.wanted.as_deref();
    let answer = rows_ui(ui, "Keys in the list", state.found.len(), |ui, place| {
        let row = state.found.get(place).and_then(|at| index.row(*at));
        row.map_or_else(Row::default, |row| row_of(ui, row, wanted))
    });
    let chosen = answer.chosen.and_then(|place| state.found.get(place));
    let chosen = chosen.and_then(|at| index.row(*at));
    if let Some(key) = chosen.map(|row| row.fingerprint.to_string()) {
        state.show(key, actions);
    }
}

fn empty_ui(ui: &mut Ui, state: &mut KeysPage, nothing: bool, actions: &mut Vec<Action>) {
    if nothing {
        let words = "Import the keys of people you write to. They send them by mail, or publish \
                     them. You can drop a file here, or paste what you copied.";
        if widgets::empty(ui, words, Some((Icon::Plus, "Choose a file…"))) {
            state.import.open();
            actions.push(Action::Pick(Wish::Keys));
        }
        return;
    }
    let filtered = state.filter != KeyFilter::All;
    let words = match (state.query.trim().is_empty(), state.filter) {
        (true, KeyFilter::NeedsLook) => "Nothing needs a look.",
        (true, KeyFilter::Mine) => "You have no key of your own yet.",
        (true, KeyFilter::All | KeyFilter::People) => "There are no keys of other people yet.",
        (false, _) => "No key matches.",
    };
    ui.add_space(steps(6));
    ui.vertical_centered(|ui| {
        ui.label(theme::body(words).color(Palette::of(ui).faded));
        ui.add_space(steps(2));
        let clears = filtered || !state.query.is_empty();
        if clears && button(ui, Kind::Plain, None, "Show all").clicked() {
            state.query.clear();
            state.filter = KeyFilter::All;
        }
    });
}

fn row_of(ui: &Ui, row: &KeyRow, wanted: Option<&str>) -> Row {
    let (icon, tone, state) = standing(row);
    let first = shown_name(ui, row);
    let some: Vec<String> = row
        .addresses
        .iter()
        .take(3)
        .map(ToString::to_string)
        .collect();
    let addresses = match row.addresses.len() {
        0 => "no address".to_owned(),
        1..=3 => wording::list_of(&some),
        n => format!("{} and {} others", some.first().map_or("", |a| a), n - 1),
    };
    let addresses = untrusted(ui, &addresses, true, 160);
    let whose = if row.secret {
        "your own key"
    } else {
        wording::checked(row.checked)
    };
    let kind = kind_words(row.kind);
    let aside = match (&row.state, row.expires) {
        (KeyState::Usable, Some(end)) => format!("until {}", wording::date(end)),
        (KeyState::Usable, None) => "without an end".to_owned(),
        (KeyState::Unusable(_), _) => String::new(),
    };
    let heard = format!("{first}, {addresses}, {kind}, {state}, {whose}, {aside}");
    Row {
        icon,
        tone,
        heard: heard.trim_end_matches(", ").to_owned(),
        second: match short_check(row) {
            Some(check) => format!("{check} · {kind} · {addresses}"),
            None => format!("{kind} · {addresses}"),
        },
        first,
        aside,
        state,
        here: wanted == Some(row.fingerprint.as_hex()),
        remove: None,
    }
}

/// How it was checked, in a word; nothing where the state says it already.
fn short_check(row: &KeyRow) -> Option<&'static str> {
    use crate::cert::Checked;
    match row.checked {
        Checked::Own => Some("yours"),
        Checked::Confirmed => Some("confirmed"),
        Checked::Accepted => Some("accepted"),
        Checked::Ca => Some("vouched for"),
        Checked::Unknown | Checked::Rejected => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, shown) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (100_000, "100,000"),
        ] {
            assert_eq!(grouped(number), shown);
        }
    }
}
