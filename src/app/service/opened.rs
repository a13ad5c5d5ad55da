//! Messages that were opened: remembered, sealed at rest, so that the list is there again after a
//! restart.

use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::app::files;
use crate::app::port::{OpenedFacts, OpenedFrom, OpenedHead};
use crate::read::Reading;
use std::path::Path;
use std::sync::Arc;

/// Most messages that are remembered.
const MOST: usize = 300;
/// Most bytes of them that are kept, in all.
const MOST_BYTES: u64 = 128 << 20;
/// Larger messages are not kept: their files are opened again.
const KEPT_BYTES: usize = 16 << 20;
/// Most characters of a name or a subject that are remembered.
const WORDS: usize = 300;

/// What is remembered, the last first. Nothing where nobody has an identity: what is remembered is
/// sealed, and there is no vault to seal it with.
pub fn list(desk: &Desk) -> Result<Vec<OpenedHead>, Failure> {
    if desk.store.identities()?.is_empty() {
        return Ok(Vec::new());
    }
    Ok(desk.store.opened()?)
}

/// Remembers a message that was opened.
pub fn remember(
    desk: &Desk,
    reading: &Reading,
    from: &OpenedFrom,
) -> Result<Vec<OpenedHead>, Failure> {
    if desk.store.identities()?.is_empty() {
        return Ok(Vec::new());
    }
    let Some(message) = reading.original() else {
        return list(desk);
    };
    let facts = facts(reading, from, message.len());
    if !facts.kept && is_homeless(from) {
        return list(desk);
    }
    let again = again(desk, &facts, message)?;
    let bytes = facts.kept.then_some(message.as_slice());
    let now = desk.clock.now();
    desk.store
        .put_opened(&facts, bytes, again, now, (MOST, MOST_BYTES))?;
    list(desk)
}

/// Forgets some.
pub fn forget(desk: &Desk, ids: &[i64]) -> Result<Vec<OpenedHead>, Failure> {
    desk.store.forget_opened(ids)?;
    list(desk)
}

/// The bytes of a message that was opened before: from where it came, or as they were kept.
pub fn bytes(desk: &Desk, id: i64) -> Result<Arc<Vec<u8>>, Failure> {
    let heads = desk.store.opened()?;
    let head = heads.into_iter().find(|head| head.id == id);
    let facts = head.ok_or(Failure::NoSuchLetter)?.facts;
    if facts.kept {
        let bytes = desk.store.opened_bytes(id)?;
        return Ok(Arc::new(bytes.ok_or(Failure::NoSuchLetter)?));
    }
    match facts.from {
        OpenedFrom::Letter(id) => letter(desk, id),
        OpenedFrom::Sent(id) => sent(desk, id),
        OpenedFrom::File(path) => Ok(Arc::new(files::read_message(Path::new(&path))?)),
        OpenedFrom::Pasted | OpenedFrom::Part => Err(Failure::NoSuchLetter),
    }
}

/// A letter that was fetched.
pub fn letter(desk: &Desk, id: i64) -> Result<Arc<Vec<u8>>, Failure> {
    let letter = desk.store.letter(id)?.ok_or(Failure::NoSuchLetter)?;
    Ok(Arc::new(letter.bytes))
}

/// A letter of the outbox. Each copy is sealed for its sender too (rule 40), so the first will do.
pub fn sent(desk: &Desk, id: crate::app::port::OutboxId) -> Result<Arc<Vec<u8>>, Failure> {
    let outgoing = desk.store.outgoing(id)?.ok_or(Failure::NoSuchLetter)?;
    let copy = outgoing.copies().first().ok_or(Failure::NoSuchLetter)?;
    Ok(copy.bytes().clone())
}

/// Whether nothing but kept bytes could bring it back.
fn is_homeless(from: &OpenedFrom) -> bool {
    match from {
        OpenedFrom::Pasted | OpenedFrom::Part => true,
        OpenedFrom::Letter(_) | OpenedFrom::Sent(_) | OpenedFrom::File(_) => false,
    }
}

fn facts(reading: &Reading, from: &OpenedFrom, size: usize) -> OpenedFacts {
    let kept = match from {
        // The store has them already.
        OpenedFrom::Letter(_) | OpenedFrom::Sent(_) => false,
        OpenedFrom::File(_) | OpenedFrom::Pasted | OpenedFrom::Part => size <= KEPT_BYTES,
    };
    let short = |text: &str| text.chars().take(WORDS).collect::<String>();
    let author = reading.from();
    let author = author.first().map(|mailbox| {
        let name = mailbox.name.as_ref().map(|name| short(name.raw()));
        name.unwrap_or_else(|| mailbox.address.to_string())
    });
    OpenedFacts {
        from: from.clone(),
        author: author.unwrap_or_default(),
        subject: reading
            .header("Subject")
            .map(|subject| short(subject.raw()))
            .unwrap_or_default(),
        summary: reading.verdict().summary().word().to_owned(),
        size: u64::try_from(size).unwrap_or(u64::MAX),
        kept,
    }
}

/// What is remembered of the same message, if anything.
fn again(desk: &Desk, facts: &OpenedFacts, message: &[u8]) -> Result<Option<i64>, Failure> {
    for head in desk.store.opened()? {
        let same = match (&head.facts.from, &facts.from) {
            (OpenedFrom::Pasted | OpenedFrom::Part, OpenedFrom::Pasted | OpenedFrom::Part) => {
                head.facts.size == facts.size
                    && head.facts.kept
                    && desk.store.opened_bytes(head.id)?.as_deref() == Some(message)
            }
            (there, here) => there == here,
        };
        if same {
            return Ok(Some(head.id));
        }
    }
    Ok(None)
}
