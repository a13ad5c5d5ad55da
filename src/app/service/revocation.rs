//! Whether certificates of a chain were withdrawn: what is known from lists and answers that were fetched
//! before, and, when the person asks, from the places that the certificates name (rule 25).
//!
//! Lists come first: to fetch one tells its server that somebody asks about some certificate of that
//! authority; an OCSP question tells which.

use crate::app::command::{LinkState, NotKnown};
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::app::job::{Step, Watch};
use crate::app::port::{CachedList, StoreFailure};
use crate::app::random;
use crate::cert::x509::chain::ocsp::{ANSWER_BYTES, NONCE, Question};
use crate::cert::x509::chain::{
    CRL_BYTES, Certificate, Crl, Crls, Entry, Sources, Status, When, Wish, states,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Most places that are asked for one certificate, of each kind.
const PLACES: usize = 4;
/// For how many seconds an answer without an end is kept.
const KEPT: i64 = 86_400;

/// An OCSP answer that was judged, kept with its end.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Seconds since 1970, and reasonCode.
    revoked: Option<(i64, u8)>,
    /// Seconds since 1970.
    as_of: i64,
    /// Seconds since 1970.
    until: i64,
}

/// What is known of each certificate of a path but the anchor, the certificate first. Opens no
/// socket.
pub fn known(
    desk: &Desk,
    path: &[Arc<Certificate>],
    sources: Sources<'_>,
    wish: &Wish<'_>,
) -> Result<Vec<LinkState>, Failure> {
    let mut crls = Crls::if_known();
    for certificate in path {
        for place in places(certificate) {
            if let Some(crl) = cached(desk, place)? {
                crls.add(crl);
            }
        }
    }
    let mut found = by_lists(path, &crls, sources, wish);
    for (at, state) in found.iter_mut().enumerate() {
        if let (LinkState::NotChecked { .. }, Some(certificate)) = (&state, path.get(at))
            && let Some(kept) = kept(desk, certificate, wish.at)?
        {
            *state = of_kept(&kept);
        }
    }
    Ok(found)
}

/// Asks, as the person wished: lists first, then, for what they do not cover, the authorities
/// themselves.
pub fn ask(
    desk: &Desk,
    path: &[Arc<Certificate>],
    sources: Sources<'_>,
    wish: &Wish<'_>,
    watch: &Watch,
) -> Result<Vec<LinkState>, Failure> {
    desk.online()?;
    let links = path.len().saturating_sub(1);
    let total = u64::try_from(links).unwrap_or(0);
    let mut crls = Crls::if_known();
    for (done, certificate) in path.iter().take(links).enumerate() {
        watch.progress(Step::Fetching, u64::try_from(done).unwrap_or(0), total);
        for place in places(certificate).take(PLACES) {
            watch.stop_here()?;
            let at_hand = cached(desk, place)?.filter(|crl| crl.is_current(wish.at));
            match at_hand {
                Some(crl) => crls.add(crl),
                // Another place, or the authority itself, may still tell.
                None => crls.add_all(fetch(desk, place, watch)?),
            }
        }
    }
    let mut found = by_lists(path, &crls, sources, wish);
    for (at, state) in found.iter_mut().enumerate() {
        let pair = (path.get(at), path.get(at.saturating_add(1)));
        if let (LinkState::NotChecked { .. }, (Some(certificate), Some(issuer))) = (&state, pair) {
            *state = ask_authority(desk, certificate, issuer, watch)?;
        }
    }
    Ok(found)
}

/// Places of a certificate's lists, deltas too.
fn places(certificate: &Certificate) -> impl Iterator<Item = &str> {
    let extensions = &certificate.extensions;
    let points = extensions.points.iter().chain(&extensions.freshest);
    points.flat_map(|point| point.places())
}

fn by_lists(
    path: &[Arc<Certificate>],
    crls: &Crls,
    sources: Sources<'_>,
    wish: &Wish<'_>,
) -> Vec<LinkState> {
    let sources = Sources {
        crls: Some(crls),
        ..sources
    };
    let mut found = states(path, sources, wish);
    found.sort_by_key(|(at, _)| *at);
    found
        .into_iter()
        .filter_map(|(at, status)| {
            let certificate = path.get(at)?;
            Some(match status {
                Status::Good { as_of } => LinkState::Good {
                    as_of: as_of.time(),
                },
                Status::Revoked(entry) => revoked(entry),
                Status::Unknown => LinkState::NotChecked {
                    can_ask: can_ask(certificate),
                },
            })
        })
        .collect()
}

