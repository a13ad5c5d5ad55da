//! The verdict on a whole message: one of four summaries (RFC 9787 §4), and why not better.

use crate::address::Address;
use crate::base::Time;
use crate::cert::{Acceptance, Checked, Fingerprint, Scheme};
use crate::protect::evidence::{
    EncryptionFact, Evidence, Integrity, Layer, SignatureFact, SignatureState,
};
use jiff::SignedDuration;

/// How the judgement treats time. One value for the whole program; tests can be stricter.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// A signature made later than this after now does not count (rule 14).
    pub future: SignedDuration,
    /// A signing time farther than this from the Date field is worth a caution (rule 14).
    pub date_gap: SignedDuration,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            future: SignedDuration::from_mins(5),
            date_gap: SignedDuration::from_hours(7 * 24),
        }
    }
}

/// What the protected header section claims: who wrote it, and when.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    /// The one author; `None` when it is unclear who that is (rule 10).
    pub from: Option<&'a Address>,
    /// The Date field.
    pub date: Option<Time>,
    /// A part of the message is signed, but not the whole (rules 3 and 5).
    pub partly_signed: bool,
}

/// Something that was checked and held. Only [`judge`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// What held.
    pub fn inner(&self) -> &T {
        &self.0
    }
}

/// Who signed, and how well that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The signer's address: the author's, where the cert has it, else the cert's first.
    pub address: Option<Address>,
    /// The signer's certificate.
    pub fingerprint: Fingerprint,
    /// How it was checked for that address.
    pub checked: Checked,
    /// When it was signed, as the signature says.
    pub signed_at: Option<Time>,
}

/// The state of the whole message, and no fifth (rule 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Summary {
    /// Neither.
    Unprotected,
    /// Signed by whom it says.
    Verified(Verified<Signer>),
    /// Encrypted, and signed by whom it says.
    Confidential(Verified<Signer>),
    /// Encrypted; nobody vouches for who wrote it (rule 16).
    EncryptedUnverified,
}

impl Summary {
    /// The word of the command line's contract.
    pub fn word(&self) -> &'static str {
        match self {
            Summary::Unprotected => "unprotected",
            Summary::Verified(_) => "verified",
            Summary::Confidential(_) => "confidential",
            Summary::EncryptedUnverified => "encrypted-unverified",
        }
    }
}

/// Why a message is not better than its summary; in the order of usefulness, first is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhyNot {
    /// The person said that this certificate is not the author's.
    Rejected,
    /// It is unclear who the author is (rule 10).
    SenderUnclear,
    /// The signer's certificate is for other addresses than the author's (rule 8).
    AddressMismatch,
    /// The signer did not mean it for us (rule 49).
    NotIntendedRecipient,
    /// The certificate is not accepted for the author's address.
    NotAccepted,
    /// The certificate is signed by itself or by an unknown authority, and not accepted (rule 13).
    UntrustedChain,
    /// Several CMS signers: whose letter it is, is unclear (rule 11).
    SeveralSigners,
    /// The message has two contents, inside the signature and beside it (rule 12).
    ConflictingContent,
    /// Signed in the future.
    FromFuture,
    /// Signed with a revoked key.
    Revoked,
    /// Signed with an expired key, or the signature has ended.
    Expired,
    /// A hash that can be collided.
    WeakHash,
    /// A key too weak, or not made for signing.
    WeakKey,
    /// The content is not what was signed.
    BadSignature,
    /// The signer's certificate is not here.
    NoCert,
    /// The encryption does not keep it from being altered (rule 17).
    NoIntegrity,
    /// It says that it is signed, and nobody signed (rule 11).
    NoSigners,
    /// Only a part is signed (rules 3 to 5).
    Partial,
    /// Nobody signed.
    Unsigned,
}

impl WhyNot {
    /// The word of the command line's contract.
    pub fn word(self) -> &'static str {
        match self {
            WhyNot::Rejected => "rejected",
            WhyNot::SenderUnclear => "sender-unclear",
            WhyNot::AddressMismatch => "address-mismatch",
            WhyNot::NotIntendedRecipient => "not-intended-recipient",
            WhyNot::NotAccepted => "not-accepted",
            WhyNot::UntrustedChain => "untrusted-chain",
            WhyNot::SeveralSigners => "several-signers",
            WhyNot::ConflictingContent => "conflicting-content",
            WhyNot::FromFuture => "from-future",
            WhyNot::Revoked => "revoked",
            WhyNot::Expired => "expired",
            WhyNot::WeakHash => "weak-hash",
            WhyNot::WeakKey => "weak-key",
            WhyNot::BadSignature => "bad-signature",
            WhyNot::NoCert => "no-cert",
            WhyNot::NoIntegrity => "no-integrity",
            WhyNot::NoSigners => "no-signers",
            WhyNot::Partial => "partial",
            WhyNot::Unsigned => "unsigned",
        }
    }
}

