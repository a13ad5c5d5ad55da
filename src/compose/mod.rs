//! From a draft to the bytes that get protected.
//!
//! ```text
//! Draft::from_bytes(&eml)?  or fields set by a window  ─▶ Draft
//! draft.recipients()?                                   ─▶ Recipients { to, cc, bcc }: parsed, each address once
//! payload(&draft, &Circumstances { mode, sender, now, message_id, seed, … })?  ─▶ Payload
//! draft.to_bytes() / Draft::from_bytes                  what is half typed comes back as it was
//! ```
//!
//! [`Payload`] is the inner MIME entity, with its protected header section, together with the
//! header section that stands outside (RFC 9788 §5.2): they are made in one place, so that
//! HP-Outer cannot disagree with what is outside.
//!
//! What stands outside a sealed letter follows `hcp_baseline` (RFC 9788 §3.2.1), the default that
//! the standard recommends: Subject becomes `[...]`, Comments and Keywords are removed, all else
//! (From, To, Cc, Reply-To, Date, Message-ID, In-Reply-To, References) stays, since servers and
//! threading need it. Dates are UTC inside and outside. There is no User-Agent. Bcc stands in no
//! copy at all, neither inside nor outside (rule 41); each Bcc recipient's copy is made from the
//! same payload, and only its encryption differs. Names of attachments stand inside only
//! (rule 47).

mod draft;
mod mailto;
mod message;
mod payload;
mod reply;
mod stored;
mod typed;

pub use draft::{Attachment, Draft, Recipients};
pub use payload::{Circumstances, Mode, Payload, payload};
pub use reply::{Answered, reply};
pub use typed::typed_list;

use crate::address::AddressProblem;
use crate::base::Untrusted;
use crate::mime::MimeProblem;
use std::fmt;

/// Why a draft cannot become a letter, or why bytes are no draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftProblem {
    /// Nobody to send it to.
    NoRecipients,
    /// A piece of a recipient field is no mailbox.
    BadRecipient {
        /// What was typed.
        typed: Untrusted,
        /// Why it is none.
        why: AddressProblem,
    },
    /// Its From field does not name exactly one mailbox; what stands there.
    BadSender(Untrusted),
    /// It is encrypted or signed already.
    AlreadySealed,
    /// It would break the limit for messages.
    TooLarge {
        /// Its size in bytes as it would travel.
        bytes: u64,
        /// The most bytes that are allowed.
        limit: u64,
    },
    /// Its structure breaks a limit.
    Unreadable(MimeProblem),
    /// The bytes hold no header fields: they are no message.
    NotADraft,
    /// A stored draft that is not whole.
    Damaged,
    /// It answers a letter that was decrypted to be read, so it goes sealed or not at all
    /// (rules 31 and 32).
    AnswersSealed,
}

impl fmt::Display for DraftProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DraftProblem::NoRecipients => f.write_str("draft without recipients"),
            DraftProblem::BadRecipient { typed, why } => {
                write!(f, "recipient “{typed}” is no mailbox: {why:?}")
            }
            DraftProblem::BadSender(typed) => write!(f, "From “{typed}” is not one mailbox"),
            DraftProblem::AlreadySealed => f.write_str("draft is encrypted or signed already"),
            DraftProblem::TooLarge { bytes, limit } => {
                write!(f, "draft of {bytes} bytes is over the limit of {limit}")
            }
            DraftProblem::Unreadable(problem) => write!(f, "draft cannot be read: {problem}"),
            DraftProblem::NotADraft => f.write_str("no header fields: not a message"),
            DraftProblem::Damaged => f.write_str("stored draft is damaged"),
            DraftProblem::AnswersSealed => f.write_str("answer to a sealed letter, to go readable"),
        }
    }
}

impl std::error::Error for DraftProblem {}

#[cfg(test)]
mod tests;
