//! The payload: the inner MIME entity with its protected header section, and the header section
//! outside (RFC 9788 §5.2.1).
//!
//! The entity is 7-bit and without blanks at line ends also where it is going to be encrypted:
//! RFC 3156 §6.2 asks that of what is signed and encrypted in one go, so that a recipient may take
//! the encryption off and keep the signature.

use super::draft::parse;
use super::{Attachment, Draft, DraftProblem, Recipients};
use crate::address::Mailbox;
use crate::base::{Time, limits};
use crate::mime::build;

/// How the letter will be protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Encrypted and signed.
    Sealed,
    /// Signed, readable on the way.
    SignOnly,
    /// Neither.
    Plain,
}

/// What a payload depends on beside the draft.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// How it will be protected.
    pub mode: Mode,
    /// The identity in use: the author when the draft names none.
    pub sender: &'a Mailbox,
    /// What the Date field says.
    pub now: Time,
    /// The message identifier, without angle brackets: see [`build::derive_message_id`].
    pub message_id: &'a str,
    /// 16 random bytes for boundaries.
    pub seed: [u8; 16],
    /// Whether `protected-headers="v1"` stands beside `hp`: for OpenPGP, where clients show the
    /// inner subject only with it (rule 38).
    pub protected_headers_v1: bool,
}

/// The bytes that get protected, and the header fields that stand outside. The same for every
/// copy of the letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    /// The inner MIME entity: header section, blank line, body; 7-bit, CRLF line ends.
    pub inner: Vec<u8>,
    /// The header section outside, without the structural fields: complete lines, no blank line.
    /// Whoever wraps the payload adds MIME-Version and Content-Type.
    pub outer: Vec<u8>,
    /// The message identifier, without angle brackets.
    pub message_id: String,
    /// Who writes.
    pub from: Mailbox,
    /// Who gets it.
    pub recipients: Recipients,
}

/// The fields that a draft may keep inside; servers and standards need the others outside.
const MAY_HIDE: [&str; 4] = ["To", "Cc", "In-Reply-To", "References"];

/// One header field of the letter and what of it stands outside.
struct LetterField {
    inner: Vec<u8>,
    outer: Option<Vec<u8>>,
}

/// Makes the payload of a letter.
///
/// Errors: no recipients, a recipient that is no mailbox, over the size limit, an answer to a sealed
/// letter that would go readable (rule 31).
pub fn payload(draft: &Draft, with: &Circumstances<'_>) -> Result<Payload, DraftProblem> {
    if draft.sealed_only && with.mode != Mode::Sealed {
        return Err(DraftProblem::AnswersSealed);
    }
    let recipients = draft.recipients()?;
    let from = draft.from.clone().unwrap_or_else(|| with.sender.clone());
    let fields = letter_fields(draft, with, &from, &recipients)?;
    check_size(draft)?;
    let mut outer = Vec::new();
    for field in &fields {
        outer.extend_from_slice(field.outer.as_deref().unwrap_or_default());
    }
    let mut inner = Vec::with_capacity(expected_size(draft));
    if with.mode != Mode::Plain {
        for field in &fields {
            inner.extend_from_slice(&field.inner);
        }
        if with.mode == Mode::Sealed {
            for left in fields.iter().filter_map(|f| f.outer.as_deref()) {
                inner.extend_from_slice(b"HP-Outer: ");
                inner.extend_from_slice(left);
            }
        }
        inner.extend_from_slice(b"MIME-Version: 1.0\r\n");
    }
    write_body(&mut inner, draft, with);
    Ok(Payload {
        inner,
        outer,
        message_id: with.message_id.to_owned(),
        from,
        recipients,
    })
}

impl Payload {
    /// The whole message without any protection: the fields outside in front of the entity. Only
    /// for a payload that was made with [`Mode::Plain`].
    pub fn plain_message(&self) -> Vec<u8> {
        let mut message = self.outer.clone();
        message.extend_from_slice(b"MIME-Version: 1.0\r\n");
        message.extend_from_slice(&self.inner);
        message
    }
}

/// The fields of the letter in their order. `hcp_baseline` (RFC 9788 §3.2.1) says what of them
/// stands outside a sealed letter.
fn letter_fields(
    draft: &Draft,
    with: &Circumstances<'_>,
    from: &Mailbox,
    recipients: &Recipients,
) -> Result<Vec<LetterField>, DraftProblem> {
    let sealed = with.mode == Mode::Sealed;
    let mut fields = Vec::new();
    let visible = |name: &str, bytes: Vec<u8>| {
        let is_hidden = |hidden: &String| hidden.eq_ignore_ascii_case(name);
        let may_hide = MAY_HIDE
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name));
        let stays = !(sealed && may_hide && draft.hidden.iter().any(is_hidden));
        LetterField {
            outer: stays.then(|| bytes.clone()),
            inner: bytes,
        }
    };
    let reply_to = parse(&draft.reply_to)?;
    let people = [
        ("From", std::slice::from_ref(from)),
        ("To", recipients.to.as_slice()),
        ("Cc", recipients.cc.as_slice()),
        ("Reply-To", reply_to.as_slice()),
    ];
    for (name, mailboxes) in people {
        if !mailboxes.is_empty() {
            let bytes = written(|out| build::mailboxes_field(out, name, mailboxes));
            fields.push(visible(name, bytes));
        }
    }
    let date = written(|out| build::date_field(out, with.now));
    fields.push(visible("Date", date));
    let own = [with.message_id.to_owned()];
    let threads = [
        ("Message-ID", own.as_slice()),
        ("In-Reply-To", draft.in_reply_to.as_slice()),
        ("References", draft.references.as_slice()),
    ];
    for (name, ids) in threads {
        if !ids.is_empty() {
            let bytes = written(|out| build::ids_field(out, name, ids));
            fields.push(visible(name, bytes));
        }
    }
    let subject = written(|out| build::text_field(out, "Subject", &draft.subject));
    fields.push(LetterField {
        outer: Some(match sealed {
            true => b"Subject: [...]\r\n".to_vec(),
            false => subject.clone(),
        }),
        inner: subject,
    });
    for (name, value) in [("Keywords", &draft.keywords), ("Comments", &draft.comments)] {
        if !value.trim().is_empty() {
            let inner = written(|out| build::text_field(out, name, value));
            let outer = (!sealed).then(|| inner.clone());
            fields.push(LetterField { inner, outer });
        }
    }
    Ok(fields)
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out);
    out
}

