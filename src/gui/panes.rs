//! Panes: parts of the window that F6 goes through, each with the first thing in it that can be
//! used.

use egui::{Context, Id, LayerId, Rect, Ui};

/// Which pane comes before which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pane {
    /// The rail.
    Rail,
    /// A part of the page, left to right; what is in no part belongs to 5.
    Page(u8),
    /// The bottom line.
    Bottom,
}

/// The panes of one pass.
#[derive(Clone, Default)]
struct Panes {
    pass: u64,
    seen: Vec<(Pane, Rect)>,
    /// Those of the pass before, which is whole.
    whole: Vec<(Pane, Rect)>,
}

fn id() -> Id {
    Id::unique("panes")
}

/// Says that this part of the window is a pane. Where panes lie in each other, the inner one
/// counts.
pub fn pane(ui: &Ui, pane: Pane, rect: Rect) {
    let pass = ui.ctx().cumulative_pass_nr();
    ui.data_mut(|data| {
        let panes: &mut Panes = data.get_temp_mut_or_default(id());
        panes.turn_to(pass);
        panes.seen.push((pane, rect));
    });
}

impl Panes {
    fn turn_to(&mut self, pass: u64) {
        if self.pass != pass {
            self.pass = pass;
            self.whole = std::mem::take(&mut self.seen);
        }
    }

    /// The pane that a place belongs to.
    fn of(&self, place: Rect) -> Option<Pane> {
        self.whole
            .iter()
            .filter(|(_, rect)| rect.contains(place.center()))
            .min_by(|a, b| a.1.area().total_cmp(&b.1.area()))
            .map(|(pane, _)| *pane)
    }
}

/// Puts the keyboard's focus on the first thing that can be used in the next pane, or with
/// `!forward` in the one before.
pub fn step(ctx: &Context, forward: bool) {
    let pass = ctx.cumulative_pass_nr();
    let panes = ctx.data_mut(|data| {
        let panes: &mut Panes = data.get_temp_mut_or_default(id());
        panes.turn_to(pass);
        panes.clone()
    });
    let focused = ctx.memory(|memory| memory.focused());
    let (at, found) = ctx.viewport(|viewport| {
        let widgets = &viewport.prev_pass.widgets;
        let at = focused
            .and_then(|id| widgets.get(id))
            .map(|w| w.interact_rect);
        let usable = widgets.get_layer(LayerId::background()).filter(|widget| {
            widget.enabled && widget.sense.is_focusable() && widget.interact_rect.is_positive()
        });
        let found: Vec<(Id, Rect)> = usable.map(|w| (w.id, w.interact_rect)).collect();
        (at, found)
    });
    let mut order: Vec<Pane> = panes.whole.iter().map(|(pane, _)| *pane).collect();
    order.sort();
    order.dedup();
    if !forward {
        order.reverse();
    }
    let here = at.and_then(|rect| panes.of(rect));
    let after = here.and_then(|here| order.iter().position(|pane| *pane == here));
    let next = order.iter().cycle().skip(after.map_or(0, |at| at + 1));
    for pane in next.take(order.len()) {
        let first = found
            .iter()
            .find(|(_, rect)| panes.of(*rect) == Some(*pane));
        if let Some((id, _)) = first {
            ctx.memory_mut(|memory| memory.request_focus(*id));
            return;
        }
    }
}
