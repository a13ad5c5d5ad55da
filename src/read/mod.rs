//! Reading: from evidence to one honest verdict.

#[cfg(test)]
mod attacks;
mod outside;
pub mod reading;
mod structure;
pub mod verdict;
#[cfg(test)]
mod verdict_tests;

// What a reading tells beside its verdict, so that faces need no other module of the core for it.
pub use crate::mime::{
    AttachmentHead, ErrantKind, FieldProtection, HiddenText, Link, LinkWarning, NameCaution,
    OuterValue, ProtectedField, name_cautions, safe_file_name,
};
pub use crate::protect::evidence::{
    EncryptionFact, Integrity, Layer, RecipientHandle, SignatureFact, SignatureState,
};
pub use outside::Outside;
pub use reading::{Caution, Reading, reading};
pub use structure::{PartCover, PartRow};
pub use verdict::{Claims, Policy, Signer, Summary, Verdict, WhyNot, judge};
