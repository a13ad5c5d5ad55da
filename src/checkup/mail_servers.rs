//! The hosts that take a domain's mail, their addresses, and the names of those (RFC 5321 §5, RFC 7505,
//! RFC 1912 §2.1).

use super::facts::{Facts, Looked};
use super::finding::{Detail, Finding, FindingId, Owner};
use crate::dns::{Kind, Mx, Name, NotKnown, Record};
use std::net::IpAddr;

/// Most hosts and addresses that are looked at.
const HOSTS: usize = 16;

/// Whether the domain takes mail by its records, as far as is known.
pub fn takes_mail(domain: &Name, facts: &Facts<'_>) -> bool {
    match facts.look(domain, Kind::Mx) {
        Looked::There(answer) => exchanges(&answer.records).any(|mx| !mx.exchange.is_root()),
        Looked::Absent | Looked::Unknown(_) => false,
    }
}

/// The hosts that take mail, best first, the null host left out.
pub fn hosts(domain: &Name, facts: &Facts<'_>) -> Result<Vec<Name>, NotKnown> {
    match facts.look(domain, Kind::Mx) {
        Looked::There(answer) => {
            let mut all: Vec<&Mx> = exchanges(&answer.records).collect();
            all.sort();
            let mut names: Vec<Name> = Vec::new();
            for mx in all {
                if !mx.exchange.is_root() && !names.contains(&mx.exchange) && names.len() < HOSTS {
                    names.push(mx.exchange.clone());
                }
            }
            Ok(names)
        }
        Looked::Absent => Ok(Vec::new()),
        Looked::Unknown(why) => Err(why),
    }
}

fn exchanges(records: &[Record]) -> impl Iterator<Item = &Mx> {
    records.iter().filter_map(Record::mx)
}

/// Checks them.
pub fn check(domain: &Name, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    use FindingId::{
        MxCname, MxMissing, MxNull, MxSingle, MxUnresolvable, RdnsMismatch, RdnsMissing,
    };
    let subject = domain.as_str();
    let all = match facts.look(domain, Kind::Mx) {
        Looked::There(answer) => exchanges(&answer.records).collect::<Vec<_>>(),
        Looked::Absent => {
            findings.push(Finding::fail(MxMissing, subject, Owner::Registrar));
            return;
        }
        Looked::Unknown(why) => {
            let ids = [
                MxMissing,
                MxNull,
                MxSingle,
                MxCname,
                MxUnresolvable,
                RdnsMissing,
                RdnsMismatch,
            ];
            findings.extend(ids.map(|id| Finding::unknown(id, subject, why)));
            return;
        }
    };
    findings.push(Finding::pass(MxMissing, subject));
    let null = all.iter().filter(|mx| mx.exchange.is_root()).count();
    if null > 0 && all.len() == null {
        // It says that it takes no mail: nothing more to look at, and nothing wrong.
        findings.push(Finding::pass(MxNull, subject));
        return;
    }
    findings.push(if null > 0 {
        Finding::fail(MxNull, subject, Owner::Registrar)
    } else {
        Finding::pass(MxNull, subject)
    });
    let hosts = hosts(domain, facts).unwrap_or_default();
    findings.push(if hosts.len() == 1 {
        Finding::advice(MxSingle, subject, Owner::Provider)
    } else {
        Finding::pass(MxSingle, subject)
    });
    for host in &hosts {
        check_host(host, facts, findings);
    }
}

fn check_host(host: &Name, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    use FindingId::{MxCname, MxUnresolvable};
    let subject = host.as_str();
    // An address that stands as a host's name is one that no resolver finds.
    let (four, six) = (facts.look(host, Kind::A), facts.look(host, Kind::Aaaa));
    let aliased = [four, six].iter().find_map(|looked| match looked {
        Looked::There(answer) => answer.aliases.first().cloned(),
        Looked::Absent | Looked::Unknown(_) => None,
    });
    findings.push(match aliased {
        Some(alias) => {
            Finding::fail(MxCname, subject, Owner::Registrar).with(Detail::Text(alias.to_string()))
        }
        None => Finding::pass(MxCname, subject),
    });
    let mut addresses = Vec::new();
    let mut unknown = None;
    for looked in [four, six] {
        match looked {
            Looked::There(answer) => {
                addresses.extend(answer.records.iter().filter_map(Record::address))
            }
            Looked::Absent => {}
            Looked::Unknown(why) => unknown = Some(why),
        }
    }
    if addresses.is_empty() {
        findings.push(match unknown {
            Some(why) => Finding::unknown(MxUnresolvable, subject, why),
            None => Finding::fail(MxUnresolvable, subject, Owner::Registrar),
        });
        return;
    }
    findings.push(Finding::pass(MxUnresolvable, subject));
    for address in addresses.into_iter().take(HOSTS) {
        check_address(address, facts, findings);
    }
}

