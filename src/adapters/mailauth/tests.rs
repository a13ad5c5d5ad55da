use super::*;
use crate::checkup::Facts;
use crate::dns::{Snapshot, Zone};
use std::fmt::Write as _;

/// A zone out of lines `NAME TEXT`.
fn zone(lines: &str) -> Zone {
    let mut text = String::new();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let (name, value) = line.split_once(' ').unwrap();
        let chunks: Vec<String> = value
            .as_bytes()
            .chunks(200)
            .map(|c| format!("\"{}\"", String::from_utf8_lossy(c)))
            .collect();
        writeln!(
            text,
            "{}. IN TXT {}",
            name.trim_end_matches('.'),
            chunks.join(" ")
        )
        .unwrap();
    }
    Zone::parse(text.as_bytes()).unwrap()
}

fn verified(zone: &Zone, message: &[u8]) -> ServerSignatures {
    let at: Time = "2022-11-07T17:54:24Z".parse().unwrap();
    let mut snapshot = Snapshot::default();
    loop {
        let facts = Facts::new(&snapshot);
        let found = MailAuth.verify(message, at, &facts);
        let wanted = facts.wanted();
        if wanted.is_empty() {
            return found;
        }
        for question in wanted {
            let reply = zone.answer(&question);
            snapshot.keep(question, reply);
        }
    }
}

/// The public samples: keys, a blank line, and a message.
fn samples(folder: &str) -> Vec<(String, Zone, Vec<u8>)> {
    let Some(vectors) = std::env::var_os("WAXWING_VECTORS") else {
        return Vec::new();
    };
    let folder = std::path::Path::new(&vectors)
        .join("mail-auth/resources")
        .join(folder);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
        let (keys, message) = text.split_once("\n\n").unwrap();
        let message = message.replace('\n', "\r\n");
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        found.push((name, zone(keys), message.into_bytes()));
    }
    assert!(found.len() >= 2, "the vectors are not all there");
    found
}

#[test]
fn rule_65_the_public_dkim_messages_pass_and_changed_ones_do_not() {
    for (name, zone, message) in samples("dkim") {
        let found = verified(&zone, &message);
        assert!(!found.dkim.is_empty(), "{name}");
        // Of several the last holds, as the suite has it.
        let last = found.dkim.last().unwrap();
        assert_eq!(last.outcome, Outcome::Pass, "{name}: {last:?}");
        let longer = [message.as_slice(), b"And more.\r\n"].concat();
        let changed = verified(&zone, &longer);
        let whole = |s: &&DkimSignature| s.reason != Some(Reason::PartOfBody);
        for signature in changed.dkim.iter().filter(whole) {
            let why = (signature.outcome, signature.reason);
            assert_eq!(why, (Outcome::Fail, Some(Reason::BodyChanged)), "{name}");
        }
        let text =
            String::from_utf8_lossy(&message).replacen("\r\nSubject: ", "\r\nSubject: Re: ", 1);
        let text = text.replacen("\r\nsubject: ", "\r\nsubject: Re: ", 1);
        if text.as_bytes() != message {
            let changed = verified(&zone, text.as_bytes());
            let fails = changed.dkim.iter().filter(|s| s.outcome == Outcome::Fail);
            assert!(fails.count() > 0, "{name}: {:?}", changed.dkim);
        }
        let keyless = verified(&super::tests::zone("x.example nothing"), &message);
        let last = keyless.dkim.last().unwrap();
        let why = (last.outcome, last.reason);
        assert_eq!(why, (Outcome::PermError, Some(Reason::NoKey)), "{name}");
    }
}

#[test]
fn the_public_arc_chains_hold_and_changed_ones_do_not() {
    for (name, zone, message) in samples("arc") {
        let found = verified(&zone, &message).arc;
        assert_eq!(found.outcome, Some(Outcome::Pass), "{name}: {found:?}");
        assert_eq!(found.oldest_pass, Some(0), "{name}");
        assert!(!found.domains.is_empty(), "{name}");
        let longer = [message.as_slice(), b"And more.\r\n"].concat();
        let changed = verified(&zone, &longer).arc;
        assert_eq!(changed.outcome, Some(Outcome::Fail), "{name}");
        let text = String::from_utf8_lossy(&message).replacen("cv=pass", "cv=fail", 1);
        let changed = verified(&zone, text.as_bytes()).arc;
        if text.as_bytes() != message {
            assert_eq!(changed.outcome, Some(Outcome::Fail), "{name}");
        }
    }
}

#[test]
fn what_nobody_asked_is_not_testable_and_never_a_failure() {
    let message =
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=a; h=from; c=relaxed/relaxed;\r\n \
        bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\nFrom: a@example.org\r\n\r\n";
    let snapshot = Snapshot::default();
    let facts = Facts::new(&snapshot);
    let at: Time = "2022-11-07T17:54:24Z".parse().unwrap();
    let found = MailAuth.verify(message, at, &facts);
    assert_eq!(found.dkim.len(), 1);
    assert_eq!(found.dkim[0].outcome, Outcome::NotTestable, "{found:?}");
    assert_eq!(facts.wanted().len(), 1);
}

#[test]
fn hostile_signatures_end_in_words() {
    for field in [
        "DKIM-Signature: ",
        "DKIM-Signature: v=1; a=rsa-sha1; d=; s=; b=; bh=;",
        "DKIM-Signature: v=2; a=x; c=y; d=a.example; s=b; h=from; bh=AA==; b=AA==",
        "ARC-Seal: i=1; cv=none; a=rsa-sha256; d=a.example; s=b; b=AA==",
        "ARC-Seal: i=4294967295; cv=none",
        "ARC-Authentication-Results: i=1; x",
    ] {
        let message = format!("{field}\r\nFrom: a@b.example\r\n\r\nx\r\n");
        let found = verified(&zone("x.example y"), message.as_bytes());
        assert!(
            found.dkim.iter().all(|s| s.outcome != Outcome::Pass),
            "{field}"
        );
        assert_ne!(found.arc.outcome, Some(Outcome::Pass), "{field}");
    }
}
