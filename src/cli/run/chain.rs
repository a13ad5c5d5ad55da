//! `wax chain`.

use super::report::{Report, notice_text};
use super::{Session, unexpected};
use crate::address::Address;
use crate::app::command::{ChainAnswer, ChainLeaf, ChainQuestion, Command, Outcome};
use crate::app::failure::Failure;
use crate::cert::Fingerprint;
use crate::cli::args::{ChainArgs, PurposeArg};
use crate::wording;
use serde_json::json;
use std::path::Path;

/// Exit code of a chain that does not hold.
const INVALID: u8 = 3;

pub fn run(session: &Session, args: &ChainArgs) -> Result<Report, Failure> {
    let question = ChainQuestion {
        leaf: leaf(&args.leaf),
        roots: args.root.clone(),
        with: args.with.clone(),
        crls: args.crl.clone(),
        address: args.address.clone(),
        purpose: PurposeArg::purpose(args.purpose),
        policies: args.policy.iter().map(|policy| policy.0.clone()).collect(),
        allow_weak: args.allow_weak,
        fetch: args.fetch,
        ask_revocation: args.revocation,
    };
    match session.run(Command::CheckChain(Box::new(question)))? {
        Outcome::Chain(answer) => Ok(report(&answer)),
        _ => Err(unexpected()),
    }
}

/// A file, or a key by its fingerprint or address; a file wins.
fn leaf(named: &Path) -> ChainLeaf {
    let text = named.to_string_lossy();
    let names_a_key = Fingerprint::parse(&text).is_ok() || Address::parse(&text).is_ok();
    if names_a_key && !named.exists() {
        ChainLeaf::Key(text.into_owned())
    } else {
        ChainLeaf::File(named.to_owned())
    }
}

fn report(answer: &ChainAnswer) -> Report {
    let chain = &answer.chain;
    let path: Vec<String> = chain
        .path
        .iter()
        .map(|certificate| certificate.subject.text().raw().to_owned())
        .collect();
    let mut notice = wording::chain(answer);
    let detail = match notice.next.as_str() {
        "" => notice.headline.clone(),
        next => format!("{} {next}", notice.headline),
    };
    let mut json = json!({
        "valid": chain.is_valid(),
        "path": path,
        "reason": chain.fault.as_ref().map(|fault| fault.reason.code()),
        "detail": detail,
    });
    if let Some(links) = &answer.links {
        let states = links.iter().map(|state| json!(state.code()));
        json["revocation"] = states.collect();
        let words = links.iter().map(wording::link_state);
        notice.details.extend(words);
    }
    for file in &answer.skipped {
        let file = crate::base::untrusted::escape_line(file);
        notice.details.push(format!("Not read: {file}"));
    }
    let mut text = notice_text(&notice);
    for (depth, certificate) in chain.path.iter().rev().enumerate() {
        text.push_str(&format!(
            "\n  {}{}",
            "  ".repeat(depth),
            certificate.subject.text()
        ));
    }
    let mut report = Report::new(json, text);
    if !chain.is_valid() {
        report.exit = INVALID;
    }
    report
}
