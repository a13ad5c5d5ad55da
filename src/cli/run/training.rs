//! `wax practice --tricks`: harmless copies of the known attacks, and what gives each away.

use super::report::{Report, notice_text};
use super::{Session, unexpected};
use crate::app::command::{Command, LetterPart, OpenWhat, Outcome, Trick};
use crate::app::failure::Failure;
use crate::app::files;
use crate::wording;
use serde_json::{Value, json};
use std::path::Path;

pub fn run(session: &Session, keep: Option<&Path>) -> Result<Report, Failure> {
    let start = Command::StartPractice {
        name: "Robin".to_owned(),
    };
    session.run(start)?;
    if let Some(folder) = keep {
        files::make_folder(folder)?;
    }
    let mut letters: Vec<Value> = Vec::new();
    let mut lines = Vec::new();
    for trick in Trick::ALL {
        let Outcome::Training(letter) = session.run(Command::Train(trick))? else {
            return Err(unexpected());
        };
        let open = Command::Open {
            what: OpenWhat::Letter(letter.id),
            without_integrity: false,
        };
        let Outcome::Reading(reading) = session.run(open)? else {
            return Err(unexpected());
        };
        if let Some(folder) = keep {
            let save = Command::SaveLetter {
                reading: reading.clone(),
                part: LetterPart::Message,
                to: folder.join(format!("{}.eml", trick.word())),
            };
            session.run(save)?;
        }
        let verdict = reading.verdict();
        let cautions: Vec<&str> = reading.cautions().iter().map(|c| c.code()).collect();
        let notice = wording::trick(trick);
        let subject = reading.header("Subject").map(ToString::to_string);
        lines.push(format!("“{}”", subject.unwrap_or_default()));
        lines.push(format!("  You see: {}", wording::verdict(verdict).headline));
        for caution in reading.cautions() {
            lines.push(format!("  ! {}", wording::caution(*caution)));
        }
        for file in reading.attachments() {
            let careful = wording::attachment_caution(file);
            if !careful.is_empty() {
                lines.push(format!("  ! {}: {careful}", file.name));
            }
        }
        let told = notice_text(&notice);
        lines.extend(told.lines().map(|line| format!("  {line}")));
        lines.push(String::new());
        letters.push(json!({
            "trick": trick.word(),
            "summary": verdict.summary().word(),
            "why_not": verdict.why_not().map(|why| why.word()),
            "cautions": cautions,
            "gave_away": format!("{} {}", notice.headline, notice.why),
        }));
    }
    Ok(Report::new(
        json!({ "tricks": letters }),
        lines.join("\n").trim_end(),
    ))
}
