//! Equal questions at the same time: one is asked, the others wait for its answer. Touches nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arena_core::message::Reply;
use tokio::sync::watch;

use crate::RequestKey;

/// The questions that are being asked.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<RequestKey, Landings>>);

type Landings = watch::Receiver<Option<Landing>>;

/// What came of a question.
#[derive(Clone, Debug)]
pub(super) enum Landing {
    /// This answer.
    Answered(Arc<Reply>),
    /// None.
    Failed,
}

/// What to do with a question.
pub(super) enum Boarding<'a> {
    /// Ask it: nobody else does.
    Lead(Flight<'a>),
    /// Wait for who asks it.
    Follow(Follower),
}

/// The right to ask a question that others wait for. Dropped before it has landed, it goes to one of them.
pub(super) struct Flight<'a> {
    flights: &'a Flights,
    key: RequestKey,
    landing: watch::Sender<Option<Landing>>,
}

/// Somebody who waits for another's answer.
pub(super) struct Follower(Landings);

impl Flights {
    /// Joins those who ask this question.
    pub(super) fn board(&self, key: RequestKey) -> Boarding<'_> {
        let mut flights = self.lock();
        if let Some(landings) = flights.get(&key) {
            return Boarding::Follow(Follower(landings.clone()));
        }
        let (landing, landings) = watch::channel(None);
        flights.insert(key, landings);
        Boarding::Lead(Flight { flights: self, key, landing })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RequestKey, Landings>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight<'_> {
    /// Tells all who wait, and who joins until this is dropped.
    pub(super) fn land(&self, landing: Landing) {
        self.landing.send_replace(Some(landing));
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        // The sender goes after this: a follower that wakes without a landing finds the question free.
        self.flights.lock().remove(&self.key);
    }
}

impl Follower {
    /// What came of the question; `None` if who asked it has given it up.
    pub(super) async fn landing(mut self) -> Option<Landing> {
        let landing = self.0.wait_for(Option::is_some).await.ok()?;
        landing.clone()
    }
}