/// The names of an address, and whether one of them leads back to it.
fn check_address(address: IpAddr, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    use FindingId::{RdnsMismatch, RdnsMissing};
    let subject = address.to_string();
    let names = match facts.look(&Name::reverse(address), Kind::Ptr) {
        Looked::There(answer) => answer
            .records
            .iter()
            .filter_map(Record::pointer)
            .take(HOSTS)
            .cloned()
            .collect::<Vec<_>>(),
        Looked::Absent => {
            findings.push(Finding::fail(RdnsMissing, subject, Owner::Provider));
            return;
        }
        Looked::Unknown(why) => {
            findings.push(Finding::unknown(RdnsMissing, subject.clone(), why));
            findings.push(Finding::unknown(RdnsMismatch, subject, why));
            return;
        }
    };
    findings.push(Finding::pass(RdnsMissing, subject.clone()));
    let kind = if address.is_ipv4() {
        Kind::A
    } else {
        Kind::Aaaa
    };
    let mut unknown = None;
    let mut confirmed = false;
    for name in &names {
        match facts.look(name, kind) {
            Looked::There(answer) => {
                confirmed |= answer
                    .records
                    .iter()
                    .any(|record| record.address() == Some(address));
            }
            Looked::Absent => {}
            Looked::Unknown(why) => unknown = Some(why),
        }
    }
    findings.push(match (confirmed, unknown) {
        (true, _) => Finding::pass(RdnsMismatch, subject),
        (false, Some(why)) => Finding::unknown(RdnsMismatch, subject, why),
        (false, None) => {
            let names = names.iter().map(Name::to_string).collect();
            Finding::fail(RdnsMismatch, subject, Owner::Provider).with(Detail::Names(names))
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::facts::testing::over;
    use super::super::finding::Outcome;
    use super::*;

    fn fails(zone: &str) -> Vec<FindingId> {
        over(zone, |facts| {
            let mut findings = Vec::new();
            check(&Name::parse("example.org").unwrap(), facts, &mut findings);
            let bad = findings.iter().filter(|f| f.outcome == Outcome::Fail);
            bad.map(|f| f.id).collect()
        })
    }

    const HOST: &str = "mx.example.org. A 192.0.2.1\n";
    const BACK: &str = "1.2.0.192.in-addr.arpa. PTR mx.example.org.\n";

    #[test]
    fn each_mistake_is_found_alone() {
        let mx = "example.org. MX 10 mx.example.org.\n";
        for (zone, expected) in [
            (format!("{mx}{HOST}{BACK}"), vec![]),
            (
                "example.org. TXT x\n".to_owned(),
                vec![FindingId::MxMissing],
            ),
            ("example.org. MX 0 .\n".to_owned(), vec![]),
            (
                format!("{mx}{HOST}{BACK}example.org. MX 0 .\n"),
                vec![FindingId::MxNull],
            ),
            (mx.to_owned(), vec![FindingId::MxUnresolvable]),
            (
                format!(
                    "{mx}mx.example.org. CNAME real.example.org.\nreal.example.org. A 192.0.2.1\n\
                    1.2.0.192.in-addr.arpa. PTR real.example.org.\n"
                ),
                vec![FindingId::MxCname],
            ),
            (format!("{mx}{HOST}"), vec![FindingId::RdnsMissing]),
            (
                format!("{mx}{HOST}1.2.0.192.in-addr.arpa. PTR other.example.org.\n"),
                vec![FindingId::RdnsMismatch],
            ),
        ] {
            assert_eq!(fails(&zone), expected, "{zone}");
        }
    }
}
