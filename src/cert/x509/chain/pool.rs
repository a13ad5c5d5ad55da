//! Certificates at hand, found by their subject; and those that are trusted.

use super::super::name::Name;
use super::certificate::Certificate;
use crate::address::Address;
use crate::cert::Fingerprint;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Where certificates are kept, found by their subject.
pub trait Lookup {
    /// Those with this subject; `form` is its form for comparing.
    fn find(&self, subject: &Name, form: &[u8]) -> Vec<Arc<Certificate>>;
}

impl Lookup for Pool {
    fn find(&self, _: &Name, form: &[u8]) -> Vec<Arc<Certificate>> {
        self.of(form).to_vec()
    }
}

/// Certificates from which chains are built: none of them is trusted for being here.
#[derive(Default, Clone)]
pub struct Pool {
    by_subject: HashMap<Vec<u8>, Vec<Arc<Certificate>>>,
    known: HashSet<[u8; 32]>,
}

impl Pool {
    /// Adds a certificate; one that is there already changes nothing.
    pub fn add(&mut self, certificate: Arc<Certificate>) {
        if self.known.insert(certificate.digest()) {
            let subject = certificate.subject_form().to_vec();
            self.by_subject
                .entry(subject)
                .or_default()
                .push(certificate);
        }
    }

    /// Those with this subject.
    pub fn of(&self, subject_form: &[u8]) -> &[Arc<Certificate>] {
        self.by_subject.get(subject_form).map_or(&[], Vec::as_slice)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

/// For which addresses an anchor counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnchorFor {
    /// All.
    Anybody,
    /// Those of one domain, in A-labels and lower case.
    Domain(String),
    /// One.
    Address(Address),
}

impl AnchorFor {
    fn covers(&self, address: &Address) -> bool {
        match self {
            AnchorFor::Anybody => true,
            AnchorFor::Domain(domain) => address.domain() == domain,
            AnchorFor::Address(one) => address == one,
        }
    }
}

/// A certificate that is trusted to vouch for others.
#[derive(Clone)]
pub struct Anchor {
    /// Which.
    pub certificate: Arc<Certificate>,
    /// For whom.
    pub counts_for: AnchorFor,
    /// Whether it must be a certification authority by RFC 5280 itself, as one does that a person
    /// names. Those that come with the system were looked at by others, and some are older than
    /// the RFC.
    pub strict: bool,
}

impl Anchor {
    /// Whether it counts for all these addresses. One that counts for some counts for nobody
    /// without an address.
    pub fn covers(&self, addresses: &[Address]) -> bool {
        self.counts_for == AnchorFor::Anybody
            || (!addresses.is_empty() && addresses.iter().all(|a| self.counts_for.covers(a)))
    }
}

/// The anchors, and what the person rejected.
#[derive(Default, Clone)]
pub struct Anchors {
    by_subject: HashMap<Vec<u8>, Vec<Anchor>>,
    rejected: HashSet<Fingerprint>,
    count: usize,
}

impl Anchors {
    /// Adds an anchor.
    pub fn add(&mut self, anchor: Anchor) {
        let subject = anchor.certificate.subject_form().to_vec();
        self.by_subject.entry(subject).or_default().push(anchor);
        self.count = self.count.saturating_add(1);
    }

    /// From now on no chain leads through this certificate.
    pub fn reject(&mut self, fingerprint: Fingerprint) {
        self.rejected.insert(fingerprint);
    }

    /// Whether the person rejected it.
    pub fn is_rejected(&self, certificate: &Certificate) -> bool {
        !self.rejected.is_empty() && self.rejected.contains(&certificate.fingerprint())
    }

    /// Those with this subject.
    pub fn of(&self, subject_form: &[u8]) -> &[Anchor] {
        self.by_subject.get(subject_form).map_or(&[], Vec::as_slice)
    }

    /// All.
    pub fn all(&self) -> impl Iterator<Item = &Anchor> {
        self.by_subject.values().flatten()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}
