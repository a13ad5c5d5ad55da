//! What of a finished message everybody on its way can read: taken from the bytes alone, so that
//! nobody has to believe what the program says it did (rule 45).

use crate::address::Address;
use crate::base::Untrusted;
use crate::mime::{MimeProblem, Part, Tree};
use std::collections::HashSet;

/// Fewest characters of a text that is looked for inside other text; a shorter one has to be all of
/// it, since "Hi" stands in many a word.
const LEAST_PART: usize = 8;

/// Most bytes of a part that is no text and is looked through all the same: version parts and
/// signatures, not films.
const SMALL: usize = 64 << 10;

/// What stands outside the protection of a message. Of one that has none, that is everything.
pub struct Outside {
    /// Header fields of all parts, with their text.
    fields: Vec<(String, Untrusted)>,
    /// Readable lines, blanks made one.
    lines: HashSet<String>,
    file_names: Vec<Untrusted>,
    people: Vec<Address>,
    bytes: u64,
}

impl Outside {
    /// Reads a message.
    ///
    /// # Errors
    /// The bytes break a limit of rule 30.
    pub fn of(message: &[u8]) -> Result<Outside, MimeProblem> {
        let tree = Tree::parse(message)?;
        let mut outside = Outside {
            fields: Vec::new(),
            lines: HashSet::new(),
            file_names: Vec::new(),
            people: Vec::new(),
            bytes: u64::try_from(message.len()).unwrap_or(u64::MAX),
        };
        let header = tree.root().header();
        for name in ["From", "Sender", "To", "Cc", "Bcc", "Reply-To"] {
            for mailbox in header.addresses(name).mailboxes {
                if !outside.people.contains(&mailbox.address) {
                    outside.people.push(mailbox.address);
                }
            }
        }
        for part in tree.parts() {
            outside.take(part);
        }
        Ok(outside)
    }

    fn take(&mut self, part: Part<'_>) {
        for field in part.header().fields() {
            self.fields.push((field.name.to_owned(), field.text()));
        }
        self.file_names.extend(part.file_name());
        if let Some(first) = part.child(0) {
            // What stands before, between and after the parts.
            let mut from = part.body_range().start;
            let mut last = first;
            for child in part.children() {
                self.take_text(between(part, from, child.range().start));
                from = child.range().end;
                last = child;
            }
            self.take_text(between(part, last.range().end, part.body_range().end));
        } else if is_ciphertext(part) {
            let body = String::from_utf8_lossy(part.body());
            let mut within = part.media() != "application/octet-stream";
            for line in body.lines() {
                match line.trim_end() {
                    "-----BEGIN PGP MESSAGE-----" => within = true,
                    "-----END PGP MESSAGE-----" => within = false,
                    line if within && is_base64(line) => {}
                    line => self.take_line(line),
                }
            }
        } else if part.media().starts_with("text/") || part.body().len() <= SMALL {
            self.take_text(part.text());
        }
    }

    fn take_text(&mut self, text: impl AsRef<str>) {
        for line in text.as_ref().lines() {
            self.take_line(line);
        }
    }

    fn take_line(&mut self, line: &str) {
        let line = words(line);
        if !line.is_empty() {
            self.lines.insert(line);
        }
    }

    /// Size of the whole message, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Who is named in the header section, each once.
    pub fn people(&self) -> &[Address] {
        &self.people
    }

    /// The first field of that name.
    pub fn field(&self, name: &str) -> Option<&Untrusted> {
        let named = |field: &&(String, Untrusted)| field.0.eq_ignore_ascii_case(name);
        self.fields.iter().find(named).map(|(_, text)| text)
    }

    /// Names of files that can be read.
    pub fn file_names(&self) -> &[Untrusted] {
        &self.file_names
    }

    /// Whether a text of one line, such as a subject, can be read anywhere.
    pub fn holds(&self, text: &str) -> bool {
        let wanted = words(text);
        if wanted.is_empty() {
            return false;
        }
        let long = wanted.chars().count() >= LEAST_PART;
        let holds = |there: &str| there == wanted || (long && there.contains(&wanted));
        self.fields
            .iter()
            .any(|(_, text)| holds(&words(text.raw())))
            || self.lines.contains(&wanted)
            || (long && self.lines.iter().any(|line| line.contains(&wanted)))
    }

    /// Whether any line of a text can be read.
    pub fn holds_line_of(&self, text: &str) -> bool {
        text.lines().map(words).any(|line| {
            let long = line.chars().count() >= LEAST_PART;
            let in_field = || {
                self.fields
                    .iter()
                    .any(|(_, text)| words(text.raw()).contains(&line))
            };
            !line.is_empty() && (self.lines.contains(&line) || (long && in_field()))
        })
    }

