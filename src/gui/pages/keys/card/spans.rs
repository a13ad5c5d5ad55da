//! The parts of a key as spans of time.

use crate::app::command::KeyCard;
use crate::base::Time;
use crate::cert::KeyDetail;
use crate::gui::theme::Tone;
use crate::gui::widgets::Span;
use crate::wording;

/// So many parts are drawn; hostile keys have hundreds.
const PARTS: usize = 8;

/// Primary key first, then the others as they stand in it.
pub fn spans(card: &KeyCard, now: Time) -> Vec<Span> {
    if card.parts.is_empty() {
        return vec![Span {
            name: "Key".to_owned(),
            words: wording::span(card.row.expires, card.revoked, false, now),
            tone: tone(
                card.row.expires,
                card.revoked.is_some(),
                card.row.created,
                now,
            ),
            from: card.row.created,
            until: card.row.expires,
            cut: card.revoked,
        }];
    }
    card.parts
        .iter()
        .take(PARTS)
        .map(|part| span(card, part, now))
        .collect()
}

fn span(card: &KeyCard, part: &KeyDetail, now: Time) -> Span {
    // What ends the whole key ends every part of it.
    let revoked = part.revoked || card.revoked.is_some();
    let cut = part.revoked_at.or(card.revoked);
    let until = match (part.expires, card.row.expires) {
        (Some(own), Some(whole)) => Some(own.min(whole)),
        (own, whole) => own.or(whole),
    };
    Span {
        name: wording::part_name(part),
        words: wording::span(until, cut, revoked, now),
        tone: tone(until, revoked, part.created, now),
        from: part.created,
        until,
        cut: cut.or(revoked.then_some(part.created)),
    }
}

fn tone(until: Option<Time>, revoked: bool, from: Time, now: Time) -> Tone {
    if revoked {
        Tone::Danger
    } else if until.is_some_and(|end| end <= now) {
        Tone::Neutral
    } else if from > now {
        Tone::Caution
    } else {
        Tone::Verified
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::command::{KeyRow, KeyState};
    use crate::cert::{Capabilities, Checked, Fingerprint};

    fn at(text: &str) -> Time {
        format!("{text}T00:00:00Z").parse().unwrap()
    }

    fn card() -> KeyCard {
        let fingerprint = Fingerprint::parse(&"AB".repeat(20)).unwrap();
        let part = |primary, expires: &str| KeyDetail {
            fingerprint: fingerprint.clone(),
            primary,
            algorithm: "Ed25519".to_owned(),
            can: Capabilities {
                certify: primary,
                sign: primary,
                encrypt: !primary,
                authenticate: false,
            },
            created: at("2026-01-01"),
            expires: Some(at(expires)),
            revoked: false,
            revoked_at: None,
        };
        KeyCard {
            parts: vec![part(true, "2029-01-01"), part(false, "2027-01-01")],
            row: KeyRow {
                fingerprint,
                kind: "openpgp",
                name: None,
                addresses: Vec::new(),
                state: KeyState::Usable,
                checked: Checked::Unknown,
                secret: false,
                created: at("2026-01-01"),
                expires: Some(at("2029-01-01")),
                judged: at("2026-05-03"),
            },
            checks: Vec::new(),
            user_ids: Vec::new(),
            revoked: None,
            seen: Vec::new(),
            decided: Vec::new(),
            others: Vec::new(),
            both: Vec::new(),
            drilled: None,
        }
    }

    #[test]
    fn each_part_has_its_own_end_and_its_words() {
        let spans = spans(&card(), at("2028-01-01"));
        let told: Vec<(&str, &str, Tone)> = spans
            .iter()
            .map(|span| (span.name.as_str(), span.words.as_str(), span.tone))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "Key: vouches, signs",
                    "until 1 January 2029, in 12 months",
                    Tone::Verified
                ),
                (
                    "Part: is sealed to",
                    "ended 1 January 2027, 12 months ago",
                    Tone::Neutral
                ),
            ]
        );
    }

    #[test]
    fn what_revokes_the_key_cuts_every_part_off() {
        let mut card = card();
        card.revoked = Some(at("2026-03-01"));
        for span in spans(&card, at("2026-05-03")) {
            assert_eq!(span.cut, Some(at("2026-03-01")));
            assert_eq!(span.tone, Tone::Danger);
            assert!(
                span.words.starts_with("withdrawn 1 March 2026"),
                "{}",
                span.words
            );
        }
    }
}
