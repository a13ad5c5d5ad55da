//! `wax identity`.

use super::report::Report;
use super::{Session, unexpected};
use crate::address::{Address, Mailbox};
use crate::app::command::{Command, NewCertificates, NewIdentity, Outcome, Overview};
use crate::app::failure::{Failure, KeyFailure};
use crate::cert::Fingerprint;
use crate::cert::openpgp::OpenPgpChoice;
use crate::cert::x509::KeyChoice;
use crate::cli::args::{IdentityCommand, SchemeArg};
use serde_json::{Value, json};

pub fn run(session: &Session, command: &IdentityCommand) -> Result<Report, Failure> {
    match command {
        IdentityCommand::New {
            name,
            address,
            scheme,
            smime_key,
            post_quantum,
        } => {
            let mailbox = mailbox(name, address)?;
            let choice = match post_quantum {
                true => KeyChoice::PostQuantum,
                false => smime_key.choice(),
            };
            let openpgp = match post_quantum {
                true => OpenPgpChoice::PostQuantum,
                false => OpenPgpChoice::Compatible,
            };
            new(session, mailbox, *scheme, openpgp, choice)
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

fn new(
    session: &Session,
    mailbox: Mailbox,
    scheme: SchemeArg,
    openpgp: OpenPgpChoice,
    choice: KeyChoice,
) -> Result<Report, Failure> {
    let openpgp = match scheme {
        SchemeArg::Smime => None,
        SchemeArg::Openpgp | SchemeArg::Both => {
            let mailbox = mailbox.clone();
            let job = Command::NewIdentity {
                mailbox,
                choice: openpgp,
            };
            match session.run(job) {
                Ok(Outcome::Identity(made)) => Some(made_report(&made, "identity")),
                Ok(_) => return Err(unexpected()),
                // What is missing is made.
                Err(Failure::Key(KeyFailure::Exists { .. })) if scheme == SchemeArg::Both => None,
                Err(failure) => return Err(failure),
            }
        }
    };
    if scheme == SchemeArg::Openpgp {
        return openpgp.ok_or_else(unexpected);
    }
    let smime = certificates(session, mailbox, choice, true)?;
    Ok(match openpgp {
        Some(openpgp) => openpgp.and(smime, |json, other| {
            json["scheme"] = Value::from("both");
            json["certificates"] = other["certificates"].clone();
        }),
        None => smime,
    })
}

/// Makes S/MIME keys for an address.
pub fn certificates(
    session: &Session,
    mailbox: Mailbox,
    choice: KeyChoice,
    identity: bool,
) -> Result<Report, Failure> {
    let job = Command::NewCertificates {
        mailbox,
        choice,
        identity,
    };
    match session.run(job)? {
        Outcome::Certificates(made) => Ok(certificates_report(&made)),
        _ => Err(unexpected()),
    }
}

fn certificates_report(made: &NewCertificates) -> Report {
    let names: Vec<&str> = made.certs.iter().map(Fingerprint::as_hex).collect();
    let json = json!({
        "fingerprint": names.first(),
        "address": made.mailbox.address.as_str(),
        "scheme": "smime",
        "revocation": null,
        "certificates": names,
    });
    let lines: Vec<String> = made
        .certs
        .iter()
        .map(|fingerprint| format!("  {}", fingerprint.grouped()))
        .collect();
    Report::new(
        json,
        format!(
            "Made S/MIME keys for {}. The fingerprints of their certificates are\n{}\n\
             The certificates vouch for themselves: give them to others with wax key export, and let \
             them compare the fingerprints.",
            made.mailbox,
            lines.join("\n")
        ),
    )
}

/// A name and an address as typed.
pub fn mailbox(name: &str, address: &str) -> Result<Mailbox, Failure> {
    Ok(Mailbox::named(name, self::address(address)?))
}

/// An address as typed.
pub fn address(text: &str) -> Result<Address, Failure> {
    Address::parse(text.trim()).map_err(|problem| Failure::BadAddress {
        text: text.to_owned(),
        problem,
    })
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
                "scheme": overview.scheme_of(&identity.mailbox.address),
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
