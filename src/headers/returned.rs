//! A letter that the person sent to themselves, as it came back: what was added to its header and what
//! was changed, whether it was marked, and whether servers vouch for it.

use super::{DmarcOutcome, Origin, SignatureOutcome, SpfOutcome};
use crate::checkup::account::{Returned, Vouch};
use crate::mime::Header;

/// Fields that servers put in as they should (RFC 5321 §4.4, RFC 6376, RFC 8601, RFC 8617, RFC 7208).
const TRACES: [&str; 16] = [
    "received",
    "return-path",
    "delivered-to",
    "x-original-to",
    "x-envelope-to",
    "x-envelope-from",
    "envelope-to",
    "dkim-signature",
    "authentication-results",
    "received-spf",
    "arc-seal",
    "arc-message-signature",
    "arc-authentication-results",
    "x-spam-status",
    "x-spam-flag",
    "x-spam-score",
];

/// Most names of fields that are told.
const NAMED: usize = 20;

/// Reads a letter that came back. `sent` is its header section as it left, where that is known, and
/// `from` the author that was named in it.
pub fn returned(sent: Option<&[u8]>, came: &[u8], from: &str, origin: Option<&Origin>) -> Returned {
    let header = Header::parse(came);
    let author = header.text("From");
    let vouched = origin.map(vouched).unwrap_or_default();
    let mut returned = Returned {
        from_kept: author.is_some_and(|author| author.raw().contains(from)),
        marked: is_marked(&header),
        spf: vouched[0],
        dkim: vouched[1],
        dmarc: vouched[2],
        ..Returned::default()
    };
    if let Some(sent) = sent {
        let (added, rewritten) = changed(&Header::parse(sent), &header);
        returned.added = Some(added);
        returned.rewritten = rewritten;
    }
    returned
}

/// SPF, DKIM and DMARC. What is missing says nothing, only what is there and wrong does.
fn vouched(origin: &Origin) -> [Vouch; 3] {
    let vouch = |holds: bool, broken: bool| match (holds, broken) {
        (true, _) => Vouch::Holds,
        (false, true) => Vouch::Broken,
        (false, false) => Vouch::Open,
    };
    let dkim = &origin.signatures.dkim;
    let any = |wanted: SignatureOutcome| dkim.iter().any(|s| s.outcome == wanted);
    let signed = any(SignatureOutcome::Pass);
    let spf = origin.spf.outcome;
    let dmarc = origin.dmarc.outcome;
    [
        vouch(
            spf == SpfOutcome::Pass,
            matches!(spf, SpfOutcome::Fail | SpfOutcome::PermError),
        ),
        vouch(signed, any(SignatureOutcome::Fail)),
        // Signed and yet not aligned: receivers see the same. Unsigned at home says nothing.
        vouch(
            dmarc == DmarcOutcome::Pass,
            dmarc == DmarcOutcome::Fail && signed,
        ),
    ]
}

/// Names of fields that were added, and of those that say something else or are gone.
fn changed(sent: &Header<'_>, came: &Header<'_>) -> (Vec<String>, Vec<String>) {
    let (mut added, mut rewritten) = (Vec::new(), Vec::new());
    for field in sent.fields() {
        let value = squeezed(&field.unfolded());
        let same = came
            .all(field.name)
            .any(|other| squeezed(&other.unfolded()) == value);
        if !same && !holds(&rewritten, field.name) {
            rewritten.push(field.name.to_owned());
        }
    }
    for field in came.fields() {
        let trace = TRACES
            .iter()
            .any(|trace| trace.eq_ignore_ascii_case(field.name));
        if !trace && sent.first(field.name).is_none() && !holds(&added, field.name) {
            added.push(field.name.to_owned());
        }
    }
    added.truncate(NAMED);
    rewritten.truncate(NAMED);
    (added, rewritten)
}

fn holds(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A value without what folding may change (RFC 5322 §2.2.3).
fn squeezed(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a filter marked a letter as spam, by the fields of the common ones.
fn is_marked(header: &Header<'_>) -> bool {
    let begins = |name: &str, word: &str| {
        header.all(name).any(|field| {
            let value = field.unfolded().trim().to_ascii_lowercase();
            value.starts_with(word)
        })
    };
    begins("X-Spam-Flag", "yes")
        || begins("X-Spam-Status", "yes")
        || begins("X-Spam", "yes")
        || begins("X-Spamd-Result", "default: true")
        || header.text("Subject").is_some_and(|subject| {
            let subject = subject.raw().trim().to_ascii_lowercase();
            ["***spam***", "[spam]", "*****spam*****"]
                .iter()
                .any(|mark| subject.starts_with(mark))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "alice@example.org";
    const LEFT: &[u8] = b"From: Alice <alice@example.org>\r\nTo: alice@example.org\r\n\
        Subject: A test letter, long enough\r\n to be folded\r\nMessage-ID: <1@example.org>\r\n\r\n";

    #[test]
    fn folding_and_traces_are_no_change() {
        let came = b"Return-Path: <alice@example.org>\r\nReceived: from x by y; Sun, 3 May 2026 10:00:00 +0000\r\n\
            DKIM-Signature: v=1; a=rsa-sha256\r\nFrom: Alice\r\n <alice@example.org>\r\nTo: alice@example.org\r\n\
            Subject: A test letter,\r\n long enough to be folded\r\nMessage-ID: <1@example.org>\r\n\r\n";
        let returned = returned(Some(LEFT), came, ALICE, None);
        assert_eq!(returned.added, Some(Vec::new()));
        assert_eq!(returned.rewritten, [""; 0]);
        assert!(returned.from_kept);
    }

    #[test]
    fn what_a_server_writes_anew_or_adds_is_named() {
        let came = b"From: alice@provider.example\r\nTo: alice@example.org\r\nX-Originating-IP: 192.0.2.1\r\n\
            Subject: A test letter, long enough to be folded\r\nX-Mailer: y\r\nX-Mailer: z\r\n\r\n";
        let returned = returned(Some(LEFT), came, ALICE, None);
        assert_eq!(returned.rewritten, ["From", "Message-ID"]);
        assert_eq!(returned.added.unwrap(), ["X-Originating-IP", "X-Mailer"]);
        assert!(!returned.from_kept);
    }

    #[test]
    fn marks_of_the_common_filters_are_known() {
        let marked = |line: &str| {
            let header = format!("{line}\r\n\r\n");
            returned(None, header.as_bytes(), ALICE, None).marked
        };
        for line in [
            "X-Spam-Flag: YES",
            "X-Spam-Status: Yes, score=1000",
            "X-Spam: Yes",
            "Subject: ***SPAM*** A test",
        ] {
            assert!(marked(line), "{line}");
        }
        for line in [
            "X-Spam-Status: No, score=0",
            "X-Spam-Flag: NO",
            "Subject: spam",
        ] {
            assert!(!marked(line), "{line}");
        }
    }
}
