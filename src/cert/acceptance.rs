//! Which certificate a person takes for whose: a decision per address, never global.

use super::Fingerprint;
use crate::address::Address;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How well a certificate was checked for one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checked {
    /// The secret half is ours.
    Own,
    /// The person compared the fingerprint with its owner.
    Confirmed,
    /// Taken in by the person's own hand for this address.
    Accepted,
    /// A certification authority that the person's system trusts vouches for it.
    Ca,
    /// Seen, and nothing more.
    Unknown,
    /// The person said that it is not this address's.
    Rejected,
}

impl Checked {
    /// The word of the command line's contract.
    pub fn word(self) -> &'static str {
        match self {
            Checked::Own => "own",
            Checked::Confirmed => "confirmed",
            Checked::Accepted => "accepted",
            Checked::Ca => "ca",
            Checked::Unknown => "unknown",
            Checked::Rejected => "rejected",
        }
    }

    /// How well it was checked as a number: the smaller, the better.
    pub fn rank(self) -> u8 {
        match self {
            Checked::Own => 0,
            Checked::Confirmed => 1,
            Checked::Accepted => 2,
            Checked::Ca => 3,
            Checked::Unknown => 4,
            Checked::Rejected => 5,
        }
    }

    /// Whether a signature by this certificate may count for the address, and whether mail may be
    /// sealed to it without a question (rules 8 and 13).
    pub fn counts(self) -> bool {
        match self {
            Checked::Own | Checked::Confirmed | Checked::Accepted | Checked::Ca => true,
            Checked::Unknown | Checked::Rejected => false,
        }
    }
}

/// The person's decisions, as they stand at one moment.
#[derive(Debug, Clone, Default)]
pub struct Acceptance {
    decided: HashMap<(Address, Fingerprint), Checked>,
}

impl Acceptance {
    /// Nothing decided.
    pub fn new() -> Self {
        Acceptance::default()
    }

    /// Records a decision; the last one holds.
    pub fn decide(&mut self, address: Address, fingerprint: Fingerprint, checked: Checked) {
        self.decided.insert((address, fingerprint), checked);
    }

    /// What was decided for this certificate and this address.
    pub fn checked(&self, address: &Address, fingerprint: &Fingerprint) -> Checked {
        self.decided
            .get(&(address.clone(), fingerprint.clone()))
            .copied()
            .unwrap_or(Checked::Unknown)
    }

    /// All decisions, in no order.
    pub fn all(&self) -> impl Iterator<Item = (&Address, &Fingerprint, Checked)> {
        self.decided
            .iter()
            .map(|((address, fingerprint), checked)| (address, fingerprint, *checked))
    }

    /// Every certificate with a decision for this address.
    pub fn for_address(&self, address: &Address) -> Vec<(&Fingerprint, Checked)> {
        self.decided
            .iter()
            .filter(|((a, _), _)| a == address)
            .map(|((_, f), c)| (f, *c))
            .collect()
    }

    /// Every address with a decision for this certificate.
    pub fn for_cert(&self, fingerprint: &Fingerprint) -> Vec<(&Address, Checked)> {
        self.decided
            .iter()
            .filter(|((_, f), _)| f == fingerprint)
            .map(|((a, _), c)| (a, *c))
            .collect()
    }
}
