//! What is changed at once and kept a moment later: the look, a text under letters, what was
//! discarded.

use super::{Command, PreferencesChange, Slot, Window, theme};
use egui::Context;

impl Window {
    /// What was held to be taken back is done now.
    pub(super) fn settle_toast(&mut self, ctx: &Context) {
        let then = self.toasts.settle();
        self.act(ctx, then);
    }

    /// What is leaving and can still be taken back is not shown.
    pub(super) fn hide_leaving(&mut self) {
        if let (Some(leaving), Some(entries)) = (self.toasts.hides(), &mut self.view.outbox) {
            entries.retain(|entry| entry.id != leaving);
            self.view.revision += 1;
        }
    }

    /// Changes how the window looks, at once; kept as soon as no earlier change is being written.
    pub(super) fn prefer(&mut self, ctx: &Context, change: PreferencesChange) {
        let after = change.applied_to(self.view.preferences);
        if let Some(theme) = change.theme {
            theme::follow(ctx, theme);
        }
        ctx.set_zoom_factor(after.text_size.factor());
        self.view.preferences = after;
        self.preferring = self.preferring.then(change);
    }

    pub(super) fn note_place(&mut self, ctx: &Context, closing: bool) {
        let kept = self.view.preferences.window;
        if let Some(place) = self.placed.tend(ctx, kept, closing) {
            self.prefer(ctx, PreferencesChange::window(place));
        }
    }

    /// Keeps changes, one job at a time: a later one cancels nothing.
    pub(super) fn keep_changes(&mut self) {
        if !self.preferring.is_empty() && !self.jobs.is_running(Slot::Preferences) {
            let change = std::mem::take(&mut self.preferring);
            let command = Command::ChangePreferences(change);
            self.jobs.start(Slot::Preferences, command);
        }
        if self.jobs.is_running(Slot::Signature) {
            return;
        }
        if let Some((whose, text)) = self.signing.take() {
            let address = Some(whose);
            let command = Command::SetSignature { address, text };
            self.jobs.start(Slot::Signature, command);
        } else if std::mem::take(&mut self.ask_signature) {
            let command = Command::Signature { address: None };
            self.jobs.start(Slot::Signature, command);
        }
    }
}
