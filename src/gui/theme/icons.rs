//! Icons, drawn with the painter in one style: round pen, no fill, on a grid of 24.

use super::tokens::Palette;
use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};
use std::f32::consts::TAU;

/// What can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// A pen on a line: write.
    Write,
    /// An open envelope: read.
    Read,
    /// A tray with an arrow out of it: the outbox.
    Outbox,
    /// A key.
    Keys,
    /// Two sliders: settings.
    Settings,
    /// A sheet on a board, with a tick: a check-up.
    Checkup,
    /// A paper clip.
    Attachment,
    /// A tick.
    Check,
    /// A triangle with an exclamation mark.
    Warning,
    /// A ring with a cross in it: refused.
    Refused,
    /// A ring with a dot and a stroke: it is so, and nothing is wrong.
    Note,
    /// A cross: close, remove.
    Cross,
    /// A magnifying glass.
    Search,
    /// A plus.
    Plus,
    /// Points to the right: folded.
    Folded,
    /// Points down: unfolded.
    Unfolded,
    /// A sheet with a folded corner: a file.
    File,
    /// A clock: waiting.
    Clock,
    /// A paper plane: sent.
    Sent,
    /// A question mark in a ring: maybe.
    Maybe,
    /// An arrow in a circle: fetch again.
    Fetch,
    /// An arrow down onto a line: save.
    Save,
    /// An arrow up out of a box: export.
    Export,
    /// A closed lock: hidden.
    Lock,
    /// An open eye: seen.
    Eye,
    /// Head and shoulders: a person.
    Person,
    /// A bin: let go.
    Bin,
    /// A seal, filled: can be sealed.
    Sealed,
    /// A ring: no key yet.
    Ring,
    /// A seal with a crack: refused.
    Broken,
    /// An arrow that turns back: reply.
    Reply,
    /// Two of them: reply to all.
    ReplyAll,
    /// A sheet out of a box: print.
    Print,
    /// Two sheets: paste.
    Paste,
}

