//! The window. `logic` drains events and starts commands; `ui` only draws and gives back what was
//! asked for. Words on verdicts, failures and states come from `wording`; labels stand here.

mod drop;
mod files;
pub mod frame;
mod jobs;
pub mod pages;
mod palette;
mod panes;
mod paste;
mod place;
mod run;
mod shortcuts;
mod start_with;
#[cfg(test)]
mod tests;
pub mod theme;
pub mod toast;
mod vault;
mod view;
mod widgets;
mod window;

pub use run::{Start, run};
pub use start_with::{Arrivals, StartWith, portable};
pub use view::{Action, Busy, Contact, Place, Slot, View, Wish};
pub use window::{Now, Window};
