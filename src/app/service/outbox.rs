//! The outbox: handing letters over, trying again, discarding.

use super::account;
use crate::address::Address;
use crate::app::command::SendReport;
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::app::job::Watch;
use crate::app::port::{
    OutboxEntry, OutboxId, OutboxState, Receipt, Refusal, StoredCopy, SubmitFailure,
};
use crate::base::Passphrase;
use crate::protect::Copy;
use crate::settings::Account;
use serde_json::{Value, json};

/// Hands over every copy that waits. Copies that may have been sent already are taken only when
/// the person said so (rule 62). The first failure is reported, after all copies were tried or
/// the network gave up.
pub fn deliver(
    desk: &Desk,
    id: OutboxId,
    maybe_sent_too: bool,
    watch: &Watch,
) -> Result<SendReport, Failure> {
    desk.online()?;
    let entry = entry(desk, id)?;
    let outgoing = desk.store.outgoing(id)?.ok_or(Failure::NoSuchLetter)?;
    let (account, password) = account::account_of(desk, &entry.from)?;
    let mut report = SendReport {
        id,
        message_id: entry.message_id.clone(),
        protection: entry.protection,
        receipts: Vec::new(),
    };
    let mut failed = None;
    let mut tried = false;
    for (stored, copy) in entry.copies.iter().zip(outgoing.copies()) {
        if !may_try(&stored.state, maybe_sent_too) {
            continue;
        }
        if !desk.store.claim(id, stored.index, &stored.state)? {
            continue;
        }
        tried = true;
        match hand_over(desk, id, stored.index, &account, &password, copy, watch)? {
            Ok(receipt) => report.receipts.push(receipt),
            Err(failure) => {
                let goes_on = aftermath(&failure).goes_on();
                failed.get_or_insert(failure);
                if !goes_on {
                    break;
                }
            }
        }
    }
    match failed {
        Some(failure) => Err(Failure::Submit(failure)),
        None if tried => Ok(report),
        None => Err(Failure::NotWaiting),
    }
}

/// Tries a letter again: what waits, what was refused, and, of a copy that the server took for a part
/// of its recipients, those whom it refused. Nobody gets it twice.
pub fn retry(
    desk: &Desk,
    id: OutboxId,
    maybe_sent_too: bool,
    watch: &Watch,
) -> Result<SendReport, Failure> {
    for copy in &entry(desk, id)?.copies {
        let refused = refused_of(copy);
        if !refused.is_empty() {
            desk.store.part_off(id, copy.index, &refused)?;
        }
    }
    let entry = entry(desk, id)?;
    let unsure = entry
        .copies
        .iter()
        .any(|copy| copy.state == OutboxState::MaybeSent);
    let any_other = entry.copies.iter().any(|copy| may_try(&copy.state, false));
    if unsure && !maybe_sent_too && !any_other {
        return Err(Failure::MaybeSentAlready);
    }
    deliver(desk, id, maybe_sent_too, watch)
}

/// Whom the server refused when it took a copy for others, as far as they were not tried again
/// since: those have a copy of their own.
pub fn refused_of(copy: &StoredCopy) -> Vec<Address> {
    let OutboxState::Sent { receipt } = &copy.state else {
        return Vec::new();
    };
    let receipt: Value = serde_json::from_str(receipt).unwrap_or_default();
    let named = receipt.get("refused").and_then(Value::as_array);
    let named: Vec<Address> = named
        .into_iter()
        .flatten()
        .filter_map(|one| Address::parse(one.get("address")?.as_str()?).ok())
        .collect();
    let still = |address: &&Address| named.contains(address);
    copy.envelope_to.iter().filter(still).cloned().collect()
}

/// Removes a letter, unless a process is at it.
pub fn discard(desk: &Desk, id: OutboxId) -> Result<(), Failure> {
    let entry = entry(desk, id)?;
    let busy = entry
        .copies
        .iter()
        .any(|copy| matches!(copy.state, OutboxState::Sending { .. }));
    if busy {
        return Err(Failure::NotWaiting);
    }
    Ok(desk.store.remove_outgoing(id)?)
}

fn entry(desk: &Desk, id: OutboxId) -> Result<OutboxEntry, Failure> {
    desk.store
        .outbox()?
        .into_iter()
        .find(|entry| entry.id == id)
        .ok_or(Failure::NoSuchLetter)
}

fn may_try(state: &OutboxState, maybe_sent_too: bool) -> bool {
    match state {
        OutboxState::Waiting | OutboxState::Refused { .. } => true,
        OutboxState::MaybeSent => maybe_sent_too,
        OutboxState::Sending { .. } | OutboxState::Sent { .. } => false,
    }
}