    /// Whether the name of a file can be read, as a name or in any text.
    pub fn holds_file_name(&self, name: &str) -> bool {
        self.file_names
            .iter()
            .any(|there| words(there.raw()) == words(name))
            || self.holds(name)
    }
}

/// Words with one space between them, whatever folding and cleaning made of the blanks.
fn words(text: &str) -> String {
    let separates = |c: char| c.is_whitespace() || c.is_control();
    let words: Vec<&str> = text
        .split(separates)
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

fn between(part: Part<'_>, from: usize, to: usize) -> String {
    let start = part.body_range().start;
    let range = from.saturating_sub(start)..to.saturating_sub(start);
    let bytes = part.body().get(range).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether a leaf is where the ciphertext of an encrypted message stands: the second part of
/// `multipart/encrypted` (RFC 3156 §4), or CMS that is not merely signed (RFC 8551 §3.2.2).
fn is_ciphertext(part: Part<'_>) -> bool {
    match part.media() {
        "application/octet-stream" => part
            .parent()
            .is_some_and(|parent| parent.media() == "multipart/encrypted"),
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            let content_type = part.content_type();
            let kind = content_type.param("smime-type").unwrap_or_default();
            kind.eq_ignore_ascii_case("enveloped-data")
                || kind.eq_ignore_ascii_case("authEnveloped-data")
        }
        _ => false,
    }
}

/// Whether a line is nothing but base64, an armor checksum included.
fn is_base64(line: &str) -> bool {
    line.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEALED: &str = "From: Ada <ada@example.org>\r\nTo: bob@example.org\r\n\
        Date: Sun, 03 May 2026 14:05:00 +0000\r\nSubject: [...]\r\n\
        Content-Type: multipart/encrypted; boundary=b; protocol=\"application/pgp-encrypted\"\r\n\r\n\
        --b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\
        --b\r\nContent-Type: application/octet-stream\r\n\r\n\
        -----BEGIN PGP MESSAGE-----\r\n\r\nhello/secret\r\n=abcd\r\n-----END PGP MESSAGE-----\r\n\
        --b--\r\n";

    fn outside(message: &str) -> Outside {
        Outside::of(message.as_bytes()).unwrap()
    }

    #[test]
    fn rule_45_ciphertext_is_no_text_and_all_else_is() {
        let sealed = outside(SEALED);
        assert!(!sealed.holds("hello/secret") && !sealed.holds_line_of("hello/secret"));
        assert_eq!(sealed.field("subject").unwrap().raw(), "[...]");
        assert_eq!(sealed.people().len(), 2);
        assert!(sealed.holds("[...]") && sealed.holds("Version: 1"));
        assert_eq!(sealed.bytes(), u64::try_from(SEALED.len()).unwrap());
    }

    #[test]
    fn rule_45_what_leaks_beside_the_ciphertext_is_found() {
        let spoilt = [
            (
                "--b\r\nContent-Type: application/pgp",
                "Lunch on Friday\r\n--b\r\nContent-Type: application/pgp",
            ),
            (
                "-----BEGIN PGP MESSAGE-----\r\n",
                "-----BEGIN PGP MESSAGE-----\r\nComment: Lunch on Friday\r\n",
            ),
            ("--b--\r\n", "Lunch on Friday\r\n--b--\r\n"),
            ("--b--\r\n", "--b--\r\nLunch on Friday\r\n"),
            ("Subject: [...]", "Subject: Lunch\r\n on Friday"),
            (
                "Subject: [...]",
                "Subject: [...]\r\nX-Note: about Lunch on Friday!",
            ),
            (
                "octet-stream\r\n\r\n",
                "octet-stream; name=\"Lunch on Friday\"\r\n\r\n",
            ),
        ];
        for (here, leak) in spoilt {
            let message = SEALED.replacen(here, leak, 1);
            assert!(outside(&message).holds("Lunch on Friday"), "{leak}");
        }
    }

    #[test]
    fn of_a_readable_message_everything_is_outside() {
        let plain = outside(
            "From: ada@example.org\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\
             Content-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\nHi\r\nat one, the =\r\nusual place\r\n\
             --b\r\nContent-Type: application/pdf\r\n\
             Content-Disposition: attachment; filename=\"Plan.pdf\"\r\n\r\nx\r\n--b--\r\n",
        );
        assert!(plain.holds("Grüße"));
        assert!(plain.holds_line_of("nothing\n  at one,  the usual place"));
        assert!(plain.holds_line_of("Hi"));
        assert!(
            !plain.holds_line_of("H\n\n"),
            "a short text has to be the whole line"
        );
        assert!(plain.holds_file_name("Plan.pdf") && !plain.holds_file_name("Other.pdf"));
    }
}
