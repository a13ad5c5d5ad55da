//! A list of rows: a sign, two lines of words, and what can be done with each. Only the rows in
//! sight are laid out, so that a hundred thousand cost what twenty do.

use super::button::paint_focus;
use crate::gui::theme::tokens::{CORNER, ICON};
use crate::gui::theme::{self, Icon, Palette, Tone, icons, steps};
use egui::{
    Align, EventFilter, Id, Key, Label, Layout, Modifiers, Rect, Response, RichText, Role,
    ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, vec2,
};

/// Height of one row, in points.
const ROW: f32 = 60.0;
/// Space between two rows, in points.
const GAP: f32 = 2.0;
/// Narrower than this, in points, a row has no room for what stands at its right.
const ROOM_FOR_ASIDE: f32 = 420.0;
/// Width of what stands at the right, in points.
const ASIDE: f32 = 170.0;

/// One row. All words are safe to show: see [`super::untrusted`].
pub struct Row {
    /// The sign at the left.
    pub icon: Icon,
    /// The tone of the sign and of `state`.
    pub tone: Tone,
    /// The first line.
    pub first: String,
    /// At the right of the first line, where there is room; may be empty.
    pub aside: String,
    /// The state in words, at the start of the second line in the row's tone; may be empty.
    pub state: String,
    /// The rest of the second line.
    pub second: String,
    /// What a screen reader hears of the row.
    pub heard: String,
    /// Whether it is the chosen one.
    pub here: bool,
    /// The name of the button that takes the row out of the list; `None` where that cannot be done.
    pub remove: Option<String>,
}

impl Default for Row {
    fn default() -> Self {
        Row {
            icon: Icon::Ring,
            tone: Tone::Neutral,
            first: String::new(),
            aside: String::new(),
            state: String::new(),
            second: String::new(),
            heard: String::new(),
            here: false,
            remove: None,
        }
    }
}

/// What was done with a list; the number of a row each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowsAnswer {
    /// It was pressed, by pointer or with Enter or the space bar.
    pub chosen: Option<usize>,
    /// It is to be taken out: its button was pressed, or Delete while it had the focus.
    pub removed: Option<usize>,
}

/// Draws a list of `count` rows that scrolls. The arrow keys, Page Up, Page Down, Home and End move
/// the focus over all rows, in sight or not; Enter chooses. `row` is asked for the rows in sight
/// alone. `name` is what a screen reader hears of the list, unlike those of other lists on screen.
pub fn rows_ui(
    ui: &mut Ui,
    name: &str,
    count: usize,
    mut row: impl FnMut(&Ui, usize) -> Row,
) -> RowsAnswer {
    let list = Id::unique(("rows", name));
    let mut answer = RowsAnswer::default();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        let room = ui.available_height();
        ScrollArea::vertical()
            .id_salt(list)
            .auto_shrink([false, false])
            .show_rows(ui, ROW, count, |ui, range| {
                ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
                    node.set_role(Role::ListBox);
                    node.set_label(name);
                    node.set_size_of_set(count);
                });
                let top = ui.max_rect().top();
                let first = range.start;
                let drawn = range.clone();
                for index in range {
                    let facts = row(ui, index);
                    let (response, removed) = one_ui(ui, list.with(index), &facts);
                    ui.ctx().accesskit_node_builder(response.id, |node| {
                        node.set_position_in_set(index);
                        node.set_size_of_set(count);
                    });
                    if response.clicked() {
                        answer.chosen = Some(index);
                    }
                    if removed {
                        answer.removed = Some(index);
                    }
                    let page = ((room / (ROW + GAP)) as usize).max(1);
                    let Some(next) = moved(ui, &response, index, count, page) else {
                        continue;
                    };
                    ui.memory_mut(|memory| memory.request_focus(list.with(next)));
                    let down = (next as f32 - first as f32) * (ROW + GAP);
                    let place = response
                        .rect
                        .translate(vec2(0.0, top + down - response.rect.top()));
                    let at_once = egui::style::ScrollAnimation::none();
                    ui.scroll_to_rect_animation(place, None, at_once);
                    ui.data_mut(|data| {
                        data.insert_temp(
                            list,
                            Wanted {
                                row: next,
                                passes: 0,
                            },
                        )
                    });
                }
                keep_wanted(ui, list, &drawn);
            });
    });
    answer
}

/// A row that gets the focus as soon as it was scrolled into sight: what is not drawn loses it.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    row: usize,
    passes: u8,
}

