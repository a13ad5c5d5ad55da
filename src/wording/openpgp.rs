//! Sealing and opening with OpenPGP: why it failed.

use super::{Notice, Turn, key_state};
use crate::base::untrusted::escape_line;
use crate::protect::evidence::RecipientHandle;
use crate::protect::openpgp::{OpenFailure, OpenProblem, SealFailure};

/// Why a letter could not be sealed.
pub fn seal_failure(failure: &SealFailure) -> Notice {
    match failure {
        SealFailure::NoRecipients => {
            Notice::new("bad-draft", Turn::You, "The letter is for nobody yet.")
                .why("It has no recipients.")
                .next("Write an address into To.")
        }
        SealFailure::Recipient { fingerprint, why } => Notice::new(
            "cert-unusable",
            Turn::OtherSide,
            format!("A recipient's key cannot be used: {}.", key_state(why)),
        )
        .why("Nothing can be sealed with it.")
        .next("Ask the recipient for a new key and import it.")
        .detail(fingerprint.grouped()),
        SealFailure::OwnKey { fingerprint, why } => Notice::new(
            "cert-unusable",
            Turn::You,
            format!("Your own key cannot be used: {}.", key_state(why)),
        )
        .why("Every letter is signed with it, and sealed for it too.")
        .next("Make a new identity, or use another one.")
        .detail(fingerprint.grouped()),
        SealFailure::CheckFailed => Notice::new(
            "seal-failed",
            Turn::Us,
            "The sealed letter did not stand its check, so it was thrown away.",
        )
        .why("It was not sealed for exactly the people it is for and for you.")
        .next("Nothing was sent and the draft is untouched. Report this."),
        SealFailure::Library(detail) => {
            Notice::new("seal-failed", Turn::Us, "The letter could not be sealed.")
                .why(escape_line(detail))
                .next("Nothing was sent and the draft is untouched. Report this.")
        }
    }
}

/// Why a message could not be decrypted: whom it is for, which keys were tried, the likely cause,
/// the next step (rule 26). Once a session key was tried there is one text (rule 27).
pub fn open_failure(failure: &OpenFailure) -> Notice {
    let (turn, headline, why, next) = words(&failure.why);
    let mut notice = Notice::new("cannot-decrypt", turn, headline)
        .why(why)
        .next(next);
    for recipient in &failure.recipients {
        let shown = match recipient {
            RecipientHandle::Cert(fingerprint) => format!("Sealed for {}", fingerprint.grouped()),
            RecipientHandle::Key(key) => format!("Sealed for {} (not known)", key.grouped()),
            RecipientHandle::KeyId(id) => format!("Sealed for key ID {id} (not known)"),
            RecipientHandle::Named(name) => {
                format!("Sealed for certificate {} (not known)", escape_line(name))
            }
            RecipientHandle::Hidden => "Sealed for a hidden key".to_owned(),
        };
        notice = notice.detail(shown);
    }
    if failure.passwords > 0 {
        notice = notice.detail(match failure.passwords {
            1 => "Sealed for a password".to_owned(),
            more => format!("Sealed for {more} passwords"),
        });
    }
    for tried in &failure.tried {
        notice = notice.detail(format!("Tried your key {}", tried.grouped()));
    }
    notice
}

fn words(problem: &OpenProblem) -> (Turn, &'static str, String, &'static str) {
    let ask_again = "Ask the sender to send it again. The file was left as it is.";
    match problem {
        OpenProblem::NotOpenPgp | OpenProblem::NotCms => (
            Turn::OtherSide,
            "There is no sealed message in it.",
            "It says that it is sealed, and what is inside is something else.".to_owned(),
            ask_again,
        ),
        OpenProblem::BrokenArmor | OpenProblem::CutOff | OpenProblem::Malformed => (
            Turn::OtherSide,
            "This message is damaged and cannot be opened.",
            "A part of it is missing or was changed on its way.".to_owned(),
            ask_again,
        ),
        OpenProblem::TooLarge => (
            Turn::OtherSide,
            "This message is too large to be opened.",
            "What is inside is more than 512 MiB, or is packed to grow without end.".to_owned(),
            "Ask the sender to send it in smaller parts.",
        ),
        OpenProblem::NotEncrypted => (
            Turn::OtherSide,
            "This message is not sealed, although it says so.",
            "Inside is something that everybody can read.".to_owned(),
            ask_again,
        ),
        OpenProblem::NoKey => (
            Turn::OtherSide,
            "This message is not sealed for any key that you have here.",
            "It was meant for somebody else, or for a key of yours that is elsewhere.".to_owned(),
            "Import the key that it is sealed for, or send the sender your key and ask again.",
        ),
        OpenProblem::LibrePgp => (
            Turn::OtherSide,
            "This message is sealed in GnuPG's own way, which the standard does not have.",
            "GnuPG 2.3 and newer do so when a key asks for it.".to_owned(),
            "Give the sender your key as Waxwing exports it, and ask them to send it again.",
        ),
        OpenProblem::Unsupported { what } => (
            Turn::OtherSide,
            "This message is sealed in a way that Waxwing does not know.",
            format!("It uses {}.", escape_line(what)),
            "Update Waxwing, or ask the sender to use the usual way.",
        ),
        OpenProblem::NoIntegrity => (
            Turn::You,
            "Nothing keeps this message from having been altered on its way.",
            "It is sealed in an old way without a check for changes.".to_owned(),
            "Ask the sender to update their program, or read it all the same, as plain text.",
        ),
        OpenProblem::Undecryptable => (
            Turn::OtherSide,
            "This message could not be opened.",
            "A key for it is here, or a password was given; that password is another one, or what came \
             was damaged, altered, or sealed wrongly."
                .to_owned(),
            ask_again,
        ),
    }
}
