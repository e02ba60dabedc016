//! The task that writes: everything that waits is committed in one transaction. Owns the one connection that writes, and with it the
//! lock.

use sqlx::PgConnection;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tracing::warn;

use super::commit::{self, Failure, Undecided};
use super::schema;
use super::server::{Patience, Server, TO_WRITE};
use super::session::{self, Backend};
use crate::change::Change;
use crate::queue::{Group, Outcomes, Queue, Waiting, queue};
use crate::{Error, Index};

/// The handle on the task. Held by the store.
pub(super) struct Writer {
    server: Server,
    queue: Queue,
    /// `None` once waited for. Locked while somebody waits, so that a second close does not return before the first.
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Connects, takes the lock, brings the tables up to date and starts the task.
    pub(super) async fn start(server: &Server, indexes: &[Index]) -> Result<Self, Error> {
        let mut session = session::begin(server).await?;
        let backend = session::lock(&mut session, server, None).await?;
        schema::migrate(&mut session, server, indexes).await?;
        let (queue, waiting) = queue();
        let desk = Desk { session: Some(session), backend, server: server.clone(), is_down: false };
        let task = tokio::spawn(desk.run(waiting));
        Ok(Self { server: server.clone(), queue, task: Mutex::new(Some(task)) })
    }

    /// Returns when the change is durable, or refused.
    pub(super) async fn write(&self, change: Change) -> Result<(), Error> {
        self.queue.write(change).await.unwrap_or_else(|| Err(self.server.closed()))
    }

    /// Takes no new jobs, and returns when the task has ended.
    pub(super) async fn close(&self) {
        self.queue.hang_up();
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
    async fn run(mut self, mut waiting: Waiting) {
        while let Some(group) = waiting.next().await {
            let committed = self.commit(&group).await;
            group.answer(committed);
        }
        if let Some(session) = self.session {
            session::end(session).await;
        }
    }

    /// Commits the group, if need be over several connections.
    async fn commit(&mut self, group: &Group) -> Result<Outcomes, Error> {
        let changes: Vec<&Change> = group.changes().collect();
        let goes_alone =
            |change: &&Change| matches!(change, Change::Restore(_) | Change::Remove { .. } | Change::Forget(_));
        if changes.len() > 1 && changes.iter().any(goes_alone) {
            // What stands is looked up for each as the one before it has left it; and what goes and comes back is not both in one plan.
            return Ok(self.one_by_one(&changes).await);
        }
        match self.try_to_commit(&changes).await {
            // One of them cannot be written: which, shows when each goes alone. No room, no leave to write and no server are the
            // same for all.
            Err(Error::Database { .. }) if changes.len() > 1 => Ok(self.one_by_one(&changes).await),
            committed => committed,
        }
    }

    async fn one_by_one(&mut self, changes: &[&Change]) -> Outcomes {
        let mut outcomes = Vec::with_capacity(changes.len());
        for change in changes {
            let alone = self.try_to_commit(&[change]).await;
            outcomes.push(alone.and_then(|outcomes| outcomes.into_iter().collect()));
        }
        outcomes
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
