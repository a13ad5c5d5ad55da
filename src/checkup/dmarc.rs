//! DMARC: the record that applies, whether it can be read, and what it asks for (RFC 9989).

use super::facts::{Facts, Looked};
use super::finding::{Detail, Finding, FindingId, Owner, Paste};
use super::tags;
use crate::dns::{Kind, Name, NotKnown, Record};

/// Most names that the tree walk asks (RFC 9989 §4.10).
const WALK: usize = 8;
/// Tags of RFC 7489 that mean nothing any more.
const REMOVED: [&str; 3] = ["pct", "rf", "ri"];

const IDS: [FindingId; 6] = [
    FindingId::DmarcMissing,
    FindingId::DmarcMultiple,
    FindingId::DmarcSyntax,
    FindingId::DmarcNone,
    FindingId::DmarcRemovedTag,
    FindingId::DmarcReportUnauthorised,
];

/// The record that applies to a domain.
enum Found<'a> {
    /// At this name.
    One(Name, &'a [u8]),
    /// Several at one name: none counts.
    Several(Name),
    /// None on the whole way up.
    None,
}

/// Checks the policy of a domain.
pub fn check(domain: &Name, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let subject = domain.as_str();
    let (at, text) = match walk(domain, facts) {
        Ok(Found::One(at, text)) => (at, text),
        Ok(Found::Several(at)) => {
            let finding = Finding::fail(FindingId::DmarcMultiple, subject, Owner::Registrar);
            findings.push(finding.with(Detail::Text(format!("_dmarc.{at}"))));
            return;
        }
        Ok(Found::None) => {
            let paste = Paste {
                name: format!("_dmarc.{domain}"),
                kind: "TXT",
                before: None,
                after: format!("v=DMARC1; p=none; rua=mailto:dmarc@{domain}"),
            };
            let finding = Finding::fail(FindingId::DmarcMissing, subject, Owner::Registrar);
            findings.push(finding.pasting(paste));
            return;
        }
        Err(why) => {
            findings.extend(IDS.map(|id| Finding::unknown(id, subject, why)));
            return;
        }
    };
    findings.push(Finding::pass(FindingId::DmarcMissing, subject));
    findings.push(Finding::pass(FindingId::DmarcMultiple, subject));
    let policy = match read(text) {
        Ok(policy) => policy,
        Err(what) => {
            let finding = Finding::fail(FindingId::DmarcSyntax, subject, Owner::Registrar);
            findings.push(finding.with(Detail::Text(what)));
            return;
        }
    };
    findings.push(Finding::pass(FindingId::DmarcSyntax, subject));
    let before = String::from_utf8_lossy(text).into_owned();
    let paste = |after: String| Paste {
        name: format!("_dmarc.{at}"),
        kind: "TXT",
        before: Some(before.clone()),
        after,
    };
    findings.push(if policy.asks_nothing(*domain != at) {
        let after = asking(&before, *domain != at);
        Finding::fail(FindingId::DmarcNone, subject, Owner::Registrar).pasting(paste(after))
    } else {
        Finding::pass(FindingId::DmarcNone, subject)
    });
    findings.push(if policy.removed.is_empty() {
        Finding::pass(FindingId::DmarcRemovedTag, subject)
    } else {
        let after = without_removed(&before);
        Finding::fail(FindingId::DmarcRemovedTag, subject, Owner::Registrar)
            .with(Detail::Names(policy.removed.clone()))
            .pasting(paste(after))
    });
    reports(&at, domain, &policy, facts, findings);
}

