//! A report of one message: what its protection was found to be, signed by whoever read it, so that
//! others can see later that the report is theirs and that the message is the same.
//!
//! The document is JSON: `report`, and a signature over its canonical form (RFC 8785, with whole numbers
//! alone), so that it can be laid out anew on its way without being broken.

use crate::base::Time;
use crate::cert::{Checked, Fingerprint, Scheme};
use serde_json::{Map, Value, json};

/// What the first member of the document says.
const KIND: &str = "waxwing-evidence";
/// The form of the document that this program writes and reads.
const VERSION: u64 = 1;
/// Largest document that is read, in bytes.
pub const EVIDENCE_BYTES: u64 = 8 << 20;
/// Deepest nesting of a report.
const DEPTH: usize = 16;

/// A signed report.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceReport {
    /// What was found.
    pub report: Value,
    /// Whose word that is.
    pub signature: EvidenceSignature,
}

/// The signature over a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceSignature {
    /// By which standard.
    pub scheme: Scheme,
    /// With which certificate, as the document names it.
    pub by: Fingerprint,
    /// That certificate, armored or PEM.
    pub certificate: String,
    /// The detached signature, armored or PEM.
    pub data: String,
}

/// Why a document is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceProblem {
    /// It is no JSON, or none of this kind.
    NotAReport,
    /// It was written by a later program.
    Newer,
    /// A member is missing or of another kind.
    Damaged(&'static str),
}

/// What the check of a report found.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceAnswer {
    /// Whether the signature holds over the report as it stands.
    pub holds: bool,
    /// With which certificate it was made, and how that is known here.
    pub by: Fingerprint,
    /// The addresses of that certificate.
    pub addresses: Vec<String>,
    /// How the certificate was checked, the best for any of its addresses.
    pub checked: Checked,
    /// When the report was signed.
    pub signed_at: Option<Time>,
    /// Whether the message beside it is the one of the report; `None` without a message.
    pub same_message: Option<bool>,
    /// Whether the message, read again as of then, gives the same facts; `None` where it could not be
    /// read again.
    pub same_facts: Option<bool>,
    /// The report.
    pub report: Value,
}

impl EvidenceAnswer {
    /// Whether the report can be relied on: signed by somebody known here, and nothing contradicts it.
    pub fn is_sound(&self) -> bool {
        let known = match self.checked {
            Checked::Own | Checked::Confirmed | Checked::Accepted | Checked::Ca => true,
            Checked::Unknown | Checked::Rejected => false,
        };
        self.holds && known && self.same_message != Some(false) && self.same_facts != Some(false)
    }
}

impl EvidenceReport {
    /// The bytes that the signature is over.
    ///
    /// # Errors
    /// The report is nested too deep or holds a number that is not whole.
    pub fn signed_bytes(report: &Value) -> Result<Vec<u8>, EvidenceProblem> {
        let mut out = Vec::new();
        canonical(report, DEPTH, &mut out)?;
        Ok(out)
    }

    /// The document, laid out for people.
    pub fn to_json(&self) -> Vec<u8> {
        let signature = &self.signature;
        let document = json!({
            "kind": KIND,
            "version": VERSION,
            "report": self.report,
            "signature": {
                "scheme": signature.scheme.word(),
                "by": signature.by.as_hex(),
                "certificate": signature.certificate,
                "data": signature.data,
            },
        });
        let mut text = format!("{document:#}").into_bytes();
        text.push(b'\n');
        text
    }

