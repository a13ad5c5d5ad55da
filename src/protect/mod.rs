//! Protection of messages: what may leave, and the facts about what came in.

pub mod evidence;
pub mod inline;
pub mod losses;
pub mod open;
pub mod openpgp;
pub mod outgoing;
pub mod plan;
pub mod smime;

pub use evidence::{Evidence, Layer};
pub use outgoing::{ConsentToPlain, Copy, Outgoing, Protection};
