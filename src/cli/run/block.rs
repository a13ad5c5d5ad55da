//! `wax block`.

use super::report::Report;
use super::{Session, unexpected};
use crate::app::command::{Command, Outcome};
use crate::app::failure::Failure;
use crate::app::service::blocked::parse;
use crate::base::Time;
use crate::cli::args::BlockCommand;
use crate::settings::Blocked;
use crate::wording;
use serde_json::{Value, json};

pub fn run(session: &Session, command: &BlockCommand) -> Result<Report, Failure> {
    let job = match command {
        BlockCommand::Add { sender } => Command::Block(sender.clone()),
        BlockCommand::Remove { sender } => Command::Unblock(sender.clone()),
        BlockCommand::List => Command::Blocked,
        BlockCommand::Lines { sender } => return Ok(lines(&parse(sender)?)),
    };
    match session.run(job)? {
        Outcome::Blocked(all) => Ok(list(&all)),
        _ => Err(unexpected()),
    }
}

fn list(all: &[(Blocked, Time)]) -> Report {
    let rows: Vec<Value> = all
        .iter()
        .map(|(entry, since)| {
            json!({
                "sender": entry.to_string(),
                "kind": entry.kind(),
                "since": since.to_string(),
            })
        })
        .collect();
    let text = match all {
        [] => "Nobody is blocked.".to_owned(),
        all => {
            let lines: Vec<String> = all
                .iter()
                .map(|(entry, since)| format!("{entry}  since {}", wording::date(*since)))
                .collect();
            lines.join("\n")
        }
    };
    Report::new(json!({ "blocked": rows }), text)
}

fn lines(entry: &Blocked) -> Report {
    let all = wording::block_lines(entry);
    let rows: Vec<Value> = all
        .iter()
        .map(|(place, lines)| json!({ "place": place, "lines": lines }))
        .collect();
    let text: Vec<String> = all
        .iter()
        .map(|(place, lines)| format!("{place}\n\n{lines}"))
        .collect();
    Report::new(
        json!({ "sender": entry.to_string(), "lines": rows }),
        text.join("\n\n"),
    )
}