fn can_ask(certificate: &Certificate) -> bool {
    places(certificate).next().is_some() || !certificate.extensions.ocsp_places.is_empty()
}

fn revoked(entry: Entry) -> LinkState {
    LinkState::Revoked {
        at: entry.at.time(),
        reason: entry.reason,
    }
}

fn cached(desk: &Desk, place: &str) -> Result<Option<Arc<Crl>>, StoreFailure> {
    let list = desk.store.list(place)?;
    Ok(list.and_then(|list| Crl::from_der(&list.der).ok().map(Arc::new)))
}

fn fetch(desk: &Desk, place: &str, watch: &Watch) -> Result<Vec<Arc<Crl>>, Failure> {
    let Ok(bytes) = desk.web.get(place, CRL_BYTES, &watch.cancel) else {
        watch.stop_here()?;
        return Ok(Vec::new());
    };
    let mut lists = Vec::new();
    for der in crate::cert::x509::chain::files::lists(&bytes) {
        if let Ok(crl) = Crl::from_der(&der) {
            desk.store.put_list(&CachedList {
                place: place.to_owned(),
                fetched: desk.clock.now(),
                der,
            })?;
            lists.push(Arc::new(crl));
        }
    }
    Ok(lists)
}

fn answer_place(certificate: &Certificate) -> String {
    format!("ocsp {}", certificate.fingerprint())
}

fn kept(desk: &Desk, certificate: &Certificate, at: When) -> Result<Option<Kept>, StoreFailure> {
    let found = desk.store.list(&answer_place(certificate))?;
    let kept = found.and_then(|list| serde_json::from_slice::<Kept>(&list.der).ok());
    // What was revoked stays so; what was not is known until the answer ends.
    Ok(kept.filter(|kept| kept.revoked.is_some() || When::from_seconds(kept.until) >= at))
}

fn of_kept(kept: &Kept) -> LinkState {
    match kept.revoked {
        Some((at, reason)) => LinkState::Revoked {
            at: When::from_seconds(at).time(),
            reason,
        },
        None => LinkState::Good {
            as_of: When::from_seconds(kept.as_of).time(),
        },
    }
}

fn ask_authority(
    desk: &Desk,
    certificate: &Certificate,
    issuer: &Certificate,
    watch: &Watch,
) -> Result<LinkState, Failure> {
    let places = &certificate.extensions.ocsp_places;
    let mut why = match can_ask(certificate) {
        true => NotKnown::NoAnswer,
        false => NotKnown::NoPlace,
    };
    for place in places.iter().take(PLACES) {
        watch.stop_here()?;
        let nonce: [u8; NONCE] = random::make_bytes()?;
        let question = Question {
            certificate,
            issuer,
            nonce,
        };
        let kind = "application/ocsp-request";
        let body = question.to_der();
        let answer = desk
            .web
            .post(place, kind, &body, ANSWER_BYTES, &watch.cancel);
        let Ok(answer) = answer else {
            watch.stop_here()?;
            continue;
        };
        match question.judge(&answer, When::at(desk.clock.now())) {
            Err(refused) => why = NotKnown::BadAnswer(refused),
            Ok(answer) => {
                let end = answer.next_update.unwrap_or(answer.this_update.plus(KEPT));
                let kept = Kept {
                    revoked: answer
                        .revoked
                        .map(|entry| (entry.at.seconds(), entry.reason)),
                    as_of: answer.this_update.seconds(),
                    until: end.seconds(),
                };
                if let Ok(der) = serde_json::to_vec(&kept) {
                    desk.store.put_list(&CachedList {
                        place: answer_place(certificate),
                        fetched: desk.clock.now(),
                        der,
                    })?;
                }
                return Ok(of_kept(&kept));
            }
        }
    }
    Ok(LinkState::NotKnown(why))
}
