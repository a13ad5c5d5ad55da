//! Drafts: from a file or a window to what `compose` takes, and at rest.

use crate::app::command::{Answers, DraftCard, DraftForm, DraftSource, Files, FormAttachment};
use crate::app::desk::Desk;
use crate::app::failure::Failure;
pub use crate::compose::typed_list;
use crate::compose::{Attachment, Draft, DraftProblem};

/// Most characters of a draft's text that a list shows.
const START: usize = 160;

/// The draft in either form. The source is used up: a large letter is in memory once less.
pub fn draft_of(source: DraftSource) -> Result<Draft, DraftProblem> {
    match source {
        DraftSource::Message(bytes) => Draft::from_bytes(&bytes),
        DraftSource::Form(form) => Ok(from_form(&form)),
    }
}

fn from_form(form: &DraftForm) -> Draft {
    Draft {
        from: form.from.clone(),
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

/// Writes a draft to rest, sealed; what is half typed comes back as it was. With `files` as they
/// were since the last time only the words are written: typing beside a large file costs nothing.
pub fn save(desk: &Desk, id: &str, form: &DraftForm, files: Files) -> Result<(), Failure> {
    let now = desk.clock.now();
    let whole = from_form(form);
    let words = Draft {
        attachments: Vec::new(),
        ..whole.clone()
    };
    let words = words.to_bytes();
    let beside = || desk.store.put_draft_words(id, words.expose(), now);
    if files == Files::AsBefore && beside()? {
        return Ok(());
    }
    desk.store.put_draft(id, whole.to_bytes().expose(), now)?;
    if !whole.attachments.is_empty() {
        // Lists read these instead of all files.
        beside()?;
    }
    Ok(())
}

/// A draft at rest.
pub fn load(desk: &Desk, id: &str) -> Result<DraftForm, Failure> {
    let bytes = desk.store.draft(id)?.ok_or(Failure::NoSuchLetter)?;
    let mut draft = Draft::from_bytes(bytes.expose())?;
    drop(bytes);
    if let Some(words) = desk.store.draft_words(id)? {
        let newer = Draft::from_bytes(words.expose())?;
        draft = Draft {
            attachments: draft.attachments,
            ..newer
        };
    }
    Ok(form_of(draft))
}

/// Removes a draft and gives back what was in it, so that it can be undone.
pub fn discard(desk: &Desk, id: &str) -> Result<DraftForm, Failure> {
    let form = load(desk, id)?;
    desk.store.remove_draft(id)?;
    Ok(form)
}

/// Drafts whose subject, recipients or text hold all words of the query; newest first. One that is
/// damaged is listed without its words, since nothing of it may be lost silently.
pub fn find(desk: &Desk, query: &str) -> Result<Vec<DraftCard>, Failure> {
    let query = query.to_lowercase();
    let wanted: Vec<&str> = query.split_whitespace().collect();
    let mut found = Vec::new();
    for head in desk.store.drafts()? {
        let words = match desk.store.draft_words(&head.id)? {
            Some(words) => Some(words),
            None => desk.store.draft(&head.id)?,
        };
        // Removed since the list was read.
        let Some(words) = words else { continue };
        let draft = Draft::from_bytes(words.expose()).unwrap_or_default();
        let names = [&draft.to, &draft.cc, &draft.bcc];
        let all = format!(
            "{} {} {}",
            draft.subject,
            names.map(String::as_str).join(" "),
            draft.body
        );
        let all = all.to_lowercase();
        if wanted.iter().all(|word| all.contains(word)) {
            let start = draft.body.lines().find(|line| !line.trim().is_empty());
            found.push(DraftCard {
                to: names
                    .into_iter()
                    .filter(|list| !list.is_empty())
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", "),
                start: start.unwrap_or_default().chars().take(START).collect(),
                subject: draft.subject,
                head,
            });
        }
    }
    Ok(found)
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
        from: draft.from,
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
