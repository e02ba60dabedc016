//! The task that writes: everything that waits is committed in one transaction. Owns the one connection that writes, and with it the
//! lock.

use std::sync::{Mutex, PoisonError};

use sqlx::PgConnection;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tracing::warn;

use super::commit::{self, Failure, Outcomes, Undecided};
use super::schema;
use super::server::{Patience, Server, TO_WRITE};
use super::session::{self, Backend};
use crate::change::Change;
use crate::{Error, Index};

/// Jobs that wait, and so the most in one commit. More callers than this wait to hand theirs over, which keeps a slow server
/// from filling the memory.
const QUEUE: usize = 1_024;

/// Text in one commit, bytes. A single larger job goes alone.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// The handle on the task. Held by the store.
pub(super) struct Writer {
    server: Server,
    /// `None` once closed. The task ends when this and the copies of callers at work are gone.
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    /// `None` once waited for. Locked while somebody waits, so that a second close does not return before the first.
    task: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

/// One write and whom to tell.
struct Job {
    change: Change,
    answer: oneshot::Sender<Result<(), Error>>,
}

impl Writer {
    /// Connects, takes the lock, brings the tables up to date and starts the task.
    pub(super) async fn start(server: &Server, indexes: &[Index]) -> Result<Self, Error> {
        let mut session = session::begin(server).await?;
        let backend = session::lock(&mut session, server, None).await?;
        schema::migrate(&mut session, server, indexes).await?;
        let (sender, jobs) = mpsc::channel(QUEUE);
        let desk = Desk { session: Some(session), backend, server: server.clone(), is_down: false };
        let task = tokio::spawn(desk.run(jobs));
        Ok(Self { server: server.clone(), jobs: Mutex::new(Some(sender)), task: tokio::sync::Mutex::new(Some(task)) })
    }

    /// Returns when the change is durable, or refused.
    pub(super) async fn write(&self, change: Change) -> Result<(), Error> {
        let closed = || self.server.closed();
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(closed)?;
        let (answer, answered) = oneshot::channel();
        jobs.send(Job { change, answer }).await.map_err(|_| closed())?;
        drop(jobs);
        answered.await.map_err(|_| closed())?
    }

    /// Takes no new jobs, and returns when the task has ended.
    pub(super) async fn close(&self) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take();
        let task = self.task.lock().await.take();
        if let Some(task) = task
            && task.await.is_err()
        {
            warn!("the writer of the database had panicked; what it had acknowledged is safe");
        }
    }
}

/// What the task works with.
struct Desk {
    /// `None` after it was lost, until it is made again.
    session: Option<PgConnection>,
    /// The server's end of it, or of the last one.
    backend: Backend,
    server: Server,
    /// Whether waiting for the server was in vain: the next are told at once that it is not there, until it is.
    is_down: bool,
}

impl Desk {
    async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.recv().await {
            let group = gather(first, &mut jobs);
            self.commit(&group).await.answer(group);
        }
        if let Some(session) = self.session {
            session::end(session).await;
        }
    }

    /// Commits the group, if need be over several connections.
    async fn commit(&mut self, group: &[Job]) -> Outcome {
        let changes: Vec<&Change> = group.iter().map(|job| &job.change).collect();
        if changes.len() > 1 && changes.iter().any(|change| matches!(change, Change::Restore(_))) {
            // What stands is looked up for each as the one before it has left it.
            return self.one_by_one(&changes).await;
        }
        match self.try_to_commit(&changes).await {
            Ok(outcomes) => Outcome::Each(outcomes),
            // One of them cannot be written: which, shows when each goes alone. No room, no leave to write and no server are the
            // same for all.
            Err(Error::Database { .. }) if changes.len() > 1 => self.one_by_one(&changes).await,
            Err(error) => Outcome::All(error),
        }
    }

    async fn one_by_one(&mut self, changes: &[&Change]) -> Outcome {
        let mut outcomes = Vec::with_capacity(changes.len());
        for change in changes {
            let alone = self.try_to_commit(&[change]).await;
            outcomes.push(alone.and_then(|outcomes| outcomes.into_iter().collect()));
        }
        Outcome::Each(outcomes)
    }

    async fn try_to_commit(&mut self, changes: &[&Change]) -> Result<Outcomes, Error> {
        let server = self.server.clone();
        let mut patience = Patience::begin(TO_WRITE);
        let mut undecided: Option<Undecided> = None;
        loop {
            let failure = match self.session().await {
                Err(error) => error,
                Ok(session) => match decided(session, undecided.take()).await {
                    Ok(Some(outcomes)) => return Ok(outcomes),
                    Ok(None) => match commit::all(session, &server, changes).await {
                        Ok(outcomes) => return Ok(outcomes),
                        Err(Failure::Refused(error)) => return Err(error),
                        Err(Failure::Lost { error, undecided: left }) => {
                            (self.session, undecided) = (None, left);
                            error
                        }
                    },
                    Err((left, cause)) => {
                        (self.session, undecided) = (None, Some(left));
                        server.failed("ask what was written")(cause)
                    }
                },
            };
            // Somebody else writes now, or we are not let in: waiting does not help.
            let may_pass = matches!(failure, Error::Unreachable { .. });
            if !may_pass || self.is_down || !patience.waits().await {
                self.is_down = may_pass;
                return Err(failure);
            }
        }
    }

    /// The connection, made again and with the lock if it was lost.
    async fn session(&mut self) -> Result<&mut PgConnection, Error> {
        if self.session.is_none() {
            let mut session = session::connect(&self.server).await?;
            self.backend = session::lock(&mut session, &self.server, Some(&self.backend)).await?;
            self.is_down = false;
            self.session = Some(session);
        }
        Ok(self.session.as_mut().expect("it was just made"))
    }
}

async fn decided(
    session: &mut PgConnection,
    undecided: Option<Undecided>,
) -> Result<Option<Outcomes>, (Undecided, sqlx::Error)> {
    match undecided {
        Some(undecided) => undecided.decide(session).await,
        None => Ok(None),
    }
}

/// How the jobs of a group fared.
enum Outcome {
    Each(Outcomes),
    All(Error),
}

impl Outcome {
    fn answer(self, group: Vec<Job>) {
        let outcomes = match self {
            Self::Each(outcomes) => outcomes,
            Self::All(error) => vec![Err(error); group.len()],
        };
        for (job, outcome) in group.into_iter().zip(outcomes) {
            // Whoever no longer waits does not want to know.
            let _ = job.answer.send(outcome);
        }
    }
}

/// Takes what waits, without waiting for more.
fn gather(first: Job, jobs: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut size_bytes = first.change.size_bytes();
    let mut group = vec![first];
    while size_bytes < GROUP_BYTES
        && group.len() < QUEUE
        && let Ok(job) = jobs.try_recv()
    {
        size_bytes += job.change.size_bytes();
        group.push(job);
    }
    group
}
