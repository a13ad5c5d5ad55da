//! How a draft would travel, before anything is done.

use super::{draft::draft_of, seal};
use crate::app::command::{DraftSource, Preflight, PreflightRow, Visible, VisibleRow};
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::compose::DraftProblem;
use crate::protect::plan::{PlanProblem, choose, plan};

/// One row a recipient, what is in the way, and what each can see.
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
    let acceptance = desk.store.acceptance()?;
    let certs = seal::certs_by_address(desk, &recipients)?;
    let certs_for =
        |address: &crate::address::Address| certs.get(address).cloned().unwrap_or_default();
    let rows: Vec<PreflightRow> = recipients
        .iter()
        .map(|(mailbox, role)| PreflightRow {
            mailbox: mailbox.clone(),
            role: *role,
            cert: choose(
                &mailbox.address,
                certs_for(&mailbox.address),
                &acceptance,
                now,
            )
            .map(|(cert, checked)| (cert.fingerprint(), checked)),
        })
        .collect();
    let problems: Vec<PlanProblem> = match &identity {
        Some(identity) => {
            let own = seal::own_cert(desk, identity)?;
            plan(&own, &recipients, &certs_for, &acceptance, now)
                .err()
                .unwrap_or_default()
        }
        None => rows
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
        problems,
        visible: visible(),
        server,
    })
}

/// Who sees what of a sealed letter: TLS hides all from the line to our own server but size and
/// time; servers need names; the payload is the recipients' alone.
fn visible() -> Vec<VisibleRow> {
    let row = |what, servers, eavesdropper| VisibleRow {
        what,
        recipient: true,
        servers,
        eavesdropper,
    };
    vec![
        row(Visible::Subject, false, false),
        row(Visible::Names, true, false),
        row(Visible::Text, false, false),
        row(Visible::AttachmentNames, false, false),
        row(Visible::Size, true, true),
        row(Visible::Time, true, true),
    ]
}
