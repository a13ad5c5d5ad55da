//! Structures that servers mix up, put in order again in memory (rule 29). Only what leaves no doubt is
//! touched: nothing readable may stand beside what is put together.

use super::{ContentType, Header, Part, Tree};

/// What was put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repair {
    /// The two parts of PGP/MIME (RFC 3156 §4) stood in a `multipart/mixed`, as Exchange leaves them.
    PgpInMixed,
    /// An S/MIME message had lost its type and was a file of no kind.
    UntypedSmime,
}

/// Puts a message in order; `None` where it is, or where it is unclear what it was.
pub fn repair(message: &[u8]) -> Option<(Vec<u8>, Repair)> {
    if !may_need_it(message) {
        return None;
    }
    let tree = Tree::parse(message).ok()?;
    let root = tree.root();
    if let Some(repaired) = pgp_in_mixed(message, root) {
        return Some((repaired, Repair::PgpInMixed));
    }
    let part = lone_file(root)?;
    let is_smime = is_untyped(part.media())
        && part
            .file_name()
            .is_some_and(|name| name.raw().trim().to_ascii_lowercase().ends_with(".p7m"));
    is_smime.then(|| (smime_of(message, root, part), Repair::UntypedSmime))
}

/// How far a message is looked through before it is taken apart: hardly any needs it.
const START: usize = 256 << 10;

fn may_need_it(message: &[u8]) -> bool {
    let start = message.get(..START).unwrap_or(message);
    let header = Header::parse(start);
    let Some(field) = header.first("Content-Type") else {
        return false;
    };
    let declared = ContentType::of_field(field);
    let media = declared.media.as_str();
    let holds = |what: &[u8]| memchr::memmem::find(start, what).is_some();
    let names_smime = || holds(b".p7m") || holds(b".P7M");
    match media {
        "multipart/mixed" => holds(b"pgp-encrypted") || names_smime(),
        media => is_untyped(media) && names_smime(),
    }
}

fn is_untyped(media: &str) -> bool {
    matches!(media, "application/octet-stream" | "application/x-unknown")
}

