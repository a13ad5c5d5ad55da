//! What is on record of one address's certificates: when each was first seen, and when the person
//! answered. It tells a certificate that came later, which nobody has answered yet (rule 53).

use super::x509::spki_handle;
use super::{Acceptance, Cert, Checked, Fingerprint, Scheme};
use crate::address::Address;
use crate::base::Time;
use std::collections::HashMap;

/// The record of one address.
#[derive(Debug, Clone, Default)]
pub struct History {
    first: HashMap<Fingerprint, Time>,
    answered: HashMap<Fingerprint, Time>,
}

/// A certificate that came after the person had settled on another one of its standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// The one that came.
    pub fingerprint: Fingerprint,
    /// The one that was settled on.
    pub known: Fingerprint,
    /// How well that one was checked: a confirmed contact's change waits for an answer, another's is
    /// told.
    pub checked: Checked,
}

impl History {
    /// A certificate was seen at that time; the earliest holds.
    pub fn saw(&mut self, fingerprint: Fingerprint, at: Time) {
        let first = self.first.entry(fingerprint).or_insert(at);
        *first = at.min(*first);
    }

    /// The person said of a certificate that it is this address's; the last time holds.
    pub fn answered(&mut self, fingerprint: Fingerprint, at: Time) {
        let last = self.answered.entry(fingerprint).or_insert(at);
        *last = at.max(*last);
    }

    /// When the person last said of a certificate that it is this address's.
    pub fn last_answer(&self, fingerprint: &Fingerprint) -> Option<Time> {
        self.answered.get(fingerprint).copied()
    }

    /// The newest of `candidates` that letters of this standard could be sealed to, that came after the
    /// person's last answer, and of which they said nothing. An authority's word is no answer of the
    /// person's. Not among them are other certificates for the same public key, and those of one's
    /// own address.
    pub fn newcomer(
        &self,
        address: &Address,
        scheme: Scheme,
        candidates: &[Cert],
        acceptance: &Acceptance,
        at: Time,
    ) -> Option<Newcomer> {
        let theirs: Vec<(&Cert, Fingerprint, Checked)> = candidates
            .iter()
            .filter(|cert| cert.scheme() == scheme)
            .map(|cert| {
                let fingerprint = cert.fingerprint();
                let checked = acceptance.checked(address, &fingerprint);
                (cert, fingerprint, checked)
            })
            .collect();
        if theirs.iter().any(|(.., checked)| *checked == Checked::Own) {
            return None;
        }
        let level = [Checked::Confirmed, Checked::Accepted]
            .into_iter()
            .find(|level| theirs.iter().any(|(.., checked)| checked == level))?;
        // Whoever confirms one or takes one in has those before them that are there.
        let settled = |checked: Checked| matches!(checked, Checked::Confirmed | Checked::Accepted);
        let answer = theirs
            .iter()
            .filter(|(.., checked)| settled(*checked))
            .filter_map(|(_, fingerprint, _)| self.answered.get(fingerprint))
            .max()?;
        let (_, known, _) = theirs
            .iter()
            .filter(|(.., checked)| *checked == level)
            .max_by_key(|(cert, ..)| cert.created())?;
        theirs
            .iter()
            .filter(|(.., checked)| matches!(checked, Checked::Unknown | Checked::Ca))
            .filter(|(_, fingerprint, _)| {
                // What was never written down came from elsewhere, after the last answer.
                self.first
                    .get(fingerprint)
                    .is_none_or(|first| first > answer)
            })
            .filter(|(cert, ..)| cert.usable_for_encryption(at).is_ok())
            .filter(|(cert, ..)| {
                let mut others = theirs.iter().filter(|(.., checked)| settled(*checked));
                !others.any(|(other, ..)| is_same_key(cert, other))
            })
            .max_by_key(|(cert, ..)| cert.created())
            .map(|(_, fingerprint, _)| Newcomer {
                fingerprint: fingerprint.clone(),
                known: known.clone(),
                checked: level,
            })
    }
}

/// Whether two X.509 certificates are for one public key, as a renewal often is.
fn is_same_key(one: &Cert, other: &Cert) -> bool {
    match (one, other) {
        (Cert::X509(one), Cert::X509(other)) => {
            spki_handle(one.spki()) == spki_handle(other.spki())
        }
        (Cert::OpenPgp(_), _) | (_, Cert::OpenPgp(_)) => false,
    }
}
