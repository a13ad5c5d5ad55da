//! The plan of a letter: which certificate for whom, which copies, or why not.

use super::openpgp::abilities;
use crate::address::{Address, Mailbox};
use crate::base::Time;
use crate::cert::{Acceptance, Cert, Checked, Fingerprint, History, Newcomer, Scheme, Unusable};
use std::cmp::Reverse;

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
    /// There is one, and we have none of its standard to sign with.
    NoOwnKey {
        /// Whom.
        recipient: Address,
        /// Which.
        fingerprint: Fingerprint,
        /// Of which standard.
        scheme: Scheme,
    },
    /// There is one, and the person has not said that it is theirs.
    NotAccepted {
        /// Whom.
        recipient: Address,
        /// Which.
        fingerprint: Fingerprint,
    },
    /// After the person had confirmed one, another came, and they have not answered (rule 53).
    Changed {
        /// Whom.
        recipient: Address,
        /// The one that came.
        fingerprint: Fingerprint,
        /// The one that was confirmed.
        confirmed: Fingerprint,
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
    /// The own OpenPGP key is of version 6, and nothing says that their program reads what such a key
    /// signs: programs that do say so by SEIPDv2 (RFC 9580 §5.2.3.32), the others drop the letter.
    ReadsNoV6 {
        /// Whom.
        recipient: Address,
        /// Their certificate.
        fingerprint: Fingerprint,
    },
}

impl PlanProblem {
    /// Whom it is about, if it is about one recipient.
    pub fn recipient(&self) -> Option<&Address> {
        match self {
            PlanProblem::NoRecipients | PlanProblem::OwnKey { .. } => None,
            PlanProblem::NoCert { recipient }
            | PlanProblem::NoOwnKey { recipient, .. }
            | PlanProblem::NotAccepted { recipient, .. }
            | PlanProblem::Changed { recipient, .. }
            | PlanProblem::Rejected { recipient, .. }
            | PlanProblem::Unusable { recipient, .. }
            | PlanProblem::ReadsNoV6 { recipient, .. } => Some(recipient),
        }
    }
}

/// Why a letter to somebody is protected by one standard and not by the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Only this one is possible for them.
    Only,
    /// The person said so.
    Preferred,
    /// So the whole letter is one message.
    OneForAll,
    /// Their certificate of this standard was checked better.
    BetterChecked,
    /// Both are possible, and OpenPGP guards against alteration with every program.
    Default,
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
    /// Why its standard was chosen.
    pub why: Why,
    /// One that came after `cert` was taken in, and of which nothing is said: it is told (rule 53).
    pub another: Option<Fingerprint>,
}

/// One copy to be made: whom the server delivers it to, and whom it is encrypted to beside
/// ourselves (rules 40 and 41).
#[derive(Debug, Clone)]
pub struct PlannedCopy {
    /// By which standard.
    pub scheme: Scheme,
    /// For the envelope.
    pub envelope_to: Vec<Address>,
    /// To encrypt to.
    pub certs: Vec<Cert>,
    /// For whom of them another certificate came since (rule 53).
    pub others: Vec<(Address, Fingerprint)>,
}

impl PlannedCopy {
    fn of(scheme: Scheme, recipients: &[&Planned]) -> Self {
        let all = || recipients.iter();
        PlannedCopy {
            scheme,
            envelope_to: all().map(|r| r.mailbox.address.clone()).collect(),
            certs: all().map(|r| r.cert.clone()).collect(),
            others: all()
                .filter_map(|r| Some((r.mailbox.address.clone(), r.another.clone()?)))
                .collect(),
        }
    }
}

/// The own certificates of the address that writes.
#[derive(Debug, Clone, Default)]
pub struct Own {
    /// OpenPGP: signs, and can open every copy.
    pub openpgp: Option<Cert>,
    /// S/MIME: the certificate that signs.
    pub smime_signing: Option<Cert>,
    /// S/MIME: the certificate that can open every copy; often the same.
    pub smime_encryption: Option<Cert>,
}

impl Own {
    /// Whether whoever has this certificate reads what the own key of its standard signs (rule 48).
    fn is_read_by(&self, cert: &Cert, at: Time) -> bool {
        match (&self.openpgp, cert) {
            (Some(Cert::OpenPgp(own)), Cert::OpenPgp(theirs)) => {
                own.version() < 6 || abilities(theirs, at).authenticated
            }
            (_, Cert::OpenPgp(_) | Cert::X509(_)) => true,
        }
    }

