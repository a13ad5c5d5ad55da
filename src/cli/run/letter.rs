//! `wax seal`, `wax preflight`, `wax send`, `wax outbox`.

use super::report::{Report, failure_json, notice_text};
use super::{Session, read_message, unexpected};
use crate::address::Address;
use crate::app::command::{
    Because, Command, DraftSource, Loss, Lost, Outcome, Preflight, PreflightRow, Protection, Role,
    SealedCopy, SendReport, Shown, Visible, VisibleRow, Way,
};
use crate::app::failure::Failure;
use crate::app::port::{OutboxEntry, OutboxState, StoredCopy};
use crate::app::service::outbox::{receipt_json, refused_of};
use crate::base::Untrusted;
use crate::cli::args::{OutboxCommand, SealArgs, SendArgs};
use crate::wording;
use serde_json::{Value, json};
use std::path::Path;

fn draft(path: &Path) -> Result<DraftSource, Failure> {
    let bytes = read_message(path)?;
    Ok(DraftSource::Message(bytes))
}

pub fn seal(session: &Session, args: &SealArgs) -> Result<Report, Failure> {
    let job = Command::Seal {
        draft: draft(&args.draft)?,
        to: args.output.clone(),
        split: args.split,
    };
    let copies = match session.run(job)? {
        Outcome::Sealed(copies) => copies,
        _ => return Err(unexpected()),
    };
    if !session.global.quiet {
        for (address, another) in copies.iter().flat_map(|copy| &copy.others) {
            super::report::tell(format_args!("{}\n", wording::another_key(address, another)));
        }
    }
    if args.output.is_some() {
        return Ok(Report::new(copies_json(&copies), sealed_text(&copies)));
    }
    let [one] = copies.as_slice() else {
        return Err(Failure::SeveralCopies {
            copies: copies.len(),
        });
    };
    let message = one.bytes.as_deref().ok_or_else(unexpected)?;
    let mut json = copies_json(&copies);
    if session.global.json {
        json["message"] = Value::from(String::from_utf8_lossy(message));
    }
    Ok(Report::raw(json, message.clone()))
}

fn copies_json(copies: &[SealedCopy]) -> Value {
    let rows: Vec<Value> = copies
        .iter()
        .map(|copy| {
            json!({
                "file": copy.file.as_ref().map(|path| path.to_string_lossy()),
                "scheme": copy.scheme.word(),
                "envelope_to": copy.envelope_to.iter().map(Address::as_str).collect::<Vec<_>>(),
                "message_id": copy.message_id,
            })
        })
        .collect();
    json!({ "copies": rows })
}

fn sealed_text(copies: &[SealedCopy]) -> String {
    let lines: Vec<String> = copies
        .iter()
        .filter_map(|copy| Some((copy, copy.file.as_ref()?)))
        .map(|(copy, file)| {
            let names: Vec<String> = copy.envelope_to.iter().map(ToString::to_string).collect();
            let file = Untrusted::new(file.to_string_lossy());
            format!("Sealed for {}: {file}", wording::list_of(&names))
        })
        .collect();
    lines.join("\n")
}

pub fn preflight(session: &Session, path: &Path) -> Result<Report, Failure> {
    let preflight = match session.run(Command::Preflight(draft(path)?))? {
        Outcome::Preflight(preflight) => preflight,
        _ => return Err(unexpected()),
    };
    // What others see is read off the sealed bytes, so there is none of it before it can be sealed.
    let visible = if is_sealable(&preflight) {
        match session.run(Command::OthersSee(draft(path)?))? {
            Outcome::OthersSee(visible) => visible,
            _ => return Err(unexpected()),
        }
    } else {
        Vec::new()
    };
    Ok(preflight_report(&preflight, &visible))
}

fn is_sealable(preflight: &Preflight) -> bool {
    preflight.problems.is_empty() && !preflight.rows.is_empty()
}

