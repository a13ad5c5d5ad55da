//! What an SMTP client says, understood (RFC 5321 §4.1, RFC 4954 §4). No sockets here.

use crate::address::Address;
use crate::base::Secret;

/// One command.
pub(super) enum Command {
    /// EHLO, or HELO with `false`.
    Hello {
        /// Whether extensions are understood.
        extended: bool,
    },
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Auth(Mechanism, Option<Secret<Vec<u8>>>),
    /// AUTH with a mechanism that is not offered.
    AuthUnknown,
    /// MAIL FROM.
    Mail(Mail),
    /// RCPT TO.
    Recipient(Address),
    /// DATA.
    Data,
    /// RSET.
    Reset,
    /// NOOP.
    Nothing,
    /// VRFY.
    Verify,
    /// QUIT.
    Quit,
}

/// How a client logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// RFC 4616.
    Plain,
    /// Name and password, each on a line of its own.
    Login,
}

/// What stands in MAIL FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mail {
    /// Who sends; `None` for the empty path.
    pub from: Option<Address>,
    /// The announced size in bytes (RFC 1870).
    pub size: Option<u64>,
}

/// Why a line is no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    /// Not known here.
    Unknown,
    /// What stands behind the verb is wrong.
    Syntax,
    /// The address cannot be read.
    Address,
    /// A parameter that is not offered.
    Parameter,
}

impl Problem {
    /// The answer to it.
    pub fn answer(self) -> &'static str {
        match self {
            Problem::Unknown => "500 5.5.2 Command not known",
            Problem::Syntax => "501 5.5.4 Syntax error",
            Problem::Address => "501 5.1.3 That is no address",
            Problem::Parameter => "555 5.5.4 Parameter not known",
        }
    }
}

/// Understands a line, and says how much of it may stand in the log: never what could hold a
/// password.
pub(super) fn parse(line: &[u8]) -> (Result<Command, Problem>, String) {
    let text = String::from_utf8_lossy(line);
    let (verb, rest) = text.split_once(' ').unwrap_or((&text, ""));
    let verb = verb.to_ascii_uppercase();
    let rest = rest.trim_end_matches(' ');
    let command = match (verb.as_str(), rest) {
        ("EHLO" | "HELO", "") => Err(Problem::Syntax),
        ("EHLO", _) => Ok(Command::Hello { extended: true }),
        ("HELO", _) => Ok(Command::Hello { extended: false }),
        ("MAIL", _) => mail(rest).map(Command::Mail),
        ("RCPT", _) => recipient(rest).map(Command::Recipient),
        ("STARTTLS", "") => Ok(Command::StartTls),
        ("DATA", "") => Ok(Command::Data),
        ("RSET", "") => Ok(Command::Reset),
        ("QUIT", "") => Ok(Command::Quit),
        ("STARTTLS" | "DATA" | "RSET" | "QUIT", _) => Err(Problem::Syntax),
        ("NOOP", _) => Ok(Command::Nothing),
        ("VRFY", _) => Ok(Command::Verify),
        ("AUTH", _) => {
            let (command, shown) = auth(rest);
            return (command, shown);
        }
        (_, _) => {
            let shown = format!("(no command: {} bytes)", line.len());
            return (Err(Problem::Unknown), shown);
        }
    };
    let shown = if rest.is_empty() {
        verb
    } else {
        format!("{verb} {rest}")
    };
    (command, shown)
}

fn auth(rest: &str) -> (Result<Command, Problem>, String) {
    let (name, initial) = match rest.split_once(' ') {
        Some((name, initial)) => (name, Some(initial)),
        None => (rest, None),
    };
    let mechanism = match name.to_ascii_uppercase().as_str() {
        "PLAIN" => Mechanism::Plain,
        "LOGIN" => Mechanism::Login,
        "" => return (Err(Problem::Syntax), "AUTH".to_owned()),
        // The name may be a password at the wrong place.
        _ => return (Ok(Command::AuthUnknown), "AUTH (not offered)".to_owned()),
    };
    let shown = match (mechanism, initial) {
        (Mechanism::Plain, None) => "AUTH PLAIN",
        (Mechanism::Plain, Some(_)) => "AUTH PLAIN ****",
        (Mechanism::Login, None) => "AUTH LOGIN",
        (Mechanism::Login, Some(_)) => "AUTH LOGIN ****",
    };
    let command = match initial {
        None => Ok(Command::Auth(mechanism, None)),
        // A lone equals sign stands for an empty one (RFC 4954 §4).
        Some("=") => Ok(Command::Auth(mechanism, Some(Secret::new(Vec::new())))),
        Some(text) => decode(text.as_bytes())
            .map(|secret| Command::Auth(mechanism, Some(secret)))
            .ok_or(Problem::Syntax),
    };
    (command, shown.to_owned())
}

/// Base64 as AUTH uses it, on one line and with padding.
pub(super) fn decode(text: &[u8]) -> Option<Secret<Vec<u8>>> {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text);
    bytes.ok().map(Secret::new)
}

