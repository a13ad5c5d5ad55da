//! Replies: from what was read to a draft.

use super::draft::form_of;
use crate::app::command::Reply;
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::compose::{self, Answered};
use crate::read::Reading;

/// The draft of a reply to its author, or with `all` to everybody who got it.
pub fn reply(desk: &Desk, reading: &Reading, all: bool) -> Result<Reply, Failure> {
    let identities = desk.store.identities()?;
    let own: Vec<_> = identities.into_iter().map(|own| own.mailbox).collect();
    let answered = Answered {
        thread: reading.thread(),
        text: reading.quotable(),
        decrypted: reading.was_decrypted(),
    };
    let draft = compose::reply(answered, &own, all);
    let file = draft.to_reply_file()?;
    Ok(Reply {
        form: form_of(draft),
        file,
    })
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;