/// The root, or the one part of a `multipart/mixed` that is not blank.
fn lone_file(root: Part<'_>) -> Option<Part<'_>> {
    if !root.is_multipart() {
        return Some(root);
    }
    if root.media() != "multipart/mixed" {
        return None;
    }
    let mut files = root.children().filter(|part| !is_blank(*part));
    match (files.next(), files.next()) {
        (Some(one), None) if !one.is_multipart() => Some(one),
        _ => None,
    }
}

/// Whether a part is text of blanks alone, as Exchange puts before files.
fn is_blank(part: Part<'_>) -> bool {
    matches!(part.media(), "text/plain" | "text/html")
        && part.body().len() < 4_096
        && part.text().trim().is_empty()
}

fn pgp_in_mixed(message: &[u8], root: Part<'_>) -> Option<Vec<u8>> {
    if root.media() != "multipart/mixed" {
        return None;
    }
    let mut parts = root.children().filter(|part| !is_blank(*part));
    let (version, sealed) = (parts.next()?, parts.next()?);
    let names_pgp = version.media() == "application/pgp-encrypted"
        && version
            .decoded()
            .bytes
            .trim_ascii()
            .eq_ignore_ascii_case(b"version: 1");
    let holds_pgp = is_untyped(sealed.media())
        && memchr::memmem::find(&sealed.decoded().bytes, b"-----BEGIN PGP MESSAGE-----").is_some();
    if !names_pgp || !holds_pgp || parts.next().is_some() {
        return None;
    }
    let boundary = free_boundary(message);
    let mut out = header_without_type(message, root);
    out.extend_from_slice(
        format!(
            "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\r\n\
             \tboundary=\"{boundary}\"\r\n\r\n"
        )
        .as_bytes(),
    );
    for part in [version, sealed] {
        out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        out.extend_from_slice(part.bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Some(out)
}

fn smime_of(message: &[u8], root: Part<'_>, part: Part<'_>) -> Vec<u8> {
    let mut out = header_without_type(message, root);
    let encoding = part
        .header()
        .first("Content-Transfer-Encoding")
        .map(|field| {
            let value: String = field
                .unfolded()
                .chars()
                .filter(|c| c.is_ascii_graphic())
                .collect();
            format!("Content-Transfer-Encoding: {value}\r\n")
        });
    out.extend_from_slice(encoding.unwrap_or_default().as_bytes());
    out.extend_from_slice(b"Content-Type: application/pkcs7-mime; name=\"smime.p7m\"\r\n\r\n");
    out.extend_from_slice(part.body());
    out
}

/// A line that stands nowhere in the message.
fn free_boundary(message: &[u8]) -> String {
    let mut number = 0_u32;
    loop {
        let boundary = format!("=_put_in_order_{number}");
        if memchr::memmem::find(message, boundary.as_bytes()).is_none() {
            return boundary;
        }
        number = number.saturating_add(1);
    }
}

/// The header fields of the root but for those that say what the body is, byte for byte.
fn header_without_type(message: &[u8], root: Part<'_>) -> Vec<u8> {
    let start = root.range().start;
    let section = message
        .get(start..root.body_range().start)
        .unwrap_or_default();
    let mut out = Vec::with_capacity(section.len());
    let mut skips = false;
    for line in section.split_inclusive(|b| *b == b'\n') {
        if line.trim_ascii().is_empty() {
            continue;
        }
        if !matches!(line.first(), Some(b' ' | b'\t')) {
            let name = line
                .split(|b| *b == b':')
                .next()
                .unwrap_or_default()
                .trim_ascii();
            skips = [
                "content-type",
                "content-transfer-encoding",
                "content-disposition",
            ]
            .iter()
            .any(|field| name.eq_ignore_ascii_case(field.as_bytes()));
        }
        if !skips {
            out.extend_from_slice(line);
        }
    }
    if !out.is_empty() && !out.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEALED: &str = "Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n\
        -----BEGIN PGP MESSAGE-----\r\n\r\nabcd\r\n-----END PGP MESSAGE-----\r\n";

    fn mixed(parts: &[&str]) -> String {
        let parts: String = parts
            .iter()
            .map(|part| format!("--b\r\n{part}\r\n"))
            .collect();
        format!(
            "From: a@b.example\r\nContent-Type: multipart/mixed;\r\n boundary=b\r\nSubject: x\r\n\r\n{parts}--b--\r\n"
        )
    }

    const VERSION: &str = "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n";

    #[test]
    fn rule_29_what_exchange_mixes_up_is_put_in_order() {
        for parts in [
            vec!["Content-Type: text/plain\r\n\r\n \r\n", VERSION, SEALED],
            vec![VERSION, SEALED],
        ] {
            let message = mixed(&parts);
            let (repaired, what) = repair(message.as_bytes()).unwrap();
            assert_eq!(what, Repair::PgpInMixed);
            let tree = Tree::parse(&repaired).unwrap();
            assert_eq!(tree.root().media(), "multipart/encrypted");
            assert_eq!(tree.root().header().text("Subject").unwrap().raw(), "x");
            assert_eq!(tree.root().children().count(), 2);
            assert_eq!(
                tree.root().child(1).unwrap().body(),
                &SEALED.as_bytes()[SEALED.find("\r\n\r\n").unwrap() + 4..]
            );
        }
        let untyped = "From: a@b.example\r\nContent-Type: application/octet-stream; name=\"smime.p7m\"\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\n";
        let (repaired, what) = repair(untyped.as_bytes()).unwrap();
        assert_eq!(what, Repair::UntypedSmime);
        let tree = Tree::parse(&repaired).unwrap();
        assert_eq!(tree.root().media(), "application/pkcs7-mime");
        assert_eq!(tree.root().decoded().bytes.as_ref(), [0x30, 0x82, 0x01]);
    }

    #[test]
    fn rule_29_what_has_text_of_its_own_or_is_in_order_is_left_alone() {
        for message in [
            mixed(&["Content-Type: text/plain\r\n\r\nHello\r\n", VERSION, SEALED]),
            mixed(&[VERSION, SEALED, SEALED]),
            mixed(&[
                VERSION,
                "Content-Type: text/plain\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n",
            ]),
            mixed(&[
                "Content-Type: application/octet-stream\r\n\r\nVersion: 1\r\n",
                SEALED,
            ]),
            "From: a@b.example\r\n\r\nx\r\n".to_owned(),
            "Content-Type: application/octet-stream; name=a.pdf\r\n\r\nx".to_owned(),
        ] {
            assert_eq!(repair(message.as_bytes()), None, "{message}");
        }
    }
}
