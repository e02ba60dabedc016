//! The bells: they tell who waits that there is something new in the store. They carry no event.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use arena_core::id::MatchId;
use tokio::sync::{broadcast, watch};

/// Changed matches that somebody may be behind with; beyond that they are told to look at all.
const CHANGES: usize = 1_024;

/// Bells, one for each match that somebody listens to, and one for the list of matches.
#[derive(Debug)]
pub struct Bus {
    bells: Mutex<HashMap<MatchId, watch::Sender<()>>>,
    changes: broadcast::Sender<Change>,
    /// `None` until somebody asks for them.
    changed: Mutex<Option<HashSet<MatchId>>>,
}

/// That what a list shows of a match is another now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which match.
    pub id: MatchId,
    /// Whether it waits for a person now and did not before, or the other way round.
    pub of_waiting: bool,
}

impl Default for Bus {
    fn default() -> Self {
        Self { bells: Mutex::default(), changes: broadcast::Sender::new(CHANGES), changed: Mutex::default() }
    }
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

    /// Says that what a list shows of a match is another now, durably.
    pub fn list_changed(&self, change: Change) {
        if let Some(changed) = &mut *self.changed() {
            changed.insert(change.id);
        }
        // Nobody has to listen.
        let _ = self.changes.send(change);
    }

    /// The matches whose place in a list changes from now on.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// The matches whose place in a list has changed since this was called before, for the one who keeps figures of them all. None
    /// are noted before the first call.
    pub fn take_changed(&self) -> HashSet<MatchId> {
        self.changed().replace(HashSet::new()).unwrap_or_default()
    }

    fn changed(&self) -> MutexGuard<'_, Option<HashSet<MatchId>>> {
        // Nothing panics while it is held.
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bells(&self) -> MutexGuard<'_, HashMap<MatchId, watch::Sender<()>>> {
        // Nothing panics while it is held, and the map is whole in any case.
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_told_once_from_the_first_question_on() {
        let bus = Bus::default();
        let id = |n: u128| MatchId::from_parts(jiff::Timestamp::UNIX_EPOCH, n);
        let change = |n| bus.list_changed(Change { id: id(n), of_waiting: false });
        change(1);
        assert_eq!(bus.take_changed(), HashSet::new());
        for n in [2, 3, 2] {
            change(n);
        }
        assert_eq!(bus.take_changed(), HashSet::from([id(2), id(3)]));
        assert_eq!(bus.take_changed(), HashSet::new());
    }
}
