//! `wax key`.

mod own;

use super::identity::{certificates, made_report, mailbox};
use super::report::Report;
use super::{Session, read_input, unexpected};
use crate::address::{Address, AddressProblem, Mailbox, domain_to_ascii};
use crate::app::command::{
    Command, ImportKeys, ImportReport, KeyCard, KeyRow, KeySource, KeyState, Outcome,
    RequestCertificate,
};
use crate::app::failure::{Failure, FileFailure, ImportRefusal, KeyFailure};
use crate::base::limits;
use crate::cert::x509::KeyChoice;
use crate::cert::x509::chain::AnchorFor;
use crate::cert::{Checked, Scheme};
use crate::cli::args::{ExportArg, KeyArg, KeyCommand, KeyImport, PreferArg, SchemeArg, SwitchArg};
use crate::wording;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;

pub fn run(session: &Session, command: &KeyCommand) -> Result<Report, Failure> {
    match command {
        KeyCommand::List { query } => {
            let query = query.clone().unwrap_or_default();
            match session.run(Command::ListKeys { query })? {
                Outcome::Keys(rows) => Ok(list(&rows)),
                _ => Err(unexpected()),
            }
        }
        KeyCommand::Show { key } => card(session, Command::ShowKey { key: key.clone() }),
        KeyCommand::Confirm { key } => card(session, Command::Confirm { key: key.clone() }),
        KeyCommand::Reject { key } => card(session, Command::Reject { key: key.clone() }),
        KeyCommand::Undecide { key } => undecide(session, key),
        KeyCommand::Extend { key, until } => card(
            session,
            Command::ExtendKey {
                key: key.clone(),
                until: *until,
            },
        ),
        KeyCommand::Revoke {
            key,
            reason,
            output,
        } => own::revoke(session, key, *reason, output.as_deref()),
        KeyCommand::Backup { file, key } => own::backup(session, file, key.clone()),
        KeyCommand::Drill { file, key } => own::drill(session, file, key.clone()),
        KeyCommand::Generate {
            name,
            address,
            scheme: scheme @ (SchemeArg::Smime | SchemeArg::Both),
            smime_key,
        } => {
            let mailbox = mailbox(name, address)?;
            generate(session, mailbox, *scheme, smime_key.choice())
        }
        KeyCommand::RequestCert {
            key,
            name,
            kind,
            output,
        } => request(session, key, name.as_deref(), *kind, output.as_deref()),
        KeyCommand::Prefer { address, scheme } => prefer(session, address, *scheme),
        KeyCommand::Generate {
            name,
            address,
            scheme: SchemeArg::Openpgp,
            ..
        } => {
            let mailbox = mailbox(name, address)?;
            match session.run(Command::GenerateKey { mailbox })? {
                Outcome::Identity(made) => Ok(made_report(&made, "key")),
                _ => Err(unexpected()),
            }
        }
        KeyCommand::Anchors { system_list } => anchors(session, *system_list),
        KeyCommand::Import(args) => import(session, args),
        KeyCommand::Export {
            key,
            scheme,
            secret,
            output,
        } => export(session, (key, *scheme), *secret, output.as_deref()),
    }
}

fn generate(
    session: &Session,
    mailbox: Mailbox,
    scheme: SchemeArg,
    choice: KeyChoice,
) -> Result<Report, Failure> {
    let smime = certificates(session, mailbox.clone(), choice, false)?;
    if scheme == SchemeArg::Smime {
        return Ok(smime);
    }
    match session.run(Command::GenerateKey { mailbox })? {
        Outcome::Identity(made) => Ok(made_report(&made, "key").and(smime, |json, other| {
            json["scheme"] = Value::from("both");
            json["certificates"] = other["certificates"].clone();
        })),
        _ => Err(unexpected()),
    }
}

