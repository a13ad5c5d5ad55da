//! What the window is started with, and started with again.

use super::{StartWith, Wake, Window};
use egui::{Context, ViewportCommand};
use std::ffi::OsString;
use std::sync::mpsc::channel;

impl Window {
    /// Takes what the window is started with, or started with again.
    pub(super) fn begin_with(&mut self, ctx: &Context, open: Vec<StartWith>) {
        for open in open {
            self.first.over = true;
            let mut actions = Vec::new();
            match open {
                StartWith::Write(form) => {
                    self.new_letter(ctx);
                    self.write.begin_with(*form);
                }
                StartWith::Open(path) => self.take_path(path, &mut actions),
            }
            self.act(ctx, actions);
        }
    }

    /// What to call with the arguments of later starts: they are shown here.
    pub fn hear_arrivals(&mut self, wake: Wake) -> Box<dyn Fn(Vec<OsString>) + Send + Sync> {
        let (sender, arrivals) = channel();
        self.arrivals = Some(arrivals);
        Box::new(move |arguments| {
            let open = arguments.into_iter().map(StartWith::of).collect();
            // The window is closing when nobody listens.
            let _ = sender.send(open);
            wake();
        })
    }

    /// Comes to the front and shows what a later start brought.
    pub(super) fn take_arrivals(&mut self, ctx: &Context) {
        let came: Vec<Vec<StartWith>> = match &self.arrivals {
            Some(arrivals) => arrivals.try_iter().collect(),
            None => return,
        };
        for open in came {
            ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
            ctx.send_viewport_cmd(ViewportCommand::Focus);
            self.begin_with(ctx, open);
        }
    }
}
