//! What a job is busy with, and what others can see.

use super::size;
use crate::app::command::{Shown, Visible, VisibleRow};
use crate::app::job::Step;

/// A step in words.
pub fn step(step: Step) -> &'static str {
    match step {
        Step::MakingKey => "Making the key",
        Step::Reading => "Reading",
        Step::Sealing => "Sealing",
        Step::Signing => "Signing",
        Step::Scanning => "Looking through the files",
        Step::Proving => "Checking what will leave",
        Step::Connecting => "Connecting",
        Step::LoggingIn => "Logging in",
        Step::Sending => "Sending",
        Step::Fetching => "Fetching",
        Step::Opening => "Opening",
        Step::Printing => "Setting it on pages",
        Step::Checking => "Checking",
        Step::Waiting => "Waiting for the answer",
    }
}

/// A thing about a letter, in words.
pub fn visible(what: Visible) -> &'static str {
    match what {
        Visible::Subject => "Subject",
        Visible::Names => "Who writes to whom",
        Visible::Text => "Text",
        Visible::AttachmentNames => "Attachment names",
        Visible::Size => "Size",
        Visible::Time => "Time",
    }
}

/// What can be read outside the seal, in one line; empty where that is nothing. A long list is cut
/// and counted.
pub fn outside(row: &VisibleRow) -> String {
    const MOST: usize = 4;
    let mut shown: Vec<String> = row
        .outside
        .iter()
        .take(MOST)
        .map(|shown| match shown {
            Shown::Text(text) => text.to_string(),
            Shown::Bytes(bytes) => size(*bytes),
        })
        .collect();
    let more = row.outside.len().saturating_sub(shown.len());
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}
