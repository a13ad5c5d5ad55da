//! What the pre-flight found, put into words once instead of at every drawing.

use crate::app::command::{PlanProblem, Preflight, PreflightRow, Role};
use crate::cert::Fingerprint;
use crate::gui::theme::{Icon, Tone};
use crate::gui::widgets::{ChipState, ChipStates};
use crate::wording;

/// How a letter would travel, ready to be drawn.
pub struct Found {
    /// Whether it can be sealed for everybody.
    pub ready: bool,
    /// One sentence on all of it.
    pub sentence: String,
    /// One row a recipient: first those for whom something is to be done.
    pub rows: Vec<FoundRow>,
    /// How many of them that is.
    pub to_do: usize,
    /// What is not used because of somebody.
    pub losses: Vec<String>,
    /// The server that takes it.
    pub server: Option<String>,
    /// For the chips.
    pub states: ChipStates,
}

/// One recipient.
pub struct FoundRow {
    /// Their name, else their address; escape before showing.
    pub name: String,
    /// Their address; escape before showing.
    pub address: String,
    /// The sign, its tone, and what a screen reader hears of it.
    pub sign: (Icon, Tone, &'static str),
    /// Which key and how it was checked, or what is the matter.
    pub words: String,
    /// What to do, where something is to be done.
    pub next: String,
    /// The key that it is about.
    pub key: Option<Fingerprint>,
}

impl Found {
    /// In words.
    pub fn new(preflight: Preflight) -> Self {
        let (to_do, ready): (Vec<_>, Vec<_>) =
            preflight.rows.iter().partition(|row| row.cert.is_err());
        let state = |row: &PreflightRow| {
            let key = row.mailbox.address.key().to_owned();
            (key, chip_state(row))
        };
        Found {
            ready: preflight.problems.is_empty() && !preflight.rows.is_empty(),
            sentence: wording::preflight_sentence(&preflight),
            to_do: to_do.len(),
            states: ChipStates(preflight.rows.iter().map(state).collect()),
            losses: preflight.losses.iter().map(wording::loss).collect(),
            rows: to_do.into_iter().chain(ready).map(found_row).collect(),
            server: preflight.server,
        }
    }
}

fn chip_state(row: &PreflightRow) -> ChipState {
    match &row.cert {
        Ok((_, checked)) => {
            ChipState::Sealed(format!("can be sealed; key {}", wording::checked(*checked)))
        }
        Err(problem) => {
            let notice = wording::plan_problem(problem);
            match sign_of(&row.cert) {
                (Icon::Ring, ..) => ChipState::Ring(notice.headline),
                _ => ChipState::Broken(notice.headline),
            }
        }
    }
}

/// A ring where there is no key yet, a broken seal where there is one that is refused.
fn sign_of<T>(cert: &Result<T, PlanProblem>) -> (Icon, Tone, &'static str) {
    match cert {
        Ok(_) => (Icon::Sealed, Tone::Wax, "can be sealed"),
        Err(
            PlanProblem::NoCert { .. }
            | PlanProblem::NotAccepted { .. }
            | PlanProblem::NoOwnKey { .. },
        ) => (Icon::Ring, Tone::Caution, "cannot be sealed yet"),
        Err(
            PlanProblem::Rejected { .. }
            | PlanProblem::Changed { .. }
            | PlanProblem::Unusable { .. }
            | PlanProblem::ReadsNoV6 { .. }
            | PlanProblem::OwnKey { .. }
            | PlanProblem::NoRecipients,
        ) => (Icon::Broken, Tone::Danger, "cannot be sealed"),
    }
}

fn found_row(row: &PreflightRow) -> FoundRow {
    let address = row.mailbox.address.as_str().to_owned();
    let name = row.mailbox.name.as_ref();
    let (words, next, key) = match &row.cert {
        Ok((fingerprint, checked)) => {
            // Which kind of key, and why this kind where there is a choice.
            let kind = row
                .scheme
                .map(|(scheme, _)| format!("{}, ", wording::scheme_name(scheme)))
                .unwrap_or_default();
            let why = row
                .scheme
                .and_then(|(scheme, why)| wording::why_scheme(scheme, why));
            let why = why.map_or(String::new(), |why| format!("; sealed {why}"));
            let role = match row.role {
                Role::To => "",
                Role::Cc => "Cc. ",
                Role::Bcc => "Bcc: the others do not see them. ",
            };
            let words = format!("{role}{kind}{}{why}", wording::checked(*checked));
            match &row.another {
                Some(another) => (
                    words,
                    wording::ANOTHER_KEY.to_owned(),
                    Some(another.clone()),
                ),
                None => (words, String::new(), Some(fingerprint.clone())),
            }
        }
        Err(problem) => {
            let notice = wording::plan_problem(problem);
            let key = notice.details.first();
            let key = key.and_then(|grouped| Fingerprint::parse(grouped).ok());
            let next = notice.next_in_window().to_owned();
            (notice.headline, next, key)
        }
    };
    FoundRow {
        name: name.map_or_else(|| address.clone(), |name| name.raw().to_owned()),
        address,
        sign: sign_of(&row.cert),
        words,
        next,
        key,
    }
}
