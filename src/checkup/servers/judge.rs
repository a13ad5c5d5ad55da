//! Which servers are looked at, and what is wrong with what they were seen to do.
//!
//! A port that is closed, silent or filtered says nothing: it is unknown, never a failure. What a
//! middlebox may have done is not blamed on the server.

use super::super::facts::{Facts, Looked};
use super::super::finding::{Detail, Finding, FindingId, Owner};
use super::super::mail_servers;
use super::certificate::{self, Dane};
use super::{Asked, Observation, OldTls, Place, Service, TlsSeen};
use crate::address::domain::registrable;
use crate::base::untrusted::escape_line;
use crate::dns::{Kind, Name, NotKnown, Record, Tlsa};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Names of services in DNS (RFC 6186 §3, RFC 8314 §5.1).
const SERVICES: [(&str, Service); 6] = [
    ("_submissions._tcp", Service::Submissions),
    ("_submission._tcp", Service::Submission),
    ("_imaps._tcp", Service::Imaps),
    ("_imap._tcp", Service::Imap),
    ("_pop3s._tcp", Service::Pop3s),
    ("_pop3._tcp", Service::Pop3),
];

/// Names that hosts usually have, and the ports that are looked at there when they exist.
const USUAL: [(&str, &[u16]); 5] = [
    ("mail", &[465, 587, 2525, 993, 143, 995, 110]),
    ("smtp", &[465, 587, 2525]),
    ("imap", &[993, 143]),
    ("pop", &[995, 110]),
    ("pop3", &[995, 110]),
];

/// How a place came to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum From {
    /// DNS or the person names it.
    Named,
    /// Its name is a usual one.
    Guessed,
}

/// Looks at the servers of a domain.
pub fn check(domain: &Name, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let hosts = mail_servers::hosts(domain, facts);
    if let Err(why) = hosts {
        for id in ids(Service::Smtp) {
            findings.push(Finding::unknown(*id, domain.as_str(), why));
        }
    }
    for (place, from) in places(domain, &hosts.unwrap_or_default(), facts) {
        let subject = format!("{}:{}", place.host, place.port);
        match facts.probe(&place) {
            Ok(seen) => judge(&place, from, &subject, seen, facts, findings),
            Err(why) if from == From::Named => {
                for id in ids(place.service) {
                    findings.push(Finding::unknown(*id, subject.as_str(), why));
                }
            }
            Err(_) => {}
        }
    }
}

/// Judges one server that the person named themselves.
pub fn check_one(
    place: &Place,
    seen: &Observation,
    facts: &Facts<'_>,
    findings: &mut Vec<Finding>,
) {
    let subject = format!("{}:{}", place.host, place.port);
    judge(place, From::Named, &subject, seen, facts, findings);
}

/// Which checks there are for a service.
fn ids(service: Service) -> &'static [FindingId] {
    use FindingId::{
        AuthBeforeTls, HeloMismatch, StarttlsMissing, TlsExpired, TlsName, TlsOld, TlsUntrusted,
        VrfyEnabled,
    };
    match service {
        Service::Smtp => &[
            StarttlsMissing,
            TlsOld,
            TlsName,
            TlsExpired,
            TlsUntrusted,
            AuthBeforeTls,
            VrfyEnabled,
            HeloMismatch,
        ],
        Service::Submission | Service::Imap | Service::Pop3 => &[
            StarttlsMissing,
            TlsOld,
            TlsName,
            TlsExpired,
            TlsUntrusted,
            AuthBeforeTls,
        ],
        Service::Submissions | Service::Imaps | Service::Pop3s => {
            &[TlsOld, TlsName, TlsExpired, TlsUntrusted]
        }
    }
}

