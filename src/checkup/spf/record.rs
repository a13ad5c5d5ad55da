//! An SPF record, read (RFC 7208 §4.5, §4.6, §12).

use crate::dns::Name;
use std::net::{Ipv4Addr, Ipv6Addr};

/// What a match says about the sender (RFC 7208 §4.6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    /// `+`, or nothing.
    Pass,
    /// `-`.
    Fail,
    /// `~`.
    SoftFail,
    /// `?`.
    Neutral,
}

/// Where a term points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The domain itself.
    Here,
    /// Another domain.
    Domain(Name),
    /// A domain that depends on the letter: macros stand in it, as here.
    Macro(String),
    /// A text that can be no domain, and so matches nothing.
    Nowhere,
}

/// What a directive compares the sender with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mechanism {
    /// Everybody.
    All,
    /// What another record lets through.
    Include(Target),
    /// The addresses of a host, by the networks that they stand for.
    A(Target, Lengths),
    /// The addresses of the hosts that take its mail, likewise.
    Mx(Target, Lengths),
    /// The names of the sender's address.
    Ptr(Target),
    /// A network, by an address and its prefix length.
    Ip4(Ipv4Addr, u8),
    /// A network, by an address and its prefix length.
    Ip6(Ipv6Addr, u8),
    /// Whether a name exists.
    Exists(Target),
}

/// Prefix lengths of IPv4 and IPv6 networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// At most 32.
    pub four: u8,
    /// At most 128.
    pub six: u8,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpfRecord {
    /// In their order.
    pub directives: Vec<(Qualifier, Mechanism)>,
    /// Where to go on when nothing matched.
    pub redirect: Option<Target>,
    /// Where the words for a refusal stand.
    pub explanation: Option<Target>,
}

/// Whether a text record is an SPF record: the version, then a space or the end.
pub fn is_spf(text: &[u8]) -> bool {
    match text.get(..6) {
        Some(version) if version.eq_ignore_ascii_case(b"v=spf1") => {
            matches!(text.get(6), None | Some(b' '))
        }
        _ => false,
    }
}

/// Reads a record; an error is the term that cannot be read.
pub fn parse(text: &[u8]) -> Result<SpfRecord, String> {
    let text = std::str::from_utf8(text)
        .ok()
        .filter(|text| text.is_ascii())
        .ok_or_else(|| String::from_utf8_lossy(text).into_owned())?;
    let mut record = SpfRecord::default();
    for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
        let wrong = || term.to_owned();
        if let Some((name, value)) = modifier(term) {
            match name.to_ascii_lowercase().as_str() {
                "redirect" if record.redirect.is_none() => {
                    record.redirect = Some(target(value).ok_or_else(wrong)?);
                }
                "exp" if record.explanation.is_none() => {
                    record.explanation = Some(target(value).ok_or_else(wrong)?);
                }
                "redirect" | "exp" => return Err(wrong()),
                // What is not known is passed over (§6), if it is well-formed.
                _ => {
                    macros(value).ok_or_else(wrong)?;
                }
            }
            continue;
        }
        record.directives.push(directive(term).ok_or_else(wrong)?);
    }
    Ok(record)
}

/// Reads a record for evaluating it: mechanisms behind `all` are never looked at, not even whether they
/// can be read (§5.1).
pub fn parse_to_all(text: &[u8]) -> Result<SpfRecord, String> {
    let mut past_all = false;
    let mut kept: Vec<&[u8]> = Vec::new();
    for term in text.split(|b| *b == b' ') {
        if past_all && !term.contains(&b'=') {
            continue;
        }
        kept.push(term);
        let bare = term.strip_prefix(b"+").or_else(|| term.strip_prefix(b"-"));
        let bare = bare.or_else(|| term.strip_prefix(b"~"));
        let bare = bare.or_else(|| term.strip_prefix(b"?")).unwrap_or(term);
        past_all |= bare.eq_ignore_ascii_case(b"all");
    }
    parse(&kept.join(&b' '))
}

fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let sound = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    sound.then_some((name, value))
}

fn directive(term: &str) -> Option<(Qualifier, Mechanism)> {
    let (qualifier, rest) = match term.split_at_checked(1) {
        Some(("+", rest)) => (Qualifier::Pass, rest),
        Some(("-", rest)) => (Qualifier::Fail, rest),
        Some(("~", rest)) => (Qualifier::SoftFail, rest),
        Some(("?", rest)) => (Qualifier::Neutral, rest),
        _ => (Qualifier::Pass, term),
    };
    let end = rest.find([':', '/']).unwrap_or(rest.len());
    let (name, argument) = rest.split_at_checked(end)?;
    let of_host = |argument: &str| {
        let (argument, lengths) = match argument.strip_prefix(':') {
            Some(domain) => prefix_lengths(domain)?,
            None => {
                let (rest, lengths) = prefix_lengths(argument)?;
                return rest.is_empty().then_some((Target::Here, lengths));
            }
        };
        Some((target(argument)?, lengths))
    };
    let mechanism = match name.to_ascii_lowercase().as_str() {
        "all" if argument.is_empty() => Mechanism::All,
        "include" => Mechanism::Include(target(argument.strip_prefix(':')?)?),
        "exists" => Mechanism::Exists(target(argument.strip_prefix(':')?)?),
        "a" => {
            let (target, lengths) = of_host(argument)?;
            Mechanism::A(target, lengths)
        }
        "mx" => {
            let (target, lengths) = of_host(argument)?;
            Mechanism::Mx(target, lengths)
        }
        "ptr" if argument.is_empty() => Mechanism::Ptr(Target::Here),
        "ptr" => Mechanism::Ptr(target(argument.strip_prefix(':')?)?),
        "ip4" => {
            let (address, length) = network(argument.strip_prefix(':')?, 32)?;
            Mechanism::Ip4(address.parse().ok()?, length)
        }
        "ip6" => {
            let (address, length) = network(argument.strip_prefix(':')?, 128)?;
            Mechanism::Ip6(address.parse().ok()?, length)
        }
        _ => return None,
    };
    Some((qualifier, mechanism))
}

