//! Where the window stands: brought back at the start, noted when it changes.

use crate::settings::{Screen, WindowPlace};
use egui::{Context, Pos2, Vec2, ViewportBuilder, ViewportCommand, pos2, vec2};
use std::time::{Duration, Instant};

/// How long the window rests before its place is kept.
const REST: Duration = Duration::from_millis(1_500);

/// The window as it opens: where it was, or as usual.
pub fn builder(place: Option<WindowPlace>) -> ViewportBuilder {
    let least = size(WindowPlace::LEAST);
    let builder = ViewportBuilder::default().with_min_inner_size(least);
    let Some(place) = place else {
        return builder.with_inner_size([1180.0, 760.0]);
    };
    let builder = builder
        .with_inner_size(size((place.width, place.height)))
        .with_maximized(place.maximized);
    match place.at {
        Some(at) => builder.with_position(corner(at)),
        None => builder,
    }
}

/// A screen, whose place and size the system tells in pixels.
pub fn screen(at: (i32, i32), size: (u32, u32), scale: f64) -> Screen {
    let scale = if scale > 0.0 { scale } else { 1.0 };
    let edge = |at: i32| (f64::from(at) / scale).round() as i32;
    let length = |length: u32| (f64::from(length) / scale).round() as u32;
    Screen {
        at: (edge(at.0), edge(at.1)),
        size: (length(size.0), length(size.1)),
    }
}

/// Brings the window back onto the screens there are now, if it was elsewhere.
pub fn bring_back(ctx: &Context, place: WindowPlace, screens: &[Screen]) {
    let zoom = ctx.zoom_factor();
    let fit = place.on_screens(screens);
    if let Some(at) = fit.at.filter(|_| fit.at != place.at) {
        ctx.send_viewport_cmd(ViewportCommand::OuterPosition(
            (corner(at).to_vec2() / zoom).to_pos2(),
        ));
    }
    let fit_size = (fit.width, fit.height);
    if fit_size != (place.width, place.height) {
        ctx.send_viewport_cmd(ViewportCommand::InnerSize(size(fit_size) / zoom));
    }
}

fn size((width, height): (u32, u32)) -> Vec2 {
    vec2(width as f32, height as f32)
}

fn corner((x, y): (i32, i32)) -> Pos2 {
    pos2(x as f32, y as f32)
}

/// Where the window is now. `None` while it is minimised or the system has not told.
fn now(ctx: &Context, before: Option<WindowPlace>) -> Option<WindowPlace> {
    let zoom = ctx.zoom_factor();
    ctx.input(|i| {
        let viewport = i.viewport();
        let maximized = viewport.maximized == Some(true) || viewport.fullscreen == Some(true);
        let inner = viewport
            .inner_rect
            .filter(|r| r.width() > 1.0 && r.height() > 1.0)?;
        if viewport.minimized == Some(true) {
            return None;
        }
        // What it comes back to when it no longer fills the screen.
        if let Some(before) = before.filter(|_| maximized) {
            return Some(WindowPlace {
                maximized,
                ..before
            });
        }
        Some(WindowPlace {
            width: (inner.width() * zoom).round() as u32,
            height: (inner.height() * zoom).round() as u32,
            at: viewport.outer_rect.map(|outer| {
                let at = outer.min.to_vec2() * zoom;
                (at.x.round() as i32, at.y.round() as i32)
            }),
            maximized,
        })
    })
}

/// Notes where the window is.
#[derive(Default)]
pub struct Placed {
    moved: Option<(WindowPlace, Instant)>,
}

impl Placed {
    /// The place that is to be kept now, if the window was moved and rests, or is `closing`.
    pub fn tend(
        &mut self,
        ctx: &Context,
        kept: Option<WindowPlace>,
        closing: bool,
    ) -> Option<WindowPlace> {
        let place = now(ctx, kept)?;
        if Some(place) == kept {
            self.moved = None;
            return None;
        }
        let since = match self.moved {
            Some((moved, since)) if moved == place => since,
            Some(_) | None => {
                self.moved = Some((place, Instant::now()));
                ctx.request_repaint_after(REST);
                Instant::now()
            }
        };
        if !closing && since.elapsed() < REST {
            return None;
        }
        self.moved = None;
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_opens_where_it_was() {
        let usual = builder(None);
        assert_eq!(usual.inner_size, Some(vec2(1180.0, 760.0)));
        assert_eq!(usual.position, None);
        let again = builder(Some(WindowPlace {
            width: 900,
            height: 700,
            at: Some((-3, 20)),
            maximized: true,
        }));
        assert_eq!(again.inner_size, Some(vec2(900.0, 700.0)));
        assert_eq!(again.position, Some(pos2(-3.0, 20.0)));
        assert_eq!(again.maximized, Some(true));
    }

    #[test]
    fn screens_are_measured_by_their_own_scale() {
        let measured = screen((3840, 0), (3840, 2160), 2.0);
        assert_eq!((measured.at, measured.size), ((1920, 0), (1920, 1080)));
        assert_eq!(screen((0, 0), (800, 600), 0.0).size, (800, 600));
    }
}
