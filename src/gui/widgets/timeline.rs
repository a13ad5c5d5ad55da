//! Spans of time under one another, on one axis, with today drawn through them.

use crate::base::Time;
use crate::gui::theme::tokens::{HAIRLINE, SMALL, TINY, mix};
use crate::gui::theme::{self, Palette, Tone, body_font, steps};
use egui::{Align2, Color32, Painter, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// Height of one span with its words, in points.
const ROW: f32 = 46.0;
/// Height of a bar, in points.
const BAR: f32 = 10.0;
/// Height of the axis with its labels, in points.
const AXIS: f32 = 24.0;
/// Two labels of the axis stand at least so far apart, in points.
const APART: f32 = 64.0;
/// A year of 365.25 days, in seconds.
const YEAR: f64 = 31_557_600.0;

/// One span.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// What it is.
    pub name: String,
    /// How it stands, in words.
    pub words: String,
    /// How it stands, as a colour that goes with the words.
    pub tone: Tone,
    /// Where it begins.
    pub from: Time,
    /// Where it ends, if it does.
    pub until: Option<Time>,
    /// Where it was cut off before its end.
    pub cut: Option<Time>,
}

/// The stretch of time that is drawn, in seconds since 1970.
struct Axis {
    first: f64,
    last: f64,
    rect: Rect,
}

impl Axis {
    fn of(spans: &[Span], now: Time, rect: Rect) -> Self {
        let seconds = |time: Time| time.as_second() as f64;
        let mut first = seconds(now);
        let mut last = seconds(now);
        for span in spans {
            first = first.min(seconds(span.from));
            for end in [span.until, span.cut, Some(span.from)]
                .into_iter()
                .flatten()
            {
                last = last.max(seconds(end));
            }
        }
        // Room at both sides; something without an end goes on into it.
        let room = ((last - first) * 0.06).max(YEAR / 6.0);
        Axis {
            first: first - room,
            last: last + room,
            rect,
        }
    }

    fn x(&self, time: Time) -> f32 {
        self.at(time.as_second() as f64)
    }

    fn at(&self, seconds: f64) -> f32 {
        let share = (seconds - self.first) / (self.last - self.first);
        self.rect.left() + self.rect.width() * share as f32
    }

    /// Years that get a label, and how many lie between two.
    fn years(&self) -> Vec<i16> {
        let year = |seconds: f64| {
            let time = Time::from_second(seconds as i64).unwrap_or(Time::UNIX_EPOCH);
            jiff::tz::Offset::UTC.to_datetime(time).year()
        };
        let (first, last) = (year(self.first), year(self.last));
        let width = |years: i16| {
            let share = f64::from(years) * YEAR / (self.last - self.first);
            self.rect.width() * share as f32
        };
        let step = [1, 2, 5, 10, 20, 50, 100]
            .into_iter()
            .find(|years| width(*years) >= APART)
            .unwrap_or(200);
        (first..=last)
            .filter(|year| year.rem_euclid(step) == 0)
            .collect()
    }
}

