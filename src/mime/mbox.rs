//! Many messages in one file: mbox (RFC 4155, and the kinds that came before it).

use super::parse_date;
use std::borrow::Cow;
use std::ops::Range;

/// Most messages of one file.
pub const MESSAGES: usize = 1_000_000;

/// Whether a file begins as an mbox does.
pub fn is_mbox(start: &[u8]) -> bool {
    let line = start.split(|b| *b == b'\n').next().unwrap_or_default();
    is_separator(line)
}

/// Where the messages stand in an mbox, their separating lines left out. What stands before the first
/// separator is no message.
///
/// A separator is a line `From SENDER DATE` at the start, or behind an empty line. A Content-Length is
/// not believed.
pub fn messages(mbox: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut begun: Option<usize> = None;
    for at in memchr::memmem::find_iter(mbox, b"From ") {
        let before = mbox.get(..at).unwrap_or_default();
        let begins = before.is_empty() || before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n");
        if !begins {
            continue;
        }
        let rest = mbox.get(at..).unwrap_or_default();
        let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if !is_separator(rest.get(..line).unwrap_or_default()) {
            continue;
        }
        if let Some(begun) = begun {
            found.push(without_blank(mbox, begun..at));
        }
        if found.len() >= MESSAGES {
            return found;
        }
        begun = Some(at.saturating_add(line).saturating_add(1).min(mbox.len()));
    }
    if let Some(begun) = begun {
        found.push(without_blank(mbox, begun..mbox.len()));
    }
    found
}

/// The empty line before a separator belongs to the mbox.
fn without_blank(mbox: &[u8], range: Range<usize>) -> Range<usize> {
    let message = mbox.get(range.clone()).unwrap_or_default();
    let cut = match message {
        [.., b'\n', b'\r', b'\n'] => 2,
        [.., b'\n', b'\n'] => 1,
        _ => 0,
    };
    range.start..range.end.saturating_sub(cut)
}

/// Whether a line separates messages: it ends in a date as ctime(3) writes it.
fn is_separator(line: &[u8]) -> bool {
    let Ok(line) = std::str::from_utf8(line.get(..line.len().min(512)).unwrap_or_default()) else {
        return false;
    };
    let Some(rest) = line.trim_end().strip_prefix("From ") else {
        return false;
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let is_clock = |word: &str| {
        let mut parts = word.split(':');
        let numbers =
            |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        parts.clone().count() >= 2 && parts.all(numbers)
    };
    let is_year = |word: &str| {
        word.len() == 4
            && (word.starts_with("19") || word.starts_with("20"))
            && word.bytes().all(|b| b.is_ascii_digit())
    };
    words.len() >= 4
        && words.iter().any(|word| is_clock(word))
        && words.iter().any(|word| is_year(word))
        || parse_date(rest.split_once(' ').map_or("", |(_, date)| date)).is_some()
}

/// A message as it was before it was put into an mbox: one `>` less before `From ` at the start of lines.
pub fn unquoted(message: &[u8]) -> Cow<'_, [u8]> {
    let is_quoted = |line: &[u8]| {
        let unquoted = line.iter().position(|b| *b != b'>').unwrap_or(line.len());
        unquoted > 0
            && line
                .get(unquoted..)
                .is_some_and(|rest| rest.starts_with(b"From "))
    };
    let mut lines = message.split_inclusive(|b| *b == b'\n');
    // Hardly any message has such a line.
    if memchr::memmem::find(message, b">From ").is_none() || !lines.any(is_quoted) {
        return Cow::Borrowed(message);
    }
    let mut out = Vec::with_capacity(message.len());
    for line in message.split_inclusive(|b| *b == b'\n') {
        let line = match is_quoted(line) {
            true => line.get(1..).unwrap_or_default(),
            false => line,
        };
        out.extend_from_slice(line);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(mbox: &str) -> Vec<&str> {
        messages(mbox.as_bytes())
            .into_iter()
            .map(|range| &mbox[range])
            .collect()
    }

    #[test]
    fn messages_of_an_mbox_are_told_apart() {
        let mbox = "From a@b.example Sun May  3 10:00:00 2026\nSubject: one\n\nFrom here on.\n\nFrom me\n\n\
            From - Sun, 3 May 2026 10:00:00 +0000\nSubject: two\n\n>From x\n\n\
            From MAILER-DAEMON Sun May 03 10:00:00 2026 +0200\nSubject: three\n\nend";
        assert!(is_mbox(mbox.as_bytes()));
        assert_eq!(
            split(mbox),
            [
                "Subject: one\n\nFrom here on.\n\nFrom me\n",
                "Subject: two\n\n>From x\n",
                "Subject: three\n\nend"
            ]
        );
        let crlf = mbox.replace('\n', "\r\n");
        assert_eq!(split(&crlf).len(), 3);
        assert_eq!(split(&crlf)[1], "Subject: two\r\n\r\n>From x\r\n");
    }

    #[test]
    fn a_letter_is_no_mbox() {
        for text in [
            "From: a@b.example\r\n\r\nx",
            "From you I hear\n\nx",
            "",
            "From ",
            "Subject: x\n\nFrom a Sun May 3 10:00:00 2026\n",
        ] {
            assert!(!is_mbox(text.as_bytes()), "{text}");
        }
        assert!(messages(b"Subject: x\n\ntext").is_empty());
    }

    #[test]
    fn quoted_lines_come_back_as_they_were() {
        let quoted: &[u8] = b"a\n>From b\n>>From c\n> From d\nx >From e\n";
        assert_eq!(
            &*unquoted(quoted),
            b"a\nFrom b\n>From c\n> From d\nx >From e\n"
        );
        assert!(matches!(unquoted(b"a\n> b\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn rule_30_hostile_files_take_linear_time() {
        let started = crate::base::testing::cpu_seconds();
        for piece in [
            "From ",
            "\n\nFrom ",
            "\n\nFrom a 10:00 2026",
            "\n>From ",
            "\n\nFrom a Sun May 3 10:00:00 2026\n",
        ] {
            let text = piece.repeat(5_000_000 / piece.len());
            let _ = messages(text.as_bytes());
            let _ = unquoted(text.as_bytes());
        }
        assert!(crate::base::testing::cpu_seconds() - started < 15.0);
    }
}
