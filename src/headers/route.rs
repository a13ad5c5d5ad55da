//! The way that a message took, as the servers on it wrote it down (RFC 5321 §4.4). Each line can be
//! believed as far as the server that wrote it: those below the first stranger's may be made up.

use super::comments::{Piece, pieces};
use crate::address::domain::host_to_ascii;
use crate::base::{Time, Untrusted};
use crate::mime::{Header, parse_date};
use std::net::IpAddr;

/// Most hops that are read.
pub const HOPS: usize = 200;

/// One server's line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hop {
    /// Who took the message, as it calls itself.
    pub by: Option<Untrusted>,
    /// From whom: the name that stands there.
    pub from: Option<Untrusted>,
    /// The address of whoever handed it over.
    pub ip: Option<IpAddr>,
    /// The name by which they greeted.
    pub helo: Option<Untrusted>,
    /// The name that the server found for the address.
    pub reverse: Option<Untrusted>,
    /// By which protocol.
    pub with: Option<Untrusted>,
    /// Whether the connection was encrypted; `None` where the line does not tell.
    pub tls: Option<bool>,
    /// When.
    pub time: Option<Time>,
    /// Seconds since the hop before; negative where the clocks disagree.
    pub delay: Option<i64>,
    /// Its place among all header fields, from the top.
    pub at: usize,
}

/// The machine out there that handed the message to one's own servers, as the topmost of their lines that
/// names one of the public network says. What stands below may be forged.
pub fn handed_over_by(header: &Header<'_>) -> Option<IpAddr> {
    let public = |ip: &IpAddr| match ip {
        IpAddr::V4(four) => !(four.is_loopback() || four.is_private() || four.is_link_local()),
        IpAddr::V6(six) => !(six.is_loopback() || six.is_unique_local()),
    };
    route(header)
        .into_iter()
        .rev()
        .find_map(|hop| hop.ip.filter(public))
}

/// The hops, first to last.
pub fn route(header: &Header<'_>) -> Vec<Hop> {
    let mut hops: Vec<Hop> = header
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, field)| field.is("Received"))
        .take(HOPS)
        .map(|(at, field)| Hop {
            at,
            ..hop(&field.unfolded())
        })
        .collect();
    hops.reverse();
    let mut before: Option<Time> = None;
    for hop in &mut hops {
        if let (Some(before), Some(time)) = (before, hop.time) {
            hop.delay = Some(time.as_second().saturating_sub(before.as_second()));
        }
        before = hop.time.or(before);
    }
    hops
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Clause {
    None,
    From,
    By,
    With,
    Other,
}

fn hop(text: &str) -> Hop {
    let text = text.get(..16 << 10).unwrap_or(text);
    let mut hop = Hop::default();
    // The date stands behind the last semicolon.
    let (path, date) = text.rsplit_once(';').unwrap_or((text, ""));
    hop.time = parse_date(date.trim());
    let mut clause = Clause::None;
    let mut said_tls = false;
    for piece in pieces(path) {
        match piece {
            Piece::Word(word) => {
                clause = match word.to_ascii_lowercase().as_str() {
                    "from" => Clause::From,
                    "by" => Clause::By,
                    "with" => Clause::With,
                    "via" | "id" | "for" => Clause::Other,
                    _ => {
                        take_word(&mut hop, clause, word);
                        clause
                    }
                };
            }
            Piece::Comment(comment) => {
                said_tls |= speaks_of_tls(&comment);
                if clause == Clause::From {
                    take_comment(&mut hop, &comment);
                }
            }
            Piece::End => clause = Clause::Other,
        }
    }
    hop.tls = hop.with.as_ref().and_then(|with| encrypted(with.raw()));
    if said_tls {
        hop.tls = Some(true);
    }
    // Where nothing else stands, the name before the address is the one of the greeting.
    if hop.helo.is_none() {
        hop.helo = hop
            .from
            .clone()
            .filter(|name| bracketed(name.raw()).is_none());
    }
    hop
}

