//! What a signed letter tells beside its text: certificates for answering, and what the writer's mail
//! program can read. Nothing of it is trusted by coming along.

use super::trust;
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::app::port::CertProvenance;
use crate::base::Time;
use crate::cert::x509::chain::{Certificate, Pool, Purpose};
use crate::cert::{Acceptance, Cert, X509Cert};
use crate::protect::evidence::{Evidence, SignatureState};
use crate::protect::smime::{Along, Capabilities};
use crate::read::{Reading, Summary};
use std::sync::Arc;

/// Most certificates that are kept of one letter.
const CERTS: usize = 8;

/// The certificates whose good signatures the message bears, each with when it signed: they came along
/// or are here.
fn signers(desk: &Desk, evidence: &Evidence, along: &Along, now: Time) -> Vec<(X509Cert, Time)> {
    evidence
        .signatures()
        .filter(|fact| fact.state == SignatureState::Good)
        .filter_map(|fact| {
            let signer = fact.signer.as_ref()?;
            let mut certs = along.certs.iter();
            let came = certs.find(|cert| cert.fingerprint() == *signer).cloned();
            let cert = came.or_else(|| match desk.store.cert(signer) {
                Ok(Some(Cert::X509(cert))) => Some(cert),
                Ok(Some(Cert::OpenPgp(_)) | None) | Err(_) => None,
            })?;
            Some((cert, fact.made.unwrap_or(now)))
        })
        .collect()
}

/// Lets authorities vouch for whoever signed, over the certificates that came along and those that
/// are here (rules 8 and 13).
pub fn let_authorities_vouch(
    desk: &Desk,
    acceptance: &mut Acceptance,
    evidence: &Evidence,
    along: &Along,
    now: Time,
) -> Result<(), Failure> {
    let signers = signers(desk, evidence, along, now);
    if signers.is_empty() {
        return Ok(());
    }
    let mut pool = Pool::default();
    for cert in &along.certs {
        if let Ok(certificate) = Certificate::from_der(cert.der()) {
            pool.add(Arc::new(certificate));
        }
    }
    trust::vouch(desk, acceptance, &signers, &pool, Purpose::Sign)
}

/// Keeps the certificates that came with a good signature, so that the person can accept them and
/// answer; and, when the verdict vouches for the writer, what their program can read. A home that
/// cannot be written to still reads: what is not kept comes again with the next letter.
pub fn keep(desk: &Desk, along: &Along, reading: &Reading) {
    let now = desk.clock.now();
    let evidence = reading.evidence();
    if signers(desk, evidence, along, now).is_empty() {
        return;
    }
    for cert in along.certs.iter().take(CERTS) {
        if cert.problems().is_empty() && matches!(desk.store.cert(&cert.fingerprint()), Ok(None)) {
            let cert = Cert::X509(cert.clone());
            let _ = desk.store.put_cert(&cert, CertProvenance::Mail, now);
        }
    }
    let signer = match reading.verdict().summary() {
        Summary::Verified(signer) | Summary::Confidential(signer) => signer.inner(),
        Summary::Unprotected | Summary::EncryptedUnverified => return,
    };
    let Some(address) = &signer.address else {
        return;
    };
    for (cert, list) in &along.capabilities {
        if cert.fingerprint() == signer.fingerprint && Capabilities::read(list).is_some() {
            let at = signer.signed_at.unwrap_or(now);
            let _ = desk.store.put_capabilities(address, list, at);
        }
    }
}
