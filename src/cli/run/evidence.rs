//! `wax evidence`.

use super::report::{Report, notice_text};
use super::{Session, read_message, unexpected};
use crate::app::command::{Command, OpenWhat, Outcome};
use crate::app::evidence::EvidenceAnswer;
use crate::app::failure::Failure;
use crate::base::untrusted::escape_line;
use crate::cli::args::EvidenceCommand;
use crate::wording;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

/// Exit code of a report that cannot be relied on.
const UNSOUND: u8 = 3;

pub fn run(session: &Session, command: &EvidenceCommand) -> Result<Report, Failure> {
    match command {
        EvidenceCommand::Make { file, output } => make(session, file, output.as_deref()),
        EvidenceCommand::Check { report, message } => check(session, report, message.as_deref()),
    }
}

fn make(session: &Session, file: &Path, to: Option<&Path>) -> Result<Report, Failure> {
    let open = Command::Open {
        what: OpenWhat::Bytes(Arc::new(read_message(file)?)),
        without_integrity: true,
    };
    let Outcome::Reading(reading) = session.run(open)? else {
        return Err(unexpected());
    };
    let make = Command::MakeEvidence {
        reading,
        to: to.map(Path::to_owned),
    };
    match session.run(make)? {
        Outcome::Evidence(document) => {
            let json = serde_json::from_slice(&document).unwrap_or_default();
            Ok(Report::raw(json, document))
        }
        Outcome::Saved(path) => {
            let path = path.to_string_lossy().into_owned();
            let text = format!("The report is in {}.", escape_line(&path));
            Ok(Report::new(json!({ "file": path }), text))
        }
        _ => Err(unexpected()),
    }
}

fn check(session: &Session, report: &Path, message: Option<&Path>) -> Result<Report, Failure> {
    let report = report.to_owned();
    let message = message.map(read_message).transpose()?.map(Arc::new);
    match session.run(Command::CheckEvidence { report, message })? {
        Outcome::EvidenceChecked(_, answer) => Ok(answer_report(&answer)),
        _ => Err(unexpected()),
    }
}

fn answer_report(answer: &EvidenceAnswer) -> Report {
    let notice = wording::evidence(answer);
    let mut text = notice_text(&notice);
    for line in &notice.details {
        text.push_str(&format!("\n  {line}"));
    }
    let json = json!({
        "sound": answer.is_sound(),
        "code": notice.code,
        "signature": if answer.holds { "good" } else { "bad" },
        "by": {
            "fingerprint": answer.by.as_hex(),
            "addresses": answer.addresses,
            "checked": answer.checked.word(),
        },
        "signed_at": answer.signed_at.map(|time| time.to_string()),
        "same_message": answer.same_message,
        "same_facts": answer.same_facts,
        "report": answer.report,
    });
    let mut report = Report::new(json, text);
    if !answer.is_sound() {
        report.exit = UNSOUND;
    }
    report
}
