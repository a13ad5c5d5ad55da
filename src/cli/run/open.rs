//! `wax open`, `wax fetch`, `wax inbox`.

use super::report::{Report, notice_text};
use super::{Session, read_message, unexpected};
use crate::app::bulk::{self, BulkSource, MBOX_BYTES};
use crate::app::command::{Command, OpenWhat, Outcome};
use crate::app::failure::Failure;
use crate::app::files;
use crate::app::port::LetterHead;
use crate::base::untrusted::escape_text;
use crate::cli::args::{OpenArgs, Require};
use crate::read::{Reading, Summary};
use crate::wording;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

pub fn run(session: &Session, args: &OpenArgs) -> Result<Report, Failure> {
    let what = match many(&args.file)? {
        Input::One(bytes) if args.message.is_none_or(|number| number == 1) => {
            OpenWhat::Bytes(Arc::new(bytes))
        }
        Input::One(_) => return Err(Failure::NoSuchLetter),
        Input::Many(source) => match args.message {
            Some(number) => {
                let index = number.checked_sub(1).ok_or(Failure::NoSuchLetter)?;
                OpenWhat::Bytes(Arc::new(source.message(index)?))
            }
            None => return super::bulk::run(session, source, args.require),
        },
    };
    let job = Command::Open {
        what,
        // Typing the command is the asking; the warning stands on top of what is printed.
        without_integrity: true,
    };
    let reading = match session.run(job)? {
        Outcome::Reading(reading) => reading,
        _ => return Err(unexpected()),
    };
    let mut saved = match &args.save {
        Some(folder) => save_all(session, &reading, folder, args.save_harmful)?,
        None => Vec::new(),
    };
    if let Some(path) = &args.pdf {
        let job = Command::Print {
            printout: Box::new(wording::printout(&reading)),
            to: path.clone(),
        };
        match session.run(job)? {
            Outcome::Saved(path) => saved.push(path.to_string_lossy().into_owned()),
            _ => return Err(unexpected()),
        }
    }
    Ok(report(&reading, args.require, &saved))
}

/// What was named: one message, or many.
enum Input {
    One(Vec<u8>),
    Many(Arc<BulkSource>),
}

fn many(path: &Path) -> Result<Input, Failure> {
    if path == Path::new("-") {
        let mut stdin = std::io::stdin().lock();
        // The start tells, so that one message is bounded as ever while it is read.
        let start = files::read_some(&mut stdin, path, 512)?;
        let is_mbox = bulk::is_mbox(&start);
        let whole = std::io::Cursor::new(start).chain(stdin);
        return Ok(match is_mbox {
            true => {
                let bytes = files::read_from(whole, path, 0, MBOX_BYTES)?;
                Input::Many(Arc::new(bulk::mbox_source(bytes)))
            }
            false => Input::One(files::read_message_from(whole, path, 0)?),
        });
    }
    match bulk::is_many(path) {
        true => Ok(Input::Many(Arc::new(bulk::source(path)?))),
        false => Ok(Input::One(read_message(path)?)),
    }
}

fn save_all(
    session: &Session,
    reading: &Arc<Reading>,
    folder: &Path,
    harmful_too: bool,
) -> Result<Vec<String>, Failure> {
    let job = Command::SaveAttachments {
        reading: reading.clone(),
        folder: folder.to_owned(),
        harmful_too,
    };
    match session.run(job)? {
        Outcome::SavedAll(paths) => Ok(paths
            .iter()
            .map(|path| path.to_string_lossy().into_owned())
            .collect()),
        _ => Err(unexpected()),
    }
}

fn report(reading: &Reading, require: Option<Require>, saved: &[String]) -> Report {
    let mut json = super::reading_json::reading_json(reading);
    if !saved.is_empty() {
        json["saved"] = json!(saved);
    }
    let mut report = Report::new(json, text(reading, saved));
    if require.is_some_and(|wanted| !meets(reading.verdict().summary(), wanted)) {
        report.exit = 3;
    }
    report
}