fn preflight_report(preflight: &Preflight, visible: &[VisibleRow]) -> Report {
    let problems: Vec<Value> = preflight
        .problems
        .iter()
        .map(|problem| {
            let notice = wording::plan_problem(problem);
            json!({
                "code": notice.code,
                "headline": notice.headline,
                "why": notice.why,
                "next": notice.next,
            })
        })
        .collect();
    let json = json!({
        "sealable": is_sealable(preflight),
        "sentence": wording::preflight_sentence(preflight),
        "from": preflight.from.as_ref().map(|from| from.address.as_str()),
        "recipients": preflight.rows.iter().map(recipient_json).collect::<Vec<_>>(),
        "groups": groups_json(preflight),
        "problems": problems,
        "losses": preflight.losses.iter().map(loss_json).collect::<Vec<_>>(),
        "visible": visible.iter().map(visible_json).collect::<Vec<_>>(),
        "server": preflight.server,
    });
    let mut lines = vec![wording::preflight_sentence(preflight), String::new()];
    for row in &preflight.rows {
        let state = match &row.cert {
            Ok((_, checked)) => {
                let why = row
                    .scheme
                    .and_then(|(scheme, why)| wording::why_scheme(scheme, why));
                let why = why.map_or_else(String::new, |why| format!("; {why}"));
                format!("{}{why}", wording::checked(*checked))
            }
            Err(problem) => wording::plan_problem(problem).headline,
        };
        lines.push(format!("  {}: {state}", row.mailbox));
    }
    let others = other_keys(preflight);
    if !others.is_empty() {
        lines.push(String::new());
        lines.extend(others);
    }
    if !preflight.losses.is_empty() {
        lines.push(String::new());
        lines.extend(preflight.losses.iter().map(wording::loss));
    }
    lines.extend(visible_text(visible));
    if let Some(server) = &preflight.server {
        lines.push(format!("\nIt goes to {server} over TLS."));
    }
    Report::new(json, lines.join("\n"))
}

/// Says who gets which encoding (rule 42), and for whom another key is here (rule 53), before anything
/// leaves. Nothing for a letter in one encoding to people with one key each.
fn show_groups(session: &Session, draft: &[u8]) -> Result<(), Failure> {
    let source = DraftSource::Message(draft.to_vec());
    if let Outcome::Preflight(found) = session.run(Command::Preflight(source))? {
        if !found.groups.is_empty() {
            super::report::tell(format_args!("{}\n", wording::preflight_sentence(&found)));
        }
        for line in other_keys(&found) {
            super::report::tell(format_args!("{line}\n"));
        }
    }
    Ok(())
}

/// For whom another key came, of which nothing is said (rule 53).
fn other_keys(preflight: &Preflight) -> Vec<String> {
    let rows = preflight.rows.iter();
    rows.filter_map(|row| {
        let another = row.another.as_ref()?;
        Some(wording::another_key(&row.mailbox.address, another))
    })
    .collect()
}

/// The groups of a letter in two encodings (rule 42).
fn groups_json(preflight: &Preflight) -> Vec<Value> {
    let groups = preflight.groups.iter();
    groups
        .map(|(scheme, recipients)| {
            let addresses = recipients.iter().map(|m| m.address.as_str());
            json!({ "scheme": scheme.word(), "recipients": addresses.collect::<Vec<_>>() })
        })
        .collect()
}

fn visible_json(row: &VisibleRow) -> Value {
    let outside = row.outside.iter().map(|shown| match shown {
        Shown::Text(text) => Value::from(text.raw()),
        Shown::Bytes(bytes) => Value::from(*bytes),
    });
    json!({
        "what": visible_word(row.what),
        "there": row.there,
        "recipient": row.recipient,
        "servers": row.servers,
        "eavesdropper": row.eavesdropper,
        "outside": outside.collect::<Vec<_>>(),
    })
}

/// The table, and under it what can be read outside.
fn visible_text(rows: &[VisibleRow]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let head = "                     recipient  servers  eavesdropper";
    let mut lines = vec![String::new(), head.to_owned()];
    for row in rows {
        let cell = |sees: bool| if sees { "sees" } else { "-" };
        let outside = wording::outside(row);
        let line = format!(
            "  {:<18} {:<10} {:<8} {:<12} {outside}",
            wording::visible(row.what),
            cell(row.recipient),
            cell(row.servers),
            cell(row.eavesdropper)
        );
        lines.push(line.trim_end().to_owned());
    }
    lines
}

fn loss_json(loss: &Loss) -> Value {
    let because_of = loss.because_of.iter().map(|because| match because {
        Because::Own => Value::from("own"),
        Because::Recipient(mailbox) => Value::from(mailbox.address.as_str()),
    });
    json!({
        "what": match loss.what {
            Lost::AuthenticatedEncryption => "authenticated-encryption",
            Lost::StrongestCipher => "strongest-cipher",
            Lost::PostQuantum => "post-quantum",
        },
        "because_of": because_of.collect::<Vec<_>>(),
    })
}

