//! What a letter does without because of one of those who must read it (rule 48).

use super::openpgp::{Abilities, abilities};
use super::plan::{Plan, Planned, Role};
use crate::address::Mailbox;
use crate::base::Time;
use crate::cert::Cert;

/// Something better that some of the keys have and others lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// Authenticated encryption (SEIPDv2, RFC 9580 §5.13.2): used only when every key of a copy
    /// advertises it.
    AuthenticatedEncryption,
    /// AES-256: used unless the preferences of a key leave it out.
    StrongestCipher,
    /// Protection against quantum computers: a copy has it only when every key that it is
    /// encrypted to is post-quantum.
    PostQuantum,
}

/// Whose key lacks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// Our own.
    Own,
    /// A recipient's.
    Recipient(Mailbox),
}

/// One thing that is not used, and because of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// What.
    pub what: Lost,
    /// Because of whom; never empty, and never everybody of a copy.
    pub because_of: Vec<Because>,
}

/// What is lost in any copy of the plan: only where one of those who read a copy could have it.
pub fn losses(plan: &Plan, at: Time) -> Vec<Loss> {
    // S/MIME travels in copies of its own and takes nothing from these.
    let able = |cert: &Cert| match cert {
        Cert::OpenPgp(cert) => Some(abilities(cert, at)),
        Cert::X509(_) => None,
    };
    let own = plan.own().openpgp.as_ref().and_then(able);
    let planned = plan.recipients();
    let (blind, visible): (Vec<&Planned>, Vec<&Planned>) = planned
        .iter()
        .partition(|planned| planned.role == Role::Bcc);
    let alone = blind.chunks(1);
    let copies: Vec<&[&Planned]> = std::iter::once(visible.as_slice()).chain(alone).collect();
    type Has = fn(&Abilities) -> bool;
    let kinds: [(Lost, Has); 3] = [
        (Lost::AuthenticatedEncryption, |able| able.authenticated),
        (Lost::StrongestCipher, |able| able.strongest_cipher),
        (Lost::PostQuantum, |able| able.post_quantum),
    ];
    let mut losses = Vec::new();
    for (what, has) in kinds {
        let mut because_of: Vec<Because> = Vec::new();
        for copy in &copies {
            let known: Vec<(&Planned, Abilities)> = copy
                .iter()
                .filter_map(|planned| Some((*planned, able(&planned.cert)?)))
                .collect();
            let own_has = own.as_ref().map(has);
            let some_have = known.iter().any(|(_, able)| has(able)) || own_has == Some(true);
            if known.is_empty() || !some_have {
                continue;
            }
            if own_has == Some(false) && !because_of.contains(&Because::Own) {
                because_of.push(Because::Own);
            }
            for (planned, _) in known.iter().filter(|(_, able)| !has(able)) {
                because_of.push(Because::Recipient(planned.mailbox.clone()));
            }
        }
        if !because_of.is_empty() {
            losses.push(Loss { what, because_of });
        }
    }
    losses
}