pub fn meets(summary: &Summary, wanted: Require) -> bool {
    match (wanted, summary) {
        (Require::Verified, Summary::Verified(_) | Summary::Confidential(_)) => true,
        (Require::EncryptedUnverified, Summary::EncryptedUnverified | Summary::Confidential(_)) => {
            true
        }
        (Require::Confidential, Summary::Confidential(_)) => true,
        (Require::Verified | Require::EncryptedUnverified | Require::Confidential, _) => false,
    }
}

fn text(reading: &Reading, saved: &[String]) -> String {
    let mut lines = vec![notice_text(&wording::verdict(reading.verdict()))];
    for caution in reading.cautions() {
        lines.push(format!("  ! {}", wording::caution(*caution)));
    }
    let facts = wording::verdict_facts(reading.verdict());
    for (label, value) in facts.into_iter().chain(wording::layers(reading)) {
        lines.push(format!("  {label}: {value}"));
    }
    if let Some(hidden) = wording::hidden_text(reading.hidden_text()) {
        lines.push(format!("  Not shown: {hidden}"));
    }
    lines.push(String::new());
    for name in ["From", "To", "Cc", "Date", "Subject"] {
        let shown = match name {
            "From" => {
                let from: Vec<String> = reading.from().iter().map(ToString::to_string).collect();
                (!from.is_empty()).then(|| from.join(", "))
            }
            other => reading.header(other).map(ToString::to_string),
        };
        if let Some(shown) = shown {
            lines.push(format!("{name}: {shown}"));
        }
    }
    lines.push(String::new());
    lines.push(escape_text(reading.text()));
    for link in reading.links() {
        if let Some(warning) = &link.warning {
            lines.push(format!("[link] {} -> {}", link.shown, link.target));
            lines.push(format!("  ! {}", wording::link_warning(warning)));
        }
    }
    for attachment in reading.attachments() {
        let size = wording::size(u64::try_from(attachment.size).unwrap_or(u64::MAX));
        lines.push(format!("[attachment] {} ({size})", attachment.name));
        let careful = wording::attachment_caution(attachment);
        if !careful.is_empty() {
            lines.push(format!("  ! {careful}"));
        }
    }
    for errant in reading.errant() {
        lines.push(format!(
            "[part {} has a protection of its own and is not opened here]",
            errant.path
        ));
    }
    for path in saved {
        lines.push(format!(
            "Saved {}",
            crate::base::untrusted::escape_line(path)
        ));
    }
    lines.join("\n")
}

pub fn fetch(session: &Session) -> Result<Report, Failure> {
    match session.run(Command::Fetch)? {
        Outcome::Letters(letters) => Ok(list(&letters, false)),
        _ => Err(unexpected()),
    }
}

pub fn inbox(session: &Session, number: Option<i64>, blocked: bool) -> Result<Report, Failure> {
    let job = match number {
        Some(number) => Command::Open {
            what: OpenWhat::Letter(number),
            without_integrity: true,
        },
        None => Command::Letters,
    };
    match session.run(job)? {
        Outcome::Letters(letters) => Ok(list(&letters, blocked)),
        Outcome::Reading(reading) => Ok(report(&reading, None, &[])),
        _ => Err(unexpected()),
    }
}

fn list(letters: &[LetterHead], blocked_too: bool) -> Report {
    let shown: Vec<&LetterHead> = letters
        .iter()
        .filter(|head| blocked_too || !head.blocked)
        .collect();
    let rows: Vec<Value> = shown
        .iter()
        .map(|head| {
            json!({
                "number": head.id,
                "fetched": head.at.to_string(),
                "blocked": head.blocked,
            })
        })
        .collect();
    let mut lines: Vec<String> = shown
        .iter()
        .map(|head| {
            let unwanted = if head.blocked {
                "  from a blocked sender"
            } else {
                ""
            };
            let at = wording::date_time(head.at);
            format!("{}  fetched {at}{unwanted}", head.id)
        })
        .collect();
    let hidden = letters.len() - shown.len();
    if letters.is_empty() {
        lines.push("No letters yet. Get what is there: wax fetch".to_owned());
    }
    if hidden > 0 {
        lines.push(format!(
            "{hidden} from blocked senders: wax inbox --blocked"
        ));
    }
    Report::new(
        json!({ "letters": rows, "hidden": hidden }),
        lines.join("\n"),
    )
}
