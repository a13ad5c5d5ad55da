use crate::base::Time;

/// Tells the time, so that tests can.
pub trait Clock: Send + Sync {
    /// Now, UTC.
    fn now(&self) -> Time;
}
