//! Senders whom a person does not want to hear from.

use crate::app::desk::Desk;
use crate::app::failure::{CheckFailure, Failure};
use crate::base::Time;
use crate::headers::handed_over_by;
use crate::mime::{Header, author};
use crate::settings::Blocked;

/// Reads what was typed.
pub fn parse(text: &str) -> Result<Blocked, Failure> {
    Blocked::parse(text).map_err(|_| CheckFailure::NothingToBlock(text.to_owned()).into())
}

/// Blocks somebody, and gives the whole list.
pub fn block(desk: &Desk, text: &str) -> Result<Vec<(Blocked, Time)>, Failure> {
    desk.store.block(&parse(text)?, desk.clock.now())?;
    Ok(desk.store.blocked()?)
}

/// Blocks somebody no more, and gives the whole list.
pub fn unblock(desk: &Desk, text: &str) -> Result<Vec<(Blocked, Time)>, Failure> {
    let entry = parse(text)?;
    match desk.store.unblock(&entry)? {
        true => Ok(desk.store.blocked()?),
        false => Err(CheckFailure::NotBlocked(entry.to_string()).into()),
    }
}

/// Those who are blocked, alone.
pub fn entries(desk: &Desk) -> Result<Vec<Blocked>, Failure> {
    let all = desk.store.blocked()?;
    Ok(all.into_iter().map(|(entry, _)| entry).collect())
}

/// Whether a message is from one of them, by what stands outside.
pub fn covers(entries: &[Blocked], message: &[u8]) -> bool {
    if entries.is_empty() {
        return false;
    }
    let header = Header::parse(message);
    let author = author(&header);
    let machine = handed_over_by(&header);
    let authors = author.mailboxes();
    entries.iter().any(|entry| entry.covers(&authors, machine))
}
