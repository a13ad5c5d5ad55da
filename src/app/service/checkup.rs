//! Checking a domain up: the core says what it wants to know, round by round, until it wants nothing.

use crate::address::domain_to_ascii;
use crate::app::command::{CheckAnswer, CheckQuestion};
use crate::app::desk::Desk;
use crate::app::failure::{CheckFailure, Failure};
use crate::app::files;
use crate::app::job::{Step, Watch};
use crate::app::port::{OfflineNames, PageVisit, Resolver, Visit, Vouching};
use crate::base::Time;
use crate::checkup::relay::{self as rules, Relayed};
use crate::checkup::servers::{Encounters, PageSeen, Place, Probed, Service};
use crate::checkup::{
    self, Changes, Facts, Finding, Past, Report, SelectorSource, Subject, Wanted,
};
use crate::dns::{Kind, Name, NotKnown, Question, Record, Reply, Snapshot, Zone};
use crate::settings::issuers_from_pem;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

/// Largest zone file that is read, in bytes.
const ZONE_BYTES: u64 = 64 << 20;
/// Largest file of authorities that is read, in bytes.
const AUTHORITIES_BYTES: u64 = 4 << 20;
/// Under which the secret of tokens is kept.
const SECRET: &str = "secret";
/// Most hosts of one domain whose answers are compared.
const TAKERS: usize = 8;
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
        selectors: selectors(desk, &*names, &domain, &question.selectors),
        lists: block_lists(&question.lists)?,
        domain,
    };
    let reach = Reach::new(desk, question)?;
    let mut snapshot = Snapshot::default();
    let mut met = Encounters::new(reach.named());
    let mut contacted = BTreeSet::new();
    let mut round = 0_u64;
    let report = loop {
        watch.stop_here()?;
        let facts = Facts::meeting(&snapshot, &met);
        let report = checkup::domain(&subject, &facts);
        let wanted = facts.all_wanted();
        if wanted.is_empty() || round >= ROUNDS as u64 {
            break report;
        }
        // How many rounds there will be is not known; most domains take five.
        watch.progress(Step::Checking, round.min(5), 6);
        // Names first: it is cheaper to know all servers before any is met.
        if wanted.questions.is_empty() {
            reach.meet(desk, &wanted, &mut met, &mut contacted, watch);
        }
        for (question, reply) in names.ask(&wanted.questions, &watch.cancel) {
            snapshot.keep(question, reply);
        }
        round = round.saturating_add(1);
    };
    watch.stop_here()?;
    let mut report = report;
    let own = Own {
        desk,
        names: &*names,
        reach: &reach,
        domain: &subject.domain,
        watch,
    };
    if let Some(host) = &question.relay {
        report.findings.push(own.relay(host, &mut contacted)?);
    }
    if question.compare {
        report.findings.push(own.compare(&mut contacted)?);
    }
    report.findings.sort_by_key(|finding| finding.id);
    let at = desk.clock.now();
    let world = if question.zone.is_some() {
        "zone"
    } else {
        "report"
    };
    let changes = compare(desk, world, &subject.domain, &report, at);
    Ok(CheckAnswer {
        at,
        changes,
        domain: subject.domain.to_string(),
        report,
        looked_up: snapshot
            .all()
            .map(|(q, r)| (q.clone(), r.clone()))
            .collect(),
        contacted: names.asks().into_iter().chain(contacted).collect(),
    })
}

/// What changed since the last time; and this time is kept for the next. A zone file is a world of its
/// own. A home that cannot be written to is no reason to lose a report.
pub(super) fn compare(
    desk: &Desk,
    world: &str,
    domain: &Name,
    report: &Report,
    at: Time,
) -> Option<(Time, Changes)> {
    let name = format!("{world}:{domain}");
    let last = desk.store.checkup(&name).ok().flatten();
    let past = last.and_then(|(bytes, at)| Some((at, Past::read(&bytes)?)));
    let now = Past::of(&report.findings, past.as_ref().map(|(_, past)| past));
    let _ = desk.store.remember_checkup(&name, &now.write(), at);
    let (then, past) = past?;
    Some((then, checkup::changes(&past, &report.findings)))
}

/// Asks where the person's control has to be shown: by the token in the domain's zone.
struct Own<'a> {
    desk: &'a Desk,
    names: &'a dyn Resolver,
    reach: &'a Reach,
    domain: &'a Name,
    watch: &'a Watch,
}