/// One stroke of the pen.
enum Part {
    /// Through these points.
    Line(&'static [(f32, f32)]),
    /// Around this centre, with this radius.
    Circle(f32, f32, f32),
    /// A part of a circle, from and to in turns, clockwise from the right.
    Arc(f32, f32, f32, f32, f32),
    /// A blot.
    Dot(f32, f32, f32),
}

use Part::{Arc, Circle, Dot, Line};

#[expect(clippy::too_many_lines, reason = "a table of drawings")]
fn parts(icon: Icon) -> &'static [Part] {
    match icon {
        Icon::Write => &[
            Line(&[
                (4.0, 20.0),
                (5.2, 15.2),
                (15.8, 4.6),
                (19.4, 8.2),
                (8.8, 18.8),
                (4.0, 20.0),
            ]),
            Line(&[(13.2, 7.2), (16.8, 10.8)]),
            Line(&[(13.5, 20.0), (20.0, 20.0)]),
        ],
        Icon::Read => &[
            Line(&[
                (3.5, 9.8),
                (12.0, 3.8),
                (20.5, 9.8),
                (20.5, 20.0),
                (3.5, 20.0),
                (3.5, 9.8),
            ]),
            Line(&[(3.5, 10.2), (12.0, 15.6), (20.5, 10.2)]),
        ],
        Icon::Reply => &[
            Line(&[(9.5, 5.0), (4.0, 10.5), (9.5, 16.0)]),
            Line(&[(4.0, 10.5), (13.5, 10.5)]),
            Arc(13.5, 16.5, 6.0, -0.25, 0.0),
            Line(&[(19.5, 16.5), (19.5, 19.0)]),
        ],
        Icon::ReplyAll => &[
            Line(&[(7.5, 5.0), (2.0, 10.5), (7.5, 16.0)]),
            Line(&[(12.5, 5.0), (7.0, 10.5), (12.5, 16.0)]),
            Line(&[(7.0, 10.5), (15.5, 10.5)]),
            Arc(15.5, 16.5, 6.0, -0.25, 0.0),
            Line(&[(21.5, 16.5), (21.5, 19.0)]),
        ],
        Icon::Print => &[
            Line(&[(7.0, 9.0), (7.0, 3.5), (17.0, 3.5), (17.0, 9.0)]),
            Line(&[
                (7.0, 16.5),
                (3.5, 16.5),
                (3.5, 9.0),
                (20.5, 9.0),
                (20.5, 16.5),
                (17.0, 16.5),
            ]),
            Line(&[
                (7.0, 13.5),
                (17.0, 13.5),
                (17.0, 20.5),
                (7.0, 20.5),
                (7.0, 13.5),
            ]),
        ],
        Icon::Paste => &[
            Line(&[
                (8.5, 5.5),
                (5.0, 5.5),
                (5.0, 20.5),
                (19.0, 20.5),
                (19.0, 5.5),
                (15.5, 5.5),
            ]),
            Line(&[(8.5, 7.5), (8.5, 3.5), (15.5, 3.5), (15.5, 7.5), (8.5, 7.5)]),
            Line(&[(9.0, 12.0), (15.0, 12.0)]),
            Line(&[(9.0, 16.0), (13.0, 16.0)]),
        ],
        Icon::Outbox => &[
            Line(&[(4.0, 13.5), (4.0, 20.0), (20.0, 20.0), (20.0, 13.5)]),
            Line(&[(12.0, 15.5), (12.0, 4.0)]),
            Line(&[(7.5, 8.5), (12.0, 4.0), (16.5, 8.5)]),
        ],
        Icon::Keys => &[
            Circle(8.0, 15.5, 4.5),
            Line(&[(11.3, 12.3), (19.8, 3.8)]),
            Line(&[(15.2, 8.4), (18.4, 11.6)]),
            Line(&[(18.4, 5.2), (20.6, 7.4)]),
        ],
        Icon::Settings => &[
            Line(&[(3.5, 8.0), (12.2, 8.0)]),
            Line(&[(17.8, 8.0), (20.5, 8.0)]),
            Circle(15.0, 8.0, 2.8),
            Line(&[(3.5, 16.0), (6.2, 16.0)]),
            Line(&[(11.8, 16.0), (20.5, 16.0)]),
            Circle(9.0, 16.0, 2.8),
        ],
        Icon::Checkup => &[
            Line(&[
                (8.5, 5.0),
                (5.0, 5.0),
                (5.0, 20.5),
                (19.0, 20.5),
                (19.0, 5.0),
                (15.5, 5.0),
            ]),
            Line(&[(8.5, 3.4), (15.5, 3.4), (15.5, 6.8), (8.5, 6.8), (8.5, 3.4)]),
            Line(&[(8.6, 13.4), (11.0, 15.8), (15.6, 10.6)]),
        ],
        Icon::Attachment => &[
            Line(&[(16.5, 7.0), (9.2, 14.4)]),
            Arc(10.8, 16.0, 2.26, 0.125, 0.625),
            Line(&[(12.4, 17.6), (18.9, 11.1)]),
            Arc(15.7, 7.9, 4.52, -0.375, 0.125),
            Line(&[(12.5, 4.7), (5.6, 11.7)]),
            Arc(9.6, 15.7, 5.66, 0.375, 0.625),
            Arc(9.6, 15.7, 5.66, 0.125, 0.375),
            Line(&[(13.6, 19.7), (19.4, 13.9)]),
        ],
        Icon::Check => &[Line(&[(4.5, 12.5), (9.8, 17.8), (19.5, 6.8)])],
        Icon::Warning => &[
            Line(&[(12.0, 4.0), (21.0, 19.6), (3.0, 19.6), (12.0, 4.0)]),
            Line(&[(12.0, 9.8), (12.0, 13.8)]),
            Dot(12.0, 16.7, 1.1),
        ],
        Icon::Refused => &[
            Circle(12.0, 12.0, 8.6),
            Line(&[(8.8, 8.8), (15.2, 15.2)]),
            Line(&[(15.2, 8.8), (8.8, 15.2)]),
        ],
        Icon::Note => &[
            Circle(12.0, 12.0, 8.6),
            Dot(12.0, 7.9, 1.1),
            Line(&[(12.0, 11.2), (12.0, 16.4)]),
        ],
        Icon::Cross => &[
            Line(&[(6.0, 6.0), (18.0, 18.0)]),
            Line(&[(18.0, 6.0), (6.0, 18.0)]),
        ],
        Icon::Search => &[Circle(10.5, 10.5, 6.2), Line(&[(15.2, 15.2), (20.5, 20.5)])],
        Icon::Plus => &[
            Line(&[(12.0, 5.0), (12.0, 19.0)]),
            Line(&[(5.0, 12.0), (19.0, 12.0)]),
        ],
        Icon::Folded => &[Line(&[(9.0, 6.0), (15.0, 12.0), (9.0, 18.0)])],
        Icon::Unfolded => &[Line(&[(6.0, 9.0), (12.0, 15.0), (18.0, 9.0)])],
        Icon::File => &[
            Line(&[
                (14.0, 3.5),
                (6.0, 3.5),
                (6.0, 20.5),
                (18.0, 20.5),
                (18.0, 7.5),
                (14.0, 3.5),
            ]),
            Line(&[(14.0, 3.5), (14.0, 7.5), (18.0, 7.5)]),
        ],
        Icon::Clock => &[
            Circle(12.0, 12.0, 8.6),
            Line(&[(12.0, 7.0), (12.0, 12.2), (15.6, 14.4)]),
        ],
        Icon::Sent => &[
            Line(&[
                (3.5, 11.2),
                (20.5, 4.0),
                (14.6, 20.2),
                (10.8, 13.6),
                (3.5, 11.2),
            ]),
            Line(&[(10.8, 13.6), (20.5, 4.0)]),
        ],
        Icon::Maybe => &[
            Circle(12.0, 12.0, 8.6),
            Arc(12.0, 9.8, 2.6, -0.5, 0.14),
            Line(&[(13.6, 11.9), (12.0, 13.8)]),
            Dot(12.0, 16.5, 1.1),
        ],
        Icon::Fetch => &[
            Arc(12.0, 12.0, 7.6, 0.04, 0.86),
            Line(&[(18.6, 3.2), (18.2, 7.6), (13.8, 7.4)]),
        ],
        Icon::Save => &[
            Line(&[(12.0, 4.0), (12.0, 15.0)]),
            Line(&[(7.5, 10.8), (12.0, 15.3), (16.5, 10.8)]),
            Line(&[(4.0, 20.0), (20.0, 20.0)]),
        ],
        Icon::Export => &[
            Line(&[
                (8.0, 9.0),
                (5.0, 9.0),
                (5.0, 20.0),
                (19.0, 20.0),
                (19.0, 9.0),
                (16.0, 9.0),
            ]),
            Line(&[(12.0, 15.0), (12.0, 3.6)]),
            Line(&[(8.2, 7.4), (12.0, 3.6), (15.8, 7.4)]),
        ],
        Icon::Lock => &[
            Line(&[
                (5.5, 10.8),
                (18.5, 10.8),
                (18.5, 20.2),
                (5.5, 20.2),
                (5.5, 10.8),
            ]),
            Arc(12.0, 8.2, 4.0, -0.5, 0.0),
            Line(&[(8.0, 8.2), (8.0, 10.8)]),
            Line(&[(16.0, 8.2), (16.0, 10.8)]),
        ],
        Icon::Eye => &[
            Arc(12.0, 18.2, 10.6, -0.400, -0.100),
            Arc(12.0, 5.8, 10.6, 0.100, 0.400),
            Circle(12.0, 12.0, 2.6),
        ],
        Icon::Person => &[
            Circle(12.0, 8.2, 4.0),
            Arc(12.0, 20.6, 7.6, -0.5, 0.0),
            Line(&[(4.4, 20.6), (19.6, 20.6)]),
        ],
        Icon::Bin => &[
            Line(&[(4.5, 6.8), (19.5, 6.8)]),
            Line(&[(9.0, 6.8), (9.6, 3.8), (14.4, 3.8), (15.0, 6.8)]),
            Line(&[(6.4, 6.8), (7.4, 20.4), (16.6, 20.4), (17.6, 6.8)]),
            Line(&[(10.2, 10.6), (10.5, 16.8)]),
            Line(&[(13.8, 10.6), (13.5, 16.8)]),
        ],
        Icon::Ring => &[Circle(12.0, 12.0, 8.4)],
        Icon::Sealed | Icon::Broken => &[],
    }
}