fn take_word(hop: &mut Hop, clause: Clause, word: String) {
    let slot = match clause {
        Clause::From => &mut hop.from,
        Clause::By => &mut hop.by,
        Clause::With => &mut hop.with,
        Clause::None | Clause::Other => return,
    };
    if slot.is_none() {
        if clause == Clause::From {
            hop.ip = hop.ip.or_else(|| bracketed(&word));
        }
        *slot = Some(Untrusted::new(word));
    }
}

/// What stands behind `from` in brackets: the name and the address that the server found, in the ways
/// of the common servers.
fn take_comment(hop: &mut Hop, comment: &str) {
    for (number, word) in comment.split_whitespace().take(20).enumerate() {
        let helo = ["helo=", "HELO=", "EHLO=", "ehlo="]
            .iter()
            .find_map(|mark| word.strip_prefix(mark));
        let follows = comment
            .split_whitespace()
            .nth(number.saturating_sub(1))
            .is_some_and(|before| number > 0 && matches!(before, "HELO" | "EHLO"));
        if let Some(helo) = helo {
            hop.helo = Some(Untrusted::new(helo.trim_end_matches(',')));
        } else if follows {
            hop.helo = Some(Untrusted::new(word));
        } else if let Some(ip) = bracketed(word) {
            hop.ip = hop.ip.or(Some(ip));
        } else if number == 0 && is_host(word) && hop.reverse.is_none() {
            hop.reverse = Some(Untrusted::new(word.trim_end_matches('.')));
        }
    }
    // `name[192.0.2.1]` and `name.[192.0.2.1]`
    if let Some((name, rest)) = comment.split_once('[') {
        let inside = rest.split(']').next().unwrap_or_default();
        hop.ip = hop.ip.or_else(|| address(inside));
        let name = name.trim().trim_end_matches('.');
        if hop.reverse.is_none() && is_host(name) {
            hop.reverse = Some(Untrusted::new(name));
        }
    }
}

fn is_host(word: &str) -> bool {
    word.contains('.') && address(word).is_none() && host_to_ascii(word).is_some()
}

fn bracketed(word: &str) -> Option<IpAddr> {
    let word = word.trim_end_matches([',', ';']);
    match word.strip_prefix('[') {
        Some(inside) => address(inside.split(']').next().unwrap_or_default()),
        None => address(word),
    }
}

fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let text = match text.get(..5) {
        Some(mark) if mark.eq_ignore_ascii_case("IPv6:") => text.get(5..).unwrap_or_default(),
        Some(_) | None => text,
    };
    text.parse().ok()
}

/// Whether a protocol's name says that it ran inside TLS (RFC 3848, RFC 6531 §4.3).
fn encrypted(with: &str) -> Option<bool> {
    match with.to_ascii_uppercase().as_str() {
        "ESMTPS" | "ESMTPSA" | "SMTPS" | "LMTPS" | "LMTPSA" | "UTF8SMTPS" | "UTF8SMTPSA"
        | "UTF8LMTPS" | "UTF8LMTPSA" | "HTTPS" => Some(true),
        "SMTP" | "ESMTP" | "ESMTPA" | "LMTP" | "LMTPA" | "UTF8SMTP" | "UTF8SMTPA" | "UTF8LMTP"
        | "UTF8LMTPA" => Some(false),
        _ => None,
    }
}

