//! What a person reads of a payload: one text, a list of attachments, and the cryptographic parts
//! that stand where no layer of the envelope is (errant layers, RFC 9787 §4.6; rules 4, 23 and 24).

use super::html::{self, HiddenText, LINKS};
use super::{ContentType, Disposition, Encoding, Link, Part, links_in_text};
use crate::base::Untrusted;
use std::ops::Range;

/// A payload for reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// The text, line ends as LF. Escape it before showing: [`crate::base::untrusted::escape_text`].
    pub text: String,
    /// Whether some of the text was HTML.
    pub from_html: bool,
    /// Links in the text.
    pub links: Vec<Link>,
    /// Text that the sender's style hides; no part of `text` (rule 34).
    pub hidden: HiddenText,
    /// What travels along, in order.
    pub attachments: Vec<AttachmentHead>,
    /// Cryptographic parts inside. What is encrypted there is never part of `text`.
    pub errant: Vec<Errant>,
}

/// One attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentHead {
    /// Its place in the tree, as [`Part::path`] has it.
    pub path: String,
    /// The number of its part in the tree's [`super::Tree::parts`].
    pub index: usize,
    /// The name that the sender gave; empty without one.
    pub name: Untrusted,
    /// `type/subtype` in lower case.
    pub media: String,
    /// Decoded size in bytes.
    pub size: usize,
    /// Where its undecoded body stands in the payload's bytes.
    pub range: Range<usize>,
    /// How that body is encoded.
    pub encoding: Encoding,
}

/// One errant cryptographic part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errant {
    /// Its place in the tree.
    pub path: String,
    /// The number of its part.
    pub index: usize,
    /// What it is.
    pub kind: ErrantKind,
}

/// Kinds of errant parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrantKind {
    /// multipart/encrypted of PGP/MIME, or an armored message in a text, which is shown as armor.
    OpenPgpEncrypted,
    /// multipart/signed of PGP/MIME, or cleartext-signed text. Its content is shown, unsigned.
    OpenPgpSigned,
    /// application/pkcs7-mime with enveloped data.
    SmimeEnveloped,
    /// application/pkcs7-mime with authenticated enveloped data.
    SmimeAuthEnveloped,
    /// multipart/signed of S/MIME, whose content is shown, or signed-data, which is not.
    SmimeSigned,
    /// application/pkcs7-mime with compressed data.
    SmimeCompressed,
}

impl Content {
    /// Reads a payload. `decrypted` says that it came out of an encryption layer: only then are
    /// legacy display elements hidden (RFC 9788 §4.5.3, rule 38).
    pub fn of(payload: Part<'_>, decrypted: bool) -> Content {
        let mut reader = Reader {
            content: Content::default(),
            decrypted,
            root: payload.index(),
            facts: facts_below(payload),
        };
        reader.part(payload, true);
        reader.content
    }
}

/// What matters of a part before any is read. Found out once for each, so that nesting does not
/// multiply the work.
#[derive(Clone, Copy, Default)]
struct Facts {
    errant: Option<ErrantKind>,
    /// Text that is part of the body, not a file that happens to be text.
    is_body: bool,
    /// Body text of these types stands in it or below it, outside encryption.
    holds_plain: bool,
    holds_html: bool,
}

/// The facts of a part and all below it; the first is the part's own.
fn facts_below(payload: Part<'_>) -> Vec<Facts> {
    let mut parts = vec![payload];
    let mut at = 0_usize;
    // Parents come before their children, so that the way back meets children first.
    while let Some(part) = parts.get(at).copied() {
        if part.is_multipart() {
            parts.extend(part.children());
        }
        at = at.saturating_add(1);
    }
    let last = parts.iter().map(|p| p.index()).max().unwrap_or(0);
    let size = last.saturating_sub(payload.index()).saturating_add(1);
    let mut all = vec![Facts::default(); size];
    for part in parts.iter().rev() {
        let own = Facts::of(*part);
        let mut holds = (own.holds_plain, own.holds_html);
        if let Some(slot) = slot(&mut all, payload, *part) {
            holds = (slot.holds_plain || holds.0, slot.holds_html || holds.1);
            *slot = Facts {
                holds_plain: holds.0,
                holds_html: holds.1,
                ..own
            };
        }
        let above = part
            .parent()
            .filter(|_| part.media() != "multipart/encrypted");
        if let Some(slot) = above.and_then(|parent| slot(&mut all, payload, parent)) {
            slot.holds_plain |= holds.0;
            slot.holds_html |= holds.1;
        }
    }
    all
}

