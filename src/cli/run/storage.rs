//! `wax storage`.

use super::report::Report;
use super::{Session, unexpected};
use crate::app::command::{Command, Outcome};
use crate::app::failure::Failure;
use crate::app::port::{KeptWhat, VaultKind};
use crate::base::untrusted::escape_line;
use crate::wording;
use serde_json::{Value, json};

pub fn run(session: &Session) -> Result<Report, Failure> {
    let Outcome::Storage(storage) = session.run(Command::Storage)? else {
        return Err(unexpected());
    };
    let places: Vec<Value> = storage
        .places
        .iter()
        .map(|kept| {
            let what = match kept.what {
                KeptWhat::Home => "home",
                KeptWhat::Certificates => "certificates",
                KeptWhat::CertificateIndex => "certificate-index",
            };
            json!({ "what": what, "path": kept.path, "bytes": kept.bytes })
        })
        .collect();
    let vault = match storage.vault {
        VaultKind::Keyring => "keyring",
        VaultKind::Passphrase => "passphrase",
        VaultKind::None => "none",
        VaultKind::Memory => "memory",
    };
    let mut lines = vec![wording::vault_kind(storage.vault).to_owned()];
    for kept in &storage.places {
        lines.push(format!(
            "{} ({})\n  {}",
            wording::kept(kept.what),
            wording::size(kept.bytes),
            escape_line(&kept.path)
        ));
    }
    Ok(Report::new(
        json!({ "vault": vault, "places": places }),
        lines.join("\n"),
    ))
}