fn places(domain: &Name, hosts: &[Name], facts: &Facts<'_>) -> BTreeMap<Place, From> {
    let mut found: BTreeMap<(Name, u16), (Service, From)> = BTreeMap::new();
    for (host, port) in facts.named() {
        if let Some(service) = Service::at(*port) {
            found.insert((host.clone(), *port), (service, From::Named));
        }
    }
    for host in hosts {
        found.insert((host.clone(), 25), (Service::Smtp, From::Named));
    }
    for (label, service) in SERVICES {
        let Ok(name) = domain.below(label) else {
            continue;
        };
        if let Looked::There(answer) = facts.look(&name, Kind::Srv) {
            for record in answer.records.iter().take(8) {
                if let Record::Srv(srv) = record
                    && !srv.target.is_root()
                {
                    found.insert((srv.target.clone(), srv.port), (service, From::Named));
                }
            }
        }
    }
    for (label, ports) in USUAL {
        let Ok(host) = domain.below(label) else {
            continue;
        };
        let there = |kind| matches!(facts.look(&host, kind), Looked::There(_));
        if !there(Kind::A) && !there(Kind::Aaaa) {
            continue;
        }
        for port in ports {
            if let Some(service) = Service::at(*port) {
                let place = found.entry((host.clone(), *port));
                place.or_insert((service, From::Guessed));
            }
        }
    }
    let place = |((host, port), (service, from))| {
        let place = Place {
            host,
            port,
            service,
            domain: domain.clone(),
        };
        (place, from)
    };
    found.into_iter().map(place).collect()
}

fn judge(
    place: &Place,
    from: From,
    subject: &str,
    seen: &Observation,
    facts: &Facts<'_>,
    findings: &mut Vec<Finding>,
) {
    if seen.banner.is_none() && !place.service.is_implicit() {
        // It answers, and turns strangers away or speaks something else.
        for id in ids(place.service) {
            findings.push(Finding::unknown(*id, subject, NotKnown::TurnedAway));
        }
        return;
    }
    if !place.service.is_implicit() {
        findings.push(way_in(subject, seen));
        findings.push(logins(place.service, subject, seen));
    }
    let has_tls = !matches!(seen.tls, TlsSeen::NotOffered | TlsSeen::NotTried);
    findings.push(match &seen.old {
        OldTls::Agreed(version) => Finding::fail(FindingId::TlsOld, subject, Owner::Provider)
            .with(Detail::Text(version.clone())),
        OldTls::Refused => {
            let passed = Finding::pass(FindingId::TlsOld, subject);
            match &seen.tls {
                TlsSeen::Stands(session) => passed.with(Detail::Text(format!(
                    "{}, {}",
                    session.version, session.key_exchange
                ))),
                TlsSeen::NotOffered
                | TlsSeen::Refused
                | TlsSeen::Injected
                | TlsSeen::Failed
                | TlsSeen::NotTried => passed,
            }
        }
        OldTls::NotTried => Finding::unknown(FindingId::TlsOld, subject, NotKnown::NotAsked),
    });
    if let TlsSeen::Stands(session) = &seen.tls {
        let dane = match place.service {
            Service::Smtp => tlsa(&place.host, &session.chain, facts, findings),
            Service::Submission
            | Service::Submissions
            | Service::Imap
            | Service::Imaps
            | Service::Pop3
            | Service::Pop3s => None,
        };
        let guessed = from == From::Guessed;
        certificate::check(session, subject, dane == Some(Dane::Own), guessed, findings);
    } else if has_tls {
        for id in [
            FindingId::TlsName,
            FindingId::TlsExpired,
            FindingId::TlsUntrusted,
        ] {
            findings.push(Finding::unknown(id, subject, NotKnown::Garbage));
        }
    }
    if place.service == Service::Smtp {
        findings.push(tells_mailboxes(subject, &seen.asked));
        findings.push(greeting(&place.host, subject, seen, facts));
    }
}

/// Whether a connection can be encrypted.
fn way_in(subject: &str, seen: &Observation) -> Finding {
    let id = FindingId::StarttlsMissing;
    let unknown = |why| Finding::unknown(id, subject, why);
    match (&seen.tls, &seen.before) {
        (TlsSeen::Stands(_), _) => Finding::pass(id, subject),
        (TlsSeen::NotOffered, Some(lines)) if lines.iter().any(|line| is_masked(line)) => {
            unknown(NotKnown::Interfered)
        }
        (TlsSeen::NotOffered, Some(_)) => Finding::fail(id, subject, Owner::Provider),
        (TlsSeen::Failed, _) if matches!(seen.old, OldTls::Agreed(_)) => Finding::pass(id, subject),
        (TlsSeen::Injected, _) => unknown(NotKnown::Interfered),
        (TlsSeen::Refused, _) => unknown(NotKnown::TurnedAway),
        (TlsSeen::NotOffered | TlsSeen::Failed | TlsSeen::NotTried, _) => {
            unknown(NotKnown::Garbage)
        }
    }
}

