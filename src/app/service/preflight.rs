//! How a draft would travel, before anything is done.

use super::{draft::draft_of, seal};
use crate::address::Mailbox;
use crate::app::command::{DraftSource, Preflight};
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::cert::Scheme;
use crate::compose::DraftProblem;
use crate::protect::losses::losses;
use crate::protect::plan::{Own, Plan, PlanProblem};

/// One row a recipient, what is in the way, and what is not used because of somebody.
pub fn preflight(desk: &Desk, source: DraftSource) -> Result<Preflight, Failure> {
    let draft = draft_of(source)?;
    let recipients = match draft.recipients() {
        Ok(recipients) => seal::with_roles(&recipients),
        Err(DraftProblem::NoRecipients) => Vec::new(),
        Err(problem) => return Err(problem.into()),
    };
    let identity = match seal::author(desk, &draft) {
        Ok(identity) => Some(identity),
        Err(Failure::NoIdentity { .. }) => None,
        Err(other) => return Err(other),
    };
    let now = desk.clock.now();
    let own = match &identity {
        Some(identity) => seal::own_certs(desk, identity, now)?,
        None => Own::default(),
    };
    let planned = seal::plan_for(desk, &own, &recipients, now)?;
    let rows = seal::rows(desk, &own, &recipients, planned.as_ref().ok(), now)?;
    let groups = match &planned {
        Ok(plan) => groups(plan),
        Err(_) => Vec::new(),
    };
    let losses = match &planned {
        Ok(plan) => losses(plan, now),
        Err(_) => Vec::new(),
    };
    let problems: Vec<PlanProblem> = match (&identity, planned) {
        (Some(_), planned) => planned.err().unwrap_or_default(),
        (None, _) => rows
            .iter()
            .filter_map(|row| row.cert.as_ref().err().cloned())
            .collect(),
    };
    let server = identity.as_ref().and_then(|identity| {
        let accounts = desk.store.accounts().ok()?;
        accounts
            .iter()
            .find(|account| account.address == identity.mailbox.address)
            .map(|account| account.submission.host.clone())
    });
    Ok(Preflight {
        from: identity.map(|identity| identity.mailbox),
        rows,
        groups,
        problems,
        losses,
        server,
    })
}

/// The groups of a letter in two encodings (rule 42); none when it is one.
fn groups(plan: &Plan) -> Vec<(Scheme, Vec<Mailbox>)> {
    let groups = plan.groups();
    if groups.len() < 2 {
        return Vec::new();
    }
    groups
        .iter()
        .map(|group| {
            let recipients = group.recipients.iter();
            (
                group.scheme,
                recipients.map(|r| r.mailbox.clone()).collect(),
            )
        })
        .collect()
}
