//! The window's own parts. Each has an accessible name and shows the keyboard's focus.

mod button;
mod choice;
mod field;
mod guard;
mod notice;

mod parts;
mod qr;
mod question;
mod recipients;
mod row;
mod secret;
mod timeline;

pub use button::{Kind, button, fold, icon_button, link, paint_focus_inside};
pub use choice::{check, choice, segments};
pub use field::{PathAnswer, field, line, path_field, secret_field};
pub use notice::{notice, notice_card, notice_still, notice_words, sign};

pub use guard::{Kept, Room, guard_input, seen};
pub use parts::{
    avatar, empty, facts, heading, icon, right_to_left_ui, rule, untrusted, untrusted_in,
};
pub use qr::qr_code;
pub use question::{Answer, dialog, escaped, sheet_dialog};
pub use recipients::{
    Change, Chip, ChipState, ChipStates, Contacts, MOST as MOST_RECIPIENTS, Recipients,
    recipients_ui,
};
pub use row::{Row, rows_ui};
pub use secret::SecretInput;
pub use timeline::{Span, timeline};
