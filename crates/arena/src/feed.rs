//! The events of a match for somebody who watches: what the store has after a number, then what comes.

use std::sync::Arc;

use arena_core::event::Record;
use arena_core::id::{MatchId, Seq};
use arena_store::{Error, Store};
use tokio::sync::watch;

use crate::bus::Bus;

/// Events read from the store at once.
const PAGE: usize = 500;

/// A place in a match's events, moving on.
pub struct Feed {
    store: Arc<dyn Store>,
    bell: watch::Receiver<()>,
    id: MatchId,
    after: Seq,
}

impl Feed {
    /// The events of `id` after `after`.
    pub fn new(store: Arc<dyn Store>, bus: &Bus, id: MatchId, after: Seq) -> Self {
        // The bell is taken before the first read: nothing can come between the two unheard.
        Self { store, bell: bus.listen(id), id, after }
    }

    /// The next events, at least one. Waits for them if there are none yet, for ever if none come.
    ///
    /// Dropping the future loses nothing.
    ///
    /// # Errors
    /// What the store says.
    pub async fn next(&mut self) -> Result<Vec<Record>, Error> {
        loop {
            self.bell.mark_unchanged();
            let records = self.ready().await?;
            if !records.is_empty() {
                return Ok(records);
            }
            if self.bell.changed().await.is_err() {
                // The bus is gone, and nothing will ring again: whoever owns the feed ends it.
                std::future::pending::<()>().await;
            }
        }
    }

    /// The next events that are there already; none if there are none yet.
    ///
    /// # Errors
    /// What the store says.
    pub async fn ready(&mut self) -> Result<Vec<Record>, Error> {
        let records = self.store.records(self.id, self.after, PAGE).await?;
        if let Some(last) = records.last() {
            self.after = last.seq;
        }
        Ok(records)
    }
}