    /// Whether letters can be sealed by this standard at `at`; `None` when there is no own
    /// certificate of it.
    fn usable(&self, scheme: Scheme, at: Time) -> Option<Result<(), PlanProblem>> {
        let (signing, encryption) = match scheme {
            Scheme::OpenPgp => (self.openpgp.as_ref()?, self.openpgp.as_ref()?),
            Scheme::Smime => {
                let signing = self.smime_signing.as_ref();
                let either = signing.or(self.smime_encryption.as_ref())?;
                let encryption = self.smime_encryption.as_ref().unwrap_or(either);
                (signing.unwrap_or(either), encryption)
            }
        };
        let unusable = |cert: &Cert, why| PlanProblem::OwnKey {
            fingerprint: cert.fingerprint(),
            why,
        };
        Some(
            signing
                .usable_for_signing(at)
                .map_err(|why| unusable(signing, why))
                .and_then(|()| {
                    encryption
                        .usable_for_encryption(at)
                        .map_err(|why| unusable(encryption, why))
                }),
        )
    }
}

/// A letter that can be sealed for everybody it is for. Only [`plan`] makes one.
#[derive(Debug, Clone)]
pub struct Plan {
    own: Own,
    recipients: Vec<Planned>,
}

/// The recipients who get one encoding of the letter (rule 42).
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// By which standard.
    pub scheme: Scheme,
    /// Who.
    pub recipients: Vec<&'a Planned>,
}

impl Plan {
    /// The own certificates.
    pub fn own(&self) -> &Own {
        &self.own
    }

    /// Everybody whom the letter is for, in the order given.
    pub fn recipients(&self) -> &[Planned] {
        &self.recipients
    }

    /// One group, or two when the letter is sent in both encodings: the first recipient's first.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for recipient in &self.recipients {
            let scheme = recipient.cert.scheme();
            match groups.iter_mut().find(|group| group.scheme == scheme) {
                Some(group) => group.recipients.push(recipient),
                None => groups.push(Group {
                    scheme,
                    recipients: vec![recipient],
                }),
            }
        }
        groups
    }

    /// The copies: of each group one for all of To and Cc, then one for each Bcc.
    pub fn copies(&self) -> Vec<PlannedCopy> {
        let groups = self.groups();
        let shared = groups.iter().filter_map(|group| {
            let recipients = group.recipients.iter().copied();
            let visible: Vec<&Planned> = recipients.filter(|r| r.role != Role::Bcc).collect();
            (!visible.is_empty()).then(|| PlannedCopy::of(group.scheme, &visible))
        });
        let blind = self
            .recipients
            .iter()
            .filter(|r| r.role == Role::Bcc)
            .map(|r| PlannedCopy::of(r.cert.scheme(), &[r]));
        shared.chain(blind).collect()
    }
}

/// What is known for planning, as values.
pub struct Known<'a> {
    /// The own certificates.
    pub own: &'a Own,
    /// Certificates with this address, as they claim.
    pub certs_for: &'a dyn Fn(&Address) -> Vec<Cert>,
    /// The person's decisions.
    pub acceptance: &'a Acceptance,
    /// When the certificates of this address were seen, and the decisions made.
    pub history: &'a dyn Fn(&Address) -> History,
    /// By which standard letters to this address shall be protected, if the person said so.
    pub preference: &'a dyn Fn(&Address) -> Option<Scheme>,
    /// When.
    pub at: Time,
}

/// Certificates that can be sealed to, one of each standard at most, and how they were checked.
type Found = Vec<(Cert, Checked)>;

/// What can be sealed for one recipient: a certificate for each standard, at least one.
struct Options {
    mailbox: Mailbox,
    role: Role,
    found: Found,
    newcomers: Vec<Newcomer>,
}

impl Options {
    fn of(&self, scheme: Scheme) -> Option<&(Cert, Checked)> {
        self.found.iter().find(|(cert, _)| cert.scheme() == scheme)
    }

