//! What keeps a letter from being sealed, and how it will travel.

use super::{Notice, Turn, key_state, list_of};
use crate::app::command::Preflight;
use crate::compose::DraftProblem;
use crate::protect::plan::PlanProblem;

/// Why a letter cannot be sealed for somebody.
pub fn plan_problem(problem: &PlanProblem) -> Notice {
    match problem {
        PlanProblem::NoRecipients => Notice::new(
            "bad-draft",
            Turn::You,
            "The letter is for nobody yet.",
        )
        .why("It has no recipients.")
        .next("Write an address into To."),
        PlanProblem::OwnKey { fingerprint, why } => Notice::new(
            "cert-unusable",
            Turn::You,
            format!("Your own key cannot be used: {}.", key_state(why)),
        )
        .why("Every letter is signed with it, and sealed for it too, so that you can read it again.")
        .next("Make a new identity, or use another one.")
        .detail(fingerprint.grouped()),
        PlanProblem::NoCert { recipient } => Notice::new(
            "no-cert",
            Turn::OtherSide,
            format!("There is no key for {recipient}."),
        )
        .why("A letter is sealed with the recipient's key.")
        .next(format!(
            "Ask {recipient} for their key and import it, or take them off the letter."
        )),
        PlanProblem::NotAccepted {
            recipient,
            fingerprint,
        } => Notice::new(
            "no-cert",
            Turn::You,
            format!("You have not said that the key for {recipient} is theirs."),
        )
        .why("There is one, and anybody can make one with any address in it.")
        .next(format!(
            "Compare its fingerprint with {recipient}, then confirm it: wax key confirm {fingerprint}"
        ))
        .detail(fingerprint.grouped()),
        PlanProblem::Rejected {
            recipient,
            fingerprint,
        } => Notice::new(
            "no-cert",
            Turn::You,
            format!("You rejected the only key for {recipient}."),
        )
        .why("You said that it is not theirs.")
        .next(format!("Ask {recipient} for their key and import it."))
        .detail(fingerprint.grouped()),
        PlanProblem::Unusable {
            recipient,
            fingerprint,
            why,
        } => Notice::new(
            "cert-unusable",
            Turn::OtherSide,
            format!("The key for {recipient} cannot be used: {}.", key_state(why)),
        )
        .why("Nothing can be sealed with it.")
        .next(format!("Ask {recipient} for a new key and import it."))
        .detail(fingerprint.grouped()),
    }
}

/// One sentence on how a letter will travel.
pub fn preflight_sentence(preflight: &Preflight) -> String {
    let names: Vec<String> = preflight
        .rows
        .iter()
        .map(|row| row.mailbox.name.as_ref().map_or_else(
            || row.mailbox.address.to_string(),
            ToString::to_string,
        ))
        .collect();
    if preflight.rows.is_empty() {
        return "Write an address, and see here how the letter will travel.".to_owned();
    }
    if preflight.problems.is_empty() {
        return format!("Sealed for {}. The subject is hidden.", list_of(&names));
    }
    let ready = preflight.rows.iter().filter(|row| row.cert.is_ok()).count();
    match preflight.problems.as_slice() {
        [one] => plan_problem(one).headline,
        [] | [_, ..] => format!(
            "Not ready to be sealed: a key that can be used is there for {ready} of {}.",
            preflight.rows.len()
        ),
    }
}