/// Content fields and body of the inner entity.
fn write_body(out: &mut Vec<u8>, draft: &Draft, with: &Circumstances<'_>) {
    let mut marks: Vec<(&str, &str)> = Vec::new();
    match with.mode {
        Mode::Sealed => marks.push(("hp", "cipher")),
        Mode::SignOnly => marks.push(("hp", "clear")),
        Mode::Plain => {}
    }
    if with.protected_headers_v1 && with.mode != Mode::Plain {
        marks.push(("protected-headers", "v1"));
    }
    if draft.attachments.is_empty() {
        return write_text(out, draft, &marks);
    }
    let boundary = build::derive_boundary(&with.seed, 1);
    let mut params = vec![("boundary", boundary.as_str())];
    params.extend(marks);
    build::params_field(out, "Content-Type", "multipart/mixed", &params);
    out.extend_from_slice(b"\r\n");
    let delimiter = format!("--{boundary}");
    out.extend_from_slice(delimiter.as_bytes());
    out.extend_from_slice(b"\r\n");
    write_text(out, draft, &[]);
    for attachment in &draft.attachments {
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(delimiter.as_bytes());
        out.extend_from_slice(b"\r\n");
        write_attachment(out, attachment);
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(delimiter.as_bytes());
    out.extend_from_slice(b"--\r\n");
}

pub(super) fn write_text(out: &mut Vec<u8>, draft: &Draft, marks: &[(&str, &str)]) {
    let (media, text) = match &draft.html {
        Some(html) => ("text/html", html),
        None => ("text/plain", &draft.body),
    };
    let mut params = vec![("charset", "utf-8")];
    params.extend(marks);
    build::params_field(out, "Content-Type", media, &params);
    let (encoding, body) = build::text_body(text);
    write_encoding(out, encoding);
    out.extend_from_slice(&body);
}

fn write_attachment(out: &mut Vec<u8>, attachment: &Attachment) {
    let media = match attachment.media_type.as_str() {
        media if is_leaf_type(media) => media,
        _ => "application/octet-stream",
    };
    build::params_field(out, "Content-Type", media, &[]);
    let name = ("filename", attachment.name.as_str());
    build::params_field(out, "Content-Disposition", "attachment", &[name]);
    write_encoding(out, "base64");
    build::base64_body(out, &attachment.bytes);
}

fn write_encoding(out: &mut Vec<u8>, encoding: &str) {
    out.extend_from_slice(b"Content-Transfer-Encoding: ");
    out.extend_from_slice(encoding.as_bytes());
    out.extend_from_slice(b"\r\n\r\n");
}

/// A type that may carry base64, as multipart and message types may not (RFC 2045 §6.4), and that
/// no reader takes for a cryptographic layer of this letter.
fn is_leaf_type(media: &str) -> bool {
    let token = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    let lower = media.to_ascii_lowercase();
    media.len() <= 127
        && media
            .split_once('/')
            .is_some_and(|(main, sub)| token(main) && token(sub))
        && !lower.starts_with("multipart/")
        && !lower.starts_with("message/")
        && !lower.ends_with("pkcs7-mime")
}

fn expected_size(draft: &Draft) -> usize {
    let text = draft.html.as_ref().unwrap_or(&draft.body).len();
    draft
        .attachments
        .iter()
        .map(|a| build::base64_size(a.bytes.len()).saturating_add(600))
        .fold(text.saturating_add(4096), usize::saturating_add)
}

/// A sealed letter is armored once more on its way: 4 bytes for 3 and line ends.
fn check_size(draft: &Draft) -> Result<(), DraftProblem> {
    let bytes = u64::try_from(build::base64_size(expected_size(draft))).unwrap_or(u64::MAX);
    if bytes > limits::MESSAGE_BYTES {
        return Err(DraftProblem::TooLarge {
            bytes,
            limit: limits::MESSAGE_BYTES,
        });
    }
    Ok(())
}

impl std::fmt::Debug for Payload {
    /// Tells sizes only: what is written is not for logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Payload of {} bytes <{}>",
            self.inner.len(),
            self.message_id
        )
    }
}
