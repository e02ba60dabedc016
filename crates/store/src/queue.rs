//! What waits to be written, on its way from many callers to the one who writes: all that waits goes into one commit. Pure.

use std::sync::{Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use crate::Error;
use crate::change::Change;

/// Jobs that wait, and so the most in one commit: with more, what it costs to commit is no longer what counts. More callers than
/// this wait to hand theirs over, which keeps a slow disk or server from filling the memory.
const QUEUE: usize = 1_024;

/// Text in one commit, bytes: half the page cache of SQLite's writer. A single larger job goes alone.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// How each change of a group fared.
pub(crate) type Outcomes = Vec<Result<(), Error>>;

/// The end of the callers.
pub(crate) struct Queue {
    /// `None` once closed. Who writes ends when this and the copies of callers at work are gone.
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
}

/// The end of the one who writes.
pub(crate) struct Waiting(mpsc::Receiver<Job>);

/// What is committed together.
pub(crate) struct Group(Vec<Job>);

/// One write and whom to tell.
struct Job {
    change: Change,
    answer: oneshot::Sender<Result<(), Error>>,
}

/// Both ends, with nothing between them.
pub(crate) fn queue() -> (Queue, Waiting) {
    let (sender, jobs) = mpsc::channel(QUEUE);
    (Queue { jobs: Mutex::new(Some(sender)) }, Waiting(jobs))
}

impl Queue {
    /// Returns when the change is durable, or refused; `None` if nobody writes any more.
    pub(crate) async fn write(&self, change: Change) -> Option<Result<(), Error>> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let (answer, answered) = oneshot::channel();
        jobs.send(Job { change, answer }).await.ok()?;
        drop(jobs);
        answered.await.ok()
    }

    /// Takes no new jobs: who writes finishes those that wait, and ends.
    pub(crate) fn hang_up(&self) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Waiting {
    /// Waits for a job, and takes all that wait with it; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Group> {
        let first = self.0.recv().await?;
        Some(self.gather(first))
    }

    /// The same, for a thread.
    pub(crate) fn blocking_next(&mut self) -> Option<Group> {
        let first = self.0.blocking_recv()?;
        Some(self.gather(first))
    }

    /// Takes what waits, without waiting for more.
    fn gather(&mut self, first: Job) -> Group {
        let mut size_bytes = first.change.size_bytes();
        let mut group = vec![first];
        while size_bytes < GROUP_BYTES
            && group.len() < QUEUE
            && let Ok(job) = self.0.try_recv()
        {
            size_bytes += job.change.size_bytes();
            group.push(job);
        }
        Group(group)
    }
}

impl Group {
    /// What is to be written, in order.
    pub(crate) fn changes(&self) -> impl ExactSizeIterator<Item = &Change> {
        self.0.iter().map(|job| &job.change)
    }

    /// Tells everybody how theirs fared; an error is everybody's.
    pub(crate) fn answer(self, outcomes: Result<Outcomes, Error>) {
        let outcomes = outcomes.unwrap_or_else(|error| vec![Err(error); self.0.len()]);
        for (job, outcome) in self.0.into_iter().zip(outcomes) {
            // Whoever no longer waits does not want to know.
            let _ = job.answer.send(outcome);
        }
    }
}