    /// The standard by itself, for a letter that needs both in any case.
    fn alone(&self, preferred: Option<Scheme>) -> Option<(&(Cert, Checked), Why)> {
        if let Some(found) = preferred.and_then(|scheme| self.of(scheme)) {
            let why = if self.found.len() > 1 {
                Why::Preferred
            } else {
                Why::Only
            };
            return Some((found, why));
        }
        match (self.of(Scheme::OpenPgp), self.of(Scheme::Smime)) {
            (Some(openpgp), Some(smime)) if smime.1.rank() < openpgp.1.rank() => {
                Some((smime, Why::BetterChecked))
            }
            (Some(openpgp), Some(smime)) if openpgp.1.rank() < smime.1.rank() => {
                Some((openpgp, Why::BetterChecked))
            }
            (Some(openpgp), Some(_)) => Some((openpgp, Why::Default)),
            (Some(only), None) | (None, Some(only)) => Some((only, Why::Only)),
            (None, None) => None,
        }
    }
}

/// Finds a certificate for everybody, or says for whom there is none and why. A recipient who is
/// named twice counts once, at the first place; one who is To or Cc is not Bcc too.
///
/// Where somebody can be reached by both standards, the person's preference decides; without one the
/// letter stays in one encoding if it can (OpenPGP before S/MIME), and else the better checked
/// certificate wins.
pub fn plan(recipients: &[(Mailbox, Role)], known: &Known<'_>) -> Result<Plan, Vec<PlanProblem>> {
    let (schemes, mut problems) = own_schemes(known);
    let mut options: Vec<Options> = Vec::new();
    for (mailbox, role) in in_order(recipients) {
        if options.iter().any(|p| p.mailbox.address == mailbox.address) {
            continue;
        }
        match options_for(&mailbox.address, &schemes, known) {
            Ok((found, newcomers)) => options.push(Options {
                mailbox: mailbox.clone(),
                role: *role,
                found,
                newcomers,
            }),
            Err(problem) if problems.contains(&problem) => {}
            Err(problem) => problems.push(problem),
        }
    }
    if recipients.is_empty() {
        problems.push(PlanProblem::NoRecipients);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Plan {
        own: known.own.clone(),
        recipients: decided(&options, known),
    })
}

/// The standards that we can write by. Without any, everybody's problem is our own.
fn own_schemes(known: &Known<'_>) -> (Vec<Scheme>, Vec<PlanProblem>) {
    let mut schemes = Vec::new();
    let mut problems = Vec::new();
    for scheme in [Scheme::OpenPgp, Scheme::Smime] {
        match known.own.usable(scheme, known.at) {
            Some(Ok(())) => schemes.push(scheme),
            Some(Err(problem)) => problems.push(problem),
            None => {}
        }
    }
    if !schemes.is_empty() {
        problems.clear();
    }
    (schemes, problems)
}

/// Those that came after the person had settled on another one; an error where that was confirmed
/// (rule 53).
fn newcomers(
    recipient: &Address,
    candidates: &[Cert],
    known: &Known<'_>,
    history: &History,
) -> Result<Vec<Newcomer>, PlanProblem> {
    let mut newcomers = Vec::new();
    for scheme in [Scheme::OpenPgp, Scheme::Smime] {
        let found = history.newcomer(recipient, scheme, candidates, known.acceptance, known.at);
        match found {
            Some(found) if found.checked == Checked::Confirmed => {
                return Err(PlanProblem::Changed {
                    recipient: recipient.clone(),
                    fingerprint: found.fingerprint,
                    confirmed: found.known,
                });
            }
            Some(found) => newcomers.push(found),
            None => {}
        }
    }
    Ok(newcomers)
}

