//! Revocation by lists (RFC 5280 §6.3): complete and delta, direct and indirect, by distribution
//! point and by reason.

use super::build::{Sources, build_for_signer};
use super::certificate::Certificate;
use super::crl::{Crl, Entry};
use super::extensions::KeyUsage;
use super::general::GeneralName;
use super::keys::PublicKey;
use super::points::{Point, PointName, Reasons, Scope};
use super::reason::{Fault, Reason};
use super::signature::{self, Algorithm};
use super::validate::Wish;
use super::when::When;
use std::collections::HashMap;
use std::sync::Arc;

/// Deepest nesting of list signers whose own revocation is asked.
const DEPTH: usize = 8;
/// Most lists that are looked at for one certificate.
const LISTS: usize = 200;
/// reasonCode removeFromCRL.
const REMOVED: u8 = 8;

/// Lists at hand, found by their issuer.
#[derive(Default)]
pub struct Crls {
    by_issuer: HashMap<Vec<u8>, Vec<Arc<Crl>>>,
    if_known: bool,
}

impl Crls {
    /// Lists that happen to be here: what they do not cover is not held against a path.
    pub fn if_known() -> Crls {
        Crls {
            if_known: true,
            ..Crls::default()
        }
    }

    /// Adds a list.
    pub fn add(&mut self, crl: Arc<Crl>) {
        let issuer = crl.issuer_form().to_vec();
        self.by_issuer.entry(issuer).or_default().push(crl);
    }

    /// Adds several.
    pub fn add_all(&mut self, lists: Vec<Arc<Crl>>) {
        for crl in lists {
            self.add(crl);
        }
    }

    /// Those of this issuer.
    pub fn of(&self, issuer_form: &[u8]) -> &[Arc<Crl>] {
        self.by_issuer.get(issuer_form).map_or(&[], Vec::as_slice)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_issuer.is_empty()
    }
}

/// What the lists say of one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Current lists cover it and do not name it.
    Good {
        /// As of when: the oldest of the lists that it rests on.
        as_of: When,
    },
    /// It was revoked.
    Revoked(Entry),
    /// No current list covers it.
    Unknown,
}

/// The certificate that is asked about, and its place.
#[derive(Clone, Copy)]
struct Asked<'a> {
    certificate: &'a Certificate,
    issuer: &'a Arc<Certificate>,
    key: &'a PublicKey,
    anchor: &'a Certificate,
}

/// Asks the lists, and remembers which signatures on them hold.
pub struct Revocations<'a> {
    sources: Sources<'a>,
    signed: HashMap<(usize, [u8; 32]), bool>,
    /// Signers whose own revocation is being asked: a list may be signed by a certificate that the
    /// same list covers.
    under_way: Vec<[u8; 32]>,
    trusted: HashMap<([u8; 32], [u8; 32]), bool>,
}

impl<'a> Revocations<'a> {
    /// With the lists of these sources.
    pub fn new(sources: Sources<'a>) -> Self {
        Revocations {
            sources,
            signed: HashMap::new(),
            under_way: Vec::new(),
            trusted: HashMap::new(),
        }
    }

    /// Whether every certificate of a path but the anchor is found not revoked. Without lists,
    /// nothing is asked.
    pub fn check(
        &mut self,
        path: &[Arc<Certificate>],
        keys: &[PublicKey],
        wish: &Wish<'_>,
    ) -> Result<(), Fault> {
        let Some(crls) = self.sources.crls else {
            return Ok(());
        };
        for (at, status) in self.states(path, keys, wish) {
            let reason = match status {
                Status::Good { .. } => continue,
                Status::Unknown if crls.if_known => continue,
                Status::Revoked(entry) => Reason::Revoked {
                    at: entry.at,
                    reason: entry.reason,
                },
                Status::Unknown => Reason::RevocationUnknown,
            };
            return Err(Fault { reason, at });
        }
        Ok(())
    }

