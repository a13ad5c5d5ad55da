//! The parts of a message, drawn as a tree: what each is, and what covers it.

use crate::gui::theme::tokens::{CORNER, SMALL, mix};
use crate::gui::theme::{self, Icon, Palette, Tone, icons, steps};
use crate::gui::widgets::{self, Kind, button, untrusted};
use crate::read::{PartCover, PartRow, Reading};
use crate::wording;
use egui::{Label, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, vec2};

/// Height of one part, in points.
const ROW: f32 = 44.0;
/// How far a part stands to the right of what holds it, in points.
const INDENT: f32 = 20.0;
/// Deeper parts are drawn no farther to the right.
const DEEPEST: usize = 12;

/// Draws the layers and the tree in the room that is left. Returns the number of a part with a
/// protection of its own that is to be opened alone (rule 23).
pub fn structure_ui(ui: &mut Ui, reading: &Reading, room: f32) -> Option<usize> {
    let mut chosen = None;
    let rows = reading.structure();
    let layers = wording::layers(reading);
    ScrollArea::vertical()
        .id_salt("structure")
        .max_height(room)
        .min_scrolled_height(room)
        .auto_shrink([false, false])
        .show_viewport(ui, |ui, viewport| {
            let margin = super::sheet_margin();
            let left = f32::from(margin.left);
            let width = ui.available_width() - margin.sum().x;
            let origin = ui.max_rect().left_top() + vec2(left, f32::from(margin.top));
            let head = Rect::from_min_size(origin, vec2(width, 0.0));
            let mut above = ui.new_child(UiBuilder::new().max_rect(head));
            layers_ui(&mut above, &layers);
            let top = above.min_rect().bottom() + steps(2) - ui.max_rect().top();
            let first = ((viewport.min.y - top) / ROW).floor().max(0.0) as usize;
            let last = ((viewport.max.y - top) / ROW).ceil().max(0.0) as usize;
            for (index, row) in rows.iter().enumerate().take(last + 1).skip(first) {
                let y = ui.max_rect().top() + top + index as f32 * ROW;
                let at = egui::pos2(origin.x, y);
                let place = Rect::from_min_size(at, vec2(width, ROW));
                if row_ui(ui, row, place) {
                    chosen = row.errant;
                }
            }
            let whole = top + rows.len() as f32 * ROW + f32::from(margin.bottom);
            ui.set_min_size(vec2(ui.available_width(), whole));
        });
    chosen
}

fn layers_ui(ui: &mut Ui, layers: &[(&'static str, String)]) {
    ui.spacing_mut().item_spacing.y = steps(1);
    if layers.is_empty() {
        let words = "Nothing around this message protects it.";
        ui.label(theme::faded(ui, words));
    } else {
        widgets::facts(ui, "layers", layers);
    }
}

/// How a cover is shown: its tone and its icon. The words stand beside it.
fn sign(cover: PartCover) -> (Tone, Icon) {
    match cover {
        PartCover::SealedAndSigned => (Tone::Verified, Icon::Sealed),
        PartCover::Signed => (Tone::Verified, Icon::Check),
        PartCover::Sealed => (Tone::Caution, Icon::Lock),
        PartCover::MayBeAltered => (Tone::Danger, Icon::Warning),
        PartCover::Nothing => (Tone::Neutral, Icon::Ring),
    }
}

fn row_ui(ui: &mut Ui, row: &PartRow, place: Rect) -> bool {
    let palette = Palette::of(ui);
    let (tone, icon) = sign(row.cover);
    let media = untrusted(ui, &row.media, true, 60);
    let name = untrusted(ui, row.name.raw(), true, 60);
    let size = wording::size(u64::try_from(row.size).unwrap_or(u64::MAX));
    let cover = wording::part_cover(row.cover);
    let own = row.own.map(wording::own_protection);
    let words = match own {
        Some(own) => format!("{cover}; {own}"),
        None => cover.to_owned(),
    };
    let response = ui.interact(
        place,
        ui.scope_id().with(("part", &row.path)),
        Sense::hover(),
    );
    response.widget_info(|| {
        let level = row.depth + 1;
        let named = match name.as_str() {
            "" => String::new(),
            name => format!("{name}, "),
        };
        let heard = format!(
            "Part {}, {media}, {named}{size}, {words}, level {level}",
            row.path
        );
        WidgetInfo::labeled(Role::TreeItem, true, heard)
    });
    let indent = row.depth.min(DEEPEST) as f32 * INDENT;
    lines(ui, row.depth.min(DEEPEST), place, palette);
    let card = place
        .with_min_x(place.left() + indent)
        .shrink2(vec2(0.0, 2.0));
    let ground = match row.cover {
        PartCover::Nothing => palette.sheet,
        PartCover::SealedAndSigned
        | PartCover::Signed
        | PartCover::Sealed
        | PartCover::MayBeAltered => mix(palette.sheet, palette.tone(tone), 0.10),
    };
    ui.painter().rect_filled(card, CORNER, ground);
    let square = Rect::from_center_size(card.left_center() + vec2(16.0, 0.0), vec2(18.0, 18.0));
    icons::paint(ui.painter(), icon, square, palette.tone(tone), ground);
    let alone = if row.errant.is_some() { 112.0 } else { 0.0 };
    let room = card
        .with_min_x(card.left() + 32.0)
        .with_max_x(card.right() - alone)
        .shrink2(vec2(4.0, 2.0));
    let mut inner = ui.new_child(UiBuilder::new().max_rect(room));
    inner.spacing_mut().item_spacing = vec2(steps(2), 0.0);
    inner.spacing_mut().interact_size.y = 0.0;
    let plain = |text| Label::new(text).truncate().selectable(false);
    inner.horizontal(|ui| {
        ui.label(theme::small(&media).font(theme::strong_font(SMALL)));
        ui.label(theme::faded(ui, size));
        ui.add(plain(theme::small(&name)));
    });
    inner.add(plain(theme::small(&words).color(palette.tone(tone))));
    if row.errant.is_none() {
        return false;
    }
    let end = card.with_min_x(card.right() - alone);
    let mut end = ui.new_child(UiBuilder::new().max_rect(end));
    button(&mut end, Kind::Plain, None, "Open alone")
        .accessible_name(format!("Open part {} alone", row.path))
        .clicked()
}

/// The lines from what holds a part to it.
fn lines(ui: &Ui, depth: usize, place: Rect, palette: Palette) {
    let pen = theme::hairline(palette);
    for level in 1..=depth {
        let x = place.left() + (level as f32 - 0.5) * INDENT;
        ui.painter().vline(x, place.y_range(), pen);
        if level == depth {
            let to = place.left() + level as f32 * INDENT;
            ui.painter().hline(x..=to, place.center().y, pen);
        }
    }
}
