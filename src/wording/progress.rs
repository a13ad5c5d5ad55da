//! What a job is busy with, and what others can see.

use crate::app::command::Visible;
use crate::app::job::Step;

/// A step in words.
pub fn step(step: Step) -> &'static str {
    match step {
        Step::MakingKey => "Making the key",
        Step::Reading => "Reading",
        Step::Sealing => "Sealing",
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
