//! The thread that writes: everything that waits is committed in one transaction, with one flush of the disk.
//! Touches the one writing connection, which it owns together with the process lock.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Mutex;
use tracing::warn;

use super::heads::Heads;
use super::lock::ProcessLock;
use super::log::Log;
use super::place::Place;
use super::recent::Recent;
use crate::Error;
use crate::change::Change;
use crate::queue::{Group, Outcomes, Queue, Waiting, queue};

/// The handle on the thread. Held by the store.
pub(super) struct Writer {
    place: Place,
    queue: Queue,
    /// `None` once waited for. Locked while somebody waits, so that a second close does not return before the first.
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread, which tells `recent` of everything that changes.
    pub(super) fn start(
        connection: Connection,
        lock: ProcessLock,
        place: Place,
        recent: Arc<Recent>,
    ) -> Result<Self, Error> {
        let (queue, waiting) = queue();
        let log = Log::open(&connection, &place)?;
        let at_work = Desk { connection, log, place: place.clone(), recent, heads: Heads::default() };
        let thread = thread::Builder::new()
            .name("arena-store".to_owned())
            .spawn(move || {
                at_work.run(waiting);
                // Only now may another process write.
                drop(lock);
            })
            .map_err(|cause| Error::Io {
                attempt: "start the writer of",
                path: place.path.to_path_buf(),
                cause: cause.into(),
            })?;
        Ok(Self { place, queue, thread: Mutex::new(Some(thread)) })
    }

    /// Returns when the change is on the disk, or refused.
    pub(super) async fn write(&self, change: Change) -> Result<(), Error> {
        self.queue.write(change).await.unwrap_or_else(|| Err(self.place.closed()))
    }

    /// Takes no new jobs, and returns when the thread has ended.
    pub(super) async fn close(&self) {
        self.queue.hang_up();
        let mut thread = self.thread.lock().await;
        if let Some(handle) = thread.take() {
            // An error means that the runtime stops and runs nothing more; the thread ends without being waited for.
            let _ = tokio::task::spawn_blocking(move || wait(handle)).await;
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.hang_up();
        if let Some(handle) = self.thread.get_mut().take() {
            wait(handle);
        }
    }
}

fn wait(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        warn!("the writer of the database had panicked; what it had acknowledged is safe");
    }
}

/// What the thread works with.
struct Desk {
    connection: Connection,
    /// Where the audit log ends: nobody else writes it.
    log: Log,
    place: Place,
    recent: Arc<Recent>,
    heads: Heads,
}

impl Desk {
    fn run(mut self, mut waiting: Waiting) {
        while let Some(group) = waiting.blocking_next() {
            self.recent.committing(group.changes().flat_map(Change::changed));
            let before = self.log;
            let committed = self.commit(&group).inspect_err(|_| {
                // What was not committed is not where the log and matches end.
                self.log = before;
                self.heads.forget();
            });
            self.recent.committed();
            group.answer(committed);
        }
        self.finish();
    }

    /// Commits the group and says how each job fared; or an error, and then nothing of the group was written.
    fn commit(&mut self, group: &Group) -> Result<Outcomes, Error> {
        self.begin()?;
        self.log.begin();
        let mut outcomes = Vec::with_capacity(group.changes().len());
        for change in group.changes() {
            let outcome = change.apply(&self.connection, &self.place, &mut self.heads, &mut self.log);
            match outcome {
                // SQLite has given the whole transaction up, so the jobs before this one are undone as well.
                Err(error) if self.connection.is_autocommit() => return Err(error),
                Ok(()) | Err(_) => outcomes.push(outcome),
            }
        }
        self.end("COMMIT").inspect_err(|_| {
            // A full disk leaves the transaction open. Should this fail as well, `begin` tries again.
            let _ = self.end("ROLLBACK");
        })?;
        Ok(outcomes)
    }

    fn begin(&self) -> Result<(), Error> {
        if !self.connection.is_autocommit() {
            self.end("ROLLBACK")?;
        }
        self.execute("BEGIN IMMEDIATE").map_err(self.place.failed("begin to write"))
    }

    fn end(&self, how: &str) -> Result<(), Error> {
        self.execute(how).map_err(self.place.failed("commit"))
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    /// Empties the log into the database. All is durable already, so what cannot be done now waits for the next start.
    fn finish(self) {
        let emptied = self
            .connection
            .busy_timeout(Duration::ZERO)
            .and_then(|()| self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
        if let Err(error) = emptied.and_then(|()| self.connection.close().map_err(|(_, error)| error)) {
            warn!(path = %self.place.path.display(), error = %error, "the log of the database stays until its next start");
        }
    }
}
