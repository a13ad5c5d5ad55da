//! What others claim to have verified (Authentication-Results, RFC 8601), and whether that counts
//! (rule 64).

use super::comments::{Piece, pieces};
use super::route::Hop;
use crate::address::domain::host_to_ascii;
use crate::base::Untrusted;
use crate::mime::Header;

/// Most such fields that are read.
const CLAIMS: usize = 50;
/// Most results of one field.
const RESULTS: usize = 60;

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who claims it.
    pub by: Untrusted,
    /// Whether it counts, or why not.
    pub standing: Standing,
    /// What is claimed.
    pub results: Vec<Claimed>,
}

/// One result of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// As `dkim` or `spf`.
    pub method: Untrusted,
    /// As `pass` or `fail`.
    pub result: Untrusted,
    /// Why.
    pub reason: Option<Untrusted>,
    /// As `header.d` and what it is.
    pub properties: Vec<(Untrusted, Untrusted)>,
}

/// Whether a claim counts (rule 64).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// One's own border host wrote it.
    Counts,
    /// It stands directly below the border host's line, where some hosts put theirs: it counts only for
    /// hosts that are known to take forged ones out.
    Claimed,
    /// It bears the border host's name and stands where only whoever sent the message can have put it.
    Forged,
    /// Somebody else wrote it.
    Foreign,
    /// Nobody said which host is the border.
    NoBorder,
}

impl Standing {
    /// A lasting word for scripts.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Counts => "counts",
            Standing::Claimed => "claimed",
            Standing::Forged => "forged",
            Standing::Foreign => "foreign",
            Standing::NoBorder => "no-border",
        }
    }
}

/// The claims, from the top.
pub fn claims(header: &Header<'_>, route: &[Hop], border: Option<&str>) -> Vec<Claim> {
    let border = border.and_then(host_to_ascii);
    let line = border
        .as_deref()
        .and_then(|border| border_line(route, border));
    let fields: Vec<_> = header.fields().iter().enumerate().collect();
    fields
        .iter()
        .filter(|(_, field)| field.is("Authentication-Results"))
        .take(CLAIMS)
        .map(|(at, field)| {
            let text = field.unfolded();
            let (by, results) = read(text.get(..64 << 10).unwrap_or(&text));
            // Nothing but other trace fields between the border's line and this one.
            let directly_below = line.is_some_and(|line| {
                *at > line
                    && fields.iter().all(|(between, field)| {
                        *between <= line || between >= at || is_trace(field.name)
                    })
            });
            let standing = match (&border, host_to_ascii(&by)) {
                (None, _) => Standing::NoBorder,
                (Some(border), Some(by)) if *border == by => match line {
                    Some(line) if *at < line => Standing::Counts,
                    Some(_) if directly_below => Standing::Claimed,
                    Some(_) => Standing::Forged,
                    None => Standing::Claimed,
                },
                (Some(_), _) => Standing::Foreign,
            };
            Claim {
                by: Untrusted::new(by),
                standing,
                results,
            }
        })
        .collect()
}

/// Where the newest line of the border host stands: above it only one's own hosts wrote.
fn border_line(route: &[Hop], border: &str) -> Option<usize> {
    let by_border = |hop: &&Hop| {
        let by = hop.by.as_ref().and_then(|by| host_to_ascii(by.raw()));
        by.as_deref() == Some(border)
    };
    // `route` runs from the first hop to the last.
    route.iter().rev().find(by_border).map(|hop| hop.at)
}

/// Fields that a border host writes together.
fn is_trace(name: &str) -> bool {
    [
        "Authentication-Results",
        "Received-SPF",
        "Return-Path",
        "Delivered-To",
        "ARC-Seal",
        "ARC-Message-Signature",
        "ARC-Authentication-Results",
    ]
    .iter()
    .any(|trace| trace.eq_ignore_ascii_case(name))
}

/// Who claims, and what.
fn read(text: &str) -> (String, Vec<Claimed>) {
    let mut groups: Vec<Vec<String>> = vec![Vec::new()];
    for piece in pieces(text) {
        match piece {
            Piece::Word(word) => {
                if let Some(group) = groups.last_mut() {
                    group.push(word);
                }
            }
            Piece::End => groups.push(Vec::new()),
            Piece::Comment(_) => {}
        }
    }
    let mut groups = groups.into_iter();
    let by = groups
        .next()
        .and_then(|words| words.into_iter().next())
        .unwrap_or_default();
    let results = groups.filter_map(|words| claimed(&words)).take(RESULTS);
    (by, results.collect())
}