fn slot<'f>(all: &'f mut [Facts], payload: Part<'_>, part: Part<'_>) -> Option<&'f mut Facts> {
    all.get_mut(part.index().checked_sub(payload.index())?)
}

impl Facts {
    fn of(part: Part<'_>) -> Facts {
        let header = part.header();
        let declared = part.content_type();
        let disposed = header
            .first("Content-Disposition")
            .map(Disposition::of_field);
        let named = declared.param("name").is_some()
            || disposed
                .as_ref()
                .is_some_and(|d| d.param("filename").is_some());
        let is_body = matches!(part.media(), "text/plain" | "text/html")
            && !named
            && !disposed.is_some_and(|d| d.is_attachment());
        Facts {
            // A file that holds armor is a file.
            errant: errant_kind(part, &declared)
                .filter(|_| is_body || part.media() != "text/plain"),
            is_body,
            holds_plain: is_body && part.media() == "text/plain",
            holds_html: is_body && part.media() == "text/html",
        }
    }
}

struct Reader {
    content: Content,
    decrypted: bool,
    root: usize,
    facts: Vec<Facts>,
}

impl Reader {
    fn facts(&self, part: Part<'_>) -> Facts {
        let at = part.index().checked_sub(self.root);
        at.and_then(|at| self.facts.get(at).copied())
            .unwrap_or_default()
    }

    /// Takes in a part; `as_text` says whether its text belongs to the body.
    fn part(&mut self, part: Part<'_>, as_text: bool) {
        if let Some(kind) = self.facts(part).errant {
            self.content.errant.push(Errant {
                path: part.path(),
                index: part.index(),
                kind,
            });
            match part.media() {
                // The signature is no attachment; the text is there to be read, as unsigned.
                "multipart/signed" => {
                    if let Some(signed) = part.child(0) {
                        self.part(signed, as_text);
                    }
                }
                // Armor among text is shown as the armor that it is.
                "text/plain" => self.leaf(part, as_text),
                _ => {}
            }
            return;
        }
        if !part.is_multipart() {
            return self.leaf(part, as_text);
        }
        match part.media() {
            "multipart/alternative" => self.alternative(part, as_text),
            "multipart/related" => {
                let root = related_root(part);
                for child in part.children() {
                    self.part(child, as_text && Some(child.index()) == root);
                }
            }
            _ => {
                for child in part.children() {
                    self.part(child, as_text);
                }
            }
        }
    }

    fn alternative(&mut self, part: Part<'_>, as_text: bool) {
        let first = |wanted: fn(Facts) -> bool| part.children().find(|c| wanted(self.facts(*c)));
        let chosen = first(|facts| facts.holds_plain)
            .or_else(|| first(|facts| facts.holds_html))
            .or_else(|| part.children().next_back())
            .map(Part::index);
        for child in part.children() {
            if Some(child.index()) == chosen {
                self.part(child, as_text);
            } else if !self.facts(child).is_body {
                self.part(child, false);
            }
        }
    }

    fn leaf(&mut self, part: Part<'_>, as_text: bool) {
        let media = part.media();
        let is_root = part.index() == self.root;
        if self.decrypted && !is_root && matches!(media, "text/rfc822-headers" | "text/plain") {
            // A display copy of the header fields, as older clients wrote it.
            let declared = part.content_type();
            if declared.param("protected-headers") == Some("v1") {
                return;
            }
        }
        let facts = self.facts(part);
        if facts.is_body && as_text {
            return self.text(part);
        }
        if facts.is_body
            && part
                .parent()
                .is_some_and(|p| p.media() == "multipart/related")
        {
            return;
        }
        self.content.attachments.push(AttachmentHead {
            path: part.path(),
            index: part.index(),
            name: part.file_name().unwrap_or_default(),
            media: media.to_owned(),
            size: part.decoded_size(),
            range: part.body_range(),
            encoding: part.encoding(),
        });
    }

