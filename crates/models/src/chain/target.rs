//! One model with its terms and its state, shared by all chains and matches that ask it. Touches the clock.

use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use arena_core::budget::Price;
use arena_core::model::ModelSpec;
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use super::breaker::Number;
use super::health::{Health, Outcome, Standing};
use crate::Model;

/// What is known of a model beforehand.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// What it costs.
    pub price: Option<Price>,
    /// The tokens that a question and its answer may have together.
    pub window_tokens: Option<u64>,
    /// How many questions it may be asked at the same time.
    pub max_concurrent: NonZeroUsize,
}

/// A model that chains ask. There is one for each base URL, key and model, whoever asks: its cooldown, its breaker and
/// its places hold for all.
#[derive(Debug)]
pub struct Target {
    model: Arc<dyn Model>,
    terms: Terms,
    places: Semaphore,
    health: Mutex<Health>,
    /// Told when its standing changes, so that who waits for it looks again.
    changed: Notify,
}

/// An attempt under way: holds a place, and is counted by the target's health. Dropped before it has ended, it leaves
/// the place and says nothing about the target.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    target: &'a Target,
    number: Number,
    has_ended: bool,
    _place: SemaphorePermit<'a>,
}

/// Why an attempt does not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoEntry {
    /// All places are taken.
    Full,
    /// What was ready no longer is.
    NotReady,
}

impl Target {
    /// A model of which nothing bad is known yet.
    pub fn new(model: Arc<dyn Model>, terms: Terms) -> Self {
        let n_places = terms.max_concurrent.get().min(Semaphore::MAX_PERMITS);
        Self {
            model,
            terms,
            places: Semaphore::new(n_places),
            health: Mutex::new(Health::new()),
            changed: Notify::new(),
        }
    }

    /// The model as files and flags name it.
    pub fn spec(&self) -> &ModelSpec {
        self.model.spec()
    }

    /// Whether it may be asked.
    pub fn standing(&self, now: Instant) -> Standing {
        self.health.lock().unwrap_or_else(PoisonError::into_inner).standing(now)
    }

    pub(super) fn model(&self) -> &dyn Model {
        &*self.model
    }

    pub(super) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Ends when the standing changes; what changes before it is first awaited counts.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Begins an attempt at once. `insists`: as [`Health::begin`] has it.
    ///
    /// # Errors
    /// [`NoEntry`].
    pub(super) fn enter(&self, insists: bool) -> Result<Asking<'_>, NoEntry> {
        let place = self.places.try_acquire().map_err(|_| NoEntry::Full)?;
        self.begin(insists, place)
    }

    /// Begins an attempt once there is a place, and until `until` at the latest.
    ///
    /// # Errors
    /// [`NoEntry`] if there was no place in time, or if the target is no longer to be asked.
    pub(super) async fn queue(&self, insists: bool, until: Instant) -> Result<Asking<'_>, NoEntry> {
        // One future for all of the wait: it keeps the place in the queue.
        let mut place = pin!(self.places.acquire());
        loop {
            let changed = self.changed();
            tokio::select! {
                biased;
                place = &mut place => {
                    return self.begin(insists, place.expect("nobody closes the semaphore"));
                }
                () = sleep_until(until) => return Err(NoEntry::Full),
                () = changed => {
                    let is_ready = matches!(self.standing(Instant::now()), Standing::Ready | Standing::HalfOpen);
                    if !is_ready && !insists {
                        return Err(NoEntry::NotReady);
                    }
                }
            }
        }
    }

    fn begin<'a>(&'a self, insists: bool, place: SemaphorePermit<'a>) -> Result<Asking<'a>, NoEntry> {
        let number = self.change(|health| health.begin(insists, Instant::now())).ok_or(NoEntry::NotReady)?;
        Ok(Asking { target: self, number, has_ended: false, _place: place })
    }

    #[cfg(test)]
    pub(super) fn n_places_free(&self) -> usize {
        self.places.available_permits()
    }

    fn change<T>(&self, change: impl FnOnce(&mut Health) -> T) -> T {
        let now = Instant::now();
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let before = health.standing(now);
        let result = change(&mut health);
        if health.standing(now) != before {
            self.changed.notify_waiters();
        }
        result
    }
}

impl Asking<'_> {
    /// The attempt ended so.
    pub(super) fn ends(mut self, outcome: Outcome) {
        self.has_ended = true;
        self.target.change(|health| health.end(self.number, outcome, Instant::now()));
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.target.change(|health| health.give_up(self.number));
        }
    }
}
