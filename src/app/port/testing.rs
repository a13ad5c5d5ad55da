//! A desk's surroundings for tests that need none.

use super::{SystemAuthorities, SystemTrust, Web, WebFailure};
use crate::app::job::Cancel;

/// Trusts nobody and reaches nothing.
pub struct Nothing;

impl SystemTrust for Nothing {
    fn authorities(&self) -> SystemAuthorities {
        SystemAuthorities::default()
    }
}

impl Web for Nothing {
    fn get(&self, _: &str, _: usize, _: &Cancel) -> Result<Vec<u8>, WebFailure> {
        Err(WebFailure::BadPlace)
    }

    fn post(
        &self,
        _: &str,
        _: &str,
        _: &[u8],
        _: usize,
        _: &Cancel,
    ) -> Result<Vec<u8>, WebFailure> {
        Err(WebFailure::BadPlace)
    }
}
