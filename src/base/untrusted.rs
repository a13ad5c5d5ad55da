//! Text that came from outside, made safe to show.

use std::fmt;

/// Text from a message, a cert, a server or a file. Its `Display` escapes everything that could
/// move the cursor, change the reading order or hide: controls, ANSI, bidi and zero-width
/// characters appear as code points, like `\u{202E}`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Untrusted(String);

impl Untrusted {
    /// Marks `text` as untrusted.
    pub fn new(text: impl Into<String>) -> Self {
        Untrusted(text.into())
    }

    /// The text as it came, for comparing and storing, never for showing.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Whether showing needs escapes.
    pub fn is_tricky(&self) -> bool {
        self.0.chars().any(is_tricky)
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Untrusted::new(text)
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Untrusted(text)
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape_line(&self.0))
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{self}”")
    }
}

/// Escapes text that is shown on one line: line ends and tabs are escaped too.
pub fn escape_line(text: &str) -> String {
    escape(text, is_tricky)
}

/// Escapes text of several lines: LF and tab stay, CRLF becomes LF, all else as [`escape_line`].
pub fn escape_text(text: &str) -> String {
    let unified = text.replace("\r\n", "\n");
    escape(&unified, |c| c != '\n' && c != '\t' && is_tricky(c))
}

fn escape(text: &str, tricky: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if tricky(c) {
            out.push_str(&format!("\\u{{{:04X}}}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters that act instead of being seen: C0, C1, line separators, bidi controls, zero-width
/// and invisible format characters, tags, variation and interlinear marks, private use.
pub fn is_tricky(c: char) -> bool {
    c.is_control()
        || matches!(
            u32::from(c),
            0x00AD
                | 0x034F
                | 0x061C
                | 0x115F..=0x1160
                | 0x17B4..=0x17B5
                | 0x180B..=0x180F
                | 0x200B..=0x200F
                | 0x2028..=0x202E
                | 0x2060..=0x206F
                | 0x3164
                | 0xE000..=0xF8FF
                | 0xFE00..=0xFE0D
                | 0xFEFF
                | 0xFFA0
                | 0xFFF0..=0xFFFB
                | 0x1D173..=0x1D17A
                | 0xE0000..=0x10_FFFF
        )
}

/// Whether a text has characters that are written from right to left (Bidi_Class R and AL of the
/// Unicode Character Database, by their blocks). Where they are drawn in the order of storage,
/// what is seen is not what was written.
pub fn has_right_to_left(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(
            u32::from(c),
            0x0590..=0x08FF
                | 0xFB1D..=0xFDFF
                | 0xFE70..=0xFEFE
                | 0x10800..=0x10FFF
                | 0x1E800..=0x1EFFF
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_19_controls_and_bidi_are_escaped() {
        let shown = Untrusted::from("a\u{1b}[31mb\u{202e}c\u{0c}\r\nd\u{200b}").to_string();
        assert_eq!(
            shown,
            "a\\u{001B}[31mb\\u{202E}c\\u{000C}\\u{000D}\\u{000A}d\\u{200B}"
        );
        assert_eq!(escape_text("a\r\nb\tc\u{1b}"), "a\nb\tc\\u{001B}");
    }

    #[test]
    fn right_to_left_text_is_told_from_other_text() {
        for text in ["שלום", "a (مرحبا)", "\u{1E900}"] {
            assert!(has_right_to_left(text), "{text}");
        }
        for text in ["Grüße, Привет, 你好 🙂", "", "U+05D0"] {
            assert!(!has_right_to_left(text), "{text}");
        }
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        let text = "Grüße aus Αθήνα, Привет, 你好, שלום 🙂";
        assert_eq!(Untrusted::from(text).to_string(), text);
    }
}
