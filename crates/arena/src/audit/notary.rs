//! Who signs the audit log of a server: a checkpoint every minute in which something was written, and one at the end.
//! Touches the store, and its file of checkpoints.

use std::sync::Arc;
use std::time::Duration;

use arena_store::Store;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

use super::checkpoint::Checkpoint;
use super::checkpoints::Checkpoints;
use super::heads::Heads;
use super::keys::PrivateKey;
use crate::causes::in_one_line;
use crate::clock::{Clock as _, SystemClock};

/// What was written since the last checkpoint could be cut off without a trace: not more than this.
const EVERY: Duration = Duration::from_mins(1);

/// The task that signs. It must be [closed](Notary::close) before the store is.
pub struct Notary {
    closing: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

struct Desk {
    store: Arc<dyn Store>,
    key: Arc<PrivateKey>,
    /// Away while it is written to.
    file: Option<Checkpoints>,
    heads: Heads,
    /// The last entry under a signature of this process.
    last: Option<u64>,
}

impl Notary {
    /// Signs the log of `store` from now on, the first time at once.
    pub fn open(store: Arc<dyn Store>, key: PrivateKey, file: Checkpoints) -> Self {
        let (closing, closed) = oneshot::channel();
        let desk = Desk { store, key: Arc::new(key), file: Some(file), heads: Heads::default(), last: None };
        Self { closing, task: tokio::spawn(desk.run(closed)) }
    }

    /// Signs for the last time.
    pub async fn close(self) {
        let _ = self.closing.send(());
        let _ = self.task.await;
    }
}

impl Desk {
    async fn run(mut self, mut closed: oneshot::Receiver<()>) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_end = tokio::select! {
                _ = &mut closed => true,
                _ = ticks.tick() => false,
            };
            if let Err(why) = self.sign().await {
                tracing::error!("no checkpoint of the audit log was written: {why}");
            }
            if is_end {
                return;
            }
        }
    }

    /// Signs what is new, if anything is.
    async fn sign(&mut self) -> Result<(), String> {
        self.heads.note(&*self.store).await.map_err(|error| in_one_line(&error))?;
        let head = self.store.notes_head().await.map_err(|error| in_one_line(&error))?;
        if self.last == Some(head.0) {
            return Ok(());
        }
        let checkpoint = Checkpoint::sign(&self.key, head, SystemClock.now());
        let Some(mut file) = self.file.take() else { return Err("its file was lost".to_owned()) };
        let (file, added) = spawn_blocking(move || {
            let added = file.add(&checkpoint);
            (file, added)
        })
        .await
        .map_err(|error| in_one_line(&error))?;
        self.file = Some(file);
        added.map_err(|error| in_one_line(&error))?;
        self.last = Some(head.0);
        Ok(())
    }
}