/// The tree walk (RFC 9989 §4.10): the domain, then upwards; from a name of more than eight labels straight
/// to its last seven.
fn walk<'a>(domain: &Name, facts: &Facts<'a>) -> Result<Found<'a>, NotKnown> {
    let mut at = domain.clone();
    for _ in 0..WALK {
        let name = match at.below("_dmarc") {
            Ok(name) => name,
            Err(_) => return Ok(Found::None),
        };
        let texts = match facts.look(&name, Kind::Txt) {
            Looked::There(answer) => answer.records.as_slice(),
            Looked::Absent => &[],
            Looked::Unknown(why) => return Err(why),
        };
        let records: Vec<&'a [u8]> = texts
            .iter()
            .filter_map(Record::text)
            .filter(|text| is_dmarc(text))
            .collect();
        match records.as_slice() {
            [] => {}
            [text] if at == *domain => return Ok(Found::One(at, text)),
            // A public suffix's record speaks for itself and what is below only with `np` and `sp`; it is the
            // owner of the suffix who has to write it, so it does not stand in for the domain's own.
            [text] => {
                let tags = tags::parse(text).unwrap_or_default();
                let suffix = tags::value(&tags, "psd").is_some_and(|v| v.eq_ignore_ascii_case("y"));
                return Ok(if suffix {
                    Found::None
                } else {
                    Found::One(at, text)
                });
            }
            _ => return Ok(Found::Several(at)),
        }
        let count = at.labels().count();
        let mut up = at.parent();
        if count > WALK {
            for _ in 0..count.saturating_sub(WALK) {
                up = up.and_then(|name| name.parent());
            }
        }
        match up {
            Some(up) => at = up,
            None => break,
        }
    }
    Ok(Found::None)
}

/// What a tree walk comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalkEnd {
    /// The domain of the organisation.
    Organisation(Name),
    /// No record on the whole way.
    Nothing,
}

/// One record of a walk.
struct Step<'a> {
    at: Name,
    text: &'a [u8],
    /// `psd=`, in lower case.
    suffix: Option<String>,
}

/// The records on the way up, nearest first, until one says where the walk ends (RFC 9989 §4.10).
fn steps<'a>(domain: &Name, facts: &Facts<'a>) -> Result<Vec<Step<'a>>, NotKnown> {
    let mut found = Vec::new();
    let mut at = domain.clone();
    for _ in 0..WALK {
        let Ok(name) = at.below("_dmarc") else {
            break;
        };
        let texts = match facts.look(&name, Kind::Txt) {
            Looked::There(answer) => answer.records.as_slice(),
            Looked::Absent => &[],
            Looked::Unknown(why) => return Err(why),
        };
        let mut records = texts
            .iter()
            .filter_map(Record::text)
            .filter(|t| is_dmarc(t));
        // Of several records at one name none counts.
        if let (Some(text), None) = (records.next(), records.next()) {
            let tags = tags::parse(text).unwrap_or_default();
            let suffix = tags::value(&tags, "psd").map(str::to_ascii_lowercase);
            let ends = matches!(suffix.as_deref(), Some("y" | "n"));
            found.push(Step {
                at: at.clone(),
                text,
                suffix,
            });
            if ends {
                break;
            }
        }
        match up(&at) {
            Some(above) => at = above,
            None => break,
        }
    }
    Ok(found)
}

/// The next name of a walk: from one of more than eight labels straight to its last seven.
fn up(at: &Name) -> Option<Name> {
    let count = at.labels().count();
    let mut up = at.parent();
    for _ in 0..count.saturating_sub(WALK) {
        up = up.and_then(|name| name.parent());
    }
    up.filter(|name| !name.is_root())
}

/// The organisation that a domain belongs to (RFC 9989 §4.10.2).
///
/// # Errors
/// Something on the way up is not known.
pub fn walk_up(domain: &Name, facts: &Facts<'_>) -> Result<WalkEnd, NotKnown> {
    let steps = steps(domain, facts)?;
    Ok(steps.last().map_or(WalkEnd::Nothing, |last| {
        WalkEnd::Organisation(organisation(last, domain))
    }))
}

