//! `wax open` of an mbox or a Maildir.

use super::report::Report;
use super::{Session, unexpected};
use crate::app::bulk::{BulkList, BulkRow, BulkSource};
use crate::app::command::{BulkFrom, Command, Outcome};
use crate::app::failure::Failure;
use crate::base::untrusted::escape_line;
use crate::cli::args::Require;
use crate::wording;
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub fn run(
    session: &Session,
    source: Arc<BulkSource>,
    require: Option<Require>,
) -> Result<Report, Failure> {
    let job = Command::OpenMany {
        from: BulkFrom::Source(source),
        list: BulkList::new(),
    };
    let list = match session.run(job)? {
        Outcome::Bulk(list) => list,
        _ => return Err(unexpected()),
    };
    let rows = list.rows();
    // Ten thousand rows are made into that alone which is printed.
    let json = session.global.json;
    let rows_of = |wanted: bool| rows.iter().filter(move |_| wanted);
    let messages: Vec<Value> = rows_of(json).map(|row| row_json(row)).collect();
    let mut totals: Map<String, Value> = Map::new();
    for row in &rows {
        let count = totals.entry(word(row)).or_insert(json!(0));
        *count = json!(count.as_u64().unwrap_or(0) + 1);
    }
    let lines: Vec<String> = rows_of(!json).map(|row| line(row)).collect();
    let told: Vec<String> = totals
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    let text = format!(
        "{}\n\n{} messages: {}",
        lines.join("\n"),
        rows.len(),
        told.join(", ")
    );
    let json = json!({ "messages": messages, "totals": totals });
    let mut report = Report::new(json, text);
    if require.is_some_and(|wanted| !rows.iter().all(|row| meets(row, wanted))) {
        report.exit = 3;
    }
    Ok(report)
}

fn word(row: &BulkRow) -> String {
    match &row.verdict {
        Ok(verdict) => verdict.summary.clone(),
        Err(failure) => wording::failure(failure).code.to_owned(),
    }
}

fn meets(row: &BulkRow, wanted: Require) -> bool {
    let Ok(verdict) = &row.verdict else {
        return false;
    };
    let summary = verdict.summary.as_str();
    match wanted {
        Require::Verified => matches!(summary, "verified" | "confidential"),
        Require::EncryptedUnverified => matches!(summary, "encrypted-unverified" | "confidential"),
        Require::Confidential => summary == "confidential",
    }
}

fn row_json(row: &BulkRow) -> Value {
    let mut document = json!({
        "index": row.index + 1,
        "from": row.from,
        "subject": row.subject.raw(),
        "date": row.date.map(|date| date.to_string()),
    });
    match &row.verdict {
        Ok(verdict) => {
            document["summary"] = json!(verdict.summary);
            document["scheme"] = json!(verdict.scheme);
            document["signer"] = match &verdict.signer {
                Some((address, fingerprint, checked)) => json!({
                    "address": address,
                    "fingerprint": fingerprint,
                    "checked": checked,
                }),
                None => Value::Null,
            };
            document["why_not"] = json!(verdict.why_not);
            document["cautions"] = json!(verdict.cautions);
        }
        Err(failure) => document["error"] = json!(wording::failure(failure).code),
    }
    document
}

fn line(row: &BulkRow) -> String {
    let date = row.date.map(wording::date).unwrap_or_default();
    let from = escape_line(&row.from.join(", "));
    let subject = row.subject.to_string();
    format!(
        "{:>6}  {:<20}  {date:<16}  {from}  {subject}",
        row.index + 1,
        word(row)
    )
}
