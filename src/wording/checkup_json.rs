//! A report of the check-up as JSON: the document of `wax check --json`, and what the window saves.

use super::checkup::finding;
use crate::app::command::CheckAnswer;
use crate::checkup::{Finding, FindingId, Outcome, Owner};
use serde_json::{Value, json};

/// The whole document.
pub fn checkup_json(answer: &CheckAnswer) -> Value {
    let findings: Vec<Value> = answer.report.findings.iter().map(finding_json).collect();
    json!({
        "domain": answer.domain,
        "findings": findings,
        "contacted": answer.contacted,
        "changed": answer.changes.as_ref().map(|(since, changes)| json!({
            "since": since.to_string(),
            "mended": changes.mended.iter().map(pair).collect::<Vec<_>>(),
            "broken": changes.broken.iter().map(pair).collect::<Vec<_>>(),
        })),
    })
}

fn pair((id, subject): &(FindingId, String)) -> Value {
    json!({ "id": id.as_str(), "subject": subject })
}

fn finding_json(found: &Finding) -> Value {
    let words = finding(found);
    json!({
        "id": found.id.as_str(),
        "result": match found.outcome {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Unknown => "unknown",
        },
        "advice": found.advice,
        "owner": match found.owner {
            Owner::You => "you",
            Owner::Registrar => "registrar",
            Owner::Provider => "provider",
            Owner::Nobody => "nobody",
        },
        "subject": found.subject,
        "means": words.means,
        "fix": words.fix,
    })
}
