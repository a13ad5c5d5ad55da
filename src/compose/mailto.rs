//! `mailto:` links (RFC 6068): what a page or a program suggests to write. Nothing is sent by it.

use super::Draft;

/// The longest link that is read, in bytes.
const LONGEST: usize = 64 << 10;

impl Draft {
    /// The letter that a `mailto:` link suggests; `None` when it is no such link, or longer than
    /// 64 KiB. Of the fields only to, cc, bcc, subject and body are taken (RFC 6068 §7 leaves the
    /// choice): never a file to attach, never a sender.
    pub fn from_mailto(link: &str) -> Option<Draft> {
        let scheme = link.get(..7)?;
        let rest = link.get(7..)?;
        if link.len() > LONGEST || !scheme.eq_ignore_ascii_case("mailto:") {
            return None;
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (to, fields) = rest.split_once('?').unwrap_or((rest, ""));
        let mut draft = Draft::default();
        add(&mut draft.to, &line(to));
        for field in fields.split('&') {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            match name.to_ascii_lowercase().as_str() {
                "to" => add(&mut draft.to, &line(value)),
                "cc" => add(&mut draft.cc, &line(value)),
                "bcc" => add(&mut draft.bcc, &line(value)),
                "subject" => draft.subject = line(value),
                "body" => {
                    let text = decoded(value).replace("\r\n", "\n").replace('\r', "\n");
                    let kept = |c: &char| matches!(c, '\n' | '\t') || !c.is_control();
                    draft.body = text.chars().filter(kept).collect();
                }
                _ => {}
            }
        }
        Some(draft)
    }
}

/// Adds recipients, as the window separates them.
fn add(list: &mut String, more: &str) {
    for one in more.split(',').map(str::trim).filter(|one| !one.is_empty()) {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(one);
    }
}

/// A value on one line: a line end in it cannot begin another field.
fn line(value: &str) -> String {
    let text = decoded(value);
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).collect()
}

/// Undoes percent encoding; what is not encoded rightly stays as it is. A plus is a plus.
fn decoded(value: &str) -> String {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let byte = match after {
            [high, low, ..] if *first == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let Some((high, low)) = byte {
            out.push(high.wrapping_mul(16) | low);
            rest = after.get(2..).unwrap_or_default();
        } else {
            out.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_fills_the_fields_and_nothing_else() {
        let link = "mailto:bob@example.org,carol@example.org?Subject=Caf%C3%A9%20%2b1+2&cc=d@e.org\
                    &body=One%0D%0ATwo&attach=/etc/passwd&from=eve@example.org";
        let draft = Draft::from_mailto(link).unwrap();
        assert_eq!(draft.to, "bob@example.org, carol@example.org");
        assert_eq!(draft.cc, "d@e.org");
        assert_eq!(draft.subject, "Café +1+2");
        assert_eq!(draft.body, "One\nTwo");
        assert!(draft.attachments.is_empty());
        assert!(draft.from.is_none());
    }

    #[test]
    fn a_line_end_begins_no_field_and_broken_links_do_no_harm() {
        let draft =
            Draft::from_mailto("MAILTO:a@b.org?subject=x%0D%0ABcc:%20eve@e.org&%&=").unwrap();
        assert_eq!(draft.subject, "x  Bcc: eve@e.org");
        assert!(draft.bcc.is_empty());
        assert_eq!(Draft::from_mailto("mailto:%zz%").unwrap().to, "%zz%");
        assert!(Draft::from_mailto("letter.eml").is_none());
        assert!(Draft::from_mailto(&format!("mailto:{}", "a".repeat(70_000))).is_none());
    }
}
