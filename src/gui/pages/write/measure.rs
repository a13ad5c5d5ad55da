//! What typing costs the window's thread: the page with many recipients, one pass at a time, for
//! whoever measures. Nothing is painted.

use super::{WritePage, write_ui};
use crate::address::Mailbox;
use crate::app::command::{
    DraftForm, Outcome, PlanProblem, Preflight, PreflightRow, Role, Shown, Visible, VisibleRow,
};
use crate::base::Time;
use crate::cert::{Checked, Fingerprint};
use crate::gui::theme;
use crate::gui::view::{Action, Slot, View};
use egui::{Context, Event, Pos2, RawInput, Rect, vec2};
use std::time::{Duration, Instant};

/// The page Write in a window of 1280 × 800 points, with its pre-flight.
pub struct Typing {
    ctx: Context,
    view: View,
    page: WritePage,
    /// Passes so far: each is drawn a little later than the one before.
    passes: u32,
    start: Instant,
}

impl Typing {
    /// With so many recipients: of each five, one has no key yet.
    pub fn new(recipients: usize, now: Time) -> Self {
        let ctx = Context::default();
        theme::install(&ctx);
        ctx.enable_accesskit();
        let mut typing = Typing {
            ctx,
            view: View::new(now),
            page: WritePage::new("draft".to_owned()),
            passes: 0,
            start: Instant::now(),
        };
        typing.view.overview = Some(crate::app::command::Overview::default());
        let people: Vec<Mailbox> = (0..recipients)
            .filter_map(|n| Mailbox::parse(&format!("Person {n} <person{n}@example.org>")).ok())
            .collect();
        let to: Vec<String> = people.iter().map(ToString::to_string).collect();
        typing.page.begin_with(DraftForm {
            to: to.join(", "),
            body: "A line of a letter that is as long as such lines are.\n".repeat(40),
            ..DraftForm::default()
        });
        typing.pass(Vec::new());
        typing.answer(preflight(people));
        typing
    }

    fn answer(&mut self, preflight: Preflight) {
        let mut actions = Vec::new();
        let found = Outcome::Preflight(Box::new(preflight));
        self.page.answer(Slot::Preflight, Ok(found), &mut actions);
        let seen = Outcome::OthersSee(visible());
        self.page.answer(Slot::OthersSee, Ok(seen), &mut actions);
    }

    /// Types a character into the letter: everything that the window's thread does for it, timers
    /// and drawing, without painting. Returns how long it took, and what was asked for.
    pub fn type_one(&mut self) -> (Duration, Vec<Action>) {
        let letter = super::letter::body_id();
        self.ctx.memory_mut(|m| m.request_focus(letter));
        self.pass(vec![Event::Text("e".to_owned())])
    }

    /// An answer of the pre-flight comes, as it does while typing.
    pub fn answer_again(&mut self, recipients: usize) -> Duration {
        let people = (0..recipients)
            .filter_map(|n| Mailbox::parse(&format!("Person {n} <person{n}@example.org>")).ok());
        let preflight = preflight(people.collect());
        let start = Instant::now();
        self.answer(preflight);
        let (pass, _) = self.pass(Vec::new());
        start.elapsed().max(pass)
    }

    fn pass(&mut self, events: Vec<Event>) -> (Duration, Vec<Action>) {
        self.passes += 1;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 800.0))),
            time: Some(f64::from(self.passes) * 0.02),
            events,
            ..RawInput::default()
        };
        let now = self.start + Duration::from_millis(20) * self.passes;
        let mut actions = Vec::new();
        let (page, view) = (&mut self.page, &self.view);
        let start = Instant::now();
        page.tend(view, now, &mut actions);
        let mut output = self
            .ctx
            .run_ui(input, |ui| actions.extend(write_ui(ui, view, page)));
        let took = start.elapsed();
        // Nothing is painted, so no picture of a letter is needed.
        output.textures_delta.clear();
        (took, actions)
    }
}

fn preflight(people: Vec<Mailbox>) -> Preflight {
    let fingerprint = Fingerprint::parse("A1B2C3D4E5F60718293A4B5C6D7E8F9010203040").ok();
    let row = |(n, mailbox): (usize, Mailbox)| PreflightRow {
        role: Role::To,
        scheme: None,
        another: None,
        cert: match &fingerprint {
            Some(fingerprint) if n % 5 > 0 => Ok((fingerprint.clone(), Checked::Confirmed)),
            Some(_) | None => Err(PlanProblem::NoCert {
                recipient: mailbox.address.clone(),
            }),
        },
        mailbox,
    };
    let rows: Vec<PreflightRow> = people.into_iter().enumerate().map(row).collect();
    Preflight {
        from: None,
        groups: Vec::new(),
        problems: rows
            .iter()
            .filter_map(|row| row.cert.clone().err())
            .collect(),
        rows,
        losses: Vec::new(),
        server: Some("smtp.example.org:465".to_owned()),
    }
}

fn visible() -> Vec<VisibleRow> {
    let row = |what| VisibleRow {
        what,
        there: true,
        recipient: true,
        servers: true,
        eavesdropper: false,
        outside: vec![Shown::Bytes(4_711)],
    };
    vec![row(Visible::Names), row(Visible::Size), row(Visible::Time)]
}
