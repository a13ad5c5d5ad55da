//! DKIM keys: whether the records under `_domainkey` can be read and are strong enough
//! (RFC 6376 §3.6.1, RFC 8301, RFC 8463).
//!
//! Selectors cannot be listed by asking. Those that are known from the person's own mail are checked; well
//! known ones are tried, and never called missing.

use super::Subject;
use super::facts::{Facts, Looked};
use super::finding::{Detail, Finding, FindingId, Owner};
use super::tags;
use crate::cert::x509::chain::rsa_bits;
use crate::dns::{Kind, Name, NotKnown, Record};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Shortest RSA key that is good for long (RFC 8301 §3.2), in bits.
const RSA_GOOD: u64 = 2_048;

/// How a selector came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SelectorSource {
    /// Seen in mail, named by the person, or found in the zone: a key has to stand there.
    Known,
    /// Only tried.
    Tried,
}

/// Selectors that large providers and common programs use.
pub fn common_selectors() -> impl Iterator<Item = &'static str> {
    const COMMON: &[&str] = &[
        "default",
        "dkim",
        "mail",
        "google",
        "selector1",
        "selector2",
        "s1",
        "s2",
        "k1",
        "k2",
        "k3",
        "key1",
        "key2",
        "mta",
        "smtp",
        "fm1",
        "fm2",
        "fm3",
        "protonmail",
        "protonmail2",
        "mailjet",
        "zoho",
        "sig1",
        "ed25519",
        "rsa",
    ];
    COMMON.iter().copied()
}

/// What a record under a selector says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    /// Of this strength.
    Good { testing: bool },
    /// RSA of so many bits.
    Short { bits: u64, testing: bool },
    /// Its owner withdrew it.
    Revoked,
    /// It cannot be read: what.
    Unreadable(&'static str),
}

/// Checks the keys of a domain.
pub fn check(subject: &Subject, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let mut seen = 0_usize;
    let mut unknown: Option<NotKnown> = None;
    let mut missing = Vec::new();
    for (selector, source) in &subject.selectors {
        let Ok(name) = subject.domain.below(&format!("{selector}._domainkey")) else {
            continue;
        };
        match facts.look(&name, Kind::Txt) {
            Looked::There(answer) => {
                let keys: Vec<&[u8]> = answer.records.iter().filter_map(Record::text).collect();
                // A wildcard that answers everything is no key: what was only tried has to look like one.
                let looks = keys.iter().any(|text| looks_like_key(text));
                if *source == SelectorSource::Tried && !looks {
                    continue;
                }
                seen = seen.saturating_add(1);
                tell(&name, read_all(&keys), findings);
            }
            Looked::Absent if *source == SelectorSource::Known => missing.push(selector.clone()),
            Looked::Absent => {}
            Looked::Unknown(why) => {
                unknown.get_or_insert(why);
            }
        }
    }
    let domain = subject.domain.as_str();
    if seen > 0 {
        findings.push(Finding::pass(FindingId::DkimUnknown, domain));
        return;
    }
    let why = unknown.unwrap_or(NotKnown::Refused);
    let mut nothing = Finding::unknown(FindingId::DkimUnknown, domain, why);
    if unknown.is_none() {
        nothing = nothing.with(Detail::Names(missing));
    }
    findings.push(nothing);
    if unknown.is_some() {
        use FindingId::{DkimRevoked, DkimSyntax, DkimTesting, DkimWeak};
        for id in [DkimSyntax, DkimRevoked, DkimWeak, DkimTesting] {
            findings.push(Finding::unknown(id, domain, why));
        }
    }
}

fn tell(name: &Name, key: Key, findings: &mut Vec<Finding>) {
    use FindingId::{DkimRevoked, DkimSyntax, DkimTesting, DkimWeak};
    let subject = name.as_str();
    let mut put = |id, wrong: Option<Detail>| {
        findings.push(match wrong {
            Some(detail) => Finding::fail(id, subject, Owner::Registrar).with(detail),
            None => Finding::pass(id, subject),
        });
    };
    let unreadable = match &key {
        Key::Unreadable(what) => Some(Detail::Text((*what).to_owned())),
        Key::Good { .. } | Key::Short { .. } | Key::Revoked => None,
    };
    let readable = unreadable.is_none();
    put(DkimSyntax, unreadable);
    if !readable {
        return;
    }
    put(DkimRevoked, (key == Key::Revoked).then_some(Detail::None));
    let (bits, testing) = match key {
        Key::Good { testing } => (None, testing),
        Key::Short { bits, testing } => (Some(bits), testing),
        Key::Revoked | Key::Unreadable(_) => return,
    };
    put(
        DkimWeak,
        bits.map(|bits| Detail::Count {
            seen: usize::try_from(bits).unwrap_or(usize::MAX),
            most: usize::try_from(RSA_GOOD).unwrap_or(usize::MAX),
        }),
    );
    put(DkimTesting, testing.then_some(Detail::None));
}

