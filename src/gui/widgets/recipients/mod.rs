//! Recipients: chips with a seal, and room to type the next one.
//!
//! The keyboard reaches everything: Backspace in the empty field takes the last chip off, the left
//! arrow goes to the chips, arrows and Home and End move between them, Enter edits one, Delete and
//! Backspace take it off. Comma, semicolon, Enter and leaving the field make chips of what is
//! typed; a pasted list becomes chips at once.

mod chip;
mod field;
mod pieces;
mod suggest;

pub use field::{Change, recipients_ui};
use pieces::pieces;
pub use suggest::Contacts;

use crate::address::{AddressProblem, Mailbox};
use crate::app::service::draft::typed_list;
use crate::base::untrusted::escape_line;
use std::collections::HashMap;
use suggest::Suggest;

/// Most recipients of one field. A list that is longer belongs on a list server, which would send
/// each member a message of their own.
pub const MOST: usize = 1_000;
/// Most bytes that can be typed or pasted into the field at once.
pub const MOST_BYTES: usize = 256 << 10;
/// Most characters of a name that a chip shows.
const SHOWN: usize = 32;
/// Most characters of a recipient that are heard and shown under the pointer.
const HEARD: usize = 300;

/// Recipients of one field: those that are finished, and the one that is being typed.
#[derive(Debug, Clone, Default)]
pub struct Recipients {
    chips: Vec<Chip>,
    typing: String,
    suggest: Suggest,
}

/// One finished piece. What drawing needs of it is worked out once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    text: String,
    mailbox: Result<Mailbox, AddressProblem>,
    /// The name or address, escaped and cut.
    shown: String,
    /// All of it, escaped and cut.
    heard: String,
}

/// How one recipient stands; the words are the reason, for hover and screen reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChipState {
    /// Not looked up yet.
    Unknown,
    /// A letter can be sealed for them.
    Sealed(String),
    /// There is no key yet.
    Ring(String),
    /// Refused.
    Broken(String),
}

/// How recipients stand, by [`crate::address::Address::key`].
#[derive(Debug, Clone, Default)]
pub struct ChipStates(pub HashMap<String, ChipState>);

impl ChipStates {
    fn of(&self, chip: &Chip) -> &ChipState {
        match &chip.mailbox {
            Ok(mailbox) => self
                .0
                .get(mailbox.address.key())
                .unwrap_or(&ChipState::Unknown),
            Err(_) => &ChipState::Unknown,
        }
    }
}

impl Chip {
    fn of(text: String) -> Self {
        let cut = |text: &str, most: usize| {
            let mut start: String = text.chars().take(most).collect();
            let longer = start.len() < text.len();
            start = escape_line(&start);
            if longer {
                start.push('…');
            }
            start
        };
        let mailbox = Mailbox::parse(&text);
        let name = match &mailbox {
            Ok(mailbox) => match &mailbox.name {
                Some(name) => name.raw().to_owned(),
                None => mailbox.address.as_str().to_owned(),
            },
            Err(_) => text.clone(),
        };
        Chip {
            shown: cut(&name, SHOWN),
            heard: cut(&text, HEARD),
            mailbox,
            text,
        }
    }

    /// All of it, safe to show.
    pub fn heard(&self) -> &str {
        &self.heard
    }
}

impl Recipients {
    /// Reads back what [`Recipients::joined`] made, or what a link or another program wrote.
    pub fn split(text: &str) -> Self {
        let mut recipients = Recipients::default();
        recipients.extend(pieces(text));
        recipients
    }

    /// How many are finished.
    pub fn len(&self) -> usize {
        self.chips.len()
    }

    /// All of them, separated by commas.
    pub fn joined(&self) -> String {
        let typing = self.typing.trim();
        let typing = (!typing.is_empty()).then_some(typing);
        let chips = self.chips.iter().map(|chip| chip.text.as_str());
        chips.chain(typing).collect::<Vec<_>>().join(", ")
    }

