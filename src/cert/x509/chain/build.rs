//! Finding a path: from a certificate over the issuers at hand to an anchor. The search goes on until
//! a path holds, and is bounded: cross-certificates can form circles and more paths than anybody
//! can walk.

use super::certificate::Certificate;
use super::keys::PublicKey;
use super::pool::{Anchor, Anchors, Lookup, Pool};
use super::reason::{Fault, Reason};
use super::revocation::{Crls, Revocations, Status};
use super::validate::{self, Keys, Purpose, Wish};
use std::collections::HashMap;
use std::sync::Arc;

/// Longest paths that are looked for, anchor included, one after the other.
const DEPTHS: [usize; 7] = [3, 4, 5, 6, 8, 16, 32];
/// Most issuers that are tried in one search.
const TRIED: usize = 5_000;
/// Most signatures that are checked in one search.
const SIGNATURES: usize = 1_000;

/// What came of a search.
#[derive(Clone)]
pub struct Chain {
    /// From the certificate to the anchor; as far as it went when it does not hold.
    pub path: Vec<Arc<Certificate>>,
    /// Why it does not hold.
    pub fault: Option<Fault>,
}

impl Chain {
    /// Whether it holds.
    pub fn is_valid(&self) -> bool {
        self.fault.is_none()
    }
}

/// Where a search looks.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// Whom to trust.
    pub anchors: &'a Anchors,
    /// Certificates that are kept.
    pub kept: &'a dyn Lookup,
    /// Certificates that came along, with a message or a file.
    pub along: &'a Pool,
    /// Lists by which every certificate of a path must be found not revoked; `None` when
    /// revocation is not asked about.
    pub crls: Option<&'a Crls>,
}

/// Finds a path that holds, or says why there is none.
pub fn build(leaf: &Arc<Certificate>, sources: Sources<'_>, wish: &Wish<'_>) -> Chain {
    let mut search = Search::new(sources, wish, None);
    let mut revocations = Revocations::new(sources);
    search.run(leaf, &mut revocations)
}

/// What the lists of `sources` say of each certificate of a path but the anchor.
pub fn states(
    path: &[Arc<Certificate>],
    sources: Sources<'_>,
    wish: &Wish<'_>,
) -> Vec<(usize, Status)> {
    // Keys as they are used: a DSA key without parameters has those of its issuer.
    let mut keys: Vec<PublicKey> = Vec::new();
    for certificate in path.iter().rev() {
        let key = match keys.last() {
            Some(above) => certificate.key.inheriting(above),
            None => certificate.key.clone(),
        };
        keys.push(key);
    }
    keys.reverse();
    let above = keys.get(1..).unwrap_or_default();
    Revocations::new(sources).states(path, above, wish)
}

/// Finds a path for the signer of a list, to the anchor that the certificate itself has
/// (RFC 5280 §6.3.3 f).
pub(super) fn build_for_signer(
    signer: &Arc<Certificate>,
    anchor: &Certificate,
    sources: Sources<'_>,
    wish: &Wish<'_>,
    revocations: &mut Revocations<'_>,
) -> bool {
    let wish = Wish {
        purpose: Purpose::Any,
        address: None,
        policy: super::policies::PolicyWish::default(),
        ..wish.clone()
    };
    let mut search = Search::new(sources, &wish, Some(anchor.digest()));
    search.run(signer, revocations).is_valid()
}

struct Search<'a> {
    sources: Sources<'a>,
    wish: &'a Wish<'a>,
    /// The one anchor that counts, if only one does.
    only: Option<[u8; 32]>,
    depth: usize,
    /// Whether a path was given up for its length.
    cut: bool,
    tried: usize,
    signatures: usize,
    links: HashMap<([u8; 32], [u8; 32]), Result<(), Reason>>,
    best: Option<Chain>,
}

impl<'a> Search<'a> {
    fn new(sources: Sources<'a>, wish: &'a Wish<'a>, only: Option<[u8; 32]>) -> Self {
        Search {
            sources,
            wish,
            only,
            depth: 0,
            cut: false,
            tried: 0,
            signatures: 0,
            links: HashMap::new(),
            best: None,
        }
    }

    fn run(&mut self, leaf: &Arc<Certificate>, revocations: &mut Revocations<'_>) -> Chain {
        let mut path = vec![leaf.clone()];
        if self.sources.anchors.is_rejected(leaf) {
            let fault = Some(Fault {
                reason: Reason::Rejected,
                at: 0,
            });
            return Chain { path, fault };
        }
        let itself = self.sources.anchors.of(leaf.subject_form()).iter();
        for anchor in itself.filter(|a| a.certificate.digest() == leaf.digest()) {
            if self.counts(anchor) && self.judge(&path, anchor, revocations) {
                return Chain { path, fault: None };
            }
        }
        // Short paths first: circles of cross-certificates then hide no way out.
        for depth in DEPTHS {
            self.depth = depth;
            self.cut = false;
            if self.extend(&mut path, revocations) {
                return Chain { path, fault: None };
            }
            if !self.cut || self.is_exhausted() {
                break;
            }
        }
        if self.is_exhausted() {
            let at = 0;
            let reason = Reason::TooComplex;
            self.note(&path, Fault { reason, at });
        }
        self.best.take().unwrap_or(Chain {
            path,
            fault: Some(Fault {
                reason: Reason::NoAnchors,
                at: 0,
            }),
        })
    }

