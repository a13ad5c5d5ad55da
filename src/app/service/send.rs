//! Sending: seal, prove, put into the outbox, hand over.

use super::{account, outbox, proof, seal};
use crate::app::command::{DraftSource, SendReport, Way};
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::app::job::Watch;

/// Sends a draft. From the moment that it is in the outbox it cannot be lost: a failure after that
/// leaves it there, with its state.
pub fn send(
    desk: &Desk,
    source: DraftSource,
    way: Way,
    draft_id: Option<&str>,
    watch: &Watch,
) -> Result<SendReport, Failure> {
    desk.online()?;
    let (composed, draft) = seal::compose(desk, source, way, watch)?;
    let from = composed.payload.from.address.clone();
    // Asked before anything is queued: without an account nothing could ever leave.
    account::account_of(desk, &from)?;
    let outgoing = seal::protect(desk, &composed, way, watch)?;
    proof::prove(&composed, &draft, &outgoing, way, &*desk.workers, watch)?;
    watch.stop_here()?;
    let id = desk.store.enqueue(
        &from,
        &draft.subject,
        &composed.payload.message_id,
        &outgoing,
        desk.clock.now(),
    )?;
    if let Some(draft_id) = draft_id {
        desk.store.remove_draft(draft_id)?;
    }
    outbox::deliver(desk, id, false, watch)
}
