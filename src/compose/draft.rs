//! A letter as it is being written.

use super::DraftProblem;
use crate::address::Mailbox;
use crate::base::Untrusted;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// A letter as it is being written: nothing in it needs to be right yet. Recipients are kept as
/// they were typed and read when they are needed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Who writes; the identity in use when there is none.
    pub from: Option<Mailbox>,
    /// To, as typed: mailboxes separated by commas, semicolons or line ends.
    pub to: String,
    /// Cc, as typed.
    pub cc: String,
    /// Bcc, as typed. No copy of the letter ever names them (rule 41).
    pub bcc: String,
    /// Reply-To, as typed.
    pub reply_to: String,
    /// Subject.
    pub subject: String,
    /// Text; line ends are LF as typed, any in general.
    pub body: String,
    /// HTML source, of drafts that were written as HTML only; then `body` is empty.
    pub html: Option<String>,
    /// Files that travel along.
    pub attachments: Vec<Attachment>,
    /// The message that this answers, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// The thread so far, without angle brackets.
    pub references: Vec<String>,
    /// Keywords, confidential when sealed (RFC 9788 §3.2.1).
    pub keywords: String,
    /// Comments, confidential when sealed.
    pub comments: String,
    /// It answers what was decrypted to be read: it leaves sealed or not at all (rule 31).
    pub sealed_only: bool,
    /// The fields, by their names in lower case, that stand inside only when it is sealed, beside
    /// those that always do: `to`, `cc`, `in-reply-to`, `references` (rule 35).
    pub hidden: Vec<String>,
}

/// A file that travels along.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, without folders.
    pub name: String,
    /// `type/subtype`; `application/octet-stream` when unknown.
    pub media_type: String,
    /// Its content, shared.
    pub bytes: Arc<Vec<u8>>,
}

/// The recipients of a draft, each address once: in To before Cc before Bcc.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients {
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// Bcc.
    pub bcc: Vec<Mailbox>,
}

impl Draft {
    /// Reads the recipients as typed. Errors: a piece that is no mailbox, or no recipient at all.
    pub fn recipients(&self) -> Result<Recipients, DraftProblem> {
        let mut seen = HashSet::new();
        let mut once = |typed: &str| -> Result<Vec<Mailbox>, DraftProblem> {
            let mut list = parse(typed)?;
            list.retain(|mailbox| seen.insert(mailbox.address.clone()));
            Ok(list)
        };
        let recipients = Recipients {
            to: once(&self.to)?,
            cc: once(&self.cc)?,
            bcc: once(&self.bcc)?,
        };
        if recipients.is_empty() {
            return Err(DraftProblem::NoRecipients);
        }
        Ok(recipients)
    }
}

/// Reads mailboxes as typed; an empty text is none.
pub(super) fn parse(typed: &str) -> Result<Vec<Mailbox>, DraftProblem> {
    Mailbox::parse_list(typed).map_err(|(typed, why)| DraftProblem::BadRecipient {
        typed: Untrusted::from(typed),
        why,
    })
}

impl Recipients {
    /// All of them, To first.
    pub fn all(&self) -> impl Iterator<Item = &Mailbox> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }
}

impl fmt::Debug for Draft {
    /// Tells sizes only: what is written is not for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Draft of {} bytes of text with {} attachments",
            self.body.len(),
            self.attachments.len()
        )
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment of {} bytes", self.bytes.len())
    }
}
