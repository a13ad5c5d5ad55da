//! `wax headers`.

use super::report::Report;
use super::{Session, read_message, unexpected};
use crate::app::command::{Command, OriginAnswer, OriginWish, Outcome};
use crate::app::failure::Failure;
use crate::base::untrusted::escape_line;
use crate::cli::args::HeadersArgs;
use crate::headers::{Claim, Hop, Origin, ReverseName, Standing};
use crate::wording;
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub fn run(session: &Session, args: &HeadersArgs) -> Result<Report, Failure> {
    let wish = OriginWish {
        message: Arc::new(read_message(&args.file)?),
        ask: true,
        zone: args.zone.clone(),
        resolver: args.resolver,
        border: args.border.clone(),
        client_ip: args.client_ip,
        helo: args.helo.clone(),
        mail_from: args.mail_from.clone(),
    };
    match session.run(Command::Origin(Box::new(wish)))? {
        Outcome::Origin(answer) => Ok(Report::new(document(&answer), text(&answer.origin))),
        _ => Err(unexpected()),
    }
}

fn document(answer: &OriginAnswer) -> Value {
    let origin = &answer.origin;
    let dkim: Vec<Value> = origin
        .signatures
        .dkim
        .iter()
        .map(|signature| {
            json!({
                "d": signature.domain.raw(),
                "s": signature.selector.raw(),
                "result": signature.outcome.word(),
                "why": signature.reason.map(|reason| reason.word()),
            })
        })
        .collect();
    let arc = &origin.signatures.arc;
    let dmarc = &origin.dmarc;
    let cautions: Vec<Value> = origin
        .oddities
        .iter()
        .map(|odd| json!({"code": odd.code(), "text": wording::oddity(odd)}))
        .collect();
    json!({
        "route": origin.route.iter().map(|(hop, name)| hop_json(hop, name.as_ref())).collect::<Vec<_>>(),
        "claimed": origin.claims.iter().map(claim_json).collect::<Vec<_>>(),
        "dkim": dkim,
        "arc": {
            "cv": arc.outcome.map_or("none", |outcome| outcome.word()),
            "why": arc.reason.map(|reason| reason.word()),
            "oldest_pass": arc.oldest_pass,
            "domains": arc.domains.iter().map(|domain| domain.raw()).collect::<Vec<_>>(),
        },
        "spf": {
            "result": origin.spf.outcome.word(),
            "domain": origin.spf.domain,
            "explanation": origin.spf.explanation,
        },
        "dmarc": {
            "result": dmarc.outcome.word(),
            "policy": dmarc.policy,
            "from": dmarc.from,
            "aligned_by": (!dmarc.aligned_by.is_empty()).then(|| dmarc.aligned_by.join(",")),
        },
        "cautions": cautions,
        "sentence": wording::origin_sentence(origin, None),
        "contacted": answer.contacted,
    })
}

fn hop_json(hop: &Hop, name: Option<&ReverseName>) -> Value {
    let raw =
        |text: &Option<crate::base::Untrusted>| text.as_ref().map(|text| text.raw().to_owned());
    let (rdns, result) = match name {
        Some(ReverseName::Confirmed(name)) => (Some(name.to_string()), Some("pass")),
        Some(ReverseName::Unconfirmed(name)) => (Some(name.to_string()), Some("fail")),
        Some(ReverseName::Nameless) => (None, Some("fail")),
        Some(ReverseName::NotTestable) => (None, Some("not-testable")),
        None => (None, None),
    };
    json!({
        "by": raw(&hop.by),
        "from": raw(&hop.from),
        "ip": hop.ip.map(|ip| ip.to_string()),
        "helo": raw(&hop.helo),
        "time": hop.time.map(|time| time.to_string()),
        "delay_s": hop.delay,
        "tls": hop.tls,
        "with": raw(&hop.with),
        "rdns": rdns,
        "rdns_result": result,
        "rdns_claimed": raw(&hop.reverse),
    })
}

fn claim_json(claim: &Claim) -> Value {
    let results: Vec<Value> = claim
        .results
        .iter()
        .map(|claimed| {
            let properties: Map<String, Value> = claimed
                .properties
                .iter()
                .map(|(name, value)| (name.raw().to_owned(), json!(value.raw())))
                .collect();
            json!({
                "method": claimed.method.raw(),
                "result": claimed.result.raw(),
                "reason": claimed.reason.as_ref().map(|reason| reason.raw()),
                "properties": properties,
            })
        })
        .collect();
    json!({
        "authserv_id": claim.by.raw(),
        "counts": claim.standing == Standing::Counts,
        "standing": claim.standing.word(),
        "results": results,
    })
}

fn text(origin: &Origin) -> String {
    let mut lines = vec![wording::origin_sentence(origin, None)];
    for odd in &origin.oddities {
        lines.push(format!("  ! {}", wording::oddity(odd)));
    }
    lines.push(String::new());
    lines.push("The way it took, first to last".to_owned());
    if origin.route.is_empty() {
        lines.push("  No server wrote itself down.".to_owned());
    }
    for (hop, name) in &origin.route {
        lines.extend(hop_lines(hop, name.as_ref()));
    }
    lines.push(String::new());
    lines.push("Checked here".to_owned());
    for signature in &origin.signatures.dkim {
        let words = wording::signature_outcome(signature.outcome, signature.reason);
        lines.push(format!("  DKIM of {}: {words}", signature.domain));
    }
    if origin.signatures.dkim.is_empty() {
        lines.push("  DKIM: no signature".to_owned());
    }
    let arc = &origin.signatures.arc;
    if let Some(outcome) = arc.outcome {
        let words = wording::signature_outcome(outcome, arc.reason);
        lines.push(format!("  ARC: {words}"));
    }
    lines.push(format!(
        "  SPF of {}: {}",
        escape_line(&origin.spf.domain),
        wording::spf_outcome(origin.spf.outcome)
    ));
    if let Some(words) = &origin.spf.explanation {
        lines.push(format!("    in its own words: {}", escape_line(words)));
    }
    lines.push(format!(
        "  DMARC of {}: {}",
        escape_line(origin.dmarc.from.as_deref().unwrap_or("nobody")),
        wording::dmarc_outcome(origin.dmarc.outcome)
    ));
    if !origin.claims.is_empty() {
        lines.push(String::new());
        lines.push("Claimed by others".to_owned());
    }
    for claim in &origin.claims {
        lines.push(format!(
            "  {}: {}",
            claim.by,
            wording::standing(claim.standing)
        ));
        for claimed in &claim.results {
            lines.push(format!("    {}={}", claimed.method, claimed.result));
        }
    }
    lines.join("\n")
}

fn hop_lines(hop: &Hop, name: Option<&ReverseName>) -> Vec<String> {
    let named = |text: &Option<crate::base::Untrusted>| match text {
        Some(text) => text.to_string(),
        None => "somebody".to_owned(),
    };
    let ip = hop.ip.map(|ip| format!(" [{ip}]")).unwrap_or_default();
    let mut lines = vec![format!("  {}{ip} -> {}", named(&hop.from), named(&hop.by))];
    let mut facts: Vec<String> = Vec::new();
    facts.extend(hop.time.map(wording::date_time));
    let more = wording::hop_facts(hop);
    if !more.is_empty() {
        facts.push(more);
    }
    facts.extend(name.map(wording::reverse_name));
    if !facts.is_empty() {
        lines.push(format!("    {}", facts.join("; ")));
    }
    lines
}
