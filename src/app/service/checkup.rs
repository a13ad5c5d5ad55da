//! Checking a domain up: the core says what it wants to know, round by round, until it wants nothing.

use crate::address::domain_to_ascii;
use crate::app::command::{CheckAnswer, CheckQuestion};
use crate::app::desk::Desk;
use crate::app::failure::{CheckFailure, Failure};
use crate::app::files;
use crate::app::job::{Step, Watch};
use crate::app::port::{OfflineNames, Resolver};
use crate::checkup::{self, Facts, SelectorSource, Subject};
use crate::dns::{Kind, Name, Snapshot, Zone};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

/// Largest zone file that is read, in bytes.
const ZONE_BYTES: u64 = 64 << 20;
/// Most rounds of questions: each include or alias takes one, and none may take more than ten.
const ROUNDS: usize = 24;

/// Checks a domain up.
pub fn domain(
    desk: &Desk,
    question: &CheckQuestion,
    watch: &Watch,
) -> Result<CheckAnswer, Failure> {
    let typed = question.domain.trim();
    let host = typed.rsplit_once('@').map_or(typed, |(_, host)| host);
    let bad = || CheckFailure::BadDomain(question.domain.clone());
    let ascii = domain_to_ascii(host).map_err(|_| bad())?;
    let domain = Name::parse(&ascii).map_err(|_| bad())?;
    let names = resolver(desk, question.zone.as_deref(), question.resolver)?;
    let subject = Subject {
        selectors: selectors(&*names, &domain, &question.selectors),
        domain,
    };
    let mut snapshot = Snapshot::default();
    let mut round = 0_u64;
    let report = loop {
        watch.stop_here()?;
        let facts = Facts::new(&snapshot);
        let report = checkup::domain(&subject, &facts);
        let wanted = facts.wanted();
        if wanted.is_empty() || round >= ROUNDS as u64 {
            break report;
        }
        // How many rounds there will be is not known; most domains take five.
        watch.progress(Step::Checking, round.min(5), 6);
        for (question, reply) in names.ask(&wanted, &watch.cancel) {
            snapshot.keep(question, reply);
        }
        round = round.saturating_add(1);
    };
    watch.stop_here()?;
    Ok(CheckAnswer {
        domain: subject.domain.to_string(),
        report,
        looked_up: snapshot
            .all()
            .map(|(q, r)| (q.clone(), r.clone()))
            .collect(),
        contacted: names.asks(),
    })
}

/// Who answers: the zone file that was named, nobody when offline, else a resolver on the network.
pub fn resolver(
    desk: &Desk,
    zone: Option<&Path>,
    at: Option<SocketAddr>,
) -> Result<Arc<dyn Resolver>, Failure> {
    if let Some(path) = zone {
        let bytes = files::read(path, ZONE_BYTES)?;
        let zone = Zone::parse(&bytes).map_err(|problem| CheckFailure::BadZone {
            path: path.to_owned(),
            line: problem.line,
            what: problem.what,
        })?;
        return Ok(Arc::new(zone));
    }
    if desk.offline {
        return Ok(Arc::new(OfflineNames));
    }
    Ok(desk
        .resolvers
        .find(at)
        .map_err(|_| CheckFailure::NoResolver)?)
}

/// Those that the person named, those that the zone lists, and the common ones to be tried.
fn selectors(
    names: &dyn Resolver,
    domain: &Name,
    named: &[String],
) -> Vec<(String, SelectorSource)> {
    let mut known: BTreeSet<String> = named.iter().map(|name| name.to_ascii_lowercase()).collect();
    if let Ok(keys) = domain.below("_domainkey") {
        let listed = names.listed_below(&keys, Kind::Txt);
        let suffix = format!(".{keys}");
        known.extend(listed.iter().filter_map(|name| {
            let selector = name.as_str().strip_suffix(&suffix)?;
            (!selector.starts_with('*')).then(|| selector.to_owned())
        }));
    }
    let tried = checkup::common_selectors()
        .filter(|name| !known.contains(*name))
        .map(|name| (name.to_owned(), SelectorSource::Tried))
        .collect::<Vec<_>>();
    let known = known.into_iter().map(|name| (name, SelectorSource::Known));
    known.chain(tried).collect()
}
