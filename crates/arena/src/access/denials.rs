//! The trail of refusals: who was not let in, or not allowed something. Kept in the database by one task.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arena_core::message::cut;
use arena_store::{Document, Field, Filter, Index, Kind, Model, Put, Query, Rev, Store, View};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::causes::in_one_line;

/// Refusals that wait to be written. Who is refused does not wait for that.
const QUEUE: usize = 256;

/// Between two writes: refusals must not take the database from those who may use it.
const REST: Duration = Duration::from_millis(20);

/// So many are written with no longer rest; then one in [`LONG_REST`], which is also the time in which one more of them comes
/// back. The audit log tells of each for ever: who is refused without end makes it grow by 60 MB a day, not by gigabytes.
const BURST: u32 = 1_000;

/// Between two writes, after a burst.
const LONG_REST: Duration = Duration::from_secs(1);

/// So many are kept; the oldest go.
const MAX_KEPT: usize = 10_000;

/// So many go at once: to look for the oldest each time would cost more than to keep a few more.
const AT_ONCE: usize = 100;

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

impl Model for Denial {
    const KIND: Kind = Kind::Denied;

    fn indexes() -> Vec<Index> {
        vec![Index::of(Kind::Denied, &Self::CODE)]
    }
}

impl Denial {
    /// Why not.
    pub const CODE: Field<String> = Field::at("code");

    /// What people see of refusals when they ask in SQL.
    pub fn view() -> View {
        let text = |path| Field::<String>::at(path).column();
        let mut columns: Vec<_> = ["at", "who", "address", "method", "path"].map(|name| (name, text(name))).into();
        columns.push(("code", Self::CODE.column()));
        View { name: "denied", kind: Kind::Denied, columns }
    }

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
    // Those that are there already are counted when the first comes.
    let mut n_kept = None;
    let mut pace = Pace { left: BURST, since: Instant::now() };
    while let Some(denial) = told.recv().await {
        let denial = Denial { n_left_out: n_left_out.swap(0, Ordering::Relaxed), ..denial };
        // Ids sort by their moment; the number tells apart what comes in the same.
        let id = format!("{:020}-{number:06}", denial.at.as_microsecond());
        if let Err(error) = store.put(Put::of(id, Rev::NEW, &denial)).await {
            tracing::error!("a refusal was not kept: {}", in_one_line(&error));
        }
        match tidy(&*store, n_kept).await {
            Ok(n) => n_kept = Some(n),
            Err(error) => tracing::error!("old refusals were not removed: {}", in_one_line(&error)),
        }
        number += 1;
        if !told.is_closed() {
            tokio::time::sleep(pace.rest(Instant::now())).await;
        }
    }
}

/// How much of a burst is left.
struct Pace {
    left: u32,
    /// The moment of that.
    since: Instant,
}

impl Pace {
    /// How long to rest after one more was written.
    fn rest(&mut self, now: Instant) -> Duration {
        let regained = now.duration_since(self.since).as_secs() / LONG_REST.as_secs();
        if regained > 0 {
            self.left = self.left.saturating_add(u32::try_from(regained).unwrap_or(BURST)).min(BURST);
            self.since = now;
        }
        self.left = self.left.saturating_sub(1);
        if self.left > 0 { REST } else { LONG_REST }
    }
}

/// Removes what is too old to be kept, after one more was written to `n_kept`. How many are left.
async fn tidy(store: &dyn Store, n_kept: Option<usize>) -> Result<usize, arena_store::Error> {
    let n_kept = match n_kept {
        Some(n_kept) => n_kept + 1,
        None => usize::try_from(store.count(Kind::Denied, Filter::none()).await?).unwrap_or(usize::MAX),
    };
    if n_kept < MAX_KEPT + AT_ONCE {
        return Ok(n_kept);
    }
    for Document { id, rev, .. } in store.find(&Query::of(Kind::Denied, AT_ONCE)).await? {
        store.delete(Kind::Denied, &id, rev).await?;
    }
    Ok(n_kept - AT_ONCE)
}

#[cfg(test)]
mod tests {
    use arena_store::sqlite::{Access, SqliteStore};
    use futures_util::future::join_all;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_flood_of_refusals_is_written_slowly() {
        let begun = Instant::now();
        let mut pace = Pace { left: BURST, since: begun };
        assert!((1..BURST).all(|_| pace.rest(begun) == REST));
        // From then on each takes its second, for which it gets one back.
        let mut now = begun;
        for _ in 0..100 {
            let rest = pace.rest(now);
            assert_eq!(rest, LONG_REST);
            now += rest;
        }
        now += LONG_REST * 2 * BURST;
        assert!((1..BURST).all(|_| pace.rest(now) == REST), "a pause makes good for it, and for no more");
        assert_eq!(pace.rest(now), LONG_REST);
    }

    #[tokio::test]
    async fn the_oldest_go_when_there_is_no_room_for_more() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("arena.db"), Access::ReadWrite).unwrap();
        let put =
            |n: usize| Put { kind: Kind::Denied, id: format!("{n:020}"), expected: Rev::NEW, body: json!({}).into() };
        let first = join_all((1..MAX_KEPT + AT_ONCE).map(|n| store.put(put(n)))).await;
        assert!(first.into_iter().all(|written| written.is_ok()));
        let n_kept = tidy(&store, None).await.unwrap();
        assert_eq!(n_kept, MAX_KEPT + AT_ONCE - 1, "there is room for one more");
        store.put(put(MAX_KEPT + AT_ONCE)).await.unwrap();
        assert_eq!(tidy(&store, Some(n_kept)).await.unwrap(), MAX_KEPT);
        let left = store.find(&Query::of(Kind::Denied, 2 * MAX_KEPT)).await.unwrap();
        assert_eq!((left.len(), left[0].id.as_str()), (MAX_KEPT, put(AT_ONCE + 1).id.as_str()));
    }
}
