//! Jobs under way, by who waits for them.

use super::view::{Busy, Slot};
use crate::app::command::{Command, Event, Outcome};
use crate::app::failure::Failure;
use crate::app::job::{PassphraseReply, Progress};
use crate::app::port::Question;
use crate::app::runner::{JobHandle, Runner};
use std::collections::BTreeMap;

/// Starts jobs and gathers what they say.
pub struct Jobs {
    runner: Runner,
    running: BTreeMap<Slot, Running>,
}

struct Running {
    handle: JobHandle,
    cancelled: bool,
}

/// What a job said.
pub enum Said {
    /// It wants a passphrase.
    Asks(Question, PassphraseReply),
    /// It is over; and how far it was in the end.
    Done(Result<Outcome, Failure>, Option<Progress>),
}

impl Jobs {
    /// No jobs yet.
    pub fn new(runner: Runner) -> Self {
        Jobs {
            runner,
            running: BTreeMap::new(),
        }
    }

    /// Starts a job. An older job of the slot is cancelled, and its answer is never heard.
    pub fn start(&mut self, slot: Slot, command: Command) {
        let handle = self.runner.start(command);
        let job = Running {
            handle,
            cancelled: false,
        };
        self.running.insert(slot, job);
    }

    /// Asks the slot's job to stop; its answer still comes.
    pub fn cancel(&mut self, slot: Slot) {
        if let Some(job) = self.running.get_mut(&slot) {
            job.cancelled = true;
            job.handle.cancel();
        }
    }

    /// Stops the slot's job; its answer is never heard.
    pub fn forget(&mut self, slot: Slot) {
        self.running.remove(&slot);
    }

    /// Whether a job of the slot runs.
    pub fn is_running(&self, slot: Slot) -> bool {
        self.running.contains_key(&slot)
    }

    /// What the jobs said since the last time.
    pub fn drain(&mut self) -> Vec<(Slot, Said)> {
        let mut said = Vec::new();
        let mut over = Vec::new();
        for (slot, job) in &self.running {
            while let Some(event) = job.handle.poll() {
                match event {
                    Event::Started => {}
                    Event::Ask(question, reply) => said.push((*slot, Said::Asks(question, reply))),
                    Event::Done(result) => {
                        said.push((*slot, Said::Done(result, job.handle.progress())));
                        over.push(*slot);
                    }
                }
            }
        }
        for slot in over {
            self.running.remove(&slot);
        }
        said
    }

    /// Which jobs run and how far they are.
    pub fn busy(&self) -> Vec<Busy> {
        self.running
            .iter()
            .map(|(slot, job)| Busy {
                slot: *slot,
                progress: job.handle.progress(),
                cancelled: job.cancelled,
            })
            .collect()
    }
}