    /// The state of each certificate of a path but the anchor, the anchor's neighbour first.
    pub fn states(
        &mut self,
        path: &[Arc<Certificate>],
        keys: &[PublicKey],
        wish: &Wish<'_>,
    ) -> Vec<(usize, Status)> {
        let Some(anchor) = path.last() else {
            return Vec::new();
        };
        let mut states = Vec::new();
        for at in (0..path.len().saturating_sub(1)).rev() {
            let above = at.saturating_add(1);
            if let (Some(certificate), Some(issuer), Some(key)) =
                (path.get(at), path.get(above), keys.get(at))
            {
                let asked = Asked {
                    certificate,
                    issuer,
                    key,
                    anchor,
                };
                states.push((at, self.status(asked, wish)));
            }
        }
        states
    }

    fn status(&mut self, asked: Asked<'_>, wish: &Wish<'_>) -> Status {
        let mut known = Reasons::NONE;
        let mut as_of = wish.at;
        let own = Point {
            name: Some(PointName::Full(vec![GeneralName::Directory(Box::new(
                asked.certificate.issuer.clone(),
            ))])),
            reasons: None,
            issuer: Vec::new(),
        };
        let points = asked.certificate.extensions.points.iter().chain([&own]);
        for point in points {
            for crl in self.candidates(asked, point) {
                let covered = point.reasons.unwrap_or(Reasons::ALL);
                let of_list = crl.scope.as_ref().and_then(|s| s.reasons);
                let covered = covered.and(of_list.unwrap_or(Reasons::ALL));
                if !covered.adds_to(known) || !speaks_of(&crl, point, asked) {
                    continue;
                }
                let delta = self.delta(&crl, asked, wish);
                let current =
                    crl.is_current(wish.at) || (delta.is_some() && crl.this_update <= wish.at);
                if !current || !self.is_signed(&crl, asked, wish) {
                    continue;
                }
                if let Some(entry) = entry(&crl, delta.as_deref(), asked.certificate) {
                    return Status::Revoked(entry);
                }
                known = known.or(covered);
                let newest = delta.map_or(crl.this_update, |delta| delta.this_update);
                as_of = as_of.min(newest);
                if !Reasons::ALL.adds_to(known) {
                    return Status::Good { as_of };
                }
            }
        }
        Status::Unknown
    }

    /// Complete lists that a point may mean, newest first.
    fn candidates(&self, asked: Asked<'_>, point: &Point) -> Vec<Arc<Crl>> {
        let Some(crls) = self.sources.crls else {
            return Vec::new();
        };
        let mut found: Vec<Arc<Crl>> = Vec::new();
        let mut take = |form: &[u8]| {
            let complete = crls.of(form).iter().filter(|crl| crl.base.is_none());
            found.extend(complete.take(LISTS).cloned());
        };
        if point.issuer.is_empty() {
            take(asked.certificate.issuer_form());
        }
        for name in &point.issuer {
            if let GeneralName::Directory(name) = name {
                take(&name.canonical());
            }
        }
        found.sort_by_key(|crl| std::cmp::Reverse(crl.this_update));
        found
    }

    /// The newest current delta to a complete list (RFC 5280 §6.3.3 c).
    fn delta(&mut self, crl: &Arc<Crl>, asked: Asked<'_>, wish: &Wish<'_>) -> Option<Arc<Crl>> {
        let told = crl.has_deltas || !asked.certificate.extensions.freshest.is_empty();
        let number = crl.number.as_deref()?;
        if !told {
            return None;
        }
        let at_most = |a: &[u8], b: &[u8]| (a.len(), a) <= (b.len(), b);
        let mut found: Vec<Arc<Crl>> = self
            .sources
            .crls?
            .of(crl.issuer_form())
            .iter()
            .filter(|delta| {
                let (Some(base), Some(newer)) = (&delta.base, &delta.number) else {
                    return false;
                };
                delta.is_current(wish.at)
                    && at_most(base, number)
                    && at_most(number, newer)
                    && delta.scope_bytes == crl.scope_bytes
                    && delta.authority_key == crl.authority_key
            })
            .take(LISTS)
            .cloned()
            .collect();
        found.sort_by_key(|delta| std::cmp::Reverse(delta.this_update));
        found
            .into_iter()
            .find(|delta| self.is_signed(delta, asked, wish))
    }

