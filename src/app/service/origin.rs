//! Where a message came from: the core says what it wants to know, round by round, as for a check-up.

use super::checkup;
use super::identity::name_of;
use crate::address::domain::host_to_ascii;
use crate::app::command::{OriginAnswer, OriginWish};
use crate::app::desk::Desk;
use crate::app::failure::{CheckFailure, Failure, OpenMessageFailure};
use crate::app::job::{Step, Watch};
use crate::app::port::{OfflineNames, Resolver};
use crate::base::Time;
use crate::cert::Checked;
use crate::checkup::Facts;
use crate::dns::Snapshot;
use crate::headers::{self, Known, OriginQuestion, ServerSignatures, SignatureOutcome};
use crate::mime::Tree;
use std::sync::Arc;

/// Most rounds of questions: each include or alias takes one.
const ROUNDS: usize = 24;

/// Reads where a message came from.
///
/// # Errors
/// The message cannot be read, the zone file cannot, or the system names no resolver.
pub fn origin(desk: &Desk, wish: &OriginWish, watch: &Watch) -> Result<OriginAnswer, Failure> {
    let names: Arc<dyn Resolver> = match wish.ask {
        true => checkup::resolver(desk, wish.zone.as_deref(), wish.resolver)?,
        false => Arc::new(OfflineNames),
    };
    let tree = Tree::parse(&wish.message).map_err(OpenMessageFailure::Mime)?;
    let header = tree.root().header();
    let question = OriginQuestion {
        border: match &wish.border {
            Some(border) => Some(border.clone()),
            None => desk.store.border()?,
        },
        client_ip: wish.client_ip,
        helo: wish.helo.clone(),
        mail_from: wish.mail_from.clone(),
        known: known(desk)?,
    };
    let at = arrived(desk, &header);
    let mut snapshot = Snapshot::default();
    let mut signatures: Option<ServerSignatures> = None;
    let mut round = 0_usize;
    let origin = loop {
        watch.stop_here()?;
        let facts = Facts::new(&snapshot);
        // Hashing a large message takes time: its keys are all known after one round.
        let verified = match (round, signatures.take()) {
            (0 | 1, _) | (_, None) => desk.signatures.verify(&wish.message, at, &facts),
            (_, Some(known)) => known,
        };
        signatures = Some(verified.clone());
        let origin = headers::origin(&header, &question, verified, &facts);
        let wanted = facts.wanted();
        if wanted.is_empty() || round >= ROUNDS {
            break origin;
        }
        watch.progress(Step::Checking, u64::try_from(round.min(5)).unwrap_or(0), 6);
        for (question, reply) in names.ask(&wanted, &watch.cancel) {
            snapshot.keep(question, reply);
        }
        round = round.saturating_add(1);
    };
    watch.stop_here()?;
    learn_selectors(desk, &origin);
    Ok(OriginAnswer {
        origin,
        asked: wish.ask && !desk.offline,
        contacted: names.asks(),
    })
}

/// Keeps under which names one's own domains sign: their check-up looks there too. Only signatures that held
/// count, so that nobody else can name one; and since old ones go, none is ever missed. A home that cannot
/// be written to reads all the same.
fn learn_selectors(desk: &Desk, origin: &headers::Origin) {
    let held = origin.signatures.dkim.iter();
    let held = held.filter(|signature| signature.outcome == SignatureOutcome::Pass);
    for signature in held {
        let domain = signature.domain.raw().to_ascii_lowercase();
        let own = desk.store.identities().is_ok_and(|identities| {
            let mut domains = identities.iter().map(|one| one.mailbox.address.domain());
            domains.any(|own| own == domain)
        });
        let selector = signature.selector.raw().to_ascii_lowercase();
        let mut known = checkup::learned_selectors(desk, &domain);
        if own && !known.contains(&selector) {
            known.push(selector);
            known.drain(..known.len().saturating_sub(checkup::LEARNED));
            let name = checkup::learned_as(&domain);
            let kept = known.join(" ");
            let now = desk.clock.now();
            let _ = desk.store.remember_checkup(&name, kept.as_bytes(), now);
        }
    }
}

/// Says whose word about other servers counts from now on.
pub fn set_border(desk: &Desk, typed: Option<&str>) -> Result<Option<String>, Failure> {
    let host = match typed.map(str::trim).filter(|typed| !typed.is_empty()) {
        None => None,
        Some(typed) => {
            let host = host_to_ascii(typed).filter(|host| host.contains('.'));
            Some(host.ok_or_else(|| CheckFailure::BadDomain(typed.to_owned()))?)
        }
    };
    desk.store.set_border(host.as_deref(), desk.clock.now())?;
    Ok(host)
}

/// The time to judge signatures at: when it is named, that; else when the last server took the message,
/// since signatures of servers run out while letters are kept.
fn arrived(desk: &Desk, header: &crate::mime::Header<'_>) -> Time {
    let now = desk.judging_time();
    if desk.at.is_some() {
        return now;
    }
    let newest = header.first("Received").and_then(|field| {
        let text = field.unfolded();
        let (_, date) = text.rsplit_once(';')?;
        crate::mime::parse_date(date.trim())
    });
    newest.filter(|time| *time <= now).unwrap_or(now)
}

/// Whom the person knows: everybody with a key that was not rejected. The vault stays shut: a header is
/// read without it.
fn known(desk: &Desk) -> Result<Vec<Known>, Failure> {
    let acceptance = desk.store.acceptance()?;
    let mut known = Vec::new();
    for cert in desk.store.certs()? {
        let fingerprint = cert.fingerprint();
        for id in cert.user_ids() {
            let Some(address) = id.address else {
                continue;
            };
            if acceptance.checked(&address, &fingerprint) == Checked::Rejected {
                continue;
            }
            let name = name_of(id.text.raw());
            known.push(Known {
                name: (!name.is_empty()).then_some(name),
                address,
            });
        }
    }
    Ok(known)
}
