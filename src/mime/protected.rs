//! Protected header fields of a payload (RFC 9788 §4), reading.
//!
//! Whether a layer holds is not judged here: the caller says what covers the payload.

use super::{AddressList, Header, Part};
use crate::base::Untrusted;
use std::collections::{HashMap, HashSet, VecDeque};

/// Which cryptographic layers around a payload hold: encryption that was opened, a signature that
/// was found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cover {
    /// Neither.
    None,
    /// A good signature.
    Signed,
    /// Encryption.
    Encrypted,
    /// Both.
    SignedAndEncrypted,
}

/// What the author meant to protect (RFC 9788 §2.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeaderMode {
    /// The header section is not protected.
    None,
    /// `hp="clear"`: signed, not made confidential.
    Clear,
    /// `hp="cipher"`: made confidential as far as HP-Outer does not say otherwise.
    Cipher,
}

/// How one field is protected (RFC 9788 §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldProtection {
    /// Anybody may have written it.
    Unprotected,
    /// Covered by the signature, visible on the way.
    SignedOnly,
    /// Hidden on the way; nobody vouches for it.
    EncryptedOnly,
    /// Covered and hidden.
    SignedAndEncrypted,
}

/// What stood outside for a protected field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OuterValue {
    /// The same.
    Same,
    /// Nothing of that name.
    Absent,
    /// Something else.
    Different(Untrusted),
}

/// One field as its author set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedField {
    /// Its name as it was written.
    pub name: String,
    /// Its value: unfolded, encoded words decoded.
    pub value: Untrusted,
    /// How it is protected.
    pub protection: FieldProtection,
    /// What the header section outside says.
    pub outer: OuterValue,
}

/// Something about the protection of header fields that a person should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeaderCaution {
    /// `hp="cipher"` on a message that is not encrypted (RFC 9788 §2.1.1).
    CipherWithoutEncryption,
    /// The address in From differs inside and outside (RFC 9788 §4.4.1.1). It matters only
    /// without a good signature that is bound to the inner one (rule 36).
    FromDiffers,
}

/// The header fields of a message: those of the author, with their protection, and those that
/// stand outside only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedHeaders {
    /// What the author meant.
    pub mode: HeaderMode,
    /// The author's fields in order, without the structural ones (MIME-Version, Content-*) and
    /// HP-Outer. Without header protection: the fields outside, unprotected.
    pub fields: Vec<ProtectedField>,
    /// Fields that stand outside only. With header protection they are never the author's
    /// (rule 35).
    pub outer_only: Vec<ProtectedField>,
    /// The author's record of what was left outside: names and values of HP-Outer. Empty unless
    /// the mode is `Cipher` and the message was encrypted.
    pub hp_outer: Vec<(String, Untrusted)>,
    /// What to tell.
    pub cautions: Vec<HeaderCaution>,
}

impl Cover {
    /// Whether an encryption layer holds.
    pub fn is_encrypted(self) -> bool {
        match self {
            Cover::None | Cover::Signed => false,
            Cover::Encrypted | Cover::SignedAndEncrypted => true,
        }
    }

    /// Whether a signature holds.
    pub fn is_signed(self) -> bool {
        match self {
            Cover::None | Cover::Encrypted => false,
            Cover::Signed | Cover::SignedAndEncrypted => true,
        }
    }

    fn protection(self, confidential: bool) -> FieldProtection {
        match (self.is_signed(), confidential) {
            (true, true) => FieldProtection::SignedAndEncrypted,
            (true, false) => FieldProtection::SignedOnly,
            (false, true) => FieldProtection::EncryptedOnly,
            (false, false) => FieldProtection::Unprotected,
        }
    }
}