fn speaks_of_tls(comment: &str) -> bool {
    let comment = comment.to_ascii_lowercase();
    [
        "tlsv1",
        "tls1",
        "version=tls",
        "using tls",
        "cipher=",
        "sslv3",
    ]
    .iter()
    .any(|mark| comment.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Hop {
        hop(text)
    }

    fn raw(text: &Option<Untrusted>) -> &str {
        text.as_ref().map_or("", |text| text.raw())
    }

    #[test]
    fn lines_of_the_common_servers_are_read() {
        for (line, from, ip, helo, reverse, by, tls) in [
            (
                "from mail.a.example (mx.a.example [192.0.2.1]) (using TLSv1.3 with cipher X (256/256 bits)) by mx.b.example (Postfix) with ESMTPS id 1 for <x@b.example>; Sun, 3 May 2026 10:00:00 +0000",
                "mail.a.example",
                "192.0.2.1",
                "mail.a.example",
                "mx.a.example",
                "mx.b.example",
                Some(true),
            ),
            (
                "from mx.a.example ([192.0.2.1] helo=greet.a.example) by mx.b.example with esmtp (Exim 4.97) id 1; Sun, 3 May 2026 10:00:00 +0000",
                "mx.a.example",
                "192.0.2.1",
                "greet.a.example",
                "",
                "mx.b.example",
                Some(false),
            ),
            (
                "from [2001:db8::1] (unknown [IPv6:2001:db8::1]) by mx.b.example with ESMTPSA; Sun, 3 May 2026 10:00:00 +0000",
                "[2001:db8::1]",
                "2001:db8::1",
                "",
                "",
                "mx.b.example",
                Some(true),
            ),
            (
                "from mail-a.google.com (mail-a.google.com. [209.85.220.41]) by mx.google.com with SMTPS id x for <y@gmail.com> (version=TLS1_3 cipher=TLS_AES_256 bits=256/256); Sun, 03 May 2026 03:00:00 -0700 (PDT)",
                "mail-a.google.com",
                "209.85.220.41",
                "mail-a.google.com",
                "mail-a.google.com",
                "mx.google.com",
                Some(true),
            ),
            (
                "from unknown (HELO greet.example) (192.0.2.9) by mx.b.example with SMTP; 3 May 2026 10:00:00 -0000",
                "unknown",
                "192.0.2.9",
                "greet.example",
                "",
                "mx.b.example",
                Some(false),
            ),
            (
                "by 2002:a05:6a00:1 with SMTP id z; Sun, 3 May 2026 10:00:00 +0000",
                "",
                "",
                "",
                "",
                "2002:a05:6a00:1",
                Some(false),
            ),
        ] {
            let hop = one(line);
            assert_eq!(raw(&hop.from), from, "{line}");
            assert_eq!(
                hop.ip.map(|ip| ip.to_string()).unwrap_or_default(),
                ip,
                "{line}"
            );
            assert_eq!(raw(&hop.helo), helo, "{line}");
            assert_eq!(raw(&hop.reverse), reverse, "{line}");
            assert_eq!(raw(&hop.by), by, "{line}");
            assert_eq!(hop.tls, tls, "{line}");
            assert!(hop.time.is_some(), "{line}");
        }
    }

    #[test]
    fn delays_are_counted_from_hop_to_hop() {
        let text = "Received: by c.example; Sun, 3 May 2026 09:59:50 +0000\r\n\
            Received: by b.example; Sun, 3 May 2026 12:00:05 +0200\r\n\
            Received: by a.example; Sun, 3 May 2026 10:00:00 +0000\r\n\r\n";
        let hops = route(&Header::parse(text.as_bytes()));
        let by: Vec<&str> = hops.iter().map(|hop| raw(&hop.by)).collect();
        assert_eq!(by, ["a.example", "b.example", "c.example"]);
        let delays: Vec<Option<i64>> = hops.iter().map(|hop| hop.delay).collect();
        assert_eq!(delays, [None, Some(5), Some(-15)]);
        assert_eq!(hops[0].at, 2);
    }

    #[test]
    fn hostile_lines_end_within_bounds() {
        let started = crate::base::testing::cpu_seconds();
        for piece in [
            "(", "from ", "\"", "\\", "[", "HELO ", "helo=", "a.b (", ";",
        ] {
            let line = piece.repeat(1_000_000 / piece.len());
            let text = format!("Received: {line}\r\n\r\n");
            let _ = route(&Header::parse(text.as_bytes()));
        }
        let many = "Received: from a (b [192.0.2.1]) by c; x\r\n".repeat(20_000) + "\r\n";
        assert_eq!(route(&Header::parse(many.as_bytes())).len(), HOPS);
        assert!(crate::base::testing::cpu_seconds() - started < 10.0);
    }
}
