//! `wax account`.

use super::report::Report;
use super::{Session, first_line, identity, prompt, unexpected};
use crate::app::command::{Command, Outcome};
use crate::app::failure::{Failure, FileFailure};
use crate::app::files;
use crate::cli::args::{AccountAdd, AccountCommand, SecurityArg};
use crate::settings::{Account, Endpoint, Security, Trust};
use serde_json::{Value, json};
use std::path::Path;

pub fn run(session: &Session, command: &AccountCommand) -> Result<Report, Failure> {
    match command {
        AccountCommand::Add(args) => add(session, args),
        AccountCommand::Test { address } => test(session, address.as_deref()),
        AccountCommand::Remove { address } => {
            let address = identity::address(address)?;
            match session.run(Command::RemoveAccount(address.clone()))? {
                Outcome::AccountRemoved => Ok(Report::new(
                    json!({ "removed": address.as_str() }),
                    format!("Forgot the servers and the password of {address}."),
                )),
                _ => Err(unexpected()),
            }
        }
        AccountCommand::List => match session.run(Command::Overview)? {
            Outcome::Overview(overview) => Ok(list(&overview.accounts)),
            _ => Err(unexpected()),
        },
    }
}

fn add(session: &Session, args: &AccountAdd) -> Result<Report, Failure> {
    let address = identity::address(&args.address)?;
    let trust = match &args.ca {
        Some(file) => Trust::Pinned(issuers(file)?),
        None => Trust::System,
    };
    let security = match (args.security, args.port) {
        (Some(SecurityArg::Implicit), _) => Security::Implicit,
        (Some(SecurityArg::Starttls), _) => Security::StartTls,
        // The ports' own meaning (RFC 8314 §3.3, RFC 6409 §3.1).
        (None, Some(587 | 2525 | 25)) => Security::StartTls,
        (None, _) => Security::Implicit,
    };
    let port = args.port.unwrap_or(match security {
        Security::Implicit => 465,
        Security::StartTls => 587,
    });
    let password = match &args.password_file {
        Some(file) => first_line(file)?,
        None => prompt::password("Password of the account: ").ok_or(Failure::NoPassword)?,
    };
    let mailbox = args.mailbox_host.as_ref().map(|host| Endpoint {
        host: host.clone(),
        port: args.mailbox_port,
        security: Security::Implicit,
        trust: trust.clone(),
        connect_to: args.connect_to,
    });
    let account = Account {
        login: args
            .login
            .clone()
            .unwrap_or_else(|| address.as_str().to_owned()),
        address,
        submission: Endpoint {
            host: args.host.clone(),
            port,
            security,
            trust,
            connect_to: args.connect_to,
        },
        mailbox,
    };
    let json = account_json(&account);
    let text = format!(
        "Added. Letters from {} go through {}.\nTry it: wax account test {}",
        account.address, account.submission, account.address
    );
    match session.run(Command::AddAccount {
        account: Box::new(account),
        password,
    })? {
        Outcome::AccountAdded => Ok(Report::new(json, text)),
        _ => Err(unexpected()),
    }
}

fn issuers(file: &Path) -> Result<Vec<Vec<u8>>, FileFailure> {
    let bytes = files::read(file, 1 << 20)?;
    let found = crate::settings::issuers_from_pem(&bytes);
    if found.is_empty() {
        return Err(FileFailure::Other(
            file.to_owned(),
            "it holds no certificate in PEM form".to_owned(),
        ));
    }
    Ok(found)
}

fn test(session: &Session, address: Option<&str>) -> Result<Report, Failure> {
    let address = address.map(identity::address).transpose()?;
    match session.run(Command::TestAccount { address })? {
        Outcome::AccountWorks(connected) => {
            let tls = &connected.tls;
            Ok(Report::new(
                json!({
                    "host": tls.host,
                    "address": tls.peer,
                    "tls": tls.version,
                    "key_exchange": tls.key_exchange,
                    "certificate": tls.certificate,
                    "size": connected.size,
                }),
                format!(
                    "It works: {} answered over {} and took the login.",
                    tls.host, tls.version
                ),
            ))
        }
        _ => Err(unexpected()),
    }
}

fn account_json(account: &Account) -> Value {
    let security = |endpoint: &Endpoint| match endpoint.security {
        Security::Implicit => "implicit",
        Security::StartTls => "starttls",
    };
    let endpoint = |e: &Endpoint| {
        json!({
            "host": e.host,
            "port": e.port,
            "security": security(e),
            "pinned": match &e.trust { Trust::System => false, Trust::Pinned(_) => true },
        })
    };
    json!({
        "address": account.address.as_str(),
        "login": account.login,
        "submission": endpoint(&account.submission),
        "mailbox": account.mailbox.as_ref().map(endpoint),
    })
}

fn list(accounts: &[Account]) -> Report {
    let rows: Vec<Value> = accounts.iter().map(account_json).collect();
    let text = if accounts.is_empty() {
        "No account yet. Add one: wax account add ADDRESS --host HOST".to_owned()
    } else {
        let lines: Vec<String> = accounts
            .iter()
            .map(|a| format!("{}\n  sends through {}", a.address, a.submission))
            .collect();
        lines.join("\n")
    };
    Report::new(json!({ "accounts": rows }), text)
}