/// Some firewalls write X over what they do not want to be seen.
fn is_masked(line: &str) -> bool {
    line.len() >= 4 && line.bytes().all(|byte| byte == b'X' || byte == b'*')
}

/// Ways to log in by which whoever listens gets something to log in with.
fn is_open(mechanism: &str) -> bool {
    ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"]
        .iter()
        .any(|open| mechanism.eq_ignore_ascii_case(open))
}

fn logins(service: Service, subject: &str, seen: &Observation) -> Finding {
    let id = FindingId::AuthBeforeTls;
    let Some(lines) = &seen.before else {
        return Finding::unknown(id, subject, NotKnown::TurnedAway);
    };
    let words = |line: &str| -> Vec<String> {
        line.split(|c: char| c.is_ascii_whitespace() || c == '=')
            .map(str::to_ascii_uppercase)
            .collect()
    };
    let lines: Vec<Vec<String>> = lines.iter().map(|line| words(line)).collect();
    let begins = |line: &Vec<String>, word: &str| line.first().is_some_and(|first| first == word);
    let taken = match service {
        // AUTH PLAIN LOGIN, and AUTH=PLAIN as old servers write it.
        Service::Smtp | Service::Submission | Service::Submissions => lines
            .iter()
            .any(|line| begins(line, "AUTH") && line.iter().any(|word| is_open(word))),
        // LOGIN is allowed unless it is disabled (RFC 3501 §6.2.3).
        Service::Imap | Service::Imaps => {
            let known = lines
                .iter()
                .any(|line| begins(line, "IMAP4REV1") || begins(line, "IMAP4REV2"));
            let disabled = lines.iter().any(|line| begins(line, "LOGINDISABLED"));
            let open = |line: &Vec<String>| begins(line, "AUTH") && line.iter().any(|w| is_open(w));
            if !known {
                return Finding::unknown(id, subject, NotKnown::Garbage);
            }
            !disabled || lines.iter().any(open)
        }
        // USER says that USER and PASS are taken (RFC 2449 §6.3).
        Service::Pop3 | Service::Pop3s => lines.iter().any(|line| {
            begins(line, "USER") || (begins(line, "SASL") && line.iter().any(|word| is_open(word)))
        }),
    };
    // IMAP and POP3 servers trust connections from their own machine, and those alone.
    let neighbour = seen.peer.is_some_and(|peer| peer.ip().is_loopback());
    let begins = seen.login_begins.filter(|begins| !(*begins && neighbour));
    match (taken, service.is_smtp(), begins) {
        (false, _, _) | (true, false, Some(false)) => Finding::pass(id, subject),
        (true, true, _) | (true, false, Some(true)) => Finding::fail(id, subject, Owner::Provider),
        (true, false, None) => Finding::unknown(id, subject, NotKnown::NotAsked),
    }
}

/// Whether strangers learn who has a mailbox: known and unknown ones are answered differently.
pub fn tells_mailboxes(subject: &str, asked: &Asked) -> Finding {
    let id = FindingId::VrfyEnabled;
    let (Some(known), Some(nobody)) = (asked.verify_known, asked.verify_nobody) else {
        return Finding::unknown(id, subject, NotKnown::NotAsked);
    };
    let tells =
        matches!(nobody, 550 | 551 | 553) && (matches!(known, 250..=252) || asked.denies_nobody);
    match tells || asked.expand == Some(250) {
        true => Finding::fail(id, subject, Owner::Provider),
        false => Finding::pass(id, subject),
    }
}

