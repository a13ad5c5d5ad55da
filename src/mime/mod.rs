//! Mail as bytes: parsing that keeps exact byte ranges, reading of header fields, decoding, building.
//!
//! # Reading
//!
//! ```text
//! Tree::parse(&bytes)? ─▶ tree.root(): Part ─┬─ part.bytes() / body()      exact bytes (what a signature covers)
//!                                            ├─ part.media() / content_type() / disposition()
//!                                            ├─ part.children() / child(n) / path()
//!                                            ├─ part.decoded()  transfer encoding undone
//!                                            ├─ part.text()     and the charset too
//!                                            └─ part.header(): Header ─┬─ first("Subject")?.text(): Untrusted
//!                                                                      ├─ addresses("To"), date(), message_ids("References")
//!                                                                      └─ fields()
//! author(&header)                      who wrote it, or why that is unclear
//! Content::of(part)                    what a person reads: text, attachments, errant cryptographic parts
//! ProtectedHeaders::of(part, outer, cover)   RFC 9788 protected header fields
//! canonical_crlf(&bytes)               the form that signatures cover
//! safe_file_name(name)                 an attachment's name as a file may bear it
//! ```
//!
//! # Building
//!
//! [`build`] writes header fields, transfer encodings and multiparts.
//!
//! Hostile input ends in a [`MimeProblem`] within the bounds of [`crate::base::limits`]; everything
//! here takes time linear in its input. Strange but readable input is read, and noted as [`Oddity`].

mod addresses;
mod author;
pub mod build;
mod canonical;
mod charset;
mod content;
mod date;
mod decode;
mod file_name;
mod header;
mod html;
mod link;
pub mod mbox;
mod name_caution;
mod params;
mod part;
mod protected;
mod repair;
mod thread;
mod tree;
mod words;

pub use addresses::AddressList;
pub use author::{Author, UnclearAuthor, author};
pub use canonical::canonical_crlf;
pub use charset::to_text;
pub use content::{AttachmentHead, Content, Errant, ErrantKind};
pub use date::parse_date;
pub use decode::{Decoded, Encoding};
pub use file_name::safe_file_name;
pub use header::{Field, Header};
pub use html::HiddenText;
pub use link::{Link, LinkWarning, links_in_text};
pub use name_caution::{NameCaution, name_cautions};
pub use params::{ContentType, Disposition};
pub use part::Part;
pub use protected::{
    Cover, FieldProtection, HeaderCaution, HeaderMode, OuterValue, ProtectedField,
    ProtectedHeaders, is_structural,
};
pub use repair::{Repair, repair};
pub use thread::Thread;
pub use tree::{Oddity, Tree};
pub use words::decode_words;

use std::fmt;

/// Why bytes are refused as a message (rule 30). Nothing of a refused message is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MimeProblem {
    /// More than [`crate::base::limits::MESSAGE_BYTES`]; carries the size in bytes.
    TooLarge(u64),
    /// A header section of more than [`crate::base::limits::HEADER_BYTES`], or all of them
    /// together more than 16 times that.
    HeaderTooLarge,
    /// Entities nested deeper than [`crate::base::limits::NESTING`].
    TooDeep,
    /// More entities than [`crate::base::limits::PARTS`].
    TooManyParts,
}

impl fmt::Display for MimeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MimeProblem::TooLarge(bytes) => write!(f, "message of {bytes} bytes is over the limit"),
            MimeProblem::HeaderTooLarge => f.write_str("header section is over the limit"),
            MimeProblem::TooDeep => f.write_str("parts are nested over the limit"),
            MimeProblem::TooManyParts => f.write_str("number of parts is over the limit"),
        }
    }
}

impl std::error::Error for MimeProblem {}
