//! The one place with words for people: verdicts, failures, problems of a draft, states.
//!
//! Faces show a [`Notice`]; they never look at evidence or at an error's variants. Untrusted text
//! that stands in a sentence is escaped here (rule 19).

mod chain;
mod checkup;
mod checkup_json;
mod checkup_page;
mod evidence;
mod facts;
mod failure;
mod file;
mod key;
mod link;
mod network;
mod openpgp;
mod origin;
mod outbox;
mod plan;
mod print;
mod progress;
mod server_guide;
mod store;
mod structure;
mod training;
mod typing;
mod verdict;

pub use chain::{anchor_for, anchors, chain, chain_fault, link_state, system_authorities};
pub use checkup::{
    FindingWords, checkup_totals, finding, finding_title, looked_up, not_known, owner,
    record_steps, result,
};
pub use checkup_json::checkup_json;
pub use checkup_page::{CHECKUP_GUIDE, checkup_heading, checkup_page};
pub use evidence::evidence;
pub use facts::{field_protection, key_part, protection, receipt, stored_receipt, stored_refusal};
pub use failure::{bad_address, failure};
pub use key::{
    decided, distance, expiry_warning, import_refusal, key_standing, key_state, part_name,
    preferred, provenance, revocation_reason, scheme_name, span,
};
pub use link::{hidden_text, link_warning};
pub use network::{fetch_failure, not_all_taken, submit_failure};
pub use origin::{
    dmarc_outcome, hop_facts, oddity, origin_sentence, reverse_name, signature_outcome,
    spf_outcome, standing,
};
pub use outbox::outbox_state;
pub use plan::{
    ANOTHER_KEY, another_key, draft_problem, loss, plan_problem, preflight_sentence,
    reply_sentence, why_scheme,
};
pub use print::printout;
pub use progress::{outside, step, visible};
pub use server_guide::{RESTRICTIONS, Restriction, TRANSPORT_GUIDE, block_lines};
pub use store::{kept, vault_kind};
pub use structure::{
    attachment_caution, attachment_name, layers, name_caution, own_protection, part_cover,
};
pub use training::trick;
pub use typing::{pasted_too_much, recipients_left_out, unseen_left_out};
pub use verdict::{caution, checked, verdict, verdict_facts, why_not};

use crate::base::Time;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The person's, with what they typed or chose.
    You,
    /// The person's set-up: the account, the home, the system.
    Setup,
    /// The network between.
    Network,
    /// A correspondent or their server.
    OtherSide,
    /// Ours: a mistake in Waxwing.
    Us,
    /// Nobody's: it is only told.
    Nobody,
}

/// Something to tell a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// A lasting code for scripts.
    pub code: &'static str,
    /// What happened, in one sentence.
    pub headline: String,
    /// Why, or what it means.
    pub why: String,
    /// The next step; where the two faces differ, as the command line has it.
    pub next: String,
    /// The next step in the window, where it is another one there.
    in_window: Option<String>,
    /// Whose turn it is.
    pub turn: Turn,
    /// What only an expert wants to see.
    pub details: Vec<String>,
}

impl Notice {
    fn new(code: &'static str, turn: Turn, headline: impl Into<String>) -> Self {
        Notice {
            code,
            headline: headline.into(),
            why: String::new(),
            next: String::new(),
            in_window: None,
            turn,
            details: Vec::new(),
        }
    }

    fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    fn next(mut self, next: impl Into<String>) -> Self {
        self.next = next.into();
        self
    }

    fn in_window(mut self, next: impl Into<String>) -> Self {
        self.in_window = Some(next.into());
        self
    }

    /// The next step, as the window has it.
    pub fn next_in_window(&self) -> &str {
        self.in_window.as_deref().unwrap_or(&self.next)
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }
}

/// A date in full, UTC: `3 May 2027`.
pub fn date(time: Time) -> String {
    let date = jiff::tz::Offset::UTC.to_datetime(time).date();
    let month = MONTHS
        .get(usize::from(date.month().unsigned_abs().saturating_sub(1)))
        .copied()
        .unwrap_or("?");
    format!("{} {month} {}", date.day(), date.year())
}

/// A date and time, UTC: `3 May 2027, 14:05 UTC`.
pub fn date_time(time: Time) -> String {
    let at = jiff::tz::Offset::UTC.to_datetime(time).time();
    format!("{}, {:02}:{:02} UTC", date(time), at.hour(), at.minute())
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A size for people: `25.0 MiB`.
pub fn size(bytes: u64) -> String {
    const STEP: u64 = 1024;
    let tenths = |unit: u64| {
        let tenths = bytes.saturating_mul(10).checked_div(unit).unwrap_or(0);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    if bytes < STEP {
        format!("{bytes} bytes")
    } else if bytes < STEP * STEP {
        format!("{} KiB", tenths(STEP))
    } else if bytes < STEP * STEP * STEP {
        format!("{} MiB", tenths(STEP * STEP))
    } else {
        format!("{} GiB", tenths(STEP * STEP * STEP))
    }
}

/// `Bob`, `Bob and Carol`, `Bob, Carol and 2 others`.
pub fn list_of(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} others", rest.len()),
    }
}

#[cfg(test)]
mod tests;
