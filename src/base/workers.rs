//! Parallel work as an argument: the core has no threads of its own.

/// Runs two pieces of work, at the same time where it can.
pub trait Workers: Send + Sync {
    /// Runs each exactly once, and returns when both are done.
    fn run_both(&self, left: &mut (dyn FnMut() + Send), right: &mut (dyn FnMut() + Send));
}

/// No helpers: one after the other.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Workers for Alone {
    fn run_both(&self, left: &mut (dyn FnMut() + Send), right: &mut (dyn FnMut() + Send)) {
        left();
        right();
    }
}

/// Runs two functions and gives what they return; `None` when the workers did not run both.
pub fn both<A: Send, B: Send>(
    workers: &dyn Workers,
    left: impl FnOnce() -> A + Send,
    right: impl FnOnce() -> B + Send,
) -> Option<(A, B)> {
    let (mut left, mut right) = (Some(left), Some(right));
    let (mut a, mut b) = (None, None);
    workers.run_both(&mut || a = left.take().map(|work| work()), &mut || {
        b = right.take().map(|work| work())
    });
    a.zip(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_results_come_back() {
        assert_eq!(both(&Alone, || 1, || "two"), Some((1, "two")));
        struct Lazy;
        impl Workers for Lazy {
            fn run_both(&self, left: &mut (dyn FnMut() + Send), _: &mut (dyn FnMut() + Send)) {
                left();
                left();
            }
        }
        assert_eq!(both(&Lazy, || 1, || 2), None);
    }
}