    /// Those that are finished and are mail addresses, separated by commas.
    pub fn readable(&self) -> String {
        let readable = self.chips.iter().filter(|chip| chip.mailbox.is_ok());
        let texts: Vec<&str> = readable.map(|chip| chip.text.as_str()).collect();
        texts.join(", ")
    }

    /// Those that are no mail addresses, safe to show.
    pub fn broken(&self) -> impl Iterator<Item = String> {
        let broken = self.chips.iter().filter(|chip| chip.mailbox.is_err());
        broken.map(|chip| chip.shown.clone())
    }

    /// Whether nothing stands there.
    pub fn is_empty(&self) -> bool {
        self.chips.is_empty() && self.typing.trim().is_empty()
    }

    /// Adds one.
    pub fn add(&mut self, mailbox: &Mailbox) {
        self.extend([typed_list(std::slice::from_ref(mailbox))]);
    }

    /// Puts one back where it was.
    pub fn restore(&mut self, place: usize, chip: Chip) {
        self.chips.insert(place.min(self.chips.len()), chip);
    }

    /// Makes a chip of what is being typed, whatever it is.
    pub fn finish_all(&mut self) {
        self.finish(true);
    }

    /// Adds pieces, each a mailbox or not, up to [`MOST`] in all. Returns how many were left out.
    fn extend(&mut self, pieces: impl IntoIterator<Item = String>) -> usize {
        let mut left_out = 0_usize;
        for piece in pieces {
            if self.chips.len() < MOST {
                self.chips.push(Chip::of(piece));
            } else {
                left_out = left_out.saturating_add(1);
            }
        }
        left_out
    }

    /// Makes chips of what is typed, if all of it reads as addresses or if `force`. Returns how
    /// many were left out because there are too many.
    fn finish(&mut self, force: bool) -> usize {
        let pieces = pieces(&self.typing);
        let whole = pieces.iter().all(|piece| Mailbox::parse(piece).is_ok());
        if !(whole || force) {
            return 0;
        }
        self.typing.clear();
        self.extend(pieces)
    }

    /// Takes what was chosen from the contacts in the place of what is typed.
    fn complete(&mut self, mailbox: &Mailbox) {
        self.typing.clear();
        self.add(mailbox);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(recipients: &Recipients) -> Vec<&str> {
        recipients
            .chips
            .iter()
            .map(|chip| chip.text.as_str())
            .collect()
    }

    #[test]
    fn typed_pieces_become_chips_and_survive_being_stored() {
        let mut to = Recipients {
            typing: "\"Carol, C.\" <c@example.org>; bob@example.org,".to_owned(),
            ..Recipients::default()
        };
        to.finish(false);
        assert_eq!(
            texts(&to),
            ["\"Carol, C.\" <c@example.org>", "bob@example.org"]
        );
        assert!(to.typing.is_empty());
        assert_eq!(texts(&Recipients::split(&to.joined())), texts(&to));
    }

    #[test]
    fn what_is_no_address_stays_until_the_field_is_left() {
        let mut to = Recipients {
            typing: "bob,".to_owned(),
            ..Recipients::default()
        };
        to.finish(false);
        assert_eq!((to.chips.len(), to.typing.as_str()), (0, "bob,"));
        to.finish(true);
        assert_eq!(texts(&to), ["bob"]);
    }

    #[test]
    fn more_than_can_be_written_to_are_counted_and_left_out() {
        let mut to = Recipients::default();
        let many = (0..MOST + 7).map(|n| format!("n{n}@example.org"));
        assert_eq!(to.extend(many), 7);
        assert_eq!(to.len(), MOST);
    }

    #[test]
    fn rule_19_a_chip_shows_code_points_and_no_endless_name() {
        let name = format!("\u{202e}gro.live\u{200b}{}", "x".repeat(10_000));
        let chip = Chip::of(format!("\"{name}\" <bob@example.org>"));
        assert!(
            chip.shown.starts_with("\\u{202E}gro.live\\u{200B}x"),
            "{}",
            chip.shown
        );
        assert!(chip.shown.len() < 80 && chip.heard.chars().count() < HEARD + 40);
        assert_eq!(chip.mailbox.unwrap().address.as_str(), "bob@example.org");
    }
}
