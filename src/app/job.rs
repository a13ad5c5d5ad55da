//! Work in the background: cancelling, progress, and the runner that both faces use.

use crate::app::port::{AskPassphrase, Question};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// A wish to stop, shared between the one who wishes and the ones who work.
#[derive(Clone)]
pub struct Cancel(Arc<watch::Sender<bool>>);

impl Default for Cancel {
    fn default() -> Self {
        Cancel(Arc::new(watch::Sender::new(false)))
    }
}

impl Cancel {
    /// Asks the work to stop at its next safe place.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends when somebody asks; for `select!` in network code.
    pub async fn cancelled(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail before it is asked.
        let _ = receiver.wait_for(|asked| *asked).await;
    }
}

/// What a job is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Making a key.
    MakingKey,
    /// Reading files.
    Reading,
    /// Encrypting and signing.
    Sealing,
    /// Signing what is no letter.
    Signing,
    /// Opening the sealed bytes again before they leave (rule 46).
    Proving,
    /// Resolving a name, connecting, making TLS.
    Connecting,
    /// Logging in.
    LoggingIn,
    /// Handing the letter over.
    Sending,
    /// Fetching letters.
    Fetching,
    /// Decrypting and verifying.
    Opening,
    /// Having a file looked through for what is harmful.
    Scanning,
    /// Setting a letter on pages.
    Printing,
    /// Checking a chain of certificates.
    Checking,
    /// Waiting for the partner's answer.
    Waiting,
}

/// How far a job is; `total` is zero when nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is busy with.
    pub step: Step,
    /// Bytes or items done.
    pub done: u64,
    /// Of so many.
    pub total: u64,
}

/// What a worker gets: a place to look whether to stop, and one to say how far it is. Progress is
/// a latest-value cell: nobody waits for a reader.
#[derive(Clone, Default)]
pub struct Watch {
    /// The wish to stop.
    pub cancel: Cancel,
    latest: Arc<Mutex<Option<Progress>>>,
    wake: Option<Arc<dyn Fn() + Send + Sync>>,
    asker: Option<Arc<dyn AskPassphrase>>,
}

impl Watch {
    /// A watch that calls `wake` after each change of progress.
    pub fn waking(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Watch {
            wake: Some(wake),
            ..Watch::default()
        }
    }

    /// The same watch, with somebody to ask.
    pub fn asking(self, asker: Arc<dyn AskPassphrase>) -> Self {
        Watch {
            asker: Some(asker),
            ..self
        }
    }

    /// Asks the person for a password; `None` when nobody can be asked, or gives none.
    pub fn ask(&self, question: Question) -> Option<crate::base::Passphrase> {
        self.asker.as_ref()?.ask(question)
    }

    /// Says how far the work is.
    pub fn progress(&self, step: Step, done: u64, total: u64) {
        let mut cell = self.latest.lock().unwrap_or_else(|p| p.into_inner());
        *cell = Some(Progress { step, done, total });
        drop(cell);
        if let Some(wake) = &self.wake {
            wake();
        }
    }

    /// Ends the job here if somebody asked it to stop.
    pub fn stop_here(&self) -> Result<(), super::failure::Failure> {
        if self.cancel.is_cancelled() {
            return Err(super::failure::Failure::Cancelled);
        }
        Ok(())
    }

    /// The last that was said.
    pub fn latest(&self) -> Option<Progress> {
        *self.latest.lock().unwrap_or_else(|p| p.into_inner())
    }
}

/// The worker's question and the way to answer it; dropping it answers "none".
pub struct PassphraseReply(std::sync::mpsc::Sender<Option<crate::base::Passphrase>>);

impl PassphraseReply {
    pub(crate) fn new(to: std::sync::mpsc::Sender<Option<crate::base::Passphrase>>) -> Self {
        PassphraseReply(to)
    }

    /// Answers; `None` says that the person gave no passphrase.
    pub fn answer(self, passphrase: Option<crate::base::Passphrase>) {
        // A worker that is gone needs no answer.
        let _ = self.0.send(passphrase);
    }
}