/// Draws spans, first on top, over the whole width. Each is heard with its words.
pub fn timeline(ui: &mut Ui, spans: &[Span], now: Time) {
    let palette = Palette::of(ui);
    let width = ui.available_width();
    let height = ROW * spans.len() as f32 + AXIS;
    let (whole, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let axis = Axis::of(spans, now, whole.shrink2(vec2(2.0, 0.0)));
    let painter = ui.painter_at(whole.expand(2.0));
    let bottom = whole.bottom() - AXIS;
    grid(&painter, &axis, whole, axis.x(now), palette);
    // Under the words, so that it strikes none of them through.
    let x = axis.x(now);
    painter.vline(
        x,
        whole.top()..=bottom + 4.0,
        Stroke::new(HAIRLINE * 1.5, palette.ink),
    );
    for (place, span) in spans.iter().enumerate() {
        let top = whole.top() + ROW * place as f32;
        let row = Rect::from_min_size(pos2(whole.left(), top), vec2(width, ROW));
        let response = ui.interact(row, ui.scope_id().with(("span", place)), Sense::hover());
        response.widget_info(|| {
            let heard = format!("{}: {}", span.name, span.words);
            WidgetInfo::labeled(Role::Image, true, heard)
        });
        if ui.is_rect_visible(row) {
            span_ui(ui, &painter, &axis, span, row, now);
        }
    }
    label(&painter, "today", x, whole, palette.ink, palette);
}

/// Lines and labels of the years.
fn grid(painter: &Painter, axis: &Axis, whole: Rect, today: f32, palette: Palette) {
    let bottom = whole.bottom() - AXIS;
    painter.hline(whole.x_range(), bottom, theme::hairline(palette));
    for year in axis.years() {
        let Ok(start) = jiff::civil::Date::new(year, 1, 1) else {
            continue;
        };
        let Ok(start) = jiff::tz::Offset::UTC.to_timestamp(start.at(0, 0, 0, 0)) else {
            continue;
        };
        let x = axis.x(start);
        if !whole.x_range().contains(x) {
            continue;
        }
        let pen = Stroke::new(HAIRLINE, mix(palette.sheet, palette.line, 0.7));
        painter.vline(x, whole.top()..=bottom, pen);
        painter.vline(x, bottom..=bottom + 4.0, theme::hairline(palette));
        // Where today has its label there is no room for another.
        if (x - today).abs() > APART * 0.6 {
            label(painter, &year.to_string(), x, whole, palette.faded, palette);
        }
    }
}

/// A label under the axis, moved inside where it would stand out; it covers what is under it.
fn label(painter: &Painter, text: &str, x: f32, whole: Rect, ink: Color32, palette: Palette) {
    let font = body_font(TINY);
    let galley = painter.layout_no_wrap(text.to_owned(), font, ink);
    let half = galley.size().x / 2.0;
    let x = x.clamp(
        whole.left() + half,
        (whole.right() - half).max(whole.left() + half),
    );
    let at = pos2(x - half, whole.bottom() - AXIS + 6.0);
    let ground = Rect::from_min_size(at, galley.size()).expand2(vec2(3.0, 0.0));
    painter.rect_filled(ground, 0, palette.sheet);
    painter.galley(at, galley, ink);
}

fn span_ui(ui: &Ui, painter: &Painter, axis: &Axis, span: &Span, row: Rect, now: Time) {
    let palette = Palette::of(ui);
    let tone = palette.tone(span.tone);
    let middle = row.bottom() - BAR;
    let stop = span.cut.or(span.until);
    let left = axis.x(span.from);
    let right = stop.map_or(row.right(), |end| axis.x(end));
    let right = right.max(left + 3.0);
    let bar = Rect::from_min_max(
        pos2(left, middle - BAR / 2.0),
        pos2(right, middle + BAR / 2.0),
    );
    // What is behind us is full, what is to come is light.
    let today = axis.x(now).clamp(bar.left(), bar.right());
    let light = mix(palette.sheet, tone, 0.30);
    painter.rect_filled(bar, BAR / 2.0, light);
    if today > bar.left() {
        painter.rect_filled(bar.with_max_x(today), BAR / 2.0, tone);
    }
    let pen = Stroke::new(HAIRLINE, tone);
    painter.rect_stroke(bar, BAR / 2.0, pen, egui::StrokeKind::Inside);
    let pen_today = Stroke::new(HAIRLINE * 1.5, palette.ink);
    painter.vline(axis.x(now), middle - BAR..=middle + BAR, pen_today);
    if span.cut.is_some() {
        // Cut off: a cross at its end, and a thin line to where it would have ended.
        if let Some(end) = span.until {
            let dotted = egui::Shape::dashed_line(
                &[pos2(right, middle), pos2(axis.x(end), middle)],
                pen,
                4.0,
                4.0,
            );
            painter.extend(dotted);
        }
        let arm = 5.0;
        let thick = Stroke::new(HAIRLINE * 2.0, tone);
        for (a, b) in [(-arm, -arm), (-arm, arm)] {
            painter.line_segment(
                [pos2(right + a, middle + b), pos2(right - a, middle - b)],
                thick,
            );
        }
    } else if span.until.is_none() {
        // Without an end: an arrow at the edge.
        let tip = row.right();
        for side in [-1.0, 1.0] {
            painter.line_segment(
                [pos2(tip, middle), pos2(tip - 6.0, middle + side * 6.0)],
                Stroke::new(HAIRLINE * 2.0, tone),
            );
        }
    }
    words_ui(painter, span, row, palette);
}

/// Name and words above the bar: side by side where there is room, else the words alone are cut.
fn words_ui(painter: &Painter, span: &Span, row: Rect, palette: Palette) {
    let top = row.top() + 6.0;
    let font = body_font(SMALL);
    let name = painter.layout_no_wrap(span.name.clone(), font.clone(), palette.ink);
    let gap = steps(3);
    let room = (row.width() - name.size().x - gap).max(60.0);
    let mut job =
        egui::text::LayoutJob::simple_singleline(span.words.clone(), font, palette.tone(span.tone));
    job.wrap = egui::text::TextWrapping::truncate_at_width(room);
    let words = painter.layout_job(job);
    let ground = |rect: Rect| painter.rect_filled(rect.expand2(vec2(3.0, 0.0)), 0, palette.sheet);
    let at = pos2(row.left(), top);
    ground(Rect::from_min_size(at, name.size()));
    painter.galley(at, name, palette.ink);
    let size = words.size();
    let at = Align2::RIGHT_TOP.anchor_size(pos2(row.right(), top), size);
    ground(at);
    painter.galley(at.min, words, palette.ink);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn span(from: &str, until: Option<&str>) -> Span {
        Span {
            name: "Key".to_owned(),
            words: "good".to_owned(),
            tone: Tone::Verified,
            from: time(from),
            until: until.map(time),
            cut: None,
        }
    }

    #[test]
    fn the_axis_holds_everything_and_its_labels_stand_apart() {
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(500.0, 100.0));
        let now = time("2026-05-03T00:00:00Z");
        for (from, until) in [
            ("2026-05-03T00:00:00Z", None),
            ("2026-05-01T00:00:00Z", Some("2029-05-01T00:00:00Z")),
            ("1970-01-01T00:00:00Z", Some("2106-02-07T00:00:00Z")),
            ("2030-01-01T00:00:00Z", Some("2031-01-01T00:00:00Z")),
        ] {
            let spans = [span(from, until)];
            let axis = Axis::of(&spans, now, rect);
            for at in [Some(from), until, Some("2026-05-03T00:00:00Z")]
                .into_iter()
                .flatten()
            {
                assert!(rect.x_range().contains(axis.x(time(at))), "{from} {at}");
            }
            let years = axis.years();
            assert!(years.len() <= 8, "{from}: {years:?}");
        }
    }
}
