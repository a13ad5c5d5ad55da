//! Drafts: from a file or a window to what `compose` takes, and at rest.

use crate::app::command::{Answers, DraftForm, DraftSource, FormAttachment};
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::compose::{Attachment, Draft, DraftProblem};

/// The draft in either form. The source is used up: a large letter is in memory once less.
pub fn draft_of(source: DraftSource) -> Result<Draft, DraftProblem> {
    match source {
        DraftSource::Message(bytes) => Draft::from_bytes(&bytes),
        DraftSource::Form(form) => Ok(from_form(&form)),
    }
}

fn from_form(form: &DraftForm) -> Draft {
    Draft {
        to: form.to.clone(),
        cc: form.cc.clone(),
        bcc: form.bcc.clone(),
        subject: form.subject.clone(),
        body: form.body.clone(),
        attachments: form
            .attachments
            .iter()
            .map(|a| Attachment {
                name: a.name.clone(),
                media_type: a.media_type.clone(),
                bytes: a.bytes.clone(),
            })
            .collect(),
        in_reply_to: form.answers.in_reply_to.clone(),
        references: form.answers.references.clone(),
        sealed_only: form.answers.sealed_only,
        hidden: form.answers.hidden.clone(),
        ..Draft::default()
    }
}

/// Writes a draft to rest, sealed; what is half typed comes back as it was.
pub fn save(desk: &Desk, id: &str, form: &DraftForm) -> Result<(), Failure> {
    let bytes = from_form(form).to_bytes();
    Ok(desk.store.put_draft(id, bytes.expose(), desk.clock.now())?)
}

/// A draft at rest.
pub fn load(desk: &Desk, id: &str) -> Result<DraftForm, Failure> {
    let bytes = desk.store.draft(id)?.ok_or(Failure::NoSuchLetter)?;
    let draft = Draft::from_bytes(bytes.expose())?;
    Ok(form_of(draft))
}

/// The form that a `mailto:` link suggests; `None` when it is no such link.
pub fn from_mailto(link: &str) -> Option<DraftForm> {
    Draft::from_mailto(link).map(form_of)
}

/// The same letter without anything of the sealed one that it answers, so that it may go readable:
/// only after the person said so (rule 32).
pub fn without_what_it_answers(form: &DraftForm) -> DraftForm {
    form_of(from_form(form).without_what_it_answers())
}

/// The form of a draft.
pub fn form_of(draft: Draft) -> DraftForm {
    DraftForm {
        answers: Answers {
            in_reply_to: draft.in_reply_to,
            references: draft.references,
            sealed_only: draft.sealed_only,
            hidden: draft.hidden,
        },
        to: draft.to,
        cc: draft.cc,
        bcc: draft.bcc,
        subject: draft.subject,
        body: draft.body,
        attachments: draft
            .attachments
            .into_iter()
            .map(|a| FormAttachment {
                name: a.name,
                media_type: a.media_type,
                bytes: a.bytes,
            })
            .collect(),
    }
}