/// Whether a server greets by a name of its own (RFC 5321 §4.1.1.1). Large providers greet by names
/// of machines inside, below their own domain: that is no fault.
fn greeting(host: &Name, subject: &str, seen: &Observation, facts: &Facts<'_>) -> Finding {
    let id = FindingId::HeloMismatch;
    let Some(said) = seen.helo.as_deref() else {
        return Finding::unknown(id, subject, NotKnown::Garbage);
    };
    if said.contains('*') {
        return Finding::unknown(id, subject, NotKnown::Interfered);
    }
    let wrong =
        || Finding::fail(id, subject, Owner::Provider).with(Detail::Text(escape_line(said)));
    let name = match Name::parse(said) {
        Ok(name) if name == *host => return Finding::pass(id, subject),
        Ok(name) if name.labels().count() > 1 && !name.as_str().starts_with("localhost.") => name,
        Ok(_) | Err(_) => return wrong(),
    };
    let own = match addresses(host, facts) {
        Ok(own) => own,
        Err(why) => return Finding::unknown(id, subject, why),
    };
    let of_name = addresses(&name, facts);
    if let Ok(found) = &of_name
        && found.iter().any(|address| own.contains(address))
    {
        return Finding::pass(id, subject);
    }
    for address in &own {
        if let Looked::There(answer) = facts.look(&Name::reverse(*address), Kind::Ptr)
            && answer.records.iter().any(|r| r.pointer() == Some(&name))
        {
            return Finding::pass(id, subject);
        }
    }
    match of_name {
        Err(why) => Finding::unknown(id, subject, why),
        Ok(_) if own.is_empty() => Finding::unknown(id, subject, NotKnown::NotAsked),
        Ok(_) if registrable(name.as_str()) == registrable(host.as_str()) => {
            Finding::advice(id, subject, Owner::Provider).with(Detail::Text(escape_line(said)))
        }
        Ok(_) => wrong(),
    }
}

fn addresses(host: &Name, facts: &Facts<'_>) -> Result<Vec<IpAddr>, NotKnown> {
    let mut found = Vec::new();
    let mut unknown = None;
    for kind in [Kind::A, Kind::Aaaa] {
        match facts.look(host, kind) {
            Looked::There(answer) => {
                found.extend(answer.records.iter().filter_map(Record::address));
            }
            Looked::Absent => {}
            Looked::Unknown(why) => unknown = Some(why),
        }
    }
    match unknown {
        Some(why) if found.is_empty() => Err(why),
        Some(_) | None => Ok(found),
    }
}