/// The judgement on one message. Only [`judge`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    summary: Summary,
    why_not: Option<WhyNot>,
    signer: Option<Signer>,
    encryption: Option<EncryptionFact>,
    date_differs: bool,
}

impl Verdict {
    /// The state of the whole message.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Why it is not verified; `None` when it is.
    pub fn why_not(&self) -> Option<WhyNot> {
        self.why_not
    }

    /// Who signed it, as far as a certificate is known: also when the signature does not count.
    pub fn signer(&self) -> Option<&Signer> {
        self.signer.as_ref()
    }

    /// The innermost encryption, whose integrity the judgement rests on.
    pub fn encryption(&self) -> Option<&EncryptionFact> {
        self.encryption.as_ref()
    }

    /// Whether the signing time is far from the Date field (rule 14).
    pub fn date_differs(&self) -> bool {
        self.date_differs
    }

    /// Whether the content may have been altered on its way although it was encrypted: it is then
    /// shown as plain text only (rules 17 and 18).
    pub fn without_integrity(&self) -> bool {
        let integrity = self.encryption.as_ref().map(|e| e.integrity);
        let vouched = matches!(self.summary, Summary::Confidential(_));
        match integrity {
            Some(Integrity::None) => true,
            Some(Integrity::Cbc) => !vouched,
            Some(Integrity::Aead | Integrity::Mdc) | None => false,
        }
    }
}

/// Judges the whole message: every layer of its envelope against what it claims, what the person
/// decided, and the time. A bad signature never ranks above none (rule 7).
pub fn judge(
    evidence: &Evidence,
    claims: &Claims<'_>,
    acceptance: &Acceptance,
    policy: &Policy,
    now: Time,
) -> Verdict {
    let encryption = evidence.encryptions().last().cloned();
    let best = covering_signatures(evidence)
        .into_iter()
        .map(|covering| {
            let fact = covering.fact;
            let result = weigh(
                &covering,
                encryption.as_ref(),
                claims,
                acceptance,
                policy,
                now,
            );
            (result, fact)
        })
        .min_by_key(|(result, _)| result.err());
    let signer = best.and_then(|(_, fact)| signer_of(fact, claims, acceptance));
    let date_differs = best.is_some_and(|(_, fact)| dates_differ(fact, claims, policy));
    let integrity = encryption.as_ref().map(|e| e.integrity);
    let (summary, why_not) = match (best.map(|(result, _)| result), &signer) {
        (Some(Ok(())), Some(signer)) => {
            let signer = Verified(signer.clone());
            match integrity {
                Some(Integrity::Aead | Integrity::Mdc | Integrity::Cbc) => {
                    (Summary::Confidential(signer), None)
                }
                Some(Integrity::None) | None => (Summary::Verified(signer), None),
            }
        }
        (Some(Ok(())), None) | (None, _) => {
            not_vouched_for(integrity, why_unsigned(evidence, claims))
        }
        (Some(Err(why)), _) => not_vouched_for(integrity, why),
    };
    Verdict {
        summary,
        why_not,
        signer,
        encryption,
        date_differs,
    }
}

/// What an encryption is worth when no signature counts.
fn not_vouched_for(integrity: Option<Integrity>, why: WhyNot) -> (Summary, Option<WhyNot>) {
    match integrity {
        Some(Integrity::Aead | Integrity::Mdc) => (Summary::EncryptedUnverified, Some(why)),
        Some(Integrity::Cbc | Integrity::None) => (Summary::Unprotected, Some(WhyNot::NoIntegrity)),
        None => (Summary::Unprotected, Some(why)),
    }
}

fn why_unsigned(evidence: &Evidence, claims: &Claims<'_>) -> WhyNot {
    let signed_by_nobody = |layer: &&Layer| matches!(layer, Layer::SmimeSigned(f) if f.is_empty());
    if covering_layers(evidence).any(|layer| signed_by_nobody(&layer)) {
        WhyNot::NoSigners
    } else if claims.partly_signed {
        WhyNot::Partial
    } else {
        WhyNot::Unsigned
    }
}

/// A signature over the payload.
struct Covering<'a> {
    fact: &'a SignatureFact,
    scheme: Scheme,
    /// How many signed together with it.
    signers: usize,
}

/// The layers inside the innermost encryption, the innermost first.
fn covering_layers(evidence: &Evidence) -> impl Iterator<Item = &Layer> {
    evidence
        .layers
        .iter()
        .rev()
        .take_while(|layer| match layer {
            Layer::OpenPgpSigned(_) | Layer::SmimeSigned(_) | Layer::SmimeCompressed => true,
            Layer::OpenPgpEncrypted(_)
            | Layer::SmimeEnveloped(_)
            | Layer::SmimeAuthEnveloped(_) => false,
        })
}

