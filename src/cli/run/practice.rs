//! `wax practice`: the whole way once, each step told as it passes.

use super::report::Report;
use super::{Session, unexpected};
use crate::app::command::{Command, Outcome};
use crate::app::failure::Failure;
use crate::app::service::round_trip::Told;
use crate::wording;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

pub fn run(session: &Session, keep: Option<&Path>) -> Result<Report, Failure> {
    let steps: Arc<Mutex<Vec<Value>>> = Arc::default();
    let collected = steps.clone();
    let loud = !session.global.json && !session.global.quiet;
    let tell = move |told: Told<'_>| {
        let (word, sentence) = say(&told);
        if loud {
            // A reader who left does not stop the practice: its exit code tells how it went.
            let _ = writeln!(std::io::stdout(), "✓ {sentence}");
        }
        collected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(json!({"step": word, "told": sentence}));
    };
    let job = Command::PracticeRoundTrip {
        keep: keep.map(Path::to_owned),
        tell: Box::new(tell),
    };
    match session.run(job)? {
        Outcome::RoundTripPassed => {
            let steps = std::mem::take(&mut *steps.lock().unwrap_or_else(PoisonError::into_inner));
            Ok(Report::new(
                json!({"passed": true, "steps": steps}),
                "Practice passed: a sealed letter went out, and its sealed answer came back.",
            ))
        }
        _ => Err(unexpected()),
    }
}

fn say(told: &Told<'_>) -> (&'static str, String) {
    match told {
        Told::Ready(session) => (
            "ready",
            format!(
                "A mail server of your own stands on this computer. You write as {}; {} answers.",
                session.me(),
                session.them()
            ),
        ),
        Told::Sent(report) => {
            let took = report.receipts.first().map_or_else(String::new, |receipt| {
                format!(
                    " The server took it over {} ({}).",
                    receipt.tls.version, receipt.tls.key_exchange
                )
            });
            (
                "sent",
                format!("Your letter was sealed, checked, and sent.{took}"),
            )
        }
        Told::Answered(answered) => (
            "answered",
            format!(
                "The partner opened it. They see: {} The subject inside is “{}”. They answered.",
                wording::verdict(answered.reading.verdict()).headline,
                crate::base::Untrusted::from(answered.subject.as_str())
            ),
        ),
        Told::Opened(reading) => (
            "opened",
            format!(
                "The answer came and was opened. You see: {}",
                wording::verdict(reading.verdict()).headline
            ),
        ),
        Told::Kept(folder) => (
            "kept",
            format!(
                "Kept in {}: letter.eml and answer.eml as the server received them, you.asc and \
                 partner.asc, partner-secret.asc (a practice key, without password), wire.log.",
                crate::base::untrusted::escape_line(&folder.to_string_lossy())
            ),
        ),
    }
}