/// Holds the TLSA records of a host against what it shows. They count with DNSSEC alone.
fn tlsa(
    host: &Name,
    chain: &[Vec<u8>],
    facts: &Facts<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Dane> {
    let id = FindingId::TlsaMismatch;
    let name = host.below("_25._tcp").ok()?;
    let Looked::There(answer) = facts.look(&name, Kind::Tlsa) else {
        return None;
    };
    let mut records: Vec<&Tlsa> = Vec::new();
    for record in &answer.records {
        if let Record::Tlsa(tlsa) = record {
            records.push(tlsa);
        }
    }
    let subject = host.as_str();
    let said = certificate::dane(&records, chain);
    let finding = match said {
        Dane::Own | Dane::Authority => Finding::pass(id, subject),
        Dane::Mismatch if answer.secure => Finding::fail(id, subject, Owner::Provider),
        Dane::Mismatch | Dane::Unusable => Finding::advice(id, subject, Owner::Provider),
    };
    findings.push(finding);
    (answer.secure && said != Dane::Mismatch).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::super::{Asked, Encounters, Probed};
    use super::*;
    use crate::checkup::Outcome;
    use crate::dns::{Snapshot, Zone};

    const ZONE: &str = "\
        example.org. MX 10 mx.big.example.\n\
        mx.big.example. A 192.0.2.1\n\
        1.2.0.192.in-addr.arpa. PTR out.big.example.\n\
        pool.other.example. A 192.0.2.1\n\
        far.other.example. A 192.0.2.9\n";

    /// What is said of the one server that was seen so.
    fn judged(seen: Observation) -> Vec<Finding> {
        let zone = Zone::parse(ZONE.as_bytes()).unwrap();
        let domain = Name::parse("example.org").unwrap();
        let (mut snapshot, mut met) = (Snapshot::default(), Encounters::default());
        loop {
            let facts = Facts::meeting(&snapshot, &met);
            let mut findings = Vec::new();
            check(&domain, &facts, &mut findings);
            let wanted = facts.all_wanted();
            if wanted.is_empty() {
                return findings;
            }
            for question in wanted.questions {
                let reply = zone.answer(&question);
                snapshot.keep(question, reply);
            }
            for (place, addresses) in wanted.places {
                assert_eq!(addresses, ["192.0.2.1".parse::<IpAddr>().unwrap()]);
                met.keep(place, Probed::Seen(Box::new(seen.clone())));
            }
        }
    }

    fn outcome(seen: Observation, id: FindingId) -> (Outcome, bool) {
        let findings = judged(seen);
        let found = findings.iter().find(|finding| finding.id == id).unwrap();
        (found.outcome, found.advice)
    }

    fn offering(lines: &[&str]) -> Observation {
        Observation {
            banner: Some("mx.big.example ESMTP".to_owned()),
            before: Some(lines.iter().map(|line| (*line).to_owned()).collect()),
            tls: TlsSeen::NotOffered,
            ..Observation::default()
        }
    }

    #[test]
    fn rule_68_what_a_firewall_masks_is_not_the_servers_fault() {
        let id = FindingId::StarttlsMissing;
        assert_eq!(outcome(offering(&["PIPELINING"]), id).0, Outcome::Fail);
        assert_eq!(
            outcome(offering(&["PIPELINING", "XXXXXXXA", "XXXXXXXX"]), id).0,
            Outcome::Unknown
        );
        let mute = Observation::default();
        assert_eq!(outcome(mute, id).0, Outcome::Unknown);
    }

    #[test]
    fn logins_that_give_nothing_away_are_no_fault_before_tls() {
        let id = FindingId::AuthBeforeTls;
        for (line, expected) in [
            ("AUTH PLAIN LOGIN", Outcome::Fail),
            ("AUTH=LOGIN", Outcome::Fail),
            ("auth cram-md5 plain", Outcome::Fail),
            ("AUTH SCRAM-SHA-256 GSSAPI CRAM-MD5", Outcome::Pass),
            ("SIZE 1000", Outcome::Pass),
        ] {
            assert_eq!(outcome(offering(&[line]), id).0, expected, "{line}");
        }
    }

    #[test]
    fn rule_68_names_of_large_providers_machines_are_no_fault() {
        let id = FindingId::HeloMismatch;
        for (helo, expected) in [
            ("mx.big.example", (Outcome::Pass, false)),
            ("out.big.example", (Outcome::Pass, false)),
            ("pool.other.example", (Outcome::Pass, false)),
            ("inside-17.big.example", (Outcome::Pass, true)),
            ("far.other.example", (Outcome::Fail, false)),
            ("nowhere.else.example", (Outcome::Fail, false)),
            ("localhost", (Outcome::Fail, false)),
            ("[127.0.0.1]", (Outcome::Fail, false)),
            ("********", (Outcome::Unknown, false)),
        ] {
            let mut seen = offering(&[]);
            seen.helo = Some(helo.to_owned());
            assert_eq!(outcome(seen, id), expected, "{helo}");
        }
    }

    #[test]
    fn mailboxes_are_told_only_by_answers_that_differ() {
        let id = FindingId::VrfyEnabled;
        let asked = |known, nobody, denies_nobody, expand| Asked {
            verify_known: Some(known),
            verify_nobody: Some(nobody),
            denies_nobody,
            expand: Some(expand),
        };
        for (asked, expected) in [
            (asked(252, 252, false, 502), Outcome::Pass),
            (asked(502, 502, false, 502), Outcome::Pass),
            (asked(554, 554, false, 502), Outcome::Pass),
            (asked(252, 450, false, 502), Outcome::Pass),
            (asked(252, 550, false, 502), Outcome::Fail),
            (asked(550, 550, true, 502), Outcome::Fail),
            (asked(252, 252, false, 250), Outcome::Fail),
            (Asked::default(), Outcome::Unknown),
        ] {
            let mut seen = offering(&[]);
            seen.asked = asked;
            assert_eq!(outcome(seen, id).0, expected, "{asked:?}");
        }
    }
}
