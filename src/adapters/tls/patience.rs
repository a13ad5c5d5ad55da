//! How long a conversation may take, and whether anybody still wants it.

use crate::app::job::Cancel;
use crate::app::port::{Stage, SubmitFailure};
use std::future::Future;
use tokio::time::Instant;

/// The end of a whole conversation: a deadline, and a person who may stop it.
#[derive(Clone)]
pub struct Patience {
    /// When it is over, whatever happens.
    pub deadline: Instant,
    /// Stops it earlier.
    pub cancel: Cancel,
}

impl Patience {
    /// Waits for `work`, for as long as there is patience.
    ///
    /// # Errors
    /// [`SubmitFailure::Deadline`] with `stage`, or [`SubmitFailure::Cancelled`]; `work` is dropped
    /// where it stands.
    pub async fn wait<T>(
        &self,
        stage: Stage,
        work: impl Future<Output = T>,
    ) -> Result<T, SubmitFailure> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(SubmitFailure::Cancelled),
            () = tokio::time::sleep_until(self.deadline) => Err(SubmitFailure::Deadline { stage }),
            done = work => Ok(done),
        }
    }
}
