//! People whom a letter could go to.
//!
//! Nothing is kept for this alone: keys tell who is known by name, and the outbox, sealed at rest,
//! tells who was written to. What is removed there is forgotten here.

use super::identity::name_of;
use crate::address::{Address, Mailbox};
use crate::app::command::Contact;
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::base::Time;
use std::collections::HashMap;

/// Everybody with a key that was not rejected, and everybody who was written to; those written to
/// last come first, then those whom letters can be sealed for.
pub fn contacts(desk: &Desk) -> Result<Vec<Contact>, Failure> {
    let mut known: HashMap<Address, Contact> = HashMap::new();
    let acceptance = desk.store.acceptance()?;
    let now = desk.clock.now();
    for cert in desk.store.certs()? {
        let fingerprint = cert.fingerprint();
        let usable = cert.usable_for_encryption(now).is_ok();
        for id in cert.user_ids() {
            let Some(address) = id.address else {
                continue;
            };
            let checked = acceptance.checked(&address, &fingerprint);
            if checked == crate::cert::Checked::Rejected {
                continue;
            }
            let ready = usable && checked.counts();
            let name = name_of(id.text.raw());
            let contact = known.entry(address.clone()).or_insert_with(|| Contact {
                mailbox: Mailbox::bare(address.clone()),
                ready: false,
                written: None,
            });
            // A name that an accepted key claims counts more than one of a key that merely came.
            if (ready && !contact.ready) || contact.mailbox.name.is_none() {
                contact.mailbox = Mailbox::named(&name, address);
            }
            contact.ready |= ready;
        }
    }
    for entry in desk.store.outbox()? {
        for address in entry.copies.iter().flat_map(|copy| &copy.envelope_to) {
            written(&mut known, address, entry.at);
        }
    }
    let mut contacts: Vec<Contact> = known.into_values().collect();
    contacts.sort_by_cached_key(|contact| {
        let name = contact
            .mailbox
            .name
            .as_ref()
            .map(|name| name.raw().to_lowercase());
        let last = std::cmp::Reverse(contact.written);
        (
            last,
            !contact.ready,
            name.is_none(),
            name,
            contact.mailbox.address.clone(),
        )
    });
    Ok(contacts)
}

fn written(known: &mut HashMap<Address, Contact>, address: &Address, at: Time) {
    let contact = known.entry(address.clone()).or_insert_with(|| Contact {
        mailbox: Mailbox::bare(address.clone()),
        ready: false,
        written: None,
    });
    contact.written = contact.written.max(Some(at));
}