fn keep_wanted(ui: &Ui, list: Id, drawn: &std::ops::Range<usize>) {
    let Some(wanted) = ui.data(|data| data.get_temp::<Wanted>(list)) else {
        return;
    };
    ui.memory_mut(|memory| memory.request_focus(list.with(wanted.row)));
    // It is drawn within a pass or two; a list that shrank meanwhile has no such row.
    if drawn.contains(&wanted.row) || wanted.passes > 3 {
        ui.data_mut(|data| data.remove::<Wanted>(list));
    } else {
        let passes = wanted.passes.saturating_add(1);
        let row = wanted.row;
        ui.data_mut(|data| data.insert_temp(list, Wanted { row, passes }));
        ui.ctx().request_repaint();
    }
}

/// Where a key takes the focus from the row that has it.
fn moved(ui: &Ui, response: &Response, at: usize, count: usize, page: usize) -> Option<usize> {
    if !response.has_focus() {
        return None;
    }
    // The arrows are this list's, not a way to leave it.
    let mine = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, mine));
    let last = count.saturating_sub(1);
    let steps = [
        (Key::ArrowDown, at.saturating_add(1).min(last)),
        (Key::ArrowUp, at.saturating_sub(1)),
        (Key::PageDown, at.saturating_add(page).min(last)),
        (Key::PageUp, at.saturating_sub(page)),
        (Key::Home, 0),
        (Key::End, last),
    ];
    steps
        .into_iter()
        .find(|(key, _)| ui.input_mut(|i| i.consume_key(Modifiers::NONE, *key)))
        .map(|(_, next)| next)
}

/// Draws one row. Returns its response, and whether it is to be taken out.
fn one_ui(ui: &mut Ui, id: Id, row: &Row) -> (Response, bool) {
    let palette = Palette::of(ui);
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, row.here, &row.heard));
    let button = row.remove.as_ref().map(|name| {
        let edge = steps(7);
        let at = rect.right_center() - vec2(edge / 2.0 + steps(1), 0.0);
        let square = Rect::from_center_size(at, vec2(edge, edge));
        let remove = ui.interact(square, id.with("remove"), Sense::click());
        remove.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
        remove.on_hover_text(name)
    });
    let over = response.contains_pointer();
    let ground = if row.here {
        palette.chosen()
    } else if over {
        palette.hover()
    } else {
        palette.paper
    };
    ui.painter().rect_filled(rect, CORNER, ground);
    if response.has_focus() {
        let ring = theme::focus_ring(palette);
        let inside = egui::StrokeKind::Inside;
        ui.painter().rect_stroke(rect, CORNER, ring, inside);
    }
    let square = Rect::from_center_size(rect.left_center() + vec2(24.0, 0.0), vec2(22.0, 22.0));
    icons::paint(
        ui.painter(),
        row.icon,
        square,
        palette.tone(row.tone),
        ground,
    );
    let end = if button.is_some() { steps(8) } else { 0.0 };
    let words = rect
        .with_min_x(rect.left() + 46.0)
        .with_max_x(rect.right() - end)
        .shrink2(vec2(4.0, 11.0));
    words_ui(ui, words, row, palette);
    let delete = || ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Delete));
    let by_key = row.remove.is_some() && response.has_focus() && delete();
    let by_button = button.is_some_and(|remove| {
        if over || response.has_focus() || remove.has_focus() || row.here {
            let ink = if remove.hovered() {
                palette.ink
            } else {
                palette.faded
            };
            let cross = Rect::from_center_size(remove.rect.center(), vec2(ICON, ICON)).shrink(2.0);
            icons::paint(ui.painter(), Icon::Cross, cross, ink, ground);
        }
        paint_focus(ui, &remove, remove.rect);
        remove.clicked()
    });
    (response, by_key || by_button)
}

fn words_ui(ui: &mut Ui, room: Rect, row: &Row, palette: Palette) {
    // A child that does not move the cursor: the row's place is taken already.
    let mut inner = ui.new_child(UiBuilder::new().max_rect(room));
    let ui = &mut inner;
    ui.spacing_mut().item_spacing = vec2(steps(2), 2.0);
    ui.spacing_mut().interact_size.y = 0.0;
    let plain = |text: RichText| Label::new(text).truncate().selectable(false);
    ui.horizontal(|ui| {
        let room = ui.available_width();
        let has_aside = room > ROOM_FOR_ASIDE && !row.aside.is_empty();
        let aside = if has_aside { ASIDE } else { 0.0 };
        ui.allocate_ui(vec2(room - aside, 20.0), |ui| {
            ui.add(plain(theme::strong(&row.first)))
        });
        if has_aside {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add(plain(theme::faded(ui, &row.aside)));
            });
        }
    });
    ui.horizontal(|ui| {
        if !row.state.is_empty() {
            ui.label(theme::small(&row.state).color(palette.tone(row.tone)));
        }
        ui.add(plain(theme::faded(ui, &row.second)));
    });
}
