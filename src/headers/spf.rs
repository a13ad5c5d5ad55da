//! Whether a client may send for a domain (RFC 7208, `check_host`).

use crate::checkup::spf::record::{self, Mechanism, Qualifier, SpfRecord, Target};
use crate::checkup::{Facts, Looked};
use crate::dns::{Kind, Name, NotKnown, Record};
use std::net::IpAddr;

/// Most look-ups of one evaluation (§4.6.4).
const LOOKUPS: usize = 10;
/// Most hosts of an `mx`, and most names of an address, that are looked at (§4.6.4).
const HOSTS: usize = 10;
/// Longest explanation, in bytes.
const EXPLANATION: usize = 1_000;

/// What came of it, in the words of RFC 8601 §2.7.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpfOutcome {
    /// The client may send for the domain.
    Pass,
    /// It may not.
    Fail,
    /// It probably may not.
    SoftFail,
    /// The domain says neither.
    Neutral,
    /// The domain says nothing.
    None,
    /// The Domain Name System did not answer.
    TempError,
    /// The record cannot be evaluated.
    PermError,
    /// Not known from here: nobody said who the client was, or nothing was asked.
    NotTestable,
}

impl SpfOutcome {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            SpfOutcome::Pass => "pass",
            SpfOutcome::Fail => "fail",
            SpfOutcome::SoftFail => "softfail",
            SpfOutcome::Neutral => "neutral",
            SpfOutcome::None => "none",
            SpfOutcome::TempError => "temperror",
            SpfOutcome::PermError => "permerror",
            SpfOutcome::NotTestable => "not-testable",
        }
    }
}

/// Who sends, as the receiving server saw it.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its address.
    pub ip: IpAddr,
    /// The name by which it greeted; empty where nobody knows.
    pub helo: String,
    /// The sender on the envelope; empty for a bounce, or where nobody knows.
    pub mail_from: String,
}

/// The outcome for a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spf {
    /// What came of it.
    pub outcome: SpfOutcome,
    /// For which domain.
    pub domain: String,
    /// The domain's words for a refusal; untrusted.
    pub explanation: Option<String>,
}

/// Checks a client: the name by which it greeted, and unless that fails, the sender (RFC 7208 §2.3,
/// §2.4).
pub fn check(client: &Client, facts: &Facts<'_>) -> Spf {
    let ip = match client.ip {
        // An IPv4 address in IPv6 clothes is an IPv4 address (§5).
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(client.ip, IpAddr::V4),
        IpAddr::V4(_) => client.ip,
    };
    let helo = &client.helo;
    let by_helo = check_host(ip, helo, &format!("postmaster@{helo}"), helo, facts);
    if client.mail_from.is_empty() || by_helo.outcome == SpfOutcome::Fail {
        return by_helo;
    }
    let sender = match client.mail_from.rsplit_once('@') {
        Some(("", domain)) => format!("postmaster@{domain}"),
        Some(_) => client.mail_from.clone(),
        None => format!("postmaster@{}", client.mail_from),
    };
    let domain = sender.rsplit_once('@').map_or("", |(_, domain)| domain);
    check_host(ip, domain, &sender, helo, facts)
}

fn check_host(ip: IpAddr, domain: &str, sender: &str, helo: &str, facts: &Facts<'_>) -> Spf {
    let result = |outcome, explanation| Spf {
        outcome,
        domain: domain.to_owned(),
        explanation,
    };
    // A name of one label, or none at all, has no policy (§4.3).
    let Some(name) = Name::parse(domain)
        .ok()
        .filter(|name| name.labels().count() > 1)
    else {
        return result(SpfOutcome::None, None);
    };
    let mut walk = Walk {
        ip,
        sender,
        helo,
        facts,
        lookups: 0,
    };
    match walk.domain(&name) {
        Ok((outcome, record)) => {
            let explain = outcome == SpfOutcome::Fail;
            let explanation = record
                .filter(|_| explain)
                .and_then(|(at, target)| walk.explanation(&at, &target));
            result(outcome, explanation)
        }
        Err(stop) => result(stop.outcome(), None),
    }
}

/// Why an evaluation ends before its time.
#[derive(Debug, Clone, Copy)]
enum Stop {
    Temp,
    Perm,
    NotTestable,
}

impl Stop {
    fn outcome(self) -> SpfOutcome {
        match self {
            Stop::Temp => SpfOutcome::TempError,
            Stop::Perm => SpfOutcome::PermError,
            Stop::NotTestable => SpfOutcome::NotTestable,
        }
    }

