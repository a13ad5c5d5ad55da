//! How the desktop wants windows to look.

/// Light or dark, as the desktop has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorScheme {
    /// It does not mind.
    NoPreference,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// Tells how the desktop wants windows to look.
pub trait SystemLook: Send {
    /// Calls `tell` with what is known, now if something is, and after each change. Never waits.
    fn follow(&self, tell: Box<dyn Fn(ColorScheme) + Send>);
}
