//! What a pass over a page costs, for `tests/bench`: everything but painting. Each prints lines like
//! `pass: Keys, 10,000 rows: 1.234 ms`, and the bench knows the bars.

use super::{Paper, desk};
use crate::app::command::{Outcome, Preflight, PreflightRow};
use crate::cert::{Checked, Fingerprint};
use crate::gui::{Place, Slot, theme};
use crate::protect::plan::Role;
use std::time::Instant;

const ROWS: usize = 10_000;
const RECIPIENTS: usize = 50;
/// How often each sequence is gone through; the quickest time of each pass counts, since the machine
/// may do something else in between.
const ROUNDS: usize = 5;

/// A window without anything that paints.
struct Desk {
    ctx: egui::Context,
    paper: Paper,
    time: f64,
}

impl Desk {
    fn new(paper: Paper) -> Self {
        let ctx = egui::Context::default();
        theme::install(&ctx);
        ctx.set_theme(egui::ThemePreference::Light);
        let mut desk = Desk {
            ctx,
            paper,
            time: 0.0,
        };
        for _ in 0..4 {
            desk.pass(Vec::new());
        }
        desk
    }

    /// One pass with these events; the milliseconds it took.
    fn pass(&mut self, events: Vec<egui::Event>) -> f64 {
        self.time += 0.1;
        let size = egui::vec2(1280.0, 800.0);
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, size)),
            time: Some(self.time),
            focused: true,
            events,
            ..egui::RawInput::default()
        };
        let began = Instant::now();
        let output = self.ctx.run_ui(input, |ui| self.paper.draw(ui));
        let took = began.elapsed();
        output.drop_without_applying_deltas();
        self.paper.asked.clear();
        took.as_secs_f64() * 1e3
    }
}

/// The slowest pass of a sequence, each at its quickest of several rounds.
fn slowest(rounds: impl Iterator<Item = Vec<f64>>) -> f64 {
    let best = rounds.reduce(|best, now| {
        let pairs = best.into_iter().zip(now);
        pairs.map(|(a, b)| a.min(b)).collect()
    });
    best.unwrap_or_default().into_iter().fold(0.0, f64::max)
}

/// Scrolls through a long page, and prints its slowest pass.
fn scroll(name: &str, make: impl Fn() -> Paper) {
    let mut desk = Desk::new(make());
    let over = egui::pos2(560.0, 560.0);
    let mut round = || -> Vec<f64> {
        let mut wheel = |delta: f32| {
            desk.pass(vec![
                egui::Event::PointerMoved(over),
                egui::Event::MouseWheel {
                    unit: egui::MouseWheelUnit::Point,
                    delta: egui::vec2(0.0, delta),
                    phase: egui::TouchPhase::Move,
                    source: egui::MouseWheelSource::Unknown,
                    modifiers: egui::Modifiers::NONE,
                },
            ])
        };
        let down: Vec<f64> = (0..60).map(|_| wheel(-4_000.0)).collect();
        let up: Vec<f64> = (0..60).map(|_| wheel(4_000.0)).collect();
        [down, up].concat()
    };
    let worst = slowest((0..ROUNDS).map(|_| round()));
    println!("pass: {name}, 10,000 rows: {worst:.3} ms");
}

/// A fingerprint for each number.
fn fingerprint(number: usize) -> Fingerprint {
    Fingerprint::parse(&format!("{number:040X}")).unwrap()
}

fn many_keys() -> Paper {
    let mut paper = Paper::new(Some(Place::Keys), false);
    let some = desk::keys(false);
    let rows = (0..ROWS).map(|number| {
        let mut row = some[number % some.len()].clone();
        row.fingerprint = fingerprint(number);
        row.name = Some(format!("Person {number}").into());
        row
    });
    let rows = Outcome::Keys(rows.collect());
    let mut asked = Vec::new();
    paper.keys.answer(Slot::Keys, Ok(rows), &mut asked);
    paper
}

fn many_letters() -> Paper {
    let mut paper = Paper::new(Some(Place::Read), false);
    let one = paper.view.letters.as_ref().unwrap()[0].clone();
    let letters = (1..).take(ROWS).map(|id| {
        let mut letter = one.clone();
        letter.id = id;
        letter
    });
    paper.view.letters = Some(letters.collect());
    paper
}

fn many_on_their_way() -> Paper {
    let mut paper = Paper::new(Some(Place::Outbox), false);
    let some = desk::outbox(false);
    let entries = (0_i64..).take(ROWS).zip(some.iter().cycle());
    let entries = entries.map(|(id, entry)| {
        let mut entry = entry.clone();
        entry.id = id;
        entry
    });
    paper.view.outbox = Some(entries.collect());
    paper
}

/// A letter to many, with the answer of its pre-flight.
fn many_recipients() -> (Paper, Preflight) {
    let mut paper = Paper::new(Some(Place::Write), false);
    let mailbox = |n: usize| desk::mailbox(&format!("Person {n} <person{n}@example.org>"));
    let mut form = desk::draft(false);
    let typed: Vec<String> = (0..RECIPIENTS).map(|n| mailbox(n).to_string()).collect();
    form.to = typed.join(", ");
    let rows = (0..RECIPIENTS).map(|n| PreflightRow {
        mailbox: mailbox(n),
        role: Role::To,
        scheme: None,
        another: None,
        cert: Ok((fingerprint(n), Checked::Confirmed)),
    });
    let preflight = Preflight {
        rows: rows.collect(),
        problems: Vec::new(),
        ..desk::preflight(false)
    };
    let mut asked = Vec::new();
    let draft = Outcome::Draft(Box::new(form));
    paper.write.answer(Slot::LoadDraft, Ok(draft), &mut asked);
    let found = Outcome::Preflight(Box::new(preflight.clone()));
    paper.write.answer(Slot::Preflight, Ok(found), &mut asked);
    (paper, preflight)
}

#[test]
#[ignore = "measured by tests/bench"]
fn bench_passes_over_long_lists() {
    scroll("Keys", many_keys);
    scroll("Read", many_letters);
    scroll("Outbox", many_on_their_way);
}

#[test]
#[ignore = "measured by tests/bench"]
fn bench_passes_while_typing_to_many() {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let (paper, preflight) = many_recipients();
        let mut desk = Desk::new(paper);
        let letter = egui::pos2(420.0, 520.0);
        let press = |pressed| egui::Event::PointerButton {
            pos: letter,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: egui::Modifiers::NONE,
        };
        desk.pass(vec![egui::Event::PointerMoved(letter), press(true)]);
        desk.pass(vec![press(false)]);
        let before = desk.ctx.memory(|memory| memory.focused());
        assert!(before.is_some(), "the letter did not take the keyboard");
        let mut round = Vec::new();
        for key in 0..200 {
            // Every tenth key the pre-flight answers anew, and the page asks again.
            if key % 10 == 0 {
                let mut asked = Vec::new();
                let found = Ok(Outcome::Preflight(Box::new(preflight.clone())));
                let began = Instant::now();
                desk.paper.write.answer(Slot::Preflight, found, &mut asked);
                let soon = Instant::now() + std::time::Duration::from_secs(key);
                desk.paper.write.tend(&desk.paper.view, soon, &mut asked);
                round.push(began.elapsed().as_secs_f64() * 1e3);
            }
            round.push(desk.pass(vec![egui::Event::Text("a".to_owned())]));
        }
        rounds.push(round);
    }
    let worst = slowest(rounds.into_iter());
    println!("pass: Write, typing to {RECIPIENTS} recipients: {worst:.3} ms");
}