    fn of(why: NotKnown) -> Stop {
        match why {
            NotKnown::Offline
            | NotKnown::TooMany
            | NotKnown::NotAsked
            | NotKnown::Closed
            | NotKnown::TurnedAway
            | NotKnown::Interfered => Stop::NotTestable,
            NotKnown::Deadline
            | NotKnown::ServerFailure
            | NotKnown::Refused
            | NotKnown::Garbage
            | NotKnown::Bogus
            | NotKnown::AliasLoop => Stop::Temp,
        }
    }
}

/// The record whose `exp` counts, with whose it is.
type Explained = Option<(Name, Target)>;

struct Walk<'a> {
    ip: IpAddr,
    sender: &'a str,
    helo: &'a str,
    facts: &'a Facts<'a>,
    lookups: usize,
}

impl Walk<'_> {
    /// The outcome for a domain. Look-ups that find nothing are not counted here (§4.6.4 says SHOULD):
    /// the check-up tells the domain's owner of them.
    fn domain(&mut self, domain: &Name) -> Result<(SpfOutcome, Explained), Stop> {
        let texts = match self.facts.look(domain, Kind::Txt) {
            Looked::There(answer) => answer.records.as_slice(),
            Looked::Absent => &[],
            Looked::Unknown(why) => return Err(Stop::of(why)),
        };
        let records: Vec<&[u8]> = texts
            .iter()
            .filter_map(Record::text)
            .filter(|text| record::is_spf(text))
            .collect();
        let text = match records.as_slice() {
            [] => return Ok((SpfOutcome::None, None)),
            [one] => *one,
            _ => return Err(Stop::Perm),
        };
        let record = record::parse_to_all(text).map_err(|_| Stop::Perm)?;
        self.record(&record, domain)
    }

    fn record(
        &mut self,
        record: &SpfRecord,
        domain: &Name,
    ) -> Result<(SpfOutcome, Explained), Stop> {
        let explained = || {
            let target = record.explanation.clone();
            target.map(|target| (domain.clone(), target))
        };
        for (qualifier, mechanism) in &record.directives {
            if self.matches(mechanism, domain)? {
                let outcome = match qualifier {
                    Qualifier::Pass => SpfOutcome::Pass,
                    Qualifier::Fail => SpfOutcome::Fail,
                    Qualifier::SoftFail => SpfOutcome::SoftFail,
                    Qualifier::Neutral => SpfOutcome::Neutral,
                };
                return Ok((outcome, explained()));
            }
        }
        let Some(target) = &record.redirect else {
            return Ok((SpfOutcome::Neutral, None));
        };
        self.lookup()?;
        let name = self.target(target, domain).ok_or(Stop::Perm)?;
        match self.domain(&name)? {
            // A redirection to nowhere is a mistake of the record (§6.1).
            (SpfOutcome::None, _) => Err(Stop::Perm),
            found => Ok(found),
        }
    }

    fn lookup(&mut self) -> Result<(), Stop> {
        self.lookups = self.lookups.saturating_add(1);
        match self.lookups > LOOKUPS {
            true => Err(Stop::Perm),
            false => Ok(()),
        }
    }

    fn matches(&mut self, mechanism: &Mechanism, domain: &Name) -> Result<bool, Stop> {
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip4(network, length) => {
                Ok(within(self.ip, IpAddr::V4(*network), *length, *length))
            }
            Mechanism::Ip6(network, length) => {
                Ok(within(self.ip, IpAddr::V6(*network), *length, *length))
            }
            Mechanism::Include(target) => {
                self.lookup()?;
                let Some(name) = self.target(target, domain) else {
                    return Err(Stop::Perm);
                };
                match self.domain(&name)?.0 {
                    SpfOutcome::Pass => Ok(true),
                    SpfOutcome::Fail | SpfOutcome::SoftFail | SpfOutcome::Neutral => Ok(false),
                    // Who includes what is not there made a mistake (§5.2).
                    SpfOutcome::None | SpfOutcome::PermError => Err(Stop::Perm),
                    SpfOutcome::TempError => Err(Stop::Temp),
                    SpfOutcome::NotTestable => Err(Stop::NotTestable),
                }
            }
            Mechanism::A(target, lengths) => {
                self.lookup()?;
                let Some(name) = self.target(target, domain) else {
                    return Ok(false);
                };
                let found = self.addresses(&name)?;
                let near = |found: &IpAddr| within(self.ip, *found, lengths.four, lengths.six);
                Ok(found.iter().any(near))
            }
            Mechanism::Mx(target, lengths) => {
                self.lookup()?;
                let Some(name) = self.target(target, domain) else {
                    return Ok(false);
                };
                self.mx(&name, (lengths.four, lengths.six))
            }
            Mechanism::Ptr(target) => {
                self.lookup()?;
                let Some(name) = self.target(target, domain) else {
                    return Ok(false);
                };
                let names = self.validated()?;
                Ok(names.iter().any(|validated| validated.is_within(&name)))
            }
            Mechanism::Exists(target) => {
                self.lookup()?;
                let Some(name) = self.target(target, domain) else {
                    return Ok(false);
                };
                self.exists(&name)
            }
        }
    }

    fn mx(&mut self, name: &Name, lengths: (u8, u8)) -> Result<bool, Stop> {
        let answer = match self.facts.look(name, Kind::Mx) {
            Looked::There(answer) => answer,
            Looked::Absent => return Ok(false),
            Looked::Unknown(why) => return Err(Stop::of(why)),
        };
        let mut hosts: Vec<_> = answer.records.iter().filter_map(Record::mx).collect();
        hosts.sort_by_key(|mx| mx.preference);
        let too_many = hosts.len() > HOSTS;
        hosts.truncate(HOSTS);
        let mut matched = false;
        // All are asked before any decides, so that one round of questions is enough.
        let mut stop = None;
        for mx in hosts {
            match self.addresses(&mx.exchange) {
                Ok(found) => {
                    matched |= found
                        .iter()
                        .any(|found| within(self.ip, *found, lengths.0, lengths.1));
                }
                Err(why) => stop = Some(why),
            }
        }
        match (matched, stop) {
            (true, _) => Ok(true),
            (false, Some(why)) => Err(why),
            (false, None) if too_many => Err(Stop::Perm),
            (false, None) => Ok(false),
        }
    }

    /// Whether a name has an address. The standard asks for IPv4 alone (§5.7); the public suite lets
    /// IPv6 count as well, and nobody means it otherwise.
    fn exists(&mut self, name: &Name) -> Result<bool, Stop> {
        for kind in [Kind::A, Kind::Aaaa] {
            match self.facts.look(name, kind) {
                Looked::There(_) => return Ok(true),
                Looked::Absent => {}
                Looked::Unknown(why) => return Err(Stop::of(why)),
            }
        }
        Ok(false)
    }

    /// The addresses of a host, of the kind that the client has.
    fn addresses(&mut self, name: &Name) -> Result<Vec<IpAddr>, Stop> {
        let kind = match self.ip {
            IpAddr::V4(_) => Kind::A,
            IpAddr::V6(_) => Kind::Aaaa,
        };
        match self.facts.look(name, kind) {
            Looked::There(answer) => {
                Ok(answer.records.iter().filter_map(Record::address).collect())
            }
            Looked::Absent => Ok(Vec::new()),
            Looked::Unknown(why) => Err(Stop::of(why)),
        }
    }

    /// The names of the client that lead back to it (§5.5). What cannot be asked counts as none.
    fn validated(&mut self) -> Result<Vec<Name>, Stop> {
        let pointers = match self.facts.look(&Name::reverse(self.ip), Kind::Ptr) {
            Looked::There(answer) => answer,
            Looked::Absent => return Ok(Vec::new()),
            Looked::Unknown(NotKnown::TooMany) => return Err(Stop::NotTestable),
            Looked::Unknown(_) => return Ok(Vec::new()),
        };
        let names = pointers.records.iter().filter_map(Record::pointer);
        let mut validated = Vec::new();
        for name in names.take(HOSTS) {
            match self.addresses(name) {
                Ok(found) if found.contains(&self.ip) => validated.push(name.clone()),
                Ok(_) | Err(Stop::Temp | Stop::Perm) => {}
                Err(Stop::NotTestable) => return Err(Stop::NotTestable),
            }
        }
        Ok(validated)
    }

    fn target(&mut self, target: &Target, domain: &Name) -> Option<Name> {
        match target {
            Target::Here => Some(domain.clone()),
            Target::Domain(name) => Some(name.clone()),
            Target::Nowhere => None,
            Target::Macro(text) => {
                let expanded = self.expand(text, domain, false)?;
                // A name that is too long loses labels on its left (§7.3).
                let mut name = expanded.as_str();
                while name.trim_end_matches('.').len() > 253 {
                    (_, name) = name.split_once('.')?;
                }
                Name::parse(name).ok()
            }
        }
    }

    fn explanation(&mut self, at: &Name, target: &Target) -> Option<String> {
        let name = self.target(target, at)?;
        let Looked::There(answer) = self.facts.look(&name, Kind::Txt) else {
            return None;
        };
        let texts: Vec<&[u8]> = answer.records.iter().filter_map(Record::text).collect();
        let [text] = texts.as_slice() else {
            return None;
        };
        let text = std::str::from_utf8(text)
            .ok()
            .filter(|text| text.is_ascii())?;
        let text = text.get(..EXPLANATION).unwrap_or(text);
        self.expand(text, at, true)
    }

    /// Expands macros (§7). `None` for a text that is malformed.
    fn expand(&mut self, text: &str, domain: &Name, explains: bool) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            rest = match after.split_at_checked(1)? {
                ("%", after) => {
                    out.push('%');
                    after
                }
                ("_", after) => {
                    out.push(' ');
                    after
                }
                ("-", after) => {
                    out.push_str("%20");
                    after
                }
                ("{", after) => {
                    let (inside, after) = after.split_once('}')?;
                    out.push_str(&self.macro_value(inside, domain, explains)?);
                    after
                }
                _ => return None,
            };
            if out.len() > 4_096 {
                return None;
            }
        }
        out.push_str(rest);
        Some(out)
    }

    fn macro_value(&mut self, inside: &str, domain: &Name, explains: bool) -> Option<String> {
        let (letter, transform) = inside.split_at_checked(1)?;
        let (local, sender_domain) = self.sender.rsplit_once('@')?;
        let value = match letter.to_ascii_lowercase().as_str() {
            "s" => self.sender.to_owned(),
            "l" => local.to_owned(),
            "o" => sender_domain.to_owned(),
            "d" => domain.as_str().trim_end_matches('.').to_owned(),
            "i" => dotted(self.ip),
            "p" => match self.validated() {
                Ok(names) => names
                    .iter()
                    .find(|name| *name == domain)
                    .or_else(|| names.iter().find(|name| name.is_within(domain)))
                    .or_else(|| names.first())
                    .map_or("unknown".to_owned(), ToString::to_string),
                Err(_) => "unknown".to_owned(),
            },
            "v" => match self.ip {
                IpAddr::V4(_) => "in-addr".to_owned(),
                IpAddr::V6(_) => "ip6".to_owned(),
            },
            "h" => self.helo.to_owned(),
            "c" if explains => self.ip.to_string(),
            "r" if explains => "unknown".to_owned(),
            "t" if explains => "0".to_owned(),
            _ => return None,
        };
        let value = transformed(&value, transform)?;
        let escapes = letter.chars().all(|c| c.is_ascii_uppercase());
        Some(if escapes { url_escaped(&value) } else { value })
    }
}