fn organisation(last: &Step<'_>, domain: &Name) -> Name {
    let is_suffix = last.suffix.as_deref() == Some("y");
    if !is_suffix || last.at == *domain {
        return last.at.clone();
    }
    // One label below the public suffix.
    let mut below = domain.clone();
    while let Some(parent) = below.parent() {
        if parent == last.at {
            break;
        }
        below = parent;
    }
    below
}

/// The record that applies to mail of a domain, and where it stands: the domain's own, else that of its
/// organisation, else that of its public suffix (RFC 9989 §4.10.1).
///
/// # Errors
/// Something on the way up is not known.
pub fn applying<'a>(
    domain: &Name,
    facts: &Facts<'a>,
) -> Result<Option<(Name, &'a [u8])>, NotKnown> {
    let steps = steps(domain, facts)?;
    let Some(last) = steps.last() else {
        return Ok(None);
    };
    let organisation = organisation(last, domain);
    let applies = steps
        .iter()
        .find(|step| step.at == *domain)
        .or_else(|| steps.iter().find(|step| step.at == organisation))
        .unwrap_or(last);
    Ok(Some((applies.at.clone(), applies.text)))
}

/// Whether a text record means to be a DMARC record.
fn is_dmarc(text: &[u8]) -> bool {
    let Some((version, rest)) = text.split_at_checked(8) else {
        return false;
    };
    let rest = rest.iter().find(|byte| !byte.is_ascii_whitespace());
    version.eq_ignore_ascii_case(b"v=DMARC1") && matches!(rest, None | Some(b';'))
}

struct Policy {
    p: Option<String>,
    sp: Option<String>,
    testing: bool,
    removed: Vec<String>,
    rua: Vec<String>,
}

impl Policy {
    /// Whether mail that fails is let through, for the name of the record or, `below`, for what stands below.
    fn asks_nothing(&self, below: bool) -> bool {
        let policy = if below {
            self.sp.as_ref().or(self.p.as_ref())
        } else {
            self.p.as_ref()
        };
        // A record without a policy that names where reports go is taken as `none` (§4.7).
        let none = policy.is_none_or(|policy| policy == "none");
        none || self.testing
    }
}

fn read(text: &[u8]) -> Result<Policy, String> {
    let tags = tags::parse(text).map_err(|bad| match bad {
        tags::BadTags::NoValue => "a piece without “=”".to_owned(),
        tags::BadTags::BadName => "a tag's name is none".to_owned(),
        tags::BadTags::BadValue => "a value that cannot stand there".to_owned(),
        tags::BadTags::Twice => "a tag that stands twice".to_owned(),
    })?;
    let policy = |name: &str| match tags::value(&tags, name).map(str::to_ascii_lowercase) {
        Some(value) if matches!(value.as_str(), "none" | "quarantine" | "reject") => {
            Ok(Some(value))
        }
        Some(value) => Err(format!("{name}={value}")),
        None => Ok(None),
    };
    let one_of = |name: &str, values: &[&str]| match tags::value(&tags, name) {
        Some(value) if !values.contains(&value.to_ascii_lowercase().as_str()) => {
            Err(format!("{name}={value}"))
        }
        _ => Ok(()),
    };
    let (p, sp) = (policy("p")?, policy("sp")?);
    policy("np")?;
    one_of("adkim", &["r", "s"])?;
    one_of("aspf", &["r", "s"])?;
    one_of("psd", &["y", "n", "u"])?;
    one_of("t", &["y", "n"])?;
    let addresses = |name: &str| -> Result<Vec<String>, String> {
        let Some(list) = tags::value(&tags, name) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for address in list.split(',').map(str::trim) {
            let Some((scheme, rest)) = address.split_once(':') else {
                return Err(format!("{name}={address}"));
            };
            // RFC 7489 let a size stand behind; it is passed over.
            let rest = rest.split('!').next().unwrap_or(rest);
            if scheme.eq_ignore_ascii_case("mailto") {
                if !rest.contains('@') {
                    return Err(format!("{name}={address}"));
                }
                found.push(rest.to_owned());
            }
        }
        Ok(found)
    };
    let rua = addresses("rua")?;
    addresses("ruf")?;
    if p.is_none() && rua.is_empty() {
        return Err("neither “p=” nor “rua=”".to_owned());
    }
    let removed = REMOVED
        .iter()
        .filter(|name| tags::value(&tags, name).is_some());
    Ok(Policy {
        p,
        sp,
        testing: tags::value(&tags, "t").is_some_and(|t| t.eq_ignore_ascii_case("y")),
        removed: removed.map(|name| (*name).to_owned()).collect(),
        rua,
    })
}

