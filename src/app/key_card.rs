//! Keys as they are shown: in a list, and one in full.

use crate::address::Address;
use crate::app::port::{Decided, Sighting};
use crate::base::{Time, Untrusted};
use crate::cert::{Checked, Fingerprint, Scheme};

/// One key in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// `openpgp` or `smime`.
    pub kind: &'static str,
    /// The name beside the first address.
    pub name: Option<Untrusted>,
    /// The addresses that it claims.
    pub addresses: Vec<Address>,
    /// Whether letters can be sealed to it, or why not.
    pub state: KeyState,
    /// The best check for any of its addresses.
    pub checked: Checked,
    /// Whether the secret half is here.
    pub secret: bool,
    /// When it was made.
    pub created: Time,
    /// When it ends.
    pub expires: Option<Time>,
    /// As of when all this is so.
    pub judged: Time,
}

/// What a key is good for, as `key list` says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// Letters can be sealed to it.
    Usable,
    /// They cannot, because.
    Unusable(crate::cert::Unusable),
}

/// One key in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCard {
    /// As in the list.
    pub row: KeyRow,
    /// The check for each address.
    pub checks: Vec<(Address, Checked)>,
    /// Its user IDs as they stand there.
    pub user_ids: Vec<Untrusted>,
    /// Primary key and subkeys.
    pub parts: Vec<crate::cert::KeyDetail>,
    /// When its owner revoked it.
    pub revoked: Option<Time>,
    /// Where it was seen, and when (rule 53), in the order of its first coming.
    pub seen: Vec<Sighting>,
    /// What the person decided about it, oldest first.
    pub decided: Vec<Decided>,
    /// Other certificates that were seen for its addresses, in the order of their first coming.
    pub others: Vec<OtherCert>,
    /// Addresses that can be written to by both standards, and which one the person wants there.
    pub both: Vec<(Address, Option<Scheme>)>,
    /// Of an own key: when a restore drill last brought it back from a backup (rule 51).
    pub drilled: Option<Time>,
}

/// Another certificate that was seen for the same address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherCert {
    /// The address.
    pub address: Address,
    /// Which.
    pub fingerprint: Fingerprint,
    /// How it was checked for the address.
    pub checked: Checked,
    /// When it was first seen for it.
    pub first: Time,
    /// When it was last seen for it.
    pub last: Time,
}

/// A key that its owner ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// As it stands now.
    pub card: KeyCard,
    /// The revocation certificate, armored.
    pub certificate: Vec<u8>,
}