fn request(
    session: &Session,
    key: &str,
    name: Option<&str>,
    kind: KeyArg,
    output: Option<&Path>,
) -> Result<Report, Failure> {
    let job = Command::RequestCertificate(RequestCertificate {
        key: key.to_owned(),
        name: name.map(str::to_owned),
        choice: kind.choice(),
        to: output.map(Path::to_owned),
    });
    let Outcome::Requested(made) = session.run(job)? else {
        return Err(unexpected());
    };
    let pem = made
        .pem
        .map(|pem| String::from_utf8_lossy(&pem).into_owned());
    let file = output.map(|path| path.to_string_lossy().into_owned());
    let json = json!({
        "address": made.mailbox.address.as_str(),
        "key": made.key,
        "request": pem,
        "file": file,
    });
    Ok(match (pem, file) {
        (Some(pem), _) => Report::raw(json, pem.into_bytes()),
        (None, file) => {
            let shown = crate::base::untrusted::escape_line(&file.unwrap_or_default());
            Report::new(
                json,
                format!(
                    "Written to {shown}. Send it to the authority, and import what comes back: wax key \
                     import FILE"
                ),
            )
        }
    })
}

fn prefer(session: &Session, address: &str, scheme: PreferArg) -> Result<Report, Failure> {
    let address = Address::parse(address.trim()).map_err(|problem| Failure::BadAddress {
        text: address.to_owned(),
        problem,
    })?;
    let scheme = match scheme {
        PreferArg::Openpgp => Some(Scheme::OpenPgp),
        PreferArg::Smime => Some(Scheme::Smime),
        PreferArg::None => None,
    };
    let job = Command::Prefer {
        address: address.clone(),
        scheme,
    };
    match session.run(job)? {
        Outcome::Preferred => {
            let word = scheme.map(Scheme::word);
            let json = json!({ "address": address.as_str(), "preferred": word });
            Ok(Report::new(json, wording::preferred(&address, scheme)))
        }
        _ => Err(unexpected()),
    }
}

