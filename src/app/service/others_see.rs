//! What each can see of a letter, computed from its final bytes (rule 45).

use super::{proof, seal};
use crate::address::Address;
use crate::app::command::{DraftSource, Shown, Visible, VisibleRow, Way};
use crate::app::desk::Desk;
use crate::app::failure::{Failure, OpenMessageFailure};
use crate::app::job::Watch;
use crate::base::Untrusted;
use crate::compose::Draft;
use crate::protect::Copy;
use crate::read::Outside;

/// Seals the draft for real, proves it as sending would, and looks at what came of it. Nothing is
/// queued and nothing leaves.
pub fn others_see(
    desk: &Desk,
    source: DraftSource,
    watch: &Watch,
) -> Result<Vec<VisibleRow>, Failure> {
    let (composed, draft) = seal::compose(desk, source, Way::Sealed, watch)?;
    let outgoing = seal::protect(desk, &composed, Way::Sealed, watch)?;
    // The proof opens every copy and finds the payload in it: from here on the payload is what a
    // recipient reads.
    proof::prove(
        &composed,
        &draft,
        &outgoing,
        Way::Sealed,
        &*desk.workers,
        watch,
    )?;
    watch.stop_here()?;
    rows(&draft, &composed.payload.inner, outgoing.copies())
}

/// The table: what of the draft stands in the payload, and what outside of it in any copy.
fn rows(draft: &Draft, payload: &[u8], copies: &[Copy]) -> Result<Vec<VisibleRow>, Failure> {
    let read = |bytes: &[u8]| {
        Outside::of(bytes).map_err(|problem| Failure::Open(OpenMessageFailure::Mime(problem)))
    };
    let inside = read(payload)?;
    let outside: Vec<Outside> = copies
        .iter()
        .map(|copy| read(copy.bytes()))
        .collect::<Result<_, _>>()?;
    let text = draft.html.as_ref().unwrap_or(&draft.body);
    let names = |there: &Outside| {
        let name = |file: &crate::compose::Attachment| there.holds_file_name(&file.name);
        draft.attachments.iter().any(name)
    };
    let any = |sees: &dyn Fn(&Outside) -> bool| outside.iter().any(sees);
    let files: Vec<Shown> = outside
        .iter()
        .flat_map(Outside::file_names)
        .filter(|name| draft.attachments.iter().any(|file| file.name == name.raw()))
        .map(|name| Shown::Text(name.clone()))
        .collect();
    let people = people(copies, &outside);
    let dated = |there: &Outside| there.field("Date").is_some();
    Ok(vec![
        row(
            Visible::Subject,
            !draft.subject.trim().is_empty(),
            inside.holds(&draft.subject),
            any(&|there| there.holds(&draft.subject)),
            false,
            fields(&outside, "Subject"),
        ),
        row(
            Visible::Names,
            true,
            !inside.people().is_empty(),
            !people.is_empty(),
            false,
            people,
        ),
        row(
            Visible::Text,
            !text.trim().is_empty(),
            inside.holds_line_of(text),
            any(&|there| there.holds_line_of(text)),
            false,
            Vec::new(),
        ),
        row(
            Visible::AttachmentNames,
            !draft.attachments.is_empty(),
            names(&inside),
            any(&names),
            false,
            files,
        ),
        row(
            Visible::Size,
            true,
            true,
            true,
            true,
            outside
                .iter()
                .map(|there| Shown::Bytes(there.bytes()))
                .collect(),
        ),
        row(
            Visible::Time,
            true,
            dated(&inside),
            any(&dated),
            true,
            fields(&outside, "Date"),
        ),
    ])
}

/// One row. Somebody on the line to our server meets TLS, without which nothing leaves (rule 57): how
/// much passes, and when, is all that it shows.
fn row(
    what: Visible,
    there: bool,
    recipient: bool,
    servers: bool,
    eavesdropper: bool,
    outside: Vec<Shown>,
) -> VisibleRow {
    VisibleRow {
        what,
        there,
        recipient,
        servers,
        eavesdropper,
        outside,
    }
}

/// What the field of this name says outside.
fn fields(outside: &[Outside], name: &str) -> Vec<Shown> {
    let text = outside.first().and_then(|first| first.field(name));
    text.filter(|text| !text.raw().is_empty())
        .map(|text| Shown::Text(text.clone()))
        .into_iter()
        .collect()
}

/// Who is named outside: in header fields, and on the envelope, where our own server reads for
/// whom each copy is, Bcc too.
fn people(copies: &[Copy], outside: &[Outside]) -> Vec<Shown> {
    let mut people: Vec<&Address> = Vec::new();
    let on_envelopes = copies.iter().flat_map(Copy::envelope_to);
    for address in outside.iter().flat_map(Outside::people).chain(on_envelopes) {
        if !people.contains(&address) {
            people.push(address);
        }
    }
    people
        .into_iter()
        .map(|address| Shown::Text(Untrusted::from(address.as_str())))
        .collect()
}

#[cfg(test)]
mod tests;
