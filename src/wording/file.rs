//! Files that could not be read or written.

use super::{Notice, Turn, size};
use crate::app::failure::{FileFailure, HarmFailure};
use crate::app::port::ScanFailure;
use crate::base::untrusted::escape_line;
use std::path::Path;

fn name(path: &Path) -> String {
    escape_line(&path.to_string_lossy())
}

/// A file's failure in words.
pub fn file_failure(failure: &FileFailure) -> Notice {
    match failure {
        FileFailure::NotFound(path) => Notice::new(
            "file-not-found",
            Turn::You,
            format!("There is no file {}.", name(path)),
        )
        .why("It was moved or removed, or the name is misspelt.")
        .next("Check the name, then try again."),
        FileFailure::Denied(path) => Notice::new(
            "file-denied",
            Turn::Setup,
            format!("{} cannot be opened.", name(path)),
        )
        .why("You are not allowed to.")
        .next("Check its permissions, then try again."),
        FileFailure::Exists(path) => Notice::new(
            "file-exists",
            Turn::You,
            format!("{} is there already.", name(path)),
        )
        .why("Waxwing does not write over a file that it did not make.")
        .next("Choose another name, or move the file away."),
        FileFailure::TooLarge { path, limit } => Notice::new(
            "too-large",
            Turn::You,
            format!("{} is too large.", name(path)),
        )
        .why(format!("More than {} is refused.", size(*limit)))
        .next("Check that it is the right file."),
        FileFailure::DiskFull(path) => Notice::new("disk-full", Turn::Setup, "The disk is full.")
            .why(format!("There is no space left for {}.", name(path)))
            .next("Free some space, then try again."),
        FileFailure::Other(path, detail) => Notice::new(
            "file-failed",
            Turn::Setup,
            format!("{} could not be read or written.", name(path)),
        )
        .why(escape_line(detail))
        .next("Mend that, then try again."),
    }
}

/// Why an attachment was not saved, in words.
pub fn harm(failure: &HarmFailure) -> Notice {
    match failure {
        HarmFailure::Found { name, signature } => Notice::new(
            "harmful",
            Turn::OtherSide,
            format!("“{name}” is known to be harmful, and was not saved."),
        )
        .why(format!("The scanner of this computer calls it {signature}."))
        .next(
            "Ask whoever sent it, in another way, whether they meant to. To save it all the same, add \
             --save-harmful.",
        )
        .in_window("Ask whoever sent it, in another way, whether they meant to."),
        HarmFailure::NotScanned { name, why } => Notice::new(
            "not-scanned",
            Turn::Setup,
            format!("“{name}” could not be looked through, and was not saved."),
        )
        .why(match why {
            ScanFailure::Unreachable(words) => format!(
                "The scanner of this computer cannot be spoken to: {}.",
                escape_line(words)
            ),
            ScanFailure::TooLarge => "The scanner of this computer refuses so large a file.".to_owned(),
            ScanFailure::Refused(words) => format!(
                "The scanner of this computer answered: {}.",
                escape_line(words)
            ),
            ScanFailure::Deadline => "The scanner of this computer took too long.".to_owned(),
            ScanFailure::Cancelled => "It was stopped.".to_owned(),
        })
        .next("Look after the scanner, clamd. To save the file all the same, add --save-harmful.")
        .in_window("Look after the scanner, clamd; or save the file all the same."),
    }
}