/// Draws `icon` into `rect` in `color`; `ground` is what lies under it.
pub fn paint(painter: &Painter, icon: Icon, rect: Rect, color: Color32, ground: Color32) {
    let unit = rect.width().min(rect.height()) / 24.0;
    let origin = rect.center() - vec2(12.0, 12.0) * unit;
    let at = |x: f32, y: f32| pos2(origin.x + x * unit, origin.y + y * unit);
    let pen = Stroke::new((1.7 * unit).max(1.25), color);
    match icon {
        Icon::Sealed | Icon::Broken => {
            paint_blob(painter, at(12.0, 12.0), 10.2 * unit, color);
            painter.circle_stroke(at(12.0, 12.0), 6.4 * unit, Stroke::new(1.2 * unit, ground));
            if icon == Icon::Broken {
                let crack = [(14.5, 0.0), (10.2, 8.4), (14.2, 12.6), (9.0, 24.0)];
                let crack = crack.map(|(x, y)| at(x, y)).to_vec();
                painter.add(Shape::line(crack, Stroke::new(2.6 * unit, ground)));
            }
        }
        _ => {
            for part in parts(icon) {
                paint_part(painter, part, &at, unit, pen);
            }
        }
    }
}

fn paint_part(
    painter: &Painter,
    part: &Part,
    at: &dyn Fn(f32, f32) -> Pos2,
    unit: f32,
    pen: Stroke,
) {
    let stroke_through = |points: Vec<Pos2>| {
        for end in [points.first(), points.last()].into_iter().flatten() {
            painter.circle_filled(*end, pen.width / 2.0, pen.color);
        }
        let closed = points.len() > 2 && points.first() == points.last();
        painter.add(if closed {
            Shape::closed_line(
                points
                    .split_last()
                    .map_or(vec![], |(_, rest)| rest.to_vec()),
                pen,
            )
        } else {
            Shape::line(points, pen)
        });
    };
    match *part {
        Line(points) => stroke_through(points.iter().map(|(x, y)| at(*x, *y)).collect()),
        Circle(x, y, r) => {
            painter.circle_stroke(at(x, y), r * unit, pen);
        }
        Arc(x, y, r, from, to) => {
            let point = |i: u8| {
                let turn = (from + (to - from) * f32::from(i) / 16.0) * TAU;
                at(x + r * turn.cos(), y + r * turn.sin())
            };
            stroke_through((0..=16).map(point).collect());
        }
        Dot(x, y, r) => {
            painter.circle_filled(at(x, y), r * unit, pen.color);
        }
    }
}

