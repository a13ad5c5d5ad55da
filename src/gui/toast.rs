//! What was just done, and the way to take it back: a line over the page for some seconds.

use super::theme::{self, Icon, Palette, steps};
use super::view::{Action, Slot};
use super::widgets::{self, Kind, button, icon_button};
use crate::address::Address;
use crate::app::command::{Command, KeySource};
use crate::app::port::{OutboxId, PinnedAnchor};
use crate::cert::{Checked, Fingerprint};
use egui::{Align, Align2, Area, Context, Id, Layout, Order, vec2};
use std::time::{Duration, Instant};

/// How long there is to change one's mind.
const STAYS: Duration = Duration::from_secs(10);

/// Something that was done and can be taken back.
pub struct Toast {
    words: String,
    /// A letter of the outbox that is not shown while the toast is up: it is not gone yet.
    hides: Option<OutboxId>,
    /// Done when the toast goes: nothing is lost before.
    then: Vec<Action>,
    /// Done when it is taken back.
    undo: Vec<Action>,
}

impl Toast {
    /// A letter of the outbox that is discarded only when the toast goes; until then it is not
    /// shown.
    pub fn discarding(words: impl Into<String>, letter: OutboxId) -> Self {
        Toast {
            words: words.into(),
            hides: Some(letter),
            then: vec![Action::run(Slot::Leaving, Command::Discard(letter))],
            undo: vec![Action::run(Slot::Outbox, Command::Outbox)],
        }
    }
}

impl Toast {
    /// An authority that vouches for nobody any more; taken back, it does as before.
    pub fn distrusting(words: impl Into<String>, anchor: &PinnedAnchor) -> Self {
        let again = Command::PinAnchors {
            sources: vec![KeySource::Bytes {
                name: anchor.fingerprint.to_string(),
                bytes: anchor.der.clone(),
            }],
            counts_for: anchor.counts_for.clone(),
        };
        Toast {
            words: words.into(),
            hides: None,
            then: Vec::new(),
            undo: vec![Action::run(Slot::Distrust, again)],
        }
    }
}

impl Toast {
    /// Messages that were opened, which are forgotten only when the toast goes; until then the page
    /// Read does not show them.
    pub fn forgetting(words: impl Into<String>, ids: Vec<i64>) -> Self {
        Toast {
            words: words.into(),
            hides: None,
            then: vec![Action::run(Slot::Opened, Command::ForgetOpened(ids))],
            undo: vec![Action::BringBack],
        }
    }
}

impl Toast {
    /// Something about senders and servers: who is blocked, whose word counts; `back` takes it back.
    pub fn blocking(words: impl Into<String>, back: Command) -> Self {
        Toast {
            words: words.into(),
            hides: None,
            then: Vec::new(),
            undo: vec![Action::run(Slot::Block, back)],
        }
    }
}

impl Toast {
    /// A decision about a key; taken back, it is as it was for every address.
    pub fn deciding(
        words: impl Into<String>,
        key: &Fingerprint,
        before: Vec<(Address, Checked)>,
    ) -> Self {
        let redecide = Command::Redecide {
            key: key.to_string(),
            checks: before,
        };
        Toast {
            words: words.into(),
            hides: None,
            then: Vec::new(),
            undo: vec![Action::run(Slot::Card, redecide)],
        }
    }
}

/// The toast that is up.
#[derive(Default)]
pub struct Toasts {
    up: Option<(Toast, Instant)>,
}

impl Toasts {
    /// Shows a toast; the one before goes.
    pub fn show(&mut self, toast: Toast, now: Instant) -> Vec<Action> {
        let then = self.settle();
        self.up = Some((toast, now + STAYS));
        then
    }

    /// The letter of the outbox that is not shown.
    pub fn hides(&self) -> Option<OutboxId> {
        self.up.as_ref()?.0.hides
    }

    /// Whether there is something to take back.
    pub fn is_up(&self) -> bool {
        self.up.is_some()
    }

    /// The toast goes: what was held is done now.
    pub fn settle(&mut self) -> Vec<Action> {
        self.up
            .take()
            .map(|(toast, _)| toast.then)
            .unwrap_or_default()
    }

    /// Takes it back.
    pub fn undo(&mut self) -> Vec<Action> {
        self.up
            .take()
            .map(|(toast, _)| toast.undo)
            .unwrap_or_default()
    }

    /// The toast goes when its time is over.
    pub fn tend(&mut self, ctx: &Context, now: Instant) -> Vec<Action> {
        match &self.up {
            Some((_, until)) if *until <= now => self.settle(),
            Some((_, until)) => {
                ctx.request_repaint_after(*until - now);
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// Draws it.
    pub fn ui(&mut self, ctx: &Context) -> Vec<Action> {
        let Some((toast, _)) = &self.up else {
            return Vec::new();
        };
        let palette = Palette::in_theme(ctx.theme() == egui::Theme::Dark);
        let (mut undone, mut put_away) = (false, false);
        let room = ctx.content_rect().width() - steps(8);
        Area::new(Id::unique("toast"))
            .order(Order::Foreground)
            .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -steps(14)))
            .show(ctx, |ui| {
                theme::sheet(palette)
                    .shadow(theme::shadow(palette))
                    .inner_margin(egui::Margin::symmetric(12, 6))
                    .show(ui, |ui| {
                        ui.set_max_width(room.min(520.0));
                        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                            let (ink, ground) = (palette.verified, palette.sheet);
                            widgets::icon(ui, Icon::Check, ink, ground, "Done");
                            let words = widgets::untrusted(ui, &toast.words, true, 80);
                            let said = ui.label(theme::body(words));
                            // A screen reader tells it without being asked.
                            ui.ctx().accesskit_node_builder(said.id, |node| {
                                node.set_live(egui::accesskit::Live::Polite);
                            });
                            undone = button(ui, Kind::Plain, None, "Undo")
                                .on_hover_text("Ctrl+Z")
                                .clicked();
                            put_away = icon_button(ui, Icon::Cross, "Put this line away").clicked();
                        });
                    });
            });
        if undone {
            self.undo()
        } else if put_away {
            self.settle()
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held() -> Toast {
        Toast::discarding("The letter is discarded.", 7)
    }

    #[test]
    fn what_is_held_is_done_when_the_toast_goes_and_not_when_it_is_taken_back() {
        let ctx = Context::default();
        let now = Instant::now();
        let mut toasts = Toasts::default();
        assert!(toasts.show(held(), now).is_empty());
        assert_eq!(toasts.hides(), Some(7));
        assert!(toasts.tend(&ctx, now).is_empty());
        let undo = toasts.undo();
        assert!(matches!(undo[..], [Action::Run(Slot::Outbox, _)]));
        assert!(!toasts.is_up());
        toasts.show(held(), now);
        assert_eq!(
            toasts.show(held(), now).len(),
            1,
            "the next one pushes it out"
        );
        assert_eq!(toasts.tend(&ctx, now + STAYS).len(), 1);
        assert!(!toasts.is_up() && toasts.hides().is_none());
    }
}
