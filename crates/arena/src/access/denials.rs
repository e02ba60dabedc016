//! The trail of refusals: who was not let in, or not allowed something. Kept in the database by one task.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arena_core::message::cut;
use arena_store::{Document, Kind, Put, Query, Rev, Store};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::causes::in_one_line;

/// Refusals that wait to be written. Who is refused does not wait for that.
const QUEUE: usize = 256;

/// Between two writes: refusals must not take the database from those who may use it.
const REST: Duration = Duration::from_millis(20);

/// So many are kept; the oldest go.
const MAX_KEPT: usize = 10_000;

/// The oldest are looked for after so many writes.
const TIDY_AFTER: usize = 100;

/// A longer path says no more.
const MAX_PATH_BYTES: usize = 200;

/// A request that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denial {
    /// When.
    pub at: Timestamp,
    /// The name of the token that was shown, if it is one.
    pub who: Option<String>,
    /// From where.
    pub address: Option<IpAddr>,
    /// What was wanted.
    pub method: String,
    /// Of what.
    pub path: String,
    /// Why not: the code of the problem.
    pub code: String,
    /// Refusals between the one before and this for which there was no room.
    pub n_left_out: u64,
}

/// Where refusals are told.
pub struct Denials {
    queue: Mutex<Option<mpsc::Sender<Denial>>>,
    n_left_out: Arc<AtomicU64>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Denials {
    /// A trail in `store`.
    pub fn open(store: Arc<dyn Store>) -> Self {
        let (queue, told) = mpsc::channel(QUEUE);
        let n_left_out = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(write(store, told, Arc::clone(&n_left_out)));
        Self { queue: Mutex::new(Some(queue)), n_left_out, task: Mutex::new(Some(task)) }
    }

    /// Notes a refusal. Waits for nothing.
    pub fn note(&self, denial: Denial) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.as_ref().is_none_or(|queue| queue.try_send(denial).is_err()) {
            self.n_left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes what was noted, and takes no more.
    pub async fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = task.await;
        }
    }
}

impl Denial {
    /// A refusal at this moment.
    pub fn new(
        at: Timestamp,
        who: Option<String>,
        address: Option<IpAddr>,
        method: &str,
        path: &str,
        code: String,
    ) -> Self {
        let (method, path) = (cut(method.to_owned(), MAX_PATH_BYTES), cut(path.to_owned(), MAX_PATH_BYTES));
        Self { at, who, address, method, path, code, n_left_out: 0 }
    }
}

async fn write(store: Arc<dyn Store>, mut told: mpsc::Receiver<Denial>, n_left_out: Arc<AtomicU64>) {
    let mut number = 0_usize;
    while let Some(denial) = told.recv().await {
        let denial = Denial { n_left_out: n_left_out.swap(0, Ordering::Relaxed), ..denial };
        // Ids sort by their moment; the number tells apart what comes in the same.
        let id = format!("{:020}-{number:06}", denial.at.as_microsecond());
        let body = serde_json::to_value(&denial).expect("a refusal is plain data");
        if let Err(error) = store.put(Put { kind: Kind::Denied, id, expected: Rev::NEW, body }).await {
            tracing::error!("a refusal was not kept: {}", in_one_line(&error));
        }
        if number.is_multiple_of(TIDY_AFTER)
            && let Err(error) = tidy(&*store).await
        {
            tracing::error!("old refusals were not removed: {}", in_one_line(&error));
        }
        number += 1;
        if !told.is_closed() {
            tokio::time::sleep(REST).await;
        }
    }
}

/// Removes what is too old to be kept.
async fn tidy(store: &dyn Store) -> Result<(), arena_store::Error> {
    let kept = store.find(&Query::of(Kind::Denied, MAX_KEPT + TIDY_AFTER)).await?;
    let n_beyond = kept.len().saturating_sub(MAX_KEPT);
    for Document { id, rev, .. } in kept.into_iter().take(n_beyond) {
        store.delete(Kind::Denied, &id, rev).await?;
    }
    Ok(())
}
