//! MTA-STS (RFC 8461): the record, the policy that it announces, and whether that names the servers.

use super::facts::Facts;
use super::finding::{Detail, Finding, FindingId, Owner};
use super::servers::{PageAsk, PageSeen};
use super::{mail_servers, tags};
use crate::dns::{Name, NotKnown};

/// Longest life of a policy, in seconds (RFC 8461 §3.2).
const LONGEST: u64 = 31_557_600;

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Policy {
    /// Whether anybody is asked to keep to it.
    counts: bool,
    /// Names of servers, `*.` for any one label.
    hosts: Vec<String>,
}

/// Checks record and policy.
pub fn check(domain: &Name, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    use FindingId::{MtaStsMismatch, MtaStsMissing, MtaStsSyntax};
    let subject = domain.as_str();
    let ids = [MtaStsMissing, MtaStsMismatch, MtaStsSyntax];
    let Ok(name) = domain.below("_mta-sts") else {
        return;
    };
    let texts = match facts.texts(&name, b"v=STSv1") {
        Ok(texts) => texts,
        Err(why) => {
            findings.extend(ids.map(|id| Finding::unknown(id, subject, why)));
            return;
        }
    };
    let text = match texts.as_slice() {
        [] => {
            findings.push(Finding::advice(MtaStsMissing, subject, Owner::Registrar));
            return;
        }
        [text] if is_record(text) => *text,
        [text, ..] => {
            let fail = Finding::fail(MtaStsSyntax, subject, Owner::Registrar);
            let shown = String::from_utf8_lossy(text).into_owned();
            findings.push(fail.with(Detail::Text(shown)));
            return;
        }
    };
    debug_assert!(is_record(text));
    let Ok(host) = domain.below("mta-sts") else {
        return;
    };
    let ask = PageAsk {
        host,
        path: "/.well-known/mta-sts.txt".to_owned(),
        follow: false,
    };
    let missing =
        |what: String| Finding::fail(MtaStsMissing, subject, Owner::You).with(Detail::Text(what));
    let body = match facts.page(&ask) {
        Ok(PageSeen::Body(body)) => body,
        Ok(PageSeen::Status(status)) if *status < 500 => {
            findings.push(missing(format!("its server answers {status}")));
            return;
        }
        Ok(PageSeen::Tls(problem)) => {
            findings.push(missing(problem.clone()));
            return;
        }
        // That there is a record is known, and no more.
        Ok(PageSeen::Status(_)) => return only_record(subject, NotKnown::TurnedAway, findings),
        Ok(PageSeen::Not(why)) => return only_record(subject, *why, findings),
        Err(why) => return only_record(subject, why, findings),
    };
    findings.push(Finding::pass(MtaStsMissing, subject));
    let policy = match read(body) {
        Ok(policy) => policy,
        Err(what) => {
            let fail = Finding::fail(MtaStsSyntax, subject, Owner::You);
            findings.push(fail.with(Detail::Text(what.to_owned())));
            return;
        }
    };
    findings.push(Finding::pass(MtaStsSyntax, subject));
    findings.push(match mail_servers::hosts(domain, facts) {
        Err(why) => Finding::unknown(MtaStsMismatch, subject, why),
        Ok(hosts) => {
            let unnamed: Vec<String> = hosts
                .iter()
                .filter(|host| policy.counts && !policy.names(host))
                .map(Name::to_string)
                .collect();
            match unnamed.is_empty() {
                true => Finding::pass(MtaStsMismatch, subject),
                false => {
                    Finding::fail(MtaStsMismatch, subject, Owner::You).with(Detail::Names(unnamed))
                }
            }
        }
    });
}

fn only_record(subject: &str, why: NotKnown, findings: &mut Vec<Finding>) {
    use FindingId::{MtaStsMismatch, MtaStsMissing, MtaStsSyntax};
    findings.push(Finding::pass(MtaStsMissing, subject));
    findings.extend([MtaStsMismatch, MtaStsSyntax].map(|id| Finding::unknown(id, subject, why)));
}

/// `v=STSv1; id=…` (RFC 8461 §3.1).
fn is_record(text: &[u8]) -> bool {
    let Ok(tags) = tags::parse(text) else {
        return false;
    };
    tags::value(&tags, "id").is_some_and(|id| {
        (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

impl Policy {
    fn names(&self, host: &Name) -> bool {
        self.hosts
            .iter()
            .any(|pattern| match pattern.strip_prefix("*.") {
                Some(rest) => host.parent().is_some_and(|parent| parent.as_str() == rest),
                None => host.as_str() == pattern,
            })
    }
}

/// Reads a policy (RFC 8461 §3.2); keys that nobody knows are passed over.
fn read(body: &[u8]) -> Result<Policy, &'static str> {
    let text = std::str::from_utf8(body).map_err(|_| "it is no text")?;
    let (mut version, mut mode, mut age) = (None, None, None);
    let mut hosts = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (key, value) = line.split_once(':').ok_or("a line without a colon")?;
        let (key, value) = (key.trim(), value.trim());
        match key {
            "version" if version.is_none() => version = Some(value),
            "mode" if mode.is_none() => mode = Some(value),
            "max_age" if age.is_none() => age = Some(value),
            "mx" => {
                let bare = value.strip_prefix("*.").unwrap_or(value);
                Name::parse(bare).map_err(|_| "“mx” that is no host")?;
                hosts.push(value.trim_end_matches('.').to_ascii_lowercase());
            }
            _ => {}
        }
    }
    if version != Some("STSv1") {
        return Err("no “version: STSv1”");
    }
    let counts = match mode {
        Some("enforce" | "testing") => true,
        Some("none") => false,
        Some(_) | None => return Err("no “mode” of enforce, testing or none"),
    };
    let age = age.filter(|age| !age.is_empty() && age.bytes().all(|b| b.is_ascii_digit()));
    match age.and_then(|age| age.parse::<u64>().ok()) {
        Some(age) if age <= LONGEST => {}
        Some(_) | None => return Err("no “max_age” of at most 31557600"),
    }
    if counts && hosts.is_empty() {
        return Err("no “mx”");
    }
    Ok(Policy { counts, hosts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_read_as_the_rfc_has_them() {
        let good = "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\n\
                    mx: backupmx.example.com\r\nmax_age: 604800\r\nunknown: x\r\n";
        let policy = read(good.as_bytes()).unwrap();
        let names = |host| policy.names(&Name::parse(host).unwrap());
        assert!(names("mail.example.com") && names("a.example.net"));
        assert!(!names("a.b.example.net") && !names("example.net") && !names("x.example.com"));
        assert!(
            !read(b"version: STSv1\nmode: none\nmax_age: 1\n")
                .unwrap()
                .counts
        );
        for (line, instead) in [
            ("version: STSv1", "version: STSv2"),
            ("mode: enforce", "mode: strict"),
            ("max_age: 604800", "max_age: 99999999"),
            ("max_age: 604800", "max_age: -1"),
            ("max_age: 604800", "x: 1"),
            ("mx: mail.example.com", "mx: a b"),
            ("mode: enforce", "mode enforce"),
        ] {
            assert!(good.contains(line));
            let bad = good.replacen(line, instead, 1);
            assert!(read(bad.as_bytes()).is_err(), "{instead}");
        }
        assert!(read(b"\xff\xfe").is_err());
        assert!(read(b"version: STSv1\nmode: testing\nmax_age: 1\n").is_err());
    }
}