/// The best certificate of each standard that we can write by, or why there is none; and what came
/// beside them.
fn options_for(
    recipient: &Address,
    schemes: &[Scheme],
    known: &Known<'_>,
) -> Result<(Found, Vec<Newcomer>), PlanProblem> {
    let candidates = (known.certs_for)(recipient);
    // Of one alone there is nothing to tell apart.
    let history = match candidates.len() {
        0 | 1 => History::default(),
        _ => (known.history)(recipient),
    };
    let newcomers = newcomers(recipient, &candidates, known, &history)?;
    let mut found = Vec::new();
    let mut problem: Option<PlanProblem> = None;
    for scheme in [Scheme::OpenPgp, Scheme::Smime] {
        let of_scheme: Vec<Cert> = candidates
            .iter()
            .filter(|cert| cert.scheme() == scheme)
            .cloned()
            .collect();
        let chosen = choose(recipient, of_scheme, known, &history);
        let told = match chosen {
            Ok((cert, _)) if !known.own.is_read_by(&cert, known.at) => PlanProblem::ReadsNoV6 {
                recipient: recipient.clone(),
                fingerprint: cert.fingerprint(),
            },
            // Without any standard of our own, that is told, not this.
            Ok(chosen) if schemes.is_empty() || schemes.contains(&scheme) => {
                found.push(chosen);
                continue;
            }
            Ok((cert, _)) => PlanProblem::NoOwnKey {
                recipient: recipient.clone(),
                fingerprint: cert.fingerprint(),
                scheme,
            },
            Err(told) => told,
        };
        if problem
            .as_ref()
            .is_none_or(|known| usefulness(&told) < usefulness(known))
        {
            problem = Some(told);
        }
    }
    match problem {
        Some(problem) if found.is_empty() => Err(problem),
        Some(_) | None => Ok((found, newcomers)),
    }
}

/// Chooses the standard for each (see [`plan`]).
fn decided(options: &[Options], known: &Known<'_>) -> Vec<Planned> {
    let preferred = |option: &Options| (known.preference)(&option.mailbox.address);
    let one_for_all = [Scheme::OpenPgp, Scheme::Smime].into_iter().find(|scheme| {
        options.iter().all(|option| {
            let wanted = preferred(option).filter(|wanted| option.of(*wanted).is_some());
            option.of(*scheme).is_some() && wanted.is_none_or(|wanted| wanted == *scheme)
        })
    });
    let mut planned = Vec::new();
    for option in options {
        let alone = option.alone(preferred(option));
        let chosen = match (one_for_all.and_then(|scheme| option.of(scheme)), alone) {
            (Some(found), Some((own, why))) => {
                let same = own.0.scheme() == found.0.scheme();
                Some((found, if same { why } else { Why::OneForAll }))
            }
            (Some(found), None) => Some((found, Why::OneForAll)),
            (None, alone) => alone,
        };
        if let Some(((cert, checked), why)) = chosen {
            let fingerprint = cert.fingerprint();
            let mut newcomers = option.newcomers.iter();
            let another = newcomers.find(|newcomer| newcomer.known == fingerprint);
            planned.push(Planned {
                another: another.map(|newcomer| newcomer.fingerprint.clone()),
                mailbox: option.mailbox.clone(),
                role: option.role,
                cert: cert.clone(),
                checked: *checked,
                why,
            });
        }
    }
    planned
}

fn in_order(recipients: &[(Mailbox, Role)]) -> impl Iterator<Item = &(Mailbox, Role)> {
    let visible = recipients.iter().filter(|(_, role)| *role != Role::Bcc);
    visible.chain(recipients.iter().filter(|(_, role)| *role == Role::Bcc))
}

/// The certificate for one recipient, of candidates of one standard: the best checked of those that count
/// and can be used; of equals, the one that the person said last is theirs, and then the newest.
fn choose(
    recipient: &Address,
    candidates: Vec<Cert>,
    known: &Known<'_>,
    history: &History,
) -> Result<(Cert, Checked), PlanProblem> {
    let recipient_is = || recipient.clone();
    let mut best: Option<(Checked, Cert)> = None;
    let mut problem = PlanProblem::NoCert {
        recipient: recipient_is(),
    };
    for cert in candidates {
        let fingerprint = cert.fingerprint();
        let checked = known.acceptance.checked(recipient, &fingerprint);
        let found = match (checked, cert.usable_for_encryption(known.at)) {
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
                    let said = history.last_answer(&cert.fingerprint());
                    (checked.rank(), Reverse(said), Reverse(cert.created()))
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
        PlanProblem::NoOwnKey { .. }
        | PlanProblem::ReadsNoV6 { .. }
        | PlanProblem::Changed { .. } => 0,
        PlanProblem::Unusable { .. } => 1,
        PlanProblem::NotAccepted { .. } => 2,
        PlanProblem::Rejected { .. } => 3,
        PlanProblem::NoCert { .. } => 4,
        PlanProblem::NoRecipients | PlanProblem::OwnKey { .. } => 5,
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
