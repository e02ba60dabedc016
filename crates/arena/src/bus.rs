//! The bell: tells who waits for a match that there is something new in the store. It carries no event.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arena_core::id::{MatchId, Seq};
use tokio::sync::watch;

/// Bells, one for each match that somebody listens to.
#[derive(Debug, Default)]
pub struct Bus {
    bells: Mutex<HashMap<MatchId, watch::Sender<Seq>>>,
}

impl Bus {
    /// Says that the events of `id` up to `seq` are durable. Costs a look-up if nobody listens.
    pub fn ring(&self, id: MatchId, seq: Seq) {
        let mut bells = self.bells();
        if let Some(bell) = bells.get(&id)
            && bell.send(seq).is_err()
        {
            // The last listener is gone.
            bells.remove(&id);
        }
    }

    /// A bell for `id`; it rings for what becomes durable from now on.
    pub fn listen(&self, id: MatchId) -> watch::Receiver<Seq> {
        self.bells().entry(id).or_insert_with(|| watch::Sender::new(Seq::ZERO)).subscribe()
    }

    fn bells(&self) -> MutexGuard<'_, HashMap<MatchId, watch::Sender<Seq>>> {
        // Nothing panics while it is held, and the map is whole in any case.
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
