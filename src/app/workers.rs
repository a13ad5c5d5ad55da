//! Threads for the core's parallel work.

use crate::base::Workers;

/// Runs the second piece of work on a thread of its own. A panic in either goes on to the caller.
#[derive(Debug, Clone, Copy, Default)]
pub struct Threads;

impl Workers for Threads {
    fn run_both(&self, left: &mut (dyn FnMut() + Send), right: &mut (dyn FnMut() + Send)) {
        std::thread::scope(|scope| {
            scope.spawn(right);
            left();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn both_run_at_the_same_time() {
        let meet = Barrier::new(2);
        let ran = crate::base::both(&Threads, || meet.wait(), || meet.wait());
        assert!(ran.is_some());
    }
}
