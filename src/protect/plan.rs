//! The plan of a letter: which certificate for whom, which copies, or why not.

use crate::address::{Address, Mailbox};
use crate::base::Time;
use crate::cert::{Acceptance, Cert, Checked, Fingerprint, Unusable};

/// Where a recipient stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// To.
    To,
    /// Cc.
    Cc,
    /// Bcc: nobody else sees them (rule 41).
    Bcc,
}

/// Why a letter cannot be sealed for somebody, most useful first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanProblem {
    /// The letter is for nobody.
    NoRecipients,
    /// The own certificate cannot be used.
    OwnKey {
        /// Which.
        fingerprint: Fingerprint,
        /// Why.
        why: Unusable,
    },
    /// There is no certificate for this recipient.
    NoCert {
        /// Whom.
        recipient: Address,
    },
    /// There is one, and the person has not said that it is theirs.
    NotAccepted {
        /// Whom.
        recipient: Address,
        /// Which.
        fingerprint: Fingerprint,
    },
    /// There is one, and the person said that it is not theirs.
    Rejected {
        /// Whom.
        recipient: Address,
        /// Which.
        fingerprint: Fingerprint,
    },
    /// There is one, and it cannot be used.
    Unusable {
        /// Whom.
        recipient: Address,
        /// Which.
        fingerprint: Fingerprint,
        /// Why.
        why: Unusable,
    },
}

/// A recipient for whom the letter can be sealed.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Whom.
    pub mailbox: Mailbox,
    /// Where they stand.
    pub role: Role,
    /// The certificate to encrypt to.
    pub cert: Cert,
    /// How it was checked for their address.
    pub checked: Checked,
}

/// One copy to be made: whom the server delivers it to, and whom it is encrypted to beside
/// ourselves (rules 40 and 41).
#[derive(Debug, Clone)]
pub struct PlannedCopy {
    /// For the envelope.
    pub envelope_to: Vec<Address>,
    /// To encrypt to.
    pub certs: Vec<Cert>,
}

/// A letter that can be sealed for everybody it is for. Only [`plan`] makes one.
#[derive(Debug, Clone)]
pub struct Plan {
    own: Cert,
    recipients: Vec<Planned>,
}

impl Plan {
    /// The own certificate: signs, and can open every copy.
    pub fn own(&self) -> &Cert {
        &self.own
    }

    /// Everybody whom the letter is for, in the order given.
    pub fn recipients(&self) -> &[Planned] {
        &self.recipients
    }

    /// The copies: one for all of To and Cc, then one for each Bcc.
    pub fn copies(&self) -> Vec<PlannedCopy> {
        let visible: Vec<&Planned> = self
            .recipients
            .iter()
            .filter(|r| r.role != Role::Bcc)
            .collect();
        let shared = (!visible.is_empty()).then(|| PlannedCopy {
            envelope_to: visible.iter().map(|r| r.mailbox.address.clone()).collect(),
            certs: visible.iter().map(|r| r.cert.clone()).collect(),
        });
        let blind = self
            .recipients
            .iter()
            .filter(|r| r.role == Role::Bcc)
            .map(|r| PlannedCopy {
                envelope_to: vec![r.mailbox.address.clone()],
                certs: vec![r.cert.clone()],
            });
        shared.into_iter().chain(blind).collect()
    }
}

/// Finds a certificate for everybody, or says for whom there is none and why. A recipient who is
/// named twice counts once, at the first place; one who is To or Cc is not Bcc too.
pub fn plan(
    own: &Cert,
    recipients: &[(Mailbox, Role)],
    certs_for: &dyn Fn(&Address) -> Vec<Cert>,
    acceptance: &Acceptance,
    at: Time,
) -> Result<Plan, Vec<PlanProblem>> {
    let mut problems = Vec::new();
    for usable in [own.usable_for_signing(at), own.usable_for_encryption(at)] {
        if let Err(why) = usable {
            problems.push(PlanProblem::OwnKey {
                fingerprint: own.fingerprint(),
                why,
            });
            break;
        }
    }
    let mut planned: Vec<Planned> = Vec::new();
    for (mailbox, role) in in_order(recipients) {
        if planned.iter().any(|p| p.mailbox.address == mailbox.address) {
            continue;
        }
        match choose(
            &mailbox.address,
            certs_for(&mailbox.address),
            acceptance,
            at,
        ) {
            Ok((cert, checked)) => planned.push(Planned {
                mailbox: mailbox.clone(),
                role: *role,
                cert,
                checked,
            }),
            Err(problem) if problems.contains(&problem) => {}
            Err(problem) => problems.push(problem),
        }
    }
    if recipients.is_empty() {
        problems.push(PlanProblem::NoRecipients);
    }
    if problems.is_empty() {
        Ok(Plan {
            own: own.clone(),
            recipients: planned,
        })
    } else {
        Err(problems)
    }
}

fn in_order(recipients: &[(Mailbox, Role)]) -> impl Iterator<Item = &(Mailbox, Role)> {
    let visible = recipients.iter().filter(|(_, role)| *role != Role::Bcc);
    visible.chain(recipients.iter().filter(|(_, role)| *role == Role::Bcc))
}

/// The certificate for one recipient: the best checked of those that count and can be used; of
/// equals, the newest.
pub fn choose(
    recipient: &Address,
    candidates: Vec<Cert>,
    acceptance: &Acceptance,
    at: Time,
) -> Result<(Cert, Checked), PlanProblem> {
    let recipient_is = || recipient.clone();
    let mut best: Option<(Checked, Cert)> = None;
    let mut problem = PlanProblem::NoCert {
        recipient: recipient_is(),
    };
    for cert in candidates {
        let fingerprint = cert.fingerprint();
        let checked = acceptance.checked(recipient, &fingerprint);
        let found = match (checked, cert.usable_for_encryption(at)) {
            (Checked::Rejected, _) => Err(PlanProblem::Rejected {
                recipient: recipient_is(),
                fingerprint,
            }),
            (Checked::Unknown, _) => Err(PlanProblem::NotAccepted {
                recipient: recipient_is(),
                fingerprint,
            }),
            (_, Err(why)) => Err(PlanProblem::Unusable {
                recipient: recipient_is(),
                fingerprint,
                why,
            }),
            (Checked::Own | Checked::Confirmed | Checked::Accepted | Checked::Ca, Ok(())) => Ok(()),
        };
        match found {
            Ok(()) => {
                let rank = |checked: Checked, cert: &Cert| {
                    (checked.rank(), std::cmp::Reverse(cert.created()))
                };
                let better = best
                    .as_ref()
                    .is_none_or(|(c, b)| rank(checked, &cert) < rank(*c, b));
                if better {
                    best = Some((checked, cert));
                }
            }
            Err(found) if usefulness(&found) < usefulness(&problem) => problem = found,
            Err(_) => {}
        }
    }
    best.map(|(checked, cert)| (cert, checked)).ok_or(problem)
}

/// Of several reasons against a recipient, the one worth telling is the smallest.
fn usefulness(problem: &PlanProblem) -> u8 {
    match problem {
        PlanProblem::Unusable { .. } => 0,
        PlanProblem::NotAccepted { .. } => 1,
        PlanProblem::Rejected { .. } => 2,
        PlanProblem::NoCert { .. } => 3,
        PlanProblem::NoRecipients | PlanProblem::OwnKey { .. } => 4,
    }
}
