//! What is good to have: its absence is advice, never a failure (rule 68).

use super::facts::{Facts, Looked};
use super::finding::{Detail, Finding, FindingId, Owner, Paste};
use super::{mail_servers, tags};
use crate::dns::{Kind, Name};

/// Looks for TLS-RPT (RFC 8460 §3), DANE (RFC 7672) and BIMI.
pub fn check(domain: &Name, takes_mail: bool, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    use FindingId::{BimiMissing, TlsRptMissing};
    if takes_mail {
        let paste = Paste {
            name: format!("_smtp._tls.{domain}"),
            kind: "TXT",
            before: None,
            after: format!("v=TLSRPTv1; rua=mailto:tls@{domain}"),
        };
        text(
            domain,
            "_smtp._tls",
            "v=TLSRPTv1",
            TlsRptMissing,
            facts,
            findings,
            |tags| {
                let rua = tags::value(tags, "rua")?;
                (rua.starts_with("mailto:") || rua.starts_with("https:")).then_some(())
            },
        );
        if let Some(last) = findings.last_mut()
            && last.id == TlsRptMissing
            && last.advice
        {
            last.paste = Some(paste);
        }
        tlsa(domain, facts, findings);
    }
    text(
        domain,
        "default._bimi",
        "v=BIMI1",
        BimiMissing,
        facts,
        findings,
        |tags| tags::value(tags, "l").map(|_| ()),
    );
}

fn text(
    domain: &Name,
    below: &str,
    version: &str,
    id: FindingId,
    facts: &Facts<'_>,
    findings: &mut Vec<Finding>,
    read: impl Fn(&[(String, String)]) -> Option<()>,
) {
    let subject = domain.as_str();
    let Ok(name) = domain.below(below) else {
        return;
    };
    findings.push(match facts.texts(&name, version.as_bytes()) {
        Err(why) => Finding::unknown(id, subject, why),
        Ok(texts) => match texts.as_slice() {
            [] => Finding::advice(id, subject, Owner::Registrar),
            [text] => match tags::parse(text).ok().and_then(|tags| read(&tags)) {
                Some(()) => Finding::pass(id, subject),
                None => unreadable(id, subject, text),
            },
            [text, ..] => unreadable(id, subject, text),
        },
    });
}

fn unreadable(id: FindingId, subject: &str, text: &[u8]) -> Finding {
    let detail = Detail::Text(String::from_utf8_lossy(text).into_owned());
    Finding::advice(id, subject, Owner::Registrar).with(detail)
}

fn tlsa(domain: &Name, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Ok(hosts) = mail_servers::hosts(domain, facts) else {
        return;
    };
    for host in hosts {
        let Ok(name) = host.below("_25._tcp") else {
            continue;
        };
        findings.push(match facts.look(&name, Kind::Tlsa) {
            Looked::There(_) => Finding::pass(FindingId::TlsaMissing, host.as_str()),
            Looked::Absent => {
                Finding::advice(FindingId::TlsaMissing, host.as_str(), Owner::Provider)
            }
            Looked::Unknown(why) => Finding::unknown(FindingId::TlsaMissing, host.as_str(), why),
        });
    }
}
