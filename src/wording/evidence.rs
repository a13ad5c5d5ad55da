//! Reports of a message: what their check found, in words.

use super::{Notice, Turn, checked, date_time, list_of};
use crate::app::evidence::{EvidenceAnswer, EvidenceProblem};
use crate::app::failure::EvidenceFailure;
use crate::base::untrusted::escape_line;
use crate::cert::Checked;

/// What the check of a report found.
pub fn evidence(answer: &EvidenceAnswer) -> Notice {
    let who = match answer.addresses.as_slice() {
        [] => format!("the key {}", answer.by.grouped()),
        addresses => {
            let addresses: Vec<String> = addresses.iter().map(|a| escape_line(a)).collect();
            list_of(&addresses)
        }
    };
    let notice = if !answer.holds {
        Notice::new(
            "signature-bad",
            Turn::OtherSide,
            "The signature of this report does not hold.",
        )
        .why("The report was changed after it was signed, or it was never signed with the key that it names.")
        .next("Believe nothing of it; ask whoever made it for the report once more.")
    } else if answer.same_message == Some(false) {
        Notice::new(
            "another-message",
            Turn::You,
            "This report is about another message.",
        )
        .why("The message that was given is not, byte for byte, the one that the report describes.")
        .next("Choose the message as it was saved when the report was made.")
    } else if answer.same_facts == Some(false) {
        Notice::new(
            "facts-differ",
            Turn::OtherSide,
            "The message says something else than this report.",
        )
        .why("Read again, as of when the report was made, it gives other signatures or another text.")
        .next("Believe the message, not the report.")
    } else {
        match answer.checked {
            Checked::Own => {
                Notice::new("holds", Turn::Nobody, "This report holds. It is your own.")
            }
            Checked::Confirmed | Checked::Accepted | Checked::Ca => Notice::new(
                "holds",
                Turn::Nobody,
                format!("This report holds. It was made by {who}."),
            ),
            Checked::Rejected => Notice::new(
                "signer-rejected",
                Turn::You,
                format!("This report was signed with a key that you rejected: {who}."),
            )
            .next("Believe nothing of it."),
            Checked::Unknown => Notice::new(
                "signer-unknown",
                Turn::You,
                format!("Nobody here knows who made this report. It claims {who}."),
            )
            .why("The signature holds, but anybody can make a key with any name.")
            .next("Compare the fingerprint with its owner, import their key and confirm it."),
        }
    };
    details(notice, answer)
}

fn details(mut notice: Notice, answer: &EvidenceAnswer) -> Notice {
    let told = |path: &str| {
        let value = answer.report.pointer(path).and_then(|value| value.as_str());
        value.map(escape_line)
    };
    let lines = &mut notice.details;
    lines.push(format!(
        "Signed with {}, which is {}",
        answer.by.grouped(),
        checked(answer.checked)
    ));
    if let Some(at) = answer.signed_at {
        lines.push(format!("Signed on {}", date_time(at)));
    }
    for (label, path) in [
        ("Verdict", "/summary"),
        ("Why not better", "/why_not"),
        ("Signer of the message", "/signer/address"),
        ("Fingerprint", "/signer/fingerprint"),
        ("Subject", "/header/subject"),
        ("Date", "/header/date"),
        ("SHA-256 of the message", "/message/sha256"),
    ] {
        if let Some(value) = told(path) {
            lines.push(format!("{label}: {value}"));
        }
    }
    let compared = match (answer.same_message, answer.same_facts) {
        (None, _) => "The message itself was not compared.",
        (Some(false), _) => "The message beside it is another one.",
        (Some(true), Some(true)) => "The message is the same, and reads as the report says.",
        (Some(true), Some(false)) => {
            "The message is the same, and does not read as the report says."
        }
        (Some(true), None) => "The message is the same; it could not be read again here.",
    };
    lines.push(compared.to_owned());
    notice
}

/// Why there is no report.
pub fn evidence_failure(failure: EvidenceFailure) -> Notice {
    match failure {
        EvidenceFailure::NoMessage => Notice::new(
            "no-message",
            Turn::You,
            "The message as it came is not here any more.",
        )
        .why("A report is about the exact bytes of a message.")
        .next("Open the message from its file, then make the report."),
        EvidenceFailure::Problem(EvidenceProblem::NotAReport) => {
            Notice::new("not-a-report", Turn::You, "This is no report of a message.")
                .why("Reports are JSON files that this program made.")
                .next("Choose another file.")
        }
        EvidenceFailure::Problem(EvidenceProblem::Newer) => Notice::new(
            "newer-report",
            Turn::You,
            "This report was written by a newer version of this program.",
        )
        .next("Update the program, then check the report again."),
        EvidenceFailure::Problem(EvidenceProblem::Damaged(what)) => {
            Notice::new("damaged-report", Turn::OtherSide, "This report is damaged.")
                .why(format!("A part of it is missing or wrong: {what}."))
                .next("Ask whoever made it for the report once more.")
        }
    }
}
