//! A letter's text, however long: only what is in sight is laid out.

use crate::base::untrusted::{escape_text, has_right_to_left};
use crate::gui::theme::{self, fonts};
use egui::{Label, Pos2, Rect, RichText, ScrollArea, Ui, UiBuilder, vec2};
use std::ops::Range;

/// Most lines of one piece.
const LINES: usize = 40;
/// Most bytes of one piece; a longer line is cut.
const BYTES: usize = 16 << 10;

/// A text in pieces, each a number of lines.
pub struct LongText {
    pieces: Vec<Piece>,
    /// The width that the heights were found for.
    width: f32,
    right_to_left: bool,
}

struct Piece {
    range: Range<usize>,
    lines: usize,
    /// Its height in points, once it was laid out.
    height: Option<f32>,
}

impl LongText {
    /// Cuts a text, without a copy of it.
    pub fn of(text: &str) -> Self {
        let mut pieces = Vec::new();
        let (mut start, mut lines) = (0_usize, 0_usize);
        let mut cut = |range: Range<usize>, lines: usize| {
            pieces.push(Piece {
                range,
                lines,
                height: None,
            });
        };
        let mut at = 0_usize;
        for line in text.split_inclusive('\n') {
            let end = at + line.len();
            if line.len() > BYTES {
                if start < at {
                    cut(start..at, lines);
                }
                while end - at > BYTES {
                    let mut middle = at + BYTES;
                    while !text.is_char_boundary(middle) {
                        middle -= 1;
                    }
                    cut(at..middle, 1);
                    at = middle;
                }
                (start, lines) = (at, 0);
            }
            (at, lines) = (end, lines + 1);
            if lines >= LINES || at - start > BYTES {
                cut(start..at, lines);
                (start, lines) = (at, 0);
            }
        }
        if start < text.len() || pieces.is_empty() {
            pieces.push(Piece {
                range: start..text.len(),
                lines: lines.max(1),
                height: None,
            });
        }
        LongText {
            pieces,
            width: 0.0,
            right_to_left: has_right_to_left(text),
        }
    }

    /// How high a piece is, or probably is.
    fn height(piece: &Piece, row: f32, columns: f32) -> f32 {
        piece.height.unwrap_or_else(|| {
            let bytes = piece.range.len() as f32;
            // Long lines wrap; short ones leave the rest of their row empty.
            row * (piece.lines as f32).max(bytes / columns)
        })
    }

    /// Draws the text in the room that is left, scrolling; `below` stands under it.
    pub fn ui(&mut self, ui: &mut Ui, text: &str, room: f32, below: impl FnOnce(&mut Ui)) {
        let before = ui.cursor().top();
        if self.right_to_left {
            crate::gui::widgets::right_to_left_ui(ui);
        }
        let room = room - (ui.cursor().top() - before);
        let font = theme::body_font(theme::tokens::BODY);
        let row = ui.fonts_mut(|fonts| fonts.row_height(&font));
        ScrollArea::vertical()
            .id_salt("text")
            .max_height(room)
            .min_scrolled_height(room)
            .auto_shrink([false, false])
            .show_viewport(ui, |ui, viewport| {
                let margin = super::sheet_margin();
                let width = ui.available_width() - margin.sum().x;
                if (self.width - width).abs() > 0.5 {
                    self.width = width;
                    for piece in &mut self.pieces {
                        piece.height = None;
                    }
                }
                let columns = (width / (theme::tokens::BODY * 0.5)).max(1.0);
                let left = ui.max_rect().left() + f32::from(margin.left);
                let top = ui.max_rect().top() + f32::from(margin.top);
                let mut y = 0.0_f32;
                let mut settled = true;
                for piece in &mut self.pieces {
                    let height = Self::height(piece, row, columns);
                    if y + height >= viewport.min.y && y <= viewport.max.y {
                        let at = Pos2::new(left, top + y);
                        let place = Rect::from_min_size(at, vec2(width, height));
                        let found = piece_ui(ui, text, piece, place);
                        settled &= (found - height).abs() < 0.5;
                        piece.height = Some(found);
                        y += found;
                    } else {
                        y += height;
                    }
                }
                let end = Rect::from_min_size(Pos2::new(left, top + y), vec2(width, 0.0));
                let mut under = ui.new_child(UiBuilder::new().max_rect(end));
                below(&mut under);
                let rest = under.min_rect().height();
                let whole = y + rest + margin.sum().y;
                ui.set_min_size(vec2(ui.available_width(), whole));
                if !settled {
                    // What stands below has moved.
                    ui.ctx().request_repaint();
                }
            });
    }

    /// How many pieces there are.
    #[cfg(test)]
    fn cuts(&self) -> Vec<Range<usize>> {
        self.pieces
            .iter()
            .map(|piece| piece.range.clone())
            .collect()
    }
}

/// Draws a piece. Returns how high it is.
fn piece_ui(ui: &mut Ui, text: &str, piece: &Piece, place: Rect) -> f32 {
    let font = theme::body_font(theme::tokens::BODY);
    let raw = text.get(piece.range.clone()).unwrap_or_default();
    let raw = raw.strip_suffix('\n').unwrap_or(raw);
    let shown = escape_text(raw);
    let shown = fonts::drawable(ui.ctx(), &font, &shown).into_owned();
    let shown = RichText::new(shown).font(font);
    let mut inner = ui.new_child(UiBuilder::new().max_rect(place).id_salt(piece.range.start));
    inner.spacing_mut().item_spacing.y = 0.0;
    let response = inner.add(Label::new(shown).selectable(true).wrap());
    response.rect.height()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hold_the_whole_text_and_stay_small() {
        let long_line = "ü".repeat(100_000);
        let text = "line\n".repeat(1_000) + &long_line + "\n" + &"x\n".repeat(100) + "end";
        let cuts = LongText::of(&text).cuts();
        assert_eq!(cuts.first().map(|cut| cut.start), Some(0));
        assert_eq!(cuts.last().map(|cut| cut.end), Some(text.len()));
        for pair in cuts.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
        }
        assert!(cuts.iter().all(|cut| cut.len() <= 2 * BYTES));
        assert!(cuts.iter().all(|cut| text.get(cut.clone()).is_some()));
        assert_eq!(LongText::of("").cuts(), std::slice::from_ref(&(0..0)));
        assert_eq!(LongText::of("\n").cuts(), std::slice::from_ref(&(0..1)));
    }
}