    fn text(&mut self, part: Part<'_>) {
        let declared = part.content_type();
        let is = |name: &str, value: &str| {
            declared
                .param(name)
                .is_some_and(|v| v.eq_ignore_ascii_case(value))
        };
        let legacy = self.decrypted && is("hp-legacy-display", "1");
        let raw = part.text();
        let text = if part.media() == "text/html" {
            self.content.from_html = true;
            self.html(&raw, legacy)
        } else {
            let lines = raw.replace("\r\n", "\n");
            let lines = match legacy {
                true => without_legacy_display(&lines),
                false => &lines,
            };
            let text = match is("format", "flowed") {
                true => unflow(lines, is("delsp", "yes")),
                false => lines.to_owned(),
            };
            let room = LINKS.saturating_sub(self.content.links.len());
            self.content.links.extend(links_in_text(&text, room));
            text
        };
        if !self.content.text.is_empty() && !text.is_empty() {
            let ended = self.content.text.ends_with('\n');
            self.content
                .text
                .push_str(if ended { "\n" } else { "\n\n" });
        }
        self.content.text.push_str(&text);
    }
}

impl Reader {
    fn html(&mut self, source: &str, legacy: bool) -> String {
        let rendered = html::render(source, legacy);
        let room = LINKS.saturating_sub(self.content.links.len());
        let links = rendered.links.iter().take(room);
        let links = links.filter_map(|(shown, target)| Link::new(shown, target));
        self.content.links.extend(links);
        self.content.hidden.join(rendered.hidden);
        rendered.text
    }
}

/// The part of a multipart/related that the others belong to (RFC 2387 §3.2).
fn related_root(part: Part<'_>) -> Option<usize> {
    let declared = part.content_type();
    let named = declared.param("start").and_then(|start| {
        part.children().find(|child| {
            let header = child.header();
            header
                .first("Content-ID")
                .is_some_and(|id| id.unfolded().trim() == start.trim())
        })
    });
    named.or_else(|| part.child(0)).map(Part::index)
}

fn errant_kind(part: Part<'_>, declared: &ContentType) -> Option<ErrantKind> {
    let smime = |word: Option<&str>| match word.map(str::to_ascii_lowercase).as_deref() {
        Some("signed-data") => Some(ErrantKind::SmimeSigned),
        Some("authenveloped-data") => Some(ErrantKind::SmimeAuthEnveloped),
        Some("compressed-data") => Some(ErrantKind::SmimeCompressed),
        Some("certs-only") => None,
        _ => Some(ErrantKind::SmimeEnveloped),
    };
    match part.media() {
        "multipart/encrypted" => Some(ErrantKind::OpenPgpEncrypted),
        "multipart/signed" => match declared
            .param("protocol")
            .map(str::to_ascii_lowercase)
            .as_deref()
        {
            Some("application/pkcs7-signature" | "application/x-pkcs7-signature") => {
                Some(ErrantKind::SmimeSigned)
            }
            _ => Some(ErrantKind::OpenPgpSigned),
        },
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            smime(declared.param("smime-type"))
        }
        "text/plain" => inline_armor(part),
        _ => None,
    }
}

/// Inline OpenPGP: an armor line at the start of a line of text.
fn inline_armor(part: Part<'_>) -> Option<ErrantKind> {
    // Neither transfer encoding changes the words of an armor line.
    memchr::memmem::find(part.body(), b"-----BEGIN PGP ")?;
    let body = part.decoded();
    let starts = |words: &[u8]| {
        memchr::memmem::find_iter(&body.bytes, words).any(|at| {
            at.checked_sub(1)
                .is_none_or(|before| body.bytes.get(before) == Some(&b'\n'))
        })
    };
    if starts(b"-----BEGIN PGP MESSAGE-----") {
        Some(ErrantKind::OpenPgpEncrypted)
    } else if starts(b"-----BEGIN PGP SIGNED MESSAGE-----") {
        Some(ErrantKind::OpenPgpSigned)
    } else {
        None
    }
}

/// RFC 9788 §4.5.3.2: everything up to the first blank line goes.
fn without_legacy_display(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('\n') {
        return rest;
    }
    text.split_once("\n\n").map_or("", |(_, rest)| rest)
}

/// Joins flowed lines (RFC 3676 §4).
fn unflow(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for (number, line) in text.split('\n').enumerate() {
        let unquoted = line.trim_start_matches('>');
        let depth = line.len().saturating_sub(unquoted.len());
        let content = unquoted.strip_prefix(' ').unwrap_or(unquoted);
        let is_signature = content == "-- ";
        let joins = open == Some(depth) && !is_signature;
        if !joins {
            if number > 0 {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n('>', depth));
            if depth > 0 && !content.is_empty() {
                out.push(' ');
            }
        }
        let flows = content.ends_with(' ') && !is_signature;
        match content.strip_suffix(' ') {
            Some(cut) if flows && delete_space => out.push_str(cut),
            _ => out.push_str(content),
        }
        open = flows.then_some(depth);
    }
    out
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