/// The outline of pressed wax: a circle that ran a little.
fn wax_radius(turn: f32) -> f32 {
    1.0 + 0.035 * (turn * 7.0 + 0.6).sin()
        + 0.025 * (turn * 11.0 + 2.1).sin()
        + 0.015 * (turn * 3.0).cos()
}

/// A filled, softly edged blob of wax. Triangles around the centre, since its outline is not
/// convex.
fn paint_blob(painter: &Painter, centre: Pos2, radius: f32, color: Color32) {
    const POINTS: u32 = 72;
    let feather = 1.0 / painter.pixels_per_point();
    let mut mesh = egui::Mesh::default();
    mesh.colored_vertex(centre, color);
    for i in 0..POINTS {
        let turn = i as f32 / POINTS as f32 * TAU;
        let reach = radius * wax_radius(turn);
        let way = vec2(turn.cos(), turn.sin());
        mesh.colored_vertex(centre + way * (reach - feather / 2.0), color);
        mesh.colored_vertex(centre + way * (reach + feather / 2.0), Color32::TRANSPARENT);
        let (inner, outer) = (1 + 2 * i, 2 + 2 * i);
        let next = (i + 1) % POINTS;
        let (next_inner, next_outer) = (1 + 2 * next, 2 + 2 * next);
        mesh.add_triangle(0, inner, next_inner);
        mesh.add_triangle(inner, outer, next_outer);
        mesh.add_triangle(inner, next_outer, next_inner);
    }
    painter.add(Shape::mesh(mesh));
}