impl Own<'_> {
    /// Asks a host of the domain whether it passes on strangers' mail.
    fn relay(&self, host: &str, contacted: &mut BTreeSet<String>) -> Result<Finding, Failure> {
        let domain = self.domain;
        let bad = || CheckFailure::BadDomain(host.to_owned());
        let ascii = domain_to_ascii(host).map_err(|_| bad())?;
        let host = Name::parse(&ascii).map_err(|_| bad())?;
        if !host.is_within(domain) {
            return Err(CheckFailure::NotBelow {
                host: host.to_string(),
                domain: domain.to_string(),
            }
            .into());
        }
        let relayed = match self.control()? {
            Some(not) => not,
            None => self.ask(&host, &rules::envelopes(&host, domain), contacted),
        };
        Ok(rules::judge(domain, &host, &relayed))
    }

    /// Asks every host that takes the domain's mail the same, in the order in which others try them.
    fn compare(&self, contacted: &mut BTreeSet<String>) -> Result<Finding, Failure> {
        let not = self.control()?;
        let mut hosts = Vec::new();
        for host in self.takers() {
            self.watch.stop_here()?;
            let relayed = match &not {
                Some(not) => not.clone(),
                None => self.ask(&host, &rules::mailboxes(self.domain), contacted),
            };
            hosts.push((host, relayed));
        }
        if let (Some(not), []) = (not, hosts.as_slice()) {
            hosts.push((self.domain.clone(), not));
        }
        Ok(rules::compare(self.domain, &hosts))
    }

    /// The hosts that take the domain's mail, best first.
    fn takers(&self) -> Vec<Name> {
        let question = Question::new(self.domain.clone(), Kind::Mx);
        let mut found = Vec::new();
        for (_, reply) in self.names.ask(&[question].into(), &self.watch.cancel) {
            if let Reply::Records(answer) = reply {
                let all = answer.records.iter().filter_map(Record::mx);
                let named = all.filter(|mx| !mx.exchange.is_root());
                found.extend(named.map(|mx| (mx.preference, mx.exchange.clone())));
            }
        }
        found.sort();
        found
            .into_iter()
            .map(|(_, host)| host)
            .take(TAKERS)
            .collect()
    }

    /// What stands instead of answers while control is not shown.
    fn control(&self) -> Result<Option<Relayed>, Failure> {
        let token = rules::token(&secret(self.desk)?, self.domain);
        let bad = || CheckFailure::BadDomain(self.domain.to_string());
        let at = self.domain.below(rules::LABEL).map_err(|_| bad())?;
        let question = Question::new(at, Kind::Txt);
        for (_, reply) in self.names.ask(&[question].into(), &self.watch.cancel) {
            match reply {
                Reply::Records(answer) => {
                    let fits = |record: &Record| record.text() == Some(token.as_bytes());
                    if answer.records.iter().any(fits) {
                        return Ok(None);
                    }
                }
                Reply::Unknown(why) => return Ok(Some(Relayed::Not(why))),
                Reply::NoData | Reply::NoName => {}
            }
        }
        Ok(Some(Relayed::NotShown { token }))
    }

    fn ask(
        &self,
        host: &Name,
        envelopes: &[rules::Envelope],
        contacted: &mut BTreeSet<String>,
    ) -> Relayed {
        let questions: BTreeSet<Question> = [Kind::A, Kind::Aaaa]
            .map(|kind| Question::new(host.clone(), kind))
            .into();
        let mut addresses = Vec::new();
        for (_, reply) in self.names.ask(&questions, &self.watch.cancel) {
            if let Reply::Records(answer) = reply {
                addresses.extend(answer.records.iter().filter_map(Record::address));
            }
        }
        let at = match self.reach.at(host, 25, &addresses) {
            Err(why) => return Relayed::Not(why),
            Ok(at) => at,
        };
        contacted.insert(format!("{host}:25"));
        let place = Place {
            host: host.clone(),
            port: 25,
            service: Service::Smtp,
            domain: self.domain.clone(),
        };
        let vouching = Vouching {
            authorities: &self.reach.authorities,
            now: self.desk.clock.now(),
        };
        let visit = Visit { place, at };
        let servers = &self.desk.servers;
        servers.relay(&visit, envelopes, &vouching, &self.watch.cancel)
    }
}

/// The secret of this home from which tokens are derived; made at its first use.
fn secret(desk: &Desk) -> Result<Vec<u8>, Failure> {
    if let Some((secret, _)) = desk.store.checkup(SECRET)? {
        return Ok(secret);
    }
    let mut secret = vec![0; 32];
    getrandom::fill(&mut secret).map_err(|_| CheckFailure::NoRandom)?;
    let now = desk.clock.now();
    desk.store.remember_checkup(SECRET, &secret, now)?;
    Ok(secret)
}

/// How servers are reached.
struct Reach {
    named: BTreeMap<(Name, u16), SocketAddr>,
    /// Whether nobody else may be contacted.
    alone: bool,
    authorities: Vec<Vec<u8>>,
}

impl Reach {
    fn new(desk: &Desk, question: &CheckQuestion) -> Result<Self, Failure> {
        let mut named = BTreeMap::new();
        for to in &question.connect_to {
            let bad = || CheckFailure::BadDomain(to.host.clone());
            let ascii = domain_to_ascii(&to.host).map_err(|_| bad())?;
            let host = Name::parse(&ascii).map_err(|_| bad())?;
            named.insert((host, to.port), to.at);
        }
        let mut authorities: Vec<Vec<u8>> = Vec::new();
        for path in &question.authorities {
            let found = issuers_from_pem(&files::read(path, AUTHORITIES_BYTES)?);
            if found.is_empty() {
                return Err(CheckFailure::NoAuthority(path.clone()).into());
            }
            authorities.extend(found);
        }
        let alone = question.zone.is_some() || desk.offline;
        if !desk.offline && (!alone || !named.is_empty()) {
            let system = desk.trust.authorities();
            authorities.extend(system.unstated.into_iter().chain(system.for_mail));
        }
        if desk.offline {
            named.clear();
        }
        Ok(Reach {
            named,
            alone,
            authorities,
        })
    }