/// Hands one claimed copy over, and writes down what came of it before anything else happens.
fn hand_over(
    desk: &Desk,
    id: OutboxId,
    index: usize,
    account: &Account,
    password: &Passphrase,
    copy: &Copy,
    watch: &Watch,
) -> Result<Result<Receipt, SubmitFailure>, Failure> {
    let begun = OutboxState::Sending { data_begun: true };
    let mut on_data = || desk.store.set_state(id, index, &begun).is_ok();
    let result = desk
        .submission
        .submit(account, password, copy, watch, &mut on_data);
    let state = match &result {
        Ok(receipt) => OutboxState::Sent {
            receipt: receipt_json(receipt).to_string(),
        },
        Err(failure) => aftermath(failure).state(failure),
    };
    desk.store.set_state(id, index, &state)?;
    Ok(result)
}

/// What a failure means for the copy, and for the copies after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aftermath {
    /// Refused for good; another copy could fare better.
    Refused,
    /// Refused for now; another copy could fare better.
    NotNow,
    /// Nothing was taken, and nothing is to be had of the server now.
    NoServer,
    /// It may have been taken (rule 62), and nothing is to be had of the server now.
    MaybeTaken,
}

fn aftermath(failure: &SubmitFailure) -> Aftermath {
    let for_good = |code: u16| match code / 100 {
        5 => Aftermath::Refused,
        _ => Aftermath::NotNow,
    };
    match failure {
        SubmitFailure::MaybeSent { .. } => Aftermath::MaybeTaken,
        SubmitFailure::Refused { reply, .. } => for_good(reply.code),
        SubmitFailure::AllRefused(refusals) => {
            let lasting = |refusal: &Refusal| for_good(refusal.reply.code) == Aftermath::Refused;
            match refusals.iter().all(lasting) {
                true => Aftermath::Refused,
                false => Aftermath::NotNow,
            }
        }
        SubmitFailure::TooLarge { .. }
        | SubmitFailure::NoUtf8 { .. }
        | SubmitFailure::Unsendable(_) => Aftermath::Refused,
        SubmitFailure::NoSuchHost { .. }
        | SubmitFailure::NoConnection { .. }
        | SubmitFailure::NoStartTls { .. }
        | SubmitFailure::Injected { .. }
        | SubmitFailure::Tls { .. }
        | SubmitFailure::Garbage { .. }
        | SubmitFailure::NoLoginMethod { .. }
        | SubmitFailure::LoginRefused(_)
        | SubmitFailure::Closed { .. }
        | SubmitFailure::Deadline { .. }
        | SubmitFailure::Cancelled
        | SubmitFailure::NotRecorded => Aftermath::NoServer,
    }
}

impl Aftermath {
    /// Whether the copies after it are worth a try in the same go.
    fn goes_on(self) -> bool {
        match self {
            Aftermath::Refused | Aftermath::NotNow => true,
            Aftermath::NoServer | Aftermath::MaybeTaken => false,
        }
    }

    /// Where the copy stands now.
    fn state(self, failure: &SubmitFailure) -> OutboxState {
        match self {
            Aftermath::Refused => OutboxState::Refused {
                why: refusal(failure).to_string(),
            },
            Aftermath::NotNow | Aftermath::NoServer => OutboxState::Waiting,
            Aftermath::MaybeTaken => OutboxState::MaybeSent,
        }
    }
}

/// Why a copy was refused, as it is kept: the kind, and each reply of the server.
fn refusal(failure: &SubmitFailure) -> Value {
    let reply = |reply: &crate::app::port::Reply| json!({"code": reply.code, "text": reply.shown().to_string()});
    match failure {
        SubmitFailure::Refused { reply: r, .. } => json!({"kind": "refused", "reply": reply(r)}),
        SubmitFailure::AllRefused(refusals) => json!({
            "kind": "recipients-refused",
            "recipients": refusals
                .iter()
                .map(|r| json!({"address": r.address.as_str(), "reply": reply(&r.reply)}))
                .collect::<Vec<_>>(),
        }),
        SubmitFailure::TooLarge { size, limit } => {
            json!({"kind": "too-large", "size": size, "limit": limit})
        }
        SubmitFailure::NoUtf8 { address } => {
            json!({"kind": "no-utf8", "address": address.as_str()})
        }
        SubmitFailure::Unsendable(what) => json!({"kind": "unsendable", "what": what}),
        other => json!({"kind": format!("{other:?}")}),
    }
}

/// A receipt as it is kept and shown (rule 63).
pub fn receipt_json(receipt: &Receipt) -> Value {
    let refused: Vec<Value> = receipt
        .refused
        .iter()
        .map(|refusal| {
            json!({
                "address": refusal.address.as_str(),
                "code": refusal.reply.code,
                "text": refusal.reply.shown().to_string(),
            })
        })
        .collect();
    json!({
        "host": receipt.tls.host,
        "address": receipt.tls.peer,
        "tls": receipt.tls.version,
        "key_exchange": receipt.tls.key_exchange,
        "certificate": receipt.tls.certificate,
        "taken": receipt.taken.iter().map(|a| a.as_str()).collect::<Vec<_>>(),
        "refused": refused,
        "last": format!("{} {}", receipt.last.code, receipt.last.shown()),
        "at": receipt.at.to_string(),
    })
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