fn import(session: &Session, args: &KeyImport) -> Result<Report, Failure> {
    let accept_for = args
        .accept_for
        .iter()
        .map(|text| {
            Address::parse(text.trim()).map_err(|problem| Failure::BadAddress {
                text: text.clone(),
                problem,
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let sources = args
        .files
        .iter()
        .map(|file| {
            if file == Path::new("-") {
                let bytes = read_input(file, limits::KEY_FILE_BYTES)?;
                let name = "-".to_owned();
                Ok(KeySource::Bytes { name, bytes })
            } else {
                Ok(KeySource::File(file.clone()))
            }
        })
        .collect::<Result<Vec<_>, FileFailure>>()?;
    let job = if args.anchor {
        Command::PinAnchors {
            sources,
            counts_for: counts_for(args, accept_for)?,
        }
    } else {
        Command::ImportKeys(ImportKeys {
            sources,
            accept_for,
            accept: args.accept,
            password: session.key_password()?,
        })
    };
    match session.run(job)? {
        Outcome::Imported(report) => Ok(imported(&report)),
        _ => Err(unexpected()),
    }
}

/// For whom an anchor counts, as it was typed.
fn counts_for(args: &KeyImport, named: Vec<Address>) -> Result<AnchorFor, Failure> {
    if let Some(domain) = &args.domain {
        return domain_to_ascii(domain)
            .map(AnchorFor::Domain)
            .map_err(|problem| Failure::BadAddress {
                text: domain.clone(),
                problem,
            });
    }
    let mut named = named.into_iter();
    match (named.next(), named.next()) {
        (None, _) => Ok(AnchorFor::Anybody),
        (Some(one), None) => Ok(AnchorFor::Address(one)),
        // One at a time: each is a decision of its own.
        (Some(_), Some(second)) => Err(Failure::BadAddress {
            text: second.as_str().to_owned(),
            problem: AddressProblem::BadCharacter,
        }),
    }
}

fn anchors(session: &Session, switch: Option<SwitchArg>) -> Result<Report, Failure> {
    let job = match switch {
        Some(switch) => Command::UseSystemList(switch == SwitchArg::On),
        None => Command::Anchors,
    };
    let Outcome::Anchors(list) = session.run(job)? else {
        return Err(unexpected());
    };
    let pinned: Vec<Value> = list
        .pinned
        .iter()
        .map(|(name, anchor)| {
            let (kind, whom) = wording::anchor_for(&anchor.counts_for);
            json!({
                "fingerprint": anchor.fingerprint.as_hex(),
                "subject": name.raw(),
                "counts_for": kind,
                "name": whom,
                "since": anchor.since.to_string(),
            })
        })
        .collect();
    let json = json!({
        "pinned": pinned,
        "system_for_mail": list.for_mail,
        "system_list": list.unstated,
        "uses_system_list": list.uses_system_list,
    });
    Ok(Report::new(json, wording::anchors(&list).join("\n")))
}

fn export(
    session: &Session,
    (key, scheme): (&str, Option<ExportArg>),
    secret: bool,
    output: Option<&Path>,
) -> Result<Report, Failure> {
    let password = match (secret, session.key_password()?) {
        (true, None) => return Err(KeyFailure::PasswordNeeded.into()),
        (true, Some(password)) => Some(password),
        (false, _) => None,
    };
    let job = Command::ExportKey {
        key: key.to_owned(),
        scheme: scheme.map(|scheme| match scheme {
            ExportArg::Openpgp => Scheme::OpenPgp,
            ExportArg::Smime => Scheme::Smime,
        }),
        secret: password,
        to: output.map(Path::to_owned),
    };
    match session.run(job)? {
        Outcome::Exported(Some(bytes)) => {
            let json = match std::str::from_utf8(&bytes) {
                Ok(text) => json!({ "key": text, "file": null }),
                // PKCS #12 is binary.
                Err(_) => json!({ "key": null, "pkcs12": STANDARD.encode(&bytes), "file": null }),
            };
            Ok(Report::raw(json, bytes))
        }
        Outcome::Exported(None) => {
            let file = output.map(|path| path.to_string_lossy().into_owned());
            let shown = crate::base::untrusted::escape_line(file.as_deref().unwrap_or_default());
            Ok(Report::new(
                json!({ "key": null, "file": file }),
                format!("Written to {shown}."),
            ))
        }
        _ => Err(unexpected()),
    }
}

fn undecide(session: &Session, key: &str) -> Result<Report, Failure> {
    let shown = Command::ShowKey {
        key: key.to_owned(),
    };
    let Outcome::Key(card) = session.run(shown)? else {
        return Err(unexpected());
    };
    let named = Address::parse(key.trim()).ok();
    let checks = card
        .row
        .addresses
        .iter()
        .filter(|address| named.as_ref().is_none_or(|named| named == *address))
        .map(|address| (address.clone(), Checked::Unknown))
        .collect();
    let key = card.row.fingerprint.to_string();
    self::card(session, Command::Redecide { key, checks })
}

fn card(session: &Session, job: Command) -> Result<Report, Failure> {
    match session.run(job)? {
        Outcome::Key(card) => Ok(show(&card)),
        _ => Err(unexpected()),
    }
}

fn row_json(row: &KeyRow) -> Value {
    let (state, why) = match &row.state {
        KeyState::Usable => ("usable", None),
        KeyState::Unusable(why) => ("unusable", Some(why.code())),
    };
    json!({
        "fingerprint": row.fingerprint.as_hex(),
        "kind": row.kind,
        "addresses": row.addresses.iter().map(Address::as_str).collect::<Vec<_>>(),
        "state": state,
        "why": why,
        "checked": row.checked.word(),
        "secret": row.secret,
        "created": row.created.to_string(),
        "expires": row.expires.map(|time| time.to_string()),
    })
}

fn list(rows: &[KeyRow]) -> Report {
    let keys: Vec<Value> = rows.iter().map(row_json).collect();
    let text = if rows.is_empty() {
        "No keys match. Take some in: wax key import FILE".to_owned()
    } else {
        let mut lines: Vec<String> = rows.iter().map(row_text).collect();
        lines.extend(rows.iter().filter_map(own::ending));
        lines.join("\n")
    };
    Report::new(json!({ "keys": keys }), text)
}

fn row_text(row: &KeyRow) -> String {
    let who = match (&row.name, row.addresses.as_slice()) {
        (Some(name), [first, ..]) => format!("{name} <{first}>"),
        (None, [first, ..]) => first.to_string(),
        (Some(name), []) => name.to_string(),
        (None, []) => "(no name)".to_owned(),
    };
    let state = match &row.state {
        KeyState::Usable => "ready".to_owned(),
        KeyState::Unusable(why) => wording::key_state(why),
    };
    let expires = row
        .expires
        .map_or_else(String::new, |at| format!(", ends {}", wording::date(at)));
    format!(
        "{who}\n  {}\n  {state}; {}{expires}",
        row.fingerprint.grouped(),
        wording::checked(row.checked),
    )
}

fn show(card: &KeyCard) -> Report {
    let mut json = row_json(&card.row);
    json["user_ids"] = card.user_ids.iter().map(|id| id.to_string()).collect();
    json["checks"] = card
        .checks
        .iter()
        .map(|(address, checked)| json!({"address": address.as_str(), "checked": checked.word()}))
        .collect();
    json["keys"] = card
        .parts
        .iter()
        .map(|part| {
            json!({
                "fingerprint": part.fingerprint.as_hex(),
                "primary": part.primary,
                "algorithm": part.algorithm,
                "certify": part.can.certify,
                "sign": part.can.sign,
                "encrypt": part.can.encrypt,
                "authenticate": part.can.authenticate,
                "created": part.created.to_string(),
                "expires": part.expires.map(|time| time.to_string()),
                "revoked": part.revoked,
                "revoked_at": part.revoked_at.map(|time| time.to_string()),
            })
        })
        .collect();
    json["words"] = card.row.fingerprint.words().join(" ").into();
    json["seen"] = card.seen.iter().map(own::sighting_json).collect();
    json["others"] = card.others.iter().map(own::other_json).collect();
    json["backed_up"] = card.drilled.map(|at| at.to_string()).into();
    let mut lines = vec![row_text(&card.row)];
    for (address, checked) in &card.checks {
        lines.push(format!("  {address}: {}", wording::checked(*checked)));
    }
    for part in &card.parts {
        lines.push(format!(
            "  {} key {}, made {}",
            part.algorithm,
            part.fingerprint.grouped(),
            wording::date(part.created)
        ));
    }
    lines.extend(own::more_lines(card));
    lines.extend(own::ending(&card.row));
    Report::new(json, lines.join("\n"))
}

fn imported(report: &ImportReport) -> Report {
    let taken: Vec<Value> = report
        .imported
        .iter()
        .map(|key| {
            json!({
                "fingerprint": key.fingerprint.as_hex(),
                "kind": key.kind,
                "addresses": key.addresses.iter().map(Address::as_str).collect::<Vec<_>>(),
                "accepted_for": key.accepted_for.iter().map(Address::as_str).collect::<Vec<_>>(),
                "secret": key.secret,
            })
        })
        .collect();
    let mut lines = Vec::new();
    for key in &report.imported {
        let names: Vec<String> = key.addresses.iter().map(ToString::to_string).collect();
        let accepted: Vec<String> = key.accepted_for.iter().map(ToString::to_string).collect();
        let what = if key.secret { "your key" } else { "the key" };
        lines.push(format!(
            "Took in {what} of {}\n  {}",
            wording::list_of(&names),
            key.fingerprint.grouped()
        ));
        lines.push(if accepted.is_empty() {
            format!(
                "  It counts for nobody yet. Compare the fingerprint with its owner, then: \
                 wax key confirm {}",
                key.fingerprint
            )
        } else {
            format!("  It counts for {}.", wording::list_of(&accepted))
        });
    }
    for (file, refusal) in &report.refused {
        let file = crate::base::untrusted::escape_line(file);
        let notice = wording::import_refusal(refusal);
        lines.push(format!("Not taken from {file}: {}", notice.headline));
    }
    Report::new(
        json!({ "imported": taken, "refused": refused_json(&report.refused) }),
        lines.join("\n"),
    )
}

/// What was not taken in, as the command line's contract has it.
pub fn refused_json(refused: &[(String, ImportRefusal)]) -> Value {
    refused
        .iter()
        .map(|(file, refusal)| json!({"file": file, "code": refusal.code()}))
        .collect()
}
