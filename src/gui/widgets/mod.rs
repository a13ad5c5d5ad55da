//! The window's own parts. Each has an accessible name and shows the keyboard's focus.

mod button;
mod field;

mod parts;
mod question;
mod recipients;
mod secret;

pub use button::{Kind, button, fold, icon_button, link};
pub use field::{field, path_field, secret_field};

pub use parts::{avatar, empty, fact, icon, rule, untrusted};
pub use question::{Answer, dialog};
pub use recipients::{ChipState, Recipients, recipients_ui};
pub use secret::SecretInput;
