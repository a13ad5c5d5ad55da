//! `wax check`.

use super::report::Report;
use super::{Session, unexpected};
use crate::app::command::{AccountQuestion, CheckAnswer, CheckQuestion, Command, Outcome};
use crate::app::failure::{CheckFailure, Failure};
use crate::app::files;
use crate::base::untrusted::escape_line;
use crate::base::{Passphrase, Secret};
use crate::checkup::{self, Finding, Owner, SpfTree};
use crate::cli::args::CheckArgs;
use crate::wording;
use std::path::Path;

/// Largest file with a login that is read, in bytes.
const LOGIN_BYTES: u64 = 4 << 10;

pub fn run(session: &Session, args: &CheckArgs) -> Result<Report, Failure> {
    match session.run(command(args)?)? {
        Outcome::Checked(answer) => {
            if let Some(path) = &args.html {
                files::write_new(path, wording::checkup_page(&answer).as_bytes())?;
            }
            Ok(report(&answer))
        }
        _ => Err(unexpected()),
    }
}

fn command(args: &CheckArgs) -> Result<Command, Failure> {
    if args.account {
        return Ok(Command::CheckAccount(Box::new(account(args)?)));
    }
    Ok(Command::CheckDomain(Box::new(domain(args))))
}

fn account(args: &CheckArgs) -> Result<AccountQuestion, Failure> {
    let address = match &args.domain {
        Some(text) => Some(super::identity::address(text)?),
        None => None,
    };
    let other_login = match &args.default_login {
        Some(path) => Some(login(path)?),
        None => None,
    };
    Ok(AccountQuestion {
        address,
        letter: args.test_letter,
        spam: args.spam_test,
        virus: args.virus_test,
        came_back: args.came_back.clone(),
        other_login,
        connections: args.connections,
        patience: args.wait,
        zone: args.zone.clone(),
        resolver: args.resolver,
    })
}

/// A name in the first line, a password in the second.
fn login(path: &Path) -> Result<(String, Passphrase), Failure> {
    let bytes = Secret::new(files::read(path, LOGIN_BYTES)?);
    let text = std::str::from_utf8(bytes.expose()).ok();
    let mut lines = text.unwrap_or_default().lines();
    match (lines.next(), lines.next()) {
        (Some(name), Some(password)) if !name.is_empty() => {
            Ok((name.to_owned(), Passphrase::new(password.to_owned())))
        }
        _ => Err(CheckFailure::BadLogin(path.to_owned()).into()),
    }
}

fn domain(args: &CheckArgs) -> CheckQuestion {
    CheckQuestion {
        domain: args.domain.clone().unwrap_or_default(),
        zone: args.zone.clone(),
        resolver: args.resolver,
        selectors: args.selector.clone(),
        connect_to: args.connect_to.clone(),
        authorities: args.ca.clone(),
        lists: args.list.clone(),
        relay: args.relay.clone(),
        compare: args.compare,
    }
}

fn report(answer: &CheckAnswer) -> Report {
    Report::new(wording::checkup_json(answer), text(answer))
}

/// What is to be done first, then what could be better, what is not known, and how much is well.
fn text(answer: &CheckAnswer) -> String {
    let all = &answer.report.findings;
    let of = |keep: &dyn Fn(&Finding) -> bool| all.iter().filter(|f| keep(f)).collect::<Vec<_>>();
    let failed = of(&|f| f.outcome == checkup::Outcome::Fail);
    let advice = of(&|f| f.outcome == checkup::Outcome::Pass && f.advice);
    let unknown = of(&|f| f.outcome == checkup::Outcome::Unknown);
    let passed = of(&|f| f.outcome == checkup::Outcome::Pass && !f.advice);
    let mut text = format!(
        "{}: {} passed, {} to do, {} unknown\n",
        escape_line(&answer.domain),
        passed.len(),
        failed.len(),
        unknown.len()
    );
    for (mark, heading, findings) in [
        ("✗", "To do", failed),
        ("·", "Could be better", advice),
        ("?", "Not testable from here", unknown),
    ] {
        if findings.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{heading}\n"));
        for finding in findings {
            let words = wording::finding(finding);
            let subject = escape_line(&finding.subject);
            text.push_str(&format!(
                "  {mark} {} ({subject})\n    {}\n",
                words.title, words.means
            ));
            if !words.fix.is_empty() {
                text.push_str(&format!("    {}\n", words.fix));
            }
            if finding.owner != Owner::Nobody {
                text.push_str(&format!(
                    "    The job is {}.\n",
                    wording::owner(finding.owner)
                ));
            }
        }
    }
    if let Some((since, changes)) = &answer.changes {
        text.push_str(&format!("\nSince {}\n", wording::date_time(*since)));
        for (word, list) in [("broken", &changes.broken), ("mended", &changes.mended)] {
            for (id, subject) in list {
                let title = wording::finding_title(*id);
                text.push_str(&format!("  {word}: {title} ({})\n", escape_line(subject)));
            }
        }
        if changes.broken.is_empty() && changes.mended.is_empty() {
            text.push_str("  nothing changed\n");
        }
    }
    if let Some(tree) = &answer.report.spf {
        text.push_str("\nWhat SPF looks up\n");
        draw(tree, 1, &mut text);
    }
    text
}

fn draw(tree: &SpfTree, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let domain = escape_line(&tree.domain);
    text.push_str(&format!("{indent}{domain}: {} look-ups\n", tree.lookups));
    for step in &tree.steps {
        match &step.tree {
            Some(tree) => draw(tree, depth.saturating_add(1), text),
            None => {
                let void = if step.void { ", finds nothing" } else { "" };
                text.push_str(&format!("{indent}  {}{void}\n", escape_line(&step.term)));
            }
        }
    }
}
