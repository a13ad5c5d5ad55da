//! Block lists in DNS (RFC 5782): for addresses, and for domains.
//!
//! Only those that the person chooses are asked. Only codes that a list documents are listings (rule
//! 67): an error code, an address outside 127.0.0.0/8 or a code of an unknown kind is "unknown", and
//! that nothing was found counts only where the list's own test entry was.

mod table;

pub use table::KNOWN;

use super::facts::{Facts, Looked};
use super::finding::{Detail, Finding, FindingId, Owner};
use super::mail_servers;
use crate::dns::{Kind, Name, NotKnown, Record};
use std::net::{IpAddr, Ipv4Addr};

/// Most addresses that are looked up.
const ADDRESSES: usize = 16;

/// What a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Addresses of servers.
    Addresses,
    /// Domains in mail and links.
    Domains,
}

/// What its answers mean: the last three numbers of 127.x.y.z.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codes {
    /// Each code by itself.
    Each(&'static [([u8; 3], &'static str)]),
    /// Bits of the last number, several at once.
    Bits(&'static [(u8, &'static str)]),
}

/// A block list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockList {
    /// Below which it is asked.
    pub zone: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub of: Of,
    /// Its documented answers.
    pub codes: Codes,
    /// What is always on it, as it is asked (RFC 5782 §5).
    pub probe: &'static str,
    /// What it lists, in its keepers' words.
    pub policy: &'static str,
    /// Where to ask to be taken off.
    pub removal: &'static str,
}

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It is listed, for these reasons.
    Listed(Vec<&'static str>),
    /// That is no answer that the list documents.
    Unknown,
}

/// The lists that a name chooses: a zone, `addresses`, `domains`, or `all`.
pub fn chosen(name: &str) -> Vec<Name> {
    let of = |wanted: fn(Of) -> bool| {
        let zones = KNOWN.iter().filter(|list| wanted(list.of));
        zones
            .filter_map(|list| Name::parse(list.zone).ok())
            .collect()
    };
    match name {
        "addresses" => of(|of| of == Of::Addresses),
        "domains" => of(|of| of == Of::Domains),
        "all" => of(|_| true),
        zone => Name::parse(zone).into_iter().collect(),
    }
}

/// The list at a zone, when it is known.
pub fn known(zone: &Name) -> Option<&'static BlockList> {
    KNOWN.iter().find(|list| list.zone == zone.as_str())
}

/// What these answers of a list mean. Of a list that nobody here knows, 127.0.0.2 is the one code
/// that all share (RFC 5782 §2.1).
pub fn said(list: Option<&BlockList>, answers: &[Ipv4Addr]) -> Said {
    let mut reasons = Vec::new();
    for answer in answers {
        let [127, rest @ ..] = answer.octets() else {
            return Said::Unknown;
        };
        // Errors of Spamhaus and those who follow it; and what no list may answer (RFC 5782 §5).
        if matches!(rest, [255, 255, _] | [0, 0, 1] | [0, 0, 0]) {
            return Said::Unknown;
        }
        let found: Vec<&'static str> = match list.map(|list| list.codes) {
            None if rest == [0, 0, 2] => vec!["listed"],
            None => Vec::new(),
            Some(Codes::Each(codes)) => codes
                .iter()
                .filter(|(code, _)| *code == rest)
                .map(|(_, reason)| *reason)
                .collect(),
            Some(Codes::Bits(bits)) => match rest {
                [0, 0, last] => {
                    let documented = bits.iter().fold(0, |all, (bit, _)| all | bit);
                    if last & !documented != 0 {
                        return Said::Unknown;
                    }
                    let set = bits.iter().filter(|(bit, _)| last & bit != 0);
                    set.map(|(_, reason)| *reason).collect()
                }
                _ => Vec::new(),
            },
        };
        if found.is_empty() {
            return Said::Unknown;
        }
        for reason in found {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
    }
    match reasons.is_empty() {
        true => Said::Unknown,
        false => Said::Listed(reasons),
    }
}