/// Wax that was just dripped: round and bright on top, nothing pressed into it yet.
pub fn paint_soft_wax(painter: &Painter, centre: Pos2, radius: f32, palette: Palette) {
    let wax = palette.wax;
    let deep = super::tokens::mix(wax, Color32::BLACK, 0.22);
    let bright = super::tokens::mix(wax, Color32::WHITE, 0.28);
    let unit = radius / 32.0;
    paint_blob(painter, centre + vec2(0.0, 1.6 * unit), radius * 0.90, deep);
    paint_blob(painter, centre, radius * 0.885, wax);
    // Light lies on the upper left of a drop.
    let shine: Vec<Pos2> = (0..=16_u8)
        .map(|i| {
            let turn = (0.54 + 0.22 * f32::from(i) / 16.0) * TAU;
            centre + vec2(turn.cos(), turn.sin()) * 20.5 * unit
        })
        .collect();
    let pen = Stroke::new(2.6 * unit, bright);
    for end in [shine.first(), shine.last()].into_iter().flatten() {
        painter.circle_filled(*end, pen.width / 2.0, pen.color);
    }
    painter.add(Shape::line(shine, pen));
}

/// The one ornament: a wax seal with a feather pressed into it.
pub fn paint_seal(painter: &Painter, centre: Pos2, radius: f32, palette: Palette) {
    let wax = palette.wax;
    let deep = super::tokens::mix(wax, Color32::BLACK, 0.22);
    let bright = super::tokens::mix(wax, Color32::WHITE, 0.20);
    let unit = radius / 32.0;
    paint_blob(painter, centre + vec2(0.0, 1.2 * unit), radius, deep);
    paint_blob(painter, centre, radius * 0.985, wax);
    // The pressed hollow: dark rim above, bright rim below, as light falls from above.
    painter.circle_filled(centre + vec2(0.0, 0.9 * unit), 23.4 * unit, bright);
    painter.circle_filled(centre - vec2(0.0, 0.5 * unit), 23.2 * unit, deep);
    painter.circle_filled(centre + vec2(0.0, 0.4 * unit), 22.6 * unit, wax);
    for (shift, color) in [(0.9, bright), (0.0, deep)] {
        let at = centre + vec2(0.0, shift * unit);
        paint_feather(painter, at, unit * 1.4, color, wax);
    }
}

/// A feather, quill down left: the pen that writes and the bird that carries. `ground` is the wax
/// around it, seen through the slits of the vane.
fn paint_feather(painter: &Painter, centre: Pos2, unit: f32, color: Color32, ground: Color32) {
    let (along, across) = (vec2(0.64, -0.77), vec2(0.77, 0.64));
    let at = |t: f32, side: f32| centre + (along * (t * 30.0 - 15.0) + across * side) * unit;
    // The vane: widest at two fifths of its length, pointed at the tip.
    let width = |t: f32| 5.6 * (1.0 - t).max(0.0).powf(0.55) * (t / 0.32).min(1.0).powf(0.7);
    let vane = |side: f32| (0..=24_u8).map(move |i| (f32::from(i) / 24.0, side));
    let edge: Vec<Pos2> = vane(-1.0)
        .chain(vane(1.0).map(|(share, side)| (1.0 - share, side)))
        .map(|(share, side)| at(0.24 + 0.76 * share, side * width(share)))
        .collect();
    painter.add(Shape::convex_polygon(edge, color, Stroke::NONE));
    let shaft = |from: f32, to: f32, pen: Stroke| {
        painter.line_segment([at(from, 0.0), at(to, 0.0)], pen);
    };
    shaft(0.0, 0.3, Stroke::new(1.7 * unit, color));
    shaft(0.22, 0.86, Stroke::new(0.9 * unit, ground));
    for (t, side) in [(0.40, -1.0), (0.52, 1.0), (0.64, -1.0), (0.72, 1.0)] {
        let slit = [at(t - 0.03, side * 0.6), at(t + 0.09, side * 6.0)];
        painter.line_segment(slit, Stroke::new(0.9 * unit, ground));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressed_wax_stays_round() {
        for i in 0..360_u16 {
            let reach = wax_radius(f32::from(i) / 360.0 * TAU);
            assert!((0.9..=1.1).contains(&reach), "{reach}");
        }
    }
}
