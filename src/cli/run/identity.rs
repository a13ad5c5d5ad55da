//! `wax identity`.

use super::report::Report;
use super::{Session, unexpected};
use crate::address::{Address, Mailbox};
use crate::app::command::{Command, NewIdentity, Outcome, Overview};
use crate::app::failure::Failure;
use crate::cli::args::IdentityCommand;
use serde_json::{Value, json};

pub fn run(session: &Session, command: &IdentityCommand) -> Result<Report, Failure> {
    match command {
        IdentityCommand::New {
            name,
            address,
            scheme: crate::cli::args::SchemeArg::Openpgp,
        } => {
            let mailbox = mailbox(name, address)?;
            match session.run(Command::NewIdentity { mailbox })? {
                Outcome::Identity(made) => Ok(made_report(&made, "identity")),
                _ => Err(unexpected()),
            }
        }
        IdentityCommand::List => match session.run(Command::Overview)? {
            Outcome::Overview(overview) => Ok(list(&overview)),
            _ => Err(unexpected()),
        },
        IdentityCommand::Use { key } => match session.run(Command::UseIdentity(key.clone()))? {
            Outcome::Overview(overview) => Ok(list(&overview)),
            _ => Err(unexpected()),
        },
    }
}

/// A name and an address as typed.
pub fn mailbox(name: &str, address: &str) -> Result<Mailbox, Failure> {
    let address = Address::parse(address.trim()).map_err(|problem| Failure::BadAddress {
        text: address.to_owned(),
        problem,
    })?;
    Ok(Mailbox::named(name, address))
}

/// What was made, for people and scripts.
pub fn made_report(made: &NewIdentity, what: &str) -> Report {
    let identity = &made.identity;
    let revocation = String::from_utf8_lossy(&made.revocation).into_owned();
    let json = json!({
        "fingerprint": identity.fingerprint.as_hex(),
        "address": identity.mailbox.address.as_str(),
        "scheme": "openpgp",
        "revocation": revocation,
    });
    Report::new(
        json,
        format!(
            "Made the {what} {}.\nIts key's fingerprint is\n  {}\n\
             Keep this revocation certificate in a safe place, on paper or on another device. \
             Published, it says that the key is no longer yours.\n\n{revocation}",
            identity.mailbox,
            identity.fingerprint.grouped(),
        ),
    )
}

fn list(overview: &Overview) -> Report {
    let rows: Vec<Value> = overview
        .identities
        .iter()
        .map(|identity| {
            json!({
                "address": identity.mailbox.address.as_str(),
                "name": identity.mailbox.name.as_ref().map(|n| n.raw()),
                "fingerprint": identity.fingerprint.as_hex(),
                "scheme": "openpgp",
                "current": identity.current,
            })
        })
        .collect();
    let text = if overview.identities.is_empty() {
        "No identity yet. Make one: wax identity new NAME ADDRESS".to_owned()
    } else {
        let lines: Vec<String> = overview
            .identities
            .iter()
            .map(|identity| {
                let mark = if identity.current { '*' } else { ' ' };
                let fingerprint = identity.fingerprint.grouped();
                format!("{mark} {}\n    {fingerprint}", identity.mailbox)
            })
            .collect();
        lines.join("\n")
    };
    Report::new(json!({ "identities": rows }), text)
}
