//! Replies of a server (RFC 5321 §4.2), read from bytes in whatever pieces they come, within
//! bounds.

use crate::app::port::Reply;

/// Longest line of a reply with its CRLF, in bytes.
const LINE: usize = 1_000;
/// Longest reply, in bytes.
const REPLY: usize = 64 << 10;
/// Most lines of a reply: a bound of its own, since short lines cost more than long ones.
const LINES: usize = 500;

/// A reply that is coming in.
#[derive(Default)]
pub(super) struct Incoming {
    line: Vec<u8>,
    bytes: usize,
    code: Option<u16>,
    lines: Vec<String>,
}

/// What the bytes so far amount to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// More has to come.
    Part,
    /// A whole reply, and nothing behind it.
    Whole(Reply),
    /// A whole reply, and bytes behind it that nobody asked for.
    Surplus(Reply),
    /// Not a reply, or one that breaks a bound.
    Garbage,
}

impl Incoming {
    /// Takes the next bytes. After anything but [`Heard::Part`] it starts anew.
    pub fn take(&mut self, mut bytes: &[u8]) -> Heard {
        loop {
            let end = bytes.iter().position(|b| *b == b'\n');
            let piece = match end {
                Some(at) => bytes.get(..=at).unwrap_or_default(),
                None => bytes,
            };
            self.bytes += piece.len();
            if self.line.len() + piece.len() > LINE || self.bytes > REPLY {
                return self.end(Heard::Garbage);
            }
            self.line.extend_from_slice(piece);
            bytes = bytes.get(piece.len()..).unwrap_or_default();
            if end.is_none() {
                return Heard::Part;
            }
            match self.line_end() {
                None => return self.end(Heard::Garbage),
                Some(false) => {}
                Some(true) => {
                    let reply = Reply {
                        code: self.code.unwrap_or_default(),
                        text: self.lines.join("\n"),
                    };
                    let heard = if bytes.is_empty() {
                        Heard::Whole(reply)
                    } else {
                        Heard::Surplus(reply)
                    };
                    return self.end(heard);
                }
            }
        }
    }

    fn end(&mut self, heard: Heard) -> Heard {
        *self = Incoming::default();
        heard
    }

    /// Reads the line that is whole now: whether it is the last of its reply, `None` when it is no
    /// line of one.
    fn line_end(&mut self) -> Option<bool> {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r\n")?;
        let (digits, rest) = line.split_at_checked(3)?;
        let lawful = matches!(digits, [b'2'..=b'5', b'0'..=b'5', b'0'..=b'9']);
        let code = std::str::from_utf8(digits).ok()?.parse::<u16>().ok()?;
        let same = self.code.is_none_or(|known| known == code);
        if !lawful || !same || self.lines.len() == LINES {
            return None;
        }
        let (last, text) = match rest.split_first() {
            None => (true, rest),
            Some((b' ', text)) => (true, text),
            Some((b'-', text)) => (false, text),
            Some(_) => return None,
        };
        // A lone CR would end a line for whoever reads less strictly.
        if text.contains(&b'\r') {
            return None;
        }
        self.code = Some(code);
        self.lines.push(String::from_utf8_lossy(text).into_owned());
        Some(last)
    }
}

/// The reply as the strictest reader takes it: CRLF lines of ASCII, none of them empty.
pub(super) fn plain(reply: &Reply) -> Vec<u8> {
    let mut out = Vec::new();
    let mut lines = reply.text.split('\n').peekable();
    while let Some(line) = lines.next() {
        let dash = if lines.peek().is_some() { '-' } else { ' ' };
        out.extend_from_slice(format!("{}{dash}", reply.code).as_bytes());
        let line = if line.trim().is_empty() { "-" } else { line };
        out.extend(
            line.chars()
                .map(|c| if c.is_ascii() { c as u8 } else { b'?' }),
        );
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, text: &str) -> Reply {
        Reply {
            code,
            text: text.to_owned(),
        }
    }

    fn all(bytes: &[u8]) -> Heard {
        Incoming::default().take(bytes)
    }

    #[test]
    fn replies_are_read_in_any_pieces() {
        let bytes = "250-Grüße\r\n250-SIZE 10\r\n250 OK\r\n".as_bytes();
        let whole = Heard::Whole(reply(250, "Grüße\nSIZE 10\nOK"));
        assert_eq!(all(bytes), whole);
        let mut incoming = Incoming::default();
        let (last, before) = bytes.split_last().unwrap();
        for byte in before {
            assert_eq!(incoming.take(&[*byte]), Heard::Part);
        }
        assert_eq!(incoming.take(&[*last]), whole);
        assert_eq!(all(b"250\r\n"), Heard::Whole(reply(250, "")));
        assert_eq!(
            all(b"220 go\r\n250 forged\r\n"),
            Heard::Surplus(reply(220, "go"))
        );
    }

    #[test]
    fn rule_30_what_is_no_reply_ends_at_once_and_within_bounds() {
        for bad in [
            &b"+OK ready\r\n"[..],
            b"250 ok\n",
            b"250 a\rb\r\n",
            b"250-a\r\n550 b\r\n",
            b"150 x\r\n",
            b"260 x\r\n",
            b"25\r\n",
            b"2500 x\r\n",
            b"\r\n",
            b"\x00\xff\r\n",
        ] {
            assert_eq!(all(bad), Heard::Garbage, "{bad:?}");
        }
        assert_eq!(all(&[b'2'; 1_001]), Heard::Garbage);
        let mut long = format!("250 {}\r\n", "x".repeat(994)).into_bytes();
        assert!(matches!(all(&long), Heard::Whole(_)));
        long.insert(4, b'x');
        assert_eq!(all(&long), Heard::Garbage);
        let many = "250-x\r\n".repeat(501);
        assert_eq!(all(many.as_bytes()), Heard::Garbage);
        let large = format!("250-{}\r\n", "x".repeat(900)).repeat(80);
        assert_eq!(all(large.as_bytes()), Heard::Garbage);
    }

    #[test]
    fn the_plain_form_is_ascii_and_says_the_same() {
        assert_eq!(plain(&reply(250, "ü\nOK")), b"250-?\r\n250 OK\r\n");
        assert_eq!(plain(&reply(354, "")), b"354 -\r\n");
    }
}
