//! The system's clock: the one place that reads it.

use crate::app::port::Clock;
use crate::base::Time;

/// Tells the system's time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        Time::now()
    }
}