    /// Reads a document. Nothing of it is believed yet.
    ///
    /// # Errors
    /// It is no report, or one that this program does not know.
    pub fn parse(bytes: &[u8]) -> Result<EvidenceReport, EvidenceProblem> {
        let document: Value =
            serde_json::from_slice(bytes).map_err(|_| EvidenceProblem::NotAReport)?;
        if document.get("kind").and_then(Value::as_str) != Some(KIND) {
            return Err(EvidenceProblem::NotAReport);
        }
        match document.get("version").and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(_) => return Err(EvidenceProblem::Newer),
            None => return Err(EvidenceProblem::Damaged("version")),
        }
        let report = document
            .get("report")
            .filter(|report| report.is_object())
            .ok_or(EvidenceProblem::Damaged("report"))?;
        let text = |name: &'static str| {
            document
                .get("signature")
                .and_then(|signature| signature.get(name))
                .and_then(Value::as_str)
                .ok_or(EvidenceProblem::Damaged(name))
        };
        Ok(EvidenceReport {
            report: report.clone(),
            signature: EvidenceSignature {
                scheme: match text("scheme")? {
                    "openpgp" => Scheme::OpenPgp,
                    "smime" => Scheme::Smime,
                    _ => return Err(EvidenceProblem::Damaged("scheme")),
                },
                by: Fingerprint::parse(text("by")?).map_err(|_| EvidenceProblem::Damaged("by"))?,
                certificate: text("certificate")?.to_owned(),
                data: text("data")?.to_owned(),
            },
        })
    }
}

/// Whether bytes begin as a report does, however it is laid out.
pub fn looks_like_report(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start);
    text.trim_start().starts_with('{') && text.contains(&format!("\"{KIND}\""))
}

/// Members sorted by name, no blanks, strings escaped as little as may be (RFC 8785 §3.2).
fn canonical(value: &Value, depth: usize, out: &mut Vec<u8>) -> Result<(), EvidenceProblem> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(EvidenceProblem::Damaged("report"));
    };
    match value {
        Value::Object(members) => object(members, depth, out),
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                canonical(item, depth, out)?;
            }
            out.push(b']');
            Ok(())
        }
        Value::Number(number) if number.is_f64() => Err(EvidenceProblem::Damaged("report")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.extend_from_slice(value.to_string().as_bytes());
            Ok(())
        }
    }
}

fn object(
    members: &Map<String, Value>,
    depth: usize,
    out: &mut Vec<u8>,
) -> Result<(), EvidenceProblem> {
    // In the order of UTF-16 units, which is not the one of UTF-8 beyond the first plane.
    let mut names: Vec<&String> = members.keys().collect();
    names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
    out.push(b'{');
    for (at, name) in names.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(Value::from(name.as_str()).to_string().as_bytes());
        out.push(b':');
        if let Some(member) = members.get(name) {
            canonical(member, depth, out)?;
        }
    }
    out.push(b'}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_form_depends_on_nothing_but_the_content() {
        let one: Value =
            serde_json::from_str(r#"{"b": [1, null, "\u00e9\n"], "a": {"d": true, "c": "</"}}"#)
                .unwrap();
        let other: Value =
            serde_json::from_str("{\"a\":{\"c\":\"<\\/\",\"d\":true},\"b\":[1,null,\"é\\n\"]}")
                .unwrap();
        let bytes = EvidenceReport::signed_bytes(&one).unwrap();
        assert_eq!(bytes, EvidenceReport::signed_bytes(&other).unwrap());
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            "{\"a\":{\"c\":\"</\",\"d\":true},\"b\":[1,null,\"é\\n\"]}"
        );
    }

    #[test]
    fn what_has_no_one_form_is_not_signed() {
        for text in ["{\"a\": 1.5}".to_owned(), "[".repeat(40) + &"]".repeat(40)] {
            let value: Value = serde_json::from_str(&text).unwrap();
            assert!(EvidenceReport::signed_bytes(&value).is_err(), "{text}");
        }
    }

    #[test]
    fn other_documents_are_told_apart() {
        for (text, problem) in [
            ("", EvidenceProblem::NotAReport),
            ("{}", EvidenceProblem::NotAReport),
            ("[1]", EvidenceProblem::NotAReport),
            (
                r#"{"kind": "waxwing-evidence", "version": 2}"#,
                EvidenceProblem::Newer,
            ),
            (
                r#"{"kind": "waxwing-evidence", "version": 1, "report": []}"#,
                EvidenceProblem::Damaged("report"),
            ),
            (
                r#"{"kind": "waxwing-evidence", "version": 1, "report": {}}"#,
                EvidenceProblem::Damaged("scheme"),
            ),
        ] {
            assert_eq!(
                EvidenceReport::parse(text.as_bytes()),
                Err(problem),
                "{text}"
            );
        }
    }
}
