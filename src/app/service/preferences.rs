//! The text under letters.

use super::identity;
use crate::address::Address;
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::settings::tidy_signature;

/// Whose text, and the text; empty when there is none.
pub fn signature(desk: &Desk, address: Option<Address>) -> Result<(Address, String), Failure> {
    let whose = whose(desk, address)?;
    let text = desk.store.signature(&whose)?.unwrap_or_default();
    Ok((whose, text))
}

/// Keeps a text, tidied; an empty one removes it.
pub fn set_signature(
    desk: &Desk,
    address: Option<Address>,
    text: &str,
) -> Result<(Address, String), Failure> {
    let whose = whose(desk, address)?;
    let text = tidy_signature(text);
    desk.store.put_signature(&whose, &text)?;
    Ok((whose, text))
}

fn whose(desk: &Desk, address: Option<Address>) -> Result<Address, Failure> {
    Ok(match address {
        Some(address) => identity::find(desk, &address)?,
        None => identity::current(desk)?,
    }
    .mailbox
    .address)
}
