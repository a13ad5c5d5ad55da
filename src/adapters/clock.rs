//! The system's clock: the one place that reads it.

use crate::app::port::Clock;
use crate::base::Time;

/// Tells the system's time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Time {
        Time::now()
    }
}
