//! What an owner does with a key, and what the ledger has about one.

use super::show;
use crate::app::command::{Command, KeyCard, KeyRow, OtherCert, Outcome};
use crate::app::failure::{Failure, KeyFailure};
use crate::app::files;
use crate::app::port::Sighting;
use crate::base::untrusted::escape_line;
use crate::cert::{Fingerprint, RevocationReason};
use crate::cli::args::ReasonArg;
use crate::cli::run::report::Report;
use crate::cli::run::{Session, unexpected};
use crate::wording;
use serde_json::{Value, json};
use std::path::Path;

/// `wax key revoke`.
pub fn revoke(
    session: &Session,
    key: &str,
    reason: ReasonArg,
    output: Option<&Path>,
) -> Result<Report, Failure> {
    let job = Command::RevokeKey {
        key: key.to_owned(),
        reason: match reason {
            ReasonArg::Compromised => RevocationReason::Compromised,
            ReasonArg::Superseded => RevocationReason::Superseded,
            ReasonArg::Retired => RevocationReason::Retired,
        },
    };
    let Outcome::Revoked(revoked) = session.run(job)? else {
        return Err(unexpected());
    };
    if let Some(path) = output {
        files::write_new(path, &revoked.certificate)?;
    }
    let certificate = String::from_utf8_lossy(&revoked.certificate).into_owned();
    let shown = show(&revoked.card);
    let mut json = shown.json;
    json["revocation"] = certificate.clone().into();
    let fingerprint = revoked.card.row.fingerprint.grouped();
    let mut text = format!(
        "The key is ended.\n  {fingerprint}\n\
         Send this certificate to everybody who has the key, and publish it where the key is \
         published."
    );
    match output {
        Some(path) => {
            let path = escape_line(&path.to_string_lossy());
            text.push_str(&format!("\nIt is written to {path}."));
        }
        None => text.push_str(&format!("\n\n{certificate}")),
    }
    Ok(Report::new(json, text))
}

/// `wax key backup`.
pub fn backup(session: &Session, file: &Path, key: Option<String>) -> Result<Report, Failure> {
    let password = session.key_password()?.ok_or(KeyFailure::PasswordNeeded)?;
    let job = Command::BackUpKeys {
        key,
        to: file.to_owned(),
        password,
    };
    let Outcome::BackedUp(keys) = session.run(job)? else {
        return Err(unexpected());
    };
    let shown = escape_line(&file.to_string_lossy());
    let text = format!(
        "Written to {shown}: {}.\n\
         Whoever has this file and its password can read your letters. Keep both, apart.\n\
         Now try it: wax key drill {shown} --key-password-file F",
        many(&keys)
    );
    Ok(Report::new(keys_json(file, &keys), text))
}

/// `wax key drill`.
pub fn drill(session: &Session, file: &Path, key: Option<String>) -> Result<Report, Failure> {
    let password = session.key_password()?.ok_or(KeyFailure::PasswordNeeded)?;
    let job = Command::DrillBackup {
        key,
        from: file.to_owned(),
        password,
    };
    let Outcome::Drilled(keys) = session.run(job)? else {
        return Err(unexpected());
    };
    let text = format!(
        "The backup works: it brings back {} and opens what is sealed for {}. Backed up.",
        many(&keys),
        if keys.len() == 1 { "it" } else { "them" }
    );
    Ok(Report::new(keys_json(file, &keys), text))
}

fn many(keys: &[Fingerprint]) -> String {
    match keys.len() {
        1 => "your key".to_owned(),
        n => format!("your {n} keys"),
    }
}

fn keys_json(file: &Path, keys: &[Fingerprint]) -> Value {
    json!({
        "file": file.to_string_lossy(),
        "keys": keys.iter().map(Fingerprint::as_hex).collect::<Vec<_>>(),
    })
}

/// One line of the ledger.
pub fn sighting_json(seen: &Sighting) -> Value {
    use crate::app::port::CertProvenance;
    json!({
        "address": seen.address.as_ref().map(crate::address::Address::as_str),
        "from": match seen.from {
            CertProvenance::Made => "made",
            CertProvenance::Imported => "imported",
            CertProvenance::Mail => "mail",
            CertProvenance::Shared => "shared",
        },
        "first": seen.first.to_string(),
        "last": seen.last.to_string(),
    })
}

/// Another certificate of the same address.
pub fn other_json(other: &OtherCert) -> Value {
    json!({
        "address": other.address.as_str(),
        "fingerprint": other.fingerprint.as_hex(),
        "checked": other.checked.word(),
        "first": other.first.to_string(),
        "last": other.last.to_string(),
    })
}

/// What `key show` says beyond the list's row.
pub fn more_lines(card: &KeyCard) -> Vec<String> {
    let mut lines = vec![format!(
        "  as words: {}",
        card.row.fingerprint.words().join(" ")
    )];
    for seen in &card.seen {
        let whose = seen.address.as_ref().map_or_else(
            || "without an address".to_owned(),
            |address| format!("for {address}"),
        );
        lines.push(format!(
            "  seen {whose}: {}, first {}, last {}",
            wording::provenance(seen.from),
            wording::date(seen.first),
            wording::date(seen.last)
        ));
    }
    for other in &card.others {
        lines.push(format!(
            "  another key was seen for {}: {} ({})",
            other.address,
            other.fingerprint.grouped(),
            wording::checked(other.checked)
        ));
    }
    if card.row.secret {
        lines.push(match card.drilled {
            Some(at) => format!("  backed up; the drill of {} passed", wording::date(at)),
            None => "  not backed up yet: wax key backup FILE, then wax key drill FILE".to_owned(),
        });
    }
    lines
}

/// That an own key ends soon, and what to do.
pub fn ending(row: &KeyRow) -> Option<String> {
    let notice = wording::expiry_warning(row.expires, row.judged).filter(|_| row.secret)?;
    let whose = row.addresses.first().map(|address| format!("{address}: "));
    Some(format!(
        "{}{}\n  {}",
        whose.unwrap_or_default(),
        notice.headline,
        notice.next
    ))
}
