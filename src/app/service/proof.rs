//! The proof before DATA (rule 46): the final bytes are opened again with the own key, verified,
//! and compared with what was written.

use super::seal::Composed;
use crate::app::command::Way;
use crate::app::failure::{Failure, ProofFailure};
use crate::app::job::{Step, Watch};
use crate::base::Workers;
use crate::cert::{Cert, Fingerprint, OwnSecret, SecretKeys};
use crate::compose::Draft;
use crate::mime::{Content, Tree};
use crate::protect::evidence::{Evidence, Integrity, SignatureState};
use crate::protect::openpgp;
use crate::protect::plan::Own;
use crate::protect::{Outgoing, open, outgoing::Protection};

/// Checks every copy. Any difference stops the send; the draft stays.
pub fn prove(
    composed: &Composed,
    draft: &Draft,
    outgoing: &Outgoing,
    way: Way,
    workers: &dyn Workers,
    watch: &Watch,
) -> Result<(), Failure> {
    let mut keys = SecretKeys::new();
    for own in composed.own.secrets() {
        let again = OwnSecret::from_bytes(own.to_bytes().expose())
            .map_err(|_| Failure::Proof(ProofFailure::DoesNotOpen))?;
        keys.add_own(again);
    }
    let own: Vec<Cert> = composed.own.secrets().iter().map(OwnSecret::cert).collect();
    let with = openpgp::Reading {
        keys: &keys,
        certs: &own,
        at: composed.made,
        workers,
        without_integrity: false,
    };
    let copies = outgoing.copies();
    let total = u64::try_from(copies.len()).unwrap_or(u64::MAX);
    for (done, copy) in copies.iter().enumerate() {
        watch.stop_here()?;
        watch.progress(Step::Proving, u64::try_from(done).unwrap_or(0), total);
        let expected = match way {
            Way::Sealed => Protection::Sealed,
            Way::SignOnly => Protection::Signed,
            Way::Unprotected => Protection::Plain,
        };
        if copy.protection() != expected {
            return Err(Failure::Proof(ProofFailure::Different));
        }
        prove_copy(composed, draft, way, copy.bytes(), &with).map_err(Failure::Proof)?;
    }
    Ok(())
}

fn prove_copy(
    composed: &Composed,
    draft: &Draft,
    way: Way,
    bytes: &[u8],
    with: &openpgp::Reading<'_>,
) -> Result<(), ProofFailure> {
    outside_holds_no_bcc(bytes)?;
    let opened = open::open(bytes, with).map_err(|_| ProofFailure::DoesNotOpen)?;
    let (sealed, signed) = protections(&opened.evidence, &composed.own.certs());
    match way {
        Way::Sealed if !sealed => return Err(ProofFailure::DoesNotOpen),
        Way::Sealed | Way::SignOnly if !signed => return Err(ProofFailure::NotSigned),
        Way::Sealed | Way::SignOnly => {
            if opened.payload() != composed.payload.inner {
                return Err(ProofFailure::Different);
            }
        }
        Way::Unprotected => {
            if !bytes.ends_with(&composed.payload.inner) {
                return Err(ProofFailure::Different);
            }
        }
    }
    let payload = match way {
        Way::Sealed | Way::SignOnly => opened.payload(),
        Way::Unprotected => bytes,
    };
    let tree = Tree::parse(payload).map_err(|_| ProofFailure::Different)?;
    same_as_draft(&tree, draft)
}

fn outside_holds_no_bcc(bytes: &[u8]) -> Result<(), ProofFailure> {
    let tree = Tree::parse(bytes).map_err(|_| ProofFailure::DoesNotOpen)?;
    match tree.root().header().count("Bcc") {
        0 => Ok(()),
        _ => Err(ProofFailure::Different),
    }
}

/// Whether the envelope is encrypted to our own key too (rule 40), and whether our own key's signature
/// over it is good, both by the same standard. OpenPGP must guard against alteration; S/MIME in CBC mode
/// does so by the signature inside (rule 18).
fn protections(evidence: &Evidence, own: &Own) -> (bool, bool) {
    let is = |named: Option<&Fingerprint>, cert: &Option<Cert>| {
        let own = cert.as_ref().map(Cert::fingerprint);
        own.is_some() && named == own.as_ref()
    };
    let by_openpgp = evidence.encryptions().any(|fact| {
        fact.integrity != Integrity::None && is(fact.opened_with.as_ref(), &own.openpgp)
    });
    let by_smime = evidence
        .encryptions()
        .any(|fact| is(fact.opened_with.as_ref(), &own.smime_encryption));
    let signed_by = |cert: &Option<Cert>| {
        evidence
            .signatures()
            .any(|fact| fact.state == SignatureState::Good && is(fact.signer.as_ref(), cert))
    };
    let (openpgp, smime) = (signed_by(&own.openpgp), signed_by(&own.smime_signing));
    match (by_openpgp, by_smime) {
        (true, _) => (true, openpgp),
        (false, true) => (true, smime),
        (false, false) => (false, openpgp || smime),
    }
}

/// Compares what a reader will see with what was written: subject, text, attachments.
fn same_as_draft(tree: &Tree<'_>, draft: &Draft) -> Result<(), ProofFailure> {
    let header = tree.root().header();
    let subject = header.text("Subject").unwrap_or_default();
    if plain_words(subject.raw()) != plain_words(&draft.subject) {
        return Err(ProofFailure::Different);
    }
    let content = Content::of(tree.root(), true);
    let bodies_agree = draft.html.is_some() || lines(&content.text) == lines(&draft.body);
    let files_agree = content.attachments.len() == draft.attachments.len()
        && content
            .attachments
            .iter()
            .zip(&draft.attachments)
            .all(|(there, here)| {
                tree.part(there.index)
                    .is_some_and(|part| part.decoded().bytes == here.bytes.as_slice())
            });
    if bodies_agree && files_agree {
        Ok(())
    } else {
        Err(ProofFailure::Different)
    }
}

/// A subject in words: what folding and cleaning change between them does not count.
fn plain_words(text: &str) -> Vec<&str> {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The text in lines, whatever ends them; the last line's end does not count.
fn lines(text: &str) -> Vec<String> {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<String> = unified.split('\n').map(str::to_owned).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

#[cfg(test)]
pub(in crate::app::service) mod tests;
