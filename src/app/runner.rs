//! Runs commands as jobs: the only owner of the async runtime. Both faces use it.

use crate::app::command::{Command, Event, Outcome};
use crate::app::desk::Desks;
use crate::app::failure::Failure;
use crate::app::job::{PassphraseReply, Progress, Watch};
use crate::app::port::{AskPassphrase, Question};
use crate::app::service;
use crate::base::Passphrase;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Names a job of one runner; grows.
pub type JobId = u64;

/// Called after each event and change of progress, so that a window can wake.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Starts jobs on the desk in use.
pub struct Runner {
    desks: Arc<Desks>,
    wake: Wake,
    questions: Arc<Questions>,
    last: std::sync::atomic::AtomicU64,
}

impl Runner {
    /// A runner for these desks. `questions` is what the desk's store asks; the runner hands its
    /// questions to the job in whose thread they come up.
    pub fn new(desks: Arc<Desks>, questions: Arc<Questions>, wake: Wake) -> Self {
        Runner {
            desks,
            wake,
            questions,
            last: std::sync::atomic::AtomicU64::new(0),
        }
    }

    /// Starts a job. Dropping the handle cancels it.
    pub fn start(&self, command: Command) -> JobHandle {
        let id = 1 + self.last.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (sender, events) = channel();
        let watch = Watch::waking(self.wake.clone()).asking(self.questions.clone());
        let (desks, wake) = (self.desks.clone(), self.wake.clone());
        let (job_watch, questions) = (watch.clone(), self.questions.clone());
        let work = move || {
            let _ = sender.send(Event::Started);
            let result = questions.during(&sender, &wake, || {
                catch_unwind(AssertUnwindSafe(|| {
                    service::run(&desks, command, &job_watch)
                }))
                .unwrap_or_else(|panic| Err(Failure::Bug(panic_text(&*panic))))
            });
            let _ = sender.send(Event::Done(result));
            wake();
        };
        let spawned = std::thread::Builder::new()
            .name(format!("job {id}"))
            .spawn(work);
        if let Err(error) = spawned {
            let (failed, at) = channel();
            let _ = failed.send(Event::Started);
            let _ = failed.send(Event::Done(Err(Failure::Bug(error.to_string()))));
            return JobHandle {
                id,
                watch,
                events: at,
            };
        }
        JobHandle { id, watch, events }
    }

    /// Runs a command and waits for it, answering questions through `answer` (the command line).
    pub fn wait(
        &self,
        command: Command,
        mut on_progress: impl FnMut(Progress),
        answer: impl Fn(Question) -> Option<Passphrase>,
    ) -> Result<Outcome, Failure> {
        let job = self.start(command);
        loop {
            match job
                .events
                .recv_timeout(std::time::Duration::from_millis(100))
            {
                Ok(Event::Started) => {}
                Ok(Event::Ask(question, reply)) => reply.answer(answer(question)),
                Ok(Event::Done(result)) => return result,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                    if let Some(progress) = job.progress() {
                        on_progress(progress);
                    }
                }
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => {
                    return Err(Failure::Bug("the job ended without a word".to_owned()));
                }
            }
        }
    }
}

/// A job under way.
pub struct JobHandle {
    /// Its name.
    pub id: JobId,
    watch: Watch,
    events: Receiver<Event>,
}

impl JobHandle {
    /// The next event, if there is one.
    pub fn poll(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// How far it is.
    pub fn progress(&self) -> Option<Progress> {
        self.watch.latest()
    }

    /// Asks it to stop at its next safe place; its `Done` still comes.
    pub fn cancel(&self) {
        self.watch.cancel.cancel();
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.watch.cancel.cancel();
    }
}

/// Carries a store's questions to the job whose thread asks. The store is made before any job, so
/// it holds this; each job's thread puts its own channel in while it runs.
#[derive(Default)]
pub struct Questions {
    asking: Mutex<std::collections::HashMap<std::thread::ThreadId, (Sender<Event>, Wake)>>,
}

impl Questions {
    fn during<T>(&self, events: &Sender<Event>, wake: &Wake, work: impl FnOnce() -> T) -> T {
        let thread = std::thread::current().id();
        let channel = (events.clone(), wake.clone());
        self.lock().insert(thread, channel);
        let result = work();
        self.lock().remove(&thread);
        result
    }

    fn lock(
        &self,
    ) -> std::sync::MutexGuard<
        '_,
        std::collections::HashMap<std::thread::ThreadId, (Sender<Event>, Wake)>,
    > {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AskPassphrase for Questions {
    fn ask(&self, question: Question) -> Option<Passphrase> {
        let (events, wake) = self.lock().get(&std::thread::current().id()).cloned()?;
        let (sender, answer) = channel();
        events
            .send(Event::Ask(question, PassphraseReply::new(sender)))
            .ok()?;
        wake();
        // A face that drops the question drops the sender, and the wait ends.
        answer.recv().ok().flatten()
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
