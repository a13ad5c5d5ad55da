//! Checking the chain of a certificate that lies in a file.

use super::{revocation, trust};
use crate::app::command::{ChainAnswer, ChainLeaf, ChainQuestion, LinkState};
use crate::app::desk::Desk;
use crate::app::failure::{ChainFailure, Failure};
use crate::app::files;
use crate::app::job::{Step, Watch};
use crate::base::limits;
use crate::cert::Cert;
use crate::cert::x509::chain::{
    self, Anchor, AnchorFor, Anchors, CRL_BYTES, Certificate, Chain, Crl, Crls, Fault, Lookup,
    PolicyWish, Pool, Reason, Sources, Unreadable, When, Wish,
};
use std::path::Path;
use std::sync::Arc;

/// Checks it. An invalid chain is an answer, not a failure.
pub fn check(desk: &Desk, question: &ChainQuestion, watch: &Watch) -> Result<ChainAnswer, Failure> {
    watch.progress(Step::Checking, 0, 1);
    let mut along = Pool::default();
    let mut skipped = Vec::new();
    let mut pieces = match &question.leaf {
        ChainLeaf::File(path) => {
            let bytes = files::read(path, limits::KEY_FILE_BYTES)?;
            chain::files::certificates(&bytes).into_iter()
        }
        ChainLeaf::Key(key) => match super::keys::find(desk, key)? {
            Cert::X509(cert) => vec![cert.der().to_vec()].into_iter(),
            Cert::OpenPgp(_) => return Err(ChainFailure::NotX509.into()),
        },
    };
    let none = || match &question.leaf {
        ChainLeaf::File(path) => ChainFailure::NotACertificate(path.clone()),
        ChainLeaf::Key(_) => ChainFailure::Unreadable("it is no certificate"),
    };
    let leaf = match Certificate::from_der(&pieces.next().ok_or_else(none)?) {
        Ok(leaf) => Arc::new(leaf),
        Err(Unreadable::NotACertificate) => return Err(none().into()),
        Err(Unreadable::Malformed(what)) => return Ok(unread(Reason::Malformed(what))),
        Err(Unreadable::TooLarge) => return Ok(unread(Reason::TooLarge)),
    };
    for der in pieces {
        take(&der, "the file itself", &mut along, &mut skipped);
    }
    if let Some(with) = &question.with {
        for (name, der) in certificates_of(with)? {
            take(&der, &name, &mut along, &mut skipped);
        }
    }
    let anchors = match &question.roots {
        Some(roots) => named_anchors(roots, &mut skipped)?,
        None => trust::anchors(desk)?,
    };
    let crls = match &question.crls {
        Some(folder) => Some(lists_of(folder, &mut skipped)?),
        None => None,
    };
    let wish = Wish {
        at: When::at(desk.judging_time()),
        purpose: question.purpose,
        address: question.address.as_ref(),
        policy: PolicyWish {
            explicit: !question.policies.is_empty(),
            accepted: accepted(&question.policies),
        },
        allow_weak: question.allow_weak,
    };
    let kept = trust::KeptCertificates::new(&*desk.store);
    let near = (&anchors, &kept as &dyn Lookup);
    let how = (question.fetch, watch);
    let crls = crls.as_ref();
    let mut chain = trust::build_fetching(desk, &leaf, near, &mut along, crls, &wish, how)?;
    let mut links = None;
    if question.ask_revocation && chain.is_valid() {
        let sources = Sources {
            anchors: &anchors,
            kept: &kept,
            along: &along,
            crls: None,
        };
        let found = revocation::ask(desk, &chain.path, sources, &wish, watch)?;
        chain.fault = revoked(&found);
        links = Some(found);
    }
    Ok(ChainAnswer {
        chain,
        skipped,
        links,
    })
}

/// The first certificate of the path that may not be relied on, by what was asked.
fn revoked(found: &[LinkState]) -> Option<Fault> {
    found.iter().enumerate().find_map(|(at, state)| {
        let reason = match state {
            LinkState::Good { .. } => return None,
            LinkState::Revoked { at, reason } => Reason::Revoked {
                at: When::at(*at),
                reason: *reason,
            },
            LinkState::NotChecked { .. } | LinkState::NotKnown(_) => Reason::RevocationUnknown,
        };
        Some(Fault { reason, at })
    })
}

fn unread(reason: Reason) -> ChainAnswer {
    ChainAnswer {
        chain: Chain {
            path: Vec::new(),
            fault: Some(Fault { reason, at: 0 }),
        },
        skipped: Vec::new(),
        links: None,
    }
}

/// anyPolicy among them accepts all.
fn accepted(policies: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    let any = policies
        .iter()
        .any(|policy| policy == chain::ids::ANY_POLICY);
    (!policies.is_empty() && !any).then(|| policies.to_vec())
}

fn take(der: &[u8], name: &str, pool: &mut Pool, skipped: &mut Vec<String>) {
    match Certificate::from_der(der) {
        Ok(certificate) => pool.add(Arc::new(certificate)),
        Err(_) => skipped.push(name.to_owned()),
    }
}

fn certificates_of(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut all = Vec::new();
    for (path, bytes) in files::read_folder(folder, limits::KEY_FILE_BYTES)? {
        let name = path.to_string_lossy().into_owned();
        let pieces = chain::files::certificates(&bytes);
        all.extend(pieces.into_iter().map(|der| (name.clone(), der)));
    }
    Ok(all)
}

fn named_anchors(folder: &Path, skipped: &mut Vec<String>) -> Result<Anchors, Failure> {
    let mut anchors = Anchors::default();
    for (name, der) in certificates_of(folder)? {
        match Certificate::from_der(&der) {
            Ok(certificate) => anchors.add(Anchor {
                certificate: Arc::new(certificate),
                counts_for: AnchorFor::Anybody,
                strict: true,
            }),
            Err(_) => skipped.push(name),
        }
    }
    Ok(anchors)
}

fn lists_of(folder: &Path, skipped: &mut Vec<String>) -> Result<Crls, Failure> {
    let mut crls = Crls::default();
    let limit = u64::try_from(CRL_BYTES).unwrap_or(u64::MAX);
    for (path, bytes) in files::read_folder(folder, limit.saturating_mul(2))? {
        let pieces = chain::files::lists(&bytes);
        let name = path.to_string_lossy().into_owned();
        if pieces.is_empty() {
            skipped.push(name.clone());
        }
        for der in pieces {
            match Crl::from_der(&der) {
                Ok(crl) => crls.add(Arc::new(crl)),
                Err(_) => skipped.push(name.clone()),
            }
        }
    }
    Ok(crls)
}
