//! Reading: from evidence to one honest verdict.

pub mod reading;
pub mod verdict;
#[cfg(test)]
mod verdict_tests;

pub use reading::{Caution, Reading, reading};
pub use verdict::{Claims, Policy, Signer, Summary, Verdict, WhyNot, judge};
