//! What is pasted or typed, held at the door of a page: within bounds, and without characters that
//! cannot be seen. Fields hold what a person sees and nothing else, since what is signed is what
//! is on screen.

use crate::base::untrusted::is_tricky;
use egui::{Event, Ui};

/// What a field takes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Most bytes.
    pub bytes: usize,
    /// Whether it is running text, in which the marks stay that scripts and emoji need to be
    /// written rightly: joiners, direction marks, variation selectors, soft hyphens.
    pub running: bool,
}

/// What was kept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It was too large, and nothing of it was taken.
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// How many there is room for.
        room: usize,
    },
    /// So many characters that cannot be seen were left out of it.
    Unseen(usize),
}

/// Looks at what comes in, before any field sees it. `room` is asked only when something does.
pub fn guard_input(ui: &Ui, room: impl FnOnce() -> Room) -> Option<Kept> {
    let text_of = |event: &Event| matches!(event, Event::Paste(_) | Event::Text(_));
    if !ui.input(|i| i.events.iter().any(text_of)) {
        return None;
    }
    let room = room();
    let mut kept = None;
    ui.input_mut(|i| {
        i.events.retain_mut(|event| {
            let (Event::Paste(text) | Event::Text(text)) = event else {
                return true;
            };
            if text.len() > room.bytes {
                kept = Some(Kept::TooLarge {
                    bytes: text.len(),
                    room: room.bytes,
                });
                return false;
            }
            let (clean, unseen) = seen(text, room.running);
            if unseen > 0 {
                kept = Some(Kept::Unseen(unseen));
            }
            *text = clean;
            !text.is_empty()
        });
    });
    kept
}

/// The text without what cannot be seen, with LF line ends, and how many characters that were.
pub fn seen(text: &str, running: bool) -> (String, usize) {
    let mut unseen = 0_usize;
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let clean = unified
        .chars()
        .filter(|c| {
            let stays = matches!(c, '\n' | '\t') || !is_tricky(*c) || (running && is_mark(*c));
            unseen = unseen.saturating_add(usize::from(!stays));
            stays
        })
        .collect();
    (clean, unseen)
}

fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x00AD | 0x061C | 0x200C..=0x200F | 0xFE00..=0xFE0F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_stays_out_and_what_scripts_need_stays_in_running_text() {
        let trick = "a\u{202e}b\u{200b}c\u{2066}\u{7}\r\nd\te";
        assert_eq!(seen(trick, true), ("abc\nd\te".to_owned(), 4));
        assert_eq!(seen(trick, false), ("abc\nd\te".to_owned(), 4));
        let persian = "می\u{200c}خواهم";
        assert_eq!(seen(persian, true), (persian.to_owned(), 0));
        assert_eq!(seen(persian, false).1, 1);
    }
}
