//! The bell: tells who waits for a match that there is something new in the store. It carries no event.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arena_core::id::MatchId;
use tokio::sync::watch;

/// Bells, one for each match that somebody listens to.
#[derive(Debug, Default)]
pub struct Bus {
    bells: Mutex<HashMap<MatchId, watch::Sender<()>>>,
}

impl Bus {
    /// Says that there are new events of `id`, durable ones. Costs a look-up if nobody listens.
    pub fn ring(&self, id: MatchId) {
        if let Some(bell) = self.bells().get(&id) {
            bell.send_replace(());
        }
    }

    /// A bell for `id`; it rings for what becomes durable from now on.
    pub fn listen(&self, id: MatchId) -> watch::Receiver<()> {
        let mut bells = self.bells();
        // Whose listeners have gone needs no bell any more.
        bells.retain(|_, bell| bell.receiver_count() > 0);
        bells.entry(id).or_insert_with(|| watch::Sender::new(())).subscribe()
    }

    fn bells(&self) -> MutexGuard<'_, HashMap<MatchId, watch::Sender<()>>> {
        // Nothing panics while it is held, and the map is whole in any case.
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