    /// Whether the list is signed by one who may: the certificate's issuer, or a certificate with
    /// the list's issuer's name and a path to the same anchor.
    fn is_signed(&mut self, crl: &Arc<Crl>, asked: Asked<'_>, wish: &Wish<'_>) -> bool {
        let weak = Algorithm::read(&crl.algorithm).map(Algorithm::weak_hash);
        if !wish.allow_weak && weak != Ok(None) {
            return false;
        }
        let direct = crl.issuer_form() == asked.issuer.subject_form();
        if direct && may_sign(crl, asked.issuer) && self.holds(crl, asked.issuer, asked.key) {
            return true;
        }
        for signer in self.signers(crl) {
            if may_sign(crl, &signer)
                && self.holds(crl, &signer, &signer.key)
                && self.is_trusted(&signer, asked.anchor, wish)
            {
                return true;
            }
        }
        false
    }

    fn signers(&self, crl: &Crl) -> Vec<Arc<Certificate>> {
        let form = crl.issuer_form();
        let anchors = self.sources.anchors.of(form).iter();
        let along = self.sources.along.of(form).iter();
        let kept = self.sources.kept.find(&crl.issuer, form);
        let all = anchors
            .map(|a| &a.certificate)
            .chain(along)
            .chain(kept.iter());
        all.take(LISTS).cloned().collect()
    }

    fn holds(&mut self, crl: &Arc<Crl>, signer: &Certificate, key: &PublicKey) -> bool {
        let place = (Arc::as_ptr(crl).addr(), signer.digest());
        if let Some(known) = self.signed.get(&place) {
            return *known;
        }
        let checked = signature::verify(&crl.algorithm, crl.signed(), &crl.signature, key);
        self.signed.insert(place, checked.is_ok());
        checked.is_ok()
    }

    fn is_trusted(
        &mut self,
        signer: &Arc<Certificate>,
        anchor: &Certificate,
        wish: &Wish<'_>,
    ) -> bool {
        if signer.digest() == anchor.digest() || self.under_way.contains(&signer.digest()) {
            return true;
        }
        let pair = (signer.digest(), anchor.digest());
        if let Some(known) = self.trusted.get(&pair) {
            return *known;
        }
        if self.under_way.len() >= DEPTH {
            return false;
        }
        self.under_way.push(signer.digest());
        let sources = self.sources;
        let trusted = build_for_signer(signer, anchor, sources, wish, self);
        self.under_way.pop();
        // Within a circle the answer leans on signers that are still asked about.
        if self.under_way.is_empty() {
            self.trusted.insert(pair, trusted);
        }
        trusted
    }
}

fn may_sign(crl: &Crl, signer: &Certificate) -> bool {
    let named = match (&crl.authority_key, &signer.extensions.subject_key) {
        (Some(wanted), Some(key)) => wanted == key,
        _ => true,
    };
    named && signer.may(KeyUsage::SIGN_CRLS)
}

/// Whether the list's scope holds the certificate (RFC 5280 §6.3.3 b).
fn speaks_of(crl: &Crl, point: &Point, asked: Asked<'_>) -> bool {
    let certificate = asked.certificate;
    let indirect = crl.scope.as_ref().is_some_and(|scope| scope.indirect);
    if !point.issuer.is_empty() && !indirect {
        return false;
    }
    let Some(scope) = &crl.scope else {
        return true;
    };
    let authority = certificate.is_authority();
    if scope.only_attributes
        || (scope.only_users && authority)
        || (scope.only_authorities && !authority)
    {
        return false;
    }
    names_meet(scope, crl, point)
}

fn names_meet(scope: &Scope, crl: &Crl, point: &Point) -> bool {
    let Some(name) = &scope.name else {
        return true;
    };
    let of_list = name.names(&crl.issuer);
    let of_point = match &point.name {
        Some(name) => name.names(&crl.issuer),
        None => point.issuer.clone(),
    };
    of_list
        .iter()
        .any(|a| of_point.iter().any(|b| a.is_same(b)))
}

/// What complete list and delta together say.
fn entry(crl: &Crl, delta: Option<&Crl>, certificate: &Certificate) -> Option<Entry> {
    let (issuer, serial) = (certificate.issuer_form(), certificate.serial.as_slice());
    match delta.and_then(|delta| delta.entry(issuer, serial)) {
        Some(changed) if changed.reason == REMOVED => None,
        Some(changed) => Some(changed),
        None => crl
            .entry(issuer, serial)
            .filter(|entry| entry.reason != REMOVED),
    }
}
