//! What goes to standard output and standard error, and the exit code.

use crate::app::failure::Failure;
use crate::wording::{self, Notice};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::io::Write;
use std::process::ExitCode;

/// What a command did.
pub struct Report {
    /// For `--json`.
    pub json: Value,
    /// The same in writing, where there is too much of it to be made into a value first.
    pub written: Option<String>,
    /// For people.
    pub text: Vec<u8>,
    /// 0, or 3 for "read, but short of what was asked".
    pub exit: u8,
}

impl Report {
    /// Done, with this to say.
    pub fn new(json: Value, text: impl Into<String>) -> Self {
        Report {
            json,
            written: None,
            text: text.into().into_bytes(),
            exit: 0,
        }
    }

    /// Done; the document is written out already.
    pub fn written(document: String, text: impl Into<String>) -> Self {
        Report {
            written: Some(document),
            ..Report::new(Value::Null, text)
        }
    }

    /// Both reports in one: the texts one after the other, the documents as `join` makes them one.
    pub fn and(mut self, other: Report, join: impl FnOnce(&mut Value, &Value)) -> Self {
        self.text.extend_from_slice(b"\n\n");
        self.text.extend_from_slice(&other.text);
        join(&mut self.json, &other.json);
        self
    }

    /// Done; the bytes go out as they are.
    pub fn raw(json: Value, bytes: Vec<u8>) -> Self {
        Report {
            json,
            written: None,
            text: bytes,
            exit: 0,
        }
    }
}

/// Prints a report.
pub fn print_report(report: &Report, json: bool) -> ExitCode {
    let written = if json {
        match &report.written {
            Some(document) => print_document(document),
            None => print_json(&report.json),
        }
    } else {
        print_bytes(&report.text)
    };
    match written {
        Ok(()) => ExitCode::from(report.exit),
        // The reader of a pipe went away: nobody is left to tell.
        Err(_) => ExitCode::from(1),
    }
}

/// Prints why it was not done.
pub fn print_failure(failure: &Failure, json: bool) -> ExitCode {
    let notice = wording::failure(failure);
    if json {
        // A closed standard output changes nothing about the exit code.
        let mut error = failure_json(&notice);
        if let Failure::Key(crate::app::failure::KeyFailure::NothingImported(refused)) = failure {
            error["refused"] = super::key::refused_json(refused);
        }
        let _ = print_json(&json!({ "error": error }));
    }
    tell(format_args!("{}\n", notice_text(&notice)));
    ExitCode::from(1)
}

/// Writes to standard error. That nobody reads it changes nothing about the work.
pub fn tell(words: std::fmt::Arguments<'_>) {
    let _ = std::io::stderr().lock().write_fmt(words);
}

/// Prints what is wrong with the command line, or the help that was asked for.
pub fn print_usage(error: &clap::Error, json: bool) -> ExitCode {
    let asked = !error.use_stderr();
    if json && !asked {
        let headline = error.to_string();
        let headline = headline.lines().next().unwrap_or_default();
        let _ = print_json(&json!({"error": {
            "code": "usage",
            "headline": headline.trim_start_matches("error: "),
            "why": "The command line cannot be read.",
            "next": "See wax --help.",
        }}));
    }
    let _ = error.print();
    ExitCode::from(if asked { 0 } else { 2 })
}

/// What went wrong, for scripts.
pub fn failure_json(notice: &Notice) -> Value {
    json!({
        "code": notice.code,
        "headline": notice.headline,
        "why": notice.why,
        "next": notice.next,
    })
}

/// A notice as lines for people.
pub fn notice_text(notice: &Notice) -> String {
    let mut lines = vec![notice.headline.clone()];
    lines.extend(
        [&notice.why, &notice.next]
            .into_iter()
            .filter(|line| !line.is_empty())
            .map(|line| format!("  {line}")),
    );
    lines.extend(notice.details.iter().map(|line| format!("  · {line}")));
    lines.join("\n")
}

fn print_json(value: &Value) -> std::io::Result<()> {
    print_document(&serde_json::to_string_pretty(value)?)
}

fn print_document(document: &str) -> std::io::Result<()> {
    print_bytes(ascii_safe(document).as_bytes())
}

fn print_bytes(bytes: &[u8]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    if !bytes.is_empty() && !bytes.ends_with(b"\n") {
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Writes characters that act instead of being seen as JSON's own escapes, so that the document
/// stays the same and a terminal stays unharmed (rule 19). Outside of strings JSON has none.
fn ascii_safe(document: &str) -> Cow<'_, str> {
    // Most documents hold nothing of the kind, and large ones are told so at the speed of memory.
    if document
        .bytes()
        .all(|b| b == b'\n' || (b' '..=b'~').contains(&b))
    {
        return Cow::Borrowed(document);
    }
    let mut out = String::with_capacity(document.len());
    for c in document.chars() {
        if c != '\n' && crate::base::untrusted::is_tricky(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_19_json_keeps_controls_as_escapes() {
        let hostile = "a\u{9b}31m\u{202e}b\u{e0041}\u{7f}";
        let document = serde_json::to_string_pretty(&json!({ "k": hostile })).unwrap();
        let safe = ascii_safe(&document);
        assert!(
            safe.contains("\\u009b31m\\u202eb\\udb40\\udc41\\u007f"),
            "{safe}"
        );
        let back: Value = serde_json::from_str(&safe).unwrap();
        assert_eq!(back["k"], hostile);
    }
}
