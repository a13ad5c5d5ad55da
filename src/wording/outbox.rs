//! States of letters on their way.

use crate::app::port::OutboxState;

/// A state in words.
pub fn outbox_state(state: &OutboxState) -> &'static str {
    match state {
        OutboxState::Waiting => "waiting",
        OutboxState::Sending { .. } => "sending",
        OutboxState::Sent { .. } => "sent",
        OutboxState::Refused { .. } => "refused",
        OutboxState::MaybeSent => "maybe sent",
    }
}
