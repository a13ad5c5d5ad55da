//! Where there are no Unix sockets: each start opens a window of its own.

use super::Meeting;
use std::convert::Infallible;
use std::ffi::OsString;
use std::path::Path;
use tokio::runtime::Handle;

/// There is none here.
pub struct First(Infallible);

impl First {
    /// Nobody can call this.
    pub fn listen(
        self,
        _: &Handle,
        _: impl Fn(Vec<OsString>) + Send + Sync + 'static,
    ) -> std::io::Result<Infallible> {
        Ok(self.0)
    }
}

/// Nobody is met.
pub fn meet(_: &Handle, _: &Path, _: Option<&Path>, _: &[OsString]) -> Meeting {
    Meeting::Alone
}