fn recipient_json(row: &PreflightRow) -> Value {
    let role = match row.role {
        Role::To => "to",
        Role::Cc => "cc",
        Role::Bcc => "bcc",
    };
    let (fingerprint, checked, problem) = match &row.cert {
        Ok((fingerprint, checked)) => (Some(fingerprint.as_hex()), Some(checked.word()), None),
        Err(problem) => (None, None, Some(wording::plan_problem(problem).code)),
    };
    json!({
        "address": row.mailbox.address.as_str(),
        "role": role,
        "scheme": row.scheme.map(|(scheme, _)| scheme.word()),
        "why_scheme": row.scheme.and_then(|(scheme, why)| wording::why_scheme(scheme, why)),
        "fingerprint": fingerprint,
        "checked": checked,
        "another": row.another.as_ref().map(|another| another.as_hex()),
        "problem": problem,
    })
}

fn visible_word(what: Visible) -> &'static str {
    match what {
        Visible::Subject => "subject",
        Visible::Names => "names",
        Visible::Text => "text",
        Visible::AttachmentNames => "attachment-names",
        Visible::Size => "size",
        Visible::Time => "time",
    }
}

pub fn send(session: &Session, args: &SendArgs) -> Result<Report, Failure> {
    let way = match (args.sign_only, args.unprotected) {
        (true, _) => Way::SignOnly,
        (false, true) => Way::Unprotected,
        (false, false) => Way::Sealed,
    };
    let draft = draft(&args.draft)?;
    let DraftSource::Message(bytes) = &draft else {
        return Err(unexpected());
    };
    if way == Way::Sealed && !session.global.quiet {
        show_groups(session, bytes)?;
    }
    let job = Command::Send {
        draft,
        way,
        draft_id: None,
    };
    sent(session, job)
}

fn sent(session: &Session, job: Command) -> Result<Report, Failure> {
    match session.run(job)? {
        Outcome::Sent(report) => Ok(sent_report(&report)),
        _ => Err(unexpected()),
    }
}

fn sent_report(sent: &SendReport) -> Report {
    let receipts: Vec<Value> = sent.receipts.iter().map(receipt_json).collect();
    let mut json = json!({
        "id": sent.id,
        "message_id": sent.message_id,
        "protection": protection_word(sent.protection),
        "state": "sent",
        "receipts": receipts,
    });
    let mut lines = Vec::new();
    for receipt in &sent.receipts {
        let taken: Vec<String> = receipt.taken.iter().map(ToString::to_string).collect();
        lines.push(format!(
            "Sent to {}. {} took it over {}: “{} {}”",
            wording::list_of(&taken),
            receipt.tls.host,
            receipt.tls.version,
            receipt.last.code,
            receipt.last.shown()
        ));
        for refusal in &receipt.refused {
            lines.push(format!(
                "NOT sent to {}: “{} {}”",
                refusal.address,
                refusal.reply.code,
                refusal.reply.shown()
            ));
        }
    }
    let refused: Vec<_> = sent
        .receipts
        .iter()
        .flat_map(|r| r.refused.clone())
        .collect();
    let complete = refused.is_empty();
    if !complete {
        let notice = wording::not_all_taken(&refused);
        lines.push(format!("  {}", notice.next));
        json["error"] = failure_json(&notice);
    }
    let mut report = Report::new(json, lines.join("\n"));
    report.exit = u8::from(!complete);
    report
}

fn protection_word(protection: Protection) -> &'static str {
    match protection {
        Protection::Sealed => "sealed",
        Protection::Signed => "signed",
        Protection::Plain => "plain",
    }
}

pub fn outbox(session: &Session, command: &OutboxCommand) -> Result<Report, Failure> {
    let job = match command {
        OutboxCommand::List => Command::Outbox,
        OutboxCommand::Retry { id, maybe_sent } => {
            return sent(
                session,
                Command::Retry {
                    id: *id,
                    maybe_sent_too: *maybe_sent,
                },
            );
        }
        OutboxCommand::Discard { id } => Command::Discard(*id),
    };
    match session.run(job)? {
        Outcome::Outbox(entries) => Ok(outbox_report(&entries)),
        _ => Err(unexpected()),
    }
}

fn state_word(state: &OutboxState) -> &'static str {
    match state {
        OutboxState::Waiting => "waiting",
        OutboxState::Sending { .. } => "sending",
        OutboxState::Sent { .. } => "sent",
        OutboxState::Refused { .. } => "refused",
        OutboxState::MaybeSent => "maybe-sent",
    }
}

fn outbox_report(entries: &[OutboxEntry]) -> Report {
    let rows: Vec<Value> = entries.iter().map(entry_json).collect();
    let text = if entries.is_empty() {
        "The outbox is empty.".to_owned()
    } else {
        let lines: Vec<String> = entries.iter().map(entry_text).collect();
        lines.join("\n")
    };
    Report::new(json!({ "outbox": rows }), text)
}

