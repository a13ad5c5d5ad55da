//! Lists of recipients, taken apart as people and programs write them.

use crate::address::Mailbox;

/// The pieces of a list, each a mailbox or not, none empty. Commas, semicolons and line ends
/// separate, but not inside quotes and angle brackets. In a list with semicolons or on lines of
/// their own, as some programs copy them, a comma may belong to a name: `Example, Carol
/// <c@example.org>; …`.
pub fn pieces(text: &str) -> Vec<String> {
    let text = text.replace('\r', "\n");
    let lines = split(&text, |c| matches!(c, ';' | '\n'));
    let several = lines.len() > 1;
    let mut pieces = Vec::new();
    for line in lines {
        if several && is_name_with_comma(&line) {
            // Quoted, so that it stays one piece from now on.
            let written =
                Mailbox::parse(&line).map(|one| crate::app::service::draft::typed_list(&[one]));
            pieces.push(written.unwrap_or(line));
        } else {
            pieces.extend(split(&line, |c| c == ','));
        }
    }
    pieces
}

/// Whether a comma stands in a name before one address in angle brackets, and no other address.
fn is_name_with_comma(piece: &str) -> bool {
    match piece.rsplit_once('<') {
        Some((name, _)) => {
            name.contains(',') && !name.contains('@') && Mailbox::parse(piece).is_ok()
        }
        None => false,
    }
}

fn split(text: &str, separates: impl Fn(char) -> bool) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let (mut quoted, mut angled, mut escaped) = (false, false, false);
    for c in text.chars() {
        // A line end closes what somebody forgot to close: it hides no more than one recipient.
        if c == '\n' {
            (quoted, angled, escaped) = (false, false, false);
        }
        if separates(c) && !quoted && !angled {
            pieces.push(std::mem::take(&mut piece));
            continue;
        }
        match c {
            '"' if !escaped => quoted = !quoted,
            '<' if !quoted => angled = true,
            '>' if !quoted => angled = false,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        piece.push(c);
    }
    pieces.push(piece);
    let trimmed = pieces.iter().map(|piece| piece.trim());
    trimmed
        .filter(|piece| !piece.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_taken_apart_as_people_and_programs_write_them() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (" ,;\n ", &[]),
            (
                "a@x.org, b@x.org;c@x.org\r\nd@x.org",
                &["a@x.org", "b@x.org", "c@x.org", "d@x.org"],
            ),
            (
                "\"Carol, C.\" <c@x.org>, b@x.org",
                &["\"Carol, C.\" <c@x.org>", "b@x.org"],
            ),
            (
                "Example, Carol <c@x.org>; Bob <b@x.org>",
                &["\"Example, Carol\" <c@x.org>", "Bob <b@x.org>"],
            ),
            (
                "a@x.org, Carol <c@x.org>; b@x.org",
                &["a@x.org", "Carol <c@x.org>", "b@x.org"],
            ),
            // Without semicolons nobody knows: what may be a recipient is never taken into a name.
            ("bob, Carol <c@x.org>", &["bob", "Carol <c@x.org>"]),
            (
                "\"Carol <c@x.org>\nb@x.org",
                &["\"Carol <c@x.org>", "b@x.org"],
            ),
            ("\"a\\\", b\" <a@x.org>", &["\"a\\\", b\" <a@x.org>"]),
        ];
        for (text, expected) in cases {
            assert_eq!(pieces(text), *expected, "{text:?}");
        }
    }
}