/// The name of a piece of a record.
fn name_of(piece: &str) -> String {
    let name = piece.split('=').next().unwrap_or_default();
    name.trim().to_ascii_lowercase()
}

fn without_removed(record: &str) -> String {
    let pieces = record
        .split(';')
        .filter(|piece| !REMOVED.contains(&name_of(piece).as_str()));
    pieces
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}

/// A record that asks for something where it asked for nothing: for the name that it stands at or, `below`,
/// for what stands below that. It has no removed tags either, so that one change does for both.
fn asking(record: &str, below: bool) -> String {
    let record = without_removed(record);
    let pieces: Vec<&str> = record.split("; ").collect();
    let has = |tag: &str| pieces.iter().any(|piece| name_of(piece) == tag);
    let governs = if below && has("sp") { "sp" } else { "p" };
    let mut asking: Vec<String> = pieces
        .iter()
        .filter(|piece| name_of(piece) != "t")
        .map(|piece| {
            let value = piece.split_once('=').map(|(_, value)| value.trim());
            let none = value.is_some_and(|value| value.eq_ignore_ascii_case("none"));
            match name_of(piece) == governs && none {
                true => format!("{governs}=quarantine"),
                false => (*piece).to_owned(),
            }
        })
        .collect();
    if !has(governs) {
        // The policy stands right behind the version, where everybody looks for it.
        asking.insert(1.min(asking.len()), format!("{governs}=quarantine"));
    }
    asking.join("; ")
}

/// Addresses outside say themselves that they want the reports (RFC 9990 §4).
fn reports(
    at: &Name,
    domain: &Name,
    policy: &Policy,
    facts: &Facts<'_>,
    findings: &mut Vec<Finding>,
) {
    let id = FindingId::DmarcReportUnauthorised;
    let mut refused = Vec::new();
    let mut unknown = None;
    for address in &policy.rua {
        let host = address.rsplit_once('@').map_or("", |(_, host)| host);
        let Ok(host) = Name::parse(host) else {
            refused.push(address.clone());
            continue;
        };
        // Within one organisation nothing is needed; without a list of suffixes, a common parent of two labels.
        if host.is_within(at) || at.is_within(&host) {
            continue;
        }
        let Ok(name) = host.below(&format!("{at}._report._dmarc")) else {
            continue;
        };
        match facts.texts(&name, b"v=DMARC1") {
            Ok(texts) if texts.is_empty() => refused.push(host.to_string()),
            Ok(_) => {}
            Err(why) => unknown = Some(why),
        }
    }
    let subject = domain.as_str();
    findings.push(match (refused.is_empty(), unknown) {
        (false, _) => Finding::fail(id, subject, Owner::Provider).with(Detail::Names(refused)),
        (true, Some(why)) => Finding::unknown(id, subject, why),
        (true, None) => Finding::pass(id, subject),
    });
}

#[cfg(test)]
mod tests {
    use super::super::facts::testing::over;
    use super::super::finding::Outcome;
    use super::*;

    fn fails(zone: &str, domain: &str) -> Vec<FindingId> {
        over(zone, |facts| {
            let mut findings = Vec::new();
            check(&Name::parse(domain).unwrap(), facts, &mut findings);
            let bad = findings.iter().filter(|f| f.outcome == Outcome::Fail);
            bad.map(|f| f.id).collect()
        })
    }