fn entry_json(entry: &OutboxEntry) -> Value {
    json!({
        "id": entry.id,
        "at": entry.at.to_string(),
        "from": entry.from.as_str(),
        "subject": entry.subject,
        "message_id": entry.message_id,
        "protection": protection_word(entry.protection),
        "state": overall(entry),
        "copies": entry.copies.iter().map(copy_json).collect::<Vec<_>>(),
    })
}

/// The state that needs the person most, over all copies.
fn overall(entry: &OutboxEntry) -> &'static str {
    let order = ["maybe-sent", "refused", "sending", "waiting", "sent"];
    order
        .into_iter()
        .find(|word| entry.copies.iter().any(|c| state_word(&c.state) == *word))
        .unwrap_or("waiting")
}

fn copy_json(copy: &StoredCopy) -> Value {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let (receipt, why) = match &copy.state {
        OutboxState::Sent { receipt } => (parsed(receipt), Value::Null),
        OutboxState::Refused { why } => (Value::Null, parsed(why)),
        OutboxState::Waiting | OutboxState::Sending { .. } | OutboxState::MaybeSent => {
            (Value::Null, Value::Null)
        }
    };
    json!({
        "envelope_to": copy.envelope_to.iter().map(Address::as_str).collect::<Vec<_>>(),
        "state": state_word(&copy.state),
        "receipt": receipt,
        "why": why,
    })
}

fn entry_text(entry: &OutboxEntry) -> String {
    let mut lines = vec![format!(
        "{}  {}  {}",
        entry.id,
        wording::date_time(entry.at),
        Untrusted::from(entry.subject.as_str())
    )];
    for copy in &entry.copies {
        let names: Vec<String> = copy.envelope_to.iter().map(ToString::to_string).collect();
        lines.push(format!(
            "    {}: {}",
            wording::list_of(&names),
            wording::outbox_state(&copy.state)
        ));
        let receipt = wording::stored_receipt(&copy.state).into_iter();
        let not_taken = receipt.filter(|(label, _)| *label == "Not taken");
        let before = lines.len();
        lines.extend(not_taken.map(|(label, value)| format!("    {label}: {value}")));
        if lines.len() > before && !refused_of(copy).is_empty() {
            let again = format!("    Try them again, alone: wax outbox retry {}", entry.id);
            lines.push(again);
        }
        lines.extend(
            wording::stored_refusal(&copy.state)
                .iter()
                .map(|why| format!("    {why}")),
        );
        if let OutboxState::MaybeSent = copy.state {
            let failure = crate::app::port::SubmitFailure::MaybeSent { cancelled: false };
            lines.push(notice_text(&wording::submit_failure(&failure)));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::port::{Receipt, Refusal, Reply, TlsFacts};

    #[test]
    fn a_recipient_who_was_not_taken_is_never_passed_over() {
        let address = |text: &str| Address::parse(text).unwrap();
        let reply = |code, text: &str| Reply {
            code,
            text: text.to_owned(),
        };
        let receipt = Receipt {
            tls: TlsFacts {
                host: "smtp.example.org".into(),
                peer: "192.0.2.1:465".into(),
                version: "TLS 1.3".into(),
                key_exchange: "X25519".into(),
                certificate: String::new(),
            },
            taken: vec![address("bob@example.org")],
            refused: vec![Refusal {
                address: address("carol@example.org"),
                reply: reply(550, "no such\u{1b}[2J user"),
            }],
            last: reply(250, "queued"),
            at: "2026-05-03T10:00:00Z".parse().unwrap(),
        };
        let entry = entry_text(&OutboxEntry {
            id: 1,
            at: receipt.at,
            from: address("alice@example.org"),
            subject: "s".into(),
            message_id: "m@example.org".into(),
            protection: Protection::Sealed,
            copies: vec![StoredCopy {
                index: 0,
                envelope_to: vec![address("bob@example.org"), address("carol@example.org")],
                state: OutboxState::Sent {
                    receipt: receipt_json(&receipt).to_string(),
                },
            }],
        });
        let sent = sent_report(&SendReport {
            id: 1,
            message_id: "m@example.org".into(),
            protection: Protection::Sealed,
            receipts: vec![receipt],
        });
        assert_eq!(sent.exit, 1);
        assert_eq!(sent.json["error"]["code"], "recipients-refused");
        let told = String::from_utf8(sent.text).unwrap();
        for text in [entry, told] {
            assert!(
                text.contains("carol@example.org: 550 no such")
                    || text.contains("NOT sent to carol"),
                "{text}"
            );
            assert!(!text.contains('\u{1b}'), "{text:?}");
        }
    }
}
