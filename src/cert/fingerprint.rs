//! Names of certificates: whole fingerprints, never short ids (rule 22).

use serde::{Deserialize, Serialize};
use std::fmt;

/// A certificate's fingerprint in upper-case hex: 40 digits for OpenPGP v4, 64 for OpenPGP v6 and
/// for X.509 (SHA-256 of the DER).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(String);

/// The text is no whole fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoFingerprint;

impl Fingerprint {
    /// Reads 40 or 64 hex digits; blanks and colons between them, a leading `0x`, and lower case
    /// are accepted.
    pub fn parse(text: &str) -> Result<Self, NoFingerprint> {
        let text = text.trim();
        let text = text.strip_prefix("0x").unwrap_or(text);
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | ':')).collect();
        let whole = matches!(digits.len(), 40 | 64);
        if !whole || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NoFingerprint);
        }
        Ok(Fingerprint(digits.to_ascii_uppercase()))
    }

    /// The fingerprint made of these bytes: as many as the scheme has.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Fingerprint(bytes.iter().map(|b| format!("{b:02X}")).collect())
    }

    /// The digits without gaps.
    pub fn as_hex(&self) -> &str {
        &self.0
    }

    /// Its bytes: 20 or 32.
    pub fn bytes(&self) -> impl Iterator<Item = u8> {
        let digit = |c: &u8| char::from(*c).to_digit(16).unwrap_or_default();
        self.0.as_bytes().chunks(2).map(move |pair| {
            let value = pair.iter().fold(0u32, |sum, c| (sum << 4) | digit(c));
            value.to_le_bytes()[0]
        })
    }

    /// As words to be read aloud, one a byte (see `words`).
    pub fn words(&self) -> Vec<&'static str> {
        super::words::words(self)
    }

    /// In groups of four, for people who compare.
    pub fn grouped(&self) -> String {
        let digits: Vec<char> = self.0.chars().collect();
        let groups: Vec<String> = digits.chunks(4).map(|g| g.iter().collect()).collect();
        groups.join(" ")
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Fingerprint::parse(&text).map_err(|NoFingerprint| "no whole fingerprint")
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_22_only_whole_fingerprints_are_names() {
        let hex = "0123456789abcdef0123456789abcdef01234567";
        let whole = Fingerprint::parse(hex).unwrap();
        assert_eq!(whole.as_hex(), hex.to_uppercase());
        assert_eq!(Fingerprint::parse(&whole.grouped()).unwrap(), whole);
        for short in ["01234567", "0123456789ABCDEF", "", "g".repeat(40).as_str()] {
            assert_eq!(Fingerprint::parse(short), Err(NoFingerprint));
        }
    }
}
