//! What strangers' programs find: keys by WKD, settings by autoconfig and SRV, a contact for who finds a
//! hole. Their absence is advice.

use super::facts::{Facts, Looked};
use super::finding::{Finding, FindingId, Owner};
use super::servers::{PageAsk, PageSeen};
use crate::dns::{Kind, Name, NotKnown, Record};

/// Services that programs look for (RFC 6186, RFC 8314).
const SERVICES: [&str; 6] = [
    "_submissions._tcp",
    "_submission._tcp",
    "_imaps._tcp",
    "_imap._tcp",
    "_pop3s._tcp",
    "_pop3._tcp",
];

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum There {
    Yes,
    No,
    Unknown(NotKnown),
}

impl There {
    /// One of both is enough.
    fn or(self, other: There) -> There {
        match (self, other) {
            (There::Yes, _) | (_, There::Yes) => There::Yes,
            (There::Unknown(why), _) | (_, There::Unknown(why)) => There::Unknown(why),
            (There::No, There::No) => There::No,
        }
    }
}

/// Looks for them.
pub fn check(domain: &Name, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    use FindingId::{AutoconfigMissing, SecurityTxtMissing, WkdMissing};
    let at = |below: &str| domain.below(below).ok();
    let advanced = format!("/.well-known/openpgpkey/{domain}/policy");
    // The direct way counts only where the advanced one's host does not exist (the draft's §3.1);
    // programs are not that strict.
    let keys = page(at("openpgpkey"), &advanced, facts, |_| true).or(page(
        Some(domain.clone()),
        "/.well-known/openpgpkey/policy",
        facts,
        |_| true,
    ));
    let xml = |body: &[u8]| body.windows(12).any(|piece| piece == b"clientConfig");
    let settings = services(domain, facts)
        .or(page(at("autoconfig"), "/mail/config-v1.1.xml", facts, xml))
        .or(page(
            Some(domain.clone()),
            "/.well-known/autoconfig/mail/config-v1.1.xml",
            facts,
            xml,
        ));
    let contact = page(
        Some(domain.clone()),
        "/.well-known/security.txt",
        facts,
        |body| {
            let text = String::from_utf8_lossy(body).to_ascii_lowercase();
            text.lines().any(|line| line.starts_with("contact:"))
        },
    );
    for (id, there) in [
        (WkdMissing, keys),
        (AutoconfigMissing, settings),
        (SecurityTxtMissing, contact),
    ] {
        findings.push(match there {
            There::Yes => Finding::pass(id, domain.as_str()),
            There::No => Finding::advice(id, domain.as_str(), Owner::You),
            There::Unknown(why) => Finding::unknown(id, domain.as_str(), why),
        });
    }
}

fn services(domain: &Name, facts: &Facts<'_>) -> There {
    let mut there = There::No;
    for label in SERVICES {
        let Ok(name) = domain.below(label) else {
            continue;
        };
        there = there.or(match facts.look(&name, Kind::Srv) {
            Looked::There(answer) => match answer
                .records
                .iter()
                .any(|record| matches!(record, Record::Srv(srv) if !srv.target.is_root()))
            {
                true => There::Yes,
                false => There::No,
            },
            Looked::Absent => There::No,
            Looked::Unknown(why) => There::Unknown(why),
        });
    }
    there
}

/// A page, where its host exists.
fn page(host: Option<Name>, path: &str, facts: &Facts<'_>, sound: impl Fn(&[u8]) -> bool) -> There {
    let Some(host) = host else {
        return There::No;
    };
    let absent = |kind| matches!(facts.look(&host, kind), Looked::Absent);
    let named = facts.named().iter().any(|(named, _)| *named == host);
    if !named && absent(Kind::A) && absent(Kind::Aaaa) {
        return There::No;
    }
    let ask = PageAsk {
        host,
        path: path.to_owned(),
        follow: true,
    };
    match facts.page(&ask) {
        Ok(PageSeen::Body(body)) if sound(body) => There::Yes,
        Ok(PageSeen::Body(_) | PageSeen::Tls(_)) => There::No,
        Ok(PageSeen::Status(status)) if *status < 500 => There::No,
        Ok(PageSeen::Status(_)) => There::Unknown(NotKnown::TurnedAway),
        Ok(PageSeen::Not(why)) => There::Unknown(*why),
        Err(why) => There::Unknown(why),
    }
}
