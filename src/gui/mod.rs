//! The window. `logic` drains events and starts commands; `ui` only draws.

pub mod theme;
pub mod widgets;