/// The signatures inside the innermost encryption. One outside covers only ciphertext: whoever
/// made it need not know what is inside.
fn covering_signatures(evidence: &Evidence) -> Vec<Covering<'_>> {
    let of = |facts: &'_ Vec<SignatureFact>, scheme| (facts.len(), scheme);
    let mut all = Vec::new();
    for layer in covering_layers(evidence) {
        let (facts, (signers, scheme)) = match layer {
            Layer::OpenPgpSigned(facts) => (facts, of(facts, Scheme::OpenPgp)),
            Layer::SmimeSigned(facts) => (facts, of(facts, Scheme::Smime)),
            Layer::OpenPgpEncrypted(_)
            | Layer::SmimeEnveloped(_)
            | Layer::SmimeAuthEnveloped(_)
            | Layer::SmimeCompressed => continue,
        };
        all.extend(facts.iter().map(|fact| Covering {
            fact,
            scheme,
            signers,
        }));
    }
    all
}

fn weigh(
    covering: &Covering<'_>,
    encryption: Option<&EncryptionFact>,
    claims: &Claims<'_>,
    acceptance: &Acceptance,
    policy: &Policy,
    now: Time,
) -> Result<(), WhyNot> {
    let fact = covering.fact;
    let smime = covering.scheme == Scheme::Smime;
    if smime && covering.signers > 1 {
        return Err(WhyNot::SeveralSigners);
    }
    match fact.state {
        SignatureState::Good => {}
        SignatureState::FromFuture => return Err(WhyNot::FromFuture),
        SignatureState::Revoked => return Err(WhyNot::Revoked),
        SignatureState::Expired => return Err(WhyNot::Expired),
        SignatureState::WeakHash => return Err(WhyNot::WeakHash),
        SignatureState::WeakKey | SignatureState::UnfitKey => return Err(WhyNot::WeakKey),
        SignatureState::Conflicting => return Err(WhyNot::ConflictingContent),
        SignatureState::Bad | SignatureState::Unreadable => return Err(WhyNot::BadSignature),
        SignatureState::NoCert => return Err(WhyNot::NoCert),
    }
    let latest = now.checked_add(policy.future).unwrap_or(now);
    // An OpenPGP signature without a time cannot be placed before or after anything. In CMS it may be
    // missing; the certificate was then judged at the time of reading.
    let timeless = fact.made.is_none() && !smime;
    if timeless || fact.made.is_some_and(|made| made > latest) {
        return Err(WhyNot::FromFuture);
    }
    let signer = fact.signer.as_ref().ok_or(WhyNot::NoCert)?;
    let from = claims.from.ok_or(WhyNot::SenderUnclear)?;
    let checked = acceptance.checked(from, signer);
    if checked == Checked::Rejected {
        return Err(WhyNot::Rejected);
    }
    if !fact.addresses.contains(from) {
        return Err(WhyNot::AddressMismatch);
    }
    if !meant_for_us(fact, encryption) {
        return Err(WhyNot::NotIntendedRecipient);
    }
    if !checked.counts() {
        return Err(match covering.scheme {
            Scheme::OpenPgp => WhyNot::NotAccepted,
            Scheme::Smime => WhyNot::UntrustedChain,
        });
    }
    Ok(())
}

/// Rule 49: a signature that names whom it is for counts only inside an encryption that one of
/// them opened (RFC 9580 §5.2.3.36).
fn meant_for_us(fact: &SignatureFact, encryption: Option<&EncryptionFact>) -> bool {
    fact.intended.is_empty()
        || encryption
            .and_then(|e| e.opened_with.as_ref())
            .is_some_and(|own| fact.intended.contains(own))
}

fn signer_of(fact: &SignatureFact, claims: &Claims<'_>, acceptance: &Acceptance) -> Option<Signer> {
    let fingerprint = fact.signer.clone()?;
    let address = claims
        .from
        .filter(|from| fact.addresses.contains(from))
        .or(fact.addresses.first())
        .cloned();
    let checked = address
        .as_ref()
        .map_or(Checked::Unknown, |a| acceptance.checked(a, &fingerprint));
    Some(Signer {
        address,
        fingerprint,
        checked,
        signed_at: fact.made,
    })
}

fn dates_differ(fact: &SignatureFact, claims: &Claims<'_>, policy: &Policy) -> bool {
    match (fact.made, claims.date) {
        (Some(made), Some(date)) => date.duration_since(made).abs() > policy.date_gap,
        (None, _) | (_, None) => false,
    }
}