/// Looks the domain and the addresses of its mail servers up in the chosen lists.
pub fn check(domain: &Name, lists: &[Name], facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let id = FindingId::Listed;
    if lists.is_empty() {
        findings.push(Finding::unknown(id, domain.as_str(), NotKnown::NotAsked));
        return;
    }
    let addresses = addresses(domain, facts);
    for zone in lists {
        let list = known(zone);
        if list.is_some_and(|list| list.of == Of::Domains) {
            let asked = domain.as_str();
            findings.push(one(asked, asked, zone, list, facts));
            continue;
        }
        for address in &addresses {
            let Some(reversed) = reversed(*address) else {
                continue;
            };
            findings.push(one(&address.to_string(), &reversed, zone, list, facts));
        }
    }
}

fn addresses(domain: &Name, facts: &Facts<'_>) -> Vec<IpAddr> {
    let mut found = Vec::new();
    for host in mail_servers::hosts(domain, facts).unwrap_or_default() {
        for kind in [Kind::A, Kind::Aaaa] {
            if let Looked::There(answer) = facts.look(&host, kind) {
                let new = answer.records.iter().filter_map(Record::address);
                found.extend(new);
            }
        }
    }
    found.sort();
    found.dedup();
    found.truncate(ADDRESSES);
    found
}

/// The labels of an address as lists have it (RFC 5782 §2.1, §2.4).
fn reversed(address: IpAddr) -> Option<String> {
    let name = Name::reverse(address);
    let text = name.as_str();
    let labels = text.strip_suffix(".in-addr.arpa");
    labels
        .or_else(|| text.strip_suffix(".ip6.arpa"))
        .map(str::to_owned)
}

fn one(
    subject: &str,
    asked: &str,
    zone: &Name,
    list: Option<&'static BlockList>,
    facts: &Facts<'_>,
) -> Finding {
    let id = FindingId::Listed;
    let unknown = |why| Finding::unknown(id, format!("{subject} ({zone})"), why);
    let Ok(name) = zone.below(asked) else {
        return unknown(NotKnown::NotAsked);
    };
    match facts.look(&name, Kind::A) {
        Looked::Unknown(why) => unknown(why),
        Looked::There(answer) => match said(list, &fours(&answer.records)) {
            Said::Unknown => unknown(NotKnown::Refused),
            Said::Listed(reasons) => {
                let owner = match list.map(|list| list.of) {
                    Some(Of::Domains) => Owner::You,
                    Some(Of::Addresses) | None => Owner::Provider,
                };
                Finding::fail(id, format!("{subject} ({zone})"), owner).with(Detail::Listed {
                    list: list.map_or_else(|| zone.to_string(), |list| list.name.to_owned()),
                    reasons,
                    places: list.map(|list| (list.policy, list.removal)),
                })
            }
        },
        // Nothing is only believed of a list that answers at all.
        Looked::Absent => match probe(zone, list, facts) {
            Ok(true) => Finding::pass(id, format!("{subject} ({zone})")),
            Ok(false) => unknown(NotKnown::Refused),
            Err(why) => unknown(why),
        },
    }
}

/// Whether the list's own test entry is on it.
fn probe(zone: &Name, list: Option<&BlockList>, facts: &Facts<'_>) -> Result<bool, NotKnown> {
    let Ok(name) = zone.below(list.map_or("2.0.0.127", |list| list.probe)) else {
        return Ok(false);
    };
    match facts.look(&name, Kind::A) {
        Looked::There(answer) => {
            // Test entries may carry codes of their own, but no errors.
            let fours = fours(&answer.records);
            Ok(!fours.is_empty()
                && fours.iter().all(|four| {
                    let [first, rest @ ..] = four.octets();
                    first == 127 && !matches!(rest, [255, 255, _] | [0, 0, 0 | 1 | 255])
                }))
        }
        Looked::Absent => Ok(false),
        Looked::Unknown(why) => Err(why),
    }
}