/// An address with dots, as macros have it (§7.3).
fn dotted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => {
            let hex = format!("{:032x}", u128::from(six));
            let digits: Vec<String> = hex.chars().map(String::from).collect();
            digits.join(".")
        }
    }
}

/// Splits, turns and cuts a value (§7.1).
fn transformed(value: &str, transform: &str) -> Option<String> {
    let count = transform.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = transform.split_at_checked(count)?;
    let (turned, delimiters) = match rest.strip_prefix(['r', 'R']) {
        Some(delimiters) => (true, delimiters),
        None => (false, rest),
    };
    let splits = |c: char| match delimiters {
        "" => c == '.',
        delimiters => delimiters.contains(c),
    };
    let mut parts: Vec<&str> = value.split(splits).collect();
    if turned {
        parts.reverse();
    }
    if !digits.is_empty() {
        let keep: usize = digits.parse().unwrap_or(usize::MAX);
        let drop = parts.len().saturating_sub(keep);
        parts.drain(..drop);
    }
    Some(parts.join("."))
}

fn url_escaped(value: &str) -> String {
    let mut out = String::new();
    for b in value.bytes() {
        match b {
            b if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// Whether an address stands in the network of another.
fn within(ip: IpAddr, network: IpAddr, four: u8, six: u8) -> bool {
    match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => {
            let differs = u32::from(ip) ^ u32::from(network);
            differs.leading_zeros() >= u32::from(four)
        }
        (IpAddr::V6(ip), IpAddr::V6(network)) => {
            let differs = u128::from(ip) ^ u128::from(network);
            differs.leading_zeros() >= u32::from(six)
        }
        // A network of IPv4 addresses in IPv6 clothes.
        (IpAddr::V4(ip), IpAddr::V6(network)) if network.to_ipv4_mapped().is_some() => {
            let differs = u128::from(ip.to_ipv6_mapped()) ^ u128::from(network);
            differs.leading_zeros() >= u32::from(six)
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

#[cfg(test)]
#[path = "spf_tests.rs"]
mod tests;