/// Name and password of an AUTH PLAIN message: `authzid NUL authcid NUL password` (RFC 4616 §2).
/// Acting for somebody else is not offered.
pub(super) fn plain(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut pieces = message.splitn(3, |b| *b == 0);
    let (for_whom, name, password) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let own = for_whom.is_empty() || for_whom == name;
    (own && !password.contains(&0)).then_some((name, password))
}

fn mail(rest: &str) -> Result<Mail, Problem> {
    let (path, parameters) = path(rest, "FROM:")?;
    let from = match path {
        "" => None,
        path => Some(Address::parse(path).map_err(|_| Problem::Address)?),
    };
    let (mut size, mut utf8) = (None, false);
    for parameter in parameters.split(' ').filter(|p| !p.is_empty()) {
        let parameter = parameter.to_ascii_uppercase();
        match parameter.split_once('=') {
            Some(("SIZE", digits)) => size = Some(digits.parse().map_err(|_| Problem::Syntax)?),
            Some(("BODY", "7BIT" | "8BITMIME")) => {}
            // Who wrote it, in the client's opinion; we know who logged in (RFC 4954 §5).
            Some(("AUTH", _)) => {}
            None if parameter == "SMTPUTF8" => utf8 = true,
            Some(_) | None => return Err(Problem::Parameter),
        }
    }
    if !utf8 && from.as_ref().is_some_and(|a| !a.is_ascii()) {
        return Err(Problem::Address);
    }
    Ok(Mail { from, size })
}

fn recipient(rest: &str) -> Result<Address, Problem> {
    let (path, parameters) = path(rest, "TO:")?;
    if !parameters.trim().is_empty() {
        return Err(Problem::Parameter);
    }
    Address::parse(path).map_err(|_| Problem::Address)
}

/// What stands between the angle brackets, and what follows them.
fn path<'a>(rest: &'a str, keyword: &str) -> Result<(&'a str, &'a str), Problem> {
    let (word, rest) = rest
        .split_at_checked(keyword.len())
        .ok_or(Problem::Syntax)?;
    if !word.eq_ignore_ascii_case(keyword) {
        return Err(Problem::Syntax);
    }
    let inside = rest.strip_prefix('<').ok_or(Problem::Syntax)?;
    let (path, parameters) = inside.split_once('>').ok_or(Problem::Syntax)?;
    if !parameters.is_empty() && !parameters.starts_with(' ') {
        return Err(Problem::Syntax);
    }
    Ok((path, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> String {
        parse(line.as_bytes()).1
    }

    #[test]
    fn rule_61_passwords_never_get_into_the_log() {
        assert_eq!(shown("auth plain AGEAcGFzcw=="), "AUTH PLAIN ****");
        assert_eq!(shown("AUTH LOGIN YQ=="), "AUTH LOGIN ****");
        assert_eq!(shown("AUTH hunter2"), "AUTH (not offered)");
        assert_eq!(shown("aHVudGVyMg=="), "(no command: 12 bytes)");
        assert_eq!(shown("PASS hunter2"), "(no command: 12 bytes)");
    }

    #[test]
    fn mail_and_rcpt_are_understood() {
        let (mail, _) = parse(b"MAIL FROM:<a@example.org> SIZE=12 BODY=8BITMIME");
        let Ok(Command::Mail(mail)) = mail else {
            panic!("no MAIL")
        };
        assert_eq!(mail.size, Some(12));
        assert_eq!(mail.from.unwrap().as_str(), "a@example.org");
        let (empty, _) = parse(b"mail from:<>");
        assert!(matches!(
            empty,
            Ok(Command::Mail(Mail {
                from: None,
                size: None
            }))
        ));
        for (line, problem) in [
            ("MAIL FROM:a@example.org", Problem::Syntax),
            ("MAIL FROM:<a@example.org", Problem::Syntax),
            ("MAIL FROM:<a@example.org>SIZE=1", Problem::Syntax),
            ("MAIL FROM:<a@example.org> SIZE=x", Problem::Syntax),
            ("MAIL FROM:<a@example.org> RET=FULL", Problem::Parameter),
            ("MAIL FROM:<a b@example.org>", Problem::Address),
            ("MAIL FROM:<bö@example.org>", Problem::Address),
            ("RCPT TO:<>", Problem::Address),
            ("RCPT TO:<a@example.org> NOTIFY=NEVER", Problem::Parameter),
            ("RCPT", Problem::Syntax),
            ("DATA now", Problem::Syntax),
            ("XYZZY", Problem::Unknown),
        ] {
            let found = parse(line.as_bytes()).0.err();
            assert_eq!(found, Some(problem), "{line}");
        }
        let utf8 = parse("MAIL FROM:<bö@example.org> SMTPUTF8".as_bytes()).0;
        assert!(utf8.is_ok());
    }

    #[test]
    fn plain_logs_in_for_oneself_only() {
        assert_eq!(plain(b"\0a\0b"), Some((&b"a"[..], &b"b"[..])));
        assert_eq!(plain(b"a\0a\0b"), Some((&b"a"[..], &b"b"[..])));
        for bad in [&b"c\0a\0b"[..], b"a\0b", b"", b"\0a\0b\0c"] {
            assert_eq!(plain(bad), None);
        }
    }
}
