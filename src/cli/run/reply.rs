//! `wax reply`.

use super::report::Report;
use super::{Session, read_message, unexpected};
use crate::app::command::{Command, OpenWhat, Outcome, Reply};
use crate::app::failure::Failure;
use crate::app::files;
use crate::base::Untrusted;
use crate::cli::args::ReplyArgs;
use crate::wording;
use serde_json::{Value, json};
use std::sync::Arc;

pub fn run(session: &Session, args: &ReplyArgs) -> Result<Report, Failure> {
    let bytes = read_message(&args.file)?;
    let open = Command::Open {
        what: OpenWhat::Bytes(Arc::new(bytes)),
        // Nothing of what may have been altered is quoted.
        without_integrity: true,
    };
    let reading = match session.run(open)? {
        Outcome::Reading(reading) => reading,
        _ => return Err(unexpected()),
    };
    let all = args.all;
    let reply = match session.run(Command::Reply { reading, all })? {
        Outcome::Reply(reply) => reply,
        _ => return Err(unexpected()),
    };
    let mut json = reply_json(&reply);
    let Some(output) = &args.output else {
        if session.global.json {
            json["message"] = Value::from(String::from_utf8_lossy(&reply.file));
        }
        return Ok(Report::raw(json, reply.file));
    };
    files::write_new(output, &reply.file)?;
    json["file"] = Value::from(output.to_string_lossy());
    let mut text = format!("Draft: {}", Untrusted::new(output.to_string_lossy()));
    text.push_str(&format!("\n  {}", wording::reply_sentence(&reply.form)));
    Ok(Report::new(json, text))
}

fn reply_json(reply: &Reply) -> Value {
    let answers = &reply.form.answers;
    json!({
        "to": reply.form.to,
        "cc": reply.form.cc,
        "subject": reply.form.subject,
        "in_reply_to": answers.in_reply_to,
        "references": answers.references,
        "sealed_only": answers.sealed_only,
    })
}