    fn counts(&self, anchor: &Anchor) -> bool {
        self.only
            .is_none_or(|only| only == anchor.certificate.digest())
            && !self.sources.anchors.is_rejected(&anchor.certificate)
    }

    fn is_exhausted(&self) -> bool {
        self.tried > TRIED || self.signatures > SIGNATURES
    }

    fn note(&mut self, path: &[Arc<Certificate>], fault: Fault) {
        let rank = |chain: &Chain| chain.fault.as_ref().map_or(0, |f| f.reason.rank());
        if self
            .best
            .as_ref()
            .is_none_or(|best| rank(best) < fault.reason.rank())
        {
            self.best = Some(Chain {
                path: path.to_vec(),
                fault: Some(fault),
            });
        }
    }

    /// Tries every issuer of the last certificate; leaves the whole path when one leads to an end.
    fn extend(
        &mut self,
        path: &mut Vec<Arc<Certificate>>,
        revocations: &mut Revocations<'_>,
    ) -> bool {
        let Some(last) = path.last().cloned() else {
            return false;
        };
        let at = path.len().saturating_sub(1);
        let mut found = 0usize;
        let sources = self.sources;
        for anchor in sources.anchors.of(last.issuer_form()) {
            if !self.counts(anchor) || anchor.certificate.digest() == last.digest() {
                continue;
            }
            found = found.saturating_add(1);
            self.tried = self.tried.saturating_add(1);
            path.push(anchor.certificate.clone());
            match self.link(&last, &anchor.certificate) {
                Ok(()) if self.judge(path, anchor, revocations) => return true,
                Ok(()) => {}
                Err(reason) => self.note(path, Fault { reason, at }),
            }
            path.pop();
        }
        for issuer in self.issuers(&last) {
            if self.is_exhausted() {
                return false;
            }
            self.tried = self.tried.saturating_add(1);
            if path.iter().any(|known| is_same_authority(known, &issuer)) {
                continue;
            }
            found = found.saturating_add(1);
            path.push(issuer.clone());
            let place = path.len().saturating_sub(1);
            let fit = validate::authority(&issuer)
                .and_then(|()| validate::in_time(&issuer, self.wish.at))
                .map_err(|reason| Fault { reason, at: place })
                .and_then(|()| {
                    self.link(&last, &issuer)
                        .map_err(|reason| Fault { reason, at })
                });
            match fit {
                Ok(()) if path.len() >= self.depth => self.cut = true,
                Ok(()) if self.extend(path, revocations) => return true,
                Ok(()) => {}
                Err(fault) => self.note(path, fault),
            }
            path.pop();
        }
        if found == 0 {
            self.note_end(path, &last, at);
        }
        false
    }

    fn note_end(&mut self, path: &[Arc<Certificate>], last: &Certificate, at: usize) {
        let reason = if last.is_self_issued() {
            Reason::UntrustedRoot
        } else {
            Reason::MissingIssuer {
                issuer: last.issuer.text(),
                places: last.extensions.issuer_places.clone(),
            }
        };
        self.note(path, Fault { reason, at });
    }

    /// Issuers by name, those first whose key is the one that is named, then those in time.
    fn issuers(&self, of: &Certificate) -> Vec<Arc<Certificate>> {
        let form = of.issuer_form();
        let along = self.sources.along.of(form);
        let kept = self.sources.kept.find(&of.issuer, form);
        let mut all: Vec<Arc<Certificate>> = along
            .iter()
            .chain(&kept)
            .filter(|c| c.digest() != of.digest() && !self.sources.anchors.is_rejected(c))
            .cloned()
            .collect();
        all.sort_by_key(|candidate| {
            let named = of.extensions.authority_key.is_some()
                && of.extensions.authority_key == candidate.extensions.subject_key;
            let in_time = validate::in_time(candidate, self.wish.at).is_ok();
            let near = !self.sources.anchors.of(candidate.issuer_form()).is_empty();
            (!named, !in_time, !near, candidate.is_self_issued())
        });
        all.dedup_by_key(|candidate| candidate.digest());
        all
    }

    /// Whether `issuer` signed `certificate`. A DSA key without parameters is judged later, when
    /// it is known whose it has.
    fn link(&mut self, certificate: &Certificate, issuer: &Certificate) -> Result<(), Reason> {
        if issuer.key.inherits() {
            return Ok(());
        }
        let pair = (certificate.digest(), issuer.digest());
        if let Some(known) = self.links.get(&pair) {
            return known.clone();
        }
        self.signatures = self.signatures.saturating_add(1);
        let checked = validate::verify(certificate, &issuer.key);
        self.links.insert(pair, checked.clone());
        checked
    }

    /// Judges a whole path.
    fn judge(
        &mut self,
        path: &[Arc<Certificate>],
        anchor: &Anchor,
        revocations: &mut Revocations<'_>,
    ) -> bool {
        let links = &self.links;
        let checked = |certificate: &Certificate, issuer: &Certificate| {
            let pair = (certificate.digest(), issuer.digest());
            matches!(links.get(&pair), Some(Ok(())))
        };
        let result = validate::validate(path, anchor, self.wish, &checked)
            .and_then(|Keys(keys)| revocations.check(path, &keys, self.wish));
        match result {
            Ok(()) => true,
            Err(fault) => {
                self.note(path, fault);
                false
            }
        }
    }
}

/// The same name with the same key: to come back to it is a circle.
fn is_same_authority(a: &Certificate, b: &Certificate) -> bool {
    a.digest() == b.digest() || (a.subject_form() == b.subject_form() && a.key.der() == b.key.der())
}
