//! Drafts as message files: reading what other programs and people write.

use super::reply::{HIDDEN, SEALED_ONLY};
use super::typed::typed_list;
use super::{Attachment, Draft, DraftProblem, stored};
use crate::address::Mailbox;
use crate::base::{Secret, Untrusted};
use crate::mime::{Content, Header, Part, Tree, safe_file_name, to_text};
use std::sync::Arc;

impl Draft {
    /// Reads a draft: a message as RFC 5322 has it, with LF or CRLF line ends, or what
    /// [`Draft::to_bytes`] wrote.
    ///
    /// Taken from a message: From, To, Cc, Bcc, Reply-To, Subject, In-Reply-To, References,
    /// Keywords, Comments, the text and the attachments. Of alternatives the plain text is taken;
    /// HTML that stands alone is kept as it is. Date and Message-ID are made when it is sent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Draft, DraftProblem> {
        if let Some(rest) = bytes.strip_prefix(stored::MAGIC) {
            return stored::read(rest);
        }
        let tree = Tree::parse(bytes).map_err(DraftProblem::Unreadable)?;
        let root = tree.root();
        let header = root.header();
        if header.fields().is_empty() {
            return Err(DraftProblem::NotADraft);
        }
        let content = Content::of(root, false);
        if is_sealed(root)
            || content
                .errant
                .iter()
                .any(|e| !is_armor_in_text(&tree, e.index))
        {
            return Err(DraftProblem::AlreadySealed);
        }
        let html = html_alone(root, &content);
        let attachments = content
            .attachments
            .iter()
            .filter_map(|head| tree.part(head.index))
            .map(attachment)
            .collect();
        Ok(Draft {
            from: sender(&header)?,
            to: recipients(&header, "To"),
            cc: recipients(&header, "Cc"),
            bcc: recipients(&header, "Bcc"),
            reply_to: recipients(&header, "Reply-To"),
            subject: text(&header, "Subject"),
            body: match html {
                Some(_) => String::new(),
                None => content.text,
            },
            html,
            attachments,
            in_reply_to: header.message_ids("In-Reply-To"),
            references: header.message_ids("References"),
            keywords: text(&header, "Keywords"),
            comments: text(&header, "Comments"),
            sealed_only: header.count(SEALED_ONLY) > 0,
            hidden: text(&header, HIDDEN)
                .split_whitespace()
                .map(str::to_ascii_lowercase)
                .collect(),
        })
    }

    /// Everything in the draft, half-typed recipients too, in a form that
    /// [`Draft::from_bytes`] reads back exactly. It is the letter in the clear: seal it at rest.
    pub fn to_bytes(&self) -> Secret<Vec<u8>> {
        Secret::new(stored::write(self))
    }
}

/// From may be missing; if it is there, it names one mailbox.
fn sender(header: &Header<'_>) -> Result<Option<Mailbox>, DraftProblem> {
    let Some(field) = header.first("From") else {
        return Ok(None);
    };
    let list = header.addresses("From");
    if list.is_empty() {
        return Ok(None);
    }
    let mut mailboxes = list.mailboxes;
    match (
        mailboxes.pop(),
        mailboxes.is_empty(),
        list.unreadable.is_empty(),
    ) {
        (Some(mailbox), true, true) => Ok(Some(mailbox)),
        _ => Err(DraftProblem::BadSender(field.text())),
    }
}

/// A recipient field as typed text: what can be read, then what cannot, as it stands.
fn recipients(header: &Header<'_>, name: &str) -> String {
    let list = header.addresses(name);
    let mut typed = typed_list(&list.mailboxes);
    for piece in list.unreadable {
        if !typed.is_empty() {
            typed.push_str(", ");
        }
        typed.push_str(piece.raw().trim());
    }
    typed
}

fn text(header: &Header<'_>, name: &str) -> String {
    header
        .text(name)
        .as_ref()
        .map_or_else(String::new, |t: &Untrusted| t.raw().to_owned())
}

/// Whether the root is a cryptographic layer, or a text that is nothing but armor.
fn is_sealed(root: Part<'_>) -> bool {
    let armored = || {
        let text = root.text();
        let text = text.trim_start();
        text.starts_with("-----BEGIN PGP MESSAGE-----")
            || text.starts_with("-----BEGIN PGP SIGNED MESSAGE-----")
    };
    match root.media() {
        "multipart/encrypted" | "multipart/signed" => true,
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => true,
        "text/plain" => armored(),
        _ => false,
    }
}

/// Armor that somebody quotes in a text is text.
fn is_armor_in_text(tree: &Tree<'_>, index: usize) -> bool {
    tree.part(index)
        .is_some_and(|part| part.media() == "text/plain")
}

/// The HTML source, when that is the only text.
fn html_alone(root: Part<'_>, content: &Content) -> Option<String> {
    if !content.from_html {
        return None;
    }
    let mut here = root;
    while here.is_multipart() {
        here = here.child(0)?;
    }
    let declared = here.content_type();
    (here.media() == "text/html")
        .then(|| to_text(&here.decoded().bytes, declared.param("charset")).replace("\r\n", "\n"))
}

fn attachment(part: Part<'_>) -> Attachment {
    let unnamed = if part.is_message() { "message.eml" } else { "" };
    let name = part.file_name().unwrap_or_else(|| Untrusted::from(unnamed));
    let bytes = if part.is_message() {
        part.body().to_vec()
    } else {
        part.decoded().bytes.into_owned()
    };
    Attachment {
        name: safe_file_name(name.raw()),
        media_type: part.media().to_owned(),
        bytes: Arc::new(bytes),
    }
}
