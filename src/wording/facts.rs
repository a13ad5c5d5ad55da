//! Facts for whoever looks closer: receipts, refusals, parts of keys, how a field was protected.

use super::{date, date_time, size};
use crate::app::port::{OutboxState, Receipt};
use crate::app::service::outbox::receipt_json;
use crate::base::Time;
use crate::base::untrusted::escape_line;
use crate::cert::KeyDetail;
use crate::mime::FieldProtection;
use crate::protect::Protection;
use serde_json::Value;

/// How a letter travels or travelled, to stand behind its subject: "… left sealed".
pub fn protection(protection: Protection) -> &'static str {
    match protection {
        Protection::Sealed => "sealed",
        Protection::Signed => "signed and readable",
        Protection::Plain => "unprotected",
    }
}

/// How a header field was protected on its way.
pub fn field_protection(protection: FieldProtection) -> &'static str {
    match protection {
        FieldProtection::Unprotected => "anybody on the way could read and change it",
        FieldProtection::SignedOnly => "signed; readable on the way",
        FieldProtection::EncryptedOnly => "hidden on the way; nobody vouches for it",
        FieldProtection::SignedAndEncrypted => "signed, and hidden on the way",
    }
}

/// A receipt, line by line: what it is and its value.
pub fn receipt(receipt: &Receipt) -> Vec<(&'static str, String)> {
    receipt_lines(&receipt_json(receipt))
}

/// The receipt that an outbox kept; nothing for other states.
pub fn stored_receipt(state: &OutboxState) -> Vec<(&'static str, String)> {
    match state {
        OutboxState::Sent { receipt } => serde_json::from_str(receipt)
            .map(|value| receipt_lines(&value))
            .unwrap_or_default(),
        OutboxState::Waiting
        | OutboxState::Sending { .. }
        | OutboxState::Refused { .. }
        | OutboxState::MaybeSent => Vec::new(),
    }
}

fn receipt_lines(receipt: &Value) -> Vec<(&'static str, String)> {
    let text = |key: &str| receipt.get(key).map(shown).filter(|text| !text.is_empty());
    let mut lines = Vec::new();
    let mut add = |name: &'static str, value: Option<String>| {
        lines.extend(value.map(|value| (name, value)));
    };
    add("Server", text("host"));
    add("At", text("address"));
    add("Taken for", text("taken"));
    for refused in receipt
        .get("refused")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let part = |key: &str| refused.get(key).map(shown).unwrap_or_default();
        let line = format!("{}: {} {}", part("address"), part("code"), part("text"));
        add("Not taken", Some(line));
    }
    add("Its last words", text("last"));
    let at = text("at").and_then(|at| at.parse::<Time>().ok());
    add("When", at.map(date_time));
    add("Connection", text("tls"));
    add("Key exchange", text("key_exchange"));
    add("Its certificate", text("certificate"));
    lines
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => escape_line(text),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Object(_) => String::new(),
    }
}

/// Why a letter of the outbox was refused, line by line; nothing for other states.
pub fn stored_refusal(state: &OutboxState) -> Vec<String> {
    match state {
        OutboxState::Refused { why } => serde_json::from_str(why)
            .map(|value| refusal_lines(&value))
            .unwrap_or_default(),
        OutboxState::Waiting
        | OutboxState::Sending { .. }
        | OutboxState::Sent { .. }
        | OutboxState::MaybeSent => Vec::new(),
    }
}

fn refusal_lines(why: &Value) -> Vec<String> {
    let text = |value: &Value, key: &str| value.get(key).map(shown).unwrap_or_default();
    let reply = |value: &Value| {
        let reply = value.get("reply").unwrap_or(&Value::Null);
        format!("“{} {}”", text(reply, "code"), text(reply, "text"))
    };
    let bytes = |key: &str| {
        why.get(key)
            .and_then(Value::as_u64)
            .map(size)
            .unwrap_or_default()
    };
    match text(why, "kind").as_str() {
        "refused" => vec![format!("The server said: {}", reply(why))],
        "recipients-refused" => why
            .get("recipients")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|one| format!("{}: {}", text(one, "address"), reply(one)))
            .collect(),
        "too-large" => vec![format!(
            "It has {}, and the server takes {}.",
            bytes("size"),
            bytes("limit")
        )],
        "no-utf8" => vec![format!(
            "The server cannot send to {}.",
            text(why, "address")
        )],
        "unsendable" => vec![format!(
            "The server cannot take it as it is: {}.",
            text(why, "what")
        )],
        other => vec![other.to_owned()],
    }
}

/// A key or subkey in one line: what it is for, its kind, how long.
pub fn key_part(part: &KeyDetail) -> String {
    let uses = [
        (part.can.certify, "vouch"),
        (part.can.sign, "sign"),
        (part.can.encrypt, "be sealed to"),
        (part.can.authenticate, "log in"),
    ];
    let uses: Vec<&str> = uses
        .iter()
        .filter(|(can, _)| *can)
        .map(|(_, use_)| *use_)
        .collect();
    let uses = if uses.is_empty() {
        "for nothing that is valid".to_owned()
    } else {
        format!("to {}", uses.join(", "))
    };
    let ends = match (part.revoked, part.expires) {
        (true, _) => ", withdrawn".to_owned(),
        (false, Some(at)) => format!(", until {}", date(at)),
        (false, None) => String::new(),
    };
    format!("{}, {uses}{ends}", escape_line(&part.algorithm))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_63_a_kept_receipt_is_read_back_line_by_line() {
        let receipt = r#"{"host":"smtp.example.org","address":"192.0.2.1:465","tls":"TLS 1.3",
            "key_exchange":"X25519MLKEM768","certificate":"AB","taken":["bob@example.org"],
            "refused":[{"address":"x@example.org","code":550,"text":"no\u001b[31m such"}],
            "last":"250 queued","at":"2026-05-03T14:05:00Z"}"#;
        let state = OutboxState::Sent {
            receipt: receipt.to_owned(),
        };
        let lines = stored_receipt(&state);
        assert!(lines.contains(&("Server", "smtp.example.org".to_owned())));
        assert!(lines.contains(&("When", "3 May 2026, 14:05 UTC".to_owned())));
        let refused = "x@example.org: 550 no\\u{001B}[31m such".to_owned();
        assert!(lines.contains(&("Not taken", refused)));
        assert!(stored_receipt(&OutboxState::Waiting).is_empty());
    }

    #[test]
    fn a_refusal_says_what_the_server_said() {
        let state = OutboxState::Refused {
            why: r#"{"kind":"refused","reply":{"code":554,"text":"no spam"}}"#.to_owned(),
        };
        assert_eq!(stored_refusal(&state), ["The server said: “554 no spam”"]);
        let damaged = OutboxState::Refused {
            why: "{".to_owned(),
        };
        assert!(stored_refusal(&damaged).is_empty());
    }
}