fn claimed(words: &[String]) -> Option<Claimed> {
    // `dkim = pass` may stand with blanks around the sign.
    let joined = words
        .join(" ")
        .replace(" = ", "=")
        .replace(" =", "=")
        .replace("= ", "=");
    let mut words = joined.split(' ');
    let (method, result) = words.next()?.split_once('=')?;
    let method = method.split('/').next().unwrap_or(method);
    let mut claimed = Claimed {
        method: Untrusted::new(method.to_ascii_lowercase()),
        result: Untrusted::new(result.to_ascii_lowercase()),
        reason: None,
        properties: Vec::new(),
    };
    let mut in_reason = false;
    for word in words.take(200) {
        match word.split_once('=') {
            Some(("reason", reason)) => {
                claimed.reason = Some(Untrusted::new(reason));
                in_reason = true;
            }
            Some((name, value)) if name.contains('.') => {
                in_reason = false;
                let property = (Untrusted::new(name), Untrusted::new(value));
                claimed.properties.push(property);
            }
            Some(_) | None => {
                if let Some(reason) = claimed.reason.as_mut().filter(|_| in_reason) {
                    *reason = Untrusted::new(format!("{} {word}", reason.raw()));
                }
            }
        }
    }
    Some(claimed)
}

#[cfg(test)]
mod tests {
    use super::super::route::route;
    use super::*;

    fn standings(text: &str, border: Option<&str>) -> Vec<&'static str> {
        let header = Header::parse(text.as_bytes());
        let route = route(&header);
        claims(&header, &route, border)
            .iter()
            .map(|claim| claim.standing.word())
            .collect()
    }

    const RECEIVED: &str = "Received: from a.example (a.example [192.0.2.1]) by MX.example.org with ESMTPS; Sun, 3 May 2026 10:00:00 +0000\r\n";
    const OWN: &str = "Authentication-Results: mx.example.org; dkim=pass header.d=a.example\r\n";

    #[test]
    fn rule_64_only_the_border_host_counts_and_only_above_its_line() {
        let from = "From: a@a.example\r\n\r\n";
        let border = Some("mx.example.org");
        assert_eq!(
            standings(&format!("{OWN}{RECEIVED}{from}"), border),
            ["counts"]
        );
        // Upper case, a dot at the end, a version.
        let odd = "Authentication-Results: MX.Example.ORG. 1; none\r\n";
        assert_eq!(
            standings(&format!("{odd}{RECEIVED}{from}"), border),
            ["counts"]
        );
        assert_eq!(
            standings(&format!("{RECEIVED}{OWN}{from}"), border),
            ["claimed"]
        );
        let below = format!("{RECEIVED}Subject: x\r\n{OWN}{from}");
        assert_eq!(standings(&below, border), ["forged"]);
        let under_other = format!("{RECEIVED}Received: by b.example; x\r\n{OWN}{from}");
        assert_eq!(standings(&under_other, border), ["forged"]);
        let both = format!("{OWN}{RECEIVED}Subject: x\r\n{OWN}{from}");
        assert_eq!(standings(&both, border), ["counts", "forged"]);
        let foreign = "Authentication-Results: mx.other.example; dkim=pass\r\n";
        assert_eq!(
            standings(&format!("{foreign}{RECEIVED}{from}"), border),
            ["foreign"]
        );
        // A name that only looks like it.
        let alike = "Authentication-Results: mx.example.org.evil.example; dkim=pass\r\n";
        assert_eq!(
            standings(&format!("{alike}{RECEIVED}{from}"), border),
            ["foreign"]
        );
        assert_eq!(
            standings(&format!("{OWN}{RECEIVED}{from}"), None),
            ["no-border"]
        );
        assert_eq!(standings(&format!("{OWN}{from}"), border), ["claimed"]);
    }

    #[test]
    fn rule_64_a_line_that_the_sender_wrote_in_the_border_s_name_moves_nothing() {
        // The topmost line of the border is the one that counts; forged ones stand below it.
        let forged =
            format!("{OWN}{RECEIVED}Subject: x\r\n{OWN}{RECEIVED}From: a@a.example\r\n\r\n");
        assert_eq!(
            standings(&forged, Some("mx.example.org")),
            ["counts", "forged"]
        );
    }

    #[test]
    fn results_are_read_with_comments_quotes_and_blanks() {
        let text = "mx.example.org (a (nested) comment; dkim=pass); dkim=fail (bad) \
            reason=\"body changed; really\" header.d=a.example header.i=@a.example; \
            spf = softfail smtp.mailfrom=b@b.example;;none";
        let (by, results) = read(text);
        assert_eq!(by, "mx.example.org");
        assert_eq!(results.len(), 2);
        assert_eq!(results[0].method.raw(), "dkim");
        assert_eq!(results[0].result.raw(), "fail");
        assert!(
            results[0]
                .reason
                .as_ref()
                .unwrap()
                .raw()
                .starts_with("body changed")
        );
        assert_eq!(results[1].result.raw(), "softfail");
        assert_eq!(results[1].properties[0].1.raw(), "b@b.example");
    }
}