fn fours(records: &[Record]) -> Vec<Ipv4Addr> {
    let mut found = Vec::new();
    for record in records {
        if let Record::A(four) = record {
            found.push(*four);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::facts::testing::over;
    use super::super::finding::Outcome;
    use super::*;

    /// All codes that a list documents.
    fn documented(list: &BlockList) -> Vec<Ipv4Addr> {
        match list.codes {
            Codes::Each(codes) => codes
                .iter()
                .map(|([a, b, c], _)| Ipv4Addr::new(127, *a, *b, *c))
                .collect(),
            Codes::Bits(bits) => {
                let all = bits.iter().fold(0_u8, |all, (bit, _)| all | bit);
                (1..=255_u8)
                    .filter(|code| code & !all == 0)
                    .map(|code| Ipv4Addr::new(127, 0, 0, code))
                    .collect()
            }
        }
    }

    #[test]
    fn rule_67_only_documented_codes_are_listings_in_a_thousand_answers() {
        let mut answers = 0;
        let mut listings = 0;
        for list in KNOWN {
            let good = documented(list);
            // Errors, rewritten answers, and every code of the neighbourhood that is not documented.
            let mut all: Vec<Ipv4Addr> =
                (0..=255).map(|n| Ipv4Addr::new(127, 255, 255, n)).collect();
            all.extend((0..=255).map(|n| Ipv4Addr::new(127, 0, 0, n)));
            all.extend((0..=255).map(|n| Ipv4Addr::new(127, 0, 1, n)));
            all.extend([
                Ipv4Addr::new(192, 0, 2, 1),
                Ipv4Addr::new(0, 0, 0, 0),
                Ipv4Addr::new(10, 0, 0, 2),
                Ipv4Addr::new(126, 0, 0, 2),
                Ipv4Addr::new(128, 0, 0, 2),
            ]);
            for answer in all {
                answers += 1;
                let listed = matches!(said(Some(list), &[answer]), Said::Listed(_));
                assert_eq!(listed, good.contains(&answer), "{}: {answer}", list.zone);
                listings += usize::from(listed);
                // An error beside a listing makes both worthless.
                let error = Ipv4Addr::new(127, 255, 255, 254);
                assert_eq!(said(Some(list), &[answer, error]), Said::Unknown);
            }
            assert_eq!(said(Some(list), &[]), Said::Unknown);
        }
        assert!(answers >= 1_000 && listings > 50, "{answers} {listings}");
        assert_eq!(said(None, &[Ipv4Addr::new(127, 0, 0, 9)]), Said::Unknown);
    }

    #[test]
    fn nothing_found_counts_only_where_the_lists_test_entry_is() {
        let domain = Name::parse("example.org").unwrap();
        let base = "example.org. MX 10 mx.example.org.\nmx.example.org. A 192.0.2.1\n";
        let zen = "zen.spamhaus.org";
        for (more, expected) in [
            (String::new(), Outcome::Unknown),
            (format!("2.0.0.127.{zen}. A 127.0.0.2\n"), Outcome::Pass),
            (
                format!("2.0.0.127.{zen}. A 127.255.255.254\n"),
                Outcome::Unknown,
            ),
            (format!("1.2.0.192.{zen}. A 127.0.0.4\n"), Outcome::Fail),
            (
                format!("1.2.0.192.{zen}. A 127.255.255.254\n"),
                Outcome::Unknown,
            ),
            (format!("1.2.0.192.{zen}. A 127.0.0.1\n"), Outcome::Unknown),
            (
                format!("1.2.0.192.{zen}. A 203.0.113.7\n"),
                Outcome::Unknown,
            ),
        ] {
            let found = over(&format!("{base}{more}"), |facts| {
                let mut findings = Vec::new();
                check(&domain, &chosen(zen), facts, &mut findings);
                findings
            });
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].outcome, expected, "{more}");
        }
        assert!(chosen("all").len() > chosen("addresses").len());
        assert!(!chosen("domains").is_empty());
    }
}
