//! Drafts at rest: exact, quick to write while typing, and of no use to anything else.
//!
//! The mark; the size of all content and of its JSON, 8 bytes each, big endian; JSON for all that is text; the
//! contents of the attachments one after the other. It is the letter in the clear: the store
//! seals it.

use super::{Attachment, Draft, DraftProblem};
use crate::address::{Address, Mailbox};
use serde::{Deserialize, Serialize};

/// What a stored draft begins with. No message begins so.
pub(super) const MAGIC: &[u8] = b"waxwing draft 1\n";

#[derive(Serialize, Deserialize)]
struct Stored {
    from: Option<(String, String)>,
    to: String,
    cc: String,
    bcc: String,
    reply_to: String,
    subject: String,
    body: String,
    html: Option<String>,
    in_reply_to: Vec<String>,
    references: Vec<String>,
    keywords: String,
    comments: String,
    #[serde(default)]
    sealed_only: bool,
    #[serde(default)]
    hidden: Vec<String>,
    /// Name, media type and size of each.
    attachments: Vec<(String, String, usize)>,
}

pub(super) fn write(draft: &Draft) -> Vec<u8> {
    let stored = Stored {
        from: draft.from.as_ref().map(|m| {
            let name = m.name.as_ref().map_or("", |n| n.raw());
            (name.to_owned(), m.address.as_str().to_owned())
        }),
        to: draft.to.clone(),
        cc: draft.cc.clone(),
        bcc: draft.bcc.clone(),
        reply_to: draft.reply_to.clone(),
        subject: draft.subject.clone(),
        body: draft.body.clone(),
        html: draft.html.clone(),
        in_reply_to: draft.in_reply_to.clone(),
        references: draft.references.clone(),
        keywords: draft.keywords.clone(),
        comments: draft.comments.clone(),
        sealed_only: draft.sealed_only,
        hidden: draft.hidden.clone(),
        attachments: draft
            .attachments
            .iter()
            .map(|a| (a.name.clone(), a.media_type.clone(), a.bytes.len()))
            .collect(),
    };
    // Strings and numbers always have a JSON form.
    let head = serde_json::to_vec(&stored).unwrap_or_default();
    let size = draft
        .attachments
        .iter()
        .fold(head.len(), |sum, a| sum.saturating_add(a.bytes.len()));
    let mut out = Vec::with_capacity(size.saturating_add(MAGIC.len()).saturating_add(16));
    out.extend_from_slice(MAGIC);
    out.extend(u64::try_from(size).unwrap_or(u64::MAX).to_be_bytes());
    out.extend(u64::try_from(head.len()).unwrap_or(u64::MAX).to_be_bytes());
    out.extend_from_slice(&head);
    for attachment in &draft.attachments {
        out.extend_from_slice(&attachment.bytes);
    }
    out
}

/// Reads what follows the mark.
pub(super) fn read(bytes: &[u8]) -> Result<Draft, DraftProblem> {
    parse(bytes).ok_or(DraftProblem::Damaged)
}

fn parse(bytes: &[u8]) -> Option<Draft> {
    let (size, bytes) = number(bytes)?;
    let (head, bytes) = number(bytes)?;
    let (head, mut rest) = (bytes.len() == size).then(|| bytes.split_at_checked(head))??;
    let stored: Stored = serde_json::from_slice(head).ok()?;
    let mut attachments = Vec::new();
    for (name, media_type, size) in stored.attachments {
        let (content, after) = rest.split_at_checked(size)?;
        attachments.push(Attachment {
            name,
            media_type,
            bytes: content.to_vec().into(),
        });
        rest = after;
    }
    let from = match stored.from {
        Some((name, address)) => Some(Mailbox::named(&name, Address::parse(&address).ok()?)),
        None => None,
    };
    rest.is_empty().then_some(Draft {
        from,
        to: stored.to,
        cc: stored.cc,
        bcc: stored.bcc,
        reply_to: stored.reply_to,
        subject: stored.subject,
        body: stored.body,
        html: stored.html,
        attachments,
        in_reply_to: stored.in_reply_to,
        references: stored.references,
        keywords: stored.keywords,
        comments: stored.comments,
        sealed_only: stored.sealed_only,
        hidden: stored.hidden,
    })
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    Some((usize::try_from(u64::from_be_bytes(*number)).ok()?, rest))
}