impl ProtectedHeaders {
    /// Reads the header fields of a message. `payload` is the root of the cryptographic payload,
    /// `outer` the header section outside of all layers.
    ///
    /// `hp` counts on the payload's own Content-Type only (RFC 9788 §4.1). The older
    /// `protected-headers="v1"` is read like `hp` without HP-Outer.
    pub fn of(payload: Part<'_>, outer: &Header<'_>, cover: Cover) -> ProtectedHeaders {
        let inner = payload.header();
        let declared = payload.content_type();
        let hp = declared.param("hp").map(str::to_ascii_lowercase);
        let mut cautions = Vec::new();
        let mode = match hp.as_deref() {
            Some("cipher") if cover.is_encrypted() => HeaderMode::Cipher,
            Some("cipher") => {
                cautions.push(HeaderCaution::CipherWithoutEncryption);
                HeaderMode::Clear
            }
            Some("clear") => HeaderMode::Clear,
            _ if declared.param("protected-headers") == Some("v1") => match cover.is_encrypted() {
                true => HeaderMode::Cipher,
                false => HeaderMode::Clear,
            },
            _ => HeaderMode::None,
        };
        if mode == HeaderMode::None {
            return ProtectedHeaders::unprotected(outer);
        }
        let hp_outer = match hp.as_deref() {
            Some("cipher") if mode == HeaderMode::Cipher => read_hp_outer(&inner),
            _ => Vec::new(),
        };
        if from_differs(&inner, outer) {
            cautions.push(HeaderCaution::FromDiffers);
        }
        let outside: HashSet<(String, String)> = values(outer).into_iter().collect();
        let recorded: HashSet<(String, String)> = hp_outer
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), squeeze(value.raw())))
            .collect();
        // Without a record, what stands outside now is taken for what was left there.
        let left = match recorded.is_empty() {
            true => &outside,
            false => &recorded,
        };
        let author = values(&inner);
        let mut counterparts = Counterparts::of(outer);
        let fields = shown(&inner)
            .zip(&author)
            .map(|(field, key)| {
                let confidential = mode == HeaderMode::Cipher && !left.contains(key);
                let counterpart = counterparts.next(&key.0);
                ProtectedField {
                    name: field.name.to_owned(),
                    value: field.text(),
                    protection: cover.protection(confidential),
                    outer: match counterpart {
                        _ if outside.contains(key) => OuterValue::Same,
                        Some(field) => OuterValue::Different(field.text()),
                        None => OuterValue::Absent,
                    },
                }
            })
            .collect();
        let names: HashSet<&str> = author.iter().map(|(name, _)| name.as_str()).collect();
        let outer_only = shown(outer)
            .filter(|f| !names.contains(f.name.to_ascii_lowercase().as_str()))
            .map(plain_field)
            .collect();
        ProtectedHeaders {
            mode,
            fields,
            outer_only,
            hp_outer,
            cautions,
        }
    }

    /// The fields of a message without header protection.
    pub fn unprotected(outer: &Header<'_>) -> ProtectedHeaders {
        ProtectedHeaders {
            mode: HeaderMode::None,
            fields: shown(outer).map(plain_field).collect(),
            outer_only: Vec::new(),
            hp_outer: Vec::new(),
            cautions: Vec::new(),
        }
    }

    /// The first of the author's fields with that name.
    pub fn first(&self, name: &str) -> Option<&ProtectedField> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

/// Whether a field is structural: about MIME, not about the letter (RFC 9787 §1.1.1).
pub fn is_structural(name: &str) -> bool {
    name.eq_ignore_ascii_case("MIME-Version")
        || name
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case("Content-"))
}

fn shown<'h, 'a>(header: &'h Header<'a>) -> impl Iterator<Item = &'h super::Field<'a>> {
    header
        .fields()
        .iter()
        .filter(|field| !is_structural(field.name) && !field.is("HP-Outer"))
}

fn plain_field(field: &super::Field<'_>) -> ProtectedField {
    ProtectedField {
        name: field.name.to_owned(),
        value: field.text(),
        protection: FieldProtection::Unprotected,
        outer: OuterValue::Same,
    }
}

/// Names in lower case and values in a form that does not depend on folding.
fn values(header: &Header<'_>) -> Vec<(String, String)> {
    shown(header)
        .map(|f| (f.name.to_ascii_lowercase(), squeeze(f.text().raw())))
        .collect()
}

fn squeeze(value: &str) -> String {
    let words: Vec<&str> = value.split_whitespace().collect();
    words.join(" ")
}

/// The fields outside by name, to set the first inside against the first outside and so on. Each
/// is handed out once, so that repetition cannot multiply a large value.
struct Counterparts<'h, 'a>(HashMap<String, VecDeque<&'h super::Field<'a>>>);

impl<'h, 'a> Counterparts<'h, 'a> {
    fn of(outer: &'h Header<'a>) -> Self {
        let mut by_name: HashMap<String, VecDeque<&super::Field<'a>>> = HashMap::new();
        for field in shown(outer) {
            let fields = by_name.entry(field.name.to_ascii_lowercase()).or_default();
            fields.push_back(field);
        }
        Counterparts(by_name)
    }

    fn next(&mut self, name: &str) -> Option<&'h super::Field<'a>> {
        self.0.get_mut(name)?.pop_front()
    }
}

fn read_hp_outer(inner: &Header<'_>) -> Vec<(String, Untrusted)> {
    inner
        .all("HP-Outer")
        .filter_map(|field| {
            let value = field.unfolded();
            let (name, value) = value.split_once(':')?;
            let decoded = super::decode_words(value.trim());
            Some((name.trim().to_owned(), Untrusted::from(decoded)))
        })
        .collect()
}

/// RFC 9788 §4.4.1.1: the outer From is the actual one, not HP-Outer's word of it.
fn from_differs(inner: &Header<'_>, outer: &Header<'_>) -> bool {
    let addresses = |list: AddressList| -> Vec<crate::address::Address> {
        list.mailboxes.into_iter().map(|m| m.address).collect()
    };
    addresses(inner.addresses("From")) != addresses(outer.addresses("From"))
}

#[cfg(test)]
#[path = "protected_tests.rs"]
mod tests;