    #[test]
    fn the_record_to_paste_asks_for_something_and_says_the_rest_as_before() {
        for (record, below, expected) in [
            ("v=DMARC1; p=none", false, "v=DMARC1; p=quarantine"),
            (
                "v=DMARC1; sp=none; p=none; pct=50; rua=mailto:a@b.example",
                false,
                "v=DMARC1; sp=none; p=quarantine; rua=mailto:a@b.example",
            ),
            (
                "v=DMARC1;sp = None;p=reject",
                true,
                "v=DMARC1; sp=quarantine; p=reject",
            ),
            ("v=DMARC1; p=reject; t=y", false, "v=DMARC1; p=reject"),
            (
                "v=DMARC1; rua=mailto:a@b.example;",
                false,
                "v=DMARC1; p=quarantine; rua=mailto:a@b.example",
            ),
        ] {
            assert_eq!(asking(record, below), expected, "{record}");
            let policy = read(expected.as_bytes()).unwrap();
            assert!(
                !policy.asks_nothing(below) && policy.removed.is_empty(),
                "{record}"
            );
        }
    }

    #[test]
    fn rule_66_each_mistake_is_found_alone() {
        for (text, expected) in [
            ("v=DMARC1; p=reject; rua=mailto:d@example.org", vec![]),
            (
                "v=DMARC1;p=quarantine;np=reject;psd=n;t=n;adkim=s;aspf=r",
                vec![],
            ),
            ("v=DMARC1; p=none", vec![FindingId::DmarcNone]),
            ("v=DMARC1; p=reject; t=y", vec![FindingId::DmarcNone]),
            (
                "v=DMARC1; p=reject; pct=50",
                vec![FindingId::DmarcRemovedTag],
            ),
            ("v=DMARC1; p=rejct", vec![FindingId::DmarcSyntax]),
            ("v=DMARC1; reject", vec![FindingId::DmarcSyntax]),
            ("v=DMARC1; p=reject; p=none", vec![FindingId::DmarcSyntax]),
            (
                "v=DMARC1; p=reject; rua=d@example.org",
                vec![FindingId::DmarcSyntax],
            ),
            (
                "v=DMARC1; p=reject; rua=mailto:d@reports.example",
                vec![FindingId::DmarcReportUnauthorised],
            ),
            ("v=DMARC1; p=reject; rua=mailto:d@wants.example", vec![]),
            ("v=dkim1; p=reject", vec![FindingId::DmarcMissing]),
        ] {
            let zone = format!(
                "_dmarc.example.org. TXT \"{text}\"\n\
                 example.org._report._dmarc.wants.example. TXT \"v=DMARC1\"\n"
            );
            assert_eq!(fails(&zone, "example.org"), expected, "{text}");
        }
        let twice = "_dmarc.example.org. TXT \"v=DMARC1; p=reject\"\n\
            _dmarc.example.org. TXT \"v=DMARC1; p=none\"\n";
        assert_eq!(fails(twice, "example.org"), [FindingId::DmarcMultiple]);
    }

    #[test]
    fn rule_66_the_tree_is_walked_upwards() {
        let above = "_dmarc.example.org. TXT \"v=DMARC1; p=reject; sp=none\"\n";
        assert_eq!(fails(above, "a.b.example.org"), [FindingId::DmarcNone]);
        assert_eq!(fails(above, "example.org"), []);
        let suffix = "_dmarc.example. TXT \"v=DMARC1; p=reject; psd=y\"\n";
        assert_eq!(fails(suffix, "mine.example"), [FindingId::DmarcMissing]);
        let deep = "_dmarc.d.e.f.g.h.example.org. TXT \"v=DMARC1; p=reject\"\n";
        assert_eq!(fails(deep, "a.b.c.d.e.f.g.h.example.org"), []);
    }
}
