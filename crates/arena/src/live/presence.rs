//! How many watch a match: counted by who comes and goes, told to each at its own pace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arena_core::id::MatchId;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Between two looks at the number: many come when a match begins, and each of them would be told of each.
const PAUSE: Duration = Duration::from_secs(1);

/// The numbers of the matches that somebody watches. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Presence(Arc<Mutex<HashMap<MatchId, watch::Sender<usize>>>>);

/// One who watches a match, and hears how many do.
pub(super) struct Present {
    presence: Presence,
    id: MatchId,
    n_watching: watch::Receiver<usize>,
    told: Option<usize>,
    not_before: Instant,
}

impl Presence {
    /// One more watches match `id`, until it is dropped.
    pub(super) fn come(&self, id: MatchId) -> Present {
        let mut numbers = self.numbers();
        let number = numbers.entry(id).or_default();
        number.send_modify(|n_watching| *n_watching += 1);
        let n_watching = number.subscribe();
        Present { presence: self.clone(), id, n_watching, told: None, not_before: Instant::now() }
    }

    fn numbers(&self) -> MutexGuard<'_, HashMap<MatchId, watch::Sender<usize>>> {
        // Nothing panics while it is held, and the map is whole in any case.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Present {
    /// Whether it was told how many watch.
    pub(super) fn is_greeted(&self) -> bool {
        self.told.is_some()
    }

    /// How many watch: at once, and then whenever the number is another, at most once a second. Dropping the future loses
    /// nothing.
    pub(super) async fn next(&mut self) -> usize {
        loop {
            if self.told == Some(*self.n_watching.borrow_and_update()) {
                if self.n_watching.changed().await.is_err() {
                    return std::future::pending().await;
                }
                continue;
            }
            // Who waits here is not woken by those who come meanwhile: n who come wake n, not n times n.
            sleep_until(self.not_before).await;
            let n_watching = *self.n_watching.borrow();
            if self.told != Some(n_watching) {
                (self.told, self.not_before) = (Some(n_watching), Instant::now() + PAUSE);
                return n_watching;
            }
        }
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let mut numbers = self.presence.numbers();
        let Some(number) = numbers.get(&self.id) else { return };
        number.send_modify(|n_watching| *n_watching -= 1);
        if *number.borrow() == 0 {
            numbers.remove(&self.id);
        }
    }
}