fn looks_like_key(text: &[u8]) -> bool {
    match tags::parse(text) {
        Ok(tags) => tags::value(&tags, "p").is_some(),
        Err(_) => text.windows(2).any(|pair| pair == b"p="),
    }
}

/// Several records at one selector are undefined (§3.6.2.2); verifiers take any one of them.
fn read_all(texts: &[&[u8]]) -> Key {
    match texts {
        [text] => read(text),
        [] => Key::Unreadable("there is no text"),
        _ => Key::Unreadable("several records stand at one selector"),
    }
}

fn read(text: &[u8]) -> Key {
    let tags = match tags::parse(text) {
        Ok(tags) => tags,
        Err(tags::BadTags::NoValue) => return Key::Unreadable("a piece without “=”"),
        Err(tags::BadTags::BadName) => return Key::Unreadable("a tag's name is none"),
        Err(tags::BadTags::BadValue) => return Key::Unreadable("a value cannot stand there"),
        Err(tags::BadTags::Twice) => return Key::Unreadable("a tag stands twice"),
    };
    match tags::value(&tags, "v") {
        None => {}
        Some("DKIM1") if tags.first().is_some_and(|(name, _)| name == "v") => {}
        Some(_) => return Key::Unreadable("“v=DKIM1” must be the first tag"),
    }
    let Some(key) = tags::value(&tags, "p") else {
        return Key::Unreadable("the key itself, “p=”, is missing");
    };
    let key: String = key.chars().filter(|c| !c.is_whitespace()).collect();
    if key.is_empty() {
        return Key::Revoked;
    }
    let flags = tags::value(&tags, "t").unwrap_or_default();
    let testing = flags.split(':').any(|flag| flag.trim() == "y");
    let Ok(bytes) = STANDARD.decode(key) else {
        return Key::Unreadable("the key is no base64");
    };
    match tags::value(&tags, "k").unwrap_or("rsa") {
        "rsa" => match rsa_bits(&bytes) {
            Some(bits) if bits >= RSA_GOOD => Key::Good { testing },
            Some(bits) => Key::Short { bits, testing },
            None => Key::Unreadable("the key is no RSA key"),
        },
        "ed25519" if bytes.len() == 32 => Key::Good { testing },
        "ed25519" => Key::Unreadable("the key is no Ed25519 key"),
        // A kind that is not known here is not wrong (§3.6.1: unknown types are passed over).
        _ => Key::Good { testing },
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::testing::over;
    use super::super::finding::Outcome;
    use super::*;

    fn rsa(bits: u32) -> String {
        let key = openssl::rsa::Rsa::generate(bits).unwrap();
        STANDARD.encode(key.public_key_to_der().unwrap())
    }

    fn fails(zone: &str, selectors: &[(&str, SelectorSource)]) -> Vec<FindingId> {
        let subject = Subject {
            domain: Name::parse("example.org").unwrap(),
            selectors: selectors
                .iter()
                .map(|(s, source)| ((*s).to_owned(), *source))
                .collect(),
            lists: Vec::new(),
        };
        over(zone, |facts| {
            let mut findings = Vec::new();
            check(&subject, facts, &mut findings);
            findings
                .iter()
                .filter(|f| f.outcome != Outcome::Pass)
                .map(|f| f.id)
                .collect()
        })
    }

    #[test]
    fn each_mistake_is_found_alone() {
        let (good, short) = (rsa(2_048), rsa(1_024));
        let ed = STANDARD.encode([7_u8; 32]);
        for (text, expected) in [
            (format!("v=DKIM1; k=rsa; p={good}"), vec![]),
            (format!("p={good};"), vec![]),
            (format!("v=DKIM1; k=ed25519; p={ed}"), vec![]),
            (format!("v=DKIM1; k=new; p={ed}"), vec![]),
            ("v=DKIM1; p=".to_owned(), vec![FindingId::DkimRevoked]),
            (format!("v=DKIM1; p={short}"), vec![FindingId::DkimWeak]),
            (
                format!("v=DKIM1; t=y:s; p={good}"),
                vec![FindingId::DkimTesting],
            ),
            (
                format!("k=rsa; v=DKIM1; p={good}"),
                vec![FindingId::DkimSyntax],
            ),
            ("v=DKIM1; p=@@@".to_owned(), vec![FindingId::DkimSyntax]),
            ("v=DKIM1; k=rsa".to_owned(), vec![FindingId::DkimSyntax]),
            (
                format!("v=DKIM1; k=ed25519; p={good}"),
                vec![FindingId::DkimSyntax],
            ),
        ] {
            let zone = format!("s._domainkey.example.org. TXT \"{text}\"\n");
            assert_eq!(
                fails(&zone, &[("s", SelectorSource::Known)]),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_selector_that_was_only_tried_is_never_missing() {
        let none = fails("", &[("s", SelectorSource::Tried)]);
        assert_eq!(none, [FindingId::DkimUnknown]);
        let wildcard = "*._domainkey.example.org. TXT \"v=spf1 -all\"\n";
        assert_eq!(
            fails(wildcard, &[("s", SelectorSource::Tried)]),
            [FindingId::DkimUnknown]
        );
    }
}
