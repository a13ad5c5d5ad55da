//! From words to lines on pages.

use super::faces::{Faces, Run, Style};
use super::{HEIGHT, MARGIN, PAGES, Printout, WIDTH};
use crate::app::failure::Failure;
use crate::app::job::Watch;

/// Sizes of type, in points.
const BODY: f32 = 10.0;
const HEADLINE: f32 = 12.0;
pub(super) const SMALL: f32 = 8.5;
/// The height of a line, in sizes of its type.
const LEADING: f32 = 1.45;
/// The room for names of fields before their values.
const NAMES: f32 = 64.0;

/// One line of one size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) runs: Vec<Run>,
    pub(super) size: f32,
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Line {
    pub(super) fn at(mut self, x: f32, y: f32) -> Line {
        self.x = x;
        self.y = y;
        self
    }

    pub(super) fn width(&self, faces: &Faces) -> f32 {
        self.runs
            .iter()
            .map(|run| faces.width(run, self.size))
            .sum()
    }
}

/// One page.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) lines: Vec<Line>,
    /// Where a hairline stands.
    pub(super) rule: Option<f32>,
}

/// Sets everything on pages.
pub(super) fn sheets(
    printout: &Printout,
    faces: &Faces,
    watch: &Watch,
) -> Result<Vec<Sheet>, Failure> {
    let mut pages = Pages {
        faces,
        sheets: vec![Sheet::default()],
        y: MARGIN,
    };
    for (index, sentence) in printout.verdict.iter().enumerate() {
        let (style, size) = match index {
            0 => (Style::Strong, HEADLINE),
            _ => (Style::Sans, BODY),
        };
        pages.text(sentence, style, size, MARGIN);
    }
    pages.space(BODY / 2.0);
    pages.rule();
    for (name, value) in &printout.headers {
        pages.field(name, value);
    }
    pages.space(BODY);
    for line in printout.text.lines() {
        watch.stop_here()?;
        if pages.sheets.len() >= PAGES {
            pages.text(&printout.cut, Style::Strong, BODY, MARGIN);
            break;
        }
        pages.text(line, Style::Sans, BODY, MARGIN);
    }
    if !printout.attachments.is_empty() {
        pages.space(BODY);
        pages.text(&printout.attachments_title, Style::Strong, BODY, MARGIN);
        for attachment in &printout.attachments {
            pages.text(attachment, Style::Sans, BODY, MARGIN);
        }
    }
    Ok(pages.sheets)
}

struct Pages<'f> {
    faces: &'f Faces,
    sheets: Vec<Sheet>,
    /// The top of the next line on the last page.
    y: f32,
}

impl Pages<'_> {
    fn space(&mut self, height: f32) {
        self.y += height;
    }

    fn rule(&mut self) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.rule = Some(self.y);
        }
        self.y += BODY;
    }

    /// The baseline of the next line, on a new page where this one is full.
    fn next_line(&mut self, size: f32) -> f32 {
        if self.y + size * LEADING > HEIGHT - MARGIN {
            self.sheets.push(Sheet::default());
            self.y = MARGIN;
        }
        let baseline = self.y + size;
        self.y += size * LEADING;
        baseline
    }

    fn put(&mut self, line: Line) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.lines.push(line);
        }
    }

    /// Text from `left` to the right margin, on as many lines as it needs.
    fn text(&mut self, text: &str, style: Style, size: f32, left: f32) {
        let printable = self.faces.printable(text, style);
        let room = (WIDTH - MARGIN - left) / size;
        for piece in wrapped(&printable, room, |c| self.faces.advance(c, style)) {
            let y = self.next_line(size);
            let line = self.faces.line(piece, style, size);
            self.put(line.at(left, y));
        }
    }

    fn field(&mut self, name: &str, value: &str) {
        let y = self.next_line(BODY);
        let printable = self.faces.printable(name, Style::Strong);
        let label = self.faces.line(&printable, Style::Strong, BODY);
        let left = MARGIN + NAMES.max(label.width(self.faces) + BODY);
        self.put(label.at(MARGIN, y));
        // The value begins on the line of its name.
        self.y -= BODY * LEADING;
        self.text(value, Style::Sans, BODY, left);
    }
}

/// Cuts a line into pieces of at most `room`: at blanks where there are any, else anywhere. An empty
/// line is one empty piece.
fn wrapped(text: &str, room: f32, advance: impl Fn(char) -> f32) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut width) = (0_usize, 0.0_f32);
    // Behind the last blank, and how wide what follows it is.
    let mut blank: Option<(usize, f32)> = None;
    for (at, c) in text.char_indices() {
        let wide = advance(c);
        if width + wide > room && at > start {
            let (cut, rest) = match blank {
                Some((behind, since)) if behind > start => (behind, width - since),
                Some(_) | None => (at, 0.0),
            };
            pieces.push(text.get(start..cut).unwrap_or_default().trim_end());
            (start, width, blank) = (cut, rest, None);
        }
        width += wide;
        if c == ' ' {
            blank = Some((at.saturating_add(1), width));
        }
    }
    pieces.push(text.get(start..).unwrap_or_default());
    pieces
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_break_at_blanks_and_else_anywhere() {
        let one = |_: char| 1.0;
        assert_eq!(wrapped("aa bb cc", 5.0, one), ["aa", "bb cc"]);
        assert_eq!(wrapped("aaaaaaa", 3.0, one), ["aaa", "aaa", "a"]);
        assert_eq!(wrapped("a bbbbbb c", 4.0, one), ["a", "bbbb", "bb c"]);
        assert_eq!(wrapped("", 4.0, one), [""]);
        assert_eq!(wrapped("é é é", 1.0, one).concat().replace(' ', ""), "ééé");
        // A room in which nothing fits still ends.
        assert_eq!(wrapped("abc", 0.0, one), ["a", "b", "c"]);
    }
}
