//! What a reply takes from the header section of the letter that it answers.

use super::{FieldProtection, Header, ProtectedField};
use crate::address::Mailbox;
use crate::base::Time;

/// The fields that a reply is made from. With header protection they come from the protected
/// section alone: a field that stands outside only is none of the author's (rule 35).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// Who wrote it.
    pub from: Vec<Mailbox>,
    /// Where its author wants answers.
    pub reply_to: Vec<Mailbox>,
    /// To whom it went.
    pub to: Vec<Mailbox>,
    /// Who got a copy.
    pub cc: Vec<Mailbox>,
    /// Its subject; empty without one.
    pub subject: String,
    /// When its author says it was written.
    pub date: Option<Time>,
    /// Its identifier, without angle brackets; several where the field is broken.
    pub message_id: Vec<String>,
    /// What it answers, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// The thread before it, without angle brackets.
    pub references: Vec<String>,
    /// The names, in lower case, of those fields that nobody on the way could read.
    pub hidden: Vec<String>,
}

impl Thread {
    /// Reads `header`, the section that counts; `fields` tells how each of its fields was protected.
    pub fn of(header: &Header<'_>, fields: &[ProtectedField]) -> Thread {
        let addresses = |name| header.addresses(name).mailboxes;
        let was_hidden = |field: &&ProtectedField| match field.protection {
            FieldProtection::EncryptedOnly | FieldProtection::SignedAndEncrypted => true,
            FieldProtection::Unprotected | FieldProtection::SignedOnly => false,
        };
        let mut hidden: Vec<String> = fields
            .iter()
            .filter(was_hidden)
            .map(|field| field.name.to_ascii_lowercase())
            .collect();
        hidden.sort_unstable();
        hidden.dedup();
        Thread {
            from: addresses("From"),
            reply_to: addresses("Reply-To"),
            to: addresses("To"),
            cc: addresses("Cc"),
            subject: header
                .text("Subject")
                .map(|subject| subject.raw().to_owned())
                .unwrap_or_default(),
            date: header.date(),
            message_id: header.message_ids("Message-ID"),
            in_reply_to: header.message_ids("In-Reply-To"),
            references: header.message_ids("References"),
            hidden,
        }
    }

    /// Whether nobody on the way could read any of these fields, named in lower case.
    pub fn hides(&self, names: &[&str]) -> bool {
        self.hidden
            .iter()
            .any(|hidden| names.contains(&hidden.as_str()))
    }
}
