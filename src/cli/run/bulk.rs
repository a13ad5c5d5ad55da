//! `wax open` of an mbox or a Maildir.

use super::report::Report;
use super::{Session, unexpected};
use crate::app::bulk::{BulkList, BulkRow, BulkSource};
use crate::app::command::{BulkFrom, Command, Outcome};
use crate::app::failure::Failure;
use crate::base::untrusted::escape_line;
use crate::cli::args::Require;
use crate::wording;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
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
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for row in &rows {
        *totals.entry(word(row)).or_default() += 1;
    }
    // Ten thousand rows are made into that alone which is printed.
    let mut report = match session.global.json {
        true => {
            let messages = rows.iter().map(|row| Message::of(row)).collect();
            let document = Document { messages, totals };
            let written = serde_json::to_string_pretty(&document);
            Report::written(written.map_err(|e| Failure::Bug(e.to_string()))?, "")
        }
        false => Report::new(Value::Null, text(&rows, &totals)),
    };
    if require.is_some_and(|wanted| !rows.iter().all(|row| meets(row, wanted))) {
        report.exit = 3;
    }
    Ok(report)
}

fn text(rows: &[Arc<BulkRow>], totals: &BTreeMap<&str, u64>) -> String {
    let lines: Vec<String> = rows.iter().map(|row| line(row)).collect();
    let told: Vec<String> = totals
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    format!(
        "{}\n\n{} messages: {}",
        lines.join("\n"),
        rows.len(),
        told.join(", ")
    )
}

/// What `--json` prints, in the order of the names.
#[derive(Serialize)]
struct Document<'a> {
    messages: Vec<Message<'a>>,
    totals: BTreeMap<&'a str, u64>,
}

/// One message of it: what was judged, or why it could not be read.
#[derive(Serialize)]
#[serde(untagged)]
enum Message<'a> {
    Judged {
        cautions: &'a [String],
        date: Option<String>,
        from: &'a [String],
        index: usize,
        scheme: Option<&'a str>,
        signer: Option<Signer<'a>>,
        subject: &'a str,
        summary: &'a str,
        why_not: Option<&'a str>,
    },
    Unread {
        date: Option<String>,
        error: &'a str,
        from: &'a [String],
        index: usize,
        subject: &'a str,
    },
}

#[derive(Serialize)]
struct Signer<'a> {
    address: &'a str,
    checked: &'a str,
    fingerprint: &'a str,
}

impl<'a> Message<'a> {
    fn of(row: &'a BulkRow) -> Self {
        let date = row.date.map(|date| date.to_string());
        let (from, index, subject) = (&row.from, row.index + 1, row.subject.raw());
        match &row.verdict {
            Ok(verdict) => Message::Judged {
                cautions: &verdict.cautions,
                date,
                from,
                index,
                scheme: verdict.scheme.as_deref(),
                signer: verdict
                    .signer
                    .as_ref()
                    .map(|(address, fingerprint, checked)| Signer {
                        address,
                        checked,
                        fingerprint,
                    }),
                subject,
                summary: &verdict.summary,
                why_not: verdict.why_not.as_deref(),
            },
            Err(failure) => Message::Unread {
                date,
                error: wording::failure(failure).code,
                from,
                index,
                subject,
            },
        }
    }
}

fn word(row: &BulkRow) -> &str {
    match &row.verdict {
        Ok(verdict) => &verdict.summary,
        Err(failure) => wording::failure(failure).code,
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
