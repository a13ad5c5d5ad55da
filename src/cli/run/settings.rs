//! `wax settings`.

use super::report::Report;
use super::{Session, identity, read_input, unexpected};
use crate::app::command::{Command, Outcome};
use crate::app::failure::{Failure, FileFailure};
use crate::base::untrusted::escape_line;
use crate::cli::args::{SettingsCommand, SettingsSet};
use crate::settings::{Preferences, PreferencesChange, SIGNATURE_BYTES};
use serde_json::json;
use std::path::Path;

pub fn run(session: &Session, command: &SettingsCommand) -> Result<Report, Failure> {
    match command {
        SettingsCommand::Show => show(session, Command::Preferences),
        SettingsCommand::Set(args) => set(session, args),
        SettingsCommand::Signature { address } => {
            let address = address.as_deref().map(identity::address).transpose()?;
            match session.run(Command::Signature { address })? {
                Outcome::Signature(whose, text) => {
                    let json = json!({ "address": whose.as_str(), "signature": text });
                    let text = crate::base::untrusted::escape_text(&text);
                    Ok(Report::new(json, text))
                }
                _ => Err(unexpected()),
            }
        }
    }
}

fn set(session: &Session, args: &SettingsSet) -> Result<Report, Failure> {
    let text = match (&args.signature, &args.signature_file) {
        (Some(text), _) => Some(text.clone()),
        (None, Some(file)) => Some(signature_of(file)?),
        (None, None) => None,
    };
    if let Some(text) = text {
        let address = args.whose.as_deref().map(identity::address).transpose()?;
        session.run(Command::SetSignature { address, text })?;
    }
    if let Some(host) = &args.border {
        session.run(Command::SetBorder(Some(host.clone())))?;
    }
    let change = PreferencesChange {
        theme: args.theme,
        text_size: args.text_size,
        window: None,
    };
    show(session, Command::ChangePreferences(change))
}

fn signature_of(file: &Path) -> Result<String, Failure> {
    // Line ends may be two bytes there.
    let bytes = read_input(file, 2 * SIGNATURE_BYTES as u64)?;
    String::from_utf8(bytes).map_err(|_| {
        let why = "it is not UTF-8 text".to_owned();
        FileFailure::Other(file.to_owned(), why).into()
    })
}

fn show(session: &Session, command: Command) -> Result<Report, Failure> {
    match session.run(command)? {
        Outcome::Preferences(preferences) => match session.run(Command::Border)? {
            Outcome::Border(border) => Ok(report(&preferences, border.as_deref())),
            _ => Err(unexpected()),
        },
        _ => Err(unexpected()),
    }
}

fn report(preferences: &Preferences, border: Option<&str>) -> Report {
    let window = preferences.window.map(|window| {
        json!({
            "width": window.width,
            "height": window.height,
            "x": window.at.map(|at| at.0),
            "y": window.at.map(|at| at.1),
            "maximized": window.maximized,
        })
    });
    let json = json!({
        "theme": preferences.theme.word(),
        "text_size": preferences.text_size.percent(),
        "window": window,
        "border": border,
    });
    let place = preferences.window.map_or_else(
        || "as it opens".to_owned(),
        |window| format!("{} by {}", window.width, window.height),
    );
    Report::new(
        json,
        format!(
            "Theme      {}\nText size  {}\nWindow     {place}\nBorder     {}",
            preferences.theme.word(),
            preferences.text_size,
            escape_line(border.unwrap_or("none"))
        ),
    )
}