    fn named(&self) -> Vec<(Name, u16)> {
        self.named.keys().cloned().collect()
    }

    fn at(
        &self,
        host: &Name,
        port: u16,
        addresses: &[IpAddr],
    ) -> Result<Vec<SocketAddr>, NotKnown> {
        if let Some(address) = self.named.get(&(host.clone(), port)) {
            return Ok(vec![*address]);
        }
        if self.alone {
            return Err(NotKnown::Offline);
        }
        // A stranger's DNS must not send us to machines in here.
        let at: Vec<SocketAddr> = addresses
            .iter()
            .filter(|address| is_public(**address))
            .map(|address| SocketAddr::new(*address, port))
            .collect();
        match at.is_empty() {
            true => Err(NotKnown::NotAsked),
            false => Ok(at),
        }
    }

    /// Meets all who may be met; of the others it is known why not.
    fn meet(
        &self,
        desk: &Desk,
        wanted: &Wanted,
        met: &mut Encounters,
        contacted: &mut BTreeSet<String>,
        watch: &Watch,
    ) {
        let (mut visits, mut pages) = (Vec::new(), Vec::new());
        for (place, addresses) in &wanted.places {
            match self.at(&place.host, place.port, addresses) {
                Ok(at) => {
                    contacted.insert(format!("{}:{}", place.host, place.port));
                    let place = place.clone();
                    visits.push(Visit { place, at });
                }
                Err(why) => met.keep(place.clone(), Probed::Not(why)),
            }
        }
        for (ask, addresses) in &wanted.pages {
            match self.at(&ask.host, 443, addresses) {
                Ok(at) => {
                    contacted.insert(format!("{}:443", ask.host));
                    let ask = ask.clone();
                    pages.push(PageVisit { ask, at });
                }
                Err(why) => met.keep_page(ask.clone(), PageSeen::Not(why)),
            }
        }
        if visits.is_empty() && pages.is_empty() {
            return;
        }
        let vouching = Vouching {
            authorities: &self.authorities,
            now: desk.clock.now(),
        };
        let found = desk.servers.meet(&visits, &pages, &vouching, &watch.cancel);
        for (place, probed) in found.places {
            met.keep(place, probed);
        }
        for (ask, seen) in found.pages {
            met.keep_page(ask, seen);
        }
    }
}

/// Whether an address is one of the public network.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => {
            let [a, b, ..] = four.octets();
            !(four.is_private()
                || four.is_loopback()
                || four.is_link_local()
                || four.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b)))
        }
        IpAddr::V6(six) => match six.to_ipv4_mapped() {
            Some(four) => is_public(IpAddr::V4(four)),
            None => {
                let first = six.segments().first().copied().unwrap_or_default();
                // What is given out is 2000::/3 (RFC 4291 §2.4).
                first & 0xe000 == 0x2000
            }
        },
    }
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

/// The zones of the block lists that were chosen.
fn block_lists(names: &[String]) -> Result<Vec<Name>, Failure> {
    let mut zones = Vec::new();
    for name in names {
        let chosen = checkup::lists::chosen(name);
        if chosen.is_empty() {
            return Err(CheckFailure::BadDomain(name.clone()).into());
        }
        zones.extend(chosen);
    }
    zones.dedup();
    Ok(zones)
}

/// Most selectors of one domain that are learned from letters; the newest stay.
pub(super) const LEARNED: usize = 20;

/// Under which they are kept.
pub(super) fn learned_as(domain: &str) -> String {
    format!("selectors:{domain}")
}

/// Those that signed letters of the person's own domain and held.
pub(super) fn learned_selectors(desk: &Desk, domain: &str) -> Vec<String> {
    let kept = desk.store.checkup(&learned_as(domain)).ok().flatten();
    let text = kept.map(|(bytes, _)| String::from_utf8_lossy(&bytes).into_owned());
    let words = text.unwrap_or_default();
    words.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Those that the person named, those that the zone lists, and the common ones to be tried.
fn selectors(
    desk: &Desk,
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
    let learned = learned_selectors(desk, domain.as_str());
    let common = checkup::common_selectors().map(str::to_owned);
    let tried: BTreeSet<String> = common.chain(learned).collect();
    let tried: Vec<_> = tried
        .difference(&known)
        .map(|name| (name.clone(), SelectorSource::Tried))
        .collect();
    let known = known.into_iter().map(|name| (name, SelectorSource::Known));
    known.chain(tried).collect()
}