fn network(text: &str, most: u8) -> Option<(&str, u8)> {
    match text.split_once('/') {
        Some((address, length)) => Some((address, prefix_length(length, most)?)),
        None => Some((text, most)),
    }
}

fn prefix_length(digits: &str, most: u8) -> Option<u8> {
    let canonical = digits == "0" || !digits.starts_with('0');
    let digits = digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then_some(digits)?;
    digits
        .parse()
        .ok()
        .filter(|length| canonical && *length <= most)
}

/// What stands before `/24`, `//64` or `/24//64` (§5.6), and the lengths.
fn prefix_lengths(text: &str) -> Option<(&str, Lengths)> {
    let mut lengths = Lengths { four: 32, six: 128 };
    let (text, six) = match text.rsplit_once("//") {
        Some((rest, length)) => (rest, Some(length)),
        None => (text, None),
    };
    if let Some(length) = six {
        lengths.six = prefix_length(length, 128)?;
    }
    // A slash may stand in a macro's delimiters: only digits behind it make it a length.
    match text.rsplit_once('/') {
        Some((rest, length)) if !length.contains('}') => {
            lengths.four = prefix_length(length, 32)?;
            Some((rest, lengths))
        }
        _ => Some((text, lengths)),
    }
}

/// A domain-spec (§7.1): what it points to, or `None` when it is malformed.
fn target(text: &str) -> Option<Target> {
    if text.is_empty() {
        return None;
    }
    let expands = macros(text)?;
    // It ends in a macro or in a top label, which is no number.
    let last = text.strip_suffix('.').unwrap_or(text);
    if !text.ends_with('}') {
        let (_, top) = last.rsplit_once('.')?;
        let sound = top.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && top.bytes().any(|b| !b.is_ascii_digit())
            && !top.starts_with('-')
            && !top.ends_with('-');
        if !sound {
            return None;
        }
    }
    if expands {
        return Some(Target::Macro(text.to_owned()));
    }
    Some(Name::parse(text).map_or(Target::Nowhere, Target::Domain))
}

/// Whether a text holds macros (§7.1); `None` when one is malformed.
fn macros(text: &str) -> Option<bool> {
    let mut expands = false;
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        expands = true;
        rest = match after.split_at_checked(1)? {
            ("%" | "_" | "-", after) => after,
            ("{", after) => {
                let (inside, after) = after.split_once('}')?;
                let (letter, transform) = inside.split_at_checked(1)?;
                if !"slodiphcrtv".contains(&letter.to_ascii_lowercase()) {
                    return None;
                }
                let digits = transform.bytes().take_while(u8::is_ascii_digit).count();
                let (digits, transform) = transform.split_at_checked(digits)?;
                if digits.bytes().all(|b| b == b'0') && !digits.is_empty() {
                    return None;
                }
                let delimiters = transform.strip_prefix(['r', 'R']).unwrap_or(transform);
                if !delimiters.chars().all(|c| ".-+,/_=".contains(c)) {
                    return None;
                }
                after
            }
            _ => return None,
        };
    }
    if !text.bytes().all(|b| (0x21..=0x7e).contains(&b)) {
        return None;
    }
    Some(expands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lawful_records_are_read() {
        for text in [
            "v=spf1",
            "v=spf1 -all",
            "V=SPF1 A MX Ptr -ALL",
            "v=spf1 a:mail.example.org/24//64 mx/28 mx//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all",
            "v=spf1 include:_spf.example.net redirect=_spf.example.org",
            "v=spf1 exists:%{ir}.%{v}._spf.%{d2} exp=why.%{d} unknown=anything -all",
            "v=spf1 a:%{l1r+-}._spf.%{d} ?all",
            "v=spf1  a   -all ",
        ] {
            assert!(
                is_spf(text.as_bytes()) && parse(text.as_bytes()).is_ok(),
                "{text}"
            );
        }
        assert!(!is_spf(b"v=spf10 -all") && !is_spf(b"spf2.0/pra"));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, term) in [
            ("v=spf1 ipv4:192.0.2.1 -all", "ipv4:192.0.2.1"),
            ("v=spf1 ip4:192.0.2.300 -all", "ip4:192.0.2.300"),
            ("v=spf1 ip4:192.0.2.0/33", "ip4:192.0.2.0/33"),
            ("v=spf1 ip4:192.0.2.0/024", "ip4:192.0.2.0/024"),
            ("v=spf1 include: -all", "include:"),
            ("v=spf1 include -all", "include"),
            ("v=spf1 a:example -all", "a:example"),
            ("v=spf1 a:192.0.2.1 -all", "a:192.0.2.1"),
            ("v=spf1 all:x", "all:x"),
            ("v=spf1 exists:%{z}.example.org", "exists:%{z}.example.org"),
            (
                "v=spf1 exists:%{d0}.example.org",
                "exists:%{d0}.example.org",
            ),
            (
                "v=spf1 redirect=a.example redirect=b.example",
                "redirect=b.example",
            ),
            ("v=spf1 -all,", "-all,"),
            ("v=spf1 mx -a l", "l"),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap_err(), term, "{text}");
        }
    }
}
